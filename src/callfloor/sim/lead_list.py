"""A campaign's leads in a simulated world, handed out as a store does: those that are due, then new ones.

Only leads that wait for another attempt, or for their hours, take room.
"""

from __future__ import annotations

from dataclasses import field

from callfloor.floor.records import Lead
from callfloor.floor.units import (
    Code,
    Codes,
    Count,
    Counts,
    Flag,
    Rate,
    Seconds,
    Times,
    Word,
    grow_codes,
    grow_counts,
    grow_times,
    new_codes,
    new_counts,
    new_times,
    record,
)
from callfloor.floor.vocabulary import LONG_AGO, NEVER, UNKNOWN
from callfloor.people.draws import mix_words, pick, uniform_of
from callfloor.sim.calendar import Calendar

__all__ = ["LeadList"]

DRAW_ZONE: Code = 30
DRAW_REGISTER: Code = 32
DRAW_CONSENT: Code = 33

# Why a lead is held back for good.
NOT_HELD_BACK: Code = 0
DO_NOT_CALL: Code = 1
NO_CONSENT: Code = 2
HELD_REASONS: Count = 3

FIRST_SLOTS: Count = 64
DAY_S: Seconds = 86400.0


@record
class LeadList:
    """Leads 0 to `count` - 1. ``take`` leaves what it took in `lead`, `attempts`, and so on.

    Hours in which people may be called lie in `opens` and `closes` by time zone, `days` for each. A lead's
    zone is in `zones`, or where that is empty drawn by `zone_shares`, whose sum is `zone_total`.
    """

    stream: Word = 0
    count: Count = 0
    fresh: Count = 0  # the next lead that has never been handed out
    due: Calendar = field(default_factory=Calendar)
    leads: Counts = field(default_factory=new_counts)
    attempts_of: Codes = field(default_factory=new_codes)
    failures_of: Codes = field(default_factory=new_codes)
    last_at_of: Times = field(default_factory=new_times)
    next_free: Counts = field(default_factory=new_counts)
    first_free: Count = -1
    slots: Count = 0

    days: Count = 0  # 0: at any time
    opens: Times = field(default_factory=new_times)
    closes: Times = field(default_factory=new_times)
    day_of: Counts = field(default_factory=new_counts)  # by zone: the first day that is not over
    zones: Codes = field(default_factory=new_codes)
    zone_shares: Counts = field(default_factory=new_counts)
    zone_total: Count = 0

    talks_again: Flag = False  # leads who were talked to may be called again
    talked_to: Codes = field(
        default_factory=new_codes
    )  # by lead: 1 for who was, where they may be called again

    limits: Counts = field(default_factory=new_counts)  # attempts to a number, each with its span in spans_s
    spans_s: Times = field(default_factory=new_times)
    zone_limits: Codes = field(default_factory=new_codes)  # in 24 hours, by zone; 0: none
    depth: Count = 0  # the largest of those limits: so many attempts are remembered of each lead
    history: Times = field(default_factory=new_times)  # by lead: when, the latest `depth` of them in a ring

    per_day: Count = 0  # attempts to a number on a calendar day; 0: no limit
    dates: Count = 0  # calendar days of each zone, which lie one after the other
    date_until: Times = field(default_factory=new_times)  # it is the same date
    date_begins: Times = field(default_factory=new_times)
    date_ends: Times = field(default_factory=new_times)
    date_of: Counts = field(default_factory=new_counts)  # by zone: the one that it is
    after_talk_s: Seconds = 0.0  # how long nobody is called who was talked to
    talked_at: Times = field(default_factory=new_times)  # by lead: when the last conversation ended

    holds_back: Flag = False  # some leads are never to be called
    register_share: Rate = 0.0
    no_consent_share: Rate = 0.0
    held: Codes = field(default_factory=new_codes)  # by lead: why, where that is known
    held_back: Counts = field(default_factory=new_counts)  # by reason: leads whose turn has come

    first_number: Count = 0  # the number of lead 0: no two campaigns have one in common
    appoints: Flag = False  # leads may have appointments with agents
    grace_s: Seconds = 0.0  # after that an appointment is for any agent
    appointed: Calendar = field(default_factory=Calendar)  # with the agents as serial numbers
    appointment_of: Times = field(default_factory=new_times)

    lead: Count = -1
    attempts: Count = 0
    failures: Count = 0
    last_at: Seconds = LONG_AGO
    lawful_from: Seconds = LONG_AGO
    lawful_until: Seconds = NEVER
    allowed_from: Seconds = LONG_AGO
    agent: Count = UNKNOWN  # with whom it has an appointment
    appointment_at: Seconds = NEVER

    def take(self, now: Seconds) -> Flag:
        """Take the next lead that may be called now, if there is one; appointments come first."""
        if self.appoints and self.take_appointed(now):
            return True
        while self.take_any(now):
            due_at = self.free_from(now)
            if due_at <= now:
                return True
            self.keep(due_at)
        return False

    def take_appointed(self, now: Seconds) -> Flag:
        """Take the next appointment that is due, if the person may be called now."""
        while self.appointed.next_at <= now:
            self.appointed.pop()
            self.agent = self.appointed.serial
            self.appointment_at = self.appointment_of[self.appointed.index]
            self.take_slot(self.appointed.index)
            due_at = self.free_from(now)
            if due_at <= now:
                if now >= self.appointment_at + self.grace_s:
                    self.agent = UNKNOWN
                return True
            self.keep_appointed(due_at)
        self.agent = UNKNOWN
        return False

    def free_from(self, now: Seconds) -> Seconds:
        """Return from when on the lead in hand may be called, by its hours and by the limits on attempts."""
        if self.days > 0:
            self.find_hours(now)
        if self.depth > 0 or self.after_talk_s > 0.0:
            self.find_allowed(now)
        return max(self.lawful_from, self.allowed_from)

    def find_allowed(self, now: Seconds) -> None:
        """Find when the limits on attempts allow the next one to the lead in hand."""
        self.allowed_from = LONG_AGO
        for place in range(len(self.limits)):
            self.limit_attempts(self.limits[place], self.spans_s[place])
        if len(self.zone_limits) > 0:
            self.limit_attempts(self.zone_limits[self.zone_of(self.lead)], DAY_S)
        if 0 < self.per_day <= self.attempts:
            self.limit_day(now)
        if self.after_talk_s > 0.0:
            self.allowed_from = max(self.allowed_from, self.talked_at[self.lead] + self.after_talk_s)

    def limit_day(self, now: Seconds) -> None:
        """Let the lead in hand wait for tomorrow, where it has been called as often as it may be in a day."""
        zone = self.zone_of(self.lead)
        date = zone * self.dates + self.date_of[zone]
        while self.date_until[date] <= now:
            date += 1
        self.date_of[zone] = date - zone * self.dates
        place = self.lead * self.depth + (self.attempts - self.per_day) % self.depth
        if self.history[place] >= self.date_begins[date]:
            self.allowed_from = max(self.allowed_from, self.date_ends[date])

    def limit_attempts(self, limit: Count, span_s: Seconds) -> None:
        """Let no more than `limit` attempts to the lead in hand be made in a span; 0: no limit."""
        if 0 < limit <= self.attempts:
            place = self.lead * self.depth + (self.attempts - limit) % self.depth
            self.allowed_from = max(self.allowed_from, self.history[place] + span_s)

    def take_any(self, now: Seconds) -> Flag:
        """Take a lead that is due, else a new one, whatever its hours."""
        if self.due.next_at <= now:
            self.due.pop()
            self.take_slot(self.due.index)
            return True
        if self.holds_back:
            self.pass_over()
        if self.fresh == self.count:
            return False
        self.lead = self.fresh
        self.attempts = 0
        self.failures = 0
        self.last_at = LONG_AGO
        self.fresh += 1
        return True

    def pass_over(self) -> None:
        """Pass over the new leads that are never to be called, up to the next one that is."""
        while self.fresh < self.count:
            reason = self.reason_against(self.fresh)
            if reason == NOT_HELD_BACK:
                return
            self.held_back[reason] += 1
            self.fresh += 1

    def reason_against(self, lead: Count) -> Code:
        """Why a lead is never to be called: what its list says, else as drawn."""
        if len(self.held) > 0 and self.held[lead] != NOT_HELD_BACK:
            return self.held[lead]
        if uniform_of(mix_words(self.stream, lead, 0, DRAW_CONSENT)) < self.no_consent_share:
            return NO_CONSENT
        if uniform_of(mix_words(self.stream, lead, 0, DRAW_REGISTER)) < self.register_share:
            return DO_NOT_CALL
        return NOT_HELD_BACK

    def take_slot(self, slot: Count) -> None:
        """Take a lead that waits out of its slot."""
        self.lead = self.leads[slot]
        self.attempts = self.attempts_of[slot]
        self.failures = self.failures_of[slot]
        self.last_at = self.last_at_of[slot]
        self.next_free[slot] = self.first_free
        self.first_free = slot

    def find_hours(self, now: Seconds) -> None:
        """Find the hours, now or next, in which the lead in hand may be called; NEVER where none are left."""
        zone = self.zone_of(self.lead)
        first = zone * self.days
        day = self.day_of[zone]
        while day < self.days and self.closes[first + day] <= now:
            day += 1
        self.day_of[zone] = day
        self.lawful_from = self.opens[first + day] if day < self.days else NEVER
        self.lawful_until = self.closes[first + day] if day < self.days else NEVER

    def zone_of(self, lead: Count) -> Count:
        """Return the time zone of a lead."""
        if len(self.zones) > 0:
            return self.zones[lead]
        left = pick(mix_words(self.stream, lead, 0, DRAW_ZONE), self.zone_total)
        zone: Count = 0
        while left >= self.zone_shares[zone]:
            left -= self.zone_shares[zone]
            zone += 1
        return zone

    def give_back(self, lead: Lead, due_at: Seconds) -> None:
        """Take back a lead that is to be called again."""
        self.take_in_hand(lead)
        self.keep(due_at)

    def give_back_appointed(self, lead: Lead, at: Seconds, agent: Count) -> None:
        """Take back a lead that this agent is to call at that time."""
        self.take_in_hand(lead)
        self.agent = agent
        self.appointment_at = at
        self.keep_appointed(at)

    def take_in_hand(self, lead: Lead) -> None:
        """Take back a lead, and remember the attempt."""
        self.lead = lead.id
        self.attempts = lead.attempts
        self.failures = lead.failures
        self.last_at = lead.last_attempt_at
        if self.depth > 0 and self.attempts > 0:
            self.history[self.lead * self.depth + (self.attempts - 1) % self.depth] = self.last_at

    def keep(self, due_at: Seconds) -> None:
        """Keep the lead in hand until it is due; one that never is goes for good."""
        if due_at == NEVER:
            return
        self.due.add(due_at, 0, self.fill_slot(), 0)

    def keep_appointed(self, due_at: Seconds) -> None:
        """Keep the lead in hand until its appointment, or until it may be called after that."""
        if due_at == NEVER:
            return
        slot = self.fill_slot()
        self.appointment_of[slot] = self.appointment_at
        self.appointed.add(due_at, 0, slot, self.agent)

    def fill_slot(self) -> Count:
        """Put the lead in hand into a free slot, and return which."""
        slot = self.first_free
        if slot >= 0:
            self.first_free = self.next_free[slot]
        else:
            slot = self.slots
            self.slots += 1
            if slot == len(self.leads):
                self.grow()
        self.leads[slot] = self.lead
        self.attempts_of[slot] = self.attempts
        self.failures_of[slot] = self.failures
        self.last_at_of[slot] = self.last_at
        return slot

    def grow(self) -> None:
        """Make room for twice as many leads that wait."""
        slots = FIRST_SLOTS if self.slots < FIRST_SLOTS else 2 * self.slots
        grow_counts(self.leads, slots)
        grow_codes(self.attempts_of, slots)
        grow_codes(self.failures_of, slots)
        grow_times(self.last_at_of, slots)
        grow_counts(self.next_free, slots)
        if self.appoints:
            grow_times(self.appointment_of, slots)

    def is_first_talk(self, lead: Count) -> Flag:
        """Whether a lead that is talked to now never was before."""
        if not self.talks_again:
            return True
        if self.talked_to[lead] == 1:
            return False
        self.talked_to[lead] = 1
        return True

    def more_at(self) -> Seconds:
        """Return when the next lead is due, seconds; NEVER where none is left."""
        return LONG_AGO if self.fresh < self.count else self.due.next_at

    def next_appointment(self, now: Seconds) -> Seconds:
        """Return when the next appointment is due, now at the soonest; 0: there is none."""
        return 0.0 if self.appointed.count == 0 else max(now, self.appointed.next_at)
