"""Student's t, the jackknife, and percentiles of histograms, against tables and direct computation."""

from __future__ import annotations

import math
import statistics as plain
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from callfloor.sim import tallies
from callfloor.sim.statistics import (
    WAIT_GROWTH,
    WAIT_LEAST_S,
    Estimate,
    PooledWaits,
    Sampled,
    difference,
    jackknife,
    ratio,
    student_t_95,
)

VALUES = st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=40)
PAIRS = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 500)), min_size=2, max_size=30)
WAITS_S = st.lists(
    st.lists(st.one_of(st.just(0.0), st.floats(1e-3, 1e5)), max_size=30), min_size=1, max_size=8
)


def histogram(waits_s: Sequence[float]) -> list[int]:
    """Counts by bucket, as the world makes them, without the zeros at the end."""
    counts = Counter(map(tallies.wait_bucket, waits_s))
    return [counts[bucket] for bucket in range(max(counts, default=-1) + 1)]


def half_width(sampled: Sampled) -> float:
    found = sampled.estimate().half_width
    assert found is not None
    return found


# From mpmath, 30 digits: the root of the incomplete beta function.
@pytest.mark.parametrize(
    ("degrees", "t"),
    [
        (1, 12.7062047361747046),
        (2, 4.30265272974946385),
        (3, 3.18244630528371),
        (5, 2.57058183563631551),
        (9, 2.26215716279820554),
        (10, 2.22813885198627475),
        (19, 2.09302405440831),
        (50, 2.00855911210076111),
        (200, 1.97189622363390938),
        (1000, 1.96233908082640848),
    ],
)
def test_t_against_known_values(degrees: int, t: float) -> None:
    assert student_t_95(degrees) == pytest.approx(t, rel=1e-12)


def test_t_against_its_closed_forms() -> None:
    assert student_t_95(1) == pytest.approx(math.tan(0.475 * math.pi), rel=1e-12)
    assert student_t_95(2) == pytest.approx(0.95 * math.sqrt(2.0 / (1.0 - 0.95**2)), rel=1e-12)


def test_t_falls_to_the_normal_quantile() -> None:
    found = [student_t_95(degrees) for degrees in (*range(1, 230), 10**4, 10**9)]
    assert found == sorted(found, reverse=True)
    assert found[-1] == pytest.approx(plain.NormalDist().inv_cdf(0.975), rel=1e-8)


def test_t_where_the_sums_give_way_to_the_series() -> None:
    below, at, above = student_t_95(199), student_t_95(200), student_t_95(201)
    assert (above - at) / (at - below) == pytest.approx((199.5 / 200.5) ** 2, abs=1e-4)


@pytest.mark.parametrize("degrees", [0, -1])
def test_no_t_without_degrees(degrees: int) -> None:
    with pytest.raises(ValueError, match="degrees of freedom: expected 1 or more"):
        student_t_95(degrees)


@given(VALUES)
def test_interval_of_a_plain_mean_is_the_usual_one(values: list[float]) -> None:
    found = ratio(values, [1.0] * len(values)).estimate()
    usual = student_t_95(len(values) - 1) * plain.stdev(values) / math.sqrt(len(values))
    assert found.mean == pytest.approx(plain.fmean(values), rel=1e-12, abs=1e-12)
    assert found.half_width == pytest.approx(usual, rel=1e-6, abs=1e-9)


@given(VALUES, st.floats(-100.0, 100.0), st.floats(0.01, 100.0))
def test_intervals_shift_and_scale(values: list[float], shift: float, scale: float) -> None:
    ones = [1.0] * len(values)
    before = half_width(ratio(values, ones))
    after = half_width(ratio([shift + scale * value for value in values], ones))
    assert after == pytest.approx(scale * before, rel=1e-6, abs=1e-8)


@given(PAIRS, st.integers(2, 1000))
def test_the_unit_of_numerator_and_denominator_does_not_matter(
    pairs: list[tuple[int, int]], unit: int
) -> None:
    a, b = zip(*pairs, strict=True)
    plainly, scaled = ratio(a, b).estimate(), ratio([unit * x for x in a], [unit * x for x in b]).estimate()
    assert scaled.mean == pytest.approx(plainly.mean, rel=1e-12)
    assert scaled.half_width == pytest.approx(plainly.half_width, rel=1e-6, abs=1e-12)


@given(PAIRS)
def test_a_ratio_is_the_ratio_of_the_means_jackknifed_from_scratch(pairs: list[tuple[int, int]]) -> None:
    def of(some: Sequence[tuple[int, int]]) -> float:
        return sum(a for a, _ in some) / sum(b for _, b in some)

    n = len(pairs)
    leaves = [of(pairs[:i] + pairs[i + 1 :]) for i in range(n)]
    error = math.sqrt((n - 1) / n * sum((leaf - plain.fmean(leaves)) ** 2 for leaf in leaves))
    found = ratio(*zip(*pairs, strict=True)).estimate()
    assert found.mean == pytest.approx(of(pairs), rel=1e-12)
    assert found.half_width == pytest.approx(student_t_95(n - 1) * error, rel=1e-6, abs=1e-10)


def test_a_ratio_by_hand() -> None:
    # (1 + 3) / (2 + 4); without the first 3/4, without the second 1/2: sqrt(1/2 x 2 x (1/8)²) = 1/8.
    found = ratio([1.0, 3.0], [2.0, 4.0]).estimate()
    assert found.mean == pytest.approx(2 / 3)
    assert found.half_width == pytest.approx(student_t_95(1) / 8)


def test_a_constant_count_has_an_interval_of_nothing() -> None:
    assert ratio([7.0] * 3, [1.0] * 3).estimate() == Estimate(7.0, 0.0)


@pytest.mark.parametrize(
    ("numerators", "denominators", "expected"),
    [
        ([], [], Estimate(None, None)),
        ([3.0], [4.0], Estimate(0.75, None)),
        ([0.0], [0.0], Estimate(None, None)),
        ([0.0, 0.0], [0.0, 0.0], Estimate(None, None)),
        ([1.0, 0.0], [2.0, 0.0], Estimate(0.5, None)),
    ],
)
def test_what_has_no_meaning_is_none(
    numerators: list[float], denominators: list[float], expected: Estimate
) -> None:
    assert ratio(numerators, denominators).estimate() == expected


def test_a_function_of_sums() -> None:
    # The square of a mean: 2² = 4; without each of three 2.5², 2², 1.5²; t of two degrees.
    found = jackknife([(1.0, 1.0), (2.0, 1.0), (3.0, 1.0)], lambda sums: (sums[0] / sums[1]) ** 2).estimate()
    leaves = [6.25, 4.0, 2.25]
    error = math.sqrt(2 / 3 * sum((leaf - plain.fmean(leaves)) ** 2 for leaf in leaves))
    assert found.mean == pytest.approx(4.0)
    assert found.half_width == pytest.approx(student_t_95(2) * error)


@given(PAIRS, st.floats(-50.0, 50.0))
def test_what_pairs_have_in_common_cancels(pairs: list[tuple[int, int]], apart: float) -> None:
    n = len(pairs)
    common = [float(a) for a, _ in pairs]
    found = difference(ratio([a + apart for a in common], [1.0] * n), ratio(common, [1.0] * n)).estimate()
    assert found.mean == pytest.approx(apart, abs=1e-9)
    assert found.half_width == pytest.approx(0.0, abs=1e-9)


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=2, max_size=20))
def test_a_difference_of_means_is_the_mean_of_differences(pairs: list[tuple[float, float]]) -> None:
    a, b = zip(*pairs, strict=True)
    ones = [1.0] * len(pairs)
    found = difference(ratio(a, ones), ratio(b, ones)).estimate()
    direct = ratio([x - y for x, y in pairs], ones).estimate()
    assert found.mean == pytest.approx(direct.mean, abs=1e-9)
    assert found.half_width == pytest.approx(direct.half_width, rel=1e-6, abs=1e-9)


def test_no_difference_from_what_has_no_meaning() -> None:
    some, none = ratio([1.0, 2.0], [1.0, 1.0]), ratio([0.0, 0.0], [0.0, 0.0])
    assert difference(some, none).estimate() == Estimate(None, None)
    assert difference(none, some).estimate() == Estimate(None, None)


def test_a_difference_needs_pairs() -> None:
    with pytest.raises(ValueError, match="expected as many replications in both runs, found 2 and 1"):
        difference(ratio([1.0, 2.0], [1.0, 1.0]), ratio([1.0], [1.0]))


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=12), st.data())
def test_groups_of_a_mean_keep_their_weight(means: list[float], data: st.DataObject) -> None:
    """For a mean of groups of any sizes the interval is that of group means weighted by size."""
    sizes = data.draw(st.lists(st.integers(1, 5), min_size=len(means), max_size=len(means)))
    n = sum(sizes)
    whole = math.fsum(m * mean for m, mean in zip(sizes, means, strict=True)) / n
    moves = tuple((n * whole - m * mean) / (n - m) - whole for m, mean in zip(sizes, means, strict=True))
    # Leaving out m of n moves a mean by m (whole - mean) / (n - m): a pseudo-value is the group's mean.
    squares = math.fsum((mean - whole) ** 2 / (n / m - 1.0) for m, mean in zip(sizes, means, strict=True))
    expected = student_t_95(len(means) - 1) * math.sqrt(squares / len(means))
    found = Sampled(whole, moves, tuple(sizes)).estimate()
    assert found.half_width == pytest.approx(expected, rel=1e-6, abs=1e-8)


def test_constants_are_those_that_the_world_counts_by() -> None:
    assert (WAIT_LEAST_S, WAIT_GROWTH) == (tallies.WAIT_LEAST_S, tallies.WAIT_GROWTH)


@given(WAITS_S, st.sampled_from([50, 90, 95, 99]))
def test_percentiles_are_within_half_a_per_cent(waits_s: list[list[float]], percent: int) -> None:
    pooled = sorted(wait_s for each in waits_s for wait_s in each)
    assume(pooled)
    exact = pooled[math.ceil(percent * len(pooled) / 100) - 1]
    found = PooledWaits([histogram(each) for each in waits_s]).percentile(percent).value
    assert found is not None
    assert found == pytest.approx(exact, rel=0.005)


@given(WAITS_S)
def test_percentiles_never_fall(waits_s: list[list[float]]) -> None:
    pooled = PooledWaits([histogram(each) for each in waits_s])
    found = [pooled.percentile(percent).value for percent in range(1, 101)]
    if any(waits_s):
        values = [value for value in found if value is not None]
        assert len(values) == 100
        assert values == sorted(values)
    else:
        assert found == [None] * 100


def test_percentiles_by_hand() -> None:
    pooled = PooledWaits([[6, 0, 3], [0, 0, 0, 1]])
    assert [pooled.percentile(percent).value for percent in (1, 60, 61, 90, 91, 100)] == pytest.approx(
        [0.0, 0.0, 1e-4 * 1.01**1.5, 1e-4 * 1.01**1.5, 1e-4 * 1.01**2.5, 1e-4 * 1.01**2.5]
    )


def test_how_far_a_percentile_moves_is_told_within_the_bucket() -> None:
    # Of 6 waits in one bucket the median lies half way up; without either replication it still does.
    assert PooledWaits([[0, 2], [0, 4]]).percentile(50).moves == pytest.approx((0.0, 0.0))
    # 2 in the first bucket, 2 in the second: half way is the end of the first. Without the first replication
    # (1 and 2) the median is a quarter into the second, without the second (1 and 0) half into the first.
    waits = [[0, 1, 0], [0, 1, 2]]
    end_s = 1e-4 * 1.01
    first, second = PooledWaits(waits).percentile(50).moves
    assert first == pytest.approx(end_s * 1.01**0.25 - end_s)
    assert second == pytest.approx(end_s * 1.01**-0.5 - end_s)


def test_percentiles_of_a_few_waits_far_below_the_first_bucket_do_not_move() -> None:
    assert PooledWaits([[5], [7], [9, 1]]).percentile(50).estimate() == Estimate(0.0, 0.0)


def test_percentiles_where_nobody_is_answered() -> None:
    assert PooledWaits([]).percentile(50).estimate() == Estimate(None, None)
    assert PooledWaits([[], []]).percentile(50).estimate() == Estimate(None, None)
    assert PooledWaits([[0, 0], [0]]).percentile(99).estimate() == Estimate(None, None)
    assert PooledWaits([[0, 3], []]).percentile(50).estimate().half_width is None
    assert PooledWaits([[0, 3]]).percentile(50).estimate().half_width is None


def test_many_replications_are_left_out_in_fifty_groups() -> None:
    pooled = PooledWaits([[0, 1]] * 103)
    assert len(pooled.sizes) == 50
    assert sorted(pooled.sizes) == [2] * 47 + [3] * 3
    assert pooled.percentile(50).sizes == pooled.sizes


def test_every_replication_is_left_out_once() -> None:
    """The last of 103 has most of the waits, in the second bucket: without it the median is in the first."""
    moves = PooledWaits([[0, 1]] * 102 + [[0, 0, 1000]]).percentile(50).moves
    lower = [group for group, move in enumerate(moves) if move is not None and move < -0.5e-6]
    assert lower == [102 % 50]


def test_the_interval_of_a_median_is_about_right() -> None:
    """20 replications of 400 waits spread evenly over the logarithm from 1 s to e s, each shifted."""
    shifts = [0.05 * math.sin(2.0 * place) for place in range(20)]
    waits = [histogram([math.exp(place / 400 + shift) for place in range(400)]) for shift in shifts]
    found = PooledWaits(waits).percentile(50).estimate()
    expected = student_t_95(19) * plain.stdev(shifts) / math.sqrt(20) * math.exp(0.5)
    assert found.mean == pytest.approx(math.exp(0.5), rel=0.02)
    assert found.half_width == pytest.approx(expected, rel=0.1)
