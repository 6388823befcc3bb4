"""The reference page of the figures, made from ``callfloor.metrics``."""

from __future__ import annotations

from callfloor.metrics import FIGURES, SECTIONS

PAGE = "reference/figures.md"
MADE = "<!-- Made by `make docs`: change the code, not this page. -->"

LEAD = (
    "What a simulation is told in figures: in the table of `callfloor simulate`, in its JSON, and as "
    "attributes of a `Result`. Each is a ratio of means over the replications, with half of its 95 % "
    "interval (jackknife over replications, Student's t). `all` is of all queues, groups or campaigns "
    "together. A figure without meaning in a run is `null`."
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
            "| figure | unit | what it is | formula |",
            "|---|---|---|---|",
        ]
        lines += [f"| `{each.key}` | {each.unit} | {each.help} | {each.formula} |" for each in figures]
    return "\n".join(lines) + "\n"
