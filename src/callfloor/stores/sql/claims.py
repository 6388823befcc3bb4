"""Leads that are due, claimed with their numbers and given back. Every function runs inside a transaction."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence

from callfloor.stores.port import Claim, ClaimedLead, ClaimTerms, ReturnedLead
from callfloor.stores.sql.database import Database
from callfloor.stores.sql.judging import ASK_AGAIN_S, DueLead, Judge, Refusal
from callfloor.stores.sql.numbers import number_ids
from callfloor.stores.sql.ordering import active_lists, due_appointments, due_leads, next_appointment
from callfloor.stores.sql.sources import source_of

DUE, WAITING, CLAIMED, DONE, HELD_BACK = range(5)
"""leads.status"""

WOKEN_AT_ONCE = 10_000
"""At nine in the morning a whole list is due: a claim that woke all of it would keep the floor waiting."""

REFUSED_AT_ONCE = 2_000
GO_ON_S = 0.05
"""After so many leads that may not be called now a claim ends, and another one goes on soon."""

NO_CONSENT = "no consent"

MADE_UP = "added by number"

APPOINTMENT = ("appointment_at", "appointment_floor", "appointment_agent")
SET_APPOINTMENT = ", ".join(f"{column} = {{{column}}}" for column in APPOINTMENT)


def claim_leads(db: Database, floor: int, campaign: int, count: int, now: float, terms: ClaimTerms) -> Claim:
    """Claim up to `count` leads that are due: appointments, then others in the order that is asked for."""
    db.run(
        "UPDATE leads SET status = 0 WHERE id IN "
        f"(SELECT id FROM leads WHERE status = 1 AND due_at <= ? ORDER BY due_at LIMIT ? {db.lock_free})",
        (now, WOKEN_AT_ONCE),
    )
    judge = Judge(db, terms, now)
    verdicts = Verdicts(floor, judge)
    active = active_lists(db, campaign)
    lists = [each.id for each in active]
    taken = claim_appointments(db, floor, lists, count, judge)

    def look(lists: Sequence[int], wanted: int) -> list[DueLead]:
        # Those that came before are due no more.
        verdicts.write(db)
        found = due_leads(db, lists, wanted, terms.rules)
        judge.look_up([lead.number for lead in found])
        return found

    source = source_of(db, campaign, active, terms.rules.list_mix, look)
    refused = 0
    dry = False
    while len(taken) < count and refused < REFUSED_AT_ONCE and not dry:
        candidate = source.next(count - len(taken))
        claimed = None if candidate is None else verdicts.take(candidate)
        if claimed is not None:
            taken.append(claimed)
            source.taken()
        elif candidate is None:
            dry = True
        else:
            refused += 1
    verdicts.write(db)
    source.close()
    due_at = next_due(db, now) if dry else now
    if refused >= REFUSED_AT_ONCE and len(taken) < count:
        due_at = now + GO_ON_S
    return Claim(taken, due_at, next_appointment(db, floor, lists, now))


def claim_appointments(
    db: Database, floor: int, lists: Sequence[int], count: int, judge: Judge
) -> list[ClaimedLead]:
    """Claim the appointments that are due: the floor's own, and those that nobody has kept in time."""
    taken: list[ClaimedLead] = []
    grace_s = judge.terms.rules.appointment_grace_s
    due = due_appointments(db, floor, lists, count, judge.now - grace_s)
    found = take_leads(db, floor, [lead for _, _, _, lead in due], judge)
    for (at, of_floor, agent, _), claimed in zip(due, found, strict=True):
        if claimed is not None and of_floor == floor and judge.now < at + grace_s:
            taken.append(claimed._replace(agent=agent, appointment_at=at))
        elif claimed is not None:
            taken.append(claimed)
    return taken


def take_leads(db: Database, floor: int, leads: Sequence[DueLead], judge: Judge) -> list[ClaimedLead | None]:
    """Take each lead with the first of its numbers that may be called now; None where none may."""
    if not leads:
        return []
    judge.look_up([lead.number for lead in leads])
    verdicts = Verdicts(floor, judge)
    taken = [verdicts.take(lead) for lead in leads]
    verdicts.write(db)
    return taken


class Verdicts:
    """What a claim has decided of some leads."""

    def __init__(self, floor: int, judge: Judge) -> None:
        self.floor = floor
        self.judge = judge
        self.claimed: list[tuple[int, int, str | None]] = []  # lead, number, others
        self.waiting: list[tuple[int, float]] = []
        self.held_back: list[tuple[int, str]] = []
        self.done: list[tuple[int]] = []

    def take(self, lead: DueLead) -> ClaimedLead | None:
        """Take a lead with the first of its numbers that may be called now.

        Where none may, it waits until one may, is held back for what is not known of the person, or is done.
        """
        judge = self.judge
        if judge.terms.consent_required and (lead.consent_at is None or lead.consent_at > judge.now):
            self.held_back.append((lead.id, NO_CONSENT))
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
            self.claimed.append((lead.id, number, json.dumps(rest) if rest else None))
            judge.take(number, self.floor)
            return found
        if due_at < math.inf:
            self.waiting.append((lead.id, due_at))
        elif problem:
            self.held_back.append((lead.id, problem))
        else:
            self.done.append((lead.id,))
        return None

    def write(self, db: Database) -> None:
        """Write all of it down."""
        db.update(
            "leads",
            ("id", "number", "other_numbers"),
            f"status = {CLAIMED}, number = {{number}}, other_numbers = {{other_numbers}}",
            self.claimed,
        )
        holding = [(number, self.floor) for _, number, _ in self.claimed]
        db.update("numbers", ("id", "held_by"), "held_by = {held_by}", holding)
        db.update("leads", ("id", "due_at"), f"status = {WAITING}, due_at = {{due_at}}", self.waiting)
        db.update(
            "leads", ("id", "held_back"), f"status = {HELD_BACK}, held_back = {{held_back}}", self.held_back
        )
        db.update("leads", ("id",), f"status = {DONE}", self.done)
        for written in (self.claimed, self.waiting, self.held_back, self.done):
            written.clear()


def next_due(db: Database, now: float) -> float:
    """When to ask again: at the next lead's time, and not later than in ASK_AGAIN_S."""
    due_at = db.value("SELECT min(due_at) FROM leads WHERE status = 1")
    return now + ASK_AGAIN_S if due_at is None else max(now, min(due_at, now + ASK_AGAIN_S))


def return_leads(db: Database, floor: int, returned: Sequence[ReturnedLead]) -> None:
    """Write back what became of leads; their numbers are free for other floors again."""
    if not returned:
        return
    db.update(
        "numbers",
        ("id", "failures", "free_at"),
        "held_by = NULL, failures = {failures}, "
        "free_at = CASE WHEN free_at > {free_at} THEN free_at ELSE {free_at} END",
        [(r.number, r.failures, r.free_at) for r in returned],
    )
    db.update(
        "leads",
        ("id", "status", "due_at", "attempts", "outcome", *APPOINTMENT),
        "status = {status}, due_at = {due_at}, attempts = {attempts}, "
        f"outcome = coalesce({{outcome}}, outcome), {SET_APPOINTMENT}",
        [
            (
                r.lead,
                DONE if r.due_at == math.inf else WAITING,
                0.0 if r.due_at == math.inf else r.due_at,
                r.attempts,
                None if r.outcome < 0 else r.outcome,
                *appointment(floor, r.agent, r.due_at),
            )
            for r in returned
        ],
    )
    db.delete("floor_leads", ("floor", "lead"), [(floor, r.lead) for r in returned])
    tried = [r for r in returned if r.has_others and (r.outcome >= 0 or r.drop_number)]
    rotate_numbers(db, [r for r in tried if r.due_at < math.inf])


def appointment(floor: int, agent: int | None, at: float) -> tuple[float | None, int | None, int | None]:
    """What a lead's columns of APPOINTMENT have: with whom and when, or that there is none."""
    return (None, None, None) if agent is None or at == math.inf else (at, floor, agent)


def set_appointment(db: Database, floor: int, lead: int, agent: int | None, at: float) -> None:
    """Note with which agent and when a lead has an appointment, or that it has none."""
    db.update("leads", ("id", *APPOINTMENT), SET_APPOINTMENT, [(lead, *appointment(floor, agent, at))])


def rotate_numbers(db: Database, returned: Sequence[ReturnedLead]) -> None:
    """The next attempt is to the lead's next number; the one tried goes to the end, or away."""
    if not returned:
        return
    sql = f"SELECT id, other_numbers FROM leads WHERE other_numbers IS NOT NULL AND {db.among('id')}"
    others = dict(db.rows(sql, (db.listed([r.lead for r in returned]),)))
    turned = []
    for r in returned:
        if r.lead in others:
            first, *rest = json.loads(others[r.lead])
            rest = rest if r.drop_number else [*rest, r.number]
            turned.append((r.lead, first, json.dumps(rest) if rest else None))
    db.update(
        "leads",
        ("id", "number", "other_numbers"),
        "number = {number}, other_numbers = {other_numbers}",
        turned,
    )


def add_leads(db: Database, campaign: int, numbers: Iterable[int]) -> int:
    """Add leads by number alone to the campaign's list of such; return how many were new to it."""
    find = "SELECT id FROM lists WHERE campaign = ? AND name = ?"
    list_id = db.value(find, (campaign, MADE_UP))
    if list_id is None:
        list_id = db.value(
            "INSERT INTO lists (campaign, name, status, created_at, published_at) "
            "VALUES (?, ?, 'active', 0, 0) RETURNING id",
            (campaign, MADE_UP),
        )
    wanted = list(dict.fromkeys(numbers))
    ids = number_ids(db, wanted)
    # In the order in which they are given: with all else equal that is the order of calling.
    given = [ids[e164].id for e164 in wanted]
    sql = f"SELECT number FROM lead_numbers WHERE campaign = ? AND {db.among('number')}"
    there = {number for (number,) in db.rows(sql, (campaign, db.listed(given)))}
    new = [number for number in given if number not in there]
    leads = list(zip(db.new_ids("leads", len(new)), new, strict=True))
    db.insert("leads", ("id", "list", "number"), [(lead, list_id, number) for lead, number in leads])
    db.insert(
        "lead_numbers", ("campaign", "number", "lead"), [(campaign, number, lead) for lead, number in leads]
    )
    return len(new)
