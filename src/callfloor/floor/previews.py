"""Preview: a ready agent is shown a lead and says whether it is called, then hears it ring."""

from __future__ import annotations

from callfloor.floor.agents import move_agent
from callfloor.floor.commands import (
    report,
    send_agent_timer,
    send_return_lead,
    send_show_lead,
    touch_agent,
    touch_call,
    touch_campaign,
)
from callfloor.floor.conversations import settle_agent
from callfloor.floor.counting import agents_logged_in, agents_ready, whole
from callfloor.floor.dialing import close_decision, place_call, refuse_lead
from callfloor.floor.eligibility import eligibility
from callfloor.floor.pacing import held_back_by
from callfloor.floor.records import Agent, Campaign, Floor, Lead
from callfloor.floor.units import Code, Count, Flag, Id, Rate, Seconds
from callfloor.floor.vocabulary import (
    ACCEPT,
    AGENT_NOT_PREVIEWING,
    ELIGIBLE,
    HELD_LINES_RINGING,
    HELD_NO_AGENT,
    HELD_NO_LEADS,
    NEVER,
    NO_OUTCOME,
    NOT_HELD,
    PREVIEW,
    PREVIEWING,
    SHOW,
    SKIP,
    SKIP_IT,
)

LINE_AGAIN_S: Seconds = 1.0
"""How long an accepted lead waits for a line before one is looked for again."""


def show_leads(floor: Floor, now: Seconds) -> None:
    """Show leads to the ready agents of campaigns in preview mode, as many as each campaign may."""
    again = True
    while again:
        again = False
        for campaign in floor.campaigns:
            if campaign.mode == PREVIEW and show_leads_of(floor, campaign, now):
                again = True


def show_leads_of(floor: Floor, campaign: Campaign, now: Seconds) -> Flag:
    """Show a campaign's leads while it is its turn; whether that has used any, and others may be in turn."""
    before = campaign.leads
    wanted = previews_wanted(campaign)
    shown: Count = 0
    held_by = NOT_HELD
    while held_by == NOT_HELD and goes_first(floor, campaign, now):
        held_by = show_next(floor, campaign, now)
        if held_by == NOT_HELD:
            shown += 1
    close_decision(floor, campaign, wanted, shown, held_by, now)
    return campaign.leads < before


def previews_wanted(campaign: Campaign) -> Count:
    """Leads to show now: to each ready agent, less the reserve, within the campaign's share of all agents."""
    ready = agents_ready(campaign) - campaign.reserve
    if campaign.share >= 1.0:
        return max(ready, 0)
    most = max(whole(campaign.share * agents_logged_in(campaign)), 1)
    return max(min(ready, most - campaign.previews - campaign.live), 0)


def held_from_showing(campaign: Campaign, now: Seconds) -> Code:
    """What forbids showing one more lead now; NOT_HELD where nothing does."""
    held_by = held_back_by(campaign, now)
    if held_by == NOT_HELD and previews_wanted(campaign) == 0:
        return HELD_LINES_RINGING
    return held_by


def goes_first(floor: Floor, campaign: Campaign, now: Seconds) -> Flag:
    """Whether no other campaign that could show leads to the same agents is in turn before this one.

    Campaigns take turns by their shares, each lead counting 1 / share; who had nothing to show for a while
    has lost its turns (start-time fair queueing: Goyal, Vin and Cheng, SIGCOMM 1996).
    """
    for other in floor.campaigns:
        if other is campaign or other.mode != PREVIEW:
            continue
        sooner = turn_of(floor, other) < turn_of(floor, campaign)
        if sooner and share_agents(campaign, other) and held_from_showing(other, now) == NOT_HELD:
            return False
    return True


def turn_of(floor: Floor, campaign: Campaign) -> Rate:
    """When it is the campaign's turn, on the clock of leads shown."""
    return max(floor.turn, campaign.turn)


def share_agents(one: Campaign, other: Campaign) -> Flag:
    """Whether there are agents whom both campaigns may show leads to."""
    if one.queue is None or other.queue is None:
        return False
    for group in one.queue.groups:
        for theirs in other.queue.groups:
            if group is theirs:
                return True
    return False


def show_next(floor: Floor, campaign: Campaign, now: Seconds) -> Code:
    """Show the next lead that may be called now; return what held that back, or NOT_HELD."""
    while True:
        held_by = held_from_showing(campaign, now)
        if held_by != NOT_HELD:
            return held_by
        agent = first_ready(campaign)
        if agent is None:
            return HELD_NO_AGENT
        lead = campaign.pop_lead()
        if lead is None:
            return HELD_NO_LEADS
        refusal = eligibility(campaign, lead, now)
        if refusal == ELIGIBLE:
            show_lead(floor, campaign, agent, lead, now)
            return NOT_HELD
        refuse_lead(floor, campaign, lead, refusal, now)


def first_ready(campaign: Campaign) -> Agent | None:
    """Who has been ready longest in the first of the campaign's groups that has anybody."""
    if campaign.queue is not None:
        for group in campaign.queue.groups:
            if group.first_ready is not None:
                return group.first_ready
    return None


def show_lead(floor: Floor, campaign: Campaign, agent: Agent, lead: Lead, now: Seconds) -> None:
    """Show a lead to an agent, who has so long to decide."""
    if move_agent(floor, agent, SHOW, now) != 0:
        return
    agent.lead = lead
    agent.accepted = False
    campaign.previews += 1
    floor.turn = turn_of(floor, campaign)
    campaign.turn = floor.turn + 1.0 / campaign.share
    touch_campaign(floor, campaign)
    if campaign.preview_s > 0.0:
        until = now + campaign.preview_s
        send_show_lead(floor, agent, lead, until)
        send_agent_timer(floor, agent, until)
    else:
        send_show_lead(floor, agent, lead, NEVER)


def agent_accepted(floor: Floor, agent: Agent, lead: Id, now: Seconds) -> None:
    """The agent wants the lead called that they are shown: `lead`, where the event says which."""
    if agent.state != PREVIEWING:
        move_agent(floor, agent, ACCEPT, now)
    elif agent.lead is not None and lead >= 0 and agent.lead.id != lead:
        report(floor, AGENT_NOT_PREVIEWING, None, agent, agent.state)
    else:
        dial_shown(floor, agent, now)


def agent_skipped(floor: Floor, agent: Agent, lead: Id, now: Seconds) -> None:
    """The agent wants another lead than the one that they are shown."""
    if agent.state != PREVIEWING:
        move_agent(floor, agent, SKIP, now)
    elif agent.lead is not None and lead >= 0 and agent.lead.id != lead:
        report(floor, AGENT_NOT_PREVIEWING, None, agent, agent.state)
    else:
        skip_shown(floor, agent, now)


def preview_expired(floor: Floor, agent: Agent, now: Seconds) -> None:
    """The time to decide is over, or an accepted lead looks for a line again."""
    lead = agent.lead
    if lead is None or lead.campaign is None:
        return
    if lead.campaign.preview_expires == SKIP_IT and not agent.accepted:
        skip_shown(floor, agent, now)
    else:
        dial_shown(floor, agent, now)


def dial_shown(floor: Floor, agent: Agent, now: Seconds) -> None:
    """Call the lead that the agent is shown, if that is lawful now too, as soon as a line is free."""
    lead = agent.lead
    if lead is None or lead.campaign is None:
        return
    campaign = lead.campaign
    if now >= campaign.registry_until:
        give_back_preview(floor, agent, now)
        move_agent(floor, agent, SKIP, now)
        settle_agent(floor, agent, now)
        return
    free_at = line_free_at(campaign, now)
    if free_at > now:
        agent.accepted = True
        send_agent_timer(floor, agent, free_at)
        touch_agent(floor, agent)
        return
    take_preview(floor, agent, campaign)
    refusal = eligibility(campaign, lead, now)
    if refusal != ELIGIBLE:
        refuse_lead(floor, campaign, lead, refusal, now)
        move_agent(floor, agent, SKIP, now)
        settle_agent(floor, agent, now)
        return
    move_agent(floor, agent, ACCEPT, now)
    ring_for(floor, campaign, agent, lead, now)


def ring_for(floor: Floor, campaign: Campaign, agent: Agent, lead: Lead, now: Seconds) -> None:
    """Call a lead on the own line of an agent who is reserved for it, and for whom the answer is."""
    call = place_call(floor, campaign, lead, agent, now)
    call.agent = agent
    agent.call = call
    touch_call(floor, call)


def line_free_at(campaign: Campaign, now: Seconds) -> Seconds:
    """When a call that nothing else holds back may be placed, or looked for again; `now`: at once."""
    if campaign.lines > 0 and campaign.live >= campaign.lines:
        return now + LINE_AGAIN_S
    if campaign.calls_per_s > 0.0 and now < campaign.next_call_at:
        return campaign.next_call_at
    return now


def skip_shown(floor: Floor, agent: Agent, now: Seconds) -> None:
    """Give the lead that the agent is shown back for a while; the agent is ready."""
    lead = agent.lead
    if lead is None or lead.campaign is None:
        return
    wait_s = lead.campaign.skip_retry_s
    take_preview(floor, agent, lead.campaign)
    send_return_lead(floor, lead, NO_OUTCOME, now + wait_s, False)
    move_agent(floor, agent, SKIP, now)
    settle_agent(floor, agent, now)


def take_preview(floor: Floor, agent: Agent, campaign: Campaign) -> None:
    """The agent is not shown the lead any more."""
    agent.lead = None
    agent.accepted = False
    agent.due_at = NEVER
    campaign.previews -= 1
    touch_agent(floor, agent)
    touch_campaign(floor, campaign)


def give_back_preview(floor: Floor, agent: Agent, now: Seconds) -> None:
    """The agent has gone away from the lead that they were shown: it is due for somebody else."""
    lead = agent.lead
    if lead is not None and lead.campaign is not None:
        take_preview(floor, agent, lead.campaign)
        send_return_lead(floor, lead, NO_OUTCOME, now, False)


def withdraw_previews(floor: Floor, campaign: Campaign, now: Seconds) -> None:
    """The campaign stops: no lead of it is shown any more, and the agents are ready for others."""
    for agent in floor.agents:
        lead = agent.lead
        if campaign.previews > 0 and lead is not None and lead.campaign is campaign:
            give_back_preview(floor, agent, now)
            move_agent(floor, agent, SKIP, now)
            settle_agent(floor, agent, now)


def bar_previews(floor: Floor, number: Id, now: Seconds) -> None:
    """The number is barred: who is shown it, is shown another lead."""
    for agent in floor.agents:
        lead = agent.lead
        if lead is None or lead.campaign is None or lead.number != number:
            continue
        lead.barred = True
        take_preview(floor, agent, lead.campaign)
        due_at = now if lead.other_numbers > 0 else NEVER
        send_return_lead(floor, lead, NO_OUTCOME, due_at, True)
        move_agent(floor, agent, SKIP, now)
        settle_agent(floor, agent, now)
