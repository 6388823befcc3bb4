"""The floor's records as rows: JSON arrays of their fields, references by id; and back again.

Which fields a record has is read off the plain records, so that there is no second list of them to keep in
step. Links of lines (`prev`, `next`, `first_…`, `last_…`) are not written: `order` restores them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import msgspec

from callfloor import floor as plain
from callfloor.runtimes import is_plain
from callfloor.version import __version__

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder().decode

ARRAYS = ("Times", "Counts", "Codes")
NOT_WRITTEN = ("changed", "place", "waiting", "voicemails", "ledger", "outlook")
LINKS = ("prev", "next", "line", "own", "decision", "queue", "voicemail")
"""What follows from the rest, and what concerns people who call in: no live floor takes calls yet."""


class RowForm:
    """How one kind of record is written: its numbers and lists of numbers, then its references."""

    def __init__(self, record: type[Any]) -> None:
        fields = {f.name: str(f.type) for f in dataclasses.fields(record)}
        fields = {name: type_ for name, type_ in fields.items() if name not in NOT_WRITTEN}
        pointers = [name for name, type_ in fields.items() if type_.endswith("| None")]
        self.references = [n for n in pointers if n not in LINKS and "_" not in n]
        self.numbers = [
            n for n, type_ in fields.items() if "[" not in type_ and type_ not in ARRAYS and n not in pointers
        ]
        self.numbers += [n for n, type_ in fields.items() if type_ == "list[Seconds]"]
        self.defaults = {f.name: f.default for f in dataclasses.fields(record)}
        self.read: Callable[[Any], tuple[Any, ...]] = attrgetter(*self.numbers)

    def values(self, record: Any) -> list[Any]:
        """The record's numbers and then the ids of what it points at (-1: nothing)."""
        row: list[Any] = list(self.read(record))
        for name in self.references:
            target = getattr(record, name)
            row.append(-1 if target is None else target.id)
        return row

    def text(self, record: Any) -> str:
        """The record as a row: JSON, infinities as null."""
        return encode(self.values(record)).decode()

    def fill(self, record: Any, row: list[Any], find: dict[str, Callable[[int], Any]]) -> None:
        """Set the record's fields from a row; `find` looks up by id, for each name of a reference."""
        for name, value in zip(self.numbers, row, strict=False):
            # The only numbers that JSON cannot say are the infinities that stand for "never" and "long ago",
            # and those are their fields' defaults.
            setattr(record, name, self.defaults[name] if value is None else value)
        for name, target in zip(self.references, row[len(self.numbers) :], strict=True):
            setattr(record, name, None if target < 0 else find[name](target))


AGENT = RowForm(plain.Agent)
CAMPAIGN = RowForm(plain.Campaign)
CALL = RowForm(plain.Call)
LEAD = RowForm(plain.Lead)
EVENT = RowForm(plain.Event)
FLOOR = RowForm(plain.Floor)
DECISION = RowForm(plain.Decision)


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
