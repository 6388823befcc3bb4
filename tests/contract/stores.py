"""Stores to hold to their contract: a database each, opened as often as a test likes, filled and looked into.

What a test needs beside the port (leads of a list, rows as they stand) is asked of a ``Backend``; a second
kind of store joins with one of its own in ``BACKENDS``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Protocol

from callfloor.live.tenure import SharedStore
from callfloor.stores.opening import open_registers, open_store
from callfloor.stores.port import CallRecord
from callfloor.stores.postgres.store import PostgresStore
from callfloor.stores.sql.claims import CLAIMED, DONE, DUE, HELD_BACK, WAITING
from callfloor.stores.sql.numbers import number_ids
from callfloor.stores.sql.store import SqlStore
from tests.faults.simulation.backend import MemoryBackend
from tools.postgres import shared_server


@dataclass(slots=True)
class Listed:
    """A lead as a list has it: the digits of its numbers, the first to be tried first."""

    numbers: list[int]
    priority: int = 100
    due_at: float = 0.0
    state: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    time_zone: str | None = None
    consent_at: float | None = None


@dataclass(slots=True)
class LeadState:
    """A lead as the store has it; `due_at` infinity: done with; `numbers` in the order of trying."""

    status: str
    due_at: float
    attempts: int
    outcome: int | None
    numbers: list[int] = field(default_factory=list)
    held_back: str | None = None


class Backend(Protocol):
    """One database of some kind."""

    def open(self) -> SharedStore:
        """A connection of its own, as another process would have it."""

    def add_list(
        self, campaign: int, leads: Sequence[Listed], status: str = "active", name: str = "a list"
    ) -> list[int]:
        """A list of leads; their ids."""

    def lead(self, lead: int) -> LeadState:
        """A lead as it stands."""

    def register(self, name: str, dated_at: float, numbers: Sequence[int]) -> None:
        """A do-not-call register in force, instead of the one before."""

    def call_records(self, floor: int) -> list[CallRecord]:
        """The floor's call records by attempt."""

    def let_time_pass(self) -> None:
        """A day goes by for leases, and for workers who say that they are there."""

    def set_aside(self) -> dict[str, str]:
        """What was set aside of the inbox, with the reasons."""

    def close(self) -> None:
        """Close everything that was opened."""


class SqlBackend:
    """A database that the shared statements work on."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.stores: list[SqlStore] = []
        self.first = self.open()
        self.db = self.first.db

    def open(self) -> SqlStore:
        store = open_store(self.url, durable=False)
        self.stores.append(store)
        return store

    def add_list(
        self, campaign: int, leads: Sequence[Listed], status: str = "active", name: str = "a list"
    ) -> list[int]:
        db = self.db
        list_id = db.value(
            "INSERT INTO lists (campaign, name, status, created_at) VALUES (?, ?, ?, 0) RETURNING id",
            (campaign, name, status),
        )
        ids: list[int] = []
        for lead in leads:
            first, *others = [number_ids(db, [e164])[e164].id for e164 in lead.numbers]
            lead_id = db.value(
                "INSERT INTO leads (list, status, priority, due_at, number, other_numbers, state, "
                "attributes, time_zone, consent_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                (
                    list_id,
                    WAITING if lead.due_at else DUE,
                    lead.priority,
                    lead.due_at,
                    first,
                    json.dumps(others) if others else None,
                    lead.state,
                    json.dumps(lead.attributes) if lead.attributes else None,
                    lead.time_zone,
                    lead.consent_at,
                ),
            )
            for number in (first, *others):
                db.run("INSERT INTO lead_numbers VALUES (?, ?, ?)", (campaign, number, lead_id))
            ids.append(lead_id)
        return ids

    def lead(self, lead: int) -> LeadState:
        status, due_at, attempts, outcome, number, others, held = self.db.row(
            "SELECT status, due_at, attempts, outcome, number, other_numbers, held_back "
            "FROM leads WHERE id = ?",
            (lead,),
        )
        names = {DUE: "due", WAITING: "waiting", CLAIMED: "claimed", DONE: "done", HELD_BACK: "held back"}
        ids = [number, *(json.loads(others) if others else [])]
        digits = self.first.numbers_of(ids)
        numbers = [digits[i] for i in ids]
        return LeadState(
            names[status], math.inf if status == DONE else due_at, attempts, outcome, numbers, held
        )

    def register(self, name: str, dated_at: float, numbers: Sequence[int]) -> None:
        with open_registers(self.url) as registers, registers.begin(name, dated_at, "a file") as writer:
            writer.add(numbers)
            writer.publish()

    def call_records(self, floor: int) -> list[CallRecord]:
        columns = ", ".join(CallRecord._fields)
        sql = f"SELECT {columns} FROM call_records WHERE floor = ? ORDER BY attempt"
        return [CallRecord(*row) for row in self.db.rows(sql, (floor,))]

    def let_time_pass(self) -> None:
        self.db.run("UPDATE leases SET until = until - 86400")
        self.db.run("UPDATE workers SET until = until - 86400")

    def set_aside(self) -> dict[str, str]:
        return dict(self.db.rows("SELECT arrival, refused FROM inbox WHERE refused IS NOT NULL"))

    def close(self) -> None:
        for store in self.stores:
            store.close()


def sqlite_backend(folder: Path) -> SqlBackend:
    """A SQLite file."""
    return SqlBackend(str(folder / "store.db"))


def postgres_backend(_: Path) -> SqlBackend:
    """A PostgreSQL database, empty."""
    return SqlBackend(empty_database())


@cache
def postgres_url() -> str:
    """This process's PostgreSQL database."""
    return shared_server().new_database()


def empty_database() -> str:
    """The URL of the PostgreSQL database, without a row: much quicker than a new one."""
    url = postgres_url()
    store = PostgresStore(url)
    tables = [table for table in store.db.columns if table != "schema_version"]
    store.db.run(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY")
    store.close()
    return url


SQL_BACKENDS: dict[str, Callable[[Path], SqlBackend]] = {
    "postgres": postgres_backend,
    "sqlite": sqlite_backend,
}
"""Databases that other processes reach by a URL."""

BACKENDS: dict[str, Callable[[Path], Backend]] = {"memory": MemoryBackend, **SQL_BACKENDS}
