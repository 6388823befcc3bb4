"""Stores to hold to their contract: a database each, opened as often as a test likes, filled and looked into.

What a test needs beside the port (leads of a list, rows as they stand) is asked of a ``Backend``; a second
kind of store joins with one of its own in ``BACKENDS``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from callfloor.stores.port import CallRecord, Store
from callfloor.stores.sqlite.claims import CLAIMED, DONE, DUE, HELD_BACK, WAITING
from callfloor.stores.sqlite.registers import SqliteRegisters
from callfloor.stores.sqlite.store import SqliteStore
from tests.faults.simulation.backend import MemoryBackend


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

    def open(self) -> Store:
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

    def close(self) -> None:
        """Close everything that was opened."""


class SqliteBackend:
    """A SQLite file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "store.db"
        self.stores: list[SqliteStore] = []
        self.first = self.open()

    def open(self) -> SqliteStore:
        store = SqliteStore(self.path, durable=False)
        self.stores.append(store)
        return store

    def add_list(
        self, campaign: int, leads: Sequence[Listed], status: str = "active", name: str = "a list"
    ) -> list[int]:
        run = self.first.connection.execute
        [(list_id,)] = run(
            "INSERT INTO lists (campaign, name, status, created_at) VALUES (?, ?, ?, 0) RETURNING id",
            (campaign, name, status),
        )
        ids: list[int] = []
        for lead in leads:
            first, *others = [self.number(e164) for e164 in lead.numbers]
            [(lead_id,)] = run(
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
                run("INSERT INTO lead_numbers VALUES (?, ?, ?)", (campaign, number, lead_id))
            ids.append(lead_id)
        return ids

    def number(self, e164: int) -> int:
        sql = (
            "INSERT INTO numbers (e164) VALUES (?) ON CONFLICT (e164) DO UPDATE SET e164 = e164 RETURNING id"
        )
        [(number,)] = self.first.connection.execute(sql, (e164,))
        return int(number)

    def lead(self, lead: int) -> LeadState:
        [(status, due_at, attempts, outcome, number, others, held)] = self.first.connection.execute(
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
        with SqliteRegisters(self.path) as registers, registers.begin(name, dated_at, "a file") as writer:
            writer.add(numbers)
            writer.publish()

    def call_records(self, floor: int) -> list[CallRecord]:
        columns = (
            "attempt, campaign, lead, number, agent, outcome, placed_at, answered_at, connected_at, "
            "ended_at, disposition"
        )
        sql = f"SELECT {columns} FROM call_records WHERE floor = ? ORDER BY attempt"
        return [CallRecord(*row) for row in self.first.connection.execute(sql, (floor,))]

    def close(self) -> None:
        for store in self.stores:
            store.close()


BACKENDS: dict[str, Callable[[Path], Backend]] = {"sqlite": SqliteBackend, "memory": MemoryBackend}
