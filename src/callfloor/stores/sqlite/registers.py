"""Do-not-call registers in a SQLite file."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from callfloor.stores.sql.registers import Registers
from callfloor.stores.sqlite.connection import open_database
from callfloor.stores.sqlite.database import SqliteDatabase


class SqliteRegisters(Registers):
    """The do-not-call registers of one file, for one importer at a time."""

    def __init__(self, path: Path, *, now: Callable[[], float] = time.time) -> None:
        """Open or create the file; see ``open_database`` for the errors."""
        super().__init__(SqliteDatabase(open_database(path, durable=False), path), now=now)
