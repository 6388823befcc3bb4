"""Messages that could not be taken, kept with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from callfloor.stores.sql.database import Database

BODY_LONGEST = 65_536
"""Characters of a message that are kept."""


class SetAside(NamedTuple):
    """A message that could not be taken. `floor` is the name that it gave, `at` UTC seconds."""

    floor: str
    source: str
    body: str
    reason: str
    at: float


def set_aside(db: Database, message: SetAside) -> None:
    """Keep a message, once for each source."""
    # Neither database takes a zero in a text.
    kept = message._replace(body=message.body.replace("\0", "\ufffd")[:BODY_LONGEST])
    sql = (
        "INSERT INTO set_aside (floor, source, body, reason, at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (source) DO NOTHING"
    )
    db.run(sql, tuple(text.replace("\0", "\ufffd") if isinstance(text, str) else text for text in kept))


def set_aside_of(db: Database, sources: Sequence[str]) -> list[SetAside]:
    """Those messages, by their sources and in their order, that were set aside."""
    sql = f"SELECT {', '.join(SetAside._fields)} FROM set_aside WHERE source = ?"
    rows = (db.row(sql, (source.replace("\0", "\ufffd"),)) for source in sources)
    return [SetAside(*row) for row in rows if row is not None]


def drop_set_aside(db: Database, sources: Sequence[str]) -> None:
    """Delete messages that were set aside."""
    db.delete("set_aside", ("source",), [(source,) for source in sources])


def begin_try(db: Database, source: str) -> int:
    """Note that a message is begun; return how often it has been, this time included, and never ended."""
    sql = (
        "INSERT INTO message_tries (source, tries) VALUES (?, 1) "
        "ON CONFLICT (source) DO UPDATE SET tries = message_tries.tries + 1 RETURNING tries"
    )
    return int(db.value(sql, (source,)))


def end_try(db: Database, source: str) -> None:
    """Note that a message was ended, however that went."""
    db.run("DELETE FROM message_tries WHERE source = ?", (source,))


def all_set_aside(db: Database) -> list[SetAside]:
    """Every message that was set aside, in order."""
    sql = f"SELECT {', '.join(SetAside._fields)} FROM set_aside ORDER BY id"
    return [SetAside(*row) for row in db.rows(sql)]
