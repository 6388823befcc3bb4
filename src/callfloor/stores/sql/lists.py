"""Lead lists: staged in short transactions, published by one row, discarded without a trace."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Self

from callfloor.leads.port import BatchAdded, Duplicate, NewLead
from callfloor.stores.errors import StoreBusyError, StoreError
from callfloor.stores.sql.database import Database
from callfloor.stores.sql.importers import DEAD_AFTER_S, importer_token, is_running
from callfloor.stores.sql.numbers import number_ids

DISCARD_ROWS = 1000

LEAD_COLUMNS = (
    *("id", "list", "priority", "number", "other_numbers", "external_id", "state", "postal_code"),
    *("time_zone", "attributes", "consent_at"),
)


class LeadLists:
    """The lists of one database, for one importer at a time; it is opened when a list is begun."""

    def __init__(self, open_: Callable[[], Database], *, now: Callable[[], float] = time.time) -> None:
        """Use the database that `open_` opens. A staged list need not survive a loss of power."""
        self._open = open_
        self._now = now
        self._database: Database | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database, if it was opened."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def begin(self, campaign: str, name: str) -> ListWriter:
        """Begin a list; first remove what dead importers have left, in all campaigns.

        Raises
        ------
        StoreUnusableError
            the database cannot be opened.
        StoreBusyError
            another import into the campaign is running, or another process holds the database.
        """
        if self._database is None:
            self._database = self._open()
        db = self._database
        importer = importer_token()
        with db.explained():
            self._remove_dead(db)
            with db.transaction():
                db.one_at_a_time("imports")
                self._refuse_second(db, campaign)
                campaign_id, made_campaign = _campaign_named(db, campaign)
                now = self._now()
                list_id = db.value(
                    "INSERT INTO lists (campaign, name, status, created_at, importer, heartbeat_at) "
                    "VALUES (?, ?, 'staged', ?, ?, ?) RETURNING id",
                    (campaign_id, name, now, importer, now),
                )
        return ListWriter(db, campaign_id, list_id, importer, made_campaign=made_campaign, now=self._now)

    def _remove_dead(self, db: Database) -> None:
        unfinished = db.rows(
            "SELECT id, campaign, status, importer, heartbeat_at FROM lists "
            "WHERE status IN ('staged', 'discarded')"
        )
        for list_id, campaign, status, importer, heartbeat_at in unfinished:
            if status == "discarded" or self._is_dead(importer, heartbeat_at):
                ListWriter(db, campaign, list_id, importer, now=self._now).discard()

    def _is_dead(self, importer: str, heartbeat_at: float) -> bool:
        # One that is taken for dead in error finds its list gone and stops: nothing can be half there.
        return self._now() - heartbeat_at > DEAD_AFTER_S or not is_running(importer)

    def _refuse_second(self, db: Database, campaign: str) -> None:
        """Two staged lists would take numbers from each other that neither may ever publish."""
        for name, importer in db.rows(
            "SELECT lists.name, importer FROM lists JOIN campaigns ON campaigns.id = lists.campaign "
            "WHERE campaigns.name = ? AND status = 'staged'",
            (campaign,),
        ):
            host, process, _ = importer.split("/")
            raise StoreBusyError(
                f"{db.where}: campaign {campaign!r}: another import is running (list {name!r}, process "
                f"{process} on {host}); wait until it has finished"
            )


def _campaign_named(db: Database, name: str) -> tuple[int, bool]:
    """The id of a campaign, and whether it had to be made."""
    made = db.changed("INSERT INTO campaigns (name) VALUES (?) ON CONFLICT DO NOTHING", (name,)) == 1
    return db.value("SELECT id FROM campaigns WHERE name = ?", (name,)), made


class ListWriter:
    """A staged list."""

    def __init__(
        self,
        db: Database,
        campaign: int,
        list_id: int,
        importer: str,
        *,
        made_campaign: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._db = db
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
        db = self._db
        with db.explained(), db.transaction():
            self._show_life()
            found = self._found(numbers)
            ids = db.new_ids("leads", len(batch))
            if self._first_lead is None and ids:
                self._first_lead = ids[0]
            rows = _BatchRows(self._campaign, self._list, self._first_lead or 0, ids)
            for position, lead in enumerate(batch):
                rows.take(position, lead, found)
            db.insert("leads", LEAD_COLUMNS, rows.leads)
            db.insert("lead_numbers", ("campaign", "number", "lead"), rows.lead_numbers)
        return BatchAdded(len(rows.leads), len(rows.lead_numbers), rows.barred, rows.duplicates)

    def publish(self) -> None:
        """Let dialers see all of the list, in one transaction of one row that survives a loss of power.

        Raises
        ------
        StoreError
            the list is no longer this importer's; or the database is full, busy or damaged.
        """
        db = self._db
        with db.explained(), db.flushed(), db.transaction():
            self._show_life()
            db.run(
                "UPDATE lists SET status = 'active', published_at = ? WHERE id = ?", (self._now(), self._list)
            )
        self._finished = True

    def discard(self) -> None:
        """Remove all of a list that is not published, in short transactions; called again it goes on."""
        if self._finished:
            return
        db = self._db
        with db.explained():
            with db.transaction():
                db.run(
                    "UPDATE lists SET status = 'discarded' "
                    "WHERE id = ? AND importer = ? AND status = 'staged'",
                    (self._list, self._importer),
                )
            more = True
            while more:
                with db.transaction():
                    more = self._is_discarded() and self._remove_some()
        self._finished = True

    def _show_life(self) -> None:
        alive = self._db.changed(
            "UPDATE lists SET heartbeat_at = ? WHERE id = ? AND importer = ? AND status = 'staged'",
            (self._now(), self._list, self._importer),
        )
        if not alive:
            raise StoreError(
                f"{self._db.where}: this import gave no sign of life for {DEAD_AFTER_S:.0f} s, and another "
                "one has removed what it had staged; import the list again"
            )

    def _found(self, numbers: Sequence[int]) -> dict[int, tuple[int, int, int | None]]:
        """The id of each number, whether it is barred, and the campaign's lead that has it."""
        db = self._db
        found = number_ids(db, numbers)
        sql = f"SELECT number, lead FROM lead_numbers WHERE campaign = ? AND {db.among('number')}"
        ids = db.listed([each.id for each in found.values()])
        leads = dict(db.rows(sql, (self._campaign, ids)))
        return {e164: (each.id, each.barred, leads.get(each.id)) for e164, each in found.items()}

    def _is_discarded(self) -> bool:
        """Whether it is still this list: its id is given anew once it is gone."""
        sql = "SELECT 1 FROM lists WHERE id = ? AND importer = ? AND status = 'discarded'"
        return self._db.row(sql, (self._list, self._importer)) is not None

    def _remove_some(self) -> bool:
        """Remove a batch of the leads, or after the last one the list itself; whether there is more."""
        db = self._db
        leads = db.rows(
            "SELECT id, number, other_numbers FROM leads WHERE list = ? AND status = 0 LIMIT ?",
            (self._list, DISCARD_ROWS),
        )
        if not leads:
            db.run("DELETE FROM lists WHERE id = ?", (self._list,))
            self._remove_campaign()
            return False
        pairs = [
            (number, lead)
            for lead, first, others in leads
            for number in (first, *(json.loads(others) if others else ()))
        ]
        db.delete(
            "lead_numbers",
            ("campaign", "number", "lead"),
            [(self._campaign, number, lead) for number, lead in pairs],
        )
        self._remove_numbers([number for number, _ in pairs])
        db.delete("leads", ("id",), [(lead,) for lead, _, _ in leads])
        return True

    def _remove_numbers(self, numbers: Sequence[int]) -> None:
        """Remove those of which nothing is known but this list."""
        db = self._db
        db.one_at_a_time("numbers")
        used: set[int] = set()
        for (campaign,) in db.rows("SELECT id FROM campaigns"):
            sql = f"SELECT number FROM lead_numbers WHERE campaign = ? AND {db.among('number')}"
            used |= {number for (number,) in db.rows(sql, (campaign, db.listed(numbers)))}
        sql = (
            f"DELETE FROM numbers WHERE barred = 0 AND attempts = 0 AND held_by IS NULL AND {db.among('id')}"
        )
        db.run(sql, (db.listed([number for number in numbers if number not in used]),))

    def _remove_campaign(self) -> None:
        """Remove a campaign that was made for this list, unless something else has begun to use it."""
        if self._made_campaign:
            self._db.run(
                "DELETE FROM campaigns WHERE id = ? "
                "AND NOT EXISTS (SELECT 1 FROM lists WHERE campaign = campaigns.id) "
                "AND NOT EXISTS (SELECT 1 FROM floor_campaigns WHERE campaign = campaigns.id)",
                (self._campaign,),
            )


class _BatchRows:
    """The rows that a batch becomes."""

    def __init__(self, campaign: int, list_id: int, first_lead: int, ids: Sequence[int]) -> None:
        self._campaign = campaign
        self._list = list_id
        self._first_lead = first_lead
        self._ids = ids
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
        lead_id = self._ids[len(self.leads)]
        self._taken.update(ids)
        self.lead_numbers += [(self._campaign, number_id, lead_id) for number_id in ids]
        self.leads.append(
            (lead_id, self._list, lead.priority, ids[0], json.dumps(ids[1:]) if len(ids) > 1 else None,
             lead.external_id, lead.state, lead.postal_code, lead.time_zone, lead.attributes, lead.consent_at)
        )  # fmt: skip
