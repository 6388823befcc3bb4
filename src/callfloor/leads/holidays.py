"""Public holidays as rules: a fixed date, the nth weekday of a month, days from Easter.

A date is written as `07-04`, `third monday of january`, `last monday of may`, `monday before 05-25` (the last
one before that day), `easter-2` (Western Easter Sunday less two days), or `2026-06-19` for one year alone.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
FORMS = "07-04, third monday of january, last monday of may, monday before 05-25, easter-2 or 2026-06-19"

NEAREST, AFTER = "nearest", "after"
OBSERVED = ("", NEAREST, AFTER)
"""On a weekend the holiday is kept as well: on the nearest weekday, or on the next one that is no holiday."""

_FIXED = re.compile(r"(\d{2})-(\d{2})", re.ASCII)
_NTH = re.compile(rf"({'|'.join(ORDINALS)}) ({'|'.join(WEEKDAYS)}) of ({'|'.join(MONTHS)})")
_BEFORE = re.compile(rf"({'|'.join(WEEKDAYS)}) before (\d{{2}})-(\d{{2}})", re.ASCII)
_EASTER = re.compile(r"easter(?:([+-])(\d{1,3}))?", re.ASCII)
_ONCE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_LEAP = 2024


@dataclass(frozen=True, slots=True)
class Holiday:
    """A public holiday. `rule` is its date as it is written, `observed` one of OBSERVED."""

    name: str
    rule: str
    observed: str = ""

    def __post_init__(self) -> None:
        """Refuse a rule that is none of the forms, or names no day. Raises ValueError."""
        once = _ONCE.fullmatch(self.rule)
        year = int(once[1]) if once else _LEAP
        if not 1 <= year <= 9998:
            raise ValueError(f"expected a date such as {FORMS}")
        if date_of(self.rule, year) is None and not self.rule.startswith("fifth "):
            raise ValueError(f"expected a date such as {FORMS}")


def holiday_dates(holidays: Iterable[Holiday], year: int) -> frozenset[datetime.date]:
    """Every day of a year that is one of the holidays, or on which one that falls on a weekend is kept."""
    kept: set[datetime.date] = set()
    # The New Year's Day of the year after may be kept on this one's last day.
    for each_year in (year, year + 1):
        days = [(holiday, date_of(holiday.rule, each_year)) for holiday in holidays]
        found = [(holiday, day) for holiday, day in days if day is not None]
        taken = {day for _, day in found}
        for holiday, day in found:
            instead = observed_on(day, holiday.observed)
            while holiday.observed == AFTER and instead != day and instead in taken:
                instead += datetime.timedelta(days=1)
            taken.add(instead)
        kept |= taken
    return frozenset(day for day in kept if day.year == year)


def date_of(rule: str, year: int) -> datetime.date | None:
    """The day of a rule in a year; None where that year has none, or it is no rule."""
    try:
        return _date_of(rule, year)
    except ValueError:
        return None


def _date_of(rule: str, year: int) -> datetime.date | None:
    if fixed := _FIXED.fullmatch(rule):
        return datetime.date(year, int(fixed[1]), int(fixed[2]))
    if nth := _NTH.fullmatch(rule):
        return nth_weekday(year, MONTHS.index(nth[3]) + 1, WEEKDAYS.index(nth[2]), ORDINALS[nth[1]])
    if before := _BEFORE.fullmatch(rule):
        day = datetime.date(year, int(before[2]), int(before[3])) - datetime.timedelta(days=1)
        return day - datetime.timedelta(days=(day.weekday() - WEEKDAYS.index(before[1])) % 7)
    if after := _EASTER.fullmatch(rule):
        days = int(after[2] or 0) * (-1 if after[1] == "-" else 1)
        return easter(year) + datetime.timedelta(days=days)
    if once := _ONCE.fullmatch(rule):
        day = datetime.date(int(once[1]), int(once[2]), int(once[3]))
        return day if day.year == year else None
    return None


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> datetime.date:
    """The nth such weekday of a month, -1 for the last. Raises ValueError where the month has no fifth."""
    if nth < 0:
        following = datetime.date(year + month // 12, month % 12 + 1, 1)
        last = following - datetime.timedelta(days=1)
        return last - datetime.timedelta(days=(last.weekday() - weekday) % 7)
    first = datetime.date(year, month, 1)
    return datetime.date(year, month, 1 + (weekday - first.weekday()) % 7 + 7 * (nth - 1))


def easter(year: int) -> datetime.date:
    """Easter Sunday of the Western churches, by the anonymous Gregorian algorithm (Meeus)."""
    golden, century, rest = year % 19, year // 100, year % 100
    leap, no_leap = century // 4, century % 4
    moon = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * no_leap + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * shift + 114, 31)
    return datetime.date(year, month, day + 1)


def observed_on(day: datetime.date, observed: str) -> datetime.date:
    """When a holiday that falls on a weekend is kept."""
    weekday = day.weekday()
    if weekday < 5 or not observed:
        return day
    if observed == NEAREST and weekday == 5:
        return day - datetime.timedelta(days=1)
    return day + datetime.timedelta(days=7 - weekday)
