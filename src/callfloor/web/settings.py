"""What the service is told."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """Where the service listens, what it keeps, and how much it takes on at once."""

    db: str
    host: str = "127.0.0.1"
    port: int = 5000
    workers: int = 2
    """Processes that simulate."""
    line: int = 16
    """Runs that may wait for one."""
    keep_s: float = 7 * 86_400.0
    """How long a run and its reports are kept."""
    longest_s: float = 600.0
    """A run that takes longer is ended."""
    grace_s: float = 5.0
    """What runs when the service is ended has so long to finish."""
    calls_most: float = 50_000_000.0
    """A run in which more calls than this are to be expected is refused, all replications together."""
    agents_most: int = 100_000
    body_most: int = 1_000_000
    """Bytes of a request."""

    @property
    def is_open(self) -> bool:
        """Whether only this machine reaches it, so that no token is asked for."""
        return is_this_machine(self.host)


def is_this_machine(host: str) -> bool:
    """Whether a name or address is one by which only this machine is reached."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
