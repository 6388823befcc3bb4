"""A store in memory: it keeps to the contract of stores, and promises nothing beyond it.

One ``Database`` is what would be on a disk; every ``MemoryStore`` is a connection to it. A transaction has
the database for itself: whoever comes meanwhile waits, or is refused where `busy_timeout_s` is 0.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from callfloor.stores.errors import StaleVersionError, StoreBusyError
from callfloor.stores.port import (
    ANY_LEAD,
    ArrayPiece,
    CallRecord,
    Changes,
    Claim,
    ClaimTerms,
    FloorImage,
    FloorTransaction,
    JournalEntry,
    OutboxEntry,
    ReturnedLead,
)
from tests.faults.simulation.memory_leads import LeadBook
from tests.faults.simulation.memory_rows import DUE, HELD_BACK, Undo
from tests.faults.simulation.memory_workers import WorkerRows, WorkerTables


@dataclass(slots=True)
class StoredFloor:
    """A floor as it was last committed."""

    name: str
    call_key: str
    version: int = 0
    state: str = "{}"
    agents: dict[int, tuple[int, str, str]] = field(default_factory=dict)
    campaigns: dict[int, tuple[int, int, str]] = field(default_factory=dict)
    arrays: dict[tuple[int, int, int], ArrayPiece] = field(default_factory=dict)
    calls: dict[int, tuple[int, str]] = field(default_factory=dict)
    leads: dict[int, tuple[int, str]] = field(default_factory=dict)
    outbox: dict[int, OutboxEntry] = field(default_factory=dict)
    journal: list[JournalEntry] = field(default_factory=list)
    event_ids: set[str] = field(default_factory=set)
    records: dict[int, CallRecord] = field(default_factory=dict)


class Database:
    """All that is kept. `key` makes the floors' halves of call ids, `clock` tells the time (UTC seconds).

    With `one_lock` nobody gets at the tables of workers either while a floor's step is under way.
    """

    def __init__(self, key: int = 1, clock: Callable[[], float] = time.time) -> None:
        self.key = key
        self.clock = clock
        self.one_lock = False
        self.worker_rows = WorkerRows()
        self.floors: list[StoredFloor] = []
        self.campaigns: list[str] = []
        self.book = LeadBook(self)
        self.lock = threading.Lock()
        self.holder: MemoryStore | None = None

    def floor(self, floor: int) -> StoredFloor:
        return self.floors[floor - 1]

    def records_of(self, number: int) -> Iterator[CallRecord]:
        """The call records of a number, of whichever floor."""
        for floor in self.floors:
            for record in floor.records.values():
                if record.number == number:
                    yield record


class MemoryStore(WorkerTables):
    """A connection to a database; see SharedStore."""

    def __init__(self, database: Database, busy_timeout_s: float = 5.0) -> None:
        self.database = database
        self.busy_timeout_s = busy_timeout_s

    def look(self) -> Database:
        """The database as it is committed: not while another connection is in a transaction."""
        database = self.database
        if database.holder is not self:
            self.take_lock()
            database.lock.release()
        return database

    def rows(self) -> WorkerRows:
        """The tables of workers as they are committed."""
        return self.look().worker_rows if self.database.one_lock else self.database.worker_rows

    def take_lock(self) -> None:
        if not self.database.lock.acquire(timeout=self.busy_timeout_s):
            raise StoreBusyError("the database is locked by another connection")

    def floor_id(self, name: str) -> int:
        """See Store."""
        database = self.look()
        names = [floor.name for floor in database.floors]
        if name not in names:
            call_key = f"{(database.key * 0x9E3779B97F4A7C15 + len(names) + 1) % 2**64:016x}"
            database.floors.append(StoredFloor(name, call_key))
            names.append(name)
        return names.index(name) + 1

    def campaign_id(self, name: str) -> int:
        """See Store."""
        names = self.look().campaigns
        if name not in names:
            names.append(name)
        return names.index(name) + 1

    def load(self, floor: int) -> FloorImage:
        """See Store."""
        found = self.look().floor(floor)
        return FloorImage(
            id=floor,
            version=found.version,
            call_key=found.call_key,
            state=found.state,
            agents=[found.agents[i] for i in sorted(found.agents)],
            campaigns=[found.campaigns[i] for i in sorted(found.campaigns)],
            calls=[found.calls[i] for i in sorted(found.calls)],
            leads=[found.leads[i] for i in sorted(found.leads)],
            outbox=[found.outbox[i] for i in sorted(found.outbox)],
            last_seq=found.journal[-1].seq if found.journal else 0,
            arrays=[found.arrays[key] for key in sorted(found.arrays)],
        )

    def version(self, floor: int) -> int:
        """See Store."""
        return self.look().floor(floor).version

    @contextmanager
    def transaction(self, floor: int, version: int) -> Iterator[FloorTransaction]:
        """See Store."""
        database = self.database
        self.take_lock()
        database.holder = self
        transaction = MemoryTransaction(database, floor, version)
        try:
            yield transaction
            transaction.commit()
        except BaseException:
            transaction.undo.all()
            raise
        finally:
            database.holder = None
            database.lock.release()

    def seen(self, floor: int, event_id: str) -> bool:
        """See Store."""
        return event_id in self.look().floor(floor).event_ids

    def numbers_of(self, numbers: Iterable[int]) -> dict[int, int]:
        """See Store."""
        known = self.look().book.numbers
        return {number: known[number - 1].e164 for number in numbers}

    def is_barred(self, number: int, registers: Sequence[str] = ()) -> bool:
        """See Store."""
        book = self.look().book
        if not 1 <= number <= len(book.numbers):
            return False
        found = book.numbers[number - 1]
        return found.barred or book.in_registers(found.e164, registers)

    def barred_among(self, numbers: Sequence[int], registers: Sequence[str] = ()) -> set[int]:
        """See Store."""
        return {number for number in numbers if self.is_barred(number, registers)}

    def bar(
        self, e164: int, *, asked_at: float | None = None, asked_by: str = "", of_list: str = "internal"
    ) -> int:
        """See Store."""
        return self.look().book.bar(e164, Undo())

    def last_bar(self) -> int:
        """See Store."""
        return len(self.look().book.bars)

    def barred_since(self, floor: int, after: int) -> tuple[list[int], int]:
        """See Store."""
        book = self.look().book
        asked = dict.fromkeys(book.bars[after:])
        return [n for n in asked if book.numbers[n - 1].held_by == floor], max(after, len(book.bars))

    def register_dates(self, names: Sequence[str]) -> Mapping[str, float]:
        """See Store."""
        registers = self.look().book.registers
        return {name: registers[name][0] for name in names if name in registers}

    def release_held(self, campaign: int) -> None:
        """See Store."""
        for lead in self.look().book.leads_of(campaign):
            if lead.status == HELD_BACK:
                lead.status, lead.held_back = DUE, None

    def held_back(self, campaign: int) -> Mapping[str, int]:
        """See Store."""
        counts: dict[str, int] = {}
        for lead in self.look().book.leads_of(campaign):
            if lead.status == HELD_BACK and lead.held_back is not None:
                counts[lead.held_back] = counts.get(lead.held_back, 0) + 1
        return counts

    def journal(self, floor: int, after: int = 0) -> Iterable[JournalEntry]:
        """See Store."""
        return [entry for entry in self.look().floor(floor).journal if entry.seq > after]

    def close(self) -> None:
        """See Store."""


class MemoryTransaction:
    """One step of one floor; see FloorTransaction. What it does to leads at once is undone if it fails.

    An old version is told as late as a store may tell it: with the first claim, or by the commit.
    """

    def __init__(self, database: Database, floor: int, version: int) -> None:
        self.database = database
        self.floor = floor
        self.version = version
        self.undo = Undo()
        self.changes: Changes | None = None

    def claim(self, campaign: int, count: int, now: float, terms: ClaimTerms = ANY_LEAD) -> Claim:
        """See FloorTransaction."""
        self.expect_version()
        return self.database.book.claim(self.floor, campaign, count, now, terms, self.undo)

    def add_leads(self, campaign: int, numbers: Iterable[int]) -> int:
        """See FloorTransaction."""
        self.expect_version()
        return self.database.book.add_by_number(campaign, numbers, self.undo)

    def give_back(self, returned: Sequence[ReturnedLead]) -> None:
        """See FloorTransaction."""
        self.expect_version()
        self.take_back(returned)

    def take_back(self, returned: Sequence[ReturnedLead]) -> None:
        """Have leads given back."""
        stored = self.database.floor(self.floor)
        for each in returned:
            self.database.book.give_back(self.floor, each, self.undo)
            if each.lead in stored.leads:
                self.undo.note(stored.leads, each.lead)
                del stored.leads[each.lead]

    def write(self, changes: Changes) -> None:
        """See FloorTransaction."""
        self.changes = changes

    def expect_version(self) -> None:
        """Raise StaleVersionError where the floor is at another version."""
        found = self.database.floor(self.floor).version
        if found != self.version:
            raise StaleVersionError(
                f"floor {self.floor} is at version {found}, this process knows {self.version}: another "
                "process has committed to it"
            )

    def commit(self) -> None:
        """Make what was written part of the database."""
        self.expect_version()
        changes, floor = self.changes, self.database.floor(self.floor)
        if changes is None:
            return
        floor.version += 1
        floor.state = changes.state
        floor.journal.extend(changes.journal)
        floor.event_ids.update(entry.event_id for entry in changes.journal if entry.event_id is not None)
        if changes.sent_up_to:
            for seq in [seq for seq in floor.outbox if seq <= changes.sent_up_to]:
                del floor.outbox[seq]
        self.database.worker_rows.take(changes.taken)
        floor.outbox.update((entry.seq, entry) for entry in changes.outbox)
        floor.agents.update((row[0], row) for row in changes.agents)
        floor.campaigns.update((row[0], row) for row in changes.campaigns)
        floor.arrays.update((piece[:3], piece) for piece in changes.arrays)
        floor.calls.update((row[0], row) for row in changes.calls)
        self.take_back(changes.returned)
        floor.leads.update((row[0], row) for row in changes.leads)
        for number, at, free_at in changes.placed:
            found = self.database.book.numbers[number - 1]
            found.last_attempt_at, found.free_at = at, max(found.free_at, free_at)
        for number, free_at in changes.rested:
            found = self.database.book.numbers[number - 1]
            found.free_at = max(found.free_at, free_at)
        floor.records.update((record.attempt, record) for record in changes.records)
        for disposed in changes.disposed:
            self.database.book.dispose(self.floor, floor.records, disposed, self.undo)
