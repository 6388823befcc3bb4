"""Where the service listens."""

from __future__ import annotations

import socket

import pytest

from callfloor.failures import RunError, UsageError
from callfloor.web.server import listen, url_of


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:"),
        ("localhost", "http://localhost:"),
        ("::1", "http://[::1]:"),
    ],
)
def test_port_0_is_any_that_is_free(host: str, url: str) -> None:
    with listen(host, 0) as listening:
        port = listening.getsockname()[1]
        assert port > 0
        assert url_of(host, listening) == f"{url}{port}"
        socket.create_connection((host, port)).close()


def test_a_port_that_is_taken_is_told() -> None:
    with listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(RunError, match=f"cannot listen at 127.0.0.1:{port}: is another service there?"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize("host", ["203.0.113.1", "no.such.host.invalid", "a..b", "x" * 100, "\0"])
def test_a_host_that_is_not_this_machine_is_told(host: str) -> None:
    with pytest.raises(UsageError, match="--host: expected an address"):
        listen(host, 0)
