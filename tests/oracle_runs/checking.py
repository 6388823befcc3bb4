"""What was found against what is exact: when a difference is too large to be chance.

Every check of the suite may fail by chance with the same small probability, and all of them together with
FAMILY_ERROR (Bonferroni). Seeds are fixed: what passes once passes until the draws or the rules change. A
check that could not tell a mistake is a failure as well: the limits must be narrow enough.
"""

from __future__ import annotations

import math
import os
import zlib
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from callfloor.scenario import Scenario
from callfloor.sim.replication import Columns, Replication
from callfloor.sim.result import Result
from callfloor.sim.runner import simulate
from callfloor.sim.statistics import Sampled, ratio, student_t_95

FAMILY_ERROR = 1e-4
"""How likely it is that any check at all fails by chance, seeds being drawn anew."""

MOST_CHECKS = 1000
"""No fewer than there are; a test counts them."""

EACH_ERROR = FAMILY_ERROR / MOST_CHECKS
"""How likely it is that one fails."""

FACTOR = int(os.environ.get("CALLFLOOR_ORACLE_FACTOR", "1"))
"""So many times the usual replications."""

NARROW = 0.025
"""Limits are no wider than this share of the exact value, unless a check says otherwise."""

BUCKET = 0.005
"""Percentiles are the middles of buckets, off by at most so much."""

Amount = Callable[[Replication], float]


@dataclass(frozen=True, slots=True)
class Check:
    """An exact value and how to find it.

    Shares of the exact value: `slack` is an error that the figure may have beside chance, `narrow` the widest
    that the limits may be.
    """

    name: str
    exact: float
    sampled: Callable[[Result], Sampled]
    slack: float = 0.0
    narrow: float = NARROW

    def judge(self, result: Result) -> Finding:
        """Return what was found, and the limits."""
        sampled = self.sampled(result)
        estimate = sampled.estimate()
        assert estimate.mean is not None, f"{self.name}: found no value"
        assert estimate.half_width is not None, f"{self.name}: found no half-width"
        degrees = len(sampled.sizes) - 1
        sd = estimate.half_width / student_t_95(degrees)
        half_width = sd * student_t(degrees, EACH_ERROR) + self.slack * abs(self.exact)
        return Finding(self, estimate.mean, sd, half_width)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, its standard deviation, and half the width of what chance leaves around it."""

    check: Check
    found: float
    sd: float
    half_width: float

    def agrees_with(self, exact: float) -> bool:
        """Whether a value lies within the limits; where nothing is left to chance, to 9 digits."""
        return abs(self.found - exact) <= max(self.half_width, 1e-9 * abs(exact))

    @property
    def is_right(self) -> bool:
        """Whether the exact value lies within the limits."""
        return self.agrees_with(self.check.exact)

    @property
    def is_narrow(self) -> bool:
        """Whether the limits could tell a mistake."""
        return self.half_width <= self.check.narrow * abs(self.check.exact)

    @property
    def deviations(self) -> float:
        """How many standard deviations the found value is off, beside what it may be off."""
        off = self.found - self.check.exact
        beyond = max(abs(off) - self.check.slack * abs(self.check.exact), 0.0)
        return math.copysign(beyond, off) / self.sd if self.sd > 0.0 else 0.0

    def __str__(self) -> str:
        exact = self.check.exact
        share = 100.0 * self.half_width / abs(exact) if exact else 0.0
        return (
            f"{self.check.name}: found {self.found:.6g}, exact {exact:.6g}, limits ± {self.half_width:.2g} "
            f"({share:.2f} %), {self.deviations:+.2f} sd"
        )


@dataclass(frozen=True, eq=False)
class Case:
    """A scenario and what is exact about it. Checks are made when needed: some oracles take a while."""

    name: str
    scenario: Scenario
    make_checks: Callable[[], Iterable[Check]]

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """What is exact."""
        return tuple(self.make_checks())

    def __str__(self) -> str:
        return self.name

    def run(self) -> Result:
        """Simulate it, from a seed of its own."""
        return _simulated(self)

    def findings(self) -> list[Finding]:
        """Return what every check finds."""
        result = self.run()
        return [check.judge(result) for check in self.checks]

    def verify(self) -> None:
        """Fail for what is not as it should be."""
        add_up(self.run(), self.scenario)
        findings = self.findings()
        wrong = [str(each) for each in findings if not each.is_right]
        assert not wrong, f"{self.name}: not as exact:\n" + "\n".join(wrong)
        blunt = [str(each) for each in findings if not each.is_narrow]
        assert not blunt, f"{self.name}: limits too wide to tell a mistake:\n" + "\n".join(blunt)


@lru_cache(maxsize=3)
def _simulated(case: Case) -> Result:
    scenario = case.scenario
    seed, replications = zlib.crc32(case.name.encode()), FACTOR * scenario.run.replications
    return simulate(scenario, seed=seed, replications=replications, workers=1)


# Checks.


def figures(of: str, *, slack: float = 0.0, narrow: float = NARROW, **exact: float) -> list[Check]:
    """Check figures of a result: `figures("queues.calls", p_wait=0.3)`. A percentile is `wait_s_p90`."""
    found = []
    for name, value in exact.items():
        key = name.replace("wait_s_p", "wait_s.p")
        found.append(_figure(of, key, value, slack, narrow))
    return found


def _figure(of: str, key: str, exact: float, slack: float, narrow: float) -> Check:
    section, _, name = of.partition(".")

    def sampled(result: Result) -> Sampled:
        found: Sampled = getattr(result, section)[name].sampled(key)
        return found

    return Check(f"{of}.{key}", exact, sampled, slack, narrow)


def quotient(
    name: str, exact: float, above: Amount, below: Amount, *, slack: float = 0.0, narrow: float = NARROW
) -> Check:
    """Check a ratio of means over replications."""

    def sampled(result: Result) -> Sampled:
        every = result.replications
        return ratio([above(each) for each in every], [below(each) for each in every])

    return Check(name, exact, sampled, slack, narrow)


def mean(name: str, exact: float, of: Amount, *, narrow: float = NARROW) -> Check:
    """Check a mean over replications."""
    return quotient(name, exact, of, lambda _: 1.0, narrow=narrow)


def queue(*names: str, place: int = 0) -> Amount:
    """What a replication has in a queue's columns, added up."""
    return lambda replication: sum(replication.queues[place].total(name) for name in names)


def group(*names: str, place: int = 0) -> Amount:
    """The same of a group."""
    return lambda replication: sum(replication.groups[place].total(name) for name in names)


def campaign(*names: str, place: int = 0) -> Amount:
    """The same of a campaign."""
    return lambda replication: sum(replication.campaigns[place].total(name) for name in names)


def by_row(columns: Columns, name: str) -> array[float]:
    """What a column holds, interval by interval."""
    return columns.rows[columns.columns.index(name) :: len(columns.columns)]


def hours(replication: Replication) -> float:
    """The measured time in hours."""
    return replication.measured_s / 3600.0


def blocked(exact: float, *, place: int = 0, narrow: float = NARROW) -> Check:
    """Check the share of calls that are turned away."""
    return quotient(
        "blocked / offered",
        exact,
        queue("blocked", place=place),
        queue("offered", place=place),
        narrow=narrow,
    )


def little(*, place: int = 0, narrow: float = NARROW) -> Check:
    """Check Little's law: calls waiting x time is what the calls that come in then wait, in the long run."""
    return quotient(
        f"queue {place + 1}: queue_s / wait_s",
        1.0,
        queue("queue_s", place=place),
        queue("wait_s", place=place),
        narrow=narrow,
    )


# What must add up in every single run.


def add_up(result: Result, scenario: Scenario) -> None:
    """Fail unless all calls and all seconds of agents are accounted for, in each replication."""
    for replication in result.replications:
        for columns in replication.queues:
            _queue_adds_up(columns.totals(), sum(columns.waits))
        for record, columns in zip(scenario.groups, replication.groups, strict=True):
            totals = columns.totals()
            agents_s = math.fsum(value for name, value in totals.items() if name.endswith("_s"))
            assert math.isclose(agents_s, record.agents * replication.measured_s, rel_tol=1e-9)
            if record.shifts is None and record.shrinkage == 0.0:
                assert totals["offline_s"] <= 1e-9 * agents_s
            assert totals["agents_used"] <= totals["agents"] == record.agents
        for columns in replication.campaigns:
            _campaign_adds_up(columns.totals())
    if scenario.run.duration is None:
        offered = sum(each.total("offered") for one in result.replications for each in one.queues)
        attempts = sum(each.total("attempts") for one in result.replications for each in one.campaigns)
        assert result.calls == offered + attempts


def _queue_adds_up(totals: dict[str, float], waits: int) -> None:
    ends = (totals[name] for name in ("answered", "abandoned", "blocked", "voicemails"))
    assert totals["offered"] == sum(ends)
    assert totals["abandoned"] <= totals["waited"] <= totals["answered"] + totals["abandoned"]
    assert totals["in_time"] <= totals["answered"] == waits
    assert totals["abandoned_in_time"] <= totals["abandoned"]
    assert 0.0 <= totals["wait_answered_s"] <= totals["wait_s"] * (1.0 + 1e-12)
    assert totals["voicemails"] == totals["callbacks_reached"] <= totals["callbacks"]


def _campaign_adds_up(totals: dict[str, float]) -> None:
    outcomes = sum(value for name, value in totals.items() if name.startswith("outcome_"))
    assert totals["attempts"] == outcomes
    assert totals["human_answers"] == totals["connected"] + totals["abandoned"] + totals["hung_up_early"]
    assert totals["reached"] <= min(totals["leads"], totals["connected"])


# Student's t.


@cache
def student_t(degrees: int, error: float) -> float:
    """Return the t that Student's t exceeds in size with a probability of `error`."""
    low, high = 0.0, 2.0
    while student_beyond(high, degrees) > error:
        high *= 2.0
    while high - low > 1e-10 * high:
        middle = (low + high) / 2.0
        low, high = (middle, high) if student_beyond(middle, degrees) > error else (low, middle)
    return high


def student_beyond(t: float, degrees: int) -> float:
    """Return the probability that Student's t exceeds this in size, with a small relative error.

    The incomplete beta function by its continued fraction: Abramowitz and Stegun, 26.7.1, 26.5.8.
    """
    x = degrees / (degrees + t * t)
    if t * t < 1.0:
        return 1.0 - _beta_share(0.5, degrees / 2.0, 1.0 - x)
    return _beta_share(degrees / 2.0, 0.5, x)


def _beta_share(a: float, b: float, x: float) -> float:
    """I_x(a, b), best for x under (a + 1) / (a + b + 2)."""
    if x <= 0.0:
        return 0.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    fraction = 1.0
    for step in range(200, 0, -1):
        m = step // 2
        if step % 2:
            part = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            part = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        fraction = 1.0 + part / fraction
    return front / (a * fraction)
