"""Services to ask over HTTP without a network, and scenarios that take no time or for ever."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from callfloor.stores.opening import open_store
from callfloor.stores.runs import OVER, RunStore
from callfloor.stores.sqlite.runs import SqliteRunStore
from callfloor.web.app import create_app
from callfloor.web.floors import LiveFloors
from callfloor.web.settings import ServiceSettings

HERE = "http://localhost"
"""A name by which an open service answers."""


def quick(**changes: Any) -> dict[str, Any]:
    """Three calls or so."""
    return {
        "name": "quick",
        "run": {"duration": 60, "replications": 1},
        "groups": [{"name": "g", "agents": 2}],
        "inbound": [{"name": "q", "arrivals": {"rate_per_h": 200}, "talk_s": 20, "patience_s": 60}],
    } | changes


def endless() -> dict[str, Any]:
    """More calls than anybody waits for; its progress is told."""
    run = {"duration": 1e8, "replications": 1000}
    queue = {"name": "q", "arrivals": {"rate_per_h": 1e6}, "talk_s": 1, "patience_s": 1}
    return quick(name="endless", run=run, groups=[{"name": "g", "agents": 300}], inbound=[queue])


def deaf() -> dict[str, Any]:
    """Endless as well, and nobody knows how much of it is done: it never looks up."""
    run = {"until": "drained", "replications": 1}
    arrivals = {"gap_s": 1, "count": 2**31 - 1}
    return quick(run=run, inbound=[{"name": "q", "arrivals": arrivals, "talk_s": 1, "patience_s": 1}])


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Wait until a condition holds; fails where it never does."""
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError(f"never happened: {what}")


def wait_until_over(client: TestClient, run: str) -> dict[str, Any]:
    """Wait for a run's end, and return the run."""
    found: dict[str, Any] = {}

    def over() -> bool:
        found.update(client.get(f"/api/v1/runs/{run}").json())
        return found["state"] in OVER

    wait_for(over, f"the end of run {run}")
    return found


def settings_of(folder: Path, **settings: Any) -> ServiceSettings:
    """Those of a service with one worker."""
    given: dict[str, Any] = {"workers": 1} | settings
    return ServiceSettings(str(folder / "service.db"), **given)


@contextlib.contextmanager
def serving(
    folder: Path, variables: dict[str, str] | None = None, store: RunStore | None = None, **settings: Any
) -> Iterator[TestClient]:
    """A service with its workers, ended in the end."""
    chosen = settings_of(folder, grace_s=0.0, **settings)
    runs = store or SqliteRunStore(Path(chosen.db))
    app = create_app(chosen, runs, variables or {}, LiveFloors(open_store(chosen.db)))
    with TestClient(app, base_url=HERE, raise_server_exceptions=False) as client:
        yield client


def idle(folder: Path, webhook_keys: Sequence[str] = (), **settings: Any) -> TestClient:
    """A service whose workers are never started: it takes on runs, and they wait."""
    chosen = settings_of(folder, **settings)
    floors = LiveFloors(open_store(chosen.db), webhook_keys)
    app = create_app(chosen, SqliteRunStore(Path(chosen.db)), {}, floors)
    return TestClient(app, base_url=HERE, raise_server_exceptions=False)
