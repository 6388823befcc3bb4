"""Figures of the service itself, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from callfloor.version import __version__


class Metrics:
    """The figures, in a registry of their own: several services may live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        own = self.registry
        self.asked = Counter("callfloor_runs_asked", "Runs that were taken on", registry=own)
        self.refused = Counter("callfloor_runs_refused", "Runs refused because too many waited", registry=own)
        self.ended = Counter(
            "callfloor_runs_ended", "Runs that are over, by how they ended", ["state"], registry=own
        )
        self.waiting = Gauge("callfloor_runs_waiting", "Runs that wait for a worker", registry=own)
        self.running = Gauge("callfloor_runs_running", "Runs that are being simulated", registry=own)
        self.workers = Gauge("callfloor_workers", "Worker processes", registry=own)
        self.requests = Histogram(
            "callfloor_http_request_seconds",
            "Time to answer a request",
            ["method", "route", "status"],
            registry=own,
        )
        version = Gauge("callfloor_version_info", "The version that runs", ["version"], registry=own)
        version.labels(__version__).set(1)

    def text(self) -> bytes:
        """Return all of them as Prometheus reads them."""
        return generate_latest(self.registry)
