"""Processes that share floors: taken, kept, taken over and handed over, on a clock of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from callfloor.carriers.port import CarrierEvent
from callfloor.floor.vocabulary import AGENT_SILENT, OFFLINE, OUTCOME_NAMES, PAUSED
from callfloor.live.clocks import SharedClock
from callfloor.live.inbox import Posted, post, post_here
from callfloor.live.settings import CampaignSettings, FloorSettings
from callfloor.live.worker import LEASE_S
from tests.unit.live.worker_world import LONGEST_TURN_S, World


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

    async def test_one_that_stalled_past_its_lease_goes_on_where_nobody_has_taken_the_floor(
        self, world: World
    ) -> None:
        world.plan("north")
        world.start("a")
        await world.run_for(3.0)
        before = world.attempts("north")
        world.time += 2.0 * LEASE_S
        await world.run_for(3.0)
        assert world.attempts("north") > before
        assert [what for _, what, _ in world.told] == ["floor_taken"]
        world.check()

    async def test_one_whose_lease_is_another_ones_by_now_lets_go(self, world: World) -> None:
        world.plan("north")
        worker = world.start("one")
        await world.run_for(10.0)
        floor = world.store.floor_id("north")
        world.store.db.run("UPDATE leases SET owner = 'thief', until = until + 1000")
        await world.run_for(3.0)
        assert floor not in worker.tenures
        assert world.owners() == {"north": "thief"}


class TestDesks:
    async def test_one_that_beats_is_there_after_the_floor_has_moved_and_another_is_not(
        self, world: World
    ) -> None:
        world.plan("north")
        floor = world.store.floor_id("north")
        for agent in ("north-0", "north-1"):
            post(world.store, floor, Posted("agent_logged_in", agent=agent))
        world.start("one", simulated_agents=False)
        await world.run_for(10.0)
        world.start("two", simulated_agents=False)
        await world.kill("one")
        for _ in range(10):
            post_here(world.store, floor, ["north-0"], "web")
            await world.run_for(5.0)
        assert world.owners() == {"north": "two"}
        kinds = [entry.kind for entry in world.store.journal(floor)]
        assert kinds.count(AGENT_SILENT) == 1
        service = world.workers["two"].tenures[floor].service
        assert service is not None
        assert [agent.state == PAUSED for agent in service.engine.resident.floor.agents] == [False, True]


class TestTroubles:
    async def test_a_fault_of_the_carriers_adapter_ends_the_process_and_frees_its_floors(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.plan("north")
        worker = world.start("one")
        await world.run_for(5.0)
        assert worker.board is not None

        def break_off(_: float) -> list[CarrierEvent]:
            raise ZeroDivisionError

        monkeypatch.setattr(worker.board.carrier, "take", break_off)
        await world.run_for(5.0)
        with pytest.raises(ZeroDivisionError):
            await world.tasks.pop("one")
        assert world.owners() == {"north": ""}

    async def test_a_clock_that_is_off_is_reported_once_and_does_no_harm(self, world: World) -> None:
        worker = world.start("one")
        await world.run_for(1.0)
        clock = SharedClock()
        worker.parts = replace(worker.parts, clock=clock)
        worker.report_skew()
        worker.report_skew()
        assert world.told.count(("one", "clock_skew", "")) == 1
        assert clock.now() == pytest.approx(world.time, abs=60.0)

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
        agents = tenure.service.engine.resident.floor.agents
        assert len(agents) == 3
        assert all(agent.state != OFFLINE for agent in agents)

    async def test_one_that_is_being_drained_leaves_new_settings_to_the_next(self, world: World) -> None:
        world.plan("north")
        worker = world.start("one")
        await world.run_for(10.0)
        [floor] = worker.tenures
        world.plan("north", agents=3)
        worker.drain()
        version = world.store.version(floor)
        worker.turn()
        assert world.store.version(floor) == version

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
