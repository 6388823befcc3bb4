"""Runs and a store that fails: no run is lost in silence, and no thread dies of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from callfloor.stores.errors import StoreBusyError, StoreFullError
from callfloor.stores.runs import ReportKind, RunRow, RunState
from callfloor.stores.sqlite.runs import SqliteRunStore
from callfloor.web.metrics import Metrics
from callfloor.web.runs import Runs
from callfloor.web.settings import ServiceSettings
from tests.unit.web.services import endless, quick, serving, wait_for, wait_until_over

RUNS = "/api/v1/runs"
THEIRS = RunRow("e" * 32, "running", "theirs", 1.0, 1e10, 7)
"""A run of another service."""


class Failing(SqliteRunStore):
    """A store that takes no ends as long as `full`, and answers nothing while `locked`."""

    full = locked = False

    def end(
        self, run: str, state: RunState, at: float, error: str | None, reports: Mapping[ReportKind, bytes]
    ) -> None:
        if self.full:
            raise StoreFullError("service.db: cannot be written: the disk is full")
        super().end(run, state, at, error, reports)

    def newest(self, count: int) -> list[RunRow]:
        if self.locked:
            raise StoreBusyError("service.db: is locked by another process")
        return super().newest(count)


def test_an_end_that_cannot_be_kept_is_told_and_kept_later(tmp_path: Path) -> None:
    store = Failing(tmp_path / "service.db")
    with serving(tmp_path, store=store) as client:
        store.full = True
        answer = client.post("/api/v1/run_simulation", data={"noOfCustomers": "10"})
        assert answer.status_code == 500
        assert answer.json() == {
            "message": "what it came to cannot be kept: service.db: cannot be written: the disk is full"
        }
        (run,) = client.get(RUNS).json()
        assert run["state"] == "running"
        store.full = False
        assert client.post(RUNS, json={"scenario": quick()}).status_code == 202
    reopened = SqliteRunStore(tmp_path / "service.db")
    kept = reopened.get(run["id"])
    reopened.close()
    assert kept is not None
    assert kept.state == "failed"
    assert "the disk is full" in (kept.error or "")


def test_a_store_that_does_not_answer_makes_the_service_not_ready(tmp_path: Path) -> None:
    store = Failing(tmp_path / "service.db")
    with serving(tmp_path, store=store) as client:
        store.locked = True
        ready, listed = client.get("/readyz"), client.get(RUNS)
        assert (ready.status_code, ready.json()["store"]) == (503, "service.db: is locked by another process")
        assert listed.status_code == 503
        assert int(listed.headers["Retry-After"]) > 0
        assert listed.json()["detail"][0]["msg"] == "service.db: is locked by another process"
        assert client.get("/healthz").status_code == 200
        store.locked = False
        assert client.get("/readyz").status_code == 200


def test_who_is_ending_is_not_ready(tmp_path: Path) -> None:
    with serving(tmp_path) as client:
        client.app.state.runs.stop()  # type: ignore[attr-defined] # an ASGI application to the client
        assert client.get("/readyz").status_code == 503
        assert client.post(RUNS, json={"scenario": quick()}).status_code == 429


class TestSeveralServicesOnOneDatabase:
    def test_what_another_one_runs_is_left_alone(self, tmp_path: Path) -> None:
        store = SqliteRunStore(tmp_path / "service.db")
        store.add(THEIRS, {})
        store.hear(THEIRS.owner, {THEIRS.id: 0.25})
        with serving(tmp_path) as client:
            client.app.state.runs.beat()  # type: ignore[attr-defined] # an ASGI application to the client
            found = client.get(f"{RUNS}/{THEIRS.id}").json()
            assert (found["state"], found["done"]) == ("running", 0.25)
        store.close()

    def test_what_one_left_unfinished_that_is_gone_has_failed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("callfloor.web.runs.GONE_AFTER_S", 0.0)
        store = SqliteRunStore(tmp_path / "service.db")
        store.add(THEIRS, {})
        with serving(tmp_path) as client:
            client.app.state.runs.beat()  # type: ignore[attr-defined]
            found = client.get(f"{RUNS}/{THEIRS.id}").json()
            assert (found["state"], found["error"]) == ("failed", "the service was stopped")
        store.close()

    def test_a_run_is_cancelled_by_whichever_is_asked(self, tmp_path: Path) -> None:
        with serving(tmp_path, calls_most=1e15) as one, serving(tmp_path) as other:
            run = one.post(RUNS, json={"scenario": endless()}).json()["id"]
            wait_for(lambda: other.get(f"{RUNS}/{run}").json()["state"] == "running", "its beginning")
            assert other.delete(f"{RUNS}/{run}").status_code == 202
            assert wait_until_over(other, run)["state"] == "cancelled"


def test_old_runs_are_forgotten_with_time(tmp_path: Path) -> None:
    settings = ServiceSettings(str(tmp_path / "service.db"))
    store = SqliteRunStore(Path(settings.db))
    store.add(RunRow("old", "done", "x", 1.0, 2.0, 1), {})
    runs = Runs(settings, store, Metrics())
    runs.tend()
    assert store.newest(10) == []
    runs.close()


def test_a_scenario_that_fails_while_it_is_simulated_says_why(tmp_path: Path) -> None:
    """Nobody knows beforehand that somebody still waits when the last agent leaves."""
    queue = {
        "name": "q",
        "arrivals": {"gap_s": {"dist": "exponential", "mean": 10}, "count": 50},
        "talk_s": 30,
    }
    groups = [{"name": "g", "agents": 1, "shifts": [{"from": 0, "to": 60}]}]
    scenario = quick(run={"until": "drained", "replications": 1}, groups=groups, inbound=[queue])
    with serving(tmp_path) as client:
        asked = client.post(RUNS, json={"scenario": scenario})
        run = wait_until_over(client, asked.json()["id"])
        assert run["state"] == "failed"
        assert "the run can never end" in run["error"]
        answer = client.get(f"{RUNS}/{run['id']}/result")
        assert answer.status_code == 409
        assert run["error"] in answer.json()["detail"]
        wait_for(lambda: 'ended_total{state="failed"} 1.0' in client.get("/metrics").text, "a count")


@pytest.mark.parametrize("given", [{"replications": 3}, {"seed": 9}, {"set": ["run.replications=3"]}])
def test_what_is_asked_for_beside_the_scenario_is_part_of_it(
    tmp_path: Path, given: dict[str, object]
) -> None:
    with serving(tmp_path) as client:
        run = client.post(RUNS, json={"scenario": quick(), **given}).json()
        kept = client.get(run["links"]["scenario"]).json()["run"]
    assert kept["replications"] == (1 if "seed" in given else 3)
    assert kept["seed"] == given.get("seed", 1)
