"""A run of the live dialer with simulated people and agents, from the first login to the last goodbye."""

from __future__ import annotations

from collections.abc import Sequence

from callfloor.floor.vocabulary import (
    AGENT_HUNG_UP,
    AGENT_LOGGED_IN,
    AGENT_LOGGED_OUT,
    AGENT_RESUMED,
    CAMPAIGN_STARTED,
    CAMPAIGN_STOPPED,
    CONNECTED,
    OFFLINE,
)
from callfloor.live.arrivals import Arrival, Incoming
from callfloor.live.service import Service
from callfloor.live.step import Engine

DRAIN_WITHIN_S = 3600.0
"""How long calls in hand may take to end after dialling has stopped (in the floor's time)."""

CUT_RINGING = 1
"""CAMPAIGN_STOPPED: hang up lines that still ring."""


class DialRun:
    """Agents log in, the campaigns dial for a time, calls in hand are finished, agents log out."""

    def __init__(self, service: Service, agents: Sequence[str], run_for_s: float) -> None:
        """`run_for_s` is in the floor's time."""
        self.service = service
        self.engine: Engine = service.engine
        self.agents = agents
        self.run_for_s = run_for_s
        self.interrupts = 0
        self.starts_at = self.ends_at = 0.0

    def interrupt(self) -> None:
        """Asked once: stop dialling and let calls in hand finish. Asked again: hang those up."""
        self.interrupts += 1
        self.service.interrupt()

    def left_s(self) -> float:
        """How long the run has still to dial (seconds of the floor's time)."""
        return max(0.0, self.ends_at - self.service.clock.now())

    async def run(self) -> None:
        """Run from start to end. Raises StoreError; what was committed is safe then."""
        await self.service.start()
        clock = self.service.clock
        self.starts_at = clock.now()
        self.ends_at = self.starts_at + self.run_for_s
        self.step([*self.campaigns(CAMPAIGN_STARTED, 0), *self.log_in()])
        await self.service.run(self.ends_at, lambda: self.interrupts > 0)
        self.step(self.campaigns(CAMPAIGN_STOPPED, CUT_RINGING))
        await self.service.run(clock.now() + DRAIN_WITHIN_S, lambda: self.interrupts > 1 or not self.live())
        give_up_at = clock.now() + DRAIN_WITHIN_S
        while self.live() and clock.now() < give_up_at:
            self.step([Arrival(AGENT_HUNG_UP, agent=name) for name in self.talking()])
            await self.service.run(give_up_at, lambda: not self.live() or bool(self.talking()))
        self.step(self.log_out())
        self.engine.settle()

    def step(self, arrivals: Sequence[Incoming]) -> None:
        """Have the engine take arrivals now."""
        self.engine.step(arrivals, self.service.clock.now())

    def campaigns(self, kind: int, code: int) -> list[Incoming]:
        """One event for each campaign."""
        return [Arrival(kind, campaign=i, code=code) for i in range(len(self.engine.settings.campaigns))]

    def log_in(self) -> list[Incoming]:
        """Every agent logs in; those whom an interruption left logged in are back."""
        resident = self.engine.resident
        arrivals: list[Incoming] = []
        for name in self.agents:
            known = resident.floor.agents[resident.agent_of(name)].state != OFFLINE
            arrivals.append(Arrival(AGENT_RESUMED if known else AGENT_LOGGED_IN, agent=name))
        return arrivals

    def log_out(self) -> list[Incoming]:
        """Every agent who is logged in leaves."""
        resident = self.engine.resident
        here = [agent for agent in resident.floor.agents if agent.state != OFFLINE]
        return [Arrival(AGENT_LOGGED_OUT, agent=resident.agent_name(agent)) for agent in here]

    def live(self) -> bool:
        """Whether any call has not ended."""
        return any(campaign.live > 0 for campaign in self.engine.resident.floor.campaigns)

    def talking(self) -> list[str]:
        """The agents who are on a call."""
        resident = self.engine.resident
        calls = [call for call in resident.floor.calls if call.state == CONNECTED]
        return [resident.agent_name(call.agent) for call in calls]
