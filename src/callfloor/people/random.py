"""Counter-based random draws: each a pure function of the words that name it, with no state between draws.

The mixing is that of ``callfloor.people.draws``. Words are taken in one after another, so that their order
counts: `mix(1, 2)` and `mix(2, 1)` have nothing in common.
"""

from __future__ import annotations

from callfloor.people.draws import MASK64, take_in, uniform_of


def mix(*words: int) -> int:
    """Return 64 well-mixed bits, 0 to 2**64 - 1, that depend on every word (taken modulo 2**64)."""
    bits = 0
    for word in words:
        bits = take_in(bits, word & MASK64)
    return bits


def uniform(*words: int) -> float:
    """Return a number uniform in the open interval (0, 1): never 0 and never 1, so that its log is finite."""
    return uniform_of(mix(*words))
