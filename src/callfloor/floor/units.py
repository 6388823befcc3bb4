"""Words for numbers. Plain, they are Python's own; compiled, the join makes them C types.

A word says what a number is and so how it may be used: ``Seconds`` are points in time (UTC) or spans of
it, ``Count`` are whole numbers of things, ``Id`` are references to what lives outside the floor (-1:
unknown), ``Code`` are members of a list in ``vocabulary.py``, ``Rate`` are shares and ratios.
"""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

Seconds = float
Rate = float
Count = int
Id = int
Code = int
Flag = bool

T = TypeVar("T")


@dataclass_transform(eq_default=False)
def record(cls: type[T]) -> type[T]:
    """Make a class a record: named fields with defaults, slots, equality by identity.

    Records point at each other in circles, hence no generated ``repr``.
    """
    return dataclass(slots=True, eq=False, repr=False)(cls)
