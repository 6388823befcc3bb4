"""The one entrance: whatever comes is answered, nothing raises, time never runs back."""

from __future__ import annotations

import itertools

import pytest

from callfloor.floor import Event, decide, handle
from callfloor.floor.vocabulary import (
    AGENT_LOGGED_IN,
    AGENT_NOT_IDLE_AT_CALL_START,
    AGENT_NOT_ON_CALL,
    AGENT_ON_OTHER_CALL,
    AGENT_UNKNOWN,
    BRIDGE,
    BUSY,
    CALL_ANSWERED,
    CALL_ENDED,
    CALL_LOST,
    CALL_RINGING,
    CALL_UNKNOWN,
    CAMPAIGN_STARTED,
    CAMPAIGN_STOPPED,
    CAMPAIGN_UNKNOWN,
    CANCELLED,
    CONGESTION,
    CONNECTED,
    EVENT_NAMES,
    EVENT_UNKNOWN,
    HUMAN,
    LEAD_CLAIMED,
    LEADS_CLAIMED,
    NO_OUTCOME,
    NUMBER_BARRED,
    RECORD,
    REPORT,
    TIMER_DUE,
    UNDETERMINED,
    UNKNOWN,
    WITHHELD,
)

from .floors import START, Scene, dialling, talking
from .sights import state_of

AGENT_KINDS = [k for k in EVENT_NAMES if k < CALL_RINGING]
CALL_KINDS = [k for k in EVENT_NAMES if CALL_RINGING <= k <= CALL_LOST]
CAMPAIGN_KINDS = [LEAD_CLAIMED, LEADS_CLAIMED, CAMPAIGN_STARTED, CAMPAIGN_STOPPED]


@pytest.mark.parametrize("index", [-1, -7, 5, 99_999])
@pytest.mark.parametrize("kind", AGENT_KINDS)
def test_an_unknown_agent_is_reported_and_nothing_changes(kind: int, index: int) -> None:
    scene = talking(2, 9)
    before = state_of(scene.floor)
    scene.tell(kind, agent=index)
    assert scene.reported() == [AGENT_UNKNOWN]
    assert state_of(scene.floor) == before


@pytest.mark.parametrize("index", [-1, -7, 99_999])
@pytest.mark.parametrize("kind", CALL_KINDS)
def test_an_unknown_call_is_reported_and_nothing_changes(kind: int, index: int) -> None:
    scene = talking(2, 9)
    before = state_of(scene.floor)
    scene.tell(kind, call=index)
    assert scene.reported() == [CALL_UNKNOWN]
    assert state_of(scene.floor) == before


@pytest.mark.parametrize("index", [-1, 1, 99_999])
@pytest.mark.parametrize("kind", CAMPAIGN_KINDS)
def test_an_unknown_campaign_is_reported_and_nothing_changes(kind: int, index: int) -> None:
    scene = talking(2, 9)
    before = state_of(scene.floor)
    scene.tell(kind, campaign=index, lead=7, number=7)
    assert scene.reported() == [CAMPAIGN_UNKNOWN]
    assert state_of(scene.floor) == before


@pytest.mark.parametrize("kind", [k for k in range(-2, 60) if k not in EVENT_NAMES] + [10**6])
def test_an_event_of_no_known_kind_is_reported_and_nothing_changes(kind: int) -> None:
    scene = talking(2, 9)
    before = state_of(scene.floor)
    scene.tell(kind, agent=0, call=0, campaign=0, lead=0, number=0)
    report = scene.one(REPORT)
    assert (report.code, report.found, report.event) == (EVENT_UNKNOWN, kind, kind)
    assert len(scene.said) == 1
    assert state_of(scene.floor) == before


@pytest.mark.parametrize("what", ["call", "agent", "campaign"])
@pytest.mark.parametrize("index", [-1, 99_999])
def test_a_timer_for_nobody_means_nothing(what: str, index: int) -> None:
    scene = talking(2, 9)
    before = state_of(scene.floor)
    assert scene.after(9e6).tell(TIMER_DUE, **{what: index}) == []
    assert state_of(scene.floor) == before


@pytest.mark.parametrize("what", ["call", "agent", "campaign"])
def test_a_timer_that_is_early_means_nothing(what: str) -> None:
    scene = talking(2, 9)
    before = state_of(scene.floor)
    assert scene.tell(TIMER_DUE, **{what: 0}) == []
    assert state_of(scene.floor) == before


def test_a_timer_that_has_been_replaced_means_nothing() -> None:
    scene = dialling(1, 9)
    ringing_until = scene.call().due_at
    scene.after(20).answer(0)
    scene.bridged(0)
    scene.now = ringing_until
    assert scene.tell(TIMER_DUE, call=0) == []
    assert scene.call().state == CONNECTED


def test_a_timer_that_comes_late_counts() -> None:
    scene = dialling(1, 9)
    scene.after(10_000).tell(TIMER_DUE, call=0)
    assert len(scene.reported()) == 1


# Time.


def test_time_never_runs_back() -> None:
    scene = dialling(1, 9)
    scene.after(100).ring(0)
    scene.after(-50).answer(0)
    assert scene.floor.now == START + 100.0
    assert scene.call().answered_at == START + 100.0
    assert scene.call().since == START + 100.0


def test_a_clock_that_is_set_back_fires_no_timer_and_delays_none() -> None:
    scene = dialling(1, 9)
    due_at = scene.call().due_at
    scene.after(due_at - scene.now).ring(1)
    scene.after(-1000).tell(TIMER_DUE, call=0)
    assert len(scene.reported()) == 1


# Whose call it is.


def test_an_answer_for_an_agent_who_is_not_idle_is_reported_and_taken_in() -> None:
    scene = talking(2, 9)
    scene.answer(1, agent=0)
    assert scene.reported() == [AGENT_NOT_IDLE_AT_CALL_START]
    assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (1, 1)


def test_an_answer_for_an_agent_who_is_idle_is_nothing_odd() -> None:
    scene = dialling(1, 9)
    scene.answer(0, agent=0)
    assert scene.reported() == []


def test_an_answer_for_an_unknown_agent_is_taken_in_all_the_same() -> None:
    scene = dialling(1, 9)
    scene.answer(0, agent=99)
    assert scene.reported() == [AGENT_UNKNOWN]
    assert scene.one(BRIDGE).call == 0


def test_the_end_of_a_call_that_is_not_the_one_in_progress_is_reported_and_ignored() -> None:
    scene = talking(2, 9)
    scene.answer(1)
    scene.bridged(1)
    before = state_of(scene.floor)
    scene.end(1, agent=0)
    assert scene.reported() == [AGENT_ON_OTHER_CALL]
    assert state_of(scene.floor) == before
    assert scene.call(1).state == CONNECTED


def test_the_end_of_a_call_by_an_agent_who_is_on_none_is_reported_and_ignored() -> None:
    scene = talking(2, 9)
    before = state_of(scene.floor)
    scene.end(0, agent=1)
    assert scene.reported() == [AGENT_NOT_ON_CALL]
    scene.end(0, agent=99)
    assert scene.reported() == [AGENT_UNKNOWN]
    assert state_of(scene.floor) == before


def test_the_end_of_an_agent_s_own_call_counts() -> None:
    scene = talking(1, 9)
    scene.after(5).end(0, agent=0)
    assert scene.one(RECORD).outcome == HUMAN


def test_an_end_that_is_told_twice_counts_once() -> None:
    scene = talking(1, 9)
    scene.end(0, agent=0)
    scene.end(0, agent=0)
    assert scene.reported() == [AGENT_NOT_ON_CALL]
    assert (scene.agent().calls, scene.all(RECORD)) == (1, [])


# What a failure may be.


@pytest.mark.parametrize("code", range(BUSY, CANCELLED + 1))
def test_a_failure_says_what_the_call_came_to(code: int) -> None:
    scene = dialling(1, 9)
    scene.fail(0, code)
    assert scene.one(RECORD).outcome == code


@pytest.mark.parametrize("code", [NO_OUTCOME, HUMAN, 1, WITHHELD, 14, 15, 16, 99, -99])
def test_a_failure_that_is_none_says_nothing_and_breaks_nothing(code: int) -> None:
    scene = dialling(1, 9)
    scene.fail(0, code)
    assert scene.one(RECORD).outcome == UNDETERMINED
    assert scene.campaign.human_answers == 0


# Commands.


def test_decide_leaves_in_the_floor_what_handle_returns() -> None:
    one, other = dialling(1, 9), dialling(1, 9)
    event = Event(kind=CALL_ANSWERED, call=0)
    commands = handle(one.floor, event, START + 1.0)
    decide(other.floor, event, START + 1.0)
    assert [c.do for c in commands] == [c.do for c in other.floor.commands[: other.floor.sent]]


def test_the_records_of_commands_are_used_again_and_say_nothing_of_before() -> None:
    scene = dialling(1, 9)
    first = handle(scene.floor, Event(kind=CALL_ANSWERED, call=0), START)[0]
    second = handle(scene.floor, Event(kind=-5), START)[0]
    assert first is second
    assert (second.do, second.call, second.campaign, second.code) == (REPORT, None, None, EVENT_UNKNOWN)


def test_an_event_is_answered_the_same_whatever_the_fields_that_its_kind_needs_not() -> None:
    plain, noisy = dialling(1, 9), dialling(1, 9)
    plain.tell(CALL_RINGING, call=0)
    noisy.tell(CALL_RINGING, call=0, lead=5, number=6, campaign=99, count=3, barred=True, code=4)
    assert plain.said == noisy.said
    assert state_of(plain.floor) == state_of(noisy.floor)


def test_a_report_says_which_event_showed_it_and_in_which_state_it_found_things() -> None:
    scene = talking(1, 9)
    scene.tell(AGENT_LOGGED_IN, agent=0)
    report = scene.one(REPORT)
    assert (report.event, report.found, report.agent, report.call) == (AGENT_LOGGED_IN, 3, 0, 0)


def test_what_changed_is_listed_once_until_it_has_been_written() -> None:
    scene = dialling(1, 9)
    floor = scene.floor
    assert len(set(floor.changed_calls)) == len(floor.changed_calls) == 2
    scene.ring(0)
    scene.answer(0)
    assert len(floor.changed_calls) == 2
    for call in floor.changed_calls:
        call.changed = False
    floor.changed_calls.clear()
    scene.bridged(0)
    assert floor.changed_calls == [scene.call(0)]


def test_a_floor_that_need_not_track_lists_nothing() -> None:
    scene = Scene(1)
    scene.floor.tracks = False
    scene.start()
    scene.log_in()
    scene.leads(5)
    scene.answer(0)
    floor = scene.floor
    assert not floor.changed_agents
    assert not floor.changed_campaigns
    assert not floor.changed_calls
    assert not floor.changed_leads


def test_the_same_events_give_the_same_commands() -> None:
    def play() -> list[object]:
        scene = dialling(3, 30, dial_ratio=1.7, calls_per_s=3.0)
        said: list[object] = list(scene.said)
        for call, kind in itertools.product(range(3), (CALL_RINGING, CALL_ANSWERED, CALL_ENDED)):
            said.extend(scene.after(0.3).tell(kind, call=call))
        said.extend(scene.tell(NUMBER_BARRED, number=105, lead=UNKNOWN, code=CONGESTION))
        return said

    assert play() == play()
