"""One live dialer on a database file: a second one would take the first one's calls for lost."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

from callfloor.stores.errors import StoreBusyError, StoreUnusableError


class DialerLock:
    """Held from the start of a run to its end. The system lets go of it when the process dies, however."""

    def __init__(self, database: Path) -> None:
        """Take the lock beside the database. Raises StoreBusyError where another process has it."""
        self.path = database.with_name(f"{database.name}-dialing")
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise StoreUnusableError(f"{self.path}: cannot be written: {error.strerror}") from error
        if os.name != "posix":
            return
        import fcntl

        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            raise StoreBusyError(
                f"{database}: another process is dialling on this database; stop it, or give another --db"
            ) from error

    def close(self) -> None:
        """Let go."""
        os.close(self._file)

    def __enter__(self) -> DialerLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
