"""Erlang B (M/M/n/n): a call that finds every agent busy is lost."""

from __future__ import annotations

import math

from callfloor.erlang.figures import MOST, Figures, WaitPercentiles, require_positive

_NEGLIGIBLE = 1e-20
"""Terms below this share of their sum are left out: far less than the rounding of the sum itself."""

_FRACTION_DEPTH = 120
"""Levels of the continued fraction; from a load of 1 on what lies below them is under 1e-16."""


def blocking(load_erlangs: float, agents: float) -> float:
    """Return Erlang's B: the share of calls that find all agents busy where such calls are lost.

    Between whole numbers of agents it is the usual continuous extension,
    1 / B = a ∫ exp(-a t) (1 + t)^n dt over t > 0 (Jagerman 1974). The relative error is under 1e-12 up to
    100,000 agents. A value under 1e-308 is returned as 0. Raises ValueError naming a bad number.
    """
    require_positive("load_erlangs", load_erlangs, MOST)
    if agents == 0:
        return 1.0
    require_positive("agents", agents, MOST)
    return 1.0 / inverse_blocking(load_erlangs, agents)


def inverse_blocking(load_erlangs: float, agents: float) -> float:
    """Return 1 / B, infinite where B is too small for a float. The numbers are not checked.

    1 / B(n) = 1 + n/a + n(n-1)/a² + …, from the top down: every term is positive, so nothing cancels, and the
    sum ends as soon as its terms no longer matter: about 9 √a of them, whatever n is. What is left of a
    fractional n goes to `_inverse_of_fraction`.
    """
    whole = int(agents)
    total = term = 1.0
    for taken in range(whole):
        term *= (agents - taken) / load_erlangs
        total += term
        if term < total * _NEGLIGIBLE and agents - taken < load_erlangs:
            return total
        if total > 1e308:
            return math.inf
    rest = agents - whole
    return total if rest == 0.0 else total + term * (_inverse_of_fraction(load_erlangs, rest) - 1.0)


def _inverse_of_fraction(load_erlangs: float, agents: float) -> float:
    """Return 1 / B for less than one agent: e^a a^-n Γ(n + 1, a), the upper incomplete gamma function.

    Legendre's continued fraction from a load of 1 on, the power series of the lower function below.
    """
    shape = agents + 1.0
    if load_erlangs >= 1.0:
        below = 0.0
        for level in range(_FRACTION_DEPTH, 0, -1):
            below = level * (level - shape) / (load_erlangs + 2.0 * level + 1.0 - shape - below)
        return load_erlangs / (load_erlangs + 1.0 - shape - below)
    total = term = 1.0 / shape
    divisor = shape
    while term > total * _NEGLIGIBLE:
        divisor += 1.0
        term *= load_erlangs / divisor
        total += term
    return (
        math.exp(load_erlangs + math.lgamma(shape)) * math.pow(load_erlangs, -agents) - load_erlangs * total
    )


def erlang_b(load_erlangs: float, agents: float) -> Figures:
    """Return the figures of a floor without a queue: a call that finds all agents busy is blocked.

    Nobody waits, so that waits are 0 and the service level is the share that is not blocked; without agents
    there are no waits and no occupancy. It holds for any distribution of handle times with the same mean.
    Error: see `blocking`. Source: Erlang 1917. Raises ValueError naming a bad number.
    """
    blocked = blocking(load_erlangs, agents)
    answered = 1.0 - blocked
    nobody = agents == 0
    return Figures(
        p_wait=0.0,
        p_abandon=0.0,
        p_blocked=blocked,
        mean_wait_s=None if nobody else 0.0,
        asa_s=None if nobody else 0.0,
        wait_s=None if nobody else WaitPercentiles(0.0, 0.0, 0.0, 0.0),
        service_level=answered,
        service_level_net=answered,
        mean_queue=0.0,
        occupancy=None if nobody else load_erlangs * answered / agents,
    )
