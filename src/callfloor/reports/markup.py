"""Text as it stands in pages: escaped, without what XML has no place for; figures, tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from callfloor.sim.result import shown
from callfloor.sim.statistics import Estimate

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NO_MEANING = Estimate(None, None)


def escaped(text: str) -> str:
    """Return a text for HTML and XML, within an element or the quotes of an attribute."""
    return escape(_NOT_IN_XML.sub("\ufffd", text), quote=True)


def coordinate(value: float) -> str:
    """Return a place in a drawing to a tenth, as short as can be: "12", "0.5"."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def percent(share: float) -> str:
    """Return a share as it was told: "3 %". The blank keeps number and sign together."""
    return f"{100.0 * share:.6g}\u00a0%"


def figure_text(estimate: Estimate, unit: str) -> str:
    """Return a figure with the half of its interval in an element of its own; a dash for none."""
    mean, between, half_width = shown(estimate, unit).partition(" ± ")
    if not between:
        return escaped("–" if mean == "-" else mean)  # noqa: RUF001
    return f'{escaped(mean)} <span class="half">± {escaped(half_width)}</span>'


def figure_cell(estimate: Estimate, unit: str) -> str:
    """Return a cell of a table with a figure."""
    return f'<td class="number">{figure_text(estimate, unit)}</td>'


def cell(text: str, kind: str = "") -> str:
    """Return a cell of a table with a text."""
    return f'<td class="{kind}">{escaped(text)}</td>' if kind else f"<td>{escaped(text)}</td>"


def row(name: str, cells: Iterable[str], kind: str = "") -> str:
    """Return a line of a table: its name, and its cells, which are elements."""
    opening = f'<tr class="{kind}">' if kind else "<tr>"
    return f'{opening}<th scope="row">{escaped(name)}</th>{"".join(cells)}</tr>'


def table(caption: str, heads: Sequence[str], lines: Iterable[str], kind: str = "") -> str:
    """Return a table that is scrolled where it is wider than the page. Heads and lines are elements."""
    opening = f'<table class="{kind}">' if kind else "<table>"
    opening += f"<caption>{escaped(caption)}</caption>" if caption else ""
    return (
        f'<div class="scroll">{opening}<thead><tr>{"".join(heads)}</tr>'
        f"</thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def head(text: str, kind: str = "", title: str = "", key: str = "") -> str:
    """Return the head of a column: its words, what they mean, and the figure's key beneath."""
    attributes = f' class="{kind}"' if kind else ""
    attributes += f' title="{escaped(title)}"' if title else ""
    beneath = f"<code>{escaped(key)}</code>" if key and key != text else ""
    return f'<th scope="col"{attributes}>{escaped(text)}{beneath}</th>'
