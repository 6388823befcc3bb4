"""What must hold when a run is over: nothing is left, journals replay, ledgers tell the truth."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from callfloor.floor.vocabulary import (
    ABANDONED,
    AGENT_STATE_NAMES,
    CALL_ANSWERED,
    CALL_BRIDGED,
    CALL_STATE_NAMES,
    CANCELLED,
    ENDED,
    HUMAN,
    HUNG_UP_EARLY,
    MACHINE,
    OUTCOME_NAMES,
    READY,
    REPORT,
)
from callfloor.live.image import load_floor
from callfloor.live.replay import replay_journal
from callfloor.live.rows import EVENT, decode
from callfloor.stores.port import CallRecord
from tests.faults.simulation.memory import MemoryStore
from tests.faults.simulation.memory_rows import CLAIMED
from tests.faults.simulation.witness import Truth

if TYPE_CHECKING:
    from tests.faults.simulation.world import World

CALL_PLACE = EVENT.numbers.index("call")
"""Of an event's row, the slot of the call."""


class ReportingRuntime:
    """A floor's module that notes, as a journal is replayed, which attempts were reported as abnormal."""

    def __init__(self, runtime: Any) -> None:
        self.runtime = runtime
        self.reported: dict[int, list[int]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.runtime, name)

    def decide(self, floor: Any, event: Any, now: float) -> None:
        """Decide, and look at what was decided."""
        self.runtime.decide(floor, event, now)
        for command in floor.commands[: floor.sent]:
            if command.do == REPORT and command.call is not None:
                self.reported.setdefault(command.call.attempt, []).append(command.code)


def left_over(world: World) -> list[str]:
    """What is not finished yet, in words."""
    left: list[str] = []
    for place, stored in enumerate(world.database.floors, start=1):
        floor = load_floor(world.runtime, MemoryStore(world.database).load(place))
        left += [
            f"attempt {call.attempt} of floor {place} is {CALL_STATE_NAMES[call.state]}"
            for call in floor.calls
            if call.state != ENDED
        ]
        left += [
            f"agent {agent.id} of floor {place} is {AGENT_STATE_NAMES[agent.state]}"
            for agent in floor.agents
            if agent.state != READY
        ]
        left += [f"floor {place} holds lead {lead}" for lead in stored.leads]
    left += [
        f"{world.witness.attempt(truth.call_id)} lives at the carrier"
        for truth in world.witness.truths.values()
        if truth.ended_at == math.inf
    ]
    left += world.postbox.left_over()
    book = world.database.book
    left += [f"lead {lead.id} is claimed" for lead in book.leads if lead.status == CLAIMED]
    left += [f"number {n.id} is held by floor {n.held_by}" for n in book.numbers if n.held_by is not None]
    return left


def drained(world: World) -> bool:
    """Whether everything is finished."""
    return not left_over(world)


def check_drained(world: World) -> None:
    """Everything is finished. Raises ViolationError."""
    left = left_over(world)
    world.witness.require(not left, f"still not finished: {'; '.join(left[:8])}")


def check_journals(world: World) -> dict[tuple[int, int], list[int]]:
    """Every journal replays; return the abnormal conditions of each (floor, attempt)."""
    found: dict[tuple[int, int], list[int]] = {}
    store = MemoryStore(world.database)
    for place, stored in enumerate(world.database.floors, start=1):
        runtime = ReportingRuntime(world.runtime)
        replay = replay_journal(store, place, stored.name, runtime)
        difference = replay.difference
        world.witness.require(
            difference is None, f"the journal of floor {place} does not replay: {difference}"
        )
        world.witness.require(
            replay.entries == len(stored.journal),
            f"the journal of floor {place} has entries that are not read",
        )
        found.update({(place, attempt): codes for attempt, codes in runtime.reported.items()})
    return found


def check_calls(world: World, abnormal: dict[tuple[int, int], list[int]]) -> None:
    """Ledgers are what the records say, and the records what really happened."""
    for place, stored in enumerate(world.database.floors, start=1):
        [campaign] = load_floor(world.runtime, MemoryStore(world.database).load(place)).campaigns
        records = stored.records.values()
        counts = {
            "connected": sum(r.outcome == HUMAN and r.connected_at is not None for r in records),
            "abandoned": sum(r.outcome == ABANDONED for r in records),
            "hung_up_early": sum(r.outcome == HUNG_UP_EARLY for r in records),
            "attempts": len(records),
            "live": 0,
            "placed": 0,
        }
        for name, count in counts.items():
            found = getattr(campaign, name)
            world.witness.require(
                found == count, f"floor {place} counts {found} calls as {name}, its call records say {count}"
            )
        for record in records:
            call_id = f"{stored.call_key}{record.attempt:016x}"
            check_call(world, call_id, record, abnormal.get((place, record.attempt), []))
    records_of = {key: world.database.floor(place).records for key, place in world.floors.items()}
    for call_id in world.witness.truths:
        known = int(call_id[16:], 16) in records_of[call_id[:16]]
        world.witness.require(known, f"{world.witness.attempt(call_id)} was rung and is not on record")


def check_call(world: World, call_id: str, record: CallRecord, abnormal: list[int]) -> None:
    """One attempt: what is on record is what happened, or an abnormal condition says why not."""
    truth, require = world.witness.truths.get(call_id), world.witness.require
    outcome = OUTCOME_NAMES[record.outcome] if record.outcome >= 0 else "none"
    what = f"{world.witness.attempt(call_id)} is on record as {outcome}, reported as {abnormal}"
    require(record.ended_at is not None, f"{what}: it has no end")
    if truth is None:
        # An agent may hang up before the dial is sent.
        require(bool(abnormal) or record.outcome == CANCELLED, f"{what}: it was never rung")
        require(record.answered_at is None, f"{what}: it was never rung")
        return
    if record.connected_at is not None:
        require(bool(truth.bridged_at), f"{what}: it is on record as connected, and never was")
    elif truth.bridged_at and was_told(world, call_id, truth, CALL_BRIDGED):
        require(bool(abnormal), f"{what}: it was connected")
    if record.outcome in (ABANDONED, HUNG_UP_EARLY):
        require(truth.by_person, f"{what}: no person has answered")
    if truth.by_person and record.outcome in (MACHINE, -1):
        require(bool(abnormal), f"{what}: a person has answered")
    if truth.by_person and not truth.bridged_at:
        if record.outcome == CANCELLED and not was_told(world, call_id, truth, CALL_ANSWERED):
            # It was hung up for a reason of its own while, as far as anybody knew, it rang.
            return
        check_unconnected(world, what, truth.played, truth.hung_up, record, abnormal)


def was_told(world: World, call_id: str, truth: Truth, kind: int) -> bool:
    """Whether the floor has ever heard of what happened, while it knew the call.

    What is lost on the way it cannot know, nor whose it is when it comes long after the call's end.
    """
    stored = world.database.floor(world.floor_of_call(call_id))
    ids = [event_id for event_id in truth.told.get(kind, []) if event_id in stored.event_ids]
    taken = [decode(entry.event)[CALL_PLACE] for entry in stored.journal if entry.event_id in ids]
    return any(slot >= 0 for slot in taken)


def check_unconnected(
    world: World, what: str, played: bool, hung_up: bool, record: CallRecord, abnormal: list[int]
) -> None:
    """A person has answered and was connected to nobody: they had the message, or left, or it is logged."""
    campaign = world.plan.setting.campaign
    told = record.outcome in (ABANDONED, HUNG_UP_EARLY) or campaign["mode"] == "message"
    world.witness.require(told or bool(abnormal), f"{what}: a person has answered")
    if hung_up and campaign["message"] and record.outcome == ABANDONED:
        world.witness.require(played or bool(abnormal), f"{what}: they were hung up on without the message")
