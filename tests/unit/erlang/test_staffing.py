"""The fewest agents: one fewer is too few, whatever the target and the size."""

from __future__ import annotations

import math
import re
import time
from typing import Any

import pytest

from callfloor.erlang import Targets, agents_for_blocking, agents_needed, blocking, erlang_a

TARGETS = [
    Targets(service_level_min=0.8),
    Targets(p_wait_max=0.2),
    Targets(asa_s_max=3.0),
    Targets(occupancy_max=0.85),
    Targets(service_level_min=0.9, occupancy_max=0.95),
]


@pytest.mark.parametrize("targets", TARGETS, ids=str)
@pytest.mark.parametrize("patience_s", [5.0, 120.0, math.inf])
@pytest.mark.parametrize("load", [0.2, 7.3, 95.0, 2_000.0])
def test_one_fewer_is_too_few(load: float, patience_s: float, targets: Targets) -> None:
    agents = agents_needed(load, targets, handle_s=180.0, patience_s=patience_s)
    assert targets.met_by(erlang_a(load, agents, 180.0, patience_s))
    if agents > 1 and not (math.isinf(patience_s) and agents - 1 <= load):
        assert not targets.met_by(erlang_a(load, agents - 1, 180.0, patience_s))


@pytest.mark.parametrize("queue_limit", [0, 3, 50])
def test_losses(queue_limit: int) -> None:
    for targets in (Targets(p_abandon_max=0.02), Targets(p_wait_max=0.1), Targets(p_blocked_max=0.01)):
        agents = agents_needed(95.0, targets, handle_s=180.0, patience_s=120.0, queue_limit=queue_limit)
        assert targets.met_by(erlang_a(95.0, agents, 180.0, 120.0, queue_limit=queue_limit))
        if agents > 1:
            assert not targets.met_by(erlang_a(95.0, agents - 1, 180.0, 120.0, queue_limit=queue_limit))


def test_turning_callers_away_does_not_count_as_serving_them() -> None:
    agents = agents_needed(95.0, Targets(p_wait_max=0.05), handle_s=180.0, patience_s=120.0, queue_limit=1)
    assert agents > 95


@pytest.mark.parametrize(("load", "share"), [(0.001, 0.5), (5.0, 0.02), (95.0, 0.01), (10_000.0, 0.001)])
def test_agents_for_blocking(load: float, share: float) -> None:
    agents = agents_for_blocking(load, share)
    assert blocking(load, agents) <= share
    assert agents == 1 or blocking(load, agents - 1) > share


def test_quick_for_fifty_thousand_agents() -> None:
    start = time.perf_counter()
    for patience_s in (120.0, math.inf):
        assert agents_needed(50_000.0, TARGETS[0], handle_s=180.0, patience_s=patience_s) > 40_000
    assert agents_for_blocking(50_000.0, 0.01) > 49_000
    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "targets: expected at least one of service_level_min, p_wait_max, "),
        (
            {"service_level_min": 80.0},
            "service_level_min: expected a share between 0 and 1 such as 0.8, found 80",
        ),
        ({"service_level_min": 1.0}, "service_level_min: expected a share between 0 and 1"),
        ({"p_abandon_max": 0.0}, "p_abandon_max: expected a share between 0 and 1"),
        ({"p_blocked_max": math.nan}, "p_blocked_max: expected a share between 0 and 1"),
        ({"asa_s_max": 0.0}, "asa_s_max: expected a number over 0, found 0.0"),
    ],
)
def test_bad_targets_are_named(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        Targets(**wrong)


def test_bad_numbers_are_named() -> None:
    with pytest.raises(ValueError, match=r"^load_erlangs: expected a number over 0, found nan"):
        agents_needed(math.nan, TARGETS[0], handle_s=180.0)
    with pytest.raises(ValueError, match=r"^handle_s: expected a number over 0, found 0"):
        agents_needed(3.0, TARGETS[0], handle_s=0.0)
    with pytest.raises(
        ValueError, match=r"^p_blocked_max: expected a share between 0 and 1 such as 0.01, found 2"
    ):
        agents_for_blocking(3.0, 2.0)
    with pytest.raises(ValueError, match=r"^load_erlangs: expected a number over 0"):
        agents_for_blocking(-3.0, 0.01)
