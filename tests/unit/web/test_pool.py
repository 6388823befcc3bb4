"""The pool: runs in processes of their own, a line of limited length, deaths that cost one run at most."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path
from typing import Any

import pytest

from callfloor.web.pool import Job, Pool, PoolFull
from callfloor.web.worker import Order, Told
from tests.unit.web.services import deaf, endless, quick, wait_for


class Watched:
    """A pool, and what it has told."""

    def __init__(self, workers: int = 1, line: int = 4, longest_s: float = 60.0) -> None:
        self.begun: list[str] = []
        self.over: list[str] = []
        self.pool = Pool(workers, line, longest_s, self.begins, self.ends)

    def begins(self, job: Job) -> None:
        self.begun.append(job.id)

    def ends(self, job: Job, told: Told) -> Told:
        self.over.append(job.id)
        return told

    def ask(self, run: str, scenario: dict[str, Any] | None = None) -> Job:
        return self.pool.submit(run, Order(scenario or quick(), ("json",)))

    def ask_running(self, run: str = "running", scenario: dict[str, Any] | None = None) -> Job:
        """A run that goes on and on, and has begun."""
        job = self.ask(run, scenario or endless())
        wait_for(lambda: job.running and run in self.begun, f"the beginning of {run}")
        return job


@contextlib.contextmanager
def a_pool(**options: Any) -> Iterator[Watched]:
    watched = Watched(**options)
    watched.pool.start()
    try:
        yield watched
    finally:
        watched.pool.close()
        assert multiprocessing.active_children() == []


@pytest.fixture
def one() -> Iterator[Watched]:
    with a_pool() as watched:
        yield watched


def told_by(job: Job) -> Told:
    return job.ended.result(timeout=30)


def test_runs_begin_and_end_in_the_order_in_which_they_were_asked_for(one: Watched) -> None:
    jobs = [one.ask(run) for run in ("a", "b", "c")]
    told = [told_by(job) for job in jobs]
    assert [each.error for each in told] == [None] * 3
    assert all(each.reports and each.reports["json"].startswith(b"{") for each in told)
    assert one.begun == one.over == ["a", "b", "c"]
    assert one.pool.jobs == {}


def test_a_run_tells_how_much_of_it_is_done(one: Watched) -> None:
    job = one.ask_running(scenario=endless() | {"run": {"duration": 3e4, "replications": 1000}})
    wait_for(lambda: job.done > 0.0, "progress")
    first = job.done
    wait_for(lambda: job.done > first, "more progress")
    assert job.done < 1.0


def test_runs_are_simulated_at_once_in_as_many_processes_as_there_are() -> None:
    with a_pool(workers=2) as two:
        two.ask_running("a")
        two.ask_running("b")
        assert (two.pool.running, two.pool.waiting, two.pool.alive) == (2, 0, 2)


def test_what_is_wrong_with_a_scenario_is_told(one: Watched) -> None:
    late = quick(run={"until": "drained", "replications": 1}, groups=[{"name": "g", "agents": 0}])
    told = told_by(one.ask("late", late))
    assert told.error is not None
    assert "no agent for it" in told.error
    assert told_by(one.ask("next")).error is None


def test_a_run_of_which_nobody_thought_fails_alone_and_leaves_its_trace(one: Watched) -> None:
    told = told_by(one.pool.submit("odd", Order(quick(), None)))  # type: ignore[arg-type]
    assert told.error is not None
    assert told.error.startswith("the run failed: ")
    assert "Traceback" in (told.trace or "")
    assert told_by(one.ask("next")).error is None


def test_a_run_that_waits_is_cancelled_at_once(one: Watched) -> None:
    running, waiting = one.ask_running(), one.ask("waiting")
    assert (one.pool.running, one.pool.waiting) == (1, 1)
    assert one.pool.cancel("waiting")
    assert told_by(waiting) == Told(over=True, cancelled=True)
    assert (one.pool.running, one.pool.waiting) == (1, 0)
    assert not running.ended.done()
    assert "waiting" not in one.begun


@pytest.mark.parametrize("scenario", [endless(), deaf()], ids=["looks up", "never looks up"])
def test_a_run_is_cancelled_while_it_is_simulated(one: Watched, scenario: dict[str, Any]) -> None:
    job = one.ask_running("long", scenario)
    assert one.pool.cancel("long")
    assert told_by(job) == Told(over=True, cancelled=True)
    assert told_by(one.ask("next")).error is None


def test_what_is_over_or_was_never_asked_for_cannot_be_cancelled(one: Watched) -> None:
    told_by(one.ask("short"))
    assert not one.pool.cancel("short")
    assert not one.pool.cancel("unknown")


@pytest.mark.parametrize("scenario", [endless(), deaf()], ids=["looks up", "never looks up"])
def test_a_run_that_takes_too_long_is_ended(scenario: dict[str, Any]) -> None:
    with a_pool(longest_s=0.5) as hasty:
        told = told_by(hasty.ask("long", scenario))
        assert told.error == "the run took longer than 0.5 s; ask for less"
        assert not told.cancelled


def test_a_worker_that_is_killed_takes_its_run_with_it_and_nothing_else(one: Watched) -> None:
    job, following = one.ask_running(), one.ask("next")
    (process,) = multiprocessing.active_children()
    process.kill()
    assert told_by(job).error == "the worker process died (status -9); ask again"
    assert told_by(following).error is None


def test_a_worker_that_is_killed_while_it_has_nothing_to_do_costs_nothing(one: Watched) -> None:
    told_by(one.ask("first"))
    (process,) = multiprocessing.active_children()
    process.kill()
    process.join()
    assert told_by(one.ask("second")).error is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_signals_all_processes_leaves_it_to_the_service_to_end_them(one: Watched, number: int) -> None:
    job = one.ask_running()
    wait_for(lambda: job.done > 0.0 or one.pool.running, "the worker at work")
    (process,) = multiprocessing.active_children()
    assert process.pid is not None
    wait_for(lambda: ignores(process.pid, number), "a worker that has started")
    os.kill(process.pid, number)
    one.pool.cancel("running")
    assert told_by(job) == Told(over=True, cancelled=True)


def ignores(process: int | None, number: int) -> bool:
    """Whether a process ignores a signal, as the kernel has it."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    (mask,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigIgn"))
    return bool(int(mask, 16) >> (number - 1) & 1)


def test_no_more_runs_wait_than_may() -> None:
    with a_pool(line=2) as short:
        short.ask_running()
        jobs = [short.ask("a"), short.ask("b")]
        with pytest.raises(PoolFull):
            short.ask("c")
        assert short.pool.waiting == 2
        short.pool.cancel("a")
        jobs.append(short.ask("d"))
        assert [job.id for job in jobs if not job.ended.done()] == ["b", "d"]


def test_a_run_that_has_no_place_is_not_kept_and_one_that_cannot_be_kept_takes_none() -> None:
    pool = Watched(line=1).pool  # not started: everything waits
    kept: list[str] = []

    def fail() -> None:
        raise OSError("the disk is full")

    for _ in range(5):
        with pytest.raises(OSError, match="full"):
            pool.submit("unlucky", Order({}, ()), fail)
    pool.submit("a", Order({}, ()), lambda: kept.append("a"))
    pool.submit("b", Order({}, ()), lambda: kept.append("b"))
    with pytest.raises(PoolFull):
        pool.submit("c", Order({}, ()), lambda: kept.append("c"))
    assert kept == ["a", "b"]


def test_closing_ends_what_waits_and_what_runs() -> None:
    with a_pool() as pool:
        jobs = [pool.ask_running(), pool.ask("waiting")]
        pool.pool.close()
        assert [told_by(job) for job in jobs] == [Told(over=True, cancelled=True)] * 2
        assert (pool.pool.alive, pool.pool.jobs) == (0, {})
        with pytest.raises(PoolFull):
            pool.ask("late")
        pool.pool.close()


def test_closing_lets_what_runs_finish_for_a_while() -> None:
    with a_pool() as pool:
        job = pool.ask_running("short", endless() | {"run": {"duration": 3000, "replications": 1}})
        pool.pool.close(grace_s=30.0)
        assert told_by(job).error is None
        assert not told_by(job).cancelled


def test_a_pool_that_was_never_started_closes() -> None:
    pool = Watched()
    job = pool.ask("waiting")
    pool.pool.close()
    assert told_by(job) == Told(over=True, cancelled=True)


def test_whoever_waits_for_a_run_may_give_up_without_ending_it(one: Watched) -> None:
    job = one.ask("patient")
    assert not job.ended.cancel()
    assert told_by(job).error is None


@pytest.mark.parametrize("which", ["begun", "ended"])
def test_a_failure_to_note_a_run_costs_this_run_only(
    one: Watched, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Told:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(one.pool, which, fail)
        assert told_by(one.ask("unlucky")).error == "the disk is full"
    assert told_by(one.ask("next")).error is None
    assert one.pool.alive == 1


def test_runs_asked_for_in_many_threads_all_end() -> None:
    with a_pool(workers=2, line=40) as pool:
        jobs: list[Job] = []

        def ask(number: int) -> None:
            jobs.extend(pool.ask(f"{number}-{place}") for place in range(5))

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for job in jobs[::4]:
            pool.pool.cancel(job.id)
        assert not wait([job.ended for job in jobs], timeout=30).not_done
        assert len(pool.over) == 40
        assert pool.pool.jobs == {}
