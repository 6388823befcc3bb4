"""/healthz, /readyz and /metrics of a worker: what an orchestrator and Prometheus ask for."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable

from callfloor.live.worker import Worker
from callfloor.web.worker_figures import WorkerFigures

READ_WITHIN_S = 5.0
LONGEST_REQUEST = 8192
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"

Answer = tuple[int, str, bytes]
"""Status, content type, body."""

REASONS = {200: "OK", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}


class Probes:
    """Answers a worker's probes on a socket that listens."""

    def __init__(self, worker: Worker, figures: WorkerFigures) -> None:
        self.worker = worker
        self.figures = figures
        self.pages: dict[str, Callable[[], Answer]] = {
            "/healthz": self.health,
            "/readyz": self.ready,
            "/metrics": lambda: (200, PROMETHEUS, self.figures.text()),
        }

    async def serve(self, listening: socket.socket) -> asyncio.Server:
        """Answer from now on."""
        return await asyncio.start_server(self.answer, sock=listening, limit=LONGEST_REQUEST)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer."""
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), READ_WITHIN_S)
            status, kind, body = self.page(head)
            lines = (
                f"HTTP/1.1 {status} {REASONS[status]}",
                f"Content-Type: {kind}",
                f"Content-Length: {len(body)}",
                "Cache-Control: no-store",
                "Connection: close",
            )
            writer.write("\r\n".join((*lines, "", "")).encode() + body)
            await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            # Whoever asked has gone, or asked for nothing that could be answered.
            pass
        finally:
            writer.close()

    def page(self, head: bytes) -> Answer:
        """The answer to a request's head."""
        method, path, *_ = [*head.split(b"\r\n", 1)[0].decode("latin-1").split(), "", ""]
        if method != "GET":
            return told(405, error="expected GET")
        page = self.pages.get(path.partition("?")[0])
        return told(404, error=f"expected one of {', '.join(self.pages)}") if page is None else page()

    def health(self) -> Answer:
        """Whether the process does its turns; if not, it may as well be started anew."""
        silent_s = self.worker.silent_s()
        return told(200 if silent_s < 10 * self.worker.lease_s else 503, last_turn_s=round(silent_s, 3))

    def ready(self) -> Answer:
        """Whether the process takes floors."""
        worker = self.worker
        reasons = []
        if worker.draining:
            reasons.append("it is being drained")
        if worker.board is None:
            reasons.append("there is no connection to the carrier")
        if worker.silent_s() > worker.lease_s:
            reasons.append("the database could not be reached for longer than a lease")
        return told(503 if reasons else 200, reasons=reasons, floors=len(worker.tenures))


def told(status: int, **what: object) -> Answer:
    """An answer as JSON."""
    return status, "application/json", json.dumps(what).encode() + b"\n"
