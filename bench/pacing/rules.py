"""The rules that are compared: each is what a campaign of the scenario is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from callfloor.floor.setting_codes import PACING_NAMES

OURS, REFERENCE, READY = "callfloor", "reference", "vicidial_ready"
VICIDIAL_READY = {"mode": "predictive", "pacing": "vicidial", "vicidial_ready": True}
RISK_FIRST = 0.03
"""With which tuning begins."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by name, with the keys of a campaign that turn it on.

    `predicts`: it depends on the pacing code, and so on every change of that. With a `risk` it knows the true
    rates and lets each line bear so much (see ``truth``).
    """

    name: str
    campaign: Mapping[str, Any]
    predicts: bool = False
    risk: float | None = None


PROGRESSIVE = Rule("progressive", {"mode": "progressive"})


def fixed(lines_per_agent: float) -> Rule:
    """So many lines for each ready agent, rounded down for all of them together."""
    return Rule(f"ratio {lines_per_agent:.4g}", {"mode": "power", "dial_ratio": lines_per_agent})


def predictive() -> dict[str, Rule]:
    """The rules that predict, by name. The reference has a risk that is yet to be tuned."""
    rules = {
        name: Rule(name, {"mode": "predictive", "pacing": name}, predicts=True)
        for name in PACING_NAMES.values()
    }
    return {**rules, READY: Rule(READY, VICIDIAL_READY, predicts=True), REFERENCE: knowing(RISK_FIRST)}


def knowing(risk: float) -> Rule:
    """The reference at a risk: it looks ahead, and knows the truth."""
    campaign = {"mode": "predictive", "pacing": "callfloor"}
    return Rule(f"{REFERENCE} {risk:.4g}", campaign, predicts=True, risk=risk)
