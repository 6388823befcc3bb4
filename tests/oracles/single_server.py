"""One agent, calls that wait for as long as it takes: M/M/1, M/D/1, M/G/1, also with priorities.

Sources: Pollaczek 1930 and Khinchine 1932 (mean wait); Franx, "A simple solution for the M/D/c waiting time
distribution", 2001, and Tijms, "A first course in stochastic models", 2003, chapter 9 (distribution of the
wait); Cobham, "Priority assignment in waiting line problems", 1954 (priorities).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


def mm1_mean_wait_s(arrivals_per_h: float, talk_s: float) -> float:
    """Return the mean wait in seconds with exponential talk of this mean."""
    return mg1_mean_wait_s(arrivals_per_h, talk_s, talk_s)


def md1_mean_wait_s(arrivals_per_h: float, talk_s: float) -> float:
    """Return the mean wait in seconds with talk that always takes the same time."""
    return mg1_mean_wait_s(arrivals_per_h, talk_s, 0.0)


def mg1_mean_wait_s(arrivals_per_h: float, talk_s: float, talk_sd_s: float) -> float:
    """Return the mean wait in seconds: rate x E[S²] / (2 (1 - load)), S having this mean and deviation.

    Raises ValueError for a load of 1 or more.
    """
    load = _load(arrivals_per_h, talk_s)
    return arrivals_per_h / 3600.0 * (talk_s**2 + talk_sd_s**2) / 2.0 / (1.0 - load)


def mm1_wait_within(arrivals_per_h: float, talk_s: float, time_s: float) -> float:
    """Return the share of calls that wait at most `time_s`, talk being exponential: 1 - a e^-((1 - a) t / h).

    Raises ValueError for a load of 1 or more.
    """
    load = _load(arrivals_per_h, talk_s)
    return 1.0 - load * math.exp(-(1.0 - load) * time_s / talk_s)


def md1_wait_within(arrivals_per_h: float, talk_s: float, time_s: float) -> float:
    """Return the share of calls whose wait is at most `time_s`, talk always taking `talk_s`.

    With k the whole talks in `time_s` plus 1, and y = rate x (k talk_s - time_s):
    e^-y x the sum over j < k of P(at most k - 1 - j waiting) y^j / j!. All terms are positive, unlike those
    of Erlang's formula of 1909. The work grows with k². Raises ValueError for a load of 1 or more.
    """
    load = _load(arrivals_per_h, talk_s)
    count = math.floor(time_s / talk_s) + 1
    at_most = _md1_waiting_at_most(load, count)
    mean = arrivals_per_h / 3600.0 * (count * talk_s - time_s)
    term, parts = math.exp(-mean), []
    for j in range(count):
        parts.append(term * at_most[count - 1 - j])
        term *= mean / (j + 1)
    return min(math.fsum(parts), 1.0)


def _md1_waiting_at_most(load: float, lengths: int) -> list[float]:
    """P(at most j calls wait), for j from 0 to `lengths` - 1.

    P(n in the system) = a(n - 1) P(0) + sum over k from 1 to n of a(n - k) P(k), a(i) being the probability
    of more than i arrivals in one talk (Tijms): again positive terms only.
    """
    more = [_poisson_beyond(i, load) for i in range(lengths)]
    system = [1.0 - load]
    for n in range(1, lengths + 1):
        inner = math.fsum(system[k] * more[n - k] for k in range(1, n))
        system.append((system[0] * more[n - 1] + inner) * math.exp(load))
    found, total = [], system[0]
    for probability in system[1:]:
        total += probability
        found.append(total)
    return found


def _poisson_beyond(count: int, mean: float) -> float:
    """P(a Poisson number of a mean under 1 exceeds `count`), by its terms."""
    term = math.exp(-mean + (count + 1) * math.log(mean) - math.lgamma(count + 2))
    total, i = 0.0, count + 1
    while term > total * 1e-18:
        total += term
        i += 1
        term *= mean / i
    return total


@dataclass(frozen=True)
class PriorityClass:
    """Calls of one priority: how many an hour, and the mean and deviation of their talk in seconds."""

    arrivals_per_h: float
    talk_s: float
    talk_sd_s: float


def head_of_line_mean_waits_s(classes: Sequence[PriorityClass]) -> list[float]:
    """Return the mean wait in seconds of each class, the first class being served first, no call cut short.

    W(k) = R / ((1 - r(k-1)) (1 - r(k))), R = sum of rate x E[S²] / 2 over all classes, r(k) = load of the
    first k classes. Raises ValueError for a load of 1 or more.
    """
    residual_s = sum(
        each.arrivals_per_h / 3600.0 * (each.talk_s**2 + each.talk_sd_s**2) / 2.0 for each in classes
    )
    waits_s, above = [], 0.0
    for each in classes:
        here = above + each.arrivals_per_h / 3600.0 * each.talk_s
        if here >= 1.0:
            raise ValueError(f"expected a load under 1, found {here:g}: the queue grows without limit")
        waits_s.append(residual_s / ((1.0 - above) * (1.0 - here)))
        above = here
    return waits_s


def _load(arrivals_per_h: float, talk_s: float) -> float:
    """The load in erlangs. Raises ValueError where one agent is not enough."""
    load = arrivals_per_h / 3600.0 * talk_s
    if not 0.0 < load < 1.0:
        raise ValueError(f"expected a load between 0 and 1, found {load:g}")
    return load
