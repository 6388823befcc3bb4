"""The dialer's chains against renewal theory, each other, and the rules played out line by line."""

from __future__ import annotations

import dataclasses
import math
from itertools import pairwise

import pytest

from tests.oracles.dialer import Dialing, lines_wanted, own_lines, own_lines_renewal, pooled
from tests.unit.oracles.literal import Played, play_own_lines, play_pooled

CASES = [(1, 12.0, 0.3, 120.0), (2, 12.0, 0.3, 120.0), (3, 40.0, 0.9, 15.0), (5, 6.0, 0.05, 300.0)]
"""Ratio, ring time, share of answers, talk time."""


def close(found: Dialing, expected: Dialing, error: float = 1e-10) -> None:
    for name, value in dataclasses.asdict(expected).items():
        assert getattr(found, name) == pytest.approx(value, rel=error, abs=1e-12), name


def test_lines_wanted_is_a_floor_that_forgives_rounding() -> None:
    assert 4.35 * 100 < 435.0
    assert lines_wanted(4.35, 100) == 435
    assert [lines_wanted(1.5, ready) for ready in range(5)] == [0, 1, 3, 4, 6]


@pytest.mark.parametrize("agents", [1, 4, 15])
def test_one_line_each_is_a_renewal_process(agents: int) -> None:
    """An agent rings for ring / p on average, then talks; nobody is ever abandoned."""
    cycle_s = 12.0 / 0.3 + 120.0
    found = pooled(agents=agents, dial_ratio=1.0, ring_s=12.0, human=0.3, talk_s=120.0)
    assert found.occupancy == pytest.approx(120.0 / cycle_s, rel=1e-12)
    assert found.connected_per_h == pytest.approx(agents * 3600.0 / cycle_s, rel=1e-12)
    assert found.attempts_per_h == pytest.approx(agents * 3600.0 / cycle_s / 0.3, rel=1e-12)
    assert found.abandoned_per_h == 0.0
    assert found.abandon_rate == 0.0


@pytest.mark.parametrize(("dial_ratio", "ring_s", "human", "talk_s"), CASES)
def test_a_pool_of_one_agent_is_an_agent_with_own_lines(
    dial_ratio: int, ring_s: float, human: float, talk_s: float
) -> None:
    own = own_lines(agents=1, dial_ratio=dial_ratio, ring_s=ring_s, human=human, talk_s=talk_s)
    close(pooled(agents=1, dial_ratio=dial_ratio, ring_s=ring_s, human=human, talk_s=talk_s), own)


@pytest.mark.parametrize(("dial_ratio", "ring_s", "human", "talk_s"), CASES)
def test_own_lines_are_a_renewal_process(dial_ratio: int, ring_s: float, human: float, talk_s: float) -> None:
    expected = own_lines_renewal(
        agents=7,
        dial_ratio=dial_ratio,
        ring_s=ring_s,
        human=human,
        busy_s=talk_s,
        outlasting=ring_s / (ring_s + talk_s),
    )
    close(own_lines(agents=7, dial_ratio=dial_ratio, ring_s=ring_s, human=human, talk_s=talk_s), expected)
    lost = human * (dial_ratio - 1) * talk_s / (talk_s + ring_s)
    assert expected.abandon_rate == pytest.approx(lost / (1.0 + lost), rel=1e-12)


@pytest.mark.parametrize("dial_ratio", [0.5, 1.0, 1.5, 2.0, 3.7])
@pytest.mark.parametrize("human", [0.1, 0.5, 1.0])
def test_what_goes_in_comes_out(dial_ratio: float, human: float) -> None:
    found = pooled(agents=8, dial_ratio=dial_ratio, ring_s=15.0, human=human, talk_s=90.0)
    assert found.human_answers_per_h == pytest.approx(human * found.attempts_per_h, rel=1e-11)
    assert found.connected_per_h * 90.0 / 3600.0 == pytest.approx(8.0 * found.occupancy, rel=1e-11)
    assert found.human_answers_per_h == pytest.approx(found.connected_per_h + found.abandoned_per_h)


def test_more_lines_mean_more_talk_and_more_abandoned() -> None:
    found = [
        pooled(agents=10, dial_ratio=ratio, ring_s=12.0, human=0.3, talk_s=120.0)
        for ratio in (1.0, 1.5, 2.0, 2.5, 3.0)
    ]
    for few, many in pairwise(found):
        assert few.occupancy < many.occupancy
        assert few.abandoned_per_h < many.abandoned_per_h
    own = own_lines(agents=10, dial_ratio=2, ring_s=12.0, human=0.3, talk_s=120.0)
    assert own.abandoned_per_h > found[2].abandoned_per_h


def test_when_nobody_answers_there_is_no_abandon_rate() -> None:
    found = pooled(agents=3, dial_ratio=2.0, ring_s=10.0, human=0.0, talk_s=60.0)
    assert found.attempts_per_h == pytest.approx(6.0 * 360.0)
    assert found.abandon_rate is None
    assert found.occupancy == 0.0


def test_constant_talk_and_wrap_up_outlast_lines_as_they_should() -> None:
    """Two lines: one is answered; the other rings on for an exponential time and is answered with p."""
    found = own_lines_renewal(
        agents=1,
        dial_ratio=2,
        ring_s=30.0,
        human=1.0,
        busy_s=70.0,
        outlasting=math.exp(-60.0 / 30.0) * 30.0 / (30.0 + 10.0),
    )
    lost = 1.0 - math.exp(-2.0) * 0.75
    assert found.abandon_rate == pytest.approx(lost / (1.0 + lost), rel=1e-12)
    assert found.occupancy == pytest.approx(70.0 / 85.0, rel=1e-12)


def alike(played: Played, expected: Dialing, agents: int, hours: float) -> None:
    """Within what chance does to counts of tens of thousands."""
    assert played.attempts / hours == pytest.approx(expected.attempts_per_h, rel=0.015)
    assert played.connected / hours == pytest.approx(expected.connected_per_h, rel=0.015)
    assert played.abandoned / hours == pytest.approx(expected.abandoned_per_h, rel=0.05)
    assert played.busy_s / 3600.0 / hours / agents == pytest.approx(expected.occupancy, rel=0.015)


def test_pooled_lines_against_the_rules_played_out() -> None:
    expected = pooled(agents=4, dial_ratio=2.5, ring_s=12.0, human=0.4, talk_s=30.0)
    alike(play_pooled(4, 2.5, 12.0, 0.4, 30.0, 200_000.0), expected, 4, 200.0 / 3.6)


def test_own_lines_against_the_rules_played_out() -> None:
    expected = own_lines(agents=5, dial_ratio=3, ring_s=20.0, human=0.4, talk_s=40.0)
    alike(play_own_lines(5, 3, 20.0, 0.4, 40.0, 200_000.0), expected, 5, 200.0 / 3.6)
