"""The same figures another way: fifty digits for the chain, and integrals of the wait instead of sums.

The chain is solved from the empty system upwards. The wait that a call is offered has the density
P(n busy, nobody waits) x n/h x exp(-c u) x (sum of x^j / j! over j < K), x = l (1 - e^-u), u in mean
patiences, c = n p / h and l = arrivals in a mean patience (Zeltyn and Mandelbaum 2005).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

NODES = [
    (0.1488743389816312, 0.2955242247147529),
    (0.4333953941292472, 0.2692667193099964),
    (0.6794095682990244, 0.2190863625159820),
    (0.8650633666889845, 0.1494513491505806),
    (0.9739065285171717, 0.0666713443086881),
]
"""Gauss and Legendre's rule of ten points."""


def integral(f: Callable[[float], float], low: float, high: float, panels: int = 400) -> float:
    """The integral of a smooth function."""
    half = (high - low) / panels / 2.0
    parts = []
    for panel in range(panels):
        middle = low + (2 * panel + 1) * half
        parts += [weight * f(middle + side * half * x) for x, weight in NODES for side in (-1.0, 1.0)]
    return half * math.fsum(parts)


def blocking_fraction(load: Fraction, agents: int) -> Fraction:
    """Erlang B by its recursion, exactly."""
    blocked = Fraction(1)
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def blocking_decimal(load: float, agents: int) -> float:
    """Erlang B to fifty digits: its definition, term by term."""
    with localcontext() as context:
        context.prec, context.Emax, context.Emin = 50, 10**9, -(10**9)
        term = total = Decimal(1)
        for n in range(1, agents + 1):
            term *= Decimal(load) / n
            total += term
        return float(term / total)


@dataclass(frozen=True)
class Chain:
    """The long run of a birth-death chain, solved from the bottom with fifty digits."""

    p_at_once: float
    p_wait: float
    p_blocked: float
    p_abandon: float
    mean_queue: float
    p_queue_empty: float
    busy: float


def chain(load: float, agents: int, handle_s: float, patience_s: float, queue_limit: int = 0) -> Chain:
    """Solve M/M/n/n+K+M."""
    with localcontext() as context:
        context.prec, context.Emax, context.Emin = 50, 10**9, -(10**9)
        arrivals, answers = Decimal(load) / Decimal(handle_s), 1 / Decimal(handle_s)
        leaving = Decimal(0) if math.isinf(patience_s) else 1 / Decimal(patience_s)
        weight, idle, busy = Decimal(1), Decimal(0), Decimal(0)
        for k in range(agents):
            idle += weight
            busy += k * weight
            weight *= arrivals / ((k + 1) * answers)
        empty = weight
        lengths = [weight]
        largest = weight
        while (not queue_limit or len(lengths) <= queue_limit) and weight > largest * Decimal("1e-40"):
            weight *= arrivals / (agents * answers + len(lengths) * leaving)
            lengths.append(weight)
            largest = max(largest, weight)
        full = lengths[-1] if queue_limit and len(lengths) == queue_limit + 1 else Decimal(0)
        total = idle + sum(lengths)
        mean_queue = sum((j * w for j, w in enumerate(lengths)), Decimal(0)) / total
        return Chain(
            p_at_once=float(idle / total),
            p_wait=float((sum(lengths) - full) / total),
            p_blocked=float(full / total),
            p_abandon=float(mean_queue * leaving / arrivals),
            mean_queue=float(mean_queue),
            p_queue_empty=float(empty / total),
            busy=float((busy + agents * sum(lengths)) / total),
        )


@dataclass(frozen=True)
class OfferedWait:
    """Integrals of the wait that a call is offered; impatient callers only."""

    load: float
    agents: int
    handle_s: float
    patience_s: float
    queue_limit: int
    p_queue_empty: float

    def density(self, u: float) -> float:
        """Of the offered wait, in mean patiences."""
        c = self.agents * self.patience_s / self.handle_s
        x = self.load * self.patience_s / self.handle_s * -math.expm1(-u)
        if not self.queue_limit:
            return self.p_queue_empty * c * math.exp(x - c * u)
        term = total = 1.0
        for j in range(1, self.queue_limit):
            term *= x / j
            total += term
        return self.p_queue_empty * c * math.exp(-c * u) * total

    def _to(self, f: Callable[[float], float], from_s: float, to_s: float) -> float:
        return integral(lambda u: f(u) * self.density(u), from_s / self.patience_s, to_s / self.patience_s)

    def answered_between(self, from_s: float, to_s: float) -> float:
        """The share of calls that are answered after a wait between these."""
        return self._to(lambda u: math.exp(-u), from_s, to_s)

    def waited_by_answered_s(self, to_s: float) -> float:
        """Of all calls, the mean wait that ends with an answer."""
        return self._to(lambda u: math.exp(-u) * u * self.patience_s, 0.0, to_s)

    def abandoned_by(self, time_s: float, longest_s: float) -> float:
        """The share of calls that give up within this time; no call is offered more than `longest_s`."""
        sooner = self._to(lambda u: -math.expm1(-u), 0.0, time_s)
        return sooner - self._to(lambda u: 1.0, time_s, longest_s) * math.expm1(-time_s / self.patience_s)
