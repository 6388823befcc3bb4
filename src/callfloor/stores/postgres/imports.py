"""Lead lists and do-not-call registers on PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable

from callfloor.stores.postgres.database import PostgresDatabase
from callfloor.stores.sql.lists import LeadLists
from callfloor.stores.sql.registers import Registers


class PostgresLeadLists(LeadLists):
    """The lists of one database, for one importer at a time; it is connected to when a list is begun."""

    def __init__(self, url: str, *, now: Callable[[], float] = time.time) -> None:
        """See ``open_database`` for the errors that beginning a list may raise."""
        super().__init__(lambda: PostgresDatabase(url, durable=False), now=now)


class PostgresRegisters(Registers):
    """The do-not-call registers of one database, for one importer at a time."""

    def __init__(self, url: str, *, now: Callable[[], float] = time.time) -> None:
        """Connect; see ``open_database`` for the errors."""
        super().__init__(PostgresDatabase(url, durable=False), now=now)
