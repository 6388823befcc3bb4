"""Words for numbers. Plain, they are Python's own; compiled, the join makes them C types.

A word says what a number is and so how it may be used: ``Seconds`` are points in time (UTC) or spans of
it, ``Count`` are whole numbers of things, ``Id`` are references to what lives outside the floor (-1:
unknown), ``Code`` are members of a list in ``vocabulary.py``, ``Rate`` are shares and ratios, ``Word`` are
64 bits without a sign, of which sums and products are to be masked: ``(a * b) & MASK64``.

``Times``, ``Counts`` and ``Codes`` are arrays of numbers (``array.array``) for what is read and written all
the time. Only their cells and their length are used; an index is never negative.
"""

from array import array
from dataclasses import dataclass
from typing import TypeAlias, TypeVar, dataclass_transform

Seconds = float
Rate = float
Count = int
Id = int
Code = int
Flag = bool
Word = int

Times: TypeAlias = "array[float]"
Counts: TypeAlias = "array[int]"
Codes: TypeAlias = "array[int]"

T = TypeVar("T")


@dataclass_transform(eq_default=False)
def record(cls: type[T]) -> type[T]:
    """Make a class a record: named fields with defaults, slots, equality by identity.

    Records point at each other in circles, hence no generated ``repr``.
    """
    return dataclass(slots=True, eq=False, repr=False)(cls)


def new_times(count: Count = 0) -> Times:
    """Return `count` times or spans, all 0."""
    return array("d", bytes(8 * count))


def new_counts(count: Count = 0) -> Counts:
    """Return `count` whole numbers of 64 bits, all 0."""
    return array("q", bytes(8 * count))


def new_codes(count: Count = 0) -> Codes:
    """Return `count` whole numbers of 32 bits, all 0."""
    return array("i", bytes(4 * count))


def grow_times(values: Times, count: Count) -> None:
    """Make it at least `count` long, with 0 at the end. Ask for twice what you need: it may be copied."""
    if len(values) < count:
        values.extend(new_times(count - len(values)))


def grow_counts(values: Counts, count: Count) -> None:
    """Make it at least `count` long, with 0 at the end."""
    if len(values) < count:
        values.extend(new_counts(count - len(values)))


def grow_codes(values: Codes, count: Count) -> None:
    """Make it at least `count` long, with 0 at the end."""
    if len(values) < count:
        values.extend(new_codes(count - len(values)))


def copy_times(values: Times) -> Times:
    """Return another array with the same numbers."""
    return values[:]


def copy_counts(values: Counts) -> Counts:
    """Return another array with the same numbers."""
    return values[:]


def copy_codes(values: Codes) -> Codes:
    """Return another array with the same numbers."""
    return values[:]
