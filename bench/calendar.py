# ruff: noqa: A005
"""The simulator's calendar and its draws, beside `heapq` and `random.expovariate`.

Calls from Python would cost more than what is to be measured. So the loops below are compiled in one with
plain `calendar.py` and `draws.py`, by the same join and with the same options as the simulator itself.
"""

from __future__ import annotations

import importlib.util
import math
import random
import shutil
import tempfile
import time
from array import array
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from pathlib import Path
from types import ModuleType
from typing import Any

import callfloor
from bench.table import Figure
from callfloor.people.draws import LAW_EXPONENTIAL
from callfloor.runtimes import available
from join.extension import build_in_place
from join.recipe import Recipe

SIZES = (10, 1_000, 100_000)
AIM_SIZE, AIM_NS = 1_000, 35.0
MEAN_S = 180.0
DELAYS = 1 << 16

LOOPS = '''"""What is measured, in the language of the join."""

from __future__ import annotations

from callfloor.floor.units import Count, Seconds, Times
from callfloor.people.draws import Law, draw, exponential_of, mix_words
from callfloor.sim.calendar import Calendar

__all__ = ["draw_by_law", "draw_exponential", "fill", "hold"]


def fill(calendar: Calendar, delays: Times, entries: Count) -> None:
    """Put in entries."""
    for i in range(entries):
        calendar.add(delays[i & 0xFFFF], 1, i, 0)


def hold(calendar: Calendar, delays: Times, steps: Count) -> Seconds:
    """Take an entry out and put it in again, later."""
    for i in range(steps):
        calendar.pop()
        calendar.add(calendar.at + delays[i & 0xFFFF], calendar.kind, calendar.index, calendar.serial)
    return calendar.at


def draw_exponential(draws: Count, mean: Seconds) -> Seconds:
    """Mix words and draw."""
    total = 0.0
    for i in range(draws):
        total += exponential_of(mix_words(7, i, 0, 1), mean)
    return total


def draw_by_law(draws: Count, law: Law) -> Seconds:
    """Mix words and draw by a law."""
    total = 0.0
    for i in range(draws):
        total += draw(law, mix_words(7, i, 0, 1))
    return total
'''

Loops = dict[str, Any]
"""The loops, Calendar and Law of one runtime, by name."""


def plain_loops() -> Loops:
    """The loops as Python runs them."""
    names: Loops = {}
    exec(compile(LOOPS, "loops.py", "exec"), names)
    return names


def compiled_loops(folder: Path) -> Loops:
    """The loops compiled with the files that they call."""
    source, root = Path(callfloor.__file__).parent, folder / "src"
    joined = ("sim/calendar.py", "people/ziggurat.py", "people/draws.py")
    for name in ("floor/units.py", *joined):
        (root / "callfloor" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / name, root / "callfloor" / name)
    (root / "callfloor/floor/__init__.py").write_text('"""Only its units."""\n\n__all__ = []\n')
    (root / "callfloor/loops.py").write_text(LOOPS)
    (root / "compiled").mkdir()
    more = (*(f"callfloor/{name}" for name in joined), "callfloor/loops.py")
    build_in_place(Recipe(root, package="compiled", more=more), folder / "build")
    (path,) = (root / "compiled").glob("floor_fast.*")
    return vars(module_at(path, "floor_fast"))


def module_at(path: Path, name: str) -> ModuleType:
    """The extension module in a file."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def timed(run: Callable[[], Any], steps: int) -> float:
    """Nanoseconds a step."""
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) / steps * 1e9


def hold_ns(loops: Loops, delays: array[float], size: int, steps: int) -> float:
    """A pop and a push with that many entries, once the heap is in its stride."""
    calendar = loops["Calendar"]()
    loops["fill"](calendar, delays, size)
    loops["hold"](calendar, delays, min(size, steps))
    return timed(lambda: loops["hold"](calendar, delays, steps), steps)


def heapq_ns(delays: array[float], size: int, steps: int) -> float:
    """The same with Python's own heap, of tuples."""
    heap = [(delays[i & DELAYS - 1], i, 1, i, 0) for i in range(size)]
    heapify(heap)

    def hold(steps: int, sequence: int) -> None:
        for i in range(steps):
            at, _, kind, index, serial = heappop(heap)
            heappush(heap, (at + delays[i & DELAYS - 1], sequence + i, kind, index, serial))

    hold(min(size, steps), size)
    return timed(lambda: hold(steps, size + steps), steps)


def expovariate_ns(draws: int) -> float:
    """Python's own draw."""
    draw = random.Random(7).expovariate

    def many() -> None:
        for _ in range(draws):
            draw(1.0 / MEAN_S)

    return timed(many, draws)


def draw_ns(loops: Loops, draws: int) -> tuple[float, float]:
    """A word mixed and drawn from, called by the sampler's name and by a law."""
    law = loops["Law"](LAW_EXPONENTIAL, MEAN_S)
    return (
        timed(lambda: loops["draw_exponential"](draws, MEAN_S), draws),
        timed(lambda: loops["draw_by_law"](draws, law), draws),
    )


def measure(quick: bool = False) -> list[Figure]:
    """Nanoseconds a pop and push and nanoseconds a draw, best of several rounds taken in turns."""
    rounds, steps = (1, 2_000) if quick else (9, 200_000)
    rng = random.Random(7)
    delays = array("d", (rng.expovariate(1.0 / MEAN_S) for _ in range(DELAYS)))
    runtimes = {"plain": (plain_loops(), steps)}
    best: dict[tuple[str, int | str], float] = {}

    def keep(name: str, what: int | str, ns: float) -> None:
        best[name, what] = min(best.get((name, what), math.inf), ns)

    with tempfile.TemporaryDirectory() as folder:
        if "fast" in available():
            runtimes["compiled"] = compiled_loops(Path(folder)), 5 * steps
        for _ in range(rounds):
            for name, (loops, count) in runtimes.items():
                for size in SIZES:
                    keep(name, size, hold_ns(loops, delays, size, count))
                by_name, by_law = draw_ns(loops, count)
                keep(name, "draw", by_name)
                keep(name, "law", by_law)
            for size in SIZES:
                keep("heapq", size, heapq_ns(delays, size, steps))
            keep("heapq", "draw", expovariate_ns(steps))
    return [*calendar_figures(best, "compiled" in runtimes), *draw_figures(best, "compiled" in runtimes)]


def calendar_figures(best: dict[tuple[str, int | str], float], compiled: bool) -> list[Figure]:
    """A line for every number of entries."""
    figures = []
    for size in SIZES:
        beside = f"plain {best['plain', size]:,.0f} ns, `heapq` {best['heapq', size]:,.0f} ns"
        aimed = compiled and size == AIM_SIZE
        figures.append(
            Figure(
                f"calendar of {size:,} entries: pop and push",
                f"{best['compiled', size]:.1f} ns; {beside}" if compiled else beside,
                f"at most {AIM_NS:g} ns" if aimed else "",
                best["compiled", size] <= AIM_NS if aimed else None,
            )
        )
    return figures


def draw_figures(best: dict[tuple[str, int | str], float], compiled: bool) -> list[Figure]:
    """One line for an exponential draw."""
    beside = (
        f"plain {best['plain', 'draw']:,.0f} ns ({best['plain', 'law']:,.0f}), "
        f"`random.expovariate` {best['heapq', 'draw']:,.0f} ns"
    )
    fast = f"{best['compiled', 'draw']:.1f} ns (by a law {best['compiled', 'law']:.1f}); " if compiled else ""
    return [Figure("an exponential draw, its word mixed", f"{fast}{beside}")]
