"""States, postal codes, time zones and priorities as people and Excel write them."""

from __future__ import annotations

import pytest

from callfloor.leads.places import postal_code, state_code, time_zone_name
from callfloor.leads.rows import priority_of


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NY", "NY"), ("ny", "NY"), ("N.Y.", "NY"), (" New  York ", "NY"), ("D.C.", "DC"),
        ("Washington, D.C.", "DC"), ("Washington", "WA"), ("Qu\u00e9bec", "QC"), ("newfoundland", "NL"),
        ("Puerto Rico", "PR"),
    ],
)  # fmt: skip
def test_states_by_code_or_name(text: str, code: str) -> None:
    assert state_code(text) == code


@pytest.mark.parametrize("text", ["XX", "New", "10001", "N1Y", "", "London"])
def test_what_is_no_state_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="state"):
        state_code(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("10001", "10001"), ("10001-1234", "10001-1234"), ("100011234", "10001-1234"), ("2134", "02134"),
        ("501", "00501"), ("2134-1000", "02134-1000"), ("10001-", "10001"), ("10001.0", "10001"),
        ("m5v3l9", "M5V 3L9"), ("M5V 3L9", "M5V 3L9"),
    ],
)  # fmt: skip
def test_postal_codes_get_their_usual_form_and_the_zeros_that_excel_drops(text: str, code: str) -> None:
    assert postal_code(text) == code


@pytest.mark.parametrize("text", ["1", "12", "123456", "ABCDE", "D5V 3L9", "1.0001E+4", "SW1A 1AA"])
def test_what_is_no_postal_code_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="postal"):
        postal_code(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("America/New_York", "America/New_York"),
        ("america/new_york", "America/New_York"),
        ("America/New York", "America/New_York"),
        ("US/Eastern", "US/Eastern"),
    ],
)
def test_time_zones_by_their_iana_name(text: str, name: str) -> None:
    assert time_zone_name(text) == name


@pytest.mark.parametrize("text", ["EST", "Eastern", "UTC", "Etc/GMT+5", "-5", "America/Nowhere", ""])
def test_a_zone_without_a_place_is_refused_since_its_summer_time_is_unknown(text: str) -> None:
    with pytest.raises(ValueError, match="IANA"):
        time_zone_name(text)


@pytest.mark.parametrize(
    ("text", "priority"), [("0", 0), ("7", 7), ("+3", 3), ("5.0", 5), ("999999", 999999)]
)
def test_priorities(text: str, priority: int) -> None:
    assert priority_of(text) == priority


@pytest.mark.parametrize("text", ["high", "-1", "1.5", "1000000", "1e3", "1 2"])
def test_what_is_no_priority_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="whole number"):
        priority_of(text)
