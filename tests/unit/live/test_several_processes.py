"""Several processes on one floor: what one has committed and not said, and what another knows of old."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from callfloor.carriers.port import LiveCall
from callfloor.floor.vocabulary import (
    AGENT_HUNG_UP,
    AGENT_PAUSED,
    AGENT_SILENT,
    CALL_ANSWERED,
    CALL_BRIDGED,
    CALL_ENDED,
    CALL_FAILED,
    CALL_LOST,
    CALL_RINGING,
    CONNECTED,
    CONNECTING,
    ENDED,
    HUMAN,
    NO_ANSWER,
    PAUSED,
    READY,
)
from callfloor.live.arrivals import Arrival
from callfloor.live.patrol import Patrol
from callfloor.live.reconcile import gaps, reconcile
from tests.unit.live.rig import Rig, ScriptedCarrier

Another = Callable[[], Rig]


@pytest.fixture
def carrier() -> ScriptedCarrier:
    return ScriptedCarrier()


@pytest.fixture
def rig(tmp_path: Path, carrier: ScriptedCarrier) -> Iterator[Rig]:
    """One process, whose agent has one line that rings."""
    opened = Rig(tmp_path, agents=1, carrier=carrier, dial_ratio=1.0)
    opened.begin()
    opened.engine.settle()
    yield opened
    opened.close()


@pytest.fixture
def another(tmp_path: Path, rig: Rig, carrier: ScriptedCarrier) -> Iterator[Another]:
    """Start another process on the same floor, with the same carrier."""
    opened: list[Rig] = []

    def start() -> Rig:
        opened.append(Rig(tmp_path, agents=1, carrier=carrier, configure=False, dial_ratio=1.0))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


class DiesSpeaking(BaseException):
    """The process is gone as it begins to speak to the carrier."""


def die_speaking(rig: Rig, carrier: ScriptedCarrier, *arrivals: Arrival) -> None:
    """Have a process commit a step, and die before it has said anything."""

    def die() -> None:
        raise DiesSpeaking

    carrier.on_command = die
    with pytest.raises(DiesSpeaking):
        rig.step(*arrivals)
    carrier.on_command = lambda: None


def test_what_a_process_committed_and_did_not_say_another_one_says_when_it_finds_out(
    rig: Rig, another: Another, carrier: ScriptedCarrier
) -> None:
    [call_id] = carrier.rung()
    rig.step(rig.told(CALL_ANSWERED, call_id, HUMAN), rig.told(CALL_BRIDGED, call_id))
    rig.engine.settle()
    second = another()
    die_speaking(rig, carrier, Arrival(AGENT_HUNG_UP, agent="agent-0"))
    assert carrier.of("hang_up") == []
    second.step(Arrival(AGENT_PAUSED, agent="agent-0"))
    assert carrier.of("hang_up") == [(call_id,)]
    second.engine.settle()
    assert second.store.load(second.engine.floor_id).outbox == []


def test_who_was_not_known_to_be_there_may_be_when_another_process_has_had_the_floor(
    rig: Rig, another: Another, carrier: ScriptedCarrier
) -> None:
    [call_id] = carrier.rung()
    second = another()
    found = reconcile(second.engine, [LiveCall(call_id)], second.now)
    assert [arrival.kind for arrival in found] == [AGENT_SILENT]
    rig.step(rig.told(CALL_RINGING, call_id))
    second.step(*found)
    assert second.floor.agents[0].state == READY
    second.step(*reconcile(second.engine, [LiveCall(call_id)], second.now))
    assert second.floor.agents[0].state == PAUSED


def test_a_bridge_that_comes_late_is_not_made(rig: Rig, another: Another, carrier: ScriptedCarrier) -> None:
    [call_id] = carrier.rung()
    second = another()
    rig.engine.clock = lambda: rig.now + 3.0  # held up between commit and carrier
    rig.step(rig.told(CALL_ANSWERED, call_id, HUMAN))
    assert carrier.of("bridge") == []
    assert second.loaded().floor.calls[0].state == CONNECTING


def test_the_clock_is_looked_at_after_the_database_has_been_asked(
    rig: Rig, carrier: ScriptedCarrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    [call_id] = carrier.rung()
    clock = [rig.now]

    def slowly(number: int, registers: Sequence[str] = ()) -> bool:
        clock[0] += 60.0
        return False

    monkeypatch.setattr(rig.store, "is_barred", slowly)
    rig.engine.clock = lambda: clock[0]
    rig.step(rig.told(CALL_FAILED, call_id, NO_ANSWER))
    assert carrier.rung() == [call_id]
    rig.step()
    assert rig.floor.calls[1].state == ENDED


def test_what_was_concluded_from_an_old_state_is_forgotten_when_the_call_has_gone_on(
    rig: Rig, another: Another, carrier: ScriptedCarrier
) -> None:
    [call_id] = carrier.rung()
    second = another()
    concluded = gaps(second.engine, [], second.now)
    assert [arrival.kind for arrival in concluded] == [CALL_LOST]
    rig.now += 1.0
    rig.step(rig.told(CALL_ANSWERED, call_id, HUMAN), rig.told(CALL_BRIDGED, call_id))
    second.step(*concluded, after_s=2.0)
    assert second.floor.calls[0].state == CONNECTED


def test_what_was_meant_for_a_call_does_not_meet_the_next_one_in_its_place(
    rig: Rig, carrier: ScriptedCarrier
) -> None:
    rig.step(Arrival(CALL_LOST, call=0, attempt=7))
    assert rig.floor.calls[0].state != ENDED
    rig.step(Arrival(CALL_LOST, call=5, attempt=1))
    assert len(rig.floor.calls) == 1
    rig.step(Arrival(CALL_LOST, call=0, attempt=1))
    assert rig.floor.calls[0].state == ENDED


def test_a_patrol_hangs_up_what_is_over_for_the_floor(rig: Rig, carrier: ScriptedCarrier) -> None:
    [call_id] = carrier.rung()
    rig.step(rig.told(CALL_ENDED, call_id))
    patrol = Patrol(rig.engine)
    patrol.begin(rig.now)
    carrier.live = [LiveCall(call_id, answered=True), *(LiveCall(other) for other in carrier.rung()[1:])]
    assert list(patrol.take(rig.now + 40.0)) == []
    assert carrier.of("hang_up") == [(call_id,)]


def test_and_leaves_what_has_just_ended_to_its_events(rig: Rig, carrier: ScriptedCarrier) -> None:
    [call_id] = carrier.rung()
    patrol = Patrol(rig.engine)
    patrol.begin(rig.now)
    rig.now += 29.0
    rig.step(rig.told(CALL_ENDED, call_id))
    carrier.live = [LiveCall(call_id, answered=True)]
    assert [arrival.call for arrival in patrol.take(rig.now + 1.0) if isinstance(arrival, Arrival)] == []
    assert carrier.of("hang_up") == []
