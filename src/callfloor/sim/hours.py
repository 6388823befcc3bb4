"""A campaign's leads: the hours in which they may be called, by where they may be, from the run's start."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from callfloor.leads.area_codes import area_codes
from callfloor.leads.lawful_hours import LawfulHours, day_around
from callfloor.leads.places import STATES
from callfloor.leads.rules_file import load_rules
from callfloor.leads.whereabouts import Whereabouts, place_of
from callfloor.scenario import Scenario, ScenarioError
from callfloor.scenario.campaigns import Campaign
from callfloor.scenario.errors import path_of
from callfloor.sim.lead_list import DAY_S
from callfloor.sim.listed_leads import read_list

LONGEST_DRAINED_DAYS = 400
"""How far ahead hours are worked out for a run that ends when all is done."""

SPARE_DAYS = 40
"""How far ahead of a run's end: measured attempts end within minutes of it."""


@dataclass(frozen=True, slots=True)
class LeadPlan:
    """A campaign's leads: how many, and the hours in which they may be called.

    `opens` and `closes` hold `days` spans for each zone, the last ones at no time where it has fewer; a zone
    is one kind of whereabouts, lawful only where it is so in all places and time zones that a number may be
    in. `zones` says whose zone is which, by lead; where it is empty, zones are drawn with the weights
    `shares`. With `days` 0 leads may be called at any time. `dates` are the calendar days of each zone: it is
    one until `date_until`, which lasts from `date_begins` to `date_ends`.
    """

    count: int
    days: int = 0
    opens: array[float] = field(default_factory=lambda: array("d"))
    closes: array[float] = field(default_factory=lambda: array("d"))
    zones: array[int] = field(default_factory=lambda: array("i"))
    shares: array[int] = field(default_factory=lambda: array("q"))
    limits: array[int] = field(default_factory=lambda: array("i"))
    """Attempts in 24 hours that the rules allow, by zone; empty: no rule limits them."""

    held: array[int] = field(default_factory=lambda: array("i"))
    """By lead, for what it is held back; empty: none of a list is."""

    dates: int = 0
    """How many calendar days there are for each zone; 0: nothing goes by them."""

    date_until: array[float] = field(default_factory=lambda: array("d"))
    date_begins: array[float] = field(default_factory=lambda: array("d"))
    date_ends: array[float] = field(default_factory=lambda: array("d"))


def plan_leads(scenario: Scenario, campaign: Campaign) -> LeadPlan:
    """Return a campaign's leads. Raises ScenarioError for a list that has none that can be used."""
    hours = _hours_of(campaign)
    if isinstance(campaign.leads, str):
        listed = read_list(campaign, campaign.leads, hours, scenario.run.starts_at.timestamp())
        held = listed.held if any(listed.held) else array("i")
        plan = LeadPlan(len(listed.found), held=held)
        kinds = sorted(set(listed.found), key=_order)
        place = {kind: number for number, kind in enumerate(kinds)}
        zones, shares = array("i", (place[kind] for kind in listed.found)), array("q")
    else:
        plan = LeadPlan(campaign.leads)
        if hours is None and campaign.attempts_per_day == 0:
            return plan
        kinds, shares = _made_up(campaign, hours)
        zones = array("i")
    if hours is None and campaign.attempts_per_day == 0:
        return plan
    plan = replace(plan, zones=zones, shares=shares)
    if campaign.attempts_per_day > 0:
        plan = _with_calendar(scenario, plan, kinds)
    return plan if hours is None else _with_hours(scenario, hours, plan, kinds)


def _made_up(campaign: Campaign, hours: LawfulHours | None) -> tuple[list[Whereabouts], array[int]]:
    """Where made-up leads live: in the United States, as area codes are spread; with their shares."""
    weights = Counter(
        Whereabouts(area.time_zones, () if campaign.rules is None else (place_of(area.states[0]),))
        for area in area_codes().values()
        if area.states[0] in STATES
    )
    kinds = [kind for kind in sorted(weights, key=_order) if hours is None or not hours.problem_of(kind)]
    if not kinds:
        where = path_of("campaigns", campaign.name, "rules")
        raise ScenarioError(
            where, f"expected rules of the US, where made-up leads live, found {campaign.rules}"
        )
    return kinds, array("q", (weights[kind] for kind in kinds))


def _order(kind: Whereabouts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return kind.zones, kind.places


def _hours_of(campaign: Campaign) -> LawfulHours | None:
    """When the campaign's leads may be called; None: at any time."""
    if campaign.hours is None and campaign.rules is None:
        return None
    rules = None if campaign.rules is None else load_rules(campaign.rules)
    own = None if campaign.hours is None else (campaign.hours.opens_s, campaign.hours.closes_s)
    return LawfulHours(rules, own)


def _days_of(scenario: Scenario) -> int:
    """How many days hours and calendars are worked out for."""
    if scenario.run.duration is None:
        return LONGEST_DRAINED_DAYS
    return int(scenario.run.duration / DAY_S) + SPARE_DAYS


def _with_hours(
    scenario: Scenario, hours: LawfulHours, plan: LeadPlan, kinds: Sequence[Whereabouts]
) -> LeadPlan:
    """The plan with the hours of every kind of whereabouts."""
    start_s = scenario.run.starts_at.timestamp()
    days = _days_of(scenario)
    spans = [hours.spans(kind, start_s, days) for kind in kinds]
    most = max(len(each) for each in spans)
    opens, closes = array("d"), array("d")
    for each in spans:
        at_no_time = [float("inf")] * (most - len(each))
        opens.extend([*(opened - start_s for opened, _ in each), *at_no_time])
        closes.extend([*(closed - start_s for _, closed in each), *at_no_time])
    limits = array("i", (hours.attempts_per_24h(kind) for kind in kinds))
    limits = limits if any(limits) else array("i")
    return replace(plan, days=most, opens=opens, closes=closes, limits=limits)


def _with_calendar(scenario: Scenario, plan: LeadPlan, kinds: Sequence[Whereabouts]) -> LeadPlan:
    """The plan with the calendar days of every kind of whereabouts."""
    start_s = scenario.run.starts_at.timestamp()
    ends_s = start_s + _days_of(scenario) * DAY_S
    known = {zones: calendar_of(zones, start_s, ends_s) for zones in {kind.zones for kind in kinds}}
    most = max(len(dates) for dates in known.values())
    plan = replace(plan, dates=most, date_until=array("d"), date_begins=array("d"), date_ends=array("d"))
    for kind in kinds:
        dates = known[kind.zones]
        # In what comes after all of them nobody has been called too often.
        after = [(float("inf"), float("inf"), float("inf"))] * (most - len(dates))
        for until, begins, ends in (*dates, *after):
            plan.date_until.append(until)
            plan.date_begins.append(begins)
            plan.date_ends.append(ends)
    return plan


def calendar_of(zones: tuple[str, ...], start_s: float, ends_s: float) -> list[tuple[float, float, float]]:
    """Each date from the start on, in seconds from there, where people are who may be in several zones.

    A date is told by until when it is that one, and by its first and its last instant in any of the zones.
    """
    found = []
    now = start_s
    while zones and now < ends_s:
        begins, ends = day_around(Whereabouts(zones, ()), now)
        now = min(day_around(Whereabouts((zone,), ()), now)[1] for zone in zones)
        found.append((now - start_s, begins - start_s, ends - start_s))
    return [*found, (float("inf"), float("inf"), float("inf"))]
