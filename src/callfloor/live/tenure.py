"""One floor in the care of this process: from the lease that was taken to the lease that is given back."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from callfloor.failures import UsageError
from callfloor.floor.vocabulary import AGENT_LOGGED_IN, AGENT_RESUMED, OFFLINE
from callfloor.live.arrivals import Arrival, Incoming
from callfloor.live.clocks import Clock
from callfloor.live.desk_watch import DeskWatch
from callfloor.live.inbox import InboxWatch
from callfloor.live.observer import Observer
from callfloor.live.service import Service
from callfloor.live.settings import FloorSettings
from callfloor.live.step import Engine
from callfloor.live.switchboard import FloorLine, Switchboard
from callfloor.stores.errors import StoreError
from callfloor.stores.inbox_port import Inbox, InboxEntry
from callfloor.stores.port import FloorPlan, FloorPlans, Leases, Store, Workers

if TYPE_CHECKING:
    from callfloor.live.traces import StepTraces

AGAIN_AFTER_S = 0.2
AGAIN_AFTER_MOST_S = 5.0
"""After a failure of the database or the carrier: how long to wait, doubling, and at most."""


class SharedStore(Store, Leases, Workers, FloorPlans, Inbox, Protocol):
    """A store that several processes share."""


@dataclass(frozen=True, slots=True)
class WorkerParts:
    """What the floors of a process have in common."""

    store: SharedStore
    clock: Clock
    runtime: Any
    observers_of: Callable[[str], Iterable[Observer]]
    monotonic: Callable[[], float]
    tell: Callable[..., None]
    """Told what happens, as (event, floor, **figures)."""
    simulated_agents: bool = False
    traces: StepTraces | None = None
    """Makes traces of steps, where somebody wants them."""


class Tenure:
    """One floor, looked after until ``end`` is called or the lease is not renewed."""

    def __init__(
        self,
        parts: WorkerParts,
        plan: FloorPlan,
        held_until: float,
        board: Callable[[], Switchboard | None],
        renew: Callable[[Tenure], bool] = lambda tenure: False,
    ) -> None:
        """`held_until` is when the lease runs out if it is not renewed, by the monotonic clock.

        `board` is the way to the carrier, None while there is none. `renew` is asked when the lease has run
        out; it says whether the floor is ours all the same.
        """
        self.parts = parts
        self.plan = plan
        self.held_until = held_until
        self.board = board
        self.renew = renew
        self.ending = ""
        self.service: Service | None = None
        self.inbox: InboxWatch | None = None
        self.line: FloorLine | None = None
        self.wake = asyncio.Event()
        self.idle_since = parts.monotonic()
        """Since when nothing is sent, while there is no service; by the monotonic clock."""

    def end(self, reason: str) -> None:
        """Have what is in hand finished, and the floor given back."""
        self.ending = self.ending or reason
        self.look_now()

    def look_now(self) -> None:
        """There is something new for the floor."""
        self.wake.set()
        if self.service is not None:
            self.service.look_now()

    def hear(self) -> None:
        """The carrier has told something."""
        if self.service is not None:
            self.service.wake.set()

    def is_over(self) -> bool:
        """Whether to stop: asked to, or the lease has run out and somebody else has taken the floor.

        Where nobody has, it goes on: a large floor on a slow machine may take longer than a lease to load,
        and would be loaded for ever.
        """
        if self.ending:
            return True
        return self.parts.monotonic() > self.held_until and not self.renew(self)

    async def run(self) -> None:
        """Look after the floor. Raises UsageError and what a floor's own fault raises; never a StoreError."""
        wait_s = AGAIN_AFTER_S
        while not self.is_over():
            began = self.parts.monotonic()
            try:
                await self.live()
            except (StoreError, ConnectionError, TimeoutError) as error:
                self.parts.tell("floor_interrupted", self.plan.name, reason=str(error))
            finally:
                self.let_go()
            if self.is_over():
                break
            # A life that lasted was a good one: the next failure is a new one.
            lasted = self.parts.monotonic() - began > AGAIN_AFTER_MOST_S
            wait_s = AGAIN_AFTER_S if lasted else min(2 * wait_s, AGAIN_AFTER_MOST_S)
            self.wake.clear()
            await self.parts.clock.wait(self.parts.clock.now() + wait_s, self.wake)

    async def live(self) -> None:
        """Load the floor, close the gap to the carrier, and step until it is over or something breaks."""
        board = self.board()
        if board is None:
            raise ConnectionError("there is no connection to the carrier")
        settings = self.settings()
        line = self.line = FloorLine(board, self.hear)
        engine = Engine(
            self.parts.store,
            line,
            settings,
            self.parts.runtime,
            observers=self.parts.observers_of(self.plan.name),
        )
        engine.traces = self.parts.traces
        line.open(engine.resident.call_key, [*engine.resident.agent_names, *settings.agents])
        desks = None if self.parts.simulated_agents else DeskWatch(engine)
        self.inbox = InboxWatch(engine, self.parts.store, self.refused, desks)
        service = Service(engine, self.parts.clock, [line, self.inbox], desks)
        await service.start(self.is_over)
        if self.is_over():
            return
        self.service = service
        if self.parts.simulated_agents:
            engine.step(here(engine), self.parts.clock.now())
        self.parts.tell("floor_taken", self.plan.name, version=engine.resident.version)
        while not self.is_over():
            await self.stepping(service, self.inbox)
        if self.parts.monotonic() <= self.held_until:
            engine.settle()

    async def stepping(self, service: Service, inbox: InboxWatch) -> None:
        """Step until it is over; what breaks a step is set aside, if it came from the inbox."""
        try:
            await service.run(math.inf, self.is_over)
        except (StoreError, ConnectionError):
            raise
        except Exception as error:
            if not inbox.blamed(error):
                raise

    def settings(self) -> FloorSettings:
        """The floor's settings. Raises UsageError where they cannot be used."""
        text = self.parts.store.planned_settings(self.plan.floor)
        if not text:
            raise UsageError(f"{self.plan.name}: the floor has no settings any more")
        try:
            return FloorSettings.of_text(text)
        except msgspec.DecodeError as error:
            raise UsageError(f"{self.plan.name}: the floor's settings cannot be read: {error}") from None

    def revise(self, plan: FloorPlan) -> None:
        """Take the floor's new settings, if they are new. Raises StoreError and UsageError."""
        service, line = self.service, self.line
        if plan.revision == self.plan.revision or service is None or line is None:
            return
        try:
            settings = self.settings()
            service.engine.configure(self.parts.clock.now(), settings)
        except StoreError:
            # The next turn tries it again.
            raise
        except UsageError:
            self.plan = plan
            raise
        self.plan = plan
        line.agents = frozenset([*line.agents, *settings.agents])
        service.registers.told = {}
        if self.parts.simulated_agents:
            logins = [each for each in here(service.engine) if each.kind == AGENT_LOGGED_IN]
            service.engine.step(logins, self.parts.clock.now())
        self.look_now()

    def refused(self, entry: InboxEntry, reason: str) -> None:
        """Something that was put down for the floor has been set aside."""
        self.parts.tell(
            "inbox_refused", self.plan.name, event_id=entry.event_id, entry=entry.id, reason=reason
        )

    def let_go(self) -> None:
        """Hear no more of the floor."""
        if self.service is not None:
            self.idle_since = self.parts.monotonic()
        self.service = None
        if self.line is not None:
            self.line.close()
        self.line = None


def here(engine: Engine) -> Sequence[Incoming]:
    """Every agent is at their desk, as simulated ones are."""
    resident = engine.resident
    return [
        Arrival(
            AGENT_LOGGED_IN if agent.state == OFFLINE else AGENT_RESUMED, agent=resident.agent_name(agent)
        )
        for agent in resident.floor.agents
    ]
