"""The model of skills where it falls apart into known queues, and against the rules played out."""

from __future__ import annotations

from typing import Any

import pytest

from callfloor.erlang import Figures, erlang_a
from tests.oracles.priorities import by_priority
from tests.oracles.skills import Queue, QueueFigures, two_skills
from tests.unit.oracles.literal import play_skills

SUPPORT = Queue(arrivals_per_h=100.0, talk_s=180.0, patience_s=60.0)
SALES = Queue(arrivals_per_h=80.0, talk_s=240.0, patience_s=90.0)


def alike(found: QueueFigures, expected: Figures) -> None:
    assert found.p_wait == pytest.approx(expected.p_wait, rel=1e-10)
    assert found.p_abandon == pytest.approx(expected.p_abandon, rel=1e-10)
    assert found.mean_queue == pytest.approx(expected.mean_queue, rel=1e-10)
    assert found.mean_wait_s == pytest.approx(expected.mean_wait_s, rel=1e-10)


def test_without_shared_agents_there_are_two_queues() -> None:
    found = two_skills(SUPPORT, SALES, agents=(5, 6, 0))
    first, second = erlang_a(5.0, 5, 180.0, 60.0), erlang_a(80.0 / 15.0, 6, 240.0, 90.0)
    alike(found.queues[0], first)
    alike(found.queues[1], second)
    assert found.occupancy[0] == pytest.approx(first.occupancy, rel=1e-10)
    assert found.occupancy[1] == pytest.approx(second.occupancy, rel=1e-10)
    assert found.occupancy[2] is None


@pytest.mark.parametrize("talk_2_s", [180.0, 180.0 * (1.0 + 1e-15)])
def test_with_shared_agents_only_both_together_are_erlang_a(talk_2_s: float) -> None:
    """A hair's breadth between the talk times makes the chain tell whose calls are being talked to."""
    first = Queue(arrivals_per_h=50.0, talk_s=180.0, patience_s=60.0)
    second = Queue(arrivals_per_h=60.0, talk_s=talk_2_s, patience_s=60.0)
    found = two_skills(first, second, agents=(0, 0, 6))
    expected = erlang_a(5.5, 6, 180.0, 60.0)
    both = found.queues
    assert found.occupancy[2] == pytest.approx(expected.occupancy, rel=1e-10)
    assert found.occupancy[:2] == (None, None)
    assert both[0].p_wait == pytest.approx(expected.p_wait, rel=1e-10)
    assert both[1].p_wait == pytest.approx(expected.p_wait, rel=1e-10)
    assert both[0].mean_queue + both[1].mean_queue == pytest.approx(expected.mean_queue, rel=1e-10)
    assert both[0].mean_wait_s < both[1].mean_wait_s


def test_patient_callers_of_two_priorities_are_kella_and_yechialis() -> None:
    first = Queue(arrivals_per_h=10.0, talk_s=180.0, patience_s=1e12, priority=1)
    second = Queue(arrivals_per_h=20.0, talk_s=180.0, patience_s=1e12, priority=2)
    found = two_skills(first, second, agents=(0, 0, 3), shared_preferences=(1, 1))
    for each, expected in zip(found.queues, by_priority(3, 180.0, [10.0, 20.0]), strict=True):
        assert each.p_wait == pytest.approx(expected.p_wait, rel=1e-8)
        assert each.mean_wait_s == pytest.approx(expected.mean_wait_s, rel=1e-8)


def test_endless_patience_is_no_other_case() -> None:
    found, expected = (
        two_skills(
            Queue(arrivals_per_h=40.0, talk_s=180.0, patience_s=patience_s),
            Queue(arrivals_per_h=25.0, talk_s=180.0, patience_s=patience_s),
            agents=(2, 2, 3),
        )
        for patience_s in (float("inf"), 1e12)
    )
    assert found.queues[0].p_abandon == 0.0
    for one, other in zip(found.queues, expected.queues, strict=True):
        assert one.mean_wait_s == pytest.approx(other.mean_wait_s, rel=1e-6)


def test_which_queue_is_called_the_first_makes_no_difference() -> None:
    one = two_skills(SUPPORT, SALES, agents=(3, 4, 3), own_preferences=(2, 1), shared_preferences=(1, 2))
    other = two_skills(SALES, SUPPORT, agents=(4, 3, 3), own_preferences=(1, 2), shared_preferences=(2, 1))
    for found, expected in zip(one.queues, reversed(other.queues), strict=True):
        assert found.mean_wait_s == pytest.approx(expected.mean_wait_s, rel=1e-11)
        assert found.p_wait == pytest.approx(expected.p_wait, rel=1e-11)
    assert one.occupancy[0] == pytest.approx(other.occupancy[1], rel=1e-11)
    assert one.occupancy[2] == pytest.approx(other.occupancy[2], rel=1e-11)


RULES: list[dict[str, Any]] = [
    {"agents": (3, 4, 3)},
    {"agents": (3, 4, 3), "shared_preferences": (2, 1)},
    {"agents": (3, 4, 3), "own_preferences": (2, 2), "shared_preferences": (1, 2)},
    {"agents": (0, 5, 4), "shared_preferences": (2, 1)},
]


@pytest.mark.parametrize("rules", RULES)
def test_the_work_done_is_the_work_of_those_who_stay(rules: dict[str, Any]) -> None:
    found = two_skills(SUPPORT, SALES, **rules)
    busy = sum(
        (share or 0.0) * number for share, number in zip(found.occupancy, rules["agents"], strict=True)
    )
    done = [(1.0 - each.p_abandon) * each.offered_per_h / 3600.0 for each in found.queues]
    assert busy == pytest.approx(done[0] * SUPPORT.talk_s + done[1] * SALES.talk_s, rel=1e-11)


def test_preference_goes_before_priority_and_either_decides() -> None:
    urgent = Queue(arrivals_per_h=80.0, talk_s=240.0, patience_s=90.0, priority=0)
    by_preference = two_skills(SUPPORT, urgent, agents=(3, 4, 3), shared_preferences=(1, 2))
    assert by_preference == two_skills(SUPPORT, SALES, agents=(3, 4, 3), shared_preferences=(1, 2))
    by_rank = two_skills(SUPPORT, urgent, agents=(3, 4, 3), shared_preferences=(1, 1))
    assert by_rank.queues[1].mean_wait_s < by_preference.queues[1].mean_wait_s
    with pytest.raises(ValueError, match="priority"):
        two_skills(SUPPORT, SALES, agents=(3, 4, 3), shared_preferences=(1, 1))


@pytest.mark.parametrize("rules", RULES)
def test_the_chain_against_the_rules_played_out(rules: dict[str, Any]) -> None:
    defaults: dict[str, Any] = {"own_preferences": (1, 1), "shared_preferences": (1, 2)}
    expected = two_skills(SUPPORT, SALES, **rules)
    until_s = 1_500_000.0
    played = play_skills((SUPPORT, SALES), until_s=until_s, **{**defaults, **rules})
    for found, figures in zip(played.queues, expected.queues, strict=True):
        assert found.offered / until_s * 3600.0 == pytest.approx(figures.offered_per_h, rel=0.02)
        assert found.waited / found.offered == pytest.approx(figures.p_wait, rel=0.03)
        assert found.abandoned / found.offered == pytest.approx(figures.p_abandon, rel=0.05)
        assert found.waits_s / found.offered == pytest.approx(figures.mean_wait_s, rel=0.05)
    for spent_s, number, share in zip(played.busy_s, rules["agents"], expected.occupancy, strict=True):
        if share is not None:
            assert spent_s / until_s / number == pytest.approx(share, rel=0.02)
