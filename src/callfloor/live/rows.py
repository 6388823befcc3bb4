"""The floor's records as rows: JSON arrays of their fields, references by id; and back again.

Which fields a record has is read off the plain records, so that there is no second list of them to keep in
step. Links of lines (`prev`, `next`, `first_…`, `last_…`) are not written: `order` restores them.
"""

from __future__ import annotations

import dataclasses
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from operator import attrgetter
from typing import Any

import msgspec

from callfloor import floor as plain
from callfloor.runtimes import is_plain
from callfloor.version import __version__

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder().decode

ARRAYS = {"Times": "d", "Counts": "q", "Codes": "i"}
"""Arrays of numbers, with the type that Python's ``array`` knows them by."""

PARTS = {
    record.__name__: record
    for record in (plain.Ages, plain.Ledger, plain.Outlook, plain.Spans, plain.Sum, plain.PublishedPace)
}

LISTS_OF_NUMBERS = ("list[Seconds]", "list[Code]")

"""Records that belong to one other record alone, and are written inside its row."""

DERIVED = (
    *("hazard", "last_hazard", "ahead_s", "ringing_on", "others_on", "busy_by_line", "chance_of_line"),
    *("busy_by_talk", "busy_by_wrap_up", "shares"),
)
"""Tables that are worked out anew when a floor is loaded."""

NOT_WRITTEN = ("changed", "place", "waiting", "voicemails", "appointments", *DERIVED)
LINKS = ("prev", "next", "line", "own", "decision", "queue", "voicemail")
"""What follows from the rest, and what concerns people who call in: no live floor takes calls yet."""


SHORT = 16
PIECE = 32
"""Arrays of times and shares that are longer than `SHORT` are not in the row but beside it, in pieces of so
many numbers: what has been learnt of a campaign would be written whole with every commit otherwise."""

Fillers = Mapping[str, Callable[[int], Any]]


def is_apart(values: Sequence[float]) -> bool:
    """Whether an array is written beside the row."""
    return len(values) > SHORT and isinstance(values, array) and values.typecode == "d"


class RowForm:
    """How one kind of record is written: numbers and lists of numbers, references, arrays, parts."""

    def __init__(self, record: type[Any]) -> None:
        fields = {f.name: str(f.type) for f in dataclasses.fields(record)}
        fields = {name: type_ for name, type_ in fields.items() if name not in NOT_WRITTEN}
        self.parts = {
            name: RowForm(PARTS[type_.removesuffix(" | None")])
            for name, type_ in fields.items()
            if type_.removesuffix(" | None") in PARTS
        }
        self.arrays = {name: ARRAYS[type_] for name, type_ in fields.items() if type_ in ARRAYS}
        fields = {n: t for n, t in fields.items() if n not in self.parts and n not in self.arrays}
        pointers = [name for name, type_ in fields.items() if type_.endswith("| None")]
        self.references = [n for n in pointers if n not in LINKS and "_" not in n]
        self.numbers = [n for n, type_ in fields.items() if "[" not in type_ and n not in pointers]
        self.numbers += [n for n, type_ in fields.items() if type_ in LISTS_OF_NUMBERS]
        self.is_plain = not self.parts and not self.arrays
        self.array_count: int = len(self.arrays) + sum(form.array_count for form in self.parts.values())
        self.read = reader(self.numbers)
        self.read_references = reader(self.references)

    def names(self) -> list[Any]:
        """The fields in the order of a row."""
        parts = [[name, form.names()] for name, form in self.parts.items()]
        return [self.numbers, self.references, list(self.arrays), parts]

    def values(self, record: Any) -> list[Any]:
        """The record's numbers, the ids of what it points at (-1: nothing), its arrays, its parts' values."""
        row: list[Any] = [
            *self.read(record),
            *[-1 if target is None else target.id for target in self.read_references(record)],
        ]
        if not self.is_plain:
            self.add_parts(row, record)
        return row

    def add_parts(self, row: list[Any], record: Any) -> None:
        """Add the record's arrays and its parts' values."""
        arrays = [getattr(record, name) for name in self.arrays]
        row += [None if is_apart(values) else list(values) for values in arrays]
        for name, form in self.parts.items():
            part = getattr(record, name)
            row.append(None if part is None else form.values(part))

    def text(self, record: Any) -> str:
        """The record as a row: JSON, infinities as null."""
        return encode(self.values(record)).decode()

    def arrays_apart(self, record: Any, first: int = 0) -> Iterator[tuple[int, array[float]]]:
        """The arrays that are not in the row, each with its place among all of the record and its parts."""
        for place, name in enumerate(self.arrays, first):
            values = getattr(record, name)
            if is_apart(values):
                yield place, values
        first += len(self.arrays)
        for name, form in self.parts.items():
            part = getattr(record, name)
            if part is not None:
                yield from form.arrays_apart(part, first)
            first += form.array_count

    def fill(self, record: Any, row: list[Any], find: Fillers, first: int = 0) -> None:
        """Set a new record's fields from a row; `find` looks up by id, for each name of a reference.

        For a part that the record lacks `find` makes one. Its "array" looks up, by its place from `first` on,
        an array that is not in the row.
        """
        # The only numbers that JSON cannot say are the infinities that stand for "never" and "long ago", and
        # those are their fields' defaults, which a new record has already.
        for name, value in zip(self.numbers, row, strict=False):
            if value is not None:
                setattr(record, name, value)
        at = len(self.numbers)
        for name, target in zip(self.references, row[at:], strict=False):
            if target >= 0:
                setattr(record, name, find[name](target))
        at += len(self.references)
        for place, ((name, code), values) in enumerate(
            zip(self.arrays.items(), row[at:], strict=False), first
        ):
            setattr(record, name, array(code, find["array"](place) if values is None else values))
        at += len(self.arrays)
        first += len(self.arrays)
        for (name, form), values in zip(self.parts.items(), row[at:], strict=True):
            if values is not None:
                if getattr(record, name) is None:
                    setattr(record, name, find[name](0))
                form.fill(getattr(record, name), values, find, first)
            first += form.array_count


def pieces_of(values: array[float]) -> Iterator[tuple[int, array[float]]]:
    """An array in pieces, each with the place of its first number."""
    for first in range(0, len(values), PIECE):
        yield first, values[first : first + PIECE]


def reader(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What reads several attributes of a record at once."""
    if len(names) == 1:
        [name] = names
        return lambda record: (getattr(record, name),)
    return attrgetter(*names) if names else lambda _: ()


AGENT = RowForm(plain.Agent)
CAMPAIGN = RowForm(plain.Campaign)
CALL = RowForm(plain.Call)
LEAD = RowForm(plain.Lead)
EVENT = RowForm(plain.Event)
FLOOR = RowForm(plain.Floor)
DECISION = RowForm(plain.Decision)

FORM = sha256(encode([form.names() for form in (AGENT, CAMPAIGN, CALL, LEAD, FLOOR)])).hexdigest()[:16]
"""Which fields rows have, in which places: a floor that was written in another form cannot be read."""


def event_text(event: Any) -> str:
    """An event as the journal keeps it."""
    return encode(EVENT.read(event)).decode()


def event_of(runtime: Any, text: str) -> Any:
    """The event that the journal kept."""
    event = runtime.Event()
    EVENT.fill(event, decode(text), {})
    return event


def command_values(command: Any) -> list[Any]:
    """A command as the journal keeps it: numbers and ids, in the order of COMMAND_FIELDS."""
    call, agent, campaign, lead = command.call, command.agent, command.campaign, command.lead
    values = [
        command.do,
        -1 if call is None else call.id,
        -1 if agent is None else agent.id,
        -1 if campaign is None else campaign.id,
        -1 if lead is None else lead.id,
        command.code,
        command.event,
        command.found,
        command.count,
        command.at,
    ]
    if command.decision is not None:
        values.append(DECISION.read(command.decision))
    return values


COMMAND_FIELDS = (
    "do",
    "call",
    "agent",
    "campaign",
    "lead",
    "code",
    "event",
    "found",
    "count",
    "at",
    "decision",
)


def version_text(runtime: Any) -> str:
    """What a configuration's entry says of who wrote the journal, in the place of commands."""
    kind = "plain" if is_plain(runtime) else "compiled"
    return encode([f"{__version__} {kind}"]).decode()
