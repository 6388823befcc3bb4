"""Hearing that there is something new for a floor, without asking again and again."""

from __future__ import annotations

from callfloor.stores.postgres.connection import connect, explained, shown
from callfloor.stores.postgres.database import CHANNEL


class FloorWakes:
    """A connection that listens for `Store.wake`, and for what asks for it: a number that was barred.

    A notice may get lost with the connection: whoever listens looks by themselves from time to time as well.
    """

    def __init__(self, url: str) -> None:
        """Listen from now on. Raises StoreUnusableError."""
        self.where = shown(url)
        self._connection = connect(url)
        with explained(self.where, lambda: self._connection.closed):
            self._connection.execute(f"LISTEN {CHANNEL}".encode())

    def fileno(self) -> int:
        """What becomes readable when there is something to take: for ``loop.add_reader``."""
        return self._connection.fileno()

    def take(self, within_s: float = 0.0) -> set[int]:
        """The floors that were woken since, by id; waits so long for the first. Raises StoreLostError."""
        with explained(self.where, lambda: self._connection.closed):
            found = {int(each.payload) for each in self._connection.notifies(timeout=0.0)}
            if not found and within_s > 0.0:
                heard = self._connection.notifies(timeout=within_s, stop_after=1)
                found = {int(each.payload) for each in heard}
        return found

    def close(self) -> None:
        """Listen no more."""
        self._connection.close()
