"""What each message means for its floor."""

from __future__ import annotations

import math
from dataclasses import replace

from callfloor.aws.floors import Floors, HeldFloor
from callfloor.aws.messages import (
    AGENTS_MAY_SAY,
    CAMPAIGNS,
    AgentSaid,
    CampaignTold,
    CarrierHas,
    CarrierTold,
    Message,
    Sweep,
)
from callfloor.aws.timers import Timers
from callfloor.failures import UsageError
from callfloor.floor.vocabulary import PAUSED_BY_AGENT
from callfloor.live.arrivals import Arrival, Incoming
from callfloor.live.patrol import SETTLED_S
from callfloor.live.reconcile import gaps, hang_up_strangers


def take(floors: Floors, message: Message, now: float) -> HeldFloor:
    """Have the floor take a message. Raises UsageError, StoreError, QueueError."""
    held = floors.get(message.floor, now)
    held.told.event_id = message.event_id
    if isinstance(message, Sweep):
        sweep(floors, held, now)
    else:
        held.step(arrivals_of(held, message, now), now)
    # Timers that have come due meanwhile need no message of their own.
    held.step(held.engine.timers_due(now), now)
    held.carrier.flush()
    return held


def arrivals_of(held: HeldFloor, message: Message, now: float) -> list[Incoming]:
    """What the floor is told of a message. Raises UsageError."""
    if isinstance(message, CarrierTold):
        return [message.event]
    if isinstance(message, CarrierHas):
        before = message.asked_at - SETTLED_S
        hang_up_strangers(held.engine, message.calls, now, before)
        return list(gaps(held.engine, message.calls, before))
    if isinstance(message, AgentSaid):
        event_id = f"agent-{message.event_id}"
        if message.says == "dispose":
            due_at = math.inf if message.call_back_at is None else message.call_back_at
            said = held.engine.disposal(
                message.agent, message.disposition, attempt=message.attempt, call_back_at=due_at
            )
            return [replace(said, event_id=event_id)]
        code = message.code or (PAUSED_BY_AGENT if message.says == "pause" else 0)
        kind = AGENTS_MAY_SAY[message.says]
        return [Arrival(kind, agent=message.agent, code=code, event_id=event_id)]
    if isinstance(message, CampaignTold):
        kind, place = CAMPAIGNS[message.does], place_of(held, message.campaign)
        return [Arrival(kind, campaign=place, event_id=f"campaign-{message.event_id}")]
    return []


def place_of(held: HeldFloor, campaign: str) -> int:
    """The floor's id of a campaign. Raises UsageError."""
    names = [each.name for each in held.engine.settings.campaigns]
    if campaign not in names:
        raise UsageError(f"campaign: expected one of {', '.join(names)}; found {campaign!r:.60}")
    return names.index(campaign)


def sweep(floors: Floors, held: HeldFloor, now: float) -> None:
    """Send what a process left unsent, look for barred numbers, and ask the carrier for its live calls."""
    if floors.store.has_unsent(held.engine.floor_id):
        held.catch_up(now)
    held.registers.hasten()
    held.step(list(held.registers.take(now)), now)
    if any(campaign.live for campaign in held.engine.resident.floor.campaigns):
        held.carrier.ask_at(now)


def finish(held: HeldFloor, timers: Timers, now: float, fired_at: float = 0.0) -> None:
    """End what an invocation does with a floor: strike off what was sent, set the next timer.

    `fired_at` is the time of the last timer that it has taken. Raises StoreError and QueueError.
    """
    held.settle()
    timers.arm(held.engine.settings.name, held.engine.next_due(), now, fired_at)
