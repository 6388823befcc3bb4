"""What agents say of a call when they have talked: the wrap-up code, and what becomes of the lead by it."""

from __future__ import annotations

from callfloor.floor.commands import (
    expect_lead,
    report,
    send_dispose,
    send_return_lead,
    touch_call,
    touch_campaign,
)
from callfloor.floor.records import Agent, Call, Campaign, Event, Floor, Lead
from callfloor.floor.units import Code, Flag, Id, Seconds
from callfloor.floor.vocabulary import (
    AGENT_DISPOSITION_UNKNOWN,
    AGENT_NOTHING_TO_DISPOSE,
    CALL_BACK,
    ENDED,
    JUST_NOTE,
    LEAD_AGAIN,
    LONG_AGO,
    NEVER,
    NO_OUTCOME,
    NUMBER_BAR,
    NUMBER_DROP,
    UNKNOWN,
)


def agent_disposed(floor: Floor, agent: Agent, event: Event, now: Seconds) -> Id:
    """An agent says what came of the call in hand, or of the last one; return a number to be barred by that.

    ``event.attempts`` is the attempt that is meant, 0 for whichever is at hand; ``event.due_at`` when the
    person wants to be called back, where the code says so.
    """
    call = agent.call
    if call is not None and call.campaign is not None and is_meant(call, event):
        return dispose_in_hand(floor, agent, call, call.campaign, event)
    if agent.done_attempt == 0 or event.attempts not in (0, agent.done_attempt):
        report(floor, AGENT_NOTHING_TO_DISPOSE, call, agent, agent.state)
        return UNKNOWN
    return dispose_last(floor, agent, floor.campaigns[agent.done_campaign], event, now)


def is_meant(call: Call, event: Event) -> Flag:
    """Whether the event is about this call: one that is talked on, unless another attempt is named."""
    return call.connected_at < NEVER and event.attempts in (0, call.attempt)


def dispose_in_hand(floor: Floor, agent: Agent, call: Call, campaign: Campaign, event: Event) -> Id:
    """Note what is said of a call that is not over: its lead goes by it when it ends."""
    if not is_known(campaign, event.code):
        report(floor, AGENT_DISPOSITION_UNKNOWN, call, agent, event.code)
        return UNKNOWN
    call.disposition = event.code
    call.back_at = event.due_at
    touch_call(floor, call)
    send_dispose(floor, agent, campaign, call.attempt, event.code, LONG_AGO)
    lead = call.lead
    if lead is None or campaign.disposed_does[event.code] != NUMBER_BAR:
        return UNKNOWN
    return lead.number


def dispose_last(floor: Floor, agent: Agent, campaign: Campaign, event: Event, now: Seconds) -> Id:
    """Correct what has become of the lead of the call that the agent had last."""
    code = event.code
    if not is_known(campaign, code):
        report(floor, AGENT_DISPOSITION_UNKNOWN, None, agent, code)
        return UNKNOWN
    does = campaign.disposed_does[code]
    due_at = LONG_AGO
    if does == LEAD_AGAIN:
        due_at = now + campaign.disposed_after_s[code]
    elif does == CALL_BACK:
        due_at = call_back_at(campaign, code, event.due_at, now)
    elif does in (NUMBER_DROP, NUMBER_BAR):
        due_at = now
    elif does != JUST_NOTE:
        due_at = NEVER
    send_dispose(floor, agent, campaign, agent.done_attempt, code, due_at)
    if due_at == LONG_AGO:
        return UNKNOWN
    expect_lead(floor, campaign, due_at, does == CALL_BACK)
    if does != NUMBER_BAR:
        correct_buffer(floor, campaign, agent, due_at, does)
    return agent.done_number if does == NUMBER_BAR else UNKNOWN


def correct_buffer(floor: Floor, campaign: Campaign, agent: Agent, due_at: Seconds, does: Code) -> None:
    """Give the lead back where it has been claimed again already."""
    left = campaign.leads
    while left > 0:
        left -= 1
        lead = campaign.pop_lead()
        if lead is None:
            return
        if lead.id == agent.done_lead:
            touch_campaign(floor, campaign)
            drop = does == NUMBER_DROP
            done = drop and lead.other_numbers == 0
            if does == CALL_BACK:
                lead.owner = agent
            send_return_lead(floor, lead, NO_OUTCOME, NEVER if done else due_at, drop)
        else:
            campaign.push_lead(lead)


def call_back_at(campaign: Campaign, code: Code, at: Seconds, now: Seconds) -> Seconds:
    """When the person wants to be called back, or after the usual wait where they did not say when."""
    return max(at, now) if at < NEVER else now + campaign.disposed_after_s[code]


def is_known(campaign: Campaign, code: Code) -> Flag:
    """Whether the campaign has a disposition of that code."""
    return 0 <= code < len(campaign.disposed_does)


def is_disposed(campaign: Campaign, call: Call) -> Flag:
    """Whether an agent has said something of the call by which its lead goes."""
    return is_known(campaign, call.disposition) and campaign.disposed_does[call.disposition] != JUST_NOTE


def due_as_disposed(campaign: Campaign, call: Call, lead: Lead, now: Seconds) -> Seconds:
    """When the lead of a call that is over is due again (UTC seconds), NEVER when it is done with."""
    does = campaign.disposed_does[call.disposition]
    if does in (NUMBER_DROP, NUMBER_BAR):
        return now if lead.other_numbers > 0 else NEVER
    if does == CALL_BACK:
        return call_back_at(campaign, call.disposition, call.back_at, now)
    if does != LEAD_AGAIN or lead.attempts >= campaign.max_attempts:
        return NEVER
    free_at = lead.last_attempt_at + campaign.cooldown_s
    return max(now + campaign.disposed_after_s[call.disposition], free_at)


def drops_number(campaign: Campaign, call: Call) -> Flag:
    """Whether the number, though perhaps not the person, is done with by what the agent has said."""
    return campaign.disposed_does[call.disposition] in (NUMBER_DROP, NUMBER_BAR)


def calls_back(campaign: Campaign, call: Call) -> Flag:
    """Whether the person wants to be called back, by the agent who has talked with them."""
    return campaign.disposed_does[call.disposition] == CALL_BACK


def note_done(agent: Agent, call: Call) -> None:
    """Remember the call that the agent has just finished, of which they may say something yet."""
    if call.campaign is None or call.lead is None or call.state < ENDED:
        return
    agent.done_attempt = call.attempt
    agent.done_campaign = call.campaign.id
    agent.done_lead = call.lead.id
    agent.done_number = call.lead.number
