"""The port to what other processes have put down for a floor, and to what of it was set aside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class InboxEntry(NamedTuple):
    """Something that another process has put down for a floor. `arrival` is a JSON text."""

    id: int
    event_id: str | None
    arrival: str
    put_at: float


class RefusedEntry(NamedTuple):
    """An entry that could not be taken, with the reason. Times in UTC seconds, by the database's clock.

    `refused_at` is None where a version set it aside that did not note when.
    """

    id: int
    floor: int
    event_id: str | None
    arrival: str
    put_at: float
    reason: str
    refused_at: float | None


class Inbox(Protocol):
    """What other processes have for a floor. The step that takes an entry deletes it (`Changes.taken`)."""

    def put(self, floor: int, arrival: str, event_id: str | None = None) -> bool:
        """Put something down and wake the floor's owner; False where one of that event id waits already."""

    def put_all(self, floor: int, entries: Sequence[tuple[str, str | None]]) -> int:
        """Put several things down, each with its event id, all or none; return how many were new."""

    def waiting(self, floor: int, count: int) -> Sequence[InboxEntry]:
        """The first `count` entries that wait, in the order in which they came."""

    def waiting_count(self, floor: int) -> int:
        """How many wait."""

    def refuse(self, entry: int, reason: str) -> None:
        """Keep an entry that cannot be taken out of the way of those behind it, with the reason."""

    def refused_count(self, floor: int) -> int:
        """How many were set aside and are there still."""


class SetAsideEntries(Protocol):
    """Entries of inboxes that could not be taken."""

    def refused(self, floor: int, count: int) -> Sequence[RefusedEntry]:
        """The first `count` entries that were set aside, in the order in which they came."""

    def retry(self, floor: int, entries: Sequence[int] | None) -> Sequence[int]:
        """Have entries of these ids that were set aside wait again, and wake the floor's owner; None: all.

        They wait in the order in which they came. Returns the ids of those that were not set aside; nothing
        has happened where there are any.
        """

    def discard(self, floor: int, entries: Sequence[int]) -> Sequence[int]:
        """Delete entries of these ids that were set aside.

        Returns the ids of those that were not set aside; nothing has happened where there are any.
        """
