"""What agents have said of calls, written down and done to leads and numbers. Inside a transaction."""

from __future__ import annotations

import json
import math

import apsw

from callfloor.stores.port import DisposedCall
from callfloor.stores.sqlite.claims import CLAIMED, DONE, WAITING, set_appointment
from callfloor.stores.sqlite.registers import bar_number


def dispose(db: apsw.Connection, floor: int, disposed: DisposedCall) -> None:
    """Write what was said of a call; a lead that some floor holds is left to that floor."""
    found = db.execute(
        "UPDATE call_records SET disposition = ? WHERE floor = ? AND attempt = ? RETURNING lead, number",
        (disposed.disposition, floor, disposed.attempt),
    ).fetchone()
    if found is None:
        return
    lead, number = found
    if disposed.bar_number:
        e164 = db.execute("SELECT e164 FROM numbers WHERE id = ?", (number,)).get
        bar_number(db, e164, disposed.said_at, disposed.said_by, disposed.disposition)
    if disposed.due_at is None:
        return
    if disposed.drop_number:
        drop_number(db, lead, number)
    else:
        set_due(db, lead, disposed.due_at)
        if db.changes():
            set_appointment(db, floor, lead, disposed.agent, disposed.due_at)


def set_due(db: apsw.Connection, lead: int, due_at: float) -> None:
    """Have a lead be due at a time, or done with."""
    done = due_at == math.inf
    db.execute(
        "UPDATE leads SET status = ?, due_at = ? WHERE id = ? AND status != ?",
        (DONE if done else WAITING, 0.0 if done else due_at, lead, CLAIMED),
    )


def drop_number(db: apsw.Connection, lead: int, number: int) -> None:
    """Leave a lead only its other numbers, of which the next is due at once."""
    status, first, others = db.execute(
        "SELECT status, number, other_numbers FROM leads WHERE id = ?", (lead,)
    ).get
    if status == CLAIMED:
        return
    left = [each for each in [first, *(json.loads(others) if others else [])] if each != number]
    if not left:
        set_due(db, lead, math.inf)
        return
    first, *rest = left
    db.execute(
        "UPDATE leads SET status = ?, due_at = 0, number = ?, other_numbers = ? WHERE id = ?",
        (WAITING, first, json.dumps(rest) if rest else None, lead),
    )
