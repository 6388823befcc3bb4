"""How many lines to have ringing now, per mode, and what holds dialling back."""

from __future__ import annotations

from math import sqrt

from callfloor.floor.counting import agents_logged_in, agents_ready, answers_waiting, whole
from callfloor.floor.decisions import Decision
from callfloor.floor.learning import probability
from callfloor.floor.learnt import mean_s
from callfloor.floor.ledger import allowance, headroom, headroom_to_keep
from callfloor.floor.legal_window import pass_on
from callfloor.floor.looking_ahead import lines_to_add, lines_to_add_for_few, look_around
from callfloor.floor.outlook import FEW, Outlook
from callfloor.floor.published_pacing import published_lines_wanted
from callfloor.floor.published_state import PublishedPace
from callfloor.floor.records import Campaign
from callfloor.floor.setting_codes import PACING_CALLFLOOR
from callfloor.floor.steering import must_brake, risk_allowed, room_to_spend
from callfloor.floor.units import Code, Count, Flag, Rate, Seconds
from callfloor.floor.vocabulary import (
    HELD_CALL_RATE,
    HELD_LEDGER,
    HELD_LINES_RINGING,
    HELD_NO_AGENT,
    HELD_NO_LEADS,
    HELD_REGISTRY_STALE,
    HELD_RISK,
    HELD_STOPPED,
    HELD_TRUNK_FULL,
    LONG_AGO,
    MESSAGE_MODE,
    NOT_HELD,
    POOL_AGENT,
    PREDICTIVE,
    PREVIEW,
    PROGRESSIVE,
)

LINES_MOST: Rate = 20.0
"""Leads to hold ready for each agent, at most, where pacing looks ahead."""

SPACING_S: Seconds = 0.02
SPACING_MOST_S: Seconds = 1.0
"""Decisions of pacing that looks ahead are so far apart, for each agent, and at most."""

RAMP: Rate = 1.5
RAMP_ROOT: Rate = 0.5
"""Lines are added at this many times the rate that would keep all agents busy, at most, and besides, by each
decision, this many times the root of the agents. Thousands at once would be answered all together, and when
those calls end there would be thousands again."""

LINES_A_DECISION: Rate = 50.0
"""About so many lines are placed by one decision at most: whoever places them for real is busy with it, and
whoever answers meanwhile waits."""

LOOK_AGAIN_S: Seconds = 1.0
LOOK_AGAIN_MOST_S: Seconds = 5.0
"""Time alone changes what is to be expected: it decides anew after so long, whatever happens."""


def lines_per_agent(campaign: Campaign) -> Rate:
    """Lines to ring for each ready agent: the dial ratio, in progressive and preview mode one."""
    if campaign.mode == PROGRESSIVE or campaign.mode == PREVIEW:
        return 1.0
    return campaign.dial_ratio


def is_ours(campaign: Campaign) -> Flag:
    """Whether it is our own rule that predicts."""
    return campaign.mode == PREDICTIVE and campaign.pacing == PACING_CALLFLOOR


def next_decision_at(campaign: Campaign) -> Seconds:
    """When to decide anew at the earliest: as often as it makes a difference, where pacing looks ahead."""
    outlook = campaign.outlook
    if outlook is None or campaign.thirsty or not is_ours(campaign):
        return LONG_AGO
    return outlook.decided_at + min(SPACING_S * outlook.agents, outlook.spacing_most_s)


def look_again_at(campaign: Campaign, now: Seconds) -> Seconds:
    """When to decide anew though nothing has happened: ages are told in slots, of lines and of agents."""
    outlook = campaign.outlook
    if outlook is None or not is_ours(campaign):
        return now + LOOK_AGAIN_S
    step_s = outlook.slot_s if campaign.placed > 0 else outlook.talking.step_s
    return now + min(max(step_s, LOOK_AGAIN_S), LOOK_AGAIN_MOST_S)


def lines_wanted(campaign: Campaign, now: Seconds) -> Count:
    """Lines to have ringing for the whole campaign: floor(ratio x share x ready agents less the reserve).

    In predictive mode those that ring, and as many more as bear no more risk than the ledger allows, or as
    the published rule wants that the campaign names. A campaign that needs no agents keeps all its lines
    busy.
    """
    if campaign.mode == PREDICTIVE and campaign.outlook is not None:
        if campaign.pacing == PACING_CALLFLOOR:
            return lines_foreseen(campaign, campaign.outlook, now)
        if campaign.published is None:
            campaign.published = PublishedPace()
        return published_lines_wanted(campaign, campaign.outlook, campaign.published, now)
    if campaign.mode == MESSAGE_MODE:
        return campaign.lines
    ready = agents_ready(campaign) - campaign.reserve
    if ready <= 0:
        return 0
    return whole(lines_per_agent(campaign) * campaign.share * ready)


def lines_foreseen(campaign: Campaign, outlook: Outlook, now: Seconds) -> Count:
    """Lines to have ringing by what is to be expected and what the ledger allows.

    No more than attempts have come to something so far, unless agents wait for them: what is expected of the
    first lines is a guess.
    """
    look_around(outlook, campaign, now)
    since_s = now - outlook.decided_at
    outlook.decided_at = now
    pass_on(campaign.ledger, now)
    ready = agents_ready(campaign) - campaign.reserve
    if must_brake(outlook, headroom_to_keep(campaign), allowance(campaign)):
        return max(campaign.placed, ready)
    waiting = answers_waiting(campaign)
    agents = campaign.share * (outlook.agents - campaign.reserve) - waiting
    seen = campaign.attempts - campaign.placed
    most = max(max(seen, ready) - campaign.placed, 0)
    risk_max = risk_allowed(outlook, room_to_spend(outlook, headroom(campaign)), allowance(campaign))
    if outlook.agents <= FEW and campaign.share >= 1.0:
        few = outlook.agents - campaign.reserve - waiting
        more = lines_to_add_for_few(outlook, campaign, few, risk_max, most) if few > 0 else 0
        return campaign.placed + more
    rate = lines_per_s(outlook)
    outlook.spacing_most_s = LINES_A_DECISION / max(rate, LINES_A_DECISION / SPACING_MOST_S)
    most = min(most, max(ready - campaign.placed, lines_at_once(outlook, rate, since_s)))
    more = lines_to_add(outlook, agents, campaign.share, risk_max, most)
    return campaign.placed + more


def lines_per_s(outlook: Outlook) -> Rate:
    """The rate at which lines would have to be placed to keep all agents busy."""
    busy_s = mean_s(outlook.talk) + mean_s(outlook.wrap_up)
    return outlook.agents / (busy_s * probability(outlook))


def lines_at_once(outlook: Outlook, rate: Rate, since_s: Seconds) -> Count:
    """Lines that may be added now, so long after the last decision: at an even rate, if many are wanted.

    `rate` is that at which all agents would be busy, a second.
    """
    by_chance = RAMP_ROOT * sqrt(1.0 * outlook.agents)
    usual_s = min(SPACING_S * outlook.agents, SPACING_MOST_S)
    if since_s < usual_s:
        by_chance *= since_s / usual_s
    return whole(RAMP * rate * min(since_s, SPACING_MOST_S) + by_chance) + 1


def agents_at_work(campaign: Campaign) -> Count:
    """Agents for whom lines may ring: those ready, or in predictive mode all who will be."""
    if campaign.mode == PREDICTIVE and campaign.outlook is not None and campaign.pool != POOL_AGENT:
        return campaign.outlook.agents
    return agents_ready(campaign)


def lines_wanted_by_agent(campaign: Campaign) -> Count:
    """Lines to have ringing for one ready agent, where lines are an agent's own."""
    return whole(lines_per_agent(campaign))


def buffer_wanted(campaign: Campaign) -> Count:
    """Leads to hold ready, so that no line waits for the store: what all agents could ask for at once."""
    if not campaign.running:
        return 0
    if campaign.mode == MESSAGE_MODE:
        return campaign.lines
    logged_in = agents_logged_in(campaign)
    if logged_in == 0:
        return 0
    if campaign.mode == PREDICTIVE and campaign.outlook is not None:
        lines = min(1.0 / probability(campaign.outlook), LINES_MOST)
        return whole(lines * campaign.share * logged_in) + 1
    return whole(lines_per_agent(campaign) * campaign.share * logged_in) + 1


def held_back_by(campaign: Campaign, now: Seconds) -> Code:
    """What forbids placing one more call now, whatever pacing wants; NOT_HELD where nothing does."""
    if not campaign.running:
        return HELD_STOPPED
    if now >= campaign.registry_until:
        return HELD_REGISTRY_STALE
    if campaign.mode != MESSAGE_MODE and agents_at_work(campaign) <= campaign.reserve:
        return HELD_NO_AGENT
    if campaign.lines > 0 and campaign.live + campaign.previews >= campaign.lines:
        return HELD_TRUNK_FULL
    if campaign.calls_per_s > 0.0 and now < campaign.next_call_at:
        return HELD_CALL_RATE
    if campaign.leads == 0:
        return HELD_NO_LEADS
    return NOT_HELD


def why_no_more(campaign: Campaign) -> Code:
    """What keeps pacing from wanting more lines."""
    outlook = campaign.outlook
    if outlook is None or not is_ours(campaign):
        return HELD_LINES_RINGING
    allowed = allowance(campaign)
    if must_brake(outlook, headroom_to_keep(campaign), allowed):
        return HELD_LEDGER
    risk_max = risk_allowed(outlook, room_to_spend(outlook, headroom(campaign)), allowed)
    return HELD_RISK if outlook.risk > risk_max else HELD_LINES_RINGING


def expected_answers(campaign: Campaign) -> Rate:
    """How many of the ringing lines a person will answer, by the campaign's answer rate so far.

    The rate is taken with one answer and one failure added (Laplace's rule), for the first minutes.
    """
    rate = (campaign.human_answers + 1.0) / (campaign.attempts + 2.0)
    return campaign.placed * rate


def explain(
    decision: Decision, campaign: Campaign, wanted: Count, placed: Count, held_by: Code, now: Seconds
) -> None:
    """Write down what was decided and the numbers it rests on."""
    pass_on(campaign.ledger, now)
    decision.ready = agents_ready(campaign)
    decision.ringing = campaign.placed
    decision.wanted = wanted
    decision.placed = placed
    decision.held_by = held_by
    decision.leads = campaign.leads
    decision.expected_answers = expected_answers(campaign)
    decision.headroom = headroom(campaign)
    outlook = campaign.outlook
    if campaign.mode == PREDICTIVE and outlook is not None:
        decision.answer_rate = probability(outlook)
        decision.expected_answers = campaign.placed * decision.answer_rate
    if is_ours(campaign) and outlook is not None:
        decision.risk = outlook.risk
        room = room_to_spend(outlook, decision.headroom)
        decision.risk_max = risk_allowed(outlook, room, allowance(campaign))
