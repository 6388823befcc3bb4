"""All rules on one floor, and whether ours does there what it should."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.pacing.floors import FACTORS, PUBLISHED, Floor
from bench.pacing.hindsight import Hindsight, hindsight
from bench.pacing.results import Results
from bench.pacing.rules import Rule
from bench.pacing.run import Outcome

OURS, REFERENCE = "callfloor", "reference"

MOST_ATTEMPTS = 150e6
"""A run has no more calls than about so many, and so fewer windows on a large floor with short calls."""

MOST_ATTEMPTS_SEARCHING = 25e6
"""The same for each ratio that is tried in the search for the best."""

FEWEST_WINDOWS = 10
LOSS_MOST = 0.002
SHORT_S, LOW_RATE = 60.0, 0.15


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the rules came to on a floor, by name; over `windows`, in hindsight over `searched`."""

    floor: Floor
    windows: int
    searched: int
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
        """How much busier agents are with the reference than with our rule; None where one did not run."""
        if OURS not in self.rules or REFERENCE not in self.rules:
            return None
        return self.rules[REFERENCE].whole.occupancy - self.rules[OURS].whole.occupancy


def windows_of(floor: Floor, wanted: int, most_attempts: float) -> int:
    """How many windows a run of a floor has: as many as wanted, or as its traffic allows."""
    return max(min(wanted, FEWEST_WINDOWS), min(wanted, int(most_attempts / floor.attempts)))


def compare(floor: Floor, rules: Sequence[Rule], results: Results, windows: int) -> Comparison:
    """Run all rules on a floor, fixed ratios among them."""
    many = windows_of(floor, windows, MOST_ATTEMPTS)
    searched = windows_of(floor, windows, MOST_ATTEMPTS_SEARCHING)
    best = hindsight(floor, lambda rule: results.of(floor, rule, searched))
    outcomes = {rule.name: results.of(floor, rule, many) for rule in rules}
    return Comparison(floor, many, searched, best, outcomes)


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
