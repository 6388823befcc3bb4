"""Only a service that nobody but this machine reaches is open to all."""

from __future__ import annotations

import pytest

from callfloor.web.settings import ServiceSettings


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.2", "::1"])
def test_an_address_of_this_machine_alone_is_open(host: str) -> None:
    assert ServiceSettings("x.db", host=host).is_open


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "", "10.0.0.1", "192.168.1.7", "example.com", "localhost.example.com", "127.1"],
)  # fmt: skip
def test_any_other_is_not(host: str) -> None:
    assert not ServiceSettings("x.db", host=host).is_open
