"""Markov chains in continuous time, in the long run: birth-death chains, and chains whose states have levels.

Nothing is drawn at random. `shares_of_levels` is a product of rates. `long_run` repeats two steps until
nothing changes: each level as a whole is scaled so that as much flows up as down between neighbours (Koury,
McAllister, Stewart, "Iterative methods for computing stationary distributions of nearly completely
decomposable Markov chains", 1984), and every state is set to what its neighbours feed it (Gauss and Seidel),
and somewhat beyond (Young's over-relaxation, 1954). Where nothing changes any more, all flows balance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

State = TypeVar("State", bound=Hashable)
Moves = Iterable[tuple[State, float]]
Sources = list[tuple[int, float]]

UNBALANCED = 1e-14
"""The iteration ends when all states together, of a total of 1, are less than this away from balance."""

BEYOND_ROUNDS = range(10, 500)
"""Rounds that may go beyond balance; if that has not ended by then, it starts again without."""

MOST_ROUNDS = 5000
MOST_LENGTHS = 20_000


@dataclass(frozen=True)
class LongRun(Generic[State]):
    """The share of time that a chain spends in each of its states."""

    shares: dict[State, float]

    def mean(self, of: Callable[[State], float]) -> float:
        """Return the mean of a quantity over time."""
        return math.fsum(of(state) * share for state, share in self.shares.items())

    def share(self, where: Callable[[State], bool]) -> float:
        """Return the share of time in which a condition holds."""
        return math.fsum(share for state, share in self.shares.items() if where(state))


def shares_of_levels(births: Sequence[float], deaths: Sequence[float]) -> list[float]:
    """Return the shares of time in 0, 1, 2, … of a birth-death chain.

    `births[i]` is the rate from i to i + 1, `deaths[i]` that from i + 1 back to i.
    """
    weights = [1.0]
    for birth, death in zip(births, deaths, strict=True):
        weights.append(weights[-1] * birth / death)
        if weights[-1] > 1e250:
            weights = [weight / 1e250 for weight in weights]
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def longest_queue(birth: float, death: Callable[[int], float], beyond: float = 1e-15) -> int:
    """Return the length that a birth-death queue exceeds for at most this share of time.

    It grows at the rate `birth` whatever its length j, and shrinks at `death(j)`, which must not fall with j.
    Raises ValueError where it grows without limit, or too long to keep all its lengths.
    """
    weight = total = 1.0
    for length in range(1, MOST_LENGTHS + 1):
        ratio = birth / death(length) if death(length) > 0.0 else math.inf
        if ratio < 1.0 and weight * ratio / (1.0 - ratio) <= beyond * total:
            return length
        weight *= ratio
        total += weight
        if total > 1e250:
            weight, total = weight / 1e250, total / 1e250
    raise ValueError(f"expected a queue that stays under {MOST_LENGTHS:,} calls, found one that may not")


def long_run(
    start: State,
    moves: Callable[[State], Moves[State]],
    level: Callable[[State], int],
    beyond: float = 1.0,
) -> LongRun[State]:
    """Return the long run of the chain of all states that can be reached from `start`, and go back to it.

    `moves` yields the states that may follow a state, with their rates; a move to the state itself counts as
    none. `level` is a number that each move changes by 1 at most: the better it tells the slow moves from
    the fast, the fewer rounds. Each state is moved `beyond` times the way to balance, which may save rounds.
    Shares are right to about 1e-13. Raises ValueError for a move over a level, RuntimeError where the
    iteration has not ended after 5,000 rounds.
    """
    states, sources, leaving = _explored(start, moves, level)
    levels = [level(state) for state in states]
    lowest = min(levels)
    across = _across(levels, sources)
    members: list[list[int]] = [[] for _ in range(max(levels) - lowest + 1)]
    for place, where in enumerate(levels):
        members[where - lowest].append(place)
    shares = [1.0 / len(states)] * len(states)
    fed = [place for place in range(len(states)) if leaving[place] > 0.0]
    for turn in range(MOST_ROUNDS):
        if turn == BEYOND_ROUNDS.stop and beyond != 1.0:
            shares = [1.0 / len(states)] * len(states)
        shares = _balanced(shares, members, across)
        going = beyond if turn in BEYOND_ROUNDS else 1.0
        unbalanced = 0.0
        for place in fed:
            total = 0.0
            for source, rate in sources[place]:
                total += shares[source] * rate
            missing = total / leaving[place] - shares[place]
            unbalanced += abs(missing)
            shares[place] += going * missing
        if unbalanced < UNBALANCED:
            total = math.fsum(shares)
            return LongRun({state: share / total for state, share in zip(states, shares, strict=True)})
    raise RuntimeError(f"expected the shares to settle within {MOST_ROUNDS:,} rounds; they have not")


def _explored(
    start: State, moves: Callable[[State], Moves[State]], level: Callable[[State], int]
) -> tuple[list[State], list[Sources], list[float]]:
    """All states, from the lowest level up; of each, where it is entered from and the rate of leaving it."""
    found: dict[State, dict[State, float]] = {}
    open_states = [start]
    while open_states:
        state = open_states.pop()
        if state in found:
            continue
        following = found.setdefault(state, {})
        for after, rate in moves(state):
            if rate > 0.0 and after != state:
                if abs(level(after) - level(state)) > 1:
                    raise ValueError(f"expected moves to the next level at most, found {state} to {after}")
                following[after] = following.get(after, 0.0) + rate
                open_states.append(after)
    states = sorted(found, key=level)
    places = {state: place for place, state in enumerate(states)}
    sources: list[Sources] = [[] for _ in states]
    for state, following in found.items():
        for after, rate in following.items():
            sources[places[after]].append((places[state], rate))
    return states, sources, [math.fsum(found[state].values()) for state in states]


def _across(levels: list[int], sources: list[Sources]) -> tuple[list[float], list[float]]:
    """Each state's rate of moving a level up, and a level down."""
    up, down = [0.0] * len(levels), [0.0] * len(levels)
    for place, its_sources in enumerate(sources):
        for source, rate in its_sources:
            if levels[source] < levels[place]:
                up[source] += rate
            elif levels[source] > levels[place]:
                down[source] += rate
    return up, down


def _balanced(
    shares: list[float], members: list[list[int]], across: tuple[list[float], list[float]]
) -> list[float]:
    """The shares with each level scaled as a whole, so that flows between neighbouring levels are equal."""
    up, down = across
    upwards = [sum(shares[place] * up[place] for place in level) for level in members]
    downwards = [sum(shares[place] * down[place] for place in level) for level in members]
    scales = [1.0]
    for below in range(len(members) - 1):
        scales.append(scales[-1] * upwards[below] / downwards[below + 1])
        if scales[-1] > 1e200:
            scales = [scale / 1e200 for scale in scales]
    scaled = [0.0] * len(shares)
    for level, scale in zip(members, scales, strict=True):
        for place in level:
            scaled[place] = shares[place] * scale
    total = math.fsum(scaled)
    return [share / total for share in scaled]
