"""Clocks, and the loop that waits for what is due."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from callfloor.carriers.port import LiveCall
from callfloor.floor.vocabulary import (
    AGENT_LOGGED_IN,
    CALL_ENDED,
    CAMPAIGN_STOPPED,
    NO_OUTCOME,
    PAUSED,
    READY,
)
from callfloor.live import service as live_service
from callfloor.live.arrivals import Arrival, Incoming
from callfloor.live.clocks import PacedClock, SharedClock, UtcClock
from callfloor.live.desk_watch import DeskWatch
from callfloor.live.service import Service
from tests.unit.live.rig import START, Rig, ScriptedCarrier

FAST = 1e9


class TestUtcClock:
    def test_it_tells_the_time_of_the_world(self) -> None:
        before = time.time()
        assert before <= UtcClock().now() <= time.time()

    async def test_it_returns_when_woken_and_when_the_time_has_come(self) -> None:
        clock, wake = UtcClock(), asyncio.Event()
        wake.set()
        await clock.wait(math.inf, wake)
        wake.clear()
        await clock.wait(-math.inf, wake)
        until = clock.now() + 0.01
        await clock.wait(until, wake)
        assert clock.now() >= until - 0.01


class TestPacedClock:
    async def test_it_stands_still_until_it_is_asked_to_wait(self) -> None:
        clock = PacedClock(START, FAST)
        await asyncio.sleep(0)
        assert clock.now() == START
        await clock.wait(START + 5, asyncio.Event())
        assert clock.now() == START + 5

    async def test_it_never_runs_back(self) -> None:
        clock = PacedClock(START, FAST)
        await clock.wait(START + 5, asyncio.Event())
        await clock.wait(START + 1, asyncio.Event())
        await clock.wait(-math.inf, asyncio.Event())
        assert clock.now() == START + 5

    async def test_woken_it_has_not_gone_beyond_the_point_it_was_to_wait_for(self) -> None:
        clock, wake = PacedClock(START, 1.0), asyncio.Event()
        wake.set()
        await clock.wait(START + 1000, wake)
        assert START <= clock.now() < START + 1000

    async def test_late_it_does_not_skip_what_is_due(self) -> None:
        clock = PacedClock(START, FAST)
        for due in range(1, 100):
            await clock.wait(START + due, asyncio.Event())
            assert clock.now() == START + due


class Desk:
    """Agents who do this at those times."""

    def __init__(self, *planned: tuple[float, Incoming]) -> None:
        self.planned = list(planned)

    def next_due(self) -> float:
        return min((at for at, _ in self.planned), default=math.inf)

    def take(self, now: float) -> Sequence[Incoming]:
        due = [arrival for at, arrival in self.planned if at <= now]
        self.planned = [planned for planned in self.planned if planned[0] > now]
        return due


class TestService:
    def service(self, rig: Rig, *sources: Desk) -> Service:
        return Service(rig.engine, PacedClock(rig.now, FAST), [rig.carrier, *sources])

    async def test_it_takes_from_every_source_when_it_is_due(self, tmp_path: Path) -> None:
        carrier = ScriptedCarrier()
        rig = Rig(tmp_path, agents=1, carrier=carrier, configure=False)
        desk = Desk((START + 7, Arrival(CAMPAIGN_STOPPED, campaign=0, code=1)))
        service = self.service(rig, desk)
        await service.start()
        rig.begin()
        await service.run(START + 10)
        assert service.clock.now() == START + 10
        assert carrier.of("hang_up") == [(call_id,) for call_id in carrier.rung()]
        assert rig.floor.now == START + 7
        rig.close()

    async def test_timers_are_served_at_their_time(self, tmp_path: Path) -> None:
        carrier = ScriptedCarrier()
        rig = Rig(tmp_path, agents=1, carrier=carrier)
        service = self.service(rig)
        rig.begin()
        await service.run(START + 41)
        assert len(carrier.of("hang_up")) == 2
        assert rig.floor.now == START + 40
        rig.close()

    async def test_events_bring_the_next_ones(self, tmp_path: Path) -> None:
        rig = Rig(tmp_path, agents=3)
        rig.begin()
        await self.service(rig).run(START + 60)
        other = tmp_path / "by hand"
        other.mkdir()
        by_hand = Rig(other, agents=3)
        by_hand.begin()
        by_hand.run_until(START + 60)
        sql = "SELECT * FROM call_records ORDER BY attempt"
        assert rig.rows(sql) == by_hand.rows(sql)
        rig.close()
        by_hand.close()

    async def test_it_stops_when_it_is_finished(self, tmp_path: Path) -> None:
        carrier = ScriptedCarrier()
        rig = Rig(tmp_path, carrier=carrier)
        await self.service(rig).run(math.inf, lambda: True)
        assert carrier.told == []
        rig.close()

    async def test_an_interrupt_has_it_look_whether_it_is_finished(self, tmp_path: Path) -> None:
        rig = Rig(tmp_path, carrier=ScriptedCarrier())
        service = Service(rig.engine, UtcClock(), [rig.carrier])
        asked = False

        def ask() -> None:
            nonlocal asked
            asked = True
            service.interrupt()

        asyncio.get_running_loop().call_soon(ask)
        await service.run(math.inf, lambda: asked)
        assert asked
        rig.close()

    async def test_others_get_a_turn_however_much_is_due(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(live_service, "BREATHE_EVERY", 4)
        rig = Rig(tmp_path, agents=3)
        rig.begin()
        service = self.service(rig)
        turns: list[int] = []

        async def other() -> None:
            while True:
                turns.append(service.steps)
                await asyncio.sleep(0)

        task = asyncio.create_task(other())
        await service.run(START + 20)
        task.cancel()
        assert len(turns) >= service.steps // 4 > 3
        rig.close()

    async def test_it_waits_until_the_carrier_says_which_calls_it_has(self, tmp_path: Path) -> None:
        class Slow(ScriptedCarrier):
            asked = 0

            def ask_live_calls(self) -> None:
                pass

            def live_calls(self) -> Sequence[LiveCall] | None:
                self.asked += 1
                return [LiveCall(call_id) for call_id in self.rung()] if self.asked > 3 else None

        carrier = Slow()
        rig = Rig(tmp_path, agents=1, carrier=carrier)
        rig.begin()
        await self.service(rig).start()
        assert carrier.asked == 4
        assert [call.outcome for call in rig.floor.calls] == [NO_OUTCOME, NO_OUTCOME]
        rig.close()

    @pytest.mark.parametrize(("idle_s", "state"), [(10.0, READY), (40.0, PAUSED)])
    async def test_agents_of_a_floor_at_work_have_time_to_show_that_they_are_there(
        self, tmp_path: Path, idle_s: float, state: int
    ) -> None:
        carrier = ScriptedCarrier()
        rig = Rig(tmp_path, agents=1, carrier=carrier)
        rig.step(Arrival(AGENT_LOGGED_IN, agent="agent-0"))
        carrier.live = []
        clock = PacedClock(START + idle_s, FAST)
        await Service(rig.engine, clock, [carrier], DeskWatch(rig.engine)).start()
        assert [agent.state for agent in rig.floor.agents] == [state]
        rig.close()

    async def test_one_that_has_lost_its_floor_meanwhile_does_not_step(self, tmp_path: Path) -> None:
        carrier = ScriptedCarrier()
        rig = Rig(tmp_path, agents=1, carrier=carrier)
        rig.begin()
        carrier.live = []
        told = len(carrier.told)
        await self.service(rig).start(lambda: True)
        assert all(call.outcome == NO_OUTCOME for call in rig.floor.calls)
        assert len(carrier.told) == told
        rig.close()

    async def test_a_carrier_that_never_says_so_is_a_failure(self, tmp_path: Path) -> None:
        carrier = ScriptedCarrier()
        carrier.live = None
        rig = Rig(tmp_path, carrier=carrier, configure=False)
        with pytest.raises(TimeoutError, match="the carrier does not say which calls it has"):
            await self.service(rig).start()
        rig.close()

    async def test_a_dial_that_waited_too_long_for_the_database_is_withheld(self, tmp_path: Path) -> None:
        carrier = ScriptedCarrier()
        rig = Rig(tmp_path, agents=1, carrier=carrier)
        clock = PacedClock(START, FAST)
        Service(rig.engine, clock, [carrier])
        clock.at = START + 60
        rig.begin()
        assert carrier.rung() == []
        rig.close()

    async def test_what_is_sent_no_more_is_struck_off(self, tmp_path: Path) -> None:
        carrier = ScriptedCarrier()
        rig = Rig(tmp_path, agents=1, carrier=carrier)
        rig.begin()
        rig.step(Arrival(CAMPAIGN_STOPPED, campaign=0, code=1))
        rig.step(*(rig.told(CALL_ENDED, call_id) for call_id in carrier.rung()))
        rig.engine.settle()
        assert rig.store.load(rig.engine.floor_id).outbox == []
        rig.close()


class TestSharedClock:
    def test_it_goes_by_the_databases_clock(self) -> None:
        clock = SharedClock()
        assert clock.measure(lambda: time.time() + 3600.0) == pytest.approx(3600.0, abs=60.0)
        assert clock.now() == pytest.approx(time.time() + 3600.0, abs=60.0)

    async def test_it_waits_until_a_time_of_the_databases(self) -> None:
        clock = SharedClock()
        clock.measure(lambda: time.time() - 3600.0)
        until = clock.now() + 0.01
        await clock.wait(until, asyncio.Event())
        assert clock.now() >= until - 0.01
