"""The durable step on PostgreSQL, beside bare PostgreSQL that does the same statements and nothing else.

The recorded day of `bench/step.py` is played to the engine on a server of one's own, flushed to disk and not.
While one run's statements are noted as they went to the server, the others are timed: the engine, and the
noted statements alone on a fresh copy of the same database, in the same transactions and round trips. Beside
them the rows that were added, in batches of the same size: what a table takes at best.
"""

from __future__ import annotations

import gc
import math
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from bench.day import SilentCarrier, live_runtime, record
from bench.step import FULL, QUICK, Steps
from bench.table import Figure
from callfloor.live.step import Engine
from callfloor.stores.postgres.pipeline import Found, Pipeline, Statement
from callfloor.stores.postgres.store import PostgresStore
from callfloor.stores.sqlite.store import SqliteStore
from tools.postgres import Server

DURABLE = ("shared_buffers=128MB", "max_wal_size=1GB", "checkpoint_timeout=15min")
"""As a small server is set up; all that is committed is on disk."""

SINGLE_ARRIVALS = 1_000
"""As many of the day's arrivals are committed one by one."""

RATIO_MAX = 2.0
EVENTS_PER_S_MIN = 10_000

RoundTrip = list[Statement]
"""Statements that went to the server together."""


@dataclass
class Case:
    """One way to commit the day, and the best times so far."""

    name: str
    steps: Steps
    durable: bool
    trips: list[RoundTrip] = field(default_factory=list)
    events: int = 0
    step_s: float = math.inf
    bare_s: float = math.inf
    inserts_s: float = math.inf

    @property
    def arrivals(self) -> int:
        return sum(len(arrivals) for _, arrivals in self.steps)

    def inserts(self) -> list[RoundTrip]:
        """The rows added to the journal, the outbox and the call records, a transaction for each commit."""
        tables = ("journal", "outbox", "call_records")
        found: list[RoundTrip] = []
        for trip in self.trips:
            added = [each for each in trip if each[0].startswith(tuple(f"INSERT INTO {t} " for t in tables))]
            if added:
                found.append([("BEGIN", ()), *added, ("COMMIT", ())])
        return found


class Bench:
    """A recorded day on a server, and what is measured with it."""

    def __init__(self, server: Server, folder: Path, quick: bool) -> None:
        self.server = server
        self.runtime = live_runtime()
        self.day = record(folder, QUICK if quick else FULL, self.runtime)
        self.origin = server.new_database()
        copy_into(self.day.database, self.origin)
        single = [(now, [arrival]) for now, arrivals in self.day.steps for arrival in arrivals]
        single = single[: 100 if quick else SINGLE_ARRIVALS]
        self.cases = [
            Case(f"{name}, {kind}", steps, durable)
            for name, steps in (("one event a commit", single), ("group commit", self.day.steps))
            for kind, durable in (("flushed to disk", True), ("not flushed", False))
        ]
        for case in self.cases:
            self.note(case)

    @contextmanager
    def copy(self, durable: bool) -> Iterator[PostgresStore]:
        """A fresh copy of the database with which the day began."""
        name = self.origin.partition("@/")[2].partition("?")[0]
        with psycopg.connect(self.server.url(), autocommit=True) as admin:
            admin.execute("DROP DATABASE IF EXISTS copy")
            admin.execute(f"CREATE DATABASE copy TEMPLATE {name}".encode())
            admin.execute("CHECKPOINT")
        store = PostgresStore(self.server.url("copy"), durable=durable)
        yield store
        store.close()

    def engine(self, store: PostgresStore) -> Engine:
        """The engine as it is in the middle of a day."""
        engine = Engine(store, SilentCarrier(), self.day.size.settings(), self.runtime)
        engine.recent.complete_from = -math.inf
        return engine

    def note(self, case: Case) -> None:
        """Run the case once for its statements."""
        with self.copy(durable=False) as store:
            engine = self.engine(store)
            pipeline = store.db.pipeline
            run = pipeline.run

            def note_trip(statements: Sequence[Statement]) -> Found:
                case.trips.append(list(statements))
                return run(statements)

            pipeline.run = note_trip  # type: ignore[method-assign]
            seq = engine.resident.seq
            for now, arrivals in case.steps:
                engine.step(arrivals, now)
            case.events = engine.resident.seq - seq

    def time(self, case: Case) -> None:
        """Time the engine, its statements alone, and the rows that it adds alone."""
        with self.copy(case.durable) as store:
            engine = self.engine(store)
            case.step_s = min(case.step_s, timed(lambda: play(engine, case.steps)))
        with self.copy(case.durable) as store:
            pipeline = store.db.pipeline
            case.bare_s = min(case.bare_s, timed(lambda: run_bare(pipeline, case.trips)))
        inserts = case.inserts()
        with self.copy(case.durable) as store:
            pipeline = store.db.pipeline
            case.inserts_s = min(case.inserts_s, timed(lambda: run_bare(pipeline, inserts)))


def copy_into(database: Path, url: str) -> None:
    """Bring the rows of a SQLite database into an empty PostgreSQL one."""
    source, store = SqliteStore(database), PostgresStore(url)
    for table, columns in store.db.columns.items():
        if table == "schema_version":
            continue
        names = list(columns)
        rows = source.db.rows(f"SELECT {', '.join(names)} FROM {table}")
        with store.db.transaction():
            if table == "call_records":
                store.db.replace(table, names, rows)
            else:
                store.db.insert(table, names, rows)
            if "id" in names and not table.startswith("floor_") and table not in ("erasure_key", "runs"):
                store.db.run(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "
                    f"(SELECT coalesce(max(id), 1) FROM {table}))"
                )
    source.close()
    for statement in ("VACUUM ANALYZE", "CHECKPOINT"):
        store.db.connection.execute(statement.encode())
    store.close()


def timed(run: Callable[[], None]) -> float:
    """Seconds that it takes."""
    gc.collect()
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def play(engine: Engine, steps: Steps) -> None:
    """Play a recording to the engine."""
    for now, arrivals in steps:
        engine.step(arrivals, now)


def run_bare(pipeline: Pipeline, trips: Sequence[RoundTrip]) -> None:
    """Run noted statements in the same round trips; what they find is fetched."""
    for trip in trips:
        pipeline.run(trip)


def measure(quick: bool = False) -> list[Figure]:
    """Events a second, and the ratios to bare PostgreSQL."""
    server = Server(DURABLE)
    try:
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(server, Path(folder), quick)
            for _ in range(1 if quick else 3):
                for case in bench.cases:
                    bench.time(case)
            return [figure(case) for case in bench.cases]
    finally:
        server.close()


def figure(case: Case) -> Figure:
    """What a case came to."""
    ratio, rate = case.step_s / case.bare_s, case.events / case.step_s
    grouped = case.name.startswith("group")
    trips = len(case.trips) / len(case.steps)
    return Figure(
        f"PostgreSQL, {case.name}",
        f"{rate:,.0f} events/s ({case.arrivals / case.step_s:,.0f} arrivals/s); "
        f"{ratio:.2f} times its statements alone, {case.step_s / case.inserts_s:.2f} times batched inserts "
        f"of the journal, outbox and call records; {trips:.1f} round trips a commit",
        f"{EVENTS_PER_S_MIN:,} events/s" if grouped else f"{RATIO_MAX:g} times bare",
        rate >= EVENTS_PER_S_MIN if grouped else ratio <= RATIO_MAX,
    )
