"""Prepared statements that go to the server together, by libpq's pipeline mode.

psycopg's cursors do the same and much besides, which took longer than the server did: a step of the live
floor sends some sixteen statements and reads the rows of two. psycopg's connection, types and errors are used
here; what is left out is a cursor for each statement.
"""

from __future__ import annotations

import select
from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg
from psycopg import pq
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result

from callfloor.stores.sql.database import Row

STATEMENTS_KEPT = 500
"""Prepared statements a session keeps: more than there are texts."""

AS_TEXT, AS_BINARY = pq.Format.TEXT, pq.Format.BINARY

BOOL, BYTEA, BIGINT, DOUBLE, BYTEA_ARRAY, ANY_TYPE = 16, 17, 20, 701, 1001, 0
"""PostgreSQL's numbers of types. All integers have one, or a statement would be prepared once for each
mixture of sizes; of a text the server finds the type by where it stands."""

Statement = tuple[str, Row]
Parameter = tuple[bytes | None, int, int]
"""A value's text or bytes, its type, and which of the two it is."""

Key = tuple[str, tuple[int, ...]]
"""What is prepared once: a text and the types of its parameters."""


class Found(NamedTuple):
    """What a statement gave: its rows, or how many it has changed."""

    rows: list[tuple[Any, ...]]
    changed: int


class Pipeline:
    """The statements of one connection."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.pgconn = connection.pgconn
        self.names: dict[Key, bytes] = {}
        self.transformer = Transformer(connection)
        self.poll = select.poll()
        self.poll.register(self.pgconn.socket, select.POLLIN)

    def run(self, statements: Sequence[Statement]) -> Found:
        """Send statements in one round trip; what the last one gave.

        Raises psycopg.Error: that of the first that failed, after which none was run.
        """
        texts = [(sql, [parameter(value) for value in values]) for sql, values in statements]
        self.make_room()
        new: dict[int, tuple[Key, bytes]] = {}
        self.pgconn.enter_pipeline_mode()
        try:
            sent = 0
            for sql, parameters in texts:
                sent = self.enqueue(sql, parameters, new, sent)
            self.pgconn.pipeline_sync()
            self.flush()
            results = self.results()
            self.pgconn.exit_pipeline_mode()
        except BaseException:
            # Nobody knows what of it the server has yet to answer.
            self.connection.close()
            raise
        for place, (key, name) in new.items():
            if results[place].status == pq.ExecStatus.COMMAND_OK:
                self.names[key] = name
        for result in results:
            if result.status == pq.ExecStatus.FATAL_ERROR:
                raise error_from_result(result)
        return self.found(results[-1])

    def enqueue(
        self, sql: str, parameters: Sequence[Parameter], new: dict[int, tuple[Key, bytes]], sent: int
    ) -> int:
        """Have a statement sent, and prepared first where it is `new`; how many commands there are then."""
        key = sql, tuple([oid for _, oid, _ in parameters])
        name = self.names.get(key) or next((name for other, name in new.values() if other == key), None)
        if name is None:
            name = b"callfloor_%d" % (len(self.names) + len(new))
            self.pgconn.send_prepare(name, numbered(sql).encode(), key[1])
            new[sent] = key, name
            sent += 1
        texts = [text for text, _, _ in parameters]
        formats = [form for _, _, form in parameters]
        self.pgconn.send_query_prepared(name, texts, formats, AS_TEXT)
        return sent + 1

    def make_room(self) -> None:
        """Forget what was prepared, where it has become too much."""
        if len(self.names) >= STATEMENTS_KEPT:
            self.connection.execute("DEALLOCATE ALL")
            self.names.clear()

    def flush(self) -> None:
        """Send everything; what the server says meanwhile is read, or both would wait for each other."""
        while self.pgconn.flush():
            self.poll.modify(self.pgconn.socket, select.POLLIN | select.POLLOUT)
            try:
                [(_, events)] = self.poll.poll()
            finally:
                self.poll.modify(self.pgconn.socket, select.POLLIN)
            if events & ~select.POLLOUT:
                self.pgconn.consume_input()

    def results(self) -> list[pq.abc.PGresult]:
        """The result of every command, up to the end of the pipeline."""
        pgconn = self.pgconn
        found: list[pq.abc.PGresult] = []
        while True:
            while pgconn.is_busy():
                self.poll.poll()
                pgconn.consume_input()
            result = pgconn.get_result()
            if result is None:
                if pgconn.status == pq.ConnStatus.BAD:
                    raise psycopg.OperationalError("the connection is lost")
            elif result.status == pq.ExecStatus.PIPELINE_SYNC:
                return found
            else:
                found.append(result)
                if pgconn.status == pq.ConnStatus.BAD:
                    raise error_from_result(result)

    def found(self, result: pq.abc.PGresult) -> Found:
        """A result as rows of Python's values."""
        if result.status != pq.ExecStatus.TUPLES_OK:
            return Found([], result.command_tuples or 0)
        self.transformer.set_pgresult(result)
        return Found(self.transformer.load_rows(0, result.ntuples, tuple), result.command_tuples or 0)


def parameter(value: Any) -> Parameter:
    """A value as it goes to the server, with its type and form."""
    if value is None:
        return None, ANY_TYPE, AS_TEXT
    kind = type(value)
    if kind is str:
        if "\0" in value:
            raise psycopg.DataError("expected a text without a NUL, which PostgreSQL cannot keep")
        return value.encode(), ANY_TYPE, AS_TEXT
    if kind is int:
        return b"%d" % value, BIGINT, AS_TEXT
    if kind is float:
        return repr(value).encode(), DOUBLE, AS_TEXT
    if kind is bool:
        return b"t" if value else b"f", BOOL, AS_TEXT
    if kind is bytes:
        return value, BYTEA, AS_BINARY
    if kind is list:
        listed = ",".join(["NULL" if each is None else f'"\\\\x{each.hex()}"' for each in value])
        return f"{{{listed}}}".encode(), BYTEA_ARRAY, AS_TEXT
    raise TypeError(f"expected a value that a column can have, found {kind.__name__}")


def numbered(sql: str) -> str:
    """A shared statement as the server takes it: its parameters have numbers."""
    first, *others = sql.split("?")
    return first + "".join(f"${place}{text}" for place, text in enumerate(others, 1))
