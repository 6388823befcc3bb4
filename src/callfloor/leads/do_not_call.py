"""Do-not-call registers: how long one may be used."""

from __future__ import annotations

REGISTER_MAX_AGE_DAYS = 31
"""A register that is older must not be used (16 CFR 310.4(b)(3)(iv))."""

DAY_S = 86400.0
MISSING = 0.0
"""In the place of a time until which a register is fresh: it never was."""


def fresh_until(dated_at: float) -> float:
    """Until when a register may be used that was right on the day that begins at `dated_at` (UTC seconds)."""
    return dated_at + REGISTER_MAX_AGE_DAYS * DAY_S
