"""The sections of the scenario file: the run, groups of agents and inbound queues."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from callfloor.scenario.arrivals import ArrivalForm, Arrivals
from callfloor.scenario.clock_kinds import Moment
from callfloor.scenario.distributions import NEVER, NO_TIME, Constant, Distribution, Durations
from callfloor.scenario.errors import ScenarioError
from callfloor.scenario.kinds import (
    PROBABILITY,
    ByName,
    Choice,
    Names,
    Number,
    Span,
    Text,
    Whole,
)
from callfloor.scenario.section import Section, Table, Tables, a_section, key

DRAINED = "drained"
LONGEST_IDLE, DIRECT = ROUTINGS = ("longest_idle", "direct")
QUEUE, VOICEMAIL, BLOCK = WHEN_BUSY = ("queue", "voicemail", "block")
STARTS_AT = datetime.datetime.fromisoformat("2026-11-23T09:00:00-05:00")


@a_section
class Run(Section):
    """How long, how often and from which seed."""

    alternatives: ClassVar[tuple[str, ...]] = ("duration", "until")
    duration: float | None = field(
        default=None,
        metadata=key(
            Span(over=True),
            "when measuring ends. The world goes on, unmeasured, until every measured call has ended",
            otherwise="`until` is given",
        ),
    )
    until: str | None = field(
        default=None,
        metadata=key(
            Choice((DRAINED,)),
            "instead of `duration`: until all arrivals are made and all work is finished, all of it measured",
            otherwise="`duration` is given",
        ),
    )
    warm_up: float = field(default=0.0, metadata=key(Span(), "simulated first, not measured"))
    replications: int = field(
        default=20, metadata=key(Whole(1, 1_000_000), "how often the run is repeated with other draws")
    )
    seed: int = field(default=1, metadata=key(Whole(0, 2**63 - 1), "the same seed gives the same results"))
    service_level_s: float = field(
        default=20.0, metadata=key(Span(), "answered within this is in time; a queue may have its own")
    )
    starts_at: datetime.datetime = field(
        default=STARTS_AT, metadata=key(Moment(), "the date and time at the run's start")
    )

    def check(self) -> None:
        """Refuse no end or two ends, and a warm-up that leaves nothing to measure."""
        if (self.duration is None) == (self.until is None):
            found = "neither" if self.duration is None else "both"
            raise ScenarioError("", f'expected either duration or until = "drained", found {found}')
        if self.duration is None and self.warm_up > 0:
            raise ScenarioError(
                "warm_up",
                f'expected 0 with until = "drained", which measures everything, found {self.warm_up:g}',
            )
        if self.duration is not None and self.warm_up >= self.duration:
            raise ScenarioError(
                "warm_up", f"expected less than the duration ({self.duration:g} s), found {self.warm_up:g}"
            )


@a_section
class Period(Section):
    """From one time to another, in seconds from the run's start."""

    start_s: float = field(metadata=key(Span(), "when it begins, from the run's start", name="from"))
    end_s: float = field(metadata=key(Span(over=True), "when it ends, from the run's start", name="to"))

    def check(self) -> None:
        """Refuse an end before the beginning."""
        if self.end_s <= self.start_s:
            raise ScenarioError("to", f"expected later than from ({self.start_s:g} s), found {self.end_s:g}")


def _check_order(periods: tuple[Period, ...], name: str) -> None:
    """Refuse periods that overlap or are out of order."""
    for place in range(1, len(periods)):
        if periods[place].start_s < periods[place - 1].end_s:
            before = f"{periods[place - 1].end_s:g} s, the end of the one before"
            raise ScenarioError(
                f"{name}.{place + 1}.from",
                f"expected from {before}, or later, found {periods[place].start_s:g}",
            )


@a_section
class Group(Section):
    """Agents with the same skills and working hours."""

    name: str = field(metadata=key(Text(name=True), "the group's name"))
    agents: int = field(metadata=key(Whole(0, of="agents"), "how many agents are in it"))
    skills: Mapping[str, int] | None = field(
        default=None,
        metadata=key(
            ByName(Whole(1), "queue or campaign"),
            "what its agents take, by name of a queue or campaign, with their preference: 1 first",
            otherwise="every queue and campaign, all with preference 1",
        ),
    )
    shifts: tuple[Period, ...] | None = field(
        default=None,
        metadata=key(
            Tables(Period, named=False),
            "when they are logged in. A shift's end lets the call in hand finish",
            otherwise="the whole run and for as long as the world goes on after it",
        ),
    )
    breaks: tuple[Period, ...] = field(
        default=(),
        metadata=key(
            Tables(Period, named=False),
            "when they pause: it begins after the call in hand, and keeps its end",
        ),
    )
    shrinkage: float = field(
        default=0.0,
        metadata=key(
            Number(0, 1, under=True), "share of the agents who are absent, drawn once a replication"
        ),
    )

    def check(self) -> None:
        """Refuse shifts or breaks that overlap."""
        if self.shifts == ():
            raise ScenarioError("shifts", "expected at least one shift, or no such key for the whole run")
        _check_order(self.shifts or (), "shifts")
        _check_order(self.breaks, "breaks")

    @property
    def leaves_s(self) -> float:
        """When the last agent's shift ends, seconds from the run's start; infinity if none ever does."""
        return self.shifts[-1].end_s if self.shifts else math.inf


@a_section
class Redial(Section):
    """Who has given up or was blocked may call again; each time is drawn anew."""

    probability: float = field(default=0.0, metadata=key(PROBABILITY, "the chance of another call"))
    after_s: Distribution = field(
        default=Constant(600.0), metadata=key(Durations(), "how long after the last call ended")
    )

    def check(self) -> None:
        """Refuse a redial that is sure and takes no time: it would go round for ever in one instant."""
        if self.probability == 1.0 and self.after_s.mean == 0.0:
            raise ScenarioError(
                "after_s",
                "a sure redial after 0 s goes round for ever in no time; "
                "expected a mean over 0, or a probability under 1",
            )


@a_section
class Callback(Section):
    """How voicemails are returned, by the agent they were left for."""

    reached: float = field(
        default=0.2, metadata=key(PROBABILITY, "the chance that a callback reaches the caller")
    )
    talk_s: Distribution | None = field(
        default=None,
        metadata=key(Durations(), "the talk with one who was reached", otherwise="the queue's `talk_s`"),
    )
    unreached_s: Distribution = field(
        default=NO_TIME, metadata=key(Durations(), "how long a callback takes that reaches nobody")
    )

    def check(self) -> None:
        """Refuse callbacks that never reach anybody and take no time."""
        if self.reached == 0.0 and self.unreached_s.mean == 0.0:
            raise ScenarioError(
                "unreached_s",
                "with reached = 0 and unreached_s = 0 callbacks go round for ever in "
                "no time; expected one of them over 0",
            )


@a_section
class Inbound(Section):
    """A queue of people who call in."""

    name: str = field(metadata=key(Text(name=True), "the queue's name"))
    arrivals: Arrivals = field(metadata=key(ArrivalForm(), "when calls come in: see Arrivals"))
    talk_s: Distribution = field(metadata=key(Durations(), "how long a call is talked on"))
    wrap_up_s: Distribution = field(
        default=NO_TIME, metadata=key(Durations(), "the agent's work after a call, before the next one")
    )
    patience_s: Distribution = field(
        default=NEVER,
        metadata=key(Durations(never=True), 'how long a caller waits before giving up; "never": for ever'),
    )
    priority: int = field(
        default=1, metadata=key(Whole(0), "the smaller is served first; within one, whoever waits longest")
    )
    groups: tuple[str, ...] | None = field(
        default=None,
        metadata=key(
            Names(),
            "where a call looks for a ready agent, in this order",
            otherwise="the groups whose skills have the queue, by preference, then as in the file",
        ),
    )
    routing: str = field(
        default=LONGEST_IDLE,
        metadata=key(
            Choice(ROUTINGS),
            "`longest_idle`: whoever is ready longest. `direct`: one agent, chosen uniformly among those "
            "that fit, busy or not",
        ),
    )
    when_busy: str = field(
        default=QUEUE, metadata=key(Choice(WHEN_BUSY), "what becomes of a call that no agent takes at once")
    )
    queue_limit: int = field(
        default=0,
        metadata=key(Whole(0, of="calls"), "how many may wait; beyond it a call is blocked. 0: no limit"),
    )
    redial: Redial = field(default=Redial(), metadata=key(Table(Redial), "calling again after giving up"))
    callback: Callback = field(
        default=Callback(),
        metadata=key(Table(Callback), 'returning voicemails; for `when_busy = "voicemail"`'),
    )
    service_level_s: float | None = field(
        default=None,
        metadata=key(Span(), "answered within this is in time", otherwise="`run.service_level_s`"),
    )

    @property
    def handle_mean_s(self) -> float:
        """The mean time that a call takes an agent, wrap-up included, in seconds."""
        return self.talk_s.mean + self.wrap_up_s.mean

    @property
    def may_wait_for_ever(self) -> bool:
        """Whether callers wait as long as it takes, however many they are."""
        waits = self.when_busy == QUEUE and self.queue_limit == 0
        return waits and math.isinf(self.patience_s.mean)
