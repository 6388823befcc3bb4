"""One agent, calls that wait for as long as it takes: M/M/1, M/D/1, M/G/1 with every distribution, G/M/1."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import pytest

from callfloor.scenario import Gaps
from callfloor.scenario.distributions import (
    Distribution,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Lognormal,
    Triangular,
    Uniform,
    Weibull,
)
from tests.oracle_runs.chains import Waits, any_gaps
from tests.oracle_runs.checking import BUCKET, Case, Check, figures, little
from tests.oracle_runs.worlds import agents, calls, constant, mean_and_sd, world
from tests.oracles.single_server import md1_wait_within, mg1_mean_wait_s, mm1_wait_within

PER_H = 1200.0


def of_waits(load: float, mean_wait_s: float, p_wait: float, narrow: float) -> Iterator[Check]:
    """Check what follows from the mean wait by Little's law."""
    yield from figures("queues.calls", p_wait=p_wait, p_abandon=0.0)
    yield from figures("queues.calls", mean_wait_s=mean_wait_s, asa_s=mean_wait_s, narrow=narrow)
    yield from figures("queues.calls", mean_queue=PER_H / 3600.0 * mean_wait_s, narrow=narrow)
    yield from figures("groups.agents", occupancy=load, calls_per_agent_h=PER_H, narrow=0.015)
    yield from figures("groups.agents", agent_wait_s=3600.0 / PER_H * (1.0 - load))
    yield little(narrow=0.002)


def any_talk(name: str, talk_s: Distribution, narrow: float = 0.035) -> Case:
    """M/G/1: Pollaczek and Khinchine's mean wait."""

    def checks() -> Iterator[Check]:
        mean_s, sd_s = mean_and_sd(talk_s)
        load = PER_H / 3600.0 * mean_s
        yield from of_waits(load, mg1_mean_wait_s(PER_H, mean_s, sd_s), load, narrow)

    return Case(f"M/G/1, {name}", world(agents(1), calls(PER_H, talk_s)), checks)


ANY_TALK = [
    any_talk("gamma, wide", Gamma(mean=1.0, sd=1.4), 0.05),
    any_talk("gamma, narrow", Gamma(mean=1.2, sd=0.5)),
    any_talk("lognormal", Lognormal(mean=1.1, sd=1.1), 0.05),
    any_talk("hyperexponential", Hyperexponential(p=0.8, mean1=0.6, mean2=2.4), 0.05),
    any_talk("erlang", Erlang(mean=1.2, k=4)),
    any_talk("weibull, falling", Weibull(shape=0.8, scale=0.9), 0.05),
    any_talk("weibull, rising", Weibull(shape=2.5, scale=1.3)),
    any_talk("triangular", Triangular(low=0.2, mode=0.5, high=2.9)),
    any_talk("uniform", Uniform(low=0.0, high=2.4)),
    any_talk("empirical", Empirical(values=(0.5, 0.7, 0.7, 1.0, 1.2, 3.0))),
]


def distribution(
    name: str, talk_s: Distribution, limit_s: float, within: Callable[[float, float, float], float]
) -> Case:
    """M/M/1 and M/D/1: the share of calls answered within a limit, and the percentiles."""
    load = PER_H / 3600.0 * talk_s.mean

    def checks() -> Iterator[Check]:
        share = within(PER_H, talk_s.mean, limit_s)
        yield from figures("queues.calls", service_level=share, service_level_net=share, narrow=0.01)
        mean_s, sd_s = mean_and_sd(talk_s)
        yield from of_waits(load, mg1_mean_wait_s(PER_H, mean_s, sd_s), load, 0.04)
        for percent in (50, 90, 95, 99):
            at_s = exceeded_s(lambda time_s: within(PER_H, talk_s.mean, time_s), percent / 100.0)
            narrow = 0.15 if percent == 50 else 0.06
            yield from figures("queues.calls", **{f"wait_s_p{percent}": at_s}, slack=BUCKET, narrow=narrow)

    scene = world(agents(1), calls(PER_H, talk_s, service_level_s=limit_s))
    return Case(f"{name}, within {limit_s:g} s", scene, checks)


def exceeded_s(within: Callable[[float], float], share: float) -> float:
    """The wait that no more than this share of the calls stay under, by halving."""
    low, high = 0.0, 1000.0
    if within(0.0) >= share:
        return 0.0
    while high - low > 1e-9:
        middle = (low + high) / 2.0
        low, high = (middle, high) if within(middle) < share else (low, middle)
    return high


DISTRIBUTIONS = [
    *(distribution("M/M/1", Exponential(mean=1.2), limit_s, mm1_wait_within) for limit_s in (0.6, 3.0)),
    *(distribution("M/D/1", constant(1.65), limit_s, md1_wait_within) for limit_s in (0.8, 1.65, 4.1)),
]


def gaps(name: str, gap_s: Distribution, transform: Callable[[float], float]) -> Case:
    """G/M/1: gaps that are not exponential."""
    talk_s = 1.5

    def checks() -> Iterator[Check]:
        exact: Waits = any_gaps(transform, talk_s)
        yield from of_waits(talk_s / 3.0, exact.mean_wait_s, exact.p_wait, 0.05)
        yield from figures("queues.calls", service_level=exact.within(1.0))

    queue_ = calls(0.0, talk_s, arrivals=Gaps(gap_s=gap_s), service_level_s=1.0)
    return Case(f"G/M/1, {name}", world(agents(1), queue_), checks)


OTHER_GAPS = [
    gaps("constant gaps", constant(3.0), lambda s: math.exp(-3.0 * s)),
    gaps("erlang gaps", Erlang(mean=3.0, k=3), lambda s: (1.0 + s) ** -3),
    gaps(
        "uniform gaps", Uniform(low=1.0, high=5.0), lambda s: (math.exp(-s) - math.exp(-5.0 * s)) / (4.0 * s)
    ),
    gaps("gamma gaps", Gamma(mean=3.0, sd=4.5), lambda s: (1.0 + 6.75 * s) ** (-1.0 / 2.25)),
]

CASES = [*ANY_TALK, *DISTRIBUTIONS, *OTHER_GAPS]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_one_agent(case: Case) -> None:
    case.verify()
