"""The best fixed ratio in hindsight: the one that would have kept agents busiest within the law."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

from bench.pacing.floors import Floor
from bench.pacing.rules import PROGRESSIVE, Rule, fixed
from bench.pacing.run import Outcome

MOST_LINES = 100.0
FINEST = 0.02
"""Ratios of large floors are tried this far apart; those of small ones wherever they make a difference."""

FIRST_TRIED = 1.3
"""Where the search begins; from there it goes on in steps that double."""

FRONTIER_STEPS = 4
"""So many ratios beside those of the search, for the frontier in the plot."""

Find = Callable[[Rule], Outcome]


@dataclass(frozen=True, slots=True)
class Hindsight:
    """Fixed ratios, from low to high, with what they came to, and the best one that keeps the law.

    Where even one line an agent breaks it, the best is that all the same: no ratio dials less.
    """

    tried: tuple[tuple[float, Outcome], ...]
    best: float
    outcome: Outcome


def ratios(floor: Floor, highest: float) -> list[float]:
    """Ratios from 1 at which the number of lines of a floor can change, or in fine steps on a large one.

    With `j` agents ready, `floor(ratio x j)` lines ring: that changes at whole numbers of lines over `j`.
    """
    if floor.agents > 25:
        return [1.0 + FINEST * step for step in range(math.ceil((highest - 1.0) / FINEST) + 1)]
    changes = {
        lines / ready
        for ready in range(1, floor.agents + 1)
        for lines in range(ready, math.ceil(highest * ready) + 1)
    }
    return sorted(each for each in changes if each <= highest)


def hindsight(floor: Floor, find: Find) -> Hindsight:
    """Search for the best ratio: more lines keep agents busier and more people are abandoned.

    Two ratios above the first that breaks the law are tried too, lest chance has the last word.
    """
    highest = min(MOST_LINES, 4.0 / min(floor.answer_rates))
    every = ratios(floor, highest)
    found: dict[float, Outcome] = {1.0: find(PROGRESSIVE)}

    def of(place: int) -> Outcome:
        ratio = every[place]
        if ratio not in found:
            found[ratio] = find(fixed(ratio))
        return found[ratio]

    low, high = 0, bisect_left(every, FIRST_TRIED)
    while high < len(every) and of(high).lawful:
        low, high = high, 2 * high
    high = min(high, len(every))
    while high - low > 1:
        middle = (low + high) // 2
        if of(middle).lawful:
            low = middle
        else:
            high = middle
    for place in range(high + 1, min(high + 3, len(every))):
        of(place)
    for step in range(1, FRONTIER_STEPS + 1):
        of(min(len(every) - 1, round(1.6 * high * step / FRONTIER_STEPS)))
    lawful = [each for each in found if found[each].lawful] or [1.0]
    best = max(lawful, key=lambda each: found[each].whole.occupancy)
    return Hindsight(tuple(sorted(found.items())), best, found[best])
