"""The store on SQLite: floors loaded and stepped, one write transaction at a time."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import apsw

from callfloor.stores.errors import StaleVersionError
from callfloor.stores.port import (
    ANY_LEAD,
    Changes,
    Claim,
    ClaimTerms,
    FloorImage,
    FloorTransaction,
    JournalEntry,
    OutboxEntry,
    ReturnedLead,
)
from callfloor.stores.sqlite.claims import MADE_UP, add_leads, claim_leads, return_leads
from callfloor.stores.sqlite.connection import explained, open_database, snapshot, transaction
from callfloor.stores.sqlite.dispositions import dispose
from callfloor.stores.sqlite.registers import active_registers, bar_number, in_register, registers_of

JOURNAL_PAGE = 10_000


class SqliteStore:
    """A Store in one SQLite file. Not for several threads at once; several processes are fine."""

    def __init__(self, path: Path, *, durable: bool = True, busy_timeout_s: float = 5.0) -> None:
        """Open or create the file; see ``open_database`` for `durable` and the errors."""
        self.path = path
        self.connection = open_database(path, durable=durable, busy_timeout_s=busy_timeout_s)

    def floor_id(self, name: str) -> int:
        """See Store."""
        return self._named("floors", "name, version, state", "?, 0, '{}'", name)

    def campaign_id(self, name: str) -> int:
        """See Store."""
        return self._named("campaigns", "name", "?", name)

    def _named(self, table: str, columns: str, values: str, name: str) -> int:
        with explained(self.path):
            find = f"SELECT id FROM {table} WHERE name = ?"  # noqa: S608 (the names are ours)
            found = self.connection.execute(find, (name,)).get
            if found is None:
                add = f"INSERT INTO {table} ({columns}) VALUES ({values}) ON CONFLICT DO NOTHING"  # noqa: S608
                self.connection.execute(add, (name,))
                found = self.connection.execute(find, (name,)).get
        return int(found)

    def load(self, floor: int) -> FloorImage:
        """See Store."""
        run = self.connection.execute
        with explained(self.path), snapshot(self.connection):
            version, call_key, state = run(
                "SELECT version, call_key, state FROM floors WHERE id = ?", (floor,)
            ).get
            return FloorImage(
                id=floor,
                version=version,
                call_key=call_key,
                state=state,
                agents=list(
                    run("SELECT id, name, state FROM floor_agents WHERE floor = ? ORDER BY id", (floor,))
                ),
                campaigns=list(
                    run(
                        "SELECT id, campaign, state FROM floor_campaigns WHERE floor = ? ORDER BY id",
                        (floor,),
                    )
                ),
                calls=list(run("SELECT id, state FROM floor_calls WHERE floor = ? ORDER BY id", (floor,))),
                leads=list(
                    run("SELECT lead, state FROM floor_leads WHERE floor = ? ORDER BY lead", (floor,))
                ),
                outbox=[
                    OutboxEntry(*row)
                    for row in run(
                        "SELECT seq, attempt, command, not_after FROM outbox WHERE floor = ? ORDER BY seq",
                        (floor,),
                    )
                ],
                last_seq=run("SELECT coalesce(max(seq), 0) FROM journal WHERE floor = ?", (floor,)).get,
            )

    def version(self, floor: int) -> int:
        """See Store."""
        with explained(self.path):
            return int(self.connection.execute("SELECT version FROM floors WHERE id = ?", (floor,)).get)

    @contextmanager
    def transaction(self, floor: int, version: int) -> Iterator[FloorTransaction]:
        """See Store."""
        with explained(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                found = self.connection.execute("SELECT version FROM floors WHERE id = ?", (floor,)).get
                if found != version:
                    raise StaleVersionError(
                        f"{self.path}: floor {floor} is at version {found}, this process knows {version}: "
                        "another process has committed to it"
                    )
                yield SqliteTransaction(self.connection, floor, version)
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    def seen(self, floor: int, event_id: str) -> bool:
        """See Store."""
        sql = "SELECT 1 FROM journal WHERE floor = ? AND event_id = ?"
        with explained(self.path):
            return self.connection.execute(sql, (floor, event_id)).get is not None

    def numbers_of(self, numbers: Iterable[int]) -> dict[int, int]:
        """See Store."""
        found: dict[int, int] = {}
        with explained(self.path):
            for number in numbers:
                found[number] = self.connection.execute(
                    "SELECT e164 FROM numbers WHERE id = ?", (number,)
                ).get
        return found

    def is_barred(self, number: int, registers: Sequence[str] = ()) -> bool:
        """See Store."""
        db = self.connection
        with explained(self.path):
            found = db.execute("SELECT barred, e164 FROM numbers WHERE id = ?", (number,)).fetchone()
            if found is None or found[0]:
                return found is not None
            return any(in_register(db, each, found[1]) for each in active_registers(db, registers))

    def bar(
        self, e164: int, *, asked_at: float | None = None, asked_by: str = "", of_list: str = "internal"
    ) -> int:
        """See Store."""
        asked_at = time.time() if asked_at is None else asked_at
        with explained(self.path), transaction(self.connection):
            return bar_number(self.connection, e164, asked_at, asked_by, of_list)[0]

    def last_bar(self) -> int:
        """See Store."""
        with explained(self.path):
            return int(self.connection.execute("SELECT coalesce(max(id), 0) FROM bars").get)

    def barred_since(self, floor: int, after: int) -> tuple[list[int], int]:
        """See Store."""
        last = self.last_bar()
        if last <= after:
            return [], after
        sql = (
            "SELECT DISTINCT number FROM bars JOIN numbers ON numbers.id = bars.number "
            "WHERE bars.id > ? AND bars.id <= ? AND held_by = ?"
        )
        with explained(self.path):
            return [number for (number,) in self.connection.execute(sql, (after, last, floor))], last

    def register_dates(self, names: Sequence[str]) -> dict[str, float]:
        """See Store."""
        with explained(self.path):
            return {each.name: each.dated_at for each in registers_of(self.connection) if each.name in names}

    def release_held(self, campaign: int) -> None:
        """See Store."""
        with explained(self.path):
            self.connection.execute(
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
        with explained(self.path):
            return dict(self.connection.execute(sql, (campaign,)))

    def journal(self, floor: int, after: int = 0) -> Iterator[JournalEntry]:
        """See Store. Read in pages, so that a long journal needs little memory and holds no lock."""
        sql = (
            "SELECT seq, at, kind, event, commands, event_id FROM journal "
            "WHERE floor = ? AND seq > ? ORDER BY seq LIMIT ?"
        )
        while True:
            with explained(self.path):
                page = list(self.connection.execute(sql, (floor, after, JOURNAL_PAGE)))
            if not page:
                return
            for row in page:
                yield JournalEntry(*row)
            after = page[-1][0]

    def lead_count(self, campaign: int) -> int:
        """How many leads the campaign has, in whatever state."""
        sql = "SELECT count(*) FROM lead_numbers WHERE campaign = ?"
        with explained(self.path):
            return int(self.connection.execute(sql, (campaign,)).get)

    def has_lists(self, campaign: int) -> bool:
        """Whether the campaign has an imported list, beside numbers that were made up."""
        sql = "SELECT 1 FROM lists WHERE campaign = ? AND status = 'active' AND name != ?"
        with explained(self.path):
            return self.connection.execute(sql, (campaign, MADE_UP)).get is not None

    def floors(self) -> list[tuple[int, str]]:
        """Every floor's id and name."""
        with explained(self.path):
            return list(self.connection.execute("SELECT id, name FROM floors ORDER BY id"))

    def close(self) -> None:
        """See Store."""
        self.connection.close()


class SqliteTransaction:
    """One step of one floor, under way; see FloorTransaction."""

    def __init__(self, connection: apsw.Connection, floor: int, version: int) -> None:
        self.connection = connection
        self.floor = floor
        self.version = version

    def claim(self, campaign: int, count: int, now: float, terms: ClaimTerms = ANY_LEAD) -> Claim:
        """See FloorTransaction."""
        return claim_leads(self.connection, self.floor, campaign, count, now, terms)

    def add_leads(self, campaign: int, numbers: Iterable[int]) -> int:
        """See FloorTransaction."""
        return add_leads(self.connection, campaign, numbers)

    def give_back(self, returned: Sequence[ReturnedLead]) -> None:
        """See FloorTransaction."""
        return_leads(self.connection, self.floor, returned)

    def write(self, changes: Changes) -> None:
        """See FloorTransaction."""
        run, many, floor = self.connection.execute, self.connection.executemany, self.floor
        run("UPDATE floors SET version = ?, state = ? WHERE id = ?", (self.version + 1, changes.state, floor))
        if changes.journal:
            many(
                "INSERT INTO journal (floor, seq, at, kind, event, commands, event_id) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(floor, *entry) for entry in changes.journal],
            )
        if changes.sent_up_to:
            run("DELETE FROM outbox WHERE floor = ? AND seq <= ?", (floor, changes.sent_up_to))
        if changes.outbox:
            many(
                "INSERT INTO outbox (floor, seq, attempt, command, not_after) VALUES (?, ?, ?, ?, ?)",
                [(floor, *entry) for entry in changes.outbox],
            )
        if changes.agents:
            many("REPLACE INTO floor_agents VALUES (?, ?, ?, ?)", [(floor, *row) for row in changes.agents])
        if changes.campaigns:
            many(
                "REPLACE INTO floor_campaigns VALUES (?, ?, ?, ?)",
                [(floor, *row) for row in changes.campaigns],
            )
        if changes.calls:
            many("REPLACE INTO floor_calls VALUES (?, ?, ?)", [(floor, *row) for row in changes.calls])
        if changes.returned:
            self.give_back(changes.returned)
        if changes.leads:
            many("REPLACE INTO floor_leads VALUES (?, ?, ?)", [(floor, *row) for row in changes.leads])
        if changes.placed:
            many(
                "UPDATE numbers SET attempts = attempts + 1, last_attempt_at = ?2, "
                "free_at = max(free_at, ?3) WHERE id = ?1",
                changes.placed,
            )
        if changes.rested:
            many("UPDATE numbers SET free_at = max(free_at, ?2) WHERE id = ?1", changes.rested)
        if changes.records:
            many(
                "REPLACE INTO call_records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(floor, *record) for record in changes.records],
            )
        for disposed in changes.disposed:
            dispose(self.connection, floor, disposed)
