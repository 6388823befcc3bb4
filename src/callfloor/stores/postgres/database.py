"""A PostgreSQL connection as the shared statements use it: few round trips, and rows in arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from typing import Any

import psycopg

from callfloor.stores.errors import StoreError
from callfloor.stores.postgres.connection import LOCK_CLASS, SCHEMA, explained, open_database, shown
from callfloor.stores.postgres.partitions import Partitions
from callfloor.stores.postgres.pipeline import Found, Pipeline, Statement
from callfloor.stores.sql.database import Row

CHANNEL = "callfloor"
"""Owners of floors listen to it; what is told is the floor's id."""

TEXTS = ("text", "json")
SEPARATOR = "\x1f"
QUOTED_COMMA = '","'

LOCKS = {"bars": 1, "imports": 2, "partitions": 3, "numbers": 6}
"""What is done by one at a time, and the number by which the database knows it."""


class PostgresDatabase:
    """See Database.

    Statements without a result wait until something is asked or the transaction commits; then all of them go
    in one round trip. A connection that broke is made anew by the next use outside a transaction.
    """

    lock = "FOR UPDATE"
    lock_free = "FOR UPDATE SKIP LOCKED"
    clock = "extract(epoch FROM clock_timestamp())::double precision"

    def __init__(self, url: str, *, durable: bool = True, wait_s: float = 5.0) -> None:
        """Connect; see ``open_database`` for the errors."""
        self.url = url
        self.where = shown(url)
        self.durable = durable
        self.wait_s = wait_s
        self.waiting: list[Statement] = []
        self.afterwards: tuple[Statement, Callable[[list[Any]], None]] | None = None
        self.is_open = False
        self.is_closed = False
        self.partitions = Partitions(self)
        self.open_connection()

    def open_connection(self) -> None:
        """Connect, now or anew."""
        self.connection: psycopg.Connection[Any] = open_database(
            self.url, durable=self.durable, wait_s=self.wait_s
        )
        self.pipeline = Pipeline(self.connection)
        self.columns = columns_of(self.connection)
        self.keys = keys_of(self.connection)
        self.partitions.forget()

    def ready(self) -> psycopg.Connection[Any]:
        """The connection, made anew if it broke and nothing is under way."""
        if self.is_closed:
            raise StoreError(f"{self.where}: was closed")
        if self.connection.closed and not self.is_open:
            self.open_connection()
        return self.connection

    def rows(self, sql: str, values: Row = ()) -> list[Any]:
        """See Database."""
        return self.send(sql, values).rows

    def row(self, sql: str, values: Row = ()) -> Any:
        """See Database."""
        found = self.send(sql, values).rows
        return found[0] if found else None

    def value(self, sql: str, values: Row = ()) -> Any:
        """See Database."""
        found = self.send(sql, values).rows
        return found[0][0] if found else None

    def changed(self, sql: str, values: Row = ()) -> int:
        """See Database."""
        return self.send(sql, values).changed

    def run(self, sql: str, values: Row = ()) -> None:
        """See Database."""
        if self.is_open:
            self.waiting.append((sql, values))
        else:
            self.send(sql, values)

    def send(self, sql: str, values: Row = ()) -> Found:
        """Send what waits and then a statement: the only place that does; what the statement gave."""
        self.ready()
        waiting, self.waiting = self.waiting, []
        return self.pipeline.run([*waiting, (sql, values)])

    def define(self, sql: str) -> None:
        """Make, change or drop a table, by itself and not prepared: none is done twice."""
        connection = self.ready()
        if self.waiting:
            self.send(*self.waiting.pop())
        connection.execute(sql)

    def insert(
        self, table: str, columns: Sequence[str], rows: Sequence[Row], *, unless_there: bool = False
    ) -> None:
        """See Database."""
        if rows:
            types = self.types(table, columns)
            text = insert_text(table, tuple(columns), types)
            self.run(f"{text} ON CONFLICT DO NOTHING" if unless_there else text, arrays(rows, types))

    def replace(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """See Database."""
        if not rows:
            return
        key = self.keys[table]
        places = [columns.index(column) for column in key]
        last = list({tuple([row[place] for place in places]): row for row in rows}.values())
        if table == "call_records":
            place = columns.index("placed_at")
            self.partitions.provide([row[place] for row in last])
        types = self.types(table, columns)
        self.run(replace_text(table, tuple(columns), types, key), arrays(last, types))

    def update(self, table: str, columns: Sequence[str], set_: str, rows: Sequence[Row]) -> None:
        """See Database."""
        if rows:
            types = self.types(table, columns)
            self.run(update_text(table, tuple(columns), types, set_), arrays(rows, types))

    def delete(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """See Database."""
        if rows:
            types = self.types(table, columns)
            self.run(delete_text(table, tuple(columns), types), arrays(rows, types))

    def types(self, table: str, columns: Sequence[str]) -> tuple[str, ...]:
        """The types of a table's columns."""
        known = self.columns[table]
        return tuple([known[column] for column in columns])

    def among(self, column: str) -> str:
        """See Database."""
        return f"{column} = ANY(?::bigint[])"

    def listed(self, values: Sequence[int]) -> str:
        """See Database."""
        return f"{{{','.join(map(str, values))}}}"

    def expect_version(self, floor: int, version: int) -> None:
        """See Database."""
        self.run("SELECT expect_version(?, ?)", (floor, version))

    def ask_afterwards(self, sql: str, values: Row, answer: Callable[[list[Any]], None]) -> None:
        """Ask this once the transaction under way has been committed, in the same round trip."""
        self.afterwards = (sql, values), answer

    def new_ids(self, table: str, count: int) -> list[int]:
        """See Database."""
        sql = "SELECT nextval(pg_get_serial_sequence(?, 'id')) FROM generate_series(1, ?)"
        return [each for (each,) in self.rows(sql, (table, count))]

    def one_at_a_time(self, what: str) -> None:
        """See Database."""
        self.run("SELECT pg_advisory_xact_lock(?::int, ?::int)", (LOCK_CLASS, LOCKS[what]))

    def beside_others(self, what: str) -> None:
        """See Database."""
        self.run("SELECT pg_advisory_xact_lock_shared(?::int, ?::int)", (LOCK_CLASS, LOCKS[what]))

    def notify(self, floor: int) -> None:
        """See Database."""
        self.run("SELECT pg_notify(?, ?)", (CHANNEL, str(floor)))

    def explained(self) -> AbstractContextManager[None]:
        """See Database."""
        return explained(self.where, lambda: self.connection.closed)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See Database."""
        with self.between("BEGIN"):
            yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """See Database."""
        with self.between("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"):
            yield

    @contextmanager
    def between(self, begin: str) -> Iterator[None]:
        """One transaction; its beginning and its end go with what is first and last in it."""
        self.ready()
        self.afterwards = None
        self.waiting = [(begin, ())]
        self.is_open = True
        try:
            yield
            if self.waiting[:1] == [(begin, ())] and len(self.waiting) == 1:
                self.waiting = []
            else:
                self.commit()
        except BaseException:
            self.waiting = []
            self.roll_back()
            raise
        finally:
            self.is_open = False

    def commit(self) -> None:
        """End the transaction, and ask what was to be asked afterwards."""
        if self.afterwards is None:
            self.send("COMMIT")
        else:
            (sql, values), answer = self.afterwards
            self.waiting.append(("COMMIT", ()))
            answer(self.send(sql, values).rows)

    def roll_back(self) -> None:
        """Undo what is under way; what goes wrong here is told by what went wrong before."""
        self.partitions.forget()
        try:
            self.connection.execute("ROLLBACK")
        except psycopg.Error:
            self.connection.close()

    @contextmanager
    def flushed(self) -> Iterator[None]:
        """See Database. A commit that waits for the disk waits for all before it."""
        self.send("SELECT set_config('synchronous_commit', 'on', false)")
        yield
        if not self.durable:
            self.send("SELECT set_config('synchronous_commit', 'off', false)")

    def close(self) -> None:
        """See Database."""
        self.is_closed = True
        self.connection.close()


def columns_of(connection: psycopg.Connection[Any]) -> dict[str, dict[str, str]]:
    """The type of every column of every table."""
    sql = (
        "SELECT relname, attname, format_type(atttypid, NULL) FROM pg_attribute "
        "JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = to_regnamespace(%s) "
        "AND relkind IN ('r', 'p') AND NOT relispartition AND attnum > 0 AND NOT attisdropped"
    )
    found: dict[str, dict[str, str]] = {}
    for table, column, type_ in connection.execute(sql, (SCHEMA,)):
        found.setdefault(table, {})[column] = type_
    return found


def keys_of(connection: psycopg.Connection[Any]) -> dict[str, tuple[str, ...]]:
    """The columns of every table's primary key."""
    sql = (
        "SELECT relname, array_agg(attname::text ORDER BY place) FROM pg_index "
        "JOIN pg_class ON pg_class.oid = indrelid, unnest(indkey) WITH ORDINALITY AS k (attribute, place) "
        "JOIN pg_attribute ON attnum = k.attribute "
        "WHERE attrelid = indrelid AND indisprimary AND relnamespace = to_regnamespace(%s) "
        "AND NOT relispartition GROUP BY relname"
    )
    return {table: tuple(columns) for table, columns in connection.execute(sql, (SCHEMA,))}


def arrays(rows: Sequence[Row], types: Sequence[str]) -> list[str | list[Any]]:
    """Rows as one array a column, each a text that the server reads: quicker than adapting values."""
    return [array(column, type_) for column, type_ in zip(zip(*rows, strict=True), types, strict=True)]


def array(values: Sequence[Any], type_: str) -> str | list[Any]:
    """Values of one column as a parameter."""
    if type_ == "bytea":
        return list(values)
    if type_ not in TEXTS:
        if None in values:
            return f"{{{','.join(['NULL' if value is None else repr(value) for value in values])}}}"
        return f"{{{','.join(map(repr, values))}}}"
    if None not in values:
        joined = SEPARATOR.join(values)
        if joined.count(SEPARATOR) == len(values) - 1:
            return f'{{"{escaped(joined).replace(SEPARATOR, QUOTED_COMMA)}"}}'
    return f"{{{','.join(['NULL' if value is None else quoted(value) for value in values])}}}"


def quoted(value: str) -> str:
    """A text within the text of an array."""
    return f'"{escaped(value)}"'


def escaped(value: str) -> str:
    """A text, or several joined, without what would end it."""
    return value.replace("\\", "\\\\").replace('"', '\\"')


def unnested(columns: tuple[str, ...], types: tuple[str, ...], prefix: str = "") -> str:
    """A table of the parameters' arrays."""
    places = ", ".join(f"?::{type_}[]" for type_ in types)
    return f"unnest({places}) AS new ({', '.join(prefix + column for column in columns)})"


@lru_cache
def insert_text(table: str, columns: tuple[str, ...], types: tuple[str, ...]) -> str:
    """A statement that adds rows."""
    names = ", ".join(columns)
    return f"INSERT INTO {table} ({names}) SELECT {names} FROM {unnested(columns, types)}"


@lru_cache
def replace_text(table: str, columns: tuple[str, ...], types: tuple[str, ...], key: tuple[str, ...]) -> str:
    """A statement that adds rows or changes those of the same keys."""
    change = ", ".join(f"{column} = excluded.{column}" for column in columns if column not in key)
    return f"{insert_text(table, columns, types)} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {change}"


@lru_cache
def update_text(table: str, columns: tuple[str, ...], types: tuple[str, ...], set_: str) -> str:
    """A statement that changes rows."""
    values = set_.format(**{column: f"new_{column}" for column in columns})
    source = unnested(columns, types, "new_")
    return f"UPDATE {table} SET {values} FROM {source} WHERE {table}.{columns[0]} = new_{columns[0]}"


@lru_cache
def delete_text(table: str, columns: tuple[str, ...], types: tuple[str, ...]) -> str:
    """A statement that deletes rows."""
    same = " AND ".join(f"{table}.{column} = new_{column}" for column in columns)
    return f"DELETE FROM {table} USING {unnested(columns, types, 'new_')} WHERE {same}"
