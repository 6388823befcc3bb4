"""The service with its runs on PostgreSQL."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.contract.stores import empty_database
from tests.web.service_process import COMMAND, QUICK, serve, wait_for


def test_runs_outlive_the_service_and_a_second_one_is_refused(tmp_path: Path) -> None:
    url = empty_database()
    with serve(tmp_path, "--workers", "1", "--db", url) as service:
        run = service.client.post("/api/v1/runs", json=QUICK).json()
        where = f"/api/v1/runs/{run['id']}"
        wait_for(lambda: service.client.get(where).json()["state"] == "done", "a run that is done")
        report = service.client.get(f"/api/v1/reports/{run['id']}.json").content
        second = [COMMAND, "serve", "--port", "0", "--db", url]
        refused = subprocess.run(second, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert refused.returncode == 2
        assert "another process is serving on this database" in refused.stderr
        assert refused.stderr.count("\n") == 1
    with serve(tmp_path, "--workers", "1", "--db", url) as service:
        assert service.client.get(where).json()["state"] == "done"
        assert service.client.get(f"/api/v1/reports/{run['id']}.json").content == report
