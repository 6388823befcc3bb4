"""Phone numbers as people and Excel write them, as E.164 integers without the plus: 12125550100.

What is not understood whole is rejected: a number that is guessed rings a stranger.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from callfloor.leads.area_codes import area_codes

if TYPE_CHECKING:
    # Importing it takes longer than importing all of callfloor.
    import phonenumbers


class NumberRejected(ValueError):  # noqa: N818 - it names an event of the list, no fault of the program
    """The text is no number that can be dialled; the message is the reason, without the number."""


NO_NUMBER = frozenset(["", "-", "--", ".", "0", "n/a", "na", "none", "null", "nil", "unknown"])
"""What stands in a list where there is no number, in lower case."""

_PLAIN_NANP = re.compile(
    r"(?:\+?1[ .-]{0,3})?(?:\((\d{3})\)|(\d{3}))[ .-]{0,3}(\d{3})[ .-]{0,3}(\d{4})", re.ASCII
)
"""The forms that nearly all American numbers have; phonenumbers reads them alike, only slower."""

_EXTENSION = re.compile(r"(?:[ ,;]*(?:ext(?:ension|n)?|x)[ .:=]*|[ ,;]*#[ ]*)(\d{1,11})\s*#?$", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"\+?(\d+)(?:[.,](\d*))?E\+?(\d{1,3})", re.IGNORECASE | re.ASCII)
_WHOLE_FLOAT = re.compile(r"(\+?\d{7,15})[.,]0+", re.ASCII)
_DIALLABLE = re.compile(r"\+?[\d ()\[\]./\u2010-\u2015\u2212-]+")
_SECOND_ENDING = re.compile(r"/\D*(?:\d\D*){0,3}$")
"""`030 123456/7` means two numbers that differ in the end."""

_NANP_REGIONS = frozenset(["US", "CA"])
_MIN_DIGITS = 7

CUT_BY_EXCEL = "cut by Excel: scientific notation that lacks the last digits"


def is_region(region: str) -> bool:
    """Whether a two-letter code is a country's whose numbers are known, such as US."""
    from phonenumbers import SUPPORTED_REGIONS

    return region in SUPPORTED_REGIONS


def parse_number(text: str, region: str = "US") -> int:
    """Return a phone number as an E.164 integer; one without a country code is read as of `region`.

    Raises
    ------
    NumberRejected
        it is no number that can be dialled, or cannot be read whole.
    """
    return read_number(text, region)[0]


def read_number(text: str, region: str = "US") -> tuple[int, str]:
    """Return a phone number as an E.164 integer, and its extension: digits, empty where there is none.

    Raises
    ------
    NumberRejected
        it is no number that can be dialled, or cannot be read whole.
    """
    number = _read_plain(text, region)
    if number is not None:
        return number, ""
    text, extension = _without_extension(_cleaned(text))
    text = _restored(text)
    number = _read_plain(text, region)
    if number is None:
        _refuse_unreadable(text, region)
        number = _read_by_phonenumbers(text, region)
    return number, extension


def _read_plain(text: str, region: str) -> int | None:
    """Read an ordinary American number; None: not sure, ask phonenumbers."""
    if region not in _NANP_REGIONS and not text.startswith("+"):
        return None
    match = _PLAIN_NANP.fullmatch(text)
    if match is None:
        return None
    bracketed, bare, exchange, line = match.groups()
    area = bracketed or bare
    if area not in _open_area_codes() or _refusal_of_exchange(exchange, line) is not None:
        return None
    return int("1" + area + exchange + line)


@cache
def _open_area_codes() -> frozenset[str]:
    """Geographic area codes in which every exchange from 200 to 999 is in use."""
    # 983 has no exchanges from 600 to 699 yet: it goes the slow way.
    return frozenset(str(code) for code in area_codes() if code != 983)


def _refusal_of_exchange(exchange: str, line: str) -> str | None:
    """Why an American number with this exchange and line is not dialled; None if it may be."""
    if exchange[0] in "01":
        return "not a valid number: no exchange begins with 0 or 1"
    if exchange[1:] == "11":
        return "not a valid number: its exchange is a service code such as 911"
    if exchange == "976":
        return "a premium-rate number"
    if exchange == "555" and line == "1212":
        return "directory assistance"
    return None


def _cleaned(text: str) -> str:
    """Drop what surrounds a number in lists: quotes of spreadsheets, invisible characters, `tel:`."""
    if not text.isascii():
        if any(unicodedata.category(c) == "No" for c in text):
            # The mark of a footnote must not become a digit.
            raise NumberRejected("characters that no phone number has")
        text = unicodedata.normalize("NFKC", text)
        # Numbers copied from telephones carry marks of the writing direction.
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    text = text.strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.removeprefix("'").removeprefix("tel:").strip()


def _without_extension(text: str) -> tuple[str, str]:
    match = _EXTENSION.search(text)
    if match is None:
        return text, ""
    return text[: match.start()].rstrip(), match[1]


def _restored(text: str) -> str:
    """Undo what spreadsheets do to a number: `2.127365000E+09` and `2127365000.0`."""
    if match := _WHOLE_FLOAT.fullmatch(text):
        return match[1]
    match = _SCIENTIFIC.fullmatch(text)
    if match is None:
        return text
    whole, fraction, exponent = match[1], match[2] or "", int(match[3])
    if len(fraction) < exponent:
        raise NumberRejected(CUT_BY_EXCEL)
    if fraction[exponent:].strip("0"):
        raise NumberRejected("not a whole number")
    return whole + fraction[:exponent]


def _refuse_unreadable(text: str, region: str) -> None:
    """Refuse what phonenumbers would read by leaving something out, and short numbers."""
    digits = "".join(c for c in text if c.isdigit())
    if not digits:
        raise NumberRejected("no digits")
    if any(c.isalpha() for c in text):
        raise NumberRejected("letters in the number")
    if not _DIALLABLE.fullmatch(text):
        raise NumberRejected("characters that no phone number has")
    if _SECOND_ENDING.search(text):
        raise NumberRejected("two numbers in one field")
    if len(digits) >= _MIN_DIGITS:
        return
    import phonenumbers

    if phonenumbers.is_emergency_number(digits, region):
        raise NumberRejected("an emergency number")
    if len(digits) == 3 and digits.endswith("11") and region in _NANP_REGIONS:
        raise NumberRejected("a service number")
    raise NumberRejected("too short")


def _read_by_phonenumbers(text: str, region: str) -> int:
    """Read a number of any country, written with nothing but digits and punctuation."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise NumberRejected(_UNREADABLE.get(error.error_type, "not a phone number")) from None
    national = phonenumbers.national_significant_number(parsed)
    if parsed.country_code == 1 and len(national) == 10:
        refusal = _refusal_of_exchange(national[3:6], national[6:])
        if refusal is not None:
            raise NumberRejected(refusal)
    kind = phonenumbers.number_type(parsed)
    if kind == phonenumbers.PhoneNumberType.UNKNOWN:
        raise NumberRejected(_why_invalid(parsed))
    if kind == phonenumbers.PhoneNumberType.PREMIUM_RATE:
        raise NumberRejected("a premium-rate number")
    return int(f"{parsed.country_code}{national}")


_UNREADABLE = {
    0: "no such country code",
    1: "not a phone number",
    2: "too short",
    3: "too short",
    4: "too long",
}
"""Reasons by the error types of phonenumbers.NumberParseException."""


def _why_invalid(parsed: phonenumbers.PhoneNumber) -> str:
    import phonenumbers

    result = phonenumbers.ValidationResult
    reasons = {
        result.IS_POSSIBLE_LOCAL_ONLY: "too short: no area code",
        result.TOO_SHORT: "too short",
        result.TOO_LONG: "too long",
    }
    possible = phonenumbers.is_possible_number_with_reason(parsed)
    return reasons.get(possible, "not a valid number: no such area code, or it is not in use")
