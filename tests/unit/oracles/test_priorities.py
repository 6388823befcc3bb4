"""Priorities with several agents against Erlang C, one agent, and a chain."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from callfloor.erlang import erlang_c
from tests.oracles.chains import long_run
from tests.oracles.priorities import by_priority
from tests.oracles.single_server import PriorityClass, head_of_line_mean_waits_s


@pytest.mark.parametrize(("load", "agents"), [(0.7, 1), (8.5, 10), (95.0, 100)])
def test_one_class_is_erlang_c(load: float, agents: int) -> None:
    (found,) = by_priority(agents, 180.0, [load * 20.0])
    expected = erlang_c(load, agents, 180.0)
    assert found.p_wait == pytest.approx(expected.p_wait, rel=1e-11)
    assert found.mean_wait_s == pytest.approx(expected.mean_wait_s, rel=1e-11)
    assert found.mean_queue == pytest.approx(expected.mean_queue, rel=1e-11)


def test_one_agent_is_cobhams_formula() -> None:
    rates = [4.0, 6.0, 5.0]
    found = [each.mean_wait_s for each in by_priority(1, 200.0, rates)]
    expected = head_of_line_mean_waits_s([PriorityClass(rate, 200.0, 200.0) for rate in rates])
    assert found == pytest.approx(expected, rel=1e-12)


def test_queues_of_all_classes_add_up_to_erlang_c() -> None:
    found = by_priority(20, 120.0, [100.0, 250.0, 190.0])
    expected = erlang_c(18.0, 20, 120.0)
    assert sum(each.mean_queue for each in found) == pytest.approx(expected.mean_queue, rel=1e-11)
    waits_s = [each.mean_wait_s for each in found]
    assert waits_s == sorted(waits_s)


def test_two_classes_and_three_agents_against_a_chain() -> None:
    """States: busy agents, calls of each class waiting."""
    rates = (20.0, 25.0)

    def moves(state: tuple[int, int, int]) -> Iterator[tuple[tuple[int, int, int], float]]:
        busy, first, second = state
        for kind in (0, 1):
            rate = rates[kind] / 3600.0
            if busy < 3:
                yield (busy + 1, 0, 0), rate
            elif first + second < 90:
                yield (3, first + (kind == 0), second + (kind == 1)), rate
        if first:
            yield (3, first - 1, second), busy / 180.0
        elif second:
            yield (3, 0, second - 1), busy / 180.0
        elif busy:
            yield (busy - 1, 0, 0), busy / 180.0

    chain = long_run((0, 0, 0), moves, sum)
    first, second = by_priority(3, 180.0, rates)
    assert chain.share(lambda state: state[0] == 3) == pytest.approx(first.p_wait, rel=1e-9)
    assert chain.mean(lambda state: state[1]) == pytest.approx(first.mean_queue, rel=1e-9)
    assert chain.mean(lambda state: state[2]) == pytest.approx(second.mean_queue, rel=1e-9)


def test_too_much_load_is_refused() -> None:
    with pytest.raises(ValueError, match="load"):
        by_priority(2, 100.0, [36.0, 36.0])
