"""Charts over time: panels of lines with bands, and of stacks, one above the other over one clock."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from callfloor.reports.drawing import (
    AXIS,
    CHARACTER,
    GAP,
    HEADING,
    LINE,
    NARROW,
    RIGHT,
    Drawing,
    Frame,
    along,
    below_axis,
    between,
    grid,
    level,
)
from callfloor.reports.markup import coordinate, escaped
from callfloor.reports.ticks import Clock, Tick, percent_ticks, ticks
from callfloor.sim.result import shown
from callfloor.sim.statistics import Estimate

_KEY = 28.0
"""The room for a colour in a legend."""

LEAST_SHARE = 0.05
"""Where all shares are 0, their axis goes up to this."""


@dataclass(frozen=True, slots=True)
class Line:
    """A figure by bin. `steps`: it holds for all of a bin. `filled`: what lies below is coloured as well."""

    name: str
    colour: str
    points: Sequence[Estimate]
    steps: bool = False
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """A value that a figure should not exceed, and what is written at it."""

    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One of the plots over the same time.

    `unit` is "share", or the unit of what is counted. `layers` are stacked, the first one lowest. The axis
    goes up to `top` at least, in steps of `least` or more.
    """

    heading: str
    unit: str
    lines: Sequence[Line] = ()
    layers: Sequence[Line] = ()
    limit: Limit | None = None
    top: float = 0.0
    least: float = 0.0
    height: float = 96.0


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The measured time: its clock, and where its bins begin and end, in seconds from the run's start."""

    clock: Clock
    edges_s: Sequence[float]

    def places(self, left: float, right: float) -> list[float]:
        """Return the edges of bins between two sides of a plot."""
        return [self.place(edge, left, right) for edge in self.edges_s]

    def place(self, at_s: float, left: float, right: float) -> float:
        """Return where a time is between two sides of a plot."""
        first, last = self.edges_s[0], self.edges_s[-1]
        return left + (at_s - first) / (last - first) * (right - left)

    def ticks(self, width: float) -> tuple[Tick, ...]:
        """Return as many marks as such a width has room for the labels of."""
        for most in range(12, 0, -1):
            marks = self.clock.ticks(self.edges_s[0], self.edges_s[-1], most)
            widest = max((max(len(mark.label), len(mark.below) * 0.6) for mark in marks), default=0)
            if len(marks) < 2 or (widest + 2) * CHARACTER * (len(marks) - 1) <= width:
                return marks
        return ()

    def text(self, place: int) -> str:
        """Return from when to when a bin lasts."""
        start_s, end_s = self.edges_s[place : place + 2]
        text = self.clock.span_text(start_s, end_s)
        dated = self.clock.date_text(self.edges_s[0]) != self.clock.date_text(self.edges_s[-1])
        return f"{self.clock.date_text(start_s)}, {text}" if dated else text


def time_chart(axis: TimeAxis, panels: Sequence[Panel], width: float = NARROW) -> Drawing:
    """Return panels one above the other over a common axis of time."""
    marks = [_marks(panel) for panel in panels]
    left = max(46.0, 12.0 + CHARACTER * max(len(mark.label) for each in marks for mark in each))
    right = width - RIGHT
    hours = axis.ticks(right - left)
    downs = [axis.place(hour.at, left, right) for hour in hours]
    body, above = [], 0.0
    for panel, own in zip(panels, marks, strict=True):
        top = above + HEADING + (LINE if _is_crowded(panel, width) else 0.0)
        frame = Frame(left, right, top, top + panel.height, own[-1].at)
        body.append(_heading(panel, above, width))
        body.append(grid(frame, own, downs))
        body.append(_plot(frame, panel, axis))
        above = frame.bottom + GAP
    bottom = above - GAP
    body += [below_axis(mark, x, bottom) for mark, x in zip(hours, downs, strict=True)]
    body.append(f'<path class="cursor" d="M0 {coordinate(HEADING)}V{coordinate(bottom)}"/>')
    return Drawing(
        width,
        bottom + AXIS + (LINE if any(mark.below for mark in hours) else 0.0),
        " ".join(_described(panel, axis) for panel in panels),
        "".join(body),
        _tip(panels, left, right),
    )


def _marks(panel: Panel) -> tuple[Tick, ...]:
    """The marks of a panel's values, up to the highest that is shown."""
    if panel.layers:
        means = [[point.mean or 0.0 for point in layer.points] for layer in panel.layers]
        highest = max(map(sum, zip(*means, strict=True)), default=0.0)
    else:
        highest = 0.0
    points = [point for line in panel.lines for point in line.points if point.mean is not None]
    mean = max((point.mean or 0.0 for point in points), default=0.0)
    upper = max(((point.mean or 0.0) + (point.half_width or 0.0) for point in points), default=0.0)
    # A band that is much higher than the line is cut off: it would press the line flat.
    highest = max(highest, panel.top, mean, min(upper, 1.4 * mean), panel.limit.value if panel.limit else 0.0)
    most = max(5, round(panel.height / 28))
    if panel.unit == "share":
        return percent_ticks(highest or LEAST_SHARE, most)
    return ticks(highest or 1.0, most, panel.least)


def _legend(panel: Panel) -> list[Line]:
    """Which lines and layers are told by their colours: one alone is told by the heading."""
    every = [*panel.layers[::-1], *panel.lines]
    return every if len(every) > 1 else []


def _is_crowded(panel: Panel, width: float) -> bool:
    """Whether the legend has no room beside the heading, and stands below it."""
    legend = sum(CHARACTER * len(line.name) + _KEY for line in _legend(panel))
    return CHARACTER * len(panel.heading) + legend > width - RIGHT


def _heading(panel: Panel, above: float, width: float) -> str:
    """What a panel shows, and the colours of its lines and layers."""
    y = above + 12.0
    parts = [f'<text class="heading" x="0" y="{coordinate(y)}">{escaped(panel.heading)}</text>']
    y += LINE if _is_crowded(panel, width) else 0.0
    x = width - RIGHT
    for line in reversed(_legend(panel)):
        x -= CHARACTER * len(line.name)
        parts.append(f'<text x="{coordinate(x)}" y="{coordinate(y)}">{escaped(line.name)}</text>')
        at = f"M{coordinate(x - 18)} {coordinate(y - 4)}"
        if line in panel.layers or line.filled:
            parts.append(f'<path class="key c-{line.colour}" d="{at}m4-5h10v10h-10z"/>')
        else:
            parts.append(f'<path class="line c-{line.colour}" d="{at}h14"/>')
        x -= _KEY
    return "".join(parts)


def _plot(frame: Frame, panel: Panel, axis: TimeAxis) -> str:
    """The stack, the lines with their bands, and the limit."""
    edges = axis.places(frame.left, frame.right)
    parts: list[str] = []
    below = [0.0] * (len(edges) - 1)
    for layer in panel.layers:
        above = [low + (point.mean or 0.0) for low, point in zip(below, layer.points, strict=True)]
        shape = between(frame, edges, below, above, steps=True)
        parts.append(f'<path class="layer c-{layer.colour}" d="{shape}"/>')
        below = above
    parts.extend(_line(frame, edges, line) for line in panel.lines)
    if panel.limit is not None:
        y = frame.y(panel.limit.value)
        below_it = y - frame.top < LINE
        at = f'x="{coordinate(frame.right)}" y="{coordinate(y + 12 if below_it else y - 4)}"'
        parts.append(
            f'<path class="limit" d="{level(frame, y)}"/>'
            f'<text class="end limit" {at}>{escaped(panel.limit.label)}</text>'
        )
    return "".join(parts)


def _line(frame: Frame, edges: Sequence[float], line: Line) -> str:
    means = [point.mean for point in line.points]
    colour = f"c-{line.colour}"
    parts = []
    if line.filled:
        nothing = [0.0] * len(means)
        shape = between(frame, edges, nothing, means, steps=line.steps)
        parts.append(f'<path class="fill {colour}" d="{shape}"/>')
    if any(point.half_width for point in line.points):
        lower = [_moved(point, -1.0) for point in line.points]
        upper = [_moved(point, 1.0) for point in line.points]
        shape = between(frame, edges, lower, upper, steps=line.steps)
        parts.append(f'<path class="band {colour}" d="{shape}"/>')
    parts.append(f'<path class="line {colour}" d="{along(frame, edges, means, steps=line.steps)}"/>')
    return "".join(parts)


def _moved(point: Estimate, times: float) -> float | None:
    return None if point.mean is None else point.mean + times * (point.half_width or 0.0)


def _described(panel: Panel, axis: TimeAxis) -> str:
    """A panel in words: how low and how high each line goes, and when."""
    found = []
    for line in (*panel.layers, *panel.lines):
        known = [(point.mean, place) for place, point in enumerate(line.points) if point.mean is not None]
        if known:
            (low, at_low), (high, at_high) = min(known), max(known)
            lowest, highest = (shown(Estimate(value, None), panel.unit) for value in (low, high))
            lowest, highest = f"{lowest} at {axis.text(at_low)}", f"{highest} at {axis.text(at_high)}"
            found.append(f"{line.name}: lowest {lowest}, highest {highest}")
    limit = [panel.limit.label] if panel.limit else []
    return f"{panel.heading}. {'; '.join([*found, *limit]) or 'nothing'}."


def _tip(panels: Sequence[Panel], left: float, right: float) -> str:
    """What the page's script needs: the plot's sides, and for each line its values as text."""
    lines = []
    for panel in panels:
        unit = "" if panel.unit == "share" else f" {panel.unit}"
        for line in (*panel.layers[::-1], *panel.lines):
            texts = [shown(point, panel.unit) for point in line.points]
            lines.append([line.name, line.colour, unit, texts])
    return json.dumps([left, right, lines], ensure_ascii=False, separators=(",", ":"))
