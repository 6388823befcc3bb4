"""Workers in one event loop, over one database and one carrier, on a clock of their own."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from callfloor import floor as plain
from callfloor.carriers.port import CarrierEvent, LiveCall, Originate
from callfloor.carriers.simulated import SimulatedCarrier
from callfloor.floor.vocabulary import LONG_AGO
from callfloor.leads.area_codes import made_up_number
from callfloor.live.inbox import Posted, post
from callfloor.live.observer import Observer
from callfloor.live.replay import replay_journal
from callfloor.live.settings import CampaignSettings, FloorSettings
from callfloor.live.tenure import WorkerParts
from callfloor.live.worker import LEASE_S, Worker
from callfloor.stores.sqlite.store import SqliteStore
from tests.unit.live.rig import START, people

LONGEST_TURN_S = 2 * LEASE_S


class World:
    """Workers in one event loop, over one database and one carrier, at a time that is theirs alone."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "floors.db"
        self.time = START
        self.waiting: list[tuple[float, asyncio.Event]] = []
        self.carrier = SimulatedCarrier(people(), seed=1)
        self.lines: list[Line] = []
        self.cut: set[str] = set()
        self.store = self.open()
        self.workers: dict[str, Worker] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.told: list[tuple[str, str, str]] = []
        self.observers_of: Callable[[str], list[Observer]] = lambda floor: []

    def open(self) -> SqliteStore:
        """A connection whose database goes by this world's time."""
        store = SqliteStore(self.path, durable=False, busy_timeout_s=0.05)
        store.connection.create_scalar_function("world_time", lambda *_: self.time, 0)
        store.db.clock = "world_time()"
        return store

    # The clock of every worker.
    def now(self) -> float:
        return self.time

    async def wait(self, until: float, wake: asyncio.Event) -> None:
        if until <= self.time or wake.is_set():
            await asyncio.sleep(0)
            return
        due = asyncio.Event()
        entry = (until, due)
        self.waiting.append(entry)
        waits = [asyncio.ensure_future(due.wait()), asyncio.ensure_future(wake.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.waiting.remove(entry)
            for each in waits:
                each.cancel()

    async def run_for(self, seconds: float) -> None:
        """Let so much time pass, everybody doing what is due at each instant before it goes on."""
        end = self.time + seconds
        while True:
            await self.settle()
            due = min((until for until, _ in self.waiting), default=math.inf)
            if due > end:
                self.time = end
                return
            self.time = max(self.time, due)
            for until, event in self.waiting:
                if until <= self.time:
                    event.set()

    async def settle(self) -> None:
        """Let everybody do what there is to do at this instant."""
        for _ in range(25):
            await asyncio.sleep(0)

    def plan(self, *names: str, agents: int = 2) -> None:
        """Floors with leads enough, whose agents are there and whose campaigns run."""
        for name in names:
            settings = FloorSettings(
                name=name,
                agents=tuple(f"{name}-{i}" for i in range(agents)),
                campaigns=(CampaignSettings(name=f"of {name}", cooldown_s=5.0),),
            )
            plan = self.store.plan_floor(name, settings.text())
            campaign = self.store.campaign_id(f"of {name}")
            with self.store.transaction(plan.floor, self.store.version(plan.floor)) as transaction:
                transaction.add_leads(campaign, [made_up_number(plan.floor, i) for i in range(300)])
            post(self.store, plan.floor, Posted("campaign_started", campaign=f"of {name}"))

    def start(self, name: str, simulated_agents: bool = True) -> Worker:
        store = self.open()
        parts = WorkerParts(
            store=store,
            clock=self,
            runtime=plain,
            observers_of=lambda floor: self.observers_of(floor),
            monotonic=self.now,
            tell=lambda what, floor, **rest: self.told.append((name, what, floor)),
            simulated_agents=simulated_agents,
        )
        self.workers[name] = Worker(name, parts, lambda: self.connect(name))
        self.tasks[name] = asyncio.create_task(self.workers[name].run())
        return self.workers[name]

    async def connect(self, name: str) -> Line:
        if name in self.cut:
            raise ConnectionError("the cable is cut")
        return Line(self, name)

    async def kill(self, name: str) -> None:
        """The process is gone without another word, so that its lease stays."""
        worker = self.workers.pop(name)

        def silence(*_: Any, **__: Any) -> None:
            pass

        for method in ("sign_off", "release_lease"):
            setattr(worker.store, method, silence)
        self.tasks[name].cancel()
        await asyncio.gather(self.tasks.pop(name), return_exceptions=True)

    def owners(self) -> dict[str, str]:
        return {lease.name: lease.owner for lease in self.store.leases()}

    def floors_of(self, name: str) -> int:
        return list(self.owners().values()).count(name)

    def attempts(self, floor: str) -> int:
        sql = "SELECT count(*) FROM call_records WHERE floor = ?"
        found: int = self.store.db.value(sql, (self.store.floor_id(floor),))
        return found

    def check(self) -> None:
        """Nothing is lost and nothing doubled, by the records, the journals and the numbers."""
        for lease in self.store.leases():
            found = replay_journal(self.store, lease.floor, lease.name, plain)
            assert found.difference is None
            sql = "SELECT attempt FROM call_records WHERE floor = ? ORDER BY attempt"
            attempts = [attempt for (attempt,) in self.store.db.rows(sql, (lease.floor,))]
            assert attempts == list(range(1, len(attempts) + 1))
        again = self.store.db.rows(
            "SELECT one.number FROM call_records one JOIN call_records other ON one.number = other.number "
            "WHERE other.placed_at > one.placed_at AND other.placed_at - one.placed_at < 5"
        )
        assert again == []


class Line:
    """A process's connection to the carrier: like all others it hears everything."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.name = world, name
        self.remembers_since = LONG_AGO
        self.reaches_people = False
        self.heard: deque[CarrierEvent] = deque()
        world.lines.append(self)

    def spread(self) -> None:
        for event in self.world.carrier.take(self.world.time):
            for line in self.world.lines:
                line.heard.append(event)
        self.world_wakes()

    def world_wakes(self) -> None:
        for worker in self.world.workers.values():
            if worker.board is not None:
                worker.board.wake.set()

    def command(self, do: Callable[[], None]) -> None:
        if self.name in self.world.cut:
            raise ConnectionError("the cable is cut")
        do()
        self.world_wakes()

    def originate(self, order: Originate) -> None:
        self.command(lambda: self.world.carrier.originate(order))

    def bridge(self, call_id: str, agent_id: str, at: float) -> None:
        self.command(lambda: self.world.carrier.bridge(call_id, agent_id, at))

    def hang_up(self, call_id: str, at: float) -> None:
        self.command(lambda: self.world.carrier.hang_up(call_id, at))

    def play(self, call_id: str, message: str, at: float) -> None:
        self.command(lambda: self.world.carrier.play(call_id, message, at))

    def ask_live_calls(self) -> None:
        pass

    def live_calls(self) -> Sequence[LiveCall]:
        return self.world.carrier.live_calls()

    def next_due(self) -> float:
        return -math.inf if self.heard else self.world.carrier.next_due()

    def take(self, now: float) -> list[CarrierEvent]:
        if self.name in self.world.cut:
            raise ConnectionError("the cable is cut")
        if self.world.carrier.next_due() <= now:
            self.spread()
        events = list(self.heard)
        self.heard.clear()
        return events

    def close(self) -> None:
        if self in self.world.lines:
            self.world.lines.remove(self)
