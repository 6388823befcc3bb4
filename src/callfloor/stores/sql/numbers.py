"""Phone numbers by their digits, also those whose digits were erased. Every function is of a transaction.

The digits of a person who was erased are kept as a keyed digest only, beside the number's id. Whoever brings
the digits finds the id by it, and with that what must outlast the person: do-not-call marks, attempts.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from callfloor.stores.sql.database import Database

AT_ONCE = 10_000
"""Numbers that are looked for in one question."""


class NumberFound(NamedTuple):
    """A number that the store has. `barred`: 1 for do not call."""

    id: int
    barred: int


def find_numbers(db: Database, numbers: Iterable[int]) -> dict[int, NumberFound]:
    """The numbers that the store has, by their digits (E.164 without the plus)."""
    wanted = sorted(set(numbers))
    found: dict[int, NumberFound] = {}
    for place in range(0, len(wanted), AT_ONCE):
        some = wanted[place : place + AT_ONCE]
        sql = f"SELECT e164, id, barred FROM numbers WHERE {db.among('e164')}"
        found |= {e164: NumberFound(*row) for e164, *row in db.rows(sql, (db.listed(some),))}
    return found | find_erased(db, [e164 for e164 in wanted if e164 not in found])


def number_ids(db: Database, numbers: Iterable[int]) -> dict[int, NumberFound]:
    """The numbers by their digits; those that the store does not have are added."""
    wanted = sorted(set(numbers))
    # None of those that are found must be removed with a discarded list before this is committed.
    db.beside_others("numbers")
    found = find_numbers(db, wanted)
    # In their order: of two who add the same ones at once neither waits for the other's last for its first.
    missing = [e164 for e164 in wanted if e164 not in found]
    if missing:
        db.insert("numbers", ("e164",), [(e164,) for e164 in missing], unless_there=True)
        found |= find_numbers(db, missing)
    return found


def find_erased(db: Database, numbers: Sequence[int]) -> dict[int, NumberFound]:
    """Those of some numbers whose digits were erased, by their digits."""
    key = db.value("SELECT key FROM erasure_key") if numbers else None
    if key is None:
        return {}
    found: dict[int, NumberFound] = {}
    sql = "SELECT id, barred FROM erased_numbers JOIN numbers ON id = number WHERE digest = ?"
    for e164 in numbers:
        row = db.row(sql, (digest_of(key, e164),))
        if row is not None:
            found[e164] = NumberFound(*row)
    return found


def digest_of(key: bytes, e164: int) -> bytes:
    """What stays of an erased number's digits."""
    return hmac.digest(key, str(e164).encode(), hashlib.sha256)


def erasure_key(db: Database) -> bytes:
    """The database's own key; it is made when the first person is erased."""
    db.run(
        "INSERT INTO erasure_key (id, key) VALUES (1, ?) ON CONFLICT DO NOTHING", (secrets.token_bytes(32),)
    )
    return bytes(db.value("SELECT key FROM erasure_key"))
