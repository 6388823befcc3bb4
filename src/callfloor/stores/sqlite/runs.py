"""Runs of simulations and tokens in a SQLite file."""

from __future__ import annotations

from pathlib import Path

from callfloor.stores.sql.runs import SqlRunStore
from callfloor.stores.sqlite.connection import open_database
from callfloor.stores.sqlite.database import SqliteDatabase


class SqliteRunStore(SqlRunStore):
    """A RunStore in one file."""

    def __init__(self, path: Path) -> None:
        """Open or create the file; see ``open_database`` for the errors."""
        self.path = path
        super().__init__(SqliteDatabase(open_database(path), path))
