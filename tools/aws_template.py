"""`python -m tools.aws_template`: deploy/aws/template.yaml, with an alarm for each abnormal condition."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from callfloor.aws.telemetry import NAMESPACE, OWN_CONDITIONS, condition_metrics

FOLDER = Path(__file__).parent.parent / "deploy" / "aws"
SOURCE = FOLDER / "template.in.yaml"
TEMPLATE = FOLDER / "template.yaml"

PERIOD_S = 300

THRESHOLDS = {"error": 1, "warning": 20, "info": 1000}
"""So many within five minutes ring the alarm, by severity. Of a warning a few are an ordinary day."""

DEAD_LETTERS = ("Events", "Timers", "Commands")


class Dumper(yaml.SafeDumper):
    """Writes YAML as the files beside it are: lists indented, texts of several lines as they are."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """See PyYAML's; lists are always indented."""
        super().increase_indent(flow, False)


def text_node(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """A text, as a block where it has several lines."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Dumper.add_representer(str, text_node)


def as_yaml(made: dict[str, Any]) -> str:
    """A part of the template."""
    return yaml.dump(made, Dumper=Dumper, sort_keys=False, width=80)


def camel(name: str) -> str:
    """A metric's name as one of CloudFormation's."""
    return "".join(part.capitalize() for part in name.split("_"))


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
        page = (
            "the guide On AWS Lambda" if name in OWN_CONDITIONS else "docs/reference/abnormal-conditions.md"
        )
        yield (
            f"{camel(metric)}Alarm",
            alarm(
                f"{name} ({severity}), {threshold} or more within {PERIOD_S} s. See {page}.",
                {"Namespace": NAMESPACE, "MetricName": metric},
                threshold,
            ),
        )
    for queue in DEAD_LETTERS:
        yield (
            f"{queue}DeadLettersAlarm",
            alarm(
                f"Messages that nobody could take lie in the dead letters of the queue {queue}.",
                of_queue("ApproximateNumberOfMessagesVisible", f"{queue}DeadLetters"),
                1,
                Statistic="Maximum",
            ),
        )
    yield (
        "EventsLateAlarm",
        alarm(
            "Events of floors wait for longer than 10 s.",
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
                f"The function has {metric.lower()}: see its log.",
                {
                    "Namespace": "AWS/Lambda",
                    "MetricName": metric,
                    "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": "Function"}}],
                },
                1,
            ),
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
    text = as_yaml(made)
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
    return f"{first}AWSTemplateFormatVersion{rest.rstrip()}\n\n{resources}\n{as_yaml(outputs)}"


def main() -> int:
    """Write the template; return the exit status."""
    TEMPLATE.write_text(template(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
