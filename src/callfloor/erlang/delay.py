"""Erlang C (M/M/n): a call that finds every agent busy waits for as long as it takes."""

from __future__ import annotations

import math

from callfloor.erlang.figures import (
    MOST,
    SERVICE_LEVEL_S,
    Figures,
    WaitPercentiles,
    require_limit_s,
    require_positive,
)
from callfloor.erlang.loss import inverse_blocking


def erlang_c(
    load_erlangs: float, agents: float, handle_s: float, *, service_level_s: float = SERVICE_LEVEL_S
) -> Figures:
    """Return the figures of a queue in which nobody gives up. The load must be below the agents.

    P(wait) = 1 / (1 + (1 - a/n) (1/B - 1)); a call that waits does so for an exponential time of mean
    handle_s / (n - a), so that everything else is in closed form. The relative error is that of 1/B (under
    1e-12 up to 100,000 agents), divided by 1 - a/n. Between whole numbers of agents it uses the continuous
    extension of B. Source: Erlang 1917; Cooper, "Introduction to queueing theory", 1981.

    Raises ValueError naming a bad number, or saying that the queue grows without limit.
    """
    require_positive("load_erlangs", load_erlangs, MOST)
    require_positive("agents", agents, MOST)
    require_positive("handle_s", handle_s)
    require_limit_s("service_level_s", service_level_s)
    if load_erlangs >= agents:
        raise ValueError(
            f"agents: the queue grows without limit: {load_erlangs:g} erlangs need more than "
            f"{math.floor(load_erlangs):,} agents, found {agents:g}"
        )
    spare = agents - load_erlangs
    p_wait = 1.0 / (1.0 + spare / agents * (inverse_blocking(load_erlangs, agents) - 1.0))
    mean_if_waiting_s = handle_s / spare
    within = 1.0 - p_wait * math.exp(-service_level_s / mean_if_waiting_s)
    waits_s = [mean_if_waiting_s * math.log(max(p_wait / beyond, 1.0)) for beyond in (0.5, 0.1, 0.05, 0.01)]
    return Figures(
        p_wait=p_wait,
        p_abandon=0.0,
        p_blocked=0.0,
        mean_wait_s=p_wait * mean_if_waiting_s,
        asa_s=p_wait * mean_if_waiting_s,
        wait_s=WaitPercentiles(*waits_s),
        service_level=within,
        service_level_net=within,
        mean_queue=p_wait * load_erlangs / spare,
        occupancy=load_erlangs / agents,
    )
