"""Processes that share floors: taken, kept, taken over and handed over, on a clock of their own."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from callfloor import floor as plain
from callfloor.carriers.port import CarrierEvent, LiveCall, Originate
from callfloor.carriers.simulated import SimulatedCarrier
from callfloor.floor.vocabulary import OUTCOME_NAMES
from callfloor.leads.area_codes import made_up_number
from callfloor.live.inbox import Posted, post
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

    def start(self, name: str) -> Worker:
        store = self.open()
        parts = WorkerParts(
            store=store,
            clock=self,
            runtime=plain,
            board=lambda: None,
            observers_of=lambda floor: [],
            monotonic=self.now,
            tell=lambda what, floor, **rest: self.told.append((name, what, floor)),
            simulated_agents=True,
        )
        self.workers[name] = Worker(name, parts, lambda: self.connect(name))
        self.tasks[name] = asyncio.create_task(self.workers[name].run())
        return self.workers[name]

    def connect(self, name: str) -> Line:
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
        self.remembers_attempts = True
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


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path)
    yield made
    for worker in made.workers.values():
        worker.drain()
    await made.run_for(LONGEST_TURN_S)
    for task in made.tasks.values():
        task.cancel()
    await asyncio.gather(*made.tasks.values(), return_exceptions=True)
    made.check()
    made.store.close()


class TestSharing:
    async def test_one_process_looks_after_every_floor_and_dials(self, world: World) -> None:
        world.plan("north", "south")
        world.start("one")
        await world.run_for(30.0)
        assert world.owners() == {"north": "one", "south": "one"}
        assert world.attempts("north") > 5
        assert world.attempts("south") > 5

    async def test_several_processes_share_them(self, world: World) -> None:
        world.plan(*(f"floor {i}" for i in range(6)))
        for name in ("one", "two", "three"):
            world.start(name)
        await world.run_for(60.0)
        assert [world.floors_of(name) for name in ("one", "two", "three")] == [2, 2, 2]

    async def test_one_that_comes_later_gets_its_share(self, world: World) -> None:
        world.plan(*(f"floor {i}" for i in range(4)))
        world.start("one")
        await world.run_for(10.0)
        assert world.floors_of("one") == 4
        world.start("two")
        await world.run_for(LONGEST_TURN_S)
        assert world.floors_of("one") == world.floors_of("two") == 2

    async def test_a_floor_that_dial_made_is_left_alone(self, world: World) -> None:
        world.store.floor_id("main")
        world.plan("north")
        world.start("one")
        await world.run_for(10.0)
        assert world.owners() == {"main": "", "north": "one"}

    async def test_a_floor_that_is_planned_later_is_taken_and_one_without_a_plan_given_back(
        self, world: World
    ) -> None:
        world.start("one")
        await world.run_for(5.0)
        world.plan("north")
        await world.run_for(5.0)
        assert world.owners() == {"north": "one"}
        world.store.forget_plan(world.store.floor_id("north"))
        await world.run_for(5.0)
        assert world.owners() == {"north": ""}


class TestTakingOver:
    async def test_floors_of_one_that_is_killed_go_on_elsewhere(self, world: World) -> None:
        world.plan("north", "south")
        world.start("one")
        world.start("two")
        await world.run_for(30.0)
        await world.kill("one")
        before = {name: world.attempts(name) for name in ("north", "south")}
        await world.run_for(30.0)
        assert set(world.owners().values()) == {"two"}
        assert all(world.attempts(name) > before[name] for name in before)

    async def test_it_takes_no_longer_than_a_lease_and_a_turn(self, world: World) -> None:
        world.plan("north")
        world.start("one")
        await world.run_for(10.0)
        world.start("two")
        await world.run_for(10.0)
        await world.kill("one")
        killed_at = world.time
        while world.owners()["north"] != "two":
            await world.run_for(0.1)
        assert world.time - killed_at <= LEASE_S * (1 + 1 / 6) + 0.2

    async def test_one_that_is_drained_hands_over_at_once_and_ends(self, world: World) -> None:
        world.plan("north", "south")
        world.start("one")
        world.start("two")
        await world.run_for(20.0)
        world.workers["one"].drain()
        drained_at = world.time
        while set(world.owners().values()) != {"two"}:
            await world.run_for(0.1)
        assert world.time - drained_at <= 1.5
        assert world.tasks["one"].done()
        assert [worker.name for worker in world.store.workers()] == ["two"]

    async def test_calls_in_hand_go_on_in_the_other_process(self, world: World) -> None:
        world.plan("north")
        world.start("one")
        await world.run_for(20.0)
        world.start("two")
        await world.run_for(2.0)
        live = {call.call_id for call in world.carrier.live_calls()}
        assert live
        world.workers["one"].drain()
        await world.run_for(30.0)
        lost = OUTCOME_NAMES.index("lost")
        assert world.store.db.value("SELECT count(*) FROM call_records WHERE outcome = ?", (lost,)) == 0

    async def test_one_whose_lease_is_another_ones_by_now_lets_go(self, world: World) -> None:
        world.plan("north")
        worker = world.start("one")
        await world.run_for(10.0)
        floor = world.store.floor_id("north")
        world.store.db.run("UPDATE leases SET owner = 'thief', until = until + 1000")
        await world.run_for(3.0)
        assert floor not in worker.tenures
        assert world.owners() == {"north": "thief"}


class TestTroubles:
    async def test_without_a_carrier_floors_go_to_those_who_have_one(self, world: World) -> None:
        world.plan("north", "south")
        world.start("one")
        world.start("two")
        await world.run_for(20.0)
        world.cut.add("one")
        await world.run_for(4 * LEASE_S)
        assert set(world.owners().values()) == {"two"}
        world.cut.clear()
        await world.run_for(4 * LEASE_S)
        assert world.floors_of("one") == world.floors_of("two") == 1

    async def test_a_carrier_that_is_soon_back_moves_no_floor(self, world: World) -> None:
        world.plan("north")
        world.start("one")
        await world.run_for(10.0)
        world.cut.add("one")
        await world.run_for(1.0)
        world.cut.clear()
        before = world.attempts("north")
        await world.run_for(20.0)
        assert world.attempts("north") > before
        assert ("one", "floor_given_back", "north") not in world.told

    async def test_a_floor_that_cannot_be_looked_after_keeps_no_other_from_it(self, world: World) -> None:
        world.plan("south")
        world.store.plan_floor("north", '{"agents": 7}')
        world.start("one")
        await world.run_for(20.0)
        assert world.owners() == {"north": "", "south": "one"}
        assert world.told.count(("one", "floor_given_back", "north")) == 1

    async def test_settings_are_taken_while_the_floor_runs(self, world: World) -> None:
        world.plan("north")
        worker = world.start("one")
        await world.run_for(10.0)
        world.plan("north", agents=3)
        await world.run_for(5.0)
        [tenure] = worker.tenures.values()
        assert tenure.service is not None
        assert len(tenure.service.engine.resident.floor.agents) == 3

    async def test_settings_that_do_not_fit_are_refused_once_and_the_floor_goes_on(
        self, world: World
    ) -> None:
        world.plan("north")
        world.start("one")
        await world.run_for(10.0)
        other = FloorSettings(name="north", campaigns=(CampaignSettings(name="another"),))
        world.store.plan_floor("north", other.text())
        before = world.attempts("north")
        await world.run_for(20.0)
        assert world.told.count(("one", "settings_refused", "north")) == 1
        assert world.attempts("north") > before
