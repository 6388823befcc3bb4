"""Who looks after a floor, and who could, by the database's own clock. No correctness rests on it."""

from __future__ import annotations

from callfloor.stores.port import Lease, Worker
from callfloor.stores.sql.database import Database


def take_lease(db: Database, floor: int, owner: str, for_s: float) -> bool:
    """Take a floor, or keep it; whether it is the owner's now."""
    sql = (
        f"INSERT INTO leases (floor, owner, until) VALUES (?, ?, {db.clock} + ?) "
        "ON CONFLICT (floor) DO UPDATE SET owner = excluded.owner, until = excluded.until "
        f"WHERE leases.owner = excluded.owner OR leases.until <= {db.clock}"
    )
    return db.changed(sql, (floor, owner, float(for_s))) == 1


def release_lease(db: Database, floor: int, owner: str) -> None:
    """Let go of a floor, if it is the owner's."""
    db.run("DELETE FROM leases WHERE floor = ? AND owner = ?", (floor, owner))


def all_leases(db: Database) -> list[Lease]:
    """Every floor with its owner."""
    sql = (
        "SELECT floors.id, name, CASE WHEN until > now THEN owner ELSE '' END, "
        "CASE WHEN until > now THEN until - now ELSE 0.0 END "
        f"FROM floors LEFT JOIN leases ON leases.floor = floors.id, (SELECT {db.clock} AS now) AS clock "
        "ORDER BY floors.id"
    )
    return [Lease(*row) for row in db.rows(sql)]


def wake(db: Database, floor: int) -> None:
    """Have the owner of a floor look for what is new, where the database can tell them."""
    db.notify(floor)


def sign_on(db: Database, worker: str, for_s: float, takes_floors: bool) -> None:
    """Note that a process is there; those of whom nothing was heard for long enough are forgotten."""
    sql = (
        f"INSERT INTO workers (name, until, takes_floors) VALUES (?, {db.clock} + ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET until = excluded.until, takes_floors = excluded.takes_floors"
    )
    db.run(sql, (worker, float(for_s), int(takes_floors)))
    db.run(f"DELETE FROM workers WHERE until <= {db.clock}")


def sign_off(db: Database, worker: str) -> None:
    """Note that a process ends."""
    db.run("DELETE FROM workers WHERE name = ?", (worker,))


def all_workers(db: Database) -> list[Worker]:
    """Those who are there."""
    found = db.rows(f"SELECT name, takes_floors FROM workers WHERE until > {db.clock}")
    return sorted(Worker(name, bool(takes)) for name, takes in found)
