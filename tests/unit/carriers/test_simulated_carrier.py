"""When the simulated carrier says what, to the second, and that nothing but commands changes it."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callfloor.carriers import simulated
from callfloor.carriers.port import CarrierEvent, LiveCall, Originate
from callfloor.carriers.simulated import SimulatedCarrier
from callfloor.floor.vocabulary import (
    AGENT_GONE,
    BUSY,
    CALL_ANSWERED,
    CALL_BRIDGED,
    CALL_ENDED,
    CALL_FAILED,
    CALL_PLAYED,
    CALL_RINGING,
    HUMAN,
    MACHINE,
    NEVER,
    NO_ANSWER,
    UNDETERMINED,
)
from callfloor.people.behaviour import Behaviour

START = 1_000.0
RING_S = 5.0
TALK_S = 60.0
CALL = f"{1:032x}"

Happening = tuple[int, float]


def carrier(bridge_s: float = 0.0, seed: int = 1, **changes: Any) -> SimulatedCarrier:
    settings: dict[str, Any] = {
        "outcomes": {HUMAN: 1.0},
        "ring_s": (RING_S, RING_S),
        "talk_s": (TALK_S, TALK_S),
        "message_s": 8.0,
        "machine_s": 20.0,
    }
    return SimulatedCarrier(Behaviour(**{**settings, **changes}), seed, bridge_s)


def ring(carrier: SimulatedCarrier, call_id: str = CALL, timeout_s: float = 25.0, at: float = START) -> None:
    carrier.originate(Originate(call_id, 12125550100, "12125550199", timeout_s, at))


def run(carrier: SimulatedCarrier, until: float = START + 1_000) -> list[Happening]:
    """What happens until then, in seconds since the start."""
    return [(event.kind, event.at - START) for event in carrier.take(until)]


def test_it_rings_at_the_order_and_is_answered_after_the_ring_time() -> None:
    line = carrier()
    ring(line)
    assert line.next_due() == START
    assert line.take(START - 0.001) == []
    assert line.take(START) == [CarrierEvent(CALL_RINGING, CALL, f"{CALL}-1", START)]
    assert line.next_due() == START + RING_S
    assert line.take(START + RING_S - 0.001) == []
    assert line.take(START + RING_S) == [
        CarrierEvent(CALL_ANSWERED, CALL, f"{CALL}-2", START + RING_S, HUMAN)
    ]
    assert line.next_due() == NEVER


def test_a_failure_shows_after_the_ring_time() -> None:
    line = carrier(outcomes={BUSY: 1.0})
    ring(line)
    assert [(e.kind, e.at, e.code) for e in line.take(START + 99)] == [
        (CALL_RINGING, START, 0),
        (CALL_FAILED, START + RING_S, BUSY),
    ]
    assert line.live_calls() == []


@pytest.mark.parametrize("outcome", [HUMAN, BUSY])
def test_ringing_is_cut_by_its_timeout(outcome: int) -> None:
    line = carrier(outcomes={outcome: 1.0})
    ring(line, timeout_s=3.0)
    last = line.take(START + 99)[-1]
    assert (last.kind, last.at, last.code) == (CALL_FAILED, START + 3.0, NO_ANSWER)


def test_an_answer_at_the_very_timeout_counts() -> None:
    line = carrier()
    ring(line, timeout_s=RING_S)
    assert run(line)[-1] == (CALL_ANSWERED, RING_S)


@pytest.mark.parametrize("timeout_s", [0.0, -1.0])
def test_every_attempt_takes_at_least_a_tenth_of_a_second(timeout_s: float) -> None:
    line = carrier()
    ring(line, timeout_s=timeout_s)
    failed = line.take(START + 99)[-1]
    assert (failed.kind, failed.at) == (CALL_FAILED, START + 0.1)


def test_a_bridged_call_lasts_for_the_talk_time() -> None:
    line = carrier(bridge_s=0.5)
    ring(line)
    run(line, START + 7)
    line.bridge(CALL, "7", START + 7)
    assert line.live_calls() == [LiveCall(CALL, answered=True, bridged=False)]
    assert run(line) == [(CALL_BRIDGED, 7.5), (CALL_ENDED, 7.5 + TALK_S)]


def test_a_person_gives_up_after_their_patience() -> None:
    line = carrier(patience_s=2.0)
    ring(line)
    assert run(line) == [(CALL_RINGING, 0), (CALL_ANSWERED, RING_S), (CALL_ENDED, RING_S + 2)]


def test_patience_holds_while_a_message_plays_and_while_a_bridge_is_made() -> None:
    line = carrier(patience_s=2.0, bridge_s=3.0)
    ring(line)
    line.play(CALL, "safe harbour", START + RING_S)
    line.bridge(CALL, "7", START + RING_S + 1)
    assert run(line)[2:] == [(CALL_ENDED, RING_S + 2)]


def test_a_bridge_ends_a_message() -> None:
    line = carrier()
    ring(line)
    line.play(CALL, "safe harbour", START + 6)
    line.bridge(CALL, "7", START + 7)
    assert run(line)[2:] == [(CALL_BRIDGED, 7), (CALL_ENDED, 7 + TALK_S)]


def test_a_message_plays_for_its_time_and_then_the_person_waits() -> None:
    line = carrier(patience_s=30.0)
    ring(line)
    line.play(CALL, "safe harbour", START + 6)
    line.play(CALL, "safe harbour", START + 7)
    assert run(line)[2:] == [(CALL_PLAYED, 14), (CALL_ENDED, RING_S + 30)]


def test_a_bridged_call_plays_nothing() -> None:
    line = carrier()
    ring(line)
    line.bridge(CALL, "7", START + 6)
    line.play(CALL, "safe harbour", START + 7)
    assert run(line)[2:] == [(CALL_BRIDGED, 6), (CALL_ENDED, 6 + TALK_S)]


def test_a_machine_records_for_a_while() -> None:
    line = carrier(outcomes={MACHINE: 1.0}, patience_s=1.0)
    ring(line)
    assert run(line) == [(CALL_RINGING, 0), (CALL_ANSWERED, RING_S), (CALL_ENDED, RING_S + 20)]


def test_somebody_of_whom_detection_is_not_sure_is_a_person() -> None:
    line = carrier(outcomes={UNDETERMINED: 1.0}, patience_s=3.0)
    ring(line)
    assert line.take(START + 6)[-1].code == UNDETERMINED
    assert line.live_calls() == [LiveCall(CALL, answered=True)]
    assert run(line) == [(CALL_ENDED, RING_S + 3)]


def test_a_person_whose_agent_is_lost_waits_anew_and_talks_for_what_was_left() -> None:
    line = carrier(patience_s=10.0)
    ring(line)
    line.bridge(CALL, "7", START + 10)
    line.lose_agent_line("7", START + 30)
    line.lose_agent_line("8", START + 31)
    line.bridge(CALL, "9", START + 35)
    happened = line.take(START + 999)
    assert [(e.kind, e.at - START, e.agent_id) for e in happened[2:]] == [
        (CALL_BRIDGED, 10, "7"),
        (AGENT_GONE, 30, "7"),
        (AGENT_GONE, 31, "8"),
        (CALL_BRIDGED, 35, "9"),
        (CALL_ENDED, 35 + TALK_S - 20, ""),
    ]


def test_a_person_whose_agent_is_lost_gives_up_in_the_end() -> None:
    line = carrier(patience_s=10.0)
    ring(line)
    line.bridge(CALL, "7", START + 10)
    line.lose_agent_line("7", START + 30)
    assert run(line)[-1] == (CALL_ENDED, 40)


def test_a_bridge_that_is_being_made_fails_with_its_agent() -> None:
    line = carrier(bridge_s=5.0, patience_s=10.0)
    ring(line)
    line.bridge(CALL, "7", START + 6)
    line.lose_agent_line("7", START + 8)
    assert run(line)[2:] == [(AGENT_GONE, 8), (CALL_ENDED, RING_S + 10)]


def test_a_call_can_be_moved_to_another_agent() -> None:
    line = carrier()
    ring(line)
    line.bridge(CALL, "7", START + 10)
    line.bridge(CALL, "8", START + 30)
    assert run(line)[2:] == [(CALL_BRIDGED, 10), (CALL_BRIDGED, 30), (CALL_ENDED, 10 + TALK_S)]


def test_what_was_due_before_a_command_has_happened_before_it() -> None:
    line = carrier(patience_s=2.0)
    ring(line)
    line.bridge(CALL, "7", START + 20)
    line.hang_up(CALL, START + 30)
    assert run(line) == [(CALL_RINGING, 0), (CALL_ANSWERED, RING_S), (CALL_ENDED, RING_S + 2)]


def test_a_command_from_the_past_does_not_turn_a_call_back() -> None:
    line = carrier()
    ring(line)
    line.take(START + 20)
    line.hang_up(CALL, START + 1)
    assert run(line) == [(CALL_ENDED, RING_S)]


def test_nothing_is_due_any_more_for_a_call_that_was_hung_up() -> None:
    line = carrier()
    ring(line)
    line.hang_up(CALL, START + 1)
    assert run(line) == [(CALL_RINGING, 0), (CALL_ENDED, 1)]
    assert line.next_due() == NEVER


def test_people_are_the_same_for_number_and_call_id_whatever_comes_in_between() -> None:
    mixed: dict[str, Any] = {"outcomes": {HUMAN: 0.5, BUSY: 0.5}, "ring_s": (1.0, 20.0)}
    calls = [f"{n:032x}" for n in range(40)]

    def outcomes(order: list[str], seed: int) -> dict[str, Happening]:
        line = carrier(seed=seed, **mixed)
        for call_id in order:
            ring(line, call_id)
        return {e.call_id: (e.kind, e.at) for e in line.take(START + 99) if e.kind != CALL_RINGING}

    assert outcomes(calls, 1) == outcomes(calls[::-1], 1)
    assert outcomes(calls, 1) != outcomes(calls, 2)


def test_ended_calls_are_remembered_within_a_window() -> None:
    past = simulated._PastAttempts(limit=10)
    ids = [f"{n * 0x1_0000_0001:032x}" for n in range(25)]
    for call_id in ids:
        past.add(call_id)
    assert all(call_id in past for call_id in ids[-5:])
    assert not any(call_id in past for call_id in ids[:-10])
    assert "nobody" not in past


def test_ended_calls_leave_nothing_but_their_id() -> None:
    line = carrier(outcomes={BUSY: 1.0})
    for n in range(1_000):
        ring(line, f"{n:032x}", at=START + n)
        line.take(START + n)
    assert len(line.live_calls()) <= RING_S + 1
    line.take(START + 2_000)
    assert line.live_calls() == []
    assert line._calendar == []
    assert all(line.knows(f"{n:032x}") for n in range(1_000))


@pytest.mark.parametrize("bridge_s", [-1.0, math.inf, math.nan])
def test_a_wrong_bridge_time_is_named(bridge_s: float) -> None:
    with pytest.raises(ValueError, match="bridge_s: expected 0 or more seconds, found "):
        carrier(bridge_s=bridge_s)


IDS = [f"{n:032x}" for n in range(3)]
steps = st.lists(
    st.tuples(
        st.sampled_from(["ring", "bridge", "hang_up", "play", "lose", "take"]),
        st.sampled_from(IDS),
        st.floats(min_value=0.0, max_value=12.0),
    ),
    max_size=30,
)


def follow(script: list[tuple[str, str, float]], taking: bool) -> list[CarrierEvent]:
    """Carry out a script in which time runs forward; with `taking`, fetch the events as it says."""
    people = {HUMAN: 0.6, MACHINE: 0.2, BUSY: 0.2}
    line = carrier(0.25, outcomes=people, ring_s=(1.0, 20.0), talk_s=(0.0, 9.0), patience_s=5.0)
    now = START
    events: list[CarrierEvent] = []
    for what, call_id, gap_s in script:
        now += gap_s
        agent_id = f"agent of {call_id}"
        if what == "ring":
            ring(line, call_id, timeout_s=15.0, at=now)
        elif what == "bridge":
            line.bridge(call_id, agent_id, now)
        elif what == "hang_up":
            line.hang_up(call_id, now)
        elif what == "play":
            line.play(call_id, "safe harbour", now)
        elif what == "lose":
            line.lose_agent_line(agent_id, now)
        elif taking:
            events.extend(line.take(now))
    return events + line.take(now + 999)


@given(steps)
def test_however_often_events_are_taken_they_are_the_same(script: list[tuple[str, str, float]]) -> None:
    def told(events: list[CarrierEvent]) -> list[tuple[float, str, int, int, str]]:
        return [(e.at, e.call_id, e.kind, e.code, e.agent_id) for e in events]

    assert told(follow(script, taking=True)) == told(follow(script, taking=False))


@given(steps)
def test_every_call_rings_once_has_one_outcome_and_ends_once(script: list[tuple[str, str, float]]) -> None:
    events = follow(script, taking=True)
    assert len({event.event_id for event in events}) == len(events)
    calls = defaultdict(list)
    for event in events:
        if event.kind != AGENT_GONE:
            calls[event.call_id].append(event)
    for told in calls.values():
        kinds = [event.kind for event in told]
        assert [event.at for event in told] == sorted(event.at for event in told)
        assert kinds[0] == CALL_RINGING
        assert kinds.count(CALL_RINGING) == 1
        assert kinds[-1] in (CALL_ENDED, CALL_FAILED)
        assert kinds.count(CALL_ENDED) + kinds.count(CALL_FAILED) == 1
        assert kinds.count(CALL_ANSWERED) == (len(kinds) > 2)
