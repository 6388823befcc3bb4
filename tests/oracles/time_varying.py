"""A day whose arrival rate changes (M_t/M/n+M), from an empty floor on: what happens between two times.

Kolmogorov's forward equations, solved by uniformisation (Jensen 1953; Grassmann, "Transient solutions in
Markovian queueing systems", 1977): the shares after a time t are a mixture, with Poisson weights, of those
after 0, 1, 2, … steps of a chain in discrete time, and so is their integral. All terms are positive; lengths
of the queue that are left out have a probability under 1e-15 at any time. The work is that of time x rate of
all events x most calls: a day of 20 agents takes half a second, six hours of 100 agents one to two.

Calls are served in the order of their arrival, so that what becomes of one depends on nothing but the number
that it finds: its chances and its wait are exact as well, though they lie after its arrival.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tests.oracles.chains import longest_queue


@dataclass(frozen=True)
class Between:
    """What is expected between two times. Of the calls that arrive then:

    `offered`, `waited` (not answered at once) and `abandoned` are their numbers, `wait_s` is the sum of their
    waits, whenever and however these end. Of the time: `queue_s` and `busy_s` are the integrals of calls
    waiting and agents busy, `given_up` is the number of calls that give up then, whenever they arrived.
    """

    from_s: float
    to_s: float
    agents: int
    offered: float
    waited: float
    abandoned: float
    wait_s: float
    queue_s: float
    busy_s: float
    given_up: float

    @property
    def p_wait(self) -> float:
        """Share of the offered that wait."""
        return self.waited / self.offered

    @property
    def p_abandon(self) -> float:
        """Share of the offered that give up."""
        return self.abandoned / self.offered

    @property
    def mean_wait_s(self) -> float:
        """Mean wait of the offered."""
        return self.wait_s / self.offered

    @property
    def mean_queue(self) -> float:
        """Calls waiting, the mean over the time."""
        return self.queue_s / (self.to_s - self.from_s)

    @property
    def occupancy(self) -> float:
        """Share of the agents' time that they are busy."""
        return self.busy_s / (self.to_s - self.from_s) / self.agents


def between(
    *,
    agents: int,
    talk_s: float,
    patience_s: float,
    profile_per_h: Sequence[float],
    interval_s: float,
    from_s: float,
    to_s: float,
) -> Between:
    """Return what is expected from `from_s` to `to_s`; the floor is empty at 0.

    `profile_per_h` are the arrivals an hour in each interval of `interval_s`, with none afterwards. Talk and
    patience are exponential with these means; patience may be infinite where even the highest rate leaves the
    load under the agents. Raises ValueError where the queue may grow too long.
    """
    edges_s = [from_s, to_s] if from_s > 0.0 else [to_s]
    return all_between(
        agents=agents,
        talk_s=talk_s,
        patience_s=patience_s,
        profile_per_h=profile_per_h,
        interval_s=interval_s,
        edges_s=edges_s,
    )[-1]


def all_between(
    *,
    agents: int,
    talk_s: float,
    patience_s: float,
    profile_per_h: Sequence[float],
    interval_s: float,
    edges_s: Sequence[float],
) -> list[Between]:
    """Return what is expected from 0 to the first of `edges_s`, from there to the next, and so on.

    The rest as in `between`.
    """
    rates = [rate_per_h / 3600.0 for rate_per_h in profile_per_h]
    floor = _Floor(agents, talk_s, patience_s, max(rates))
    shares = [1.0] + [0.0] * (len(floor.leaving) - 1)
    steps_s = (place * interval_s for place in range(1, len(rates) + 1))
    changes_s = sorted({*edges_s, *(step_s for step_s in steps_s if step_s < max(edges_s))})
    found: list[Between] = []
    parts: list[Between] = []
    now_s = 0.0
    for until_s in changes_s:
        place = int((now_s + until_s) / 2.0 / interval_s)
        rate = rates[place] if place < len(rates) else 0.0
        shares, spent_s = floor.after(shares, rate, until_s - now_s)
        parts.append(floor.part(spent_s, rate, now_s, until_s))
        now_s = until_s
        if until_s in edges_s:
            found.append(_joined(parts))
            parts = []
    return found


class _Floor:
    """Agents, callers, and as many calls as matter while no rate exceeds `most_per_s`."""

    def __init__(self, agents: int, talk_s: float, patience_s: float, most_per_s: float) -> None:
        self.agents = agents
        self.answers_per_s = agents / talk_s
        self.giving_up_per_s = 1.0 / patience_s
        room = longest_queue(most_per_s, lambda j: self.answers_per_s + j * self.giving_up_per_s)
        self.leaving = [
            min(calls, agents) / talk_s + max(calls - agents, 0) * self.giving_up_per_s
            for calls in range(agents + room + 1)
        ]

    def after(self, shares: list[float], rate_per_s: float, time_s: float) -> tuple[list[float], list[float]]:
        """The shares of the numbers of calls after a time, and how long each of them was there."""
        steps_per_s = rate_per_s + max(self.leaving)
        down = [leaving / steps_per_s for leaving in self.leaving]
        up = rate_per_s / steps_per_s
        stay = [1.0 - up - each for each in down]
        stay[-1] = 1.0 - down[-1]
        first, weights = _poisson(steps_per_s * time_s)
        at_end = [0.0] * len(shares)
        spent = [0.0] * len(shares)
        beyond = 1.0
        for step in range(first + len(weights)):
            if step >= first:
                weight = weights[step - first]
                beyond -= weight
                at_end = [sum_ + weight * share for sum_, share in zip(at_end, shares, strict=True)]
                spent = [sum_ + beyond * share for sum_, share in zip(spent, shares, strict=True)]
            else:
                spent = [sum_ + share for sum_, share in zip(spent, shares, strict=True)]
            shares = [
                s * here + up * below + d * above
                for s, here, below, d, above in zip(
                    stay, shares, [0.0, *shares[:-1]], [*down[1:], 0.0], [*shares[1:], 0.0], strict=True
                )
            ]
        return at_end, [steps / steps_per_s for steps in spent]

    def part(self, spent_s: list[float], rate_per_s: float, from_s: float, to_s: float) -> Between:
        """What is expected while the rate stays the same."""
        waiting_s = spent_s[self.agents :]
        waited = abandoned = wait_s = 0.0
        for ahead, time_s in enumerate(waiting_s):
            arriving = rate_per_s * time_s
            giving_up = (ahead + 1) * self.giving_up_per_s
            stage = self.answers_per_s + giving_up
            waited += arriving
            abandoned += arriving * giving_up / stage
            wait_s += arriving * (ahead + 1) / stage
        queue_s = math.fsum(length * time_s for length, time_s in enumerate(waiting_s))
        return Between(
            from_s=from_s,
            to_s=to_s,
            agents=self.agents,
            offered=rate_per_s * (to_s - from_s),
            waited=waited,
            abandoned=abandoned,
            wait_s=wait_s,
            queue_s=queue_s,
            busy_s=math.fsum(min(calls, self.agents) * time_s for calls, time_s in enumerate(spent_s)),
            given_up=queue_s * self.giving_up_per_s,
        )


def _joined(parts: Sequence[Between]) -> Between:
    """One stretch of time from those that make it up."""
    return Between(
        from_s=parts[0].from_s,
        to_s=parts[-1].to_s,
        agents=parts[0].agents,
        offered=math.fsum(part.offered for part in parts),
        waited=math.fsum(part.waited for part in parts),
        abandoned=math.fsum(part.abandoned for part in parts),
        wait_s=math.fsum(part.wait_s for part in parts),
        queue_s=math.fsum(part.queue_s for part in parts),
        busy_s=math.fsum(part.busy_s for part in parts),
        given_up=math.fsum(part.given_up for part in parts),
    )


def _poisson(mean: float) -> tuple[int, list[float]]:
    """The first count that matters and the probabilities from there, from the likeliest outwards.

    Source: Fox and Glynn, "Computing Poisson probabilities", 1988.
    """
    peak = int(mean)
    upwards, downwards = [1.0], []
    count, weight = peak, 1.0
    while weight > 1e-20:
        count += 1
        weight *= mean / count
        upwards.append(weight)
    count, weight = peak, 1.0
    while weight > 1e-20 and count > 0:
        weight *= count / mean
        count -= 1
        downwards.append(weight)
    weights = [*reversed(downwards), *upwards]
    total = math.fsum(weights)
    return count, [each / total for each in weights]
