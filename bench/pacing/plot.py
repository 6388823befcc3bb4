"""The picture of a comparison: for each floor occupancy against abandonment, with the frontier of ratios."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.pacing.comparing import Comparison
from bench.pacing.rules import OURS, REFERENCE
from bench.pacing.run import Window
from callfloor.reports.drawing import CHARACTER, Drawing
from callfloor.reports.markup import coordinate, escaped
from callfloor.reports.ticks import round_step

COLUMNS = 4
PANEL_WIDTH, PANEL_HEIGHT = 262.0, 202.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 12.0, 24.0, 42.0
LEGEND = 28.0
MOST_ABANDONED = 0.08
"""Abandonment goes up to this; what lies beyond stands at the edge."""

LIMIT = 0.03
X_TITLE, Y_TITLE = "abandoned, of answered", "agents busy, %"

COLOURS: Mapping[str, str] = {
    OURS: "alarm",
    REFERENCE: "ink",
    "vicidial": "blue",
    "vicidial_ready": "red",
    "vicidial_average": "sky",
    "vicidial_tapered": "purple",
    "issabel": "amber",
    "erlang": "grey",
    "best ratio": "green",
}

STYLE = """
svg { --paper: #ffffff; --ink: #1b2430; --muted: #5a6675; --grid: #e8ebef; --blue: #0072b2; --sky: #7cc3ee;
  --green: #009e73; --red: #d55e00; --amber: #e6a21a; --purple: #a8508a; --grey: #a9b2bd; --alarm: #b3261e; }
@media (prefers-color-scheme: dark) { svg { --paper: #12161c; --ink: #e8ecf1; --muted: #9aa6b4;
  --grid: #262e38; --blue: #4aa8e8; --sky: #2c6fa3; --green: #2fbf95; --red: #f2793a; --amber: #e9b044;
  --purple: #d386b9; --grey: #6b7785; --alarm: #ff8a80; } }
text { font: 11px system-ui, sans-serif; fill: var(--muted); }
.heading { fill: var(--ink); font-weight: 600; }
.end { text-anchor: end; } .middle { text-anchor: middle; }
.paper { fill: var(--paper); } .grid { stroke: var(--grid); fill: none; }
.limit { stroke: var(--muted); stroke-dasharray: 3 3; fill: none; }
.frontier { stroke: var(--green); stroke-width: 1.5; fill: none; }
.mark { stroke: var(--paper); }
"""


@dataclass(frozen=True, slots=True)
class Axes:
    """Where abandonment and occupancy lie in a panel. `lowest` occupancy stands at its lower left corner."""

    left: float
    top: float
    lowest: float

    @property
    def right(self) -> float:
        """The right edge of what is plotted."""
        return self.left + PANEL_WIDTH - LEFT - RIGHT

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + PANEL_HEIGHT - TOP - BOTTOM

    def x(self, abandoned: float) -> float:
        """Where a share of abandoned calls is, at the edge where it would lie outside."""
        return self.left + min(abandoned / MOST_ABANDONED, 1.0) * (self.right - self.left)

    def y(self, occupancy: float) -> float:
        """Where an occupancy is, on the lower edge where it would lie below."""
        share = max((occupancy - self.lowest) / (1.0 - self.lowest), 0.0)
        return self.bottom - share * (self.bottom - self.top)

    def at(self, abandoned: float, occupancy: float) -> str:
        """A point as a path has it."""
        return f"{coordinate(self.x(abandoned))} {coordinate(self.y(occupancy))}"


def picture(found: Sequence[Comparison]) -> str:
    """Return the SVG file: a panel for each floor, four in a row."""
    names = list(dict.fromkeys(name for each in found for name in each.rules))
    shown = [*names, "best ratio"]
    rows = math.ceil(len(found) / COLUMNS)
    columns = min(COLUMNS, len(found))
    width, height = columns * PANEL_WIDTH, LEGEND + rows * PANEL_HEIGHT
    body = [f'<rect class="paper" width="{coordinate(width)}" height="{coordinate(height)}"/>', legend(shown)]
    for place, each in enumerate(found):
        body.append(panel(each, place % COLUMNS * PANEL_WIDTH, LEGEND + place // COLUMNS * PANEL_HEIGHT))
    drawing = Drawing(width, height, " ".join(described(each) for each in found), "".join(body))
    svg = drawing.svg("pacing", "Occupancy against abandonment, by floor")
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace(
        "</desc>", f"</desc><style>{STYLE}</style>", 1
    )


def legend(names: Sequence[str]) -> str:
    """The colours of the rules, in a row."""
    parts, x = [], 8.0
    for name in names:
        parts.append(mark(x, 14.0, colour_of(name)))
        parts.append(f'<text x="{coordinate(x + 9)}" y="18">{escaped(name)}</text>')
        x += CHARACTER * len(name) + 30.0
    return "".join(parts)


def colour_of(name: str) -> str:
    """The colour of a rule; what has none of its own is muted."""
    return COLOURS.get(name, "muted")


def mark(x: float, y: float, colour: str) -> str:
    """A dot."""
    at = f'cx="{coordinate(x)}" cy="{coordinate(y)}"'
    return f'<circle class="mark" {at} r="4" fill="var(--{colour})"/>'


def panel(each: Comparison, x: float, y: float) -> str:
    """One floor."""
    points = [outcome.whole for _, outcome in each.hindsight.tried]
    marks = {name: outcome.whole for name, outcome in each.rules.items()}
    marks["best ratio"] = each.hindsight.outcome.whole
    # Rules that keep agents far less busy than one line each would stand at the lower edge.
    lowest = 0.95 * min(one.occupancy for one in points)
    step = round_step(1.0 - lowest, 5) if lowest < 1.0 else 0.1
    axes = Axes(x + LEFT, y + TOP, max(0.0, math.floor(lowest / step) * step))
    parts = [
        f'<text class="heading" x="{coordinate(x + 4)}" y="{coordinate(y + 14)}">{each.floor.name}</text>'
    ]
    parts += grid(axes, step)
    along = "L".join(axes.at(*point) for point in frontier(points))
    parts.append(f'<path class="frontier" d="M{along}"/>')
    for name, one in marks.items():
        parts.append(mark(axes.x(one.abandon_rate), axes.y(one.occupancy), colour_of(name)))
    return "".join(parts)


def frontier(points: Sequence[Window]) -> list[tuple[float, float]]:
    """Abandonment and occupancy of the ratios, from low to high, up to the right edge of the panel."""
    found: list[tuple[float, float]] = []
    for point in points:
        here = (point.abandon_rate, point.occupancy)
        if here[0] > MOST_ABANDONED and found:
            last = found[-1]
            share = (MOST_ABANDONED - last[0]) / (here[0] - last[0])
            return [*found, (MOST_ABANDONED, last[1] + share * (here[1] - last[1]))]
        found.append(here)
    return found


def grid(axes: Axes, step: float) -> list[str]:
    """The lines, labels and titles of both axes, and the limit."""
    parts = []
    left, right = coordinate(axes.left), coordinate(axes.right)
    for count in range(round((1.0 - axes.lowest) / step) + 1):
        value = axes.lowest + count * step
        y = axes.y(value)
        parts.append(f'<path class="grid" d="M{left} {coordinate(y)}H{right}"/>')
        label = f'x="{coordinate(axes.left - 5)}" y="{coordinate(y + 4)}"'
        parts.append(f'<text class="end" {label}>{100 * value:.3g}</text>')
    for percent in range(0, round(100 * MOST_ABANDONED) + 1, 2):
        x = axes.x(percent / 100)
        label = f'x="{coordinate(x)}" y="{coordinate(axes.bottom + 14)}"'
        parts.append(f'<text class="middle" {label}>{percent} %</text>')
    middle_x, middle_y = (axes.left + axes.right) / 2, (axes.top + axes.bottom) / 2
    under = f'x="{coordinate(middle_x)}" y="{coordinate(axes.bottom + 28)}"'
    parts.append(f'<text class="middle" {under}>{X_TITLE}</text>')
    beside = f"translate({coordinate(axes.left - 34)} {coordinate(middle_y)}) rotate(-90)"
    parts.append(f'<text class="middle" transform="{beside}">{Y_TITLE}</text>')
    limit = coordinate(axes.x(LIMIT))
    parts.append(f'<path class="limit" d="M{limit} {coordinate(axes.top)}V{coordinate(axes.bottom)}"/>')
    return parts


def described(each: Comparison) -> str:
    """A floor in words, for those who do not see the picture."""
    rules = {"best ratio": each.hindsight.outcome, **each.rules}
    told = ", ".join(
        f"{name} {outcome.whole.occupancy:.1%} busy and {outcome.whole.abandon_rate:.1%} abandoned"
        for name, outcome in rules.items()
    )
    return f"{each.floor.name}: {told}."
