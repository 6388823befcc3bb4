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
    watch_call,
)
from callfloor.floor.dialing import agent_wants_lines, retire_call, return_leads
from callfloor.floor.dispositions import calls_back, drops_number, due_as_disposed, is_disposed, note_done
from callfloor.floor.eligibility import due_after, failures_after, keeps_failing, number_is_spent
from callfloor.floor.ledger import (
    count_abandonment,
    count_connection,
    count_early_hang_up,
    count_human_answer,
    was_connected,
)
from callfloor.floor.pacing import buffer_wanted
from callfloor.floor.records import Agent, Call, Campaign, Floor
from callfloor.floor.routing import agent_for, call_for, join_line, leave_line
from callfloor.floor.units import Code, Seconds
from callfloor.floor.vocabulary import (
    ANSWERED,
    CALL_ABANDONED,
    CONNECT,
    CONNECTED,
    CONNECTING,
    ENDING,
    FINISH,
    FINISH_AT_ONCE,
    GAVE_UP,
    HUMAN,
    MACHINE,
    MESSAGE,
    MESSAGE_MODE,
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
    TAKE,
    WITHHELD,
)
from callfloor.floor.voicemail import call_back, settle_voicemail

TALK_MAX_S: Seconds = 14400.0
BRIDGE_WITHIN_S: Seconds = 5.0
CARRIER_GRACE_S: Seconds = 15.0
"""For calls of no campaign: those that come in, and callbacks."""


def call_answered(floor: Floor, call: Call, now: Seconds) -> None:
    """A person has answered: to an agent at once if one is free, else to the line of those waiting.

    Whoever is called back has their agent on the line already.
    """
    count_human_answer(floor, call)
    if call.voicemail is None:
        meet(floor, call, now)
    else:
        set_call_state(floor, call, CONNECTED, now)
        count_connection(floor, call, now)
        watch_call(floor, call, now + talk_max_s(call))


def meet(floor: Floor, call: Call, now: Seconds) -> None:
    """Whoever has answered gets the agent who had them called, the message of an agentless campaign, or
    whoever is free.
    """
    if call.agent is not None:
        bridge(floor, call, call.agent, CONNECT, now)
    elif call.campaign is not None and call.campaign.mode == MESSAGE_MODE:
        give_message(floor, call, call.campaign, now)
    else:
        seek_agent(floor, call, now)


def give_message(floor: Floor, call: Call, campaign: Campaign, now: Seconds) -> None:
    """Have the message of an agentless campaign played to somebody who has answered."""
    if call.outcome == HUMAN:
        campaign.messages += 1
        touch_campaign(floor, campaign)
    play_message(floor, call, campaign, now)


def play_message(floor: Floor, call: Call, campaign: Campaign, now: Seconds) -> None:
    """Have the campaign's message played, where it has one, and the call ended."""
    if campaign.plays_message:
        set_call_state(floor, call, MESSAGE, now)
        watch_call(floor, call, now + campaign.message_max_s)
        send_play(floor, call)
    else:
        hang_up(floor, call, now)


def seek_agent(floor: Floor, call: Call, now: Seconds) -> None:
    """Connect the call to an agent, or have it wait for one: a person who was called until the limit."""
    queue = call.queue
    if queue is None:
        return
    agent = agent_for(call, queue)
    if agent is not None:
        connect(floor, call, agent, now)
        return
    join_line(floor, call, queue, now)
    campaign = call.campaign
    if campaign is None:
        call.due_at = NEVER
        return
    limit = now if was_connected(call) else call.answered_at
    send_call_timer(floor, call, max(now, limit + campaign.answer_within_s))
    if campaign.answer_within_s <= 0.0:
        if call.outcome != MACHINE:
            report(floor, CALL_ABANDONED, call, call.owner, call.state)
        abandon(floor, call, now)


def connect(floor: Floor, call: Call, agent: Agent, now: Seconds) -> None:
    """Have the carrier bridge call and agent, who is reserved until it has done so."""
    bridge(floor, call, agent, TAKE if floor.bridges_at_once else RESERVE, now)


def bridge(floor: Floor, call: Call, agent: Agent, given: Code, now: Seconds) -> None:
    """Have the carrier bridge call and agent, to whom it means what is `given`.

    An agent who is reserved already has nothing more to go through before the carrier has bridged.
    """
    if (given != CONNECT or floor.bridges_at_once) and move_agent(floor, agent, given, now) != 0:
        return
    agent.call = call
    call.agent = agent
    if floor.bridges_at_once:
        set_call_state(floor, call, CONNECTED, now)
        count_connection(floor, call, now)
        watch_call(floor, call, now + talk_max_s(call))
    else:
        set_call_state(floor, call, CONNECTING, now)
        watch_call(floor, call, now + bridge_within_s(call))
    send_bridge(floor, call, agent)


def talk_max_s(call: Call) -> Seconds:
    """How long a conversation may last before it counts as one that never ends."""
    return TALK_MAX_S if call.campaign is None else call.campaign.talk_max_s


def bridge_within_s(call: Call) -> Seconds:
    """How long the carrier may take to bridge."""
    return BRIDGE_WITHIN_S if call.campaign is None else call.campaign.bridge_within_s


def call_bridged(floor: Floor, call: Call, now: Seconds) -> None:
    """The carrier has bridged the call: agent and person talk."""
    agent = call.agent
    if agent is None:
        return
    move_agent(floor, agent, CONNECT, now)
    count_connection(floor, call, now)
    watch_call(floor, call, now + talk_max_s(call))


def hang_up(floor: Floor, call: Call, now: Seconds) -> None:
    """End a call from our side: it is over when the carrier says so, or after a while without that."""
    set_call_state(floor, call, ENDING, now)
    watch_call(floor, call, now + carrier_grace_s(call))
    send_hang_up(floor, call)


def carrier_grace_s(call: Call) -> Seconds:
    """How long the carrier may be silent beyond what it promised."""
    return CARRIER_GRACE_S if call.campaign is None else call.campaign.carrier_grace_s


def abandon(floor: Floor, call: Call, now: Seconds) -> None:
    """The person has waited up to the limit: the message if there is one, then goodbye."""
    campaign = call.campaign
    if call.agent is None and call.state == ANSWERED:
        leave_line(floor, call, now)
    count_abandonment(floor, call)
    if campaign is not None and call.outcome != MACHINE:
        play_message(floor, call, campaign, now)
    else:
        hang_up(floor, call, now)


def close_call(floor: Floor, call: Call, found: Code, outcome: Code, now: Seconds) -> None:
    """The call is over: free the agent, decide what becomes of the lead, write the attempt down.

    `found` is the state in which the end found the call, `outcome` what the network said, if anything.
    """
    if call.outcome == NO_OUTCOME:
        call.outcome = outcome
    if found == ANSWERED:
        leave_line(floor, call, now)
    call.ended_at = now
    call.due_at = NEVER
    if call.campaign is not None:
        if found in (ANSWERED, CONNECTING):
            count_early_hang_up(floor, call, now)
        close_attempt(floor, call, call.campaign, found, now)
    elif call.voicemail is None and not was_connected(call):
        call.outcome = GAVE_UP
    if call.voicemail is not None:
        settle_voicemail(floor, call, call.voicemail)
    send_record(floor, call)
    agent = call.agent
    if agent is not None:
        free_agent(floor, agent, call, now)
    if call.voicemail is not None and call.voicemail.agent is not None:
        call_back(floor, call.voicemail.agent, now)
    if call.owner is not None:
        agent_wants_lines(floor, call.owner)
    retire_call(floor, call)


def close_attempt(floor: Floor, call: Call, campaign: Campaign, found: Code, now: Seconds) -> None:
    """What an attempt's end means for its campaign and its lead."""
    campaign.live -= 1
    touch_campaign(floor, campaign)
    lead = call.lead
    if lead is None:
        return
    if call.outcome == WITHHELD:
        lead.attempts -= 1
    lead.failures = failures_after(lead, call.outcome)
    if keeps_failing(campaign, lead):
        report(floor, NUMBER_KEEPS_FAILING, call, None, found)
    if is_disposed(campaign, call):
        due_at = due_as_disposed(campaign, call, lead, now)
        if calls_back(campaign, call):
            lead.owner = call.agent
        spent = drops_number(campaign, call)
    else:
        due_at = due_after(campaign, lead, call.outcome, now)
        spent = number_is_spent(campaign, lead, call.outcome)
    send_return_lead(floor, lead, call.outcome, due_at, spent)


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
    if was_connected(call):
        count_talk(floor, agent, now)
        note_done(agent, call)
    wrap_up_s = wrap_up_after(call)
    if wrap_up_s <= 0.0:
        if move_agent(floor, agent, FINISH_AT_ONCE, now) == 0:
            settle_agent(floor, agent, now)
    elif move_agent(floor, agent, FINISH, now) == 0 and wrap_up_s < NEVER:
        send_agent_timer(floor, agent, now + wrap_up_s)


def wrap_up_after(call: Call) -> Seconds:
    """How long an agent may work on after a call; NEVER: until they say that they are ready."""
    if call.campaign is not None:
        return call.campaign.wrap_up_s
    if call.voicemail is not None or call.queue is None:
        return 0.0
    return call.queue.wrap_up_s


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
        go_offline(floor, agent, now)
    elif agent.pausing != NO_REASON:
        agent.pause_reason = agent.pausing
        agent.pausing = NO_REASON
        set_agent_state(floor, agent, PAUSED, now)
    elif agent.group is not None:
        agent.pause_reason = NO_REASON
        call = call_for(floor, agent)
        if agent.voicemails > 0 and (call is None or call.campaign is None):
            call_back(floor, agent, now)
        elif call is not None:
            leave_line(floor, call, now)
            connect(floor, call, agent, now)
        else:
            agent_wants_lines(floor, agent)


def go_offline(floor: Floor, agent: Agent, now: Seconds) -> None:
    """An agent who wished to leave does so now."""
    agent.leaving = False
    agent.pausing = NO_REASON
    set_agent_state(floor, agent, OFFLINE, now)
    agent_left(floor, agent, now)


def agent_left(floor: Floor, agent: Agent, now: Seconds) -> None:
    """An agent has logged out: with nobody left to talk to them, the leads go back."""
    group = agent.group
    if group is None or group.logged_in > 0:
        return
    for campaign in floor.campaigns:
        if campaign.leads > 0 and buffer_wanted(campaign) == 0:
            return_leads(floor, campaign, now)
