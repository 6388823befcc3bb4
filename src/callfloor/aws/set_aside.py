"""Messages that were set aside, put onto the events' queue again or deleted, as an operator asks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from callfloor.aws.messages import MessageError, decode, group_of
from callfloor.aws.queues import send_all
from callfloor.failures import UsageError
from callfloor.stores.sql.poison import BODY_LONGEST, SetAside
from callfloor.stores.sql.store import SqlStore

SOURCES_MOST = 100


def retry(store: SqlStore, sqs: Any, queue: str, sources: Any, now: float) -> int:
    """Put messages that were set aside onto the events' queue again; return how many.

    They are deleted once they are on the queue: one that cannot be taken again is set aside anew. Raises
    UsageError, and nothing has happened, for one that is not there or that nobody could read; StoreError and
    QueueError, and some may be on the queue, of which the floor takes each event once.
    """
    found = found_of(store, sources)
    entries = [entry_of(message, now) for message in found]
    send_all(sqs, queue, entries)
    store.drop_set_aside([message.source for message in found])
    return len(found)


def discard(store: SqlStore, sources: Any) -> int:
    """Delete messages that were set aside; return how many. Raises UsageError and StoreError."""
    found = found_of(store, sources)
    store.drop_set_aside([message.source for message in found])
    return len(found)


def found_of(store: SqlStore, sources: Any) -> Sequence[SetAside]:
    """The messages of some sources. Raises UsageError where there is not one of each, and StoreError."""
    if not isinstance(sources, list) or not all(isinstance(each, str) for each in sources):
        raise UsageError('sources: expected a list of the "source" of messages that were set aside')
    if not 0 < len(sources) <= SOURCES_MOST:
        raise UsageError(f"sources: expected 1 to {SOURCES_MOST}, found {len(sources)}")
    found = store.set_aside_of(sources)
    missing = set(sources) - {message.source for message in found}
    if missing:
        raise UsageError(f"sources: no message was set aside with {', '.join(sorted(missing))!r:.200}")
    return found


def entry_of(message: SetAside, now: float) -> dict[str, Any]:
    """A message as the queue takes it. Raises UsageError where it is cut off, or cannot be read."""
    if len(message.body) >= BODY_LONGEST:
        raise UsageError(f"{message.source}: only its first {BODY_LONGEST:,} characters were kept")
    try:
        floor = decode(message.body, now).floor
    except MessageError as error:
        raise UsageError(f"{message.source}: cannot be read: {error}") from None
    # The queue drops for five minutes what it has had before; this is meant to come again.
    again = hashlib.sha256(f"{message.source}\n{now!r}".encode()).hexdigest()
    return {
        "MessageBody": message.body,
        "MessageGroupId": group_of(floor),
        "MessageDeduplicationId": again,
    }
