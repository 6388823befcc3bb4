"""One connection to a carrier, shared by the floors that a process looks after."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from callfloor.carriers.port import Carrier, CarrierEvent, LiveCall, Originate
from callfloor.floor.vocabulary import AGENT_GONE

KEY_DIGITS = 16
"""Of a call id, those that tell the floor."""

WAITING_MOST = 50_000
"""Events that may wait for one floor; with more its line is cut, and the floor asks which calls live."""


class LineCutError(ConnectionError):
    """A floor's line to the carrier is no more; the floor gets another one and closes the gap."""


class FloorLine:
    """One floor's share of the carrier: a Carrier of its own."""

    def __init__(self, board: Switchboard, wake: Callable[[], None]) -> None:
        """`wake` is called when there is something to take. Nothing is heard before ``open``."""
        self.board = board
        self.wake = wake
        self.call_key = ""
        self.agents: frozenset[str] = frozenset()
        self.events: deque[CarrierEvent] = deque()
        self.answer: list[LiveCall] | None = None
        self.cut = ""
        self.remembers_since = board.carrier.remembers_since
        self.reaches_people = board.carrier.reaches_people

    def open(self, call_key: str, agents: Iterable[str]) -> None:
        """Hear of calls whose ids begin so and of these agents, and ask which calls live."""
        self.call_key = call_key
        self.agents = frozenset(agents)
        self.board.lines[call_key] = self
        self.ask_live_calls()

    def carrier(self) -> Carrier:
        """The carrier behind it. Raises LineCutError."""
        if self.cut:
            raise LineCutError(self.cut)
        self.board.spoken()
        return self.board.carrier

    def originate(self, order: Originate) -> None:
        """See Carrier."""
        self.carrier().originate(order)

    def bridge(self, call_id: str, agent_id: str, at: float) -> None:
        """See Carrier."""
        self.carrier().bridge(call_id, agent_id, at)

    def hang_up(self, call_id: str, at: float) -> None:
        """See Carrier."""
        self.carrier().hang_up(call_id, at)

    def play(self, call_id: str, message: str, at: float) -> None:
        """See Carrier."""
        self.carrier().play(call_id, message, at)

    def ask_live_calls(self) -> None:
        """See Carrier."""
        self.carrier()
        self.answer = None
        self.board.ask(self)

    def live_calls(self) -> Sequence[LiveCall] | None:
        """See Carrier: this floor's calls alone."""
        self.carrier()
        return self.answer

    def next_due(self) -> float:
        """See Carrier."""
        return -math.inf if self.events or self.cut else math.inf

    def take(self, now: float) -> list[CarrierEvent]:
        """See Carrier."""
        self.carrier()
        events = list(self.events)
        self.events.clear()
        return events

    def close(self) -> None:
        """Hear nothing more; the carrier stays open for the others."""
        self.board.hang_up(self)

    def hear(self, event: CarrierEvent) -> None:
        """Have an event ready; a floor that does not take its events loses its line, not our memory."""
        if len(self.events) >= WAITING_MOST:
            self.break_off(f"more than {WAITING_MOST} events waited for the floor")
        else:
            self.events.append(event)
            self.wake()

    def break_off(self, reason: str) -> None:
        """Cut the line."""
        self.cut = self.cut or reason
        self.events.clear()
        self.wake()


class Switchboard:
    """Hands the carrier's events to the floors whose calls they are of, and asks for all which calls live."""

    def __init__(self, carrier: Carrier) -> None:
        self.carrier = carrier
        self.lines: dict[str, FloorLine] = {}
        self.wake = asyncio.Event()
        self.asking: list[FloorLine] = []
        self.to_ask: list[FloorLine] = []
        self.unknown = 0

    def hang_up(self, line: FloorLine) -> None:
        """Forget a line."""
        if self.lines.get(line.call_key) is line:
            del self.lines[line.call_key]
        line.break_off("the line was closed")

    def spoken(self) -> None:
        """The carrier is being told something: what is due next may be due sooner."""
        self.wake.set()

    def ask(self, line: FloorLine) -> None:
        """Ask which calls live. An answer that is on its way already may be older than this question."""
        if line not in self.to_ask:
            self.to_ask.append(line)
        self.wake.set()

    def next_due(self) -> float:
        """When to call ``exchange``, if nothing wakes before."""
        return -math.inf if self.to_ask and not self.asking else self.carrier.next_due()

    def exchange(self, now: float) -> None:
        """Hand out what has happened. Raises what the carrier raises, when every line has been cut."""
        try:
            # The answer first, which is true once all events from before it were handed out.
            live = self.carrier.live_calls() if self.asking else None
            for event in self.carrier.take(now):
                self.hand_out(event)
            if live is not None:
                self.answer(live)
            if self.to_ask and not self.asking:
                self.asking, self.to_ask = self.to_ask, []
                self.carrier.ask_live_calls()
                self.wake.set()
        except ConnectionError as error:
            self.cut_all(str(error))
            raise

    def hand_out(self, event: CarrierEvent) -> None:
        """Give an event to the floor whose it is; one of another process's floors is that process's."""
        if event.kind == AGENT_GONE and not event.call_id:
            found = [line for line in self.lines.values() if event.agent_id in line.agents]
        else:
            line = self.lines.get(event.call_id[:KEY_DIGITS])
            found = [] if line is None else [line]
        for line in found:
            line.hear(event)
        self.unknown += not found

    def answer(self, live: Sequence[LiveCall]) -> None:
        """Give those who have asked their calls."""
        by_key: dict[str, list[LiveCall]] = {line.call_key: [] for line in self.asking}
        for call in live:
            if (calls := by_key.get(call.call_id[:KEY_DIGITS])) is not None:
                calls.append(call)
        for line in self.asking:
            line.answer = by_key[line.call_key]
            line.wake()
        self.asking = []

    def cut_all(self, reason: str) -> None:
        """The carrier is gone: so are all lines."""
        for line in list(self.lines.values()):
            line.break_off(reason)
        self.lines.clear()
