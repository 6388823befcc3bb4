"""The three models in numbers, for every peer.

- **A**, `erlang-a`: one queue, exponential everything. The exact answers are in `EXACT_A`.
- **B**, `multi-skill`: three queues, four groups with preferences, priorities, patience and wrap-up. Talk and
  wrap-up are one duration, because no figure here needs to know where one ends. That saves each peer an event
  which Callfloor has.
- **C**, a pooled power campaign: at every event the ringing lines are topped up to twice the ready agents.

The first calls are not counted (`figures.WARM_UP`). After the last one nobody comes any more, and the run
ends when all have left.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

EXACT_A = {"p_wait": 0.28868, "p_abandon": 0.02322, "asa_s": 2.660, "service_level": 0.9461}

AGENTS_A = 100
HANDLE_S = 180.0
CALLS_PER_S = 95.0 / 180.0
PATIENCE_S = 120.0
LIMIT_S = 20.0

AGENTS_C = 50
DIAL_RATIO = 2.0
RING_LOW_S, RING_HIGH_S = 5.0, 25.0
HUMAN = 0.3
TALK_S = 120.0
ANSWER_WITHIN_S = 2.0


@dataclass(frozen=True, slots=True)
class Queue:
    """An inbound queue of model B. A smaller `priority` goes first where an agent likes both alike."""

    name: str
    calls_per_s: float
    patience_s: float
    priority: int
    limit_s: float
    handle: Callable[[Random], float]


@dataclass(frozen=True, slots=True)
class Group:
    """Agents with the same skills: the preference for each queue, 1 first."""

    name: str
    agents: int
    skills: dict[str, int]


def handle_support(rng: Random) -> float:
    """Exponential talk and constant wrap-up."""
    return rng.expovariate(1.0 / 170.0) + 10.0


SIGMA = math.sqrt(math.log1p((150.0 / 210.0) ** 2))
MU = math.log(210.0) - SIGMA * SIGMA / 2.0


def handle_sales(rng: Random) -> float:
    """Lognormal talk, mean 210 and standard deviation 150, and constant wrap-up."""
    return rng.lognormvariate(MU, SIGMA) + 30.0


SHAPE = (220.0 / 180.0) ** 2
SCALE = 180.0**2 / 220.0


def handle_billing(rng: Random) -> float:
    """Gamma talk, mean 220 and standard deviation 180, and exponential wrap-up."""
    return rng.gammavariate(SHAPE, SCALE) + rng.expovariate(1.0 / 20.0)


QUEUES = (
    Queue("support", 960.0 / 3600.0, 120.0, 1, 20.0, handle_support),
    Queue("sales", 450.0 / 3600.0, 90.0, 0, 15.0, handle_sales),
    Queue("billing", 450.0 / 3600.0, 240.0, 1, 30.0, handle_billing),
)

GROUPS = (
    Group("support team", 45, {"support": 1, "sales": 2}),
    Group("sales team", 30, {"sales": 1, "billing": 2}),
    Group("billing team", 23, {"billing": 1, "support": 2}),
    Group("all-rounders", 20, {"support": 3, "sales": 3, "billing": 3}),
)


def groups_for(queue: Queue) -> tuple[int, ...]:
    """Where a call looks for a ready agent: best preference first, then as in the file."""
    able = [i for i, group in enumerate(GROUPS) if queue.name in group.skills]
    return tuple(sorted(able, key=lambda i: (GROUPS[i].skills[queue.name], i)))


def tiers_of(group: Group) -> tuple[tuple[int, ...], ...]:
    """Where an agent looks for a call: the best tier first, within one the longest wait."""
    tiers: dict[tuple[int, int], list[int]] = {}
    for i, queue in enumerate(QUEUES):
        if queue.name in group.skills:
            tiers.setdefault((group.skills[queue.name], queue.priority), []).append(i)
    return tuple(tuple(tiers[key]) for key in sorted(tiers))


SEARCH = tuple(groups_for(queue) for queue in QUEUES)
TIERS = tuple(tiers_of(group) for group in GROUPS)
