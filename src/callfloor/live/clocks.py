"""The time by which a live floor runs: that of the world, or that of a simulated one at any pace."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """Tells the time (UTC seconds) and waits for it."""

    def now(self) -> float:
        """The time now."""

    async def wait(self, until: float, wake: asyncio.Event) -> None:
        """Return at `until`, or earlier if `wake` is set."""


class UtcClock:
    """The clock of the world."""

    def now(self) -> float:
        """The time now."""
        return time.time()

    async def wait(self, until: float, wake: asyncio.Event) -> None:
        """Return at `until`, or earlier if `wake` is set."""
        timeout_s = until - time.time()
        if timeout_s <= 0 or wake.is_set():
            # Others get a turn all the same.
            await asyncio.sleep(0)
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if math.isinf(timeout_s) else timeout_s):
                await wake.wait()


class SharedClock:
    """The clock of the world as a database has it, so that all processes that share the database agree.

    `ahead_s` is how much the database's clock is ahead of this machine's, as it was measured last.
    """

    def __init__(self, own: Clock | None = None) -> None:
        """`own` is this machine's clock, where it is not the world's."""
        self.own = UtcClock() if own is None else own
        self.ahead_s = 0.0

    def now(self) -> float:
        """The time now."""
        return self.own.now() + self.ahead_s

    async def wait(self, until: float, wake: asyncio.Event) -> None:
        """Return at `until`, or earlier if `wake` is set."""
        await self.own.wait(until - self.ahead_s, wake)

    def measure(self, clock: Callable[[], float]) -> float:
        """Ask the database for its time; return by how much it is ahead now (seconds)."""
        before = self.own.now()
        found = clock()
        self.ahead_s = found - (before + self.own.now()) / 2
        return self.ahead_s


class PacedClock:
    """The clock of a simulated world: it stands still until everything due at an instant has been done.

    So a run gives the same figures at every speed, and on every machine; one that cannot keep up takes
    longer. `speed` is simulated seconds a second.
    """

    def __init__(self, start: float, speed: float) -> None:
        self.at = start
        self.start = start
        self.speed = speed
        self.started = time.monotonic()

    def now(self) -> float:
        """The simulated time."""
        return self.at

    def pace(self) -> float:
        """Where the simulated time should be by now."""
        return self.start + (time.monotonic() - self.started) * self.speed

    async def wait(self, until: float, wake: asyncio.Event) -> None:
        """Return at `until`, or earlier if `wake` is set."""
        ahead_s = (until - self.pace()) / self.speed
        if ahead_s > 0:
            try:
                await asyncio.wait_for(wake.wait(), None if math.isinf(ahead_s) else ahead_s)
            except TimeoutError:
                self.at = max(self.at, until)
            else:
                self.at = max(self.at, min(until, self.pace()))
        else:
            self.at = max(self.at, until)
