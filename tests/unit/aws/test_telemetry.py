"""Metrics in CloudWatch's embedded format: one line a floor and invocation."""

from __future__ import annotations

import io
import json
from typing import Any

from callfloor.aws.telemetry import METRICS_PER_LINE, FloorTelemetry, Telemetry
from callfloor.floor.vocabulary import AGENT_LOGGED_IN, AGENT_LOGGED_IN_TWICE, READY


def written(file: io.BytesIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.getvalue().splitlines()]


def test_an_abnormal_condition_is_a_line_of_the_log_and_a_metric() -> None:
    file = io.BytesIO()
    telemetry = Telemetry(file)
    floor = FloorTelemetry(telemetry, "main")
    floor.event_id = "e1"
    floor.abnormal(1.0, AGENT_LOGGED_IN_TWICE, AGENT_LOGGED_IN, READY, 0, "ann")
    telemetry.flush()
    line, metrics = written(file)
    assert (line["abnormal"], line["floor"], line["agent"], line["event_id"], line["level"]) == (
        "agent_logged_in_twice",
        "main",
        "ann",
        "e1",
        "warning",
    )
    assert metrics["abnormal_agent_logged_in_twice"] == 1
    assert metrics["floor"] == "main"
    [told] = metrics["_aws"]["CloudWatchMetrics"]
    assert told == {
        "Namespace": "Callfloor",
        "Dimensions": [[], ["floor"]],
        "Metrics": [{"Name": "abnormal_agent_logged_in_twice", "Unit": "Count"}],
    }


def test_an_invocation_in_which_nothing_happened_writes_nothing() -> None:
    file = io.BytesIO()
    telemetry = Telemetry(file)
    telemetry.count("main", "events")
    telemetry.flush()
    before = file.getvalue()
    telemetry.flush()
    assert file.getvalue() == before


def test_samples_keep_every_value_and_their_unit() -> None:
    file = io.BytesIO()
    telemetry = Telemetry(file)
    telemetry.sample("main", "step_time", 1.0)
    telemetry.sample("main", "step_time", 2.0)
    telemetry.flush()
    [line] = written(file)
    assert line["step_time"] == [1.0, 2.0]
    assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [{"Name": "step_time", "Unit": "Milliseconds"}]


def test_a_line_has_no_more_metrics_than_cloudwatch_takes() -> None:
    file = io.BytesIO()
    telemetry = Telemetry(file)
    for i in range(METRICS_PER_LINE + 1):
        telemetry.count("main", f"metric_{i}")
    telemetry.flush()
    sizes = [len(line["_aws"]["CloudWatchMetrics"][0]["Metrics"]) for line in written(file)]
    assert sizes == [METRICS_PER_LINE, 1]
