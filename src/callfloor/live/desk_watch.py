"""Which agents' desks are there, for a floor that moves from process to process: a desk that beats stays."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from callfloor.floor.vocabulary import AGENT_LOGGED_OUT, NO_REASON, OFFLINE, PAUSED, PAUSED_SILENT
from callfloor.live.arrivals import Incoming
from callfloor.live.heartbeats import SILENT_AFTER_S, Heartbeats
from callfloor.live.step import Engine

ASLEEP = 3
"""Whoever has not looked for a third of the time after which a desk is silent cannot say that it is."""


class DeskWatch:
    """A source of arrivals: agents whose desks have fallen silent, and those that are back.

    Who counts as there when the floor comes to this process has the usual time to show that they are: by a
    beat, or by anything else that they do. After that only those are watched whose desks beat.
    """

    def __init__(self, engine: Engine, silent_after_s: float = SILENT_AFTER_S) -> None:
        self.engine = engine
        self.silent_after_s = silent_after_s
        self.beats = Heartbeats(silent_after_s)
        self.expected: set[str] = set()
        self.looked_at = -math.inf

    def begin(self, now: float) -> None:
        """Start to watch at `now` (UTC seconds), knowing of no beat."""
        self.looked_at = now
        self.beats = Heartbeats(self.silent_after_s)
        self.expected.clear()
        resident = self.engine.resident
        for agent in resident.floor.agents:
            name = resident.agent_name(agent)
            if PAUSED_SILENT in (agent.pausing, agent.pause_reason if agent.state == PAUSED else NO_REASON):
                self.beats.silent.add(name)
                self.beats.last_beat[name] = -math.inf
            elif agent.state != OFFLINE:
                self.beats.beat(name, now)
                self.expected.add(name)

    def here(self, agents: Iterable[str], now: float) -> None:
        """The desks of these agents are there. Those who are not logged in are not watched."""
        for name in agents:
            if self.is_logged_in(name):
                self.expected.discard(name)
                self.beats.beat(name, now)

    def heard(self, name: str, kind: int, now: float) -> None:
        """The agent has done something: they are there, whether their desk beats or not."""
        if name in self.beats.last_beat and name not in self.beats.silent:
            # The last beat may be from before they logged out.
            self.beats.beat(name, now)
        if name in self.expected or name in self.beats.silent or kind == AGENT_LOGGED_OUT:
            self.expected.discard(name)
            self.beats.forget(name)

    def is_logged_in(self, name: str) -> bool:
        """Whether the floor has the agent, and not as offline."""
        resident = self.engine.resident
        index = resident.agent_of(name)
        return index >= 0 and bool(resident.floor.agents[index].state != OFFLINE)

    def next_due(self) -> float:
        """See Source."""
        return self.beats.next_due()

    def take(self, now: float) -> Sequence[Incoming]:
        """See Source."""
        if now - self.looked_at > self.silent_after_s / ASLEEP:
            # This process was held up. Desks may have been heard of by another one meanwhile.
            self.begin(now)
        self.looked_at = now
        if now < self.next_due() or self.next_due() == math.inf:
            return ()
        for name in [name for name in self.beats.last_beat if not self.is_logged_in(name)]:
            # They have left after their last call.
            self.beats.forget(name)
        return self.beats.take(now)
