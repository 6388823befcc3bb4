"""A bounded pool of worker processes: runs wait in a line of limited length, and no run blocks a request.

Each worker has a thread in the service that hands it one run after another and listens to it. A worker that
dies takes its run with it and nothing else: another is started in its place.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from callfloor.web.logs import log
from callfloor.web.worker import Order, Told, work

KILL_AFTER_S = 2.0
"""A run that was cancelled has so long to end by itself."""

LOOK_S = 0.25
"""How often a thread looks whether its run was cancelled or has taken too long."""


@dataclass(eq=False, slots=True)
class Job:
    """A run in the pool. `ended` gets what the worker told last, once it is over."""

    id: str
    order: Order
    done: float = 0.0
    running: bool = False
    cancelled: bool = False
    ended: Future[Told] = field(default_factory=Future)

    def __post_init__(self) -> None:
        # Who waits for it may be cancelled, which must not make it end.
        self.ended.set_running_or_notify_cancel()


class PoolFull(Exception):  # noqa: N818 - it is no fault, it is full
    """As many runs wait as may."""


class Pool:
    """Worker processes and the line of runs before them.

    `begun` and `ended` are called when a run begins, and when it is over; `ended` returns how it is told.
    """

    def __init__(
        self,
        workers: int,
        line: int,
        longest_s: float,
        begun: Callable[[Job], None],
        ended: Callable[[Job, Told], Told],
    ) -> None:
        self.most = workers + line
        self.longest_s = longest_s
        self.begun, self.ended = begun, ended
        self.jobs: dict[str, Job] = {}
        self._closed = threading.Event()
        self._line: deque[Job] = deque()
        self._coming = 0
        self._news = threading.Condition()
        self._context = multiprocessing.get_context("spawn")
        self._threads = [threading.Thread(target=self._serve, name=f"worker {n + 1}") for n in range(workers)]

    def start(self) -> None:
        """Start the workers."""
        for thread in self._threads:
            thread.start()

    def submit(self, run: str, order: Order, keep: Callable[[], None] = lambda: None) -> Job:
        """Put a run into the line; `keep` is called once it is sure to have a place. Raises PoolFull."""
        with self._news:
            if self._closed.is_set() or len(self.jobs) + self._coming >= self.most:
                raise PoolFull
            self._coming += 1
        job = Job(run, order)
        try:
            keep()
        except BaseException:
            with self._news:
                self._coming -= 1
            raise
        with self._news:
            self._coming -= 1
            self.jobs[run] = job
            too_late = self._closed.is_set()
            if not too_late:
                self._line.append(job)
                self._news.notify()
        if too_late:
            self._end(job, Told(over=True, cancelled=True))
        return job

    def cancel(self, run: str) -> bool:
        """Have a run end, at once if it waits; return whether it was still to be."""
        with self._news:
            job = self.jobs.get(run)
            if job is None:
                return False
            job.cancelled = True
            waits = job in self._line
            if waits:
                self._line.remove(job)
        if waits:
            self._end(job, Told(over=True, cancelled=True))
        return True

    @property
    def closing(self) -> bool:
        """Whether it takes on no more runs, for good."""
        return self._closed.is_set()

    @property
    def waiting(self) -> int:
        """How many runs wait."""
        return len(self._line)

    @property
    def running(self) -> int:
        """How many runs are being simulated."""
        return sum(job.running for job in list(self.jobs.values()))

    @property
    def alive(self) -> int:
        """How many workers there are."""
        return sum(thread.is_alive() for thread in self._threads)

    def close(self, grace_s: float = 0.0) -> None:
        """End all runs and workers; return when they have ended. Those that run have so long to finish."""
        with self._news:
            self._closed.set()
            waiting = list(self._line)
            self._line.clear()
            self._news.notify_all()
        for job in waiting:
            self._end(job, Told(over=True, cancelled=True))
        started = [thread for thread in self._threads if thread.ident is not None]
        until = time.monotonic() + grace_s
        for thread in started:
            thread.join(max(until - time.monotonic(), 0.0))
        for job in list(self.jobs.values()):
            job.cancelled = True
        for thread in started:
            thread.join()

    def _take(self) -> Job | None:
        """The next run; None where the pool is closed."""
        with self._news:
            while not self._line and not self._closed.is_set():
                self._news.wait()
            if not self._line:
                return None
            job = self._line.popleft()
            job.running = True
            return job

    def _serve(self) -> None:
        """Hand runs to a worker process, and to its successors, until the pool is closed."""
        worker = _Worker(self._context)
        worker.get_ready()
        while (job := self._take()) is not None:
            try:
                self.begun(job)
                told = worker.run(job, self.longest_s)
            except Exception as error:
                log.exception("run_lost", run=job.id)
                told = Told(over=True, error=str(error) or type(error).__name__)
            job.running = False
            self._end(job, told)
            if not self._closed.is_set():
                worker.get_ready()
        worker.close()

    def _end(self, job: Job, told: Told) -> None:
        try:
            told = self.ended(job, told)
        except Exception as error:
            log.exception("end_of_run_lost", run=job.id)
            told = Told(over=True, error=str(error) or type(error).__name__)
        with self._news:
            del self.jobs[job.id]
        job.ended.set_result(told)


class _Worker:
    """A worker process, from this side."""

    def __init__(self, context: Any) -> None:
        self.context = context
        self.stop: Any = None
        self.pipe: Connection | None = None
        self.process: Any = None

    def get_ready(self) -> None:
        """Start the process if there is none, so that the next run need not wait for it."""
        with contextlib.suppress(OSError):
            self._connect()

    def _connect(self) -> Connection:
        """The pipe to a process that lives. Raises OSError where none can be started."""
        if self.pipe is not None and self.process.is_alive():
            return self.pipe
        self.close()
        self.stop = self.context.Value("b", 0, lock=False)
        self.pipe, theirs = self.context.Pipe()
        with theirs:
            self.process = self.context.Process(target=work, args=(theirs, self.stop), daemon=True)
            self.process.start()
        return self.pipe

    def run(self, job: Job, longest_s: float) -> Told:
        """Have a run simulated; return how it ended."""
        began = time.monotonic()
        stopped: float | None = None
        too_long = False
        try:
            pipe = self._connect()
        except OSError as error:
            return Told(over=True, error=f"no worker process can be started: {error.strerror or error}")
        self.stop.value = 0
        try:
            pipe.send(job.order)
            while True:
                if pipe.poll(LOOK_S):
                    told: Told = pipe.recv()
                    if told.over:
                        return _too_long(longest_s) if too_long and told.cancelled else told
                    job.done = told.done
                now = time.monotonic()
                if stopped is None and (job.cancelled or now - began > longest_s):
                    too_long = not job.cancelled
                    self.stop.value = 1
                    stopped = now
                if stopped is not None and now - stopped > KILL_AFTER_S:
                    self.process.kill()
                    self.process.join()
                    return _too_long(longest_s) if too_long else Told(over=True, cancelled=True)
        except (EOFError, OSError):
            self.process.join(KILL_AFTER_S)
            if job.cancelled:
                return Told(over=True, cancelled=True)
            status = self.process.exitcode
            return Told(over=True, error=f"the worker process died (status {status}); ask again")

    def close(self) -> None:
        """End the process."""
        if self.pipe is None:
            return
        self.pipe.close()
        self.pipe = None
        if self.process.pid is None:  # it could not be started
            return
        self.process.join(KILL_AFTER_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()


def _too_long(longest_s: float) -> Told:
    return Told(over=True, error=f"the run took longer than {longest_s:g} s; ask for less")
