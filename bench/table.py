"""What a measurement came to, and the table of them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `fine` says whether the aim is met, None where there is none."""

    what: str
    value: str
    aim: str = ""
    fine: bool | None = None


def markdown(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table with columns in line, readable as plain text as well."""
    rows = [("what", "measured", "aim", "met")]
    for figure in figures:
        met = "" if figure.fine is None else "yes" if figure.fine else "**no**"
        rows.append((figure.what, figure.value, figure.aim, met))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    cells = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    lines.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return "\n".join(lines) + "\n"
