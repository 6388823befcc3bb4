"""Durations as people write them: seconds as a number, or a text with a unit."""

from __future__ import annotations

import math
import re

SECONDS_PER_UNIT = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
"""What a duration's last letter stands for."""

EXPECTED_DURATION = 'expected seconds as a number, or a text such as "90s", "30m" or "8h"'

_WRITTEN = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*([smh]?)", re.ASCII)


def seconds(text: str | float) -> float:
    """Return a duration in seconds: 90, 1.5, "90", "90s", "30m" and "8h" are durations.

    Raises ValueError, whose message says what was expected and what was found, for anything else:
    another unit, a negative number, one that is not finite, True and False.
    """
    if isinstance(text, str):
        written = _WRITTEN.fullmatch(text.strip().lower())
        value = float(written[1]) * SECONDS_PER_UNIT[written[2]] if written else math.nan
    else:
        try:
            value = math.nan if isinstance(text, bool) else float(text)
        except (TypeError, OverflowError):
            value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{EXPECTED_DURATION}, found {text!r}")
    return value
