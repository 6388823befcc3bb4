"""What an area code of the US or Canada tells: the state and the time zones; and made-up numbers that fit.

A number is E.164 as an integer without the plus: 12125550100.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import gcd

from callfloor.leads.places import STATES
from callfloor.people.random import mix


@dataclass(frozen=True, slots=True)
class AreaCode:
    """A geographic area code, the states it serves and every time zone that a number in it can be in."""

    code: int
    states: tuple[str, ...]
    time_zones: tuple[str, ...]


@cache
def area_codes() -> dict[int, AreaCode]:
    """Every geographic area code of the US and Canada; tools/make_area_codes.py writes the file."""
    text = (resources.files("callfloor.leads") / "area_codes.csv").read_text(encoding="utf-8")
    return {
        int(row["area_code"]): AreaCode(
            int(row["area_code"]), tuple(row["state"].split("|")), tuple(row["time_zones"].split("|"))
        )
        for row in csv.DictReader(text.splitlines())
    }


def area_of(number: int) -> AreaCode | None:
    """Return the area code of a number, None where it is not a geographic one of the US or Canada."""
    # Eleven digits of which the first is 1: anything else has no such code.
    return area_codes().get(number // 10_000_000 - 1000)


def state_of(number: int) -> str | None:
    """Return the state or province of a number's area code, None where it is unknown or not one alone."""
    area = area_of(number)
    return area.states[0] if area is not None and len(area.states) == 1 else None


def time_zones_of(number: int) -> tuple[str, ...]:
    """Return the IANA names of every time zone that the number can be in, sorted; empty: unknown.

    A US or Canadian number goes by its area code as a whole, since phonenumbers guesses where an area code is
    split between zones. A number elsewhere goes by phonenumbers; a toll-free one can be anywhere.
    """
    area = area_of(number)
    if area is not None:
        return area.time_zones
    import phonenumbers
    from phonenumbers import timezone

    try:
        parsed = phonenumbers.parse(f"+{number}")
    except phonenumbers.NumberParseException:
        return ()
    return tuple(sorted(zone for zone in timezone.time_zones_for_number(parsed) if zone != "Etc/Unknown"))


_LINES = 10_000
_HALF_BITS = 16
_HALF_MASK = (1 << _HALF_BITS) - 1


@cache
def _made_up_prefixes() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Area codes of one US state each, and the exchanges that are open in all of them."""
    # 983 has no exchanges from 600 to 699 yet.
    codes = tuple(sorted(a.code for a in area_codes().values() if a.states[0] in STATES and a.code != 983))
    # N11 are services, 555 directory assistance and fiction, 976 charges the caller.
    exchanges = tuple(e for e in range(200, 1000) if e % 100 != 11 and e not in (555, 976))
    return codes, exchanges


def made_up_count() -> int:
    """How many made-up numbers a seed has before they repeat: about 2.8 thousand million."""
    codes, exchanges = _made_up_prefixes()
    return len(codes) * len(exchanges) * _LINES


def made_up_number(seed: int, index: int) -> int:
    """Return a number that looks real: an area code of a US state, an open exchange, any line.

    A pure function of seed and index; within a seed the numbers from 0 to `made_up_count()` - 1 are all
    different. They may be somebody's: never give them to a carrier that can reach the public network.

    Raises
    ------
    ValueError
        the index is negative or not less than `made_up_count()`.
    """
    codes, exchanges = _made_up_prefixes()
    count = len(codes) * len(exchanges) * _LINES
    if not 0 <= index < count:
        raise ValueError(f"index {index}: expected 0 to {count - 1}")
    place = _permuted(seed, index)
    # A Feistel network permutes all of 2**32; walking on until the place is inside permutes the inside.
    while place >= count:
        place = _permuted(seed, place)
    place, line = divmod(place, _LINES)
    code, exchange = divmod(place, len(exchanges))
    return 10_000_000_000 + codes[code] * 10_000_000 + exchanges[exchange] * 10_000 + line


@cache
def _prefixes_in(state: str) -> tuple[int, ...]:
    """The area codes that are a state's alone."""
    codes, _ = _made_up_prefixes()
    return tuple(code for code in codes if area_codes()[code].states == (state,))


def made_up_number_in(state: str, seed: int, index: int) -> int:
    """Return a number that looks real and has one of a state's own area codes.

    A pure function of its arguments; within a state and seed the numbers of the first seven million indexes
    are all different. They may be somebody's: see `made_up_number`.

    Raises
    ------
    ValueError
        no area code is the state's alone, or the index is negative.
    """
    codes = _prefixes_in(state)
    if not codes or index < 0:
        raise ValueError(
            f"{state}, {index}: expected a state with area codes of its own, and an index from 0"
        )
    _, exchanges = _made_up_prefixes()
    count = len(codes) * len(exchanges) * _LINES
    # Steps of nearly the golden section's length, without a common factor: every place once, all scattered.
    step = int(count * 0.6180339887498949)
    while gcd(step, count) > 1:
        step += 1
    place, line = divmod((index * step + mix(seed, 0, 0)) % count, _LINES)
    code, exchange = divmod(place, len(exchanges))
    return 10_000_000_000 + codes[code] * 10_000_000 + exchanges[exchange] * 10_000 + line


def _permuted(seed: int, place: int) -> int:
    """One of the 2**32 places for another, one to one: a Feistel network of four rounds."""
    left, right = place >> _HALF_BITS, place & _HALF_MASK
    for turn in range(4):
        left, right = right, left ^ (mix(seed, turn, right) & _HALF_MASK)
    return (left << _HALF_BITS) | right
