"""The floors that workers look after, with their settings."""

from __future__ import annotations

from callfloor.stores.port import FloorPlan
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
