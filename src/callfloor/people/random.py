"""Counter-based random draws: each a pure function of the words that name it, with no state between draws.

The finaliser is that of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
OOPSLA 2014; constants of Stafford's variant 13). Words are taken in one after another, so that their order
counts: `mix(1, 2)` and `mix(2, 1)` have nothing in common.
"""

from __future__ import annotations

_MASK = 0xFFFF_FFFF_FFFF_FFFF
_GAMMA = 0x9E37_79B9_7F4A_7C15


def mix(*words: int) -> int:
    """Return 64 well-mixed bits, 0 to 2**64 - 1, that depend on every word (taken modulo 2**64)."""
    bits = 0
    for word in words:
        bits = ((bits ^ word) + _GAMMA) & _MASK
        bits = ((bits ^ (bits >> 30)) * 0xBF58_476D_1CE4_E5B9) & _MASK
        bits = ((bits ^ (bits >> 27)) * 0x94D0_49BB_1331_11EB) & _MASK
        bits ^= bits >> 31
    return bits


def uniform(*words: int) -> float:
    """Return a number uniform in the open interval (0, 1): never 0 and never 1, so that its log is finite."""
    # 52 bits and a half: with 53 the largest would be rounded up to 1.
    return ((mix(*words) >> 12) + 0.5) * 2.0**-52
