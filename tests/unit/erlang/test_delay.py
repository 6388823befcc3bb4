"""Erlang C against fractions and the tables."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from callfloor.erlang import erlang_c
from tests.unit.erlang.exact import blocking_decimal, blocking_fraction


@pytest.mark.parametrize(("load", "agents"), [(0.5, 1), (5.0, 10), (95.0, 100), (99.5, 100)])
def test_agrees_with_fractions(load: float, agents: int) -> None:
    blocked = blocking_fraction(Fraction(load), agents)
    p_wait = float(agents * blocked / (agents - Fraction(load) * (1 - blocked)))
    mean_s = 180.0 / (agents - load)
    found = erlang_c(load, agents, 180.0, service_level_s=25.0)
    assert found.p_wait == pytest.approx(p_wait, rel=1e-13)
    assert found.asa_s == found.mean_wait_s == pytest.approx(p_wait * mean_s, rel=1e-13)
    assert found.service_level == pytest.approx(1.0 - p_wait * math.exp(-25.0 / mean_s), rel=1e-13)
    assert found.service_level_net == found.service_level
    assert found.mean_queue == pytest.approx(p_wait * load / (agents - load), rel=1e-13)
    assert found.occupancy == load / agents
    assert found.p_abandon == found.p_blocked == 0.0


def test_one_agent_in_closed_form() -> None:
    found = erlang_c(0.8, 1, 60.0)
    assert found.p_wait == pytest.approx(0.8)
    assert found.asa_s == pytest.approx(240.0)
    assert found.mean_queue == pytest.approx(3.2)
    assert found.wait_s is not None
    assert found.wait_s.p99 == pytest.approx(300.0 * math.log(80.0))


def test_published_table() -> None:
    assert erlang_c(5.0, 10, 1.0).p_wait == pytest.approx(0.036105, abs=1e-6)


def test_percentiles_invert_the_service_level() -> None:
    found = erlang_c(95.0, 100, 180.0).wait_s
    assert found is not None
    for share, wait_s in ((0.5, found.p50), (0.9, found.p90), (0.95, found.p95), (0.99, found.p99)):
        assert erlang_c(95.0, 100, 180.0, service_level_s=wait_s).service_level == pytest.approx(share)
    idle = erlang_c(10.0, 100, 180.0).wait_s
    assert idle is not None
    assert idle.p99 == 0.0


@pytest.mark.parametrize("load", [5_000.0, 9_900.0, 9_999.0])
def test_ten_thousand_agents(load: float) -> None:
    blocked = blocking_decimal(load, 10_000)
    found = erlang_c(load, 10_000, 180.0)
    expected = 10_000.0 * blocked / (10_000.0 - load * (1.0 - blocked))
    assert found.p_wait == pytest.approx(expected, rel=1e-10, abs=1e-300)
    assert found.asa_s is not None
    assert math.isfinite(found.asa_s)


@pytest.mark.parametrize(("load", "named"), [(95.0, 95), (100.0, 95), (95.5, 95)])
def test_too_much_load_says_that_the_queue_grows(load: float, named: int) -> None:
    message = f"^agents: the queue grows without limit: {load:g} erlangs need more than {int(load)} agents, "
    with pytest.raises(ValueError, match=message + f"found {named}"):
        erlang_c(load, named, 180.0)
