"""Leads that are due, claimed with their numbers and given back. Every function runs inside a transaction."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence

import apsw

from callfloor.stores.port import Claim, ClaimedLead, ClaimTerms, ReturnedLead
from callfloor.stores.sqlite.judging import ASK_AGAIN_S, DueLead, Judge, Refusal
from callfloor.stores.sqlite.ordering import active_lists, due_appointments, next_appointment
from callfloor.stores.sqlite.sources import source_of

DUE, WAITING, CLAIMED, DONE, HELD_BACK = range(5)
"""leads.status"""

WOKEN_AT_ONCE = 10_000
"""At nine in the morning a whole list is due: a claim that woke all of it would keep the floor waiting."""

REFUSED_AT_ONCE = 2_000
GO_ON_S = 0.05
"""After so many leads that may not be called now a claim ends, and another one goes on soon."""

NO_CONSENT = "no consent"

MADE_UP = "added by number"


def claim_leads(
    db: apsw.Connection, floor: int, campaign: int, count: int, now: float, terms: ClaimTerms
) -> Claim:
    """Claim up to `count` leads that are due: appointments, then others in the order that is asked for."""
    db.execute(
        "UPDATE leads SET status = 0 WHERE id IN "
        "(SELECT id FROM leads WHERE status = 1 AND due_at <= ? ORDER BY due_at LIMIT ?)",
        (now, WOKEN_AT_ONCE),
    )
    judge = Judge(db, terms, now)
    active = active_lists(db, campaign)
    lists = [each.id for each in active]
    taken = claim_appointments(db, floor, lists, count, judge)
    source = source_of(db, campaign, active, terms.rules)
    refused = 0
    due_at = now
    while len(taken) < count:
        candidate = source.next(count - len(taken))
        if candidate is None:
            due_at = next_due(db, now)
            break
        claimed = take_lead(db, floor, candidate, judge)
        if claimed is not None:
            taken.append(claimed)
            source.taken()
            continue
        refused += 1
        if refused >= REFUSED_AT_ONCE:
            due_at = now + GO_ON_S
            break
    source.close()
    return Claim(taken, due_at, next_appointment(db, floor, lists, now))


def claim_appointments(
    db: apsw.Connection, floor: int, lists: Sequence[int], count: int, judge: Judge
) -> list[ClaimedLead]:
    """Claim the appointments that are due: the floor's own, and those that nobody has kept in time."""
    taken: list[ClaimedLead] = []
    grace_s = judge.terms.rules.appointment_grace_s
    for at, of_floor, agent, lead in due_appointments(db, floor, lists, count, judge.now - grace_s):
        claimed = take_lead(db, floor, lead, judge)
        if claimed is not None and of_floor == floor and judge.now < at + grace_s:
            taken.append(claimed._replace(agent=agent, appointment_at=at))
        elif claimed is not None:
            taken.append(claimed)
    return taken


def take_lead(db: apsw.Connection, floor: int, lead: DueLead, judge: Judge) -> ClaimedLead | None:
    """Take the lead with the first of its numbers that may be called now.

    Where none may, it waits until one may, is held back for what is not known of the person, or is done.
    """
    if judge.terms.consent_required and (lead.consent_at is None or lead.consent_at > judge.now):
        hold_back(db, lead.id, NO_CONSENT)
        return None
    due_at, problem = math.inf, ""
    numbers = [lead.number, *(json.loads(lead.other_numbers) if lead.other_numbers else [])]
    for number in numbers:
        found = judge.number(number, lead, len(numbers) - 1)
        if isinstance(found, Refusal):
            due_at = min(due_at, found.due_at)
            problem = problem or found.problem
            continue
        rest = [other for other in numbers if other != number]
        db.execute(
            "UPDATE leads SET status = 2, number = ?, other_numbers = ? WHERE id = ?",
            (number, json.dumps(rest) if rest else None, lead.id),
        )
        db.execute("UPDATE numbers SET held_by = ? WHERE id = ?", (floor, number))
        return found
    if due_at < math.inf:
        db.execute("UPDATE leads SET status = 1, due_at = ? WHERE id = ?", (due_at, lead.id))
    elif problem:
        hold_back(db, lead.id, problem)
    else:
        db.execute("UPDATE leads SET status = 3 WHERE id = ?", (lead.id,))
    return None


def hold_back(db: apsw.Connection, lead: int, reason: str) -> None:
    """Keep a lead from being called until somebody looks at it."""
    db.execute("UPDATE leads SET status = 4, held_back = ? WHERE id = ?", (reason, lead))


def next_due(db: apsw.Connection, now: float) -> float:
    """When to ask again: at the next lead's time, and not later than in ASK_AGAIN_S."""
    due_at = db.execute("SELECT min(due_at) FROM leads WHERE status = 1").get
    return now + ASK_AGAIN_S if due_at is None else max(now, min(due_at, now + ASK_AGAIN_S))


def return_leads(db: apsw.Connection, floor: int, returned: Sequence[ReturnedLead]) -> None:
    """Write back what became of leads; their numbers are free for other floors again."""
    db.executemany(
        "UPDATE numbers SET held_by = NULL, failures = ?1, free_at = max(free_at, ?2) WHERE id = ?3",
        [(r.failures, r.free_at, r.number) for r in returned],
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
    for r in returned:
        set_appointment(db, floor, r.lead, r.agent, r.due_at)
    db.executemany(
        "DELETE FROM floor_leads WHERE floor = ? AND lead = ?", [(floor, r.lead) for r in returned]
    )
    for r in returned:
        if r.due_at < math.inf and (r.outcome >= 0 or r.drop_number):
            rotate_numbers(db, r)


def set_appointment(db: apsw.Connection, floor: int, lead: int, agent: int | None, at: float) -> None:
    """Note with whom and when a lead has an appointment, or that it has none."""
    if agent is None or at == math.inf:
        db.execute(
            "UPDATE leads SET appointment_at = NULL, appointment_floor = NULL, appointment_agent = NULL "
            "WHERE id = ? AND appointment_at IS NOT NULL",
            (lead,),
        )
    else:
        db.execute(
            "UPDATE leads SET appointment_at = ?, appointment_floor = ?, appointment_agent = ? WHERE id = ?",
            (at, floor, agent, lead),
        )


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
