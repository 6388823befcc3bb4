"""Placing calls: leads claimed and given back, lines topped up, each decision explained."""

from __future__ import annotations

from callfloor.floor.appointment_lists import push_appointment, return_appointments
from callfloor.floor.commands import (
    SOON_S,
    report,
    send_campaign_timer,
    send_claim_leads,
    send_explanation,
    send_place_call,
    send_return_lead,
    touch_agent,
    touch_call,
    touch_campaign,
    touch_lead,
    watch_call,
)
from callfloor.floor.counting import agents_ready
from callfloor.floor.decisions import Decision
from callfloor.floor.eligibility import due_after_refusal, eligibility
from callfloor.floor.looking_ahead import line_placed
from callfloor.floor.pacing import (
    LOOK_AGAIN_S,
    agents_at_work,
    buffer_wanted,
    explain,
    held_back_by,
    lines_wanted,
    lines_wanted_by_agent,
    look_again_at,
    next_decision_at,
    why_no_more,
)
from callfloor.floor.records import Agent, Call, Campaign, Event, Floor, Group, Lead, Queue
from callfloor.floor.routing import serves
from callfloor.floor.units import Code, Count, Flag, Seconds
from callfloor.floor.vocabulary import (
    ELIGIBLE,
    HELD_CALL_RATE,
    HELD_NO_AGENT,
    HELD_NO_LEADS,
    HELD_REGISTRY_STALE,
    HELD_STOPPED,
    INELIGIBLE_BARRED,
    INELIGIBLE_KEEPS_FAILING,
    MESSAGE_MODE,
    NEVER,
    NO_DISPOSITION,
    NO_OUTCOME,
    NOT_HELD,
    NUMBER_KEEPS_FAILING,
    PLACED,
    POOL_AGENT,
    PREDICTIVE,
    PREVIEW,
    READY,
    UNKNOWN,
)


def dial(floor: Floor, now: Seconds) -> None:
    """Have every campaign ring as many lines as it wants now."""
    for campaign in floor.campaigns:
        if campaign.mode == PREVIEW:
            continue  # leads are shown when all else has been dialled: ``previews.show_leads``
        if campaign.pool == POOL_AGENT and campaign.mode != MESSAGE_MODE:
            dial_for_agents(floor, campaign, now)
        else:
            dial_for_campaign(floor, campaign, now)


def dial_for_campaign(floor: Floor, campaign: Campaign, now: Seconds) -> None:
    """Top the campaign's ringing lines up to what pacing wants. Lines already ringing are never cut."""
    due_at = next_decision_at(campaign)
    if now < due_at:
        if campaign.due_at > due_at + LOOK_AGAIN_S:
            wake_at(floor, campaign, due_at)
        return
    wanted = lines_wanted(campaign, now)
    if campaign.outlook is not None:
        touch_campaign(floor, campaign)
    if campaign.placed >= wanted and not campaign.thirsty and not floor.explains:
        if campaign.outlook is not None:
            wake(floor, campaign, NOT_HELD, now)
        return
    before = floor.attempts
    held_by = NOT_HELD
    while campaign.placed < wanted and held_by == NOT_HELD:
        held_by = place_next(floor, campaign, None, now)
    if campaign.thirsty:
        campaign.thirsty = False
        touch_campaign(floor, campaign)
    close_decision(floor, campaign, wanted, floor.attempts - before, held_by, now)


def dial_for_agents(floor: Floor, campaign: Campaign, now: Seconds) -> None:
    """Top up the own lines of those agents who want some; ``agent_wants_lines`` has noted that they do."""
    queue = campaign.queue
    if not campaign.thirsty or queue is None:
        return
    each = lines_wanted_by_agent(campaign)
    before = floor.attempts
    held_by = NOT_HELD
    for group in queue.groups:
        agent = group.first_ready
        while agent is not None and held_by == NOT_HELD:
            while agent.lines < each and held_by == NOT_HELD:
                held_by = place_next(floor, campaign, agent, now)
            agent = agent.next
    if held_by == NOT_HELD:
        campaign.thirsty = False
        touch_campaign(floor, campaign)
    close_decision(floor, campaign, each * agents_ready(campaign), floor.attempts - before, held_by, now)


def agent_wants_lines(floor: Floor, agent: Agent) -> None:
    """Note that a ready agent's own lines may be short: they became ready, or a line of theirs failed."""
    group = agent.group
    if group is None or agent.state != READY or len(floor.campaigns) == 0:
        return
    for queue in group.serves:
        campaign = queue.campaign
        if campaign is not None and campaign.pool == POOL_AGENT and not campaign.thirsty:
            campaign.thirsty = True
            touch_campaign(floor, campaign)


def campaigns_look_again(floor: Floor, group: Group) -> None:
    """Note that a group's campaigns may want more leads, since it has more agents."""
    for queue in group.serves:
        campaign = queue.campaign
        if campaign is not None and not campaign.thirsty:
            campaign.thirsty = True
            touch_campaign(floor, campaign)


def close_decision(
    floor: Floor, campaign: Campaign, wanted: Count, placed: Count, held_by: Code, now: Seconds
) -> None:
    """Refill the buffer, set the timer that dialling waits for, explain the decision if it is news."""
    claim_leads(floor, campaign, now)
    wake(floor, campaign, held_by, now)
    if held_by == NOT_HELD:
        held_by = held_back_by(campaign, now)
        if held_by not in (HELD_STOPPED, HELD_NO_AGENT, HELD_REGISTRY_STALE):
            held_by = why_no_more(campaign)
    if floor.explains and (placed > 0 or held_by != campaign.held_by):
        if campaign.decision is None:
            campaign.decision = Decision()
        explain(campaign.decision, campaign, wanted, placed, held_by, now)
        send_explanation(floor, campaign)
    if held_by != campaign.held_by:
        campaign.held_by = held_by
        touch_campaign(floor, campaign)


def wake(floor: Floor, campaign: Campaign, held_by: Code, now: Seconds) -> None:
    """Set the timer for what dialling waits for, where that is a point in time that no event marks."""
    at = NEVER
    if held_by == HELD_CALL_RATE:
        at = campaign.next_call_at
    elif held_by == HELD_NO_LEADS and campaign.dry_until > now:
        at = campaign.dry_until
    if campaign.mode == PREDICTIVE and campaign.leads > 0 and agents_at_work(campaign) > 0:
        at = min(at, look_again_at(campaign, now))
    if campaign.appointment_at > now and buffer_wanted(campaign) > 0:
        at = min(at, campaign.appointment_at)
    wake_at(floor, campaign, at)


def wake_at(floor: Floor, campaign: Campaign, at: Seconds) -> None:
    """See to it that dialling is looked at by then."""
    if at < campaign.due_at:
        send_campaign_timer(floor, campaign, at)
        touch_campaign(floor, campaign)


def place_next(floor: Floor, campaign: Campaign, owner: Agent | None, now: Seconds) -> Code:
    """Place a call to the next lead that may be called now; return what held it back, or NOT_HELD."""
    while True:
        held_by = held_back_by(campaign, now)
        if held_by != NOT_HELD:
            return held_by
        lead = campaign.pop_lead()
        if lead is None:
            return HELD_NO_LEADS
        refusal = eligibility(campaign, lead, now)
        if refusal == ELIGIBLE:
            place_call(floor, campaign, lead, owner, now)
            return NOT_HELD
        refuse_lead(floor, campaign, lead, refusal, now)


def place_call(floor: Floor, campaign: Campaign, lead: Lead, owner: Agent | None, now: Seconds) -> Call:
    """Place a call to the lead. The attempt counts from this instant, whatever becomes of it."""
    call = new_call(floor, campaign.queue, now)
    call.campaign = campaign
    call.lead = lead
    call.owner = owner
    lead.attempts += 1
    lead.last_attempt_at = now
    lead.owner = None
    if lead.attempts_left > 0:
        lead.attempts_left -= 1
    campaign.attempts += 1
    campaign.placed += 1
    campaign.live += 1
    if campaign.outlook is not None:
        line_placed(campaign.outlook, now)
    if owner is not None:
        owner.lines += 1
        touch_agent(floor, owner)
    if campaign.calls_per_s > 0.0:
        campaign.next_call_at = max(campaign.next_call_at, now) + 1.0 / campaign.calls_per_s
    touch_call(floor, call)
    touch_lead(floor, lead)
    touch_campaign(floor, campaign)
    lawful_until = min(lead.lawful_until, campaign.registry_until)
    send_place_call(floor, call, min(now + campaign.place_within_s, lawful_until))
    watch_call(floor, call, now + campaign.ring_timeout_s + campaign.carrier_grace_s)
    return call


def new_call(floor: Floor, queue: Queue | None, now: Seconds) -> Call:
    """Make a call that has just been placed or come in."""
    call = free_call(floor, now)
    floor.attempts += 1
    call.attempt = floor.attempts
    call.queue = queue
    call.campaign = None
    call.lead = None
    call.owner = None
    call.agent = None
    call.voicemail = None
    call.caller = UNKNOWN
    call.redials = 0
    call.tries = 0
    call.state = PLACED
    call.since = now
    call.outcome = NO_OUTCOME
    call.placed_at = now
    call.answered_at = NEVER
    call.connected_at = NEVER
    call.ended_at = NEVER
    call.disposition = NO_DISPOSITION
    call.back_at = NEVER
    return call


def free_call(floor: Floor, now: Seconds) -> Call:
    """A slot for a new call: that of the call that ended longest ago, once no more events come for it."""
    call = floor.first_ended
    if call is not None and call.ended_at + floor.linger_s < now:
        floor.first_ended = call.next
        if floor.first_ended is None:
            floor.last_ended = None
        call.next = None
        return call
    call = Call()
    call.id = len(floor.calls)
    floor.calls.append(call)
    return call


def retire_call(floor: Floor, call: Call) -> None:
    """Put an ended call at the end of those whose slots will be used again."""
    floor.order += 1
    call.order = floor.order
    call.next = None
    if floor.last_ended is None:
        floor.first_ended = call
    else:
        floor.last_ended.next = call
    floor.last_ended = call


def claim_leads(floor: Floor, campaign: Campaign, now: Seconds) -> None:
    """Ask for leads when the buffer is less than half full and the store may have some."""
    wanted = buffer_wanted(campaign)
    if campaign.claiming or wanted == 0:
        return
    appointed = now >= campaign.appointment_at
    if not appointed and (now < campaign.dry_until or 2 * campaign.leads >= wanted):
        return
    campaign.claiming = True
    touch_campaign(floor, campaign)
    send_claim_leads(floor, campaign, max(wanted - campaign.leads, 1))


def take_lead(floor: Floor, campaign: Campaign, event: Event) -> None:
    """LEAD_CLAIMED: a lead comes into the buffer."""
    lead = floor.first_spare
    if lead is None:
        lead = Lead()
    else:
        floor.first_spare = lead.next
    lead.id = event.lead
    lead.campaign = campaign
    lead.number = event.number
    lead.attempts = event.attempts
    lead.failures = event.failures
    lead.last_attempt_at = event.last_attempt_at
    lead.barred = event.barred
    lead.other_numbers = event.count
    lead.lawful_from = event.lawful_from
    lead.lawful_until = event.lawful_until
    lead.allowed_from = event.allowed_from
    lead.attempts_left = event.attempts_left
    floor.order += 1
    lead.order = floor.order
    lead.owner = None
    lead.appointment_at = NEVER
    if 0 <= event.agent < len(floor.agents) and may_call_for(floor.agents[event.agent], campaign):
        lead.owner = floor.agents[event.agent]
        lead.appointment_at = event.due_at
        push_appointment(floor, lead.owner, lead)
    else:
        campaign.push_lead(lead)
    touch_lead(floor, lead)
    touch_campaign(floor, campaign)


def may_call_for(agent: Agent, campaign: Campaign) -> Flag:
    """Whether the agent is one of those who take the campaign's calls."""
    return agent.group is not None and campaign.queue is not None and serves(agent.group, campaign.queue)


def close_claim(floor: Floor, campaign: Campaign, event: Event, now: Seconds) -> None:
    """LEADS_CLAIMED: all that came has come; where it was less than asked, when to ask again.

    Leads that come when nobody is left to talk to them go back at once.
    """
    campaign.claiming = False
    campaign.thirsty = True
    campaign.dry_until = event.due_at
    campaign.appointment_at = max(event.value, now + SOON_S) if event.value > 0.0 else NEVER
    touch_campaign(floor, campaign)
    if buffer_wanted(campaign) == 0:
        return_leads(floor, campaign, now)


def refuse_lead(floor: Floor, campaign: Campaign, lead: Lead, refusal: Code, now: Seconds) -> None:
    """Give back a lead that may not be called now."""
    if refusal == INELIGIBLE_KEEPS_FAILING:
        told = report(floor, NUMBER_KEEPS_FAILING, None, None, UNKNOWN)
        told.lead = lead
        told.campaign = campaign
    touch_campaign(floor, campaign)
    drop = refusal in (INELIGIBLE_BARRED, INELIGIBLE_KEEPS_FAILING)
    send_return_lead(floor, lead, NO_OUTCOME, due_after_refusal(campaign, lead, refusal, now), drop)


def return_leads(floor: Floor, campaign: Campaign, now: Seconds) -> None:
    """Give back all leads that have not been called: nobody is there to talk to them."""
    lead = campaign.pop_lead()
    while lead is not None:
        send_return_lead(floor, lead, NO_OUTCOME, now, False)
        lead = campaign.pop_lead()
    if floor.appointments > 0:
        return_appointments(floor, campaign)
    touch_campaign(floor, campaign)
