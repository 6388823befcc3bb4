"""What an event costs as a floor grows: from 10 to 10,000 agents, with as many arrivals a commit.

A recorded piece of a day of each size is played to the engine on SQLite, not flushed, and its CPU time taken:
what grows must not hide behind the disk or behind whatever else the machine does.
"""

from __future__ import annotations

import gc
import math
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.day import Day, SilentCarrier, Size, live_runtime, record
from bench.table import Figure
from callfloor.live.arrivals import Incoming
from callfloor.live.step import Engine
from callfloor.stores.sqlite.store import SqliteStore

AGENTS = (10, 100, 1_000, 10_000)
ARRIVALS = 4_000
ARRIVALS_PER_AGENT_S = 0.45
"""Of a day as it is recorded."""

TOGETHER = 8
"""Arrivals a commit of a floor that has as much to do as one of some thousand agents."""

GROWTH_MAX = 1.5

Steps = Sequence[tuple[float, Sequence[Incoming]]]


def size_of(agents: int, arrivals: int) -> Size:
    """A day that brings about so many arrivals, some at a time."""
    rate_per_s = ARRIVALS_PER_AGENT_S * agents
    return Size(
        agents=agents, run_for_s=arrivals / rate_per_s, tick_s=TOGETHER / rate_per_s, warm_up_tick_s=0.2
    )


def us_per_event(runtime: Any, day: Day, steps: Steps) -> float:
    """Play steps to the engine on a fresh copy; microseconds of CPU time an event."""
    path = day.database.with_name("copy.db")
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    shutil.copy(day.database, path)
    store = SqliteStore(path, durable=False)
    engine = Engine(store, SilentCarrier(), day.size.settings(), runtime)
    # Just after a start the journal is asked whether it has an event; later, only about late ones.
    engine.recent.complete_from = -math.inf
    seq = engine.resident.seq
    gc.collect()
    began = time.process_time()
    for now, arrivals in steps:
        engine.step(arrivals, now)
    taken_s = time.process_time() - began
    store.close()
    return taken_s / (engine.resident.seq - seq) * 1e6


def measure(quick: bool = False) -> list[Figure]:
    """The cost of an event by agents, for a commit of one arrival and of several."""
    sizes = AGENTS[:2] if quick else AGENTS
    runtime = live_runtime()
    best: dict[tuple[int, int], float] = {}
    with tempfile.TemporaryDirectory() as folder:
        days: dict[int, Day] = {}
        for agents in sizes:
            own = Path(folder, str(agents))
            own.mkdir()
            days[agents] = record(own, size_of(agents, 100 if quick else ARRIVALS), runtime)
        for _ in range(1 if quick else 3):
            for agents, day in days.items():
                single = [(now, [arrival]) for now, arrivals in day.steps for arrival in arrivals]
                ways: tuple[tuple[int, Steps], ...] = (1, single), (TOGETHER, day.steps)
                for together, steps in ways:
                    found = us_per_event(runtime, day, steps)
                    best[agents, together] = min(best.get((agents, together), math.inf), found)
        arrivals = {agents: day.arrivals / len(day.steps) for agents, day in days.items()}
    return [figure(best, sizes, together, arrivals) for together in (1, TOGETHER)]


def figure(
    best: dict[tuple[int, int], float], sizes: Sequence[int], together: int, arrivals: dict[int, float]
) -> Figure:
    """One way to commit."""
    costs = [best[agents, together] for agents in sizes]
    told = ", ".join(f"{agents:,}: {cost:.0f}" for agents, cost in zip(sizes, costs, strict=True))
    growth = max(costs) / costs[0]
    ways = f"{min(arrivals.values()):.1f} to {max(arrivals.values()):.1f}" if together > 1 else "1"
    return Figure(
        f"step by agents, {ways} arrivals a commit, µs an event",
        f"{told}: {growth:.2f} times",
        f"within {GROWTH_MAX:g} times",
        growth <= GROWTH_MAX,
    )
