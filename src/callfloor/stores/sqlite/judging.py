"""Whether a number may be called now, by all that the store knows: asked when leads are claimed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import apsw

from callfloor.floor.vocabulary import WITHHELD
from callfloor.leads.attempt_limits import UNLIMITED, Allowance, AttemptLimits, allowance
from callfloor.leads.lawful_hours import ANY_TIME, Lawful, day_around
from callfloor.leads.whereabouts import Whereabouts, whereabouts_of
from callfloor.stores.port import ClaimedLead, ClaimTerms
from callfloor.stores.sqlite.registers import active_registers, in_register

ASK_AGAIN_S = 5.0
"""How long until new lists, and numbers that another floor holds, are looked for again."""

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


class Refusal(NamedTuple):
    """Why a number may not be called now: until `due_at`, or for a `problem`; neither: never again."""

    due_at: float = math.inf
    problem: str = ""


NEVER_AGAIN = Refusal()


class Judge:
    """The terms of one claim, at one instant."""

    def __init__(self, db: apsw.Connection, terms: ClaimTerms, now: float) -> None:
        self.db = db
        self.terms = terms
        self.now = now
        self.registers = active_registers(db, terms.registers)
        self.needs_place = terms.hours is not None or terms.limits.per_day > 0
        self.may_limit = terms.hours is not None or terms.limits.looks_back_s > 0.0

    def number(self, number: int, lead: DueLead, others: int) -> ClaimedLead | Refusal:
        """Judge one of a lead's numbers (by id), of which it has so many others."""
        now, hours = self.now, self.terms.hours
        e164, barred, failures, last_attempt_at, free_at, held_by = self.db.execute(
            "SELECT e164, barred, failures, last_attempt_at, free_at, held_by FROM numbers WHERE id = ?",
            (number,),
        ).get
        if barred or any(in_register(self.db, register, e164) for register in self.registers):
            return NEVER_AGAIN
        where, lawful, allowed = NOWHERE, ANY_TIME, UNLIMITED
        if self.needs_place:
            where = whereabouts_of(e164, lead.state, lead.postal_code, lead.time_zone)
        if hours is not None:
            lawful = hours.at(where, now)
            if lawful.problem:
                return Refusal(problem=lawful.problem)
        if self.may_limit:
            allowed = self.allowance(number, where, lawful)
        due_at = max(free_at, lawful.from_s, allowed.from_s)
        if held_by is not None:
            due_at = max(due_at, now + ASK_AGAIN_S)
        if due_at > now:
            return Refusal(due_at)
        last = -math.inf if last_attempt_at is None else last_attempt_at
        return ClaimedLead(
            *(lead.id, number, e164, lead.attempts, failures, last, others),
            *(lawful.from_s, lawful.until_s, allowed.from_s, allowed.left),
        )

    def allowance(self, number: int, where: Whereabouts, lawful: Lawful) -> Allowance:
        """What the limits on attempts allow, those of the campaign and of the person's state."""
        limits: AttemptLimits = self.terms.limits.with_per_24h(lawful.attempts_per_24h)
        back_s = limits.looks_back_s
        if back_s <= 0.0:
            return UNLIMITED
        # An attempt that was never sent is none.
        found: Iterable[Any] = self.db.execute(
            "SELECT placed_at, CASE WHEN connected_at IS NOT NULL THEN coalesce(ended_at, connected_at) END "
            "FROM call_records WHERE number = ? AND placed_at > ? AND outcome != ?",
            (number, self.now - back_s - LONGEST_TALK_S, WITHHELD),
        )
        rows: list[tuple[float, float | None]] = list(found)
        talked_at = max((ended for _, ended in rows if ended is not None), default=-math.inf)
        day = day_around(where, self.now) if limits.per_day > 0 else (0.0, 0.0)
        return allowance(limits, [placed for placed, _ in rows], talked_at, day, self.now)


LONGEST_TALK_S = 86400.0
"""A conversation counts from its end, which may be long after the attempt."""
