"""The store on an SQL database: floors loaded and stepped, one transaction at a time."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from callfloor.stores.port import (
    ANY_LEAD,
    ArrayPiece,
    Changes,
    Claim,
    ClaimTerms,
    FloorImage,
    FloorTransaction,
    JournalEntry,
    OutboxEntry,
    ReturnedLead,
)
from callfloor.stores.sql import erasure
from callfloor.stores.sql.claims import MADE_UP, add_leads, claim_leads, return_leads
from callfloor.stores.sql.database import Database, Row
from callfloor.stores.sql.queue_tables import QueueTables
from callfloor.stores.sql.registers import bar_number, in_registers, registers_of
from callfloor.stores.sql.workers import WorkerTables
from callfloor.stores.sql.writing import write_changes

JOURNAL_PAGE = 10_000


class SqlStore(WorkerTables, QueueTables):
    """A Store in one database. Not for several threads at once; several processes are fine."""

    def __init__(self, db: Database) -> None:
        """Use an open database."""
        self.db = db

    def floor_id(self, name: str) -> int:
        """See Store."""
        return self._named("floors", "name, version, state", "?, 0, '{}'", name)

    def campaign_id(self, name: str) -> int:
        """See Store."""
        return self._named("campaigns", "name", "?", name)

    def _named(self, table: str, columns: str, values: str, name: str) -> int:
        db = self.db
        with db.explained():
            find = f"SELECT id FROM {table} WHERE name = ?"
            found = db.value(find, (name,))
            if found is None:
                add = f"INSERT INTO {table} ({columns}) VALUES ({values}) ON CONFLICT DO NOTHING"
                db.run(add, (name,))
                found = db.value(find, (name,))
        return int(found)

    def load(self, floor: int) -> FloorImage:
        """See Store."""
        rows, row, of = self.db.rows, self.db.row, (floor,)
        with self.db.explained(), self.db.snapshot():
            version, call_key, state = row("SELECT version, call_key, state FROM floors WHERE id = ?", of)
            outbox = rows(
                "SELECT seq, attempt, command, not_after FROM outbox WHERE floor = ? ORDER BY seq", of
            )
            arrays = rows(
                "SELECT campaign, part, place, state FROM floor_arrays WHERE floor = ? "
                "ORDER BY campaign, part, place",
                of,
            )
            return FloorImage(
                id=floor,
                version=version,
                call_key=call_key,
                state=state,
                agents=rows("SELECT id, name, state FROM floor_agents WHERE floor = ? ORDER BY id", of),
                campaigns=rows(
                    "SELECT id, campaign, state FROM floor_campaigns WHERE floor = ? ORDER BY id", of
                ),
                calls=rows("SELECT id, state FROM floor_calls WHERE floor = ? ORDER BY id", of),
                leads=rows("SELECT lead, state FROM floor_leads WHERE floor = ? ORDER BY lead", of),
                outbox=[OutboxEntry(*entry) for entry in outbox],
                last_seq=self.db.value("SELECT coalesce(max(seq), 0) FROM journal WHERE floor = ?", of),
                arrays=[ArrayPiece(*piece) for piece in arrays],
            )

    def version(self, floor: int) -> int:
        """See Store."""
        with self.db.explained():
            return int(self.db.value("SELECT version FROM floors WHERE id = ?", (floor,)))

    @contextmanager
    def transaction(self, floor: int, version: int) -> Iterator[FloorTransaction]:
        """See Store."""
        db = self.db
        with db.explained(), db.transaction():
            db.expect_version(floor, version)
            yield self.step_of(floor, version)

    def step_of(self, floor: int, version: int) -> FloorTransaction:
        """A floor's step in the transaction that has begun."""
        return SqlTransaction(self.db, floor, version)

    def seen(self, floor: int, event_id: str) -> bool:
        """See Store."""
        sql = "SELECT 1 FROM journal WHERE floor = ? AND event_id = ?"
        with self.db.explained():
            return self.db.row(sql, (floor, event_id)) is not None

    def numbers_of(self, numbers: Iterable[int]) -> dict[int, int]:
        """See Store."""
        db = self.db
        with db.explained():
            sql = f"SELECT id, e164 FROM numbers WHERE {db.among('id')}"
            return dict(db.rows(sql, (db.listed(list(numbers)),)))

    def is_barred(self, number: int, registers: Sequence[str] = ()) -> bool:
        """See Store."""
        if registers:
            return bool(self.barred_among([number], registers))
        with self.db.explained():
            return bool(self.db.value("SELECT barred FROM numbers WHERE id = ?", (number,)))

    def barred_among(self, numbers: Sequence[int], registers: Sequence[str] = ()) -> set[int]:
        """See Store."""
        with self.db.explained():
            found = self.db.rows(*self.question_of_barred(numbers))
        return self.barred_of(found, registers)

    def barred_of(self, found: Sequence[tuple[int, bool, int]], registers: Sequence[str]) -> set[int]:
        """The barred ones of what was found of numbers, those in the registers with them."""
        barred = {number for number, is_barred, _ in found if is_barred}
        if registers:
            asked = [e164 for number, _, e164 in found if number not in barred]
            with self.db.explained():
                registered = in_registers(self.db, registers, asked)
            barred |= {number for number, _, e164 in found if e164 in registered}
        return barred

    def question_of_barred(self, numbers: Sequence[int]) -> tuple[str, Row]:
        """What asks of numbers whether each is barred: id, whether it is, digits."""
        sql = f"SELECT id, barred, e164 FROM numbers WHERE {self.db.among('id')}"
        return sql, (self.db.listed(numbers),)

    def bar(
        self, e164: int, *, asked_at: float | None = None, asked_by: str = "", of_list: str = "internal"
    ) -> int:
        """See Store."""
        asked_at = time.time() if asked_at is None else asked_at
        with self.db.explained(), self.db.transaction():
            return bar_number(self.db, e164, asked_at, asked_by, of_list)

    def last_bar(self) -> int:
        """See Store."""
        with self.db.explained():
            return int(self.db.value("SELECT coalesce(max(id), 0) FROM bars"))

    def barred_since(self, floor: int, after: int) -> tuple[list[int], int]:
        """See Store."""
        last = self.last_bar()
        if last <= after:
            return [], after
        sql = (
            "SELECT DISTINCT number FROM bars JOIN numbers ON numbers.id = bars.number "
            "WHERE bars.id > ? AND bars.id <= ? AND held_by = ?"
        )
        with self.db.explained():
            return [number for (number,) in self.db.rows(sql, (after, last, floor))], last

    def register_dates(self, names: Sequence[str]) -> dict[str, float]:
        """See Store."""
        with self.db.explained():
            return {each.name: each.dated_at for each in registers_of(self.db) if each.name in names}

    def release_held(self, campaign: int) -> None:
        """See Store."""
        with self.db.explained():
            self.db.run(
                "UPDATE leads SET status = 0, held_back = NULL "
                "WHERE status = 4 AND list IN (SELECT id FROM lists WHERE campaign = ?)",
                (campaign,),
            )

    def held_back(self, campaign: int) -> dict[str, int]:
        """See Store."""
        sql = (
            "SELECT held_back, count(*) FROM leads "
            "WHERE status = 4 AND list IN (SELECT id FROM lists WHERE campaign = ?) GROUP BY held_back"
        )
        with self.db.explained():
            return dict(self.db.rows(sql, (campaign,)))

    def journal(self, floor: int, after: int = 0) -> Iterator[JournalEntry]:
        """See Store. Read in pages, so that a long journal needs little memory and holds no lock."""
        sql = (
            "SELECT seq, at, kind, event, commands, event_id FROM journal "
            "WHERE floor = ? AND seq > ? ORDER BY seq LIMIT ?"
        )
        while True:
            with self.db.explained():
                page = self.db.rows(sql, (floor, after, JOURNAL_PAGE))
            if not page:
                return
            for row in page:
                yield JournalEntry(*row)
            after = page[-1][0]

    def lead_count(self, campaign: int) -> int:
        """How many leads the campaign has, in whatever state."""
        sql = "SELECT count(*) FROM lead_numbers WHERE campaign = ?"
        with self.db.explained():
            return int(self.db.value(sql, (campaign,)))

    def has_lists(self, campaign: int) -> bool:
        """Whether the campaign has an imported list, beside numbers that were made up."""
        sql = "SELECT 1 FROM lists WHERE campaign = ? AND status = 'active' AND name != ?"
        with self.db.explained():
            return self.db.row(sql, (campaign, MADE_UP)) is not None

    def floors(self) -> list[tuple[int, str]]:
        """Every floor's id and name."""
        with self.db.explained():
            return self.db.rows("SELECT id, name FROM floors ORDER BY id")

    def erase(self, e164: int, *, asked_by: str = "", at: float | None = None) -> erasure.Erased:
        """Erase a person by a number of theirs; see ``erasure``.

        Raises StoreBusyError where a floor holds one of the numbers; none of them is called any more then.
        """
        return erasure.erase(self.db, e164, asked_by, time.time() if at is None else at)

    def drop_call_records(self, before: float) -> int:
        """Delete the records of calls placed before a time (UTC seconds); return how many there were."""
        with self.db.explained(), self.db.transaction():
            return self.db.changed("DELETE FROM call_records WHERE placed_at < ?", (before,))

    def close(self) -> None:
        """See Store."""
        self.db.close()


class SqlTransaction:
    """One step of one floor, under way; see FloorTransaction."""

    def __init__(self, db: Database, floor: int, version: int) -> None:
        self.db = db
        self.floor = floor
        self.version = version

    def claim(self, campaign: int, count: int, now: float, terms: ClaimTerms = ANY_LEAD) -> Claim:
        """See FloorTransaction."""
        return claim_leads(self.db, self.floor, campaign, count, now, terms)

    def add_leads(self, campaign: int, numbers: Iterable[int]) -> int:
        """See FloorTransaction."""
        return add_leads(self.db, campaign, numbers)

    def give_back(self, returned: Sequence[ReturnedLead]) -> None:
        """See FloorTransaction."""
        return_leads(self.db, self.floor, returned)

    def write(self, changes: Changes) -> None:
        """See FloorTransaction."""
        write_changes(self.db, self.floor, self.version, changes)
