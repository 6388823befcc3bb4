"""From a row to a lead: every value checked, or the reason why the row is rejected."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from callfloor.leads.columns import Columns
from callfloor.leads.phone_numbers import NO_NUMBER, NumberRejected, read_number
from callfloor.leads.places import postal_code, state_code, time_zone_name
from callfloor.leads.port import DEFAULT_PRIORITY, NewLead

NOTHING = frozenset(["-", "--", "n/a", "none", "null", "nil"])
"""What stands in a list where there is no value, in lower case."""

YES = frozenset(["yes", "y", "true", "t", "1", "x", "given", "opted in"])
NO = frozenset(["no", "n", "false", "f", "0", "none given", "opted out"])
LATEST_ZONE = datetime.timezone(datetime.timedelta(hours=-12))

MAX_PRIORITY = 999_999
_PRIORITY = re.compile(r"\+?(\d{1,6})(?:[.,]0*)?", re.ASCII)
Value = TypeVar("Value")

_encode = msgspec.json.Encoder().encode


class RowRejected(ValueError):  # noqa: N818 - it names an event of the list, no fault of the program
    """The row makes no lead; the message is the reason, without the value."""


class RowReader:
    """Makes leads of the rows of one list."""

    def __init__(self, columns: Columns, region: str) -> None:
        self._columns = columns
        self._region = region
        self._names = {i: columns.headers[i] or f"column {i + 1}" for i in range(len(columns.headers))}

    def lead(self, line: int, fields: Sequence[str]) -> NewLead:
        """Return the lead that a row of the list describes.

        Raises
        ------
        RowRejected
            a value is wrong, or there is no phone number.
        """
        columns = self._columns
        attributes = {name: text for i, name in columns.attributes if (text := fields[i].strip())}
        numbers = self._numbers(fields, attributes)
        lead = NewLead(line, numbers)
        # Addresses elsewhere have states and postal codes of other kinds.
        american = 10_000_000_000 <= numbers[0] < 20_000_000_000
        if columns.states:
            lead.state = self._checked(fields, columns.states, state_code if american else str.strip)
        if columns.postal_codes:
            check = postal_code if american else str.strip
            lead.postal_code = self._checked(fields, columns.postal_codes, check)
        if columns.time_zones:
            lead.time_zone = self._checked(fields, columns.time_zones, time_zone_name)
        if columns.priorities:
            priority = self._checked(fields, columns.priorities, priority_of)
            lead.priority = DEFAULT_PRIORITY if priority is None else priority
        if columns.external_ids:
            lead.external_id = self._checked(fields, columns.external_ids, str.strip)
        if columns.consents:
            lead.consent_at = self._checked(fields, columns.consents, consent_of)
        if attributes:
            lead.attributes = _encode(attributes).decode()
        return lead

    def _numbers(self, fields: Sequence[str], attributes: dict[str, str]) -> list[int]:
        """The row's numbers, none twice; extensions go to the attributes."""
        numbers: list[int] = []
        for position in self._columns.phones:
            text = fields[position].strip()
            if not text or text.lower() in NO_NUMBER:
                continue
            try:
                number, extension = read_number(text, self._region)
            except NumberRejected as error:
                raise RowRejected(f"{self._names[position]}: {error}") from None
            if extension:
                self._keep_extension(position, extension, attributes)
            if number not in numbers:
                numbers.append(number)
        if not numbers:
            raise RowRejected("no phone number")
        return numbers

    def _keep_extension(self, position: int, extension: str, attributes: dict[str, str]) -> None:
        name = "extension"
        if len(self._columns.phones) > 1:
            name = f"{self._names[position]} extension"
        attributes.setdefault(name, extension)

    def _checked(
        self, fields: Sequence[str], positions: Sequence[int], check: Callable[[str], Value]
    ) -> Value | None:
        """The first value that is not empty, checked; None where there is none."""
        for position in positions:
            text = fields[position].strip()
            if text and text.lower() not in NOTHING:
                try:
                    return check(text)
                except ValueError as error:
                    raise RowRejected(f"{self._names[position]}: {error}") from None
        return None


def consent_of(text: str) -> float | None:
    """Return when a person agreed to be called: a date, or yes (0: whenever that was); None for no.

    Raises
    ------
    ValueError
        it is none of them.
    """
    word = text.lower()
    if word in YES:
        return 0.0
    if word in NO:
        return None
    try:
        at = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("is no date such as 2026-01-31, no yes and no no") from None
    # Where no zone is written it is the latest on earth: nobody has agreed before they have.
    return at.replace(tzinfo=at.tzinfo or LATEST_ZONE).timestamp()


def priority_of(text: str) -> int:
    """Return a priority: a whole number from 0, which is called first, to 999,999.

    Raises
    ------
    ValueError
        it is none.
    """
    match = _PRIORITY.fullmatch(text)
    if match is None:
        raise ValueError(f"is no whole number from 0 to {MAX_PRIORITY}")
    return int(match[1])
