"""A floor built anew from its rows. It decides nothing: what was committed is what it is."""

from __future__ import annotations

from typing import Any

from callfloor.floor.vocabulary import ANSWERED, ENDED, READY
from callfloor.live.rows import AGENT, CALL, CAMPAIGN, FLOOR, LEAD, decode, encode
from callfloor.stores.port import FloorImage


def new_floor(runtime: Any) -> Any:
    """An empty floor."""
    return runtime.Floor()


def floor_text(floor: Any) -> str:
    """The floor's own fields as a row."""
    return encode([len(floor.groups), *FLOOR.values(floor)]).decode()


def call_text(call: Any) -> str:
    """A call's row, with its lead's number: the lead may have gone before the call's slot is used again."""
    number = -1 if call.lead is None else call.lead.number
    return encode([number, *CALL.values(call)]).decode()


def add_groups(runtime: Any, floor: Any, count: int) -> None:
    """Make groups until there are `count`."""
    while len(floor.groups) < count:
        floor.groups.append(runtime.Group(id=len(floor.groups)))


def load_floor(runtime: Any, image: FloorImage) -> Any:
    """The floor as it was committed, with its lines in their order."""
    floor = new_floor(runtime)
    own = decode(image.state)
    if not own:
        return floor
    add_groups(runtime, floor, own[0])
    FLOOR.fill(floor, own[1:], {})
    floor.agents.extend(runtime.Agent() for _ in image.agents)
    floor.campaigns.extend(runtime.Campaign() for _ in image.campaigns)
    floor.calls.extend(runtime.Call() for _ in image.calls)
    leads = {lead: runtime.Lead() for lead, _ in image.leads}
    find = {
        "group": floor.groups.__getitem__,
        "agent": floor.agents.__getitem__,
        "owner": floor.agents.__getitem__,
        "campaign": floor.campaigns.__getitem__,
        "call": floor.calls.__getitem__,
        "lead": leads.__getitem__,
    }
    for agent, (_, _, row) in zip(floor.agents, image.agents, strict=True):
        AGENT.fill(agent, decode(row), find)
    for campaign, (_, _, row) in zip(floor.campaigns, image.campaigns, strict=True):
        CAMPAIGN.fill(campaign, decode(row), find)
    for lead, row in image.leads:
        LEAD.fill(leads[lead], decode(row), find)
    for call, (_, row) in zip(floor.calls, image.calls, strict=True):
        number, *values = decode(row)
        find["lead"] = lambda lead, number=number: leads.get(lead) or runtime.Lead(id=lead, number=number)
        CALL.fill(call, values, find)
        if call.state == ENDED and call.lead is not None:
            # The lead may have been claimed again since, for another number.
            call.lead = runtime.Lead(id=call.lead.id, number=number)
    restore_lines(floor, leads)
    return floor


def restore_lines(floor: Any, leads: dict[int, Any]) -> None:
    """Put everybody back into the line in which they stood, in the order in which they joined it."""
    for agent in sorted(floor.agents, key=lambda a: a.order):
        if agent.group is not None and agent.state != 0:
            agent.group.logged_in += 1
        if agent.group is not None and agent.state == READY:
            agent.group.push_ready(agent)
    called = {call.lead.id for call in floor.calls if call.state != ENDED and call.lead is not None}
    for lead in sorted(leads.values(), key=lambda record: record.order):
        if lead.id not in called:
            held = lead.campaign.leads
            lead.campaign.push_lead(lead)
            lead.campaign.leads = held
    for call in sorted(floor.calls, key=lambda c: c.order):
        if call.state == ANSWERED:
            call.campaign.group.push_waiting(call)
        elif call.state == ENDED:
            if floor.last_ended is None:
                floor.first_ended = call
            else:
                floor.last_ended.next = call
            floor.last_ended = call
