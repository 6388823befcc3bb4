"""Virtual time: what happens next happens next, in an order that the seed decides."""

from __future__ import annotations

import random
import types
from collections.abc import Callable, Generator
from heapq import heappop, heappush
from typing import Any

START = 1_800_000_000.0
"""08:00 UTC on Friday, 15 January 2027; 03:00 in New York."""


class Calendar:
    """What will happen. Of several things at one instant a draw decides which comes first."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed).random
        self.now = START
        self.entries: list[tuple[float, float, int, Callable[[], None]]] = []
        self.added = 0

    def at(self, time: float, happen: Callable[[], None]) -> None:
        """Have something happen at a time, or now where that is over."""
        self.added += 1
        heappush(self.entries, (max(time, self.now), self.draw(), self.added, happen))

    def run_until(self, until: float, finished: Callable[[], bool] = lambda: False) -> None:
        """Let everything happen up to a time; from within something that happens, to let time pass in it."""
        while self.entries and self.entries[0][0] <= until and not finished():
            time, _, _, happen = heappop(self.entries)
            # Time may have passed inside of what happened before.
            self.now = max(self.now, time)
            happen()
        if not finished():
            self.now = max(self.now, until)


@types.coroutine
def pause(until: float) -> Generator[float, None, Any]:
    """Suspend a coroutine that the simulation drives until a time (seconds of the calendar)."""
    yield until
