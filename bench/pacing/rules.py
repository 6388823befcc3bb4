"""The rules that are compared: each is what a campaign of the scenario is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from callfloor.floor.vocabulary import MODE_NAMES


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by name, with the keys of a campaign that turn it on.

    `predicts`: it depends on the pacing code, and so on every change of that.
    """

    name: str
    campaign: Mapping[str, Any]
    predicts: bool = False


PROGRESSIVE = Rule("progressive", {"mode": "progressive"})


def fixed(lines_per_agent: float) -> Rule:
    """So many lines for each ready agent, rounded down for all of them together."""
    return Rule(f"ratio {lines_per_agent:.4g}", {"mode": "power", "dial_ratio": lines_per_agent})


def predictive() -> dict[str, Rule]:
    """The rules that predict, by name; none where the floor has none."""
    if "predictive" not in MODE_NAMES.values():
        return {}
    from callfloor.floor.vocabulary import PACING_NAMES

    return {name: Rule(name, {"mode": "predictive", "pacing": name}, predicts=True) for name in PACING_NAMES}
