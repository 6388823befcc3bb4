"""The parts of `callfloor worker` put together: store, carrier, floors, log."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callfloor.carriers.client import RemoteCarrier
from callfloor.carriers.port import Carrier
from callfloor.carriers.simulated import SimulatedCarrier
from callfloor.cli.tracing import tracing
from callfloor.failures import UsageError
from callfloor.live.clocks import SharedClock
from callfloor.live.floor_log import FloorLog, LibraryLog, WorkerLog
from callfloor.live.observer import Observer
from callfloor.live.tenure import WorkerParts
from callfloor.live.worker import Worker
from callfloor.people.behaviour import Behaviour
from callfloor.runtimes import load
from callfloor.stores.errors import StoreError
from callfloor.stores.opening import open_store, open_wakes

if TYPE_CHECKING:
    from callfloor.live.traces import StepTraces
    from callfloor.stores.postgres.wakes import FloorWakes
    from callfloor.web.worker_figures import WorkerFigures

LISTEN_AGAIN_AFTER_S = 2.0

RING_S = (1.0, 5.0)
FAILING, TALK_S = 50.0, 10.0
"""How people behave at the simulated carrier of this process."""


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """The options of `callfloor worker`."""

    url: str
    carrier: tuple[str, int] | None
    name: str
    lease_s: float
    simulated_agents: bool
    plain: bool
    host: str
    port: int | None


class Working:
    """A worker with everything that it needs."""

    def __init__(self, options: WorkerOptions) -> None:
        """Raises StoreError, before anything is taken."""
        self.options = options
        self.log = WorkerLog(sys.stderr.buffer, options.name)
        self.store = open_store(options.url)
        self.clock = SharedClock()

    def run(self) -> None:
        """Look after floors until SIGTERM or SIGINT."""
        warns = LibraryLog(self.log)
        logging.getLogger().addHandler(warns)
        logging.captureWarnings(True)
        try:
            asyncio.run(self.work())
        finally:
            self.store.close()
            logging.captureWarnings(False)
            logging.getLogger().removeHandler(warns)

    async def work(self) -> None:
        """Look after floors, woken by what the database tells."""
        figures = self.figures()
        with tracing(os.environ, self.options.name, self.log.tell) as traces:
            await self.look_after(figures, traces)

    async def look_after(self, figures: WorkerFigures | None, traces: StepTraces | None) -> None:
        """Look after floors until they have all been given back."""
        loop = asyncio.get_running_loop()
        parts = WorkerParts(
            store=self.store,
            clock=self.clock,
            runtime=load("plain" if self.options.plain else "auto"),
            observers_of=lambda floor: self.observers_of(floor, figures),
            monotonic=time.monotonic,
            tell=self.log.tell,
            simulated_agents=self.options.simulated_agents,
            traces=traces,
        )
        worker = Worker(self.options.name, parts, lambda: self.connect(worker, loop), self.options.lease_s)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, worker.drain)
        self.log.tell("worker_started", "", database=self.store.db.where)
        async with self.hearing(worker), self.probes(worker, figures):
            await worker.run()
        self.log.tell("worker_ended", "")

    def figures(self) -> WorkerFigures | None:
        """What counts for Prometheus, where a port is asked for. Raises UsageError."""
        if self.options.port is None:
            return None
        try:
            importlib.import_module("callfloor.web.server")
            from callfloor.web.worker_figures import WorkerFigures
        except ModuleNotFoundError as error:
            raise UsageError(
                f"--port: expected {error.name} to be installed: pip install 'callfloor[serve]'"
            ) from None
        return WorkerFigures()

    def observers_of(self, floor: str, figures: WorkerFigures | None) -> list[Observer]:
        """Who is told what happens on a floor."""
        log = FloorLog(self.log, floor)
        return [log] if figures is None else [log, figures.of_floor(floor)]

    @contextlib.asynccontextmanager
    async def probes(self, worker: Worker, figures: WorkerFigures | None) -> AsyncIterator[None]:
        """Answer what an orchestrator and Prometheus ask, where a port is asked for."""
        if figures is None:
            yield
            return
        from callfloor.web.probes import Probes
        from callfloor.web.server import listen, url_of

        figures.watch(worker)
        listening = listen(self.options.host, self.options.port or 0)
        server = await Probes(worker, figures).serve(listening)
        self.log.tell("listening", "", at_url=url_of(self.options.host, listening))
        try:
            yield
        finally:
            server.close()
            await server.wait_closed()

    async def connect(self, worker: Worker, loop: asyncio.AbstractEventLoop) -> Carrier:
        """A connection to the carrier. Raises ConnectionError."""
        if self.options.carrier is None:
            return SimulatedCarrier(Behaviour.of_dial_options(FAILING, TALK_S, RING_S), seed=1)
        # In a thread: leases are renewed while nobody answers there.
        carrier = await asyncio.to_thread(RemoteCarrier, *self.options.carrier)

        def wake() -> None:
            if worker.board is not None:
                worker.board.wake.set()

        def arrived() -> None:
            # The loop may have ended: nobody is there to be told.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(wake)

        carrier.on_arrival = arrived
        return carrier

    @contextlib.asynccontextmanager
    async def hearing(self, worker: Worker) -> AsyncIterator[None]:
        """Have floors look at once when the database tells of news; else they look every second."""
        listening = asyncio.create_task(self.listen(worker))
        try:
            yield
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def listen(self, worker: Worker) -> None:
        """Hear what the database tells, and listen anew when the connection breaks."""
        while True:
            try:
                wakes = await asyncio.to_thread(open_wakes, self.options.url)
                if wakes is None:
                    return
                with contextlib.closing(wakes):
                    await hear(wakes, worker)
            except StoreError as error:
                self.log.tell("wakes_lost", "", reason=str(error))
            await asyncio.sleep(LISTEN_AGAIN_AFTER_S)


async def hear(wakes: FloorWakes, worker: Worker) -> None:
    """Pass on what the database tells. Raises StoreLostError when it can tell nothing any more."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    place = wakes.fileno()
    loop.add_reader(place, readable.set)
    try:
        while True:
            await readable.wait()
            readable.clear()
            worker.heard(wakes.take())
    finally:
        loop.remove_reader(place)
