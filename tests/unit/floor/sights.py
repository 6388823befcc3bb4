"""What there is to see on a floor: its lines and mailboxes in order, and the whole of it to be compared."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from callfloor.floor import (
    Agent,
    Ages,
    Call,
    Campaign,
    Decision,
    Floor,
    Group,
    Lead,
    Ledger,
    Line,
    Matching,
    Outlook,
    PublishedPace,
    Queue,
    Spans,
    Sum,
    Trait,
    Voicemail,
)


def fields_of(record: Any) -> dict[str, Any]:
    """Every field of a record; what it points at as kind and id."""
    values: dict[str, Any] = {}
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if isinstance(value, list):
            value = [name_of(v) for v in value]
        values[field.name] = name_of(value)
    return values


def name_of(value: Any) -> Any:
    """A record by its kind and id; what has no id of its own by what is in it."""
    if isinstance(value, (Agent, Call, Campaign, Group, Lead, Queue)):
        return type(value).__name__, value.id
    if isinstance(value, Line):
        return "Line", [call.id for call in line_of(value)]
    if isinstance(
        value, (Ages, Decision, Ledger, Matching, Outlook, PublishedPace, Spans, Sum, Trait, Voicemail)
    ):
        return {name: told for name, told in fields_of(value).items() if name != "next"}
    if hasattr(value, "tolist"):
        return value.tolist()
    return value


def state_of(floor: Floor) -> dict[str, Any]:
    """The whole floor but for the commands of the event in hand and the lists of what has changed."""
    passing = ("commands", "sent", "event", "event_at", "now")
    own = {k: v for k, v in fields_of(floor).items() if k not in passing and not k.startswith("changed_")}
    for records in (floor.agents, floor.groups, floor.campaigns, floor.queues, floor.calls):
        for record in records:
            own[f"{type(record).__name__} {record.id}"] = {
                k: v for k, v in fields_of(record).items() if k != "changed"
            }
    for campaign in floor.campaigns:
        own[f"buffer {campaign.id}"] = [fields_of(lead) for lead in buffer_of(campaign)]
    for agent in floor.agents:
        own[f"mailbox {agent.id}"] = [name_of(voicemail) for voicemail in mailbox_of(agent)]
    return own


def chain(first: Any) -> list[Any]:
    """Records that are linked by `next`, in order."""
    records = []
    while first is not None:
        records.append(first)
        first = first.next
    return records


def buffer_of(campaign: Campaign) -> list[Lead]:
    return chain(campaign.first_lead)


def appointments_of(agent: Agent) -> list[Lead]:
    return chain(agent.first_appointment)


def ready_of(group: Group) -> list[Agent]:
    return chain(group.first_ready)


def line_of(line: Line | None) -> list[Call]:
    return [] if line is None else chain(line.first_waiting)


def mailbox_of(agent: Agent) -> list[Voicemail]:
    return chain(agent.first_voicemail)


def waiting_of(group: Group, agents: Sequence[Agent] | None = None) -> list[Call]:
    """The calls that a group's agents may take, the longest waiting first, their own among them."""
    lines: list[Line | None] = [*group.serves]
    lines += [agent.own for agent in (group.members if agents is None else agents)]
    return sorted((call for line in lines for call in line_of(line)), key=lambda call: call.order)
