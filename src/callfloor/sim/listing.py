"""Gives a simulated world the list of a campaign's leads."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from callfloor.scenario.campaigns import Campaign
from callfloor.sim.lead_list import DAY_S, HELD_REASONS

if TYPE_CHECKING:
    from callfloor.sim.hours import LeadPlan

LONG_AGO = float("-inf")


def fill_list(listed: Any, campaign: Campaign, leads: LeadPlan, stream: int, first_number: int) -> None:
    """Put a campaign's leads into the record of a list, whose numbers begin with `first_number`."""
    listed.stream, listed.count, listed.first_number = stream, leads.count, first_number
    listed.days, listed.opens, listed.closes = leads.days, leads.opens, leads.closes
    listed.day_of = array("q", bytes(8 * (len(leads.opens) // leads.days if leads.days else 0)))
    listed.zones, listed.zone_shares, listed.zone_total = leads.zones, leads.shares, sum(leads.shares)
    _limit_attempts(listed, campaign, leads)
    _hold_back(listed, campaign, leads)
    listed.appoints, listed.grace_s = campaign.makes_appointments, campaign.appointment_grace_s
    said_again = any(each.calls_again for each in campaign.dispositions)
    if campaign.retry_after_s.get("human", -1.0) >= 0.0 or said_again:
        listed.talks_again = True
        listed.talked_to = array("i", bytes(4 * leads.count))


def _limit_attempts(listed: Any, campaign: Campaign, leads: LeadPlan) -> None:
    """Give the list the limits on attempts, and room to remember those made."""
    limits = [
        (limit, span_s)
        for limit, span_s in ((campaign.attempts_per_24h, DAY_S), (campaign.attempts_per_7d, 7 * DAY_S))
        # Where a lead is not called so often at all, nothing need be remembered.
        if 0 < limit < campaign.max_attempts
    ]
    listed.limits = array("q", (limit for limit, _ in limits))
    listed.spans_s = array("d", (span_s for _, span_s in limits))
    by_zone = [limit for limit in leads.limits if 0 < limit < campaign.max_attempts]
    listed.zone_limits = leads.limits if by_zone else array("i")
    if 0 < campaign.attempts_per_day < campaign.max_attempts:
        listed.per_day, listed.dates = campaign.attempts_per_day, leads.dates
        listed.date_until, listed.date_begins = leads.date_until, leads.date_begins
        listed.date_ends = leads.date_ends
        listed.date_of = array("q", bytes(8 * (len(leads.date_until) // leads.dates)))
    listed.depth = max([*by_zone, *(limit for limit, _ in limits), listed.per_day])
    listed.history = array("d", bytes(8 * leads.count * listed.depth))
    if campaign.no_call_after_talk_s > 0.0:
        listed.after_talk_s = campaign.no_call_after_talk_s
        listed.talked_at = array("d", [LONG_AGO]) * leads.count


def _hold_back(listed: Any, campaign: Campaign, leads: LeadPlan) -> None:
    """Say who is never to be called: those of whom the list knows it, and a share of the others."""
    listed.held = leads.held
    listed.register_share = campaign.do_not_call_share
    # A list says itself who has agreed.
    if campaign.consent_required and isinstance(campaign.leads, int):
        listed.no_consent_share = 1.0 - campaign.consent_share
    listed.held_back = array("q", bytes(8 * HELD_REASONS))
    listed.holds_back = bool(leads.held) or listed.register_share > 0.0 or listed.no_consent_share > 0.0
