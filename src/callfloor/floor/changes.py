"""Settings of a running campaign, changed from the next decision on: what is in hand goes on as it is."""

from __future__ import annotations

from callfloor.floor.commands import report, touch_campaign
from callfloor.floor.looking_ahead import reopen_outlook
from callfloor.floor.outlook import Outlook
from callfloor.floor.published_pacing import pace_by
from callfloor.floor.records import Campaign, Floor
from callfloor.floor.setting_codes import (
    PACING_ERLANG,
    SET_ABANDON_RATE_MAX,
    SET_ANSWER_WITHIN_S,
    SET_CALLS_PER_S,
    SET_COOLDOWN_S,
    SET_DIAL_RATIO,
    SET_LINES,
    SET_MACHINE,
    SET_MAX_ATTEMPTS,
    SET_MODE,
    SET_PACING,
    SET_POOL,
    SET_PREVIEW_EXPIRES,
    SET_PREVIEW_S,
    SET_RESERVE,
    SET_RING_TIMEOUT_S,
    SET_SHARE,
    SET_SKIP_RETRY_S,
    SET_VICIDIAL_READY,
    SET_WRAP_UP_S,
    SETTINGS,
)
from callfloor.floor.units import Code, Count, Flag, Rate
from callfloor.floor.vocabulary import (
    CONNECT_MACHINE,
    MESSAGE_MODE,
    POOL_AGENT,
    POWER,
    PREDICTIVE,
    PREVIEW,
    PROGRESSIVE,
    SETTING_REFUSED,
    SKIP_IT,
)

MOST: Rate = 1e9
"""Of any setting: a second more than thirty years."""

DIAL_RATIO_MOST: Rate = 100.0


def change_campaign(floor: Floor, campaign: Campaign, setting: Code, value: Rate) -> None:
    """Change one setting of a campaign; a value that cannot be meant is reported, and nothing changes."""
    if not may_be_set(setting, value):
        report(floor, SETTING_REFUSED, None, None, setting).campaign = campaign
        return
    if is_whole(setting):
        set_whole(floor, campaign, setting, int(value))
    else:
        set_rate(campaign, setting, value)
        if setting == SET_RING_TIMEOUT_S:
            reopen_outlook(floor, campaign)
    campaign.thirsty = True
    touch_campaign(floor, campaign)


def may_be_set(setting: Code, value: Rate) -> Flag:
    """Whether there is such a setting, and the value can be meant."""
    if not (0 <= setting < SETTINGS and 0.0 <= value <= MOST):
        return False
    if is_whole(setting) and value != int(value):
        return False
    if setting == SET_MODE:
        return int(value) in (POWER, PROGRESSIVE, PREDICTIVE, PREVIEW, MESSAGE_MODE)
    if setting == SET_DIAL_RATIO:
        return 0.0 < value <= DIAL_RATIO_MOST
    if setting == SET_SHARE:
        return 0.0 < value <= 1.0
    if setting == SET_ABANDON_RATE_MAX:
        return value <= 1.0
    if setting == SET_MAX_ATTEMPTS:
        return value >= 1.0
    return value <= last_code(setting)


def is_whole(setting: Code) -> Flag:
    """Whether the setting is a code or a count."""
    return setting in (
        SET_MODE,
        SET_POOL,
        SET_RESERVE,
        SET_LINES,
        SET_MAX_ATTEMPTS,
        SET_PREVIEW_EXPIRES,
        SET_MACHINE,
        SET_PACING,
        SET_VICIDIAL_READY,
    )


def last_code(setting: Code) -> Rate:
    """The largest value that a setting may have."""
    if setting == SET_POOL:
        return POOL_AGENT
    if setting == SET_PREVIEW_EXPIRES:
        return SKIP_IT
    if setting == SET_MACHINE:
        return CONNECT_MACHINE
    if setting == SET_PACING:
        return PACING_ERLANG
    if setting == SET_VICIDIAL_READY:
        return 1.0
    return MOST


def set_whole(floor: Floor, campaign: Campaign, setting: Code, value: Count) -> None:
    """Set a code or a count."""
    if setting == SET_MODE:
        set_mode(floor, campaign, value)
    elif setting == SET_POOL:
        campaign.pool = value
    elif setting == SET_RESERVE:
        campaign.reserve = value
    elif setting == SET_LINES:
        campaign.lines = value
    elif setting == SET_MAX_ATTEMPTS:
        campaign.max_attempts = value
    elif setting == SET_PREVIEW_EXPIRES:
        campaign.preview_expires = value
    elif setting == SET_PACING:
        pace_by(campaign, value)
    elif setting == SET_VICIDIAL_READY:
        campaign.vicidial_ready = value == 1
    else:
        campaign.machine = value


def set_mode(floor: Floor, campaign: Campaign, mode: Code) -> None:
    """Have the campaign dial by another mode; one that looks ahead begins to learn."""
    campaign.mode = mode
    if mode == PREDICTIVE and campaign.outlook is None:
        campaign.outlook = Outlook()
        floor.foresees = True
        reopen_outlook(floor, campaign)


def set_rate(campaign: Campaign, setting: Code, value: Rate) -> None:
    """Set a share, a ratio or a span of time."""
    if setting == SET_DIAL_RATIO:
        campaign.dial_ratio = value
    elif setting == SET_SHARE:
        campaign.share = value
    elif setting == SET_CALLS_PER_S:
        campaign.calls_per_s = value
    elif setting == SET_ANSWER_WITHIN_S:
        campaign.answer_within_s = value
    elif setting == SET_RING_TIMEOUT_S:
        campaign.ring_timeout_s = value
    elif setting == SET_WRAP_UP_S:
        campaign.wrap_up_s = value
    elif setting == SET_COOLDOWN_S:
        campaign.cooldown_s = value
    elif setting == SET_ABANDON_RATE_MAX:
        campaign.abandon_rate_max = value
    elif setting == SET_PREVIEW_S:
        campaign.preview_s = value
    elif setting == SET_SKIP_RETRY_S:
        campaign.skip_retry_s = value
