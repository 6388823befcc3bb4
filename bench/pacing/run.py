"""One floor, one rule: what each legal window of a run comes to."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

from bench.pacing.floors import WINDOW_S, Floor, document
from bench.pacing.rules import Rule
from bench.pacing.truth import play_knowing
from callfloor import runtimes
from callfloor.scenario import Scenario
from callfloor.sim.build import build, plan_of
from callfloor.sim.collect import collect
from callfloor.sim.replication import Replication

EVENTS_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class Window:
    """A legal window. `busy_s` of the agents' `work_s` (logged in and not paused) they talk or wrap up."""

    attempts: int
    answers: int
    connected: int
    abandoned: int
    busy_s: float
    work_s: float

    @property
    def abandon_rate(self) -> float:
        """Abandoned of those who answered and waited as long as the law gives us; 0 where nobody did."""
        people = self.connected + self.abandoned
        return self.abandoned / people if people else 0.0

    @property
    def occupancy(self) -> float:
        """The share of their time at work in which agents talk or wrap up."""
        return self.busy_s / self.work_s if self.work_s else 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to, window by window, and how long it took."""

    windows: tuple[Window, ...]
    took_s: float = 0.0

    @property
    def whole(self) -> Window:
        """All windows together."""
        columns = zip(*(astuple(window) for window in self.windows), strict=True)
        return Window(*(math.fsum(column) for column in columns))  # type: ignore[arg-type]

    def first(self, windows: int) -> Outcome:
        """What the first so many windows came to."""
        return Outcome(self.windows[:windows], self.took_s)

    @property
    def worst(self) -> float:
        """The highest abandonment of a window."""
        return max(window.abandon_rate for window in self.windows)

    @property
    def over(self) -> int:
        """In how many windows abandonment is over the limit."""
        return sum(window.abandon_rate > 0.03 for window in self.windows)

    @property
    def lawful(self) -> bool:
        """Whether every window, and with them the whole, keeps the law."""
        return self.over == 0


def run(floor: Floor, rule: Rule, windows: int, seed: int, runtime: Any = None) -> Outcome:
    """Simulate so many windows, one after the other in one run: what the floor has learnt is carried on."""
    began = time.perf_counter()
    runtime = runtime or runtimes.load("fast")
    scenario = Scenario.from_dict(document(floor, windows, seed, rule.campaign))
    # A row of what is counted is a window.
    plan = replace(plan_of(scenario), interval_s=WINDOW_S, rows=windows)
    world = build(runtime, plan, 0)
    if rule.risk is None:
        while not runtime.run_on(world, EVENTS_AT_ONCE):
            pass
    else:
        play_knowing(runtime, world, floor, rule.risk)
    found = collect(world, plan, 0)
    if hasattr(runtime, "release"):
        runtime.release(world)
    rows = [window_of(found, row) for row in range(windows)]
    return Outcome(tuple(rows), time.perf_counter() - began)


def window_of(found: Replication, row: int) -> Window:
    """The row of what was counted that is a legal window."""
    (calls,) = found.campaigns
    return Window(
        attempts=round(calls.row(row, "attempts")),
        answers=round(calls.row(row, "human_answers")),
        connected=round(calls.row(row, "connected")),
        abandoned=round(calls.row(row, "abandoned")),
        busy_s=sum(group.row(row, "talking_s") + group.row(row, "wrap_up_s") for group in found.groups),
        work_s=calls.row(row, "agent_s"),
    )


def outcome_of(rows: Sequence[Sequence[float]], took_s: float) -> Outcome:
    """The outcome of rows as they are kept in a file."""
    return Outcome(tuple(Window(*row) for row in rows), took_s)  # type: ignore[arg-type]
