"""States and inputs as numbers."""

from __future__ import annotations

from typing import Final

from tiny.floor.units import Code, Count, Rate, Seconds

NEVER: Seconds = float("inf")
"""Later than any time."""
UNKNOWN = -1
IDLE: Code = 0
BUSY: Code = 1
GONE: Final = 2
STATES = GONE + 1
DAY_S: Seconds = 24 * 3600
MANY: Count = 5_000_000_000
LIMIT = 2**14
NAMES = ("idle", "busy", "gone")
TITLES: dict[Code, str] = {IDLE: "Idle", BUSY: "Busy"}
AT_WORK: tuple[Code, ...] = (IDLE, BUSY)
RATES: tuple[Rate, ...] = (0.5, 1.0, 0.25)
NEXT: tuple[tuple[Code, ...], ...] = (
    # idle   busy  gone
    (BUSY, UNKNOWN, UNKNOWN),  # start
    (UNKNOWN, IDLE, UNKNOWN),  # stop
    (GONE, GONE, UNKNOWN),  # leave
)
