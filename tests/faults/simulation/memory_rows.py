"""The rows of the store in memory, and how they are put back when a transaction fails."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

DUE, WAITING, CLAIMED, DONE, HELD_BACK = "due", "waiting", "claimed", "done", "held back"
MISSING: Any = object()


class Undo:
    """What to put back where a transaction fails."""

    def __init__(self) -> None:
        self.former: list[tuple[Any, Any, Any]] = []

    def set(self, record: Any, name: str, value: Any) -> None:
        """Set a record's field."""
        self.former.append((record, name, getattr(record, name)))
        setattr(record, name, value)

    def note(self, table: dict[Any, Any], key: Any) -> None:
        """Remember a row of a table before it changes."""
        self.former.append((table, key, table.get(key, MISSING)))

    def grow(self, rows: list[Any], row: Any) -> None:
        """Append a row."""
        self.former.append((rows, None, None))
        rows.append(row)

    def all(self) -> None:
        """Put everything back."""
        for record, name, value in reversed(self.former):
            if isinstance(record, list):
                record.pop()
            elif not isinstance(record, dict):
                setattr(record, name, value)
            elif value is MISSING:
                record.pop(name, None)
            else:
                record[name] = value
        self.former.clear()


@dataclass(slots=True)
class StoredNumber:
    """A telephone number, whoever has it on a list."""

    id: int
    e164: int
    barred: bool = False
    failures: int = 0
    last_attempt_at: float = -math.inf
    free_at: float = 0.0
    held_by: int | None = None


@dataclass(slots=True)
class StoredLead:
    """A lead; `numbers` are ids, the one to be called next comes first."""

    id: int
    of_list: int
    numbers: list[int]
    priority: int = 100
    status: str = DUE
    due_at: float = 0.0
    attempts: int = 0
    outcome: int | None = None
    state: str | None = None
    postal_code: str | None = None
    time_zone: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    consent_at: float | None = None
    held_back: str | None = None
    appointment: tuple[float, int, int] | None = None  # at, floor, agent


@dataclass(slots=True)
class StoredList:
    """A list of leads."""

    id: int
    campaign: int
    status: str
    name: str
    leads: list[StoredLead] = field(default_factory=list)
