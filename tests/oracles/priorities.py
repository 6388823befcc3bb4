"""Several agents and several priorities (M/M/c): nobody gives up, no call is cut short, talk is the same.

Source: Kella and Yechiali, "Waiting times in the non-preemptive priority M/M/c queue", 1985.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Priority:
    """What calls of one priority meet: share that waits, mean wait of all in seconds, calls waiting."""

    p_wait: float
    mean_wait_s: float
    mean_queue: float


def by_priority(agents: int, talk_s: float, arrivals_per_h: Sequence[float]) -> list[Priority]:
    """Return the figures of each class of calls, the first being served first.

    `talk_s` is the mean of the exponential talk of every class. P(wait) is that of Erlang C under the load of
    all classes; class k waits P(wait) talk_s / c / ((1 - r(k-1)) (1 - r(k))) on average, r(k) being the load
    of the first k classes per agent. Raises ValueError where the load is not under the agents.
    """
    load = sum(arrivals_per_h) / 3600.0 * talk_s
    if load >= agents:
        raise ValueError(f"expected a load under {agents} erlangs, found {load:g}: the queue grows for ever")
    p_wait = _p_wait(load, agents)
    found, above = [], 0.0
    for rate_per_h in arrivals_per_h:
        here = above + rate_per_h / 3600.0 * talk_s / agents
        mean_wait_s = p_wait * talk_s / agents / ((1.0 - above) * (1.0 - here))
        found.append(Priority(p_wait, mean_wait_s, rate_per_h / 3600.0 * mean_wait_s))
        above = here
    return found


def _p_wait(load: float, agents: int) -> float:
    """Erlang C, from Erlang B by its recursion over the agents."""
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked / (1.0 - load / agents * (1.0 - blocked))
