"""One connection to a carrier, shared by floors."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pytest

from callfloor.carriers.port import CarrierEvent, LiveCall, Originate
from callfloor.floor.vocabulary import AGENT_GONE, CALL_RINGING
from callfloor.live import switchboard
from callfloor.live.switchboard import FloorLine, LineCutError, Switchboard
from tests.unit.live.rig import START, ScriptedCarrier

NORTH, SOUTH = "1" * 16, "2" * 16


def rings(key: str, number: int = 1) -> CarrierEvent:
    return CarrierEvent(CALL_RINGING, f"{key}{number:016x}", f"{key}-{number}", START)


@dataclass
class Wakes:
    count: int = 0

    def __call__(self) -> None:
        self.count += 1


@dataclass
class Board:
    """A switchboard with two floors."""

    carrier: ScriptedCarrier = field(default_factory=ScriptedCarrier)

    def __post_init__(self) -> None:
        self.board = Switchboard(self.carrier)
        self.wakes = Wakes(), Wakes()
        self.north, self.south = (FloorLine(self.board, wake) for wake in self.wakes)
        self.north.open(NORTH, ["ann"])
        self.south.open(SOUTH, ["bob"])

    def exchange(self, *events: CarrierEvent) -> None:
        self.carrier.arrivals.extend(events)
        self.board.exchange(START)


class TestEvents:
    def test_each_floor_hears_of_its_own_calls(self) -> None:
        board = Board()
        board.exchange(rings(NORTH), rings(SOUTH), rings(NORTH, 2))
        assert board.north.next_due() == -math.inf
        assert board.north.take(START) == [rings(NORTH), rings(NORTH, 2)]
        assert board.south.take(START) == [rings(SOUTH)]
        assert board.north.next_due() == math.inf

    def test_of_other_processes_calls_nobody_hears(self) -> None:
        board = Board()
        board.exchange(rings("3" * 16))
        assert board.north.take(START) == board.south.take(START) == []
        assert board.board.unknown == 1

    def test_a_line_that_is_lost_is_told_to_the_floor_of_that_agent(self) -> None:
        board = Board()
        gone = CarrierEvent(AGENT_GONE, "", "g", START, agent_id="bob")
        board.exchange(gone)
        assert board.north.take(START) == []
        assert board.south.take(START) == [gone]

    def test_commands_reach_the_carrier_and_may_make_it_due(self) -> None:
        board = Board()
        board.board.wake.clear()
        board.north.originate(Originate(NORTH + "0" * 16, 12125550123, "", 20.0, START))
        assert board.carrier.rung() == [NORTH + "0" * 16]
        assert board.board.wake.is_set()

    def test_a_floor_that_takes_nothing_loses_its_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(switchboard, "WAITING_MOST", 2)
        board = Board()
        board.exchange(*(rings(NORTH, i) for i in range(4)), rings(SOUTH))
        assert board.north.next_due() == -math.inf
        with pytest.raises(LineCutError, match="more than 2 events waited"):
            board.north.take(START)
        assert board.south.take(START) == [rings(SOUTH)]


class TestLiveCalls:
    def test_each_floor_is_told_of_its_own(self) -> None:
        board = Board()
        assert board.north.live_calls() is None
        board.carrier.live = [LiveCall(NORTH + "a" * 16), LiveCall(SOUTH + "b" * 16)]
        board.exchange()
        board.exchange()
        assert board.north.live_calls() == [LiveCall(NORTH + "a" * 16)]
        assert board.south.live_calls() == [LiveCall(SOUTH + "b" * 16)]

    def test_an_answer_to_an_earlier_question_is_not_taken_for_a_later_one(self) -> None:
        board = Board()
        board.carrier.live = None
        board.exchange()
        late = FloorLine(board.board, Wakes())
        late.open("3" * 16, [])
        board.carrier.live = []
        board.exchange()
        assert board.north.live_calls() == []
        assert late.live_calls() is None
        board.exchange()
        assert late.live_calls() == []

    def test_events_from_before_an_answer_are_there_when_it_is(self) -> None:
        board = Board()
        board.exchange()
        board.exchange(rings(NORTH))
        assert board.north.live_calls() == []
        assert board.north.take(START) == [rings(NORTH)]


class TestEnding:
    def test_a_line_that_was_closed_says_and_hears_nothing(self) -> None:
        board = Board()
        board.north.close()
        board.exchange(rings(NORTH), rings(SOUTH))
        with pytest.raises(LineCutError):
            board.north.hang_up(NORTH + "0" * 16, START)
        assert board.south.take(START) == [rings(SOUTH)]

    def test_a_new_line_for_a_floor_outlives_the_old_one(self) -> None:
        board = Board()
        again = FloorLine(board.board, Wakes())
        again.open(NORTH, [])
        board.north.close()
        board.exchange(rings(NORTH))
        assert again.take(START) == [rings(NORTH)]

    def test_when_the_carrier_is_gone_every_line_is_cut_and_woken(self) -> None:
        class Broken(ScriptedCarrier):
            def take(self, now: float) -> list[CarrierEvent]:
                raise ConnectionError("the cable is cut")

        board = Board(Broken())
        with pytest.raises(ConnectionError):
            board.exchange()
        for line, wakes in zip((board.north, board.south), board.wakes, strict=True):
            assert line.next_due() == -math.inf
            assert wakes.count == 1
            with pytest.raises(LineCutError, match="the cable is cut"):
                line.take(START)
