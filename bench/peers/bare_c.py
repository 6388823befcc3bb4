"""Bare loops in C, compiled when they are measured: what a simulation costs when it is nothing else.

- `A`: all timers, the arrival, the ends of calls and of patience, in one 4-ary heap.
- `A-lazy`: no timer for patience, which is looked at when an agent becomes ready. Both variants draw by the
  number of the call, so that they must find the same figures.
- `C`: the campaign, all timers in the heap.
"""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.peers import world
from bench.peers.figures import Attempts, Figures, Waits, main, warm_up_of
from callfloor.people.ziggurat import LAYERS, TAIL

SOURCE = Path(__file__).with_suffix(".c")
COMPILE = ("gcc", "-O3", "-std=c11", "-shared", "-fPIC")

MODELS = ("A", "A-lazy", "C")
"""In the order of the C function's variants."""

WRONG = {1: "no memory", 2: "more timers or people in line than there is room for"}


class Model(ctypes.Structure):
    """As in C."""

    _fields_ = [
        *((name, ctypes.c_uint64) for name in ("calls", "warm_up", "seed")),
        ("agents", ctypes.c_uint32),
        *((name, ctypes.c_double) for name in ("gap_s", "handle_s", "patience_s", "limit_s")),
        *((name, ctypes.c_double) for name in ("ratio", "ring_low_s", "ring_high_s")),
        *((name, ctypes.c_double) for name in ("human", "talk_s", "answer_within_s")),
    ]


class Found(ctypes.Structure):
    """As in C."""

    _fields_ = [
        *((name, ctypes.c_uint64) for name in ("offered", "answered", "abandoned", "waited", "in_time")),
        *((name, ctypes.c_uint64) for name in ("attempts", "events")),
        *((name, ctypes.c_double) for name in ("answered_wait_s", "lost_wait_s", "from_s", "to_s")),
    ]


def model_of(calls: int, seed: int, agents: int) -> Model:
    """The numbers of the world."""
    return Model(
        calls=calls,
        warm_up=warm_up_of(calls),
        seed=seed,
        agents=agents,
        gap_s=1.0 / world.CALLS_PER_S,
        handle_s=world.HANDLE_S,
        patience_s=world.PATIENCE_S,
        limit_s=world.LIMIT_S,
        ratio=world.DIAL_RATIO,
        ring_low_s=world.RING_LOW_S,
        ring_high_s=world.RING_HIGH_S,
        human=world.HUMAN,
        talk_s=world.TALK_S,
        answer_within_s=world.ANSWER_WITHIN_S,
    )


def compiled(folder: Path) -> Any:
    """The C function, compiled into a folder."""
    library = folder / "bare_c.so"
    table = f"-DLAYERS={','.join(map(repr, LAYERS))}"
    command = [*COMPILE, table, f"-DTAIL={TAIL!r}", "-o", str(library), str(SOURCE), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"gcc cannot compile {SOURCE.name}: {done.stderr}")
    simulate = ctypes.CDLL(str(library)).simulate
    simulate.argtypes = [ctypes.POINTER(Model), ctypes.c_int, ctypes.POINTER(Found)]
    simulate.restype = ctypes.c_int
    return simulate


def figures_of(found: Found, agents: int) -> dict[str, float]:
    """The figures by Callfloor's names, and the number of timers that went off."""
    if found.attempts:
        attempts = Attempts()
        attempts.attempts, attempts.connected = found.attempts, found.answered
        attempts.abandoned, attempts.waited = found.abandoned, found.waited
        attempts.waited_s = found.answered_wait_s
        figures = attempts.figures(found.to_s - found.from_s, agents)
    else:
        waits = Waits(world.LIMIT_S)
        for name in ("answered", "abandoned", "waited", "in_time", "answered_wait_s", "lost_wait_s"):
            setattr(waits, name, getattr(found, name))
        figures = waits.figures()
    return {**figures, "events": found.events}


def run(model: str, calls: int, seed: int) -> Figures:
    """Simulate that many calls, or in model C attempts. Compiling is not timed."""
    agents = world.AGENTS_C if model == "C" else world.AGENTS_A
    numbers, found = model_of(calls, seed, agents), Found()
    with tempfile.TemporaryDirectory() as folder:
        simulate = compiled(Path(folder))
        began = time.perf_counter()
        outcome = simulate(numbers, MODELS.index(model), found)
        wall_s = time.perf_counter() - began
    if outcome:
        raise RuntimeError(WRONG[outcome])
    return Figures(calls, wall_s, figures_of(found, agents))


if __name__ == "__main__":
    main(run, MODELS, __doc__)
