"""What counts as an abandoned call, and what does not."""

from __future__ import annotations

import pytest

from callfloor.floor import Campaign
from callfloor.floor.ledger import enter, headroom
from callfloor.floor.vocabulary import (
    ABANDONED,
    AGENT_NOT_IDLE_AT_CALL_START,
    ANSWERED,
    BRIDGE,
    BUSY,
    CALL_ABANDONED,
    CALL_ANSWERED_AFTER_END,
    CALL_ANSWERED_WHILE_ENDING,
    CALL_EVENT_AFTER_END,
    ENDED,
    ENDING,
    HANG_UP,
    HUMAN,
    HUNG_UP_EARLY,
    MACHINE,
    MESSAGE,
    PLAY,
    POOL_AGENT,
    RECORD,
    RETURN_LEAD,
)

from .floors import Scene, dialling, talking


def counts(scene: Scene) -> tuple[int, int, int, int]:
    c = scene.campaign
    return c.human_answers, c.connected, c.abandoned, c.hung_up_early


def test_a_person_connected_within_the_limit_is_connected() -> None:
    scene = dialling(1, 9)
    scene.answer(0)
    assert counts(scene) == (1, 0, 0, 0)
    scene.after(2.0).bridged(0)
    assert counts(scene) == (1, 1, 0, 0)
    assert scene.call(0).outcome == HUMAN


def test_a_person_bridged_after_the_limit_is_abandoned_all_the_same() -> None:
    scene = dialling(1, 9)
    scene.answer(0)
    scene.after(2.1).bridged(0)
    assert counts(scene) == (1, 0, 1, 0)
    assert scene.call(0).outcome == ABANDONED
    scene.after(60).end(0)
    assert scene.one(RECORD).outcome == ABANDONED
    assert counts(scene) == (1, 0, 1, 0)


def test_a_person_for_whom_nobody_is_free_is_abandoned_when_the_limit_has_passed() -> None:
    scene = dialling(1, 9)
    scene.answer(0)
    scene.answer(1)
    assert scene.call(1).state == ANSWERED
    assert scene.call(1).due_at == scene.now + 2.0
    scene.call_timer(1)
    assert scene.reported() == [CALL_ABANDONED]
    assert scene.one(HANG_UP).call == 1
    assert counts(scene) == (2, 0, 1, 0)
    scene.end(1)
    assert scene.one(RECORD).outcome == ABANDONED
    assert scene.one(RETURN_LEAD).code == ABANDONED


def test_a_second_lead_who_answers_while_the_agent_is_busy_is_an_abandoned_call_not_a_failed_one() -> None:
    scene = talking(1, 9, pool=POOL_AGENT)
    scene.answer(1, agent=0)
    assert scene.reported() == [AGENT_NOT_IDLE_AT_CALL_START]
    scene.call_timer(1)
    assert scene.reported() == [CALL_ABANDONED]
    assert counts(scene) == (2, 1, 1, 0)


def test_with_a_limit_of_nothing_an_answer_that_finds_nobody_is_abandoned_at_once() -> None:
    scene = dialling(1, 9, answer_within_s=0.0)
    scene.answer(0)
    scene.answer(1)
    assert scene.reported() == [CALL_ABANDONED]
    assert scene.one(HANG_UP).call == 1
    assert counts(scene) == (2, 0, 1, 0)
    assert scene.floor.waiting == 0


def test_a_limit_of_nothing_does_not_abandon_those_whom_an_agent_takes_at_once() -> None:
    scene = dialling(1, 9, answer_within_s=0.0)
    scene.answer(0)
    scene.after(0.7).bridged(0)
    assert counts(scene) == (1, 1, 0, 0)


def test_who_hangs_up_before_the_limit_is_not_abandoned() -> None:
    scene = dialling(1, 9)
    scene.answer(0)
    scene.answer(1)
    scene.after(1.9).end(1)
    assert counts(scene) == (2, 0, 0, 1)
    assert scene.one(RECORD).outcome == HUNG_UP_EARLY
    assert scene.floor.waiting == 0


def test_who_hangs_up_while_being_put_through_is_not_abandoned_either() -> None:
    scene = dialling(1, 9)
    scene.answer(0)
    scene.after(1.0).end(0)
    assert counts(scene) == (1, 0, 0, 1)


@pytest.mark.parametrize("chosen", [True, False])
def test_who_hangs_up_after_the_limit_was_abandoned_even_where_the_timer_is_late(chosen: bool) -> None:
    scene = dialling(1, 9)
    if not chosen:
        scene.pause()
    scene.answer(0)
    scene.after(2.5).end(0)
    assert counts(scene) == (1, 0, 1, 0)
    assert scene.one(RECORD).outcome == ABANDONED


def test_who_is_taken_in_the_last_moment_is_not_abandoned() -> None:
    scene = talking(1, 9)
    scene.answer(1)
    scene.after(1.5).end(0)
    assert scene.one(BRIDGE).call == 1
    scene.after(0.3).bridged(1)
    assert counts(scene) == (2, 2, 0, 0)


def test_the_timer_of_waiting_means_nothing_once_an_agent_has_taken_the_call() -> None:
    scene = talking(1, 9)
    scene.answer(1)
    limit = scene.call(1).due_at
    scene.after(1.0).end(0)
    scene.bridged(1)
    scene.now = limit

    assert scene.tell(40, call=1) == []
    assert counts(scene) == (2, 2, 0, 0)


# The message for those whom nobody took.


def test_the_message_is_played_to_whom_nobody_took_and_then_the_call_ends() -> None:
    scene = dialling(1, 9, plays_message=True)
    scene.pause()
    scene.answer(0)
    scene.call_timer(0)
    assert scene.one(PLAY).call == 0
    assert scene.all(HANG_UP) == []
    assert scene.call(0).state == MESSAGE
    scene.after(8).played(0)
    assert scene.one(HANG_UP).call == 0
    assert scene.call(0).state == ENDING
    scene.end(0)
    assert counts(scene) == (1, 0, 1, 0)


def test_a_message_whose_end_is_never_told_is_cut_off() -> None:
    scene = dialling(1, 9, plays_message=True)
    scene.pause()
    scene.answer(0)
    scene.call_timer(0)
    scene.call_timer(0)
    assert scene.one(HANG_UP).call == 0


def test_who_hangs_up_on_the_message_was_abandoned() -> None:
    scene = dialling(1, 9, plays_message=True, answer_within_s=0.0)
    scene.pause()
    scene.answer(0)
    assert scene.one(PLAY).call == 0
    scene.after(1).end(0)
    assert counts(scene) == (1, 0, 1, 0)


def test_an_agent_who_becomes_free_does_not_get_a_call_with_the_message() -> None:
    scene = talking(1, 9, plays_message=True)
    scene.answer(1)
    scene.call_timer(1)
    scene.end(0)
    assert scene.all(BRIDGE) == []


# Answers that come when the call was given up.


def test_an_answer_while_a_line_is_hung_up_is_an_abandoned_call_once() -> None:
    scene = dialling(1, 9)
    scene.bar(100)
    assert scene.call(0).state == ENDING
    scene.answer(0)
    assert scene.reported() == [CALL_ANSWERED_WHILE_ENDING]
    assert counts(scene) == (1, 0, 1, 0)
    assert scene.call(0) in scene.floor.changed_calls
    scene.answer(0)
    assert counts(scene) == (1, 0, 1, 0)
    scene.end(0)
    assert scene.one(RECORD).outcome == ABANDONED


def test_an_answer_by_a_person_after_all_where_a_machine_was_heard_is_abandoned() -> None:
    scene = dialling(1, 9)
    scene.machine(0)
    scene.answer(0)
    assert counts(scene) == (1, 0, 1, 0)


def test_an_answer_after_the_end_is_hung_up_and_counted_and_the_record_corrected() -> None:
    scene = dialling(1, 9)
    scene.call_timer(0)
    scene.call_timer(0)
    assert scene.call(0).state == ENDED
    scene.after(1).answer(0)
    assert scene.reported() == [CALL_ANSWERED_AFTER_END]
    assert scene.one(HANG_UP).call == 0
    assert scene.one(RECORD).outcome == ABANDONED
    assert counts(scene) == (1, 0, 1, 0)
    assert scene.all(RETURN_LEAD) == []


def test_an_answer_after_the_end_of_a_call_that_was_answered_is_only_late() -> None:
    scene = talking(1, 9)
    scene.after(30).end(0)
    scene.answer(0)
    assert scene.reported() == [CALL_ANSWERED_AFTER_END]
    assert scene.all(HANG_UP) == scene.all(RECORD) == []
    assert counts(scene) == (1, 1, 0, 0)


def test_a_failure_is_neither_answered_nor_abandoned() -> None:
    scene = dialling(1, 9)
    scene.fail(0, BUSY)
    scene.machine(1)
    scene.end(1)
    assert scene.one(RECORD).outcome == MACHINE
    assert counts(scene) == (0, 0, 0, 0)
    scene.machine(1)
    assert scene.reported() == [CALL_EVENT_AFTER_END]


# The rate.


def test_headroom_is_how_many_more_may_be_abandoned() -> None:
    campaign = Campaign(abandon_rate_max=0.03)
    for answer in range(190):
        enter(campaign, answer < 2, 1000.0)
    assert headroom(campaign) == pytest.approx(3.7)
    for _ in range(10):
        enter(campaign, True, 1000.0)
    assert headroom(campaign) == pytest.approx(-6.0)


def test_the_limit_counts_from_the_answer_and_not_from_the_news_of_it() -> None:
    scene = dialling(1, 9)
    answered_at = scene.now
    scene.after(1.5).answer(0, at=answered_at)
    assert scene.call(0).answered_at == answered_at
    scene.after(0.6).bridged(0)
    assert counts(scene) == (1, 0, 1, 0)


def test_an_answer_of_which_we_hear_after_the_limit_is_abandoned_though_an_agent_takes_it() -> None:
    scene = dialling(1, 9)
    answered_at = scene.now
    scene.after(10).answer(0, at=answered_at)
    scene.bridged(0)
    assert counts(scene) == (1, 0, 1, 0)


@pytest.mark.parametrize(("told_s", "taken_s"), [(100.0, 3.0), (-100.0, 0.0)])
def test_a_carrier_whose_clock_is_wrong_cannot_say_that_it_was_before_the_call_or_after_now(
    told_s: float, taken_s: float
) -> None:
    scene = dialling(1, 9)
    placed_at = scene.call(0).placed_at
    scene.after(3).answer(0, at=placed_at + told_s)
    assert scene.call(0).answered_at == placed_at + taken_s
