"""A floor's settings: its agents and campaigns, checked, and put onto the floor's records.

The names are those of the scenario file. Settings are an input like any other: the journal has them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import msgspec

from callfloor.failures import UsageError
from callfloor.floor.eligibility import ABANDONED_COOLDOWN_S
from callfloor.floor.legal_window import WINDOW_NAMES
from callfloor.floor.setting_codes import PACING_CALLFLOOR, PACING_NAMES, SETTING_NAMES
from callfloor.floor.vocabulary import (
    CANCELLED,
    DISPOSITION_DOES_NAMES,
    LOST,
    MACHINE_NAMES,
    MODE_NAMES,
    NEVER,
    OUTCOME_NAMES,
    OUTCOMES,
    POOL_NAMES,
    PREDICTIVE,
    PREVIEW_EXPIRES_NAMES,
    UNDETERMINED,
    WITHHELD,
)
from callfloor.leads.do_not_call import MISSING
from callfloor.leads.rules_file import clock_span
from callfloor.live.image import add_groups, open_campaign_queue
from callfloor.stores.port import LEAD_ORDERS, ClaimRules

RETRY_AFTER_S: Mapping[str, float] = {
    "busy": 600.0,
    "no_answer": 3600.0,
    "machine": 14400.0,
    "congestion": 60.0,
    "abandoned": 259200.0,
}
"""The lead's wait after an outcome; outcomes not named are final."""

COOLDOWN_AFTER_S: Mapping[str, float] = {"abandoned": ABANDONED_COOLDOWN_S}
"""The number's wait after an outcome; it holds as well where a campaign names only other outcomes."""

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
    "preview_s",
    "skip_retry_s",
    "message_max_s",
    "appointment_grace_s",
)

RINGING_TIMES = ("ring_timeout_s", "carrier_grace_s", "place_within_s")
"""On these rests by which slots of time lines are told that ring."""

LIMITS = ("attempts_per_day", "attempts_per_24h", "attempts_per_7d")

COPIED = (
    "dial_ratio",
    "share",
    "reserve",
    "abandon_rate_max",
    "max_attempts",
    "failures_max",
    "lines",
    "calls_per_s",
    "vicidial_ready",
    *(name for name in SPANS if name != "no_call_after_talk_s"),
)


GROUPS_MOST = 10_000

MODES = tuple(MODE_NAMES.values())


WORDS: Mapping[str, tuple[str, ...]] = {
    "pool": POOL_NAMES,
    "pacing": tuple(PACING_NAMES.values()),
    "preview_expires": PREVIEW_EXPIRES_NAMES,
    "machine": MACHINE_NAMES,
}
"""Settings that are words; their places are the floor's codes."""


def require(fine: bool, name: str, found: object, expected: str) -> None:
    """Raise UsageError unless a setting is as it should be."""
    if not fine:
        raise UsageError(f"{name}: expected {expected}, found {found!r}")


@dataclass(frozen=True, slots=True)
class DispositionSettings:
    """Something that an agent can say of a call, and what becomes of the lead by it.

    `does` is `note` (the outcome's rule holds), `done` (it is not called again), `retry` (again after
    `retry_after_s`), `drop_number` (only its other numbers), `bar_number` (nor this one in any campaign) or
    `call_back` (when the person wants it, else after `retry_after_s`). Seconds.
    """

    name: str
    does: str = "done"
    retry_after_s: float = 86400.0

    def __post_init__(self) -> None:
        """Refuse what cannot be meant; raises UsageError that names the setting."""
        require(bool(self.name), "dispositions.name", self.name, "a name")
        words = DISPOSITION_DOES_NAMES
        require(self.does in words, f"dispositions.{self.name}.does", self.does, f"one of {', '.join(words)}")
        wait_s = self.retry_after_s
        fine = math.isfinite(wait_s) and wait_s >= 0
        require(fine, f"dispositions.{self.name}.retry_after_s", wait_s, "0 or more")


DISPOSITIONS = (
    DispositionSettings("sale"),
    DispositionSettings("not_interested"),
    DispositionSettings("call_back", "call_back"),
    DispositionSettings("try_again", "retry"),
    DispositionSettings("wrong_number", "drop_number"),
    DispositionSettings("do_not_call", "bar_number"),
)


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
    abandon_window: str = "30d"
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
    cooldown_after_s: Mapping[str, float] = field(default_factory=lambda: dict(COOLDOWN_AFTER_S))
    do_not_call: tuple[str, ...] = ()
    consent_required: bool = False
    reserve: int = 0
    preview_s: float = 15.0
    preview_expires: str = "dial"
    skip_retry_s: float = 3600.0
    machine: str = "hang_up"
    message_max_s: float = 120.0
    dispositions: tuple[DispositionSettings, ...] = DISPOSITIONS
    disposition_ends_wrap_up: bool = False
    appointment_grace_s: float = 300.0
    order: str = "priority"
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    list_mix: Mapping[str, float] = field(default_factory=dict)
    pacing: str = PACING_NAMES[PACING_CALLFLOOR]
    vicidial_ready: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be meant; raises UsageError that names the setting."""
        require(self.mode in MODES, "mode", self.mode, f"one of {', '.join(MODES)}")
        for name, words in WORDS.items():
            require(getattr(self, name) in words, name, getattr(self, name), f"one of {', '.join(words)}")
        self.check_messages()
        require(self.order in LEAD_ORDERS, "order", self.order, f"one of {', '.join(LEAD_ORDERS)}")
        for column, allowed in self.only.items():
            require(bool(column) and '"' not in column, "only", column, "the name of a column of the lists")
            require(len(allowed) > 0, f"only.{column}", allowed, "at least one value")
        for name, weight in self.list_mix.items():
            require(bool(name), "list_mix", name, "the name of a list")
            require(math.isfinite(weight) and weight > 0, f"list_mix.{name}", weight, "a weight over 0")
        names = [each.name for each in self.dispositions]
        require(len(set(names)) == len(names), "dispositions", "a name twice", "names that differ")
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
        require(self.abandon_window in WINDOW_NAMES, "abandon_window", self.abandon_window, "30d or 24h")
        require(0 < self.share <= 1, "share", self.share, "over 0, up to 1")
        require(0 <= self.abandon_rate_max <= 1, "abandon_rate_max", self.abandon_rate_max, "from 0 to 1")
        require(self.max_attempts >= 1, "max_attempts", self.max_attempts, "1 or more")
        require(0 <= self.group < GROUPS_MOST, "group", self.group, f"from 0 to {GROUPS_MOST - 1}")
        for name in ("lines", "calls_per_s", "failures_max", "reserve", *SPANS):
            value = getattr(self, name)
            require(math.isfinite(value) and value >= 0, name, value, "0 or more")
        for waits in ("retry_after_s", "cooldown_after_s"):
            for name in getattr(self, waits):
                require(name in OUTCOME_NAMES, waits, name, f"one of {', '.join(OUTCOME_NAMES)}")
        for name, wait_s in self.cooldown_after_s.items():
            require(math.isfinite(wait_s) and wait_s >= 0, f"cooldown_after_s.{name}", wait_s, "0 or more")
        ready = self.vicidial_ready
        require(isinstance(ready, bool), "vicidial_ready", ready, "true or false")
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
        """The number's wait by code of outcome; 0: none but `cooldown_s`."""
        waits = {**COOLDOWN_AFTER_S, **self.cooldown_after_s}
        return [waits.get(name, 0.0) for name in OUTCOME_NAMES]

    def claim_rules(self) -> ClaimRules:
        """Which leads the campaign wants of the store, and in which order."""
        return ClaimRules(self.order, self.only, self.appointment_grace_s, self.list_mix)

    def check_messages(self) -> None:
        """Refuse messages that nobody has recorded, and machines connected where there are no agents."""
        if self.mode == "message":
            require(
                self.lines > 0, "lines", self.lines, 'over 0 with mode = "message", which keeps them busy'
            )
            require(self.machine != "connect", "machine", self.machine, "hang_up or message without agents")
        if self.mode == "message" or self.machine == "message":
            require(bool(self.message), "message", self.message, "the recording that is to be played")

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
    """A floor: its agents by name, the groups of those who are not in group 0, and its campaigns."""

    name: str = "main"
    agents: tuple[str, ...] = ()
    campaigns: tuple[CampaignSettings, ...] = (CampaignSettings(),)
    linger_s: float = 600.0
    agent_groups: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what cannot be meant; raises UsageError that names the setting."""
        require(len(set(self.agents)) == len(self.agents), "agents", "a name twice", "names that differ")
        require(all(self.agents), "agents", "an empty name", "a name for each agent")
        names = [campaign.name for campaign in self.campaigns]
        require(len(set(names)) == len(names), "campaigns", "a name twice", "names that differ")
        require(self.linger_s >= 0, "linger_s", self.linger_s, "0 or more")
        for name, group in self.agent_groups.items():
            require(name in self.agents, "agent_groups", name, "the name of one of the agents")
            require(0 <= group < GROUPS_MOST, f"agent_groups.{name}", group, f"from 0 to {GROUPS_MOST - 1}")

    def text(self) -> str:
        """The settings as the journal keeps them."""
        return msgspec.json.encode(asdict(self)).decode()

    @classmethod
    def of_text(cls, text: str) -> FloorSettings:
        """The settings that the journal kept."""
        return msgspec.json.decode(text, type=cls)


def changed(
    settings: FloorSettings, campaign: str, wished: Mapping[str, Any]
) -> tuple[FloorSettings, list[tuple[int, float]]]:
    """Return settings in which a campaign has what is wished, and the changes as the floor has them.

    Raises UsageError, which names the setting, for what cannot be changed while a campaign runs, or not so.
    """
    known = [each.name for each in settings.campaigns]
    require(campaign in known, "campaign", campaign, f"one of {', '.join(known)}")
    for name in wished:
        require(name in SETTING_NAMES, "setting", name, f"one of {', '.join(SETTING_NAMES)}")
    campaigns = tuple(replace(c, **wished) if c.name == campaign else c for c in settings.campaigns)
    changes = [(SETTING_NAMES.index(name), value_of(name, value)) for name, value in wished.items()]
    return replace(settings, campaigns=campaigns), changes


def value_of(name: str, value: Any) -> float:
    """A setting's value as the floor has it: words are codes."""
    if name == "mode":
        return float(code_of_mode(value))
    words = WORDS.get(name)
    return float(value) if words is None else float(words.index(value))


def code_of_mode(mode: str) -> int:
    """The code of a mode that is known by name."""
    return next(code for code, name in MODE_NAMES.items() if name == mode)


def apply_settings(runtime: Any, floor: Any, settings: FloorSettings) -> None:
    """Put settings onto a floor. Agents and campaigns are added at the end and never taken away.

    An agent's group is the one that they were added to; so is a campaign's.
    """
    floor.linger_s = settings.linger_s
    groups = [campaign.group for campaign in settings.campaigns]
    add_groups(runtime, floor, 1 + max((0, *groups, *settings.agent_groups.values())))
    while len(floor.campaigns) < len(settings.campaigns):
        wanted = settings.campaigns[len(floor.campaigns)]
        campaign = runtime.Campaign(id=len(floor.campaigns), group=floor.groups[wanted.group])
        floor.campaigns.append(campaign)
        open_campaign_queue(runtime, floor, campaign)
    for campaign, wish in zip(floor.campaigns, settings.campaigns, strict=False):
        campaign.mode = code_of_mode(wish.mode)
        campaign.plays_message = bool(wish.message)
        runtime.pace_by(campaign, WORDS["pacing"].index(wish.pacing))
        for name, words in WORDS.items():
            setattr(campaign, name, words.index(getattr(wish, name)))
        runtime.open_window(campaign.ledger, WINDOW_NAMES.index(wish.abandon_window))
        campaign.disposed_does = [DISPOSITION_DOES_NAMES.index(each.does) for each in wish.dispositions]
        campaign.disposed_after_s = [each.retry_after_s for each in wish.dispositions]
        campaign.disposing_rests = wish.disposition_ends_wrap_up
        campaign.thirsty = True
        campaign.retry_after_s = wish.retry_by_outcome()
        times = [getattr(campaign, name) for name in RINGING_TIMES]
        campaign.cooldown_after_s = wish.cooldown_by_outcome()
        # Stale until the floor has been told their date.
        campaign.registry_until = MISSING if wish.do_not_call else NEVER
        for name in COPIED:
            setattr(campaign, name, getattr(wish, name))
        look_ahead(runtime, floor, campaign, times)
    while len(floor.agents) < len(settings.agents):
        name = settings.agents[len(floor.agents)]
        group = floor.groups[settings.agent_groups.get(name, 0)]
        floor.agents.append(runtime.Agent(id=len(floor.agents), group=group))


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
