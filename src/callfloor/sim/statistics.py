"""Means over replications and how sure they are: Student's t, the jackknife, percentiles of pooled waits.

Replications are independent of each other; calls within one are not. So an interval comes from how a figure
moves when replications are left out, a group of them at a time: the jackknife (Tukey, "Bias and confidence in
not-quite large samples", 1958). It serves means, ratios of means, percentiles and differences alike.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from operator import add

WAIT_LEAST_S = 1e-4
WAIT_GROWTH = 1.01
"""Bucket 0 of a histogram of waits holds those up to WAIT_LEAST_S. Each bucket from there on reaches to this
many times the end of the one before."""

MOST_GROUPS = 50
"""Groups in which replications are left out for percentiles. More would hardly narrow the interval: with 49
degrees of freedom Student's t is 2.01, and 1.96 at best."""

_NORMAL_975 = 1.959963984540054
_EXACT_UP_TO = 200


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure's mean, and half the width of its 95 % interval; None for what has no meaning in the run."""

    mean: float | None
    half_width: float | None


@dataclass(frozen=True, slots=True)
class Sampled:
    """A figure over all replications, and what becomes of it when a group of them is left out.

    `moves` are the changes, one for each group; `sizes` how many replications a group has.
    """

    value: float | None
    moves: tuple[float | None, ...]
    sizes: tuple[int, ...]

    def estimate(self) -> Estimate:
        """Return the mean and its half-width by Student's t, which is None with fewer than two groups."""
        return Estimate(self.value, self._half_width())

    def _half_width(self) -> float | None:
        """The jackknife for groups of any sizes: Busing, Meijer and Van der Leeden, "Delete-m jackknife for
        unequal m", Statistics and Computing 9, 1999. With groups of one it is the usual one.
        """
        moves = [move for move in self.moves if move is not None]
        groups = len(self.sizes)
        if self.value is None or groups < 2 or len(moves) < groups:
            return None
        n = sum(self.sizes)
        weights = [n / size - 1.0 for size in self.sizes]
        middle = math.fsum(
            weight / (weight + 1.0) * move for weight, move in zip(weights, moves, strict=True)
        )
        squares = math.fsum(
            (weight * move - middle) ** 2 / weight for weight, move in zip(weights, moves, strict=True)
        )
        return student_t_95(groups - 1) * math.sqrt(squares / groups)


def jackknife(rows: Sequence[Sequence[float]], figure: Callable[[Sequence[float]], float | None]) -> Sampled:
    """Return a figure that is a function of the sums of columns, a row of which stands for a replication.

    The function returns None where the figure has no meaning. The sums without a replication are the sums
    less its row, so that the work grows with the number of replications.
    """
    sums = [math.fsum(column) for column in zip(*rows, strict=True)]
    whole = figure(sums) if rows else None
    moves: list[float | None] = []
    for row in rows:
        without = None
        if whole is not None and len(rows) > 1:
            without = figure([total - value for total, value in zip(sums, row, strict=True)])
        moves.append(None if whole is None or without is None else without - whole)
    return Sampled(whole, tuple(moves), (1,) * len(rows))


def ratio(numerators: Sequence[float], denominators: Sequence[float]) -> Sampled:
    """Return a ratio of means over replications, which has no meaning where the denominators are all 0."""
    return jackknife(list(zip(numerators, denominators, strict=True)), _quotient)


def _quotient(sums: Sequence[float]) -> float | None:
    return sums[0] / sums[1] if sums[1] > 0.0 else None


def difference(a: Sampled, b: Sampled) -> Sampled:
    """Return a figure of one run less that of another; replications are left out of both together.

    What the pairs of replications have in common, such as the same people, then cancels out of the interval.
    Raises ValueError for runs of different numbers of replications.
    """
    if a.sizes != b.sizes:
        raise ValueError(
            f"difference: expected as many replications in both runs, found {sum(a.sizes)} and {sum(b.sizes)}"
        )
    moves = [_minus(left, right) for left, right in zip(a.moves, b.moves, strict=True)]
    return Sampled(_minus(a.value, b.value), tuple(moves), a.sizes)


def _minus(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


class PooledWaits:
    """Histograms of waits of all replications together.

    A percentile is the geometric middle of its bucket, and so off by at most 0.5 %; a wait of at most
    WAIT_LEAST_S counts as 0. How it moves when replications are left out is told by the place within the
    bucket (the waits in it taken as even): by middles it would mostly not move at all. The half-width leaves
    out the 0.5 %, and is too narrow where only a few calls wait longer than the percentile.
    """

    def __init__(self, waits: Sequence[Sequence[int]]) -> None:
        groups = min(len(waits), MOST_GROUPS)
        width = max(map(len, waits), default=0)
        self.sizes = tuple(len(range(group, len(waits), groups)) for group in range(groups))
        self._groups = [_cumulative(waits[group::groups], width) for group in range(groups)]
        """For each group of replications, how many waits lie in each bucket or below."""

        self._whole = _cumulative(waits, width)

    def percentile(self, percent: int) -> Sampled:
        """Return the wait, in seconds, that this whole percentage of the calls does not exceed."""
        whole = self._whole
        if not whole or not whole[-1]:
            return Sampled(None, (None,) * len(self.sizes), self.sizes)
        bucket, place = _located(percent, whole.__getitem__, len(whole))
        moves: list[float | None] = []
        for group in self._groups:

            def without(bucket: int, group: list[int] = group) -> int:
                return whole[bucket] - group[bucket]

            if without(-1):
                moves.append(_wait_s(*_located(percent, without, len(whole))) - _wait_s(bucket, place))
            else:
                moves.append(None)
        return Sampled(_wait_s(bucket, 0.5), tuple(moves), self.sizes)


def _cumulative(histograms: Sequence[Sequence[int]], width: int) -> list[int]:
    """The counts of all waits in each of so many buckets or below."""
    counts = [0] * width
    for waits in histograms:
        counts[: len(waits)] = map(add, counts, waits)
    return list(accumulate(counts))


def _located(percent: int, up_to: Callable[[int], int], buckets: int) -> tuple[int, float]:
    """The bucket of a percentile, and how far into it the percentile lies, from 0 to 1.

    `up_to` returns how many waits lie in a bucket or below. The percentile is the least wait that no fewer
    than this percentage of all waits are at most.
    """
    hundredths = percent * up_to(buckets - 1)
    bucket = bisect_left(range(buckets), hundredths, key=lambda bucket: 100 * up_to(bucket))
    before = up_to(bucket - 1) if bucket else 0
    return bucket, (hundredths / 100 - before) / (up_to(bucket) - before)


def _wait_s(bucket: int, place: float) -> float:
    """The wait at a place between the start, 0, and the end, 1, of a bucket, geometrically."""
    return WAIT_LEAST_S * WAIT_GROWTH ** (bucket - 1.0 + place) if bucket else 0.0


@lru_cache(maxsize=256)
def student_t_95(degrees: int) -> float:
    """Return the t that Student's t with so many degrees of freedom exceeds in size with probability 5 %.

    Exact to 1e-11, by the finite sums for the distribution and the series in 1/degrees for its inverse:
    Abramowitz and Stegun, 26.7.3, 26.7.4 and 26.7.5. Raises ValueError for degrees under 1.
    """
    if degrees < 1:
        raise ValueError(f"degrees of freedom: expected 1 or more, found {degrees}")
    t = _expanded_t(degrees)
    if degrees > _EXACT_UP_TO:
        return t
    logarithm = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2) - 0.5 * math.log(degrees * math.pi)
    for _ in range(50):
        density = 2.0 * math.exp(logarithm - (degrees + 1) / 2 * math.log1p(t * t / degrees))
        step = (0.95 - _within(t, degrees)) / density
        t += step
        if abs(step) <= 1e-15 * t:
            break
    return t


def _expanded_t(degrees: int) -> float:
    """The quantile for many degrees of freedom, from the normal one."""
    x = _NORMAL_975
    square = x * x
    first = (square + 1) * x / 4
    second = ((5 * square + 16) * square + 3) * x / 96
    third = (((3 * square + 19) * square + 17) * square - 15) * x / 384
    fourth = ((((79 * square + 776) * square + 1482) * square - 1920) * square - 945) * x / 92160
    return x + (first + (second + (third + fourth / degrees) / degrees) / degrees) / degrees


def _within(t: float, degrees: int) -> float:
    """The probability that Student's t is at most this in size."""
    angle = math.atan2(t, math.sqrt(degrees))
    square = math.cos(angle) ** 2
    if degrees % 2 == 0:
        term = total = 1.0
        for k in range(2, degrees - 1, 2):
            term *= square * (k - 1) / k
            total += term
        return total * math.sin(angle)
    total = 0.0
    term = math.cos(angle)
    for k in range(1, degrees - 1, 2):
        total += term
        term *= square * (k + 1) / (k + 2)
    return (angle + math.sin(angle) * total) * 2.0 / math.pi
