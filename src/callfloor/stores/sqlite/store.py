"""The store in a SQLite file."""

from __future__ import annotations

from pathlib import Path

import apsw

from callfloor.stores.sql.store import SqlStore
from callfloor.stores.sqlite.connection import open_database
from callfloor.stores.sqlite.database import SqliteDatabase


class SqliteStore(SqlStore):
    """A Store in one SQLite file. Not for several threads at once; several processes are fine."""

    db: SqliteDatabase

    def __init__(self, path: Path, *, durable: bool = True, busy_timeout_s: float = 5.0) -> None:
        """Open or create the file; see ``open_database`` for `durable` and the errors."""
        self.path = path
        connection = open_database(path, durable=durable, busy_timeout_s=busy_timeout_s)
        super().__init__(SqliteDatabase(connection, path))

    @property
    def connection(self) -> apsw.Connection:
        """SQLite's own connection."""
        return self.db.connection
