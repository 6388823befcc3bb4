"""What arrives at a floor that the carrier has not told: agents, timers, supervisors, other processes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from callfloor.carriers.port import CarrierEvent
from callfloor.floor.vocabulary import CALL_NOT_SENT, EVENT_SEEN_BEFORE, UNKNOWN
from callfloor.live.resident import Resident
from callfloor.live.rows import decode
from callfloor.stores.port import OutboxEntry

NOTHING = -1
"""The kind of an arrival that tells the floor nothing: its entry of the inbox is deleted, and that is all."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something for the floor that does not come from the carrier: agents, timers, campaigns, numbers.

    With a `call` (a slot), `attempt` is the call that is meant: by the time that this is taken another
    process may have committed, and another call may have the slot. What was concluded from a call's state
    holds only if the call has not changed since `as_of` (UTC seconds), and what was concluded of a floor that
    nobody looked after only while it has the version `of_version`: another process may look after it by now.

    What has an `event_id` is taken once, however often it is delivered. `inbox` is the entry of the store's
    inbox that goes with it.
    """

    kind: int
    agent: str = ""
    call: int = UNKNOWN
    campaign: int = UNKNOWN
    code: int = 0
    number: int = UNKNOWN
    timer_of_agent: int = UNKNOWN
    at: float = -math.inf
    lead: int = UNKNOWN
    value: float = 0.0
    attempt: int = 0
    due_at: float = math.inf
    as_of: float = math.inf
    of_version: int = UNKNOWN
    event_id: str = ""
    inbox: int = 0


Incoming = Arrival | CarrierEvent


def not_sent(entry: OutboxEntry) -> Arrival:
    """What the floor is told of a dial that was not sent."""
    return Arrival(CALL_NOT_SENT, call=decode(entry.command)[1], attempt=entry.attempt)


def outside_inbox(arrivals: Sequence[Incoming]) -> list[Incoming]:
    """Those that are in memory alone.

    What came from the inbox is never tried again from memory: another process may have taken it, or the
    commit that failed may have been made. The inbox is asked again, and knows.
    """
    return [arrival for arrival in arrivals if isinstance(arrival, CarrierEvent) or not arrival.inbox]


def still_holds(resident: Resident, arrival: Arrival) -> bool:
    """Whether the call that is meant is still there, and as it was; or the floor, if that is meant."""
    if arrival.of_version not in (UNKNOWN, resident.version):
        return False
    if arrival.call < 0 or arrival.attempt == 0:
        return True
    if arrival.call >= len(resident.floor.calls):
        return False
    call = resident.floor.calls[arrival.call]
    return bool(call.attempt == arrival.attempt and call.since <= arrival.as_of)


def event_of(resident: Resident, arrival: Arrival) -> Any:
    """The floor's event for something that did not come from the carrier."""
    return resident.runtime.Event(
        kind=arrival.kind,
        at=arrival.at,
        agent=resident.agent_of(arrival.agent) if arrival.agent else arrival.timer_of_agent,
        call=arrival.call,
        campaign=arrival.campaign,
        code=arrival.code,
        number=arrival.number,
        lead=arrival.lead,
        value=arrival.value,
        attempts=arrival.attempt if arrival.call < 0 else 0,
        due_at=arrival.due_at,
    )


def doubled(resident: Resident, arrival: Incoming) -> tuple[Any, ...]:
    """What observers are told of an event that has come before."""
    slot = arrival.call if isinstance(arrival, Arrival) else resident.slot_of(arrival.call_id)
    attempt = resident.floor.calls[slot].attempt if 0 <= slot < len(resident.floor.calls) else 0
    agent = arrival.agent if isinstance(arrival, Arrival) else arrival.agent_id
    return (resident.floor.now, EVENT_SEEN_BEFORE, arrival.kind, UNKNOWN, attempt, agent)
