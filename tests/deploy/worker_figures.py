"""What a worker with one floor tells Prometheus, printed."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

from callfloor.live.clocks import SharedClock
from callfloor.web.worker_figures import WorkerFigures
from tests.unit.live.worker_world import World


async def told(folder: Path) -> str:
    """All of its figures."""
    world = World(folder)
    figures = WorkerFigures()
    world.observers_of = lambda floor: [figures.of_floor(floor)]
    world.plan("north")
    worker = world.start("one")
    figures.watch(worker)
    await world.run_for(10.0)
    # This world has a clock of its own; a worker's is the database's.
    worker.parts = replace(worker.parts, clock=SharedClock())
    text = figures.text().decode()
    await world.kill("one")
    world.store.close()
    return text


def main() -> None:
    """Print them."""
    with tempfile.TemporaryDirectory() as folder:
        print(asyncio.run(told(Path(folder))))
