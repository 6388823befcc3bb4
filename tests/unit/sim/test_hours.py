"""Hours of calling: by the clocks of the person called, lawful in every zone that a number may be in."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from callfloor.scenario import Scenario, ScenarioError
from callfloor.sim.hours import LeadPlan, plan_leads

HOUR = 3600.0


def plan(starts_at: str, leads: int | str = 10, **hours: str) -> LeadPlan:
    """The plan of one campaign in a run of two days."""
    campaign: dict[str, Any] = {"name": "c", "leads": leads, "outcome": {"human": 1.0}, "talk_s": 60}
    if hours:
        campaign["hours"] = hours
    run = {"duration": "48h", "starts_at": starts_at}
    document = {"run": run, "groups": [{"name": "g", "agents": 1}], "campaigns": [campaign]}
    scenario = Scenario.from_dict(document)
    return plan_leads(scenario, scenario.campaigns[0])


def listed(tmp_path: Path, *rows: str) -> str:
    """A list of leads with those rows."""
    path = tmp_path / "leads.csv"
    path.write_text("\n".join(("phone,time_zone", *rows)) + "\n", encoding="utf-8")
    return str(path)


def open_at(found: LeadPlan, zone: int, at_s: float) -> bool:
    """Whether the people of a zone may be called at a time."""
    days = range(zone * found.days, (zone + 1) * found.days)
    return any(found.opens[day] <= at_s < found.closes[day] for day in days)


def test_without_hours_anybody_may_be_called_at_any_time() -> None:
    assert plan("2026-11-23T09:00:00-05:00") == LeadPlan(10)


def test_hours_are_those_of_the_person_called(tmp_path: Path) -> None:
    leads = listed(tmp_path, "212-555-0123,America/New_York", "213-555-0123,America/Los_Angeles")
    found = plan("2026-11-23T09:00:00-05:00", leads, **{"from": "08:00", "to": "21:00"})
    assert (found.count, list(found.zones)) == (2, [1, 0])
    new_york, los_angeles = found.zones
    assert open_at(found, new_york, 0.0)
    assert not open_at(found, los_angeles, 0.0)  # it is six in the morning there
    assert open_at(found, los_angeles, 2 * HOUR)
    assert not open_at(found, new_york, 12 * HOUR)
    assert open_at(found, los_angeles, 12 * HOUR)


def test_a_number_that_may_be_in_two_zones_is_called_when_both_are_open(tmp_path: Path) -> None:
    # 423 is Tennessee's: Eastern and Central time.
    found = plan(
        "2026-11-23T00:00:00-05:00", listed(tmp_path, "423-234-5678,"), **{"from": "08:00", "to": "21:00"}
    )
    assert [open_at(found, 0, hour * HOUR) for hour in (8, 9, 20, 21)] == [False, True, True, False]


@pytest.mark.parametrize(("date", "hours"), [("2026-03-07", 23), ("2026-10-31", 25)])
def test_a_day_of_other_length_opens_by_the_clock(tmp_path: Path, date: str, hours: int) -> None:
    zone = ZoneInfo("America/New_York")
    start = datetime.datetime.fromisoformat(f"{date}T08:00:00").replace(tzinfo=zone)
    leads = listed(tmp_path, "212-555-0123,America/New_York")
    found = plan(start.isoformat(), leads, **{"from": "08:00", "to": "09:00"})
    opens = [at for at in found.opens if at >= 0.0][:2]
    assert opens == [0.0, hours * HOUR]


def test_made_up_leads_are_spread_over_the_zones_of_the_area_codes() -> None:
    found = plan("2026-11-23T09:00:00-05:00", 10, **{"from": "08:00", "to": "21:00"})
    assert found.count == 10
    assert len(found.shares) * found.days == len(found.opens) == len(found.closes)
    assert sum(found.shares) > 300


def with_rules(leads: int | str, **campaign: Any) -> LeadPlan:
    """The plan of one campaign under the rules of the US, from a Wednesday before Thanksgiving."""
    about = {"name": "c", "leads": leads, "outcome": {"human": 1.0}, "talk_s": 60, "rules": "us", **campaign}
    run = {"duration": "72h", "starts_at": "2026-11-25T00:00:00-05:00"}
    document = {"run": run, "groups": [{"name": "g", "agents": 1}], "campaigns": [about]}
    scenario = Scenario.from_dict(document)
    return plan_leads(scenario, scenario.campaigns[0])


def test_rules_of_law_close_days_and_hours(tmp_path: Path) -> None:
    found = with_rules(listed(tmp_path, "401-234-5678,", "212-555-0123,"))
    rhode_island, new_york = found.zones
    at = [9.5, 18.5, 20.5, 24 + 12, 48 + 12]
    assert [open_at(found, new_york, hour * HOUR) for hour in at] == [True, True, True, True, True]
    # Closed in the evening and on Thanksgiving.
    assert [open_at(found, rhode_island, hour * HOUR) for hour in at] == [True, False, False, False, True]


def test_hours_narrow_the_rules(tmp_path: Path) -> None:
    found = with_rules(listed(tmp_path, "212-555-0123,"), hours={"from": "10:00", "to": "12:00"})
    assert [open_at(found, 0, hour * HOUR) for hour in (9.9, 10.0, 11.9, 12.0)] == [False, True, True, False]


def test_made_up_leads_live_in_every_state_and_have_its_limits() -> None:
    found = with_rules(100)
    assert len(found.shares) == len(found.limits) > 50
    assert set(found.limits) == {0, 3}


def test_leads_of_whom_too_little_is_known_are_never_called(tmp_path: Path) -> None:
    assert with_rules(listed(tmp_path, "800-234-5678,", "212-555-0123,")).count == 1


@pytest.mark.parametrize("rules", ["ca", "mars", "no.toml"])
def test_rules_that_fit_nobody_or_cannot_be_used_are_refused(rules: str) -> None:
    with pytest.raises(ScenarioError, match=r"campaigns\.c\.rules: "):
        with_rules(10, rules=rules)


def test_a_list_without_a_usable_lead_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"campaigns\.c\.leads: .*expected at least one lead"):
        plan("2026-11-23T09:00:00-05:00", listed(tmp_path, "123,"))
