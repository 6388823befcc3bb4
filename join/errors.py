"""What the join says when it refuses a file."""

from __future__ import annotations


class JoinError(Exception):
    """The plain text cannot be joined: where, what was found, and what to do about it."""

    def __init__(self, path: str, line: int, found: str, remedy: str) -> None:
        super().__init__(f"{path}:{line}: {found}. {remedy}.")
        self.path = path
        self.line = line
        self.found = found
        self.remedy = remedy


class ToolMissing(Exception):  # noqa: N818 - it is a condition of the machine, not a fault in the text
    """Cython or a C compiler is not there; the message says which."""
