"""How long the floor takes to decide: a recorded day through `handle`, called from Python."""

from __future__ import annotations

import gc
import math
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.day import Size, live_runtime, record
from bench.table import Figure
from callfloor.live.batch import CONFIGURED
from callfloor.live.image import new_floor
from callfloor.live.replay import forget_changes
from callfloor.live.rows import EVENT, event_of
from callfloor.live.settings import FloorSettings, apply_settings
from callfloor.runtimes import Name, available, load
from callfloor.stores.port import JournalEntry

CHUNK = 1_000
"""Events between two clearings of the lists of changed records, which a commit would empty."""

FULL = Size(agents=50, run_for_s=900.0)
QUICK = Size(agents=5, run_for_s=30.0, warm_up_s=5.0)
NAMES: tuple[Name, ...] = ("plain", "compiled", "fast")
AIMS_US = {"plain": 8.0, "compiled": 1.0}


def measure(quick: bool = False) -> list[Figure]:
    """Microseconds an event, for both pools; the slower pool counts."""
    rounds = 1 if quick else 7
    runtimes = {name: load(name) for name in NAMES if name in available()}
    best: dict[tuple[str, str, bool], float] = {}
    events = 0
    for pool in ("campaign", "agent"):
        size = QUICK if quick else FULL
        with tempfile.TemporaryDirectory() as folder:
            day = record(Path(folder), replace(size, pool=pool), live_runtime())
        events += len(day.journal) - 1
        for _ in range(rounds):
            for name, runtime in runtimes.items():
                for building in (False, True):
                    key = name, pool, building
                    best[key] = min(best.get(key, math.inf), us_per_event(runtime, day.journal, building))
    figures = []
    for name in runtimes:
        alone, built = (max(best[name, pool, b] for pool in ("campaign", "agent")) for b in (False, True))
        aim = AIMS_US.get(name)
        figures.append(
            Figure(
                f"`handle`, {name}: an event",
                f"{alone:.2f} µs; {built:.2f} µs with the Event made in Python",
                "" if aim is None else f"under {aim:g} µs",
                None if aim is None else alone < aim,
            )
        )
    figures.append(Figure("`handle`: the day, both pools", f"{events:,} events, {size.agents} agents"))
    return figures


def us_per_event(runtime: Any, journal: list[JournalEntry], building: bool) -> float:
    """Play a journal to a new floor; microseconds an event, with or without making the Event."""
    floor = new_floor(runtime)
    handle, make = runtime.handle, runtime.Event
    gc.collect()
    taken_s, count = 0.0, 0
    chunk: list[tuple[Any, float]] = []
    for entry in journal:
        if entry.kind == CONFIGURED:
            floor.now = entry.at
            apply_settings(runtime, floor, FloorSettings.of_text(entry.event))
            continue
        event = event_of(runtime, entry.event)
        chunk.append((fields_of(runtime, event) if building else event, entry.at))
        count += 1
        if len(chunk) == CHUNK or entry is journal[-1]:
            began = time.perf_counter()
            if building:
                for fields, at in chunk:
                    handle(floor, make(**fields), at)
            else:
                for event, at in chunk:
                    handle(floor, event, at)
            taken_s += time.perf_counter() - began
            chunk.clear()
            forget_changes(floor)
    return taken_s / count * 1e6


def fields_of(runtime: Any, event: Any) -> dict[str, Any]:
    """The fields that somebody has set."""
    blank = runtime.Event()
    return {n: getattr(event, n) for n in EVENT.numbers if getattr(event, n) != getattr(blank, n)}
