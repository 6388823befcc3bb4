"""After an interruption: what the floor believes and what the carrier has, the gap closed both ways."""

from __future__ import annotations

import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from callfloor.carriers.port import LiveCall
from callfloor.floor.vocabulary import (
    AGENT_SILENT,
    BRIDGE,
    CALL_ANSWERED,
    CALL_BRIDGED,
    CALL_LOST,
    CALL_UNKNOWN_AT_CARRIER,
    CONNECTING,
    ENDED,
    HANG_UP,
    HUMAN,
    MESSAGE,
    OFFLINE,
    PLACE_CALL,
    PLAY,
    RINGING,
    UNKNOWN,
)
from callfloor.live.rows import decode
from callfloor.live.step import Arrival, Engine, Incoming


def reconcile(engine: Engine, live: Sequence[LiveCall], now: float) -> list[Incoming]:
    """Close the gap between a floor just loaded and its carrier's live calls.

    Commands whose sending is unresolved are sent again where that can do no harm. Returns what the floor
    must be told: calls that are gone, answers and bridges that it missed, agents of whom nothing is known.
    Calls that live and are not the floor's are hung up.
    """
    here = {call.call_id: call for call in live}
    placed_again = send_unresolved(engine, here, now)
    told = gaps(engine, live, now, placed_again)
    ours = {engine.resident.call_ids[call.id] for call in engine.resident.floor.calls if call.state != ENDED}
    for call_id in here.keys() - ours:
        engine.carrier.hang_up(call_id, now)
        stranger = (now, CALL_UNKNOWN_AT_CARRIER, CALL_LOST, UNKNOWN, 0, "")
        engine.tell([("abnormal", stranger)])
    here_before = [agent for agent in engine.resident.floor.agents if agent.state != OFFLINE]
    silent = [Arrival(AGENT_SILENT, agent=engine.resident.agent_name(agent)) for agent in here_before]
    # Silence before losses, or the lines that are free now would be dialled for agents who may be gone.
    lost = [arrival for arrival in told if arrival.kind == CALL_LOST]
    return [*(arrival for arrival in told if arrival.kind != CALL_LOST), *silent, *lost]


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
            arrivals.extend(missed(call, here[call_id]))
        elif call_id not in placed_again:
            arrivals.append(Arrival(CALL_LOST, call=call.id))
    return arrivals


def missed(call: Any, found: LiveCall) -> list[Incoming]:
    """What happened to a call that both sides have, while nobody listened."""
    arrivals: list[Incoming] = []
    if found.answered and call.state <= RINGING:
        at = -math.inf if found.answered_at is None else found.answered_at
        arrivals.append(Arrival(CALL_ANSWERED, call=call.id, code=HUMAN, at=at))
    if found.bridged and call.state == CONNECTING:
        arrivals.append(Arrival(CALL_BRIDGED, call=call.id))
    return arrivals


def send_unresolved(engine: Engine, here: dict[str, LiveCall], now: float) -> set[str]:
    """Send again what may not have been sent; return the ids of the calls placed so.

    A dial goes out again only to a carrier that remembers attempts, and not when it has become stale.
    """
    placed: set[str] = set()
    for entry in engine.unresolved:
        do, slot, *_ = decode(entry.command)
        call_id = f"{engine.resident.call_key}{entry.attempt:016x}"
        current = engine.resident.slot_of(call_id) == slot
        state = engine.resident.floor.calls[slot].state if current else ENDED
        if do == PLACE_CALL:
            if engine.carrier.remembers_attempts and state != ENDED and now <= entry.not_after:
                engine.send_one(entry, now)
                placed.add(call_id)
        elif (
            do == HANG_UP
            or (do == BRIDGE and state == CONNECTING and call_id in here)
            or (do == PLAY and state == MESSAGE and call_id in here)
        ):
            engine.send_one(entry, now)
        engine.sent_up_to = entry.seq
    engine.unresolved = []
    return placed
