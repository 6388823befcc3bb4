"""Speaking to the carrier: what a step has decided, and what another process may not have said."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, NamedTuple

from callfloor.carriers.port import Originate
from callfloor.floor.vocabulary import BRIDGE, CONNECTING, ENDED, HANG_UP, MESSAGE, PLACE_CALL, PLAY
from callfloor.live.rows import decode
from callfloor.stores.port import OutboxEntry

if TYPE_CHECKING:
    from callfloor.live.step import Engine


def send(engine: Engine, outbox: Sequence[OutboxEntry], now: float) -> list[OutboxEntry]:
    """Send what has been committed; return the dials that were not sent. `now` is the UTC clock in seconds.

    What is sent is struck off with the next commit.
    """
    refused: list[OutboxEntry] = []
    for entry in outbox:
        if not send_one(engine, entry, now):
            refused.append(entry)
        engine.sent_up_to = entry.seq
    return refused


def send_one(engine: Engine, entry: OutboxEntry, now: float) -> bool:
    """Send a command, unless it has become stale or the number has been barred meanwhile.

    Returns whether the floor need not be told anything: False for a dial that was not sent.
    """
    do, _, *rest = decode(entry.command)
    dials = do == PLACE_CALL
    refused = dials and engine.store.is_barred(rest[2], engine.settings.campaigns[rest[0]].do_not_call)
    # Asked last: commit, database and carrier may each have kept us waiting for longer than it stays fresh.
    if engine.clock is not None:
        now = max(now, engine.clock())
    if refused or now > entry.not_after:
        return not dials
    call_id = f"{engine.resident.call_key}{entry.attempt:016x}"
    at = engine.resident.floor.now
    if dials:
        campaign, e164, _ = rest
        ring_timeout_s = engine.resident.floor.campaigns[campaign].ring_timeout_s
        caller_id = engine.settings.campaigns[campaign].caller_id
        engine.carrier.originate(Originate(call_id, e164, caller_id, ring_timeout_s, at))
    elif do == BRIDGE:
        engine.carrier.bridge(call_id, rest[0], at)
    elif do == HANG_UP:
        engine.carrier.hang_up(call_id, at)
    elif do == PLAY:
        engine.carrier.play(call_id, engine.settings.campaigns[rest[1]].message, at)
    return True


CARRIER_BEHIND_S = 5.0
"""By so much a carrier's clock may be behind ours, where it says from when on it knows attempts."""


def is_remembered(engine: Engine, slot: int) -> bool:
    """Whether the carrier rings nobody when it is told of a call anew that it was told of before."""
    placed_at: float = engine.resident.floor.calls[slot].placed_at
    return placed_at >= engine.carrier.remembers_since + CARRIER_BEHIND_S


class SentAgain(NamedTuple):
    """The calls of which something was said again."""

    placed: set[str]
    hung_up: set[str]


def send_unresolved(engine: Engine, now: float, here: AbstractSet[str] | None = None) -> SentAgain:
    """Send what the store has as not known to be sent, where that does no harm; return of which calls.

    Whoever committed it may be dead, or slow and just about to send it. Each command says the same when it is
    said twice, but for a dial, which goes out again only to a carrier that remembers attempts. `here` are the
    calls that the carrier has, where that is known.
    """
    again = SentAgain(set(), set())
    for entry in engine.unresolved:
        do, slot, *_ = decode(entry.command)
        call_id = f"{engine.resident.call_key}{entry.attempt:016x}"
        current = engine.resident.slot_of(call_id) == slot
        state = engine.resident.floor.calls[slot].state if current else ENDED
        lives = here is None or call_id in here
        if do == PLACE_CALL:
            if state != ENDED and now <= entry.not_after and is_remembered(engine, slot):
                # Where it is refused after all, the floor is told that it was not sent.
                engine.send([entry], now)
                again.placed.add(call_id)
        elif (
            do == HANG_UP
            or (do == BRIDGE and state == CONNECTING and lives)
            or (do == PLAY and state == MESSAGE and lives)
        ):
            send_one(engine, entry, now)
            if do == HANG_UP:
                again.hung_up.add(call_id)
        engine.sent_up_to = entry.seq
    engine.unresolved = []
    return again
