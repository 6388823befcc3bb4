"""A day of a live floor, recorded: what arrived at which step, and the database from which it began.

The engine runs in earnest, on SQLite, with simulated people; agents take turns at pausing. A recording can be
played again on a copy of the database, with a carrier that only swallows commands: the same floor decides the
same, and the carrier costs nearly nothing.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from callfloor.carriers.port import CarrierEvent, LiveCall, Originate
from callfloor.carriers.simulated import SimulatedCarrier
from callfloor.floor.vocabulary import (
    AGENT_LOGGED_IN,
    AGENT_PAUSED,
    AGENT_RESUMED,
    CAMPAIGN_STARTED,
    LONG_AGO,
)
from callfloor.leads.area_codes import made_up_number
from callfloor.live.arrivals import Arrival, Incoming
from callfloor.live.settings import CampaignSettings, FloorSettings
from callfloor.live.step import Engine
from callfloor.people.behaviour import Behaviour
from callfloor.runtimes import available, load
from callfloor.stores.port import JournalEntry
from callfloor.stores.sql.claims import add_leads
from callfloor.stores.sqlite.store import SqliteStore

START = 1_750_000_000.0
FAILING_PERCENT = 50.0
CALL_LENGTH_S = 10.0
RING_S = (1.0, 4.0)
PATIENCE_S = 5.0
PAUSE_S = 20.0


@dataclass(frozen=True, slots=True)
class Size:
    """How large a day is. `tick_s` is the shortest time between two steps: what arrives meanwhile waits.

    `warm_up_tick_s` is that of the warm-up, where it is another.
    """

    agents: int
    run_for_s: float
    warm_up_s: float = 30.0
    tick_s: float = 0.0
    pool: str = "campaign"
    warm_up_tick_s: float | None = None

    def settings(self) -> FloorSettings:
        """The floor of the day."""
        names = tuple(f"agent-{i:04d}" for i in range(self.agents))
        ratio = 2.0 if self.pool == "agent" else 1.5
        campaign = CampaignSettings(name="day", pool=self.pool, dial_ratio=ratio, wrap_up_s=2.0)
        return FloorSettings(name="main", agents=names, campaigns=(campaign,))


@dataclass(frozen=True, slots=True)
class Day:
    """A recording: the steps' times and arrivals; in the journal, all that the floor was told."""

    size: Size
    database: Path
    steps: list[tuple[float, list[Incoming]]]
    journal: list[JournalEntry]

    @property
    def arrivals(self) -> int:
        """How many there are in all steps."""
        return sum(len(arrivals) for _, arrivals in self.steps)


class SilentCarrier:
    """A carrier that takes commands and does nothing with them."""

    remembers_since = LONG_AGO
    reaches_people = False

    def originate(self, order: Originate) -> None:
        pass

    def bridge(self, call_id: str, agent_id: str, at: float) -> None:
        pass

    def hang_up(self, call_id: str, at: float) -> None:
        pass

    def play(self, call_id: str, message: str, at: float) -> None:
        pass

    def ask_live_calls(self) -> None:
        pass

    def live_calls(self) -> Sequence[LiveCall]:
        return []

    def next_due(self) -> float:
        return math.inf

    def take(self, now: float) -> Sequence[CarrierEvent]:
        return []

    def close(self) -> None:
        pass


def live_runtime() -> Any:
    """The floor as the live engine takes it: compiled and checked, or plain where that is all there is."""
    return load("compiled" if "compiled" in available() else "plain")


def record(folder: Path, size: Size, runtime: Any) -> Day:
    """Run a floor until it is warm, copy its database, run on and record."""
    working, database = folder / "working.db", folder / "day.db"
    carrier = SimulatedCarrier(
        Behaviour.of_dial_options(FAILING_PERCENT, CALL_LENGTH_S, RING_S, patience_s=PATIENCE_S), 1
    )
    store = SqliteStore(working, durable=False)
    fill_list(store, int(size.agents * (size.warm_up_s + size.run_for_s) * 0.3) + 1000)
    engine = Engine(store, carrier, size.settings(), runtime)
    engine.configure(START)
    names = engine.settings.agents
    engine.step(
        [Arrival(CAMPAIGN_STARTED, campaign=0), *(Arrival(AGENT_LOGGED_IN, agent=name) for name in names)],
        START,
    )
    desks = Desks(names)
    warm_up = size if size.warm_up_tick_s is None else replace(size, tick_s=size.warm_up_tick_s)
    run(engine, carrier, desks, START, warm_up, size.warm_up_s)
    engine.settle()
    store.close()
    shutil.copy(working, database)
    store = SqliteStore(working, durable=False)
    engine = Engine(store, carrier, size.settings(), runtime)
    steps = run(engine, carrier, desks, START + size.warm_up_s, size, size.run_for_s)
    journal = list(store.journal(engine.floor_id))
    store.close()
    return Day(size, database, steps, journal)


def fill_list(store: SqliteStore, count: int) -> None:
    """Have numbers to dial."""
    with store.db.transaction():
        add_leads(store.db, store.campaign_id("day"), (made_up_number(1, i) for i in range(count)))


class Desks:
    """Agents who pause, one after the other, and come back."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.every_s = 500.0 / len(names)
        self.back: list[tuple[float, str]] = []
        self.next_pause = START + self.every_s
        self.turn = 0

    def take(self, now: float) -> list[Incoming]:
        """What the agents have done by now."""
        arrivals: list[Incoming] = []
        while self.next_pause <= now:
            name = self.names[self.turn % len(self.names)]
            arrivals.append(Arrival(AGENT_PAUSED, agent=name, code=1))
            self.back.append((self.next_pause + PAUSE_S, name))
            self.turn += 1
            self.next_pause += self.every_s
        while self.back and self.back[0][0] <= now:
            arrivals.append(Arrival(AGENT_RESUMED, agent=self.back.pop(0)[1]))
        return arrivals


def run(
    engine: Engine, carrier: SimulatedCarrier, desks: Desks, begin: float, size: Size, for_s: float
) -> list[tuple[float, list[Incoming]]]:
    """Run the floor for a time; what arrived at each step."""
    steps: list[tuple[float, list[Incoming]]] = []
    now = begin
    while now < begin + for_s:
        due = min(engine.next_due(), carrier.next_due(), desks.next_pause)
        now = max(due, now + size.tick_s)
        arrivals = [*engine.timers_due(now), *carrier.take(now), *desks.take(now)]
        if arrivals:
            engine.step(arrivals, now)
            steps.append((now, arrivals))
    return steps
