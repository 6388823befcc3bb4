"""A journal run through the floor again: the same inputs must give the same commands and the same state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from callfloor.failures import UsageError
from callfloor.floor.vocabulary import COMMAND_NAMES, EVENT_NAMES
from callfloor.live.batch import CONFIGURED
from callfloor.live.image import call_text, floor_text, new_floor
from callfloor.live.rows import (
    AGENT,
    CAMPAIGN,
    COMMAND_FIELDS,
    LEAD,
    command_values,
    decode,
    encode,
    event_of,
    pieces_of,
)
from callfloor.live.settings import FloorSettings, apply_settings
from callfloor.stores.port import FloorImage, JournalEntry, Store

FORGET_EVERY = 1_000
"""Entries after which the lists of changed records are emptied: nobody writes them here."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a replay first went another way. `seq` and `at` are the journal entry's."""

    seq: int
    at: float
    event: str
    what: str


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay came to. `versions` are those that wrote the journal."""

    floor: str
    entries: int
    versions: tuple[str, ...]
    difference: Difference | None


def replay_journal(
    store: Store, floor_id: int, name: str, runtime: Any, progress: Callable[[int, int], None] | None = None
) -> Replay:
    """Replay a floor's journal through `runtime` and compare with what was decided and committed.

    `progress` is told the entry reached and the last one. Raises StoreError.
    """
    image = store.load(floor_id)
    floor = new_floor(runtime)
    versions: dict[str, None] = {}
    expected_seq = 0
    for entry in entries_of(store, image):
        expected_seq += 1
        difference = None
        try:
            if entry.seq != expected_seq:
                difference = differs(
                    entry, f"expected entry {expected_seq} of the journal, found {entry.seq}"
                )
            elif entry.kind == CONFIGURED:
                versions[decode(entry.commands)[0]] = None
                floor.now = entry.at
                apply_settings(runtime, floor, FloorSettings.of_text(entry.event))
            else:
                difference = replay_event(runtime, floor, entry)
        except (LookupError, TypeError, ValueError, UsageError) as error:
            difference = differs(entry, f"cannot be read by this version: {error!r}")
        if difference is not None:
            return Replay(name, expected_seq, tuple(versions), difference)
        if expected_seq % FORGET_EVERY == 0:
            forget_changes(floor)
            if progress is not None:
                progress(expected_seq, image.last_seq)
    return Replay(name, expected_seq, tuple(versions), compare_state(image, floor))


def entries_of(store: Store, image: FloorImage) -> Iterator[JournalEntry]:
    """The entries up to the state that was loaded: a floor may run on while its journal is read."""
    for entry in store.journal(image.id):
        if entry.seq > image.last_seq:
            return
        yield entry


def replay_event(runtime: Any, floor: Any, entry: JournalEntry) -> Difference | None:
    """Hand one event to the floor again and compare the commands and the time."""
    runtime.decide(floor, event_of(runtime, entry.event), entry.at)
    found = [command_values(floor.commands[i]) for i in range(floor.sent)]
    if floor.now != entry.at:
        return differs(entry, f"expected the floor's time {entry.at!r}, found {floor.now!r}")
    # Compared as texts: JSON cannot tell the infinities apart that a command's field may hold.
    if encode(found).decode() == entry.commands:
        return None
    return differs(entry, first_difference(decode(entry.commands), decode(encode(found))))


def first_difference(expected: list[Any], found: list[Any]) -> str:
    """The first command that differs, in words."""
    for i, (one, other) in enumerate(zip(expected, found, strict=False)):
        for field, a, b in zip(COMMAND_FIELDS, one, other, strict=False):
            if a != b:
                return f"command {i} ({COMMAND_NAMES.get(one[0], one[0])}): expected {field} {a}, found {b}"
    return f"expected {len(expected)} commands, found {len(found)}"


def differs(entry: JournalEntry, what: str) -> Difference:
    """A difference at a journal entry."""
    return Difference(entry.seq, entry.at, EVENT_NAMES.get(entry.kind, "configured"), what)


def compare_state(image: FloorImage, floor: Any) -> Difference | None:
    """Whether the state at the end is the one that was committed, row by row."""
    committed: dict[str, str] = {"floor": image.state}
    committed |= {f"agent {i}": row for i, _, row in image.agents}
    committed |= {f"campaign {i}": row for i, _, row in image.campaigns}
    committed |= {f"call {i}": row for i, row in image.calls}
    committed |= {f"array {i}, {part} from {place}": row for i, part, place, row in image.arrays}
    replayed: dict[str, str] = {"floor": floor_text(floor)}
    replayed |= {f"agent {record.id}": AGENT.text(record) for record in floor.agents}
    replayed |= {f"campaign {record.id}": CAMPAIGN.text(record) for record in floor.campaigns}
    replayed |= {f"call {record.id}": call_text(record) for record in floor.calls}
    replayed |= {
        f"array {campaign.id}, {part} from {place}": encode(list(piece)).decode()
        for campaign in floor.campaigns
        for part, values in CAMPAIGN.arrays_apart(campaign)
        for place, piece in pieces_of(values)
    }
    committed |= {f"lead {lead}": row for lead, row in image.leads}
    replayed |= {f"lead {lead.id}": LEAD.text(lead) for lead in held_leads(floor)}
    if image.version == 0:
        return None
    for name in {**committed, **replayed}:
        one, other = committed.get(name, "nothing"), replayed.get(name, "nothing")
        if one != other:
            what = f"state of {name}: expected {one} as committed, found {other}"
            return Difference(image.last_seq, floor.now, "end of the journal", what)
    return None


def held_leads(floor: Any) -> Iterator[Any]:
    """The leads that a floor holds: those in its buffers, those shown to agents, those on the line."""
    for campaign in floor.campaigns:
        lead = campaign.first_lead
        while lead is not None:
            yield lead
            lead = lead.next
    for agent in floor.agents:
        if agent.lead is not None:
            yield agent.lead
        lead = agent.first_appointment
        while lead is not None:
            yield lead
            lead = lead.next
    for call in floor.calls:
        if call.ended_at == float("inf") and call.lead is not None:
            yield call.lead


def forget_changes(floor: Any) -> None:
    """Empty the lists of changed records."""
    for records in (floor.changed_agents, floor.changed_campaigns, floor.changed_calls, floor.changed_leads):
        for record in records:
            record.changed = False
        records.clear()
