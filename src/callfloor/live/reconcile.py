"""After an interruption: what the floor believes and what the carrier has, the gap closed both ways."""

from __future__ import annotations

import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from callfloor.carriers.port import LiveCall
from callfloor.floor.vocabulary import (
    AGENT_SILENT,
    CALL_ANSWERED,
    CALL_BRIDGED,
    CALL_LOST,
    CALL_UNKNOWN_AT_CARRIER,
    CONNECTING,
    ENDED,
    ENDING,
    HUMAN,
    OFFLINE,
    RINGING,
    UNKNOWN,
)
from callfloor.live.arrivals import Arrival, Incoming
from callfloor.live.sending import send_unresolved
from callfloor.live.step import Engine


def reconcile(
    engine: Engine, live: Sequence[LiveCall], now: float, *, asked_at: float = math.inf, silent: bool = True
) -> list[Incoming]:
    """Close the gap between a floor just loaded and its carrier's live calls.

    Commands whose sending is unresolved are sent again where that can do no harm. Returns what the floor
    must be told: calls that are gone, answers and bridges that it missed, agents of whom nothing is known.
    What has changed since the carrier was asked, at `asked_at` (UTC seconds), is left to the patrol: by the
    time that this process comes to it the answer may be old. Without `silent` agents are left as they are,
    for somebody else to watch. Calls of the floor's that live and are over or ending for it are hung up.
    """
    again = send_unresolved(engine, now, {call.call_id for call in live})
    told = gaps(engine, live, min(now, asked_at), again.placed)
    hang_up_strangers(engine, [call for call in live if call.call_id not in again.hung_up], now)
    resident = engine.resident
    silenced = [
        Arrival(AGENT_SILENT, agent=resident.agent_name(agent), of_version=resident.version)
        for agent in resident.floor.agents
        if silent and agent.state != OFFLINE
    ]
    # Silence before losses, or the lines that are free now would be dialled for agents who may be gone.
    lost = [arrival for arrival in told if arrival.kind == CALL_LOST]
    return [*(arrival for arrival in told if arrival.kind != CALL_LOST), *silenced, *lost]


def hang_up_strangers(engine: Engine, live: Sequence[LiveCall], now: float, before: float = math.inf) -> None:
    """Hang up calls that live at the carrier and have been over, or ending, for this floor since `before`.

    The word that was to end them may have been lost with a connection. A call of another floor has another
    key, and one that another process has placed just now has a number that is not known here yet: both are
    left alone.
    """
    resident = engine.resident
    for found in live:
        key, attempt = found.call_id[:16], found.call_id[16:]
        if key != resident.call_key or int(attempt, 16) > resident.floor.attempts:
            continue
        slot = resident.slot_of(found.call_id)
        call = None if slot < 0 else resident.floor.calls[slot]
        if call is not None and (call.state not in (ENDING, ENDED) or call.since > before):
            continue
        engine.carrier.hang_up(found.call_id, now)
        if call is not None and call.state == ENDING:
            continue
        stranger = (now, CALL_UNKNOWN_AT_CARRIER, CALL_LOST, UNKNOWN, int(attempt, 16), "")
        engine.tell([("abnormal", stranger)])


def gaps(
    engine: Engine, live: Sequence[LiveCall], before: float, placed_again: AbstractSet[str] = frozenset()
) -> list[Incoming]:
    """What the floor must be told of its calls, given those that the carrier has.

    Only calls that have not changed since `before` (UTC seconds), nor been `placed_again`, are compared.
    """
    here = {call.call_id: call for call in live}
    arrivals: list[Incoming] = []
    for call in engine.resident.floor.calls:
        if call.state == ENDED or call.since > before:
            continue
        call_id = engine.resident.call_ids[call.id]
        if call_id in here:
            arrivals.extend(missed(call, here[call_id], before))
        elif call_id not in placed_again:
            arrivals.append(Arrival(CALL_LOST, call=call.id, attempt=call.attempt, as_of=before))
    return arrivals


def missed(call: Any, found: LiveCall, before: float) -> list[Incoming]:
    """What happened to a call that both sides have, while nobody listened."""
    arrivals: list[Incoming] = []
    if found.answered and call.state <= RINGING:
        at = -math.inf if found.answered_at is None else found.answered_at
        arrivals.append(
            Arrival(CALL_ANSWERED, call=call.id, code=HUMAN, at=at, attempt=call.attempt, as_of=before)
        )
    if found.bridged and call.state == CONNECTING:
        arrivals.append(Arrival(CALL_BRIDGED, call=call.id, attempt=call.attempt, as_of=before))
    return arrivals
