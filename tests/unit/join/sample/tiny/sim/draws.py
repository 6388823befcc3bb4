"""Random draws: words, and distributions of them."""

from __future__ import annotations

from math import cos, exp, floor, inf, isfinite, log, log1p, pi, pow, sin, sqrt  # noqa: A004

from tiny.floor.units import Count, Flag, Id, Rate, Seconds, Word

__all__ = [
    "GAMMA",
    "bits_of",
    "chosen",
    "exponential",
    "formula",
    "half_up",
    "mix",
    "normal",
    "to_count",
    "uniform",
]

MASK64: Word = 0xFFFF_FFFF_FFFF_FFFF
GAMMA: Word = 0x9E37_79B9_7F4A_7C15
STEP = 2.0**-53


def mix(seed: Word, entity: Id, purpose: Count = 1) -> Word:
    """64 bits that depend on all three; an id may be negative."""
    bits = 0
    bits = (bits ^ seed) + GAMMA & MASK64
    bits = ((bits ^ entity) * 0xBF58_476D_1CE4_E5B9) & MASK64
    bits ^= bits >> 27
    bits = (bits + purpose * GAMMA) & MASK64
    bits = ((bits ^ (bits >> 30)) * 0x94D0_49BB_1331_11EB) & MASK64
    return bits ^ (bits >> 31)


def uniform(bits: Word) -> Rate:
    """In [0, 1)."""
    return (bits >> 11) * 2.0**-53


def half_up(bits: Word) -> Rate:
    """In (0, 1)."""
    return ((bits >> 12) + 0.5) * (2.0 * STEP)


def exponential(seed: Word, entity: Id, mean_s: Seconds) -> Seconds:
    """A time to wait."""
    return -mean_s * log(half_up(mix(seed, entity)))


def normal(seed: Word, entity: Id) -> Rate:
    """By Box and Muller."""
    radius = sqrt(-2.0 * log(half_up(mix(seed, entity, 1))))
    angle = 2.0 * pi * uniform(mix(seed, entity, 2))
    return radius * cos(angle) if mix(seed, entity, 3) & 1 else radius * sin(angle)


def bits_of(bits: Word, other: Word) -> Word:
    """Every operator on words."""
    spread = (bits << 13 | bits >> 51) & MASK64
    less = (bits - other) & 0xFFFF_FFFF
    kept = ~bits & other | (-bits & MASK64)
    if bits % 7 > other % 5 or bits // 3 == other or not bits & 1:
        kept ^= other
    chosen_bits = max(spread, other) if bits > other else 0
    return (spread ^ less ^ kept) + chosen_bits & MASK64


def chosen(bits: Word, count: Count) -> Count:
    """One of `count`, below 2 to the 31st."""
    return int(bits >> 33) * count >> 31


def to_count(bits: Word) -> Count:
    """The number as a count; raises OverflowError above 63 bits when compiled."""
    return int(bits)


def formula(which: Count, x: Seconds, y: Seconds) -> Seconds:
    """A function of the math module, by number."""
    if which == 0:
        return log(x)
    if which == 1:
        return exp(x)
    if which == 2:
        return sqrt(x)
    if which == 3:
        return sin(x)
    if which == 4:
        return cos(x)
    if which == 5:
        return pow(x, y)
    if which == 6:
        return log1p(x)
    if which == 7:
        return float(floor(x))
    if which == 8:
        return x / (1.0 + exp(-y)) if isfinite(x) else inf
    return log(2.0) + exp(0.1) + pow(x, 0.5) + pow(3.0, 0.1)


def is_odd(bits: Word) -> Flag:
    """Whether the last bit is set."""
    return bits & 1 != 0
