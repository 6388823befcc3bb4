"""The count of abandoned calls, as the law counts them.

Abandoned: a person has answered and was not connected to an agent within the limit (16 CFR 310.4(b)(4)).
"""

from __future__ import annotations

from callfloor.floor.commands import touch_call, touch_campaign
from callfloor.floor.records import Call, Campaign, Floor
from callfloor.floor.units import Flag, Rate, Seconds
from callfloor.floor.vocabulary import ABANDONED, HUMAN, HUNG_UP_EARLY, NEVER


def count_human_answer(floor: Floor, call: Call) -> None:
    """A person has answered. They wait since they answered, not since we heard of it."""
    call.outcome = HUMAN
    call.answered_at = max(floor.event_at, call.placed_at)
    touch_call(floor, call)
    campaign = call.campaign
    if campaign is not None:
        campaign.human_answers += 1
        touch_campaign(floor, campaign)


def count_connection(floor: Floor, call: Call, now: Seconds) -> None:
    """An agent has the person on the line: connected if in time, else abandoned all the same."""
    if was_connected(call):
        return
    call.connected_at = now
    campaign = call.campaign
    if campaign is None or call.outcome == ABANDONED:
        return
    if answered_too_late(campaign, call, now):
        call.outcome = ABANDONED
        campaign.abandoned += 1
    else:
        campaign.connected += 1
    touch_campaign(floor, campaign)


def count_abandonment(floor: Floor, call: Call) -> None:
    """The person was still there and nobody took the call in time. Counted once a call."""
    campaign = call.campaign
    if campaign is not None and call.outcome == HUMAN and not was_connected(call):
        call.outcome = ABANDONED
        campaign.abandoned += 1
        touch_campaign(floor, campaign)


def count_early_hang_up(floor: Floor, call: Call, now: Seconds) -> None:
    """The person hung up: before the limit, and so was not abandoned, unless its timer is late."""
    campaign = call.campaign
    if campaign is None or call.outcome != HUMAN or was_connected(call):
        return
    if answered_too_late(campaign, call, now):
        count_abandonment(floor, call)
    else:
        call.outcome = HUNG_UP_EARLY
        campaign.hung_up_early += 1
        touch_campaign(floor, campaign)


def was_connected(call: Call) -> Flag:
    """Whether an agent has ever had the person on the line."""
    return call.connected_at < NEVER


def answered_too_late(campaign: Campaign, call: Call, now: Seconds) -> Flag:
    """Whether the limit has passed since the answer. A limit of 0 binds the choice of the agent only."""
    return campaign.answer_within_s > 0.0 and now > call.answered_at + campaign.answer_within_s


def headroom(campaign: Campaign) -> Rate:
    """How many more calls may be abandoned before the rate exceeds its limit; negative when it has."""
    return campaign.abandon_rate_max * (campaign.connected + campaign.abandoned) - campaign.abandoned
