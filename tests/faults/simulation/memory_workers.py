"""What workers share in the store in memory: leases, who is there, plans of floors, and the inbox."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callfloor.stores.inbox_port import InboxEntry
from callfloor.stores.port import FloorPlan, Lease, Worker

if TYPE_CHECKING:
    from tests.faults.simulation.memory import Database


@dataclass(slots=True)
class StoredPlan:
    """A floor's settings; none where the text is empty."""

    revision: int = 0
    settings: str = ""


@dataclass(slots=True)
class StoredEntry:
    """An entry of the inbox, and why it was set aside, if it was."""

    floor: int
    entry: InboxEntry
    refused: str = ""


@dataclass(slots=True)
class WorkerRows:
    """The tables. `leases` has owner and end by floor; `workers` the end and whether floors are taken."""

    leases: dict[int, tuple[str, float]] = field(default_factory=dict)
    workers: dict[str, tuple[float, bool]] = field(default_factory=dict)
    plans: dict[int, StoredPlan] = field(default_factory=dict)
    inbox: dict[int, StoredEntry] = field(default_factory=dict)
    put: int = 0
    guard: threading.Lock = field(default_factory=threading.Lock)
    listeners: list[Callable[[int], None]] = field(default_factory=list)
    """Told of floors for which there is something new."""

    def take(self, entries: list[int]) -> None:
        """A step has taken entries."""
        for entry in entries:
            self.inbox.pop(entry, None)


class WorkerTables:
    """Leases, Workers, FloorPlans and Inbox of one database; part of MemoryStore."""

    database: Database

    def rows(self) -> WorkerRows:
        """The tables as they are committed, and not held up by a floor's step."""
        return self.database.worker_rows

    def take_lease(self, floor: int, owner: str, for_s: float) -> bool:
        """See Leases."""
        rows, now = self.rows(), self.database.clock()
        with rows.guard:
            held_by, until = rows.leases.get(floor, (owner, 0.0))
            if held_by != owner and until > now:
                return False
            rows.leases[floor] = owner, now + for_s
        return True

    def release_lease(self, floor: int, owner: str) -> None:
        """See Leases."""
        leases = self.rows().leases
        if floor in leases and leases[floor][0] == owner:
            del leases[floor]

    def leases(self) -> list[Lease]:
        """See Leases."""
        leases, now = self.rows().leases, self.database.clock()
        found: list[Lease] = []
        for floor, stored in enumerate(self.database.floors, start=1):
            owner, until = leases.get(floor, ("", 0.0))
            left_s = max(0.0, until - now)
            found.append(Lease(floor, stored.name, owner if left_s > 0.0 else "", left_s))
        return found

    def wake(self, floor: int) -> None:
        """See Leases."""
        for listener in self.rows().listeners:
            listener(floor)

    def sign_on(self, worker: str, for_s: float, *, takes_floors: bool) -> None:
        """See Workers."""
        workers, now = self.rows().workers, self.database.clock()
        workers[worker] = now + for_s, takes_floors
        for name in [name for name, (until, _) in workers.items() if until <= now]:
            del workers[name]

    def sign_off(self, worker: str) -> None:
        """See Workers."""
        self.rows().workers.pop(worker, None)

    def workers(self) -> list[Worker]:
        """See Workers."""
        now = self.database.clock()
        found = self.rows().workers.items()
        return sorted(Worker(name, takes_floors) for name, (until, takes_floors) in found if until > now)

    def clock(self) -> float:
        """See Workers."""
        self.rows()
        return self.database.clock()

    def plan_floor(self, name: str, settings: str) -> FloorPlan:
        """See FloorPlans."""
        return self.plan_floors({name: settings})[0]

    def plan_floors(self, settings: Mapping[str, str]) -> list[FloorPlan]:
        """See FloorPlans."""
        for text in settings.values():
            if not isinstance(text, str):
                raise TypeError(f"settings: expected a text, found {text!r}")
        return [self.write_plan(self.floor_id(name), name, text) for name, text in settings.items()]

    def write_plan(self, floor: int, name: str, settings: str) -> FloorPlan:
        """Write a floor's settings."""
        plan = self.rows().plans.setdefault(floor, StoredPlan())
        plan.revision, plan.settings = plan.revision + 1, settings
        self.wake(floor)
        return FloorPlan(floor, name, plan.revision)

    def forget_plan(self, floor: int) -> None:
        """See FloorPlans."""
        if floor in self.rows().plans:
            self.write_plan(floor, "", "")

    def floor_plans(self) -> list[FloorPlan]:
        """See FloorPlans."""
        return [
            FloorPlan(floor, self.database.floor(floor).name, plan.revision)
            for floor, plan in sorted(self.rows().plans.items())
            if plan.settings
        ]

    def planned_settings(self, floor: int) -> str:
        """See FloorPlans."""
        plan = self.rows().plans.get(floor)
        return "" if plan is None else plan.settings

    def put(self, floor: int, arrival: str, event_id: str | None = None) -> bool:
        """See Inbox."""
        rows = self.rows()
        new = event_id is None or not any(
            each.floor == floor and each.entry.event_id == event_id for each in rows.inbox.values()
        )
        if new:
            rows.put += 1
            entry = InboxEntry(rows.put, event_id, arrival, self.database.clock())
            rows.inbox[rows.put] = StoredEntry(floor, entry)
        self.wake(floor)
        return new

    def put_all(self, floor: int, entries: Sequence[tuple[str, str | None]]) -> int:
        """See Inbox."""
        return sum([self.put(floor, arrival, event_id) for arrival, event_id in entries])

    def waiting(self, floor: int, count: int) -> list[InboxEntry]:
        """See Inbox."""
        found = self.rows().inbox.values()
        return [each.entry for each in found if each.floor == floor and not each.refused][:count]

    def waiting_count(self, floor: int) -> int:
        """See Inbox."""
        return sum(each.floor == floor and not each.refused for each in self.rows().inbox.values())

    def refuse(self, entry: int, reason: str) -> None:
        """See Inbox."""
        inbox = self.rows().inbox
        if entry in inbox:
            inbox[entry].refused = reason

    def refused_count(self, floor: int) -> int:
        """See Inbox."""
        return sum(each.floor == floor and bool(each.refused) for each in self.rows().inbox.values())

    def floor_id(self, name: str) -> int:
        """See Store."""
        raise NotImplementedError
