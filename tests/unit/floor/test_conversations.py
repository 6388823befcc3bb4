"""Who talks to whom: answers, bridges and ends, and what becomes of agents and leads."""

from __future__ import annotations

import pytest

from callfloor.floor.vocabulary import (
    BRIDGE,
    BUSY,
    CANCELLED,
    CONNECTED,
    CONNECTING,
    ENDED,
    ENDING,
    HANG_UP,
    HUMAN,
    MACHINE,
    NEVER,
    OFFLINE,
    PAUSED,
    PLACE_CALL,
    POOL_AGENT,
    READY,
    RECORD,
    RESERVED,
    RETURN_LEAD,
    SET_TIMER,
    TALKING,
    TIMER_DUE,
    UNDETERMINED,
    WRAP_UP,
)

from .floors import START, dialling, talking


def test_an_answer_is_put_through_to_a_ready_agent_at_once() -> None:
    scene = dialling(1, 9, bridge_within_s=5.0)
    scene.after(3).answer(0)
    assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (0, 0)
    assert (scene.one(SET_TIMER).call, scene.one(SET_TIMER).at) == (0, scene.now + 5.0)
    assert scene.call().state == CONNECTING
    assert scene.agent().state == RESERVED
    assert scene.call().answered_at == scene.now


def test_agent_and_person_talk_once_the_carrier_has_bridged_them() -> None:
    scene = dialling(1, 9, talk_max_s=7200.0)
    scene.answer(0)
    scene.after(0.2).bridged(0)
    assert scene.call().state == CONNECTED
    assert scene.agent().state == TALKING
    assert scene.call().connected_at == scene.now
    assert scene.one(SET_TIMER).at == scene.now + 7200.0


def test_the_end_of_a_call_frees_the_agent_records_the_attempt_and_gives_the_lead_back() -> None:
    scene = talking(1, 9)
    scene.after(60).end(0)
    assert (scene.agent().state, scene.agent().call) == (READY, None)
    record = scene.one(RECORD)
    assert (record.call, record.agent, record.campaign, record.lead, record.outcome) == (0, 0, 0, 0, HUMAN)
    assert (scene.one(RETURN_LEAD).lead, scene.one(RETURN_LEAD).at) == (0, NEVER)
    assert scene.call().ended_at == scene.now


def test_an_agent_s_calls_and_talk_time_are_counted() -> None:
    scene = talking(1, 20, dial_ratio=1.0)
    scene.after(60).end(0)
    scene.answer(1)
    scene.bridged(1)
    scene.after(30).end(1)
    assert scene.agent().calls == 2
    assert scene.agent().talk_s == pytest.approx(90.0)


def test_a_call_that_was_over_before_it_was_bridged_is_no_call_of_the_agent_s() -> None:
    scene = dialling(1, 9, wrap_up_s=30.0)
    scene.answer(0)
    scene.after(1).end(0)
    assert scene.agent().state == READY
    assert (scene.agent().calls, scene.agent().talk_s) == (0, 0.0)


def test_a_busy_number_is_given_back_for_later() -> None:
    scene = dialling(1, 9)
    scene.after(5).fail(0, BUSY)
    back = scene.one(RETURN_LEAD)
    assert (back.code, back.at, back.count) == (BUSY, scene.now + 600.0, 0)
    assert scene.one(RECORD).outcome == BUSY
    assert scene.one(RECORD).agent is None


def test_a_machine_is_hung_up_and_recorded_as_one() -> None:
    scene = dialling(1, 9)
    scene.ring(0)
    scene.machine(0)
    assert scene.one(HANG_UP).call == 0
    assert scene.call().state == ENDING
    scene.end(0)
    assert scene.one(RECORD).outcome == MACHINE


def test_who_cannot_be_told_from_a_machine_is_treated_as_a_person() -> None:
    scene = dialling(1, 9)
    scene.answer(0, by=UNDETERMINED)
    assert scene.one(BRIDGE).call == 0
    assert scene.call().outcome == HUMAN


def test_a_machine_told_of_while_the_line_is_hung_up_is_kept_for_the_record() -> None:
    scene = dialling(1, 9)
    scene.bar(100)
    scene.floor.changed_calls.clear()
    scene.call().changed = False
    scene.machine(0)
    assert scene.all(HANG_UP) == []
    assert scene.floor.changed_calls == [scene.call()]
    scene.end(0)
    assert scene.one(RECORD).outcome == MACHINE


# Wrap-up.


def test_wrap_up_follows_a_conversation_and_ends_by_itself() -> None:
    scene = talking(1, 20, wrap_up_s=10.0, dial_ratio=1.0)
    scene.after(60).end(0)
    assert scene.agent().state == WRAP_UP
    assert (scene.one(SET_TIMER).agent, scene.one(SET_TIMER).at) == (0, scene.now + 10.0)
    assert scene.placed() == []
    scene.agent_timer()
    assert scene.agent().state == READY
    assert scene.placed() == [1]


def test_an_agent_can_end_wrap_up_early_and_its_timer_means_nothing_then() -> None:
    scene = talking(1, 20, wrap_up_s=10.0)
    scene.end(0)
    scene.after(2).resume()
    assert scene.agent().state == READY
    assert scene.agent().due_at == NEVER
    assert scene.after(8).tell(40, agent=0) == []


def test_nobody_is_put_through_to_an_agent_in_wrap_up() -> None:
    scene = talking(1, 20, wrap_up_s=10.0)
    scene.end(0)
    scene.answer(1)
    assert scene.all(BRIDGE) == []
    scene.after(1).resume()
    assert scene.one(BRIDGE).call == 1


def test_a_pause_in_wrap_up_ends_it() -> None:
    scene = talking(1, 20, wrap_up_s=10.0)
    scene.end(0)
    scene.pause(reason=12)
    assert (scene.agent().state, scene.agent().pause_reason, scene.agent().due_at) == (PAUSED, 12, NEVER)


# Pause and logout in mid-call are wishes for afterwards.


def test_a_pause_in_mid_call_begins_after_the_call() -> None:
    scene = talking(1, 20)
    assert scene.pause(reason=11) == []
    assert scene.agent().state == TALKING
    scene.after(30).end(0)
    assert (scene.agent().state, scene.agent().pause_reason) == (PAUSED, 11)
    assert scene.placed() == []


def test_a_pause_in_mid_call_begins_after_wrap_up_where_there_is_one() -> None:
    scene = talking(1, 20, wrap_up_s=10.0)
    scene.pause(reason=11)
    scene.after(30).end(0)
    assert scene.agent().state == WRAP_UP
    scene.agent_timer()
    assert (scene.agent().state, scene.agent().pause_reason) == (PAUSED, 11)


def test_a_pause_without_a_reason_is_a_pause_all_the_same() -> None:
    scene = talking(1, 20)
    scene.pause(reason=0)
    scene.end(0)
    assert (scene.agent().state, scene.agent().pause_reason) == (PAUSED, 1)


def test_resuming_in_mid_call_takes_back_the_wish_to_pause_or_leave() -> None:
    scene = talking(1, 20)
    scene.pause()
    scene.log_out()
    scene.resume()
    scene.end(0)
    assert scene.agent().state == READY


def test_resuming_in_wrap_up_takes_back_the_wish_to_pause() -> None:
    scene = talking(1, 20, wrap_up_s=10.0)
    scene.pause()
    scene.end(0)
    scene.resume()
    assert (scene.agent().state, scene.agent().pausing) == (READY, 0)


def test_a_wish_to_pause_that_was_fulfilled_early_is_not_fulfilled_again() -> None:
    scene = talking(1, 20, wrap_up_s=10.0)
    scene.pause(reason=11)
    scene.end(0)
    scene.pause(reason=12)
    scene.resume()
    assert scene.agent().state == READY


def test_a_wish_to_pause_does_not_outlive_a_logout() -> None:
    scene = talking(1, 20, wrap_up_s=10.0)
    scene.pause(reason=11)
    scene.end(0)
    scene.log_out()
    scene.log_in()
    assert scene.agent().state == READY


def test_a_logout_in_mid_call_lets_the_call_in_hand_finish_and_its_wrap_up() -> None:
    scene = talking(1, 20, wrap_up_s=10.0)
    scene.log_out()
    assert scene.agent().state == TALKING
    scene.after(30).end(0)
    assert scene.agent().state == WRAP_UP
    scene.agent_timer()
    assert (scene.agent().state, scene.agent().leaving) == (OFFLINE, False)
    assert scene.agent().calls == 1
    assert scene.group.logged_in == 0


def test_a_logout_in_wrap_up_ends_it_at_once() -> None:
    scene = talking(1, 20, wrap_up_s=10.0)
    scene.end(0)
    scene.after(2).log_out()
    assert (scene.agent().state, scene.agent().due_at) == (OFFLINE, NEVER)
    assert scene.after(8).tell(TIMER_DUE, agent=0) == []


def test_who_leaves_after_the_call_can_leave_before_wrap_up_is_over_and_be_back() -> None:
    scene = talking(1, 20, wrap_up_s=NEVER)
    scene.log_out()
    scene.end(0)
    assert (scene.agent().state, scene.agent().leaving) == (WRAP_UP, True)
    scene.after(2).log_out()
    assert (scene.agent().state, scene.agent().leaving) == (OFFLINE, False)
    scene.log_in()
    assert scene.agent().state == READY


def test_resuming_in_wrap_up_takes_back_the_wish_to_leave() -> None:
    scene = talking(1, 20, wrap_up_s=10.0)
    scene.log_out()
    scene.end(0)
    scene.resume()
    assert (scene.agent().state, scene.agent().leaving) == (READY, False)


def test_a_pause_in_wrap_up_of_an_agent_who_leaves_lets_them_go() -> None:
    scene = talking(1, 20, wrap_up_s=10.0)
    scene.log_out()
    scene.end(0)
    scene.pause()
    assert (scene.agent().state, scene.agent().leaving, scene.agent().pause_reason) == (OFFLINE, False, 0)


def test_a_logout_while_being_put_through_waits_for_the_call_too() -> None:
    scene = dialling(1, 20)
    scene.answer(0)
    scene.log_out()
    scene.bridged(0)
    assert scene.agent().state == TALKING
    scene.end(0)
    assert scene.agent().state == OFFLINE


def test_leaving_goes_before_pausing() -> None:
    scene = talking(1, 20)
    scene.pause()
    scene.log_out()
    scene.end(0)
    assert (scene.agent().state, scene.agent().pausing) == (OFFLINE, 0)


# The agent hangs up.


def test_an_agent_can_end_their_call() -> None:
    scene = talking(1, 20)
    scene.after(30).hangs_up()
    assert scene.one(HANG_UP).call == 0
    assert scene.call().state == ENDING
    assert scene.agent().state == TALKING  # until the carrier confirms
    scene.after(0.1).end(0)
    assert scene.agent().state == READY
    assert scene.one(RECORD).outcome == HUMAN


def test_a_line_that_was_cancelled_is_recorded_as_that() -> None:
    scene = dialling(1, 9)
    scene.bar(100)
    scene.end(0)
    assert scene.one(RECORD).outcome == CANCELLED
    assert scene.call().state == ENDED


def test_an_agent_who_is_free_again_takes_a_waiting_call_before_any_line_is_dialled() -> None:
    scene = talking(1, 20, dial_ratio=2.0)
    scene.answer(1)
    scene.after(1).end(0)
    assert scene.one(BRIDGE).call == 1
    assert scene.all(PLACE_CALL) == []


@pytest.mark.parametrize("pool", [0, POOL_AGENT])
def test_system_a_a_day_of_one_agent(pool: int) -> None:
    scene = dialling(1, 60, pool=pool, dial_ratio=2.0, cooldown_s=60.0)
    for done in range(10):
        ringing = [call.id for call in scene.floor.calls if call.state == 0]
        assert len(ringing) == 2
        scene.after(5).fail(ringing[0])
        scene.answer(ringing[1])
        scene.after(0.1).bridged(ringing[1])
        for call in [call.id for call in scene.floor.calls if call.state == 0]:
            scene.fail(call)
        scene.after(10).end(ringing[1])
        assert scene.agent().calls == done + 1
    assert scene.agent().talk_s == pytest.approx(100.0)
    assert scene.campaign.abandoned == 0
    assert scene.now > START
