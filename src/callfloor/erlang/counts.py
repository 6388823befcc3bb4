"""Probabilities of counts, exact to the last few bits for counts of any size.

Loader's saddle-point form ("Fast and accurate computation of binomial probabilities", 2000) takes the large
terms that cancel out of the logarithm beforehand, so that a count of ten million costs no accuracy; with
`math.lgamma` alone it would leave eight digits.
"""

from __future__ import annotations

import math

_LOG_2_PI = math.log(2.0 * math.pi)


def poisson_probability(count: int, mean: float) -> float:
    """Return the probability of a count where counts are Poisson with this mean, over 0."""
    if count == 0:
        return math.exp(-mean)
    return math.exp(-_stirling_error(count) - _deviance(count, mean) - 0.5 * (_LOG_2_PI + math.log(count)))


def drained_probability(count: int, rates: float, time: float) -> float:
    """Return the probability that by `time` exactly `count` of a row of stages are over.

    The stages follow each other, the i-th (from 0) at the rate `rates` + i; the number of those that are over
    is negative binomial: Γ(r + m) / (Γ(r) m!) e^(-r t) (1 - e^-t)^m.
    """
    if count == 0:
        return math.exp(-rates * time)
    trials = rates + count
    logarithm = (
        _stirling_error(trials)
        - _stirling_error(rates)
        - _stirling_error(count)
        - _deviance(rates, trials * math.exp(-time))
        - _deviance(count, trials * -math.expm1(-time))
        + 0.5 * math.log(rates / (trials * count))
        - 0.5 * _LOG_2_PI
    )
    return math.exp(logarithm)


def _stirling_error(value: float) -> float:
    """Return the error of Stirling's formula: ln Γ(x + 1) - (x + 1/2) ln x + x - ln(2 π) / 2."""
    if value < 16.0:
        return math.lgamma(value + 1.0) - (value + 0.5) * math.log(value) + value - 0.5 * _LOG_2_PI
    square = value * value
    series = 1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / (1188.0 * square)) / square
    return (1.0 / 12.0 - (1.0 / 360.0 - series / square) / square) / value


def _deviance(value: float, mean: float) -> float:
    """Return x ln(x / m) + m - x, by its series in (x - m) / (x + m) where the three terms would cancel."""
    difference = value - mean
    if abs(difference) >= 0.1 * (value + mean):
        return value * math.log(value / mean) - difference
    ratio = difference / (value + mean)
    total = difference * ratio
    power = 2.0 * value * ratio
    for odd in range(3, 41, 2):
        power *= ratio * ratio
        longer = total + power / odd
        if longer == total:
            break
        total = longer
    return total
