"""The count of abandoned calls, as the law counts them.

Abandoned: a person has answered and was not connected to an agent within the limit (16 CFR 310.4(b)(4)).
"""

from __future__ import annotations

from callfloor.floor.commands import touch_call, touch_campaign
from callfloor.floor.legal_window import LEDGER_PARTS, pass_on
from callfloor.floor.records import Call, Campaign, Floor
from callfloor.floor.steering import fill_purse, room_to_spend, steer
from callfloor.floor.units import Count, Flag, Rate, Seconds
from callfloor.floor.vocabulary import ABANDONED, HUMAN, HUNG_UP_EARLY, NEVER

LEAVING_PARTS: Count = 1
"""So many parts of the legal window may leave it before dialling goes on."""


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
    if campaign is None or call.outcome != HUMAN:
        return
    if answered_too_late(campaign, call, now):
        call.outcome = ABANDONED
        enter(campaign, True, now)
    else:
        enter(campaign, False, now)
    touch_campaign(floor, campaign)


def count_abandonment(floor: Floor, call: Call) -> None:
    """The person was still there and nobody took the call in time. Counted once a call."""
    campaign = call.campaign
    if campaign is not None and call.outcome == HUMAN and not was_connected(call):
        call.outcome = ABANDONED
        enter(campaign, True, floor.now)
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


def enter(campaign: Campaign, abandoned: Flag, now: Seconds) -> None:
    """Write a live answer down: it was connected, or abandoned."""
    ledger = campaign.ledger
    pass_on(ledger, now)
    place = ledger.part & (LEDGER_PARTS - 1)
    if abandoned:
        campaign.abandoned += 1
        ledger.abandoned[place] += 1
        ledger.abandoned_in_all += 1
    else:
        campaign.connected += 1
        ledger.connected[place] += 1
        ledger.connected_in_all += 1
    outlook = campaign.outlook
    if outlook is not None:
        room, allowed, rate_max = headroom(campaign), allowance(campaign), campaign.abandon_rate_max
        in_window = ledger.connected_in_all + ledger.abandoned_in_all
        rolls = campaign.connected + campaign.abandoned > in_window
        fill_purse(outlook, room, allowed, rate_max, abandoned, rolls)
        steer(outlook, room_to_spend(outlook, room), allowed, rate_max)


def was_connected(call: Call) -> Flag:
    """Whether an agent has ever had the person on the line."""
    return call.connected_at < NEVER


def answered_too_late(campaign: Campaign, call: Call, now: Seconds) -> Flag:
    """Whether the limit has passed since the answer. A limit of 0 binds the choice of the agent only."""
    return campaign.answer_within_s > 0.0 and now > call.answered_at + campaign.answer_within_s


def allowance(campaign: Campaign) -> Rate:
    """How many calls may be abandoned in the legal window by the answers so far."""
    ledger = campaign.ledger
    return campaign.abandon_rate_max * (ledger.connected_in_all + ledger.abandoned_in_all)


def headroom(campaign: Campaign) -> Rate:
    """How many more calls may be abandoned in the legal window before the rate is over its limit."""
    return allowance(campaign) - campaign.ledger.abandoned_in_all


def headroom_to_keep(campaign: Campaign) -> Rate:
    """How much head-room is left, at the least, when the oldest parts of the window drop out.

    A day with few abandoned calls takes head-room with it when it leaves the window. Who had spent that would
    be over the limit without a call.
    """
    ledger = campaign.ledger
    left = headroom(campaign)
    least = left
    if ledger.part < 0:
        return left
    for passed in range(1, LEAVING_PARTS + 1):
        place = (ledger.part - ledger.parts + passed) & (LEDGER_PARTS - 1)
        abandoned = ledger.abandoned[place]
        left += abandoned - campaign.abandon_rate_max * (ledger.connected[place] + abandoned)
        least = min(least, left)
    return least
