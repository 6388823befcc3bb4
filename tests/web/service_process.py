"""`callfloor serve` in a process of its own, on a port that is free, ended with all its processes."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2

COMMAND = str(Path(sys.executable).parent / "callfloor")
WAIT_S = 30.0

SLOW: dict[str, Any] = {"scenario": "erlang-a", "replications": 900}
"""Takes minutes."""

QUICK: dict[str, Any] = {
    "scenario": "erlang-a",
    "set": ["run.duration=10m", "run.warm_up=0"],
    "replications": 2,
}


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Wait until a condition holds; fails where it never does."""
    give_up_at = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < give_up_at, f"never happened: {what}"
        time.sleep(0.02)


class ServiceProcess:
    """A service that is being served."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.errors = folder / f"stderr-{time.monotonic_ns()}"
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [COMMAND, "serve", "--port", "0", "--db", str(folder / "service.db"), *options],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )
        wait_for(lambda: self.port or self.process.poll() is not None, "a service that listens")
        self.client = httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=WAIT_S)
        wait_for(lambda: self.client.get("/healthz").status_code == 200, "a service that answers")

    def said(self) -> str:
        """What it has said on standard error."""
        return self.errors.read_text(encoding="utf-8")

    def logged(self) -> list[dict[str, Any]]:
        """The lines of its log."""
        return [json.loads(line) for line in self.said().splitlines() if line.startswith("{")]

    @property
    def port(self) -> int:
        """Where it listens; 0 as long as it does not say."""
        found = re.search(r"^Callfloor at http://\S+:(\d+),", self.said(), re.MULTILINE)
        return int(found[1]) if found else 0

    def ask(self, run: dict[str, Any], **headers: str) -> dict[str, Any]:
        """Ask for a run, which is taken on."""
        answer = self.client.post("/api/v1/runs", json=run, headers=headers)
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def run(self, run: str) -> dict[str, Any]:
        """A run as it is."""
        found: dict[str, Any] = self.client.get(f"/api/v1/runs/{run}").json()
        return found

    def wait(self, run: str, *states: str) -> dict[str, Any]:
        """Wait until a run is in one of these states, and return it."""
        wait_for(lambda: self.run(run)["state"] in states, f"run {run} is {' or '.join(states)}")
        return self.run(run)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal to the service alone and return its exit status; none of its processes is left."""
        self.process.send_signal(number)
        status = self.process.wait(WAIT_S)
        wait_for(lambda: not self.left(), "the end of all its processes")
        return status

    def left(self) -> list[str]:
        """Its processes, workers and all."""
        found = []
        for each in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                state, _, _, session = each.read_text().rpartition(")")[2].split()[:4]
                if session == str(self.process.pid) and state != "Z":
                    found.append(each.parent.name)
        return found


@contextlib.contextmanager
def serve(folder: Path, *options: str) -> Iterator[ServiceProcess]:
    """A service until the end of the block."""
    service = ServiceProcess(folder, *options)
    try:
        yield service
    finally:
        service.client.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(service.process.pid, signal.SIGKILL)
        service.process.wait(WAIT_S)
