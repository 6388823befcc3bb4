"""The store in memory as the contract tests ask for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from callfloor.stores.port import CallRecord
from tests.faults.simulation.memory import Database, MemoryStore
from tests.faults.simulation.memory_rows import DONE, DUE, WAITING, Undo

if TYPE_CHECKING:
    from tests.contract.stores import LeadState, Listed


class MemoryBackend:
    """One database in memory; see Backend."""

    def __init__(self, folder: Path) -> None:
        self.database = Database()

    def open(self) -> MemoryStore:
        return MemoryStore(self.database)

    def add_list(
        self, campaign: int, leads: Sequence[Listed], status: str = "active", name: str = "a list"
    ) -> list[int]:
        book, undo = self.database.book, Undo()
        of_list = book.add_list(campaign, status, undo, name)
        ids: list[int] = []
        for listed in leads:
            lead = book.add_lead(of_list, listed.numbers, undo)
            lead.priority, lead.due_at = listed.priority, listed.due_at
            lead.status = WAITING if listed.due_at else DUE
            lead.state, lead.time_zone, lead.attributes = listed.state, listed.time_zone, listed.attributes
            lead.consent_at = listed.consent_at
            ids.append(lead.id)
        return ids

    def lead(self, lead: int) -> LeadState:
        from tests.contract.stores import LeadState

        found = self.database.book.leads[lead - 1]
        numbers = [self.database.book.numbers[number - 1].e164 for number in found.numbers]
        due_at = math.inf if found.status == DONE else found.due_at
        return LeadState(found.status, due_at, found.attempts, found.outcome, numbers, found.held_back)

    def register(self, name: str, dated_at: float, numbers: Sequence[int]) -> None:
        self.database.book.registers[name] = (dated_at, frozenset(numbers))

    def call_records(self, floor: int) -> list[CallRecord]:
        records = self.database.floor(floor).records
        return [records[attempt] for attempt in sorted(records)]

    def let_time_pass(self) -> None:
        rows = self.database.worker_rows
        rows.leases = {floor: (owner, until - 86400.0) for floor, (owner, until) in rows.leases.items()}
        rows.workers = {name: (until - 86400.0, takes) for name, (until, takes) in rows.workers.items()}

    def set_aside(self) -> dict[str, str]:
        inbox = self.database.worker_rows.inbox.values()
        return {each.entry.arrival: each.refused for each in inbox if each.refused}

    def close(self) -> None:
        pass
