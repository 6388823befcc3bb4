"""What agents have said of calls, written down and done to leads and numbers. Inside a transaction."""

from __future__ import annotations

import json
import math

from callfloor.stores.port import DisposedCall
from callfloor.stores.sql.claims import CLAIMED, DONE, WAITING, set_appointment
from callfloor.stores.sql.database import Database
from callfloor.stores.sql.registers import bar_id


def dispose(db: Database, floor: int, disposed: DisposedCall) -> None:
    """Write what was said of a call; a lead that some floor holds is left to that floor."""
    found = db.row(
        "UPDATE call_records SET disposition = ? WHERE floor = ? AND attempt = ? RETURNING lead, number",
        (disposed.disposition, floor, disposed.attempt),
    )
    if found is None:
        return
    lead, number = found
    if disposed.bar_number:
        bar_id(db, number, disposed.said_at, disposed.said_by, disposed.disposition)
    if disposed.due_at is None:
        return
    if disposed.drop_number:
        drop_number(db, lead, number)
    elif set_due(db, lead, disposed.due_at):
        set_appointment(db, floor, lead, disposed.agent, disposed.due_at)


def set_due(db: Database, lead: int, due_at: float) -> bool:
    """Have a lead be due at a time, or done with; whether it could be: no floor holds it."""
    done = due_at == math.inf
    changed = db.changed(
        "UPDATE leads SET status = ?, due_at = ? WHERE id = ? AND status != ?",
        (DONE if done else WAITING, 0.0 if done else due_at, lead, CLAIMED),
    )
    return changed > 0


def drop_number(db: Database, lead: int, number: int) -> None:
    """Leave a lead only its other numbers, of which the next is due at once."""
    status, first, others = db.row("SELECT status, number, other_numbers FROM leads WHERE id = ?", (lead,))
    if status == CLAIMED:
        return
    left = [each for each in [first, *(json.loads(others) if others else [])] if each != number]
    if not left:
        set_due(db, lead, math.inf)
        return
    first, *rest = left
    db.run(
        "UPDATE leads SET status = ?, due_at = 0, number = ?, other_numbers = ? WHERE id = ? AND status != ?",
        (WAITING, first, json.dumps(rest) if rest else None, lead, CLAIMED),
    )
