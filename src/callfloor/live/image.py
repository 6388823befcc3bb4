"""A floor built anew from its rows. It decides nothing: what was committed is what it is."""

from __future__ import annotations

from typing import Any

from callfloor.floor.appointment_lists import push_appointment
from callfloor.floor.vocabulary import ANSWERED, ENDED, READY
from callfloor.live.rows import AGENT, CALL, CAMPAIGN, FLOOR, FORM, LEAD, decode, encode
from callfloor.stores.errors import StoreUnusableError
from callfloor.stores.port import FloorImage
from callfloor.version import __version__


def new_floor(runtime: Any) -> Any:
    """An empty floor."""
    return runtime.Floor()


def floor_text(floor: Any) -> str:
    """The floor's own fields as a row, which says first in which form all of its rows are."""
    return encode([FORM, len(floor.groups), *FLOOR.values(floor)]).decode()


def call_text(call: Any) -> str:
    """A call's row, with its lead's number: the lead may have gone before the call's slot is used again."""
    number = -1 if call.lead is None else call.lead.number
    return encode([number, *CALL.values(call)]).decode()


def add_groups(runtime: Any, floor: Any, count: int) -> None:
    """Make groups until there are `count`."""
    while len(floor.groups) < count:
        floor.groups.append(runtime.Group(id=len(floor.groups)))


def open_campaign_queue(runtime: Any, floor: Any, campaign: Any) -> None:
    """Give a campaign the queue of those who answer, served by its group."""
    campaign.queue = runtime.Queue(campaign=campaign)
    runtime.open_queue(floor, campaign.queue)
    if campaign.group is not None:
        campaign.queue.groups.append(campaign.group)
        runtime.let_serve(campaign.group, campaign.queue, 1)


def load_floor(runtime: Any, image: FloorImage) -> Any:
    """The floor as it was committed, with its lines in their order.

    Raises StoreUnusableError where its rows are in another form.
    """
    floor = new_floor(runtime)
    own = decode(image.state)
    if not own:
        return floor
    form, groups, *values = own
    if form != FORM:
        raise StoreUnusableError(
            f"floor {image.id}: expected rows as Callfloor {__version__} keeps them, found those of a "
            "version with other fields: go on with that version, or use another floor's name or database"
        )
    add_groups(runtime, floor, groups)
    FLOOR.fill(floor, values, {})
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
        "outlook": lambda _: runtime.Outlook(),
        "published": lambda _: runtime.PublishedPace(),
    }
    for agent, (_, _, row) in zip(floor.agents, image.agents, strict=True):
        AGENT.fill(agent, decode(row), find)
    arrays = arrays_of(image)
    for campaign, (place, _, row) in zip(floor.campaigns, image.campaigns, strict=True):
        find["array"] = lambda part, of=place: arrays[of, part]
        CAMPAIGN.fill(campaign, decode(row), find)
        open_campaign_queue(runtime, floor, campaign)
        if campaign.outlook is not None:
            runtime.restore_outlook(campaign.outlook, campaign)
    for lead, row in image.leads:
        LEAD.fill(leads[lead], decode(row), find)
    for call, (_, row) in zip(floor.calls, image.calls, strict=True):
        number, *values = decode(row)
        find["lead"] = lambda lead, number=number: leads.get(lead) or runtime.Lead(id=lead, number=number)
        CALL.fill(call, values, find)
        if call.state == ENDED and call.lead is not None:
            # The lead may have been claimed again since, for another number.
            call.lead = runtime.Lead(id=call.lead.id, number=number)
        call.queue = None if call.campaign is None else call.campaign.queue
    restore_lines(runtime, floor, leads)
    return floor


def arrays_of(image: FloorImage) -> dict[tuple[int, int], list[float]]:
    """The long arrays of campaigns, put together, by the campaign and which array it is."""
    found: dict[tuple[int, int], list[float]] = {}
    for piece in image.arrays:
        found.setdefault((piece.campaign, piece.part), []).extend(decode(piece.state))
    return found


def restore_lines(runtime: Any, floor: Any, leads: dict[int, Any]) -> None:
    """Put everybody back into the line in which they stood, in the order in which they joined it."""
    for agent in sorted(floor.agents, key=lambda a: a.order):
        if agent.group is not None and agent.state != 0:
            agent.group.push_member(agent)
        if agent.group is not None and agent.state == READY:
            agent.group.push_ready(agent)
    called = {call.lead.id for call in floor.calls if call.state != ENDED and call.lead is not None}
    called |= {agent.lead.id for agent in floor.agents if agent.lead is not None}
    for lead in sorted(leads.values(), key=lambda record: record.order):
        if lead.id not in called and lead.owner is not None:
            push_appointment(floor, lead.owner, lead)
        elif lead.id not in called:
            held = lead.campaign.leads
            lead.campaign.push_lead(lead)
            lead.campaign.leads = held
    for call in sorted(floor.calls, key=lambda c: c.order):
        if call.state == ANSWERED:
            restore_waiting(runtime, floor, call)
        elif call.state == ENDED:
            if floor.last_ended is None:
                floor.first_ended = call
            else:
                floor.last_ended.next = call
            floor.last_ended = call


def restore_waiting(runtime: Any, floor: Any, call: Any) -> None:
    """Put a call at the end of the line in which it waits."""
    call.line = call.queue
    if call.owner is not None:
        call.owner.own = call.line = call.owner.own or runtime.Line()
    call.line.push_waiting(call)
    call.queue.in_line += 1
    floor.waiting += 1
