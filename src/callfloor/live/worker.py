"""A process that looks after floors: it takes its share of them by leases, and gives them back.

Leases keep processes from fighting. That two act on one floor all the same, for a moment, does no harm: who
commits on an old version of the floor loses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from callfloor.carriers.port import Carrier
from callfloor.failures import UsageError
from callfloor.live.clocks import SharedClock
from callfloor.live.sharing import Shares
from callfloor.live.switchboard import Switchboard
from callfloor.live.tenure import AGAIN_AFTER_MOST_S, AGAIN_AFTER_S, Tenure, WorkerParts
from callfloor.stores.errors import StoreError
from callfloor.stores.port import FloorPlan

LEASE_S = 6.0
"""A floor whose process has died is taken by another one within this and a turn."""

TURNS_A_LEASE = 6
"""How often a lease is renewed while it lasts."""

LEFT_ALONE_S = 30.0
"""A floor that cannot be looked after here is left to others for so long."""

STRANDED_AFTER_LEASES = 2.0
"""A floor that nobody has taken for so many leases is taken whatever the share."""

SKEW_REPORTED_S = 1.0
"""A machine's clock that is off by more, against the database's, is reported."""


class Worker:
    """The floors of this process, and the turns in which it takes, keeps and gives them back."""

    def __init__(
        self,
        name: str,
        parts: WorkerParts,
        connect: Callable[[], Awaitable[Carrier]],
        lease_s: float = LEASE_S,
    ) -> None:
        """`connect` makes a connection to the carrier. It raises ConnectionError."""
        self.name = name
        self.parts = parts
        self.store = parts.store
        self.connect = connect
        self.lease_s = lease_s
        self.board: Switchboard | None = None
        self.tenures: dict[int, Tenure] = {}
        self.tasks: dict[int, asyncio.Task[None]] = {}
        self.left_alone: dict[int, float] = {}
        self.free_since: dict[int, float] = {}
        self.draining = False
        self.turned_at = parts.monotonic()
        self.wake = asyncio.Event()

    async def run(self) -> None:
        """Look after floors until ``drain``; returns when the last one has been given back."""
        exchanging = asyncio.create_task(self.exchange())
        clock = self.parts.clock
        try:
            while not (self.draining and not self.tasks):
                if exchanging.done():
                    # Without it no floor hears anything: better to end, and be started anew.
                    exchanging.result()
                try:
                    self.turn()
                    self.turned_at = self.parts.monotonic()
                except StoreError as error:
                    self.parts.tell("turn_failed", "", reason=str(error))
                self.wake.clear()
                await clock.wait(clock.now() + self.lease_s / TURNS_A_LEASE, self.wake)
        finally:
            exchanging.cancel()
            for task in self.tasks.values():
                task.cancel()
            await asyncio.gather(exchanging, *self.tasks.values(), return_exceptions=True)
            self.hang_up()
        try:
            self.store.sign_off(self.name)
        except StoreError as error:
            self.parts.tell("turn_failed", "", reason=str(error))

    def drain(self) -> None:
        """Take no more floors, and give back those that there are."""
        self.draining = True
        for tenure in self.tenures.values():
            tenure.end("the process is being drained")
        self.wake.set()

    def silent_s(self) -> float:
        """For how long no turn has come to its end (seconds)."""
        return self.parts.monotonic() - self.turned_at

    def heard(self, floors: set[int]) -> None:
        """The database tells of news for floors."""
        for floor in floors:
            if floor in self.tenures:
                self.tenures[floor].look_now()
            else:
                self.wake.set()

    def turn(self) -> None:
        """Say that this process is there, renew its leases, take and give back floors. Raises StoreError."""
        store, now = self.store, self.parts.monotonic()
        self.report_skew()
        takes = self.board is not None and not self.draining
        store.sign_on(self.name, self.lease_s, takes_floors=takes)
        self.renew()
        plans = {plan.floor: plan for plan in store.floor_plans()}
        for floor, tenure in self.tenures.items():
            self.revise(tenure, plans.get(floor))
        shares = Shares.of(self.name, list(plans.values()), store.leases(), store.workers())
        self.free_since = {floor: self.free_since.get(floor, now) for floor in shares.free}
        if not takes:
            return
        stranded_before = now - STRANDED_AFTER_LEASES * self.lease_s
        stranded = [floor for floor, since in self.free_since.items() if since < stranded_before]
        self.left_alone = {floor: until for floor, until in self.left_alone.items() if until > now}
        for floor in shares.to_take(self.left_alone, stranded):
            if floor not in self.tasks:
                self.take(plans[floor])
        if shares.hands_over():
            next(reversed(self.tenures.values())).end("another process has fewer floors")

    def report_skew(self) -> None:
        """Go by the database's clock, and say so where this machine's is off."""
        clock = self.parts.clock
        if isinstance(clock, SharedClock):
            before_s = clock.ahead_s
            ahead_s = clock.measure(self.store.clock)
            if abs(ahead_s) > SKEW_REPORTED_S and abs(ahead_s - before_s) > SKEW_REPORTED_S:
                self.parts.tell("clock_skew", "", database_ahead_s=round(ahead_s, 3))

    def renew(self) -> None:
        """Keep the floors of this process; one that is somebody else's by now is let go."""
        for tenure in self.tenures.values():
            if not tenure.ending and not self.keep(tenure):
                tenure.end("another process has the floor")

    def keep(self, tenure: Tenure) -> bool:
        """Renew a floor's lease; whether it is this process's still. Raises StoreError."""
        asked_at = self.parts.monotonic()
        if not self.store.take_lease(tenure.plan.floor, self.name, self.lease_s):
            return False
        tenure.held_until = asked_at + self.lease_s
        return True

    def keep_late(self, tenure: Tenure) -> bool:
        """Renew a lease that has run out; not where the database does not answer, for others may be there."""
        try:
            return self.keep(tenure)
        except StoreError:
            return False

    def revise(self, tenure: Tenure, plan: FloorPlan | None) -> None:
        """Have a floor's new settings taken; one that is not to be looked after any more is given back.

        One that is about to be given back is left to the next process: its lease is not renewed any more.
        """
        if tenure.is_over():
            return
        if plan is None:
            tenure.end("no worker is to look after the floor any more")
            return
        try:
            tenure.revise(plan)
        except UsageError as error:
            self.parts.tell("settings_refused", plan.name, reason=str(error))

    def take(self, plan: FloorPlan) -> None:
        """Take a floor, if it is still free, and begin to look after it."""
        asked_at = self.parts.monotonic()
        if not self.store.take_lease(plan.floor, self.name, self.lease_s):
            return
        tenure = Tenure(self.parts, plan, asked_at + self.lease_s, lambda: self.board, self.keep_late)
        self.tenures[plan.floor] = tenure
        self.tasks[plan.floor] = asyncio.create_task(self.look_after(tenure), name=f"floor {plan.name}")

    async def look_after(self, tenure: Tenure) -> None:
        """Look after a floor, and give it back."""
        floor, name = tenure.plan.floor, tenure.plan.name
        try:
            await tenure.run()
        except Exception as error:
            # Whatever it is, the other floors go on, and this one is tried elsewhere.
            tenure.end(f"failed: {error}")
            self.left_alone[floor] = self.parts.monotonic() + LEFT_ALONE_S
        finally:
            del self.tenures[floor], self.tasks[floor]
            reason = tenure.ending or "the lease could not be renewed in time"
            try:
                self.store.release_lease(floor, self.name)
                self.store.wake(floor)
            except StoreError as error:
                reason += f"; the lease runs out by itself, as {error}"
            self.parts.tell("floor_given_back", name, reason=reason)
            self.wake.set()

    async def exchange(self) -> None:
        """Keep a connection to the carrier, and hand out what it tells, for as long as the process lives."""
        wait_s = AGAIN_AFTER_S
        lost_at: float | None = None
        while True:
            try:
                board = self.board or await self.open_board()
                wait_s, lost_at = AGAIN_AFTER_S, None
                await self.parts.clock.wait(board.next_due(), board.wake)
                board.wake.clear()
                board.exchange(self.parts.clock.now())
                await asyncio.sleep(0)
            except ConnectionError as error:
                self.hang_up()
                now = self.parts.monotonic()
                if lost_at is None:
                    lost_at = now
                    self.parts.tell("carrier_lost", "", reason=str(error))
                if now - lost_at > self.lease_s:
                    # Somebody else may reach it.
                    for tenure in self.tenures.values():
                        tenure.end("this process has no carrier")
                await self.parts.clock.wait(self.parts.clock.now() + wait_s, asyncio.Event())
                wait_s = min(2 * wait_s, AGAIN_AFTER_MOST_S)

    async def open_board(self) -> Switchboard:
        """Connect to the carrier. Raises ConnectionError."""
        self.board = Switchboard(await self.connect())
        for tenure in self.tenures.values():
            tenure.look_now()
        self.wake.set()
        return self.board

    def hang_up(self) -> None:
        """Let go of the carrier."""
        if self.board is not None:
            self.board.cut_all("the connection to the carrier was lost")
            self.board.carrier.close()
        self.board = None
