"""Erlang B against fractions, fifty digits, its integral and the tables."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import pytest

from callfloor.erlang import blocking, erlang_b, offered_load
from tests.unit.erlang.exact import blocking_decimal, blocking_fraction, integral


@pytest.mark.parametrize(("load", "agents"), [(0.01, 3), (5.0, 10), (95.0, 100), (300.0, 100), (20.0, 60)])
def test_agrees_with_fractions(load: float, agents: int) -> None:
    exact = blocking_fraction(Fraction(load), agents)
    assert blocking(load, agents) == pytest.approx(float(exact), rel=1e-14, abs=0.0)


@pytest.mark.parametrize("load", [5_000.0, 9_500.0, 10_000.0, 20_000.0])
def test_ten_thousand_agents_to_twelve_digits(load: float) -> None:
    exact = blocking_decimal(load, 10_000)
    if exact < 1e-300:
        assert blocking(load, 10_000) == 0.0
    else:
        assert blocking(load, 10_000) == pytest.approx(exact, rel=1e-12, abs=0.0)


def test_published_tables() -> None:
    assert blocking(4.461, 10) == pytest.approx(0.01, abs=1e-5)
    assert blocking(84.06, 100) == pytest.approx(0.01, abs=1e-5)
    assert blocking(5.0, 10) == pytest.approx(0.018385, abs=1e-6)


@pytest.mark.parametrize("load", [0.05, 0.7, 1.0, 3.3, 40.0])
@pytest.mark.parametrize("agents", [0.25, 0.5, 2.5, 12.75])
def test_between_whole_numbers_it_is_the_integral(load: float, agents: float) -> None:
    inverse = integral(lambda u: math.exp(-u) * (1.0 + u / load) ** agents, 0.0, 100.0, panels=2_000)
    assert blocking(load, agents) == pytest.approx(1.0 / inverse, rel=1e-9)


def test_figures_of_a_floor_without_a_queue() -> None:
    found = erlang_b(95.0, 100)
    assert found.p_blocked == blocking(95.0, 100)
    assert found.service_level == found.service_level_net == 1.0 - found.p_blocked
    assert found.p_wait == found.p_abandon == found.mean_queue == found.asa_s == found.mean_wait_s == 0.0
    assert found.occupancy == pytest.approx(0.95 * (1.0 - found.p_blocked))


def test_nobody_at_the_desks() -> None:
    found = erlang_b(3.0, 0)
    assert found.p_blocked == 1.0
    assert [found.asa_s, found.mean_wait_s, found.wait_s, found.occupancy] == [None] * 4


def test_offered_load() -> None:
    assert offered_load(1_900.0, 180.0) == 95.0
    with pytest.raises(ValueError, match=r"^arrivals_per_h: expected a number over 0, found 0"):
        offered_load(0.0, 180.0)
    with pytest.raises(ValueError, match=r"^handle_s: expected a number over 0, found -2"):
        offered_load(1.0, -2.0)


@pytest.mark.parametrize(
    ("load", "agents", "message"),
    [
        (0.0, 3, "load_erlangs: expected a number over 0, found 0.0"),
        (3.0, -1, "agents: expected a number over 0, found -1"),
        (3.0, 1e10, "agents: expected at most 1,000,000,000, found 10000000000.0"),
    ],
)
def test_bad_numbers_are_named(load: float, agents: float, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        blocking(load, agents)
