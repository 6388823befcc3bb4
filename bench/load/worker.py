"""A `callfloor worker` that also notes how late each of the carrier's events was: for this load alone.

It is the very worker, put together by the command's own code, with one more observer on each floor.
"""

from __future__ import annotations

import argparse
import cProfile
import time
from array import array
from collections.abc import Sequence
from pathlib import Path

from callfloor.cli.working import WorkerOptions, Working
from callfloor.live.observer import Observer
from callfloor.web.worker_figures import WorkerFigures

NOTED_AT_ONCE = 3000


class Notes(Observer):
    """Notes each event as (time, lag) and each step as (time, events, time of its commit), in seconds."""

    def __init__(self, folder: Path, name: str) -> None:
        self.lags = array("d")
        self.steps = array("d")
        self.lags_file = (folder / f"{name}.lags").open("ab")
        self.steps_file = (folder / f"{name}.steps").open("ab")

    def committed(self, events: int, commit_s: float, lags_s: Sequence[float]) -> None:
        now = time.time()
        self.steps.extend((now, events, commit_s))
        for lag_s in lags_s:
            self.lags.extend((now, lag_s))
        if len(self.lags) + len(self.steps) > NOTED_AT_ONCE:
            self.write()

    def write(self) -> None:
        """Have what was noted in the files."""
        for values, file in ((self.lags, self.lags_file), (self.steps, self.steps_file)):
            values.tofile(file)
            del values[:]
            file.flush()


class NotingWorker(Working):
    """The command's worker, with notes of every floor."""

    def __init__(self, options: WorkerOptions, folder: Path) -> None:
        super().__init__(options)
        self.folder = folder
        self.notes: list[Notes] = []

    def observers_of(self, floor: str, figures: WorkerFigures | None) -> list[Observer]:
        notes = Notes(self.folder, f"{self.options.name}-{len(self.notes)}")
        self.notes.append(notes)
        return [*super().observers_of(floor, figures), notes]

    def run(self) -> None:
        try:
            super().run()
        finally:
            for notes in self.notes:
                notes.write()


def main() -> None:
    """Look after floors until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m bench.load.worker")
    for name in ("--url", "--name"):
        parser.add_argument(name, required=True)
    parser.add_argument("--carrier", required=True, type=int)
    parser.add_argument("--folder", required=True, type=Path)
    parser.add_argument("--profile", action="store_true")
    told = parser.parse_args()
    options = WorkerOptions(
        url=told.url,
        carrier=("127.0.0.1", told.carrier),
        name=told.name,
        lease_s=6.0,
        simulated_agents=False,
        plain=False,
        host="127.0.0.1",
        port=0,
    )
    worker = NotingWorker(options, told.folder)
    if told.profile:
        profile = cProfile.Profile()
        profile.runcall(worker.run)
        profile.dump_stats(told.folder / f"{told.name}.prof")
    else:
        worker.run()


if __name__ == "__main__":
    main()
