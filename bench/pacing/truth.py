"""The reference: pacing that looks ahead as ours does, but knows the true rates and is tuned in hindsight.

It learns nothing and has no ledger: a line is placed while the chance that its answer finds no agent is not
over a risk that is the same all the time, the one with which abandonment comes to 3 % in the end.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

from bench.pacing.floors import DAY_S, FACTORS, MIDDLE_S, SHIFT_S, STARTS_S, Floor

SURE = 1e6
"""What is known counts like so many observations."""

SOMETIMES = 1e3
"""That there is no wrap-up counts like so many: its mean must not be nothing at all."""

FEWEST_EVENTS, MOST_EVENTS = 20, 2_000_000


def know(world: Any, floor: Floor, risk_max: float) -> None:
    """Tell the pacing the truth, once for all; the answer rate is that of the beginning of a shift."""
    outlook = world.floor.campaigns[0].outlook
    outlook.learns = outlook.steers = False
    outlook.risk_max = risk_max
    know_talk(outlook.talk, floor)
    outlook.wrap_up.weights[0] = outlook.wrap_up.total = SOMETIMES
    for slot in range(len(outlook.answer_times)):
        share = share_between(floor, slot * outlook.slot_s, (slot + 1) * outlook.slot_s)
        outlook.answer_times[slot] = outlook.other_times[slot] = SURE * share
    know_rate(outlook, floor.answer_rates[0])


def know_rate(outlook: Any, answer_rate: float) -> None:
    """Tell the answer rate, and have all tables worked out anew."""
    outlook.answers, outlook.attempts = SURE * answer_rate, SURE
    outlook.seen = 10**6


def know_talk(talk: Any, floor: Floor) -> None:
    """Tell how long people talk: the share of each bin, the last of which is open."""
    bins = len(talk.weights)
    talk.width_s = floor.talk_mean_s / 24.0
    below = [talk_below(floor, place * talk.width_s) for place in range(bins)]
    for place in range(bins - 1):
        talk.weights[place] = SURE * (below[place + 1] - below[place])
    talk.weights[bins - 1] = SURE * (1.0 - below[-1])
    talk.total, talk.sum_s = SURE, SURE * floor.talk_mean_s
    talk.beyond_s = SURE * talk_beyond_s(floor, (bins - 1) * talk.width_s)


def share_between(floor: Floor, from_s: float, to_s: float) -> float:
    """The share of calls that ring for a time between these."""
    low, high = floor.ring_s
    return max(min(to_s, high) - max(from_s, low), 0.0) / (high - low)


def limits(floor: Floor) -> tuple[float, float]:
    """The shortest and longest talk of a uniform law."""
    if floor.law == "span":
        return floor.talk_s, floor.talk_to_s
    return 0.9 * floor.talk_s, 1.1 * floor.talk_s


def normal_of_log(floor: Floor) -> NormalDist:
    """The normal law of the logarithm of talk time, where sd = mean."""
    variance = math.log(2.0)
    return NormalDist(math.log(floor.talk_s) - variance / 2.0, math.sqrt(variance))


def talk_below(floor: Floor, span_s: float) -> float:
    """The share of conversations that are shorter."""
    if span_s <= 0.0:
        return 0.0
    if floor.law == "exp":
        return 1.0 - math.exp(-span_s / floor.talk_s)
    if floor.law == "logn":
        return normal_of_log(floor).cdf(math.log(span_s))
    low, high = limits(floor)
    return min(max((span_s - low) / (high - low), 0.0), 1.0)


def talk_beyond_s(floor: Floor, span_s: float) -> float:
    """By how much conversations are longer than that, those that are not counted as 0, on average (s)."""
    if floor.law == "exp":
        return floor.talk_s * math.exp(-span_s / floor.talk_s)
    if floor.law == "logn":
        law = normal_of_log(floor)
        longer = NormalDist(law.mean + law.variance, law.stdev)
        return floor.talk_s * (1.0 - longer.cdf(math.log(span_s))) - span_s * (
            1.0 - talk_below(floor, span_s)
        )
    return 0.0


def play_knowing(runtime: Any, world: Any, floor: Floor, risk_max: float) -> None:
    """Run the world to its end, with a pacing that knows what is true at each time."""
    know(world, floor, risk_max)
    if floor.pattern not in FACTORS:
        while not runtime.run_on(world, MOST_EVENTS):
            pass
        return
    outlook = world.floor.campaigns[0].outlook
    day, before, after = 0, *floor.answer_rates
    over = False
    while not over:
        begins_s = day * DAY_S + STARTS_S
        over = run_up_to(runtime, world, begins_s) or run_up_to(runtime, world, begins_s + MIDDLE_S)
        know_rate(outlook, after)
        over = over or run_up_to(runtime, world, begins_s + SHIFT_S)
        know_rate(outlook, before)
        day += 1


def run_up_to(runtime: Any, world: Any, until_s: float) -> bool:
    """Let the world go on until about then, a few events more; return whether it is over.

    Where all happens at once, as when a shift begins, the pace says little: so at most as many events at once
    as there have been.
    """
    began_s, before = world.now, world.events
    while world.now < until_s:
        passed = world.events - before
        per_s = passed / max(world.now - began_s, 1e-9)
        left = 0.8 * per_s * (until_s - world.now)
        if runtime.run_on(world, int(max(min(left, passed, MOST_EVENTS), FEWEST_EVENTS))):
            return True
    return False
