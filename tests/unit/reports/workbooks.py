"""Workbooks of results, and what stands in them."""

from __future__ import annotations

import io
from typing import Any

import pytest

from callfloor import runtimes
from callfloor.reports.workbook import write_workbook
from callfloor.scenario import Scenario
from callfloor.sim.result import Result

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")

PLAIN = runtimes.load("plain")
CALLERS = {
    "name": "callers",
    "run": {"until": "drained", "replications": 2, "seed": 3},
    "consumers": {"count": 60},
    "groups": [{"name": "early", "agents": 3}, {"name": "late", "agents": 2}],
    "inbound": [
        {
            "name": "calls",
            "arrivals": {"gap_s": {"dist": "uniform", "low": 0, "high": 0.03}},
            "talk_s": {"dist": "uniform", "low": 0.05, "high": 0.3},
            "routing": "direct",
            "when_busy": "voicemail",
            "callback": {"reached": 0.2, "talk_s": 0.05, "unreached_s": 0},
        }
    ],
}


def consumers(**changes: Any) -> Scenario:
    return Scenario.from_dict(CALLERS | changes)


def bytes_of(result: Result, scenario: Scenario, **keys: Any) -> bytes:
    file = io.BytesIO()
    write_workbook(result, scenario, file, **keys)
    return file.getvalue()


def book_of(result: Result, scenario: Scenario, **keys: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(bytes_of(result, scenario, **keys)))


def rows(sheet: Any) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(values_only=True))


def use_plain_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which floor it is makes no difference, and the plain one is always there."""
    for module in ("callfloor.reports.workbook", "callfloor.sim.runner"):
        monkeypatch.setattr(f"{module}.fastest", lambda: ("plain", PLAIN))
