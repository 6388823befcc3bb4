"""The live answers of a legal window, by parts of it, so that what is older than the window drops out."""

from __future__ import annotations

from dataclasses import field

from callfloor.floor.units import Code, Count, Counts, Seconds, grow_counts, new_counts, record

LEDGER_PARTS: Count = 32
"""Room for the parts of a legal window, and the one that begins."""


WINDOW_NAMES = ("30d", "24h")
WINDOW_PARTS: tuple[Count, ...] = (30, 24)
WINDOW_PART_S: tuple[Seconds, ...] = (86400.0, 3600.0)
"""Legal windows: 30 days (United States, 16 CFR 310.4(b)(4)), 24 hours (United Kingdom, Ofcom)."""


@record
class Ledger:
    """Live answers of the legal window, connected and abandoned, by parts of it."""

    parts: Count = 30  # of the window
    part_s: Seconds = 86400.0
    part: Count = -1  # the one that passes, counted from 1970
    connected: Counts = field(default_factory=new_counts)  # by part modulo LEDGER_PARTS
    abandoned: Counts = field(default_factory=new_counts)
    connected_in_all: Count = 0
    abandoned_in_all: Count = 0


def open_window(ledger: Ledger, window: Code) -> None:
    """Count in a legal window from now on. What was counted in another is gone."""
    parts = WINDOW_PARTS[window]
    part_s = WINDOW_PART_S[window]
    if ledger.parts == parts and ledger.part_s == part_s:
        return
    ledger.parts = parts
    ledger.part_s = part_s
    ledger.part = -1
    ledger.connected_in_all = 0
    ledger.abandoned_in_all = 0
    for place in range(len(ledger.connected)):
        ledger.connected[place] = 0
        ledger.abandoned[place] = 0


def pass_on(ledger: Ledger, now: Seconds) -> None:
    """Let time pass: what is older than the legal window counts no more."""
    part = int(now / ledger.part_s)
    grow_counts(ledger.connected, LEDGER_PARTS)
    grow_counts(ledger.abandoned, LEDGER_PARTS)
    if ledger.part < 0 or part > ledger.part + LEDGER_PARTS:
        ledger.part = part - LEDGER_PARTS
    while ledger.part < part:
        ledger.part += 1
        clear_part(ledger, ledger.part)
        clear_part(ledger, ledger.part - ledger.parts)


def clear_part(ledger: Ledger, part: Count) -> None:
    """Forget what a cell holds, whichever part it was of."""
    place = part & (LEDGER_PARTS - 1)
    ledger.connected_in_all -= ledger.connected[place]
    ledger.abandoned_in_all -= ledger.abandoned[place]
    ledger.connected[place] = 0
    ledger.abandoned[place] = 0
