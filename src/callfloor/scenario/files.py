"""Files that a scenario names: a trace of arrivals, observed durations."""

from __future__ import annotations

import csv
import datetime
import math
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from callfloor.scenario.errors import ScenarioError, no_such, shown

TRACE_COLUMNS = ("at_s", "at", "talk_s")
"""Seconds from the run's start, or dates and times; how long the call is talked on, optional."""


@contextmanager
def opened(name: str) -> Iterator[TextIO]:
    """Open a text file in UTF-8. What goes wrong with it becomes a ScenarioError that names it."""
    try:
        with Path(name).open(encoding="utf-8-sig", newline="") as file:
            yield file
    except UnicodeDecodeError:
        raise ScenarioError("", f"{name}: expected a text file in UTF-8") from None
    except (OSError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ScenarioError("", f"{name}: cannot be read: {reason}") from None


def read_numbers(name: str) -> array[float]:
    """Return the seconds in a file, one number a line; empty lines are left out."""
    found = array("d")
    with opened(name) as file:
        for line, text in enumerate(file, 1):
            if text := text.strip():
                found.append(_seconds(text, f"{name}:{line}"))
    if not found:
        raise ScenarioError("", f"{name}: expected one number a line, found none")
    return found


def _seconds(text: str, place: str) -> float:
    """A number of seconds from 0, in plain digits."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise ScenarioError("", f"{place}: expected seconds from 0, found {shown(text)}")
    return value


@dataclass(frozen=True, slots=True)
class TraceRows:
    """The calls of a trace, in order.

    `clock` says what `at_s` counts: "run" seconds from the run's start; "utc" those since 1970; "local" the
    same as if the local time written were UTC. `talk_s` is empty if the file does not have it.
    """

    clock: str
    at_s: array[float]
    talk_s: array[float]

    def times_s(self, starts_at: datetime.datetime) -> array[float]:
        """Return when the calls come, in seconds from the run's start."""
        if self.clock == "run":
            return self.at_s
        if self.clock == "local":
            starts_at = starts_at.replace(tzinfo=datetime.UTC)
        start = starts_at.timestamp()
        return array("d", (each - start for each in self.at_s))


def read_trace(name: str) -> TraceRows:
    """Return the calls of a CSV file with the columns `at_s` or `at`, and `talk_s` if there is one."""
    at_s, talk_s = array("d"), array("d")
    clocks: set[str] = set()
    with opened(name) as file:
        rows = csv.reader(file)
        head = [each.strip() for each in next(rows, [])]
        timed, talked = _columns(head, name)
        for row in rows:
            if not any(row):
                continue
            place = f"{name}:{rows.line_num}"
            if len(row) != len(head):
                raise ScenarioError("", f"{place}: expected {len(head)} fields, found {len(row)}")
            time, clock = _time(row[timed], head[timed], place)
            clocks.add(clock)
            if len(clocks) > 1:
                raise ScenarioError("", f"{place}: expected times all with an offset or all without")
            if at_s and time < at_s[-1]:
                before = f"an earlier time than the line before ({shown(row[timed])})"
                raise ScenarioError("", f"{place}: expected calls in order of time, found {before}")
            at_s.append(time)
            if talked is not None:
                talk_s.append(_seconds(row[talked], f"{place}: talk_s"))
    if not at_s:
        raise ScenarioError("", f"{name}: expected at least one call, found none")
    return TraceRows(clocks.pop(), at_s, talk_s)


def _columns(head: list[str], name: str) -> tuple[int, int | None]:
    """Where the time and the talk time stand."""
    for column in head:
        if column not in TRACE_COLUMNS:
            raise ScenarioError("", f"{name}:1: {shown(column)}: {no_such('column', column, TRACE_COLUMNS)}")
    if len(set(head)) < len(head) or ("at_s" in head) == ("at" in head):
        raise ScenarioError("", f"{name}:1: expected a line of column names: at_s or at, and talk_s if known")
    timed = head.index("at_s" if "at_s" in head else "at")
    return timed, head.index("talk_s") if "talk_s" in head else None


def _time(text: str, column: str, place: str) -> tuple[float, str]:
    """A call's time and what it counts from."""
    if column == "at_s":
        return _seconds(text, f"{place}: at_s"), "run"
    try:
        moment = datetime.datetime.fromisoformat(text.strip())
    except ValueError:
        wanted = "a date and time such as 2026-11-23T09:00:00"
        raise ScenarioError("", f"{place}: at: expected {wanted}, found {shown(text)}") from None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=datetime.UTC).timestamp(), "local"
    return moment.timestamp(), "utc"
