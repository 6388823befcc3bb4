"""What is to be expected: tables of who will be busy at the horizons, worked out from what was learnt."""

from __future__ import annotations

from math import exp

from callfloor.floor.learnt import LEAST_PASSED, Spans, chance_to_last, derive_hazard, hazard_up_to
from callfloor.floor.outlook import AGENT_AGES, AGES, HORIZONS, Outlook
from callfloor.floor.records import Campaign
from callfloor.floor.units import Count, Flag, Rate, Seconds, Times, new_times

TIMES_GUESS: Rate = 5.0
"""Answer times are taken as evenly spread, as if so many had been seen."""

SURE: Rate = 1e-9


def derive_tables(outlook: Outlook, campaign: Campaign) -> None:
    """Work out all tables from the laws."""
    derive_hazard(outlook.talk)
    derive_hazard(outlook.wrap_up)
    answers = new_times(AGES)
    others = new_times(AGES)
    derive_times(outlook, campaign, answers, others)
    rings_on: Rate = 1.0
    others_on: Rate = 1.0
    for slot in range(AGES):
        outlook.ringing_on[slot] = rings_on
        outlook.others_on[slot] = others_on
        rings_on = max(rings_on - answers[slot], 0.0)
        others_on = max(others_on - others[slot], 0.0)
    settle_horizons(outlook, answers)
    settle_lines(outlook, answers, campaign.answer_within_s)
    settle_agents(outlook, campaign.answer_within_s)


def derive_times(outlook: Outlook, campaign: Campaign, answers: Times, others: Times) -> None:
    """Work out the share of answers, and of other ends, in each slot after the call was placed.

    Lines that still ring count as well, or in the first seconds of a campaign nobody would seem to answer
    later than the first did: what ends in a slot is taken of those that have come to it. Those are, as in
    ``learnt``, the ones that have ended later and those that ring and are older, less as many as usual.
    """
    usual = min(int(campaign.ring_timeout_s / outlook.slot_s) + 1, AGES)
    guess = TIMES_GUESS / usual
    later: Rate = 0.0
    ringing: Rate = 0.0
    for slot in range(AGES):
        answers[slot] = outlook.answer_times[slot] / outlook.answer_newest
        others[slot] = outlook.other_times[slot] / outlook.other_newest
        if slot < usual:
            answers[slot] += guess
            others[slot] += guess
        later += answers[slot] + others[slot]
        ringing += outlook.ongoing[slot] - outlook.usual[slot]
    rings: Rate = 1.0
    answered: Rate = 0.0
    for slot in range(AGES):
        ended = answers[slot] + others[slot]
        in_slot = outlook.ongoing[slot] - outlook.usual[slot]
        passed = max(later + ringing - 0.5 * in_slot, LEAST_PASSED * later, ended)
        share = rings / passed if passed > SURE else 0.0
        answers[slot] *= share
        others[slot] *= share
        answered += answers[slot]
        rings = max(rings - share * ended, 0.0)
        later = max(later - ended, 0.0)
        ringing -= in_slot
    for slot in range(AGES):
        answers[slot] /= answered
        others[slot] /= max(1.0 - rings - answered, SURE)


def settle_horizons(outlook: Outlook, answers: Times) -> None:
    """Put the horizons in the middle of equal shares of the answers to come."""
    passed: Rate = 0.0
    horizon: Count = 0
    for slot in range(AGES):
        while horizon < HORIZONS and passed + answers[slot] >= (horizon + 0.5) / HORIZONS:
            inside = ((horizon + 0.5) / HORIZONS - passed) / answers[slot]
            outlook.ahead_s[horizon] = (slot + inside) * outlook.slot_s
            horizon += 1
        passed += answers[slot]


def settle_lines(outlook: Outlook, answers: Times, wait_s: Seconds) -> None:
    """For a line of each age and each horizon: the share of its answers that keep an agent busy then."""
    step_s = outlook.slot_s
    gone = new_times(AGES + 1)
    wrapped_up = new_times(AGES + 1)
    for step in range(1, AGES + 1):
        until_s = step * step_s
        wrap_up_in_steps(outlook, until_s, wrapped_up)
        gone[step] = chance_to_be_free(outlook, 0.0, until_s, wrapped_up)
    parts = new_times(AGES)
    busy_then = new_times(AGES)
    for horizon in range(HORIZONS):
        ahead = outlook.ahead_s[horizon] / step_s
        latest: Count = 0
        while latest < ahead and latest < AGES:
            inside = min(ahead - latest, 1.0)
            left = min(max(ahead + wait_s / step_s - latest - 0.5 * inside, 0.0), AGES - 0.001)
            slots = int(left)
            free = gone[slots] + (left - slots) * (gone[slots + 1] - gone[slots])
            parts[latest] = inside
            busy_then[latest] = 1.0 - free
            latest += 1
        for age in range(AGES):
            busy: Rate = 0.0
            for later in range(min(latest, AGES - age)):
                busy += answers[age + later] * parts[later] * busy_then[later]
            outlook.busy_by_line[horizon * AGES + age] = busy


def settle_agents(outlook: Outlook, wait_s: Seconds) -> None:
    """For an agent of each age in talk or wrap-up and each horizon: the chance of being busy then.

    Whoever came into a state so many slots ago has been in it for as many steps, give or take one.
    """
    talk = outlook.talk
    wrap_up = outlook.wrap_up
    briefly = wraps_up_briefly(wrap_up, outlook.slot_s)
    for horizon in range(HORIZONS):
        until_s = outlook.ahead_s[horizon] + wait_s
        wrapped_up = new_times(steps_until(outlook, until_s))
        wrap_up_in_steps(outlook, until_s, wrapped_up)
        for age in range(AGENT_AGES):
            steps = 0.25 if age == 0 else 1.0 * age
            place = horizon * AGENT_AGES + age
            free = chance_to_be_free(outlook, steps * talk.width_s, until_s, wrapped_up)
            outlook.busy_by_talk[place] = 1.0 - free
            outlook.busy_by_wrap_up[place] = (
                0.0 if briefly else chance_to_last(wrap_up, steps * wrap_up.width_s, until_s)
            )


def chance_to_be_free(outlook: Outlook, age_s: Seconds, until_s: Seconds, wrapped_up: Times) -> Rate:
    """The chance that who has talked for `age_s` has finished, wrap-up included, in `until_s` from now.

    `wrapped_up` is what ``wrap_up_in_steps`` has worked out for that time.
    """
    talk = outlook.talk
    ends = hazard_up_to(talk, age_s)
    if wraps_up_briefly(outlook.wrap_up, outlook.slot_s):
        return 1.0 - exp(ends - hazard_up_to(talk, age_s + until_s))
    steps = steps_until(outlook, until_s)
    step_s = until_s / steps
    free: Rate = 0.0
    lasts: Rate = 1.0
    for step in range(steps):
        lasts_on = exp(ends - hazard_up_to(talk, age_s + (step + 1) * step_s))
        free += (lasts - lasts_on) * wrapped_up[step]
        lasts = lasts_on
    return free


def steps_until(outlook: Outlook, until_s: Seconds) -> Count:
    """In how many steps it is looked when a talk ends in that time."""
    return max(int(until_s / outlook.slot_s), 1)


def wrap_up_in_steps(outlook: Outlook, until_s: Seconds, wrapped_up: Times) -> None:
    """For a talk that ends in the middle of each step until then: the chance that its wrap-up is over."""
    if wraps_up_briefly(outlook.wrap_up, outlook.slot_s):
        return
    steps = steps_until(outlook, until_s)
    step_s = until_s / steps
    for step in range(steps):
        wrapped_up[step] = 1.0 - chance_to_last(outlook.wrap_up, 0.0, until_s - (step + 0.5) * step_s)


def wraps_up_briefly(wrap_up: Spans, slot_s: Seconds) -> Flag:
    """Whether wrap-up is so short that it need not be told from the end of the talk."""
    return wrap_up.sum_s < 0.1 * slot_s * wrap_up.total


def settle_chances(outlook: Outlook, answered: Rate) -> None:
    """Work out the chance of a line of each age to keep an agent busy at each horizon."""
    outlook.chance_for = answered
    for age in range(AGES):
        rings = answered * outlook.ringing_on[age] + (1.0 - answered) * outlook.others_on[age]
        share = answered / rings if rings > SURE else 0.0
        for horizon in range(HORIZONS):
            place = horizon * AGES + age
            outlook.chance_of_line[place] = min(share * outlook.busy_by_line[place], 1.0)
