"""Words for numbers."""

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
    """Make a class a record."""
    return dataclass(slots=True, eq=False, repr=False)(cls)
