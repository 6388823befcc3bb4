"""A floor's settings: its agents and campaigns, checked, and put onto the floor's records.

The names are those of the scenario file. Settings are an input like any other: the journal has them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import msgspec

from callfloor.failures import UsageError
from callfloor.floor.vocabulary import (
    CANCELLED,
    LOST,
    MODE_NAMES,
    NEVER,
    OUTCOME_NAMES,
    OUTCOMES,
    POOL_NAMES,
    PREDICTIVE,
    UNDETERMINED,
    WITHHELD,
)
from callfloor.leads.do_not_call import MISSING
from callfloor.leads.rules_file import clock_span
from callfloor.live.image import add_groups, open_campaign_queue

RETRY_AFTER_S: Mapping[str, float] = {
    "busy": 600.0,
    "no_answer": 3600.0,
    "machine": 14400.0,
    "congestion": 60.0,
    "abandoned": 259200.0,
}
"""The lead's wait after an outcome; outcomes not named are final."""

OWN_RETRY_AFTER_S = {UNDETERMINED: 3600.0, LOST: 3600.0, CANCELLED: 3600.0, WITHHELD: 0.0}
"""Outcomes that say nothing of the person: the lead is tried again."""


SPANS = (
    "answer_within_s",
    "ring_timeout_s",
    "wrap_up_s",
    "cooldown_s",
    "place_within_s",
    "carrier_grace_s",
    "bridge_within_s",
    "talk_max_s",
    "no_call_after_talk_s",
)

RINGING_TIMES = ("ring_timeout_s", "carrier_grace_s", "place_within_s")
"""On these rests by which slots of time lines are told that ring."""

LIMITS = ("attempts_per_day", "attempts_per_24h", "attempts_per_7d")

COPIED = (
    "dial_ratio",
    "share",
    "abandon_rate_max",
    "max_attempts",
    "failures_max",
    "lines",
    "calls_per_s",
    *(name for name in SPANS if name != "no_call_after_talk_s"),
)


def require(fine: bool, name: str, found: object, expected: str) -> None:
    """Raise UsageError unless a setting is as it should be."""
    if not fine:
        raise UsageError(f"{name}: expected {expected}, found {found!r}")


@dataclass(frozen=True, slots=True)
class CampaignSettings:
    """What a campaign is told. Units by the names; 0 lines or calls per second: no limit."""

    name: str = "default"
    group: int = 0
    mode: str = "power"
    pool: str = "campaign"
    dial_ratio: float = 2.0
    share: float = 1.0
    abandon_rate_max: float = 0.03
    answer_within_s: float = 2.0
    ring_timeout_s: float = 25.0
    wrap_up_s: float = 0.0
    max_attempts: int = 3
    cooldown_s: float = 60.0
    retry_after_s: Mapping[str, float] = field(default_factory=lambda: dict(RETRY_AFTER_S))
    failures_max: int = 3
    lines: int = 0
    calls_per_s: float = 0.0
    message: str = ""
    caller_id: str = ""
    place_within_s: float = 5.0
    carrier_grace_s: float = 15.0
    bridge_within_s: float = 5.0
    talk_max_s: float = 14400.0
    hours: str = ""
    rules: str = ""
    attempts_per_day: int = 0
    attempts_per_24h: int = 0
    attempts_per_7d: int = 0
    no_call_after_talk_s: float = 0.0
    cooldown_after_s: Mapping[str, float] = field(default_factory=dict)
    do_not_call: tuple[str, ...] = ()
    consent_required: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be meant; raises UsageError that names the setting."""
        require(
            self.mode in MODE_NAMES.values(), "mode", self.mode, f"one of {', '.join(MODE_NAMES.values())}"
        )
        require(self.pool in POOL_NAMES, "pool", self.pool, "campaign or agent")
        require(0 < self.dial_ratio <= 100, "dial_ratio", self.dial_ratio, "over 0, up to 100")
        if self.mode == "predictive":
            require(
                self.pool == "campaign", "pool", self.pool, "campaign, as pacing looks ahead for all agents"
            )
            require(
                0 < self.abandon_rate_max < 1, "abandon_rate_max", self.abandon_rate_max, "over 0, under 1"
            )
        if self.pool == "agent":
            whole = float(self.dial_ratio).is_integer()
            require(
                whole, "dial_ratio", self.dial_ratio, "a whole number of lines where they are an agent's own"
            )
        require(0 < self.share <= 1, "share", self.share, "over 0, up to 1")
        require(0 <= self.abandon_rate_max <= 1, "abandon_rate_max", self.abandon_rate_max, "from 0 to 1")
        require(self.max_attempts >= 1, "max_attempts", self.max_attempts, "1 or more")
        require(self.group >= 0, "group", self.group, "0 or more")
        for name in ("lines", "calls_per_s", "failures_max", *SPANS):
            value = getattr(self, name)
            require(math.isfinite(value) and value >= 0, name, value, "0 or more")
        for waits in ("retry_after_s", "cooldown_after_s"):
            for name in getattr(self, waits):
                require(name in OUTCOME_NAMES, waits, name, f"one of {', '.join(OUTCOME_NAMES)}")
        for name, wait_s in self.cooldown_after_s.items():
            require(math.isfinite(wait_s) and wait_s >= 0, f"cooldown_after_s.{name}", wait_s, "0 or more")
        for name in LIMITS:
            limit = getattr(self, name)
            require(isinstance(limit, int) and limit >= 0, name, limit, "a whole number from 0")
        require(all(self.do_not_call), "do_not_call", "an empty name", "a name for each register")
        if self.hours:
            try:
                clock_span(self.hours)
            except ValueError as error:
                raise UsageError(f"hours: {error}") from None

    def cooldown_by_outcome(self) -> list[float]:
        """The number's wait by code of outcome; 0: none but `cooldown_s`. Empty where there are none."""
        if not self.cooldown_after_s:
            return []
        return [self.cooldown_after_s.get(name, 0.0) for name in OUTCOME_NAMES]

    def retry_by_outcome(self) -> list[float]:
        """The wait by code of outcome; negative: never again."""
        waits = [-1.0] * OUTCOMES
        for outcome, wait_s in OWN_RETRY_AFTER_S.items():
            waits[outcome] = wait_s
        for name, wait_s in self.retry_after_s.items():
            waits[OUTCOME_NAMES.index(name)] = wait_s
        return waits


@dataclass(frozen=True, slots=True)
class FloorSettings:
    """A floor: its agents by name, one group for now, and its campaigns."""

    name: str = "main"
    agents: tuple[str, ...] = ()
    campaigns: tuple[CampaignSettings, ...] = (CampaignSettings(),)
    linger_s: float = 600.0

    def __post_init__(self) -> None:
        """Refuse what cannot be meant; raises UsageError that names the setting."""
        require(len(set(self.agents)) == len(self.agents), "agents", "a name twice", "names that differ")
        require(all(self.agents), "agents", "an empty name", "a name for each agent")
        names = [campaign.name for campaign in self.campaigns]
        require(len(set(names)) == len(names), "campaigns", "a name twice", "names that differ")
        require(self.linger_s >= 0, "linger_s", self.linger_s, "0 or more")

    def text(self) -> str:
        """The settings as the journal keeps them."""
        return msgspec.json.encode(asdict(self)).decode()

    @classmethod
    def of_text(cls, text: str) -> FloorSettings:
        """The settings that the journal kept."""
        return msgspec.json.decode(text, type=cls)


def apply_settings(runtime: Any, floor: Any, settings: FloorSettings) -> None:
    """Put settings onto a floor. Agents and campaigns are added at the end and never taken away."""
    floor.linger_s = settings.linger_s
    add_groups(runtime, floor, 1 + max((c.group for c in settings.campaigns), default=0))
    while len(floor.campaigns) < len(settings.campaigns):
        wanted = settings.campaigns[len(floor.campaigns)]
        campaign = runtime.Campaign(id=len(floor.campaigns), group=floor.groups[wanted.group])
        floor.campaigns.append(campaign)
        open_campaign_queue(runtime, floor, campaign)
    for campaign, wish in zip(floor.campaigns, settings.campaigns, strict=False):
        campaign.mode = next(code for code, name in MODE_NAMES.items() if name == wish.mode)
        campaign.pool = POOL_NAMES.index(wish.pool)
        campaign.plays_message = bool(wish.message)
        campaign.retry_after_s = wish.retry_by_outcome()
        times = [getattr(campaign, name) for name in RINGING_TIMES]
        campaign.cooldown_after_s = wish.cooldown_by_outcome()
        # Stale until the floor has been told their date.
        campaign.registry_until = MISSING if wish.do_not_call else NEVER
        for name in COPIED:
            setattr(campaign, name, getattr(wish, name))
        look_ahead(runtime, floor, campaign, times)
    while len(floor.agents) < len(settings.agents):
        floor.agents.append(runtime.Agent(id=len(floor.agents), group=floor.groups[0]))


def look_ahead(runtime: Any, floor: Any, campaign: Any, times: list[float]) -> None:
    """Have a predictive campaign look ahead, and count its lines anew where its `times` have changed.

    What has been learnt is kept when the mode changes, and goes on being learnt.
    """
    begins = campaign.mode == PREDICTIVE and campaign.outlook is None
    if begins:
        campaign.outlook = runtime.Outlook()
        floor.foresees = True
    if begins or (
        campaign.outlook is not None and times != [getattr(campaign, name) for name in RINGING_TIMES]
    ):
        runtime.reopen_outlook(floor, campaign)
