"""A desk and a carrier that speak HTTP, a service, a worker, and PostgreSQL between them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callfloor.carriers.port import CarrierEvent
from callfloor.carriers.webhook import signature
from callfloor.carriers.wire import Told, encode
from callfloor.floor.vocabulary import AGENT_GONE
from tests.contract.stores import empty_database
from tests.web.service_process import COMMAND, ServiceProcess, serve, wait_for

FLOORS = """
[[floors]]
name = "north"
agents = ["ann", "bob"]
[[floors.campaigns]]
name = "renewals"
"""


@contextlib.contextmanager
def working(folder: Path, url: str) -> Iterator[None]:
    """A worker until the end of the block."""
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen([COMMAND, "worker", "--db", url, "--name", "one"], stderr=log)
    try:
        yield
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()


def agents(service: ServiceProcess) -> dict[str, int]:
    states: dict[str, int] = service.client.get("/api/v1/floors/north").json()["agents"]
    return {state: count for state, count in states.items() if count}


def tell(service: ServiceProcess, *events: dict[str, Any]) -> dict[str, Any]:
    answer = service.client.post("/api/v1/floors/north/events", json={"events": events})
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_what_is_told_over_http_is_taken_by_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = empty_database()
    (tmp_path / "floors.toml").write_text(FLOORS)
    subprocess.run([COMMAND, "floors", "import", str(tmp_path / "floors.toml"), "--db", url], check=True)
    monkeypatch.setitem(os.environ, "CALLFLOOR_WEBHOOK_KEYS", "an old key,a key")
    with serve(tmp_path, "--workers", "1", "--db", url) as service:
        login = {"event": "agent_logged_in", "agent": "ann", "event_id": "desk/1"}
        assert tell(service, login) == {"taken": 1, "known": 0}
        with working(tmp_path, url):
            wait_for(lambda: agents(service) == {"offline": 1, "ready": 1}, "an agent who is ready")
            [row] = service.client.get("/api/v1/floors").json()
            assert row["worker"].startswith("one-")
            tell(service, {"event": "campaign_started", "campaign": "renewals", "event_id": "s/1"})

            # An agent who has logged out since is not logged in by a request that is sent again.
            tell(service, login | {"event": "agent_logged_out", "event_id": "desk/2"}, login)
            wait_for(lambda: agents(service) == {"offline": 2}, "an agent who is not logged in again")
            tell(service, login | {"event_id": "desk/3"})
            wait_for(lambda: agents(service) == {"offline": 1, "ready": 1}, "an agent who is back")

            line = encode(Told(CarrierEvent(AGENT_GONE, "", "c/1", time.time(), agent_id="ann")))
            timestamp = str(int(time.time()))
            headers = {
                "X-Callfloor-Timestamp": timestamp,
                "X-Callfloor-Signature": signature("a key", timestamp, "north", line),
            }
            path = "/api/v1/floors/north/carrier"
            answer = service.client.post(path, content=line, headers=headers)
            assert answer.json() == {"taken": 1, "known": 0}
            wait_for(lambda: agents(service) == {"offline": 1, "paused": 1}, "an agent without a phone")
            campaign = service.client.get("/api/v1/floors/north").json()["campaigns"][0]
            assert (campaign["name"], campaign["running"]) == ("renewals", True)
        assert [line["event"] for line in service.logged() if "floor" in line].count("events_put_down") == 4
