"""The service with its runs on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from tests.contract.stores import empty_database
from tests.web.service_process import QUICK, SLOW, serve


def test_runs_outlive_the_service(tmp_path: Path) -> None:
    url = empty_database()
    with serve(tmp_path, "--workers", "1", "--db", url) as service:
        done = service.wait(service.ask(QUICK)["id"], "done")
        result = service.client.get(done["links"]["result"]).content
    with serve(tmp_path, "--workers", "1", "--db", url) as service:
        assert service.run(done["id"]) == done
        assert service.client.get(done["links"]["result"]).content == result


def test_two_services_answer_for_all_runs(tmp_path: Path) -> None:
    url = empty_database()
    with (
        serve(tmp_path, "--workers", "1", "--db", url) as one,
        serve(tmp_path, "--workers", "1", "--db", url) as other,
    ):
        done = one.wait(one.ask(QUICK)["id"], "done")
        assert other.run(done["id"]) == done
        assert other.client.get(done["links"]["result"]).status_code == 200
        running = one.ask(SLOW)["id"]
        other.wait(running, "running")
        other.client.delete(f"/api/v1/runs/{running}")
        assert one.wait(running, "cancelled")["error"] != "the service was stopped"
