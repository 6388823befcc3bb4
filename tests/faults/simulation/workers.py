"""Real workers in virtual time: floors by leases, the inbox, one connection to the carrier for all floors."""

from __future__ import annotations

import asyncio
import math
from functools import partial
from typing import TYPE_CHECKING, Any

from callfloor.live.clocks import SharedClock
from callfloor.live.step import Engine
from callfloor.live.tenure import Tenure, WorkerParts
from callfloor.live.worker import Worker
from callfloor.stores.inbox_port import InboxEntry
from tests.faults.simulation.calendar_loop import CalendarLoop
from tests.faults.simulation.carrier import Line
from tests.faults.simulation.processes import (
    STARTS_AGAIN_AFTER_S,
    STEP_TAKES_S,
    KilledError,
    ProcessStore,
    SimulatedProcess,
)

if TYPE_CHECKING:
    from tests.faults.simulation.world import World

CONNECTS_IN_S = 0.05
TELLS_IN_S = 0.02
TAKEN_WITHIN_S = 3.0
"""How long it takes to connect to the carrier, and until a worker hears that there is something new; how long
something waits in the inbox at most where all is well."""


class MachineClock:
    """The clock of a process's machine, which is wrong by the process's skew; see Clock."""

    def __init__(self, process: WorkerProcess) -> None:
        self.process = process

    def now(self) -> float:
        """See Clock."""
        return self.process.world.calendar.now + self.process.skew_s

    async def wait(self, until: float, wake: asyncio.Event) -> None:
        """See Clock."""
        calendar = self.process.world.calendar
        until -= self.process.skew_s
        if wake.is_set() or until <= calendar.now:
            await asyncio.sleep(STEP_TAKES_S)
        else:
            try:
                async with asyncio.timeout_at(until if until < math.inf else None):
                    await wake.wait()
            except TimeoutError:
                pass
        self.process.reach("waiting")


class WorkerStore(ProcessStore):
    """A worker's connection to the database, with its faults; nothing that a dead process does counts."""

    process: WorkerProcess

    def __init__(self, process: WorkerProcess) -> None:
        super().__init__(process)
        self.life = process.lives

    def refuse_where_cut(self) -> None:
        if self.life != self.process.lives or not self.process.runs:
            raise KilledError(0.0)
        super().refuse_where_cut()

    def take_lease(self, floor: int, owner: str, for_s: float) -> bool:
        self.process.reach("before_lease")
        taken = super().take_lease(floor, owner, for_s)
        if taken:
            self.process.world.witness.lease_taken(floor, owner)
        self.process.reach("after_lease")
        return taken

    def waiting(self, floor: int, count: int) -> list[InboxEntry]:
        found = super().waiting(floor, count)
        self.process.reach("looked_into_inbox")
        return found


class WorkerProcess(SimulatedProcess):
    """A worker: started, killed, drained, started again."""

    def __init__(self, world: World, number: int) -> None:
        super().__init__(world, number, f"worker {number}")
        self.worker: Worker | None = None
        self.loop: CalendarLoop | None = None
        self.body: asyncio.Task[None] | None = None
        self.starts_after_s = STARTS_AGAIN_AFTER_S
        self.step_began_at = -math.inf
        world.database.worker_rows.listeners.append(self.be_told)

    def start(self) -> None:
        """Begin a new life."""
        self.lives += 1
        self.runs = True
        world = self.world
        name = f"worker-{self.number}-{self.lives}"
        parts = WorkerParts(
            store=WorkerStore(self),
            clock=SharedClock(MachineClock(self)),
            runtime=world.runtime,
            observers_of=lambda _: [world.observer],
            monotonic=lambda: world.calendar.now,
            tell=partial(self.tell, self.lives),
        )
        self.starts_after_s = STARTS_AGAIN_AFTER_S
        self.worker = Worker(name, parts, self.connect)
        self.loop = CalendarLoop(world.calendar, self.check)
        self.body = self.loop.create_task(self.worker.run())
        world.note(self.name, "starts")

    async def connect(self) -> Line:
        """A connection to the carrier. Raises ConnectionError."""
        await asyncio.sleep(CONNECTS_IN_S)
        self.line = Line(self.world.exchange, self)
        return self.line

    def check(self) -> None:
        """After whatever the process did: whether it is still there, and whether all is well."""
        self.world.witness.stop_if_wrong()
        if self.body is not None and self.body.done():
            error = self.body.exception()
            if error is None:
                self.end("ends", self.starts_after_s)
            elif not isinstance(error, KilledError):
                raise error

    def reach(self, point: str) -> None:
        """A point at which the process may be killed or held up."""
        try:
            super().reach(point)
        except KilledError as error:
            self.end("is killed", float(error.args[0]))
            raise

    def end(self, how: str, starts_after_s: float) -> None:
        """The process is gone, with everything that it had in memory."""
        self.world.note(self.name, how)
        self.runs = False
        if self.line is not None:
            self.line.close()
        loop = self.loop
        self.line = self.worker = self.loop = self.body = None
        calendar = self.world.calendar
        if loop is not None:
            loop.over = True
            calendar.at(calendar.now, lambda: loop.abandon(KilledError(0.0)))
        calendar.at(calendar.now + starts_after_s, self.start)

    def close(self) -> None:
        """The run is over: nobody is left waiting."""
        loop, self.runs = self.loop, False
        if loop is not None:
            loop.abandon(KilledError(0.0))

    def drain(self, starts_after_s: float) -> None:
        """The process is told to end, and is started again so long after it has."""
        if self.worker is not None and self.loop is not None:
            self.starts_after_s = starts_after_s
            self.loop.call_soon(self.worker.drain)

    def wake(self) -> None:
        """The carrier has said something."""
        if self.worker is not None and self.worker.board is not None:
            self.worker.board.wake.set()

    def be_told(self, floor: int) -> None:
        """The database tells that there is something new for a floor, if it can tell."""
        world, worker, loop = self.world, self.worker, self.loop
        if worker is None or loop is None or world.calendar.now < self.store_cut_until:
            return
        if world.plan.setting.told_of_news:
            loop.call_later(TELLS_IN_S, worker.heard, {floor})

    def tell(self, life: int, what: str, floor: str, **figures: Any) -> None:
        """What the worker would log."""
        if life != self.lives or not self.runs:
            return
        self.world.note(self.name, what, floor, figures)
        failed = what == "floor_given_back" and str(figures["reason"]).startswith("failed")
        wrong = failed or what in ("inbox_refused", "settings_refused")
        self.world.witness.require(not wrong, f"{self.name}: {what} {floor}: {figures}")

    def tenure_of(self, floor: int) -> Tenure | None:
        """How the process looks after a floor, if it does."""
        return None if self.worker is None else self.worker.tenures.get(floor)

    def engine_of(self, floor: int) -> Engine | None:
        """The engine with which the process looks after a floor."""
        tenure = self.tenure_of(floor)
        return None if tenure is None or tenure.inbox is None else tenure.inbox.engine

    def hears_of(self, floor: int, agent: str) -> bool:
        """Every worker hears of all calls and agents."""
        return True

    def is_reachable(self) -> bool:
        """Whether the process is there."""
        return self.runs


def looked_after(world: World) -> str:
    """What is wrong with who looks after what; empty where each floor has exactly one worker at work."""
    if not world.workers:
        return ""
    leases = {lease.floor: lease.owner for lease in world.store.leases()}
    for plan in world.store.floor_plans():
        at_work = [
            process
            for process in world.workers
            if (tenure := process.tenure_of(plan.floor)) is not None and tenure.service is not None
        ]
        names = [process.worker.name for process in at_work if process.worker is not None]
        if names != [leases[plan.floor]]:
            return f"{plan.name} is looked after by {names}, its lease is {leases[plan.floor]!r}'s"
    draining = [each.name for each in world.workers if each.worker is not None and each.worker.draining]
    if draining:
        return f"{draining} were told to end, and do not"
    now, inbox = world.calendar.now, world.database.worker_rows.inbox.values()
    late = [each for each in inbox if now - each.entry.put_at > TAKEN_WITHIN_S]
    return f"the inbox's entries {[each.entry.id for each in late]} are not taken" if late else ""
