"""What the plain files say: constants, tables, records, functions, and who inherits from whom."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from join.kinds import LITERAL, WORD, ArrayOf, Kind, ListOf, Nothing, Number, Reference, Text, widest
from join.source import Source


@dataclass(slots=True)
class Constant:
    """A number, table or text at the top of a module. ``kind`` is Text where no function may use it."""

    name: str
    value: object
    kind: Kind
    source: Source


@dataclass(slots=True)
class Parameter:
    """A parameter or a record's field; ``default`` is C text, None where a value is required."""

    name: str
    kind: Kind
    default: str | None
    factory: bool = False


@dataclass(slots=True)
class Function:
    """A function or method. ``record`` is the owner's name, empty for a function."""

    name: str
    record: str
    parameters: list[Parameter]
    returns: Kind
    node: ast.FunctionDef
    source: Source

    @property
    def qualified(self) -> str:
        """The name as a reader would say it."""
        return f"{self.record}.{self.name}" if self.record else self.name


@dataclass(slots=True)
class Record:
    """A record: its own fields and methods; what it inherits is with its base."""

    name: str
    base: str
    node: ast.ClassDef
    source: Source
    fields: list[Parameter] = field(default_factory=list)
    methods: dict[str, Function] = field(default_factory=dict)


@dataclass(slots=True)
class Program:
    """All of the joined files."""

    sources: list[Source] = field(default_factory=list)
    words: dict[str, Number | ArrayOf] = field(default_factory=dict)
    constants: dict[str, Constant] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    public: tuple[str, ...] = ()
    cold: frozenset[str] = frozenset()
    # A module that was imported whole, by (file, name there): ``vocabulary.READY`` is then READY.
    aliases: set[tuple[str, str]] = field(default_factory=set)
    # What is imported from math, by (file, name).
    maths: set[tuple[str, str]] = field(default_factory=set)
    # Functions, methods and list methods that change something, by name.
    changing: frozenset[str] = frozenset()

    def line_of(self, record: str) -> Iterator[Record]:
        """Yield a record and its bases, nearest first."""
        while record:
            one = self.records[record]
            yield one
            record = one.base

    def all_fields(self, record: str) -> list[Parameter]:
        """Return inherited and own fields in the order in which ``__init__`` takes them."""
        found: dict[str, Parameter] = {}
        for one in reversed(list(self.line_of(record))):
            found.update((f.name, f) for f in one.fields)
        return list(found.values())

    def member(self, record: str, name: str) -> Parameter | Function | None:
        """Return the field or method that ``record`` has by that name, its own or inherited."""
        for one in self.line_of(record):
            if name in one.methods:
                return one.methods[name]
            for f in one.fields:
                if f.name == name:
                    return f
        return None

    def is_leaf(self, record: str) -> bool:
        """Whether nothing inherits from the record and it overrides nothing."""
        one = self.records[record]
        if any(other.base == record for other in self.records.values()):
            return False
        # Cython takes a method that a final class has redeclared from its base for a forbidden override.
        return not any(
            name in base.methods for base in list(self.line_of(record))[1:] for name in one.methods
        )

    def merge(self, left: Kind | None, right: Kind | None) -> Kind | None:
        """Return the kind that holds values of both; None where there is none."""
        if left == right or left is None or right is None:
            return right if left is None else left
        match left, right:
            case Number(), Number():
                signs_differ = (left.c == WORD.c) != (right.c == WORD.c)
                return _AT_ODDS if signs_differ and LITERAL not in (left, right) else widest(left, right)
            case Nothing(), Reference(record):
                return Reference(record, optional=True)
            case Reference(record), Nothing():
                return Reference(record, optional=True)
            case Reference(), Reference():
                return self._common(left, right)
            case ListOf(None), ListOf():
                return right
            case ListOf(), ListOf(None):
                return left
            case _:
                return _AT_ODDS

    def _common(self, left: Reference, right: Reference) -> Kind:
        mine = [one.name for one in self.line_of(left.record)]
        for one in self.line_of(right.record):
            if one.name in mine:
                return Reference(one.name, left.optional or right.optional)
        return _AT_ODDS


# No variable may hold values that have no kind in common; Text is refused wherever a local would have it.
_AT_ODDS: Kind = Text()
