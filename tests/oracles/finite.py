"""A queue with a limit (M/M/n/n+K, or +M with impatient callers): who finds it full is blocked.

A birth-death chain: Palm 1957; Cooper, "Introduction to queueing theory", 1981.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tests.oracles.chains import shares_of_levels


@dataclass(frozen=True)
class Finite:
    """The figures of a limited queue.

    Shares are of all offered calls, the blocked included; `mean_wait_s` is over all but the blocked, however
    their wait ended; `asa_s` over the answered.
    """

    p_block: float
    p_wait: float
    p_abandon: float
    mean_wait_s: float
    asa_s: float
    mean_queue: float
    occupancy: float


def finite(
    *, agents: int, arrivals_per_h: float, talk_s: float, waiting_room: int, patience_s: float = math.inf
) -> Finite:
    """Return the figures with room for so many waiting calls.

    `waiting_room` 0 is none at all (Erlang B; `when_busy = "block"` in a scenario), otherwise a scenario's
    `queue_limit`. Talk is exponential with mean `talk_s`, patience with mean `patience_s`, infinite for
    callers who stay. A call that finds j ahead of it is answered with the probability
    n/h / (n/h + (j + 1)/p); its stages with i = j, … 0 ahead then take 1 / (n/h + (i + 1)/p) each.
    """
    rate_per_s = arrivals_per_h / 3600.0
    leaving = 1.0 / patience_s
    states = range(1, agents + waiting_room + 1)
    deaths = [min(i, agents) / talk_s + max(i - agents, 0) * leaving for i in states]
    shares = shares_of_levels([rate_per_s] * len(deaths), deaths)
    mean_queue = math.fsum(max(i - agents, 0) * share for i, share in enumerate(shares))
    answered_s, stages_s = 0.0, 0.0
    p_answered = math.fsum(shares[:agents])
    for ahead in range(waiting_room):
        stage = agents / talk_s + (ahead + 1) * leaving
        stages_s += 1.0 / stage
        answered = shares[agents + ahead] * agents / talk_s / stage
        p_answered += answered
        answered_s += answered * stages_s
    return Finite(
        p_block=shares[-1],
        p_wait=math.fsum(shares[agents:-1]),
        p_abandon=mean_queue * leaving / rate_per_s,
        mean_wait_s=mean_queue / rate_per_s / (1.0 - shares[-1]),
        asa_s=answered_s / p_answered,
        mean_queue=mean_queue,
        occupancy=math.fsum(min(i, agents) * share for i, share in enumerate(shares)) / agents,
    )
