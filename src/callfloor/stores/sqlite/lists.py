"""Lead lists in SQLite: staged in short transactions, published by one row, discarded without a trace."""

from __future__ import annotations

import json
import os
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import apsw

from callfloor.leads.port import BatchAdded, Duplicate, NewLead
from callfloor.processes import may_be_running
from callfloor.stores.errors import StoreBusyError, StoreError
from callfloor.stores.sqlite.connection import explained, open_database, transaction

DEAD_AFTER_S = 60.0
"""An importer that has given no sign of life for so long is taken for dead; one does so in every batch."""

DISCARD_ROWS = 1000


class SqliteLeadLists:
    """The lists of one database, for one importer at a time; it is opened when a list is begun."""

    def __init__(self, path: Path, *, now: Callable[[], float] = time.time) -> None:
        self._path = path
        self._now = now
        self._connection: apsw.Connection | None = None

    def __enter__(self) -> SqliteLeadLists:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database, if it was opened."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def begin(self, campaign: str, name: str) -> SqliteListWriter:
        """Begin a list; first remove what dead importers have left, in all campaigns.

        Raises
        ------
        StoreUnusableError
            the database cannot be opened.
        StoreBusyError
            another import into the campaign is running, or another process holds the database.
        """
        if self._connection is None:
            # A staged list need not survive a loss of power; publishing it sees to it that it does.
            self._connection = open_database(self._path, durable=False)
            # The log is checkpointed after every batch, as is the default: a longer one is quicker here, but
            # the next dialer to commit would have to do it (measured: 0.5 s instead of 0.08 s at worst).
        connection = self._connection
        importer = importer_token()
        with explained(self._path):
            self._remove_dead(connection)
            with transaction(connection):
                self._refuse_second(connection, campaign)
                campaign_id, made_campaign = _campaign_named(connection, campaign)
                connection.execute(
                    "INSERT INTO lists (campaign, name, status, created_at, importer, heartbeat_at) "
                    "VALUES (?1, ?2, 'staged', ?3, ?4, ?3)",
                    (campaign_id, name, self._now(), importer),
                )
                list_id = connection.last_insert_rowid()
        return SqliteListWriter(
            connection, self._path, campaign_id, list_id, importer, made_campaign=made_campaign, now=self._now
        )

    def _remove_dead(self, connection: apsw.Connection) -> None:
        unfinished = list(
            connection.execute(
                "SELECT id, campaign, status, importer, heartbeat_at FROM lists "
                "WHERE status IN ('staged', 'discarded')"
            )
        )
        for list_id, campaign, status, importer, heartbeat_at in unfinished:
            if status == "discarded" or self._is_dead(importer, heartbeat_at):
                SqliteListWriter(connection, self._path, campaign, list_id, importer, now=self._now).discard()

    def _is_dead(self, importer: str, heartbeat_at: float) -> bool:
        # One that is taken for dead in error finds its list gone and stops: nothing can be half there.
        return self._now() - heartbeat_at > DEAD_AFTER_S or not is_running(importer)

    def _refuse_second(self, connection: apsw.Connection, campaign: str) -> None:
        """Two staged lists would take numbers from each other that neither may ever publish."""
        for name, importer in connection.execute(
            "SELECT lists.name, importer FROM lists JOIN campaigns ON campaigns.id = lists.campaign "
            "WHERE campaigns.name = ? AND status = 'staged'",
            (campaign,),
        ):
            host, process, _ = importer.split("/")
            raise StoreBusyError(
                f"{self._path}: campaign {campaign!r}: another import is running (list {name!r}, process "
                f"{process} on {host}); wait until it has finished"
            )


def _campaign_named(connection: apsw.Connection, name: str) -> tuple[int, bool]:
    """The id of a campaign, and whether it had to be made."""
    connection.execute("INSERT INTO campaigns (name) VALUES (?) ON CONFLICT DO NOTHING", (name,))
    made = connection.changes() == 1
    [(campaign,)] = connection.execute("SELECT id FROM campaigns WHERE name = ?", (name,))
    return campaign, made


class SqliteListWriter:
    """A staged list."""

    def __init__(
        self,
        connection: apsw.Connection,
        path: Path,
        campaign: int,
        list_id: int,
        importer: str,
        *,
        made_campaign: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._connection = connection
        self._path = path
        self._campaign = campaign
        self._list = list_id
        self._importer = importer
        self._made_campaign = made_campaign
        self._now = now
        self._first_lead: int | None = None
        self._finished = False

    def add(self, batch: Sequence[NewLead]) -> BatchAdded:
        """Stage some leads in one transaction, without those numbers that the campaign has already.

        Raises
        ------
        StoreError
            the list is no longer this importer's; or the database is full, busy or damaged.
        """
        numbers = [number for lead in batch for number in lead.numbers]
        with explained(self._path), transaction(self._connection):
            self._show_life()
            found = self._found(numbers)
            [(next_lead,)] = self._connection.execute("SELECT coalesce(max(id), 0) + 1 FROM leads")
            if self._first_lead is None:
                self._first_lead = next_lead
            rows = _BatchRows(self._campaign, self._list, self._first_lead, next_lead)
            for position, lead in enumerate(batch):
                rows.take(position, lead, found)
            self._connection.executemany(
                "INSERT INTO leads (id, list, priority, number, other_numbers, external_id, state, "
                "postal_code, time_zone, attributes, consent_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows.leads,
            )
            self._connection.executemany(
                "INSERT INTO lead_numbers (campaign, number, lead) VALUES (?, ?, ?)", rows.lead_numbers
            )
        return BatchAdded(len(rows.leads), len(rows.lead_numbers), rows.barred, rows.duplicates)

    def publish(self) -> None:
        """Let dialers see all of the list, in one transaction of one row that survives a loss of power.

        Raises
        ------
        StoreError
            the list is no longer this importer's; or the database is full, busy or damaged.
        """
        with explained(self._path):
            # In a write-ahead log this makes all earlier transactions durable as well.
            self._connection.execute("PRAGMA synchronous = FULL")
            with transaction(self._connection):
                self._show_life()
                self._connection.execute(
                    "UPDATE lists SET status = 'active', published_at = ? WHERE id = ?",
                    (self._now(), self._list),
                )
            self._connection.execute("PRAGMA synchronous = NORMAL")
        self._finished = True

    def discard(self) -> None:
        """Remove all of a list that is not published, in short transactions; called again it goes on."""
        if self._finished:
            return
        with explained(self._path):
            with transaction(self._connection):
                self._connection.execute(
                    "UPDATE lists SET status = 'discarded' "
                    "WHERE id = ? AND importer = ? AND status = 'staged'",
                    (self._list, self._importer),
                )
            more = True
            while more:
                with transaction(self._connection):
                    more = self._is_discarded() and self._remove_some()
        self._finished = True

    def _show_life(self) -> None:
        self._connection.execute(
            "UPDATE lists SET heartbeat_at = ? WHERE id = ? AND importer = ? AND status = 'staged'",
            (self._now(), self._list, self._importer),
        )
        if not self._connection.changes():
            raise StoreError(
                f"{self._path}: this import gave no sign of life for {DEAD_AFTER_S:.0f} s, and another one "
                "has removed what it had staged; import the list again"
            )

    def _found(self, numbers: Sequence[int]) -> dict[int, tuple[int, int, int | None]]:
        """The id of each number, whether it is barred, and the campaign's lead that has it."""
        # In the order of the index, whose pages are then visited once.
        keys = [(number,) for number in sorted(set(numbers))]
        self._connection.executemany("INSERT INTO numbers (e164) VALUES (?) ON CONFLICT DO NOTHING", keys)
        rows = self._connection.executemany(
            "SELECT e164, id, barred, lead FROM numbers "
            "LEFT JOIN lead_numbers ON campaign = ?2 AND number = numbers.id WHERE e164 = ?1",
            [(number, self._campaign) for (number,) in keys],
        )
        return {e164: (number_id, barred, lead) for e164, number_id, barred, lead in rows}

    def _is_discarded(self) -> bool:
        """Whether it is still this list: its id is given anew once it is gone."""
        return bool(
            list(
                self._connection.execute(
                    "SELECT 1 FROM lists WHERE id = ? AND importer = ? AND status = 'discarded'",
                    (self._list, self._importer),
                )
            )
        )

    def _remove_some(self) -> bool:
        """Remove a batch of the leads, or after the last one the list itself; whether there is more."""
        leads = list(
            self._connection.execute(
                "SELECT id, number, other_numbers FROM leads WHERE list = ? AND status = 0 LIMIT ?",
                (self._list, DISCARD_ROWS),
            )
        )
        if not leads:
            self._connection.execute("DELETE FROM lists WHERE id = ?", (self._list,))
            self._remove_campaign()
            return False
        pairs = [
            (number, lead)
            for lead, first, others in leads
            for number in (first, *(json.loads(others) if others else ()))
        ]
        self._connection.executemany(
            "DELETE FROM lead_numbers WHERE campaign = ? AND number = ? AND lead = ?",
            [(self._campaign, number, lead) for number, lead in pairs],
        )
        # A number of which nothing is known but this list need not stay.
        self._connection.executemany(
            "DELETE FROM numbers WHERE id = ? AND barred = 0 AND attempts = 0 AND held_by IS NULL "
            "AND NOT EXISTS (SELECT 1 FROM campaigns "
            "CROSS JOIN lead_numbers ON campaign = campaigns.id AND number = numbers.id)",
            [(number,) for number, _ in pairs],
        )
        self._connection.executemany("DELETE FROM leads WHERE id = ?", [(lead,) for lead, _, _ in leads])
        return True

    def _remove_campaign(self) -> None:
        """Remove a campaign that was made for this list, unless something else has begun to use it."""
        if self._made_campaign:
            self._connection.execute(
                "DELETE FROM campaigns WHERE id = ?1 "
                "AND NOT EXISTS (SELECT 1 FROM lists WHERE campaign = ?1) "
                "AND NOT EXISTS (SELECT 1 FROM floor_campaigns WHERE campaign = ?1)",
                (self._campaign,),
            )


class _BatchRows:
    """The rows that a batch becomes."""

    def __init__(self, campaign: int, list_id: int, first_lead: int, next_lead: int) -> None:
        self._campaign = campaign
        self._list = list_id
        self._first_lead = first_lead
        self._next_lead = next_lead
        self._taken: set[int] = set()
        self.leads: list[tuple[int | float | str | None, ...]] = []
        self.lead_numbers: list[tuple[int, int, int]] = []
        self.duplicates: list[Duplicate] = []
        self.barred = 0

    def take(self, position: int, lead: NewLead, found: dict[int, tuple[int, int, int | None]]) -> None:
        """Add a lead with those of its numbers that the campaign does not have."""
        ids: list[int] = []
        again: list[tuple[int, bool]] = []
        for number in lead.numbers:
            number_id, barred, other_lead = found[number]
            if other_lead is not None or number_id in self._taken:
                again.append((number, other_lead is None or other_lead >= self._first_lead))
                continue
            ids.append(number_id)
            self.barred += barred
        self.duplicates += [
            Duplicate(position, number, in_file=in_file, lead_dropped=not ids) for number, in_file in again
        ]
        if not ids:
            return
        lead_id = self._next_lead
        self._next_lead += 1
        self._taken.update(ids)
        self.lead_numbers += [(self._campaign, number_id, lead_id) for number_id in ids]
        self.leads.append(
            (lead_id, self._list, lead.priority, ids[0], json.dumps(ids[1:]) if len(ids) > 1 else None,
             lead.external_id, lead.state, lead.postal_code, lead.time_zone, lead.attributes, lead.consent_at)
        )  # fmt: skip


class SqliteSeenNumbers:
    """The numbers of one file, in a temporary database of its own: in bounded memory, gone when closed."""

    def __init__(self) -> None:
        self._connection = apsw.Connection("")
        self._connection.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        self._connection.execute("CREATE TABLE seen (e164 INTEGER PRIMARY KEY)")
        self._connection.execute("BEGIN")

    def __enter__(self) -> SqliteSeenNumbers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._connection.close()

    def add(self, numbers: Sequence[int]) -> list[bool]:
        """Take numbers in; of each, whether it was there before.

        Raises
        ------
        StoreError
            the directory of temporary files is full.
        """
        with explained(Path("temporary database")):
            seen = []
            for number in numbers:
                self._connection.execute("INSERT INTO seen VALUES (?) ON CONFLICT DO NOTHING", (number,))
                seen.append(not self._connection.changes())
        return seen


def importer_token() -> str:
    """Who stages a list: host, process, and a word that no other import has."""
    return f"{socket.gethostname().replace('/', '-')}/{os.getpid()}/{secrets.token_hex(8)}"


def is_running(importer: str) -> bool:
    """Whether the process of an importer is there, as far as can be told from here; if in doubt, it is."""
    host, process, _ = importer.split("/")
    return host != socket.gethostname().replace("/", "-") or may_be_running(int(process))
