"""`python -m tools.aws_template`: deploy/aws/template.yaml, with an alarm for each abnormal condition."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from callfloor.aws.telemetry import NAMESPACE, OWN_CONDITIONS, condition_metrics
from tools.alarms.alarm import PERIOD_S, RINGS, RUNBOOK, THRESHOLDS, camel
from tools.yaml_text import as_yaml

FOLDER = Path(__file__).parent.parent / "deploy" / "aws"
SOURCE = FOLDER / "template.in.yaml"
TEMPLATE = FOLDER / "template.yaml"

WIDTH = 60

DEAD_LETTERS = ("Events", "Timers", "Commands")


def alarm(description: str, metric: dict[str, Any], threshold: float, **more: Any) -> dict[str, Any]:
    """An alarm that tells the topic when a sum reaches a threshold."""
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": description,
            **metric,
            "Statistic": "Sum",
            "Period": PERIOD_S,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "Threshold": threshold,
            "TreatMissingData": "notBreaching",
            "AlarmActions": [{"Ref": "Alarms"}],
            **more,
        },
    }


def alarms() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every alarm, by its name in the template."""
    for metric, severity in condition_metrics().items():
        threshold = THRESHOLDS[severity]
        name = metric.removeprefix("abnormal_")
        yield (
            f"{camel(metric)}Alarm",
            alarm(
                f"{name} ({severity}), {threshold} or more within {PERIOD_S} s. See {page_of(name)}.",
                {"Namespace": NAMESPACE, "MetricName": metric},
                threshold,
            ),
        )
    for queue in DEAD_LETTERS:
        yield (
            f"{queue}DeadLettersAlarm",
            alarm(
                f"Messages that nobody could take lie in the dead letters of the queue {queue}. "
                f"See {page_of('dead_letters')}.",
                of_queue("ApproximateNumberOfMessagesVisible", f"{queue}DeadLetters"),
                1,
                Statistic="Maximum",
            ),
        )
    yield (
        "EventsLateAlarm",
        alarm(
            f"Events of floors wait for longer than 10 s. See {page_of('events_late')}.",
            of_queue("ApproximateAgeOfOldestMessage", "EventsQueue"),
            10,
            Statistic="Maximum",
            Period=60,
        ),
    )
    for metric in ("Errors", "Throttles"):
        yield (
            f"Function{metric}Alarm",
            alarm(
                f"The function has {metric.lower()}. See {page_of(f'function_{metric.lower()}')}.",
                {
                    "Namespace": "AWS/Lambda",
                    "MetricName": metric,
                    "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": "Function"}}],
                },
                1,
            ),
        )


def page_of(name: str) -> str:
    """Where somebody whom an alarm has rung may read on."""
    severity = condition_metrics().get(f"abnormal_{name}", "error")
    if severity in RINGS:
        return f"{RUNBOOK}#{name}"
    own = name in OWN_CONDITIONS
    return (
        "docs/guides/aws-lambda.md#what-it-tells" if own else f"docs/reference/abnormal-conditions.md#{name}"
    )


def of_queue(metric: str, queue: str) -> dict[str, Any]:
    """A metric of a queue's."""
    return {
        "Namespace": "AWS/SQS",
        "MetricName": metric,
        "Dimensions": [{"Name": "QueueName", "Value": {"Fn::GetAtt": [queue, "QueueName"]}}],
    }


def dashboard() -> dict[str, Any]:
    """What a supervisor looks at: calls, events and how late they are, conditions by severity, queues."""
    by_severity: dict[str, list[list[str]]] = {"error": [], "warning": [], "info": []}
    for metric, severity in condition_metrics().items():
        by_severity[severity].append([NAMESPACE, metric])
    graphs: list[tuple[str, list[Any], str]] = [
        (
            "Calls",
            [[NAMESPACE, name] for name in ("calls_placed", "calls_connected", "calls_ended")],
            "Sum",
        ),
        ("Events", [[NAMESPACE, "events"], [NAMESPACE, "floor_loads"], [NAMESPACE, "floor_reloads"]], "Sum"),
        (
            "Step and lag (ms)",
            [
                [NAMESPACE, name, {"stat": stat}]
                for name in ("step_time", "event_lag")
                for stat in ("p50", "p99")
            ],
            "Average",
        ),
        (
            "Oldest message (s)",
            [
                ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", f"${{{queue}.QueueName}}"]
                for queue in ("EventsQueue", "TimersQueue", "CommandsQueue")
            ],
            "Maximum",
        ),
        *((f"Abnormal: {severity}", metrics, "Sum") for severity, metrics in by_severity.items()),
    ]
    widgets = [
        {
            "type": "metric",
            "x": place % 2 * 12,
            "y": place // 2 * 6,
            "width": 12,
            "height": 6,
            "properties": {
                "title": title,
                "metrics": metrics,
                "stat": stat,
                "period": 60,
                "region": "${AWS::Region}",
                "view": "timeSeries",
            },
        }
        for place, (title, metrics, stat) in enumerate(graphs)
    ]
    body = json.dumps({"widgets": widgets}, indent=1)
    return {
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": {"DashboardBody": {"Fn::Sub": body}},
    }


def template() -> str:
    """The whole template."""
    made = {**dict(alarms()), "Dashboard": dashboard()}
    text = as_yaml(made, WIDTH)
    resources = "".join(f"  {line}\n" if line else "\n" for line in text.splitlines())
    outputs = {
        "Outputs": {
            "ApiUrl": {
                "Description": "Where the carrier's gateway and agents' desktops send their requests.",
                "Value": {"Fn::GetAtt": ["Api", "ApiEndpoint"]},
            },
            "CommandsQueueUrl": {
                "Description": "The queue that the carrier's gateway reads.",
                "Value": {"Ref": "CommandsQueue"},
            },
            "FunctionName": {
                "Description": "What operators invoke to configure floors, and to start and stop campaigns.",
                "Value": {"Ref": "Function"},
            },
            "AlarmsTopic": {"Description": "Subscribe to it.", "Value": {"Ref": "Alarms"}},
        }
    }
    head = SOURCE.read_text(encoding="utf-8")
    _, _, rest = head.partition("AWSTemplateFormatVersion")
    first = "# Written by `python -m tools.aws_template` from template.in.yaml; change that.\n"
    return f"{first}AWSTemplateFormatVersion{rest.rstrip()}\n\n{resources}\n{as_yaml(outputs, WIDTH)}"


def main() -> int:
    """Write the template; return the exit status."""
    TEMPLATE.write_text(template(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
