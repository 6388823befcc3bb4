"""States and provinces, postal codes and time zones as people and Excel write them."""

from __future__ import annotations

import re
import unicodedata
import zoneinfo
from functools import cache, lru_cache

STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas",
    "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts",
    "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana",
    "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico",
    "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma",
    "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina",
    "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip
"""The 50 states and the District of Columbia, by postal code."""

TERRITORIES = {
    "AS": "American Samoa", "GU": "Guam", "MP": "Northern Mariana Islands", "PR": "Puerto Rico",
    "VI": "US Virgin Islands", "AA": "Armed Forces Americas", "AE": "Armed Forces Europe",
    "AP": "Armed Forces Pacific",
}  # fmt: skip
"""What else an American address can have in a state's place."""

PROVINCES = {
    "AB": "Alberta", "BC": "British Columbia", "MB": "Manitoba", "NB": "New Brunswick",
    "NL": "Newfoundland and Labrador", "NS": "Nova Scotia", "NT": "Northwest Territories", "NU": "Nunavut",
    "ON": "Ontario", "PE": "Prince Edward Island", "QC": "Quebec", "SK": "Saskatchewan", "YT": "Yukon",
}  # fmt: skip
"""Canada's provinces and territories, by postal code."""

PLACES = STATES | TERRITORIES | PROVINCES

_OTHER_NAMES = {
    "washingtondc": "DC", "virginislands": "VI", "newfoundland": "NL", "labrador": "NL", "pei": "PE",
    "yukonterritory": "YT", "washingtonstate": "WA", "newyorkstate": "NY", "nf": "NL", "pq": "QC",
}  # fmt: skip

_ZIP = re.compile(r"(\d{3,5})(?:\.0+|-)?|(\d{3,5})-(\d{4})|(\d{5})(\d{4})", re.ASCII)
_CANADIAN = re.compile(r"([ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z])[ -]?(\d[ABCEGHJ-NPRSTV-Z]\d)", re.ASCII)


def _letters(text: str) -> str:
    """The letters of a name without accents, case or punctuation."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalpha())


@cache
def _codes_by_letters() -> dict[str, str]:
    names = {_letters(name): code for code, name in PLACES.items()}
    return names | {_letters(code): code for code in PLACES} | _OTHER_NAMES


@lru_cache(maxsize=4096)
def state_code(text: str) -> str:
    """Return the postal code of a US state or Canadian province, given as code (`N.Y.`) or name (`Québec`).

    Raises
    ------
    ValueError
        it is neither.
    """
    code = _codes_by_letters().get(_letters(text))
    if code is None or not any(c.isalpha() for c in text) or any(c.isdigit() for c in text):
        raise ValueError("is no US state and no Canadian province")
    return code


def postal_code(text: str) -> str:
    """Return a US ZIP code (`10001` or `10001-1234`) or a Canadian postal code (`M5V 3L9`) in its usual form.

    Excel drops the zeros in front of a ZIP code (`2134` for Boston's 02134): they are put back.

    Raises
    ------
    ValueError
        it is neither.
    """
    text = text.strip().upper()
    if match := _ZIP.fullmatch(text):
        short, front, plus, long_front, long_plus = match.groups()
        if short:
            return short.zfill(5)
        return f"{(front or long_front).zfill(5)}-{plus or long_plus}"
    if match := _CANADIAN.fullmatch(text):
        return f"{match[1]} {match[2]}"
    raise ValueError("is no US ZIP code and no Canadian postal code")


@cache
def _zones_by_lower_case() -> dict[str, str]:
    return {
        name.lower(): name
        for name in zoneinfo.available_timezones()
        if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/"))
    }


@lru_cache(maxsize=1024)
def time_zone_name(text: str) -> str:
    """Return the IANA name of a time zone (`America/New_York`), in the case in which IANA writes it.

    Abbreviations are refused, though `EST` is in the IANA database: it stays behind by an hour in summer,
    and a call in the last lawful hour would come too late.

    Raises
    ------
    ValueError
        it is no place's time zone.
    """
    name = _zones_by_lower_case().get(text.strip().replace(" ", "_").lower())
    if name is None:
        raise ValueError("is no IANA time zone such as America/New_York")
    return name
