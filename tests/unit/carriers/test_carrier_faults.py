"""Each fault is seen, as often as asked, the same in every run; and wrong settings are named."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callfloor.carriers.faults import Faults, FaultyCarrier
from callfloor.carriers.port import CarrierEvent, LiveCall, Originate
from callfloor.floor.vocabulary import CALL_RINGING, NEVER

START = 1_000.0


class Script:
    """A carrier that tells one event a second and notes what it is asked."""

    def __init__(self, events: int = 0) -> None:
        self.remembers_since = NEVER
        self.reaches_people = False
        self.asked: list[tuple[Any, ...]] = []
        self.left = [CarrierEvent(CALL_RINGING, "", str(n), START + n) for n in range(events)]

    def originate(self, order: Originate) -> None:
        self.asked.append(("originate", order))

    def bridge(self, call_id: str, agent_id: str, at: float) -> None:
        self.asked.append(("bridge", call_id, agent_id, at))

    def hang_up(self, call_id: str, at: float) -> None:
        self.asked.append(("hang_up", call_id, at))

    def play(self, call_id: str, message: str, at: float) -> None:
        self.asked.append(("play", call_id, message, at))

    def ask_live_calls(self) -> None:
        pass

    def live_calls(self) -> Sequence[LiveCall] | None:
        return None

    def next_due(self) -> float:
        return self.left[0].at if self.left else NEVER

    def take(self, now: float) -> Sequence[CarrierEvent]:
        told = [event for event in self.left if event.at <= now]
        self.left = self.left[len(told) :]
        return told

    def close(self) -> None:
        self.asked.append(("close",))


def arrivals(events: int, seed: int = 1, **faults: Any) -> list[tuple[float, CarrierEvent]]:
    """When what arrives, taken whenever something is due."""
    carrier = FaultyCarrier(Script(events), Faults(**faults), seed)
    arrived: list[tuple[float, CarrierEvent]] = []
    while (due := carrier.next_due()) < NEVER:
        arrived.extend((due, event) for event in carrier.take(due))
    return arrived


def ids(arrived: list[tuple[float, CarrierEvent]]) -> list[str]:
    return [event.event_id for _, event in arrived]


def assert_often(count: int, probability: float, of: int) -> None:
    """Within 5 standard deviations of a binomial count."""
    assert abs(count - of * probability) <= 5 * math.sqrt(of * probability * (1 - probability))


def test_without_faults_everything_comes_in_time() -> None:
    arrived = arrivals(100)
    assert ids(arrived) == [str(n) for n in range(100)]
    assert all(at == event.at for at, event in arrived)


def test_events_are_lost() -> None:
    arrived = arrivals(5_000, lose=0.1)
    assert len(set(ids(arrived))) == len(arrived)
    assert_often(5_000 - len(arrived), 0.1, 5_000)
    assert arrivals(100, lose=1.0) == []


def test_events_are_doubled_at_once_or_later_with_the_same_id_or_a_new_one() -> None:
    arrived = arrivals(5_000, double=0.2, delay_s=(1.5, 1.6))
    counts = Counter(ids(arrived))
    again = sum(event_id.endswith("-again") for event_id in counts)
    same = sum(count == 2 for count in counts.values())
    assert_often(len(arrived) - 5_000, 0.2, 5_000)
    assert_often(again, 0.1, 5_000)
    assert_often(same, 0.1, 5_000)
    late = [at - event.at for at, event in arrived if at > event.at]
    assert_often(len(late), 0.1, 5_000)
    assert all(1.5 - 1e-9 <= delay <= 1.6 + 1e-9 for delay in late)


def test_events_are_delayed_and_so_overtaken() -> None:
    arrived = arrivals(5_000, delay=0.1, delay_s=(0.5, 3.0))
    late = [at - event.at for at, event in arrived if at > event.at]
    assert sorted(ids(arrived)) == sorted(str(n) for n in range(5_000))
    assert ids(arrived) != [str(n) for n in range(5_000)]
    assert_often(len(late), 0.1, 5_000)
    assert all(0.5 - 1e-9 <= delay <= 3.0 + 1e-9 for delay in late)


def test_events_are_reordered_with_the_next_one() -> None:
    arrived = arrivals(5_000, reorder=0.1, delay_s=(0.0, 50.0))
    assert sorted(ids(arrived)) == sorted(str(n) for n in range(5_000))
    order = [int(event_id) for event_id in ids(arrived)]
    overtaken = sum(any(later > n for later in order[max(0, at - 10) : at]) for at, n in enumerate(order))
    assert_often(overtaken, 0.1, 5_000)


def test_what_nothing_overtakes_comes_in_the_end() -> None:
    arrived = arrivals(3, reorder=1.0, delay_s=(0.0, 10.0))
    assert [(at - START, event.event_id) for at, event in arrived] == [(10, "0"), (11, "1"), (12, "2")]


EVERY_FAULT: dict[str, Any] = {"lose": 0.1, "double": 0.1, "delay": 0.1, "reorder": 0.1}


def test_faults_are_the_same_in_every_run() -> None:
    assert arrivals(500, **EVERY_FAULT) == arrivals(500, **EVERY_FAULT)
    assert arrivals(500, seed=2, **EVERY_FAULT) != arrivals(500, **EVERY_FAULT)


@given(st.lists(st.floats(min_value=0.0, max_value=9.0), max_size=20))
def test_however_often_events_are_taken_they_arrive_alike(gaps: list[float]) -> None:
    carrier = FaultyCarrier(Script(50), Faults(**EVERY_FAULT), seed=1)
    now = START
    taken: list[str] = []
    for gap_s in gaps:
        now += gap_s
        taken.extend(event.event_id for event in carrier.take(now))
    taken.extend(event.event_id for event in carrier.take(START + 999))
    assert taken == ids(arrivals(50, **EVERY_FAULT))


def test_commands_get_through() -> None:
    inner = Script()
    carrier = FaultyCarrier(inner, Faults(lose=1.0), seed=1)
    order = Originate("0" * 32, 12125550100, "", 25.0, START)
    carrier.originate(order)
    carrier.bridge("a", "7", 1.0)
    carrier.hang_up("a", 2.0)
    carrier.play("a", "safe harbour", 3.0)
    carrier.close()
    assert carrier.remembers_since == NEVER
    assert carrier.live_calls() is None
    assert inner.asked == [
        ("originate", order),
        ("bridge", "a", "7", 1.0),
        ("hang_up", "a", 2.0),
        ("play", "a", "safe harbour", 3.0),
        ("close",),
    ]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", Faults()),
        ("lose=0.01", Faults(lose=0.01)),
        ("lose=0.01,double=0.02", Faults(lose=0.01, double=0.02)),
        (
            " delay = 1 , reorder=.5, delay_s=0.2-3 ",
            Faults(delay=1.0, reorder=0.5, delay_s=(0.2, 3.0)),
        ),
    ],
)
def test_faults_are_read(text: str, faults: Faults) -> None:
    assert Faults.parse(text) == faults


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("loose=0.1", r"faults: expected KEY=VALUE with a key among lose, .* delay_s; found 'loose=0\.1'"),
        ("lose=0.1,,", "faults: expected KEY=VALUE .* found ''"),
        ("lose", "lose: expected a probability from 0 to 1, found ''"),
        ("lose=often", "lose: expected a probability from 0 to 1, found 'often'"),
        ("double=1.5", r"double: expected a probability from 0 to 1, found 1\.5"),
        ("delay=nan", "delay: expected a probability from 0 to 1, found nan"),
        ("delay_s=soon", "delay_s: expected seconds such as .* found 'soon'"),
        ("delay_s=3-1", "delay_s: expected 0 <= low <= high seconds; found low 3 and high 1"),
        ("lose=0.1,lose=0.2", "lose: given twice"),
    ],
)
def test_wrong_faults_are_named(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Faults.parse(text)
