"""Learning what becomes of lines: how likely an answer is, and after how long it comes."""

from __future__ import annotations

from math import exp, sqrt

from callfloor.floor.forecasting import derive_tables
from callfloor.floor.learnt import HEAVIEST, count_ongoing, settle_spans
from callfloor.floor.outlook import AGES, Outlook
from callfloor.floor.records import Campaign
from callfloor.floor.units import Count, Counts, Flag, Rate, Seconds, Times
from callfloor.floor.vocabulary import TALKING, WRAP_UP

ATTEMPTS_MEMORY: Rate = 3000.0
ATTEMPTS_RECENT: Rate = 80.0
"""An attempt counts 1/e after so many newer ones; for what is recent, after so many."""

CHANGE: Rate = 3.5
CHANGE_FEWEST: Rate = 20.0
"""Standard deviations by which the recent answer rate must differ for the older one to be forgotten, and the
attempts that must have been seen."""

PAUSE_S: Seconds = 1800.0
WARY_ATTEMPTS: Count = 80
WARY_RINGING: Rate = 3.0
WARY_FACTOR: Rate = 2.0
"""After so long without a line nobody knows whether people answer as they did. Until so many attempts have
come to something, or a line could have rung so many times, a rate that is higher by up to this factor is
reckoned with, as far as what has been seen since allows."""

TIMES_MEMORY: Rate = 2000.0
"""A time until an answer counts 1/e after so many newer ones."""

SEEN_MOST: Count = 2500
"""No more conversations are counted as seen before."""


def probability(outlook: Outlook) -> Rate:
    """The chance that an attempt is answered by a person: with one answer and one failure added."""
    return (outlook.answers + 1.0) / (outlook.attempts + 2.0)


def probability_at_most(outlook: Outlook, now: Seconds) -> Rate:
    """The chance of an answer to reckon with: a higher one after a pause."""
    answered = probability(outlook)
    if outlook.wary == 0 or now >= outlook.wary_until:
        return answered
    recent = outlook.recent_answers
    highest = (recent + sqrt(recent) + 1.0) / (outlook.recent_attempts + 1.0)
    return max(answered, min(WARY_FACTOR * answered, highest))


def become_wary(outlook: Outlook, campaign: Campaign, now: Seconds) -> None:
    """Dialling begins again after a pause."""
    outlook.wary = WARY_ATTEMPTS
    outlook.wary_until = now + WARY_RINGING * campaign.ring_timeout_s
    outlook.last_line_at = now
    outlook.recent_answers = 0.0
    outlook.recent_attempts = 0.0
    outlook.slot = -1


def learn_attempt(outlook: Outlook, answered: Flag, ring_s: Seconds) -> None:
    """An attempt has come to something after ringing for so long."""
    if not outlook.learns or outlook.slot_s <= 0.0:
        return
    hit = 1.0 if answered else 0.0
    outlook.answers += hit - outlook.answers * (1.0 / ATTEMPTS_MEMORY)
    outlook.attempts += 1.0 - outlook.attempts * (1.0 / ATTEMPTS_MEMORY)
    outlook.recent_answers += hit - outlook.recent_answers * (1.0 / ATTEMPTS_RECENT)
    outlook.recent_attempts += 1.0 - outlook.recent_attempts * (1.0 / ATTEMPTS_RECENT)
    forget_if_changed(outlook)
    if outlook.wary > 0:
        outlook.wary -= 1
    slot = min(int(ring_s / outlook.slot_s), AGES - 1)
    if answered:
        outlook.answered[slot] += 1
    else:
        outlook.not_answered[slot] += 1


def forget_if_changed(outlook: Outlook) -> None:
    """Forget the older attempts when the recent ones cannot be of the same answer rate."""
    attempts = outlook.recent_attempts
    if attempts < CHANGE_FEWEST or outlook.attempts < 2.0 * ATTEMPTS_RECENT:
        return
    rate = outlook.answers / outlook.attempts
    recent = outlook.recent_answers / attempts
    apart = (recent - rate) * (recent - rate)
    middle = max(0.5 * (rate + recent), 1.0 / ATTEMPTS_RECENT)
    # Of weights that decline so, as many alike would tell as much.
    alike = attempts / (1.0 - 0.5 * attempts / ATTEMPTS_RECENT)
    if apart * alike > CHANGE * CHANGE * middle * (1.0 - middle):
        outlook.answers = outlook.recent_answers
        outlook.attempts = attempts


def settle_times(weights: Times, counts: Counts, newest: Rate) -> Rate:
    """Take counts by slot into a law; return what one of today weighs from now on."""
    seen: Count = 0
    for slot in range(AGES):
        weights[slot] += newest * counts[slot]
        seen += counts[slot]
        counts[slot] = 0
    newest *= 1.0 + seen / TIMES_MEMORY
    if newest > HEAVIEST:
        for slot in range(AGES):
            weights[slot] /= newest
        newest = 1.0
    return newest


def count_those_who_go_on(outlook: Outlook, campaign: Campaign, now: Seconds) -> None:
    """Count the agents who talk or wrap up, by how long they have done so."""
    queue = campaign.queue
    if queue is None or not outlook.learns:
        return
    for group in queue.groups:
        for agent in group.members:
            if agent.state == TALKING:
                count_ongoing(outlook.talk, max(now - agent.since, 0.0))
            elif agent.state == WRAP_UP:
                count_ongoing(outlook.wrap_up, max(now - agent.since, 0.0))


def count_lines_that_ring(outlook: Outlook, now: Seconds) -> None:
    """Count the lines that ring, by age; those of the last time go into the average."""
    ended: Count = 0
    for slot in range(AGES):
        ended += outlook.answered[slot] + outlook.not_answered[slot]
    share = 1.0 - exp(-0.5 * ended / TIMES_MEMORY)
    latest = int(now / outlook.slot_s)
    for age in range(AGES):
        outlook.usual[age] += share * (outlook.ongoing[age] - outlook.usual[age])
        outlook.ongoing[age] = 1.0 * outlook.lines[(latest - age) & (AGES - 1)]


def settle(outlook: Outlook, campaign: Campaign, now: Seconds) -> None:
    """Take into the laws what has been seen since they were settled, and work out the tables."""
    outlook.seen_before = min(outlook.seen_before + outlook.seen, SEEN_MOST)
    outlook.seen = 0
    settle_spans(outlook.talk)
    settle_spans(outlook.wrap_up)
    count_those_who_go_on(outlook, campaign, now)
    count_lines_that_ring(outlook, now)
    outlook.answer_newest = settle_times(outlook.answer_times, outlook.answered, outlook.answer_newest)
    outlook.other_newest = settle_times(outlook.other_times, outlook.not_answered, outlook.other_newest)
    derive_tables(outlook, campaign)
    outlook.chance_for = -1.0
    outlook.slot = -1
    outlook.stale = True
