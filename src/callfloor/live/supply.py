"""Numbers that are made up where a claim finds too few leads: for a carrier that calls nobody."""

from __future__ import annotations

from collections.abc import Callable

from callfloor.leads.whereabouts import whereabouts_of
from callfloor.stores.port import ClaimTerms

Supply = Callable[[int], list[int]]
"""Given a count, that many made-up numbers (E.164 without the plus)."""

SUPPLY_TRIES = 5
"""How often numbers are made up until enough of them may be called now."""


def made_up(supply: Supply, count: int, terms: ClaimTerms, now: float) -> list[int]:
    """Up to `count` made-up numbers that may be called now: others would only pile up in the store."""
    if terms.hours is None:
        return supply(count)
    found: list[int] = []
    for _ in range(SUPPLY_TRIES):
        for number in supply(count - len(found)):
            lawful = terms.hours.at(whereabouts_of(number), now)
            if lawful.from_s <= now:
                found.append(number)
    return found
