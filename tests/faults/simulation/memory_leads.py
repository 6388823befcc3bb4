"""The leads and numbers of the store in memory: claimed, judged, given back, disposed of."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from callfloor.floor.vocabulary import WITHHELD
from callfloor.leads.attempt_limits import UNLIMITED, Allowance, allowance
from callfloor.leads.lawful_hours import ANY_TIME, Lawful, day_around
from callfloor.leads.whereabouts import Whereabouts, whereabouts_of
from callfloor.stores.list_mix import ListMix
from callfloor.stores.port import (
    LEAD_COLUMNS,
    CallRecord,
    Claim,
    ClaimedLead,
    ClaimRules,
    ClaimTerms,
    DisposedCall,
    ReturnedLead,
)
from tests.faults.simulation.memory_rows import (
    CLAIMED,
    DONE,
    DUE,
    HELD_BACK,
    WAITING,
    StoredLead,
    StoredList,
    StoredNumber,
    Undo,
)

if TYPE_CHECKING:
    from tests.faults.simulation.memory import Database

ASK_AGAIN_S = 5.0
GO_ON_S = 0.05
REFUSED_AT_ONCE = 2_000
LONGEST_TALK_S = 86_400.0
NOWHERE = Whereabouts((), ())


class LeadBook:
    """Lists, leads, numbers, bars and registers."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.lists: list[StoredList] = []
        self.leads: list[StoredLead] = []
        self.numbers: list[StoredNumber] = []
        self.ids: dict[int, int] = {}
        self.by_number: dict[tuple[int, int], int] = {}
        self.made_up: dict[int, StoredList] = {}
        self.owed: dict[int, dict[str, float]] = {}
        self.bars: list[int] = []
        self.registers: dict[str, tuple[float, frozenset[int]]] = {}

    def number(self, e164: int, undo: Undo) -> StoredNumber:
        """The number of those digits, made if it is new."""
        if e164 not in self.ids:
            undo.note(self.ids, e164)
            self.ids[e164] = len(self.numbers) + 1
            undo.grow(self.numbers, StoredNumber(len(self.numbers) + 1, e164))
        return self.numbers[self.ids[e164] - 1]

    def add_list(self, campaign: int, status: str, undo: Undo, name: str = "a list") -> StoredList:
        """A new list."""
        undo.grow(self.lists, StoredList(len(self.lists) + 1, campaign, status, name))
        return self.lists[-1]

    def add_lead(self, of_list: StoredList, digits: Sequence[int], undo: Undo) -> StoredLead:
        """A new lead of a list, to be filled in further."""
        numbers = [self.number(e164, undo).id for e164 in digits]
        lead = StoredLead(len(self.leads) + 1, of_list.id, numbers)
        undo.grow(self.leads, lead)
        undo.grow(of_list.leads, lead)
        for number in numbers:
            undo.note(self.by_number, (of_list.campaign, number))
            self.by_number[of_list.campaign, number] = lead.id
        return lead

    def add_by_number(self, campaign: int, digits: Iterable[int], undo: Undo) -> int:
        """See FloorTransaction.add_leads."""
        if campaign not in self.made_up:
            undo.note(self.made_up, campaign)
            self.made_up[campaign] = self.add_list(campaign, "active", undo)
        added = 0
        for e164 in digits:
            if (campaign, self.number(e164, undo).id) not in self.by_number:
                self.add_lead(self.made_up[campaign], [e164], undo)
                added += 1
        return added

    def leads_of(self, campaign: int) -> Iterator[StoredLead]:
        """Every lead of a campaign."""
        for each in self.lists:
            if each.campaign == campaign:
                yield from each.leads

    def bar(self, e164: int, undo: Undo) -> int:
        """See Store.bar."""
        number = self.number(e164, undo)
        undo.set(number, "barred", True)
        undo.grow(self.bars, number.id)
        return number.id

    def in_registers(self, e164: int, names: Sequence[str]) -> bool:
        """Whether a number is in one of these registers."""
        return any(name in self.registers and e164 in self.registers[name][1] for name in names)

    def claim(
        self, floor: int, campaign: int, count: int, now: float, terms: ClaimTerms, undo: Undo
    ) -> Claim:
        """See FloorTransaction.claim."""
        judge = Judge(self, terms, now, undo)
        mix = ListMix(terms.rules.list_mix, dict(self.owed.get(campaign, {})))
        lists = [each for each in self.lists if each.campaign == campaign and each.status == "active"]
        taken = self.claim_appointments(floor, lists, count, judge)
        refused, due_at = 0, now
        while len(taken) < count:
            able = [
                name for name in terms.rules.list_mix if due_leads(named(lists, name), 1, terms.rules, now)
            ]
            giver = mix.next_of(able) if able else None
            if giver is None:
                candidates = due_leads(lists, count - len(taken), terms.rules, now)
            else:
                candidates = due_leads(named(lists, giver), 1, terms.rules, now)
            if not candidates:
                due_at = self.next_due(now)
                break
            for lead in candidates:
                claimed = judge.take(floor, lead)
                if claimed is None:
                    refused += 1
                else:
                    taken.append(claimed)
                    if giver is not None:
                        mix.give(giver, able)
            if refused >= REFUSED_AT_ONCE:
                due_at = now + GO_ON_S
                break
        if terms.rules.list_mix:
            undo.note(self.owed, campaign)
            self.owed[campaign] = mix.owed
        times = [
            max(now, lead.due_at)
            for each in lists
            for lead in each.leads
            if lead.appointment is not None and lead.appointment[1] == floor and lead.status in (DUE, WAITING)
        ]
        return Claim(taken, due_at, min(times, default=math.inf))

    def claim_appointments(
        self, floor: int, lists: Sequence[StoredList], count: int, judge: Judge
    ) -> list[ClaimedLead]:
        """Appointments that are due: the floor's own, and those that nobody has kept in time."""
        grace_s, now = judge.terms.rules.appointment_grace_s, judge.now
        found = [
            (lead.appointment, lead.id, lead)
            for each in lists
            for lead in each.leads
            if lead.appointment is not None and is_due(lead, now)
        ]
        found = [each for each in found if each[0][1] == floor or each[0][0] <= now - grace_s]
        taken: list[ClaimedLead] = []
        for (at, of_floor, agent), _, lead in sorted(found, key=lambda each: (each[0][0], each[1]))[:count]:
            claimed = judge.take(floor, lead)
            if claimed is not None and of_floor == floor and now < at + grace_s:
                claimed = claimed._replace(agent=agent, appointment_at=at)
            if claimed is not None:
                taken.append(claimed)
        return taken

    def next_due(self, now: float) -> float:
        """When to ask again."""
        times = [lead.due_at for lead in self.leads if lead.status == WAITING and lead.due_at > now]
        return min([*times, now + ASK_AGAIN_S])

    def give_back(self, floor: int, returned: ReturnedLead, undo: Undo) -> None:
        """See FloorTransaction.give_back."""
        number, lead = self.numbers[returned.number - 1], self.leads[returned.lead - 1]
        undo.set(number, "held_by", None)
        undo.set(number, "failures", returned.failures)
        undo.set(number, "free_at", max(number.free_at, returned.free_at))
        undo.set(lead, "attempts", returned.attempts)
        if returned.outcome >= 0:
            undo.set(lead, "outcome", returned.outcome)
        self.set_due(floor, lead, returned.due_at, returned.agent, undo)
        done = returned.due_at == math.inf
        if not done and (returned.outcome >= 0 or returned.drop_number) and len(lead.numbers) > 1:
            rest = [] if returned.drop_number else [returned.number]
            undo.set(lead, "numbers", [*lead.numbers[1:], *rest])

    def set_due(self, floor: int, lead: StoredLead, due_at: float, agent: int | None, undo: Undo) -> None:
        """Have a lead be due at a time, as an appointment with an agent or not, or done with."""
        done = due_at == math.inf
        undo.set(lead, "status", DONE if done else WAITING)
        undo.set(lead, "due_at", 0.0 if done else due_at)
        undo.set(lead, "appointment", None if agent is None or done else (due_at, floor, agent))

    def dispose(self, floor: int, records: dict[int, CallRecord], disposed: DisposedCall, undo: Undo) -> None:
        """Write what was said of a call; a lead that some floor holds is left to that floor."""
        if disposed.attempt not in records:
            return
        record = records[disposed.attempt]._replace(disposition=disposed.disposition)
        records[disposed.attempt] = record
        if disposed.bar_number:
            self.bar(self.numbers[record.number - 1].e164, undo)
        lead = self.leads[record.lead - 1]
        if disposed.due_at is None or lead.status == CLAIMED:
            return
        if not disposed.drop_number:
            self.set_due(floor, lead, disposed.due_at, disposed.agent, undo)
            return
        left = [number for number in lead.numbers if number != record.number]
        undo.set(lead, "numbers", left or lead.numbers)
        undo.set(lead, "status", WAITING if left else DONE)
        undo.set(lead, "due_at", 0.0)


def named(lists: Sequence[StoredList], name: str) -> list[StoredList]:
    """The lists of a name."""
    return [each for each in lists if each.name == name]


def is_due(lead: StoredLead, now: float) -> bool:
    """Whether a lead may be claimed, as far as its time goes."""
    return lead.status in (DUE, WAITING) and lead.due_at <= now


def due_leads(lists: Sequence[StoredList], count: int, rules: ClaimRules, now: float) -> list[StoredLead]:
    """The first `count` due leads in the order that is asked for, but for appointments."""
    due = [
        (place, lead)
        for place, each in enumerate(lists)
        for lead in each.leads
        if lead.due_at <= now and lead.appointment is None and is_due(lead, now)
    ]
    if rules.only:
        due = [each for each in due if is_wanted(each[1], rules)]

    def by_priority(lead: StoredLead) -> tuple[float, ...]:
        return lead.priority, lead.due_at, lead.id

    if rules.order == "oldest":
        due.sort(key=lambda each: (each[0], *by_priority(each[1])))
    elif rules.order == "priority":
        due.sort(key=lambda each: by_priority(each[1]))
    else:
        due.sort(
            key=lambda each: (
                (0, -each[0], *by_priority(each[1]))
                if each[1].attempts == 0
                else (1, 0, *by_priority(each[1]))
            )
        )
    return [lead for _, lead in due[:count]]


def is_wanted(lead: StoredLead, rules: ClaimRules) -> bool:
    """Whether a lead has the values that the campaign wants."""
    for name, allowed in rules.only.items():
        value = getattr(lead, name) if name in LEAD_COLUMNS else lead.attributes.get(name)
        if value not in allowed:
            return False
    return True


class Judge:
    """The terms of one claim, at one instant."""

    def __init__(self, book: LeadBook, terms: ClaimTerms, now: float, undo: Undo) -> None:
        self.book, self.terms, self.now, self.undo = book, terms, now, undo

    def take(self, floor: int, lead: StoredLead) -> ClaimedLead | None:
        """Take the lead with the first of its numbers that may be called now; else say when it may."""
        terms, undo = self.terms, self.undo
        if terms.consent_required and (lead.consent_at is None or lead.consent_at > self.now):
            self.hold_back(lead, "no consent")
            return None
        due_at, problem = math.inf, ""
        for number in lead.numbers:
            found = self.number(self.book.numbers[number - 1], lead)
            if isinstance(found, ClaimedLead):
                undo.set(lead, "status", CLAIMED)
                undo.set(lead, "numbers", [number, *(other for other in lead.numbers if other != number)])
                undo.set(self.book.numbers[number - 1], "held_by", floor)
                return found
            due_at, problem = min(due_at, found[0]), problem or found[1]
        if due_at < math.inf:
            undo.set(lead, "status", WAITING)
            undo.set(lead, "due_at", due_at)
        elif problem:
            self.hold_back(lead, problem)
        else:
            undo.set(lead, "status", DONE)
        return None

    def hold_back(self, lead: StoredLead, reason: str) -> None:
        """Keep a lead from being called until somebody looks at it."""
        self.undo.set(lead, "status", HELD_BACK)
        self.undo.set(lead, "held_back", reason)

    def number(self, number: StoredNumber, lead: StoredLead) -> ClaimedLead | tuple[float, str]:
        """Judge one of a lead's numbers: claimed, or refused until a time or for a problem."""
        now, hours, limits = self.now, self.terms.hours, self.terms.limits
        if number.barred or self.book.in_registers(number.e164, self.terms.registers):
            return math.inf, ""
        where, lawful, allowed = NOWHERE, ANY_TIME, UNLIMITED
        if hours is not None or limits.per_day > 0:
            where = whereabouts_of(number.e164, lead.state, lead.postal_code, lead.time_zone)
        if hours is not None:
            lawful = hours.at(where, now)
            if lawful.problem:
                return math.inf, lawful.problem
        if hours is not None or limits.looks_back_s > 0.0:
            allowed = self.allowance(number.id, where, lawful)
        due_at = max(number.free_at, lawful.from_s, allowed.from_s)
        if number.held_by is not None:
            due_at = max(due_at, now + ASK_AGAIN_S)
        if due_at > now:
            return due_at, ""
        return ClaimedLead(
            *(lead.id, number.id, number.e164, lead.attempts, number.failures, number.last_attempt_at),
            *(len(lead.numbers) - 1, lawful.from_s, lawful.until_s, allowed.from_s, allowed.left),
        )

    def allowance(self, number: int, where: Whereabouts, lawful: Lawful) -> Allowance:
        """What the limits on attempts allow."""
        limits = self.terms.limits.with_per_24h(lawful.attempts_per_24h)
        if limits.looks_back_s <= 0.0:
            return UNLIMITED
        since = self.now - limits.looks_back_s - LONGEST_TALK_S
        records = [
            record
            for record in self.book.database.records_of(number)
            if record.placed_at > since and record.outcome != WITHHELD
        ]
        talked_at = max(
            (
                r.connected_at if r.ended_at is None else r.ended_at
                for r in records
                if r.connected_at is not None
            ),
            default=-math.inf,
        )
        day = day_around(where, self.now) if limits.per_day > 0 else (0.0, 0.0)
        return allowance(limits, [record.placed_at for record in records], talked_at, day, self.now)
