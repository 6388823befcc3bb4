"""Predictive pacing looks ahead: how likely is it that the answer of one more line finds no agent?

A line placed now will be answered, if at all, at a time whose law is known. At that time so and so many
agents will be busy: those who talk now and have not finished, and those who will talk to lines that ring
now. Each of them is or is not, independently; so the number of the busy has a mean, a variance and a third
moment that are sums over people, and the chance that it reaches the number of agents follows from these.
"""

from __future__ import annotations

from math import exp, sqrt

from callfloor.floor.learnt import HEAVIEST, Spans, chance_to_last, learn_span, open_spans, settle_hazard
from callfloor.floor.outlook import AGENT_AGES, AGES, FEW, HORIZONS, SLOTS, Outlook, Sum
from callfloor.floor.records import Agent, Campaign
from callfloor.floor.units import Code, Count, Flag, Rate, Seconds, Times, grow_counts, grow_times, new_times
from callfloor.floor.vocabulary import READY, TALKING, WRAP_UP

SLOTS_OF_RINGING: Count = 20
"""Slots until a line is given up."""

ATTEMPTS_MEMORY: Rate = 3000.0
ATTEMPTS_RECENT: Rate = 80.0
"""An attempt counts 1/e after so many newer ones; for what is recent, after so many."""

MOST_AT_ONCE: Count = 100
"""Lines placed by one decision for few agents."""

CHANGE: Rate = 3.5
"""Standard deviations by which the recent answer rate must differ for the older one to be forgotten."""

TIMES_MEMORY: Rate = 2000.0
TIMES_GUESS: Rate = 5.0
"""Answer times are taken as evenly spread, as if so many had been seen."""

SETTLE_GROWTH: Rate = 0.1
"""Tables are worked out anew when what is known has grown by so much."""

SURE: Rate = 1e-9


def probability(outlook: Outlook) -> Rate:
    """The chance that an attempt is answered by a person: with one answer and one failure added."""
    return (outlook.answers + 1.0) / (outlook.attempts + 2.0)


# Learning.


def learn_attempt(outlook: Outlook, answered: Flag, ring_s: Seconds) -> None:
    """An attempt has come to something after ringing for so long."""
    if not outlook.learns or outlook.slot_s <= 0.0:
        return
    hit = 1.0 if answered else 0.0
    outlook.answers += hit - outlook.answers / ATTEMPTS_MEMORY
    outlook.attempts += 1.0 - outlook.attempts / ATTEMPTS_MEMORY
    outlook.recent_answers += hit - outlook.recent_answers / ATTEMPTS_RECENT
    outlook.recent_attempts += 1.0 - outlook.recent_attempts / ATTEMPTS_RECENT
    forget_if_changed(outlook)
    slot = min(int(ring_s / outlook.slot_s), AGES - 1)
    if answered:
        outlook.answer_times[slot] += outlook.answer_newest
        outlook.answer_newest *= 1.0 + 1.0 / TIMES_MEMORY
    else:
        outlook.other_times[slot] += outlook.other_newest
        outlook.other_newest *= 1.0 + 1.0 / TIMES_MEMORY
    if outlook.answer_newest > HEAVIEST:
        outlook.answer_newest = lighten_times(outlook.answer_times, outlook.answer_newest)
    if outlook.other_newest > HEAVIEST:
        outlook.other_newest = lighten_times(outlook.other_times, outlook.other_newest)


def lighten_times(weights: Times, newest: Rate) -> Rate:
    """Have one of today weigh 1 again."""
    for slot in range(AGES):
        weights[slot] /= newest
    return 1.0


def forget_if_changed(outlook: Outlook) -> None:
    """Forget the older attempts when the recent ones cannot be of the same answer rate."""
    if outlook.recent_attempts < 0.5 * ATTEMPTS_RECENT or outlook.attempts < 2.0 * ATTEMPTS_RECENT:
        return
    rate = outlook.answers / outlook.attempts
    recent = outlook.recent_answers / outlook.recent_attempts
    apart = (recent - rate) * (recent - rate)
    middle = max(0.5 * (rate + recent), 1.0 / ATTEMPTS_RECENT)
    if apart > CHANGE * CHANGE * middle * (1.0 - middle) / (2.0 * ATTEMPTS_RECENT):
        outlook.answers = outlook.recent_answers
        outlook.attempts = outlook.recent_attempts


def agent_changes(outlook: Outlook, agent: Agent, state: Code, now: Seconds) -> None:
    """An agent is about to go into a state: learn from the one that ends, keep the sums in step."""
    found = agent.state
    if outlook.learns and outlook.slot_s > 0.0:
        if found == TALKING:
            learn_span(outlook.talk, now - agent.since)
            outlook.seen += 1
            if state == READY:
                learn_span(outlook.wrap_up, 0.0)
        elif found == WRAP_UP:
            learn_span(outlook.wrap_up, now - agent.since)
    if outlook.stale:
        return
    if not (READY <= found <= WRAP_UP and READY <= state <= WRAP_UP) or agent.leaving or agent.pausing != 0:
        outlook.stale = True
        return
    if found != READY:
        count_agent(outlook, found, outlook.agents_at - agent.since, -1.0)
    if state != READY:
        count_agent(outlook, state, 0.0, 1.0)


def count_agent(outlook: Outlook, state: Code, age_s: Seconds, sign: Rate) -> None:
    """Count an agent who has been busy in a state for so long, or count them no more."""
    busy = outlook.busy_agents
    table = outlook.busy_by_wrap_up if state == WRAP_UP else outlook.busy_by_talk
    step_s = outlook.wrap_up_step_s if state == WRAP_UP else outlook.talk_step_s
    age = min(int(max(age_s, 0.0) / step_s), AGENT_AGES - 1)
    for horizon in range(HORIZONS):
        count_chance(busy, horizon, table[horizon * AGENT_AGES + age], sign)


def count_chance(busy: Sum, horizon: Count, chance: Rate, times: Rate) -> None:
    """Count so many people who are busy with a chance."""
    spread = times * chance * (1.0 - chance)
    busy.means[horizon] += times * chance
    busy.variances[horizon] += spread
    busy.thirds[horizon] += spread * (1.0 - 2.0 * chance)


def clear(busy: Sum) -> None:
    """Count nobody."""
    for horizon in range(HORIZONS):
        busy.means[horizon] = 0.0
        busy.variances[horizon] = 0.0
        busy.thirds[horizon] = 0.0


# Lines.


def line_placed(outlook: Outlook, now: Seconds) -> None:
    """A line begins to ring."""
    if outlook.slot_s <= 0.0:
        return
    outlook.lines[int(now / outlook.slot_s) & (SLOTS - 1)] += 1
    for horizon in range(HORIZONS):
        count_chance(outlook.busy_lines, horizon, outlook.chance_of_line[horizon * AGES], 1.0)


def line_gone(outlook: Outlook, placed_at: Seconds) -> None:
    """A line rings no more."""
    if outlook.slot_s <= 0.0:
        return
    slot = int(placed_at / outlook.slot_s)
    outlook.lines[slot & (SLOTS - 1)] -= 1
    age = outlook.slot - slot
    if age < AGES:
        age = max(age, 0)
        for horizon in range(HORIZONS):
            count_chance(outlook.busy_lines, horizon, outlook.chance_of_line[horizon * AGES + age], -1.0)


def add_up_lines(outlook: Outlook, slot: Count) -> None:
    """Add up the lines that ring by their ages in a slot of time."""
    answered = probability(outlook)
    if abs(answered - outlook.chance_for) > 0.01 * answered:
        settle_chances(outlook, answered)
    busy = outlook.busy_lines
    clear(busy)
    outlook.slot = slot
    for age in range(AGES):
        count = outlook.lines[(slot - age) & (SLOTS - 1)]
        if count > 0:
            for horizon in range(HORIZONS):
                count_chance(busy, horizon, outlook.chance_of_line[horizon * AGES + age], count)


def settle_chances(outlook: Outlook, answered: Rate) -> None:
    """Work out the chance of a line of each age to keep an agent busy at each horizon."""
    outlook.chance_for = answered
    for age in range(AGES):
        rings = answered * outlook.ringing_on[age] + (1.0 - answered) * outlook.others_on[age]
        share = answered / rings if rings > SURE else 0.0
        for horizon in range(HORIZONS):
            place = horizon * AGES + age
            outlook.chance_of_line[place] = min(share * outlook.busy_by_line[place], 1.0)


# Tables.


def open_outlook(outlook: Outlook, campaign: Campaign) -> None:
    """Begin: no line rings."""
    open_spans(outlook.talk)
    open_spans(outlook.wrap_up)
    open_sum(outlook.busy_agents)
    open_sum(outlook.busy_lines)
    grow_times(outlook.ahead_s, HORIZONS)
    grow_counts(outlook.lines, SLOTS)
    grow_times(outlook.shares, HORIZONS * (FEW + 1))
    grow_times(outlook.answer_times, AGES)
    grow_times(outlook.other_times, AGES)
    grow_times(outlook.ringing_on, AGES)
    grow_times(outlook.others_on, AGES)
    grow_times(outlook.busy_by_line, HORIZONS * AGES)
    grow_times(outlook.chance_of_line, HORIZONS * AGES)
    grow_times(outlook.busy_by_talk, HORIZONS * AGENT_AGES)
    grow_times(outlook.busy_by_wrap_up, HORIZONS * AGENT_AGES)
    longest_s = campaign.ring_timeout_s + campaign.carrier_grace_s + campaign.place_within_s
    outlook.slot_s = max(campaign.ring_timeout_s / SLOTS_OF_RINGING, longest_s / (SLOTS - 2), 0.05)
    settle_tables(outlook, campaign)


def open_sum(busy: Sum) -> None:
    """Make room for the horizons."""
    grow_times(busy.means, HORIZONS)
    grow_times(busy.variances, HORIZONS)
    grow_times(busy.thirds, HORIZONS)


def settle_tables(outlook: Outlook, campaign: Campaign) -> None:
    """Work out all tables from what is known."""
    outlook.seen_before += outlook.seen
    outlook.seen = 0
    settle_hazard(outlook.talk)
    settle_hazard(outlook.wrap_up)
    answers = law_of_times(outlook.answer_times, outlook.answer_newest, campaign, outlook.slot_s)
    others = law_of_times(outlook.other_times, outlook.other_newest, campaign, outlook.slot_s)
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
    outlook.chance_for = -1.0
    outlook.slot = -1
    outlook.stale = True


def law_of_times(weights: Times, newest: Rate, campaign: Campaign, slot_s: Seconds) -> Times:
    """The share of answers, or of other ends, in each slot after the call was placed."""
    law = new_times(AGES)
    total: Rate = 0.0
    usual = min(int(campaign.ring_timeout_s / slot_s) + 1, AGES)
    guess = TIMES_GUESS * newest / usual
    for slot in range(AGES):
        law[slot] = weights[slot]
        if slot < usual:
            law[slot] += guess
        total += law[slot]
    for slot in range(AGES):
        law[slot] /= total
    return law


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
    for step in range(1, AGES + 1):
        gone[step] = chance_to_be_free(outlook, 0.0, step * step_s)
    for horizon in range(HORIZONS):
        ahead = outlook.ahead_s[horizon] / step_s
        for age in range(AGES):
            busy: Rate = 0.0
            later: Count = 0
            while later < ahead and age + later < AGES:
                inside = min(ahead - later, 1.0)
                left = min(max(ahead + wait_s / step_s - later - 0.5 * inside, 0.0), AGES - 0.001)
                slots = int(left)
                free = gone[slots] + (left - slots) * (gone[slots + 1] - gone[slots])
                busy += answers[age + later] * inside * (1.0 - free)
                later += 1
            outlook.busy_by_line[horizon * AGES + age] = busy


def settle_agents(outlook: Outlook, wait_s: Seconds) -> None:
    """For an agent of each age in talk or wrap-up and each horizon: the chance of being busy then."""
    talk = outlook.talk
    wrap_up = outlook.wrap_up
    briefly = wraps_up_briefly(wrap_up, outlook.slot_s)
    outlook.talk_step_s = talk.width_s
    outlook.wrap_up_step_s = wrap_up.width_s
    for age in range(AGENT_AGES):
        for horizon in range(HORIZONS):
            place = horizon * AGENT_AGES + age
            until_s = outlook.ahead_s[horizon] + wait_s
            outlook.busy_by_talk[place] = 1.0 - chance_to_be_free(
                outlook, (age + 0.5) * talk.width_s, until_s
            )
            if not briefly:
                outlook.busy_by_wrap_up[place] = chance_to_last(
                    wrap_up, (age + 0.5) * wrap_up.width_s, until_s
                )


def chance_to_be_free(outlook: Outlook, age_s: Seconds, until_s: Seconds) -> Rate:
    """The chance that who has talked for `age_s` has finished, wrap-up included, in `until_s` from now."""
    talk = outlook.talk
    ends = 1.0 - chance_to_last(talk, age_s, until_s)
    if wraps_up_briefly(outlook.wrap_up, outlook.slot_s):
        return ends
    steps = max(int(until_s / outlook.slot_s), 1)
    step_s = until_s / steps
    free: Rate = 0.0
    lasts: Rate = 1.0
    for step in range(steps):
        lasts_on = chance_to_last(talk, age_s, (step + 1) * step_s)
        free += (lasts - lasts_on) * (
            1.0 - chance_to_last(outlook.wrap_up, 0.0, until_s - (step + 0.5) * step_s)
        )
        lasts = lasts_on
    return free


def wraps_up_briefly(wrap_up: Spans, slot_s: Seconds) -> Flag:
    """Whether wrap-up is so short that it need not be told from the end of the talk."""
    return wrap_up.sum_s < 0.1 * slot_s * wrap_up.total


# Deciding.


def look_around(outlook: Outlook, campaign: Campaign, now: Seconds) -> None:
    """Bring all sums up to date."""
    if outlook.slot_s <= 0.0:
        open_outlook(outlook, campaign)
    elif outlook.seen > SETTLE_GROWTH * outlook.seen_before:
        settle_tables(outlook, campaign)
    outlook.seen_before = min(outlook.seen_before, 1000)
    slot = int(now / outlook.slot_s)
    if slot != outlook.slot:
        add_up_lines(outlook, slot)
    pause_s = outlook.talk_step_s * min(0.025 * outlook.agents, 1.0)
    if outlook.stale or now >= outlook.agents_at + pause_s:
        add_up_agents(outlook, campaign, now, 0.5 * pause_s)


def add_up_agents(outlook: Outlook, campaign: Campaign, now: Seconds, older_s: Seconds) -> None:
    """Add up the agents who take the campaign's calls by their ages, taken to be `older_s` older than now."""
    clear(outlook.busy_agents)
    outlook.agents = 0
    outlook.agents_at = now + older_s
    outlook.stale = False
    queue = campaign.queue
    if queue is None:
        return
    for group in queue.groups:
        for agent in group.members:
            state = agent.state
            if READY <= state <= WRAP_UP and not agent.leaving and agent.pausing == 0:
                outlook.agents += 1
                if state != READY:
                    count_agent(outlook, state, outlook.agents_at - agent.since, 1.0)


def lines_to_add_for_few(outlook: Outlook, campaign: Campaign, agents: Count, risk_max: Rate) -> Count:
    """How many lines may be placed now, so that the risk of each is not over `risk_max`: for few `agents`.

    Leaves the risk of the next in `risk`.
    """
    shares = outlook.shares
    for horizon in range(HORIZONS):
        first = horizon * (FEW + 1)
        shares[first] = 1.0
        for busy in range(1, agents + 1):
            shares[first + busy] = 0.0
        expect_agents(outlook, campaign, horizon, agents)
        for age in range(AGES):
            for _ in range(outlook.lines[(outlook.slot - age) & (SLOTS - 1)]):
                one_more(shares, first, agents, outlook.chance_of_line[horizon * AGES + age])
    added: Count = 0
    while True:
        outlook.risk = 0.0
        for horizon in range(HORIZONS):
            outlook.risk += shares[horizon * (FEW + 1) + agents] / HORIZONS
        if outlook.risk > risk_max or added >= MOST_AT_ONCE:
            return added
        added += 1
        for horizon in range(HORIZONS):
            one_more(shares, horizon * (FEW + 1), agents, outlook.chance_of_line[horizon * AGES])


def expect_agents(outlook: Outlook, campaign: Campaign, horizon: Count, agents: Count) -> None:
    """Take in the agents who are busy now."""
    queue = campaign.queue
    if queue is None:
        return
    first = horizon * (FEW + 1)
    for group in queue.groups:
        for agent in group.members:
            state = agent.state
            if READY < state <= WRAP_UP and not agent.leaving and agent.pausing == 0:
                age_s = outlook.decided_at - agent.since
                one_more(outlook.shares, first, agents, chance_busy(outlook, state, age_s, horizon))


def one_more(shares: Times, first: Count, most: Count, chance: Rate) -> None:
    """Take in somebody who is busy with a chance: `most` and more are told as one."""
    shares[first + most] += shares[first + most - 1] * chance
    for busy in range(most - 1, 0, -1):
        shares[first + busy] = shares[first + busy] * (1.0 - chance) + shares[first + busy - 1] * chance
    shares[first] *= 1.0 - chance


def chance_busy(outlook: Outlook, state: Code, age_s: Seconds, horizon: Count) -> Rate:
    """The chance that an agent who has been busy in a state for so long is so at a horizon."""
    table = outlook.busy_by_wrap_up if state == WRAP_UP else outlook.busy_by_talk
    step_s = outlook.wrap_up_step_s if state == WRAP_UP else outlook.talk_step_s
    age = min(int(max(age_s, 0.0) / step_s), AGENT_AGES - 1)
    return table[horizon * AGENT_AGES + age]


def lines_to_add(outlook: Outlook, agents: Rate, share: Rate, risk_max: Rate, most: Count) -> Count:
    """How many lines may be placed now, so that the risk of each is not over `risk_max`.

    `agents` who will take answers; `share` of the busy ones count. Leaves the risk of the next in `risk`.
    """
    added: Count = 0
    while added < most:
        outlook.risk = risk_of_one_more(outlook, agents, share, added)
        if outlook.risk > risk_max:
            return added
        added += 1
    return added


def risk_of_one_more(outlook: Outlook, agents: Rate, share: Rate, added: Count) -> Rate:
    """The chance that the answer of one more line finds all agents busy, after `added` new lines."""
    risk: Rate = 0.0
    busy_agents = outlook.busy_agents
    busy_lines = outlook.busy_lines
    for horizon in range(HORIZONS):
        chance = outlook.chance_of_line[horizon * AGES]
        spread = added * chance * (1.0 - chance)
        mean = share * busy_agents.means[horizon] + busy_lines.means[horizon] + added * chance
        variance = share * busy_agents.variances[horizon] + busy_lines.variances[horizon] + spread
        third = (
            share * busy_agents.thirds[horizon] + busy_lines.thirds[horizon] + spread * (1.0 - 2.0 * chance)
        )
        risk += chance_to_reach(agents, mean, variance, third)
    return risk / HORIZONS


def chance_to_reach(count: Rate, mean: Rate, variance: Rate, third: Rate) -> Rate:
    """The chance that a sum of independent yes-or-no events comes to `count` at least.

    By the normal law with a correction for skewness (A. Yu. Volkova, "A refinement of the central limit
    theorem for sums of independent random indicators", 1996); the normal law by Abramowitz and Stegun,
    26.2.17.
    """
    above = count - 0.5 - mean
    if variance < SURE:
        return 1.0 if above < 0.0 else 0.0
    deviation = sqrt(variance)
    x = above / deviation
    if x > 8.0:
        return 0.0
    if x < -8.0:
        return 1.0
    density = 0.3989422804014327 * exp(-0.5 * x * x)
    t = 1.0 / (1.0 + 0.2316419 * abs(x))
    tail = (
        density
        * t
        * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    )
    over = tail if x >= 0.0 else 1.0 - tail
    over -= third / (variance * deviation) * (1.0 - x * x) * density / 6.0
    return min(max(over, 0.0), 1.0)
