"""How the share of people among what attempts come to changes with the time of day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from callfloor.scenario.errors import ScenarioError
from callfloor.scenario.kinds import Number, Numbers, Span
from callfloor.scenario.section import Section, a_section, key

HUMAN = "human"
NEARLY = 1e-9
"""Shares that add up to 1 are told to so many digits."""


@a_section
class AnswerProfile(Section):
    """Factors of the share of people who answer, one interval after the other, again and again."""

    factors: tuple[float, ...] = field(
        metadata=key(
            Numbers(Number()),
            "what the share of `human` outcomes is multiplied by in each interval from the run's start, by "
            "when a call is placed. After the last interval it begins with the first again. The "
            "other outcomes keep their proportions and fill what is left",
        )
    )
    interval: float = field(default=1800.0, metadata=key(Span(1.0), "how long an interval is"))


def check_answer_profile(profile: AnswerProfile, outcome: Mapping[str, float]) -> None:
    """Refuse factors that leave no probabilities. Raises ScenarioError, seen from the campaign."""
    human = outcome.get(HUMAN, 0.0)
    if human == 0.0:
        raise ScenarioError(f"outcome.{HUMAN}", "expected over 0, for answer_profile to multiply, found none")
    for place, factor in enumerate(profile.factors, 1):
        share = human * factor
        where = f"answer_profile.factors.{place}"
        if share > 1.0 + NEARLY:
            raise ScenarioError(
                where,
                f"expected at most {1.0 / human:g}, since {human:g} of outcomes are human, found {factor:g}",
            )
        if human == 1.0 and share < 1.0:
            raise ScenarioError(
                where,
                f"expected 1, since all outcomes are human and none is left for the rest, found {factor:g}",
            )
