"""Runs as the service has them: asked for, put into the pool, kept with their reports, and forgotten."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from callfloor.failures import UsageError
from callfloor.scenario import Scenario
from callfloor.stores.errors import StoreError
from callfloor.stores.runs import ReportKind, RunRow, RunState, RunStore
from callfloor.web.limits import check_limits
from callfloor.web.logs import log
from callfloor.web.metrics import Metrics
from callfloor.web.pool import Job, Pool, PoolFull
from callfloor.web.settings import ServiceSettings
from callfloor.web.worker import Order, Told

ALL_REPORTS: tuple[ReportKind, ...] = ("json", "xlsx", "html")
MOST_LISTED = 1000
STOPPED = "the service was stopped"
HEARD_EVERY_S = 2.0
"""How often a service says that it is there, and how far its runs are."""

GONE_AFTER_S = 10.0
"""A service that was not heard of for so long is gone, and with it what it ran."""


class Runs:
    """All runs of a service. Its methods may be called in any thread."""

    def __init__(self, settings: ServiceSettings, store: RunStore, metrics: Metrics) -> None:
        self.settings, self.store, self.metrics = settings, store, metrics
        self.pool = Pool(settings.workers, settings.line, settings.longest_s, self._begun, self._ended)
        self.owner = secrets.randbits(62)
        self._unkept: dict[str, tuple[RunState, float, str | None]] = {}

    def start(self) -> None:
        """Start the workers."""
        self.pool.start()

    def stop(self) -> None:
        """End what waits and, after a while, what runs; take on nothing more. Returns when all has ended."""
        self.pool.close(self.settings.grace_s)

    def close(self) -> None:
        """End all that runs, and let go of the store."""
        self.stop()
        self.tend()
        self.store.close()

    def ask(self, scenario: Scenario, reports: Sequence[ReportKind] = ALL_REPORTS) -> Job:
        """Have a scenario simulated.

        Raises UsageError for one that is too large, PoolFull where too many wait already.
        """
        check_limits(scenario, self.settings)
        run, now = secrets.token_hex(16), time.time()
        document = scenario.to_dict()
        row = RunRow(run, "queued", scenario.name, now, now + self.settings.keep_s, self.owner)
        try:
            job = self.pool.submit(run, Order(document, reports), lambda: self.store.add(row, document))
        except PoolFull:
            self.metrics.refused.inc()
            raise
        self.metrics.asked.inc()
        log.info("run_asked", run=run, scenario=scenario.name, replications=scenario.run.replications)
        return job

    def cancel(self, run: str) -> bool:
        """Have a run end, also one that another service has; return whether it was to be here."""
        here = self.pool.cancel(run)
        if not here:
            self.store.ask_cancel(run)
        return here

    def done(self, row: RunRow) -> float:
        """Return how much of a run is done, from 0 to 1."""
        if row.state == "done":
            return 1.0
        job = self.pool.jobs.get(row.id)
        return row.done if job is None else job.done

    def beat(self) -> None:
        """Say that this service is there, cancel what others ask for, and see whether another one is gone.

        What a service that is gone left unfinished has failed.
        """
        try:
            jobs = list(self.pool.jobs.values())
            has_some = jobs or self._unkept
            asked = self.store.hear(self.owner, {job.id: job.done for job in jobs}) if has_some else []
            for run in asked:
                self.pool.cancel(run)
            for left in self.store.unfinished(GONE_AFTER_S):
                self.store.end(left.id, "failed", time.time(), STOPPED, {})
                log.warning("run_left_behind", run=left.id, owner=left.owner)
        except StoreError as error:
            log.error("store_fails", error=str(error))

    def tend(self) -> None:
        """Forget old runs, and keep the ends that the store would not take."""
        try:
            for run, (state, at, error) in list(self._unkept.items()):
                self.store.end(run, state, at, error, {})
                del self._unkept[run]
            if count := self.store.expire(time.time()):
                log.info("runs_expired", count=count)
        except StoreError as error:
            log.error("store_fails", error=str(error))

    def _begun(self, job: Job) -> None:
        self.store.begin(job.id, time.time())
        log.info("run_begun", run=job.id)

    def _ended(self, job: Job, told: Told) -> Told:
        at = time.time()
        if told.cancelled and self.pool.closing:
            told = replace(told, error=STOPPED)
        try:
            self.store.end(job.id, _state_of(told), at, told.error, told.reports or {})
        except StoreError as error:
            told = Told(over=True, error=f"what it came to cannot be kept: {error}")
            self._unkept[job.id] = (_state_of(told), at, told.error)
        self.metrics.ended.labels(_state_of(told)).inc()
        tell = log.info if told.error is None or told.cancelled else log.error
        tell("run_ended", run=job.id, state=_state_of(told), error=told.error, trace=told.trace)
        return told


def _state_of(told: Told) -> RunState:
    if told.cancelled:
        return "cancelled"
    return "done" if told.error is None else "failed"


def consumers_scenario(
    consumers: int, agents: int, variables: dict[str, str], builtin: str = "consumers"
) -> Scenario:
    """Return the scenario of `run_simulation`: so many consumers and agents, the other ranges as set.

    The more consumers there are the fewer replications: all together about two million. Raises UsageError.
    """
    from callfloor.scenario import load_scenario

    replications = min(20, max(1, 2_000_000 // consumers))
    sets = [f"consumers.count={consumers}", f"groups.agents.agents={agents}"]
    return load_scenario(builtin, [*sets, f"run.replications={replications}"], lambda: variables)


def scenario_of(
    given: str | Mapping[str, Any],
    sets: Sequence[str],
    numbers: Mapping[str, int | None],
    variables: Mapping[str, str],
) -> Scenario:
    """Return the scenario that a request asks for: a built-in one's name or a document, `sets` KEY=VALUE.

    `numbers` are keys of `run`, where not None. Raises UsageError, or ScenarioError with the key.
    """
    from callfloor.scenario import apply_set, builtin_text
    from callfloor.scenario.environment import fill_in
    from callfloor.scenario.reading import parse
    from callfloor.web.limits import refuse_files

    document = parse(builtin_text(given), given) if isinstance(given, str) else dict(given)
    for each in sets:
        apply_set(document, each)
    for key, number in numbers.items():
        if number is not None:
            if not isinstance(document.setdefault("run", {}), dict):
                raise UsageError("run: expected a table")
            document["run"][key] = number
    refuse_files(document)
    fill_in(document, lambda: variables)
    return Scenario.from_dict(document, folder=Path("/"))
