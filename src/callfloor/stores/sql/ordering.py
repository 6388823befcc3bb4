"""In which order leads are claimed, and which of them. Every function runs inside a transaction."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from callfloor.stores.port import LEAD_COLUMNS, ClaimRules
from callfloor.stores.sql.database import Database
from callfloor.stores.sql.judging import DueLead

LEAD = "id, number, other_numbers, attempts, state, postal_code, time_zone, consent_at"
COLUMNS = f"priority, due_at, {LEAD}"
BY_PRIORITY = "ORDER BY priority, due_at, id LIMIT ?"


class ActiveList(NamedTuple):
    """A list whose leads may be called. Several may have one name."""

    id: int
    name: str


def active_lists(db: Database, campaign: int) -> list[ActiveList]:
    """The lists of which a campaign's leads may be called, the oldest first."""
    sql = "SELECT id, name FROM lists WHERE campaign = ? AND status = 'active' ORDER BY id"
    return [ActiveList(*row) for row in db.rows(sql, (campaign,))]


def due_leads(db: Database, lists: Sequence[int], count: int, rules: ClaimRules) -> list[DueLead]:
    """The first `count` due leads of some lists, but for appointments."""
    if rules.order == "oldest":
        return one_after_another(db, lists, count, "", rules.only)
    if rules.order == "priority":
        return all_together(db, lists, count, "", rules.only)
    fresh = one_after_another(db, lists[::-1], count, "AND attempts = 0", rules.only)
    if len(fresh) == count:
        return fresh
    return fresh + all_together(db, lists, count - len(fresh), "AND attempts > 0", rules.only)


def one_after_another(
    db: Database, lists: Sequence[int], count: int, which: str, only: Mapping[str, Sequence[str]]
) -> list[DueLead]:
    """The due leads of each list before those of the next."""
    found: list[DueLead] = []
    for list_id in lists:
        if len(found) < count:
            found += [DueLead(*row[2:]) for row in of_list(db, list_id, count - len(found), which, only)]
    return found


def all_together(
    db: Database, lists: Sequence[int], count: int, which: str, only: Mapping[str, Sequence[str]]
) -> list[DueLead]:
    """The due leads of all lists by priority, and whoever has been due for longest within one."""
    rows = [row for list_id in lists for row in of_list(db, list_id, count, which, only)]
    if len(lists) > 1:
        rows.sort(key=lambda row: row[:3])
    return [DueLead(*row[2:]) for row in rows[:count]]


def of_list(
    db: Database, list_id: int, count: int, which: str, only: Mapping[str, Sequence[str]]
) -> list[Any]:
    """The first due leads of a list, with what they are sorted by before them."""
    wanted, values = condition(only)
    sql = (
        f"SELECT {COLUMNS} FROM leads "
        f"WHERE list = ? AND status = 0 AND appointment_at IS NULL {which} {wanted} {BY_PRIORITY} "
        f"{db.lock_free}"
    )
    return db.rows(sql, (list_id, *values, count))


def condition(only: Mapping[str, Sequence[str]]) -> tuple[str, list[str]]:
    """What is wanted of a lead's columns and attributes, in SQL, and the values for that."""
    parts: list[str] = []
    values: list[str] = []
    for name, allowed in only.items():
        marks = ", ".join("?" * len(allowed))
        if name in LEAD_COLUMNS:
            parts.append(f"AND {name} IN ({marks})")
        else:
            parts.append(f"AND attributes ->> ? IN ({marks})")
            values.append(name)
        values.extend(allowed)
    return " ".join(parts), values


def due_appointments(
    db: Database, floor: int, lists: Sequence[int], count: int, missed_at: float
) -> list[tuple[float, int, int, DueLead]]:
    """The first due appointments that are the floor's own, or were to be kept before `missed_at`."""
    # Not "status = 0": PostgreSQL would take the index of those that are due, until it has counted anew, and
    # look through all of a list that has just been imported for appointments that it does not have.
    sql = (
        f"SELECT appointment_at, appointment_floor, appointment_agent, {LEAD} "
        "FROM leads WHERE list = ? AND status < 1 AND appointment_at IS NOT NULL "
        "AND (appointment_floor = ? OR appointment_at <= ?) ORDER BY appointment_at, id LIMIT ? "
        f"{db.lock_free}"
    )
    rows = [row for list_id in lists for row in db.rows(sql, (list_id, floor, missed_at, count))]
    rows.sort(key=lambda row: (row[0], row[3]))
    return [(*row[:3], DueLead(*row[3:])) for row in rows[:count]]


def next_appointment(db: Database, floor: int, lists: Sequence[int], now: float) -> float:
    """When the next of the floor's appointments that nobody has claimed is due; infinity: there is none."""
    sql = (
        "SELECT min(due_at) FROM leads WHERE list = ? AND appointment_at IS NOT NULL "
        "AND appointment_floor = ? AND status < 2"
    )
    times = [db.value(sql, (list_id, floor)) for list_id in lists]
    return min((max(now, at) for at in times if at is not None), default=math.inf)
