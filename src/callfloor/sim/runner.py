"""Runs a scenario: all its replications, on as many cores as it is worth."""

from __future__ import annotations

import os
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

from callfloor import runtimes
from callfloor.failures import UsageError
from callfloor.scenario import Scenario, ScenarioError, check_fits_memory, load_scenario
from callfloor.sim.build import plan_of
from callfloor.sim.replicating import Pace, run_replication
from callfloor.sim.replication import Replication
from callfloor.sim.result import Comparison, Result

Progress = Callable[[float], object]
"""Told how much of a run is done, from 0 to 1."""

FORK_S, SPAWN_S = 0.15, 0.8
"""About how long it takes until worker processes are at work."""

TELL_S = 0.05
"""Progress is not told more often than this."""

BATCH_S = 0.1
"""How long a batch of replications for a worker takes at least, where replications are short."""


def simulate(
    scenario: Scenario | str | os.PathLike[str],
    *,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    trace: str | os.PathLike[str] | None = None,
) -> Result:
    """Simulate a scenario, and return its figures with their 95 % intervals.

    Parameters
    ----------
    scenario
        A scenario, the name of a file of one, or that of a built-in one.
    replications, seed
        Instead of the scenario's own.
    workers
        At most so many processes, by default as many as there are cores and memory for. The results do not
        depend on it, and a short run has no other process than this one.
    progress
        Called several times a second with the share of the work that is done.
    trace
        A file that gets a line of JSON for each event, "-" for standard output. The replications of such a
        run come one after the other.

    Raises
    ------
    UsageError
        The scenario or another value cannot be used, or the trace cannot be written.
    RunError
        The run can never end: somebody waits for agents of whom none will come any more.
    KeyboardInterrupt
        Interrupted before the first replication was finished. Later on, the result is that of the finished
        replications, and its `interrupted` says so.
    """
    began = time.perf_counter()
    chosen = _chosen(scenario, replications, seed)
    run = _Run(chosen, _workers(chosen, workers, traced=trace is not None), progress)
    try:
        if trace is None:
            run.run()
        else:
            from callfloor.sim.trace_file import TraceFile

            with TraceFile(trace, chosen) as file:
                run.run_here(file)
                file.complete()
    except KeyboardInterrupt:
        if not run.found:
            raise
    return _result(chosen, run.found, time.perf_counter() - began)


def compare(
    a: Scenario | str | os.PathLike[str],
    b: Scenario | str | os.PathLike[str],
    *,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Simulate two scenarios with the same people, and return what they differ in.

    Raises UsageError as well where the two have seeds of their own; see `simulate` for all else.
    """
    one, other = _chosen(a, replications, seed), _chosen(b, replications, seed)
    if one.run.seed != other.run.seed:
        raise UsageError(
            f"run.seed: expected the same in both, to meet the same people, "
            f"found {one.run.seed} and {other.run.seed}"
        )
    tell = progress or (lambda _: None)
    result_a = simulate(one, workers=workers, progress=lambda done: tell(done / 2))
    if result_a.interrupted:
        raise KeyboardInterrupt
    result_b = simulate(other, workers=workers, progress=lambda done: tell(0.5 + done / 2))
    return Comparison(result_a, result_b)


def _chosen(
    scenario: Scenario | str | os.PathLike[str], replications: int | None, seed: int | None
) -> Scenario:
    """The scenario with the replications and the seed that were asked for."""
    if not isinstance(scenario, Scenario):
        scenario = load_scenario(scenario)
    if replications is None and seed is None:
        return scenario
    own = scenario.run
    run = replace(
        own,
        replications=own.replications if replications is None else replications,
        seed=own.seed if seed is None else seed,
    )
    return replace(scenario, run=run)


def _result(scenario: Scenario, found: list[Replication], wall_s: float) -> Result:
    return Result(
        scenario.name,
        scenario.run.seed,
        found,
        queues=[queue.name for queue in scenario.inbound],
        groups=[group.name for group in scenario.groups],
        campaigns=[campaign.name for campaign in scenario.campaigns],
        service_level_s={queue.name: scenario.service_level_s(queue) for queue in scenario.inbound},
        wall_s=wall_s,
        interrupted=len(found) < scenario.run.replications,
    )


def _workers(scenario: Scenario, asked: int | None, *, traced: bool) -> int:
    """How many processes there may be. Raises UsageError for a number that cannot be."""
    if asked is None:
        fit = 1 if traced else min(cores(), scenario.run.replications)
        while fit > 1:
            try:
                check_fits_memory(scenario, workers=fit)
                break
            except ScenarioError:
                fit -= 1
        return fit
    if asked < 1 or asked != int(asked):
        raise UsageError(f"workers: expected a whole number from 1, found {asked!r}")
    most = 1 if traced else min(asked, scenario.run.replications)
    check_fits_memory(scenario, workers=most)
    return most


def cores() -> int:
    """Return how many cores this process may use: the machine's, its affinity's or its container's."""
    count = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        count = len(os.sched_getaffinity(0))
    try:
        with open("/sys/fs/cgroup/cpu.max", encoding="ascii") as file:  # noqa: PTH123
            quota, period = file.read().split()
        return max(1, min(count, round(int(quota) / int(period))))
    except (OSError, ValueError):
        return count


def fastest() -> tuple[runtimes.Name, ModuleType]:
    """Return the fastest floor and its name; where it is missing the plain one, with a RuntimeWarning."""
    try:
        return "fast", runtimes.load("fast")
    except runtimes.RuntimeMissing as reason:
        warnings.warn(
            f"{reason} The plain floor is used: slower, the same decisions.", RuntimeWarning, stacklevel=4
        )
        return "plain", runtimes.load("plain")


class _Run:
    """The replications of one scenario."""

    def __init__(self, scenario: Scenario, workers: int, progress: Progress | None) -> None:
        self.plan = plan_of(scenario)
        self.count = scenario.run.replications
        self.workers = workers
        self.progress = progress
        self.runtime_name, self.runtime = fastest()
        self.found: list[Replication] = []
        self.began = time.perf_counter()
        self.told_at, self.told = self.began, 0.0

    def run(self) -> None:
        """Run them in this process, and on all cores when it turns out to be worth it."""
        self.run_here()
        if len(self.found) < self.count:
            from callfloor.sim.executors import run_on_processes

            here = len(self.found)
            for replication in run_on_processes(
                self.workers,
                self.plan,
                self.runtime_name,
                self._batches(),
                lambda done: self.tell(here + done),
            ):
                self.found.append(replication)
            self.tell(self.count)

    def run_here(self, trace: Any = None) -> None:
        """Run them in this process until all are finished, or worker processes had better go on."""
        pace = Pace()
        for number in range(self.count):
            write = None if trace is None else trace.writer(number)
            replication = run_replication(self.runtime, self.plan, number, self._goes_on_here, pace, write)
            if replication is None:
                return
            self.found.append(replication)
            self.tell(len(self.found))

    def _goes_on_here(self, done: float) -> bool:
        """Whether to go on in this process when so much of a replication is done."""
        self.tell(len(self.found) + done)
        if self.workers == 1:
            return True
        elapsed_s, unfinished = time.perf_counter() - self.began, self.count - len(self.found)
        start_s = FORK_S if threading.active_count() == 1 else SPAWN_S
        if elapsed_s < start_s or unfinished < 2:
            return True
        if not self.found and done == 0.0:
            return False
        each_s = elapsed_s / (len(self.found) + done)
        there_s = start_s + each_s * -(-unfinished // min(self.workers, unfinished))
        return (unfinished - done) * each_s <= there_s

    def _batches(self) -> list[range]:
        """What is left, in batches that are not too short and leave something to do for everybody."""
        first, left = len(self.found), self.count - len(self.found)
        each_s = (time.perf_counter() - self.began) / max(first, 0.5)
        size = max(1, min(int(BATCH_S / each_s), left // (4 * self.workers)))
        return [range(at, min(at + size, self.count)) for at in range(first, self.count, size)]

    def tell(self, done: float) -> None:
        """Tell how much is done, now and then."""
        share = min(done / self.count, 1.0)
        now = time.perf_counter()
        if self.progress is None or share <= self.told or (share < 1.0 and now - self.told_at < TELL_S):
            return
        self.told_at, self.told = now, share
        self.progress(share)
