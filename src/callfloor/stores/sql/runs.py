"""Runs of simulations and tokens."""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from callfloor.stores.runs import OVER, ReportKind, Role, RunRow, RunState
from callfloor.stores.sql.database import Database

_NAME = "coalesce(scenario ->> 'name', '')"
_COLUMNS = f"id, state, {_NAME}, created_at, expires_at, owner, error, started_at, ended_at, done"
_FINAL = ", ".join(f"'{state}'" for state in OVER)


class SqlRunStore:
    """A RunStore in one database; one thread at a time gets at it."""

    def __init__(self, db: Database) -> None:
        """Use an open database."""
        self._db = db
        self._lock = threading.Lock()

    @contextmanager
    def _database(self, *, writes: bool = False) -> Iterator[Database]:
        with self._lock, self._db.explained():
            if writes:
                with self._db.transaction():
                    yield self._db
            else:
                yield self._db

    def add(self, run: RunRow, scenario: Mapping[str, Any]) -> None:
        """See RunStore."""
        document = json.dumps({**scenario, "name": run.name}, allow_nan=False)
        values = (run.id, run.state, document, run.created_at, run.expires_at, run.owner)
        with self._database(writes=True) as database:
            database.run(
                "INSERT INTO runs (id, state, scenario, created_at, expires_at, owner, error, started_at, "
                f"ended_at, done, heard_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {database.clock})",
                (*values, run.error, run.started_at, run.ended_at, run.done),
            )

    def begin(self, run: str, at: float) -> None:
        """See RunStore."""
        with self._database(writes=True) as database:
            database.run(
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
            ended = database.changed(
                f"UPDATE runs SET state = ?, ended_at = ?, error = ? WHERE {which}",
                (state, at, error, run),
            )
            if ended:
                database.insert("run_reports", ("run", "kind", "content"), packed)

    def get(self, run: str) -> RunRow | None:
        """See RunStore."""
        found = self._rows("WHERE id = ?", run)
        return found[0] if found else None

    def newest(self, count: int) -> list[RunRow]:
        """See RunStore."""
        return self._rows("ORDER BY created_at DESC, id LIMIT ?", count)

    def hear(self, owner: int, done: Mapping[str, float]) -> list[str]:
        """See RunStore."""
        with self._database(writes=True) as database:
            which = f"owner = ? AND state NOT IN ({_FINAL})"
            database.run(f"UPDATE runs SET heard_at = {database.clock} WHERE {which}", (owner,))
            for run, share in done.items():
                database.run("UPDATE runs SET done = ? WHERE id = ?", (share, run))
            asked = database.rows(f"SELECT id FROM runs WHERE {which} AND cancel_asked = 1", (owner,))
        return [run for (run,) in asked]

    def ask_cancel(self, run: str) -> None:
        """See RunStore."""
        with self._database(writes=True) as database:
            database.run("UPDATE runs SET cancel_asked = 1 WHERE id = ?", (run,))

    def unfinished(self, unheard_s: float = 0.0) -> list[RunRow]:
        """See RunStore."""
        unheard = f"heard_at <= {self._db.clock} - ?"
        return self._rows(f"WHERE state NOT IN ({_FINAL}) AND {unheard}", unheard_s)

    def _rows(self, which: str, *bindings: str | float) -> list[RunRow]:
        with self._database() as database:
            rows = database.rows(f"SELECT {_COLUMNS} FROM runs {which}", bindings)
            return [RunRow(*row) for row in rows]

    def scenario(self, run: str) -> str | None:
        """See RunStore."""
        with self._database() as database:
            found: str | None = database.value("SELECT scenario FROM runs WHERE id = ?", (run,))
            return found

    def report(self, run: str, kind: ReportKind) -> bytes | None:
        """See RunStore."""
        with self._database() as database:
            packed = database.value("SELECT content FROM run_reports WHERE run = ? AND kind = ?", (run, kind))
        return None if packed is None else zlib.decompress(packed)

    def expire(self, now: float) -> int:
        """See RunStore."""
        with self._database(writes=True) as database:
            which = f"SELECT id FROM runs WHERE expires_at <= ? AND state IN ({_FINAL})"
            ids = database.rows(which, (now,))
            database.delete("run_reports", ("run",), ids)
            database.delete("runs", ("id",), ids)
        return len(ids)

    def add_token(self, name: str, digest: bytes, role: Role, at: float) -> bool:
        """See RunStore."""
        with self._database(writes=True) as database:
            made = database.changed(
                "INSERT INTO tokens (name, hash, role, created_at) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (name) DO NOTHING",
                (name, digest, role, at),
            )
            return made == 1

    def drop_token(self, name: str) -> bool:
        """See RunStore."""
        with self._database(writes=True) as database:
            return database.changed("DELETE FROM tokens WHERE name = ?", (name,)) == 1

    def tokens(self) -> list[tuple[str, Role, float]]:
        """See RunStore."""
        with self._database() as database:
            return list(database.rows("SELECT name, role, created_at FROM tokens ORDER BY name"))

    def role_of(self, digest: bytes) -> Role | None:
        """See RunStore."""
        with self._database() as database:
            found: Role | None = database.value("SELECT role FROM tokens WHERE hash = ?", (digest,))
            return found

    def close(self) -> None:
        """See RunStore."""
        with self._lock:
            self._db.close()
