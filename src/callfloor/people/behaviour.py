"""Who answers, and how: outcomes, ringing, talking and waiting of the people who are called.

Every draw is a pure function of the seed, the number called, the attempt and its purpose. So two runs meet
the same people, whatever the order of events, and one draw more or less changes no other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from callfloor.floor.vocabulary import (
    BUSY,
    CONFIGURATION,
    CONGESTION,
    DISCONNECTED,
    HUMAN,
    MACHINE,
    NEVER,
    NO_ANSWER,
    OUTCOME_NAMES,
    REFUSED,
    REJECTED,
    TRUNK,
    UNDETERMINED,
)
from callfloor.people.random import uniform

SHORTEST_RING_S = 0.1
"""Every attempt takes at least this long, so that no loop of dialling can close within one instant."""

DIAL_FAILURES: Mapping[int, float] = {
    BUSY: 0.25,
    NO_ANSWER: 0.45,
    MACHINE: 0.15,
    DISCONNECTED: 0.10,
    CONGESTION: 0.03,
    REJECTED: 0.02,
}
"""What the failures of ``callfloor dial`` are, as shares of all failures. An answering machine is one of
them: no agent gets to talk."""

DIAL_TALK = (0.9, 1.25)
"""Shortest and longest call of ``callfloor dial`` in terms of its call length, as in the first dialer."""

MESSAGE_S = 3.0
MACHINE_S = 30.0

NETWORK_OUTCOMES = frozenset(
    [
        HUMAN,
        MACHINE,
        BUSY,
        NO_ANSWER,
        DISCONNECTED,
        CONGESTION,
        REJECTED,
        REFUSED,
        TRUNK,
        CONFIGURATION,
        UNDETERMINED,
    ]
)
"""Outcomes that the network or answering-machine detection can report; the others are our own doing."""

ANSWERS = frozenset([HUMAN, MACHINE, UNDETERMINED])
"""Outcomes that mean that the call has been answered."""

# Purposes of draws: a number once given is never given to another purpose, or recorded runs change.
_OUTCOME = 0xBE01
_RING = 0xBE02
_TALK = 0xBE03

_CALL_ID = re.compile(r"[0-9a-f]{32}", re.ASCII | re.IGNORECASE)
_RANGE = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)(?:\s*-\s*(\d+(?:\.\d*)?|\.\d+))?\s*", re.ASCII)


def attempt_key(call_id: str) -> int:
    """Return the word by which draws tell one attempt from another: the id's last 16 hexadecimal digits.

    Raises
    ------
    ValueError
        the id is not 32 hexadecimal digits.
    """
    if _CALL_ID.fullmatch(call_id) is None:
        raise ValueError(f"call_id: expected 32 hexadecimal digits, found {call_id!r}")
    return int(call_id[16:], 16)


def seconds_range(text: str) -> tuple[float, float]:
    """Read seconds as the command line gives them: ``0.1``, or ``0.1-0.3`` for anything between.

    Raises
    ------
    ValueError
        the text is neither; the message says what was expected and found.
    """
    match = _RANGE.fullmatch(text)
    if match is None:
        raise ValueError(f"expected seconds such as 0.1, or LOW-HIGH such as 0.1-0.3; found {text!r}")
    low = float(match[1])
    return low, low if match[2] is None else float(match[2])


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the people of a run behave on the telephone.

    `outcomes` are probabilities by outcome code (those not named are 0). `ring_s` and `talk_s` are lowest
    and highest seconds, uniform between; every outcome, failures too, takes its ring time. `patience_s` is
    how long a person who has answered waits for an agent (infinity: for ever), `message_s` how long a
    recorded message plays, `machine_s` how long an answering machine records before it hangs up.

    Raises
    ------
    ValueError
        a value is out of range; the message names the field, what was expected and what was found.
    """

    outcomes: Mapping[int, float]
    ring_s: tuple[float, float]
    talk_s: tuple[float, float]
    patience_s: float = NEVER
    message_s: float = MESSAGE_S
    machine_s: float = MACHINE_S
    _steps: tuple[tuple[float, int], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # In the order of the codes: the order in which the caller named them must not change a draw.
        outcomes = dict(sorted(self.outcomes.items()))
        _check_outcomes(outcomes)
        _check_range("ring_s", self.ring_s, SHORTEST_RING_S)
        _check_range("talk_s", self.talk_s, 0.0)
        _check_seconds("message_s", self.message_s)
        _check_seconds("machine_s", self.machine_s)
        if not self.patience_s >= 0.0:
            raise ValueError(f"patience_s: expected 0 or more seconds, or infinity; found {self.patience_s}")
        steps: list[tuple[float, int]] = []
        total = 0.0
        for code, probability in outcomes.items():
            total += probability
            if probability > 0.0:
                steps.append((total, code))
        object.__setattr__(self, "outcomes", outcomes)
        object.__setattr__(self, "_steps", tuple(steps))

    @classmethod
    def of_dial_options(
        cls,
        call_fail_percent: float,
        call_length_s: float,
        ring_s: tuple[float, float],
        *,
        patience_s: float = NEVER,
        message_s: float = MESSAGE_S,
    ) -> Self:
        """Return the people of ``callfloor dial``: so many per cent of attempts fail, by `DIAL_FAILURES`.

        The other attempts are answered by a person, who talks for `call_length_s` times 0.9 to 1.25, uniform.

        Raises
        ------
        ValueError
            a value is out of range; the message names it.
        """
        if not 0.0 <= call_fail_percent <= 100.0:
            raise ValueError(f"call_fail_percent: expected 0 to 100, found {call_fail_percent}")
        _check_seconds("call_length_s", call_length_s)
        failing = call_fail_percent / 100.0
        outcomes = {code: failing * share for code, share in DIAL_FAILURES.items()}
        outcomes[HUMAN] = 1.0 - failing
        shortest, longest = DIAL_TALK
        talk_s = (call_length_s * shortest, call_length_s * longest)
        return cls(outcomes, ring_s, talk_s, patience_s=patience_s, message_s=message_s)

    def outcome(self, seed: int, number: int, attempt: int) -> int:
        """Return what an attempt comes to: an outcome code."""
        draw = uniform(seed, number, attempt, _OUTCOME)
        for upto, code in self._steps:
            if draw < upto:
                return code
        # Probabilities may add up to a little less than 1.
        return self._steps[-1][1]

    def ring_time_s(self, seed: int, number: int, attempt: int) -> float:
        """Return how long it rings (seconds) until the outcome shows."""
        return _between(self.ring_s, uniform(seed, number, attempt, _RING))

    def talk_time_s(self, seed: int, number: int, attempt: int) -> float:
        """Return how long (seconds) the person talks with an agent."""
        return _between(self.talk_s, uniform(seed, number, attempt, _TALK))


def _between(limits: tuple[float, float], draw: float) -> float:
    """The point of a range at that share of its way; never beyond its end by rounding."""
    low, high = limits
    return min(low + (high - low) * draw, high)


def _check_outcomes(outcomes: Mapping[int, float]) -> None:
    """Refuse probabilities that are none, of what the network cannot report, or that do not add up to 1."""
    for code, probability in outcomes.items():
        if code not in NETWORK_OUTCOMES:
            known = ", ".join(f"{c} ({OUTCOME_NAMES[c]})" for c in sorted(NETWORK_OUTCOMES))
            raise ValueError(f"outcomes: expected codes among {known}; found {code}")
        if not 0.0 <= probability <= 1.0:
            name = OUTCOME_NAMES[code]
            raise ValueError(f"outcomes: expected a probability from 0 to 1 for {name}, found {probability}")
    total = math.fsum(outcomes.values())
    if abs(total - 1.0) > 1e-9:
        raise ValueError(f"outcomes: expected probabilities that add up to 1, found {total}")


def _check_range(name: str, limits: tuple[float, float], least: float) -> None:
    """Refuse a range that is empty, endless or starts too low."""
    low, high = limits
    if not least <= low <= high < math.inf:
        wanted = f"expected {least:g} <= low <= high seconds"
        raise ValueError(f"{name}: {wanted}; found low {low:g} and high {high:g}")


def _check_seconds(name: str, value: float) -> None:
    """Refuse a span of time that is negative, endless or no number."""
    if not 0.0 <= value < math.inf:
        raise ValueError(f"{name}: expected 0 or more seconds, found {value}")
