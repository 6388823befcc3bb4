"""Phone numbers: what is read, what is refused and why."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callfloor.leads import phone_numbers
from callfloor.leads.area_codes import made_up_number
from callfloor.leads.phone_numbers import NumberRejected, parse_number, read_number

NUMBER = 12125550100


@pytest.mark.parametrize(
    "text",
    [
        "+1 (212) 555-0100",
        "(212) 555-0100",
        "212-555-0100",
        "212.555.0100",
        "212 555 0100",
        "212/555-0100",
        "2125550100",
        "12125550100",
        "+12125550100",
        "1-212-555-0100",
        "  2125550100 ",
        "212\N{EN DASH}555\N{EN DASH}0100",
        "212\N{NO-BREAK SPACE}555\N{NO-BREAK SPACE}0100",
        "\N{LEFT-TO-RIGHT EMBEDDING}+1 212 555 0100\N{POP DIRECTIONAL FORMATTING}",
        "".join(chr(ord(c) - ord("0") + 0xFF10) for c in "2125550100"),
        "tel:+1-212-555-0100",
        "'+12125550100",
        '="2125550100"',
        "2125550100.0",
    ],
)
def test_a_number_is_read_however_it_is_written(text: str) -> None:
    assert parse_number(text) == NUMBER


@pytest.mark.parametrize(
    ("text", "extension"),
    [
        ("212.555.0100 x12", "12"),
        ("212-555-0100 ext. 7", "7"),
        ("+1 212 555 0100 extension 345", "345"),
        ("2125550100 #9", "9"),
        ("212-555-0100;ext=12", "12"),
        ("212-555-0100", ""),
    ],
)
def test_an_extension_is_told_apart_from_the_number(text: str, extension: str) -> None:
    assert read_number(text) == (NUMBER, extension)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2.127365000E+09", 12127365000),
        ("2,127365000E+09", 12127365000),
        ("2.127365000e9", 12127365000),
        ("1.2127365000E+10", 12127365000),
        ("2.1273650000E+09", 12127365000),
    ],
)
def test_scientific_notation_with_all_digits_is_restored(text: str, number: int) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize("text", ["2.12736E+09", "2.127365E+09", "2E+09", "2,12736E+09", "1.212736500E+10"])
def test_scientific_notation_that_lacks_digits_is_refused_since_it_would_ring_a_stranger(text: str) -> None:
    with pytest.raises(NumberRejected, match="cut by Excel"):
        parse_number(text)


@given(st.integers(0, 10**6), st.integers(0, 9))
def test_excel_loses_digits_or_it_does_not(index: int, kept: int) -> None:
    digits = str(made_up_number(5, index))[1:]
    text = f"{digits[0]}.{digits[1 : kept + 1]}E+09"
    if kept == 9:
        assert parse_number(text) == int("1" + digits)
    else:
        with pytest.raises(NumberRejected):
            parse_number(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hello", "no digits"),
        ("", "no digits"),
        ("call 2125550100", "letters"),
        ("1-800-FLOWERS", "letters"),
        ("212555010", "too short"),
        ("+1 (212) 555-010", "too short"),
        ("5550100", "no area code"),
        ("21255501000", "too long"),
        ("212-555-0100 212-555-0199", "too long"),
        ("+49 30 1234567/8", "two numbers"),
        ("2125550100\N{SUPERSCRIPT ONE}", "characters"),
        ("212_555_0100", "characters"),
        ("111 555 1234", "not a valid number"),
        ("212 155 1234", "no exchange begins"),
        ("212 911 5555", "service code"),
        ("911", "emergency"),
        ("411", "service number"),
        ("900 555 1234", "premium"),
        ("212 976 1234", "premium"),
        ("212 555 1212", "directory assistance"),
        ("+999 123 456 789", "no such country code"),
        ("2.1273650005E+09", "whole"),
    ],
)
def test_what_nobody_can_be_called_at_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(NumberRejected, match=reason) as caught:
        parse_number(text)
    assert "555" not in str(caught.value), "a reason is for logs, a number is not"


def test_a_country_code_goes_before_the_region() -> None:
    assert parse_number("+44 20 7183 8750", "US") == 442071838750
    assert parse_number("020 7183 8750", "GB") == 442071838750
    assert parse_number("011 44 20 7183 8750", "US") == 442071838750
    assert parse_number("+1 212 555 0100", "GB") == NUMBER
    with pytest.raises(NumberRejected):
        parse_number("212 555 0100", "GB")


@given(
    st.from_regex(phone_numbers._PLAIN_NANP, fullmatch=True)
    | st.builds(
        lambda index, form: form.format(*(lambda d: (d[1:4], d[4:7], d[7:]))(str(made_up_number(3, index)))),
        st.integers(0, 10**6),
        st.sampled_from(
            ["{0}{1}{2}", "({0}) {1}-{2}", "+1 {0}.{1}.{2}", "1{0} - {1}{2}", "+1({0})  {1} {2}"]
        ),
    )
)
def test_the_fast_path_agrees_with_phonenumbers(text: str) -> None:
    fast = phone_numbers._read_plain(text, "US")
    try:
        slow = phone_numbers._read_by_phonenumbers(text, "US")
    except NumberRejected:
        assert fast is None
    else:
        assert fast in (slow, None)
        assert fast == slow or str(slow)[1:4] not in phone_numbers._open_area_codes()


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(NumberRejected):
        assert 10**6 < parse_number(text) < 10**15
