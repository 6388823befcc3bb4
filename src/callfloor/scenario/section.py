"""A section of the scenario file as a class: its keys, their kinds, defaults and help in one place.

A section is a frozen dataclass. Whether it is built in Python or read from a file, each field goes through
the kind of its key, so that both ways accept and refuse the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar, Self, TypeVar, dataclass_transform

from callfloor.scenario.errors import ScenarioError, no_such, wrong
from callfloor.scenario.kinds import Kind


@dataclass(frozen=True, slots=True)
class Key:
    """A key: its name in the file and in the class, its kind, its default and what it means."""

    name: str
    field: str
    kind: Kind
    help: str
    default: Any
    """MISSING: the key is required. None: left out, with the meaning that `otherwise` tells."""
    otherwise: str

    @property
    def required(self) -> bool:
        """Whether a scenario without it is refused."""
        return self.default is MISSING


def key(kind: Kind, help: str, *, name: str = "", otherwise: str = "") -> dict[str, Any]:  # noqa: A002
    """Return what a dataclass field must know to be a key; for ``field(metadata=...)``.

    `name` is the key in the file where it differs from the field; `otherwise` what holds if it is left out.
    """
    return {"kind": kind, "help": help, "name": name, "otherwise": otherwise}


SomeSection = TypeVar("SomeSection", bound="Section")

_KEYS: dict[type[Section], tuple[Key, ...]] = {}
"""What `keys_of` has found before."""


def keys_of(section: type[Section]) -> tuple[Key, ...]:
    """The keys of a section, in the order of the class."""
    if section not in _KEYS:
        _KEYS[section] = tuple(_keys_of(section))
    return _KEYS[section]


def _keys_of(section: type[Section]) -> Iterator[Key]:
    for each in fields(section):
        about = each.metadata
        if "kind" not in about:
            continue
        default = each.default
        if each.default_factory is not MISSING:
            default = each.default_factory()
        yield Key(
            about["name"] or each.name,
            each.name,
            about["kind"],
            about["help"],
            default,
            about["otherwise"],
        )


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Section:
    """A table of the scenario file."""

    alternatives: ClassVar[tuple[str, ...]] = ()
    """Keys of which one excludes the others; `--set` of one takes the others away."""

    def __post_init__(self) -> None:
        """Read every field by its key's kind, then check what must go together. Raises ScenarioError."""
        for each in keys_of(type(self)):
            value = getattr(self, each.field)
            if value is None and each.default is None:
                continue
            try:
                object.__setattr__(self, each.field, each.kind.read(value))
            except ScenarioError as error:
                raise error.within(each.name) from None
        self.check()

    def __eq__(self, other: object) -> bool:
        """Sections are equal if all their fields are."""
        return type(self) is type(other) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), *self._values()))

    def __repr__(self) -> str:
        """The section as Python would build it."""
        shown = ", ".join(f"{each.field}={getattr(self, each.field)!r}" for each in keys_of(type(self)))
        return f"{type(self).__name__}({shown})"

    def _values(self) -> list[Any]:
        return [getattr(self, each.name) for each in fields(self)]

    def check(self) -> None:
        """Refuse fields that do not go together. Raises ScenarioError."""

    @classmethod
    def from_raw(cls, raw: Any) -> Self:
        """Return the section of a table as it stands in a file, or of what is such a section already."""
        if isinstance(raw, cls):
            return raw
        if not isinstance(raw, Mapping):
            raise wrong("a table", raw)
        known = {each.name: each for each in keys_of(cls)}
        for name in raw:
            if name not in known:
                raise ScenarioError("", no_such("key", str(name), known)).within(str(name))
        for each in known.values():
            if each.required and each.name not in raw:
                raise ScenarioError("", f"is missing; expected {each.kind.expected}").within(each.name)
        return cls(**{known[name].field: value for name, value in raw.items()})

    def to_raw(self) -> dict[str, Any]:
        """Return the table as it stands in a file, with every key that has a value."""
        written = {}
        for each in keys_of(type(self)):
            value = getattr(self, each.field)
            if value is not None:
                written[each.name] = each.kind.write(value)
        return written


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def a_section(section: type[SomeSection]) -> type[SomeSection]:
    """Make a class a section: a frozen dataclass, whose methods Section has.

    Equality and representation are not made anew for each of thirty classes: the import is a third shorter.
    """
    return dataclass(frozen=True, slots=True, repr=False, eq=False)(section)


@dataclass(slots=True, eq=False, repr=False)
class Table(Kind):
    """A table with keys of its own."""

    section: type[Section]

    @property
    def expected(self) -> str:
        """In words."""
        return "a table"

    def read(self, value: Any) -> Section:
        """Return the section."""
        return self.section.from_raw(value)

    def write(self, value: Any) -> dict[str, Any]:
        """Return a table."""
        raw: dict[str, Any] = value.to_raw()
        return raw


@dataclass(slots=True, eq=False, repr=False)
class Tables(Kind):
    """A list of tables, each with a name of its own or, unnamed, known by its number from 1."""

    section: type[Section]
    named: bool = True

    @property
    def expected(self) -> str:
        """In words."""
        return "a list of tables"

    def read(self, value: Any) -> tuple[Section, ...]:
        """Return the sections. Two of one name are refused."""
        if not isinstance(value, list | tuple):
            raise wrong(self.expected, dict(value) if isinstance(value, Mapping) else value)
        found: list[Section] = []
        names: set[str] = set()
        for place, raw in enumerate(value, 1):
            label = self.label(raw, place)
            try:
                found.append(self.section.from_raw(raw))
            except ScenarioError as error:
                raise error.within(label) from None
            if self.named and label in names:
                raise ScenarioError("", "another one has this name; expected names that differ").within(label)
            names.add(label)
        return tuple(found)

    def label(self, member: Any, place: int) -> str:
        """What a member is called in a KEY: its name, or its number from 1."""
        name = member.get("name") if isinstance(member, Mapping) else getattr(member, "name", None)
        return name if self.named and isinstance(name, str) and name else str(place)

    def write(self, value: Any) -> list[dict[str, Any]]:
        """Return a list of tables."""
        return [each.to_raw() for each in value]
