"""The page of a comparison: a table of all floors, and what our rule does not do."""

from __future__ import annotations

from collections.abc import Sequence

from bench.pacing.comparing import Comparison, shortcomings
from bench.pacing.rules import OURS, REFERENCE
from bench.pacing.run import Outcome

PAGE = """# Pacing benchmark

Written by `python -m bench pacing --write docs/pacing-benchmark.md`. {floors} floors, {windows} legal
windows of 30 days each (22 shifts of 8 hours, learning and ledger carried on). A cell has occupancy /
abandoned in per cent, of all windows together; where some windows were over the limit of 3 %, how many. A
floor's name has its agents, answer rate, law and mean of talk time (s), ring time (s), and what happens in
mid-shift. The best fixed ratio is that of those which keep 3 % in every window; on floors with much traffic
it is sought over the number of windows in brackets. Rules beside ours have the first {others}
windows, where they ran.

{verdict}

![Occupancy against abandonment on every floor, with the frontier of fixed ratios]({plot})

{table}
"""


def cell(outcome: Outcome) -> str:
    """Occupancy and abandonment, and how many windows are over the limit."""
    whole = outcome.whole
    text = f"{100 * whole.occupancy:.1f} / {100 * whole.abandon_rate:.1f}"
    return f"{text} ({outcome.over} over)" if outcome.over else text


def signed(points: float | None) -> str:
    """A difference in points, nothing where there is none."""
    return "" if points is None else f"{100 * points:+.1f}"


def table(found: Sequence[Comparison]) -> str:
    """Return the Markdown table, a line a floor."""
    names = list(dict.fromkeys(name for each in found for name in each.rules))
    head = ["floor", "windows", "progressive", "best ratio", *names]
    if OURS in names:
        head += ["ours to best ratio", *(["ours to reference"] if REFERENCE in names else []), "short of"]
    lines = [head, ["---"] * len(head)]
    for each in found:
        windows = f"{each.windows}"
        if each.searched < each.windows:
            windows += f" ({each.searched})"
        line = [
            f"`{each.floor.name}`",
            windows,
            cell(each.hindsight.tried[0][1]),
            f"{each.hindsight.best:.3g}: {cell(each.hindsight.outcome)}",
            *(cell(each.rules[name]) if name in each.rules else "" for name in names),
        ]
        if OURS in names:
            behind = each.behind
            line.append(signed(each.gain))
            line += [signed(None if behind is None else -behind)] if REFERENCE in names else []
            line.append("; ".join(shortcomings(each)))
        lines.append(line)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def verdict(found: Sequence[Comparison]) -> str:
    """Return in words on how many floors our rule does all that it should."""
    judged = [each for each in found if OURS in each.rules]
    if not judged:
        return "Our own rule did not run."
    short = [each for each in judged if shortcomings(each)]
    over = sum(each.rules[OURS].over for each in judged)
    windows = sum(each.windows for each in judged)
    return (
        f"Our rule does all that it should on {len(judged) - len(short)} of {len(judged)} floors; "
        f"{over} of its {windows} windows are over 3 %."
    )


def page(found: Sequence[Comparison], plot: str) -> str:
    """Return the page; `plot` is the address of the picture."""
    most = max(each.windows for each in found)
    least = min(each.windows for each in found)
    windows = f"{most}" if least == most else f"{least} to {most}"
    return PAGE.format(
        floors=len(found),
        windows=windows,
        others=max(each.others for each in found),
        verdict=verdict(found),
        plot=plot,
        table=table(found),
    )
