"""The grid of floors on which pacing rules are compared, and each of them as a scenario.

A floor has so many agents, a share of attempts that a person answers, and laws of talking and ringing. It is
steady, or the answer rate doubles or halves in mid-shift, or half the team goes to lunch for half an hour
then. A run of it is so many legal windows of 30 days one after the other, each with 22 shifts of 8 hours:
five days of work, two days off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DAY_S = 86400.0
WINDOW_DAYS = 30
WINDOW_S = WINDOW_DAYS * DAY_S
WORKING_DAYS = tuple(day for day in range(WINDOW_DAYS) if day % 7 < 5)
HOUR_S = 3600.0
STARTS_S = HOUR_S
"""Shifts begin an hour after midnight: there one window ends and the next begins."""

SHIFT_S = 8 * HOUR_S
MIDDLE_S = SHIFT_S / 2
LUNCH_S = 1800.0

STEADY, DOUBLING, HALVING, LUNCH = PATTERNS = ("steady", "doubling", "halving", "lunch")
FACTORS: Mapping[str, float] = {DOUBLING: 2.0, HALVING: 0.5}
"""Of the answer rate, for the second half of the shift."""

LEADS = 2_000_000_000
"""So many that they never run out; they take no memory."""

ABANDON_RATE_MAX = 0.03


@dataclass(frozen=True, slots=True)
class Floor:
    """A floor of the grid. `law` of talking is "exp", "logn" (sd = mean) or "flat" (uniform, ±10 %), or
    "span": uniform from `talk_s` to `talk_to_s`. It rings `ring_s`, uniform from lowest to highest.
    """

    agents: int
    answer_rate: float
    talk_s: float
    law: str = "exp"
    ring_s: tuple[float, float] = (5.0, 25.0)
    pattern: str = STEADY
    talk_to_s: float = 0.0

    @property
    def name(self) -> str:
        """The floor in a word, such as `10-0.15-exp120-ring5:25-doubling`."""
        talk = f"{self.talk_s:g}" if self.law != "span" else f"{self.talk_s:g}:{self.talk_to_s:g}"
        low, high = self.ring_s
        return f"{self.agents}-{self.answer_rate:g}-{self.law}{talk}-ring{low:g}:{high:g}-{self.pattern}"

    @property
    def talk_mean_s(self) -> float:
        """How long people talk on average."""
        return self.talk_s if self.law != "span" else (self.talk_s + self.talk_to_s) / 2

    @property
    def answer_rates(self) -> tuple[float, float]:
        """The answer rate in the first and in the second half of the shift."""
        return self.answer_rate, self.answer_rate * FACTORS.get(self.pattern, 1.0)

    @property
    def attempts(self) -> float:
        """About how many calls are placed in a window, if agents talk all the time."""
        work_s = self.agents * len(WORKING_DAYS) * SHIFT_S / 2
        return sum(work_s / self.talk_mean_s / rate for rate in self.answer_rates)


def talk_law(floor: Floor) -> Any:
    """How long people talk, as a scenario has it."""
    mean = floor.talk_s
    if floor.law == "span":
        return {"dist": "uniform", "low": mean, "high": floor.talk_to_s}
    if floor.law == "logn":
        return {"dist": "lognormal", "mean": mean, "sd": mean}
    if floor.law == "flat":
        return {"dist": "uniform", "low": 0.9 * mean, "high": 1.1 * mean}
    return {"dist": "exponential", "mean": mean}


def document(floor: Floor, windows: int, seed: int, campaign: Mapping[str, Any]) -> dict[str, Any]:
    """The scenario of a run; `campaign` has the keys of the rule: mode, dial_ratio, pacing and so on."""
    days = [window * WINDOW_DAYS + day for window in range(windows) for day in WORKING_DAYS]
    starts = [day * DAY_S + STARTS_S for day in days]
    shifts = [{"from": at, "to": at + SHIFT_S} for at in starts]
    groups: list[dict[str, Any]] = [{"name": "agents", "agents": floor.agents, "shifts": shifts}]
    if floor.pattern == LUNCH:
        breaks = [{"from": at + MIDDLE_S, "to": at + MIDDLE_S + LUNCH_S} for at in starts]
        there = floor.agents // 2
        groups[0]["agents"] = floor.agents - there
        groups.append({"name": "at lunch", "agents": there, "shifts": shifts, "breaks": breaks})
    dialled: dict[str, Any] = {
        "name": "dialled",
        "leads": LEADS,
        "max_attempts": 1,
        "retry_after_s": {},
        "outcome": {"human": floor.answer_rate, "no_answer": 1.0 - floor.answer_rate},
        "ring_s": {"dist": "uniform", "low": floor.ring_s[0], "high": floor.ring_s[1]},
        "ring_timeout_s": 25,
        "talk_s": talk_law(floor),
        "answer_within_s": 2,
        "patience_s": "never",
        "abandon_rate_max": ABANDON_RATE_MAX,
        **campaign,
    }
    if floor.pattern in FACTORS:
        first, last = round((STARTS_S + MIDDLE_S) / HOUR_S), round((STARTS_S + SHIFT_S) / HOUR_S)
        factors = [FACTORS[floor.pattern] if first <= hour < last else 1.0 for hour in range(24)]
        dialled["answer_profile"] = {"factors": factors, "interval": HOUR_S}
    return {
        "name": floor.name,
        "run": {"duration": windows * WINDOW_S, "replications": 1, "seed": seed},
        "groups": groups,
        "campaigns": [dialled],
    }


_QUICK, _SLOW, _EVEN = (5.0, 10.0), (15.0, 25.0), (5.0, 25.0)

SMALL = tuple(
    Floor(agents, *rest)
    for agents in (2, 5)
    for rest in (
        (0.10, 120.0, "exp", _EVEN, STEADY),
        (0.15, 120.0, "exp", _EVEN, STEADY),
        (0.30, 30.0, "exp", _EVEN, STEADY),
        (0.30, 120.0, "exp", _EVEN, STEADY),
        (0.10, 60.0, "logn", _SLOW, STEADY),
        (0.45, 30.0, "flat", _EVEN, STEADY),
        (0.60, 120.0, "logn", _QUICK, STEADY),
        (0.20, 300.0, "flat", _EVEN, STEADY),
        (0.45, 600.0, "exp", _SLOW, STEADY),
        (0.15, 120.0, "exp", _EVEN, DOUBLING),
        (0.30, 60.0, "flat", _QUICK, DOUBLING),
        (0.60, 120.0, "exp", _EVEN, HALVING),
        (0.20, 60.0, "logn", _EVEN, LUNCH),
    )
)
MIDDLE = tuple(
    Floor(agents, *rest)
    for agents in (10, 25)
    for rest in (
        (0.15, 120.0, "exp", _EVEN, STEADY),
        (0.30, 120.0, "exp", _EVEN, STEADY),
        (0.20, 30.0, "logn", _SLOW, STEADY),
        (0.45, 60.0, "flat", _QUICK, STEADY),
        (0.60, 600.0, "exp", _EVEN, STEADY),
        (0.15, 120.0, "exp", _EVEN, DOUBLING),
        (0.30, 300.0, "flat", _SLOW, DOUBLING),
        (0.60, 60.0, "logn", _EVEN, HALVING),
        (0.20, 120.0, "exp", _QUICK, HALVING),
        (0.30, 120.0, "logn", _EVEN, LUNCH),
    )
)
LARGE = (
    Floor(50, 0.30, 120.0),
    Floor(50, 0.10, 300.0, "logn"),
    Floor(50, 0.45, 30.0, "exp", _SLOW),
    Floor(50, 0.60, 120.0, "flat", _QUICK),
    Floor(50, 0.15, 120.0, "exp", _EVEN, DOUBLING),
    Floor(50, 0.60, 300.0, "logn", _EVEN, HALVING),
    Floor(50, 0.30, 120.0, "exp", _EVEN, LUNCH),
    Floor(100, 0.30, 300.0, "logn"),
    Floor(100, 0.60, 60.0, "exp", _SLOW),
    Floor(100, 0.20, 300.0, "flat", _EVEN, DOUBLING),
    Floor(100, 0.45, 120.0, "exp", _QUICK, HALVING),
    Floor(100, 0.30, 300.0, "exp", _EVEN, LUNCH),
    Floor(250, 0.30, 120.0),
    Floor(250, 0.45, 300.0, "flat", _SLOW),
    Floor(250, 0.20, 600.0, "logn", _EVEN, DOUBLING),
    Floor(250, 0.60, 300.0, "exp", _EVEN, HALVING),
    Floor(500, 0.30, 600.0),
    Floor(500, 0.60, 300.0, "logn", _QUICK),
    Floor(500, 0.30, 300.0, "exp", _EVEN, DOUBLING),
    Floor(500, 0.45, 600.0, "flat", _EVEN, LUNCH),
)
PUBLISHED = (
    Floor(50, 0.80, 40.0, "span", _SLOW, STEADY, 60.0),
    Floor(50, 0.80, 60.0, "span", _SLOW, STEADY, 120.0),
    Floor(50, 0.80, 500.0, "span", _SLOW, STEADY, 600.0),
)
"""Fifty agents, an answer after 15 to 25 s, eight attempts of ten: what a vendor has published."""

FLOORS: tuple[Floor, ...] = (*SMALL, *MIDDLE, *LARGE, *PUBLISHED)
