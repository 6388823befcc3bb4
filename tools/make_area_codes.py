"""Write src/callfloor/leads/area_codes.csv from the data that phonenumbers carries.

Run it after an upgrade of phonenumbers: `python tools/make_area_codes.py`. An area code's time zones are
every zone that any of its exchanges is in: who calls by them must keep lawful hours in all of them.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

from phonenumbers import PhoneMetadata
from phonenumbers.geodata import GEOCODE_DATA
from phonenumbers.tzdata import TIMEZONE_DATA

from callfloor.leads.places import PLACES, state_code

TARGET = Path(__file__).parents[1] / "src" / "callfloor" / "leads" / "area_codes.csv"

SPELLINGS = {
    "Washington State": "WA",
    "Washington D.C.": "DC",
    "British Colombia": "BC",
    "Nova Scotia/Prince Edward Island": "NS|PE",
    "Northwest Territories/Nunavut/Yukon": "NT|NU|YT",
}

OVERLAID = {
    236: 250, 364: 270, 367: 418, 448: 850, 458: 541, 474: 306, 581: 418, 639: 306, 672: 250, 778: 250,
    879: 709, 930: 812, 986: 208,
}  # fmt: skip
"""Area codes that serve another's area. They are younger, and phonenumbers knows only their main zone."""


def geographic_codes(region: str) -> list[int]:
    """Area codes of the region's ordinary numbers."""
    metadata = PhoneMetadata.metadata_for_region(region)
    assert metadata is not None
    assert metadata.fixed_line is not None
    pattern = str(metadata.fixed_line.national_number_pattern)
    # The line 7345678 finds a code where exchanges that begin with another digit are not in use.
    return [
        code
        for code in range(200, 1000)
        if re.fullmatch(pattern, f"{code}2345678") or re.fullmatch(pattern, f"{code}7345678")
    ]


def places_by_code() -> dict[int, Counter[str]]:
    """For each area code, how often its places are in which state."""
    places: dict[int, Counter[str]] = {}
    for prefix, names in GEOCODE_DATA.items():
        if not prefix.startswith("1") or len(prefix) < 4 or "en" not in names:
            continue
        name = names["en"]
        try:
            state = SPELLINGS.get(name) or state_code(name.rpartition(", ")[2])
        except ValueError:
            continue
        # The entry of the whole area code counts for more than any number of exchanges.
        places.setdefault(int(prefix[1:4]), Counter())[state] += 1_000_000 if len(prefix) == 4 else 1
    return places


def zones_by_code() -> dict[int, set[str]]:
    """For each area code, every time zone that a number in it can be in."""
    zones: dict[int, set[str]] = {}
    for prefix, names in TIMEZONE_DATA.items():
        if prefix.startswith("1") and len(prefix) >= 4:
            zones.setdefault(int(prefix[1:4]), set()).update(names)
    return zones


def main() -> None:
    """Write the file; fail where a code has no state or no zone."""
    places = places_by_code()
    zones = zones_by_code()
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["area_code", "state", "time_zones"])
        for code in sorted([*geographic_codes("US"), *geographic_codes("CA")]):
            state = places[code].most_common(1)[0][0]
            if not all(part in PLACES for part in state.split("|")):
                raise SystemExit(f"{code}: no state but {state}")
            writer.writerow([code, state, "|".join(sorted(zones[OVERLAID.get(code, code)]))])


if __name__ == "__main__":
    main()
