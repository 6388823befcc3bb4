"""A picture of panels one above the other, each with two axes, lines and bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.pacing.plot import STYLE
from callfloor.reports.drawing import CHARACTER, Drawing
from callfloor.reports.markup import coordinate, escaped
from callfloor.reports.ticks import Tick

WIDTH, HEIGHT = 760.0, 210.0
LEFT, RIGHT, TOP, BOTTOM = 62.0, 14.0, 30.0, 42.0
SEEN_IN_A_PIXEL = 1.0
"""Where a line has very many points they are so far apart at least, so that the file stays small."""


@dataclass
class Panel:
    """One panel, by its place from above. The lower axis goes from `first` to `last`, the left one from 0."""

    place: int
    heading: str
    across_title: str
    up_title: str
    across: Sequence[Tick]
    up: Sequence[Tick]
    first: float = 0.0
    last: float | None = None
    parts: list[str] = field(default_factory=list)
    legend: list[tuple[str, str]] = field(default_factory=list)

    @property
    def top(self) -> float:
        """Where the panel begins."""
        return HEIGHT * self.place

    @property
    def bottom(self) -> float:
        """Where the lower axis is."""
        return self.top + HEIGHT - BOTTOM

    def x(self, value: float) -> float:
        """Where a value of the lower axis is."""
        last = self.across[-1].at if self.last is None else self.last
        return LEFT + (value - self.first) / (last - self.first) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Where a value of the left axis is, on the upper edge where it would lie above."""
        share = min(max(value / self.up[-1].at, 0.0), 1.0)
        return self.bottom - share * (HEIGHT - TOP - BOTTOM)

    def line(self, points: Sequence[tuple[float, float]], colour: str, name: str = "") -> None:
        """Draw a line through points."""
        found: list[str] = []
        drawn_to = -SEEN_IN_A_PIXEL
        many = len(points) > WIDTH
        for across, up in points:
            x = self.x(across)
            if not many or x - drawn_to >= SEEN_IN_A_PIXEL:
                found.append(f"{coordinate(x)} {coordinate(self.y(up))}")
                drawn_to = x
        self.parts.append(
            f'<path d="M{"L".join(found)}" fill="none" stroke="var(--{colour})" stroke-width="1.5"/>'
        )
        self.name(name, colour)

    def bar(self, start: float, end: float, up: float, colour: str) -> None:
        """Draw a bar that stands on the lower axis."""
        left, right, top = self.x(start), self.x(end), self.y(up)
        self.parts.append(
            f'<rect x="{coordinate(left)}" y="{coordinate(top)}" width="{coordinate(right - left)}" '
            f'height="{coordinate(self.bottom - top)}" fill="var(--{colour})"/>'
        )

    def dot(self, across: float, up: float, colour: str) -> None:
        """Draw a point."""
        at = f'cx="{coordinate(self.x(across))}" cy="{coordinate(self.y(up))}"'
        self.parts.append(f'<circle class="mark" {at} r="4" fill="var(--{colour})"/>')

    def limit(self, up: float) -> None:
        """Draw a dashed line across."""
        y = coordinate(self.y(up))
        self.parts.append(f'<path class="limit" d="M{coordinate(LEFT)} {y}H{coordinate(WIDTH - RIGHT)}"/>')

    def name(self, name: str, colour: str) -> None:
        """Say what a colour means, where that has not been said."""
        if name and (name, colour) not in self.legend:
            self.legend.append((name, colour))

    def svg(self) -> str:
        """The panel with its axes and what its colours mean."""
        found = [text(self.heading, 4.0, self.top + 16.0, "heading")]
        x = WIDTH - RIGHT
        for name, colour in reversed(self.legend):
            x -= CHARACTER * len(name)
            found.append(text(name, x, self.top + 16.0))
            mark = f'x="{coordinate(x - 13)}" y="{coordinate(self.top + 8)}" width="9" height="9"'
            found.append(f'<rect {mark} fill="var(--{colour})"/>')
            x -= 26.0
        for tick in self.up:
            y = coordinate(self.y(tick.at))
            found.append(f'<path class="grid" d="M{coordinate(LEFT)} {y}H{coordinate(WIDTH - RIGHT)}"/>')
            found.append(text(tick.label, LEFT - 6.0, self.y(tick.at) + 4.0, "end"))
        labels = (text(tick.label, self.x(tick.at), self.bottom + 15.0, "middle") for tick in self.across)
        found.extend(labels)
        middle = (LEFT + WIDTH - RIGHT) / 2.0
        found.append(text(self.across_title, middle, self.bottom + 31.0, "middle"))
        beside = f"translate(12 {coordinate((self.top + TOP + self.bottom) / 2)}) rotate(-90)"
        found.append(f'<text class="middle" transform="{beside}">{escaped(self.up_title)}</text>')
        return "".join([*found, *self.parts])


def text(words: str, x: float, y: float, kind: str = "") -> str:
    """A text at a place."""
    shown = f' class="{kind}"' if kind else ""
    return f'<text{shown} x="{coordinate(x)}" y="{coordinate(y)}">{escaped(words)}</text>'


def picture(name: str, title: str, description: str, panels: Sequence[Panel]) -> str:
    """Return the SVG file."""
    height = HEIGHT * len(panels)
    body = f'<rect class="paper" width="{coordinate(WIDTH)}" height="{coordinate(height)}"/>'
    body += "".join(panel.svg() for panel in panels)
    svg = Drawing(WIDTH, height, description, body).svg(name, title)
    return (
        svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace(
            "</desc>", f"</desc><style>{STYLE}</style>", 1
        )
        + "\n"
    )
