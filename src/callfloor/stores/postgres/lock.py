"""One process at a time runs `callfloor dial` on a database."""

from __future__ import annotations

from types import TracebackType

from callfloor.stores.errors import StoreBusyError
from callfloor.stores.postgres.connection import LOCK_CLASS, connect, explained, shown

DIALLING = 4
"""Not one of the numbers of ``LOCKS``. A second dialer takes the first one's calls for lost."""


class PostgresDialerLock:
    """Held from start to end. The server lets go of it when the connection ends, however."""

    def __init__(self, url: str) -> None:
        """Take the lock. Raises StoreBusyError where another process has it, StoreUnusableError."""
        self._connection = connect(url)
        with explained(shown(url), lambda: self._connection.closed):
            sql = "SELECT pg_try_advisory_lock(%s::int, %s::int)"
            found = self._connection.execute(sql, (LOCK_CLASS, DIALLING)).fetchone()
        if found != (True,):
            self._connection.close()
            raise StoreBusyError(
                f"{shown(url)}: another process is dialling on this database; stop it, or give another --db"
            )

    def close(self) -> None:
        """Let go."""
        self._connection.close()

    def __enter__(self) -> PostgresDialerLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
