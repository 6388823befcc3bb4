"""How many lines to have ringing now, per mode, and what holds dialling back."""

from __future__ import annotations

from callfloor.floor.ledger import headroom
from callfloor.floor.records import Campaign, Decision
from callfloor.floor.units import Code, Count, Rate, Seconds
from callfloor.floor.vocabulary import (
    HELD_CALL_RATE,
    HELD_NO_AGENT,
    HELD_NO_LEADS,
    HELD_STOPPED,
    HELD_TRUNK_FULL,
    NOT_HELD,
    PROGRESSIVE,
)


def lines_per_agent(campaign: Campaign) -> Rate:
    """Lines to ring for each ready agent: the dial ratio, in progressive mode one."""
    if campaign.mode == PROGRESSIVE:
        return 1.0
    return campaign.dial_ratio


def whole(lines: Rate) -> Count:
    """Whole lines of a product of rates: 4.35 x 100 is 435, though doubles make it a little less."""
    return int(lines + 1e-9)


def lines_wanted(campaign: Campaign) -> Count:
    """Lines to have ringing for the whole campaign: floor(ratio x share x ready agents less the reserve)."""
    ready = agents_ready(campaign) - campaign.reserve
    if ready <= 0:
        return 0
    return whole(lines_per_agent(campaign) * campaign.share * ready)


def lines_wanted_by_agent(campaign: Campaign) -> Count:
    """Lines to have ringing for one ready agent, where lines are an agent's own."""
    return whole(lines_per_agent(campaign))


def buffer_wanted(campaign: Campaign) -> Count:
    """Leads to hold ready, so that no line waits for the store: what all agents could ask for at once."""
    logged_in = agents_logged_in(campaign)
    if logged_in == 0 or not campaign.running:
        return 0
    return whole(lines_per_agent(campaign) * campaign.share * logged_in) + 1


def agents_ready(campaign: Campaign) -> Count:
    """Agents who could take an answer now, in all groups that serve the campaign."""
    ready: Count = 0
    if campaign.queue is not None:
        for group in campaign.queue.groups:
            ready += group.ready
    return ready


def agents_logged_in(campaign: Campaign) -> Count:
    """Agents who are at work, in all groups that serve the campaign."""
    logged_in: Count = 0
    if campaign.queue is not None:
        for group in campaign.queue.groups:
            logged_in += group.logged_in
    return logged_in


def held_back_by(campaign: Campaign, now: Seconds) -> Code:
    """What forbids placing one more call now, whatever pacing wants; NOT_HELD where nothing does."""
    if not campaign.running:
        return HELD_STOPPED
    if agents_ready(campaign) <= campaign.reserve:
        return HELD_NO_AGENT
    if campaign.lines > 0 and campaign.live >= campaign.lines:
        return HELD_TRUNK_FULL
    if campaign.calls_per_s > 0.0 and now < campaign.next_call_at:
        return HELD_CALL_RATE
    if campaign.leads == 0:
        return HELD_NO_LEADS
    return NOT_HELD


def expected_answers(campaign: Campaign) -> Rate:
    """How many of the ringing lines a person will answer, by the campaign's answer rate so far.

    The rate is taken with one answer and one failure added (Laplace's rule), for the first minutes.
    """
    rate = (campaign.human_answers + 1.0) / (campaign.attempts + 2.0)
    return campaign.placed * rate


def explain(decision: Decision, campaign: Campaign, wanted: Count, placed: Count, held_by: Code) -> None:
    """Write down what was decided and the numbers it rests on."""
    decision.ready = agents_ready(campaign)
    decision.ringing = campaign.placed
    decision.wanted = wanted
    decision.placed = placed
    decision.held_by = held_by
    decision.leads = campaign.leads
    decision.expected_answers = expected_answers(campaign)
    decision.headroom = headroom(campaign)
