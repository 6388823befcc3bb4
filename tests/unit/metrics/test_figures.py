"""Figures of a result: all together, without a meaning, by interval."""

from __future__ import annotations

import math
import pickle
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callfloor.metrics import FIGURES, SECTIONS, AnyFigure
from callfloor.sim.replication import Columns, Figures
from callfloor.sim.result import Result
from callfloor.sim.statistics import Estimate, Sampled, student_t_95
from tests.unit.metrics.results import counted, everything, queue_result, replication


def test_columns() -> None:
    columns = Columns(array("d", [1, 2, 3, 4, 5, 6]), ("a", "b"))
    assert columns.n_rows == 3
    assert columns.row(1, "b") == 4.0
    assert columns.total("a") == 9.0
    assert columns.totals() == {"a": 9.0, "b": 12.0}
    assert list(columns.waits) == []
    with pytest.raises(IndexError, match="expected one of 3 from 0, found 3"):
        columns.row(3, "a")
    with pytest.raises(ValueError, match="expected a multiple of 2 numbers, found 3"):
        Columns(array("d", [1, 2, 3]), ("a", "b"))


def test_a_replication_goes_through_a_pipe() -> None:
    before = everything().replications[0]
    assert pickle.loads(pickle.dumps(before)) == before


def test_figures_are_ratios_of_means() -> None:
    found = queue_result((100, 10), (300, 90)).queues["support"]
    assert found.p_wait.mean == 0.25
    # Without the first 0.3, without the second 0.1: sqrt(1/2 x 2 x 0.1²).
    assert found.p_wait.half_width == pytest.approx(student_t_95(1) * 0.1)
    assert found.offered.mean == 200.0
    assert found.offered.half_width == pytest.approx(student_t_95(1) * 100.0)


def test_all_together_is_the_sum() -> None:
    found = everything()
    both = found.queues["all"]
    assert both.offered.mean == 110.5
    assert both.p_wait.mean == pytest.approx(100 / 221)
    assert both.mean_queue.mean == pytest.approx(300 / 5400)
    assert both.wait_s.p50.mean == 0.0
    assert both.wait_s.p90.mean == pytest.approx(1e-4 * 1.01**2.5)
    assert found.groups["all"].agents_used.mean == 0.5
    assert found.groups["all"].occupancy.mean == pytest.approx(3900 / 5400)
    assert found.campaigns["all"].reached.mean == 0.2
    assert found.campaigns["all"].attempts_per_h.mean == pytest.approx(240 / 1.5)


def test_agents_of_several_campaigns_count_once() -> None:
    found = everything().campaigns
    assert found["wins"].connects_per_agent_h.mean == pytest.approx(28 / 1.5)
    assert found["all"].connects_per_agent_h.mean == pytest.approx(56 / 1.5)


def test_one_campaign_is_all_of_them() -> None:
    each = [replication(0, campaigns=[counted("campaign", {"connected": 5, "agent_s": 1800})])]
    found = Result("one", 1, each, campaigns=["only"]).campaigns
    assert found["all"].connects_per_agent_h.mean == found["only"].connects_per_agent_h.mean == 10.0


def test_without_calls_only_counts_and_times_have_a_meaning() -> None:
    nothing = [
        replication(number, [counted("queue", {})], [counted("group", {})], [counted("campaign", {})])
        for number in range(3)
    ]
    found = Result("quiet", 1, nothing, queues=["it"], groups=["it"], campaigns=["it"])
    zero, none = Estimate(0.0, 0.0), Estimate(None, None)
    for subject in SECTIONS:
        for figure in FIGURES[subject]:
            known = figure.unit in ("calls", "voicemails", "attempts") or figure.key == "attempts_per_h"
            expected = zero if known and figure.key != "callbacks_per_voicemail" else none
            assert found.section(subject)["it"][figure.key] == expected, figure.key


def test_one_replication_has_no_interval() -> None:
    assert queue_result((100, 25)).queues["support"].p_wait == Estimate(0.25, None)


def test_figures_are_computed_once_and_only_when_asked_for() -> None:
    asked: list[str] = []

    class Source:
        figures = FIGURES["queue"]

        def sampled(self, figure: AnyFigure) -> Sampled:
            asked.append(figure.key)
            return Sampled(1.0, (0.5, -0.5), (1, 1))

        def by_interval(self, figure: AnyFigure) -> tuple[float | None, ...]:
            return ()

    found = Figures(Source())
    assert asked == []
    assert found.p_wait is found["p_wait"]
    assert asked == ["p_wait"]


def test_what_can_be_asked_of_figures() -> None:
    found = everything().queues["support"]
    assert {"p_wait", "wait_s", "by_interval"} <= set(dir(found))
    assert vars(found.wait_s).keys() == {"p50", "p90", "p95", "p99"}
    assert list(found) == [figure.key for figure in FIGURES["queue"]]
    assert len(found) == len(FIGURES["queue"])
    assert "p_wait" in repr(found)
    with pytest.raises(AttributeError, match=r"no such figure: p_weight; expected one of offered, answered"):
        _ = found.p_weight
    with pytest.raises(AttributeError):
        _ = found.wait_s.p42
    with pytest.raises(KeyError):
        found["wait_s"]


def test_by_interval() -> None:
    found = everything()
    support = found.queues["support"]
    assert support.by_interval("offered") == (60.5, 40.0)
    assert support.by_interval("p_wait") == pytest.approx((30 / 60.5, 0.5))
    assert support.by_interval("mean_queue") == pytest.approx((100 / 3600, 200 / 1800))
    assert found.queues["sales & <more>"].by_interval("p_wait") == (0.0, None)
    assert found.queues["all"].by_interval("offered") == (70.5, 40.0)
    assert found.groups["all"].by_interval("occupancy") == pytest.approx((0.75, 2 / 3))
    assert found.campaigns["wins"].by_interval("attempts_per_h") == (90.0, 60.0)
    assert found.campaigns["wins"].by_interval("connects_per_agent_h") == (18.0, 20.0)


@pytest.mark.parametrize(
    ("section", "name", "key"),
    [
        ("queues", "support", "wait_s.p50"),
        ("groups", "tier 1", "agents_used"),
        ("campaigns", "wins", "reached"),
        ("campaigns", "all", "connects_per_agent_h"),
    ],
)
def test_what_is_not_known_by_interval(section: str, name: str, key: str) -> None:
    with pytest.raises(ValueError, match=f"{key}: known of the whole measured time, not by interval"):
        getattr(everything(), section)[name].by_interval(key)


def test_intervals_of_runs_that_drain_at_different_times() -> None:
    short = replication(
        0, [counted("queue", {"offered": 4, "queue_s": 50})], measured_s=100.0, interval_s=100.0
    )
    long = replication(
        1,
        [counted("queue", {"offered": 2}, {"offered": 6, "waited": 3, "queue_s": 300})],
        measured_s=250.0,
        interval_s=100.0,
    )
    found = Result("drained", 1, [short, long], queues=["q"]).queues["q"]
    assert found.by_interval("offered") == (3.0, 3.0)
    assert found.by_interval("p_wait") == (0.0, 0.5)
    assert found.by_interval("mean_queue") == (0.25, 2.0)  # the last row has all the rest: 150 s
    assert found.mean_queue.mean == 1.0


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=6), st.integers(1, 4))
def test_intervals_add_up_to_the_whole(counts: list[tuple[int, int]], n: int) -> None:
    rows = [{"offered": a + b, "waited": a, "queue_s": 7.0 * a} for a, b in counts]
    each = [
        replication(number, [counted("queue", *rows)], measured_s=60.0 * len(rows), interval_s=60.0)
        for number in range(n)
    ]
    found = Result("even", 1, each, queues=["q"]).queues["q"]
    offered = found.by_interval("offered")
    assert sum(filter(None, offered)) == pytest.approx(found.offered.mean)
    waiting = [
        share * calls
        for share, calls in zip(found.by_interval("p_wait"), offered, strict=True)
        if share is not None and calls is not None
    ]
    if found.p_wait.mean is not None:
        assert sum(waiting) / found.offered.mean == pytest.approx(found.p_wait.mean)
    queues = [length for length in found.by_interval("mean_queue") if length is not None]
    assert math.fsum(queues) / len(rows) == pytest.approx(found.mean_queue.mean)
