"""The port between the live step and a database: a floor is loaded, and each step is one transaction.

Rows of the floor's records are JSON texts that the store keeps without reading them (`live/rows.py` writes
and reads them); what other processes must see (leads, numbers, call records) has columns of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, Protocol

from callfloor.leads.attempt_limits import AttemptLimits
from callfloor.leads.lawful_hours import LawfulHours


class ClaimedLead(NamedTuple):
    """A lead with the number to dial, now held by the floor that claimed it. Times in UTC seconds."""

    lead: int
    number: int
    e164: int
    attempts: int  # of the lead
    failures: int  # of the number, in a row
    last_attempt_at: float  # of the number, by any campaign; -inf: never
    other_numbers: int
    lawful_from: float = -math.inf
    lawful_until: float = math.inf
    allowed_from: float = -math.inf  # by the limits on attempts
    attempts_left: int = -1  # that those allow; -1: any number
    agent: int = -1  # of the floor, with whom the lead has an appointment; -1: anybody's
    appointment_at: float = math.inf


class ClaimRules(NamedTuple):
    """Which leads a campaign wants, and in which order.

    Appointments come first in any order. `order` is one of LEAD_ORDERS. `only` has the values that a lead may
    have, by `state`, `postal_code`, `time_zone` or the name of another column of its list. An appointment is
    for its own agent until `appointment_grace_s` after its time, and then for anybody. `list_mix` has weights
    by the names of lists: of the leads claimed each list gives its share (`list_mix.py` says exactly how),
    those with nothing due left out, in `order` within the lists of a name. Other lists give when none of
    these has a lead that is due.
    """

    order: str = "priority"
    only: Mapping[str, Sequence[str]] = MappingProxyType({})
    appointment_grace_s: float = 300.0
    list_mix: Mapping[str, float] = MappingProxyType({})


LEAD_ORDERS = ("priority", "freshest", "oldest")
"""By priority, and whoever has been due for longest within one; those never called first, of the newest list
first; the oldest list first. Within a list priority counts in all of them."""

LEAD_COLUMNS = ("state", "postal_code", "time_zone")
"""Columns of a lead that every list has; others are in its attributes."""


@dataclass(frozen=True, slots=True)
class ClaimTerms:
    """Which leads a campaign wants, and what they must fulfil; others stay in the store."""

    hours: LawfulHours | None = None
    limits: AttemptLimits = field(default_factory=AttemptLimits)
    registers: tuple[str, ...] = ()  # names of do-not-call registers
    consent_required: bool = False
    rules: ClaimRules = field(default_factory=ClaimRules)


ANY_LEAD = ClaimTerms()


@dataclass(frozen=True, slots=True)
class Claim:
    """What a claim brought. `due_at`: when to ask again, at once where as many came as were asked for.

    `appointment_at` is when the next of the floor's appointments is due; infinity: there is none.
    """

    leads: Sequence[ClaimedLead]
    due_at: float
    appointment_at: float = math.inf


class ReturnedLead(NamedTuple):
    """A lead given back: due again at `due_at`, infinity when it is done with."""

    lead: int
    number: int
    attempts: int
    failures: int
    outcome: int  # -1: it was not called
    due_at: float
    drop_number: bool
    free_at: float = 0.0  # of the number, for every campaign; 0: as it was
    agent: int | None = None  # it is an appointment with this agent of the floor, at `due_at`
    has_others: bool = True  # the lead may have other numbers, of which the next one is to be tried


class CallRecord(NamedTuple):
    """One attempt, as it is kept for the years that the law asks for. None: did not come to that."""

    attempt: int
    campaign: int
    lead: int
    number: int
    agent: int | None
    outcome: int
    placed_at: float
    answered_at: float | None
    connected_at: float | None
    ended_at: float | None
    disposition: str | None = None  # what the agent said of it


class DisposedCall(NamedTuple):
    """What an agent has said of a call of this floor, perhaps after its end."""

    attempt: int
    disposition: str
    due_at: float | None  # of the lead from now on, infinity when it is done with; None: left as it is
    drop_number: bool  # the number that was called is not to be tried again, only the lead's others
    bar_number: bool  # and in no campaign
    agent: int | None = None  # it is an appointment with this agent of the floor, at `due_at`
    said_at: float = 0.0
    said_by: str = ""


class JournalEntry(NamedTuple):
    """One event and what was decided, as JSON texts; `kind` -1 is a configuration."""

    seq: int
    at: float
    kind: int
    event: str
    commands: str
    event_id: str | None


class OutboxEntry(NamedTuple):
    """A command for the carrier, as JSON text."""

    seq: int
    attempt: int
    command: str
    not_after: float


class ArrayPiece(NamedTuple):
    """A piece of an array of a campaign's that is too long for its row."""

    campaign: int  # its id in the floor
    part: int  # which array
    place: int  # of its first number
    state: str  # JSON array of numbers


@dataclass(slots=True)
class Changes:
    """All that one step writes."""

    state: str = ""  # the floor's own fields
    agents: list[tuple[int, str, str]] = field(default_factory=list)  # id, name, row
    campaigns: list[tuple[int, int, str]] = field(default_factory=list)  # id, campaign in the store, row
    arrays: list[ArrayPiece] = field(default_factory=list)
    calls: list[tuple[int, str]] = field(default_factory=list)  # slot, row
    leads: list[tuple[int, str]] = field(default_factory=list)  # lead, row
    placed: list[tuple[int, float, float]] = field(default_factory=list)  # number, at, free again at
    rested: list[tuple[int, float]] = field(default_factory=list)  # number, free again at, not sooner
    returned: list[ReturnedLead] = field(default_factory=list)
    records: list[CallRecord] = field(default_factory=list)
    disposed: list[DisposedCall] = field(default_factory=list)
    journal: list[JournalEntry] = field(default_factory=list)
    outbox: list[OutboxEntry] = field(default_factory=list)
    sent_up_to: int = 0  # outbox entries up to this seq are known to be sent
    taken: list[int] = field(default_factory=list)  # ids of inbox entries


@dataclass(slots=True)
class FloorImage:
    """A floor as it was last committed."""

    id: int
    version: int
    call_key: str  # 16 hexadecimal digits, the first half of the floor's call ids
    state: str
    agents: list[tuple[int, str, str]]
    campaigns: list[tuple[int, int, str]]
    calls: list[tuple[int, str]]
    leads: list[tuple[int, str]]
    outbox: list[OutboxEntry]
    last_seq: int  # of the journal
    arrays: list[ArrayPiece] = field(default_factory=list)  # pieces of each in their order


class FloorTransaction(Protocol):
    """One step of one floor, under way."""

    def claim(self, campaign: int, count: int, now: float, terms: ClaimTerms = ANY_LEAD) -> Claim:
        """Claim up to `count` leads of the campaign that are due, each with a number that nobody holds.

        One that may not be called now by the `terms` waits until it may; one of whom too little is known
        is held back, with the reason.
        """

    def add_leads(self, campaign: int, numbers: Iterable[int]) -> int:
        """Add leads by number alone (E.164 without the plus); return how many were new to the campaign."""

    def give_back(self, returned: Sequence[ReturnedLead]) -> None:
        """Write what became of claimed leads; their numbers are free for everybody again."""

    def write(self, changes: Changes) -> None:
        """Write the step's changes and count the floor's version up."""


class Store(Protocol):
    """What the live engine asks of a database. Every method may raise a StoreError."""

    def floor_id(self, name: str) -> int:
        """The id of the floor of that name, which is made if it is new."""

    def campaign_id(self, name: str) -> int:
        """The id of the campaign of that name, which is made if it is new."""

    def load(self, floor: int) -> FloorImage:
        """The floor as it was last committed."""

    def version(self, floor: int) -> int:
        """The floor's version, to know whether somebody else has committed since."""

    def transaction(self, floor: int, version: int) -> AbstractContextManager[FloorTransaction]:
        """Run one step: committed whole at the end of the block, rolled back whole if it raises.

        Raises
        ------
        StaleVersionError
            the floor's version is not `version`: another process has committed since it was loaded.
        """

    def seen(self, floor: int, event_id: str) -> bool:
        """Whether the floor's journal has an event of the carrier's of that id."""

    def numbers_of(self, numbers: Iterable[int]) -> dict[int, int]:
        """The E.164 digits of numbers by their ids."""

    def is_barred(self, number: int, registers: Sequence[str] = ()) -> bool:
        """Whether the number must not be called: it asked not to be, or is in one of these registers."""

    def barred_among(self, numbers: Sequence[int], registers: Sequence[str] = ()) -> set[int]:
        """Those of some numbers that must not be called, by their ids."""

    def bar(
        self, e164: int, *, asked_at: float | None = None, asked_by: str = "", of_list: str = "internal"
    ) -> int:
        """Mark a number as never to be called, whether it is known yet or not; return its id.

        Who asked for it, when (UTC seconds; None: now) and in which list is kept for good.
        """

    def last_bar(self) -> int:
        """The number of the latest request not to be called; they count up."""

    def barred_since(self, floor: int, after: int) -> tuple[list[int], int]:
        """Ids of the numbers that the floor holds and that were barred after a request; the last request."""

    def register_dates(self, names: Sequence[str]) -> Mapping[str, float]:
        """As of when do-not-call registers are right (UTC seconds), by name; none for one that is missing."""

    def release_held(self, campaign: int) -> None:
        """Have the campaign's leads that are held back judged anew: settings or rules have changed."""

    def held_back(self, campaign: int) -> Mapping[str, int]:
        """How many of the campaign's leads are held back, by reason."""

    def journal(self, floor: int, after: int = 0) -> Iterable[JournalEntry]:
        """The floor's journal in order, from the entry after `after`."""

    def close(self) -> None:
        """Let go of the database."""


class Lease(NamedTuple):
    """Who looks after a floor. `owner` is empty where nobody does; `left_s` by the database's clock."""

    floor: int
    name: str
    owner: str
    left_s: float


class Leases(Protocol):
    """Which process looks after which floor, so that they do not fight.

    No correctness rests on it: the floor's version alone says who may commit. Times are by the database's
    clock, so that those of the processes need not agree.
    """

    def take_lease(self, floor: int, owner: str, for_s: float) -> bool:
        """Take a floor for some seconds, or keep it for so long; whether it is the owner's now.

        It is not while somebody else's lease lasts.
        """

    def release_lease(self, floor: int, owner: str) -> None:
        """Let go of a floor at once; nothing happens to one that is somebody else's."""

    def leases(self) -> Sequence[Lease]:
        """Every floor with its owner, by id."""

    def wake(self, floor: int) -> None:
        """Have the owner of a floor look for what is new; not every database can tell them."""


class Worker(NamedTuple):
    """A process that looks after floors; `takes_floors`: it has a carrier and is not being drained."""

    name: str
    takes_floors: bool


class Workers(Protocol):
    """Which processes there are to look after floors. Times are by the database's clock."""

    def sign_on(self, worker: str, for_s: float, *, takes_floors: bool) -> None:
        """Say that the process is there, for some seconds."""

    def sign_off(self, worker: str) -> None:
        """Say that the process ends."""

    def workers(self) -> Sequence[Worker]:
        """Those who are there, by name."""

    def clock(self) -> float:
        """The database's time (UTC seconds)."""


class FloorPlan(NamedTuple):
    """A floor that workers are to look after. `revision` counts the changes of its settings up."""

    floor: int
    name: str
    revision: int


class FloorPlans(Protocol):
    """The floors that workers look after, with their settings as texts."""

    def plan_floor(self, name: str, settings: str) -> FloorPlan:
        """Have workers look after a floor of that name by these settings, from now on."""

    def plan_floors(self, settings: Mapping[str, str]) -> Sequence[FloorPlan]:
        """Do so for several floors by name: for all of them or, where that fails, for none."""

    def forget_plan(self, floor: int) -> None:
        """Have no worker look after a floor any more; what it has and had stays in the database."""

    def floor_plans(self) -> Sequence[FloorPlan]:
        """All of them, by id."""

    def planned_settings(self, floor: int) -> str:
        """The settings of a floor, "" where it has no plan."""
