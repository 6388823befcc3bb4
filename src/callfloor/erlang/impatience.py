"""Erlang A (M/M/n+M): a call that finds every agent busy waits until its patience runs out."""

from __future__ import annotations

import math

from callfloor.erlang.delay import erlang_c
from callfloor.erlang.figures import (
    MOST,
    SERVICE_LEVEL_S,
    Figures,
    WaitPercentiles,
    require_limit_s,
    require_positive,
)
from callfloor.erlang.waiting_line import WaitingLine

MOST_WAITING = 1_000_000
"""The longest limited queue."""


def erlang_a(
    load_erlangs: float,
    agents: float,
    handle_s: float,
    patience_s: float,
    *,
    queue_limit: int = 0,
    service_level_s: float = SERVICE_LEVEL_S,
    percentiles: bool = True,
) -> Figures:
    """Return the figures of a queue whose callers give up, each after an exponential time of their own.

    `patience_s` is the mean of that time, infinite for callers who stay. A call that would wait beyond
    `queue_limit` others is blocked; 0 stands for no limit, as in a scenario file. Between whole numbers of
    agents it uses the continuous extension of Erlang B. Most of the work is in the percentiles of the wait;
    without `percentiles` they are None.

    Computed from the birth-death chain of the queue (M/M/n/n+K+M) without approximation: relative errors are
    under 1e-11 up to 10,000 agents, those of service levels absolute; the share of calls beyond a percentile
    is right to 1e-11. A `p_blocked` under 1e-18 may come out as 0. Sources: Palm 1957; Garnett, Mandelbaum,
    Reiman, "Designing a call center with impatient customers", 2002; Mandelbaum and Zeltyn, "Service
    engineering in action: the Palm/Erlang-A queue", 2007.

    Raises ValueError naming a bad number, or saying that the queue grows without limit.
    """
    line = waiting_line(load_erlangs, agents, handle_s, patience_s, queue_limit)
    require_limit_s("service_level_s", service_level_s)
    if line is None:
        return erlang_c(load_erlangs, agents, handle_s, service_level_s=service_level_s)
    answered_after = line.answered_after(service_level_s)
    within = _share(line.p_at_once + (line.p_answered_later - answered_after))
    abandoned_within = _share(line.p_abandon - (line.waiting_at(service_level_s) - answered_after))
    return Figures(
        p_wait=_share(line.p_wait),
        p_abandon=_share(line.p_abandon),
        p_blocked=_share(line.p_blocked),
        mean_wait_s=line.mean_queue / line.arrivals_per_s / (line.p_answered + line.p_abandon),
        asa_s=line.asa_s(),
        wait_s=_percentiles_s(line) if percentiles else None,
        service_level=within,
        service_level_net=_share(within / (1.0 - abandoned_within)),
        mean_queue=line.mean_queue,
        occupancy=_share(line.p_answered * load_erlangs / agents),
    )


def waiting_line(
    load_erlangs: float, agents: float, handle_s: float, patience_s: float, queue_limit: int
) -> WaitingLine | None:
    """Return the waiting line of these numbers, None where it is Erlang C's. Raises ValueError."""
    require_positive("load_erlangs", load_erlangs, MOST)
    require_positive("agents", agents, MOST)
    require_positive("handle_s", handle_s)
    if not patience_s > 0.0:
        raise ValueError(f"patience_s: expected a number over 0 (0 would be Erlang B), found {patience_s!r}")
    if queue_limit not in range(MOST_WAITING + 1):
        raise ValueError(
            f"queue_limit: expected a whole number from 0 (none) to {MOST_WAITING:,}, found {queue_limit!r}"
        )
    if math.isinf(patience_s) and not queue_limit:
        return None
    return WaitingLine(load_erlangs, agents, handle_s, patience_s, queue_limit or None)


def _share(value: float) -> float:
    """Take the last bits of rounding off a share of calls."""
    return min(max(value, 0.0), 1.0)


def _percentiles_s(line: WaitingLine) -> WaitPercentiles:
    """Return the percentiles of the wait of the answered."""
    found_s: list[float] = []
    for beyond in (0.5, 0.1, 0.05, 0.01):
        found_s.append(_exceeded_s(line, beyond, found_s[-1] if found_s else 0.0))
    return WaitPercentiles(*found_s)


def _exceeded_s(line: WaitingLine, beyond: float, from_s: float) -> float:
    """Return the wait that this share of the answered calls exceeds, 0 if fewer wait at all.

    It is no less than `from_s`. The logarithm of the share falls ever faster with the wait (a wait of stages
    has a log-concave density), so that it is nearly straight and false position (the Illinois rule) takes few
    steps; each keeps the wait between two known bounds.
    """
    wanted = beyond * line.p_answered
    if line.p_answered_later <= wanted:
        return 0.0

    def excess(time_s: float) -> float:
        return math.log(max(line.answered_after(time_s), 1e-300) / wanted)

    low_s, low = from_s, excess(from_s)
    step_s = 0.1 * from_s or line.asa_s()
    while (high := excess(low_s + step_s)) > 0.0:
        slope = (low - high) / step_s
        low_s, low = low_s + step_s, high
        step_s = 1.01 * high / slope if slope > 0.0 else 2.0 * step_s
    high_s, kept = low_s + step_s, 0
    for _ in range(100):
        time_s = (low_s * high - high_s * low) / (high - low)
        found = excess(time_s)
        if abs(found) < 1e-12 or high_s - low_s <= 1e-13 * high_s:
            break
        if found > 0.0:
            low_s, low = time_s, found
            high, kept = (high / 2.0, 1) if kept == 1 else (high, 1)
        else:
            high_s, high = time_s, found
            low, kept = (low / 2.0, -1) if kept == -1 else (low, -1)
    return time_s
