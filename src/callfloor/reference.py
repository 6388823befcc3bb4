"""Reference pages made from the code: the state tables as tables and pictures, the abnormal conditions.

``python -m callfloor.reference docs`` writes them. They are kept with the text so that one can read them
without building anything; a test fails when they are not what the code says.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from callfloor.abnormal import CONDITIONS
from callfloor.floor import vocabulary as v
from callfloor.floor.agents import AGENT_TABLE
from callfloor.floor.calls import CALL_TABLE

MADE = "<!-- Made by `python -m callfloor.reference docs`: change the code, not this page. -->"

STATES_INTRODUCTION = (
    "Every cell of the table is filled. Where an event finds a state that it does not fit, the cell names an "
    "[abnormal condition](abnormal-conditions.md): it is reported once, and has its recovery. `stays` means "
    "that the state does not change."
)
CONDITIONS_INTRODUCTION = (
    "What should not be, and happens all the same. The floor reports each once and goes on; none of them "
    "raises an error. Codes and names are stable. Each is a structured log line and a counter by its name."
)
FONT = 'font-family="Helvetica, Arial, sans-serif" font-size="13"'

WIDE = 600.0

Edge = tuple[int, int]
"""A change of state: from, to."""


@dataclass(frozen=True, slots=True)
class Box:
    """A state in the picture: its middle and its size."""

    x: float
    y: float
    width: float = 132.0
    height: float = 44.0


@dataclass(frozen=True, slots=True)
class Machine:
    """A state table with what is needed to explain and to draw it."""

    name: str
    table: tuple[tuple[int, ...], ...]
    states: Sequence[str]
    inputs: Sequence[str]
    meanings: Sequence[str]
    """What each input is, in the table's order."""
    own_steps: Mapping[Edge, str]
    """Changes that follow from no cell: the floor's own steps and its recoveries."""
    boxes: Sequence[Box]
    size: tuple[int, int]
    bends: Mapping[Edge, float] = field(default_factory=dict)
    """How far an edge swings out to the left of its direction, in pixels."""
    label_at: Mapping[Edge, float] = field(default_factory=dict)
    """Where along an edge its words stand, 0 to 1."""

    def edges(self) -> dict[Edge, list[str]]:
        """Every change of state that the table has: the inputs that make it."""
        found: dict[Edge, list[str]] = {}
        for given, row in enumerate(self.table):
            for state, cell in enumerate(row):
                if cell < v.AGENT_UNKNOWN and cell != state:
                    found.setdefault((state, cell), []).append(self.inputs[given])
        return found


AGENT = Machine(
    name="agent",
    table=AGENT_TABLE,
    states=v.AGENT_STATE_NAMES,
    inputs=v.AGENT_INPUT_NAMES,
    meanings=(
        "The agent logs in.",
        "The agent logs out.",
        "The agent pauses. In mid-call it is a wish, fulfilled after the call.",
        "The agent is back, or ends wrap-up early. In mid-call it takes back the wish to pause or leave.",
        "Nothing has been heard from the agent's desk for too long.",
        "The agent's own line is gone.",
        "The floor has chosen the agent for a call.",
        "The carrier has bridged the call.",
        "The call was over before it was bridged.",
        "The call that was talked on is over.",
        "Wrap-up time is over.",
    ),
    own_steps={
        (v.RESERVED, v.PAUSED): "phone lost",
        (v.TALKING, v.PAUSED): "phone lost",
        (v.RESERVED, v.OFFLINE): "phone lost while leaving",
        (v.TALKING, v.OFFLINE): "phone lost while leaving",
    },
    boxes=(
        Box(140, 440),
        Box(480, 90),
        Box(800, 90),
        Box(1060, 300),
        Box(800, 570),
        Box(480, 330),
    ),
    size=(1180, 640),
    bends={
        (v.OFFLINE, v.READY): 60,
        (v.READY, v.OFFLINE): 25,
        (v.PAUSED, v.OFFLINE): 0,
        (v.READY, v.PAUSED): 30,
        (v.PAUSED, v.READY): 30,
        (v.READY, v.RESERVED): 28,
        (v.RESERVED, v.READY): 28,
        (v.WRAP_UP, v.READY): -20,
        (v.WRAP_UP, v.OFFLINE): 60,
        (v.TALKING, v.OFFLINE): 90,
        (v.RESERVED, v.OFFLINE): -30,
    },
    label_at={
        (v.WRAP_UP, v.READY): 0.32,
        (v.READY, v.OFFLINE): 0.3,
        (v.TALKING, v.OFFLINE): 0.72,
        (v.RESERVED, v.OFFLINE): 0.74,
    },
)

CALL = Machine(
    name="call",
    table=CALL_TABLE,
    states=v.CALL_STATE_NAMES,
    inputs=v.CALL_INPUT_NAMES,
    meanings=(
        "The line rings.",
        "A person has answered, or somebody of whom detection is not sure.",
        "A machine has answered.",
        "Busy, no answer, disconnected and the like.",
        "The carrier has connected person and agent.",
        "The message is over.",
        "The call is over.",
        "The command to place the call was stale, or refused.",
        "The carrier does not have the call.",
        "The agent's phone is gone; the person is still there.",
        "The timer of the state is due.",
    ),
    own_steps={
        (v.ANSWERED, v.CONNECTING): "an agent is free",
        (v.ANSWERED, v.MESSAGE): "nobody in time",
        (v.ANSWERED, v.ENDING): "nobody in time",
        (v.CONNECTING, v.MESSAGE): "not bridged",
        (v.CONNECTING, v.ENDING): "not bridged",
        (v.CONNECTED, v.ENDING): "hung up",
    },
    boxes=(
        Box(120, 250),
        Box(340, 250),
        Box(580, 250),
        Box(880, 250),
        Box(1130, 250),
        Box(785, 410),
        Box(670, 570, 1240),
        Box(670, 60, 1240),
    ),
    size=(1340, 630),
    bends={
        (v.PLACED, v.ANSWERED): -80,
        (v.CONNECTING, v.ANSWERED): -42,
        (v.CONNECTED, v.ANSWERED): -84,
    },
    label_at={
        (v.ANSWERED, v.CONNECTING): 0.4,
        (v.CONNECTED, v.ANSWERED): 0.3,
        (v.CONNECTING, v.ENDED): 0.78,
        (v.CONNECTING, v.ENDING): 0.75,
        (v.ANSWERED, v.ENDING): 0.75,
        (v.MESSAGE, v.ENDED): 0.87,
    },
)
MACHINES = (AGENT, CALL)


def pages() -> dict[str, str]:
    """Return every page and picture: path below the documentation folder, and text."""
    made = {"reference/abnormal-conditions.md": conditions_page()}
    for machine in MACHINES:
        made[f"reference/{machine.name}-states.md"] = states_page(machine)
        made[f"diagrams/{machine.name}-states.svg"] = picture(machine)
    return made


# The pages.


def states_page(machine: Machine) -> str:
    """Return the page of a state table."""
    title = f"States of {'an agent' if machine is AGENT else 'a call'}"
    head = ["what happens", *machine.states]
    rows = [
        [f"`{name}`", *(cell_text(machine, cell, state) for state, cell in enumerate(row))]
        for name, row in zip(machine.inputs, machine.table, strict=True)
    ]
    own = [
        f"- `{machine.states[a]}` to `{machine.states[b]}`: {why}."
        for (a, b), why in machine.own_steps.items()
    ]
    lines = [
        MADE,
        f"# {title}",
        "",
        f"![{title}](../diagrams/{machine.name}-states.svg)",
        "",
        STATES_INTRODUCTION,
        "",
        *markdown_table(head, rows),
        "",
        "## What happens",
        "",
        *(f"- `{name}`: {meaning}" for name, meaning in zip(machine.inputs, machine.meanings, strict=True)),
        "",
        "## What the floor does besides",
        "",
        "These changes follow from decisions and recoveries, not from a cell: dashed in the picture.",
        "",
        *own,
        "",
        "## The same for Mermaid",
        "",
        "```mermaid",
        *mermaid(machine),
        "```",
    ]
    return "\n".join(lines) + "\n"


def cell_text(machine: Machine, cell: int, state: int) -> str:
    """Return a cell of the table as Markdown."""
    if cell >= v.AGENT_UNKNOWN:
        return condition_link(cell)
    return "stays" if cell == state else f"**{machine.states[cell]}**"


def condition_link(code: int) -> str:
    """Return a link to a condition's paragraph."""
    name = CONDITIONS[code].name
    return f"[{name}](abnormal-conditions.md#{name})"


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a Markdown table."""
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]


def mermaid(machine: Machine) -> list[str]:
    """Return a state diagram in Mermaid's language."""
    edges = [(edge, " / ".join(words)) for edge, words in machine.edges().items()]
    edges += [(edge, f"({why})") for edge, why in machine.own_steps.items()]
    lines = ["stateDiagram-v2"]
    lines.append(f"    [*] --> {machine.states[0]}")
    lines.extend(f"    {machine.states[a]} --> {machine.states[b]}: {words}" for (a, b), words in edges)
    if machine is CALL:
        lines.append(f"    {machine.states[v.ENDED]} --> [*]")
    return lines


def conditions_page() -> str:
    """Return the page of abnormal conditions."""
    lines = [
        MADE,
        "# Abnormal conditions",
        "",
        CONDITIONS_INTRODUCTION,
        "",
        "`info`: happens on every floor. `warning`: look into it when it is frequent. `error`: look into it.",
        "",
        *markdown_table(
            ["code", "name", "severity"],
            ([str(c.code), f"[{c.name}](#{c.name})", c.severity] for c in CONDITIONS.values()),
        ),
    ]
    for condition in CONDITIONS.values():
        lines += [
            "",
            f"## {condition.name}",
            "",
            f"Code {condition.code}, {condition.severity}. Expected: {condition.expected}.",
            "",
            condition.meaning,
            "",
            f"Recovery: {lower_first(condition.recovery)}",
        ]
        if places := cells_of(condition.code):
            lines += ["", f"Met when {places}."]
    return "\n".join(lines) + "\n"


def lower_first(text: str) -> str:
    """Return the text with a small first letter."""
    return text[0].lower() + text[1:]


def cells_of(code: int) -> str:
    """Return in which cells of the state tables a condition stands, in words."""
    found = []
    for machine in MACHINES:
        for given, row in enumerate(machine.table):
            states = [f"`{machine.states[s]}`" for s, cell in enumerate(row) if cell == code]
            if states:
                found.append(f"`{machine.inputs[given]}` finds the {machine.name} {' or '.join(states)}")
    return "; ".join(found)


# The picture.


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


def write(folder: Path) -> list[Path]:
    """Write every page below the documentation folder; return their paths."""
    written = []
    for name, text in pages().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def main(arguments: Sequence[str]) -> int:
    """Write the pages into the folder that is named; return the exit status."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m callfloor.reference DIR\n")
        return 2
    for path in write(Path(arguments[0])):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
