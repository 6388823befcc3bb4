"""Messages of the events' queue."""

from __future__ import annotations

import pytest

from callfloor.aws.messages import (
    BODY_LONGEST,
    AgentSaid,
    CarrierTold,
    MessageError,
    Sweep,
    TimerFired,
    decode,
    deduplication_id,
    encode,
    group_of,
)
from callfloor.aws.queues import part_of
from callfloor.carriers.port import CarrierEvent
from callfloor.floor.vocabulary import CALL_ENDED

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    "message",
    [
        CarrierTold("main", CarrierEvent(CALL_ENDED, "c", "e", NOW)),
        AgentSaid("main", "ann", "pause", "r", 11),
        TimerFired("main", NOW),
        Sweep("main", NOW),
    ],
)
def test_a_message_comes_as_it_was_sent(message: CarrierTold | AgentSaid | TimerFired | Sweep) -> None:
    assert decode(encode(message), NOW) == message


def test_one_that_is_too_long_is_refused_before_it_is_read() -> None:
    with pytest.raises(MessageError, match=r"message: expected at most 262,144 bytes, found 262,145"):
        decode("x" * (BODY_LONGEST + 1), NOW)


@pytest.mark.parametrize("name", ["main", "a.b-c_1"])
def test_a_floors_name_is_its_message_group(name: str) -> None:
    assert group_of(name) == name


@pytest.mark.parametrize("name", ["two words", "", "x" * 129, "größe"])
def test_a_name_that_no_group_can_have_gets_one_that_can(name: str) -> None:
    assert group_of(name).isalnum()
    assert len(group_of(name)) <= 128


def test_the_same_event_of_two_floors_is_no_double() -> None:
    event = CarrierEvent(CALL_ENDED, "c", "e", NOW)
    assert deduplication_id(CarrierTold("a", event)) != deduplication_id(CarrierTold("b", event))


def test_requests_are_cut_by_number_and_by_bytes() -> None:
    small = [{"MessageBody": "x"}] * 25
    part, rest = part_of(small)
    assert (len(part), len(rest)) == (10, 15)
    large = [{"MessageBody": "x" * (BODY_LONGEST - 10)}] * 3
    part, rest = part_of(large)
    assert (len(part), len(rest)) == (1, 2)
