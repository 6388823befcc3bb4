"""Runs of simulations and tokens on PostgreSQL."""

from __future__ import annotations

from callfloor.stores.postgres.database import PostgresDatabase
from callfloor.stores.sql.runs import SqlRunStore


class PostgresRunStore(SqlRunStore):
    """A RunStore in one PostgreSQL database."""

    def __init__(self, url: str) -> None:
        """Connect; see ``open_database`` for the errors."""
        super().__init__(PostgresDatabase(url))
