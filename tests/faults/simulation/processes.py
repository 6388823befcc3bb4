"""A process of the service: it runs the real engine, and dies and is held up as the plan says."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from callfloor.live.arrivals import Incoming
from callfloor.live.heartbeats import Heartbeats
from callfloor.live.service import Service
from callfloor.live.settings import FloorSettings
from callfloor.live.step import Engine
from callfloor.stores.errors import StoreError
from callfloor.stores.port import FloorImage, FloorTransaction
from tests.faults.simulation.calendar import START, pause
from tests.faults.simulation.carrier import Line
from tests.faults.simulation.memory import MemoryStore
from tests.faults.simulation.memory_workers import WorkerRows

if TYPE_CHECKING:
    from tests.faults.simulation.world import World

STEP_TAKES_S = 0.001
STARTS_AGAIN_AFTER_S = 1.0


class KilledError(BaseException):
    """The process has been killed, wherever it was."""


class SkewedClock:
    """A process's clock: that of the world, and wrong by its process's skew; see Clock."""

    def __init__(self, process: Process) -> None:
        self.process = process

    def now(self) -> float:
        """See Clock."""
        return self.process.world.calendar.now + self.process.skew_s

    async def wait(self, until: float, wake: asyncio.Event) -> None:
        """See Clock."""
        if not wake.is_set():
            await pause(until - self.process.skew_s)
        self.process.reach("waiting")


class Desk:
    """What agents and supervisors ask of this process; see Source."""

    def __init__(self) -> None:
        self.asked: deque[Incoming] = deque()

    def next_due(self) -> float:
        """See Source."""
        return -math.inf if self.asked else math.inf

    def take(self, now: float) -> Sequence[Incoming]:
        """See Source."""
        arrivals = list(self.asked)
        self.asked.clear()
        return arrivals


class ProcessStore(MemoryStore):
    """A process's connection to the database, with its faults."""

    def __init__(self, process: SimulatedProcess) -> None:
        super().__init__(process.world.database, busy_timeout_s=0.0)
        self.process = process

    def take_lock(self) -> None:
        self.refuse_where_cut()
        super().take_lock()

    def rows(self) -> WorkerRows:
        self.refuse_where_cut()
        return super().rows()

    def refuse_where_cut(self) -> None:
        if self.process.world.calendar.now < self.process.store_cut_until:
            raise StoreError("the connection to the database is broken")

    def load(self, floor: int) -> FloorImage:
        self.process.reach("load")
        return super().load(floor)

    def is_barred(self, number: int, registers: Sequence[str] = ()) -> bool:
        barred = super().is_barred(number, registers)
        self.process.reach("asked_if_barred")
        # The answer is the one that holds when it is given.
        return super().is_barred(number, registers) or barred

    @contextmanager
    def transaction(self, floor: int, version: int) -> Iterator[FloorTransaction]:
        process, world = self.process, self.process.world
        process.reach("before_begin")
        with super().transaction(floor, version) as transaction:
            before = dict(self.database.floor(floor).outbox)
            yield transaction
            process.reach("in_transaction")
            self.refuse_where_cut()
            if world.faults.of_process(process.number, "refuse"):
                raise StoreError("the transaction was rolled back")
        world.committed(process, floor, transaction.changes, before)  # type: ignore[attr-defined]
        if world.faults.of_process(process.number, "lose_ack"):
            raise StoreError("the connection to the database was lost while it committed")
        process.reach("after_commit")


class SimulatedProcess:
    """What all kinds of processes have in common: a clock, a network, and points at which faults strike."""

    def __init__(self, world: World, number: int, name: str) -> None:
        self.world = world
        self.number = number
        self.name = name
        self.lives = 0
        self.runs = False
        self.skew_s = 0.0
        self.carrier_cut_until = self.store_cut_until = -math.inf
        self.line: Line | None = None

    def start(self) -> None:
        """Begin a new life."""
        raise NotImplementedError

    def wake(self) -> None:
        """Something has arrived: go on now."""
        raise NotImplementedError

    def drain(self, starts_after_s: float) -> None:
        """The process is told to end, and is started again so long after it has."""
        raise NotImplementedError

    def engine_of(self, floor: int) -> Engine | None:
        """The engine with which the process looks after a floor, if it does."""
        raise NotImplementedError

    def hears_of(self, floor: int, agent: str) -> bool:
        """Whether the carrier tells the process of a floor's calls (0: of no call), or of an agent."""
        raise NotImplementedError

    def reach(self, point: str) -> None:
        """The process is at a point at which it may be killed or held up."""
        fault = self.world.faults.of_point(self.number, point)
        if fault is None:
            return
        self.world.note(self.name, point, fault)
        if fault.kind == "kill":
            raise KilledError(fault.for_s)
        calendar = self.world.calendar
        calendar.run_until(min(calendar.now + fault.for_s, START + self.world.faults.last_s))


class Process(SimulatedProcess):
    """A process for one floor: started, killed, started again."""

    def __init__(self, world: World, number: int, floor: int, settings: FloorSettings) -> None:
        super().__init__(world, number, f"process {number}")
        self.floor = floor
        self.settings = settings
        self.waits = False
        self.engine: Engine | None = None
        self.service: Service | None = None
        self.desk = Desk()
        self.heartbeats = Heartbeats()
        self.body: Coroutine[Any, Any, None] | None = None

    def start(self) -> None:
        """Begin a new life."""
        self.lives += 1
        self.desk, self.heartbeats = Desk(), Heartbeats()
        self.runs = True
        self.body = self.main()
        self.world.note(self.name, "starts")
        self.resume(self.lives)

    async def main(self) -> None:
        """What the process does in a life."""
        clock = SkewedClock(self)
        self.line = Line(self.world.exchange, self)
        self.engine = Engine(
            ProcessStore(self), self.line, self.settings, self.world.runtime, observers=[self.world.observer]
        )
        service = Service(self.engine, clock, [self.line, self.desk, self.heartbeats])
        self.service = service
        await service.start()
        while True:
            try:
                await service.run(math.inf)
            except StoreError:
                if not self.world.plan.setting.goes_on_after_errors:
                    raise
                await clock.wait(clock.now() + 0.5, asyncio.Event())

    def resume(self, life: int) -> None:
        """Go on from where the process waits."""
        if life != self.lives or not self.runs or self.body is None:
            return
        self.waits = False
        try:
            until = self.body.send(None)
        except (StoreError, ConnectionError, TimeoutError) as error:
            self.end(f"fails: {error}", STARTS_AGAIN_AFTER_S)
        except KilledError as error:
            self.end("is killed", float(error.args[0]))
        else:
            self.waits = True
            calendar = self.world.calendar
            at = calendar.now + STEP_TAKES_S
            self.wait_until(at if until is None else max(at, until))

    def wait_until(self, time: float) -> None:
        """Have the process go on at a time, unless it is woken before."""
        if time < math.inf:
            life, turn = self.lives, self.world.new_turn(self)
            self.world.calendar.at(time, lambda: self.due(life, turn))

    def due(self, life: int, turn: int) -> None:
        """The process has waited for long enough, unless it has been woken since."""
        if self.waits and turn == self.world.turns.get(self.number):
            self.resume(life)

    def wake(self) -> None:
        """Something has arrived: go on now."""
        if self.service is not None and self.runs:
            self.service.wake.set()
            if self.waits:
                self.wait_until(self.world.calendar.now)

    def end(self, how: str, starts_after_s: float) -> None:
        """The process is gone, with everything that it had in memory."""
        self.world.note(self.name, how)
        self.runs = False
        if self.line is not None:
            self.line.close()
        if self.body is not None:
            self.body.close()
        self.line = self.engine = self.service = self.body = None
        calendar = self.world.calendar
        calendar.at(calendar.now + starts_after_s, self.start)

    def engine_of(self, floor: int) -> Engine | None:
        """The engine with which the process looks after a floor, if it does."""
        return self.engine if floor == self.floor else None

    def hears_of(self, floor: int, agent: str) -> bool:
        """Whether the carrier tells the process of a floor's calls (0: of no call), or of an agent."""
        return floor == self.floor if floor else agent in self.settings.agents

    def is_reachable(self) -> bool:
        """Whether agents can ask something of this process."""
        return self.runs and self.service is not None
