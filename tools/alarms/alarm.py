"""What is said of an alarm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PERIOD_S = 300

THRESHOLDS = {"error": 1, "warning": 20, "info": 1000}
"""So many within five minutes ring the alarm, by severity. Of a warning a few are an ordinary day."""

RINGS = ("error", "warning")
"""Severities of abnormal conditions of which somebody is told; others happen on every floor."""

RUNBOOK = "docs/guides/runbook.md"


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm by a worker's figures, which must be so for `for_s` seconds. `name` is its section in RUNBOOK.

    `critical`: calls or people suffer now. `warning`: look into it today.
    """

    name: str
    expr: str
    for_s: int
    severity: Literal["critical", "warning"]
    summary: str
    meaning: str


def camel(name: str) -> str:
    """A name as Prometheus and CloudFormation have them."""
    return "".join(part.capitalize() for part in name.split("_"))
