"""Every figure once: its key, unit, help and formula, for queues, groups of agents and campaigns.

A figure is a ratio of means over replications: of one sum of columns, and of another that it is divided by.
Columns are what the simulated world counts in a replication; `measured_s`, the measured time in seconds,
stands beside them. The other kind of figure is a percentile of waits, pooled over replications.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Subject = Literal["queue", "group", "campaign"]
"""What a figure can be about."""

SECTIONS: Mapping[Subject, str] = {"queue": "queues", "group": "groups", "campaign": "campaigns"}
"""Where figures of a subject stand in results."""

ALL = "all"
"""The name, in results, of all queues, groups or campaigns together."""

COLUMNS: Mapping[Subject, Mapping[str, str]] = {
    "queue": {
        "offered": "calls that arrived, redials included",
        "answered": "calls that reached an agent",
        "abandoned": "calls that left the queue by themselves",
        "blocked": "calls turned away",
        "unmatched": "calls turned away because nobody at work fits the caller",
        "voicemails": "calls that left a voicemail",
        "waited": "calls not answered at once, without those blocked and those sent straight to voicemail",
        "in_time": "calls answered within `service_level_s`",
        "abandoned_in_time": "calls abandoned within `service_level_s`",
        "callbacks": "attempts to return voicemails",
        "wait_s": "waits of all calls but the blocked, however they ended",
        "wait_answered_s": "waits of the answered",
        "queue_s": "the queue's length, integrated over the measured time",
    },
    "group": {
        "ready_s": "agents' time ready for a call",
        "reserved_s": "agents' time between being chosen and being connected",
        "talking_s": "agents' time talking, callbacks included",
        "wrap_up_s": "agents' time wrapping up",
        "paused_s": "agents' time paused",
        "previewing_s": "agents' time looking at leads before they are called",
        "calls": "calls that agents took",
        "agents": "agents of the group",
        "agents_used": "agents who took a call",
    },
    "campaign": {
        "attempts": "attempts placed",
        "human_answers": "attempts that a human answered",
        "connected": "human answers connected to an agent",
        "abandoned": "human answers not connected within `answer_within_s` and still there",
        "hung_up_early": "humans who hung up before that",
        "reached": "leads reached",
        "leads": "leads",
        "agent_s": "time logged in and not paused, of the agents who serve the campaign",
    },
}
"""What the columns hold that figures are computed from."""

HELD_BACK_COLUMNS: Mapping[str, str] = {
    "held_do_not_call": "leads held back since they are in a do-not-call register",
    "held_no_consent": "leads held back since they have not agreed to be called",
}
"""The same, of campaigns in a run in which leads may be held back for good."""

APPOINTMENT_COLUMNS: Mapping[str, str] = {
    "appointments": "appointments made",
    "appointments_due": "appointments due, up to `appointment_grace_s` before the measured time ends",
    "appointments_kept": "of those, the ones that their own agent kept within `appointment_grace_s`",
    "appointment_late_s": "how late those were, added up",
}
"""The same, of campaigns in a run in which agents make appointments."""


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of columns of one replication: those in `plus` less those in `minus`, divided by `per`.

    Without columns it is 1, what a count is divided by: the mean of a count over replications.
    """

    plus: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    per: float = 1.0

    def __call__(self, columns: Mapping[str, float]) -> float:
        """Return the sum. Being linear, that of mean columns is the mean of sums."""
        if not self.plus:
            return 1.0
        total = 0.0
        for name in self.plus:
            total += columns[name]
        for name in self.minus:
            total -= columns[name]
        return total / self.per

    def __str__(self) -> str:
        """As it stands in a formula: `(offered - blocked)`."""
        text = " - ".join((" + ".join(self.plus), *self.minus))
        text = f"({text})" if len(self.plus) + len(self.minus) > 1 else text
        return text if self.per == 1.0 else f"({text} / {self.per:g})"


ONE = Total()


@dataclass(frozen=True, slots=True)
class Figure:
    """A ratio of means over replications. It has no meaning where the denominator is 0.

    `by_interval` tells whether it is known for each interval of the measured time as well.
    """

    key: str
    subject: Subject
    unit: str
    help: str
    numerator: Total
    denominator: Total = ONE
    by_interval: bool = True

    @property
    def formula(self) -> str:
        """How it is computed from columns."""
        return f"{self.numerator} / {self.denominator}" if self.denominator.plus else str(self.numerator)


@dataclass(frozen=True, slots=True)
class Percentile:
    """The wait that `percent` % of the answered calls do not exceed. None where nobody is answered."""

    key: str
    subject: Subject
    unit: str
    help: str
    percent: int
    by_interval: bool = False

    @property
    def formula(self) -> str:
        """How it is computed."""
        return f"percentile {self.percent} of the waits of the answered, pooled over replications"


AnyFigure: TypeAlias = Figure | Percentile

_PERCENTILES = (50, 90, 95, 99)
_ON_DUTY = ("ready_s", "reserved_s", "talking_s", "wrap_up_s", "previewing_s")
"""The states of agents who are logged in and not paused."""

_OFFERED = Total(("offered",))


def _count(subject: Subject, key: str, unit: str, text: str) -> Figure:
    """A column as a figure: its mean over replications."""
    return Figure(key, subject, unit, text, Total((key,)))


_QUEUES: tuple[AnyFigure, ...] = (
    _count("queue", "offered", "calls", "calls that arrive; a redial is offered again"),
    _count("queue", "answered", "calls", "calls that reach an agent"),
    _count("queue", "abandoned", "calls", "calls that leave the queue by themselves"),
    _count("queue", "blocked", "calls", "calls turned away"),
    _count("queue", "unmatched", "calls", "of those, the ones for whom nobody at work fits"),
    _count("queue", "voicemails", "voicemails", "calls that leave a voicemail"),
    Figure(
        "p_wait",
        "queue",
        "share",
        "offered calls not answered at once; those blocked or sent straight to voicemail did not wait",
        Total(("waited",)),
        _OFFERED,
    ),
    Figure(
        "p_abandon",
        "queue",
        "share",
        "offered calls that leave the queue by themselves",
        Total(("abandoned",)),
        _OFFERED,
    ),
    Figure(
        "mean_wait_s",
        "queue",
        "s",
        "mean wait of every offered call but the blocked, however the wait ends",
        Total(("wait_s",)),
        Total(("offered",), ("blocked",)),
    ),
    Figure(
        "asa_s",
        "queue",
        "s",
        "average speed of answer: the mean wait of the answered",
        Total(("wait_answered_s",)),
        Total(("answered",)),
    ),
    *(
        Percentile(
            f"wait_s.p{percent}",
            "queue",
            "s",
            f"the wait that {percent} % of the answered do not exceed, to within 0.5 %",
            percent,
        )
        for percent in _PERCENTILES
    ),
    Figure(
        "service_level",
        "queue",
        "share",
        "offered calls that are answered within service_level_s",
        Total(("in_time",)),
        _OFFERED,
    ),
    Figure(
        "service_level_net",
        "queue",
        "share",
        "the same, without the calls that are abandoned within that time",
        Total(("in_time",)),
        Total(("offered",), ("abandoned_in_time",)),
    ),
    Figure(
        "mean_queue",
        "queue",
        "calls",
        "calls waiting, on average over time",
        Total(("queue_s",)),
        Total(("measured_s",)),
    ),
    _count("queue", "callbacks", "calls", "attempts to return voicemails"),
    Figure(
        "callbacks_per_voicemail",
        "queue",
        "calls",
        "attempts that it takes to return a voicemail",
        Total(("callbacks",)),
        Total(("voicemails",)),
    ),
)

_GROUPS: tuple[AnyFigure, ...] = (
    Figure(
        "occupancy",
        "group",
        "share",
        "talk, preview and wrap-up, of the time that agents are logged in and not paused",
        Total(("talking_s", "wrap_up_s", "previewing_s")),
        Total(_ON_DUTY),
    ),
    Figure(
        "reserved",
        "group",
        "share",
        "time between being chosen for a call and being connected, of the time logged in",
        Total(("reserved_s",)),
        Total((*_ON_DUTY, "paused_s")),
    ),
    Figure(
        "agents_used",
        "group",
        "share",
        "agents who take at least one call",
        Total(("agents_used",)),
        Total(("agents",)),
        by_interval=False,
    ),
    Figure(
        "calls_per_agent_h",
        "group",
        "calls/h",
        "calls taken in an hour logged in and not paused",
        Total(("calls",)),
        Total(_ON_DUTY, per=3600.0),
    ),
    Figure(
        "agent_wait_s",
        "group",
        "s",
        "mean time that an agent is ready between calls",
        Total(("ready_s",)),
        Total(("calls",)),
    ),
)

_CAMPAIGNS: tuple[AnyFigure, ...] = (
    _count("campaign", "attempts", "attempts", "attempts placed"),
    _count("campaign", "human_answers", "calls", "attempts that a human answers"),
    _count("campaign", "connected", "calls", "human answers connected to an agent"),
    _count(
        "campaign",
        "abandoned",
        "calls",
        "human answers not connected within answer_within_s, the person still there",
    ),
    _count("campaign", "hung_up_early", "calls", "human answers where the person hangs up before that"),
    Figure(
        "abandon_rate",
        "campaign",
        "share",
        "abandoned, of the human answers that are connected or abandoned",
        Total(("abandoned",)),
        Total(("connected", "abandoned")),
    ),
    Figure(
        "attempts_per_h",
        "campaign",
        "attempts/h",
        "attempts placed in an hour",
        Total(("attempts",)),
        Total(("measured_s",), per=3600.0),
    ),
    Figure(
        "connects_per_agent_h",
        "campaign",
        "calls/h",
        "human answers connected in an agent's hour logged in and not paused",
        Total(("connected",)),
        Total(("agent_s",), per=3600.0),
    ),
    Figure(
        "reached",
        "campaign",
        "share",
        "leads reached, of all leads",
        Total(("reached",)),
        Total(("leads",)),
        by_interval=False,
    ),
)

FIGURES: Mapping[Subject, tuple[AnyFigure, ...]] = {
    "queue": _QUEUES,
    "group": _GROUPS,
    "campaign": _CAMPAIGNS,
}
"""The figures of every run, in the order in which results show them."""

HELD_BACK: tuple[AnyFigure, ...] = tuple(
    Figure(
        f"held_back.{column.removeprefix('held_')}",
        "campaign",
        "leads",
        f"{text}; of those whose turn has come, unmeasured time included",
        Total((column,)),
        by_interval=False,
    )
    for column, text in HELD_BACK_COLUMNS.items()
)
"""Figures of campaigns in a run in which leads may be held back for good."""

APPOINTMENTS: tuple[AnyFigure, ...] = (
    _count(
        "campaign",
        "appointments",
        "calls",
        "conversations after which the person has an appointment with the agent",
    ),
    Figure(
        "appointments_kept",
        "campaign",
        "share",
        "appointments that are kept by their own agent within appointment_grace_s, of those that are due",
        Total(("appointments_kept",)),
        Total(("appointments_due",)),
    ),
    Figure(
        "appointment_delay_s",
        "campaign",
        "s",
        "mean time from an appointment to the call, of those that are kept",
        Total(("appointment_late_s",)),
        Total(("appointments_kept",)),
    ),
)
"""Figures of campaigns in a run in which agents make appointments."""

DISPOSITION = "disposition_"
"""Columns of campaigns that begin so count conversations of which agents say what follows."""


def disposition_figure(name: str) -> Figure:
    """Return the figure of what agents say of conversations."""
    text = f"conversations of which agents say: {name}"
    return Figure(f"dispositions.{name}", "campaign", "calls", text, Total((DISPOSITION + name,)))


def figures_of(subject: Subject, columns: Iterable[str]) -> tuple[AnyFigure, ...]:
    """Return the figures of a run that counts these columns, in the order in which results show them."""
    found = list(FIGURES[subject])
    if subject == "campaign":
        names = list(columns)
        found.extend(
            disposition_figure(n.removeprefix(DISPOSITION)) for n in names if n.startswith(DISPOSITION)
        )
        if "held_no_consent" in names:
            found.extend(HELD_BACK)
        if "appointments" in names:
            found.extend(APPOINTMENTS)
    return tuple(found)
