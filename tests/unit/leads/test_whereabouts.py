"""Where a person may be: their address or zone first, else wherever their number may be."""

from __future__ import annotations

import pytest

from callfloor.leads.postal_codes import states_of_postal_code
from callfloor.leads.whereabouts import Whereabouts, same_clock, whereabouts_of

NEW_YORK = 12125550100
TENNESSEE = 14235550100
TOLL_FREE = 18005550100
LONDON = 442071234567
EAST, CENTRAL, WEST = "America/New_York", "America/Chicago", "America/Los_Angeles"


@pytest.mark.parametrize(
    ("number", "address", "zones", "places"),
    [
        (NEW_YORK, {}, [EAST], ["US-NY"]),
        (TENNESSEE, {}, [CENTRAL, EAST], ["US-TN"]),
        (LONDON, {}, ["Europe/London"], ["GB"]),
        (17875550100, {}, ["America/Puerto_Rico"], ["US-PR"]),
        (19025550100, {}, ["America/Halifax"], ["CA-NS", "CA-PE"]),
        # The address goes before the number: people keep theirs when they move.
        (NEW_YORK, {"state": "CA"}, [WEST], ["US-CA"]),
        (NEW_YORK, {"state": "FL"}, [CENTRAL, EAST], ["US-FL"]),
        (NEW_YORK, {"postal_code": "90210"}, [WEST], ["US-CA"]),
        (TOLL_FREE, {"state": "NJ"}, [EAST], ["US-NJ"]),
        (NEW_YORK, {"postal_code": "M5V 3L9"}, ["America/Toronto", "America/Winnipeg"], ["CA-ON"]),
        # A postal code narrows Florida and Texas, where it is sure.
        (NEW_YORK, {"state": "FL", "postal_code": "33101"}, [EAST], ["US-FL"]),
        (NEW_YORK, {"postal_code": "32501"}, [CENTRAL], ["US-FL"]),
        (NEW_YORK, {"postal_code": "32456"}, [CENTRAL, EAST], ["US-FL"]),
        (NEW_YORK, {"postal_code": "79901"}, ["America/Denver"], ["US-TX"]),
        (
            NEW_YORK,
            {"state": "NY", "postal_code": "75001"},
            [CENTRAL, "America/Denver", EAST],
            ["US-NY", "US-TX"],
        ),
        # A zone narrows a state that has two.
        (NEW_YORK, {"state": "FL", "time_zone": EAST}, [EAST], ["US-FL"]),
        (NEW_YORK, {"state": "MI", "time_zone": "America/Detroit"}, ["America/Detroit"], ["US-MI"]),
        # What contradicts itself counts twice.
        (NEW_YORK, {"state": "NY", "time_zone": WEST}, [WEST, EAST], ["US-NY"]),
        (NEW_YORK, {"state": "CA", "postal_code": "10001"}, [WEST, EAST], ["US-CA", "US-NY"]),
        (LONDON, {"state": "NJ"}, [EAST, "Europe/London"], ["GB", "US-NJ"]),
        # A zone that is the number's own says nothing new of the state.
        (NEW_YORK, {"time_zone": EAST}, [EAST], ["US-NY"]),
        (TENNESSEE, {"time_zone": CENTRAL}, [CENTRAL], ["US-TN"]),
        # A zone that this machine does not know.
        (NEW_YORK, {"state": "NY", "time_zone": "Mars/Olympus"}, [], ["US-NY"]),
        (NEW_YORK, {"time_zone": "../etc"}, [], []),
        # Armed forces abroad: nobody knows by which clock.
        (NEW_YORK, {"state": "AE"}, [], ["US-AE"]),
    ],
)
def test_zones_and_places(number: int, address: dict[str, str], zones: list[str], places: list[str]) -> None:
    assert whereabouts_of(number, **address) == Whereabouts(tuple(sorted(zones)), tuple(places))


def test_who_has_moved_without_an_address_may_be_anywhere_in_their_zone() -> None:
    found = whereabouts_of(NEW_YORK, time_zone=WEST)
    assert found.zones == (WEST,)
    assert {"US-CA", "US-NV", "US-NY", "US-WA"} <= set(found.places)
    assert not any(place.startswith("CA-") for place in found.places)


@pytest.mark.parametrize("number", [TOLL_FREE, 15005550006, 999, 12115550100])
def test_a_number_of_no_place_is_nowhere(number: int) -> None:
    assert whereabouts_of(number).places == ()


def test_a_toll_free_number_with_a_zone_may_be_in_either_country() -> None:
    places = whereabouts_of(TOLL_FREE, time_zone=EAST).places
    assert {"US-NY", "US-RI", "CA-ON"} <= set(places)


@pytest.mark.parametrize(
    ("code", "states"),
    [
        ("02134", ("MA",)),
        ("10001-1234", ("NY",)),
        ("06390", ("CT", "NY")),
        ("00901", ("PR",)),
        ("96799", ("AS",)),
        ("96701", ("HI",)),
        ("96910", ("GU", "MP")),
        ("34090", ("AA",)),
        ("V6B 1A1", ("BC",)),
        ("X0A 0H0", ("NU", "NT")),
        ("00000", ()),
        ("W1A", ()),
    ],
)
def test_a_postal_code_tells_the_state(code: str, states: tuple[str, ...]) -> None:
    assert states_of_postal_code(code) == states


def test_clocks_that_agree_are_one() -> None:
    assert same_clock("America/New_York", "America/Toronto")
    assert not same_clock("America/Denver", "America/Phoenix")
