"""Lead lists in a SQLite file."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from callfloor.stores.sql.lists import LeadLists
from callfloor.stores.sqlite.connection import open_database
from callfloor.stores.sqlite.database import SqliteDatabase


class SqliteLeadLists(LeadLists):
    """The lists of one file, for one importer at a time; it is opened when a list is begun."""

    def __init__(self, path: Path, *, now: Callable[[], float] = time.time) -> None:
        """See ``open_database`` for the errors that beginning a list may raise."""
        # The log is checkpointed after every batch, as is the default: a longer one is quicker here, but the
        # next dialer to commit would have to do it (measured: 0.5 s instead of 0.08 s at worst).
        super().__init__(lambda: SqliteDatabase(open_database(path, durable=False), path), now=now)
