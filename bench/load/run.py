"""One run of the load: started, watched, measured, ended."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import deque
from pathlib import Path

from bench.load.plan import Plan
from bench.load.processes import Sample, cores
from bench.load.results import Latencies, Outcome, complaints, pairs, witnessed
from bench.load.world import Desks, World, world
from callfloor.floor.vocabulary import WITHHELD

TOLD_EVERY_S = 10.0


class Watch:
    """Tells now and then how a run goes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.began = time.time()
        self.events = world.events()
        self.sample = Sample.of(world.processes())

    def tell(self, what: str) -> None:
        """Say what has happened since the last time."""
        events, sample = self.world.events(), Sample.of(self.world.processes())
        rate = (events - self.events) / (sample.at - self.sample.at)
        used = ", ".join(
            f"{name} {cores(name, self.sample, sample):.2f} cores {sample.memory_mb[name]:.0f} MB"
            for name in sample.cpu_s
            if name in self.sample.cpu_s
        )
        passed_s = sample.at - self.began
        print(f"  {passed_s:4.0f} s, {what}: {rate:,.0f} events/s; {used}", file=sys.stderr, flush=True)
        self.events, self.sample = events, sample


def run(plan: Plan, keep: Path | None = None) -> Outcome:
    """Run a plan; `keep` is a folder for what its processes leave behind, a temporary one if None."""
    with tempfile.TemporaryDirectory(prefix="callfloor-load-") as temporary:
        folder = keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        before = os.getloadavg()[0]
        print(f"{plan.name} ...", file=sys.stderr, flush=True)
        with world(plan, folder) as made:
            made.wait_until_looked_after()
            samples, events = measure(made)
            not_sent = withheld(made)
        begin, end = samples[0].at, samples[-1].at
        steps = pairs(folder, "steps", 3, begin, end)
        refused, abnormal = complaints(folder)
        return Outcome(
            plan,
            samples,
            events,
            (before, os.getloadavg()[0]),
            Latencies.of([lag_s for _, lag_s in pairs(folder, "lags", 2, begin, end)]),
            Latencies.of([commit_s for _, _, commit_s in steps]),
            len(steps),
            int(sum(taken for _, taken, _ in steps)),
            witnessed(folder / "witness.log", begin, end),
            refused,
            abnormal,
            not_sent,
        )


def measure(made: World) -> tuple[list[Sample], int]:
    """Have agents work for as long as the plan says; samples, and the events between first and last."""
    plan = made.plan
    watch, began = Watch(made), time.time()
    desks = Desks(made, began)
    marks = deque([began + plan.before_s])
    samples: list[Sample] = []
    events = [0]
    tell_at = began + TOLD_EVERY_S
    while marks:
        desks.wait(min(tell_at, marks[0]))
        made.see_to_it()
        if time.time() >= marks[0]:
            marks.popleft()
            samples.append(Sample.of(made.processes()))
            if len(samples) == 1:
                marks.extend(samples[0].at + share * plan.for_s for share in (1 / 3, 1.0))
            events.append(made.events())
        if time.time() >= tell_at:
            watch.tell("measured" if samples else "warming up")
            tell_at = time.time() + TOLD_EVERY_S
    return samples, events[-1] - events[1]


def withheld(made: World) -> int:
    """Calls that were decided and not sent."""
    found: int = made.store.db.value("SELECT count(*) FROM call_records WHERE outcome = ?", (WITHHELD,))
    return found
