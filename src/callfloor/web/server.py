"""The server under the service: where it listens, and how it ends."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
from typing import Any

import uvicorn

from callfloor.failures import RunError, UsageError
from callfloor.web.pool import KILL_AFTER_S
from callfloor.web.runs import Runs

WAITING_CONNECTIONS = 2048
NOT_OURS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 is any that is free.

    Raises UsageError for a host that is none of this machine, RunError for a port that cannot be had.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, address = found[0][0], found[0][4]
    except (socket.gaierror, ValueError):
        raise UsageError(f"--host: expected an address or a name of this machine, found {host!r}") from None
    try:
        return socket.create_server(address[:2], family=family, backlog=WAITING_CONNECTIONS)
    except OSError as error:
        if error.errno in NOT_OURS:
            raise UsageError(f"--host: expected an address of this machine, found {host!r}") from None
        reason = "is another service there?" if error.errno == errno.EADDRINUSE else error.strerror
        raise RunError(f"cannot listen at {host}:{port}: {reason}") from None


def url_of(host: str, listening: socket.socket) -> str:
    """Return where the service is, as a browser has it."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{listening.getsockname()[1]}"


class Server(uvicorn.Server):
    """A server that ends its runs before its connections, so that whoever waits for one is told."""

    def __init__(self, app: Any, runs: Runs) -> None:
        whole_s = runs.settings.grace_s + KILL_AFTER_S + 2.0
        super().__init__(
            uvicorn.Config(
                app, log_config=None, access_log=False, timeout_graceful_shutdown=int(whole_s), lifespan="on"
            )
        )
        self.runs = runs

    def serve_at(self, listening: socket.socket) -> None:
        """Serve until SIGTERM or SIGINT. Raises RunError where the service cannot start."""
        for each in (signal.SIGINT, signal.SIGTERM):
            # uvicorn sends itself the signal again when it has ended: that has been obeyed by then.
            signal.signal(each, self._end)
        try:
            self.run(sockets=[listening])
        except SystemExit:
            raise RunError("the service cannot start; its log says why") from None
        finally:
            listening.close()

    def _end(self, *_: object) -> None:
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """See uvicorn."""
        stopping = asyncio.create_task(asyncio.to_thread(self.runs.stop))
        await super().shutdown(sockets)
        await stopping
