"""The resident service: waits for what is due, takes it, and has the engine step. The loop is a page."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from typing import Protocol

from callfloor.live.arrivals import Incoming
from callfloor.live.clocks import Clock
from callfloor.live.desk_watch import DeskWatch
from callfloor.live.inbox import InboxWatch
from callfloor.live.patrol import Patrol
from callfloor.live.reconcile import reconcile
from callfloor.live.registers import RegisterWatch
from callfloor.live.step import Engine

LIVE_CALLS_WITHIN_S = 10.0
"""How long a carrier may take to say which calls it has."""

BREATHE_EVERY = 64
"""Steps without waiting after which other tasks get a turn."""


class Source(Protocol):
    """Where arrivals come from: a carrier, agents' desks."""

    def next_due(self) -> float:
        """When ``take`` will have something; infinity where only the outside can tell."""

    def take(self, now: float) -> Sequence[Incoming]:
        """What has arrived up to `now`."""


class Service:
    """One floor, resident in this process."""

    def __init__(
        self, engine: Engine, clock: Clock, sources: Sequence[Source], desks: DeskWatch | None = None
    ) -> None:
        """`sources` are asked in their order; the engine's carrier is one of them.

        With `desks`, agents of a floor that was at work just now have time to show that they are still there;
        else, nothing is known of those who were logged in before until they say so.
        """
        self.engine = engine
        engine.clock = clock.now
        self.clock = clock
        self.patrol = Patrol(engine)
        self.registers = RegisterWatch(engine)
        self.desks = desks
        watches: list[Source] = [self.patrol, self.registers]
        # After the inbox, so that beats that wait there are heard first.
        self.sources = [*sources, *watches] if desks is None else [*sources, desks, *watches]
        self.wake = asyncio.Event()
        self.steps = 0

    async def start(self, finished: Callable[[], bool] = lambda: False) -> None:
        """Configure the floor and close the gap that an interruption may have left, unless `finished` then.

        Raises StoreError, and TimeoutError where the carrier does not say which calls it has.
        """
        idle_s = self.clock.now() - self.engine.resident.floor.now
        silent = self.desks is None or idle_s > self.desks.silent_after_s
        self.engine.configure(self.clock.now())
        asked_at = self.clock.now()
        self.engine.carrier.ask_live_calls()
        live = self.engine.carrier.live_calls()
        give_up_at = asked_at + LIVE_CALLS_WITHIN_S
        while live is None and not finished():
            if self.clock.now() > give_up_at:
                raise TimeoutError("the carrier does not say which calls it has")
            await self.clock.wait(self.clock.now() + 0.05, self.wake)
            self.wake.clear()
            live = self.engine.carrier.live_calls()
        if live is None or finished():
            return
        now = self.clock.now()
        arrivals = reconcile(self.engine, live, now, asked_at=asked_at, silent=silent)
        self.engine.step([*self.registers.begin(now), *arrivals], now)
        self.patrol.begin(now)
        if self.desks is not None:
            self.desks.begin(now)

    async def run(self, until: float, finished: Callable[[], bool] = lambda: False) -> None:
        """Step until the time `until` (UTC seconds) or until `finished` says so. Raises StoreError."""
        while not finished():
            due = min(self.engine.next_due(), min((s.next_due() for s in self.sources), default=math.inf))
            if due > until:
                await self.clock.wait(until, self.wake)
                if self.clock.now() >= until and not self.wake.is_set():
                    return
            else:
                await self.clock.wait(due, self.wake)
            self.wake.clear()
            if finished():
                return
            now = self.clock.now()
            arrivals = self.engine.timers_due(now)
            for source in self.sources:
                arrivals.extend(source.take(now))
            if arrivals or self.engine.followups:
                self.engine.step(arrivals, now)
            self.steps += 1
            if self.steps % BREATHE_EVERY == 0:
                await asyncio.sleep(0)

    def look_now(self) -> None:
        """There is something new in the store for this floor."""
        self.registers.hasten()
        for source in self.sources:
            if isinstance(source, InboxWatch):
                source.hasten()
        self.wake.set()

    def interrupt(self) -> None:
        """Have ``run`` look at ``finished`` now rather than when something is due."""
        self.wake.set()
