"""How often a number may be called."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callfloor.leads.attempt_limits import UNLIMITED, Allowance, AttemptLimits, allowance

NOW = 1_000_000.0
HOUR, DAY = 3600.0, 86400.0
TODAY = (NOW - 12 * HOUR, NOW + 12 * HOUR)


def ask(limits: AttemptLimits, *hours_ago: float, talked_h_ago: float = math.inf) -> Allowance:
    attempts = [NOW - hours * HOUR for hours in hours_ago]
    return allowance(limits, attempts, NOW - talked_h_ago * HOUR, TODAY, NOW)


def test_without_limits_everything_is_allowed() -> None:
    assert ask(AttemptLimits(), 1, 2, 3) == UNLIMITED
    assert AttemptLimits().looks_back_s == 0.0


@pytest.mark.parametrize(
    ("hours_ago", "from_h", "left"),
    [
        ([], -math.inf, 3),
        ([1], -math.inf, 2),
        ([1, 2], -math.inf, 1),
        ([1, 2, 23], 1, 1),
        ([1, 2, 24], 0, 1),
        ([1, 5, 10, 20], 14, 1),
    ],
)
def test_three_in_24_hours(hours_ago: list[float], from_h: float, left: int) -> None:
    assert ask(AttemptLimits(per_24h=3), *hours_ago) == Allowance(NOW + from_h * HOUR, left)


def test_a_calendar_day_ends_at_midnight_there() -> None:
    limits = AttemptLimits(per_day=2)
    assert ask(limits, 1, 13) == Allowance(-math.inf, 1)
    assert ask(limits, 1, 11) == Allowance(TODAY[1], 1)


def test_seven_in_seven_days() -> None:
    limits = AttemptLimits(per_7d=7)
    assert ask(limits, *range(1, 7)).left == 1
    assert ask(limits, *range(1, 8)).from_s == NOW - 7 * HOUR + 7 * DAY


def test_after_a_conversation_a_number_is_left_alone() -> None:
    limits = AttemptLimits(after_talk_s=7 * DAY)
    assert ask(limits, 30, talked_h_ago=30).from_s == NOW - 30 * HOUR + 7 * DAY
    assert ask(limits, 30).from_s == -math.inf


def test_the_longest_of_all_waits_holds() -> None:
    limits = AttemptLimits(per_day=1, per_24h=1, per_7d=1)
    assert ask(limits, 1).from_s == NOW - HOUR + 7 * DAY


@pytest.mark.parametrize(("own", "law", "both"), [(0, 0, 0), (0, 3, 3), (2, 3, 2), (5, 3, 3), (5, 0, 5)])
def test_of_two_limits_the_stricter_holds(own: int, law: int, both: int) -> None:
    assert AttemptLimits(per_24h=own).with_per_24h(law).per_24h == both


@settings(max_examples=200, derandomize=True, database=None)
@given(
    limits=st.builds(AttemptLimits, per_24h=st.integers(0, 4), per_7d=st.integers(0, 6)),
    gaps=st.lists(st.integers(0, 172_800), max_size=30),
)
def test_who_calls_whenever_it_is_allowed_never_exceeds_a_limit(
    limits: AttemptLimits, gaps: list[int]
) -> None:
    made: list[float] = []
    now = 0.0
    for gap in gaps:
        now += gap
        allowed = allowance(limits, made, -math.inf, (0.0, 0.0), now)
        now = max(now, allowed.from_s)
        made.append(now)
    for limit, span_s in ((limits.per_24h, DAY), (limits.per_7d, 7 * DAY)):
        for last in made:
            within = [at for at in made if last - span_s < at <= last]
            assert limit == 0 or len(within) <= limit
