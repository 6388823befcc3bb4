"""When a person may be called, against a brute force that looks at the clock minute by minute."""

from __future__ import annotations

import datetime
import math
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callfloor.leads.holidays import holiday_dates
from callfloor.leads.lawful_hours import ANY_TIME, Lawful, LawfulHours, day_around
from callfloor.leads.rules_file import WHOLE_DAY, Rules, Span, load_rules
from callfloor.leads.whereabouts import Whereabouts, whereabouts_of

US = load_rules("us,ca,gb")
HOUR = 3600.0
ZONES = (
    *("America/New_York", "America/Chicago", "America/Phoenix", "America/Los_Angeles", "Pacific/Honolulu"),
    *("America/St_Johns", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia", "America/Havana"),
)


def utc(text: str) -> float:
    return datetime.datetime.fromisoformat(text).astimezone(datetime.UTC).timestamp()


def in_hours(rules: Rules | None, hours: Span, where: Whereabouts, at: float) -> bool:
    """Whether a call at an instant is lawful, by the text of the rules."""
    for zone in where.zones:
        local = datetime.datetime.fromtimestamp(at, ZoneInfo(zone))
        clock_s = local.hour * 3600 + local.minute * 60 + local.second
        spans = [hours]
        for place in where.places if rules is not None else ():
            assert rules is not None
            for rule in rules.of(place):
                closed = local.date() in holiday_dates(rule.holidays, local.year)
                on_holiday = rule.on_holidays if closed else None
                spans.append(rule.week[local.weekday()] if on_holiday is None else on_holiday)
        if not all(opens <= clock_s < closes for opens, closes in spans):
            return False
    return True


def agrees(found: Lawful, rules: Rules | None, hours: Span, where: Whereabouts, now: float) -> None:
    """Assert that the span found is lawful minute by minute, and that nothing before it is."""
    assert not found.problem
    assert now < found.until_s
    at = math.floor(max(now, found.from_s) / 60.0) * 60.0
    at = at if at >= max(now, found.from_s) else at + 60.0
    for minute in range(min(1500, int((found.until_s - at) / 60.0))):
        assert in_hours(rules, hours, where, at + 60.0 * minute)
    at = math.ceil(now / 60.0) * 60.0
    for minute in range(min(6000, max(0, int((found.from_s - at) / 60.0)))):
        assert not in_hours(rules, hours, where, at + 60.0 * minute)


DAY_S = 86400
CHANGES = [
    utc(day) for day in ("2026-03-08", "2026-11-01", "2026-03-29", "2026-10-25", "2026-04-05", "2026-10-04")
]
instants = st.one_of(
    st.sampled_from(CHANGES).flatmap(lambda day: st.integers(int(day) - 2 * DAY_S, int(day) + 2 * DAY_S)),
    st.integers(int(utc("2026-01-01")), int(utc("2028-12-31"))),
)
some_zones = st.sets(st.sampled_from(ZONES), min_size=1, max_size=3)


@settings(max_examples=50, derandomize=True, database=None, deadline=None)
@given(
    zones=some_zones,
    opens=st.integers(4 * 60, 14 * 60),
    length=st.integers(60, 10 * 60),
    now=instants,
)
def test_hours_of_a_campaign_are_those_of_every_clock(
    zones: set[str], opens: int, length: int, now: int
) -> None:
    hours = (opens * 60, min(86400, (opens + length) * 60))
    where = Whereabouts(tuple(sorted(zones)), ())
    found = LawfulHours(None, hours).at(where, float(now))
    if found.problem:
        assert found == Lawful(math.inf, math.inf, "never lawful")
        every_minute = range(now - now % 60, now + 2 * DAY_S, 60)
        assert not any(in_hours(None, hours, where, float(at)) for at in every_minute)
    else:
        agrees(found, None, hours, where, float(now))


@settings(max_examples=50, derandomize=True, database=None, deadline=None)
@given(
    states=st.sets(st.sampled_from(["AL", "FL", "LA", "PA", "RI", "TX", "UT", "NY", "CO", "HI", "ON", "TN"]),
                   min_size=1, max_size=2),
    now=instants,
)  # fmt: skip
def test_rules_hold_in_every_place_and_by_every_clock(states: set[str], now: int) -> None:
    wheres = [whereabouts_of(12125550100, state=state) for state in states]
    zones = {zone for where in wheres for zone in where.zones}
    places = {place for where in wheres for place in where.places}
    where = Whereabouts(tuple(sorted(zones)), tuple(sorted(places)))
    found = LawfulHours(US).at(where, float(now))
    if found.problem:
        assert "HI" in states  # nobody is awake in Hawaii while it is day in the east
    else:
        agrees(found, US, WHOLE_DAY, where, float(now))


@settings(max_examples=40, derandomize=True, database=None, deadline=None)
@given(zone=st.sampled_from(ZONES), opens=st.integers(0, 1439), length=st.integers(1, 1440), now=instants)
def test_at_any_hour_of_the_night_no_call_is_allowed_that_the_clock_forbids(
    zone: str, opens: int, length: int, now: int
) -> None:
    hours = (opens * 60, min(86400, (opens + length) * 60))
    where = Whereabouts((zone,), ())
    found = LawfulHours(None, hours).at(where, float(now))
    at = math.ceil(max(float(now), found.from_s) / 60.0) * 60.0
    while at < min(found.until_s, now + 2.0 * DAY_S):
        assert in_hours(None, hours, where, at)
        at += 60.0


@settings(max_examples=40, derandomize=True, database=None, deadline=None)
@given(moments=st.lists(instants, min_size=2, max_size=8))
def test_what_was_asked_before_does_not_change_the_answer(moments: list[int]) -> None:
    where = whereabouts_of(14015550100)  # Rhode Island
    asked_often = LawfulHours(US)
    for now in moments:
        assert asked_often.at(where, float(now)) == LawfulHours(US).at(where, float(now))


def test_thanksgiving_in_rhode_island_is_no_day_to_call() -> None:
    found = LawfulHours(US).at(whereabouts_of(14015550100), utc("2026-11-26T10:00:00-05:00"))
    assert found.from_s == utc("2026-11-27T09:00:00-05:00")
    assert found.until_s == utc("2026-11-27T18:00:00-05:00")


@pytest.mark.parametrize(
    ("day", "opens", "closes"),
    [("2026-03-08", "08:00-04:00", "20:00-04:00"), ("2026-11-01", "08:00-05:00", "20:00-05:00")],
)
def test_the_day_of_the_change_opens_and_closes_by_the_new_clock(day: str, opens: str, closes: str) -> None:
    where = whereabouts_of(13055550100, time_zone="America/New_York")
    found = LawfulHours(US).at(where, utc(f"{day}T00:00:00-05:00"))
    assert (found.from_s, found.until_s) == (utc(f"{day}T{opens}"), utc(f"{day}T{closes}"))


def test_the_campaigns_hours_narrow_those_of_the_law() -> None:
    where = whereabouts_of(13055550100)
    found = LawfulHours(US, (6 * 3600, 12 * 3600)).at(where, utc("2026-11-24T00:00:00-05:00"))
    assert found.from_s == utc("2026-11-24T08:00:00-05:00")
    assert found.until_s == utc("2026-11-24T12:00:00-05:00")
    assert found.attempts_per_24h == 3


@pytest.mark.parametrize(
    ("number", "address", "problem"),
    [
        (18005550100, {}, "place unknown"),
        (999, {}, "time zone unknown"),
        (12125550100, {"state": "AE"}, "time zone unknown"),
        (4930123456, {}, "no rules for DE"),
    ],
)
def test_what_is_unknown_is_not_lawful_and_says_why(
    number: int, address: dict[str, str], problem: str
) -> None:
    found = LawfulHours(US).at(whereabouts_of(number, **address), utc("2026-11-24T12:00:00-05:00"))
    assert found == Lawful(math.inf, math.inf, problem)


def test_without_hours_and_rules_it_is_lawful_at_any_time() -> None:
    assert LawfulHours(None).at(Whereabouts((), ()), 0.0) == ANY_TIME


def test_hours_around_the_clock_go_on_without_an_end() -> None:
    hours, where = LawfulHours(None, WHOLE_DAY), whereabouts_of(12125550100)
    now = utc("2026-11-24T12:00:00-05:00")
    for day in range(60):
        found = hours.at(where, now + day * 86400.0)
        assert found.from_s <= now + day * 86400.0 < found.until_s - 86400.0


def test_what_is_never_lawful_stays_so_and_is_looked_for_anew_the_next_day() -> None:
    where = Whereabouts(("America/New_York", "Asia/Shanghai"), ())
    hours, now = LawfulHours(None, (9 * 3600, 18 * 3600)), utc("2026-11-24T12:00:00-05:00")
    for at in (now, now + 60.0, now - 86400.0 * 3, now + 86400.0 * 500):
        assert hours.at(where, at).problem == "never lawful"
    # Seven in the evening there is eight in the morning here, in winter.
    assert LawfulHours(None, (8 * 3600, 20 * 3600)).at(where, now).problem == ""


def test_a_calendar_day_lasts_from_the_first_midnight_to_the_last() -> None:
    now = utc("2026-11-24T12:00:00-05:00")
    begins, ends = day_around(Whereabouts(("America/Los_Angeles", "America/New_York"), ()), now)
    assert begins == utc("2026-11-24T00:00:00-05:00")
    assert ends == utc("2026-11-25T00:00:00-08:00")
