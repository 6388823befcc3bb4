"""What a campaign's settings mean for its leads: hours, rules, limits, registers, consent."""

from __future__ import annotations

from callfloor.carriers.port import Carrier
from callfloor.failures import UsageError
from callfloor.leads.attempt_limits import AttemptLimits
from callfloor.leads.lawful_hours import LawfulHours
from callfloor.leads.rules_file import clock_span, load_rules
from callfloor.live.settings import CampaignSettings, FloorSettings
from callfloor.stores.port import ClaimTerms


def terms_of(campaign: CampaignSettings) -> ClaimTerms:
    """What the campaign's leads must fulfil. Raises RulesUnusableError for rules that cannot be used."""
    hours = None
    if campaign.hours or campaign.rules:
        rules = load_rules(campaign.rules) if campaign.rules else None
        hours = LawfulHours(rules, clock_span(campaign.hours) if campaign.hours else None)
    return ClaimTerms(
        hours=hours,
        limits=AttemptLimits(
            campaign.attempts_per_day,
            campaign.attempts_per_24h,
            campaign.attempts_per_7d,
            campaign.no_call_after_talk_s,
        ),
        registers=tuple(campaign.do_not_call),
        consent_required=campaign.consent_required,
        rules=campaign.claim_rules(),
    )


def refuse_without_law(settings: FloorSettings, carrier: Carrier) -> None:
    """Refuse campaigns that could call real people unlawfully.

    Raises
    ------
    UsageError
        the carrier reaches people, and a campaign has no hours and no rules, or shows no number.
    """
    if not carrier.reaches_people:
        return
    for campaign in settings.campaigns:
        if not campaign.hours and not campaign.rules:
            raise UsageError(
                f"campaign {campaign.name}: expected rules (such as us) or hours (such as 09:00-20:00), "
                "since this carrier calls real people; found neither"
            )
        if not campaign.caller_id:
            raise UsageError(
                f"campaign {campaign.name}: caller_id: expected the number to show to those called, since "
                "this carrier calls real people; found nothing"
            )
