"""The pacing rules of other dialers, as they were published: to compare with, and for who is used to them.

All dial for a pool of agents. Those who are at work are the ones ready, talking or wrapping up. None looks
further ahead than is said here, and none knows the legal window but by what was abandoned today.
"""

from __future__ import annotations

from math import exp

from callfloor.floor.counting import agents_ready, answers_waiting, whole
from callfloor.floor.learning import probability
from callfloor.floor.learnt import mean_s
from callfloor.floor.looking_ahead import look_around
from callfloor.floor.outlook import AGES, Outlook
from callfloor.floor.published_state import PublishedPace
from callfloor.floor.records import Campaign
from callfloor.floor.setting_codes import (
    PACING_ERLANG,
    PACING_ISSABEL,
    PACING_RATIO,
    PACING_VICIDIAL_AVERAGE,
    PACING_VICIDIAL_HARD,
)
from callfloor.floor.units import Code, Count, Flag, Rate, Seconds, grow_counts, grow_times
from callfloor.floor.vocabulary import (
    LONG_AGO,
    TALKING,
)

SAMPLES: Count = 15
SAMPLE_S: Seconds = 1.0
ADAPT_S: Seconds = 15.0
ADAPTS_A_MINUTE: Count = 4
DIAL_S: Seconds = 2.5

MINUTE_CALLS: Count = 20
MINUTE_DROPS: Rate = 0.5
DAY_CALLS: Count = 50
TAPER_S: Seconds = 36000.0
"""The tapered brake lets through as much as there are hours of the shift left to ten."""

NIGHT_S: Seconds = 14400.0
"""A day begins when somebody comes to work after so long without anybody."""

SURE_TO_FREE_UP: Rate = 0.97
ANSWER_RATE_LEAST: Rate = 0.20
"""Issabel's: how sure it must be that an agent frees up, and the least answer rate that it reckons with."""

LOAD_STEPS: Count = 60
"""Halvings by which the load is found: more than a double has digits."""

CREDIT_S: Seconds = 2.0
"""Calls that could not be placed are made up for if they are not older than this."""


def pace_by(campaign: Campaign, pacing: Code) -> None:
    """Have a campaign paced by a rule from now on; a published one begins as on a new day."""
    pace = campaign.published
    if pace is not None and pacing != campaign.pacing:
        pace.level = 1.0
        pace.at_work_at = LONG_AGO
    campaign.pacing = pacing


def published_lines_wanted(campaign: Campaign, outlook: Outlook, pace: PublishedPace, now: Seconds) -> Count:
    """Lines to have ringing by the published rule that the campaign names."""
    if outlook.stale or now >= pace.sample_at:
        look_around(outlook, campaign, now)
    if outlook.agents <= campaign.reserve:
        return 0
    begin_day(pace, campaign, now)
    if now >= pace.sample_at:
        take_sample(campaign, outlook, pace)
        pace.sample_at = next_time(pace.sample_at, SAMPLE_S, now)
    if campaign.pacing == PACING_RATIO:
        return lines_at_ratio(campaign)
    if campaign.pacing == PACING_ISSABEL:
        return lines_of_issabel(campaign, outlook, pace, now)
    if campaign.pacing == PACING_ERLANG:
        return lines_of_erlang(campaign, outlook, pace, now)
    return lines_of_vicidial(campaign, pace, now)


def agents_free(campaign: Campaign) -> Count:
    """Agents who could take an answer now, less those whom dialling leaves to inbound."""
    return max(agents_ready(campaign) - campaign.reserve, 0)


def begin_day(pace: PublishedPace, campaign: Campaign, now: Seconds) -> None:
    """Note that somebody is at work, and begin a day where nobody was for a night."""
    if now >= pace.at_work_at + NIGHT_S:
        pace.day_began = now
        pace.day_attempts = campaign.attempts
        pace.day_answers = campaign.human_answers
        pace.day_abandoned = campaign.abandoned
        pace.samples = 0
        pace.adapted = 0
        pace.sample_at = now
        pace.adapt_at = now + ADAPT_S
        pace.dial_at = now
        pace.credit = 0.0
        pace.credit_at = now
    pace.at_work_at = now


def next_time(due_at: Seconds, every_s: Seconds, now: Seconds) -> Seconds:
    """When something is due again that is done at regular intervals, and late at most once."""
    following = due_at + every_s
    return following if following > now else now + every_s


def take_sample(campaign: Campaign, outlook: Outlook, pace: PublishedPace) -> None:
    """Note how many agents are ready and at work on the campaign, and how many answers wait."""
    grow_times(pace.ready, SAMPLES)
    grow_times(pace.answers_waiting, SAMPLES)
    grow_times(pace.agents, SAMPLES)
    pace.team = max(outlook.agents - campaign.reserve - agents_elsewhere(campaign), 0)
    place = pace.samples % SAMPLES
    pace.ready[place] = agents_free(campaign)
    pace.answers_waiting[place] = answers_waiting(campaign)
    pace.agents[place] = pace.team
    pace.samples += 1


def agents_elsewhere(campaign: Campaign) -> Count:
    """Agents of the campaign's groups who have a call that is none of its own."""
    elsewhere: Count = 0
    if campaign.queue is not None:
        for group in campaign.queue.groups:
            for agent in group.members:
                if agent.call is not None and agent.call.campaign is not campaign:
                    elsewhere += 1
    return elsewhere


# A fixed ratio.


def lines_at_ratio(campaign: Campaign) -> Count:
    """So many lines for each ready agent, rounded down for all of them together."""
    return whole(campaign.dial_ratio * campaign.share * agents_free(campaign))


# VICIdial's adaptive rule.


def lines_of_vicidial(campaign: Campaign, pace: PublishedPace, now: Seconds) -> Count:
    """Every 2.5 s as many calls as the level asks for; what cannot be placed at once is until the next."""
    if now >= pace.adapt_at:
        adapt_level(campaign, pace, now)
        pace.adapt_at = next_time(pace.adapt_at, ADAPT_S, now)
    if now >= pace.dial_at:
        pace.ordered = campaign.attempts + calls_of_level(campaign, pace)
        pace.dial_at = next_time(pace.dial_at, DIAL_S, now)
    return campaign.placed + max(pace.ordered - campaign.attempts, 0)


def adapt_level(campaign: Campaign, pace: PublishedPace, now: Seconds) -> None:
    """Raise the level by the share of agents who are ready, less the answers that wait; then brake."""
    kept = min(pace.samples, SAMPLES)
    difference: Rate = 0.0
    agents: Rate = 0.0
    for place in range(kept):
        difference += pace.ready[place] - pace.answers_waiting[place]
        agents += pace.agents[place]
    if agents > 0.0:
        change = (difference + kept * pace.target) / agents
        change *= 1.0 + pace.intensity if change >= 0.0 else abs(pace.intensity - 1.0)
        pace.level = min(max(pace.level * (1.0 + change), 1.0), pace.level_max)
    if drops_of_a_minute(campaign, pace):
        pace.level *= 0.5
    if drops_of_the_day(campaign, pace):
        pace.level = braked(campaign.pacing, pace, now)
    pace.level = max(pace.level, 1.0)


def drops_of_a_minute(campaign: Campaign, pace: PublishedPace) -> Flag:
    """Whether more than 20 calls were placed in the last minute, and over half of its answers abandoned."""
    grow_counts(pace.minute_attempts, ADAPTS_A_MINUTE)
    grow_counts(pace.minute_answers, ADAPTS_A_MINUTE)
    grow_counts(pace.minute_abandoned, ADAPTS_A_MINUTE)
    place = pace.adapted % ADAPTS_A_MINUTE
    whole_minute = pace.adapted >= ADAPTS_A_MINUTE
    attempts = campaign.attempts - (pace.minute_attempts[place] if whole_minute else pace.day_attempts)
    answers = campaign.human_answers - (pace.minute_answers[place] if whole_minute else pace.day_answers)
    abandoned = campaign.abandoned - (pace.minute_abandoned[place] if whole_minute else pace.day_abandoned)
    pace.minute_attempts[place] = campaign.attempts
    pace.minute_answers[place] = campaign.human_answers
    pace.minute_abandoned[place] = campaign.abandoned
    pace.adapted += 1
    return attempts > MINUTE_CALLS and abandoned > MINUTE_DROPS * answers


def drops_of_the_day(campaign: Campaign, pace: PublishedPace) -> Flag:
    """Whether more than 50 calls were placed today, and abandoned of human answers are over the limit."""
    answers = campaign.human_answers - pace.day_answers
    abandoned = campaign.abandoned - pace.day_abandoned
    return (
        campaign.attempts - pace.day_attempts > DAY_CALLS and abandoned > campaign.abandon_rate_max * answers
    )


def braked(pacing: Code, pace: PublishedPace, now: Seconds) -> Rate:
    """The level when the day's limit is passed: one line, half of it, or by the hours that are left."""
    if pacing == PACING_VICIDIAL_HARD:
        return 1.0
    if pacing == PACING_VICIDIAL_AVERAGE:
        return 0.5 * pace.level
    left_s = max(pace.day_began + pace.shift_s - now, 0.0)
    return pace.level * min(left_s / TAPER_S, 1.0)


def calls_of_level(campaign: Campaign, pace: PublishedPace) -> Count:
    """Calls that are missing to the level's lines for all agents who are counted."""
    if campaign.vicidial_ready:
        agents = agents_free(campaign)
        live = campaign.placed + answers_waiting(campaign)
    else:
        agents = pace.team
        live = campaign.live
    return max(int(pace.level * campaign.share * agents + 0.5) - live, 0)


# Issabel's.


def lines_of_issabel(campaign: Campaign, outlook: Outlook, pace: PublishedPace, now: Seconds) -> Count:
    """Once a second as many calls as are missing."""
    if now >= pace.dial_at:
        pace.ordered = campaign.attempts + calls_of_issabel(campaign, outlook, now)
        pace.dial_at = next_time(pace.dial_at, SAMPLE_S, now)
    return campaign.placed + max(pace.ordered - campaign.attempts, 0)


def calls_of_issabel(campaign: Campaign, outlook: Outlook, now: Seconds) -> Count:
    """Calls for agents who are free or nearly sure to be when it has rung, less those on the way."""
    talk_s = mean_s(outlook.talk)
    ring_s = mean_answer_time_s(outlook)
    soon: Count = 0
    if campaign.queue is not None:
        for group in campaign.queue.groups:
            for agent in group.members:
                if agent.state == TALKING:
                    free = 1.0 - exp(-(now - agent.since + ring_s) / talk_s)
                    if free >= SURE_TO_FREE_UP:
                        soon += 1
    agents = campaign.share * (agents_free(campaign) + soon)
    missing = agents - answers_waiting(campaign) - campaign.placed
    return whole(max(missing, 0.0) / max(probability(outlook), ANSWER_RATE_LEAST))


def mean_answer_time_s(outlook: Outlook) -> Seconds:
    """After how long people answer, in the mean; half the time that it may ring where nobody has yet."""
    total: Rate = 0.0
    sum_s: Seconds = 0.0
    for slot in range(AGES):
        total += outlook.answer_times[slot]
        sum_s += outlook.answer_times[slot] * (slot + 0.5) * outlook.slot_s
    return sum_s / total if total > 0.0 else 0.5 * AGES * outlook.slot_s


# Erlang's loss formula.


def lines_of_erlang(campaign: Campaign, outlook: Outlook, pace: PublishedPace, now: Seconds) -> Count:
    """Calls at the rate at which Erlang's loss formula expects as many abandoned as the limit allows.

    Answers are taken to come at random at that rate, whether agents are ready or not, and one that finds
    none to be lost. By Little's law so many lines ring on average as the rate times the mean ring time.
    """
    agents = whole(campaign.share * pace.team)
    if agents != pace.load_agents or campaign.abandon_rate_max != pace.load_loss_max:
        pace.load_agents = agents
        pace.load_loss_max = campaign.abandon_rate_max
        pace.load = load_at_loss(agents, campaign.abandon_rate_max)
    busy_s = mean_s(outlook.talk) + mean_s(outlook.wrap_up)
    calls_per_s = pace.load / (busy_s * probability(outlook))
    # What was not placed is owed still, but not for long: a burst of calls is no random stream.
    owed = max(pace.ordered - campaign.attempts, 0) + pace.credit + calls_per_s * (now - pace.credit_at)
    owed = min(owed, 1.0 + calls_per_s * CREDIT_S)
    calls = whole(owed)
    pace.credit = owed - calls
    pace.credit_at = now
    pace.ordered = campaign.attempts + calls
    return campaign.placed + calls


def load_at_loss(agents: Count, loss_max: Rate) -> Rate:
    """Return the load (erlangs) at which a share `loss_max` finds all agents busy, by Erlang's formula B."""
    low: Rate = 0.0
    high: Rate = 1.0
    if agents <= 0 or loss_max <= 0.0:
        return 0.0
    while high < 1e6 and loss(agents, high) < loss_max:
        high *= 2.0
    for _ in range(LOAD_STEPS):
        middle = 0.5 * (low + high)
        if loss(agents, middle) < loss_max:
            low = middle
        else:
            high = middle
    return low


def loss(agents: Count, load: Rate) -> Rate:
    """Return the share of answers that find all agents busy: Erlang's formula B, by its recursion."""
    share: Rate = 1.0
    for count in range(1, agents + 1):
        share = load * share / (count + load * share)
    return share
