"""A log of JSON lines. Bare on purpose: a busy floor writes a thousand lines a second."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

import msgspec

encode = msgspec.json.Encoder().encode

LEVELS = {"info": 20, "warning": 30, "error": 40}
"""The number of a severity, as logging has it."""

LEVEL_NAMES = {number: name for name, number in LEVELS.items()}


class File(Protocol):
    """What lines are written to."""

    def write(self, line: bytes, /) -> int:
        """Write."""

    def flush(self) -> object:
        """Have it out of this process."""


class Lines:
    """A file that takes lines, each at once, or those of a step together."""

    def __init__(self, file: File) -> None:
        """Write to a file that is open."""
        self.file = file
        self.waiting: list[bytes] = []
        self.is_holding = False

    def hold(self) -> None:
        """More lines follow: have them wait for ``write``, which is one call to the system for all."""
        self.is_holding = True

    def add(self, line: bytes) -> None:
        """Add a line. Raises OSError."""
        self.waiting.append(line)
        if not self.is_holding:
            self.write()

    def write(self) -> None:
        """Write what waits. Raises OSError; what could not be written is not tried again."""
        self.is_holding = False
        if self.waiting:
            self.waiting.append(b"")
            lines, self.waiting = self.waiting, []
            self.file.write(b"\n".join(lines))
            self.file.flush()


class JsonLog:
    """Tells what happens in lines that all have the fields that the log is bound to."""

    def __init__(
        self, lines: Lines, add: Callable[[dict[str, Any]], None] = lambda line: None, **bound: Any
    ) -> None:
        """`add` is given each line before it is written, to add to it."""
        self.lines = lines
        self.add = add
        self.bound = bound

    def info(self, event: str, **told: Any) -> None:
        """Something has happened as it should."""
        self.say("info", event, told)

    def warning(self, event: str, **told: Any) -> None:
        """Something that somebody should look at."""
        self.say("warning", event, told)

    def error(self, event: str, **told: Any) -> None:
        """Something that somebody must look at."""
        self.say("error", event, told)

    def log(self, level: int, event: str, **told: Any) -> None:
        """Something of a severity, by its number in LEVELS."""
        self.say(LEVEL_NAMES[level], event, told)

    def say(self, level: str, event: str, told: dict[str, Any]) -> None:
        """One line. Raises OSError."""
        line = {**self.bound, **told, "event": event, "level": level}
        self.add(line)
        self.lines.add(encode(line))


def json_log(file: BinaryIO, **bound: Any) -> JsonLog:
    """A log of its own to a file that is open."""
    return JsonLog(Lines(file), **bound)
