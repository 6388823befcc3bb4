"""Telling the runtime what to do, what to write and what was odd."""

from __future__ import annotations

from callfloor.floor.decisions import Decision
from callfloor.floor.records import Agent, Call, Campaign, Floor, Lead
from callfloor.floor.units import Code, Count, Flag, Seconds, record
from callfloor.floor.vocabulary import (
    BRIDGE,
    CLAIM_LEADS,
    DISPOSE,
    EXPLAIN,
    HANG_UP,
    HOLD,
    NEVER,
    PLACE_CALL,
    PLAY,
    RECORD,
    REJECT,
    REPORT,
    RETURN_LEAD,
    SET_TIMER,
    SHOW_LEAD,
    TAKE_VOICEMAIL,
    UNKNOWN,
)

SOON_S: Seconds = 0.1
"""No lead is asked for again within the instant in which it was given back: no loop may close there."""


@record
class Command:
    """An imperative for the runtime. Records of a floor are used again: read them before the next event."""

    do: Code = UNKNOWN
    call: Call | None = None
    agent: Agent | None = None
    campaign: Campaign | None = None
    lead: Lead | None = None
    decision: Decision | None = None
    code: Code = 0  # of an abnormal condition, an outcome or a reason
    event: Code = 0  # REPORT: the kind of the event that showed the condition
    found: Code = UNKNOWN  # REPORT: the state in which it found the agent or call
    count: Count = 0  # CLAIM_LEADS: how many; RETURN_LEAD: 1 to drop the number that was tried
    at: Seconds = NEVER  # PLACE_CALL: not after; SET_TIMER: due; RETURN_LEAD: due again


def send(floor: Floor, do: Code) -> Command:
    """Add a command, blank but for what is to be done."""
    if floor.sent == len(floor.commands):
        floor.commands.append(Command())
    command = floor.commands[floor.sent]
    floor.sent += 1
    command.do = do
    command.call = None
    command.agent = None
    command.campaign = None
    command.lead = None
    command.decision = None
    command.code = 0
    command.event = 0
    command.found = UNKNOWN
    command.count = 0
    command.at = NEVER
    return command


def send_place_call(floor: Floor, call: Call, not_after: Seconds) -> None:
    """Have the carrier ring the lead's number, unless it is later than `not_after` by then."""
    command = send(floor, PLACE_CALL)
    command.call = call
    command.lead = call.lead
    command.campaign = call.campaign
    command.agent = call.owner
    command.at = not_after


def send_bridge(floor: Floor, call: Call, agent: Agent) -> None:
    """Have the carrier connect a call to an agent."""
    command = send(floor, BRIDGE)
    command.call = call
    command.agent = agent


def send_hang_up(floor: Floor, call: Call) -> None:
    """Have the carrier end a call."""
    send(floor, HANG_UP).call = call


def send_play(floor: Floor, call: Call) -> None:
    """Have the carrier play the campaign's message, to a machine after its beep."""
    command = send(floor, PLAY)
    command.call = call
    command.campaign = call.campaign


def send_hold(floor: Floor, call: Call) -> None:
    """Have the carrier keep the caller waiting."""
    send(floor, HOLD).call = call


def send_reject(floor: Floor, call: Call) -> None:
    """Have the carrier turn a call away."""
    send(floor, REJECT).call = call


def send_take_voicemail(floor: Floor, call: Call, agent: Agent) -> None:
    """Have the carrier take the caller's message for an agent."""
    command = send(floor, TAKE_VOICEMAIL)
    command.call = call
    command.agent = agent


def send_show_lead(floor: Floor, agent: Agent, lead: Lead, until: Seconds) -> None:
    """Have an agent shown a lead, to decide before `until` (UTC seconds) whether it is called."""
    command = send(floor, SHOW_LEAD)
    command.agent = agent
    command.lead = lead
    command.campaign = lead.campaign
    command.at = until


def send_claim_leads(floor: Floor, campaign: Campaign, count: Count) -> None:
    """Ask the store for leads that are due."""
    command = send(floor, CLAIM_LEADS)
    command.campaign = campaign
    command.count = count


def send_return_lead(floor: Floor, lead: Lead, outcome: Code, due_at: Seconds, drop: Flag) -> None:
    """Give a lead back: due again at `due_at` (UTC seconds), NEVER when it is done with.

    With `drop` the number that was tried is not to be tried again, only the person's other ones. A lead that
    has an owner is an appointment with that agent.
    """
    campaign = lead.campaign
    if campaign is not None:
        expect_lead(floor, campaign, due_at, lead.owner is not None)
    command = send(floor, RETURN_LEAD)
    command.lead = lead
    command.campaign = campaign
    command.agent = lead.owner
    command.code = outcome
    command.count = 1 if drop else 0
    command.at = due_at
    if not floor.tracks:
        # No row of it is to be written later: once the command has been read the record may be used again.
        lead.next = floor.first_spare
        floor.first_spare = lead


def send_dispose(
    floor: Floor, agent: Agent, campaign: Campaign, attempt: Count, code: Code, due_at: Seconds
) -> None:
    """Have what an agent said of a call written down, and done to its lead and number.

    The lead is due again at `due_at` (UTC seconds), NEVER when it is done with; LONG_AGO: it is left alone,
    since it is with the floor yet, or because nothing was said that matters to it.
    """
    command = send(floor, DISPOSE)
    command.agent = agent
    command.campaign = campaign
    command.code = code
    command.found = campaign.disposed_does[code]
    command.count = attempt
    command.at = due_at


def expect_lead(floor: Floor, campaign: Campaign, due_at: Seconds, appointed: Flag) -> None:
    """Ask the store for a lead when it is due, though it has said that it has none until later."""
    at = max(due_at, floor.now + SOON_S)
    if due_at < campaign.dry_until and at < campaign.dry_until:
        campaign.dry_until = at
        touch_campaign(floor, campaign)
    if appointed and due_at < campaign.appointment_at:
        campaign.appointment_at = min(at, campaign.appointment_at)
        touch_campaign(floor, campaign)


def send_record(floor: Floor, call: Call) -> None:
    """Have the finished attempt written down."""
    command = send(floor, RECORD)
    command.call = call
    command.agent = call.agent
    command.campaign = call.campaign
    command.lead = call.lead


def send_call_timer(floor: Floor, call: Call, due_at: Seconds) -> None:
    """Have a TIMER_DUE for the call at `due_at`; it replaces the one before."""
    call.due_at = due_at
    command = send(floor, SET_TIMER)
    command.call = call
    command.at = due_at


def watch_call(floor: Floor, call: Call, due_at: Seconds) -> None:
    """Have a TIMER_DUE for the call at `due_at`, where the carrier may fall silent until then."""
    if floor.watches:
        send_call_timer(floor, call, due_at)
    else:
        call.due_at = NEVER


def send_agent_timer(floor: Floor, agent: Agent, due_at: Seconds) -> None:
    """Have a TIMER_DUE for the agent at `due_at`; it replaces the one before."""
    agent.due_at = due_at
    command = send(floor, SET_TIMER)
    command.agent = agent
    command.at = due_at


def send_campaign_timer(floor: Floor, campaign: Campaign, due_at: Seconds) -> None:
    """Have a TIMER_DUE for the campaign at `due_at`; it replaces the one before."""
    campaign.due_at = due_at
    command = send(floor, SET_TIMER)
    command.campaign = campaign
    command.at = due_at


def send_explanation(floor: Floor, campaign: Campaign) -> None:
    """Say why the campaign dialled or held back just now."""
    command = send(floor, EXPLAIN)
    command.campaign = campaign
    command.decision = campaign.decision


def report(floor: Floor, code: Code, call: Call | None, agent: Agent | None, found: Code) -> Command:
    """Report an abnormal condition, once, with the state in which the event found things."""
    command = send(floor, REPORT)
    command.code = code
    command.event = floor.event
    command.call = call
    command.agent = agent
    command.found = found
    return command


def touch_agent(floor: Floor, agent: Agent) -> None:
    """Have the agent's row written with the next commit."""
    if floor.tracks and not agent.changed:
        agent.changed = True
        floor.changed_agents.append(agent)


def touch_campaign(floor: Floor, campaign: Campaign) -> None:
    """Have the campaign's row written with the next commit."""
    if floor.tracks and not campaign.changed:
        campaign.changed = True
        floor.changed_campaigns.append(campaign)


def touch_call(floor: Floor, call: Call) -> None:
    """Have the call's row written with the next commit."""
    if floor.tracks and not call.changed:
        call.changed = True
        floor.changed_calls.append(call)


def touch_lead(floor: Floor, lead: Lead) -> None:
    """Have the claimed lead's row written with the next commit."""
    if floor.tracks and not lead.changed:
        lead.changed = True
        floor.changed_leads.append(lead)
