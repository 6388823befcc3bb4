"""Arrivals as they are said to be, and days whose rate changes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest

from callfloor.scenario import Gaps, Group, Inbound, Period, Profile, Rate
from callfloor.scenario.arrivals import Arrivals
from callfloor.scenario.distributions import Gamma
from callfloor.sim.replication import Replication
from tests.oracle_runs.checking import Amount, Case, Check, by_row, figures, mean, queue, quotient
from tests.oracle_runs.worlds import agents, calls, times, world
from tests.oracles.time_varying import Between, all_between, between

RATES_PER_H = (1800.0, 2400.0, 3600.0, 2600.0, 1800.0)
STEP_S = 900.0
COUNT, TALK_S, PATIENCE_S = 10, 15.0, 12.0


def day(name: str, from_s: float, to_s: float, replications: int, narrow: float) -> Case:
    """What calls that come between two times meet, the floor being empty at 0; by the figures of a run."""

    def checks() -> Iterator[Check]:
        exact = between(
            agents=COUNT,
            talk_s=TALK_S,
            patience_s=PATIENCE_S,
            profile_per_h=RATES_PER_H,
            interval_s=STEP_S,
            from_s=from_s,
            to_s=to_s,
        )
        of = "queues.calls"
        yield from figures(of, offered=exact.offered)
        yield from figures(of, abandoned=exact.abandoned, p_abandon=exact.p_abandon, narrow=narrow)
        yield from figures(of, mean_wait_s=exact.mean_wait_s, mean_queue=exact.mean_queue, narrow=narrow)
        yield from figures(of, p_wait=exact.p_wait, narrow=narrow)
        yield from figures("groups.agents", occupancy=exact.occupancy, narrow=0.02)

    hours, warm_up_h = (to_s - from_s) / 3600.0, from_s / 3600.0
    return Case(
        f"a day, {name}", world(*floor(), hours=hours, warm_up_h=warm_up_h, replications=replications), checks
    )


def floor() -> tuple[Group, Inbound]:
    """Agents and callers of the day."""
    profile = Profile(profile_per_h=RATES_PER_H, interval=STEP_S)
    return agents(COUNT), calls(0.0, TALK_S, arrivals=profile, patience_s=times(PATIENCE_S))


def by_quarters() -> Case:
    """The same day, half an hour by half an hour, by the rows of a run."""

    def checks() -> Iterator[Check]:
        edges_s = [STEP_S * (place + 1) for place in range(len(RATES_PER_H))]
        every = all_between(
            agents=COUNT,
            talk_s=TALK_S,
            patience_s=PATIENCE_S,
            profile_per_h=RATES_PER_H,
            interval_s=STEP_S,
            edges_s=edges_s,
        )
        for place, exact in enumerate(every):
            yield from of_quarter(exact, place)

    scene = world(*floor(), hours=STEP_S * len(RATES_PER_H) / 3600.0, warm_up_h=0.0, replications=500)
    return Case("a day by quarters", scene, checks)


def of_quarter(exact: Between, place: int) -> Iterator[Check]:
    """Check what happens in a quarter of the day."""

    def its(name: str, kind: str = "queues") -> Amount:
        def amount(run: Replication) -> float:
            rows = by_row(getattr(run, kind)[0], name)
            each = int(STEP_S / run.interval_s)
            assert each * run.interval_s == STEP_S
            return math.fsum(rows[place * each : (place + 1) * each])

        return amount

    at = f"quarter {place + 1}: "
    yield mean(at + "offered", exact.offered, its("offered"))
    yield quotient(at + "p_wait", exact.p_wait, its("waited"), its("offered"), narrow=0.1)
    yield quotient(at + "mean_wait_s", exact.mean_wait_s, its("wait_s"), its("offered"), narrow=0.2)
    yield mean(at + "queue_s", exact.queue_s, its("queue_s"), narrow=0.2)
    yield mean(at + "talking_s", exact.busy_s, its("talking_s", "groups"), narrow=0.02)


DAYS = [
    day("the first five minutes", 0.0, 300.0, 1000, 0.35),
    day("the rush", 1500.0, 2800.0, 500, 0.04),
    day("afterwards", 2700.0, 4500.0, 500, 0.08),
]


def counted(name: str, arrivals: Arrivals, expected: Sequence[float]) -> Case:
    """Calls of a Poisson stream: counts of intervals are Poisson of these means, and do not know each other.

    More or less of a spread would show in the squares, one count that follows from another in those of sums.
    """

    def counts(run: Replication) -> list[float]:
        return list(by_row(run.queues[0], "offered"))

    def apart(run: Replication) -> list[float]:
        return [count - each for count, each in zip(counts(run), expected, strict=True)]

    def spread(run: Replication) -> float:
        return math.fsum(far**2 / each for far, each in zip(apart(run), expected, strict=True))

    def skew(run: Replication) -> float:
        return math.fsum(far**3 / each for far, each in zip(apart(run), expected, strict=True))

    def of_neighbours(run: Replication) -> float:
        far = [a + b for a, b in pairwise(apart(run))]
        return math.fsum(each**2 / (a + b) for each, (a, b) in zip(far, pairwise(expected), strict=True))

    def checks() -> Iterator[Check]:
        total, intervals = math.fsum(expected), len(expected)
        yield from figures("queues.calls", offered=total, narrow=0.015)
        yield mean("spread of counts", intervals, spread, narrow=0.05)
        yield mean("skew of counts", intervals, skew, narrow=0.25)
        yield mean("spread of neighbours", intervals - 1, of_neighbours, narrow=0.06)
        yield mean("spread of all", total, lambda run: (queue("offered")(run) - total) ** 2, narrow=0.4)
        none = math.fsum(math.exp(-each) for each in expected)
        yield mean("intervals without calls", none, lambda run: counts(run).count(0.0), narrow=0.05)

    queue_ = calls(0.0, 0.5, arrivals=arrivals, when_busy="block")
    scene = world(agents(1), queue_, hours=len(expected) / 3600.0, warm_up_h=0.1, replications=1200)
    return Case(f"arrivals, {name}", scene, checks)


def profiled(per_s: Sequence[float], step_s: float, warm_up_s: float, intervals: int) -> list[float]:
    """What a profile lets expect in each second after the warm-up."""

    def upto(at_s: float) -> float:
        place = int(at_s / step_s)
        return math.fsum(per_s[:place]) * step_s + (at_s - place * step_s) * per_s[min(place, len(per_s) - 1)]

    return [upto(warm_up_s + second + 1.0) - upto(warm_up_s + second) for second in range(intervals)]


WAVES = (1.5, 3.0, 0.5, 2.5, 4.0, 1.0)
"""Calls a second, again and again, in steps of 3.7 s."""


def renewed() -> Case:
    """So many gaps of any distribution: the last call comes at their sum."""
    gap_s = Gamma(mean=2.0, sd=3.0)

    def last_s(run: Replication) -> float:
        return run.measured_s

    def checks() -> Iterator[Check]:
        yield from figures("queues.calls", offered=200.0, blocked=200.0)
        yield mean("the last call", 200 * gap_s.mean, last_s)
        far = 200 * gap_s.mean
        yield mean("its variance", 200 * gap_s.variance, lambda run: (last_s(run) - far) ** 2, narrow=0.3)

    queue_ = calls(0.0, 1.0, arrivals=Gaps(gap_s=gap_s, count=200), when_busy="block")
    gone = agents(1, shifts=[Period(start_s=0.0, end_s=1e-9)])
    return Case("arrivals, counted gaps", world(gone, queue_, replications=1000, until="drained"), checks)


REPEATED = WAVES * 25
CASES = [
    *DAYS,
    by_quarters(),
    counted("a rate", Rate(rate_per_h=7200.0), [2.0] * 100),
    counted(
        "a profile",
        Profile(profile_per_h=tuple(3600.0 * each for each in REPEATED), interval=3.7),
        profiled(REPEATED, 3.7, 360.0, 100),
    ),
    renewed(),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_arrivals_and_days(case: Case) -> None:
    case.verify()
