"""How many people are busy, as a sum of independent yes-or-no events: by its moments, or exactly for few."""

from __future__ import annotations

from math import exp, sqrt

from callfloor.floor.forecasting import SURE
from callfloor.floor.outlook import HORIZONS, Sum
from callfloor.floor.units import Count, Counts, Rate, Times, grow_times


def open_sum(busy: Sum) -> None:
    """Make room for the horizons."""
    grow_times(busy.means, HORIZONS)
    grow_times(busy.variances, HORIZONS)
    grow_times(busy.thirds, HORIZONS)


def clear(busy: Sum) -> None:
    """Count nobody."""
    for horizon in range(HORIZONS):
        busy.means[horizon] = 0.0
        busy.variances[horizon] = 0.0
        busy.thirds[horizon] = 0.0


def count_chance(busy: Sum, horizon: Count, chance: Rate, times: Rate) -> None:
    """Count so many people who are busy with a chance."""
    spread = times * chance * (1.0 - chance)
    busy.means[horizon] += times * chance
    busy.variances[horizon] += spread
    busy.thirds[horizon] += spread * (1.0 - 2.0 * chance)


def add_up(
    busy: Sum, horizon: Count, chances: Times, ages: Count, counts: Counts, slot: Count, people: Count
) -> None:
    """Count anew so many people, of each age in slots one of the `chances`: `ages` of them for a horizon.

    `counts` has how many began in each slot, by the slot modulo `ages`, a power of two.
    """
    mean: Rate = 0.0
    variance: Rate = 0.0
    third: Rate = 0.0
    first = horizon * ages
    left = people
    age: Count = 0
    while left > 0 and age < ages:
        count = counts[(slot - age) & (ages - 1)]
        if count != 0:
            chance = chances[first + age]
            expected = count * chance
            spread = expected * (1.0 - chance)
            mean += expected
            variance += spread
            third += spread * (1.0 - 2.0 * chance)
            left -= count
        age += 1
    busy.means[horizon] = mean
    busy.variances[horizon] = variance
    busy.thirds[horizon] = third


def chance_to_reach(count: Rate, mean: Rate, variance: Rate, third: Rate) -> Rate:
    """The chance that a sum of independent yes-or-no events comes to `count` at least.

    By the normal law with a correction for skewness (A. Yu. Volkova, "A refinement of the central limit
    theorem for sums of independent random indicators", 1996); the normal law by Abramowitz and Stegun,
    26.2.17.
    """
    above = count - 0.5 - mean
    if variance < SURE:
        return 1.0 if above < 0.0 else 0.0
    deviation = sqrt(variance)
    x = above / deviation
    if x > 8.0:
        return 0.0
    if x < -8.0:
        return 1.0
    density = 0.3989422804014327 * exp(-0.5 * x * x)
    t = 1.0 / (1.0 + 0.2316419 * abs(x))
    tail = (
        density
        * t
        * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    )
    over = tail if x >= 0.0 else 1.0 - tail
    over -= third / (variance * deviation) * (1.0 - x * x) * density / 6.0
    return min(max(over, 0.0), 1.0)


def one_more(shares: Times, first: Count, most: Count, chance: Rate) -> None:
    """Take in somebody who is busy with a chance: `most` and more are told as one."""
    shares[first + most] += shares[first + most - 1] * chance
    for busy in range(most - 1, 0, -1):
        shares[first + busy] = shares[first + busy] * (1.0 - chance) + shares[first + busy - 1] * chance
    shares[first] *= 1.0 - chance
