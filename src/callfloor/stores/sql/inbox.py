"""What other processes have put down for a floor: what waits, and what was set aside."""

from __future__ import annotations

from collections.abc import Sequence

from callfloor.stores.inbox_port import InboxEntry, RefusedEntry
from callfloor.stores.sql.database import Database


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
    # Neither database takes a zero in a text, which a reason may quote.
    kept = reason.replace("\0", "\ufffd")
    db.run(f"UPDATE inbox SET refused = ?, refused_at = {db.clock} WHERE id = ?", (kept, entry))


def refused(db: Database, floor: int, count: int) -> list[RefusedEntry]:
    """What was set aside of a floor's."""
    sql = (
        "SELECT id, floor, event_id, arrival, put_at, refused, refused_at FROM inbox "
        "WHERE floor = ? AND refused IS NOT NULL ORDER BY id LIMIT ?"
    )
    return [RefusedEntry(*row) for row in db.rows(sql, (floor, count))]


def refused_count(db: Database, floor: int) -> int:
    """How much of a floor's was set aside."""
    return int(db.value("SELECT count(*) FROM inbox WHERE floor = ? AND refused IS NOT NULL", (floor,)))


def not_refused(db: Database, floor: int, entries: Sequence[int]) -> list[int]:
    """The ids, of some, of which no entry of the floor's was set aside; the others are kept for us."""
    sql = f"SELECT id FROM inbox WHERE floor = ? AND {db.among('id')} AND refused IS NOT NULL {db.lock}"
    found = {entry for (entry,) in db.rows(sql, (floor, db.listed(entries)))}
    return [entry for entry in entries if entry not in found]


def retry(db: Database, floor: int, entries: Sequence[int] | None) -> None:
    """Have what was set aside wait again; `entries` None: all of the floor's."""
    sql = "UPDATE inbox SET refused = NULL, refused_at = NULL WHERE floor = ? AND refused IS NOT NULL"
    if entries is None:
        db.run(sql, (floor,))
    else:
        db.run(f"{sql} AND {db.among('id')}", (floor, db.listed(entries)))


def discard(db: Database, entries: Sequence[int]) -> None:
    """Delete what was set aside."""
    db.delete("inbox", ("id",), [(entry,) for entry in entries])
