"""The consumers' call centre and the service: how fast a run is, and what fifty clients at once find."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from bench.commands import CALLFLOOR, wall_s
from bench.table import Figure

CLIENTS = 50
SMALL = ("/healthz", "/readyz", "/api/v1/scenarios", "/api/v1/runs?count=10", "/api/v1/scenarios/erlang-a")
"""Answered at once, whatever runs."""

PAUSE_S = 0.2
"""From one request of a client to its next: as often as a page that is looked at asks."""


@dataclass(slots=True)
class Found:
    """What all clients have found together."""

    small_s: list[float] = field(default_factory=list)
    runs: int = 0
    full: int = 0
    errors: int = 0


@contextmanager
def serving() -> Iterator[tuple[str, int]]:
    """Serve on a free port of this machine; yield the address and the process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [*CALLFLOOR, "serve", "--port", str(port), "--db", str(Path(folder, "runs.db"))]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            here = f"http://127.0.0.1:{port}"
            _wait_for(here, process)
            yield here, process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _wait_for(here: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError(f"the service ended with status {process.returncode}")
        try:
            if httpx2.get(f"{here}/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the service is not ready")


def ask_until_workbook(here: str) -> float:
    """Ask for a thousand consumers and fetch the workbook; return how long it takes, seconds."""
    began = time.perf_counter()
    answer = httpx2.post(f"{here}/api/v1/run_simulation", data={"noOfCustomers": "1000"}, timeout=60)
    book = httpx2.get(here + answer.headers["location"])
    taken_s = time.perf_counter() - began
    if not (answer.status_code == book.status_code == 200 and book.content.startswith(b"PK")):
        raise RuntimeError(f"no workbook: {answer.status_code}, {book.status_code}")
    return taken_s


async def load(here: str, lasts_s: float) -> Found:
    """Have fifty clients ask for a while: ten for runs, forty five times a second for small things."""
    found = Found()
    until = time.perf_counter() + lasts_s
    await asyncio.gather(*(_client(here, number, until, found) for number in range(CLIENTS)))
    return found


async def _client(here: str, number: int, until: float, found: Found) -> None:
    # Bare streams: a client library would take more of the machine than the service does.
    host, _, port = here.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    turn = number
    await asyncio.sleep(PAUSE_S * number / CLIENTS)
    while time.perf_counter() < until:
        turn += 1
        began = time.perf_counter()
        if number < CLIENTS // 5:
            status = await _answer(reader, writer, "POST", "/api/v1/run_simulation", b"noOfCustomers=5000")
            found.runs += status == 200
            found.full += status == 429
            found.errors += status not in (200, 429)
        else:
            status = await _answer(reader, writer, "GET", SMALL[turn % len(SMALL)], b"")
            found.small_s.append(time.perf_counter() - began)
            found.errors += status != 200
        await asyncio.sleep(max(0.0, PAUSE_S - (time.perf_counter() - began)))
    writer.close()


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str, path: str, body: bytes
) -> int:
    """Ask over a connection that is kept; return the status of the answer."""
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    writer.write(head.encode() + body)
    answer = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", answer, re.IGNORECASE)
    if length is None:
        raise RuntimeError(f"{path}: expected an answer that says its length")
    await reader.readexactly(int(length[1]))
    return int(answer.split(b" ", 2)[1])


def memory_mb(process: int) -> float:
    """Return the resident memory of a process and its children in MB."""
    ids = [process, *_children(process)]
    texts = [Path(f"/proc/{each}/status").read_text() for each in ids]
    return sum(int(re.findall(r"VmRSS:\s+(\d+)", text)[0]) for text in texts) * 1024 / 1e6


def _children(process: int) -> list[int]:
    found = []
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                parent = int((each / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == process:
                found.append(int(each.name))
    return found


def measure(quick: bool = False) -> list[Figure]:
    """All of it."""
    size = (10_000, 1_000) if quick else (1_000_000, 10_000)
    sets = ["--set", f"consumers.count={size[0]}", "--set", f"groups.agents.agents={size[1]}"]
    large_s = wall_s([*CALLFLOOR, "simulate", "consumers", *sets, "--replications", "1"])
    with serving() as (here, process):
        ask_until_workbook(here)
        small_s = min(ask_until_workbook(here) for _ in range(2 if quick else 10))
        asyncio.run(load(here, 1.0 if quick else 60.0))
        before_mb = memory_mb(process)
        found = asyncio.run(load(here, 2.0 if quick else 60.0))
        after_mb = memory_mb(process)
    ordered = sorted(found.small_s)
    p50_ms, p99_ms = (1e3 * ordered[int(share * len(ordered))] for share in (0.5, 0.99))
    return [
        Figure(
            f"`consumers`, {size[0]:,} consumers and {size[1]:,} agents, cold",
            f"{large_s:.2f} s",
            "under 10 s",
            large_s < 10,
        ),
        Figure(
            "service, 1,000 consumers and 20 agents: from request to workbook",
            f"{small_s:.2f} s",
            "under 0.5 s",
            small_s < 0.5,
        ),
        Figure(
            f"service, {CLIENTS} clients: small answers",
            f"half within {p50_ms:.1f} ms, 99 % within {p99_ms:.1f} ms, of {len(ordered):,}",
            "99 % within 50 ms",
            p99_ms < 50,
        ),
        Figure(
            "… meanwhile",
            f"{found.runs:,} runs done, {found.full:,} answered 429, {found.errors} errors",
            "no errors",
            found.errors == 0,
        ),
        Figure(
            "… memory, service and workers",
            f"{before_mb:.0f} MB before, {after_mb:.0f} MB after",
            "flat",
            after_mb < 1.1 * before_mb,
        ),
    ]


if __name__ == "__main__":
    for figure in measure(quick="--quick" in sys.argv):
        print(f"{figure.what}: {figure.value} ({figure.aim})")
