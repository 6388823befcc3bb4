"""Replications on several processes, or wherever an executor sends them.

The parent sends batches of replication numbers; a worker keeps the plan that it has got last. What parent and
workers share beside that is a flag that says stop, and how much each worker has done.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from types import ModuleType
from typing import Any, Protocol

from callfloor import runtimes
from callfloor.failures import RunError
from callfloor.sim.build import Plan
from callfloor.sim.replicating import Pace, run_replication
from callfloor.sim.replication import Replication

LOOK_S = 0.1
"""How often the parent looks how far its workers are."""

Batch = list[Replication]


class Job(Protocol):
    """What an executor was given to do."""

    def add_done_callback(self, function: Callable[[Any], object], /) -> None:
        """Have a function called with this job when it is finished, failed or taken back."""

    def cancel(self) -> bool:
        """Take it back, if it has not begun; return whether that was so."""

    def cancelled(self) -> bool:
        """Return whether it was taken back."""

    def result(self) -> Batch:
        """Return what it came to, or raise what it raised."""


class Executor(Protocol):
    """Runs functions elsewhere: in processes of this machine, or on a cluster. All it gets is pickled."""

    def submit(self, function: Callable[..., Batch], /, *arguments: Any) -> Job:
        """Have a function called."""


class Shared:
    """What the processes of this machine share: whether to stop, and how many replications each has done."""

    def __init__(self, context: Any, workers: int) -> None:
        self.stop = context.RawValue("b", 0)
        self.done = context.RawArray("d", workers)
        self.started = context.Value("i", 0)

    def replications_done(self) -> float:
        """Return how many replications all workers have done, those that are running in part."""
        return float(sum(self.done))


class Worker:
    """A worker's side. In a process that is none of `processes`, it is alone: nobody stops it."""

    def __init__(self) -> None:
        self.shared: Shared | None = None
        self.place = 0
        self.finished = 0
        self.pace = Pace()
        self.pickled = b""
        self.plan: Plan | None = None
        self.runtime: ModuleType | None = None

    def plan_of(self, pickled: bytes) -> Plan:
        """Return the plan, which is nearly always that of the batch before."""
        if self.plan is None or pickled != self.pickled:
            self.plan, self.pickled = pickle.loads(pickled), pickled  # from our own parent  # noqa: S301
        return self.plan

    def runtime_of(self, name: runtimes.Name) -> ModuleType:
        """Return the floor, which is the same for all batches."""
        if self.runtime is None:
            self.runtime = runtimes.load(name)
        return self.runtime

    def watch(self, done: float) -> bool:
        """Tell the parent how far this worker is; return whether to go on."""
        if self.shared is None:
            return True
        self.shared.done[self.place] = self.finished + done
        return not self.shared.stop.value


WORKER = Worker()


def run_batch(pickled: bytes, runtime_name: runtimes.Name, numbers: Sequence[int]) -> Batch:
    """Run replications of a pickled plan in this process; return those that were finished before a stop."""
    runtime, plan, found = WORKER.runtime_of(runtime_name), WORKER.plan_of(pickled), []
    for number in numbers:
        replication = run_replication(runtime, plan, number, WORKER.watch, WORKER.pace)
        if replication is None:
            break
        WORKER.finished += 1
        found.append(replication)
    return found


def become_worker(shared: Shared) -> None:
    """Begin as a worker process: the parent alone hears Ctrl-C, and its death is this process's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    WORKER.shared = shared
    with shared.started.get_lock():
        WORKER.place = shared.started.value
        shared.started.value += 1
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    import multiprocessing.connection

    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


@contextmanager
def processes(workers: int) -> Iterator[tuple[Executor, Shared]]:
    """Start worker processes, which end with the block: at once where it is left by an exception."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # A forked process has what is imported here; where other threads run, their locks would be copied too.
    forks = sys.platform == "linux" and threading.active_count() == 1
    context: Any = get_context("fork" if forks else "spawn")
    shared = Shared(context, workers)
    pool: Any = ProcessPoolExecutor(workers, context, become_worker, (shared,))
    try:
        yield pool, shared
    finally:
        shared.stop.value = 1
        while True:
            try:
                pool.shutdown(cancel_futures=True)
                break
            except KeyboardInterrupt:
                continue  # workers end within a tenth of a second


@contextmanager
def no_ctrl_c() -> Iterator[None]:
    """Put off Ctrl-C, also in processes that start meanwhile, which hear it only when they are ready."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def run_on_processes(
    workers: int,
    plan: Plan,
    runtime_name: runtimes.Name,
    batches: Sequence[Sequence[int]],
    tell: Callable[[float], None],
) -> Iterator[Replication]:
    """Yield replications as worker processes finish them; `tell` hears how many have been done.

    Raises RunError as `run_replication` does, and where a worker dies. After Ctrl-C all that was finished is
    yielded before the KeyboardInterrupt goes on.
    """
    from concurrent.futures.process import BrokenProcessPool

    common = (pickle.dumps(plan), runtime_name)
    with processes(min(workers, len(batches))) as (executor, shared):
        given = _Given(executor, common, batches, 4 * workers)
        try:
            with no_ctrl_c():
                given.submit()
            while given.jobs:
                yield from given.finished()
                tell(shared.replications_done())
        except BrokenProcessPool:
            raise RunError(
                "a worker process has died, perhaps for want of memory; fewer workers need less"
            ) from None
        except KeyboardInterrupt:
            shared.stop.value = 1
            yield from given.rest()
            raise


class _Given:
    """The batches that an executor has been given, and those that it has still to get."""

    def __init__(
        self, executor: Executor, common: tuple[Any, ...], batches: Sequence[Sequence[int]], window: int
    ) -> None:
        self.executor = executor
        self.common = common
        self.batches = deque(batches)
        self.window = window
        self.jobs: set[Job] = set()
        self.ended: SimpleQueue[Job] = SimpleQueue()

    def submit(self) -> None:
        """Give as many as keep all workers busy for a while."""
        while self.batches and len(self.jobs) < self.window:
            job = self.executor.submit(run_batch, *self.common, self.batches.popleft())
            self.jobs.add(job)
            job.add_done_callback(self.ended.put)

    def finished(self) -> Iterator[Replication]:
        """Yield what the next job that ends has come to; nothing where none ends for a while."""
        with suppress(Empty):
            job = self.ended.get(timeout=LOOK_S)
            batch = job.result()
            self.jobs.discard(job)
            yield from batch
            self.submit()

    def rest(self) -> Iterator[Replication]:
        """Take back what has not begun; yield what the others have finished by the time they stop."""
        for job in self.jobs:
            job.cancel()
        while self.jobs:
            with suppress(KeyboardInterrupt):  # it takes them a tenth of a second
                job = next(iter(self.jobs))
                batch = [] if job.cancelled() else job.result()
                self.jobs.discard(job)
                yield from batch
