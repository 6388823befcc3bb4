"""Whether a number may be called now, by all that the store knows: asked when leads are claimed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from callfloor.floor.vocabulary import WITHHELD
from callfloor.leads.attempt_limits import UNLIMITED, Allowance, AttemptLimits, allowance
from callfloor.leads.lawful_hours import ANY_TIME, Lawful, day_around
from callfloor.leads.whereabouts import Whereabouts, whereabouts_of
from callfloor.stores.port import ClaimedLead, ClaimTerms
from callfloor.stores.sql.database import Database
from callfloor.stores.sql.registers import in_registers

ASK_AGAIN_S = 5.0
"""How long until new lists, and numbers that another floor holds, are looked for again."""

LONGEST_TALK_S = 86400.0
"""A conversation counts from its end, which may be long after the attempt."""

NOWHERE = Whereabouts((), ())


class DueLead(NamedTuple):
    """A lead that is due, with what the law needs to know of the person."""

    id: int
    number: int
    other_numbers: str | None
    attempts: int
    state: str | None
    postal_code: str | None
    time_zone: str | None
    consent_at: float | None


class Known(NamedTuple):
    """What the store knows of a number."""

    e164: int
    barred: int
    failures: int
    last_attempt_at: float | None
    free_at: float
    held_by: int | None


class Refusal(NamedTuple):
    """Why a number may not be called now: until `due_at`, or for a `problem`; neither: never again."""

    due_at: float = math.inf
    problem: str = ""


NEVER_AGAIN = Refusal()


class Judge:
    """The terms of one claim, at one instant."""

    def __init__(self, db: Database, terms: ClaimTerms, now: float) -> None:
        self.db = db
        self.terms = terms
        self.now = now
        self.needs_place = terms.hours is not None or terms.limits.per_day > 0
        # Rules of a state may limit attempts to all who live in it.
        by_state_s = 86400.0 if terms.hours is not None else 0.0
        self.looks_back_s = max(by_state_s, terms.limits.looks_back_s)
        self.known: dict[int, Known] = {}
        self.registered: set[int] = set()
        self.calls: dict[int, list[tuple[float, float | None]]] = {}

    def look_up(self, numbers: Sequence[int]) -> None:
        """Find out what is known of some numbers, by id, in few questions.

        Nothing becomes known of a number that another process is claiming just now.
        """
        db = self.db
        missing = db.listed([number for number in numbers if number not in self.known])
        sql = (
            "SELECT id, e164, barred, failures, last_attempt_at, free_at, held_by FROM numbers "
            f"WHERE {db.among('id')} {db.lock_free}"
        )
        found = {row[0]: Known(*row[1:]) for row in db.rows(sql, (missing,))}
        self.known.update(found)
        if self.terms.registers:
            asked = [known.e164 for known in found.values() if not known.barred]
            self.registered |= in_registers(db, self.terms.registers, asked)
        if self.looks_back_s > 0.0:
            # An attempt that was never sent is none.
            sql = (
                "SELECT number, placed_at, "
                "CASE WHEN connected_at IS NOT NULL THEN coalesce(ended_at, connected_at) END "
                f"FROM call_records WHERE {db.among('number')} AND placed_at > ? AND outcome != ?"
            )
            since = self.now - self.looks_back_s - LONGEST_TALK_S
            for number, placed_at, ended_at in db.rows(sql, (db.listed(list(found)), since, WITHHELD)):
                self.calls.setdefault(number, []).append((placed_at, ended_at))

    def number(self, number: int, lead: DueLead, others: int) -> ClaimedLead | Refusal:
        """Judge one of a lead's numbers (by id), of which it has so many others."""
        now, hours = self.now, self.terms.hours
        if number not in self.known:
            self.look_up([number])
        known = self.known.get(number)
        if known is None:
            return Refusal(now + ASK_AGAIN_S)
        if known.barred or known.e164 in self.registered:
            return NEVER_AGAIN
        where, lawful, allowed = NOWHERE, ANY_TIME, UNLIMITED
        if self.needs_place:
            where = whereabouts_of(known.e164, lead.state, lead.postal_code, lead.time_zone)
        if hours is not None:
            lawful = hours.at(where, now)
            if lawful.problem:
                return Refusal(problem=lawful.problem)
        if self.looks_back_s > 0.0:
            allowed = self.allowance(number, where, lawful)
        due_at = max(known.free_at, lawful.from_s, allowed.from_s)
        if known.held_by is not None:
            due_at = max(due_at, now + ASK_AGAIN_S)
        if due_at > now:
            return Refusal(due_at)
        last = -math.inf if known.last_attempt_at is None else known.last_attempt_at
        return ClaimedLead(
            *(lead.id, number, known.e164, lead.attempts, known.failures, last, others),
            *(lawful.from_s, lawful.until_s, allowed.from_s, allowed.left),
        )

    def allowance(self, number: int, where: Whereabouts, lawful: Lawful) -> Allowance:
        """What the limits on attempts allow, those of the campaign and of the person's state."""
        limits: AttemptLimits = self.terms.limits.with_per_24h(lawful.attempts_per_24h)
        back_s = limits.looks_back_s
        if back_s <= 0.0:
            return UNLIMITED
        since = self.now - back_s - LONGEST_TALK_S
        rows = [row for row in self.calls.get(number, ()) if row[0] > since]
        talked_at = max((ended for _, ended in rows if ended is not None), default=-math.inf)
        day = day_around(where, self.now) if limits.per_day > 0 else (0.0, 0.0)
        return allowance(limits, [placed for placed, _ in rows], talked_at, day, self.now)

    def take(self, number: int, floor: int) -> None:
        """A floor holds the number from now on."""
        self.known[number] = self.known[number]._replace(held_by=floor)
