"""What importing asks of a store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

DEFAULT_PRIORITY = 100


@dataclass(slots=True)
class NewLead:
    """A lead as its list has it."""

    line: int
    """Of the file, from 1: where the row begins."""
    numbers: list[int]
    """E.164 without the plus, in the order of trying; at least one, none twice."""
    priority: int = DEFAULT_PRIORITY
    """The smaller is called first."""
    external_id: str | None = None
    state: str | None = None
    postal_code: str | None = None
    time_zone: str | None = None
    attributes: str | None = None
    """A JSON object of strings."""
    consent_at: float | None = None
    """When the person agreed to be called, UTC seconds; 0 where the list says that they did and not when."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A number that the list's campaign has already, at this place of the batch."""

    position: int
    """Of the lead in the batch, from 0."""
    number: int
    in_file: bool
    """Whether the other one is in this list too; else in one that was imported before."""
    lead_dropped: bool
    """Whether the lead had no other number; it is not in the store then."""


@dataclass(frozen=True, slots=True)
class BatchAdded:
    """What a store made of a batch."""

    leads: int
    numbers: int
    barred: int
    """How many of the numbers are barred: kept, never dialled."""
    duplicates: list[Duplicate]


class ListWriter(Protocol):
    """A list on its way into the store: no dialer sees anything of it before it is published."""

    def add(self, batch: Sequence[NewLead]) -> BatchAdded:
        """Stage some leads, without those numbers that the campaign has already."""
        ...

    def publish(self) -> None:
        """Let dialers see all of the list from now on, in one step."""
        ...

    def discard(self) -> None:
        """Leave nothing of the list behind."""
        ...


class LeadLists(Protocol):
    """The lists of a store."""

    def begin(self, campaign: str, name: str) -> ListWriter:
        """Begin a list of the campaign, which is made if there is none of that name."""
        ...


class SeenNumbers(Protocol):
    """The numbers of one file so far, where no store is asked."""

    def add(self, numbers: Sequence[int]) -> list[bool]:
        """Take numbers in; of each, whether it was there before."""
        ...
