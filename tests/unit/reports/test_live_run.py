"""The figures of a live run: each attempt counted once, nothing shown that has no meaning."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from callfloor.floor.vocabulary import (
    ABANDONED,
    BUSY,
    CALL_ABANDONED,
    CALL_FAILED,
    CANCELLED,
    EVENT_SEEN_BEFORE,
    HUMAN,
    HUNG_UP_EARLY,
    RINGING,
)
from callfloor.reports.live_run import LiveRun, print_report, upper_bound
from callfloor.stores.port import CallRecord


def record(
    attempt: int, outcome: int, connected_at: float | None = None, ended_at: float = 20.0
) -> CallRecord:
    return CallRecord(attempt, 1, 1, 1, None, outcome, 0.0, connected_at, connected_at, ended_at)


def run_of(*records: CallRecord, agent: str = "ann") -> LiveRun:
    run = LiveRun()
    for one in records:
        run.placed(0.0, one.attempt, 12125550100, "")
        run.recorded(one, 12125550100, agent if one.connected_at is not None else "")
    return run


def figures(run: LiveRun, limit: float = 0.03) -> dict[str, Any]:
    return run.figures(["ann", "bob"], limit)


def shown(told: dict[str, Any]) -> str:
    text = StringIO()
    of_the_command = {"time_to_run_s": 300.0, "wall_s": 10.0, "speed": 30.0, "seed": 1, "runtime": "plain"}
    print_report(Console(file=text, width=100), {**of_the_command, **told})
    return text.getvalue()


def test_a_run_without_a_call_has_no_rate_no_average_and_no_outcome() -> None:
    told = figures(LiveRun())
    assert told["attempts"] == told["connected"] == 0
    assert told["abandon_rate"] is told["average_call_s"] is None
    assert told["outcomes"] == told["abnormal_conditions"] == {}
    assert [row["average_call_s"] for row in told["agents"]] == [None, None]
    assert "No abnormal conditions." in shown(told)


def test_the_abandon_rate_is_of_those_who_were_connected_or_abandoned() -> None:
    run = run_of(
        record(1, HUMAN, 10.0),
        record(2, HUMAN, 10.0),
        record(3, HUMAN, 10.0),
        record(4, ABANDONED),
        record(5, HUNG_UP_EARLY),
        record(6, BUSY),
    )
    told = figures(run)
    assert (told["connected"], told["abandoned"], told["hung_up_early"]) == (3, 1, 1)
    assert told["abandon_rate"] == 0.25
    assert told["human_answers"] == 5
    assert told["outcomes"] == {"human": 3, "busy": 1, "abandoned": 1, "hung_up_early": 1}


def test_each_agent_has_calls_and_their_average() -> None:
    run = run_of(record(1, HUMAN, 10.0, 14.0), record(2, HUMAN, 10.0, 16.0))
    told = figures(run)
    assert told["agents"] == [
        {"agent": "ann", "calls": 2, "average_call_s": 5.0},
        {"agent": "bob", "calls": 0, "average_call_s": None},
    ]
    assert told["average_call_s"] == 5.0


def test_one_who_was_connected_too_late_is_abandoned_and_a_call_all_the_same() -> None:
    told = figures(run_of(record(1, ABANDONED, 10.0)))
    assert (told["abandoned"], told["connected"], told["connected_too_late"]) == (1, 0, 1)
    assert told["agents"][0]["calls"] == 1


def test_an_attempt_recorded_again_counts_once_by_what_it_came_to_in_the_end() -> None:
    run = run_of(record(1, CANCELLED), record(2, BUSY))
    run.recorded(record(1, ABANDONED), 12125550100, "")
    told = figures(run)
    assert told["outcomes"] == {"busy": 1, "abandoned": 1}
    assert told["attempts"] == sum(told["outcomes"].values())


def test_conditions_are_counted_by_name() -> None:
    run = LiveRun()
    for _ in range(3):
        run.abnormal(0.0, CALL_ABANDONED, CALL_FAILED, RINGING, 1, "")
    run.abnormal(0.0, EVENT_SEEN_BEFORE, CALL_FAILED, RINGING, 1, "")
    told = figures(run)["abnormal_conditions"]
    assert {name: row["count"] for name, row in told.items()} == {
        "call_abandoned": 3,
        "event_seen_before": 1,
    }
    assert told["call_abandoned"]["code"] == CALL_ABANDONED
    assert "call_abandoned" in shown(figures(run))


def test_the_tables_have_every_agent_every_outcome_and_the_totals() -> None:
    text = shown(figures(run_of(record(1, HUMAN, 10.0, 14.0), record(2, BUSY)), 0.5))
    for words in (
        "ann",
        "bob",
        "4.00 s",
        "-",
        "human",
        "busy",
        "50.0%",
        "abandon rate",
        "0.00%",
        "at most (95%)",
        "limit",
    ):
        assert words in text
    assert "break the law" not in text


def test_too_many_abandoned_are_told_with_what_to_do() -> None:
    text = " ".join(shown(figures(run_of(record(1, HUMAN, 10.0), record(2, ABANDONED)))).split())
    assert "50.0% of live answers were abandoned; the limit is 3.0%." in text
    assert "use a smaller dial ratio, or --mode progressive" in text


def test_the_bound_of_the_rate_is_wilson_s() -> None:
    assert upper_bound(0, 0) is None
    assert upper_bound(3, 100) == pytest.approx(0.0727, abs=2e-4)
    assert upper_bound(0, 1000) == pytest.approx(0.0027, abs=1e-4)
    assert upper_bound(5, 5) == pytest.approx(1.0)
    assert upper_bound(300, 10_000) == pytest.approx(0.0329, abs=2e-4)
