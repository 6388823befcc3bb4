"""The pages of the state tables and of the abnormal conditions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from callfloor.abnormal import CONDITIONS
from callfloor.floor import vocabulary as v
from tools.reference.drawing import picture
from tools.reference.machines import AGENT, CALL, MACHINES, Machine

MADE = "<!-- Made by `make docs`: change the code, not this page. -->"

STATES_INTRODUCTION = (
    "Every cell of the table is filled. Where an event finds a state that it does not fit, the cell names an "
    "[abnormal condition](abnormal-conditions.md): it is reported once, and has its recovery. `stays` means "
    "that the state does not change."
)
CONDITIONS_INTRODUCTION = (
    "What should not be, and happens all the same. The floor reports each once and goes on; none of them "
    "raises an error. Codes and names are stable. Each is a structured log line and a counter by its name."
)


def pages() -> dict[str, str]:
    """Return every page and picture: path below the documentation folder, and text."""
    made = {"reference/abnormal-conditions.md": conditions_page()}
    for machine in MACHINES:
        made[f"reference/{machine.name}-states.md"] = states_page(machine)
        made[f"diagrams/{machine.name}-states.svg"] = picture(machine)
    return made


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
