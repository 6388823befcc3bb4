"""The whole durable step on SQLite, beside bare SQLite that does the same statements and nothing else.

A recorded day of 1,000 agents is played to the engine: one arrival a commit, and as it came, about 100 a
commit. While one such run's statements are noted (with their parameters, as they went to apsw), all others
are timed: the engine, and the noted statements alone on a fresh copy of the same database, under the same
pragmas, in the same transactions. Both files must hold the same in the end.
"""

from __future__ import annotations

import gc
import math
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

from bench.day import Day, SilentCarrier, Size, live_runtime, record
from bench.handle import us_per_event
from bench.table import Figure
from callfloor.live.arrivals import Incoming
from callfloor.live.rows import decode, encode
from callfloor.live.step import Engine
from callfloor.stores.sqlite.connection import open_database
from callfloor.stores.sqlite.store import SqliteStore

FULL = Size(agents=1000, run_for_s=40.0, tick_s=0.2)
QUICK = Size(agents=20, run_for_s=10.0, warm_up_s=5.0, tick_s=0.5)
SINGLE_ARRIVALS = 4_000
"""As many of the day's arrivals are committed one by one: with a flush of the disk each they take long."""

TABLES = (
    "floors",
    "floor_agents",
    "floor_campaigns",
    "floor_arrays",
    "floor_calls",
    "floor_leads",
    "journal",
    "outbox",
    "call_records",
    "leads",
    "numbers",
)
"""All that a step writes."""

RATIO_MAX = 2.0
EVENTS_PER_S_MIN = 10_000

Steps = Sequence[tuple[float, Sequence[Incoming]]]
Statement = tuple[bool, str, Any]
"""Whether it is run for many rows, its text, and its parameters."""


class NotedConnection:
    """A connection that notes every statement with its parameters before it runs it."""

    def __init__(self, connection: apsw.Connection) -> None:
        self.connection = connection
        self.statements: list[Statement] = []

    def execute(self, sql: str, parameters: Any = None) -> apsw.Cursor:
        self.statements.append((False, sql, parameters))
        return self.connection.execute(sql, parameters)

    def executemany(self, sql: str, rows: Any) -> apsw.Cursor:
        rows = list(rows)
        self.statements.append((True, sql, rows))
        return self.connection.executemany(sql, rows)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)


@dataclass
class Case:
    """One way to commit the day, and the best times so far."""

    name: str
    steps: Steps
    durable: bool
    statements: list[Statement] = field(default_factory=list)
    events: int = 0
    step_s: float = math.inf
    bare_s: float = math.inf
    writes_s: float = math.inf

    @property
    def arrivals(self) -> int:
        return sum(len(arrivals) for _, arrivals in self.steps)


class Bench:
    """A recorded day and what is measured with it."""

    def __init__(self, folder: Path, quick: bool) -> None:
        self.folder = folder
        self.runtime = live_runtime()
        self.day = record(folder, QUICK if quick else FULL, self.runtime)
        single = [(now, [arrival]) for now, arrivals in self.day.steps for arrival in arrivals]
        single = single[: 100 if quick else SINGLE_ARRIVALS]
        self.cases = [
            Case(f"{name}, {kind}", steps, durable)
            for name, steps in (("one event a commit", single), ("group commit", self.day.steps))
            for kind, durable in (("flushed to disk", True), ("not flushed", False))
        ]
        for case in self.cases:
            self.note(case)

    def copy(self) -> Path:
        """A fresh copy of the database with which the day began."""
        path = self.folder / "copy.db"
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        shutil.copy(self.day.database, path)
        return path

    def engine(self, store: SqliteStore) -> Engine:
        """The engine as it is in the middle of a day."""
        engine = Engine(store, SilentCarrier(), self.day.size.settings(), self.runtime)
        # Just after a start the journal is asked whether it has an event; later, only about late ones.
        engine.recent.complete_from = -math.inf
        return engine

    def note(self, case: Case) -> None:
        """Run the case once for its statements; see that they alone leave the same behind."""
        store = SqliteStore(self.copy(), durable=False)
        engine = self.engine(store)
        noted = NotedConnection(store.connection)
        store.db.connection = noted  # type: ignore[assignment]
        seq = engine.resident.seq
        for now, arrivals in case.steps:
            engine.step(arrivals, now)
        case.events = engine.resident.seq - seq
        case.statements = noted.statements
        expected = contents(noted.connection)
        store.close()
        connection = open_database(self.copy(), durable=False)
        run_bare(connection, case.statements)
        found = contents(connection)
        connection.close()
        if found != expected:
            raise AssertionError("bare SQLite has not done the same writes")

    def time_step(self, case: Case) -> None:
        """Time the engine."""
        store = SqliteStore(self.copy(), durable=case.durable)
        engine = self.engine(store)
        case.step_s = min(case.step_s, timed(lambda: run_engine(engine, case.steps)))
        store.close()

    def time_bare(self, case: Case) -> None:
        """Time the statements alone, and then those that write."""
        writes = [statement for statement in case.statements if not statement[1].startswith("SELECT")]
        case.bare_s = min(case.bare_s, self.bare_s(case, case.statements))
        case.writes_s = min(case.writes_s, self.bare_s(case, writes))

    def bare_s(self, case: Case, statements: Sequence[Statement]) -> float:
        """Seconds that statements take on a fresh copy."""
        connection = open_database(self.copy(), durable=case.durable)
        taken_s = timed(lambda: run_bare(connection, statements))
        connection.close()
        return taken_s


def timed(run: Callable[[], None]) -> float:
    """Seconds that it takes."""
    gc.collect()
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def run_engine(engine: Engine, steps: Steps) -> None:
    """Play a recording to the engine."""
    for now, arrivals in steps:
        engine.step(arrivals, now)


def run_bare(connection: apsw.Connection, statements: Sequence[Statement]) -> None:
    """Run noted statements; what they find is fetched."""
    execute, executemany = connection.execute, connection.executemany
    for many, sql, parameters in statements:
        if many:
            executemany(sql, parameters)
        else:
            execute(sql, parameters).fetchall()


def contents(connection: apsw.Connection) -> list[Any]:
    """Every row that a step may have written."""
    return [list(connection.execute(f"SELECT * FROM {table}")) for table in TABLES]


def measure(quick: bool = False) -> list[Figure]:
    """Events a second and the ratio to bare SQLite, in every way of committing."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), quick)
        for _ in range(1 if quick else 7):
            for case in bench.cases:
                bench.time_step(case)
                bench.time_bare(case)
        figures = []
        for case in bench.cases:
            ratio, rate = case.step_s / case.bare_s, case.events / case.step_s
            grouped = case.name.startswith("group")
            figures.append(
                Figure(
                    f"step, {case.name}",
                    f"{rate:,.0f} events/s ({case.arrivals / case.step_s:,.0f} arrivals/s); "
                    f"{ratio:.2f} times bare SQLite ({case.step_s / case.writes_s:.2f} its writes alone)",
                    f"{EVENTS_PER_S_MIN:,} events/s, {RATIO_MAX:g} times bare" if grouped else "",
                    (rate >= EVENTS_PER_S_MIN and ratio <= RATIO_MAX) if grouped else None,
                )
            )
        figures.append(shares(bench.cases[-1], bench.day, bench.runtime))
        return figures


def shares(case: Case, day: Day, runtime: Any) -> Figure:
    """Where an event's time goes in group commit: what it takes to do each part alone."""
    us = 1e6 / case.events
    handle_us = us_per_event(runtime, day.journal, building=True)
    texts = [value for row in bound_rows(case.statements) for value in row if isinstance(value, str)]
    rows = [decode(text) for text in texts if text.startswith("[")]
    encode_us = timed(lambda: encode_all(rows)) * us
    rest_us = case.step_s * us - case.bare_s * us - handle_us - encode_us
    commits = len(case.steps)
    return Figure(
        "step, group commit, not flushed: an event's time",
        f"{case.step_s * us:.1f} µs: SQLite {case.bare_s * us:.1f}, handle {handle_us:.1f}, "
        f"JSON {encode_us:.1f}, the rest in Python {rest_us:.1f}; {case.arrivals / commits:.0f} arrivals "
        f"a commit, {len(rows) / case.events:.1f} JSON texts an event",
    )


def bound_rows(statements: Sequence[Statement]) -> list[Sequence[Any]]:
    """The parameters of every row that was run."""
    rows: list[Sequence[Any]] = []
    for many, _, parameters in statements:
        rows.extend(parameters if many else [parameters or ()])
    return rows


def encode_all(rows: list[Any]) -> None:
    """Make JSON texts of rows."""
    for row in rows:
        encode(row).decode()
