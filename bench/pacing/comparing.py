"""All rules on one floor, and whether ours does there what it should."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.pacing.floors import FACTORS, PUBLISHED, Floor
from bench.pacing.hindsight import Hindsight, hindsight
from bench.pacing.results import Results
from bench.pacing.rules import OURS, REFERENCE, RISK_FIRST, Rule, knowing
from bench.pacing.run import Outcome

OTHERS_WINDOWS = 10
"""So many windows the rules beside ours have: those that break the law do it in the first ones already."""

MOST_ATTEMPTS_SEARCHING = 5e6
"""The same for each ratio that is tried in the search for the best."""

MOST_ATTEMPTS_TUNING = 5e6
"""The same for each risk that is tried in tuning the reference."""

FEWEST_WINDOWS, FEWEST_WINDOWS_TUNING = 10, 2
RISK_LEAST, RISK_MOST = 1e-5, 0.9
TUNED_TO, TUNED_WITHIN, TUNINGS = 0.03, 0.0002, 8
LOSS_MOST = 0.002
SHORT_S, LOW_RATE = 60.0, 0.15


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the rules came to on a floor, by name.

    Ours has `windows`, in hindsight there are the first `searched` of them, the other rules have the first
    `others`.
    """

    floor: Floor
    windows: int
    searched: int
    others: int
    hindsight: Hindsight
    rules: Mapping[str, Outcome]

    @property
    def gain(self) -> float | None:
        """How much busier agents are with our rule than with the best fixed ratio; None: it did not run."""
        if OURS not in self.rules:
            return None
        return self.rules[OURS].whole.occupancy - self.hindsight.outcome.whole.occupancy

    @property
    def behind(self) -> float | None:
        """How much busier agents are with the reference than with our rule; None where one did not run.

        Compared are the windows that both have.
        """
        if OURS not in self.rules or REFERENCE not in self.rules:
            return None
        both = self.rules[OURS].first(self.others)
        return self.rules[REFERENCE].whole.occupancy - both.whole.occupancy


def windows_of(floor: Floor, wanted: int, most_attempts: float, fewest: int = FEWEST_WINDOWS) -> int:
    """How many windows a run of a floor has: as many as wanted, or as its traffic allows."""
    return max(min(wanted, fewest), min(wanted, int(most_attempts / floor.attempts)))


def compare(floor: Floor, rules: Sequence[Rule], results: Results, windows: int) -> Comparison:
    """Run all rules on a floor, fixed ratios among them."""
    others = min(windows, OTHERS_WINDOWS)
    searched = windows_of(floor, windows, MOST_ATTEMPTS_SEARCHING)
    best = hindsight(floor, lambda rule: results.of(floor, rule, searched))
    tuning = windows_of(floor, windows, MOST_ATTEMPTS_TUNING, FEWEST_WINDOWS_TUNING)
    outcomes = {}
    for rule in rules:
        if rule.risk is None:
            outcomes[rule.name] = results.of(floor, rule, windows if rule.name == OURS else others)
        else:
            risk = tuned_risk(lambda tried: results.of(floor, tried, tuning))
            outcomes[REFERENCE] = results.of(floor, knowing(risk), others)
    return Comparison(floor, windows, searched, others, best, outcomes)


def tuned_risk(find: Callable[[Rule], Outcome]) -> float:
    """The risk with which the reference abandons 3 % of all answers, or as much under that as it can.

    Abandonment is about a power of the risk. With few agents it jumps: then a risk just below the jump.
    """
    below, above = (RISK_LEAST, 0.0), (RISK_MOST, 1.0)
    risk = RISK_FIRST
    for _ in range(TUNINGS):
        found = find(knowing(risk)).whole.abandon_rate
        if abs(found - TUNED_TO) <= TUNED_WITHIN:
            return risk
        below, above = ((risk, found), above) if found < TUNED_TO else (below, (risk, found))
        risk = between(below, above)
    return below[0]


def between(below: tuple[float, float], above: tuple[float, float]) -> float:
    """A risk at which 3 % may be abandoned, between two with what they came to."""
    if below[1] <= 0.0:
        return max(above[0] * TUNED_TO / above[1], math.sqrt(below[0] * above[0]))
    if above[1] >= 1.0:
        return min(below[0] * TUNED_TO / below[1], math.sqrt(below[0] * above[0]))
    share = math.log(TUNED_TO / below[1]) / math.log(above[1] / below[1])
    share = min(max(share, 0.1), 0.9)
    return math.exp(math.log(below[0]) + share * math.log(above[0] / below[0]))


def least_gain(floor: Floor) -> float:
    """By how much our rule is to keep agents busier than the best fixed ratio; negative: it may lose that."""
    short = floor.talk_mean_s <= SHORT_S or min(floor.answer_rates) <= LOW_RATE
    if floor.agents <= 5 and short:
        return 0.02
    if floor.pattern in FACTORS and 10 <= floor.agents <= 25:
        return 0.02
    if floor.pattern in FACTORS and 50 <= floor.agents <= 250:
        return 0.015
    return -LOSS_MOST


def most_behind(floor: Floor) -> float:
    """How far our rule may be behind the reference."""
    return 0.007 if floor.agents >= 50 else 0.01


def shortcomings(found: Comparison) -> list[str]:
    """What our rule does not do on a floor, in a few words each; nothing where it did not run."""
    ours = found.rules.get(OURS)
    if ours is None:
        return []
    short = []
    if ours.over:
        short.append(f"{ours.over} windows over 3 %")
    gain, wanted = found.gain, least_gain(found.floor)
    if gain is not None and gain < wanted:
        short.append(f"{100 * gain:+.1f} to the best ratio, {100 * wanted:+.1f} wanted")
    behind, allowed = found.behind, most_behind(found.floor)
    if behind is not None and behind > allowed:
        short.append(f"{100 * behind:.1f} behind the reference, {100 * allowed:.1f} allowed")
    if found.floor in PUBLISHED and ours.whole.occupancy <= 0.9:
        short.append("not over 90 %")
    return short
