"""Shares as bars in tables: what became of the calls of each queue, and of the attempts of a campaign."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from callfloor.metrics import ALL
from callfloor.reports.markup import cell, escaped, figure_cell, head, row, table
from callfloor.sim.replication import Columns
from callfloor.sim.statistics import Estimate, ratio

OUTCOME = "outcome_"
"""How columns of attempts by outcome begin."""

Total = Callable[[str], float]
"""What was counted in all, of a queue or of several together: the sum of a column."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: its length from 0 to 1, its colour, and what is told of it."""

    share: float
    colour: str
    text: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What may become of a call that comes in: one column less another, of the offered."""

    name: str
    colour: str
    plus: str
    minus: str = ""
    always: bool = True


KINDS = (
    Kind("in time", "blue", "in_time"),
    Kind("later", "sky", "answered", "in_time"),
    Kind("abandoned", "red", "abandoned"),
    Kind("blocked", "purple", "blocked", always=False),
    Kind("voicemail", "amber", "voicemails", always=False),
)

_PEOPLE = {"human": "blue", "abandoned": "red", "hung_up_early": "amber"}
"""Outcomes of attempts that a person answered, with their colours; all others are grey."""


def bar(parts: Sequence[Part], title: str) -> str:
    """Return parts side by side, as a drawing that is as wide as its place."""
    found, at = [], 0.0
    for part in parts:
        if part.share > 0.0:
            place = f'x="{100 * at:.2f}%" width="{100 * part.share:.2f}%" height="100%"'
            text = f"{part.text}: {_percent(part.share)}"
            found.append(f'<rect class="c-{part.colour}" {place}><title>{escaped(text)}</title></rect>')
            at += part.share
    return f'<svg class="bar" role="img"><title>{escaped(title)}</title>{"".join(found)}</svg>'


def calls_table(queues: Sequence[tuple[str, Total]]) -> str:
    """Return what became of the offered calls: a line for each queue, by its name and what it had of each."""
    kinds = [kind for kind in KINDS if kind.always or any(total(kind.plus) for _, total in queues)]
    heads = [head("queue"), head("of the offered calls, answered", "wide")]
    for kind in kinds:
        key = f'<span class="key c-{kind.colour}"></span>{escaped(kind.name)}'
        heads.append(f'<th scope="col" class="number">{key}</th>')
    lines = []
    for name, total in queues:
        offered = total("offered")
        shares = [
            _of(offered, total(kind.plus) - (total(kind.minus) if kind.minus else 0.0)) for kind in kinds
        ]
        parts = [
            Part(share or 0.0, kind.colour, kind.name) for kind, share in zip(kinds, shares, strict=True)
        ]
        cells = [f'<td class="wide">{bar(parts, f"{name}: what became of the calls")}</td>']
        cells += [cell("–" if share is None else _percent(share), "number") for share in shares]  # noqa: RUF001
        lines.append(row(name, cells, "all" if name == ALL else ""))
    return table("What became of the calls", heads, lines, "bars")


def _of(offered: float, count: float) -> float | None:
    return count / offered if offered > 0.0 else None


def _percent(share: float) -> str:
    return f"{100.0 * share:.1f} %"


class Attempts:
    """What became of a campaign's attempts, over replications. They must be one at least."""

    def __init__(self, replications: Sequence[Columns]) -> None:
        self._totals = [part.totals() for part in replications]
        self._outcomes = [name for name in replications[0].columns if name.startswith(OUTCOME)]

    def share(self, name: str, of: str = "attempts") -> Estimate:
        """Return a column as a share of another."""
        return ratio([each[name] for each in self._totals], [each[of] for each in self._totals]).estimate()

    def count(self, name: str) -> Estimate:
        """Return a column's mean over replications."""
        return ratio([each[name] for each in self._totals], [1.0] * len(self._totals)).estimate()

    def funnel(self) -> str:
        """Return a table from attempts to conversations."""
        ends = (("connected", "blue"), ("abandoned", "red"), ("hung_up_early", "amber"))
        parts = {name: Part(self.share(name).mean or 0.0, colour, _words(name)) for name, colour in ends}
        all_of_them = Part(1.0 if self.share("attempts").mean else 0.0, "grey", "attempts")
        lines = [
            self._line("attempts", [all_of_them], "attempts", ""),
            self._line("answered by a person", list(parts.values()), "human_answers", "attempts"),
        ]
        for name, part in parts.items():
            lines.append(self._line(f"of those, {part.text}", [part], name, "human_answers"))
        heads = [head("step"), head("", "wide"), head("attempts", "number"), head("share", "number")]
        return table("", heads, lines, "bars")

    def _line(self, words: str, parts: Sequence[Part], name: str, of: str) -> str:
        """A step: how many attempts came so far, as a share of those of another step."""
        cells = [f'<td class="wide">{bar(parts, words)}</td>', cell(_mean(self.count(name)), "number")]
        return row(words, [*cells, figure_cell(self.share(name, of), "share") if of else cell("")])

    def outcomes(self) -> str:
        """Return a table of attempts by outcome, the most frequent first; no text where that is not known."""
        found = [(self.count(name), name) for name in self._outcomes]
        found = sorted((each for each in found if each[0].mean), key=lambda each: -(each[0].mean or 0.0))
        lines = []
        for count, name in found:
            outcome, share = name.removeprefix(OUTCOME), self.share(name)
            words = _words(outcome)
            drawn = bar([Part(share.mean or 0.0, _PEOPLE.get(outcome, "grey"), words)], words)
            cells = [cell(_mean(count), "number"), figure_cell(share, "share")]
            lines.append(row(words, [f'<td class="wide">{drawn}</td>', *cells]))
        heads = [head("outcome"), head("", "wide"), head("attempts", "number"), head("share", "number")]
        return table("", heads, lines, "bars") if lines else ""


def _mean(count: Estimate) -> str:
    """A number of attempts, on average over replications; its interval stands in the table of figures."""
    mean = count.mean or 0.0
    return f"{mean:,.0f}" if mean >= 100.0 or mean.is_integer() else f"{mean:,.1f}"


def _words(name: str) -> str:
    return name.replace("_", " ")
