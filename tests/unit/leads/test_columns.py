"""Which column is what, by the headers people use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callfloor.leads.columns import (
    CONSENT,
    EXTERNAL_ID,
    PHONE,
    POSTAL_CODE,
    PRIORITY,
    STATE,
    TIME_ZONE,
    NoPhoneColumnError,
    columns_of,
    role_of,
)

USUAL = {
    PHONE: "Phone, phone number, PHONE_NUMBER, Telephone, tel, Tel., mobile, Cell Phone, Home Phone, "
    "work-phone, phone1, Phone 2, phone_3_number, Alt Phone, number, e164, Mobile Number",
    STATE: "state, Region, PROVINCE, State/Province",
    POSTAL_CODE: "zip, ZIP Code, zip-code, postal_code, Postcode",
    TIME_ZONE: "time zone, TimeZone, tz, Time_Zone",
    PRIORITY: "Priority",
    EXTERNAL_ID: "id, External ID, lead_id, Customer Id, vendor_lead_code",
    CONSENT: "consent, Consent Date, opt-in, TCPA consent",
}


@pytest.mark.parametrize(
    ("header", "role"), [(header, role) for role, headers in USUAL.items() for header in headers.split(", ")]
)
def test_usual_headers_are_known_in_any_case_and_punctuation(header: str, role: str) -> None:
    assert role_of(header) == role


@pytest.mark.parametrize(
    "header", ["zip 4", "phone type", "phone_code", "customer number", "notes", "", "fax"]
)
def test_other_headers_are_free_attributes(header: str) -> None:
    assert role_of(header) is None
    assert columns_of(["phone", header]).attributes[0][0] == 1


@given(st.permutations(["phone", "first name", "state", "zip", "tz", "priority", "id", "colour"]))
def test_the_order_of_columns_does_not_matter(headers: list[str]) -> None:
    columns = columns_of(headers)
    found = [*columns.phones, *columns.states, *columns.postal_codes, *columns.time_zones]
    found += [*columns.priorities, *columns.external_ids]
    assert [headers[i] for i in found] == ["phone", "state", "zip", "tz", "priority", "id"]
    assert {(headers[i], name) for i, name in columns.attributes} == {
        ("first name", "first_name"),
        ("colour", "colour"),
    }


def test_numbered_phones_are_tried_in_their_order() -> None:
    assert columns_of(["phone 3", "phone 1", "mobile", "phone 2"]).phones == (1, 2, 3, 0)


def test_a_bare_number_is_a_phone_only_where_no_other_column_is() -> None:
    assert columns_of(["number", "street"]).phones == (0,)
    columns = columns_of(["number", "phone"])
    assert columns.phones == (1,)
    assert columns.attributes == ((0, "number"),)


def test_headers_that_come_twice_keep_what_both_say() -> None:
    columns = columns_of(["phone", "notes", "notes", "", "", "state", "province"])
    assert columns.attributes == (
        (1, "notes"), (2, "notes 2"), (3, "column 4"), (4, "column 5"), (6, "province")
    )  # fmt: skip
    assert columns.states == (5, 6)


def test_without_a_phone_column_the_headers_found_are_named() -> None:
    with pytest.raises(NoPhoneColumnError, match=r"expected a header such as phone.*found 'name', 'city'"):
        columns_of(["name", "city"])
