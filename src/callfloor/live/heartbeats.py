"""Agents' heartbeats, watched at the edge: only their stopping and coming back are events of the floor."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence

from callfloor.floor.vocabulary import AGENT_RESUMED, AGENT_SILENT
from callfloor.live.arrivals import Arrival, Incoming

SILENT_AFTER_S = 30.0
"""An agent's desktop beats every few seconds; one that has not for so long is taken to be gone."""


class Heartbeats:
    """A source of arrivals: agents who have fallen silent, and those who are back.

    Ten thousand agents who beat every ten seconds would be a thousand events a second that decide nothing;
    here a beat is one entry in a dictionary.
    """

    def __init__(self, silent_after_s: float = SILENT_AFTER_S) -> None:
        self.silent_after_s = silent_after_s
        self.last_beat: dict[str, float] = {}
        self.silent: set[str] = set()
        self.watches: list[tuple[float, str]] = []
        self.back: list[str] = []

    def beat(self, agent: str, now: float) -> None:
        """The agent's desktop is there (`now` in UTC seconds). The first beat begins the watch."""
        if agent not in self.last_beat:
            heapq.heappush(self.watches, (now + self.silent_after_s, agent))
        self.last_beat[agent] = now
        if agent in self.silent:
            self.silent.remove(agent)
            self.back.append(agent)
            heapq.heappush(self.watches, (now + self.silent_after_s, agent))

    def forget(self, agent: str) -> None:
        """The agent has logged out: no beat is expected any more."""
        self.last_beat.pop(agent, None)
        self.silent.discard(agent)

    def next_due(self) -> float:
        """When somebody may be found silent; at once where somebody is back."""
        if self.back:
            return -math.inf
        return self.watches[0][0] if self.watches else math.inf

    def take(self, now: float) -> Sequence[Incoming]:
        """Those who are back, then those who have fallen silent by `now`."""
        arrivals: list[Incoming] = [Arrival(AGENT_RESUMED, agent=agent) for agent in self.back]
        self.back.clear()
        while self.watches and self.watches[0][0] <= now:
            _, agent = heapq.heappop(self.watches)
            if agent not in self.last_beat or agent in self.silent:
                continue
            silent_at = self.last_beat[agent] + self.silent_after_s
            if silent_at <= now:
                self.silent.add(agent)
                arrivals.append(Arrival(AGENT_SILENT, agent=agent))
            else:
                heapq.heappush(self.watches, (silent_at, agent))
        return arrivals
