"""May this number be called now? Asked at the instant of dialling, not when a list is loaded."""

from __future__ import annotations

from callfloor.floor.records import Campaign, Lead
from callfloor.floor.units import Code, Count, Flag, Seconds
from callfloor.floor.vocabulary import (
    ABANDONED,
    BUSY,
    CONGESTION,
    DISCONNECTED,
    ELIGIBLE,
    HUMAN,
    HUNG_UP_EARLY,
    INELIGIBLE_ATTEMPTS_SPENT,
    INELIGIBLE_BARRED,
    INELIGIBLE_COOLING_DOWN,
    INELIGIBLE_KEEPS_FAILING,
    INELIGIBLE_LIMIT_REACHED,
    INELIGIBLE_OUT_OF_HOURS,
    MACHINE,
    NEVER,
    NO_ANSWER,
    REFUSED,
    REJECTED,
    UNDETERMINED,
)

ABANDONED_COOLDOWN_S: Seconds = 259200.0
"""How long a number that got an abandoned call is left alone unless a campaign says otherwise: 72 hours.

Ofcom's rule for the United Kingdom, which lets it be called sooner only where an agent is guaranteed.
"""


def eligibility(campaign: Campaign, lead: Lead, now: Seconds) -> Code:
    """Whether the lead's number may be dialled now, or the first rule that forbids it."""
    if lead.barred:
        return INELIGIBLE_BARRED
    if lead.attempts >= campaign.max_attempts:
        return INELIGIBLE_ATTEMPTS_SPENT
    if keeps_failing(campaign, lead):
        return INELIGIBLE_KEEPS_FAILING
    if now < lead.last_attempt_at + campaign.cooldown_s:
        return INELIGIBLE_COOLING_DOWN
    if now < lead.allowed_from or lead.attempts_left == 0:
        return INELIGIBLE_LIMIT_REACHED
    if not lead.lawful_from <= now < lead.lawful_until:
        return INELIGIBLE_OUT_OF_HOURS
    return ELIGIBLE


def keeps_failing(campaign: Campaign, lead: Lead) -> Flag:
    """Whether the number has failed so often in a row that it is not worth another attempt."""
    return campaign.failures_max > 0 and lead.failures >= campaign.failures_max


def due_after_refusal(campaign: Campaign, lead: Lead, refusal: Code, now: Seconds) -> Seconds:
    """When a lead that was refused may be tried again (UTC seconds), NEVER for one that is done with."""
    if refusal == INELIGIBLE_COOLING_DOWN:
        return lead.last_attempt_at + campaign.cooldown_s
    if refusal == INELIGIBLE_LIMIT_REACHED:
        return max(lead.allowed_from, now)
    if refusal == INELIGIBLE_OUT_OF_HOURS:
        return max(lead.lawful_from, now)
    if refusal == INELIGIBLE_ATTEMPTS_SPENT or lead.other_numbers == 0:
        return NEVER
    return now


def retry_after(campaign: Campaign, outcome: Code) -> Seconds:
    """The lead's wait after an outcome; negative: never again, as for outcomes that nothing is said of."""
    if outcome >= len(campaign.retry_after_s):
        return -1.0
    return campaign.retry_after_s[outcome]


def number_is_spent(campaign: Campaign, lead: Lead, outcome: Code) -> Flag:
    """Whether the number, though perhaps not the person, is done with."""
    if lead.barred or keeps_failing(campaign, lead):
        return True
    return outcome in (DISCONNECTED, REJECTED, REFUSED) and retry_after(campaign, outcome) < 0.0


def due_after(campaign: Campaign, lead: Lead, outcome: Code, now: Seconds) -> Seconds:
    """When the lead is due again after an attempt (UTC seconds), NEVER when it is done with.

    The longest of all waits holds: the lead's after the outcome, the number's after any attempt and after
    the outcome.
    """
    if lead.attempts >= campaign.max_attempts:
        return NEVER
    if number_is_spent(campaign, lead, outcome):
        return now if lead.other_numbers > 0 else NEVER
    retry_s = retry_after(campaign, outcome)
    if retry_s < 0.0:
        return NEVER
    return max(now + retry_s, number_free_at(campaign, lead, outcome, now))


def number_free_at(campaign: Campaign, lead: Lead, outcome: Code, now: Seconds) -> Seconds:
    """When the number may be called again after an attempt that has just ended (UTC seconds), by anybody."""
    cooldown_s = 0.0
    if 0 <= outcome < len(campaign.cooldown_after_s):
        cooldown_s = campaign.cooldown_after_s[outcome]
    return max(lead.last_attempt_at + campaign.cooldown_s, now + cooldown_s)


def failures_after(lead: Lead, outcome: Code) -> Count:
    """How often the number has now failed in a row.

    A busy or unanswered number works, so does one that we let go; a failing trunk says nothing of it.
    """
    if outcome in (DISCONNECTED, CONGESTION, REJECTED, REFUSED, UNDETERMINED):
        return lead.failures + 1
    if outcome in (HUMAN, MACHINE, BUSY, NO_ANSWER, ABANDONED, HUNG_UP_EARLY):
        return 0
    return lead.failures
