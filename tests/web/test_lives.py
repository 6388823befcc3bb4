"""The lives of a service: how it starts, who may use it, how it is ended or dies, what is left then."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from tests.web.service_process import COMMAND, QUICK, SLOW, serve, wait_for


def callfloor(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [COMMAND, *arguments], cwd=folder, capture_output=True, text=True, timeout=30, check=False
    )


def test_sigterm_ends_it_and_what_it_runs_and_its_results_survive(tmp_path: Path) -> None:
    with serve(tmp_path, "--workers", "2") as service:
        done = service.wait(service.ask(QUICK)["id"], "done")
        result = service.client.get(done["links"]["result"]).content
        run = service.ask(SLOW)["id"]
        service.wait(run, "running")
        heard: list[str] = []

        def listen() -> None:
            with service.client.stream("GET", f"/api/v1/runs/{run}/events") as stream:
                heard.extend(line for line in stream.iter_lines() if line.startswith("event"))

        listener = threading.Thread(target=listen)
        listener.start()
        wait_for(lambda: heard, "the first event")
        assert service.end() == 0
        listener.join()
        assert heard[-1] == "event: end"
        assert [line for line in service.logged() if line["level"] != "info"] == []
    with serve(tmp_path, "--workers", "1") as service:
        assert service.run(done["id"]) == done
        assert service.client.get(done["links"]["result"]).content == result
        ended = service.run(run)
        assert (ended["state"], ended["error"]) == ("cancelled", "the service was stopped")


def test_after_a_kill_what_was_unfinished_has_failed_and_no_worker_goes_on(tmp_path: Path) -> None:
    with serve(tmp_path, "--workers", "1") as service:
        done = service.wait(service.ask(QUICK)["id"], "done")
        running, waiting = (service.ask(SLOW)["id"] for _ in range(2))
        service.wait(running, "running")
        assert service.end(signal.SIGKILL) == -signal.SIGKILL
    with serve(tmp_path, "--workers", "1") as service:
        for run in (running, waiting):
            found = service.wait(run, "failed")
            assert found["error"] == "the service was stopped"
        assert service.run(done["id"]) == done
        assert {line["run"] for line in service.logged()} == {running, waiting}
        service.wait(service.ask(QUICK)["id"], "done")


def test_sigint_ends_it_too_even_where_all_its_processes_get_it(tmp_path: Path) -> None:
    with serve(tmp_path, "--workers", "1") as service:
        service.wait(service.ask(QUICK)["id"], "done")
        os.killpg(service.process.pid, signal.SIGINT)
        assert service.process.wait(30) == 0
        assert "Traceback" not in service.said()


def test_where_the_line_is_full_it_says_when_to_ask_again(tmp_path: Path) -> None:
    with serve(tmp_path, "--workers", "1", "--line", "1") as service:
        service.ask(SLOW)
        waiting = service.ask(SLOW)
        answer = service.client.post("/api/v1/runs", json=QUICK)
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
        assert len(service.client.get("/api/v1/runs").json()) == 2
        assert "callfloor_runs_refused_total 1.0" in service.client.get("/metrics").text
        service.client.delete(waiting["links"]["self"])
        service.ask(QUICK)


def test_where_others_reach_it_it_asks_for_tokens_and_says_so(tmp_path: Path) -> None:
    db = ("--db", str(tmp_path / "service.db"))
    with serve(tmp_path, "--workers", "1", "--host", "0.0.0.0") as service:
        assert "it asks for a token, and there is none: callfloor token create NAME" in service.said()
        assert service.client.get("/api/v1/runs").status_code == 401
        assert service.client.get("/healthz").status_code == 200
        made = callfloor(tmp_path, "token", "create", "ci", *db)
        token = {"Authorization": f"Bearer {made.stdout.strip()}"}
        run = service.ask(QUICK, **token)
        wait_for(
            lambda: service.client.get(run["links"]["self"], headers=token).json()["state"] == "done",
            "the end of the run",
        )
        assert callfloor(tmp_path, "token", "delete", "ci", *db).returncode == 0
        assert service.client.get("/api/v1/runs", headers=token).status_code == 401
        assert made.stdout.strip() not in service.said()
        callfloor(tmp_path, "token", "create", "other", *db)
    with serve(tmp_path, "--workers", "1", "--host", "0.0.0.0") as service:
        assert "it asks for a token; there are 1." in service.said()


def test_old_runs_are_forgotten(tmp_path: Path) -> None:
    with serve(tmp_path, "--workers", "1", "--keep-days", "0.000001") as service:
        service.wait(service.ask(QUICK)["id"], "done")
    with serve(tmp_path, "--workers", "1") as service:
        wait_for(lambda: service.client.get("/api/v1/runs").json() == [], "old runs forgotten")


def test_a_port_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = callfloor(tmp_path, "serve", "--port", str(port))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (f"callfloor: cannot listen at 127.0.0.1:{port}: is another service there?\n")


@pytest.mark.parametrize("host", ["203.0.113.1", "no.such.host.invalid", "a..b", "1.2.3.4.5"])
def test_a_host_that_is_not_this_machine_is_told_in_one_line(tmp_path: Path, host: str) -> None:
    ended = callfloor(tmp_path, "serve", "--port", "0", "--host", host)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("callfloor: --host: expected an address")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("db", ["nowhere/service.db", ".", "postgresql://host/db", "notes.txt"])
def test_a_database_that_cannot_be_used_is_told_in_one_line(tmp_path: Path, db: str) -> None:
    (tmp_path / "notes.txt").write_text("no database\n" * 100)
    ended = callfloor(tmp_path, "serve", "--port", "0", "--db", db)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("callfloor: ")
    assert ended.stderr.count("\n") == 1
