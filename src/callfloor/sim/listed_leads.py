"""The people of a lead list for a simulated world: where each of them may be, and who is not to be called."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from pathlib import Path

from callfloor.leads.errors import LeadListError
from callfloor.leads.lawful_hours import LawfulHours
from callfloor.leads.port import NewLead
from callfloor.leads.reading import open_lead_file
from callfloor.leads.register_file import RegisterFile
from callfloor.leads.rows import RowReader, RowRejected
from callfloor.leads.whereabouts import Whereabouts, whereabouts_of
from callfloor.scenario import ScenarioError
from callfloor.scenario.campaigns import Campaign
from callfloor.scenario.errors import path_of
from callfloor.sim.lead_list import DO_NOT_CALL, NO_CONSENT, NOT_HELD_BACK


@dataclass(frozen=True, slots=True)
class Listed:
    """The leads of a list. `held` says for what each is held back, if for anything."""

    found: list[Whereabouts] = field(default_factory=list)
    held: array[int] = field(default_factory=lambda: array("i"))


def read_list(campaign: Campaign, name: str, hours: LawfulHours | None, now_s: float) -> Listed:
    """Return each usable lead of a list; one of whom too little is known is never called.

    `now_s` is the run's start, UTC seconds: consent given later is none yet. Raises ScenarioError for a list
    without a usable lead, and for registers that cannot be read.
    """
    where = path_of("campaigns", campaign.name, "leads")
    leads: list[NewLead] = []
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
                if lead.numbers[0] not in seen:
                    seen.add(lead.numbers[0])
                    leads.append(lead)
    except LeadListError as error:
        raise ScenarioError(where, str(error)) from None
    registered = _registered(campaign, {number for lead in leads for number in lead.numbers})
    listed = Listed()
    for lead in leads:
        # A person who is registered with one number is called on the next.
        number = next((each for each in lead.numbers if each not in registered), 0)
        kind = whereabouts_of(number or lead.numbers[0], lead.state, lead.postal_code, lead.time_zone)
        if hours is not None and hours.problem_of(kind):
            continue
        listed.found.append(kind)
        agreed = lead.consent_at is not None and lead.consent_at <= now_s
        if campaign.consent_required and not agreed:
            listed.held.append(NO_CONSENT)
        else:
            listed.held.append(NOT_HELD_BACK if number else DO_NOT_CALL)
    if not listed.found:
        raise ScenarioError(where, f"{name}: expected at least one lead that can be called, found none")
    return listed


def _registered(campaign: Campaign, numbers: set[int]) -> set[int]:
    """Those of some numbers that are in a register of the campaign's."""
    found: set[int] = set()
    for name in campaign.do_not_call:
        try:
            for batch in RegisterFile(Path(name)).numbers():
                found |= numbers.intersection(batch)
        except LeadListError as error:
            where = path_of("campaigns", campaign.name, "do_not_call")
            raise ScenarioError(where, str(error)) from None
    return found
