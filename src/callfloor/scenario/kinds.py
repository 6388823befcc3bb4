"""What a key of the scenario file may hold: how it is read and checked, written back, and described."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from callfloor.durations import seconds
from callfloor.scenario.errors import ScenarioError, no_such, wrong

MOST = 2**31 - 1
"""The largest number of anything that is numbered on a floor."""

RESERVED_NAME = "all"
"""In results it stands for all queues, groups or campaigns together."""


class Kind:
    """What a key may hold. Reading what has been read already changes nothing."""

    @property
    def expected(self) -> str:
        """What is expected, in words that follow "expected"."""
        raise NotImplementedError

    @property
    def unit(self) -> str:
        """The unit of a number; "" if it has none."""
        return ""

    def read(self, value: Any) -> Any:
        """Return the value for the model. Raises ScenarioError if it is none of this kind."""
        raise NotImplementedError

    def write(self, value: Any) -> Any:
        """Return the model's value as it stands in a file."""
        return value


@dataclass(slots=True, eq=False, repr=False)
class Number(Kind):
    """A finite number in a range; `over` and `under` leave the range's ends out."""

    low: float = 0.0
    high: float = math.inf
    over: bool = False
    under: bool = False
    of: str = ""

    @property
    def expected(self) -> str:
        """The range in words."""
        parts = [f"over {self.low:g}" if self.over else f"from {self.low:g}"]
        if self.high < math.inf:
            parts.append(f"{'under' if self.under else 'to'} {self.high:g}")
        return f"a number {' '.join(parts)}"

    @property
    def unit(self) -> str:
        """The number's unit."""
        return self.of

    def read(self, value: Any) -> float:
        """Return the number as a float; whole numbers will do, true and false will not."""
        number = _finite(value)
        fits = self.low <= number <= self.high
        if not fits or (self.over and number == self.low) or (self.under and number == self.high):
            raise wrong(self.expected, value)
        return number + 0.0  # never a negative zero


def _finite(value: Any) -> float:
    """The number as a float; not-a-number for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        number = float(value)
    except OverflowError:
        return math.nan
    return number if math.isfinite(number) else math.nan


PROBABILITY = Number(0.0, 1.0)


@dataclass(slots=True, eq=False, repr=False)
class Whole(Kind):
    """A whole number in a range. 1e6 is one, since TOML writes large ones so."""

    low: int = 0
    high: int = MOST
    of: str = ""

    @property
    def expected(self) -> str:
        """The range in words."""
        upto = "" if self.high == MOST else f" to {self.high}"
        return f"a whole number from {self.low}{upto}"

    @property
    def unit(self) -> str:
        """What is counted."""
        return self.of

    def read(self, value: Any) -> int:
        """Return the number."""
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong(self.expected, value)
        if value > self.high and self.high == MOST:
            raise wrong(f"{self.expected} to {MOST}", value)
        if not self.low <= value <= self.high:
            raise wrong(self.expected, value)
        return value


@dataclass(slots=True, eq=False, repr=False)
class Span(Kind):
    """A length of time, or a time from the run's start: seconds, or a text with a unit."""

    low: float = 0.0
    over: bool = False
    high: float = 1e10

    @property
    def expected(self) -> str:
        """The range in words."""
        start = f"over {self.low:g}" if self.over else f"from {self.low:g}"
        return f'seconds {start}, as a number or a text such as "90s", "30m" or "8h"'

    @property
    def unit(self) -> str:
        """Always seconds."""
        return "s"

    def read(self, value: Any) -> float:
        """Return seconds."""
        try:
            span = seconds(value) + 0.0
        except ValueError:
            raise wrong(self.expected, value) from None
        if span > self.high:
            raise wrong(f"at most {self.high:g} seconds", value)
        if span < self.low or (self.over and span == self.low):
            raise wrong(self.expected, value)
        return span


@dataclass(slots=True, eq=False, repr=False)
class Choice(Kind):
    """One of a few words."""

    words: tuple[str, ...]

    @property
    def expected(self) -> str:
        """All of them."""
        return f"one of {', '.join(self.words)}" if len(self.words) > 1 else f'"{self.words[0]}"'

    def read(self, value: Any) -> str:
        """Return the word."""
        if not isinstance(value, str) or value not in self.words:
            raise wrong(self.expected, value)
        return value


@dataclass(slots=True, eq=False, repr=False)
class Text(Kind):
    """A short text of one line. A `name` is not empty, and not the word that results use for all."""

    name: bool = False

    @property
    def expected(self) -> str:
        """In words."""
        return "a name" if self.name else "a text of one line"

    def read(self, value: Any) -> str:
        """Return the text."""
        if not isinstance(value, str) or not value.isprintable() or len(value) > 200:
            raise wrong(self.expected, value)
        if self.name and not value.strip():
            raise wrong(self.expected, value)
        if self.name and value == RESERVED_NAME:
            raise wrong('a name other than "all", which means all together in results', value)
        return value


@dataclass(slots=True, eq=False, repr=False)
class Names(Kind):
    """A list of names, none of them twice. `words` are those that may be given; none: any."""

    words: tuple[str, ...] = ()
    may_be_empty: bool = False

    @property
    def expected(self) -> str:
        """In words."""
        return f"a list of names, each one of {', '.join(self.words)}" if self.words else "a list of names"

    def read(self, value: Any) -> tuple[str, ...]:
        """Return the names."""
        if not isinstance(value, list | tuple) or not (value or self.may_be_empty):
            raise wrong(self.expected, value)
        each = Choice(self.words) if self.words else Text(name=True)
        names = tuple(each.read(name) for name in value)
        if len(set(names)) < len(names):
            raise wrong("each name once", value)
        return names

    def write(self, value: Any) -> list[str]:
        """Return a list."""
        return list(value)


@dataclass(slots=True, eq=False, repr=False)
class Numbers(Kind):
    """A list of numbers, at least one, all of one kind."""

    each: Kind

    @property
    def expected(self) -> str:
        """In words."""
        return f"a list, each of it {self.each.expected}"

    @property
    def unit(self) -> str:
        """That of each number."""
        return self.each.unit

    def read(self, value: Any) -> tuple[float, ...]:
        """Return the numbers."""
        if not isinstance(value, list | tuple) or not value:
            raise wrong(self.expected, value)
        numbers = []
        for place, each in enumerate(value, 1):
            try:
                numbers.append(self.each.read(each))
            except ScenarioError as error:
                raise error.within(str(place)) from None
        return tuple(numbers)

    def write(self, value: Any) -> list[Any]:
        """Return a list."""
        return [self.each.write(each) for each in value]


@dataclass(slots=True, eq=False, repr=False)
class ByName(Kind):
    """A table of values of one kind. `names` are those that may be given; none: any."""

    each: Kind
    what: str
    names: tuple[str, ...] = ()
    may_be_empty: bool = False

    @property
    def expected(self) -> str:
        """In words."""
        return f"a table: {self.what} = {self.each.expected}"

    @property
    def unit(self) -> str:
        """That of each value."""
        return self.each.unit

    def read(self, value: Any) -> dict[str, Any]:
        """Return the values by name; in the order of `names`, if these are given."""
        if not isinstance(value, Mapping):
            raise wrong(self.expected, value)
        if not value and not self.may_be_empty:
            raise wrong(f"{self.expected}, at least one", "an empty table")
        found: dict[str, Any] = {}
        for name, each in value.items():
            if self.names and name not in self.names:
                raise ScenarioError("", no_such(self.what, str(name), self.names)).within(str(name))
            try:
                found[str(name)] = self.each.read(each)
            except ScenarioError as error:
                raise error.within(str(name)) from None
        return {name: found[name] for name in self.names if name in found} if self.names else found

    def write(self, value: Any) -> dict[str, Any]:
        """Return a table."""
        return {name: self.each.write(each) for name, each in value.items()}


class YesNo(Kind):
    """True or false."""

    @property
    def expected(self) -> str:
        """In words."""
        return "true or false"

    def read(self, value: Any) -> bool:
        """Return it."""
        if not isinstance(value, bool):
            raise wrong(self.expected, value)
        return value


@dataclass(slots=True, eq=False, repr=False)
class FileName(Kind):
    """The name of a file that is there. Relative names are taken from the scenario file's folder."""

    what: str

    @property
    def expected(self) -> str:
        """In words."""
        return f"the name of a file: {self.what}"

    def read(self, value: Any) -> str:
        """Return the name."""
        if not isinstance(value, str) or not value or "\0" in value:
            raise wrong(self.expected, value)
        return value


class LeadSource(Kind):
    """How many leads are made up, or the file that has them."""

    @property
    def expected(self) -> str:
        """In words."""
        return "a whole number from 1, or the name of a lead list"

    @property
    def unit(self) -> str:
        """What is counted."""
        return "leads"

    def read(self, value: Any) -> int | str:
        """Return the number, or the name of a file that is there."""
        if isinstance(value, str):
            from pathlib import Path

            name = FileName("a lead list").read(value)
            if not Path(name).is_file():
                raise wrong("a file that is there", value)
            return name
        try:
            return Whole(1).read(value)
        except ScenarioError:
            raise wrong(self.expected, value) from None
