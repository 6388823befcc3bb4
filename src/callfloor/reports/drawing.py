"""What drawings are made of: the SVG element, the frame of a plot with its grid, and paths through values.

A drawing scales with its width. Its colours and fonts come from the page's style sheet, by class: `c-blue` is
an element's colour, and `line`, `fill`, `band` and `layer` are what it paints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from callfloor.reports.markup import coordinate, escaped
from callfloor.reports.ticks import Tick

NARROW, WIDE = 380.0, 580.0
"""Widths of drawings: three of the one or two of the other fill a page."""

CHARACTER = 6.6
"""About how wide a character of a label is, in what a drawing is measured by."""

RIGHT, HEADING, GAP, AXIS, LINE = 16.0, 24.0, 16.0, 20.0, 14.0
"""The room right of a plot, above it for its heading, between two, for the lower axis, for a line of text."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG without its frame. `tip` is what the page's script shows of the bin under the pointer."""

    width: float
    height: float
    description: str
    body: str
    tip: str = ""

    def svg(self, name: str, title: str) -> str:
        """Return the element. No other drawing of the page may have this name."""
        tip = f' data-tip="{escaped(self.tip)}"' if self.tip else ""
        return (
            f'<svg viewBox="0 0 {coordinate(self.width)} {coordinate(self.height)}" role="img" '
            f'aria-labelledby="{name}t {name}d"{tip}><title id="{name}t">{escaped(title)}</title>'
            f'<desc id="{name}d">{escaped(self.description)}</desc>{self.body}</svg>'
        )


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a plot is in its drawing, and which value is at its top; 0 is at the bottom."""

    left: float
    right: float
    top: float
    bottom: float
    highest: float

    def y(self, value: float) -> float:
        """Return where a value is, on the frame's edge where it would lie outside."""
        share = min(max(value / self.highest, 0.0), 1.0)
        return self.bottom - share * (self.bottom - self.top)


def grid(frame: Frame, marks: Sequence[Tick], downs: Sequence[float]) -> str:
    """Lines at the marks of values, with their labels, and down where the other axis has its marks."""
    left, right = coordinate(frame.left), coordinate(frame.right)
    across = "".join(f"M{left} {coordinate(frame.y(mark.at))}H{right}" for mark in marks[1:])
    down = "".join(f"M{coordinate(x)} {coordinate(frame.top)}V{coordinate(frame.bottom)}" for x in downs)
    labels = "".join(
        f'<text class="tick end" x="{coordinate(frame.left - 6)}" y="{coordinate(frame.y(mark.at) + 4)}">'
        f"{escaped(mark.label)}</text>"
        for mark in marks
    )
    base = f'<path class="base" d="M{left} {coordinate(frame.bottom)}H{right}"/>'
    return f'<path class="grid" d="{across}{down}"/>{labels}{base}'


def level(frame: Frame, y: float) -> str:
    """The path across a plot at a height."""
    return f"M{coordinate(frame.left)} {coordinate(y)}H{coordinate(frame.right)}"


def below_axis(mark: Tick, x: float, bottom: float) -> str:
    """The label of a mark of the lower axis."""
    lines = ((mark.label, bottom + 15.0), (mark.below, bottom + 15.0 + LINE))
    return "".join(
        f'<text class="tick middle" x="{coordinate(x)}" y="{coordinate(y)}">{escaped(text)}</text>'
        for text, y in lines
        if text
    )


def along(frame: Frame, edges: Sequence[float], values: Sequence[float | None], *, steps: bool) -> str:
    """The path along values, interrupted where there are none. A value alone is a short dash."""
    parts = []
    for first, end in _runs(values):
        parts.append("M" + _corners(frame, edges, values, range(first, end), steps or end == first + 1))
    return "".join(parts)


def between(
    frame: Frame,
    edges: Sequence[float],
    lower: Sequence[float | None],
    upper: Sequence[float | None],
    *,
    steps: bool,
) -> str:
    """The outline of what lies between two rows of values."""
    parts = []
    for first, end in _runs(upper):
        stepped = steps or end == first + 1
        there = _corners(frame, edges, upper, range(first, end), stepped)
        back = _corners(frame, edges, lower, range(end - 1, first - 1, -1), stepped)
        parts.append(f"M{there}L{back}Z")
    return "".join(parts)


def _corners(
    frame: Frame, edges: Sequence[float], values: Sequence[float | None], places: range, steps: bool
) -> str:
    """The corners of a path through values, there or back: in the middle of bins, or at their edges."""
    found = []
    for place in places:
        y = coordinate(frame.y(values[place] or 0.0))
        start, end = edges[place : place + 2]
        if not steps:
            found.append(f"{coordinate((start + end) / 2)} {y}")
        elif not found:
            start, end = (start, end) if places.step > 0 else (end, start)
            found.append(f"{coordinate(start)} {y}H{coordinate(end)}")
        else:
            found.append(f"V{y}H{coordinate(end if places.step > 0 else start)}")
    return "".join(found) if steps else " ".join(found)


def _runs(values: Sequence[float | None]) -> list[tuple[int, int]]:
    """Where values stand without a gap: the first place, and the one after the last."""
    found, first = [], None
    for place, value in enumerate([*values, None]):
        if value is not None and first is None:
            first = place
        elif value is None and first is not None:
            found.append((first, place))
            first = None
    return found
