"""Agents who specialise in callers, told as plain facts: who may have whom is looked up one by one.

It is what the floor's rows of bits are held against, and makes the floor's records of the same facts.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, NamedTuple

Range = tuple[int, int]
"""From the first to the second, both included."""

AGE, INCOME, STATE = ATTRIBUTES = (0, 1, 2)


class Caller(NamedTuple):
    """A caller's attributes, as the event of a call that comes in has them."""

    age: int
    income: int
    state: int


class Bins(NamedTuple):
    """The values of an attribute that are known at all: bins of so many values each, from a first one on."""

    first: int
    bins: int
    width: int

    @property
    def last(self) -> int:
        return self.first + self.bins * self.width - 1


@dataclass(frozen=True)
class Specialists:
    """For each agent and attribute the ranges in which they specialise, and how callers choose by that."""

    agents: tuple[tuple[tuple[Range, ...], ...], ...]
    bins: tuple[Bins, Bins, Bins]
    every: bool = False
    required: tuple[int, ...] = ()
    weights: tuple[float, float, float] | None = None

    def fits(self, agent: int, caller: Caller) -> list[bool]:
        """By which attributes an agent fits a caller."""
        return [
            any(max(low, bins.first) <= value <= min(high, bins.last) for low, high in ranges)
            for ranges, bins, value in zip(self.agents[agent], self.bins, caller, strict=True)
        ]

    def may_have(self, agent: int, caller: Caller) -> bool:
        """Whether the caller may be for the agent, if they are at work."""
        fits = self.fits(agent, caller)
        enough = all(fits) if self.every else any(fits)
        return enough and all(fits[each] for each in self.required)

    def weight(self, agent: int, caller: Caller) -> float:
        """How often the agent is chosen beside the others; 0: never."""
        if not self.may_have(agent, caller):
            return 0.0
        if self.weights is None:
            return 1.0
        fits = self.fits(agent, caller)
        return sum(weight for weight, fit in zip(self.weights, fits, strict=True) if fit)

    def matching(self, runtime: Any) -> Any:
        """The same as a record of a floor. Nobody is at work yet."""
        count = len(self.agents)
        traits = []
        for attribute in ATTRIBUTES:
            weight = 1.0 if self.weights is None else self.weights[attribute]
            trait = runtime.Trait(weight=weight, required=attribute in self.required)
            runtime.open_trait(trait, count, *self.bins[attribute])
            for agent in range(count):
                for low, high in self.agents[agent][attribute]:
                    runtime.specialise(trait, agent, low, high)
            traits.append(trait)
        matching = runtime.Matching(every=self.every, weighs=self.weights is not None, traits=traits)
        runtime.open_matching(matching, count)
        return matching


def some_specialists(rng: random.Random, agents: int) -> Specialists:
    """Agents with specialities of a dozen ages, a hundred incomes and six states, in bins of any width."""
    bins = (
        Bins(10, 12 // (width := rng.choice((1, 1, 5))) + 1, width),
        Bins(0, 100 // (width := rng.choice((1, 7, 33))) + 1, width),
        Bins(0, 6, 1),
    )
    every = rng.random() < 0.3
    return Specialists(
        agents=tuple(
            (
                some_ranges(rng, 8, 25),
                some_ranges(rng, -3, 110),
                tuple((state, state) for state in range(-1, 7) if rng.random() < 0.4),
            )
            for _ in range(agents)
        ),
        bins=bins,
        every=every,
        required=tuple(each for each in ATTRIBUTES if rng.random() < 0.2),
        weights=rng.choice((None, None, (1.0, 1.0, 1.0), (3.0, 0.5, 1.0), (0.0, 2.0, 1.25))),
    )


def some_ranges(rng: random.Random, low: int, high: int) -> tuple[Range, ...]:
    """No range, or one; now and then two that do not touch. Their ends may lie outside of all bins."""
    ends = sorted(rng.randint(low, high) for _ in range(4))
    kind = rng.randrange(8)
    if kind == 0:
        return ()
    if kind == 1 and ends[1] < ends[2]:
        return (ends[0], ends[1]), (ends[2], ends[3])
    return ((ends[0], ends[-1]),) if kind < 4 else ((ends[1], ends[2]),)


def caller_of(a: int, b: int) -> Caller:
    """A caller made of two numbers; now and then with a value that is in no bin."""
    return Caller(age=9 + a % 14, income=(7 * a + b) % 107 - 2, state=b % 8 - 1)
