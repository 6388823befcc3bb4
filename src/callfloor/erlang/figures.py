"""The figures of a queue in the long run, and the checks of what they are computed from."""

from __future__ import annotations

import math
from dataclasses import dataclass

SERVICE_LEVEL_S = 20.0
"""The usual limit of the service level."""

MOST = 1e9
"""The most agents or erlangs that are taken; the sums would grow too long to wait for."""


@dataclass(frozen=True, slots=True)
class WaitPercentiles:
    """Waits in seconds that 50, 90, 95 and 99 % of the answered calls do not exceed."""

    p50: float
    p90: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What a queue comes to in the long run. Shares are of the offered calls, blocked ones included.

    `p_wait`: calls that wait (not the blocked); `p_abandon`: calls that give up; `p_blocked`: calls turned
    away; `mean_wait_s`: of all calls but the blocked, however the wait ended; `asa_s` and `wait_s`: of the
    answered; `service_level`: answered within the limit / offered; `service_level_net`: answered within it /
    (offered - abandoned within it); `mean_queue`: calls waiting; `occupancy`: share of the agents' time spent
    on calls. None stands for a figure that has no meaning: the wait of the answered where nobody answers.
    """

    p_wait: float
    p_abandon: float
    p_blocked: float
    mean_wait_s: float | None
    asa_s: float | None
    wait_s: WaitPercentiles | None
    service_level: float
    service_level_net: float | None
    mean_queue: float
    occupancy: float | None


def offered_load(arrivals_per_h: float, handle_s: float) -> float:
    """Return the load in erlangs: the number of agents that calls would keep busy if none were lost.

    Raises ValueError naming what is not a positive number.
    """
    return (
        require_positive("arrivals_per_h", arrivals_per_h) * require_positive("handle_s", handle_s) / 3600.0
    )


def require_positive(name: str, value: float, most: float = math.inf) -> float:
    """Return a number that must be finite, over 0 and at most `most`. Raises ValueError naming it."""
    if not (math.isfinite(value) and value > 0.0):
        raise ValueError(f"{name}: expected a number over 0, found {value!r}")
    if value > most:
        raise ValueError(f"{name}: expected at most {most:,.0f}, found {value!r}")
    return float(value)


def require_limit_s(name: str, value: float) -> float:
    """Return a time that must be finite and 0 or more. Raises ValueError naming it."""
    if not (math.isfinite(value) and value >= 0.0):
        raise ValueError(f"{name}: expected seconds, 0 or more, found {value!r}")
    return float(value)
