"""Prometheus's rules: an alert for each alarm and for each abnormal condition that rings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from callfloor.abnormal import CONDITIONS, AbnormalCondition
from tools.alarms.alarm import PERIOD_S, RINGS, RUNBOOK, THRESHOLDS, Alarm, camel
from tools.alarms.worker import ALARMS
from tools.yaml_text import as_yaml

WIDTH = 84

MADE = "# Written by `python -m tools.alarms` from tools/alarms: change that, not this.\n"

SEVERITIES = {"error": "warning", "warning": "info"}
"""Of an alert by that of its condition: nobody is got out of bed for one."""

RULES_HEAD = (
    MADE
    + "# Alarms for Prometheus: name this file under `rule_files`. `runbook` is a path in the repository.\n"
)
OPERATOR_HEAD = (
    MADE + "# The same for the Prometheus operator: kubectl apply --filename, where it is installed.\n"
)


def groups() -> list[dict[str, Any]]:
    """The groups of rules."""
    return [
        {"name": "callfloor-workers", "rules": [rule_of(alarm) for alarm in ALARMS]},
        {"name": "callfloor-abnormal-conditions", "rules": list(condition_rules())},
    ]


def rule_of(alarm: Alarm) -> dict[str, Any]:
    """The rule of an alarm."""
    return rule(alarm.name, alarm.expr, alarm.for_s, alarm.severity, alarm.summary, alarm.meaning)


def condition_rules() -> Iterator[dict[str, Any]]:
    """The rules of abnormal conditions that are warnings or errors."""
    for met in CONDITIONS.values():
        if met.severity in RINGS:
            yield condition_rule(met)


def condition_rule(met: AbnormalCondition) -> dict[str, Any]:
    """The rule of an abnormal condition. What Prometheus takes for an increase is rarely a whole number."""
    least = THRESHOLDS[met.severity]
    how_many = "> 0" if least == 1 else f">= {least}"
    counter = f'callfloor_abnormal_conditions_total{{condition="{met.name}"}}'
    expr = f"sum by (floor) (\n  increase({counter}[{PERIOD_S // 60}m])\n) {how_many}\n"
    summary = f"{met.name} on floor {{{{ $labels.floor }}}}, {{{{ $value }}}} within {PERIOD_S // 60} min"
    return rule(met.name, expr, 0, SEVERITIES[met.severity], summary, met.meaning)


def rule(name: str, expr: str, for_s: int, severity: str, summary: str, meaning: str) -> dict[str, Any]:
    """A rule as Prometheus reads it."""
    made: dict[str, Any] = {"alert": f"Callfloor{camel(name)}", "expr": expr}
    if for_s:
        made["for"] = f"{for_s}s"
    made["labels"] = {"severity": severity}
    made["annotations"] = {"summary": summary, "description": meaning, "runbook": f"{RUNBOOK}#{name}"}
    return made


def rules_file() -> str:
    """A file of rules as Prometheus reads it."""
    return RULES_HEAD + as_yaml({"groups": groups()}, WIDTH)


def operator_file() -> str:
    """The rules as a resource of Kubernetes."""
    return OPERATOR_HEAD + as_yaml(
        {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PrometheusRule",
            "metadata": {
                "name": "callfloor",
                "namespace": "callfloor",
                "labels": {"app.kubernetes.io/part-of": "callfloor"},
            },
            "spec": {"groups": groups()},
        },
        WIDTH,
    )
