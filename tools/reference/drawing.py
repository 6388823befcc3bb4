"""State diagrams as SVG, laid out by hand and drawn from the tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from tools.reference.machines import Box, Edge, Machine

FONT = 'font-family="Helvetica, Arial, sans-serif" font-size="13"'

WIDE = 600.0


@dataclass(frozen=True, slots=True)
class Line:
    """One arrow: a curve with one control point, and its words."""

    start: tuple[float, float]
    control: tuple[float, float]
    end: tuple[float, float]
    words: Sequence[str]
    words_at: float
    dashed: bool

    def at(self, t: float) -> tuple[float, float]:
        """Return the point at a share of the way."""
        (ax, ay), (bx, by), (cx, cy) = self.start, self.control, self.end
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        return a * ax + b * bx + c * cx, a * ay + b * by + c * cy


def picture(machine: Machine) -> str:
    """Return the state diagram as SVG: solid arrows are cells of the table, dashed ones the floor's own."""
    width, height = machine.size
    lines = [arrow(machine, edge, words, dashed=False) for edge, words in machine.edges().items()]
    lines += [arrow(machine, edge, [why], dashed=True) for edge, why in machine.own_steps.items()]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {FONT} role="img">',
        f"<title>States of {machine.name}s</title>",
        "<defs>",
        arrow_head("head", "#3a4653"),
        arrow_head("own", "#b4540a"),
        "</defs>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *(line_svg(line) for line in lines),
        *(box_svg(box, name) for box, name in zip(machine.boxes, machine.states, strict=True)),
        *(text for line in lines for text in words_svg(line)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def arrow(machine: Machine, edge: Edge, words: Sequence[str], dashed: bool) -> Line:
    """Lay an arrow from the rim of one box to that of the other."""
    from_box, to_box = machine.boxes[edge[0]], machine.boxes[edge[1]]
    a, b = anchor(from_box, to_box), anchor(to_box, from_box)
    bend = 2 * machine.bends.get(edge, 0.0)
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = math.hypot(dx, dy)
    control = (a[0] + dx / 2 + bend * dy / length, a[1] + dy / 2 - bend * dx / length)
    start, end = rim(from_box, a, control), rim(to_box, b, control)
    return Line(start, control, end, words, machine.label_at.get(edge, 0.5), dashed)


def anchor(box: Box, other: Box) -> tuple[float, float]:
    """Return the point in a box at which an arrow aims: in a wide one straight above or below the other."""
    if box.width < WIDE:
        return box.x, box.y
    return (other.x if other.width < WIDE else box.x + box.width / 2 - 20), box.y


def rim(box: Box, inside: tuple[float, float], towards: tuple[float, float]) -> tuple[float, float]:
    """Return where a straight line from a point inside a box leaves it."""
    dx, dy = towards[0] - inside[0], towards[1] - inside[1]
    reach_x = math.inf if dx == 0 else ((box.x + math.copysign(box.width / 2, dx)) - inside[0]) / dx
    reach_y = math.inf if dy == 0 else ((box.y + math.copysign(box.height / 2, dy)) - inside[1]) / dy
    reach = min(reach_x, reach_y)
    return inside[0] + dx * reach, inside[1] + dy * reach


def arrow_head(name: str, colour: str) -> str:
    """Return the head of an arrow, to be used by its name."""
    shape = f'<path d="M0 0 10 5 0 10z" fill="{colour}"/>'
    size = 'viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8"'
    return f'<marker id="{name}" {size} orient="auto">{shape}</marker>'


def line_svg(line: Line) -> str:
    """Return an arrow's curve."""
    (ax, ay), (bx, by), (cx, cy) = line.start, line.control, line.end
    colour, head = ("#b4540a", "own") if line.dashed else ("#3a4653", "head")
    dash = ' stroke-dasharray="6 4"' if line.dashed else ""
    return (
        f'<path d="M{ax:.0f} {ay:.0f}Q{bx:.0f} {by:.0f} {cx:.0f} {cy:.0f}" fill="none" '
        f'stroke="{colour}" stroke-width="1.4"{dash} marker-end="url(#{head})"/>'
    )


def words_svg(line: Line) -> list[str]:
    """Return an arrow's words, one below the other, on white so that no line runs through them."""
    x, y = line.at(line.words_at)
    height = 15 * len(line.words)
    width = 7 * max(len(word) for word in line.words) + 6
    colour = "#8a3d00" if line.dashed else "#1c2530"
    ground = (
        f'<rect x="{x - width / 2:.0f}" y="{y - height / 2:.0f}" width="{width}" height="{height}" '
        f'fill="#ffffff"/>'
    )
    texts = [
        f'<text x="{x:.0f}" y="{y - height / 2 + 12 + 15 * i:.0f}" text-anchor="middle" '
        f'fill="{colour}">{escape(word)}</text>'
        for i, word in enumerate(line.words)
    ]
    return [ground, *texts]


def box_svg(box: Box, name: str) -> str:
    """Return a state."""
    left, top = box.x - box.width / 2, box.y - box.height / 2
    return (
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{box.width:.0f}" height="{box.height:.0f}" rx="10" '
        f'fill="#e8f0fa" stroke="#2b5c94" stroke-width="1.5"/>'
        f'<text x="{box.x:.0f}" y="{box.y + 5:.0f}" text-anchor="middle" font-size="15" font-weight="bold" '
        f'fill="#12304f">{escape(name)}</text>'
    )
