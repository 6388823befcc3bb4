"""Leads that are due, claimed with their numbers and given back. Every function runs inside a transaction."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence

import apsw

from callfloor.stores.port import Claim, ClaimedLead, ReturnedLead

DUE, WAITING, CLAIMED, DONE = range(4)
"""leads.status"""

ASK_AGAIN_S = 5.0
"""Where there are too few leads: how long until new lists and freed numbers are looked for."""

MADE_UP = "added by number"


def claim_leads(db: apsw.Connection, floor: int, campaign: int, count: int, now: float) -> Claim:
    """Claim up to `count` leads that are due, by priority and then by how long they have been due."""
    db.execute("UPDATE leads SET status = 0 WHERE status = 1 AND due_at <= ?", (now,))
    taken: list[ClaimedLead] = []
    while len(taken) < count:
        candidates = due_leads(db, campaign, count - len(taken))
        if not candidates:
            return Claim(taken, next_due(db, now))
        for lead, number, others, attempts in candidates:
            claimed = take_lead(db, floor, lead, number, json.loads(others) if others else [], attempts, now)
            if claimed is not None:
                taken.append(claimed)
    return Claim(taken, now)


def due_leads(db: apsw.Connection, campaign: int, count: int) -> list[tuple[int, int, str | None, int]]:
    """The first `count` due leads of the campaign's active lists: (lead, number, other numbers, attempts)."""
    lists = db.execute(
        "SELECT id FROM lists WHERE campaign = ? AND status = 'active'", (campaign,)
    ).fetchall()
    sql = (
        "SELECT priority, due_at, id, number, other_numbers, attempts FROM leads "
        "WHERE list = ? AND status = 0 ORDER BY priority, due_at, id LIMIT ?"
    )
    rows = [row for (list_id,) in lists for row in db.execute(sql, (list_id, count))]
    if len(lists) > 1:
        rows.sort(key=lambda row: row[:3])
    return [row[2:] for row in rows[:count]]


def take_lead(
    db: apsw.Connection, floor: int, lead: int, number: int, others: list[int], attempts: int, now: float
) -> ClaimedLead | None:
    """Take the lead with the first of its numbers that is free; where none is, have it wait or be done."""
    free_at = math.inf
    for candidate in [number, *others]:
        e164, barred, failures, last_attempt_at, number_free_at, held_by = db.execute(
            "SELECT e164, barred, failures, last_attempt_at, free_at, held_by FROM numbers WHERE id = ?",
            (candidate,),
        ).get
        if barred:
            continue
        if held_by is None and number_free_at <= now:
            rest = [n for n in [number, *others] if n != candidate]
            db.execute(
                "UPDATE leads SET status = 2, number = ?, other_numbers = ? WHERE id = ?",
                (candidate, json.dumps(rest) if rest else None, lead),
            )
            db.execute("UPDATE numbers SET held_by = ? WHERE id = ?", (floor, candidate))
            last = -math.inf if last_attempt_at is None else last_attempt_at
            return ClaimedLead(lead, candidate, e164, attempts, failures, last, len(rest))
        freed_at = number_free_at if held_by is None else max(number_free_at, now + ASK_AGAIN_S)
        free_at = min(free_at, freed_at)
    if free_at == math.inf:
        db.execute("UPDATE leads SET status = 3 WHERE id = ?", (lead,))
    else:
        db.execute("UPDATE leads SET status = 1, due_at = ? WHERE id = ?", (free_at, lead))
    return None


def next_due(db: apsw.Connection, now: float) -> float:
    """When to ask again: at the next lead's time, and not later than in ASK_AGAIN_S."""
    due_at = db.execute("SELECT min(due_at) FROM leads WHERE status = 1").get
    return now + ASK_AGAIN_S if due_at is None else max(now, min(due_at, now + ASK_AGAIN_S))


def return_leads(db: apsw.Connection, floor: int, returned: Sequence[ReturnedLead]) -> None:
    """Write back what became of leads; their numbers are free for other floors again."""
    db.executemany(
        "UPDATE numbers SET held_by = NULL, failures = ? WHERE id = ?",
        [(r.failures, r.number) for r in returned],
    )
    db.executemany(
        "UPDATE leads SET status = ?, due_at = ?, attempts = ?, outcome = coalesce(?, outcome) WHERE id = ?",
        [
            (
                DONE if r.due_at == math.inf else WAITING,
                0.0 if r.due_at == math.inf else r.due_at,
                r.attempts,
                None if r.outcome < 0 else r.outcome,
                r.lead,
            )
            for r in returned
        ],
    )
    db.executemany(
        "DELETE FROM floor_leads WHERE floor = ? AND lead = ?", [(floor, r.lead) for r in returned]
    )
    for r in returned:
        if r.due_at < math.inf and (r.outcome >= 0 or r.drop_number):
            rotate_numbers(db, r)


def rotate_numbers(db: apsw.Connection, returned: ReturnedLead) -> None:
    """The next attempt is to the lead's next number; the one tried goes to the end, or away."""
    others = db.execute("SELECT other_numbers FROM leads WHERE id = ?", (returned.lead,)).get
    if others is None:
        return
    first, *rest = json.loads(others)
    rest = rest if returned.drop_number else [*rest, returned.number]
    db.execute(
        "UPDATE leads SET number = ?, other_numbers = ? WHERE id = ?",
        (first, json.dumps(rest) if rest else None, returned.lead),
    )


def add_leads(db: apsw.Connection, campaign: int, numbers: Iterable[int]) -> int:
    """Add leads by number alone to the campaign's list of such; return how many were new to it."""
    find = "SELECT id FROM lists WHERE campaign = ? AND name = ?"
    list_id = db.execute(find, (campaign, MADE_UP)).get
    if list_id is None:
        list_id = db.execute(
            "INSERT INTO lists (campaign, name, status, created_at, published_at) "
            "VALUES (?, ?, 'active', 0, 0) RETURNING id",
            (campaign, MADE_UP),
        ).get
    added = 0
    for e164 in numbers:
        number = db.execute(
            "INSERT INTO numbers (e164) VALUES (?) ON CONFLICT (e164) DO UPDATE SET e164 = e164 RETURNING id",
            (e164,),
        ).get
        stands = "SELECT 1 FROM lead_numbers WHERE campaign = ? AND number = ?"
        if db.execute(stands, (campaign, number)).get is None:
            lead = db.execute(
                "INSERT INTO leads (list, number) VALUES (?, ?) RETURNING id", (list_id, number)
            ).get
            db.execute("INSERT INTO lead_numbers VALUES (?, ?, ?)", (campaign, number, lead))
            added += 1
    return added
