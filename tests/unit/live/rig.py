"""An engine with a store, a carrier and a clock of its own, to be stepped, stopped and started again."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from callfloor import floor as plain
from callfloor.carriers.port import Carrier, CarrierEvent, LiveCall, Originate
from callfloor.carriers.simulated import SimulatedCarrier
from callfloor.floor.vocabulary import (
    AGENT_LOGGED_IN,
    CAMPAIGN_STARTED,
    ENDED,
    LONG_AGO,
)
from callfloor.leads.area_codes import made_up_number
from callfloor.live.arrivals import Arrival, Incoming
from callfloor.live.observer import DialDecision, Observer
from callfloor.live.resident import Resident
from callfloor.live.settings import CampaignSettings, FloorSettings
from callfloor.live.step import Engine
from callfloor.people.behaviour import Behaviour
from callfloor.stores.port import CallRecord
from callfloor.stores.sqlite.store import SqliteStore

START = 1_800_000_000.0


def people(call_fail: float = 50.0, call_length_s: float = 10.0) -> Behaviour:
    return Behaviour.of_dial_options(call_fail, call_length_s, (0.1, 4.0))


class ScriptedCarrier:
    """A carrier that does what the test says and remembers what it was told."""

    def __init__(self, remembers_since: float = LONG_AGO) -> None:
        self.remembers_since = remembers_since
        self.reaches_people = False
        self.told: list[tuple[Any, ...]] = []
        self.live: list[LiveCall] | None = []
        self.arrivals: list[CarrierEvent] = []
        self.on_command: Callable[[], None] = lambda: None

    def take_command(self, *command: Any) -> None:
        self.on_command()
        self.told.append(command)

    def originate(self, order: Originate) -> None:
        self.take_command("originate", order.call_id, order.number)

    def bridge(self, call_id: str, agent_id: str, at: float) -> None:
        self.take_command("bridge", call_id, agent_id)

    def hang_up(self, call_id: str, at: float) -> None:
        self.take_command("hang_up", call_id)

    def play(self, call_id: str, message: str, at: float) -> None:
        self.take_command("play", call_id, message)

    def ask_live_calls(self) -> None:
        pass

    def live_calls(self) -> Sequence[LiveCall] | None:
        return self.live

    def next_due(self) -> float:
        return min((event.at for event in self.arrivals), default=math.inf)

    def take(self, now: float) -> list[CarrierEvent]:
        due = [event for event in self.arrivals if event.at <= now]
        self.arrivals = [event for event in self.arrivals if event.at > now]
        return due

    def close(self) -> None:
        pass

    def of(self, name: str) -> list[tuple[Any, ...]]:
        return [command[1:] for command in self.told if command[0] == name]

    def rung(self) -> list[str]:
        """The ids of the calls placed, in order."""
        return [call_id for call_id, _ in self.of("originate")]


class Watcher(Observer):
    """Remembers what the engine told."""

    def __init__(self) -> None:
        self.records: list[CallRecord] = []
        self.conditions: list[int] = []
        self.decisions: list[DialDecision] = []
        self.attempts: list[int] = []
        self.connections: list[tuple[int, str]] = []
        self.dispositions: list[tuple[int, str, str]] = []
        self.shown: list[tuple[str, int, str, float]] = []
        self.lags_s: Sequence[float] = ()

    def committed(self, events: int, commit_s: float, lags_s: Sequence[float]) -> None:
        self.lags_s = lags_s

    def placed(self, at: float, attempt: int, e164: int, agent: str) -> None:
        self.attempts.append(attempt)

    def connected(self, at: float, attempt: int, e164: int, agent: str) -> None:
        self.connections.append((attempt, agent))

    def lead_shown(self, at: float, agent: str, lead: int, e164: int, campaign: str, until: float) -> None:
        self.shown.append((agent, lead, campaign, until))

    def disposed(self, at: float, attempt: int, agent: str, disposition: str) -> None:
        self.dispositions.append((attempt, agent, disposition))

    def recorded(self, record: CallRecord, e164: int, agent: str) -> None:
        self.records.append(record)

    def abnormal(self, at: float, code: int, event: int, found: int, attempt: int, agent: str) -> None:
        self.conditions.append(code)

    def decided(self, at: float, decision: DialDecision) -> None:
        self.decisions.append(decision)


class Rig:
    """One floor in `folder`. Another rig on the same folder is another process, or the next one."""

    def __init__(
        self,
        folder: Path,
        agents: int | Sequence[str] = 2,
        carrier: Carrier | None = None,
        runtime: Any = plain,
        configure: bool = True,
        campaigns: Sequence[CampaignSettings] | None = None,
        supply: bool = True,
        **campaign: Any,
    ) -> None:
        names = [f"agent-{i}" for i in range(agents)] if isinstance(agents, int) else agents
        self.folder = folder
        self.runtime = runtime
        self.store = SqliteStore(folder / "floor.db", durable=False, busy_timeout_s=0.05)
        self.carrier = SimulatedCarrier(people(), seed=1) if carrier is None else carrier
        self.watcher = Watcher()
        self.settings = FloorSettings(
            agents=tuple(names), campaigns=tuple(campaigns or [CampaignSettings(**campaign)])
        )
        self.numbers = itertools.count(self.store.lead_count(self.store.campaign_id("default")))
        self.engine = Engine(
            self.store,
            self.carrier,
            self.settings,
            runtime,
            observers=[self.watcher],
            supply=self.made_up if supply else None,
        )
        self.now = max(START, self.engine.resident.floor.now)
        self.event_ids = itertools.count(1)
        if configure:
            self.engine.configure(self.now)

    def made_up(self, count: int) -> list[int]:
        return [made_up_number(1, next(self.numbers)) for _ in range(count)]

    @property
    def floor(self) -> Any:
        return self.engine.resident.floor

    def begin(self) -> None:
        """Campaigns start, agents log in."""
        arrivals: list[Incoming] = [
            Arrival(CAMPAIGN_STARTED, campaign=i) for i in range(len(self.settings.campaigns))
        ]
        self.step(*arrivals, *(Arrival(AGENT_LOGGED_IN, agent=name) for name in self.settings.agents))

    def step(self, *arrivals: Incoming, after_s: float = 0.0) -> None:
        self.now += after_s
        self.engine.step(arrivals, self.now)

    def told(self, kind: int, call_id: str, code: int = 0, event_id: str = "") -> CarrierEvent:
        """An event of the carrier's, now."""
        return CarrierEvent(kind, call_id, event_id or f"e-{next(self.event_ids)}", self.now, code)

    def next_due(self) -> float:
        return min(self.engine.next_due(), self.carrier.next_due())

    def step_when_due(self) -> None:
        """Go on to the next instant at which something happens."""
        self.now = max(self.now, self.next_due())
        arrivals = [*self.engine.timers_due(self.now), *self.carrier.take(self.now)]
        self.engine.step(arrivals, self.now)

    def run_until(self, until: float) -> None:
        while self.next_due() <= until:
            self.step_when_due()
        self.now = max(self.now, until)

    def loaded(self) -> Resident:
        """The floor as the next process would find it."""
        return Resident(self.runtime, self.store.load(self.engine.floor_id), self.store)

    def rows(self, sql: str) -> list[Any]:
        return list(self.store.connection.execute(sql))

    def rung_twice(self, within_s: float = 60.0) -> list[Any]:
        """Numbers that were called again within the cooldown."""
        return self.rows(
            "SELECT one.number FROM call_records one JOIN call_records other USING (number) "
            "WHERE other.attempt > one.attempt "
            f"AND other.placed_at - one.placed_at < {within_s}"
        )

    def close(self) -> None:
        self.store.close()


NOT_KEPT = {
    *("changed", "prev", "next", "decision", "commands", "sent"),
    *("place", "own", "line", "time_s", "members", "serves"),
}
"""What a floor does not keep: links that `order` restores, what comes anew, times for show."""


def told_of(record: Any, kind: type[Any]) -> dict[str, Any]:
    """Every field of a record, references as ids."""
    told: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        name = field.name
        if name in NOT_KEPT or (name.startswith(("first_", "last_")) and name != "last_attempt_at"):
            continue
        value = getattr(record, name)
        if isinstance(value, list) and value and hasattr(value[0], "changed"):
            continue
        told[name] = name_of(value)
    return told


OWNED = {
    kind.__name__: kind
    for kind in (plain.Ages, plain.Ledger, plain.Outlook, plain.PublishedPace, plain.Spans, plain.Sum)
}
"""Records that belong to one other record alone."""


def name_of(value: Any) -> Any:
    """A reference as an id; what belongs to the record alone by what is in it."""
    if type(value).__name__ in OWNED:
        return told_of(value, OWNED[type(value).__name__])
    if hasattr(value, "tolist"):
        return value.tolist()
    return value.id if hasattr(value, "id") else value


def line(first: Any) -> list[int]:
    """The ids of those in a line, in order."""
    found: list[int] = []
    while first is not None:
        found.append(first.id)
        first = first.next
    return found


def buffered(campaign: Any) -> Iterator[Any]:
    """The leads of a campaign's buffer, in order."""
    lead = campaign.first_lead
    while lead is not None:
        yield lead
        lead = lead.next


def told_of_floor(resident: Resident) -> dict[str, Any]:
    """All that a floor knows, to be compared."""
    floor = resident.floor
    own = told_of(floor, plain.Floor)
    for name in ("agents", "groups", "campaigns", "queues", "calls"):
        own.pop(name, None)
    told: dict[str, Any] = {
        "floor": {name: value for name, value in own.items() if not name.startswith("changed_")},
        "names": resident.agent_names,
        "ended": line(floor.first_ended),
        "call ids": resident.call_ids,
        "next due": resident.next_due(),
    }
    for agent in floor.agents:
        told[f"agent {agent.id}"] = told_of(agent, plain.Agent)
    for group in floor.groups:
        told[f"group {group.id}"] = told_of(group, plain.Group)
        told[f"ready {group.id}"] = line(group.first_ready)
        told[f"at work {group.id}"] = sorted(agent.id for agent in group.members)
        told[f"waiting {group.id}"] = [line(queue.first_waiting) for queue in group.serves]
    for campaign in floor.campaigns:
        told[f"campaign {campaign.id}"] = told_of(campaign, plain.Campaign)
        told[f"buffer {campaign.id}"] = [told_of(lead, plain.Lead) for lead in buffered(campaign)]
    for call in floor.calls:
        told[f"call {call.id}"] = told_of(call, plain.Call)
        if call.lead is not None and call.state == ENDED:
            told[f"lead of {call.id}"] = (call.lead.id, call.lead.number)
        elif call.lead is not None:
            told[f"lead of {call.id}"] = told_of(call.lead, plain.Lead)
        if call.lead is not None and call.state != ENDED:
            told[f"number of {call.id}"] = resident.e164[call.lead.number]
    return told


def same_floor(one: Resident, other: Resident) -> None:
    """Assert that two residents hold the same floor, record by record."""
    told, expected = told_of_floor(other), told_of_floor(one)
    differences = {
        name: (expected.get(name), told.get(name))
        for name in {**expected, **told}
        if expected.get(name) != told.get(name)
    }
    assert differences == {}
