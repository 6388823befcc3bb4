"""Agents' desks while a floor moves: those that beat stay, others are taken for gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from callfloor.floor.vocabulary import (
    AGENT_LOGGED_IN,
    AGENT_LOGGED_OUT,
    AGENT_RESUMED,
    AGENT_SILENT,
    OFFLINE,
    PAUSED,
    READY,
)
from callfloor.live.arrivals import Arrival, Incoming
from callfloor.live.desk_watch import DeskWatch
from callfloor.live.inbox import InboxWatch, Posted, post, post_here
from callfloor.stores.inbox_port import InboxEntry
from tests.unit.live.rig import START, Rig, ScriptedCarrier

SILENT_S = 30.0
ANN, BOB = "agent-0", "agent-1"


def told(arrivals: Sequence[Incoming]) -> list[tuple[int, str]]:
    return [(a.kind, a.agent) for a in arrivals if isinstance(a, Arrival)]


def look(watch: DeskWatch, at: float) -> list[tuple[int, str]]:
    """Look every second up to a time, as a process does that is well; what is told."""
    found: list[tuple[int, str]] = []
    while watch.looked_at < at:
        found += told(watch.take(min(at, watch.looked_at + 1.0)))
    return found + told(watch.take(at))


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """A floor that has just come to this process; ann is logged in, bob is not."""
    made = Rig(tmp_path, agents=2, carrier=ScriptedCarrier())
    made.step(Arrival(AGENT_LOGGED_IN, agent=ANN))
    yield made
    made.close()


@pytest.fixture
def watch(rig: Rig) -> DeskWatch:
    made = DeskWatch(rig.engine, SILENT_S)
    made.begin(START)
    return made


class TestAfterAMove:
    def test_nobody_is_gone_before_the_usual_time(self, watch: DeskWatch) -> None:
        assert look(watch, START + 29.0) == []
        assert watch.next_due() == START + SILENT_S

    def test_a_desk_that_beats_stays(self, watch: DeskWatch) -> None:
        for at in range(0, 120, 5):
            watch.here([ANN], START + at)
            assert told(watch.take(START + at)) == []

    def test_one_of_which_nothing_is_heard_is_gone(self, watch: DeskWatch) -> None:
        assert look(watch, START + SILENT_S) == [(AGENT_SILENT, ANN)]

    def test_an_agent_who_does_something_is_there_and_not_watched_until_they_beat(
        self, watch: DeskWatch
    ) -> None:
        watch.heard(ANN, AGENT_RESUMED, START)
        assert look(watch, START + 1000.0) == []
        watch.here([ANN], START + 1000.0)
        assert look(watch, START + 1030.0) == [(AGENT_SILENT, ANN)]

    def test_one_who_was_taken_for_gone_before_is_back_with_the_first_beat(self, rig: Rig) -> None:
        rig.step(Arrival(AGENT_SILENT, agent=ANN))
        watch = DeskWatch(rig.engine, SILENT_S)
        watch.begin(START)
        assert look(watch, START + 100.0) == []
        watch.here([ANN], START + 100.0)
        assert look(watch, START + 100.0) == [(AGENT_RESUMED, ANN)]
        assert look(watch, START + 130.0) == [(AGENT_SILENT, ANN)]

    def test_one_who_comes_back_by_a_word_is_not_told_to_be_back_again(self, rig: Rig) -> None:
        rig.step(Arrival(AGENT_SILENT, agent=ANN))
        watch = DeskWatch(rig.engine, SILENT_S)
        watch.begin(START)
        watch.heard(ANN, AGENT_RESUMED, START)
        watch.here([ANN], START + 1.0)
        assert look(watch, START + 1.0) == []


class TestAProcessThatWasHeldUp:
    """While it slept another one may have had the floor, and have heard the desks."""

    def test_it_takes_nobody_for_gone_for_the_usual_time(self, watch: DeskWatch) -> None:
        watch.here([ANN], START)
        assert told(watch.take(START + 60.0)) == []
        assert look(watch, START + 89.0) == []
        assert look(watch, START + 90.0) == [(AGENT_SILENT, ANN)]

    def test_a_moment_does_not_count(self, watch: DeskWatch) -> None:
        watch.here([ANN], START)
        assert look(watch, START + 21.0) == []
        assert told(watch.take(START + 30.0)) == [(AGENT_SILENT, ANN)]


class TestWhoIsWatched:
    def test_a_desk_at_which_nobody_is_logged_in_is_not(self, watch: DeskWatch) -> None:
        watch.here([BOB, "a stranger"], START)
        watch.here([ANN], START)
        assert look(watch, START + 100.0) == [(AGENT_SILENT, ANN)]

    def test_who_logs_out_is_not(self, watch: DeskWatch) -> None:
        watch.heard(ANN, AGENT_LOGGED_OUT, START)
        assert look(watch, START + 100.0) == []

    def test_who_has_left_after_the_last_call_is_not(self, rig: Rig, watch: DeskWatch) -> None:
        watch.here([ANN], START)
        rig.step(Arrival(AGENT_LOGGED_OUT, agent=ANN))
        assert look(watch, START + 100.0) == []

    def test_who_comes_back_has_the_usual_time_whenever_they_beat_before(self, watch: DeskWatch) -> None:
        watch.here([ANN], START)
        watch.heard(ANN, AGENT_LOGGED_OUT, START + 1.0)
        # They talk still, and so are not offline yet.
        watch.here([ANN], START + 2.0)
        watch.heard(ANN, AGENT_LOGGED_IN, START + 20.0)
        assert look(watch, START + 40.0) == []
        assert look(watch, START + 50.0) == [(AGENT_SILENT, ANN)]


class TestByTheInbox:
    @pytest.fixture
    def inbox(self, rig: Rig, watch: DeskWatch) -> InboxWatch:
        def refuse(entry: InboxEntry, reason: str) -> None:
            raise AssertionError(reason)

        return InboxWatch(rig.engine, rig.store, refuse, watch)

    def step(self, rig: Rig, inbox: InboxWatch, watch: DeskWatch, now: float) -> None:
        inbox.hasten()
        arrivals = [*inbox.take(now), *watch.take(now)]
        if arrivals:
            rig.engine.step(arrivals, now)

    def test_beats_keep_an_agent_and_leave_nothing_behind(
        self, rig: Rig, inbox: InboxWatch, watch: DeskWatch
    ) -> None:
        floor, entries = rig.engine.floor_id, len(list(rig.store.journal(rig.engine.floor_id)))
        for at in range(5, 100, 5):
            assert post_here(rig.store, floor, [ANN], "web")
            self.step(rig, inbox, watch, START + at)
            assert rig.store.waiting_count(floor) == 0
        assert [agent.state for agent in rig.floor.agents] == [READY, OFFLINE]
        assert len(list(rig.store.journal(floor))) == entries
        for at in range(100, 131, 5):
            self.step(rig, inbox, watch, START + at)
        assert [agent.state for agent in rig.floor.agents] == [PAUSED, OFFLINE]

    def test_they_do_not_pile_up_where_nobody_looks(self, rig: Rig) -> None:
        floor = rig.engine.floor_id
        assert [post_here(rig.store, floor, [ANN], "web") for _ in range(3)] == [True, False, False]
        assert post_here(rig.store, floor, [BOB], "another web")
        assert rig.store.waiting_count(floor) == 2

    def test_what_an_agent_does_is_heard_as_well(self, rig: Rig, inbox: InboxWatch, watch: DeskWatch) -> None:
        post(rig.store, rig.engine.floor_id, Posted("agent_paused", agent=ANN))
        self.step(rig, inbox, watch, START + 1.0)
        assert look(watch, START + 1000.0) == []
