"""The hours in which a campaign's leads may be called: by time zone, in seconds from the run's start."""

from __future__ import annotations

import datetime
from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from callfloor.leads.area_codes import area_codes, time_zones_of
from callfloor.leads.places import STATES
from callfloor.scenario import Scenario, ScenarioError
from callfloor.scenario.errors import path_of
from callfloor.scenario.sections import Campaign, Hours

LONGEST_DRAINED_DAYS = 400
"""How far ahead hours are worked out for a run that ends when all is done."""

SPARE_DAYS = 40
"""How far ahead of a run's end: measured attempts end within minutes of it."""


@dataclass(frozen=True, slots=True)
class LeadPlan:
    """A campaign's leads: how many, and the hours in which they may be called.

    `opens` and `closes` hold `days` times for each zone; a zone is one or more time zones that a number may
    be in, lawful only where all of them are open. `zones` says whose zone is which, by lead; where it is
    empty, zones are drawn with the weights `shares`. With `days` 0 leads may be called at any time.
    """

    count: int
    days: int = 0
    opens: array[float] = field(default_factory=lambda: array("d"))
    closes: array[float] = field(default_factory=lambda: array("d"))
    zones: array[int] = field(default_factory=lambda: array("i"))
    shares: array[int] = field(default_factory=lambda: array("q"))


def plan_leads(scenario: Scenario, campaign: Campaign) -> LeadPlan:
    """Return a campaign's leads. Raises ScenarioError for a list that has none that can be used."""
    if isinstance(campaign.leads, str):
        zones_of_leads = _zones_of_list(campaign, campaign.leads)
        if campaign.hours is None:
            return LeadPlan(len(zones_of_leads))
        kinds = sorted(set(zones_of_leads))
        place = {zone: number for number, zone in enumerate(kinds)}
        zones = array("i", (place[zone] for zone in zones_of_leads))
        return _with_hours(scenario, campaign.hours, len(zones), kinds, zones, array("q"))
    if campaign.hours is None:
        return LeadPlan(campaign.leads)
    weights = Counter(area.time_zones for area in area_codes().values() if area.states[0] in STATES)
    kinds = sorted(weights)
    shares = array("q", (weights[zone] for zone in kinds))
    return _with_hours(scenario, campaign.hours, campaign.leads, kinds, array("i"), shares)


def _zones_of_list(campaign: Campaign, name: str) -> list[tuple[str, ...]]:
    """The time zones of each usable lead of a list: its own, else all that its number may be in."""
    from callfloor.leads.errors import LeadListError
    from callfloor.leads.reading import open_lead_file
    from callfloor.leads.rows import RowReader, RowRejected

    where = path_of("campaigns", campaign.name, "leads")
    found: list[tuple[str, ...]] = []
    seen: set[int] = set()
    try:
        with open_lead_file(Path(name)) as file:
            reader = RowReader(file.columns, "US")
            for row in file.rows():
                if row.fault:
                    continue
                try:
                    lead = reader.lead(row.line, row.fields)
                except RowRejected:
                    continue
                number = lead.numbers[0]
                if number in seen:
                    continue
                seen.add(number)
                zones = (lead.time_zone,) if lead.time_zone else time_zones_of(number)
                if zones or campaign.hours is None:
                    found.append(zones)
    except LeadListError as error:
        raise ScenarioError(where, str(error)) from None
    if not found:
        raise ScenarioError(where, f"{name}: expected at least one lead that can be called, found none")
    return found


def _with_hours(
    scenario: Scenario,
    hours: Hours,
    count: int,
    kinds: list[tuple[str, ...]],
    zones: array[int],
    shares: array[int],
) -> LeadPlan:
    """The plan with the hours of every kind of zone."""
    start = scenario.run.starts_at
    if scenario.run.duration is None:
        days = LONGEST_DRAINED_DAYS
    else:
        days = int(scenario.run.duration / 86400) + SPARE_DAYS
    opens, closes = array("d"), array("d")
    for kind in kinds:
        for opened, closed in _windows(kind, hours, start, days):
            opens.append(opened)
            closes.append(closed)
    return LeadPlan(count, days, opens, closes, zones, shares)


def _windows(
    zone_names: Iterable[str], hours: Hours, start: datetime.datetime, days: int
) -> Iterable[tuple[float, float]]:
    """When it is open in all of the zones, day by day: from, until; an empty span where it never is."""
    zones = [ZoneInfo(name) for name in zone_names]
    # The date may be another one in the zone than at the start.
    first = start.date() - datetime.timedelta(days=1)
    midnight = datetime.time(0)
    for day in range(days):
        date = first + datetime.timedelta(days=day)
        opened, closed = 0.0, float("inf")
        for number, zone in enumerate(zones):
            at = [
                (_local(date, seconds, zone, midnight) - start).total_seconds()
                for seconds in (hours.opens_s, hours.closes_s)
            ]
            opened = at[0] if number == 0 else max(opened, at[0])
            closed = min(closed, at[1])
        yield opened, max(opened, closed)


def _local(date: datetime.date, seconds: int, zone: ZoneInfo, midnight: datetime.time) -> datetime.datetime:
    """A time of day in a zone, by its clocks on that date; 24:00 is the next day's midnight."""
    days, rest = divmod(seconds, 86400)
    time = (datetime.datetime.combine(date, midnight) + datetime.timedelta(seconds=rest)).time()
    local = datetime.datetime.combine(date + datetime.timedelta(days=days), time, tzinfo=zone)
    return local.astimezone(datetime.UTC)
