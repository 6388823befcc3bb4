"""Where the marks of an axis stand, and what is written at them: round numbers, durations, clock times."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass

_DIGITS = (1, 2, 5)
_SPANS_S = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30),
    *(60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800, 86400),
)
"""Round durations: parts of a second, of a minute, of an hour, of a day."""

_CLOCK_S = (
    *(0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800),
    *(3600, 7200, 10800, 14400, 21600, 43200),
)
"""How far apart marks at clock times may be within a day: each divides the next unit without a rest."""

DAY_S = 86400.0
_UNITS = ((DAY_S, "d"), (3600.0, "h"), (60.0, "min"))
_DAYS = (1, 2, 7, 14, 28)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis: where it stands, and its label. `below` is a second line."""

    at: float
    label: str
    below: str = ""


def round_step(span: float, most: int, least: float = 0.0) -> float:
    """Return the shortest of 1, 2 and 5 times a power of ten that cuts a span into at most so many.

    It is no shorter than `least`. Raises ValueError for a span that is not over 0, or no parts.
    """
    if not (0.0 < span < math.inf) or most < 1:
        raise ValueError(f"expected a finite span over 0 and 1 part or more, found {span} and {most}")
    exponent = math.floor(math.log10(max(span / most, least))) - 1
    while True:
        for digit in _DIGITS:
            step = _multiple(1, digit, exponent)
            if step >= least and span <= most * step * (1.0 + 1e-9):
                return step
        exponent += 1


def _multiple(times: int, digit: int, exponent: int) -> float:
    """A multiple of a round step, without the error of adding up tenths."""
    return float(times * digit * 10**exponent) if exponent >= 0 else times * digit / 10**-exponent


def _times(step: float, times: int) -> float:
    """So many round steps, rounded as the step's own digits are."""
    decimals = max(0, -math.floor(math.log10(step)))
    return round(times * step, decimals)


def ticks(top: float, most: int = 5, least: float = 0.0) -> tuple[Tick, ...]:
    """Return marks at round numbers from 0 up to the first one that is no less than `top`.

    There are at most so many steps, each `least` or more, so that counts of whole things get whole numbers.
    Raises ValueError for a top that is not over 0.
    """
    step = round_step(top, most, least)
    count = max(1, math.ceil(top / step - 1e-9))
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    marks = (_times(step, place) for place in range(count + 1))
    return tuple(Tick(at, f"{at:,.{decimals}f}") for at in marks)


def percent_ticks(top: float, most: int = 5) -> tuple[Tick, ...]:
    """Return marks for shares from 0: round percentages, up to the first that is no less than `top`."""
    return tuple(Tick(tick.at / 100.0, f"{tick.label} %") for tick in ticks(min(top, 1.0) * 100.0, most))


def duration_ticks(top_s: float, most: int = 6) -> tuple[Tick, ...]:
    """Return marks at round durations from 0 to at most `top_s`."""
    step = next((each for each in _SPANS_S if top_s <= most * each), None)
    if step is None:
        step = round_step(top_s / DAY_S, most) * DAY_S
    unit_s, unit = next((each for each in _UNITS if step >= each[0] / 2 and top_s > 3 * each[0]), (1.0, "s"))
    marks = (round(place * step, 3) for place in range(math.floor(top_s / step + 1e-9) + 1))
    return tuple(Tick(at, f"{at / unit_s:,g} {unit}" if at else "0") for at in marks)


def duration_text(at_s: float) -> str:
    """Return a duration in the largest unit in which it is short: "20 s", "2 min", "1.5 h"."""
    for unit_s, unit in _UNITS:
        if at_s >= unit_s and (at_s / unit_s * 2).is_integer():
            return f"{at_s / unit_s:,g} {unit}"
    if at_s >= 600.0:
        return f"{at_s / 60.0:,.0f} min"
    return f"{at_s:,.6g} s" if at_s else "0"


class Clock:
    """Local times of a run: by its start's own offset from UTC, all along."""

    def __init__(self, starts_at: datetime.datetime) -> None:
        self._midnight = starts_at.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        self.starts_s = (starts_at.replace(tzinfo=None) - self._midnight).total_seconds()
        self._monday_s = self._midnight.weekday() * DAY_S
        self.offset = offset_text(starts_at.utcoffset())

    def local(self, at_s: float) -> datetime.datetime:
        """Return the local date and time so many seconds from the run's start, without an offset."""
        return self._midnight + datetime.timedelta(seconds=self.starts_s + at_s)

    def time_text(self, at_s: float, *, seconds: bool = False) -> str:
        """Return the time of day: "9:00", or with seconds "9:00:05"."""
        local = self.local(at_s)
        text = f"{local.hour}:{local.minute:02}"
        if not seconds:
            return text
        tenths = round(local.microsecond / 1e5)
        return f"{text}:{local.second:02}" + (f".{tenths}" if tenths else "")

    def date_text(self, at_s: float) -> str:
        """Return the day of the week and the date: "Mon 23 Nov"."""
        local = self.local(at_s)
        return f"{_WEEKDAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"

    def span_text(self, from_s: float, to_s: float, *, dated: bool = False) -> str:
        """Return from when to when: "9:00 to 9:30"; `dated`: with the first date, and the year.

        Seconds are told where either time has any, and the second date where it is not the first one.
        """
        seconds = any(self.local(each).second or self.local(each).microsecond for each in (from_s, to_s))
        start, end = (self.time_text(each, seconds=seconds) for each in (from_s, to_s))
        first, last = self.date_text(from_s), self.date_text(to_s)
        if dated:
            start = f"{first} {self.local(from_s).year}, {start}"
        return f"{start} to {end}" if first == last else f"{start} to {last}, {end}"

    def ticks(self, from_s: float, to_s: float, most: int = 8) -> tuple[Tick, ...]:
        """Return marks at round local times of a part of the run, at most one more than so many.

        Where midnight lies within, the first mark and those at midnight have the date below. Raises
        ValueError for an end that is not after the beginning.
        """
        span_s = to_s - from_s
        if not span_s > 0.0:
            raise ValueError(f"expected an end after the beginning, found {from_s:g} and {to_s:g}")
        step = next((each for each in _CLOCK_S if span_s <= most * each), None)
        if step is None:
            days = next((each for each in _DAYS if span_s <= most * each * DAY_S), None)
            step = (days or round_step(span_s / DAY_S / 28, most, least=1.0) * 28) * DAY_S
        zero_s = self._monday_s if step > DAY_S else 0.0
        first = math.ceil((zero_s + self.starts_s + from_s) / step - 1e-9)
        last = math.floor((zero_s + self.starts_s + to_s) / step + 1e-9)
        at = [place * step - zero_s - self.starts_s for place in range(first, last + 1)]
        if step >= DAY_S:
            return tuple(Tick(each, self.date_text(each).partition(" ")[2]) for each in at)
        dated = len({self.local(each).date() for each in (from_s, *at)}) > 1
        return tuple(self._tick(each, dated and place == 0, dated, step) for place, each in enumerate(at))

    def _tick(self, at_s: float, first: bool, dated: bool, step: float) -> Tick:
        below = first or (dated and self.local(at_s).time() == datetime.time())
        return Tick(at_s, self.time_text(at_s, seconds=step < 60), self.date_text(at_s) if below else "")


def offset_text(offset: datetime.timedelta | None) -> str:
    """Return an offset as it stands behind local times: "UTC" and, unless it is none, hours and minutes."""
    minutes = round((offset or datetime.timedelta()).total_seconds() / 60)
    if not minutes:
        return "UTC"
    sign = "−" if minutes < 0 else "+"  # noqa: RUF001
    return f"UTC{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


_WEEKDAYS: Sequence[str] = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Sequence[str] = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
