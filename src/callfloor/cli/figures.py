"""Results as tables on the terminal: a line for each figure, a column for each queue, group or campaign.

Drawn without rich: its import takes as long as simulating a hundred thousand calls.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

import click

from callfloor.metrics import ALL, SECTIONS, AnyFigure, Subject
from callfloor.scenario.sections import Run
from callfloor.sim.replication import Figures
from callfloor.sim.result import Comparison, Result, Sections, shown
from callfloor.sim.statistics import Estimate

WIDTH_OF_A_FILE = 100
NAMES_WIDTH = 20
LONGEST_HEAD = 24
GAP = 3

SELDOM = ("blocked", "unmatched", "voicemails", "callbacks", "hung_up_early", "reserved")
"""Figures that are left out where all of them are 0."""

UNITS = {"share": "%", "voicemails": "calls", "attempts": "calls", "attempts/h": "calls/h"}
"""Units in a few letters, where they have more."""

INTERVAL = "Mean ± half of the 95 % interval."


Cell = tuple[str, str, str]
"""An estimate as text: its mean, half-width and mark."""

Row = tuple[str, str, list[Cell]]
"""A figure: its name, its unit, and what it is in each column."""


def print_result(result: Result, run: Run) -> None:
    """Print the figures of a run."""
    click.echo(f"{result.scenario}: {_span(run)}. {INTERVAL}")
    for subject, title in SECTIONS.items():
        section = _worth_showing(result, subject)
        rows = [
            _row(figure, (_cell(figure, each) for each in estimates))
            for figure, estimates in _figures(result.figures(subject), list(section.values()))
        ]
        _print_table(title, list(section), rows)
    click.echo("")
    _print_limits(result)
    click.echo(_work((result,)))


def print_comparison(found: Comparison, run: Run, settings: Mapping[str, Sequence[str]]) -> None:
    """Print the figures of two runs and what they differ in."""
    click.echo(f"{found.a.scenario}: {_span(run)}. {INTERVAL}")
    for name, sets in settings.items():
        click.echo(f"{name}: {', '.join(sets) or 'as it is'}")
    for subject, title in SECTIONS.items():
        for name, difference in _worth_showing(found, subject).items():
            pair = [each.section(subject)[name] for each in (found.a, found.b)]
            rows = [
                _row(
                    figure,
                    [*(_cell(figure, each) for each in estimates), _marked(figure, difference[figure.key])],
                )
                for figure, estimates in _figures(difference.figures, pair)
            ]
            heading = f"all {title}" if name == ALL else f"{subject} {name}"
            _print_table(heading, ["a", "b", "a − b  "], rows, in_one=True)  # noqa: RUF001 - a minus sign
    click.echo("\n* clear: the 95 % interval of the difference leaves out 0; by chance one in twenty does.")
    _print_limits(found.a)
    click.echo(_work((found.a, found.b)))


def _worth_showing(sections: Sections, subject: Subject) -> dict[str, Figures]:
    """The figures of each, and those of all of them where there are several."""
    section = sections.section(subject)
    return {name: figures for name, figures in section.items() if name != ALL or len(section) > 2}


def _figures(
    figures: Sequence[AnyFigure], columns: Sequence[Figures]
) -> Iterator[tuple[AnyFigure, list[Estimate]]]:
    """Those of the figures that have a meaning in any column, but for some that are 0 in most scenarios."""
    for figure in figures if columns else ():
        estimates = [each[figure.key] for each in columns]
        known = [each.mean for each in estimates if each.mean is not None]
        if known and (any(known) or figure.key not in SELDOM):
            yield figure, estimates


def _row(figure: AnyFigure, cells: Iterable[Cell]) -> Row:
    return figure.key, UNITS.get(figure.unit, figure.unit), list(cells)


def _cell(figure: AnyFigure, estimate: Estimate, mark: str = "") -> Cell:
    mean, _, half_width = shown(estimate, figure.unit).removesuffix(" %").partition(" ± ")
    return mean, half_width, mark


def _marked(figure: AnyFigure, estimate: Estimate) -> Cell:
    """A difference, marked where it is clear."""
    mean, half_width = estimate.mean, estimate.half_width
    clear = mean is not None and half_width is not None and abs(mean) > half_width
    return _cell(figure, estimate, " *" if clear else "  ")


# Drawing.


def _print_table(title: str, heads: Sequence[str], rows: Sequence[Row], *, in_one: bool = False) -> None:
    """Print a table; where it is too wide in several parts, or `in_one` with fewer half-widths."""
    if not rows:
        return
    title = _shortened(title, 2 * LONGEST_HEAD)
    names = max(NAMES_WIDTH, _width(title), *(len(name) for name, _, _ in rows))
    units = max(len(unit) for _, unit, _ in rows)
    room = _terminal_width() - names - units - 1
    columns = _columns(heads, rows)
    if in_one and sum(GAP + _width(column[0]) for column in columns) > room:
        columns = _columns(heads, [_with_last_half_width(row) for row in rows])
    for part in _parts(columns, room):
        head = "".join(" " * GAP + column[0] for column in part)
        click.echo("\n" + click.style(f"{_filled(title, names)} {' ' * units}{head}".rstrip(), bold=True))
        for place, (name, unit, _) in enumerate(rows, 1):
            cells = "".join(" " * GAP + column[place] for column in part)
            click.echo(f"{name:<{names}} {unit:<{units}}{cells}".rstrip())


def _with_last_half_width(row: Row) -> Row:
    name, unit, cells = row
    return name, unit, [*((mean, "", mark) for mean, _, mark in cells[:-1]), cells[-1]]


def _columns(heads: Sequence[str], rows: Sequence[Row]) -> list[list[str]]:
    return [_column(head, [cells[place] for _, _, cells in rows]) for place, head in enumerate(heads)]


def _column(head: str, cells: Sequence[Cell]) -> list[str]:
    """A column's lines, all as wide, with each ± below that of the line above."""
    mean_width = max(len(mean) for mean, _, _ in cells)
    half_width = max(len(half) for _, half, _ in cells)
    lines = []
    for mean, half, mark in cells:
        rest = f" ± {half:>{half_width}}" if half else " " * (half_width + 3 if half_width else 0)
        lines.append(f"{mean:>{mean_width}}{rest}{mark}")
    short = _shortened(head, LONGEST_HEAD)
    width = max(_width(short), *map(len, lines))
    return [" " * (width - _width(short)) + short, *(line.rjust(width) for line in lines)]


def _parts(columns: Sequence[list[str]], room: int) -> Iterator[list[list[str]]]:
    """The columns that fit beside each other, at least one at a time."""
    part: list[list[str]] = []
    left = room
    for column in columns:
        needed = GAP + _width(column[0])
        if part and needed > left:
            yield part
            part, left = [], room
        part.append(column)
        left -= needed
    if part:
        yield part


def _terminal_width() -> int:
    """How many characters a line has."""
    if (asked := os.environ.get("COLUMNS", "")).isdigit() and int(asked) > 0:
        return int(asked)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or WIDTH_OF_A_FILE
    except (OSError, ValueError):
        return WIDTH_OF_A_FILE


def _width(text: str) -> int:
    """How many places a text takes on a terminal."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1
        for each in text
    )


def _filled(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _shortened(text: str, width: int) -> str:
    """The text on one line, with an ellipsis where it is cut."""
    text = "".join(each if each.isprintable() else " " for each in text)
    if _width(text) <= width:
        return text
    while _width(text) > width - 1:
        text = text[:-1]
    return f"{text}…"


# Lines above and below.


def _span(run: Run) -> str:
    """How long is measured."""
    if run.duration is None:
        return "until all is done"
    measured = f"{_duration(run.duration - run.warm_up)} measured"
    return f"{measured} after {_duration(run.warm_up)} of warm-up" if run.warm_up else measured


def _duration(duration_s: float) -> str:
    for unit, length_s in (("h", 3600), ("min", 60)):
        if duration_s >= length_s and duration_s % (length_s / 2) == 0:
            return f"{duration_s / length_s:g} {unit}"
    return f"{duration_s:,g} s"


def _print_limits(result: Result) -> None:
    """Within what the service level is."""
    limits = result.service_level_s
    if len(set(limits.values())) == 1:
        click.echo(f"service_level: within {next(iter(limits.values())):g} s.")
    elif limits:
        each = ", ".join(f"{limit_s:g} s in {name}" for name, limit_s in limits.items())
        click.echo(f"service_level: within {each}.")


def _work(results: Sequence[Result]) -> str:
    """What the computer has done."""
    count = len(results[-1].replications)
    pairs = "pair of replications" if len(results) > 1 else "replication"
    pairs = pairs if count == 1 else pairs.replace("pair ", "pairs ") if len(results) > 1 else "replications"
    calls, events = sum(each.calls for each in results), sum(each.events for each in results)
    wall_s = sum(each.wall_s for each in results)
    return (
        f"{count:,} {pairs}, {calls:,} calls, {events:,} events in {wall_s:,.2f} s, seed {results[0].seed}."
    )
