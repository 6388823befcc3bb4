"""The grid of floors covers what it should, and a run of one comes to what its scenario comes to."""

from __future__ import annotations

from dataclasses import astuple

import pytest

from bench.pacing.floors import (
    DOUBLING,
    FLOORS,
    HALVING,
    LUNCH,
    PATTERNS,
    PUBLISHED,
    SHIFT_S,
    WINDOW_S,
    WORKING_DAYS,
    Floor,
    document,
)
from bench.pacing.rules import PROGRESSIVE, fixed
from bench.pacing.run import run
from callfloor.scenario import Scenario
from callfloor.sim.runner import simulate

SHIFTS_S = len(WORKING_DAYS) * SHIFT_S
GRID = [floor for floor in FLOORS if floor not in PUBLISHED]


def test_the_grid_is_a_fair_cover() -> None:
    assert len(GRID) >= 60
    assert len({floor.name for floor in FLOORS}) == len(FLOORS)
    assert {floor.agents for floor in GRID} == {2, 5, 10, 25, 50, 100, 250, 500}
    for agents in {floor.agents for floor in GRID}:
        some = [floor for floor in GRID if floor.agents == agents]
        assert len({floor.pattern for floor in some}) >= 3, agents
        assert len({floor.law for floor in some}) >= 3, agents
    rates = [rate for floor in GRID for rate in floor.answer_rates]
    assert (min(rates), max(rates)) == (0.1, 0.6)
    assert (min(floor.talk_s for floor in GRID), max(floor.talk_s for floor in GRID)) == (30, 600)
    rings = [ring for floor in GRID for ring in floor.ring_s]
    assert (min(rings), max(rings)) == (5, 25)
    assert {floor.pattern for floor in GRID} == set(PATTERNS)


def test_a_window_has_22_shifts() -> None:
    assert len(WORKING_DAYS) == 22


@pytest.mark.parametrize("floor", FLOORS, ids=lambda floor: floor.name)
def test_every_floor_is_a_scenario(floor: Floor) -> None:
    scenario = Scenario.from_dict(document(floor, 2, 7, PROGRESSIVE.campaign))
    assert sum(group.agents for group in scenario.groups) == floor.agents
    (campaign,) = scenario.campaigns
    assert campaign.talk_s.mean == pytest.approx(floor.talk_mean_s)


def test_windows_add_up_to_the_run() -> None:
    floor = Floor(3, 0.3, 60.0, pattern=LUNCH)
    found = run(floor, fixed(2.0), 3, seed=5)
    scenario = Scenario.from_dict(document(floor, 3, 5, fixed(2.0).campaign))
    result = simulate(scenario, workers=1)
    figures = result.campaigns["dialled"]
    whole = found.whole
    assert len(found.windows) == 3
    assert whole.attempts == figures.attempts.mean
    assert whole.answers == figures.human_answers.mean
    assert (whole.connected, whole.abandoned) == (figures.connected.mean, figures.abandoned.mean)
    assert whole.abandon_rate == pytest.approx(figures.abandon_rate.mean)
    assert whole.occupancy == pytest.approx(result.groups["all"].occupancy.mean)


def test_a_longer_run_begins_with_a_shorter_one() -> None:
    floor = Floor(2, 0.3, 120.0)
    short, long = (run(floor, PROGRESSIVE, windows, seed=1) for windows in (1, 2))
    assert astuple(long.windows[0]) == pytest.approx(astuple(short.windows[0]))


def test_everybody_works_for_22_shifts_a_window_and_finishes_the_call_in_hand() -> None:
    (window,) = run(Floor(4, 0.5, 60.0), PROGRESSIVE, 1, seed=1).windows
    assert 0.0 <= window.work_s / (4 * SHIFTS_S) - 1.0 < 0.005


def test_half_the_team_is_at_lunch_for_half_an_hour() -> None:
    (window,) = run(Floor(4, 0.5, 60.0, pattern=LUNCH), PROGRESSIVE, 1, seed=1).windows
    assert window.work_s / (4 * SHIFTS_S) == pytest.approx(1.0 - 0.5 * 0.5 / 8.0, abs=0.005)


@pytest.mark.parametrize(("pattern", "factor"), [(DOUBLING, 2.0), (HALVING, 0.5)])
def test_the_answer_rate_changes_in_mid_shift(pattern: str, factor: float) -> None:
    floor = Floor(4, 0.3, 1.0, pattern=pattern)
    (window,) = run(floor, PROGRESSIVE, 1, seed=1).windows
    # A line is tried again and again, so that calls of both halves of the shift are about as many.
    assert window.answers / window.attempts == pytest.approx(0.3 * (1.0 + factor) / 2, abs=0.01)


def test_alone_an_agent_waits_as_long_as_it_rings_until_somebody_answers() -> None:
    """With one line an agent the time between two calls is the mean ring time over the answer rate."""
    floor = Floor(5, 0.3, 120.0)
    (window,) = run(floor, PROGRESSIVE, 1, seed=1).windows
    assert window.occupancy == pytest.approx(120.0 / (120.0 + 15.0 / 0.3), abs=0.01)
    assert window.abandon_rate < 0.002


def test_the_floor_is_told_in_a_word() -> None:
    assert Floor(10, 0.15, 120.0, pattern=DOUBLING).name == "10-0.15-exp120-ring5:25-doubling"
    assert PUBLISHED[0].name == "50-0.8-span40:60-ring15:25-steady"
    assert WINDOW_S == 30 * 86400
