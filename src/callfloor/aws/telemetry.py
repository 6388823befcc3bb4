"""What the function tells: log lines, and metrics in CloudWatch's embedded format, on stdout.

Both are JSON objects, one a line. No line has a whole phone number or a secret.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import Any, BinaryIO

import msgspec

from callfloor.abnormal import CONDITIONS, condition
from callfloor.live.json_log import LEVELS, json_log
from callfloor.live.logs import abnormal_fields, time_of
from callfloor.live.observer import Observer
from callfloor.stores.port import CallRecord

NAMESPACE = "Callfloor"

METRICS_PER_LINE = 100
"""The most that one line may have."""

MESSAGE_SET_ASIDE = "message_set_aside"
WEBHOOK_REFUSED = "webhook_refused"
REQUEST_REFUSED = "request_refused"
STORE_FAILED = "store_failed"
QUEUE_FAILED = "queue_failed"

OWN_CONDITIONS = {
    MESSAGE_SET_ASIDE: "error",
    WEBHOOK_REFUSED: "warning",
    REQUEST_REFUSED: "info",
    STORE_FAILED: "error",
    QUEUE_FAILED: "error",
}
"""Conditions that the function itself meets, with their severity; the floor's are in ``abnormal.py``."""

UNITS = {"step_time": "Milliseconds", "event_lag": "Milliseconds"}
"""Metrics that are no counts."""


def condition_metrics() -> dict[str, str]:
    """The metric of every abnormal condition, with its severity."""
    floors = {f"abnormal_{met.name}": str(met.severity) for met in CONDITIONS.values()}
    return floors | {f"abnormal_{name}": severity for name, severity in OWN_CONDITIONS.items()}


class Telemetry:
    """Logs at once, and gathers metrics until the invocation ends."""

    def __init__(self, file: BinaryIO | None = None) -> None:
        """Write to `file`, standard output where none is given."""
        self.file = sys.stdout.buffer if file is None else file
        self.log = json_log(self.file)
        self.counts: dict[str, Counter[str]] = {}
        self.samples: dict[str, dict[str, list[float]]] = {}

    def count(self, floor: str, metric: str, by: int = 1) -> None:
        """Count something of a floor; "" where it is of none."""
        self.counts.setdefault(floor, Counter())[metric] += by

    def sample(self, floor: str, metric: str, value: float) -> None:
        """Note a value of which percentiles are wanted, in the unit of UNITS."""
        self.samples.setdefault(floor, {}).setdefault(metric, []).append(round(value, 3))

    def met(self, floor: str, name: str, **told: Any) -> None:
        """Tell of a condition of OWN_CONDITIONS."""
        self.count(floor, f"abnormal_{name}")
        self.log.log(
            LEVELS[OWN_CONDITIONS[name]], "abnormal_condition", abnormal=name, floor=floor or None, **told
        )

    def flush(self) -> None:
        """Write the metrics of this invocation."""
        for floor in sorted({*self.counts, *self.samples}):
            values: dict[str, Any] = {**self.counts.get(floor, {}), **self.samples.get(floor, {})}
            names = sorted(values)
            for place in range(0, len(names), METRICS_PER_LINE):
                self.write(floor, {name: values[name] for name in names[place : place + METRICS_PER_LINE]})
        self.counts.clear()
        self.samples.clear()
        self.file.flush()

    def write(self, floor: str, values: dict[str, Any]) -> None:
        """Write one line of metrics: for the floor, and for all floors together."""
        told = {
            "Namespace": NAMESPACE,
            "Dimensions": [[], ["floor"]] if floor else [[]],
            "Metrics": [{"Name": name, "Unit": UNITS.get(name, "Count")} for name in values],
        }
        line: dict[str, Any] = {
            "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [told]},
            **({"floor": floor} if floor else {}),
            **values,
        }
        self.file.write(msgspec.json.encode(line) + b"\n")


class FloorTelemetry(Observer):
    """Counts what a floor does and logs its abnormal conditions."""

    def __init__(self, telemetry: Telemetry, floor: str) -> None:
        self.telemetry = telemetry
        self.floor = floor
        self.event_id = ""

    def placed(self, at: float, attempt: int, e164: int, agent: str) -> None:
        """See Observer."""
        self.telemetry.count(self.floor, "calls_placed")

    def connected(self, at: float, attempt: int, e164: int, agent: str) -> None:
        """See Observer."""
        self.telemetry.count(self.floor, "calls_connected")

    def recorded(self, record: CallRecord, e164: int, agent: str) -> None:
        """See Observer."""
        self.telemetry.count(self.floor, "calls_ended")

    def abnormal(self, at: float, code: int, event: int, found: int, attempt: int, agent: str) -> None:
        """See Observer."""
        met = condition(code)
        self.telemetry.count(self.floor, f"abnormal_{met.name}")
        self.telemetry.log.log(
            LEVELS[met.severity],
            "abnormal_condition",
            floor=self.floor,
            at=time_of(at),
            attempt=attempt or None,
            agent=agent or None,
            event_id=self.event_id or None,
            **abnormal_fields(code, event, found),
        )
