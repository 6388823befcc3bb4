"""Public holidays, as rules and as days."""

from __future__ import annotations

import datetime

import pytest

from callfloor.leads.holidays import Holiday, date_of, holiday_dates
from callfloor.leads.rules_file import load_rules


@pytest.mark.parametrize(
    ("rule", "year", "day"),
    [
        ("07-04", 2026, "2026-07-04"),
        ("third monday of january", 2026, "2026-01-19"),
        ("last monday of may", 2027, "2027-05-31"),
        ("fourth thursday of november", 2026, "2026-11-26"),
        ("monday before 05-25", 2026, "2026-05-18"),
        ("monday before 05-25", 2027, "2027-05-24"),
        ("easter", 2026, "2026-04-05"),
        ("easter-2", 2027, "2027-03-26"),
        ("easter+1", 2038, "2038-04-26"),
        ("2026-06-22", 2026, "2026-06-22"),
        ("last friday of december", 2026, "2026-12-25"),
    ],
)
def test_a_rule_names_a_day_of_each_year(rule: str, year: int, day: str) -> None:
    assert date_of(rule, year) == datetime.date.fromisoformat(day)


@pytest.mark.parametrize(
    ("rule", "year"), [("2026-06-22", 2027), ("fifth monday of february", 2026), ("02-29", 2026)]
)
def test_some_years_lack_the_day(rule: str, year: int) -> None:
    assert date_of(rule, year) is None


@pytest.mark.parametrize(
    "rule", ["", "13-01", "02-30", "monday", "7-4", "third monday", "2026-02-30", "easter*2"]
)
def test_what_is_no_rule_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match="expected a date such as"):
        Holiday("day", rule)


def kept(year: int, *holidays: Holiday) -> list[str]:
    return sorted(day.isoformat()[5:] for day in holiday_dates(holidays, year))


def test_a_holiday_on_a_weekend_is_kept_on_a_weekday_as_well() -> None:
    independence = Holiday("Independence Day", "07-04", "nearest")
    assert kept(2026, independence) == ["07-03", "07-04"]
    assert kept(2027, independence) == ["07-04", "07-05"]
    assert kept(2028, independence) == ["07-04"]


def test_the_next_years_new_year_may_be_kept_on_this_ones_last_day() -> None:
    assert kept(2027, Holiday("New Year's Day", "01-01", "nearest")) == ["01-01", "12-31"]


def test_two_substitutes_never_fall_on_one_day() -> None:
    pair = (Holiday("Christmas Day", "12-25", "after"), Holiday("Boxing Day", "12-26", "after"))
    assert kept(2021, *pair) == ["12-25", "12-26", "12-27", "12-28"]
    assert kept(2022, *pair) == ["12-25", "12-26", "12-27"]


def test_the_federal_holidays_of_2026_are_those_of_the_calendar() -> None:
    us = load_rules("us").by_place["US"]
    assert kept(2026, *us.holidays) == [
        *("01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "07-04", "09-07", "10-12", "11-11"),
        *("11-26", "12-25"),
    ]
