"""The numbers of one file so far, in a temporary SQLite database, whatever the store is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import apsw

from callfloor.stores.sqlite.connection import explained


class SqliteSeenNumbers:
    """The numbers of one file, in a temporary database of its own: in bounded memory, gone when closed."""

    def __init__(self) -> None:
        self._connection = apsw.Connection("")
        self._connection.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        self._connection.execute("CREATE TABLE seen (e164 INTEGER PRIMARY KEY)")
        self._connection.execute("BEGIN")

    def __enter__(self) -> SqliteSeenNumbers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._connection.close()

    def add(self, numbers: Sequence[int]) -> list[bool]:
        """Take numbers in; of each, whether it was there before.

        Raises
        ------
        StoreError
            the directory of temporary files is full.
        """
        with explained(Path("temporary database")):
            seen = []
            for number in numbers:
                self._connection.execute("INSERT INTO seen VALUES (?) ON CONFLICT DO NOTHING", (number,))
                seen.append(not self._connection.changes())
        return seen
