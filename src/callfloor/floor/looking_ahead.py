"""Predictive pacing looks ahead: how likely is it that the answer of one more line finds no agent?

A line placed now will be answered, if at all, at a time whose law is known. At that time so and so many
agents will be busy: those who talk now and have not finished, and those who will talk to lines that ring
now. Each of them is or is not, independently; so the number of the busy has a mean, a variance and a third
moment that are sums over people, and the chance that it reaches the number of agents follows from these.
"""

from __future__ import annotations

from math import log

from callfloor.floor.busy_sums import add_up, chance_to_reach, clear, count_chance, one_more, open_sum
from callfloor.floor.forecasting import SURE, derive_tables, settle_chances
from callfloor.floor.learning import PAUSE_S, become_wary, probability_at_most, settle
from callfloor.floor.learnt import learn_span, open_spans
from callfloor.floor.outlook import (
    AGENT_AGES,
    AGES,
    FEW,
    HORIZONS,
    Ages,
    Outlook,
    Sum,
)
from callfloor.floor.records import Agent, Campaign, Floor
from callfloor.floor.units import (
    Code,
    Count,
    Rate,
    Seconds,
    Times,
    grow_counts,
    grow_times,
)
from callfloor.floor.vocabulary import LONG_AGO, READY, RINGING, TALKING, WRAP_UP

SLOTS_OF_RINGING: Count = 20
"""Slots until a line is given up."""

MOST_AT_ONCE: Count = 100
"""Lines placed by one decision for few agents."""

FEW_ADDED: Count = 4
"""Up to so many lines at once it is quicker to try each number."""

SETTLE_GROWTH: Rate = 0.2
"""Laws are settled anew when the conversations seen have grown by so much."""


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
        count_agent(outlook, found, agent.since, -1)
    if state != READY:
        count_agent(outlook, state, now, 1)


def count_agent(outlook: Outlook, state: Code, since: Seconds, sign: Count) -> None:
    """Count an agent who has been busy in a state since then, or count them no more."""
    table = outlook.busy_by_talk
    ages = outlook.talking
    busy = outlook.busy_talking
    if state == WRAP_UP:
        table = outlook.busy_by_wrap_up
        ages = outlook.wrapping_up
        busy = outlook.busy_wrapping_up
    slot = int(since / ages.step_s)
    give_cells(ages, slot)
    if ages.last - slot < AGENT_AGES:
        ages.slots[slot & (AGENT_AGES - 1)] += sign
    else:
        ages.older += sign
    ages.people += sign
    age = min(max(ages.slot - slot, 0), AGENT_AGES - 1)
    for horizon in range(HORIZONS):
        count_chance(busy, horizon, table[horizon * AGENT_AGES + age], sign)


def line_placed(outlook: Outlook, now: Seconds) -> None:
    """A line begins to ring."""
    outlook.last_line_at = now
    if outlook.slot_s <= 0.0:
        return
    outlook.lines[int(now / outlook.slot_s) & (AGES - 1)] += 1
    for horizon in range(HORIZONS):
        count_chance(outlook.busy_lines, horizon, outlook.chance_of_line[horizon * AGES], 1.0)


def line_gone(outlook: Outlook, placed_at: Seconds) -> None:
    """A line rings no more."""
    if outlook.slot_s <= 0.0:
        return
    slot = int(placed_at / outlook.slot_s)
    outlook.lines[slot & (AGES - 1)] -= 1
    age = min(max(outlook.slot - slot, 0), AGES - 1)
    for horizon in range(HORIZONS):
        count_chance(outlook.busy_lines, horizon, outlook.chance_of_line[horizon * AGES + age], -1.0)


def add_up_lines(outlook: Outlook, campaign: Campaign, slot: Count, now: Seconds) -> None:
    """Add up the lines that ring by their ages in a slot of time."""
    answered = probability_at_most(outlook, now)
    if abs(answered - outlook.chance_for) > 0.01 * answered:
        settle_chances(outlook, answered)
    outlook.slot = slot
    for horizon in range(HORIZONS):
        add_up(
            outlook.busy_lines, horizon, outlook.chance_of_line, AGES, outlook.lines, slot, campaign.placed
        )


def open_outlook(outlook: Outlook, campaign: Campaign, now: Seconds) -> None:
    """Begin: no line rings."""
    longest_s = campaign.ring_timeout_s + campaign.carrier_grace_s + campaign.place_within_s
    outlook.slot_s = max(campaign.ring_timeout_s / SLOTS_OF_RINGING, longest_s / (AGES - 2), 0.05)
    make_room(outlook)
    settle(outlook, campaign, now)


def restore_outlook(outlook: Outlook, campaign: Campaign) -> None:
    """Go on with what has been learnt and counted before: only tables are worked out anew."""
    if outlook.slot_s > 0.0:
        make_room(outlook)
        derive_tables(outlook, campaign)
        if outlook.chance_for >= 0.0:
            settle_chances(outlook, outlook.chance_for)


def reopen_outlook(floor: Floor, campaign: Campaign) -> None:
    """The campaign's times have changed: count its lines anew, and learn anew how long it rings."""
    outlook = campaign.outlook
    if outlook is None:
        return
    make_room(outlook)
    for slot in range(AGES):
        outlook.lines[slot] = 0
        outlook.answer_times[slot] = 0.0
        outlook.other_times[slot] = 0.0
        outlook.ongoing[slot] = 0.0
        outlook.usual[slot] = 0.0
        outlook.answered[slot] = 0
        outlook.not_answered[slot] = 0
    open_outlook(outlook, campaign, floor.now)
    for call in floor.calls:
        if call.campaign is campaign and call.state <= RINGING:
            line_placed(outlook, call.placed_at)


def make_room(outlook: Outlook) -> None:
    """Make room for all that is kept."""
    open_spans(outlook.talk)
    open_spans(outlook.wrap_up)
    open_sum(outlook.busy_talking)
    open_sum(outlook.busy_wrapping_up)
    open_sum(outlook.busy_lines)
    open_sum(outlook.busy)
    grow_times(outlook.ahead_s, HORIZONS)
    grow_counts(outlook.lines, AGES)
    grow_counts(outlook.talking.slots, AGENT_AGES)
    grow_counts(outlook.wrapping_up.slots, AGENT_AGES)
    grow_times(outlook.shares, HORIZONS * (FEW + 1))
    grow_times(outlook.answer_times, AGES)
    grow_times(outlook.other_times, AGES)
    grow_times(outlook.ongoing, AGES)
    grow_times(outlook.usual, AGES)
    grow_counts(outlook.answered, AGES)
    grow_counts(outlook.not_answered, AGES)
    grow_times(outlook.ringing_on, AGES)
    grow_times(outlook.others_on, AGES)
    grow_times(outlook.busy_by_line, HORIZONS * AGES)
    grow_times(outlook.chance_of_line, HORIZONS * AGES)
    grow_times(outlook.busy_by_talk, HORIZONS * AGENT_AGES)
    grow_times(outlook.busy_by_wrap_up, HORIZONS * AGENT_AGES)


def look_around(outlook: Outlook, campaign: Campaign, now: Seconds) -> None:
    """Bring all sums up to date."""
    if outlook.slot_s <= 0.0:
        open_outlook(outlook, campaign, now)
    elif outlook.seen > SETTLE_GROWTH * outlook.seen_before:
        settle(outlook, campaign, now)
    if LONG_AGO < outlook.last_line_at < now - PAUSE_S:
        become_wary(outlook, campaign, now)
    slot = int(now / outlook.slot_s)
    if slot != outlook.slot:
        add_up_lines(outlook, campaign, slot, now)
    if outlook.stale:
        count_agents(outlook, campaign, now)
    else:
        add_up_agents(outlook, now)


def count_agents(outlook: Outlook, campaign: Campaign, now: Seconds) -> None:
    """Count the agents who take the campaign's calls, each by state and age."""
    clear(outlook.busy_talking)
    clear(outlook.busy_wrapping_up)
    begin_ages(outlook.talking, outlook.talk.width_s, now)
    begin_ages(outlook.wrapping_up, outlook.wrap_up.width_s, now)
    outlook.agents = 0
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
                    count_agent(outlook, state, agent.since, 1)


def begin_ages(ages: Ages, step_s: Seconds, now: Seconds) -> None:
    """Count nobody, in slots of that length."""
    ages.step_s = step_s
    ages.slot = int(now / step_s)
    ages.last = ages.slot
    ages.older = 0
    ages.people = 0
    for place in range(AGENT_AGES):
        ages.slots[place] = 0


def add_up_agents(outlook: Outlook, now: Seconds) -> None:
    """Add up the busy agents by their ages, where time has changed these."""
    add_up_ages(outlook.busy_talking, outlook.talking, outlook.busy_by_talk, now)
    add_up_ages(outlook.busy_wrapping_up, outlook.wrapping_up, outlook.busy_by_wrap_up, now)


def add_up_ages(busy: Sum, ages: Ages, table: Times, now: Seconds) -> None:
    """Let time pass, and add up those who are in a state by how long they have been so."""
    slot = int(now / ages.step_s)
    if ages.people == 0 or slot == ages.slot:
        return
    give_cells(ages, slot)
    ages.slot = slot
    for horizon in range(HORIZONS):
        add_up(busy, horizon, table, AGENT_AGES, ages.slots, slot, ages.people - ages.older)
        count_chance(busy, horizon, table[(horizon + 1) * AGENT_AGES - 1], ages.older)


def give_cells(ages: Ages, slot: Count) -> None:
    """Give slots up to this one a cell; who was in the cell before is older than there are slots."""
    passed = min(slot - ages.last, AGENT_AGES) if ages.people > ages.older else 0
    for place in range(passed):
        cell = (slot - place) & (AGENT_AGES - 1)
        ages.older += ages.slots[cell]
        ages.slots[cell] = 0
    ages.last = max(ages.last, slot)


def lines_to_add_for_few(
    outlook: Outlook, campaign: Campaign, agents: Count, risk_max: Rate, most: Count
) -> Count:
    """How many lines, `most` at most, may be placed now, so that the risk of each is not over `risk_max`.

    For few `agents`. Leaves the risk of the next in `risk`.
    """
    shares = outlook.shares
    for horizon in range(HORIZONS):
        first = horizon * (FEW + 1)
        shares[first] = 1.0
        for busy in range(1, agents + 1):
            shares[first + busy] = 0.0
        expect_agents(outlook, campaign, horizon, agents)
        for age in range(AGES):
            for _ in range(outlook.lines[(outlook.slot - age) & (AGES - 1)]):
                one_more(shares, first, agents, outlook.chance_of_line[horizon * AGES + age])
    added: Count = 0
    while True:
        outlook.risk = 0.0
        for horizon in range(HORIZONS):
            outlook.risk += shares[horizon * (FEW + 1) + agents] / HORIZONS
        if outlook.risk > risk_max or added >= most or added >= MOST_AT_ONCE:
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


def chance_busy(outlook: Outlook, state: Code, age_s: Seconds, horizon: Count) -> Rate:
    """The chance that an agent who has been busy in a state for so long is so at a horizon."""
    table = outlook.busy_by_talk
    ages = outlook.talking
    if state == WRAP_UP:
        table = outlook.busy_by_wrap_up
        ages = outlook.wrapping_up
    age = min(int(max(age_s, 0.0) / ages.step_s + 0.5), AGENT_AGES - 1)
    return table[horizon * AGENT_AGES + age]


def lines_to_add(outlook: Outlook, agents: Rate, share: Rate, risk_max: Rate, most: Count) -> Count:
    """How many lines may be placed now, so that the risk of each is not over `risk_max`.

    `agents` who will take answers; `share` of the busy ones count. Leaves the risk of the next in `risk`.
    Where there were many it is sought from the number that was added last, for that is often about right.
    """
    add_up_all(outlook, share)
    outlook.risk = risk_of_one_more(outlook, agents, 0)
    if outlook.risk > risk_max:
        return 0
    fine: Count = 0
    fine_risk = outlook.risk
    ahead = outlook.added if outlook.added > FEW_ADDED else 1
    over = min(ahead, most)
    outlook.risk = risk_of_one_more(outlook, agents, over)
    while outlook.risk <= risk_max:
        if over >= most:
            outlook.added = most
            return most
        fine = over
        fine_risk = outlook.risk
        over = min(over + ahead, most)
        ahead *= 2
        outlook.risk = risk_of_one_more(outlook, agents, over)
    while over - fine > 1:
        between = fine + share_of_way(fine_risk, outlook.risk, risk_max, over - fine)
        risk = risk_of_one_more(outlook, agents, between)
        if risk <= risk_max:
            fine = between
            fine_risk = risk
        else:
            over = between
            outlook.risk = risk
    outlook.added = over
    return over


def share_of_way(from_risk: Rate, to_risk: Rate, risk: Rate, steps: Count) -> Count:
    """Where between two numbers of lines, `steps` apart, a risk may be expected, by its logarithm."""
    if steps == 2:
        return 1
    height = log(max(to_risk, SURE) / max(from_risk, SURE))
    at = steps * log(max(risk, SURE) / max(from_risk, SURE)) / height if height > SURE else 0.5 * steps
    return min(max(int(at + 0.5), 1), steps - 1)


def add_up_all(outlook: Outlook, share: Rate) -> None:
    """Add up all who will be busy, of the agents a `share`."""
    busy = outlook.busy
    talking = outlook.busy_talking
    wrapping_up = outlook.busy_wrapping_up
    lines = outlook.busy_lines
    for each in range(HORIZONS):
        busy.means[each] = share * (talking.means[each] + wrapping_up.means[each]) + lines.means[each]
        busy.variances[each] = (
            share * (talking.variances[each] + wrapping_up.variances[each]) + lines.variances[each]
        )
        busy.thirds[each] = share * (talking.thirds[each] + wrapping_up.thirds[each]) + lines.thirds[each]


def risk_of_one_more(outlook: Outlook, agents: Rate, added: Count) -> Rate:
    """The chance that the answer of one more line finds all agents busy, after `added` new lines."""
    risk: Rate = 0.0
    busy = outlook.busy
    for horizon in range(HORIZONS):
        chance = outlook.chance_of_line[horizon * AGES]
        spread = added * chance * (1.0 - chance)
        risk += chance_to_reach(
            agents,
            busy.means[horizon] + added * chance,
            busy.variances[horizon] + spread,
            busy.thirds[horizon] + spread * (1.0 - 2.0 * chance),
        )
    return risk / HORIZONS
