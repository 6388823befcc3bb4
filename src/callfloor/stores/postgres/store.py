"""The store on PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from psycopg.errors import UniqueViolation

from callfloor.stores.errors import StaleVersionError, StoreError
from callfloor.stores.port import Changes, FloorTransaction
from callfloor.stores.postgres.database import PostgresDatabase
from callfloor.stores.postgres.partitions import begin_of, month_named
from callfloor.stores.sql.store import SqlStore, SqlTransaction

FRESH_FOR_S = 0.02
"""So long it is known whether a number that is being dialled is barred; asking takes a while as well."""

ASKED_AT_ONCE = 200
"""Numbers that are asked about together: about as many as are dialled while that is fresh."""


class PostgresStore(SqlStore):
    """A Store in one PostgreSQL database. Not for several threads at once; several processes are fine."""

    db: PostgresDatabase

    def __init__(self, url: str, *, durable: bool = True, wait_s: float = 5.0) -> None:
        """Connect to the database of a URL; see ``open_database`` for `durable`, `wait_s` and the errors."""
        super().__init__(PostgresDatabase(url, durable=durable, wait_s=wait_s))
        self.placed: dict[int, None] = {}
        self.found: Sequence[tuple[int, bool, int]] = ()
        self.asked: set[int] = set()
        self.barred: dict[tuple[str, ...], set[int]] = {}
        self.asked_at = 0.0

    @contextmanager
    def transaction(self, floor: int, version: int) -> Iterator[FloorTransaction]:
        """See Store."""
        try:
            with super().transaction(floor, version) as step:
                yield step
        except StoreError as error:
            if isinstance(error.__cause__, UniqueViolation):
                raise StaleVersionError(
                    f"{self.db.where}: another process has added the same just now; reload and try again"
                ) from error
            raise

    def step_of(self, floor: int, version: int) -> FloorTransaction:
        """See SqlStore."""
        return PostgresTransaction(self, floor, version)

    def placing(self, numbers: Iterable[int]) -> None:
        """These are about to be called, in this order.

        Whether the first of them are barred is asked as soon as that is committed.
        """
        self.placed = dict.fromkeys(numbers)
        self.asked_at = 0.0
        if self.placed:
            self.db.ask_afterwards(*self.question_of_barred(self.next_placed()), self.take_barred)

    def next_placed(self) -> list[int]:
        """Those that are dialled next."""
        return list(islice(self.placed, ASKED_AT_ONCE))

    def take_barred(self, rows: Sequence[tuple[int, bool, int]]) -> None:
        """What was found of the numbers that are about to be called."""
        self.found = rows
        self.asked = {number for number, _, _ in rows}
        self.barred = {}
        self.asked_at = time.monotonic()

    def is_barred(self, number: int, registers: Sequence[str] = ()) -> bool:
        """See Store.

        Whoever has just placed calls asks this of each: one question to the server answers for those that
        come next, and one more for each campaign's registers, as long as it is fresh.
        """
        if number not in self.placed:
            return super().is_barred(number, registers)
        now = time.monotonic()
        if now - self.asked_at > FRESH_FOR_S or number not in self.asked:
            asked = dict.fromkeys([number, *self.next_placed()])
            with self.db.explained():
                self.take_barred(self.db.rows(*self.question_of_barred(list(asked))))
            self.asked_at = now
        named = tuple(registers)
        if named not in self.barred:
            self.barred[named] = self.barred_of(self.found, named)
        # Of a number that is asked for again the server is asked again.
        self.placed.pop(number, None)
        return number in self.barred[named]

    def bar(
        self, e164: int, *, asked_at: float | None = None, asked_by: str = "", of_list: str = "internal"
    ) -> int:
        """See Store."""
        self.placed.clear()
        return super().bar(e164, asked_at=asked_at, asked_by=asked_by, of_list=of_list)

    def drop_call_records(self, before: float) -> int:
        """Drop the months that have passed whole before a time (UTC seconds); return how many records."""
        db = self.db
        dropped = 0
        with db.explained(), db.transaction():
            db.one_at_a_time("partitions")
            for name in db.partitions.names():
                if begin_of(month_named(name) + 1) <= before:
                    dropped += db.value(f"SELECT count(*) FROM {name}")
                    db.define(f"DROP TABLE {name}")
        db.partitions.forget()
        return dropped


class PostgresTransaction(SqlTransaction):
    """One step of one floor, under way, of which the store remembers whom it dials."""

    def __init__(self, store: PostgresStore, floor: int, version: int) -> None:
        super().__init__(store.db, floor, version)
        self.store = store

    def write(self, changes: Changes) -> None:
        """See FloorTransaction."""
        super().write(changes)
        self.store.placing([number for number, _, _ in changes.placed])
