"""One plain file: its syntax tree, the place of every node, and edits that keep its number of lines."""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from join.errors import JoinError


@dataclass(slots=True)
class Source:
    """A file of the join. ``name`` is its path below the source root, with forward slashes."""

    name: str
    text: bytes
    tree: ast.Module
    starts: list[int] = field(default_factory=list)

    @classmethod
    def read(cls, root: Path, name: str) -> Source:
        """Read and parse ``root/name``; raises JoinError where it is no Python."""
        text = (root / name).read_bytes().replace(b"\r\n", b"\n")
        try:
            tree = ast.parse(text, filename=name)
        except SyntaxError as error:
            raise JoinError(name, error.lineno or 1, f"not Python: {error.msg}", "Mend the syntax") from error
        starts = [0]
        for line in text.split(b"\n"):
            starts.append(starts[-1] + len(line) + 1)
        return cls(name, text, tree, starts)

    @property
    def module(self) -> str:
        """The dotted name it is imported by."""
        return self.name.removesuffix(".py").replace("/", ".")

    @property
    def digest(self) -> str:
        """SHA-256 of the text as read, in hexadecimal."""
        return hashlib.sha256(self.text).hexdigest()

    def start(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> int:
        """Return the offset of the node's first byte."""
        return self.starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> int:
        """Return the offset after the node's last byte."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.starts[node.end_lineno - 1] + node.end_col_offset

    def slice(self, start: int, end: int) -> str:
        """Return the plain text between two offsets."""
        return self.text[start:end].decode()

    def of(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> str:
        """Return the plain text of a node."""
        return self.slice(self.start(node), self.end(node))

    def line(self, number: int) -> str:
        """Return line ``number`` (from 1) without its end."""
        return self.slice(self.starts[number - 1], self.starts[number] - 1)

    def fault(self, node: ast.AST, found: str, remedy: str) -> JoinError:
        """Return a JoinError that points at ``node``, to be raised."""
        return JoinError(self.name, getattr(node, "lineno", 1), found, remedy)


@dataclass(slots=True, order=True)
class _Edit:
    start: int
    serial: int
    end: int
    text: str


@dataclass(slots=True)
class Edits:
    """Replacements and insertions in one source. Later edits may not cross earlier ones."""

    source: Source
    edits: list[_Edit] = field(default_factory=list)
    serial: int = 0

    def replace(self, start: int, end: int, text: str) -> None:
        """Put ``text`` in place of what is between two offsets, edits included; line breaks are kept."""
        missing = self.source.text.count(b"\n", start, end) - text.count("\n")
        self.edits = [e for e in self.edits if not (start <= e.start and e.end <= end and e.start < end)]
        # After a parenthesis a line break means nothing.
        head, opened, rest = text.partition("(")
        self._add(start, end, head + opened + "\n" * missing + rest)

    def insert(self, at: int, text: str) -> None:
        """Put ``text`` before the byte at an offset."""
        self._add(at, at, text)

    def wrap(self, node: ast.expr, before: str, after: str) -> None:
        """Put text around an expression. Call it for the inner ones first."""
        start = self.source.start(node)
        # An outer opening belongs before the inner ones at the same place.
        serial = min((e.serial for e in self.edits if e.start == start), default=self.serial) - 1
        self.edits.append(_Edit(start, serial, start, before))
        self.insert(self.source.end(node), after)

    def _add(self, start: int, end: int, text: str) -> None:
        self.serial += 1
        self.edits.append(_Edit(start, self.serial, end, text))

    def render(self, start: int = 0, end: int | None = None) -> str:
        """Return the text between two offsets with the edits that lie in it."""
        stop = len(self.source.text) if end is None else end
        parts: list[str] = []
        at = start
        for edit in sorted(self.edits):
            if edit.start < start or edit.end > stop:
                continue
            parts += (self.source.slice(at, edit.start), edit.text)
            at = edit.end
        parts.append(self.source.slice(at, stop))
        return "".join(parts)
