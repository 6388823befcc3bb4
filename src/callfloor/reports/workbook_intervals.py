"""The sheet of intervals: half-hours of the measured time, with columns for each queue, group and campaign.

Figures of an interval are those of its sums, as ratios of means over replications: never means of ratios.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from callfloor.metrics import FIGURES, SECTIONS, Figure, Subject
from callfloor.reports.ticks import Clock
from callfloor.reports.workbook_charts import SERIES_MOST, Range, Series, line_chart, place_of
from callfloor.reports.workbook_sheet import (
    COLUMNS_MOST,
    MEAN_SHORT,
    MINUTE,
    SECOND,
    SECONDS,
    SHARE_SHORT,
    WHOLE,
    Book,
    Cell,
    Sheet,
    serial,
)
from callfloor.scenario import Scenario
from callfloor.sim.result import Result

HALF_HOUR_S = 1800.0
DAY_S = 86400.0
FIT = 14
"""So many columns can still be read where all of them are on one printed page."""

SHOWN: dict[Subject, tuple[str, ...]] = {
    "queue": ("offered", "answered", "abandoned", "service_level", "mean_queue"),
    "group": ("occupancy",),
    "campaign": ("attempts", "connected", "abandoned"),
}
"""Which figures have a column."""

IN_CHARTS: tuple[tuple[Subject, str, str, str], ...] = (
    ("queue", "offered", "Calls offered", "#,##0"),
    ("queue", "service_level", "Service level", "0%"),
    ("queue", "mean_queue", "Calls waiting, on average", "#,##0.0"),
    ("group", "occupancy", "Occupancy", "0%"),
    ("campaign", "attempts", "Attempts", "#,##0"),
    ("campaign", "connected", "Attempts connected", "#,##0"),
)


@dataclass(frozen=True, slots=True)
class Block:
    """One column: a figure of a queue, group or campaign, by interval."""

    subject: Subject
    name: str
    figure: Figure
    values: Sequence[float | None]


class Bins:
    """The measured time in half-hours, or in the world's own intervals where it is shorter than two of them.

    `starts_s` are seconds from the run's start, `lengths_s` how long each lasts: the last one has the rest.
    """

    def __init__(self, result: Result, warm_up_s: float) -> None:
        self.replications = result.replications
        measured_s = max((each.measured_s for each in self.replications), default=0.0)
        rows = max((each.n_rows for each in self.replications), default=0) if measured_s > 0.0 else 0
        interval_s = self.replications[0].interval_s if rows else HALF_HOUR_S
        self.rows_each = 1
        if measured_s >= 2 * HALF_HOUR_S and HALF_HOUR_S % interval_s == 0.0:
            self.rows_each = int(HALF_HOUR_S // interval_s)
        each_s = self.rows_each * interval_s
        count = -(-rows // self.rows_each)
        self.starts_s = [warm_up_s + place * each_s for place in range(count)]
        edges_s = [*self.starts_s, warm_up_s + measured_s]
        self.lengths_s = [end - start for start, end in pairwise(edges_s)]
        self._measured_s = self._mean([each.lengths_s for each in self.replications])

    def figure(self, subject: Subject, place: int, figure: Figure) -> list[float | None]:
        """Return a figure of the queue, group or campaign at a place, by bin; None where it has no meaning.

        A replication that ended sooner than others counts as one in which nothing happened from there on.
        """
        total = figure.numerator, figure.denominator
        names = {name for each in total for name in (*each.plus, *each.minus)} - {"measured_s"}
        columns = {name: self._column(subject, place, name) for name in names}
        columns["measured_s"] = self._measured_s
        found: list[float | None] = []
        for bin_place in range(len(self.starts_s)):
            sums = {name: each[bin_place] for name, each in columns.items()}
            below = figure.denominator(sums)
            found.append(figure.numerator(sums) / below if below > 0.0 else None)
        return found

    def _column(self, subject: Subject, place: int, name: str) -> list[float]:
        every = []
        for replication in self.replications:
            part = replication.of(subject)[place]
            every.append(part.rows[part.columns.index(name) :: len(part.columns)])
        return self._mean(every)

    def _mean(self, every: Sequence[Sequence[float]]) -> list[float]:
        """Rows of replications, added up by bin, as means over replications."""
        sums = [0.0] * len(self.starts_s)
        for rows in every:
            for place, first in enumerate(range(0, len(rows), self.rows_each)):
                sums[place] += sum(rows[first : first + self.rows_each])
        return [each / len(every) for each in sums]


def write_intervals(book: Book, result: Result, scenario: Scenario) -> None:
    """Write the sheet."""
    sheet = book.sheet("Intervals")
    bins = Bins(result, scenario.run.warm_up)
    blocks = list(_blocks(bins, scenario))
    room = COLUMNS_MOST - 2
    if len(blocks) > room:
        warnings.warn(
            f"the workbook: {sheet.name}: has room for {room:,} of {len(blocks):,} columns: the rest is "
            "left out",
            RuntimeWarning,
            stacklevel=2,
        )
        blocks = blocks[:room]
    sheet.fit(len(blocks) <= FIT, charts_at=2 + len(blocks))
    _write_heads(sheet, blocks)
    clock = Clock(scenario.run.starts_at)
    starts = [clock.local(each) for each in bins.starts_s]
    whole_minutes = all(start.second == start.microsecond == 0 for start in starts)
    time = MINUTE if whole_minutes else SECOND
    seconds = WHOLE if all(map(float.is_integer, bins.lengths_s)) else SECONDS
    first = sheet.row
    for place, start in enumerate(starts):
        cells: list[Cell] = [(start, time), (bins.lengths_s[place], seconds)]
        sheet.add([*cells, *((each.values[place], _format(each.figure)) for each in blocks)])
    sheet.filter(first - 1, 2 + len(blocks))
    if starts:
        days = starts[-1] - starts[0]
        form = "hh:mm" if whole_minutes else "hh:mm:ss"
        form = f"ddd {form}" if days.total_seconds() > DAY_S else form
        times = Range(sheet.name, first, 0, [serial(start) for start in starts])
        _draw(sheet, blocks, times, first, form)


def _blocks(bins: Bins, scenario: Scenario) -> Iterator[Block]:
    """All columns, those of one queue, group or campaign side by side."""
    parts: dict[Subject, list[str]] = {
        "queue": [queue.name for queue in scenario.inbound],
        "group": [group.name for group in scenario.groups],
        "campaign": [campaign.name for campaign in scenario.campaigns],
    }
    for subject in SECTIONS:
        known = {figure.key: figure for figure in FIGURES[subject]}
        for place, name in enumerate(parts[subject]):
            for key in SHOWN[subject]:
                figure = known[key]
                assert isinstance(figure, Figure)
                values = bins.figure(subject, place, figure) if bins.replications else []
                yield Block(subject, name, figure, values)


def _write_heads(sheet: Sheet, blocks: Sequence[Block]) -> None:
    """Write whose the columns are, and below it what is in them."""
    sheet.widths(21, 13)
    names: list[Cell] = [("", "block"), ("", "block")]
    before = ("", "")
    for column, block in enumerate(blocks, 2):
        whose = (block.subject, block.name)
        names.append((f"{block.subject} {block.name}" if whose != before else "", "block"))
        alone = len(SHOWN[block.subject]) == 1
        sheet.widths(max(15, min(40, len(f"{block.subject} {block.name}") + 3)) if alone else 15, at=column)
        before = whose
    sheet.add(names)
    heads = ["start", "length [s]", *(block.figure.key.replace("_", " ") for block in blocks)]
    sheet.head(heads, [MINUTE, SECONDS, *(_format(block.figure) for block in blocks)])
    sheet.note(0, "By the scenario's own clock. What is counted is the mean of the replications.")
    told = set()
    for column, block in enumerate(blocks, 2):
        if (block.subject, block.figure.key) not in told:
            told.add((block.subject, block.figure.key))
            sheet.note(column, block.figure.help)
    sheet.freeze(columns=1, heads=2)


def _format(figure: Figure) -> str:
    if figure.unit == "share":
        return SHARE_SHORT
    return MEAN_SHORT


def _draw(sheet: Sheet, blocks: Sequence[Block], times: Range, first: int, time_format: str) -> None:
    """Put charts beside the table: a line for each queue, group or campaign that there is room for."""
    drawn = 0
    for subject, key, title, kind in IN_CHARTS:
        found = [
            (column, block)
            for column, block in enumerate(blocks, 2)
            if block.subject == subject and block.figure.key == key and any(block.values)
        ]
        if not found:
            continue
        if len(found) > SERIES_MOST:
            title += f", the first {SERIES_MOST} of {len(found)}"
        series = []
        for column, block in found[:SERIES_MOST]:
            head = column - SHOWN[subject].index(key)
            name = Range(sheet.name, first - 2, head, [f"{subject} {block.name}"])
            series.append(Series(name, Range(sheet.name, first, column, block.values)))
        place = place_of(drawn, first, 2 + len(blocks) + 1)
        line_chart(sheet, title, times, series, place, kind=kind, time_format=time_format)
        drawn += 1
