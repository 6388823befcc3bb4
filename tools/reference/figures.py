"""The reference page of the figures, made from ``callfloor.metrics``."""

from __future__ import annotations

from collections.abc import Sequence

from callfloor.metrics import APPOINTMENTS, FIGURES, HELD_BACK, SECTIONS, AnyFigure, disposition_figure

PAGE = "reference/figures.md"
MADE = "<!-- Made by `make docs`: change the code, not this page. -->"

LEAD = (
    "What a simulation is told in figures: in the table of `callfloor simulate`, in its JSON, and as "
    "attributes of a `Result`. Each is a ratio of means over the replications, with half of its 95 % "
    "interval (jackknife over replications, Student's t). `all` is of all queues, groups or campaigns "
    "together. A figure without meaning in a run is `null`."
)

DISPOSITIONS = (
    "Campaigns have these besides where [agents say something of conversations]"
    "(../guides/scenarios.md#what-agents-say), where people [must not be called]"
    "(../guides/scenarios.md#campaigns-and-the-law), and where they want to be called back."
)

HEAD = ("| figure | unit | what it is | formula |", "|---|---|---|---|")


def page() -> str:
    """Return the page's text."""
    lines = [MADE, "", "# Figures", "", LEAD]
    for subject, figures in FIGURES.items():
        lines += [
            "",
            f"## `{SECTIONS[subject]}`",
            "",
            *table(figures),
        ]
    lines += ["", DISPOSITIONS, "", *table((disposition_figure("NAME"), *HELD_BACK, *APPOINTMENTS))]
    return "\n".join(lines) + "\n"


def table(figures: Sequence[AnyFigure]) -> list[str]:
    """Return the lines of a table of figures."""
    return [*HEAD, *(f"| `{each.key}` | {each.unit} | {each.help} | {each.formula} |" for each in figures)]
