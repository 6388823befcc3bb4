"""Run seeds of the fault simulation: one and what it saw, or as many as fit into a time on all cores.

`python -m tests.faults.simulate --seed 7` replays a seed; where it fails, the end of what happened is printed
and a smaller plan that fails in the same way is looked for and written to a file, for `--plan`.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path
from typing import Any

from callfloor.runtimes import RuntimeMissing, load
from tests.faults.simulation.plan import Plan, plan_of
from tests.faults.simulation.running import Outcome, describe, run_plan
from tests.faults.simulation.shrinking import Shrinker

LINES_SHOWN = 40
SEEDS_AHEAD = 4
"""So many seeds a worker are handed out before they are needed."""


def main(words: Sequence[str] | None = None) -> int:
    """Run what the command line says; 1 where something failed."""
    options = options_of(words)
    runtime = runtime_of(options.runtime)
    if options.plan is not None:
        return show(Plan.of_file(options.plan), runtime, options)
    if options.count == 1 and not options.for_s:
        return show(plan_of(options.seed), runtime, options)
    return run_many(options)


def options_of(words: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.simulate", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed, or the only one")
    parser.add_argument("--count", type=int, default=1, help="how many seeds")
    parser.add_argument("--for", dest="for_s", type=float, default=0.0, help="seconds; instead of --count")
    parser.add_argument("--workers", type=int, default=1, help="processes that run seeds")
    parser.add_argument(
        "--runtime", default="", help="compiled or plain; default: compiled where it is built"
    )
    parser.add_argument("--plan", type=Path, help="a file with a plan to run instead of a seed's")
    parser.add_argument("--trace", action="store_true", help="print everything that happens")
    parser.add_argument("--keep", type=Path, default=Path("/tmp"), help="folder for the smaller plan")
    parser.add_argument("--no-shrink", action="store_true", help="do not look for a smaller plan")
    parser.add_argument("--stop", action="store_true", help="stop at the first seed that fails")
    return parser.parse_args(words)


def runtime_of(name: str) -> Any:
    """The floor's module of that name, or the best that there is."""
    if name:
        return load(name)  # type: ignore[arg-type] # a wrong one is refused there
    try:
        return load("compiled")
    except RuntimeMissing:
        return load("plain")


def show(plan: Plan, runtime: Any, options: argparse.Namespace) -> int:
    """Run one plan; where it fails, show how and make it smaller."""
    lines: deque[str] = deque(maxlen=LINES_SHOWN)
    outcome = run_plan(plan, runtime, print if options.trace else lines.append)
    if not outcome.violation:
        print(describe(outcome))
        return 0
    print("\n".join(lines))
    print(describe(outcome))
    if not options.no_shrink:
        small = Shrinker(runtime, outcome.violation).shrink(plan)
        options.keep.mkdir(parents=True, exist_ok=True)
        file = options.keep / f"seed-{plan.seed}.json"
        file.write_text(small.text() + "\n")
        print(f"with {len(small.faults)} of {len(plan.faults)} faults it fails so too:")
        print("\n".join(f"  {fault}" for fault in small.faults))
        print(f"python -m tests.faults.simulate --plan {file}")
    return 1


def run_seed(seed: int, runtime: str) -> Outcome:
    """Run a seed in a worker."""
    return run_plan(plan_of(seed), runtime_of(runtime))


def run_many(options: argparse.Namespace) -> int:
    """Run many seeds and say how it went."""
    begun = time.monotonic()
    runs = failed = events = fewest = 0
    for outcome in outcomes_of(options):
        runs, events = runs + 1, events + outcome.events
        fewest = outcome.events if runs == 1 else min(fewest, outcome.events)
        if outcome.violation:
            failed += 1
            print(f"{describe(outcome)}\n  python -m tests.faults.simulate --seed {outcome.seed}", flush=True)
            if options.stop:
                break
    took_s = time.monotonic() - begun
    print(
        f"{runs} seeds, {failed} failed; {events} events, at least {fewest} a seed; "
        f"{60.0 * runs / took_s:.0f} seeds a minute"
    )
    return 1 if failed else 0


def outcomes_of(options: argparse.Namespace) -> Iterator[Outcome]:
    """The outcomes of seeds, as they come."""
    seeds: Iterator[int] = itertools.count(options.seed)
    if not options.for_s:
        seeds = iter(range(options.seed, options.seed + options.count))
    end = time.monotonic() + options.for_s if options.for_s else float("inf")
    with ProcessPoolExecutor(options.workers) as pool:
        running: set[Future[Outcome]] = set()
        while True:
            while len(running) < SEEDS_AHEAD * options.workers and time.monotonic() < end:
                seed = next(seeds, None)
                if seed is None:
                    break
                running.add(pool.submit(run_seed, seed, options.runtime))
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            try:
                yield from (each.result() for each in done)
            except GeneratorExit:
                for each in running:
                    each.cancel()
                raise


if __name__ == "__main__":
    sys.exit(main())
