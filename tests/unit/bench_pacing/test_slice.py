"""A slice of the benchmark, always the same: our rule keeps the law and is ahead; others do as was published.

Windows are few here, so that differences are judged with room for chance; `python -m bench pacing` has all.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.pacing.comparing import compare
from bench.pacing.floors import DOUBLING, PUBLISHED, Floor
from bench.pacing.results import Results
from bench.pacing.rules import OURS, PROGRESSIVE, READY, REFERENCE, Rule, predictive
from bench.pacing.run import Window, run

SLICE = (
    (Floor(2, 0.15, 120.0), 4, 0.025),
    (Floor(5, 0.45, 30.0), 2, 0.01),
    (Floor(10, 0.15, 120.0, pattern=DOUBLING), 2, 0.02),
)
"""Floors, windows, and how much busier than with the best ratio agents are at least."""


def whole(floor: Floor, rule: Rule, windows: int = 1) -> Window:
    """All windows of a run together."""
    return run(floor, rule, windows, seed=1).whole


@pytest.mark.parametrize(("floor", "windows", "gain"), SLICE)
def test_ours_keeps_the_law_in_every_window_and_is_ahead_of_the_best_ratio(
    floor: Floor, windows: int, gain: float, tmp_path: Path
) -> None:
    found = compare(floor, [predictive()[OURS]], Results(tmp_path, 1), windows)
    assert found.rules[OURS].over == 0
    assert found.gain is not None
    assert found.gain > gain


def test_ours_is_not_far_behind_who_knows_the_truth(tmp_path: Path) -> None:
    rules = [predictive()[name] for name in (OURS, REFERENCE)]
    found = compare(Floor(5, 0.45, 30.0), rules, Results(tmp_path, 1), 1)
    assert found.rules[REFERENCE].whole.abandon_rate == pytest.approx(0.03, abs=0.001)
    assert found.behind is not None
    assert abs(found.behind) < 0.01


def test_ours_keeps_fifty_agents_busy_where_a_vendor_says_it_can() -> None:
    for floor in PUBLISHED[1:]:
        found = run(floor, predictive()[OURS], 1, seed=1)
        assert found.lawful
        assert found.whole.occupancy > 0.9, floor.name
    alone = [whole(floor, PROGRESSIVE).occupancy for floor in PUBLISHED]
    assert alone == pytest.approx([0.67, 0.78, 0.96], abs=0.01)


FIFTY = Floor(50, 0.3, 120.0)


def test_vicidial_spends_its_abandoned_calls_at_random_and_is_no_better_than_progressive() -> None:
    """The study found 72.5 % with 3.1 % abandoned, and 72.9 % with one line an agent."""
    found = whole(FIFTY, predictive()["vicidial"])
    assert 0.03 < found.abandon_rate < 0.034
    assert found.occupancy == pytest.approx(whole(FIFTY, PROGRESSIVE).occupancy, abs=0.01)


def test_vicidial_that_counts_ready_agents_is_held_by_its_three_lines() -> None:
    """The study found 88.4 % with 0.5 % abandoned."""
    found = whole(FIFTY, predictive()[READY])
    assert found.abandon_rate < 0.01
    assert found.occupancy == pytest.approx(0.88, abs=0.02)


def test_issabel_abandons_far_more_than_the_law_allows_in_small_teams() -> None:
    """The study found 7 to 70 % with up to 10 agents."""
    for agents in (2, 5):
        assert whole(Floor(agents, 0.3, 120.0), predictive()["issabel"]).abandon_rate > 0.07


def test_erlang_carries_what_the_formula_says_and_abandons_no_more_than_it_says() -> None:
    """Fifty agents carry 41.9 x 0.97 erlangs: 81 %."""
    found = whole(FIFTY, predictive()["erlang"])
    assert found.occupancy == pytest.approx(0.813, abs=0.01)
    assert found.abandon_rate < 0.03


def test_the_fixed_ratio_is_the_same_by_either_name() -> None:
    floor = Floor(5, 0.3, 60.0)
    by_mode = Rule("power", {"mode": "power", "dial_ratio": 1.5})
    by_rule = Rule("ratio", {"mode": "predictive", "pacing": "ratio", "dial_ratio": 1.5})
    one, other = whole(floor, by_mode), whole(floor, by_rule)
    assert replace(one, busy_s=0.0, work_s=0.0) == replace(other, busy_s=0.0, work_s=0.0)
