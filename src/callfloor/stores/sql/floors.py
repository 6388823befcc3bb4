"""What a process asks of floors that it does not keep in memory for long."""

from __future__ import annotations

from callfloor.stores.sql.database import Database


def find_floor(db: Database, name: str) -> int | None:
    """The id of the floor of that name; None where there is none, and none is made."""
    found = db.value("SELECT id FROM floors WHERE name = ?", (name,))
    return None if found is None else int(found)


def latest_settings(db: Database, floor: int) -> tuple[int, str] | None:
    """The place in the journal of the floor's latest settings and their text; None: never configured."""
    sql = "SELECT seq, event FROM journal WHERE floor = ? AND kind = -1 ORDER BY seq DESC LIMIT 1"
    found = db.row(sql, (floor,))
    return None if found is None else (int(found[0]), str(found[1]))


def has_unsent(db: Database, floor: int) -> bool:
    """Whether the floor has commands whose sending is not known to be over."""
    return db.row("SELECT 1 FROM outbox WHERE floor = ? LIMIT 1", (floor,)) is not None
