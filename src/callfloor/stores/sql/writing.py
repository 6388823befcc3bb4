"""What a step has changed, written in as few statements as there are tables."""

from __future__ import annotations

from collections.abc import Sequence

from callfloor.stores.port import ArrayPiece, CallRecord, Changes, JournalEntry, OutboxEntry
from callfloor.stores.sql.claims import return_leads
from callfloor.stores.sql.database import Database
from callfloor.stores.sql.dispositions import dispose


def write_changes(db: Database, floor: int, version: int, changes: Changes) -> None:
    """Write a step's changes, and count the floor's version up from `version`."""
    db.run("UPDATE floors SET version = ?, state = ? WHERE id = ?", (version + 1, changes.state, floor))
    db.insert("journal", ("floor", *JournalEntry._fields), [(floor, *entry) for entry in changes.journal])
    if changes.sent_up_to:
        db.run("DELETE FROM outbox WHERE floor = ? AND seq <= ?", (floor, changes.sent_up_to))
    db.delete("inbox", ("id",), [(entry,) for entry in changes.taken])
    db.insert("outbox", ("floor", *OutboxEntry._fields), [(floor, *entry) for entry in changes.outbox])
    db.replace("floor_agents", ("floor", "id", "name", "state"), [(floor, *row) for row in changes.agents])
    db.replace(
        "floor_campaigns",
        ("floor", "id", "campaign", "state"),
        [(floor, *row) for row in changes.campaigns],
    )
    db.replace("floor_arrays", ("floor", *ArrayPiece._fields), [(floor, *piece) for piece in changes.arrays])
    db.replace("floor_calls", ("floor", "id", "state"), [(floor, *row) for row in changes.calls])
    return_leads(db, floor, changes.returned)
    db.replace("floor_leads", ("floor", "lead", "state"), [(floor, *row) for row in changes.leads])
    db.update(
        "numbers",
        ("id", "attempts", "last_attempt_at", "free_at"),
        "attempts = attempts + {attempts}, last_attempt_at = {last_attempt_at}, "
        "free_at = CASE WHEN free_at > {free_at} THEN free_at ELSE {free_at} END",
        attempts_by_number(changes.placed),
    )
    db.update(
        "numbers",
        ("id", "free_at"),
        "free_at = CASE WHEN free_at > {free_at} THEN free_at ELSE {free_at} END",
        longest_rests(changes.rested),
    )
    db.replace(
        "call_records", ("floor", *CallRecord._fields), [(floor, *record) for record in changes.records]
    )
    for disposed in changes.disposed:
        dispose(db, floor, disposed)


def longest_rests(rested: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Of numbers that are to rest each once, with the latest time."""
    found: dict[int, float] = {}
    for number, free_at in rested:
        found[number] = max(free_at, found.get(number, free_at))
    return list(found.items())


def attempts_by_number(placed: Sequence[tuple[int, float, float]]) -> list[tuple[int, int, float, float]]:
    """Of attempts in their order, by number: how many, when the last, and when it is free again."""
    found: dict[int, tuple[int, int, float, float]] = {}
    for number, at, free_at in placed:
        _, before, _, until = found.get(number, (number, 0, at, free_at))
        found[number] = (number, before + 1, at, max(until, free_at))
    return list(found.values())
