"""Runs of simulations and tokens on SQLite."""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from callfloor.stores.runs import OVER, ReportKind, Role, RunRow, RunState
from callfloor.stores.sqlite.connection import explained, open_database, transaction

_NAME = "coalesce(scenario ->> '$.name', '')"
_COLUMNS = f"id, state, {_NAME}, created_at, expires_at, owner, error, started_at, ended_at"
_FINAL = ", ".join(f"'{state}'" for state in OVER)


class SqliteRunStore:
    """A RunStore in one SQLite file; one thread at a time gets at it."""

    def __init__(self, path: Path) -> None:
        """Open or create the file; see ``open_database`` for the errors."""
        self.path = path
        self._connection = open_database(path)
        self._lock = threading.Lock()

    @contextmanager
    def _database(self, *, writes: bool = False) -> Iterator[apsw.Connection]:
        with self._lock, explained(self.path):
            if writes:
                with transaction(self._connection):
                    yield self._connection
            else:
                yield self._connection

    def add(self, run: RunRow, scenario: Mapping[str, Any]) -> None:
        """See RunStore."""
        document = json.dumps({**scenario, "name": run.name}, allow_nan=False)
        values = (run.id, run.state, document, run.created_at, run.expires_at, run.owner)
        with self._database(writes=True) as database:
            database.execute(
                "INSERT INTO runs (id, state, scenario, created_at, expires_at, owner, error, started_at, "
                "ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*values, run.error, run.started_at, run.ended_at),
            )

    def begin(self, run: str, at: float) -> None:
        """See RunStore."""
        with self._database(writes=True) as database:
            database.execute(
                "UPDATE runs SET state = 'running', started_at = ? WHERE id = ? AND state = 'queued'",
                (at, run),
            )

    def end(
        self, run: str, state: RunState, at: float, error: str | None, reports: Mapping[ReportKind, bytes]
    ) -> None:
        """See RunStore."""
        packed = [(run, kind, zlib.compress(content, 6)) for kind, content in reports.items()]
        with self._database(writes=True) as database:
            which = f"id = ? AND state NOT IN ({_FINAL})"
            database.execute(
                f"UPDATE runs SET state = ?, ended_at = ?, error = ? WHERE {which}",  # noqa: S608 (ours)
                (state, at, error, run),
            )
            if database.changes() == 0:
                return
            database.executemany("INSERT INTO run_reports (run, kind, content) VALUES (?, ?, ?)", packed)

    def get(self, run: str) -> RunRow | None:
        """See RunStore."""
        found = self._rows("WHERE id = ?", run)
        return found[0] if found else None

    def newest(self, count: int) -> list[RunRow]:
        """See RunStore."""
        return self._rows("ORDER BY created_at DESC, id LIMIT ?", count)

    def unfinished(self) -> list[RunRow]:
        """See RunStore."""
        return self._rows(f"WHERE state NOT IN ({_FINAL})")

    def _rows(self, which: str, *bindings: str | int) -> list[RunRow]:
        with self._database() as database:
            rows = database.execute(f"SELECT {_COLUMNS} FROM runs {which}", bindings)  # noqa: S608 (ours)
            return [RunRow(*row) for row in rows]

    def scenario(self, run: str) -> str | None:
        """See RunStore."""
        with self._database() as database:
            found: str | None = database.execute("SELECT scenario FROM runs WHERE id = ?", (run,)).get
            return found

    def report(self, run: str, kind: ReportKind) -> bytes | None:
        """See RunStore."""
        with self._database() as database:
            packed = database.execute(
                "SELECT content FROM run_reports WHERE run = ? AND kind = ?", (run, kind)
            ).get
        return None if packed is None else zlib.decompress(packed)

    def expire(self, now: float) -> int:
        """See RunStore."""
        with self._database(writes=True) as database:
            which = f"SELECT id FROM runs WHERE expires_at <= ? AND state IN ({_FINAL})"  # noqa: S608 (ours)
            ids = [each for (each,) in database.execute(which, (now,))]
            database.executemany("DELETE FROM run_reports WHERE run = ?", [(each,) for each in ids])
            database.executemany("DELETE FROM runs WHERE id = ?", [(each,) for each in ids])
        return len(ids)

    def add_token(self, name: str, digest: bytes, role: Role, at: float) -> bool:
        """See RunStore."""
        with self._database(writes=True) as database:
            database.execute(
                "INSERT INTO tokens (name, hash, role, created_at) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (name) DO NOTHING",
                (name, digest, role, at),
            )
            return database.changes() == 1

    def drop_token(self, name: str) -> bool:
        """See RunStore."""
        with self._database(writes=True) as database:
            database.execute("DELETE FROM tokens WHERE name = ?", (name,))
            return database.changes() == 1

    def tokens(self) -> list[tuple[str, Role, float]]:
        """See RunStore."""
        with self._database() as database:
            return list(database.execute("SELECT name, role, created_at FROM tokens ORDER BY name"))

    def role_of(self, digest: bytes) -> Role | None:
        """See RunStore."""
        with self._database() as database:
            found: Role | None = database.execute("SELECT role FROM tokens WHERE hash = ?", (digest,)).get
            return found

    def close(self) -> None:
        """See RunStore."""
        with self._lock:
            self._connection.close()
