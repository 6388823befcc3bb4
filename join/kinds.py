"""Kinds of values: what the join knows about an expression, and the C type that it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Number:
    """A C number. ``literal`` is a whole number whose width its neighbours decide.

    ``wide``: a sum or product of words that may not fit into 64 bits until it is masked.
    """

    c: str
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A record, or None where ``optional``."""

    record: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; the element is None as long as nothing has said what it holds."""

    element: Kind | None


@dataclass(frozen=True, slots=True)
class ArrayOf:
    """A typed array: ``word`` is what units.py calls it, in small letters."""

    word: str
    element: Number


@dataclass(frozen=True, slots=True)
class Rows:
    """A table of constants, or one row of it: ``sizes`` are the lengths still to be indexed."""

    table: str
    sizes: tuple[int, ...]
    element: Number


@dataclass(frozen=True, slots=True)
class Text:
    """A str: allowed in constants and in what a ``raise`` says."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """None."""


Kind: TypeAlias = Number | Reference | ListOf | ArrayOf | Rows | Text | Nothing

DOUBLE = Number("double")
WHOLE = Number("long long")
CODE = Number("int")
FLAG = Number("bint")
LITERAL = Number("literal")
WORD = Number("unsigned long long")
WIDE = Number("unsigned long long", wide=True)
NOTHING = Nothing()
TEXT = Text()

_WIDTH = {"bint": 0, "literal": 1, "int": 2, "long long": 3, "unsigned long long": 4, "double": 5}

ARRAYS = {
    "Times": ArrayOf("times", DOUBLE),
    "Counts": ArrayOf("counts", WHOLE),
    "Codes": ArrayOf("codes", CODE),
}
"""The typed arrays of units.py."""


def c_type(kind: Kind | None) -> str:
    """Return the C type for a declaration; empty for a Python object."""
    match kind:
        case Number("literal"):
            return "long long"
        case Number(c):
            return c
        case Reference(record):
            return record
        case ListOf():
            return "list"
        case ArrayOf():
            return "join_array"
        case _:
            return ""


def local_type(kind: Kind) -> str:
    """Return the type as ``cython.locals`` spells it."""
    spelled = c_type(kind)
    short = spelled.replace("unsigned ", "u").replace(" ", "")
    return f"cython.{short}" if isinstance(kind, Number) else spelled


def widest(left: Number, right: Number) -> Number:
    """Return the number kind that holds both."""
    if left.c == right.c:
        return right if right.wide else left
    return left if _WIDTH[left.c] >= _WIDTH[right.c] else right


def arithmetic(left: Number, right: Number) -> Number:
    """Return the kind of a sum or product: 64 bits unless one side is a double."""
    if left == right == LITERAL:
        return LITERAL
    return DOUBLE if DOUBLE in (left, right) else WHOLE
