"""Campaigns of the scenario file: people who are called, when they may be, and how."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field

from callfloor.floor.eligibility import ABANDONED_COOLDOWN_S
from callfloor.floor.legal_window import WINDOW_NAMES
from callfloor.floor.setting_codes import PACING_CALLFLOOR, PACING_NAMES
from callfloor.floor.vocabulary import (
    MACHINE_NAMES,
    MODE_NAMES,
    OUTCOME_NAMES,
    POOL_NAMES,
    PREVIEW_EXPIRES_NAMES,
)
from callfloor.people.behaviour import NETWORK_OUTCOMES, SHORTEST_RING_S
from callfloor.scenario.answer_profile import AnswerProfile, check_answer_profile
from callfloor.scenario.clock_kinds import ClockTime
from callfloor.scenario.dispositions import Disposition, check_appointments, check_dispositions
from callfloor.scenario.distributions import NEVER, NO_TIME, Constant, Distribution, Durations, Uniform
from callfloor.scenario.errors import ScenarioError, shown, wrong
from callfloor.scenario.kinds import (
    PROBABILITY,
    ByName,
    Choice,
    LeadSource,
    Names,
    Number,
    Span,
    Text,
    Whole,
    YesNo,
)
from callfloor.scenario.section import Section, Table, Tables, a_section, key

RETRY_AFTER_S: Mapping[str, float] = {
    "machine": 14400.0,
    "busy": 600.0,
    "no_answer": 3600.0,
    "congestion": 60.0,
    "abandoned": 259200.0,
}

COOLDOWN_AFTER_S: Mapping[str, float] = {"abandoned": ABANDONED_COOLDOWN_S}


@a_section
class Hours(Section):
    """When people may be called, in their own local time."""

    opens_s: int = field(
        metadata=key(ClockTime(), "the first time of day, local to the person called", name="from")
    )
    closes_s: int = field(metadata=key(ClockTime(), "the end; no call is placed from then on", name="to"))

    def check(self) -> None:
        """Refuse hours that are never open."""
        if self.closes_s <= self.opens_s:
            raise ScenarioError(
                "to",
                f'expected later than from ("{ClockTime().write(self.opens_s)}"), found '
                f'"{ClockTime().write(self.closes_s)}"',
            )


@a_section
class Campaign(Section):
    """People who are called."""

    name: str = field(metadata=key(Text(name=True), "the campaign's name"))
    leads: int | str = field(
        metadata=key(LeadSource(), "how many leads are made up, or the file of a lead list")
    )
    outcome: Mapping[str, float] = field(
        metadata=key(
            ByName(PROBABILITY, "outcome", tuple(OUTCOME_NAMES[code] for code in sorted(NETWORK_OUTCOMES))),
            "what an attempt comes to: probabilities that add up to 1. Those not named are 0",
        )
    )
    talk_s: Distribution = field(metadata=key(Durations(), "how long a person talks with an agent"))
    answer_profile: AnswerProfile | None = field(
        default=None,
        metadata=key(
            Table(AnswerProfile),
            "how the share of people who answer changes",
            otherwise="it is the same all the time",
        ),
    )
    mode: str = field(
        default="power",
        metadata=key(
            Choice(tuple(MODE_NAMES.values())),
            "`power`: `dial_ratio` lines for each ready agent. `progressive`: one line. `predictive`: as "
            "many as may be expected to find an agent, within `abandon_rate_max`. `preview`: a ready "
            "agent is shown a lead first. `message`: a recording for each who answers, without agents",
        ),
    )
    pacing: str = field(
        default=PACING_NAMES[PACING_CALLFLOOR],
        metadata=key(
            Choice(tuple(PACING_NAMES.values())),
            "whose rule predicts: ours, or one of other dialers as it was published",
        ),
    )
    vicidial_ready: bool = field(
        default=False,
        metadata=key(
            YesNo(), "VICIdial's rules count only agents who are ready, against calls that nobody talks to"
        ),
    )
    pool: str = field(
        default="campaign",
        metadata=key(
            Choice(POOL_NAMES),
            "whose the lines are. `campaign`: all ready agents' together. `agent`: each agent's own; an "
            "answer goes to that agent only",
        ),
    )
    dial_ratio: float = field(
        default=2.0,
        metadata=key(Number(0, 100, over=True, of="lines/agent"), "lines to ring for a ready agent"),
    )
    abandon_rate_max: float = field(
        default=0.03, metadata=key(PROBABILITY, "the limit of abandoned / (connected + abandoned)")
    )
    abandon_window: str = field(
        default="30d",
        metadata=key(
            Choice(WINDOW_NAMES),
            "over how long abandoned calls count: the last 30 days by day, or the last 24 hours by hour",
        ),
    )
    answer_within_s: float = field(
        default=2.0, metadata=key(Span(), "a human not connected by then is abandoned; 0: at once")
    )
    ring_timeout_s: float = field(
        default=25.0, metadata=key(Span(SHORTEST_RING_S), "how long it may ring before it is no answer")
    )
    ring_s: Distribution = field(
        default=Uniform(5.0, 25.0),
        metadata=key(
            Durations(mean_least=SHORTEST_RING_S),
            "how long it rings before the outcome shows; at least 0.1 s",
        ),
    )
    wrap_up_s: Distribution = field(
        default=NO_TIME, metadata=key(Durations(), "the agent's work after a conversation")
    )
    patience_s: Distribution = field(
        default=NEVER,
        metadata=key(Durations(never=True), 'how long a person who has answered waits; "never": for ever'),
    )
    share: float = field(
        default=1.0,
        metadata=key(Number(0, 1, over=True), "of the ready agents, where campaigns share them"),
    )
    reserve: int = field(
        default=0, metadata=key(Whole(0, of="agents"), "ready agents whom dialling leaves to inbound")
    )
    max_attempts: int = field(default=3, metadata=key(Whole(1), "how often a lead is called at most"))
    retry_after_s: Mapping[str, float] = field(
        default_factory=lambda: dict(RETRY_AFTER_S),
        metadata=key(
            ByName(Span(), "outcome", OUTCOME_NAMES, may_be_empty=True),
            "how long a lead waits after an outcome; after one that is not named it is not called again",
        ),
    )
    cooldown_s: float = field(
        default=60.0,
        metadata=key(
            Span(), "how long a number is left alone after any attempt; the longest of all waits holds"
        ),
    )
    lines: int = field(default=0, metadata=key(Whole(0, of="lines"), "trunk lines; 0: no limit"))
    calls_per_s: float = field(
        default=0.0, metadata=key(Number(0.0, of="calls/s"), "calls placed in a second at most; 0: no limit")
    )
    preview_s: float = field(
        default=15.0,
        metadata=key(Span(), "preview: how long an agent may look at a lead; 0: until they have decided"),
    )
    preview_expires: str = field(
        default="dial",
        metadata=key(
            Choice(PREVIEW_EXPIRES_NAMES), "preview: what becomes of the lead when that time is over"
        ),
    )
    preview_accept_s: Distribution | None = field(
        default=None,
        metadata=key(
            Durations(), "preview: how long an agent looks before deciding", otherwise="`preview_s`"
        ),
    )
    preview_skip: float = field(
        default=0.0, metadata=key(Number(0, 1, under=True), "preview: the share of leads that agents skip")
    )
    skip_retry_s: float = field(
        default=3600.0, metadata=key(Span(), "preview: how long a skipped lead waits")
    )
    machine: str = field(
        default="hang_up",
        metadata=key(
            Choice(MACHINE_NAMES),
            "what an answering machine gets: nothing, a recording, or an agent as if it were a person",
        ),
    )
    machine_talk_s: Distribution = field(
        default=Constant(10.0),
        metadata=key(Durations(), '`machine = "connect"`: how long an agent is on the line with a machine'),
    )
    message_s: Distribution = field(
        default=Constant(20.0), metadata=key(Durations(), "how long the recording plays")
    )
    hours: Hours | None = field(
        default=None,
        metadata=key(
            Table(Hours), "when people may be called", otherwise="at any time, on the simulated carrier"
        ),
    )

    rules: str | None = field(
        default=None,
        metadata=key(
            Text(),
            "rules of law that say when people may be called, and how often: `us`, `ca`, `gb`, or files of "
            "your own, with commas between them; `hours` narrow them further",
            otherwise="`hours` alone",
        ),
    )
    attempts_per_day: int = field(
        default=0,
        metadata=key(
            Whole(0, of="attempts"), "to a number in a calendar day of the person called; 0: no limit"
        ),
    )
    attempts_per_24h: int = field(
        default=0, metadata=key(Whole(0, of="attempts"), "to a number in 24 hours at most; 0: no limit")
    )
    attempts_per_7d: int = field(
        default=0, metadata=key(Whole(0, of="attempts"), "to a number in 7 days at most; 0: no limit")
    )
    no_call_after_talk_s: float = field(
        default=0.0, metadata=key(Span(), "how long a number is left alone after a conversation")
    )
    do_not_call: tuple[str, ...] = field(
        default=(),
        metadata=key(Names(may_be_empty=True), "files of do-not-call registers: who is in one is not called"),
    )
    do_not_call_share: float = field(
        default=0.0,
        metadata=key(
            PROBABILITY, "the share of leads that are in registers, beside those found in `do_not_call`"
        ),
    )
    consent_required: bool = field(
        default=False, metadata=key(YesNo(), "only who has agreed to be called is called")
    )
    consent_share: float = field(
        default=1.0,
        metadata=key(PROBABILITY, "the share of made-up leads who have agreed; a lead list says it itself"),
    )
    cooldown_after_s: Mapping[str, float] = field(
        default_factory=lambda: dict(COOLDOWN_AFTER_S),
        metadata=key(
            ByName(Span(), "outcome", OUTCOME_NAMES, may_be_empty=True),
            "how long a number is left alone after an outcome, beside `cooldown_s`. After an abandoned call "
            "it is 72 hours where nothing is said of that; `abandoned = 0` takes it away",
        ),
    )

    dispositions: tuple[Disposition, ...] = field(
        default=(), metadata=key(Tables(Disposition), "what agents say when they have talked")
    )
    appointment_grace_s: float = field(
        default=300.0,
        metadata=key(Span(), "how long an appointment is for its own agent; after that any agent calls"),
    )
    appointment_human: float | None = field(
        default=None,
        metadata=key(
            PROBABILITY,
            "the share of `human` when an appointment is kept; the other outcomes fill what is left",
            otherwise="as of any attempt",
        ),
    )

    def check(self) -> None:
        """Refuse outcomes that do not add up, bad rules, and lines of which no agent has a whole one."""
        if self.rules is not None:
            from callfloor.leads.errors import RulesUnusableError
            from callfloor.leads.rules_file import load_rules  # time zones and holidays, which few runs need

            try:
                load_rules(self.rules)
            except RulesUnusableError as error:
                raise ScenarioError("rules", str(error)) from None
        total = math.fsum(self.outcome.values())
        if abs(total - 1.0) > 1e-9:
            named = ", ".join(f"{name} {share:g}" for name, share in self.outcome.items())
            raise ScenarioError(
                "outcome", f"expected probabilities that add up to 1, found {total:.9g} ({named})"
            )
        if self.mode == "predictive":
            self._check_predictive()
        check_dispositions(self.dispositions)
        check_appointments(self.appointment_human, self.outcome)
        self._check_registers()
        if self.answer_profile is not None:
            check_answer_profile(self.answer_profile, self.outcome)
        if self.pool == "agent" and self.mode == "power" and self.dial_ratio < 1:
            raise ScenarioError(
                "dial_ratio",
                'expected 1 or more with pool = "agent", where each agent has whole '
                f"lines, found {shown(self.dial_ratio)}",
            )
        self._check_preview()
        self._check_message()

    def _check_registers(self) -> None:
        """Refuse registers that are not there, and those of numbers that nobody knows."""
        if self.do_not_call and not isinstance(self.leads, str):
            raise ScenarioError(
                "do_not_call",
                "expected leads from a list, whose numbers registers may have; for made-up ones write "
                "do_not_call_share",
            )
        from pathlib import Path

        for name in self.do_not_call:
            if not Path(name).is_file():
                raise wrong("files that are there", name).within("do_not_call")

    def _check_preview(self) -> None:
        """Refuse leads that agents look at for longer than they are shown, if those are never called."""
        accept = self.preview_accept
        limited = self.mode == "preview" and self.preview_expires == "skip" and self.preview_s > 0
        if limited and isinstance(accept, Constant) and accept.value > self.preview_s:
            raise ScenarioError(
                "preview_accept_s",
                f'expected no more than preview_s ({self.preview_s:g} s) with preview_expires = "skip", or '
                f"no lead is ever called, found {accept.value:g}",
            )

    def _check_message(self) -> None:
        """Refuse a campaign without agents that has no lines, or wants agents for machines."""
        if self.mode != "message":
            return
        if self.lines == 0:
            raise ScenarioError(
                "lines", 'expected 1 or more with mode = "message", which keeps them all busy, found 0'
            )
        if self.machine == "connect":
            raise ScenarioError(
                "machine", 'expected "hang_up" or "message" with mode = "message", found "connect"'
            )

    @property
    def preview_accept(self) -> Distribution:
        """How long an agent looks at a lead before deciding, seconds."""
        return Constant(self.preview_s) if self.preview_accept_s is None else self.preview_accept_s

    @property
    def number_waits_s(self) -> Mapping[str, float]:
        """How long a number is left alone by outcome, with what holds where nothing is said."""
        return {**COOLDOWN_AFTER_S, **self.cooldown_after_s}

    @property
    def makes_appointments(self) -> bool:
        """Whether agents promise people to call them at a time."""
        return any(each.makes_appointment for each in self.dispositions)

    @property
    def holds_back(self) -> bool:
        """Whether some leads may never be called."""
        return bool(self.do_not_call) or self.do_not_call_share > 0 or self.consent_required

    @property
    def needs_agents(self) -> bool:
        """Whether anybody has to be there to talk."""
        return self.mode != "message"

    def _check_predictive(self) -> None:
        """Refuse what pacing that looks ahead cannot keep to."""
        if self.pool == "agent":
            raise ScenarioError(
                "pool",
                'expected "campaign" with mode = "predictive", which looks ahead for all, found "agent"',
            )
        if not 0.0 < self.abandon_rate_max < 1.0:
            raise ScenarioError(
                "abandon_rate_max",
                'expected over 0 and under 1 with mode = "predictive", found '
                f'{shown(self.abandon_rate_max)}; to have nobody abandoned use mode = "progressive"',
            )
