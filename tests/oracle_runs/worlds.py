"""Scenarios for exact answers: their times are short, so that many calls fit into few intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callfloor.scenario import Campaign, Group, Inbound, Rate, Run, Scenario
from callfloor.scenario.distributions import Constant, Distribution, Exponential

HUMAN_OR_NOT: Mapping[str, float] = {"human": 0.3, "no_answer": 0.7}
LEADS = 2_000_000_000
"""No end of leads."""

OUT_OF_REACH_S = 1e6


def world(
    *parts: Group | Inbound | Campaign,
    hours: float = 10.0,
    warm_up_h: float = 0.4,
    replications: int = 100,
    **run: Any,
) -> Scenario:
    """Return a scenario of these groups, queues and campaigns. `hours` are measured, after the warm-up."""
    if "until" not in run:
        run |= {"duration": 3600.0 * (hours + warm_up_h), "warm_up": 3600.0 * warm_up_h}
    return Scenario(
        run=Run(replications=replications, **run),
        groups=[part for part in parts if isinstance(part, Group)],
        inbound=[part for part in parts if isinstance(part, Inbound)],
        campaigns=[part for part in parts if isinstance(part, Campaign)],
    )


def agents(count: int, name: str = "agents", **keys: Any) -> Group:
    """Return a group."""
    return Group(name=name, agents=count, **keys)


def calls(per_h: float, talk_s: Distribution | float, name: str = "calls", **keys: Any) -> Inbound:
    """Return a queue; a number stands for the mean of exponential times."""
    keys = {"arrivals": Rate(rate_per_h=per_h)} | keys
    return Inbound(name=name, talk_s=times(talk_s), **keys)


def times(given: Distribution | float) -> Distribution:
    """Return a distribution; a number stands for the mean of exponential times."""
    return Exponential(mean=given) if isinstance(given, int | float) else given


def people(
    ring_s: Distribution | float,
    talk_s: Distribution | float,
    *,
    outcome: Mapping[str, float] = HUMAN_OR_NOT,
    name: str = "people",
    **keys: Any,
) -> Campaign:
    """Return a campaign that never tries again and connects answers at once or not at all."""
    usual: dict[str, Any] = {
        "leads": LEADS,
        "abandon_rate_max": 1.0,
        "answer_within_s": 0.0,
        "ring_timeout_s": OUT_OF_REACH_S,
        "retry_after_s": {},
        "max_attempts": 1,
        "cooldown_s": 0.0,
    }
    return Campaign(name=name, outcome=outcome, ring_s=times(ring_s), talk_s=times(talk_s), **(usual | keys))


def constant(value_s: float) -> Constant:
    """Return a time that is always the same."""
    return Constant(value_s)


def mean_and_sd(times: Distribution) -> tuple[float, float]:
    """Return the mean and the standard deviation."""
    return times.mean, times.variance**0.5
