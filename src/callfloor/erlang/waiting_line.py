"""The waiting line of M/M/n/n+K+M: its lengths in the long run, and how long a call waits in it.

All agents are busy while anybody waits. With j calls waiting the system loses a call at the rate
n/h + j/p (h: mean handle time, p: mean patience), so that it is a birth-death chain, and a call that finds j
calls ahead reaches an agent after j + 1 stages of such rates, if its own patience lasts. All sums here are of
positive terms, from the largest outwards as far as they matter: nothing cancels, and the work grows with the
square root of the size.
"""

from __future__ import annotations

import math
from itertools import accumulate

from callfloor.erlang.counts import drained_probability, poisson_probability
from callfloor.erlang.loss import inverse_blocking

_NEGLIGIBLE = 1e-20
_MOST_LENGTHS = 4_000_000
"""The most lengths of the line that are kept: 300 MB."""

_EXACT_BELOW = 24.0
"""Below this a sum of reciprocals is added up; above it the Euler-Maclaurin formula is exact to 1e-17."""


class WaitingLine:
    """The line in the long run, as an arriving call finds it.

    `p_at_once`: the share of calls that find an agent free; `p_wait`: that join the line; `p_blocked`: that
    find it full; `p_answered`, `p_abandon`: what becomes of them; `mean_queue`: the mean length.
    `queue_limit` None stands for a line of any length, an infinite `patience_s` for callers who stay.
    """

    def __init__(
        self,
        load_erlangs: float,
        agents: float,
        handle_s: float,
        patience_s: float,
        queue_limit: int | None,
    ) -> None:
        self.arrivals_per_s = load_erlangs / handle_s
        self.answers_per_s = agents / handle_s
        self.leaving_per_s = 1.0 / patience_s
        self.in_patience = self.answers_per_s * patience_s
        """Answers within a mean patience, all agents busy."""

        self.shortest, weights = self._lengths(queue_limit)
        longest = self.shortest + len(weights) - 1
        full = queue_limit is not None and longest == queue_limit
        idle = 0.0
        if self.shortest == 0:
            idle = weights[0] * (inverse_blocking(load_erlangs, agents) - 1.0)
        total = idle + math.fsum(weights)
        self.p_at_once = 1.0 if math.isinf(idle) else idle / total
        shares = [weight / total for weight in weights]
        self.mean_queue = math.fsum(
            length * share for length, share in enumerate(shares, self.shortest) if length
        )
        self.p_abandon = self.mean_queue * self.leaving_per_s / self.arrivals_per_s
        self.p_blocked = shares.pop() if full else 0.0
        self.joining = _sums_from_here(shares)
        """The share of calls that join with as many ahead as `shortest` plus the index, or more."""

        self.answering = _sums_from_here(
            [
                share * self.answers_per_s / (self.answers_per_s + (ahead + 1) * self.leaving_per_s)
                for ahead, share in enumerate(shares, self.shortest)
            ]
        )
        """The same of the calls that join and are answered."""

        self.p_wait = self.joining[0] if self.joining else 0.0
        self.p_answered_later = self.answering[0] if self.answering else 0.0
        self.p_answered = self.p_at_once + self.p_answered_later

    def _lengths(self, queue_limit: int | None) -> tuple[int, list[float]]:
        """The lengths that matter, as the shortest and the weights from there; the likeliest weighs 1."""
        surplus = self.arrivals_per_s - self.answers_per_s
        likeliest = math.inf if surplus > 0.0 else 0.0
        if self.leaving_per_s > 0.0 and surplus > 0.0:
            likeliest = math.floor(surplus / self.leaving_per_s)
        peak = int(likeliest if queue_limit is None else min(likeliest, queue_limit))
        upwards = [1.0]
        weight, length = 1.0, peak
        while weight > _NEGLIGIBLE and (queue_limit is None or length < queue_limit):
            length += 1
            weight *= self.arrivals_per_s / (self.answers_per_s + length * self.leaving_per_s)
            upwards.append(weight)
            if len(upwards) > _MOST_LENGTHS:
                raise ValueError(
                    f"patience_s: the queue takes more than {_MOST_LENGTHS:,} lengths, too many to add up; "
                    "expected a shorter patience or fewer erlangs"
                )
        downwards: list[float] = []
        weight, length = 1.0, peak
        while weight > _NEGLIGIBLE and length > 0:
            weight *= (self.answers_per_s + length * self.leaving_per_s) / self.arrivals_per_s
            length -= 1
            downwards.append(weight)
        downwards.reverse()
        return length, downwards + upwards

    def asa_s(self) -> float:
        """The mean wait of the answered: of those who wait and are answered it is the sum of their stages.

        Given that it is answered, a call's stage with i calls ahead has the rate n/h + (i + 1)/p.
        """
        before = self.p_answered_later * self._sum_of_stages_s(self.shortest)
        first = self.answers_per_s + (self.shortest + 1) * self.leaving_per_s
        stages = (sum_ / (first + i * self.leaving_per_s) for i, sum_ in enumerate(self.answering))
        return (before + math.fsum(stages)) / self.p_answered

    def _sum_of_stages_s(self, stages: int) -> float:
        """The mean time that the stages with 0, 1, … calls ahead take, of a call that will be answered."""
        if self.leaving_per_s == 0.0:
            return stages / self.answers_per_s
        start, end = self.in_patience + 1.0, self.in_patience + 1.0 + stages
        total = 0.0
        while start < min(end, _EXACT_BELOW):
            total += 1.0 / start
            start += 1.0
        if end > start:
            total += math.log1p((end - start) / start) - _beyond_logarithm(end) + _beyond_logarithm(start)
        return total / self.leaving_per_s

    def answered_after(self, time_s: float) -> float:
        """The share of calls that are answered after a wait longer than this."""
        return self._still(time_s, self.in_patience + 1.0, self.answering)

    def waiting_at(self, time_s: float) -> float:
        """The share of calls that wait longer than this, whatever becomes of them."""
        return math.exp(-time_s * self.leaving_per_s) * self._still(time_s, self.in_patience, self.joining)

    def _still(self, time_s: float, rates: float, sums: list[float]) -> float:
        """The sum over calls ahead of share x P(fewer stages than that plus one are over at this time).

        Summed by parts: over the number m of stages that are over, of P(m over) x (sum of shares from m on).
        """
        if not sums or time_s == 0.0:
            return sums[0] if sums else 0.0
        time = time_s * self.leaving_per_s
        if time > 700.0:
            return 0.0
        over = -math.expm1(-time)
        last = self.shortest + len(sums) - 1
        if time == 0.0:
            mean = time_s * self.answers_per_s
            likeliest, slope = mean, 0.0
        else:
            likeliest, slope = max(rates - 1.0, 0.0) * math.expm1(time), over
            mean = rates * over
        count = min(last, int(likeliest))
        # Here on: P(m over) / P(m - 1 over) = (mean + (m - 1) x slope) / m, for both kinds of stages.
        peak = drained_probability(count, rates, time) if time else poisson_probability(count, mean)
        start = count - self.shortest
        total = peak * sums[max(start, 0)]
        probability = peak
        for i in range(max(count + 1, 1), last + 1):
            probability *= (mean + (i - 1) * slope) / i
            part = probability * sums[max(i - self.shortest, 0)]
            total += part
            if part <= total * _NEGLIGIBLE:
                break
        probability = peak
        for i in range(count, 0, -1):
            probability *= i / (mean + (i - 1) * slope)
            total += probability * sums[max(i - 1 - self.shortest, 0)]
            if probability * sums[0] <= total * _NEGLIGIBLE:
                break
        return total


def _sums_from_here(values: list[float]) -> list[float]:
    """The sum of each value and all that follow it."""
    sums = list(accumulate(reversed(values)))
    sums.reverse()
    return sums


def _beyond_logarithm(value: float) -> float:
    """Return ln x - ψ(x) for x from 24 on, ψ being the digamma function: 1/(2 x) + 1/(12 x²) - …."""
    square = value * value
    series = 1.0 / 120.0 - (1.0 / 252.0 - (1.0 / 240.0 - 1.0 / (132.0 * square)) / square) / square
    return 0.5 / value + (1.0 / 12.0 - series / square) / square
