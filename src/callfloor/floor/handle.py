"""The one entrance of the floor: something has happened, what is to be done?"""

from __future__ import annotations

from callfloor.floor.appointment_lists import bar_appointments
from callfloor.floor.appointments import keep_appointments
from callfloor.floor.arrivals import call_arrived
from callfloor.floor.changes import change_campaign
from callfloor.floor.commands import (
    Command,
    report,
    send_return_lead,
    touch_agent,
    touch_call,
    touch_campaign,
    touch_lead,
)
from callfloor.floor.conversations import hang_up
from callfloor.floor.dialing import close_claim, dial, take_lead
from callfloor.floor.dispositions import agent_disposed
from callfloor.floor.previews import (
    agent_accepted,
    agent_skipped,
    bar_previews,
    preview_expired,
    show_leads,
)
from callfloor.floor.records import Agent, Call, Campaign, Event, Floor
from callfloor.floor.transitions import advance_agent, advance_call, stop_campaign
from callfloor.floor.units import Code, Flag, Id, Seconds
from callfloor.floor.vocabulary import (
    AGENT_ACCEPTED,
    AGENT_DISPOSED,
    AGENT_GONE,
    AGENT_LOGGED_IN,
    AGENT_LOGGED_OUT,
    AGENT_NOT_IDLE_AT_CALL_START,
    AGENT_NOT_ON_CALL,
    AGENT_ON_OTHER_CALL,
    AGENT_PAUSED,
    AGENT_RESUMED,
    AGENT_SILENT,
    AGENT_SKIPPED,
    AGENT_UNKNOWN,
    ANSWER,
    ANSWER_BY_MACHINE,
    BRIDGED,
    BUSY,
    CALL_ANSWERED,
    CALL_ARRIVED,
    CALL_BRIDGED,
    CALL_ENDED,
    CALL_FAILED,
    CALL_LOST,
    CALL_NOT_SENT,
    CALL_PLAYED,
    CALL_RINGING,
    CALL_UNKNOWN,
    CAMPAIGN_CHANGED,
    CAMPAIGN_STARTED,
    CAMPAIGN_UNKNOWN,
    CANCELLED,
    CONNECTED,
    END,
    ENDED,
    EVENT_UNKNOWN,
    FAIL,
    FALL_SILENT,
    HANG_UP_ON_MACHINE,
    LEAD_CLAIMED,
    LOG_IN,
    LOG_OUT,
    LONG_AGO,
    LOSE,
    LOSE_PHONE,
    MACHINE,
    MESSAGE_MODE,
    NEVER,
    NO_OUTCOME,
    NOT_SENT,
    NUMBER_BARRED,
    PAUSE,
    PLAY_MACHINE_MESSAGE,
    PLAY_TO_MACHINE,
    PLAYED,
    PREVIEWING,
    READY,
    REGISTRY_DATED,
    REST,
    RESUME,
    RING,
    RINGING,
    TIME_OUT,
    TIMER_DUE,
    UNDETERMINED,
    UNKNOWN,
    WRAP_UP,
)


def handle(floor: Floor, event: Event, now: Seconds) -> list[Command]:
    """Take in one event and return the commands that follow from it, in the order of their sending.

    `now` is the time of the event in UTC seconds; the floor's time never runs back, so an earlier one
    counts as the latest it knows. Never raises on an event, however odd: what should not be is reported.
    The commands' records are used again: read them before the next event.
    """
    decide(floor, event, now)
    return floor.commands[: floor.sent]


def decide(floor: Floor, event: Event, now: Seconds) -> None:
    """Take in one event; the commands are the first ``floor.sent`` of ``floor.commands``."""
    if now > floor.now:
        floor.now = now
    floor.sent = 0
    floor.event = event.kind
    floor.event_at = min(event.at, floor.now) if event.at > LONG_AGO else floor.now
    if event.kind == CALL_ARRIVED:
        call_arrived(floor, event, floor.now)
    elif CALL_RINGING <= event.kind <= CALL_LOST:
        call_event(floor, event, floor.now)
    elif AGENT_LOGGED_IN <= event.kind <= AGENT_SKIPPED:
        agent_event(floor, event, floor.now)
    elif LEAD_CLAIMED <= event.kind <= NUMBER_BARRED:
        lead_event(floor, event, floor.now)
    elif CAMPAIGN_STARTED <= event.kind <= CAMPAIGN_CHANGED or event.kind == REGISTRY_DATED:
        campaign_event(floor, event, floor.now)
    elif event.kind == TIMER_DUE:
        timer_event(floor, event, floor.now)
    elif event.kind == AGENT_DISPOSED:
        disposition_event(floor, event, floor.now)
    else:
        report(floor, EVENT_UNKNOWN, None, None, event.kind)
    if len(floor.campaigns) > 0 and event.kind != LEAD_CLAIMED:
        if floor.appointments > 0:
            keep_appointments(floor, floor.now)
        dial(floor, floor.now)
        show_leads(floor, floor.now)


def find_agent(floor: Floor, index: Id) -> Agent | None:
    """The agent of that id, or None where there is none."""
    if index < 0 or index >= len(floor.agents):
        return None
    return floor.agents[index]


def find_call(floor: Floor, index: Id) -> Call | None:
    """The call in that slot, or None where there is none."""
    if index < 0 or index >= len(floor.calls):
        return None
    return floor.calls[index]


def find_campaign(floor: Floor, index: Id) -> Campaign | None:
    """The campaign of that id, or None where there is none."""
    if index < 0 or index >= len(floor.campaigns):
        return None
    return floor.campaigns[index]


def agent_event(floor: Floor, event: Event, now: Seconds) -> None:
    """An agent has done something or fallen silent."""
    agent = find_agent(floor, event.agent)
    if agent is None:
        report(floor, AGENT_UNKNOWN, None, None, UNKNOWN)
    elif event.kind == AGENT_LOGGED_IN:
        advance_agent(floor, agent, LOG_IN, event.code, now)
    elif event.kind == AGENT_LOGGED_OUT:
        advance_agent(floor, agent, LOG_OUT, event.code, now)
    elif event.kind == AGENT_PAUSED:
        advance_agent(floor, agent, PAUSE, event.code, now)
    elif event.kind == AGENT_RESUMED:
        advance_agent(floor, agent, RESUME, event.code, now)
    elif event.kind == AGENT_SILENT:
        advance_agent(floor, agent, FALL_SILENT, event.code, now)
    elif event.kind == AGENT_GONE:
        advance_agent(floor, agent, LOSE_PHONE, event.code, now)
    elif event.kind == AGENT_ACCEPTED:
        agent_accepted(floor, agent, event.lead, now)
    elif event.kind == AGENT_SKIPPED:
        agent_skipped(floor, agent, event.lead, now)
    else:
        hang_up_for(floor, agent, now)


def disposition_event(floor: Floor, event: Event, now: Seconds) -> None:
    """An agent has said what came of a call."""
    agent = find_agent(floor, event.agent)
    if agent is None:
        report(floor, AGENT_UNKNOWN, None, None, UNKNOWN)
        return
    number = agent_disposed(floor, agent, event, now)
    if number >= 0:
        bar_number(floor, number, now)
    campaign = find_campaign(floor, agent.done_campaign)
    if agent.state == WRAP_UP and campaign is not None and campaign.disposing_rests:
        advance_agent(floor, agent, REST, NO_OUTCOME, now)


def hang_up_for(floor: Floor, agent: Agent, now: Seconds) -> None:
    """The agent ends the call in hand, or gives up the lead whose line they listen to."""
    call = agent.call
    rings = call is not None and call.state <= RINGING and call.lead is not None
    if call is None or (call.state != CONNECTED and not rings):
        report(floor, AGENT_NOT_ON_CALL, call, agent, agent.state)
    else:
        hang_up(floor, call, now)


def call_event(floor: Floor, event: Event, now: Seconds) -> None:
    """The carrier says what has become of a call."""
    call = find_call(floor, event.call)
    if call is None:
        report(floor, CALL_UNKNOWN, None, None, UNKNOWN)
        return
    if event.agent >= 0 and not fits_agent(floor, event, call):
        return
    if event.kind == CALL_RINGING:
        advance_call(floor, call, RING, NO_OUTCOME, now)
    elif event.kind == CALL_ANSWERED:
        advance_call(floor, call, answer_of(call, event.code), event.code, now)
    elif event.kind == CALL_FAILED:
        advance_call(floor, call, FAIL, failure(event.code), now)
    elif event.kind == CALL_BRIDGED:
        advance_call(floor, call, BRIDGED, NO_OUTCOME, now)
    elif event.kind == CALL_PLAYED:
        advance_call(floor, call, PLAYED, NO_OUTCOME, now)
    elif event.kind == CALL_ENDED:
        advance_call(floor, call, END, NO_OUTCOME, now)
    elif event.kind == CALL_NOT_SENT:
        advance_call(floor, call, NOT_SENT, NO_OUTCOME, now)
    else:
        advance_call(floor, call, LOSE, NO_OUTCOME, now)


def answer_of(call: Call, code: Code) -> Code:
    """What an answer means to a call: for a machine that is as its campaign says."""
    campaign = call.campaign
    if code != MACHINE:
        return ANSWER
    if campaign is None or campaign.machine == HANG_UP_ON_MACHINE:
        return ANSWER_BY_MACHINE
    if campaign.machine == PLAY_MACHINE_MESSAGE or campaign.mode == MESSAGE_MODE:
        return PLAY_TO_MACHINE if campaign.plays_message else ANSWER_BY_MACHINE
    return ANSWER if call.state <= RINGING else ANSWER_BY_MACHINE


def failure(code: Code) -> Code:
    """What a failed call came to; a code that names no failure says nothing of the number."""
    return code if BUSY <= code <= CANCELLED else UNDETERMINED


def fits_agent(floor: Floor, event: Event, call: Call) -> Flag:
    """Where the event says whose call it is: whether that can be. What cannot be is reported.

    An answer is taken in all the same: a person is on the line, whatever the agent is doing. Only an end
    is not: it would cut off somebody else's call.
    """
    agent = find_agent(floor, event.agent)
    if agent is None:
        report(floor, AGENT_UNKNOWN, call, None, UNKNOWN)
        return event.kind != CALL_ENDED
    if event.kind == CALL_ANSWERED and agent.state != READY and agent.call is not call:
        report(floor, AGENT_NOT_IDLE_AT_CALL_START, call, agent, agent.state)
    if event.kind == CALL_ENDED and agent.call is not call:
        code = AGENT_NOT_ON_CALL if agent.call is None else AGENT_ON_OTHER_CALL
        report(floor, code, call, agent, agent.state)
        return False
    return True


def lead_event(floor: Floor, event: Event, now: Seconds) -> None:
    """The store has handed over leads, or a number may not be called any more."""
    if event.kind == NUMBER_BARRED:
        bar_number(floor, event.number, now)
        return
    campaign = find_campaign(floor, event.campaign)
    if campaign is None:
        report(floor, CAMPAIGN_UNKNOWN, None, None, UNKNOWN)
    elif event.kind == LEAD_CLAIMED:
        take_lead(floor, campaign, event)
    else:
        close_claim(floor, campaign, event, now)


def bar_number(floor: Floor, number: Id, now: Seconds) -> None:
    """Do not call this number: takes effect at once, for leads in hand and for lines that ring."""
    for campaign in floor.campaigns:
        left = campaign.leads
        while left > 0:
            left -= 1
            lead = campaign.pop_lead()
            if lead is None:
                break
            if lead.number == number:
                lead.barred = True
                due_at = now if lead.other_numbers > 0 else NEVER
                send_return_lead(floor, lead, NO_OUTCOME, due_at, True)
                campaign.thirsty = True
                touch_campaign(floor, campaign)
            else:
                campaign.push_lead(lead)
    bar_previews(floor, number, now)
    if floor.appointments > 0:
        bar_appointments(floor, number, now)
    for call in floor.calls:
        bar_call(floor, call, number, now)


def bar_call(floor: Floor, call: Call, number: Id, now: Seconds) -> None:
    """The call is to a number that has just been barred: never again, and not now if it only rings."""
    lead = call.lead
    if lead is None or lead.number != number or call.state >= ENDED:
        return
    lead.barred = True
    touch_lead(floor, lead)
    if call.state <= RINGING:
        hang_up(floor, call, now)


def campaign_event(floor: Floor, event: Event, now: Seconds) -> None:
    """A campaign starts or stops dialling, is to do it otherwise, or its registers have a new date."""
    campaign = find_campaign(floor, event.campaign)
    if campaign is None:
        report(floor, CAMPAIGN_UNKNOWN, None, None, UNKNOWN)
        return
    touch_campaign(floor, campaign)
    if event.kind == CAMPAIGN_STARTED:
        campaign.running = True
        campaign.thirsty = True
        campaign.dry_until = LONG_AGO
    elif event.kind == CAMPAIGN_CHANGED:
        change_campaign(floor, campaign, event.code, event.value)
    elif event.kind == REGISTRY_DATED:
        campaign.registry_until = event.due_at
        campaign.thirsty = True
    else:
        stop_campaign(floor, campaign, event.code, now)


def timer_event(floor: Floor, event: Event, now: Seconds) -> None:
    """A timer is due. One that has been replaced since is too early and means nothing."""
    call = find_call(floor, event.call)
    agent = find_agent(floor, event.agent)
    campaign = find_campaign(floor, event.campaign)
    if call is not None and call.due_at <= now:
        call.due_at = NEVER
        touch_call(floor, call)
        advance_call(floor, call, TIME_OUT, NO_OUTCOME, now)
    elif agent is not None and agent.due_at <= now:
        agent.due_at = NEVER
        touch_agent(floor, agent)
        if agent.state == PREVIEWING:
            preview_expired(floor, agent, now)
        else:
            advance_agent(floor, agent, REST, NO_OUTCOME, now)
    elif campaign is not None and campaign.due_at <= now:
        campaign.due_at = NEVER
        campaign.thirsty = True
        touch_campaign(floor, campaign)
