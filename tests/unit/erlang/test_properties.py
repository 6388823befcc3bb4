"""What must hold for any queue: shares are shares, more agents help, more load hurts, limits are met."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from callfloor.erlang import Figures, blocking, erlang_a, erlang_c

AGENTS = st.integers(1, 400)
RATIO = st.floats(0.02, 4.0)
HANDLE_S = st.floats(0.5, 2_000.0)
PATIENCE_S = st.floats(0.01, 20_000.0)
QUEUE_LIMIT = st.sampled_from([0, 1, 2, 17, 300])
LIMIT_S = st.floats(0.0, 600.0)
SLACK = 1e-11


def shares(found: Figures) -> list[float]:
    net = found.service_level_net
    assert net is not None
    assert found.occupancy is not None
    return [found.p_wait, found.p_abandon, found.p_blocked, found.service_level, net, found.occupancy]


@settings(max_examples=100, deadline=None)
@given(AGENTS, RATIO, HANDLE_S, PATIENCE_S, QUEUE_LIMIT, LIMIT_S)
def test_figures_are_consistent(
    agents: int, ratio: float, handle_s: float, patience_s: float, queue_limit: int, limit_s: float
) -> None:
    load = ratio * agents
    found = erlang_a(load, agents, handle_s, patience_s, queue_limit=queue_limit, service_level_s=limit_s)
    assert all(0.0 <= share <= 1.0 for share in shares(found))
    assert found.asa_s is not None
    assert found.mean_wait_s is not None
    assert found.wait_s is not None
    assert found.occupancy is not None
    waits_s = [found.asa_s, found.mean_wait_s, found.wait_s.p50, found.wait_s.p90, found.wait_s.p99]
    assert all(0.0 <= wait_s < math.inf for wait_s in waits_s)
    assert found.wait_s.p50 <= found.wait_s.p90 <= found.wait_s.p95 <= found.wait_s.p99
    assert found.occupancy / ratio + found.p_abandon + found.p_blocked == pytest.approx(1.0, abs=1e-11)
    waited_s = found.mean_wait_s * (1.0 - found.p_blocked)
    assert math.isclose(found.p_abandon * patience_s, waited_s, rel_tol=1e-9, abs_tol=1e-12)
    assert found.service_level_net is not None
    assert found.service_level <= found.service_level_net + SLACK
    longer = erlang_a(
        load, agents, handle_s, patience_s, queue_limit=queue_limit, service_level_s=2 * limit_s
    )
    assert longer.service_level >= found.service_level - SLACK


@settings(max_examples=100, deadline=None)
@given(AGENTS, RATIO, HANDLE_S, PATIENCE_S, QUEUE_LIMIT, LIMIT_S)
def test_more_agents_help(
    agents: int, ratio: float, handle_s: float, patience_s: float, queue_limit: int, limit_s: float
) -> None:
    load = ratio * agents
    few = erlang_a(load, agents, handle_s, patience_s, queue_limit=queue_limit, service_level_s=limit_s)
    many = erlang_a(load, agents + 1, handle_s, patience_s, queue_limit=queue_limit, service_level_s=limit_s)
    check_better(many, few)


@settings(max_examples=100, deadline=None)
@given(AGENTS, RATIO, HANDLE_S, PATIENCE_S, QUEUE_LIMIT, LIMIT_S)
def test_more_load_hurts(
    agents: int, ratio: float, handle_s: float, patience_s: float, queue_limit: int, limit_s: float
) -> None:
    load = ratio * agents
    light = erlang_a(load, agents, handle_s, patience_s, queue_limit=queue_limit, service_level_s=limit_s)
    heavy = erlang_a(
        1.1 * load, agents, handle_s, patience_s, queue_limit=queue_limit, service_level_s=limit_s
    )
    check_better(light, heavy)


def check_better(better: Figures, worse: Figures) -> None:
    """Every figure; the blocked count as lost, so that turning callers away is no improvement."""
    assert better.service_level >= worse.service_level - SLACK
    assert better.p_blocked <= worse.p_blocked + SLACK
    assert better.p_wait + better.p_blocked <= worse.p_wait + worse.p_blocked + SLACK
    assert better.p_abandon + better.p_blocked <= worse.p_abandon + worse.p_blocked + SLACK
    assert better.asa_s is not None
    assert worse.asa_s is not None
    assert better.asa_s <= worse.asa_s * (1.0 + SLACK) + SLACK
    assert better.occupancy is not None
    assert worse.occupancy is not None
    assert better.occupancy <= worse.occupancy + SLACK


@settings(max_examples=50, deadline=None)
@given(AGENTS, st.floats(0.02, 0.97), HANDLE_S)
def test_with_ever_more_patience_it_becomes_erlang_c(agents: int, ratio: float, handle_s: float) -> None:
    patient = erlang_c(ratio * agents, agents, handle_s)
    assert patient.asa_s is not None
    apart = []
    for patience_s in (1e6, 1e9):
        found = erlang_a(ratio * agents, agents, handle_s, patience_s * handle_s)
        assert found.asa_s is not None
        assert found.p_wait <= patient.p_wait + SLACK
        assert found.p_abandon <= patient.asa_s / (patience_s * handle_s) + SLACK
        apart.append(abs(found.asa_s - patient.asa_s) / handle_s)
    assert apart[1] <= 1e-4
    assert apart[1] <= apart[0] + SLACK


@settings(max_examples=50, deadline=None)
@given(AGENTS, RATIO, HANDLE_S)
def test_with_ever_less_patience_it_becomes_erlang_b(agents: int, ratio: float, handle_s: float) -> None:
    found = erlang_a(ratio * agents, agents, handle_s, 1e-12 * handle_s)
    assert found.p_abandon == pytest.approx(blocking(ratio * agents, agents), rel=1e-6, abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(st.floats(0.01, 500.0), st.floats(0.0, 600.0))
def test_blocking_obeys_its_recursion_everywhere(load: float, agents: float) -> None:
    assume(agents == 0.0 or agents > 1e-3)
    one_fewer, blocked = blocking(load, agents), blocking(load, agents + 1.0)
    assert 0.0 <= blocked < one_fewer <= 1.0 or one_fewer == 0.0
    assert blocked == pytest.approx(
        load * one_fewer / (agents + 1.0 + load * one_fewer), rel=1e-12, abs=1e-300
    )
    assert blocking(1.1 * load, agents) >= one_fewer
