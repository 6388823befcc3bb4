"""The agent's state table, and the one way in which an agent changes state.

Each row is something that can happen to an agent, each column the state in which it finds them. A cell is
the next state, or an abnormal condition (its recovery is in ``transitions.recover_agent``).
"""

from __future__ import annotations

from callfloor.floor.commands import report, touch_agent, touch_campaign
from callfloor.floor.looking_ahead import agent_changes
from callfloor.floor.matching import agent_comes, agent_goes
from callfloor.floor.records import Agent, Floor
from callfloor.floor.units import Code, Flag, Seconds
from callfloor.floor.vocabulary import (
    AGENT_FELL_SILENT,
    AGENT_FELL_SILENT_IN_CALL,
    AGENT_LOGGED_IN_TWICE,
    AGENT_LOGGED_OUT_IN_CALL,
    AGENT_LOGGED_OUT_TWICE,
    AGENT_NOT_IDLE_AT_CALL_START,
    AGENT_NOT_LOGGED_IN,
    AGENT_NOT_ON_CALL,
    AGENT_NOT_PREVIEWING,
    AGENT_PHONE_LOST,
    AGENT_PHONE_LOST_IN_CALL,
    AGENT_UNKNOWN,
    OFFLINE,
    PAUSED,
    PREVIEWING,
    READY,
    RESERVED,
    TALKING,
    WRAP_UP,
)

IN_TWICE = AGENT_LOGGED_IN_TWICE
OUT_TWICE = AGENT_LOGGED_OUT_TWICE
OUT_IN_CALL = AGENT_LOGGED_OUT_IN_CALL
NOT_IN = AGENT_NOT_LOGGED_IN
NOT_IDLE = AGENT_NOT_IDLE_AT_CALL_START
NO_CALL = AGENT_NOT_ON_CALL
SILENT = AGENT_FELL_SILENT
SILENT_IN_CALL = AGENT_FELL_SILENT_IN_CALL
NO_PHONE = AGENT_PHONE_LOST
NO_PHONE_IN_CALL = AGENT_PHONE_LOST_IN_CALL
NO_LEAD = AGENT_NOT_PREVIEWING

# fmt: off
AGENT_TABLE: tuple[tuple[Code, ...], ...] = (
    #           offline    ready       reserved          talking           wrap_up   paused    previewing
    # log_in
    (           READY,     IN_TWICE,   IN_TWICE,         IN_TWICE,         IN_TWICE, IN_TWICE, IN_TWICE),
    # log_out
    (           OUT_TWICE, OFFLINE,    OUT_IN_CALL,      OUT_IN_CALL,      OFFLINE,  OFFLINE,  OFFLINE),
    # pause: in mid-call it is a wish for afterwards
    (           NOT_IN,    PAUSED,     RESERVED,         TALKING,          PAUSED,   PAUSED,   PAUSED),
    # resume: in mid-call it takes back the wish to pause or leave
    (           NOT_IN,    READY,      RESERVED,         TALKING,          READY,    READY,    PREVIEWING),
    # fall_silent: no heartbeat
    (           OFFLINE,   SILENT,     SILENT_IN_CALL,   SILENT_IN_CALL,   SILENT,   PAUSED,   SILENT),
    # lose_phone: the agent's own line is gone
    (           OFFLINE,   NO_PHONE,   NO_PHONE_IN_CALL, NO_PHONE_IN_CALL, NO_PHONE, PAUSED,   NO_PHONE),
    # reserve: chosen for a call
    (           NOT_IDLE,  RESERVED,   NOT_IDLE,         NOT_IDLE,         NOT_IDLE, NOT_IDLE, NOT_IDLE),
    # connect: the carrier has bridged the call
    (           NOT_IDLE,  NOT_IDLE,   TALKING,          NOT_IDLE,         NOT_IDLE, NOT_IDLE, NOT_IDLE),
    # release: the call was over before it was bridged
    (           NO_CALL,   NO_CALL,    READY,            NO_CALL,          NO_CALL,  NO_CALL,  NO_CALL),
    # finish: the call that was talked on is over
    (           NO_CALL,   NO_CALL,    NO_CALL,          WRAP_UP,          NO_CALL,  NO_CALL,  NO_CALL),
    # rest: wrap-up time is over
    (           OFFLINE,   READY,      RESERVED,         TALKING,          READY,    PAUSED,   PREVIEWING),
    # take: chosen and connected in one
    (           NOT_IDLE,  TALKING,    NOT_IDLE,         NOT_IDLE,         NOT_IDLE, NOT_IDLE, NOT_IDLE),
    # finish_at_once: the call that was talked on is over, and there is no wrap-up
    (           NO_CALL,   NO_CALL,    NO_CALL,          READY,            NO_CALL,  NO_CALL,  NO_CALL),
    # show: a lead to look at before it is called
    (           NOT_IDLE,  PREVIEWING, NOT_IDLE,         NOT_IDLE,         NOT_IDLE, NOT_IDLE, NOT_IDLE),
    # accept: the lead that is shown is called on the agent's own line
    (           NO_LEAD,   NO_LEAD,    NO_LEAD,          NO_LEAD,          NO_LEAD,  NO_LEAD,  RESERVED),
    # skip: another lead, please
    (           NO_LEAD,   NO_LEAD,    NO_LEAD,          NO_LEAD,          NO_LEAD,  NO_LEAD,  READY),
)
# fmt: on


def move_agent(floor: Floor, agent: Agent, given: Code, now: Seconds) -> Code:
    """Move the agent by the table; return 0, or the abnormal condition that was reported instead."""
    found = agent.state
    cell = AGENT_TABLE[given][found]
    if cell >= AGENT_UNKNOWN:
        report(floor, cell, agent.call, agent, found)
        return cell
    if cell != found:
        set_agent_state(floor, agent, cell, now)
    return 0


def set_agent_state(floor: Floor, agent: Agent, state: Code, now: Seconds) -> None:
    """Put the agent into a state and keep the group's lists, counts and times in step."""
    group = agent.group
    if group is not None:
        foresee(floor, agent, state, now)
        if agent.state == OFFLINE:
            group.push_member(agent)
            agent_comes(group, agent)
        else:
            group.time_s[agent.state] += now - agent.since
            if agent.state == READY:
                group.remove_ready(agent)
        if state == OFFLINE:
            group.remove_member(agent)
            agent_goes(group, agent)
        elif state == READY:
            floor.order += 1
            agent.order = floor.order
            group.push_ready(agent)
    agent.state = state
    agent.since = now
    touch_agent(floor, agent)


def foresee(floor: Floor, agent: Agent, state: Code, now: Seconds) -> None:
    """Tell the campaigns that look ahead what their agent does; call it before the state is set.

    Where the state stays, the agent will, or will not, take calls after the one in hand: they count anew.
    """
    if not floor.foresees or agent.group is None:
        return
    for queue in agent.group.serves:
        campaign = queue.campaign
        if campaign is not None and campaign.outlook is not None:
            if state == agent.state:
                campaign.outlook.stale = True
            else:
                agent_changes(campaign.outlook, agent, state, now)
            touch_campaign(floor, campaign)


def agent_may_be_chosen(agent: Agent) -> Flag:
    """Whether the agent can be given a call now."""
    return agent.state == READY
