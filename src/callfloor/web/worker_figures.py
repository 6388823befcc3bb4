"""A worker's figures for Prometheus: what its floors do, how late they are, and what waits."""

from __future__ import annotations

import time
from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from callfloor.abnormal import CONDITIONS, condition
from callfloor.floor.vocabulary import AGENT_STATE_NAMES, OUTCOME_NAMES
from callfloor.live.clocks import SharedClock
from callfloor.live.observer import DialDecision, Observer
from callfloor.live.tenure import Tenure
from callfloor.live.worker import Worker
from callfloor.stores.errors import StoreError
from callfloor.stores.port import CallRecord
from callfloor.version import __version__

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class WorkerFigures:
    """The figures of one worker, in a registry of their own."""

    def __init__(self) -> None:
        own = self.registry = CollectorRegistry()
        by_floor = ["floor"]
        self.events = Counter("callfloor_events", "Events that floors have taken", by_floor, registry=own)
        self.attempts = Counter("callfloor_attempts", "Calls placed", by_floor, registry=own)
        self.calls = Counter(
            "callfloor_calls", "Attempts that are over, by outcome", ["floor", "outcome"], registry=own
        )
        self.abnormal = Counter(
            "callfloor_abnormal_conditions", "Abnormal conditions", ["floor", "condition"], registry=own
        )
        self.commits = Histogram(
            "callfloor_commit_seconds", "Time of a step's commit", by_floor, buckets=SECONDS, registry=own
        )
        self.lag = Histogram(
            "callfloor_lag_seconds",
            "From a carrier's event, by the carrier's clock, to what was decided being sent",
            by_floor,
            buckets=SECONDS,
            registry=own,
        )
        self.headroom: dict[tuple[str, str], float] = {}

    def of_floor(self, floor: str) -> FloorFigures:
        """What watches one floor."""
        return FloorFigures(self, floor)

    def watch(self, worker: Worker) -> None:
        """Tell of the worker's floors as they are when somebody asks."""
        self.registry.register(NowOf(worker, self.headroom))

    def text(self) -> bytes:
        """All of them as Prometheus reads them."""
        return generate_latest(self.registry)


class FloorFigures(Observer):
    """Counts what happens on a floor."""

    def __init__(self, figures: WorkerFigures, floor: str) -> None:
        self.figures = figures
        self.floor = floor
        self.events = figures.events.labels(floor)
        self.attempts = figures.attempts.labels(floor)
        self.commits = figures.commits.labels(floor)
        self.lag = figures.lag.labels(floor)
        # A counter that begins with the first of its kind shows no increase by it, and rings no alarm.
        for each in CONDITIONS.values():
            figures.abnormal.labels(floor, each.name)

    def committed(self, events: int, commit_s: float, lags_s: Sequence[float]) -> None:
        """See Observer."""
        self.events.inc(events)
        self.commits.observe(commit_s)
        for lag_s in lags_s:
            self.lag.observe(lag_s)

    def decided(self, at: float, decision: DialDecision) -> None:
        """See Observer."""
        self.figures.headroom[self.floor, decision.campaign] = decision.headroom

    def placed(self, at: float, attempt: int, e164: int, agent: str) -> None:
        """See Observer."""
        self.attempts.inc()

    def recorded(self, record: CallRecord, e164: int, agent: str) -> None:
        """See Observer."""
        self.figures.calls.labels(self.floor, OUTCOME_NAMES[record.outcome]).inc()

    def abnormal(self, at: float, code: int, event: int, found: int, attempt: int, agent: str) -> None:
        """See Observer."""
        self.figures.abnormal.labels(self.floor, condition(code).name).inc()


class NowOf(Collector):
    """What is so at the moment of asking; floors that were given back are gone."""

    def __init__(self, worker: Worker, headroom: dict[tuple[str, str], float]) -> None:
        self.worker = worker
        self.headroom = headroom

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing beforehand: asking would need a floor."""
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """See Collector."""
        worker = self.worker
        tenures = {tenure.plan.name: tenure for tenure in worker.tenures.values()}
        yield self.one("callfloor_floors", "Floors that this worker looks after", len(tenures))
        yield self.one(
            "callfloor_carrier_connected", "1: there is a carrier", float(worker.board is not None)
        )
        yield self.one("callfloor_draining", "1: the worker hands its floors over", float(worker.draining))
        clock = worker.parts.clock
        if isinstance(clock, SharedClock):
            name = "callfloor_clock_ahead_seconds"
            yield self.one(name, "How much the database's clock is ahead of this machine's", clock.ahead_s)
        yield self.agents(tenures)
        yield self.outbox_age(tenures)
        yield from self.stored(tenures)
        yield self.ledger(tenures)
        version = GaugeMetricFamily("callfloor_version_info", "The version that runs", labels=["version"])
        version.add_metric([__version__], 1)
        yield version

    def one(self, name: str, what: str, value: float) -> GaugeMetricFamily:
        """A figure of the worker's own."""
        return GaugeMetricFamily(name, what, value=value)

    def agents(self, tenures: dict[str, Tenure]) -> GaugeMetricFamily:
        """How many agents are in which state."""
        figure = GaugeMetricFamily("callfloor_agents", "Agents by state", labels=["floor", "state"])
        for floor, tenure in tenures.items():
            if tenure.service is None:
                continue
            found = Tally(agent.state for agent in tenure.service.engine.resident.floor.agents)
            for state, name in enumerate(AGENT_STATE_NAMES):
                figure.add_metric([floor, name], found[state])
        return figure

    def outbox_age(self, tenures: dict[str, Tenure]) -> GaugeMetricFamily:
        """How long nothing could be sent: 0 where what is decided is sent at once."""
        what = "For how long commands may have waited, as the carrier or the database could not be reached"
        figure = GaugeMetricFamily("callfloor_outbox_age_seconds", what, labels=["floor"])
        now = self.worker.parts.monotonic()
        for floor, tenure in tenures.items():
            figure.add_metric([floor], 0.0 if tenure.service is not None else now - tenure.idle_since)
        return figure

    def stored(self, tenures: dict[str, Tenure]) -> Iterator[GaugeMetricFamily]:
        """How many floors there are; of ours, what waits in the inboxes, for how long, and was set aside."""
        labels = ["floor"]
        count = GaugeMetricFamily("callfloor_inbox_waiting", "Entries that wait in the inbox", labels=labels)
        what = "For how long the first entry of the inbox has waited"
        age = GaugeMetricFamily("callfloor_inbox_age_seconds", what, labels=labels)
        what = "Entries of the inbox that could not be taken"
        refused = GaugeMetricFamily("callfloor_inbox_refused", what, labels=labels)
        store = self.worker.store
        try:
            planned = len(store.floor_plans())
            for floor, tenure in tenures.items():
                waiting = store.waiting_count(tenure.plan.floor)
                count.add_metric([floor], waiting)
                refused.add_metric([floor], store.refused_count(tenure.plan.floor))
                first = store.waiting(tenure.plan.floor, 1) if waiting else []
                age.add_metric([floor], max(0.0, self.now() - first[0].put_at) if first else 0.0)
        except StoreError:
            # The figures that are missing say it, and the worker's log.
            return
        yield self.one("callfloor_floors_planned", "Floors that workers are to look after", planned)
        yield count
        yield age
        yield refused

    def now(self) -> float:
        """The time by the database's clock."""
        clock = self.worker.parts.clock
        return clock.now() if isinstance(clock, SharedClock) else time.time()

    def ledger(self, tenures: dict[str, Tenure]) -> GaugeMetricFamily:
        """What each campaign may still abandon within its limit."""
        what = "Calls that may yet be abandoned within the limit, as of the last decision"
        figure = GaugeMetricFamily("callfloor_ledger_headroom", what, labels=["floor", "campaign"])
        for (floor, campaign), calls in self.headroom.items():
            if floor in tenures:
                figure.add_metric([floor, campaign], calls)
        return figure
