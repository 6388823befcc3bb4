"""The hours in which a campaign's leads may be called, by where people may be, from the run's start."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from callfloor.leads.area_codes import area_codes
from callfloor.leads.lawful_hours import LawfulHours
from callfloor.leads.places import STATES
from callfloor.leads.rules_file import load_rules
from callfloor.leads.whereabouts import Whereabouts, place_of, whereabouts_of
from callfloor.scenario import Scenario, ScenarioError
from callfloor.scenario.campaigns import Campaign
from callfloor.scenario.errors import path_of

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
    `shares`. With `days` 0 leads may be called at any time.
    """

    count: int
    days: int = 0
    opens: array[float] = field(default_factory=lambda: array("d"))
    closes: array[float] = field(default_factory=lambda: array("d"))
    zones: array[int] = field(default_factory=lambda: array("i"))
    shares: array[int] = field(default_factory=lambda: array("q"))
    limits: array[int] = field(default_factory=lambda: array("i"))
    """Attempts in 24 hours that the rules allow, by zone; empty: no rule limits them."""


def plan_leads(scenario: Scenario, campaign: Campaign) -> LeadPlan:
    """Return a campaign's leads. Raises ScenarioError for a list that has none that can be used."""
    hours = _hours_of(campaign)
    if isinstance(campaign.leads, str):
        found = _whereabouts_of_list(campaign, campaign.leads, hours)
        if hours is None:
            return LeadPlan(len(found))
        kinds = sorted(set(found), key=_order)
        place = {kind: number for number, kind in enumerate(kinds)}
        zones = array("i", (place[kind] for kind in found))
        return _with_hours(scenario, hours, len(zones), kinds, zones, array("q"))
    if hours is None:
        return LeadPlan(campaign.leads)
    weights = Counter(
        Whereabouts(area.time_zones, () if campaign.rules is None else (place_of(area.states[0]),))
        for area in area_codes().values()
        if area.states[0] in STATES
    )
    kinds = [kind for kind in sorted(weights, key=_order) if not hours.problem_of(kind)]
    if not kinds:
        where = path_of("campaigns", campaign.name, "rules")
        raise ScenarioError(
            where, f"expected rules of the US, where made-up leads live, found {campaign.rules}"
        )
    shares = array("q", (weights[kind] for kind in kinds))
    return _with_hours(scenario, hours, campaign.leads, kinds, array("i"), shares)


def _order(kind: Whereabouts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return kind.zones, kind.places


def _hours_of(campaign: Campaign) -> LawfulHours | None:
    """When the campaign's leads may be called; None: at any time."""
    if campaign.hours is None and campaign.rules is None:
        return None
    rules = None if campaign.rules is None else load_rules(campaign.rules)
    own = None if campaign.hours is None else (campaign.hours.opens_s, campaign.hours.closes_s)
    return LawfulHours(rules, own)


def _whereabouts_of_list(campaign: Campaign, name: str, hours: LawfulHours | None) -> list[Whereabouts]:
    """Where each usable lead of a list may be. One of whom too little is known is never called."""
    from callfloor.leads.errors import LeadListError
    from callfloor.leads.reading import open_lead_file
    from callfloor.leads.rows import RowReader, RowRejected

    where = path_of("campaigns", campaign.name, "leads")
    found: list[Whereabouts] = []
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
                kind = whereabouts_of(number, lead.state, lead.postal_code, lead.time_zone)
                if hours is None or not hours.problem_of(kind):
                    found.append(kind)
    except LeadListError as error:
        raise ScenarioError(where, str(error)) from None
    if not found:
        raise ScenarioError(where, f"{name}: expected at least one lead that can be called, found none")
    return found


def _with_hours(
    scenario: Scenario,
    hours: LawfulHours,
    count: int,
    kinds: Sequence[Whereabouts],
    zones: array[int],
    shares: array[int],
) -> LeadPlan:
    """The plan with the hours of every kind of whereabouts."""
    start_s = scenario.run.starts_at.timestamp()
    if scenario.run.duration is None:
        days = LONGEST_DRAINED_DAYS
    else:
        days = int(scenario.run.duration / 86400) + SPARE_DAYS
    spans = [hours.spans(kind, start_s, days) for kind in kinds]
    most = max(len(each) for each in spans)
    opens, closes = array("d"), array("d")
    for each in spans:
        at_no_time = [float("inf")] * (most - len(each))
        opens.extend([*(opened - start_s for opened, _ in each), *at_no_time])
        closes.extend([*(closed - start_s for _, closed in each), *at_no_time])
    limits = array("i", (hours.attempts_per_24h(kind) for kind in kinds))
    return LeadPlan(count, most, opens, closes, zones, shares, limits if any(limits) else array("i"))
