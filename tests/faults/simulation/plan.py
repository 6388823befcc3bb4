"""What a run is made of: a setting, and the faults that strike it, each at a time and all from one seed.

A plan is plain data. So a run can be printed, kept as a file, and made smaller fault by fault.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from callfloor.live.settings import RETRY_AFTER_S

FAULTS_LAST_S = 240.0
"""Faults strike in the first minutes of a run; then everything must come right."""

POINTS = (
    *("before_begin", "in_transaction", "after_commit", "before_send", "after_send"),
    *("load", "asked_if_barred", "waiting"),
)
"""Between which steps a process can die or be held up. `after_commit` is before anything is sent."""

STALLS_AT = tuple(point for point in POINTS if point != "before_send")
"""A process looks at the clock before it speaks to the carrier. That it is held up between the look and the
word cannot be guarded against by any program; everywhere else it can be."""

MESSAGE_FAULTS = ("drop", "double", "delay", "reorder")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. It strikes at the first occasion from `at` on (seconds from the beginning).

    `kind`, then what it strikes: a `process` (its place among all), a `point` of that process, the next event
    of the carrier (`of` 0) or request of an agent (`of` 1), an agent, a floor. `for_s` is how long it lasts
    or by how much something is late; of `replan` the dial ratio.
    """

    at: float
    kind: str
    process: int = 0
    point: str = ""
    of: int = 0
    for_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Setting:
    """What is simulated: floors, processes, agents, people, and how carrier and supervisor behave."""

    floors: int = 1
    processes: int = 2  # for each floor
    agents: int = 4  # of each floor
    leads: int = 150  # of each floor's campaign
    shared: float = 0.0  # share of a floor's numbers that are those of the first floor
    remembers_attempts: bool = True
    told_to_all: bool = False  # the carrier tells every process, else one of them
    scattered: float = 0.3  # share of messages that go to any process, others to the floor's first one
    goes_on_after_errors: bool = False  # a process whose store fails goes on, else it is started anew
    patience_s: float = 15.0
    bridge_s: float = 0.1
    answers: float = 0.35
    hours_end_s: float = 0.0  # the lawful hours end so long after the beginning; 0: they do not
    at_work_after_faults_s: float = 90.0
    workers: int = 0  # that share all floors, instead of processes for each
    one_lock: bool = False  # a step of one floor keeps everybody from the database, as SQLite does
    told_of_news: bool = True  # the database tells workers of what is new, else they look every second
    campaign: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """A setting and its faults."""

    seed: int
    setting: Setting
    faults: tuple[Fault, ...]

    def without(self, some: Sequence[Fault]) -> Plan:
        """The plan without some of its faults."""
        gone = set(some)
        return replace(self, faults=tuple(fault for fault in self.faults if fault not in gone))

    def text(self) -> str:
        """The plan as a file keeps it."""
        whole = {
            "seed": self.seed,
            "setting": asdict(self.setting),
            "faults": [
                {name: value for name, value in asdict(fault).items() if value not in ("", 0, 0.0)}
                for fault in self.faults
            ],
        }
        return json.dumps(whole, indent=1)

    @classmethod
    def of_text(cls, text: str) -> Self:
        """The plan that a file has."""
        whole = json.loads(text)
        faults = tuple(Fault(**{"at": 0.0, **fault}) for fault in whole["faults"])
        return cls(whole["seed"], Setting(**whole["setting"]), faults)

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """Read a plan."""
        return cls.of_text(path.read_text())


def plan_of(seed: int) -> Plan:
    """The plan of a seed."""
    draw = random.Random(f"workers of {seed}")
    if draw.random() < WITH_WORKERS:
        setting, kinds_of = with_workers(draw, setting_of(draw)), {**FAULT_KINDS, **WORKER_FAULT_KINDS}
    else:
        draw = random.Random(seed)
        setting, kinds_of = setting_of(draw), FAULT_KINDS
    # Each run has some kinds of faults only: what all of them together would hide shows so.
    kinds = [kind for kind in kinds_of if draw.random() < 0.6]
    faults: list[Fault] = []
    for kind in kinds:
        low, high = kinds_of[kind]
        faults += [fault_of(draw, kind, setting) for _ in range(draw.randint(low, high))]
    return Plan(seed, setting, tuple(sorted(faults, key=lambda fault: fault.at)))


FAULT_KINDS = {
    "drop": (1, 12),
    "double": (1, 15),
    "delay": (1, 12),
    "reorder": (1, 8),
    "kill": (1, 6),
    "stall": (1, 4),
    "lose_ack": (1, 3),
    "refuse": (1, 3),
    "skew": (1, 2),
    "restart_carrier": (1, 1),
    "cut_carrier": (1, 2),
    "cut_store": (1, 2),
    "lose_phone": (1, 4),
    "leave_desk": (1, 3),
    "bar": (1, 8),
}
"""Each kind of fault, and how many of it at least and at most in a run that has it."""

WORKER_FAULT_KINDS = {"drain": (1, 3), "replan": (1, 4)}
"""Those that only workers know."""

WITH_WORKERS = 0.4
"""Share of seeds in which workers share the floors."""

WORKER_POINTS = ("before_lease", "after_lease", "looked_into_inbox")
"""Further points at which a worker can die or be held up."""


def fault_of(draw: random.Random, kind: str, setting: Setting) -> Fault:
    """A fault of some kind."""
    at = round(draw.uniform(1.0, FAULTS_LAST_S), 3)
    process = draw.randrange(setting.workers or setting.floors * setting.processes)
    more = WORKER_POINTS if setting.workers else ()
    if kind in MESSAGE_FAULTS:
        late_s = round(draw.choice([draw.uniform(0.05, 1.0), draw.uniform(1.0, 20.0)]), 3)
        return Fault(at, kind, of=int(draw.random() < 0.25), for_s=late_s)
    if kind == "drain":
        return Fault(at, kind, process, for_s=round(draw.uniform(0.2, 8.0), 3))
    if kind == "replan":
        of = draw.randrange(setting.floors)
        return Fault(at, kind, of=of, for_s=draw.choice([1.0, 2.0, 3.0]))
    if kind == "kill":
        return Fault(at, kind, process, draw.choice([*POINTS, *more]), for_s=round(draw.uniform(0.2, 8.0), 3))
    if kind == "stall":
        long_s = draw.choice([draw.uniform(0.05, 2.0), draw.uniform(2.0, 10.0), draw.uniform(10.0, 60.0)])
        return Fault(at, kind, process, draw.choice([*STALLS_AT, *more]), for_s=round(long_s, 3))
    if kind == "skew":
        return Fault(at, kind, process, for_s=round(draw.uniform(-1.0, 1.0), 3))
    if kind in ("cut_carrier", "cut_store"):
        return Fault(at, kind, process, for_s=round(draw.uniform(1.0, 30.0), 3))
    if kind in ("lose_phone", "leave_desk"):
        agent = draw.randrange(setting.floors * setting.agents)
        return Fault(at, kind, of=agent, for_s=round(draw.uniform(5.0, 60.0), 3))
    if kind == "bar":
        return Fault(at, kind, of=draw.randrange(setting.leads))
    return Fault(at, kind, process, for_s=round(draw.uniform(0.2, 5.0), 3))


def setting_of(draw: random.Random) -> Setting:
    """What is simulated in a run."""
    floors = 1 if draw.random() < 0.6 else 2
    mode = draw.choice(["power", "power", "power", "progressive", "predictive", "preview", "message"])
    campaign: dict[str, Any] = {
        "mode": mode,
        "pool": "agent" if mode in ("power", "progressive") and draw.random() < 0.4 else "campaign",
        "dial_ratio": draw.choice([1.0, 2.0, 3.0]),
        "message": "sorry" if mode == "message" or draw.random() < 0.5 else "",
        "lines": 10 if mode == "message" else draw.choice([0, 0, 8]),
        "wrap_up_s": draw.choice([0.0, 0.0, 3.0]),
        "machine": draw.choice(["hang_up", "hang_up", "connect"]) if mode != "message" else "hang_up",
        "cooldown_s": draw.choice([15.0, 20.0, 30.0]),
        "answer_within_s": 2.0,
        "ring_timeout_s": 10.0,
        "carrier_grace_s": draw.choice([5.0, 15.0]),
        "talk_max_s": 60.0,
        "preview_s": 4.0,
        "skip_retry_s": 30.0,
        "max_attempts": 20,
        "failures_max": 0,
        "appointment_grace_s": 20.0,
        "retry_after_s": {name: draw.choice([20.0, 30.0, 45.0]) for name in (*RETRY_AFTER_S, "lost")},
    }
    hours_end_s = draw.choice([0.0, 0.0, 0.0, 0.0, 180.0])
    return Setting(
        floors=floors,
        processes=draw.choice([1, 1, 2, 2, 2, 3]),
        # Where nobody may be called after three minutes, more must happen before.
        agents=draw.randint(3, 6) if hours_end_s == 0.0 else 10,
        leads=draw.choice([100, 160]) if hours_end_s == 0.0 else 400,
        shared=draw.choice([0.0, 0.3, 1.0]) if floors == 2 else 0.0,
        remembers_attempts=draw.random() < 0.6,
        told_to_all=draw.random() < 0.25,
        scattered=draw.choice([0.02, 0.1, 0.3, 1.0]),
        goes_on_after_errors=draw.random() < 0.5,
        patience_s=draw.choice([6.0, 30.0, float("inf")]),
        bridge_s=draw.choice([0.0, 0.1, 0.8]),
        answers=draw.choice([0.2, 0.35, 0.6]),
        hours_end_s=hours_end_s,
        campaign=campaign,
    )


def with_workers(draw: random.Random, setting: Setting) -> Setting:
    """A setting in which workers share the floors."""
    floors = draw.choice([1, 2, 2, 3]) if setting.hours_end_s == 0.0 else 1
    return replace(
        setting,
        floors=floors,
        processes=1,
        agents=setting.agents if floors == 1 else draw.randint(2, 4),
        leads=setting.leads if floors == 1 else 80,
        shared=draw.choice([0.0, 0.3, 1.0]) if floors > 1 else 0.0,
        workers=draw.choice([1, 2, 2, 3]),
        one_lock=draw.random() < 0.3,
        told_of_news=draw.random() < 0.7,
    )
