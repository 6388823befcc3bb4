"""The carrier of a run: simulated people on one side, lines to the processes on the other, faults between."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from callfloor.carriers.port import CarrierEvent, LiveCall, Originate
from callfloor.carriers.simulated import SimulatedCarrier, _Line
from callfloor.floor.vocabulary import (
    BRIDGE,
    CALL_ANSWERED,
    CALL_BRIDGED,
    CALL_ENDED,
    CALL_FAILED,
    CONNECTED,
    HANG_UP,
    LONG_AGO,
    MACHINE,
    NEVER,
    PLACE_CALL,
    PLAY,
)
from callfloor.people.behaviour import Behaviour
from callfloor.people.random import uniform
from tests.faults.simulation.witness import Truth

if TYPE_CHECKING:
    from tests.faults.simulation.processes import SimulatedProcess
    from tests.faults.simulation.world import World

SILENT_S = 4.0
"""For so long a connection that is cut looks as if it were whole."""

ANSWER_S = (0.1, 0.6)
LATENCY_S = (0.002, 0.04)


class Network(SimulatedCarrier):
    """The simulated carrier, with a memory of what really happened."""

    def __init__(self, behaviour: Behaviour, seed: int, bridge_s: float, truths: dict[str, Truth]) -> None:
        super().__init__(behaviour, seed, bridge_s)
        self.truths = truths
        self.on_bridge: Callable[[str, str, list[str]], None] = lambda *_: None

    def _tell(self, line: _Line, kind: int, at: float, code: int = 0, agent_id: str = "") -> None:
        super()._tell(line, kind, at, code, agent_id)
        truth = self.truths[line.call_id]
        truth.told.setdefault(kind, []).append(f"{line.call_id}-{line.events}")
        if kind == CALL_ANSWERED and truth.answered_at == math.inf:
            truth.answered_at, truth.by_person = at, code != MACHINE
        elif kind == CALL_BRIDGED:
            others = [
                other.call_id
                for other in self._lines.values()
                if other is not line and other.state == CONNECTED and other.agent_id == agent_id
            ]
            self.on_bridge(line.call_id, agent_id, others)
        elif kind in (CALL_ENDED, CALL_FAILED):
            truth.ended_at = at

    def restart(self, at: float) -> None:
        """Every call is cut, and nothing of it is told."""
        self._work_off(at)
        for call_id in list(self._lines):
            self.truths[call_id].ended_at = at
            self._past.add(call_id)
        self.close()


class Exchange:
    """The carrier and its lines to the processes."""

    def __init__(self, world: World, behaviour: Behaviour, to_all: bool = False) -> None:
        """With `to_all` every process is told of every floor's calls."""
        self.world = world
        self.to_all = to_all
        setting = world.plan.setting
        self.network = Network(behaviour, world.plan.seed, setting.bridge_s, world.witness.truths)
        self.network.on_bridge = world.witness.bridged
        self.lines: list[Line] = []
        self.down_until = LONG_AGO
        self.next_look = math.inf
        self.events = 0
        self.last_arrival = LONG_AGO
        self.overtaken: list[CarrierEvent] = []

    def look_again(self) -> None:
        """Have whatever happens next at the carrier be told in time."""
        due = self.network.next_due()
        if due < self.next_look:
            self.next_look = due
            self.world.calendar.at(due, lambda: self.look_if_due(due))

    def look_if_due(self, due: float) -> None:
        """Tell what has happened, unless somebody has looked since this was put into the calendar."""
        if due == self.next_look:
            self.look()

    def look(self) -> None:
        """Tell what has happened up to now."""
        self.next_look = math.inf
        for event in self.network.take(self.world.calendar.now):
            self.tell(event)
        self.look_again()

    def tell(self, event: CarrierEvent) -> None:
        """One event, and the fault that strikes it, if any."""
        self.events += 1
        fault = self.world.faults.of_message(0)
        delay_s = self.latency()
        self.world.note("carrier", event, fault)
        if fault is None:
            self.deliver(event, delay_s)
            overtaken, self.overtaken = self.overtaken, []
            for earlier in overtaken:
                self.deliver(earlier, delay_s + 0.001)
        elif fault.kind == "double":
            self.deliver(event, delay_s)
            self.deliver(event, delay_s + fault.for_s)
        elif fault.kind == "delay":
            self.deliver(event, delay_s + fault.for_s)
        elif fault.kind == "reorder":
            self.overtaken.append(event)

    def latency(self) -> float:
        """How long an event is on its way (seconds); it overtakes none before it unless a fault strikes."""
        low, high = LATENCY_S
        now = self.world.calendar.now
        takes_s = low + (high - low) * uniform(self.world.plan.seed, self.events, 0xA1)
        self.last_arrival = max(now + takes_s, self.last_arrival + 1e-6)
        return self.last_arrival - now

    def deliver(self, event: CarrierEvent, delay_s: float) -> None:
        """Have an event arrive at one process, or at all that are connected."""
        lines = [line for line in self.lines if line.is_open()]
        if not self.world.plan.setting.told_to_all and not self.to_all:
            lines = [line for line in lines if self.world.concerns(line.process, event)]
            lines = self.world.one_of(lines, self.events)
        at = self.world.calendar.now + delay_s
        for line in lines:
            if self.to_all or self.world.concerns(line.process, event):
                self.world.calendar.at(at, partial(line.arrive, event))

    def restart(self, for_s: float) -> None:
        """The carrier's process dies and comes back; it forgets its calls."""
        self.network.restart(self.world.calendar.now)
        self.down_until = self.world.calendar.now + for_s
        for line in list(self.lines):
            line.break_off()


class Line:
    """A process's connection to the carrier; see Carrier. What is cut stays cut."""

    def __init__(self, exchange: Exchange, process: SimulatedProcess) -> None:
        setting = exchange.world.plan.setting
        self.remembers_since = LONG_AGO if setting.remembers_attempts else NEVER
        self.reaches_people = False
        self.exchange = exchange
        self.process = process
        self.arrived: deque[CarrierEvent] = deque()
        self.broken = False
        self.answer: list[LiveCall] | None = None
        self.asked = 0
        self.questions: list[tuple[float, int]] = []
        if exchange.world.calendar.now < exchange.down_until or self.is_cut():
            raise ConnectionError("the carrier cannot be reached")
        exchange.lines.append(self)
        self.ask_live_calls()

    def is_cut(self) -> bool:
        """Whether the network between process and carrier is down."""
        return self.exchange.world.calendar.now < self.process.carrier_cut_until

    def is_open(self) -> bool:
        """Whether what the carrier says arrives."""
        return not self.broken and not self.is_cut()

    def break_off(self) -> None:
        """The connection is over."""
        self.broken = True
        if self in self.exchange.lines:
            self.exchange.lines.remove(self)
        self.process.wake()

    def arrive(self, event: CarrierEvent) -> None:
        """The carrier has said something."""
        if self.is_open():
            self.arrived.append(event)
            self.process.wake()

    def say(self, do: int, call_id: str, command: Callable[[float], None]) -> None:
        """Give the carrier a command, which is lost where the network is down."""
        self.process.reach("before_send")
        world = self.exchange.world
        if self.broken:
            raise ConnectionError("the connection to the carrier is broken")
        world.note(self.process.name, "tells the carrier", (do, call_id))
        world.witness.told[call_id, do] += 1
        if not self.is_cut():
            command(world.calendar.now)
            self.exchange.look_again()
        self.process.reach("after_send")

    def originate(self, order: Originate) -> None:
        """See Carrier."""
        network, witness = self.exchange.network, self.exchange.world.witness

        def ring(now: float) -> None:
            witness.ringing(order.call_id, order.number, network.knows(order.call_id))
            network.originate(
                Originate(order.call_id, order.number, order.caller_id, order.ring_timeout_s, now)
            )

        self.say(PLACE_CALL, order.call_id, ring)

    def bridge(self, call_id: str, agent_id: str, at: float) -> None:
        """See Carrier. An agent whose phone is away cannot be bridged."""
        agents = self.exchange.world.agents

        def connect(now: float) -> None:
            if all(agent.no_phone_until <= now for agent in agents if agent.name == agent_id):
                self.exchange.network.bridge(call_id, agent_id, now)

        self.say(BRIDGE, call_id, connect)

    def hang_up(self, call_id: str, at: float) -> None:
        """See Carrier."""

        def end(now: float) -> None:
            if call_id in self.exchange.world.witness.truths:
                self.exchange.world.witness.truths[call_id].hung_up = True
            self.exchange.network.hang_up(call_id, now)

        self.say(HANG_UP, call_id, end)

    def play(self, call_id: str, message: str, at: float) -> None:
        """See Carrier."""

        def start(now: float) -> None:
            if call_id in self.exchange.world.witness.truths:
                self.exchange.world.witness.truths[call_id].played = True
            self.exchange.network.play(call_id, message, now)

        self.say(PLAY, call_id, start)

    def ask_live_calls(self) -> None:
        """See Carrier."""
        if self.broken:
            raise ConnectionError("the connection to the carrier is broken")
        self.answer = None
        self.asked += 1
        low, high = ANSWER_S
        takes_s = low + (high - low) * uniform(self.exchange.world.plan.seed, self.exchange.events, 0xA3)
        question, calendar = self.asked, self.exchange.world.calendar

        def hear(calls: list[LiveCall]) -> None:
            if self.is_open() and question == self.asked:
                self.answer = calls
                self.process.wake()

        def answer() -> None:
            self.exchange.look()
            calls = list(self.exchange.network.live_calls())
            calendar.at(calendar.now + takes_s / 2, lambda: hear(calls))

        if not self.is_cut():
            calendar.at(calendar.now + takes_s / 2, answer)

    def live_calls(self) -> Sequence[LiveCall] | None:
        """See Carrier."""
        if self.broken:
            raise ConnectionError("the connection to the carrier is broken")
        return self.answer

    def next_due(self) -> float:
        """See Carrier."""
        return LONG_AGO if self.arrived or self.broken else math.inf

    def take(self, now: float) -> list[CarrierEvent]:
        """See Carrier."""
        events = list(self.arrived)
        self.arrived.clear()
        if self.broken and not events:
            raise ConnectionError("the connection to the carrier is broken")
        return events

    def close(self) -> None:
        """See Carrier."""
        if self in self.exchange.lines:
            self.exchange.lines.remove(self)
        self.broken = True
