"""What agents say of conversations in the scenario file: shares, and what becomes of the lead."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field

from callfloor.floor.vocabulary import DISPOSITION_DOES_NAMES
from callfloor.scenario.distributions import Distribution, Durations
from callfloor.scenario.errors import ScenarioError, shown
from callfloor.scenario.kinds import PROBABILITY, Choice, Span, Text
from callfloor.scenario.section import Section, a_section, key

RETRY, CALL_BACK = "retry", "call_back"
NEARLY = 1e-9
"""Shares that add up to 1 are told to so many digits."""


@a_section
class Disposition(Section):
    """Something that agents say of conversations, and what becomes of the lead by it."""

    name: str = field(metadata=key(Text(name=True), "what agents say"))
    share: float = field(
        metadata=key(PROBABILITY, "of how many conversations they say it; of the rest they say nothing")
    )
    does: str = field(
        default="done",
        metadata=key(
            Choice(DISPOSITION_DOES_NAMES),
            "what becomes of the lead. `note`: what the outcome says. `done`: it is not called again. "
            "`retry`: it is, after `retry_after_s`. `drop_number`, `bar_number`: not on this number. "
            "`call_back`: it has an appointment with the agent",
        ),
    )
    retry_after_s: float = field(
        default=86400.0, metadata=key(Span(), "how long a lead waits that is called again")
    )
    call_back_after_s: Distribution | None = field(
        default=None,
        metadata=key(
            Durations(),
            "`call_back`: when the person wants to be called, from the end of the conversation",
            otherwise="`retry_after_s`",
        ),
    )

    def check(self) -> None:
        """Refuse a time to call back where nobody is called back."""
        if self.call_back_after_s is not None and self.does != CALL_BACK:
            raise ScenarioError(
                "call_back_after_s", f'expected does = "{CALL_BACK}" beside it, found "{self.does}"'
            )

    @property
    def calls_again(self) -> bool:
        """Whether the lead is called again after it."""
        return self.share > 0 and self.does in (RETRY, CALL_BACK)

    @property
    def makes_appointment(self) -> bool:
        """Whether the person has an appointment after it."""
        return self.share > 0 and self.does == CALL_BACK


def check_dispositions(dispositions: Sequence[Disposition]) -> None:
    """Refuse more than there are conversations. Raises ScenarioError, seen from the campaign."""
    total = math.fsum(each.share for each in dispositions)
    if total > 1.0 + NEARLY:
        named = ", ".join(f"{each.name} {each.share:g}" for each in dispositions)
        raise ScenarioError(
            "dispositions", f"expected shares that add up to 1 at most, found {total:.9g} ({named})"
        )


def check_appointments(human: float | None, outcome: Mapping[str, float]) -> None:
    """Refuse appointments that people miss, where nothing else comes of attempts. Raises ScenarioError."""
    if human is not None and outcome.get("human") == 1 > human:
        raise ScenarioError(
            "appointment_human",
            f"expected 1, since all outcomes are human and none is left for the rest, found {shown(human)}",
        )
