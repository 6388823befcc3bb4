"""A SQLite connection as the shared statements use it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import apsw

from callfloor.stores.errors import StaleVersionError
from callfloor.stores.sql.database import Row
from callfloor.stores.sqlite.connection import explained, snapshot, transaction


class SqliteDatabase:
    """See Database. A writer is alone in a SQLite file, so there is nothing to lock but the file."""

    lock = ""
    lock_free = ""
    clock = "unixepoch('subsec')"

    def __init__(self, connection: apsw.Connection, path: Path) -> None:
        """Use an open connection to the file at `path`."""
        self.connection = connection
        self.path = path
        self.where = str(path)

    def rows(self, sql: str, values: Row = ()) -> list[Any]:
        """See Database."""
        return self.connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Row = ()) -> Any:
        """See Database."""
        return self.connection.execute(sql, values).fetchone()

    def value(self, sql: str, values: Row = ()) -> Any:
        """See Database."""
        found = self.connection.execute(sql, values).fetchone()
        return None if found is None else found[0]

    def run(self, sql: str, values: Row = ()) -> None:
        """See Database."""
        self.connection.execute(sql, values)

    def changed(self, sql: str, values: Row = ()) -> int:
        """See Database."""
        self.connection.execute(sql, values)
        return int(self.connection.changes())

    def insert(
        self, table: str, columns: Sequence[str], rows: Sequence[Row], *, unless_there: bool = False
    ) -> None:
        """See Database."""
        if rows:
            text = insert_text("INSERT", table, tuple(columns))
            self.connection.executemany(f"{text} ON CONFLICT DO NOTHING" if unless_there else text, rows)

    def replace(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """See Database."""
        if rows:
            self.connection.executemany(insert_text("REPLACE", table, tuple(columns)), rows)

    def update(self, table: str, columns: Sequence[str], set_: str, rows: Sequence[Row]) -> None:
        """See Database."""
        if rows:
            self.connection.executemany(update_text(table, tuple(columns), set_), rows)

    def delete(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """See Database."""
        if rows:
            self.connection.executemany(delete_text(table, tuple(columns)), rows)

    def among(self, column: str) -> str:
        """See Database."""
        return f"{column} IN (SELECT value FROM json_each(?))"

    def listed(self, values: Sequence[int]) -> str:
        """See Database."""
        return json.dumps(list(values))

    def expect_version(self, floor: int, version: int) -> None:
        """See Database. Nobody else writes to the file meanwhile."""
        found = self.value("SELECT version FROM floors WHERE id = ?", (floor,))
        if found != version:
            raise StaleVersionError(
                f"{self.where}: floor {floor} is at version {found}, this process knows {version}: "
                "another process has committed to it"
            )

    def new_ids(self, table: str, count: int) -> range:
        """See Database."""
        first = self.value(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")
        return range(first, first + count)

    def one_at_a_time(self, what: str) -> None:
        """See Database."""

    def beside_others(self, what: str) -> None:
        """See Database."""

    def notify(self, floor: int) -> None:
        """See Database. Nobody can be told: they look for themselves."""

    def explained(self) -> AbstractContextManager[None]:
        """See Database."""
        return explained(self.path)

    def transaction(self) -> AbstractContextManager[None]:
        """See Database."""
        return transaction(self.connection)

    def snapshot(self) -> AbstractContextManager[None]:
        """See Database."""
        return snapshot(self.connection)

    @contextmanager
    def flushed(self) -> Iterator[None]:
        """See Database. In a write-ahead log this makes all earlier transactions durable as well."""
        before = self.connection.pragma("synchronous")
        self.connection.execute("PRAGMA synchronous = FULL")
        yield
        self.connection.execute(f"PRAGMA synchronous = {before}")

    def close(self) -> None:
        """See Database."""
        self.connection.close()


@lru_cache
def insert_text(verb: str, table: str, columns: tuple[str, ...]) -> str:
    """A statement that adds one row."""
    return f"{verb} INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


@lru_cache
def update_text(table: str, columns: tuple[str, ...], set_: str) -> str:
    """A statement that changes one row."""
    places = {column: f"?{place}" for place, column in enumerate(columns, 1)}
    return f"UPDATE {table} SET {set_.format(**places)} WHERE {columns[0]} = ?1"


@lru_cache
def delete_text(table: str, columns: tuple[str, ...]) -> str:
    """A statement that deletes one row."""
    return f"DELETE FROM {table} WHERE {' AND '.join(f'{column} = ?' for column in columns)}"
