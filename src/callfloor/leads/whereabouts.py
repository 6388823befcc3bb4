"""Where a person may be: every time zone and every place whose rules may hold for them.

Their own address or time zone comes first; else every zone and state that their number may be in. What
contradicts itself counts twice: a call must be lawful in all of the zones and by the rules of all places.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from callfloor.leads.area_codes import area_codes, area_of, time_zones_of
from callfloor.leads.places import PLACES, PROVINCES
from callfloor.leads.postal_codes import states_of_postal_code, zone_of_postal_code

TERRITORY_ZONES = {
    "AS": ("Pacific/Pago_Pago",),
    "GU": ("Pacific/Guam",),
    "MP": ("Pacific/Guam",),
    "PR": ("America/Puerto_Rico",),
    "VI": ("America/Puerto_Rico",),
}
"""Those of the territories that have no area code in the list."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """`zones` are IANA names, `places` such as `US-FL` or `GB`; both sorted. Empty: unknown."""

    zones: tuple[str, ...]
    places: tuple[str, ...]


def whereabouts_of(
    number: int, state: str | None = None, postal_code: str | None = None, time_zone: str | None = None
) -> Whereabouts:
    """Where the person of a number (E.164 without the plus) may be; what is None is not known of them."""
    # All numbers of an American area code are alike, so that a list has few different answers.
    alike = number - number % 10_000_000 if area_of(number) is not None else number
    enough = None if not postal_code else postal_code[: 5 if postal_code.startswith("967") else 3]
    return _found(alike, state, enough, time_zone)


@lru_cache(maxsize=16_384)
def _found(number: int, state: str | None, postal: str | None, time_zone: str | None) -> Whereabouts:
    states = {state} if state in PLACES else set()
    if postal is not None and (not states or area_of(number) is not None):
        states |= set(states_of_postal_code(postal))
    by_number = _by_number(number)
    zones = {zone for each in states for zone in zones_of_state(each)}
    if postal is not None and len(states) == 1 and zone_of_postal_code(postal):
        zones = {zone_of_postal_code(postal)}
    places = {place_of(each) for each in states}
    if states and not _is_american(number):
        # An address here and a number elsewhere: who knows where it rings.
        zones |= set(by_number.zones)
        places |= set(by_number.places)
    if time_zone is not None and not is_time_zone(time_zone):
        # Of another machine, or written by hand: nobody knows by which clock.
        return Whereabouts((), tuple(sorted(places)))
    if time_zone is not None:
        if places:
            told_twice = any(same_clock(time_zone, zone) for zone in zones)
            zones = {time_zone} if told_twice and len(states) <= 1 else zones | {time_zone}
        else:
            zones = {time_zone}
            places = _places_by_zone(time_zone, by_number)
    elif not places:
        zones, places = set(by_number.zones), set(by_number.places)
    return Whereabouts(tuple(sorted(zones)), tuple(sorted(places)))


def _places_by_zone(time_zone: str, by_number: Whereabouts) -> set[str]:
    """The places where somebody may live of whom the time zone is given, and no address.

    Where the number's place has another clock, they have moved: anywhere where the clocks are such, in the
    number's country, and the rules of the number's own place may hold all the same.
    """
    if any(same_clock(time_zone, zone) for zone in by_number.zones) and by_number.places:
        return set(by_number.places)
    countries = {place.partition("-")[0] for place in by_number.places} or {"US", "CA"}
    there = {
        place_of(state)
        for state in PLACES
        if place_of(state).partition("-")[0] in countries
        and any(same_clock(time_zone, zone) for zone in zones_of_state(state))
    }
    return there | set(by_number.places)


def place_of(state: str) -> str:
    """`US-FL` for `FL`, `CA-ON` for `ON`."""
    return f"CA-{state}" if state in PROVINCES else f"US-{state}"


@cache
def zones_of_state(state: str) -> tuple[str, ...]:
    """Every time zone of a state or province; empty for the addresses of armed forces abroad."""
    found = {zone for area in area_codes().values() if state in area.states for zone in area.time_zones}
    return tuple(sorted(found)) or TERRITORY_ZONES.get(state, ())


def _is_american(number: int) -> bool:
    return 10_000_000_000 <= number < 20_000_000_000


def _by_number(number: int) -> Whereabouts:
    """Where a number may be, as far as it tells."""
    area = area_of(number)
    if area is not None:
        return Whereabouts(area.time_zones, tuple(sorted(place_of(state) for state in area.states)))
    country = _country_of(number)
    zones = time_zones_of(number)
    if country in TERRITORY_ZONES:
        return Whereabouts(zones, (f"US-{country}",))
    return Whereabouts(zones, (country,) if country else ())


def _country_of(number: int) -> str:
    """The country of a number, "" where it is none's or rings anywhere, as toll-free ones do."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(f"+{number}")
    except phonenumbers.NumberParseException:
        return ""
    kind = phonenumbers.PhoneNumberType
    if phonenumbers.number_type(parsed) not in (kind.FIXED_LINE, kind.MOBILE, kind.FIXED_LINE_OR_MOBILE):
        return ""
    region = phonenumbers.region_code_for_number(parsed) or ""
    # An area code of the US or Canada that the list does not have: new, or of no place.
    return "" if region in ("US", "CA", "001") else region


@cache
def is_time_zone(name: str) -> bool:
    """Whether this machine knows the clocks of a zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@cache
def same_clock(zone: str, other: str) -> bool:
    """Whether clocks in two zones agree all year round, as they are set these days."""
    if zone == other:
        return True
    moments = [
        datetime.datetime(year, month, day, 12, tzinfo=datetime.UTC)
        for year in (2026, 2027)
        for month in range(1, 13)
        for day in (1, 15)
    ]
    one, two = ZoneInfo(zone), ZoneInfo(other)
    return all(one.utcoffset(at) == two.utcoffset(at) for at in (m.replace(tzinfo=None) for m in moments))
