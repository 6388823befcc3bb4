"""Who talks to whom: what a call's answer, its bridge and its end do to agents and leads."""

from __future__ import annotations

from callfloor.floor.agents import move_agent, set_agent_state
from callfloor.floor.calls import set_call_state
from callfloor.floor.commands import (
    report,
    send_agent_timer,
    send_bridge,
    send_call_timer,
    send_hang_up,
    send_play,
    send_record,
    send_return_lead,
    touch_agent,
    touch_campaign,
)
from callfloor.floor.dialing import agent_wants_lines, retire_call, return_leads
from callfloor.floor.eligibility import due_after, failures_after, keeps_failing, number_is_spent
from callfloor.floor.ledger import (
    count_abandonment,
    count_connection,
    count_early_hang_up,
    count_human_answer,
    was_connected,
)
from callfloor.floor.records import Agent, Call, Floor
from callfloor.floor.routing import agent_for, call_for
from callfloor.floor.units import Code, Seconds
from callfloor.floor.vocabulary import (
    ANSWERED,
    CALL_ABANDONED,
    CONNECT,
    CONNECTING,
    ENDING,
    FINISH,
    MESSAGE,
    NEVER,
    NO_OUTCOME,
    NO_REASON,
    NUMBER_KEEPS_FAILING,
    OFFLINE,
    PAUSED,
    READY,
    RELEASE,
    RESERVE,
    RESERVED,
    WITHHELD,
)


def call_answered(floor: Floor, call: Call, now: Seconds) -> None:
    """A person has answered: to an agent at once if one is free, else to the line of those waiting."""
    count_human_answer(floor, call)
    seek_agent(floor, call, now)


def seek_agent(floor: Floor, call: Call, now: Seconds) -> None:
    """Connect the call to an agent, or have it wait for one until its limit."""
    campaign = call.campaign
    if campaign is None or campaign.group is None:
        return
    group = campaign.group
    agent = agent_for(call, group)
    if agent is not None:
        connect(floor, call, agent, now)
        return
    floor.order += 1
    call.order = floor.order
    group.push_waiting(call)
    limit = now if was_connected(call) else call.answered_at
    send_call_timer(floor, call, max(now, limit + campaign.answer_within_s))
    if campaign.answer_within_s <= 0.0:
        report(floor, CALL_ABANDONED, call, call.owner, call.state)
        abandon(floor, call, now)


def connect(floor: Floor, call: Call, agent: Agent, now: Seconds) -> None:
    """Reserve the agent for the call and have the carrier bridge them."""
    if move_agent(floor, agent, RESERVE, now) != 0:
        return
    agent.call = call
    call.agent = agent
    set_call_state(floor, call, CONNECTING, now)
    campaign = call.campaign
    if campaign is not None:
        send_call_timer(floor, call, now + campaign.bridge_within_s)
    send_bridge(floor, call, agent)


def call_bridged(floor: Floor, call: Call, now: Seconds) -> None:
    """The carrier has bridged the call: agent and person talk."""
    agent = call.agent
    campaign = call.campaign
    if agent is None or campaign is None:
        return
    move_agent(floor, agent, CONNECT, now)
    count_connection(floor, call, now)
    send_call_timer(floor, call, now + campaign.talk_max_s)


def stop_waiting(call: Call) -> None:
    """Take a call that waits for an agent out of the line."""
    campaign = call.campaign
    if campaign is not None and campaign.group is not None:
        campaign.group.remove_waiting(call)


def hang_up(floor: Floor, call: Call, now: Seconds) -> None:
    """End a call from our side: it is over when the carrier says so, or after a while without that."""
    campaign = call.campaign
    set_call_state(floor, call, ENDING, now)
    if campaign is not None:
        send_call_timer(floor, call, now + campaign.carrier_grace_s)
    send_hang_up(floor, call)


def abandon(floor: Floor, call: Call, now: Seconds) -> None:
    """The person has waited up to the limit: the message if there is one, then goodbye."""
    campaign = call.campaign
    if call.agent is None and call.state == ANSWERED:
        stop_waiting(call)
    count_abandonment(floor, call)
    if campaign is not None and campaign.plays_message:
        set_call_state(floor, call, MESSAGE, now)
        send_call_timer(floor, call, now + campaign.carrier_grace_s)
        send_play(floor, call)
    else:
        hang_up(floor, call, now)


def close_call(floor: Floor, call: Call, found: Code, outcome: Code, now: Seconds) -> None:
    """The call is over: free the agent, decide what becomes of the lead, write the attempt down.

    `found` is the state in which the end found the call, `outcome` what the network said, if anything.
    """
    if call.outcome == NO_OUTCOME:
        call.outcome = outcome
    if found in (ANSWERED, CONNECTING):
        if found == ANSWERED:
            stop_waiting(call)
        count_early_hang_up(floor, call, now)
    call.ended_at = now
    call.due_at = NEVER
    campaign = call.campaign
    lead = call.lead
    if campaign is not None:
        campaign.live -= 1
        touch_campaign(floor, campaign)
        if lead is not None:
            if call.outcome == WITHHELD:
                lead.attempts -= 1
            lead.failures = failures_after(lead, call.outcome)
            if keeps_failing(campaign, lead):
                report(floor, NUMBER_KEEPS_FAILING, call, None, found)
            due_at = due_after(campaign, lead, call.outcome, now)
            spent = number_is_spent(campaign, lead, call.outcome)
            send_return_lead(floor, lead, call.outcome, due_at, spent)
    send_record(floor, call)
    agent = call.agent
    if agent is not None:
        free_agent(floor, agent, call, now)
    if call.owner is not None:
        agent_wants_lines(floor, call.owner)
    retire_call(floor, call)


def free_agent(floor: Floor, agent: Agent, call: Call, now: Seconds) -> None:
    """The agent's call is over: back to the line, or to wrap-up if they have talked."""
    if agent.call is not call:
        return
    agent.call = None
    touch_agent(floor, agent)
    if agent.state == RESERVED:
        move_agent(floor, agent, RELEASE, now)
        settle_agent(floor, agent, now)
        return
    count_talk(floor, agent, now)
    if move_agent(floor, agent, FINISH, now) != 0:
        return
    campaign = call.campaign
    wrap_up_s = 0.0 if campaign is None else campaign.wrap_up_s
    if wrap_up_s <= 0.0 or agent.leaving:
        set_agent_state(floor, agent, READY, now)
        settle_agent(floor, agent, now)
    else:
        send_agent_timer(floor, agent, now + wrap_up_s)


def count_talk(floor: Floor, agent: Agent, now: Seconds) -> None:
    """Add the conversation that the agent has just had to theirs."""
    agent.calls += 1
    agent.talk_s += now - agent.since
    touch_agent(floor, agent)


def settle_agent(floor: Floor, agent: Agent, now: Seconds) -> None:
    """An agent who has just become ready: what they wished for in mid-call, else the next call."""
    agent.due_at = NEVER
    if agent.state != READY:
        return
    if agent.leaving:
        agent.leaving = False
        agent.pausing = NO_REASON
        set_agent_state(floor, agent, OFFLINE, now)
        agent_left(floor, agent, now)
    elif agent.pausing != NO_REASON:
        agent.pause_reason = agent.pausing
        agent.pausing = NO_REASON
        set_agent_state(floor, agent, PAUSED, now)
    elif agent.group is not None:
        agent.pause_reason = NO_REASON
        call = call_for(agent, agent.group)
        if call is not None:
            stop_waiting(call)
            connect(floor, call, agent, now)
        else:
            agent_wants_lines(floor, agent)


def agent_left(floor: Floor, agent: Agent, now: Seconds) -> None:
    """An agent has logged out: with nobody left to talk to them, the leads go back."""
    group = agent.group
    if group is None or group.logged_in > 0:
        return
    for campaign in floor.campaigns:
        if campaign.group is group and campaign.leads > 0:
            return_leads(floor, campaign, now)
