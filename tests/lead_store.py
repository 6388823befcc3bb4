"""A store of leads for random streams: a number is claimed by one lead at a time, as a store must see to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from callfloor.floor.vocabulary import CALL_BACK, LONG_AGO, NEVER, NUMBER_BAR, NUMBER_DROP, UNKNOWN

HOURS_LAST_S = 300.0
HOURS_COME_EVERY_S = 1000.0


@dataclass
class Person:
    """A lead as the store has it."""

    lead: int
    campaign: int
    number: int
    attempts: int = 0
    failures: int = 0
    other_numbers: int = 0
    due_at: float = LONG_AGO
    claimed: bool = False
    agent: int = UNKNOWN
    """With whom there is an appointment at `due_at`."""
    allowed_from: float = LONG_AGO
    attempts_left: int = -1
    opens_at: float = LONG_AGO
    """From when this person may be called, for some time and then again; LONG_AGO: at any time."""

    def hours(self, now: float) -> tuple[float, float]:
        """The hours that are now or come next."""
        if self.opens_at == LONG_AGO:
            return LONG_AGO, NEVER
        while self.opens_at + HOURS_LAST_S <= now:
            self.opens_at += HOURS_COME_EVERY_S
        return self.opens_at, self.opens_at + HOURS_LAST_S


class LeadStore:
    """The leads of all campaigns of a floor."""

    def __init__(self) -> None:
        self.claims: list[tuple[int, int]] = []
        self.people: dict[int, Person] = {}
        self.numbers = 0
        self.held: set[int] = set()
        self.barred: set[int] = set()
        self.last_attempt: dict[int, float] = {}
        self.attempts: dict[int, tuple[int, int]] = {}
        """The lead and the number of each attempt."""

    def new_number(self) -> int:
        self.numbers += 1
        return self.numbers

    def hand_over(self, campaign: int, wanted: int, choice: int, now: float) -> Iterator[dict[str, Any]]:
        """Claim up to so many leads that are due; the fields of each LEAD_CLAIMED."""
        due = [p for p in self.people.values() if p.campaign == campaign and self.is_due(p, now)]
        while len(due) < wanted and choice % 7:
            due.append(self.new_person(campaign, choice, now))
        for person in due[:wanted]:
            if not self.is_due(person, now):
                continue  # its number has just been given to another lead
            person.claimed = True
            self.held.add(person.number)
            yield self.fields_of(person, now)

    def next_appointment(self, campaign: int) -> float:
        """When the next appointment is due that nobody has claimed; 0: there is none."""
        times = [
            p.due_at
            for p in self.people.values()
            if p.campaign == campaign and p.agent != UNKNOWN and not p.claimed and p.due_at < NEVER
        ]
        return min(times, default=0.0)

    def fields_of(self, person: Person, now: float) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "campaign": person.campaign,
            "lead": person.lead,
            "number": person.number,
            "attempts": person.attempts,
            "failures": person.failures,
            "last_attempt_at": self.last_attempt.get(person.number, LONG_AGO),
            "barred": person.number in self.barred,
            "count": person.other_numbers,
            "allowed_from": person.allowed_from,
            "attempts_left": person.attempts_left,
        }
        if person.agent != UNKNOWN:
            fields |= {"agent": person.agent, "due_at": person.due_at}
        if person.opens_at > LONG_AGO:
            fields["lawful_from"], fields["lawful_until"] = person.hours(now)
        return fields

    def is_due(self, person: Person, now: float) -> bool:
        """Whether a lead can be claimed. Barred numbers come now and then, as from a slow register."""
        known = person.number in self.barred and person.lead % 4
        return not person.claimed and person.due_at <= now and person.number not in self.held and not known

    def new_person(self, campaign: int, choice: int, now: float) -> Person:
        """Somebody new on the list, now and then with the number of somebody else."""
        number = choice % self.numbers + 1 if self.numbers and choice % 3 == 0 else self.new_number()
        person = Person(len(self.people), campaign, number, other_numbers=choice % 11 == 0)
        if choice % 17 == 0:
            person.allowed_from = now + choice % 19 * 20.0 - 80.0
            person.attempts_left = choice % 3
        if choice % 13 == 0:
            person.opens_at = now + choice % 17 * 10.0 - 80.0
        if choice % 8 == 0:
            person.agent, person.due_at = choice % 5, now
        self.people[person.lead] = person
        return person

    def dispose(self, command: Any) -> None:
        """An agent has said something of a call: its lead is due as that says, unless it is claimed."""
        lead, number = self.attempts[command.count]
        if command.found == NUMBER_BAR:
            self.barred.add(number)
        person = self.people[lead]
        if command.at > LONG_AGO and not person.claimed:
            person.due_at = command.at
            person.agent = command.agent.id if command.found == CALL_BACK else UNKNOWN
            if command.found in (NUMBER_BAR, NUMBER_DROP) and person.number == number:
                person.due_at = NEVER

    def take_back(self, command: Any) -> None:
        """The floor gives a lead back."""
        person = self.people[command.lead.id]
        self.held.discard(person.number)
        person.claimed = False
        person.attempts = command.lead.attempts
        person.failures = command.lead.failures
        # Another attempt is allowed some time after the limit was reached.
        person.attempts_left = 1 if person.attempts_left == 0 else command.lead.attempts_left
        person.due_at = command.at
        person.agent = UNKNOWN if command.agent is None else command.agent.id
        if command.count and person.other_numbers:
            person.other_numbers -= 1
            person.number = self.new_number()
            person.failures = 0
