"""Limited queues against Erlang B and the limited Erlang A."""

from __future__ import annotations

import math

import pytest

from callfloor.erlang import erlang_a, erlang_b, erlang_c
from tests.oracles.finite import finite


@pytest.mark.parametrize(("load", "agents"), [(0.5, 1), (9.0, 10), (120.0, 100)])
def test_no_room_is_erlang_b(load: float, agents: int) -> None:
    found = finite(agents=agents, arrivals_per_h=load * 20.0, talk_s=180.0, waiting_room=0)
    expected = erlang_b(load, agents)
    assert found.p_block == pytest.approx(expected.p_blocked, rel=1e-11)
    assert found.occupancy == pytest.approx(expected.occupancy, rel=1e-11)
    assert (found.p_wait, found.p_abandon, found.mean_wait_s, found.asa_s) == (0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("patience_s", [5.0, 120.0, math.inf])
@pytest.mark.parametrize("room", [1, 10, 60])
@pytest.mark.parametrize(("load", "agents"), [(0.5, 1), (9.0, 10), (95.0, 100), (120.0, 100)])
def test_room_is_erlang_a_with_a_limit(load: float, agents: int, room: int, patience_s: float) -> None:
    found = finite(
        agents=agents,
        arrivals_per_h=load * 20.0,
        talk_s=180.0,
        waiting_room=room,
        patience_s=patience_s,
    )
    expected = erlang_a(load, agents, 180.0, patience_s, queue_limit=room, percentiles=False)
    assert found.p_block == pytest.approx(expected.p_blocked, rel=1e-9, abs=1e-15)
    assert found.p_wait == pytest.approx(expected.p_wait, rel=1e-10)
    assert found.p_abandon == pytest.approx(expected.p_abandon, rel=1e-10)
    assert found.mean_wait_s == pytest.approx(expected.mean_wait_s, rel=1e-10)
    assert found.asa_s == pytest.approx(expected.asa_s, rel=1e-10)
    assert found.mean_queue == pytest.approx(expected.mean_queue, rel=1e-10)
    assert found.occupancy == pytest.approx(expected.occupancy, rel=1e-10)


def test_much_room_is_erlang_c() -> None:
    found = finite(agents=10, arrivals_per_h=160.0, talk_s=180.0, waiting_room=400)
    expected = erlang_c(8.0, 10, 180.0)
    assert found.p_block < 1e-30
    assert found.p_wait == pytest.approx(expected.p_wait, rel=1e-12)
    assert found.mean_wait_s == pytest.approx(expected.mean_wait_s, rel=1e-12)
    assert found.asa_s == pytest.approx(expected.asa_s, rel=1e-12)


def test_the_figures_that_the_project_is_measured_by() -> None:
    found = finite(agents=100, arrivals_per_h=1900.0, talk_s=180.0, waiting_room=300, patience_s=120.0)
    assert found.p_wait == pytest.approx(0.28868, abs=5e-6)
    assert found.p_abandon == pytest.approx(0.02322, abs=5e-6)
