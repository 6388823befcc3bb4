"""People who call in: to an agent at once, into the line, or turned away."""

from __future__ import annotations

import pytest

from callfloor.floor.vocabulary import (
    AGENT_RESUMED,
    ANSWERED,
    BLOCK,
    BLOCKED,
    BRIDGE,
    CALL_ABANDONED,
    CALL_ARRIVED,
    CALL_EVENT_AFTER_END,
    CALL_EVENT_DOUBLED,
    CONNECTED,
    CONNECTING,
    DIRECT,
    ENDED,
    GAVE_UP,
    HANG_UP,
    HOLD,
    HUMAN,
    NEVER,
    OFFLINE,
    PAUSED,
    QUEUE_UNKNOWN,
    READY,
    RECORD,
    REJECT,
    RESERVED,
    SET_TIMER,
    TALKING,
    TIMER_DUE,
    WRAP_UP,
)

from .floors import dialling
from .hotline import Hotline, busy_hotline, open_hotline
from .sights import line_of, state_of

# To an agent at once.


def test_who_calls_while_an_agent_is_ready_is_put_through_at_once() -> None:
    scene = open_hotline(1)
    scene.arrives(caller=7, redials=2)
    assert [said.do for said in scene.said if said.do != SET_TIMER] == [BRIDGE]
    assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (0, 0)
    call = scene.call()
    assert (call.state, call.queue, call.campaign, call.lead) == (CONNECTING, scene.queue, None, None)
    assert (call.caller, call.redials, call.outcome) == (7, 2, HUMAN)
    assert (call.placed_at, call.answered_at, call.connected_at) == (scene.now, scene.now, NEVER)
    assert scene.agent().state == RESERVED


def test_they_talk_once_the_carrier_has_bridged_them_and_the_call_is_recorded_at_its_end() -> None:
    scene = open_hotline(1)
    scene.arrives()
    scene.put_through()
    assert (scene.call().state, scene.agent().state) == (CONNECTED, TALKING)
    scene.after(60).end()
    assert (scene.one(RECORD).call, scene.one(RECORD).agent, scene.one(RECORD).outcome) == (0, 0, HUMAN)
    assert (scene.one(RECORD).campaign, scene.one(RECORD).lead) == (None, None)
    assert (scene.call().state, scene.call().ended_at) == (ENDED, scene.now)
    assert (scene.agent().state, scene.agent().calls) == (READY, 1)
    assert scene.agent().talk_s == pytest.approx(60.0)


def test_the_agent_ready_longest_takes_the_call() -> None:
    scene = Hotline(3)
    for agent in (2, 0, 1):
        scene.after(1).log_in(agent)
    for call, agent in ((0, 2), (1, 0), (2, 1)):
        scene.arrives()
        assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (call, agent)


def test_who_hangs_up_while_being_put_through_has_given_up_and_it_is_no_call_of_the_agent_s() -> None:
    scene = open_hotline(1, wrap_up_s=10.0)
    scene.arrives()
    scene.after(0.5).end()
    assert scene.one(RECORD).outcome == GAVE_UP
    assert (scene.agent().state, scene.agent().calls) == (READY, 0)


def test_a_call_that_comes_in_is_numbered_with_those_that_are_placed_and_is_no_campaign_s() -> None:
    scene = busy_hotline(2)
    assert [call.attempt for call in scene.floor.calls] == [1, 2]
    assert scene.floor.attempts == 2
    campaign = scene.campaign
    assert (campaign.attempts, campaign.live, campaign.human_answers, campaign.connected) == (0, 0, 0, 0)


# Into the line.


def test_who_calls_while_no_agent_is_ready_waits_and_the_carrier_is_told_so() -> None:
    scene = busy_hotline(1)
    scene.arrives()
    assert [said.do for said in scene.said] == [HOLD]
    assert scene.one(HOLD).call == 1
    assert scene.call(1).state == ANSWERED
    assert (line_of(scene.queue), scene.queue.in_line, scene.floor.waiting) == ([scene.call(1)], 1, 1)


def test_the_longest_waiting_goes_to_the_agent_who_becomes_free() -> None:
    scene = busy_hotline(1)
    for _ in range(3):
        scene.after(5).arrives()
    for next_call in (1, 2, 3):
        scene.after(60).end(next_call - 1)
        assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (next_call, 0)
        scene.put_through(next_call)
    assert (scene.queue.in_line, scene.floor.waiting) == (0, 0)


def test_who_waits_while_nobody_is_at_work_goes_to_the_first_who_logs_in() -> None:
    scene = Hotline(2)
    scene.arrives()
    assert scene.one(HOLD).call == 0
    scene.after(3600).log_in(1)
    assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (0, 1)


def test_who_calls_in_waits_as_long_as_they_like() -> None:
    scene = busy_hotline(1)
    scene.arrives()
    assert scene.all(SET_TIMER) == []
    assert scene.call(1).due_at == NEVER
    assert scene.after(3600).tell(TIMER_DUE, call=1) == []
    assert scene.call(1).state == ANSWERED


def test_who_hangs_up_while_they_wait_has_given_up() -> None:
    scene = busy_hotline(1)
    for _ in range(3):
        scene.arrives()
    scene.after(90).end(2)
    assert (scene.one(RECORD).call, scene.one(RECORD).agent, scene.one(RECORD).outcome) == (2, None, GAVE_UP)
    assert line_of(scene.queue) == [scene.call(1), scene.call(3)]
    assert (scene.queue.in_line, scene.floor.waiting) == (2, 2)
    assert scene.reported() == []


@pytest.mark.parametrize("how", ["lose", "fail"])
def test_who_is_lost_while_they_wait_is_recorded_as_one_who_gave_up(how: str) -> None:
    scene = busy_hotline(1)
    scene.arrives()
    getattr(scene, how)(1)
    assert scene.one(RECORD).outcome == GAVE_UP
    assert scene.floor.waiting == 0


def test_the_time_that_people_have_waited_is_added_up_when_they_leave_the_line() -> None:
    scene = busy_hotline(1)
    scene.arrives()
    scene.after(10).arrives()
    assert scene.queue.waited_s == 0.0
    scene.after(20).end(2)
    assert scene.queue.waited_s == pytest.approx(20.0)
    scene.after(5).end(0)
    assert scene.queue.waited_s == pytest.approx(20.0 + 35.0)


def test_an_agent_s_pause_or_logout_leaves_those_who_wait_in_the_line() -> None:
    scene = busy_hotline(1)
    scene.arrives()
    scene.log_out()
    scene.end(0)
    assert (scene.agent().state, scene.call(1).state) == (OFFLINE, ANSWERED)
    scene.log_in()
    assert scene.one(BRIDGE).call == 1


# Turned away.


def test_where_nobody_may_wait_a_call_that_finds_nobody_ready_is_turned_away() -> None:
    scene = busy_hotline(1, when_busy=BLOCK)
    scene.arrives()
    assert [said.do for said in scene.said] == [REJECT, RECORD]
    assert (scene.one(REJECT).call, scene.one(RECORD).call, scene.one(RECORD).outcome) == (1, 1, BLOCKED)
    assert (scene.call(1).state, scene.call(1).ended_at) == (ENDED, scene.now)
    assert (scene.queue.in_line, scene.floor.waiting) == (0, 0)


def test_beyond_the_limit_of_those_who_wait_a_call_is_turned_away() -> None:
    scene = busy_hotline(1, limit=2)
    said = [scene.arrives()[0].do for _ in range(4)]
    assert said == [HOLD, HOLD, REJECT, REJECT]
    assert scene.one(RECORD).outcome == BLOCKED
    scene.end(1)  # one of them gives up
    assert [scene.arrives()[0].do for _ in range(2)] == [HOLD, REJECT]


def test_the_limit_is_for_those_who_wait_and_not_for_who_is_put_through() -> None:
    scene = open_hotline(3, limit=1)
    for _ in range(3):
        assert scene.arrives()[-1].do == BRIDGE
    assert scene.arrives()[0].do == HOLD


def test_each_queue_has_a_limit_of_its_own() -> None:
    scene = busy_hotline(1, limit=1)
    scene.add_queue(limit=1)
    said = [scene.arrives(queue=queue)[0].do for queue in (0, 1, 0, 1)]
    assert said == [HOLD, HOLD, REJECT, REJECT]


def test_what_the_carrier_says_of_a_call_that_was_turned_away_comes_after_its_end() -> None:
    scene = busy_hotline(1, when_busy=BLOCK)
    scene.arrives()
    scene.after(1).end(1)
    assert scene.reported() == [CALL_EVENT_AFTER_END]
    assert scene.all(RECORD) == []
    scene.answer(1)
    assert scene.all(RECORD) == scene.all(HANG_UP) == []


@pytest.mark.parametrize("queue", [-1, 2, 99])
def test_a_call_for_a_queue_that_the_floor_does_not_have_is_reported_and_nothing_changes(queue: int) -> None:
    scene = open_hotline(1)
    before = state_of(scene.floor)
    scene.tell(CALL_ARRIVED, queue=queue, number=7)
    assert scene.reported() == [QUEUE_UNKNOWN]
    assert len(scene.said) == 1
    assert state_of(scene.floor) == before


# Direct: one agent is chosen, busy or not.


def test_a_direct_call_goes_to_the_agent_who_was_drawn_though_another_has_been_ready_longer() -> None:
    scene = open_hotline(3, routing=DIRECT)
    scene.arrives(draw=0.5)
    assert scene.one(BRIDGE).agent == 1
    assert scene.call().owner is scene.agent(1)


def test_a_direct_call_waits_for_its_agent_while_others_are_ready() -> None:
    scene = open_hotline(2, routing=DIRECT)
    scene.arrives(draw=0.0)
    scene.put_through()
    scene.arrives(draw=0.0)
    assert scene.one(HOLD).call == 1
    assert scene.agent(1).state == READY
    assert line_of(scene.agent(0).own) == [scene.call(1)]
    assert (line_of(scene.queue), scene.queue.in_line, scene.floor.waiting) == ([], 1, 1)
    scene.pause(1)
    scene.resume(1)
    assert scene.all(BRIDGE) == []
    scene.end(0)
    assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (1, 0)
    assert (scene.queue.in_line, scene.floor.waiting) == (0, 0)


def test_a_direct_call_that_finds_its_agent_busy_is_turned_away_where_nobody_may_wait() -> None:
    scene = open_hotline(2, routing=DIRECT, when_busy=BLOCK)
    scene.arrives(draw=0.0)
    scene.arrives(draw=0.0)
    assert scene.one(REJECT).call == 1
    scene.arrives(draw=0.9)
    assert scene.one(BRIDGE).agent == 1


def test_those_who_wait_for_one_agent_count_for_the_limit_of_their_queue() -> None:
    scene = open_hotline(2, routing=DIRECT, limit=1)
    scene.arrives(draw=0.0)
    scene.arrives(draw=0.0)
    scene.arrives(draw=0.9)
    scene.arrives(draw=0.9)
    assert scene.one(REJECT).call == 3


def test_a_direct_call_while_nobody_is_at_work_waits_for_anybody() -> None:
    scene = Hotline(2, routing=DIRECT)
    scene.arrives(draw=0.0)
    assert scene.call().owner is None
    scene.log_in(1)
    assert scene.one(BRIDGE).agent == 1


# Wrap-up.


@pytest.mark.parametrize(("wrap_up_s", "state"), [(0.0, READY), (12.0, WRAP_UP), (NEVER, WRAP_UP)])
def test_after_a_call_the_agent_has_the_wrap_up_of_its_queue(wrap_up_s: float, state: int) -> None:
    scene = busy_hotline(1, wrap_up_s=wrap_up_s)
    scene.after(30).end(0)
    assert scene.agent().state == state
    assert scene.agent().due_at == (scene.now + 12.0 if wrap_up_s == 12.0 else NEVER)


def test_a_wrap_up_without_end_lasts_until_the_agent_says_so() -> None:
    scene = busy_hotline(1, wrap_up_s=NEVER)
    scene.arrives()
    scene.end(0)
    assert scene.all(SET_TIMER) == []
    assert scene.after(3600).tell(TIMER_DUE, agent=0) == []
    scene.tell(AGENT_RESUMED, agent=0)
    assert scene.one(BRIDGE).call == 1


def test_each_call_s_wrap_up_is_that_of_its_own_queue() -> None:
    scene = busy_hotline(1, wrap_up_s=12.0)
    scene.add_queue()
    scene.arrives(queue=1)
    scene.end(0)
    scene.agent_timer()
    scene.put_through(1)
    scene.end(1)
    assert scene.agent().state == READY


# The agent's phone is lost.


def test_who_has_lost_their_agent_goes_to_another_one_at_once() -> None:
    scene = open_hotline(2)
    scene.arrives()
    scene.put_through()
    scene.after(30).gone()
    assert (scene.agent(0).state, scene.agent(0).calls) == (PAUSED, 1)
    assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (0, 1)


def test_who_has_lost_their_agent_waits_where_nobody_else_is_ready_and_is_served_in_the_end() -> None:
    scene = busy_hotline(1)
    scene.after(30).gone()
    assert (scene.call().state, line_of(scene.queue)) == (ANSWERED, [scene.call()])
    scene.resume()
    scene.put_through()
    scene.after(10).end()
    assert scene.one(RECORD).outcome == HUMAN
    assert scene.agent().calls == 2


# What the carrier need not say, and what is not waited for.


def test_where_the_carrier_bridges_at_once_they_talk_as_soon_as_they_are_put_through() -> None:
    scene = Hotline(1)
    scene.floor.bridges_at_once = True
    scene.log_in()
    scene.arrives()
    assert scene.one(BRIDGE).agent == 0
    assert (scene.call().state, scene.agent().state) == (CONNECTED, TALKING)
    assert scene.call().connected_at == scene.now
    assert scene.bridged()[0].code == CALL_EVENT_DOUBLED
    scene.after(20).end()
    assert (scene.agent().state, scene.agent().calls) == (READY, 1)
    assert scene.agent().talk_s == pytest.approx(20.0)


def test_a_person_who_was_called_is_connected_at_once_too_where_the_carrier_bridges_at_once() -> None:
    scene = dialling(1, 5, dial_ratio=1.0, wrap_up_s=5.0)
    scene.floor.bridges_at_once = True
    scene.answer(0)
    assert (scene.call().state, scene.agent().state) == (CONNECTED, TALKING)
    assert scene.campaign.connected == 1
    scene.after(20).end(0)
    assert scene.agent().state == WRAP_UP


@pytest.mark.parametrize("bridges_at_once", [False, True])
def test_a_floor_that_does_not_watch_the_carrier_sets_no_timer_for_a_call(bridges_at_once: bool) -> None:
    scene = Hotline(1)
    scene.floor.watches, scene.floor.bridges_at_once = False, bridges_at_once
    scene.log_in()
    said = scene.arrives() + scene.put_through() + scene.hangs_up()
    assert [each for each in said if each.do == SET_TIMER] == []
    assert scene.call().due_at == NEVER


def test_who_was_called_may_not_be_kept_waiting_whether_or_not_the_carrier_is_watched() -> None:
    scene = dialling(1, 5, dial_ratio=2.0, answer_within_s=2.0)
    scene.floor.watches = False
    scene.answer(0)
    assert scene.all(SET_TIMER) == []
    scene.answer(1)
    assert (scene.one(SET_TIMER).call, scene.one(SET_TIMER).at) == (1, scene.now + 2.0)
    scene.call_timer(1)
    assert scene.reported() == [CALL_ABANDONED]
