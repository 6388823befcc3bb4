"""Every recovery from what should not be."""

from __future__ import annotations

import pytest

from callfloor.floor.vocabulary import (
    ABANDONED,
    AGENT_FELL_SILENT,
    AGENT_FELL_SILENT_IN_CALL,
    AGENT_LOGGED_IN_TWICE,
    AGENT_LOGGED_OUT_IN_CALL,
    AGENT_NOT_ON_CALL,
    AGENT_PHONE_LOST,
    AGENT_PHONE_LOST_IN_CALL,
    ANSWERED,
    BRIDGE,
    BUSY,
    CALL_ABANDONED,
    CALL_BRIDGE_UNCONFIRMED,
    CALL_BRIDGED_UNASKED,
    CALL_EVENT_LATE,
    CALL_FAILED_AFTER_ANSWER,
    CALL_HANG_UP_UNCONFIRMED,
    CALL_LOST_BY_CARRIER,
    CALL_NEVER_ENDS,
    CALL_NOT_SENT_YET_LIVE,
    CALL_OUTCOME_MISSING,
    CALL_SILENT,
    CALL_WITHHELD,
    CANCELLED,
    CONNECTED,
    CONNECTING,
    DISCONNECTED,
    ENDED,
    ENDING,
    HANG_UP,
    HUMAN,
    HUNG_UP_EARLY,
    LOST,
    NEVER,
    OFFLINE,
    OUTCOMES,
    PAUSED,
    PAUSED_NO_PHONE,
    PAUSED_SILENT,
    PLAY,
    POOL_AGENT,
    READY,
    RECORD,
    RESERVED,
    RETURN_LEAD,
    RINGING,
    TALKING,
    UNDETERMINED,
    WITHHELD,
    WRAP_UP,
)

from .floors import dialling, reach_call_state, talking
from .sights import waiting_of

# Calls.


def test_an_end_without_an_outcome_closes_the_call_as_undetermined() -> None:
    scene = dialling(1, 9)
    scene.end(0)
    assert scene.reported() == [CALL_OUTCOME_MISSING]
    assert scene.one(RECORD).outcome == UNDETERMINED
    assert scene.call().state == ENDED


def test_a_failure_after_an_answer_ends_the_call_by_what_happened_to_the_person() -> None:
    scene = talking(1, 9)
    scene.answer(1)
    scene.after(1).fail(1, DISCONNECTED)
    assert scene.reported() == [CALL_FAILED_AFTER_ANSWER]
    assert scene.one(RECORD).outcome == HUNG_UP_EARLY
    scene.fail(0, DISCONNECTED)
    assert scene.one(RECORD).outcome == HUMAN
    assert scene.agent().state == READY
    assert scene.floor.waiting == 0


@pytest.mark.parametrize(("state", "outcome"), [(0, LOST), (RINGING, LOST), (CONNECTED, HUMAN)])
def test_a_call_that_the_carrier_has_lost_is_closed(state: int, outcome: int) -> None:
    scene = reach_call_state(state)
    scene.lose()
    assert scene.reported() == [CALL_LOST_BY_CARRIER]
    assert scene.one(RECORD).outcome == outcome
    assert scene.agent().state == READY


@pytest.mark.parametrize("state", [ANSWERED, CONNECTING])
def test_a_person_who_waited_when_the_carrier_lost_the_call_was_abandoned(state: int) -> None:
    scene = reach_call_state(state)
    scene.lose()
    assert scene.one(RECORD).outcome == ABANDONED
    assert scene.campaign.abandoned == 1
    assert scene.floor.waiting == 0


def test_a_call_that_is_ending_or_over_is_lost_to_nobody() -> None:
    scene = reach_call_state(ENDING)
    scene.lose()
    assert scene.reported() == []
    assert len(scene.all(RECORD)) == 1
    scene.lose()
    assert scene.said == []


@pytest.mark.parametrize("rings", [False, True])
def test_a_call_of_which_nothing_is_heard_is_hung_up(rings: bool) -> None:
    scene = dialling(1, 9, ring_timeout_s=25.0, carrier_grace_s=15.0)
    if rings:
        scene.ring(0)
    start = scene.now
    scene.call_timer(0)
    assert scene.now == start + 40.0
    assert scene.reported() == [CALL_SILENT]
    assert scene.one(HANG_UP).call == 0
    assert scene.call().state == ENDING


def test_a_hang_up_that_nobody_confirms_is_taken_for_an_end() -> None:
    scene = dialling(1, 9, carrier_grace_s=15.0)
    scene.call_timer(0)
    hung_up_at = scene.now
    scene.call_timer(0)
    assert scene.now == hung_up_at + 15.0
    assert scene.reported() == [CALL_HANG_UP_UNCONFIRMED]
    assert scene.one(HANG_UP).call == 0
    assert scene.one(RECORD).outcome == CANCELLED
    assert scene.call().state == ENDED


def test_a_conversation_that_never_ends_is_hung_up_and_its_agent_is_free_when_it_has_ended() -> None:
    scene = talking(1, 9, talk_max_s=3600.0)
    scene.call_timer(0)
    assert scene.reported() == [CALL_NEVER_ENDS]
    assert scene.one(HANG_UP).call == 0
    assert scene.agent().state == TALKING
    scene.call_timer(0)
    assert scene.reported() == [CALL_HANG_UP_UNCONFIRMED]
    assert scene.agent().state == READY
    assert scene.one(RECORD).outcome == HUMAN


def test_a_bridge_that_is_never_confirmed_loses_the_person_and_frees_the_agent() -> None:
    scene = dialling(1, 9, bridge_within_s=5.0)
    scene.answer(0)
    scene.call_timer(0)
    assert scene.reported() == [CALL_BRIDGE_UNCONFIRMED]
    assert scene.one(HANG_UP).call == 0
    assert (scene.agent().state, scene.agent().call) == (READY, None)
    assert scene.call().agent is None
    assert scene.campaign.abandoned == 1
    scene.bridged(0)
    assert scene.reported() == [CALL_EVENT_LATE]
    assert scene.agent().state == READY


def test_a_bridge_that_is_never_confirmed_may_have_been_made_so_that_no_message_is_played() -> None:
    scene = dialling(1, 9, plays_message=True)
    scene.answer(0)
    scene.call_timer(0)
    assert scene.all(PLAY) == []
    assert scene.one(HANG_UP).call == 0


def test_an_agent_freed_so_takes_the_next_who_waits() -> None:
    scene = dialling(1, 9, bridge_within_s=1.0)
    scene.answer(0)
    scene.answer(1)
    scene.call_timer(0)
    assert scene.one(BRIDGE).call == 1


@pytest.mark.parametrize("state", [0, RINGING, ANSWERED])
def test_a_bridge_for_which_nobody_asked_changes_nothing(state: int) -> None:
    scene = reach_call_state(state)
    scene.bridged()
    assert scene.reported() == [CALL_BRIDGED_UNASKED]
    assert scene.call().state == state


def test_a_call_that_was_not_sent_costs_the_lead_no_attempt() -> None:
    waits = [-1.0] * OUTCOMES
    waits[WITHHELD] = 0.0
    scene = dialling(1, 9, retry_after_s=waits, cooldown_s=60.0)
    lead = scene.call(0).lead
    assert lead is not None
    assert lead.attempts == 1
    scene.after(6).not_sent(0)
    assert scene.reported() == [CALL_WITHHELD]
    assert scene.one(RECORD).outcome == WITHHELD
    assert scene.one(RETURN_LEAD).at == scene.now + 54.0
    assert lead.attempts == 0


@pytest.mark.parametrize("state", [RINGING, ANSWERED, CONNECTING, CONNECTED])
def test_a_call_that_rings_was_sent_whatever_the_sender_says(state: int) -> None:
    scene = reach_call_state(state)
    scene.not_sent()
    assert scene.reported() == [CALL_NOT_SENT_YET_LIVE]
    assert scene.call().state == state


def test_an_early_fact_that_comes_late_changes_nothing() -> None:
    scene = talking(1, 9)
    scene.ring(0)
    assert scene.reported() == [CALL_EVENT_LATE]
    assert scene.call().state == CONNECTED


def test_events_may_skip_stages() -> None:
    scene = dialling(1, 9)
    scene.answer(0)  # without having rung
    assert scene.reported() == []
    assert scene.call().state == CONNECTING


# Agents.


def test_a_second_login_takes_back_the_wish_to_leave() -> None:
    scene = talking(1, 9)
    scene.log_out()
    assert scene.reported() == [AGENT_LOGGED_OUT_IN_CALL]
    scene.log_in()
    assert scene.reported() == [AGENT_LOGGED_IN_TWICE]
    scene.end(0)
    assert scene.agent().state == READY


@pytest.mark.parametrize(("lose", "reason"), [("silent", PAUSED_SILENT), ("gone", PAUSED_NO_PHONE)])
def test_who_fell_silent_or_lost_their_phone_is_paused_until_they_log_in_again(
    lose: str, reason: int
) -> None:
    scene = dialling(1, 9)
    getattr(scene, lose)(0)
    assert scene.reported() == [AGENT_FELL_SILENT if lose == "silent" else AGENT_PHONE_LOST]
    assert (scene.agent().state, scene.agent().pause_reason) == (PAUSED, reason)
    scene.log_in()
    assert scene.reported() == [AGENT_LOGGED_IN_TWICE]
    assert (scene.agent().state, scene.agent().pause_reason) == (READY, 0)


def test_a_second_login_does_not_end_a_pause_that_the_agent_took() -> None:
    scene = dialling(1, 9)
    scene.pause(reason=11)
    scene.log_in()
    assert (scene.agent().state, scene.agent().pause_reason) == (PAUSED, 11)


def test_who_is_back_takes_a_call_that_waits() -> None:
    scene = dialling(1, 9)
    scene.gone()
    scene.answer(0)
    scene.after(1).log_in()
    assert scene.one(BRIDGE).call == 0


def test_who_falls_silent_in_wrap_up_is_paused_and_its_timer_means_nothing() -> None:
    scene = talking(1, 9, wrap_up_s=10.0)
    scene.end(0)
    assert scene.agent().state == WRAP_UP
    scene.silent()
    assert (scene.agent().state, scene.agent().due_at) == (PAUSED, NEVER)
    assert scene.after(20).tell(40, agent=0) == []


@pytest.mark.parametrize("state", [RESERVED, TALKING])
def test_who_falls_silent_in_mid_call_talks_on_and_is_paused_afterwards(state: int) -> None:
    scene = dialling(1, 9)
    scene.answer(0)
    if state == TALKING:
        scene.bridged(0)
    scene.silent()
    assert scene.reported() == [AGENT_FELL_SILENT_IN_CALL]
    assert scene.agent().state == state
    scene.after(1).end(0)
    assert (scene.agent().state, scene.agent().pause_reason) == (PAUSED, PAUSED_SILENT)


def test_who_is_heard_of_again_in_mid_call_is_not_paused_afterwards() -> None:
    scene = talking(1, 9)
    scene.silent()
    scene.log_in()
    scene.end(0)
    assert scene.agent().state == READY


def test_a_person_whose_agent_s_phone_is_lost_goes_to_another_agent_at_once() -> None:
    scene = talking(2, 9)
    scene.after(30).gone(0)
    assert scene.reported() == [AGENT_PHONE_LOST_IN_CALL]
    assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (0, 1)
    assert (scene.agent(0).state, scene.agent(0).pause_reason) == (PAUSED, PAUSED_NO_PHONE)
    assert (scene.agent(0).call, scene.call().agent) == (None, scene.agent(1))
    scene.after(0.5).bridged(0)
    assert scene.campaign.connected == 1  # one person, once
    scene.after(30).end(0)
    assert scene.one(RECORD).agent == 1
    assert scene.campaign.abandoned == 0


def test_the_conversation_that_was_cut_off_counts_as_talked() -> None:
    scene = talking(1, 9)
    scene.after(30).gone(0)
    assert scene.agent().calls == 1
    assert scene.agent().talk_s == pytest.approx(30.0)


def test_with_nobody_free_the_person_waits_up_to_the_limit_anew() -> None:
    scene = talking(1, 9)
    scene.after(30).gone(0)
    assert scene.call().state == ANSWERED
    assert [c.id for c in waiting_of(scene.group)] == [0]
    assert scene.call().due_at == scene.now + 2.0
    scene.call_timer(0)
    assert scene.reported() == [CALL_ABANDONED]
    assert scene.one(HANG_UP).call == 0
    # They did talk to an agent: not an abandoned call in law.
    assert (scene.campaign.connected, scene.campaign.abandoned) == (1, 0)


def test_a_person_still_being_put_through_keeps_the_limit_that_began_with_the_answer() -> None:
    scene = dialling(1, 9)
    scene.answer(0)
    answered_at = scene.now
    scene.after(1).gone(0)
    assert scene.call().due_at == answered_at + 2.0
    scene.call_timer(0)
    assert scene.campaign.abandoned == 1


def test_on_a_line_of_their_own_the_person_waits_for_that_agent_only() -> None:
    scene = talking(2, 9, pool=POOL_AGENT)
    scene.after(30).gone(0)
    assert scene.all(BRIDGE) == []
    scene.after(1).log_in(0)
    assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (0, 0)


def test_who_was_leaving_when_the_phone_was_lost_is_offline() -> None:
    scene = talking(1, 9)
    scene.log_out()
    scene.gone()
    assert (scene.agent().state, scene.agent().leaving) == (OFFLINE, False)
    assert len(scene.all(RETURN_LEAD)) == 7


def test_a_phone_lost_while_the_call_is_being_hung_up_is_one_condition_not_two() -> None:
    scene = talking(1, 9)
    scene.hangs_up()
    scene.gone()
    assert scene.reported() == [AGENT_PHONE_LOST_IN_CALL]
    assert scene.agent().state == PAUSED
    scene.end(0)
    assert scene.agent().state == PAUSED
    assert scene.one(RECORD).agent == 0


def test_hanging_up_twice_or_on_nobody_is_reported() -> None:
    scene = dialling(1, 9)
    scene.hangs_up()
    assert scene.reported() == [AGENT_NOT_ON_CALL]
    scene.answer(0)
    scene.bridged(0)
    scene.hangs_up()
    scene.hangs_up()
    assert scene.reported() == [AGENT_NOT_ON_CALL]
    assert scene.all(HANG_UP) == []


def test_a_busy_signal_frees_an_own_line_for_the_next_lead() -> None:
    scene = dialling(1, 9, pool=POOL_AGENT)
    scene.fail(0, BUSY)
    assert scene.placed() == [2]
