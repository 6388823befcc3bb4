"""Who takes this call, and which call does this agent take."""

from __future__ import annotations

from callfloor.floor.agents import agent_may_be_chosen
from callfloor.floor.records import Agent, Call, Group


def agent_for(call: Call, group: Group) -> Agent | None:
    """The agent to take a call that a person has just answered, or None where nobody is free.

    The agent whose line it is, where lines are an agent's own; else the one who has been ready longest.
    """
    if call.owner is not None:
        return call.owner if agent_may_be_chosen(call.owner) else None
    return group.first_ready


def call_for(agent: Agent, group: Group) -> Call | None:
    """The call that an agent who has become free takes: of those they may take the longest waiting."""
    call = group.first_waiting
    while call is not None:
        if call.owner is None or call.owner is agent:
            return call
        call = call.next
    return None
