"""Call records by month: a partition each, made with its first record, dropped when all are old enough."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Protocol

from callfloor.stores.sql.database import Row


class Sends(Protocol):
    """What this needs of a database."""

    def define(self, sql: str) -> None:
        """Make, change or drop a table."""

    def rows(self, sql: str, values: Row = ()) -> list[tuple[str, ...]]:
        """See Database."""

    def one_at_a_time(self, what: str) -> None:
        """See Database."""


class Partitions:
    """The months that the database has partitions for, as far as this process knows."""

    def __init__(self, db: Sends) -> None:
        self.db = db
        self.known: set[str] = set()

    def forget(self) -> None:
        """Look anew: what was made may have been rolled back, or be another database's."""
        self.known.clear()

    def provide(self, times: Iterable[float]) -> None:
        """See to it that there is a partition for each of some times (UTC seconds). Inside a transaction."""
        months = {month_of(at) for at in times}
        if all(name_of(month) in self.known for month in months):
            return
        self.db.one_at_a_time("partitions")
        self.known = set(self.names())
        for month in sorted(months):
            if name_of(month) not in self.known:
                self.make(month)

    def make(self, month: int) -> None:
        """Make a month's partition. Attached afterwards, which hinders nobody who uses others."""
        name = name_of(month)
        self.db.define(f"CREATE TABLE {name} (LIKE call_records INCLUDING ALL) WITH (fillfactor = 80)")
        self.db.define(
            f"ALTER TABLE call_records ATTACH PARTITION {name} FOR VALUES "
            f"FROM ({begin_of(month)!r}) TO ({begin_of(month + 1)!r})"
        )
        self.known.add(name)

    def names(self) -> list[str]:
        """The partitions that there are, the oldest first."""
        sql = (
            "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid "
            "WHERE inhparent = to_regclass('call_records') ORDER BY relname"
        )
        return [name for (name,) in self.db.rows(sql)]


def month_of(at: float) -> int:
    """The month of a time (UTC seconds), counted from the year 0."""
    day = datetime.datetime.fromtimestamp(at, datetime.UTC)
    return day.year * 12 + day.month - 1


def begin_of(month: int) -> float:
    """When a month begins, UTC seconds."""
    year, of_year = divmod(month, 12)
    return datetime.datetime(year, of_year + 1, 1, tzinfo=datetime.UTC).timestamp()


def name_of(month: int) -> str:
    """The partition of a month."""
    year, of_year = divmod(month, 12)
    return f"call_records_{year:04d}_{of_year + 1:02d}"


def month_named(partition: str) -> int:
    """The month of a partition, by its name."""
    year, month = partition.rsplit("_", 2)[1:]
    return int(year) * 12 + int(month) - 1
