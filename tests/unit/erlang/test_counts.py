"""Probabilities of counts add up to 1, and agree with exact arithmetic where they are largest."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from callfloor.erlang.counts import drained_probability, poisson_probability


@pytest.mark.parametrize("mean", [1e-3, 0.7, 5.0, 30.0, 1_000.0, 1e6])
def test_poisson_counts_add_up(mean: float) -> None:
    spread = 12.0 * math.sqrt(mean) + 30.0
    counts = range(max(0, int(mean - spread)), int(mean + spread))
    assert math.fsum(poisson_probability(count, mean) for count in counts) == pytest.approx(1.0, abs=1e-13)


@pytest.mark.parametrize("rates", [0.03, 1.0, 7.5, 5_000.0, 1e7])
@pytest.mark.parametrize("time", [1e-4, 0.02, 0.7, 2.0])
def test_drained_counts_add_up(rates: float, time: float) -> None:
    mean = rates * math.expm1(time)
    spread = 12.0 * math.sqrt(mean * math.exp(time)) + 400.0
    counts = range(max(0, int(mean - spread)), int(mean + spread))
    step = max(1, len(counts) // 20_000)
    if step == 1:
        total = math.fsum(drained_probability(count, rates, time) for count in counts)
        assert total == pytest.approx(1.0, abs=1e-12)
    likeliest = int(mean)
    ratio = drained_probability(likeliest + 1, rates, time) / drained_probability(likeliest, rates, time)
    assert ratio == pytest.approx((rates + likeliest) / (likeliest + 1) * -math.expm1(-time), rel=1e-12)


def test_against_fractions() -> None:
    exact = Fraction(math.comb(39, 20)) * Fraction(1, 2) ** 40
    assert drained_probability(20, 20.0, math.log(2.0)) == pytest.approx(float(exact), rel=1e-14)
    assert poisson_probability(3, 2.0) == pytest.approx(math.exp(-2.0) * 8.0 / 6.0, rel=1e-14)
