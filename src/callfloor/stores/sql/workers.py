"""What workers ask of a database beside their floors' steps: leases, plans, and the inbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from callfloor.stores.inbox_port import InboxEntry, RefusedEntry
from callfloor.stores.port import FloorPlan, Lease, Worker
from callfloor.stores.sql import inbox, leases, plans
from callfloor.stores.sql.database import Database


class WorkerTables:
    """Leases, Workers, FloorPlans and Inbox of one database; part of SqlStore."""

    db: Database

    def take_lease(self, floor: int, owner: str, for_s: float) -> bool:
        """See Leases."""
        with self.db.explained():
            return leases.take_lease(self.db, floor, owner, for_s)

    def release_lease(self, floor: int, owner: str) -> None:
        """See Leases."""
        with self.db.explained():
            leases.release_lease(self.db, floor, owner)

    def leases(self) -> list[Lease]:
        """See Leases."""
        with self.db.explained():
            return leases.all_leases(self.db)

    def wake(self, floor: int) -> None:
        """See Leases."""
        with self.db.explained():
            leases.wake(self.db, floor)

    def sign_on(self, worker: str, for_s: float, *, takes_floors: bool) -> None:
        """See Workers."""
        with self.db.explained():
            leases.sign_on(self.db, worker, for_s, takes_floors)

    def sign_off(self, worker: str) -> None:
        """See Workers."""
        with self.db.explained():
            leases.sign_off(self.db, worker)

    def workers(self) -> list[Worker]:
        """See Workers."""
        with self.db.explained():
            return leases.all_workers(self.db)

    def clock(self) -> float:
        """See Workers."""
        with self.db.explained():
            return float(self.db.value(f"SELECT {self.db.clock}"))

    def plan_floor(self, name: str, settings: str) -> FloorPlan:
        """See FloorPlans."""
        return self.plan_floors({name: settings})[0]

    def plan_floors(self, settings: Mapping[str, str]) -> list[FloorPlan]:
        """See FloorPlans."""
        db, made = self.db, []
        floors = {name: self.floor_id(name) for name in settings}
        with db.explained(), db.transaction():
            for name, text in settings.items():
                made.append(plans.plan_floor(db, floors[name], name, text))
                db.notify(floors[name])
        return made

    def forget_plan(self, floor: int) -> None:
        """See FloorPlans."""
        with self.db.explained(), self.db.transaction():
            plans.forget_plan(self.db, floor)
            self.db.notify(floor)

    def floor_plans(self) -> list[FloorPlan]:
        """See FloorPlans."""
        with self.db.explained():
            return plans.floor_plans(self.db)

    def planned_settings(self, floor: int) -> str:
        """See FloorPlans."""
        with self.db.explained():
            return plans.planned_settings(self.db, floor)

    def put(self, floor: int, arrival: str, event_id: str | None = None) -> bool:
        """See Inbox."""
        return self.put_all(floor, [(arrival, event_id)]) == 1

    def put_all(self, floor: int, entries: Sequence[tuple[str, str | None]]) -> int:
        """See Inbox."""
        with self.db.explained(), self.db.transaction():
            new = sum(inbox.put(self.db, floor, arrival, event_id) for arrival, event_id in entries)
            self.db.notify(floor)
        return new

    def waiting(self, floor: int, count: int) -> list[InboxEntry]:
        """See Inbox."""
        with self.db.explained():
            return inbox.waiting(self.db, floor, count)

    def waiting_count(self, floor: int) -> int:
        """See Inbox."""
        with self.db.explained():
            return inbox.waiting_count(self.db, floor)

    def refuse(self, entry: int, reason: str) -> None:
        """See Inbox."""
        with self.db.explained():
            inbox.refuse(self.db, entry, reason)

    def refused(self, floor: int, count: int) -> list[RefusedEntry]:
        """See Inbox."""
        with self.db.explained():
            return inbox.refused(self.db, floor, count)

    def refused_count(self, floor: int) -> int:
        """See Inbox."""
        with self.db.explained():
            return inbox.refused_count(self.db, floor)

    def retry(self, floor: int, entries: Sequence[int] | None) -> list[int]:
        """See Inbox."""
        with self.db.explained(), self.db.transaction():
            missing = inbox.not_refused(self.db, floor, entries or ())
            if not missing:
                inbox.retry(self.db, floor, entries)
                self.db.notify(floor)
        return missing

    def discard(self, floor: int, entries: Sequence[int]) -> list[int]:
        """See Inbox."""
        with self.db.explained(), self.db.transaction():
            missing = inbox.not_refused(self.db, floor, entries)
            if not missing:
                inbox.discard(self.db, entries)
        return missing

    def floor_id(self, name: str) -> int:
        """See Store."""
        raise NotImplementedError
