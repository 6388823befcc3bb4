"""The floors that workers look after, and what other processes have for them."""

from __future__ import annotations

from callfloor.stores.port import FloorPlan, InboxEntry
from callfloor.stores.sql.database import Database


def plan_floor(db: Database, floor: int, name: str, settings: str) -> FloorPlan:
    """Write a floor's settings. The revision is not used again when a plan is forgotten and made anew."""
    sql = (
        f"INSERT INTO floor_plans (floor, revision, settings, changed_at) VALUES (?, 1, ?, {db.clock}) "
        "ON CONFLICT (floor) DO UPDATE SET revision = floor_plans.revision + 1, "
        "settings = excluded.settings, changed_at = excluded.changed_at RETURNING revision"
    )
    return FloorPlan(floor, name, int(db.value(sql, (floor, settings))))


def forget_plan(db: Database, floor: int) -> None:
    """Delete a floor's settings."""
    changes = f"settings = '', revision = revision + 1, changed_at = {db.clock}"
    db.run(f"UPDATE floor_plans SET {changes} WHERE floor = ?", (floor,))


def floor_plans(db: Database) -> list[FloorPlan]:
    """Every floor that has settings."""
    sql = (
        "SELECT floor, name, revision FROM floor_plans JOIN floors ON floors.id = floor "
        "WHERE settings <> '' ORDER BY floor"
    )
    return [FloorPlan(*row) for row in db.rows(sql)]


def planned_settings(db: Database, floor: int) -> str:
    """A floor's settings, "" where it has none."""
    return db.value("SELECT settings FROM floor_plans WHERE floor = ?", (floor,)) or ""


def put(db: Database, floor: int, arrival: str, event_id: str | None) -> bool:
    """Put something down for a floor; whether it is new."""
    sql = (
        f"INSERT INTO inbox (floor, event_id, arrival, put_at) VALUES (?, ?, ?, {db.clock}) "
        "ON CONFLICT DO NOTHING"
    )
    return db.changed(sql, (floor, event_id, arrival)) == 1


def waiting(db: Database, floor: int, count: int) -> list[InboxEntry]:
    """What waits for a floor."""
    sql = (
        "SELECT id, event_id, arrival, put_at FROM inbox WHERE floor = ? AND refused IS NULL "
        "ORDER BY id LIMIT ?"
    )
    return [InboxEntry(*row) for row in db.rows(sql, (floor, count))]


def waiting_count(db: Database, floor: int) -> int:
    """How much waits for a floor."""
    return int(db.value("SELECT count(*) FROM inbox WHERE floor = ? AND refused IS NULL", (floor,)))


def refuse(db: Database, entry: int, reason: str) -> None:
    """Keep an entry out of the way."""
    db.run("UPDATE inbox SET refused = ? WHERE id = ?", (reason, entry))
