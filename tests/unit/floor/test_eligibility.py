"""May this number be called now? Asked at the instant of dialling."""

from __future__ import annotations

import pytest

from callfloor.floor import Campaign, Group, Lead
from callfloor.floor.eligibility import (
    due_after,
    due_after_refusal,
    eligibility,
    failures_after,
    number_free_at,
    number_is_spent,
)
from callfloor.floor.vocabulary import (
    ABANDONED,
    BUSY,
    CAMPAIGN_UNKNOWN,
    CANCELLED,
    CONGESTION,
    DISCONNECTED,
    ELIGIBLE,
    HANG_UP,
    HELD_REGISTRY_STALE,
    HUMAN,
    HUNG_UP_EARLY,
    INELIGIBLE_ATTEMPTS_SPENT,
    INELIGIBLE_BARRED,
    INELIGIBLE_COOLING_DOWN,
    INELIGIBLE_KEEPS_FAILING,
    INELIGIBLE_LIMIT_REACHED,
    INELIGIBLE_OUT_OF_HOURS,
    LONG_AGO,
    LOST,
    MACHINE,
    NEVER,
    NO_ANSWER,
    NO_OUTCOME,
    NUMBER_KEEPS_FAILING,
    OUTCOMES,
    PLACE_CALL,
    REFUSED,
    REGISTRY_DATED,
    REJECTED,
    REPORT,
    RETURN_LEAD,
    TRUNK,
    UNDETERMINED,
    WITHHELD,
)

from .floors import START, Scene, dialling, new_campaign
from .sights import buffer_of


def campaign_with(**settings: object) -> Campaign:
    return new_campaign(0, Group(), **settings)


@pytest.mark.parametrize(
    ("lead", "answer"),
    [
        ({}, ELIGIBLE),
        ({"barred": True}, INELIGIBLE_BARRED),
        ({"attempts": 2}, ELIGIBLE),
        ({"attempts": 3}, INELIGIBLE_ATTEMPTS_SPENT),
        ({"failures": 2}, ELIGIBLE),
        ({"failures": 3}, INELIGIBLE_KEEPS_FAILING),
        ({"last_attempt_at": START - 59.9}, INELIGIBLE_COOLING_DOWN),
        ({"last_attempt_at": START - 60.0}, ELIGIBLE),
        ({"barred": True, "attempts": 9, "failures": 9, "last_attempt_at": START}, INELIGIBLE_BARRED),
    ],
)
def test_the_first_rule_that_forbids_it_is_the_answer(lead: dict[str, float], answer: int) -> None:
    campaign = campaign_with(cooldown_s=60.0, max_attempts=3, failures_max=3)
    assert eligibility(campaign, Lead(**lead), START) == answer  # type: ignore[arg-type]


def test_numbers_may_fail_for_ever_where_the_campaign_sets_no_limit() -> None:
    assert eligibility(campaign_with(failures_max=0), Lead(failures=99), START) == ELIGIBLE


# Hours in which a person may be called: from the first instant up to, not including, the last.


@pytest.mark.parametrize(
    ("lawful_from", "lawful_until", "answer"),
    [
        (START - 1.0, START + 1.0, ELIGIBLE),
        (START, START + 1.0, ELIGIBLE),
        (START + 0.1, START + 1.0, INELIGIBLE_OUT_OF_HOURS),
        (START - 1.0, START, INELIGIBLE_OUT_OF_HOURS),
        (START - 1.0, START + 0.1, ELIGIBLE),
        (LONG_AGO, NEVER, ELIGIBLE),
    ],
)
def test_a_person_is_called_in_their_hours_only(lawful_from: float, lawful_until: float, answer: int) -> None:
    lead = Lead(lawful_from=lawful_from, lawful_until=lawful_until)
    assert eligibility(campaign_with(), lead, START) == answer


def test_a_person_of_whom_no_hours_are_known_is_called_at_any_time() -> None:
    scene = ready_for_leads()
    scene.hand_over()
    assert scene.placed() == [0]


def test_a_lead_that_is_claimed_before_its_hours_is_given_back_until_they_begin() -> None:
    scene = ready_for_leads()
    scene.hand_over(lawful_from=scene.now + 1800.0, lawful_until=scene.now + 9000.0, count=2)
    assert scene.placed() == []
    back = scene.one(RETURN_LEAD)
    assert (back.lead, back.at, back.count, back.code) == (0, scene.now + 1800.0, 0, NO_OUTCOME)


def test_a_lead_whose_hours_end_while_it_waits_in_the_buffer_is_not_called() -> None:
    scene = dialling(1, 0, dial_ratio=1.0)
    scene.pause()
    scene.hand_over(lawful_until=scene.now + 60.0)
    scene.hand_over()
    scene.after(60.0).resume()
    assert scene.one(PLACE_CALL).lead == 1
    back = scene.one(RETURN_LEAD)
    assert (back.lead, back.at, back.count) == (0, scene.now, 0)  # the store knows when they begin again


def test_hours_that_are_over_are_no_reason_to_give_the_person_up() -> None:
    campaign = campaign_with()
    lead = Lead(lawful_from=START - 100.0, lawful_until=START - 1.0, other_numbers=0)
    assert due_after_refusal(campaign, lead, INELIGIBLE_OUT_OF_HOURS, START) == START
    lead.lawful_from = START + 100.0
    assert due_after_refusal(campaign, lead, INELIGIBLE_OUT_OF_HOURS, START) == START + 100.0


def test_hours_are_the_last_rule_to_be_asked() -> None:
    campaign = campaign_with(cooldown_s=60.0)
    lead = Lead(last_attempt_at=START - 1.0, lawful_from=START + 1.0)
    assert eligibility(campaign, lead, START) == INELIGIBLE_COOLING_DOWN


# The exclusion window: no number again within it, in any campaign.


def ready_for_leads(**settings: object) -> Scene:
    scene = Scene(1, **settings)
    scene.start()
    scene.log_in()
    return scene


def test_a_number_called_lately_is_not_called_whoever_called_it() -> None:
    scene = ready_for_leads(cooldown_s=60.0)
    called_at = scene.now - 20.0
    scene.hand_over(last_attempt_at=called_at)
    assert scene.placed() == []
    back = scene.one(RETURN_LEAD)
    assert (back.lead, back.at, back.count, back.code) == (0, called_at + 60.0, 0, NO_OUTCOME)


def test_a_number_called_before_the_window_is_called() -> None:
    scene = ready_for_leads(cooldown_s=60.0)
    scene.hand_over(last_attempt_at=scene.now - 60.0)
    assert scene.placed() == [0]


def test_a_number_is_excluded_in_a_campaign_when_another_one_has_called_it() -> None:
    scene = Scene(1, {"cooldown_s": 60.0}, dial_ratio=1.0, cooldown_s=5.0)
    scene.start(0)
    scene.log_in()
    scene.hand_over(0, number=7)
    called_at = scene.now
    scene.fail(0, BUSY)
    scene.start(1)
    scene.after(30).hand_over(1, number=7, last_attempt_at=called_at)
    assert scene.placed() == []
    assert scene.one(RETURN_LEAD).at == called_at + 60.0


def test_after_an_attempt_the_longest_of_all_waits_holds() -> None:
    campaign = campaign_with(cooldown_s=1000.0)
    lead = Lead(attempts=1, last_attempt_at=START)
    assert due_after(campaign, lead, BUSY, START + 20.0) == START + 1000.0
    campaign.cooldown_s = 10.0
    assert due_after(campaign, lead, BUSY, START + 20.0) == START + 620.0


# Limits on attempts: the store says from when, and how many are left.


@pytest.mark.parametrize(
    ("allowed_from", "attempts_left", "answer"),
    [
        (START, -1, ELIGIBLE),
        (START + 0.1, -1, INELIGIBLE_LIMIT_REACHED),
        (LONG_AGO, 1, ELIGIBLE),
        (LONG_AGO, 0, INELIGIBLE_LIMIT_REACHED),
    ],
)
def test_no_attempt_is_made_over_a_limit(allowed_from: float, attempts_left: int, answer: int) -> None:
    lead = Lead(allowed_from=allowed_from, attempts_left=attempts_left)
    assert eligibility(campaign_with(), lead, START) == answer


def test_a_lead_over_a_limit_is_given_back_until_the_next_attempt_is_allowed() -> None:
    scene = ready_for_leads()
    scene.hand_over(allowed_from=scene.now + 900.0)
    assert scene.placed() == []
    back = scene.one(RETURN_LEAD)
    assert (back.at, back.count, back.code) == (scene.now + 900.0, 0, NO_OUTCOME)


def test_a_lead_without_attempts_left_is_for_the_store_to_judge_anew() -> None:
    scene = ready_for_leads()
    scene.hand_over(attempts_left=0)
    assert scene.placed() == []
    assert scene.one(RETURN_LEAD).at == scene.now


def test_each_attempt_takes_one_of_those_left() -> None:
    scene = ready_for_leads()
    scene.hand_over(attempts_left=2)
    assert scene.floor.calls[0].lead is not None
    assert scene.floor.calls[0].lead.attempts_left == 1


# A cooldown of the number after an outcome.


def test_a_number_is_left_alone_after_an_outcome_for_as_long_as_is_said() -> None:
    cooldown_after_s = [0.0] * OUTCOMES
    cooldown_after_s[ABANDONED] = 259200.0
    campaign = campaign_with(cooldown_s=60.0, cooldown_after_s=cooldown_after_s)
    lead = Lead(attempts=1, last_attempt_at=START)
    assert number_free_at(campaign, lead, BUSY, START + 5.0) == START + 60.0
    assert number_free_at(campaign, lead, ABANDONED, START + 5.0) == START + 259205.0
    cooldown_after_s[BUSY] = 900.0
    assert due_after(campaign, lead, BUSY, START + 5.0) == START + 905.0


# Do-not-call registers: a campaign that needs one stops when it is stale.


def test_a_campaign_stops_when_its_register_is_stale_and_goes_on_with_a_fresh_one() -> None:
    scene = dialling(1, 0, dial_ratio=1.0)
    scene.tell(REGISTRY_DATED, campaign=0, due_at=scene.now + 100.0)
    scene.after(100.0).hand_over()
    assert scene.placed() == []
    assert scene.floor.campaigns[0].held_by == HELD_REGISTRY_STALE
    scene.tell(REGISTRY_DATED, campaign=0, due_at=scene.now + 1.0)
    assert scene.placed() == [0]


def test_a_register_of_a_campaign_that_is_not_there_is_reported() -> None:
    scene = Scene(1)
    scene.tell(REGISTRY_DATED, campaign=7, due_at=scene.now)
    assert scene.one(REPORT).code == CAMPAIGN_UNKNOWN


@pytest.mark.parametrize(
    ("lawful_s", "register_s", "not_after_s"), [(2.0, 9.0, 2.0), (9.0, 3.0, 3.0), (9.0, 9.0, 5.0)]
)
def test_a_call_is_placed_while_it_is_lawful_or_not_at_all(
    lawful_s: float, register_s: float, not_after_s: float
) -> None:
    scene = ready_for_leads(place_within_s=5.0)
    scene.tell(REGISTRY_DATED, campaign=0, due_at=scene.now + register_s)
    scene.hand_over(lawful_until=scene.now + lawful_s)
    assert scene.one(PLACE_CALL).at == scene.now + not_after_s


def test_a_window_of_nothing_excludes_nobody() -> None:
    scene = ready_for_leads(cooldown_s=0.0)
    scene.hand_over(last_attempt_at=scene.now)
    assert scene.placed() == [0]


# Attempts.


def test_the_last_attempt_is_the_last() -> None:
    scene = ready_for_leads(max_attempts=2, dial_ratio=1.0)
    scene.hand_over(attempts=1)
    assert scene.placed() == [0]
    scene.fail(0, BUSY)
    assert scene.one(RETURN_LEAD).at == NEVER


def test_a_lead_whose_attempts_are_spent_is_given_back_undialled() -> None:
    scene = ready_for_leads(max_attempts=2)
    scene.hand_over(attempts=2, count=3)
    assert scene.placed() == []
    assert (scene.one(RETURN_LEAD).at, scene.one(RETURN_LEAD).count) == (NEVER, 0)


def test_an_outcome_that_is_not_named_is_final() -> None:
    campaign = campaign_with()
    for outcome in range(OUTCOMES):
        final = outcome not in (BUSY, NO_ANSWER, CONGESTION)
        assert (due_after(campaign, Lead(attempts=1), outcome, START) == NEVER) == final


# Do not call.


def test_a_barred_number_that_is_handed_over_is_not_called() -> None:
    scene = ready_for_leads()
    scene.hand_over(barred=True)
    assert scene.placed() == []
    assert (scene.one(RETURN_LEAD).at, scene.one(RETURN_LEAD).count) == (NEVER, 1)


def test_the_person_may_be_called_at_another_number_than_the_barred_one() -> None:
    scene = ready_for_leads()
    scene.hand_over(barred=True, count=1)
    assert (scene.one(RETURN_LEAD).at, scene.one(RETURN_LEAD).count) == (scene.now, 1)


def test_barring_a_number_takes_it_out_of_the_buffer_at_once() -> None:
    scene = dialling(1, 6, dial_ratio=2.0)
    numbers = [lead.number for lead in buffer_of(scene.campaign)]
    scene.bar(numbers[1])
    assert [lead.number for lead in buffer_of(scene.campaign)] == [numbers[0], *numbers[2:]]
    assert scene.campaign.leads == len(numbers) - 1
    back = scene.one(RETURN_LEAD)
    assert (back.at, back.count) == (NEVER, 1)


def test_barring_a_number_takes_every_lead_with_it_out_of_every_campaign() -> None:
    scene = dialling(1, 0, {"dial_ratio": 0.0}, dial_ratio=0.0)
    for campaign in (0, 0, 1):
        scene.hand_over(campaign, number=7)
        scene.hand_over(campaign, number=8)
    scene.bar(7)
    assert len(scene.all(RETURN_LEAD)) == 3
    assert [[lead.number for lead in buffer_of(c)] for c in scene.floor.campaigns] == [[8, 8], [8]]


@pytest.mark.parametrize("rings", [False, True])
def test_barring_a_number_hangs_up_a_line_that_rings(rings: bool) -> None:
    scene = dialling(1, 6, dial_ratio=1.0)
    if rings:
        scene.ring(0)
    scene.bar(100)
    assert scene.one(HANG_UP).call == 0
    assert scene.placed() == [1]  # its place is free for somebody else
    scene.end(0)
    back = scene.one(RETURN_LEAD)
    assert (back.lead, back.at, back.count, back.code) == (0, NEVER, 1, CANCELLED)


def test_barring_a_number_does_not_cut_off_a_conversation_but_is_kept_for_its_end() -> None:
    scene = dialling(1, 6, dial_ratio=1.0)
    scene.answer(0)
    scene.bridged(0)
    scene.bar(100)
    assert scene.all(HANG_UP) == []
    scene.after(30).end(0)
    assert (scene.one(RETURN_LEAD).at, scene.one(RETURN_LEAD).count) == (NEVER, 1)


def test_barring_a_number_that_nobody_has_does_nothing() -> None:
    scene = dialling(1, 6)
    assert scene.bar(99_999) == []


# Numbers that keep failing.


@pytest.mark.parametrize("outcome", [DISCONNECTED, CONGESTION, REJECTED, REFUSED, UNDETERMINED])
def test_outcomes_that_tell_of_the_number_count_as_its_failures(outcome: int) -> None:
    assert failures_after(Lead(failures=1), outcome) == 2


@pytest.mark.parametrize("outcome", [HUMAN, MACHINE, BUSY, NO_ANSWER, ABANDONED, HUNG_UP_EARLY])
def test_a_number_that_works_has_failed_no_more(outcome: int) -> None:
    assert failures_after(Lead(failures=2), outcome) == 0


@pytest.mark.parametrize("outcome", [TRUNK, LOST, CANCELLED, WITHHELD])
def test_what_says_nothing_of_the_number_changes_nothing(outcome: int) -> None:
    assert failures_after(Lead(failures=2), outcome) == 2


def test_repeated_failures_of_one_number_are_reported_and_end_its_attempts() -> None:
    scene = ready_for_leads(failures_max=2, max_attempts=10, dial_ratio=1.0)
    scene.hand_over(failures=1, count=1)
    scene.fail(0, CONGESTION)
    assert scene.reported() == [NUMBER_KEEPS_FAILING]
    back = scene.one(RETURN_LEAD)
    assert (back.at, back.count) == (scene.now, 1)  # another number of theirs, at once


def test_a_number_that_keeps_failing_is_not_dialled_and_the_report_says_whose_it_is() -> None:
    scene = ready_for_leads(failures_max=2)
    scene.hand_over(failures=2)
    assert scene.placed() == []
    report = scene.one(REPORT)
    assert (report.code, report.lead, report.campaign) == (NUMBER_KEEPS_FAILING, 0, 0)
    assert (scene.one(RETURN_LEAD).at, scene.one(RETURN_LEAD).count) == (NEVER, 1)


def test_a_dead_number_is_dropped_after_one_attempt_and_the_person_is_not() -> None:
    campaign = campaign_with()
    for outcome in (DISCONNECTED, REJECTED, REFUSED):
        assert number_is_spent(campaign, Lead(), outcome)
        assert due_after(campaign, Lead(attempts=1, other_numbers=1), outcome, START) == START
        assert due_after(campaign, Lead(attempts=1), outcome, START) == NEVER
    assert not number_is_spent(campaign, Lead(), BUSY)


def test_a_refused_lead_with_another_number_is_due_at_once() -> None:
    campaign = campaign_with()
    lead = Lead(other_numbers=1, last_attempt_at=START)
    assert due_after_refusal(campaign, lead, INELIGIBLE_KEEPS_FAILING, START) == START
    assert due_after_refusal(campaign, lead, INELIGIBLE_ATTEMPTS_SPENT, START) == NEVER
    assert due_after_refusal(campaign, lead, INELIGIBLE_COOLING_DOWN, START) == START + 60.0


def test_refused_leads_are_passed_over_until_one_may_be_called() -> None:
    scene = Scene(1, dial_ratio=1.0)
    scene.start()
    scene.log_in()
    scene.pause()
    for lead in ({"barred": True}, {"attempts": 3}, {"last_attempt_at": scene.now}, {}):
        scene.hand_over(**lead)
    scene.resume()
    assert scene.one(PLACE_CALL).lead == 3
    assert [said.lead for said in scene.all(RETURN_LEAD)] == [0, 1, 2]
