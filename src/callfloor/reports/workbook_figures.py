"""The sheet of figures: every one with its 95 % interval, and charts of those that matter most."""

from __future__ import annotations

import math

from callfloor.metrics import ALL, SECTIONS, Subject
from callfloor.reports.bars import OUTCOME, Attempts
from callfloor.reports.page_tables import limit_of
from callfloor.reports.ticks import Clock, duration_text
from callfloor.reports.workbook_charts import Range, Series, column_chart, place_of
from callfloor.reports.workbook_sheet import (
    MEAN,
    MINUTE,
    SHARE,
    TEXT,
    UNIT_FORMATS,
    Book,
    Cell,
    Sheet,
)
from callfloor.scenario import Scenario
from callfloor.sim.result import Result

HEADS = ("of", "name", "figure", "mean", "± 95 %", "unit", "what it is")
KINDS = (TEXT, TEXT, TEXT, MEAN, MEAN, TEXT, TEXT)
WIDTHS = (11, 24, 26, 16, 18, 12, 78)
CHARTS_AT = len(HEADS) + 1

EXACT = 10**15
"""Spreadsheets keep fifteen digits of a number: what has more of them stands as text."""

IN_CHARTS: tuple[tuple[Subject, str, str], ...] = (
    ("queue", "service_level", "Service level by queue"),
    ("group", "occupancy", "Occupancy by group"),
)


def write_figures(book: Book, result: Result, scenario: Scenario) -> None:
    """Write the sheet."""
    sheet = book.sheet("KPIs")
    sheet.fit()
    sheet.widths(*WIDTHS)
    _write_run(sheet, result, scenario)
    head = sheet.row
    sheet.head(HEADS, KINDS)
    sheet.note(4, "Half of the 95 % interval; it takes two replications or more.")
    sheet.freeze(columns=3)
    for subject in SECTIONS:
        for name, figures in result.section(subject).items():
            for figure in figures.figures:
                estimate, kind = figures[figure.key], UNIT_FORMATS.get(figure.unit, MEAN)
                unit = "%" if figure.unit == "share" else figure.unit
                text = figure.help + _limit(result, name, figure.key)
                cells: tuple[Cell, ...] = (
                    *((subject, TEXT), (name, TEXT), (figure.key, TEXT)),
                    *((estimate.mean, kind), (estimate.half_width, kind), (unit, TEXT), (text, TEXT)),
                )
                sheet.add(cells)
    sheet.filter(head, len(HEADS))
    _Charts(sheet, result, scenario, head + 1).write()


def _write_run(sheet: Sheet, result: Result, scenario: Scenario) -> None:
    """Write what was run."""
    sheet.add([(scenario.name, "title")])
    replications = result.replications
    measured_s = math.fsum(each.measured_s for each in replications) / len(replications or "-")
    starts = Clock(scenario.run.starts_at).local(scenario.run.warm_up)
    if result.interrupted:
        told = f"Interrupted: only {len(replications):,} of {scenario.run.replications:,} replications."
        sheet.put([(told, "warning")], at=6)
    labels = ("seed", "replications", "calls", "measured [s]", "measured from")
    sheet.put((each, "label") for each in labels)
    sheet.note(2, "Calls that came in and attempts placed, in all replications, warm-up included.")
    sheet.note(3, "The mean of the replications.")
    sheet.skip()
    sheet.add(
        [
            (result.seed if result.seed < EXACT else str(result.seed), "number left"),
            (len(replications), "whole left"),
            (result.calls, "whole left"),
            (measured_s, "seconds left"),
            (starts, MINUTE),
            ("", TEXT),
            ("Each figure is a ratio of means over replications; ± is half of its 95 % interval.", "label"),
        ]
    )
    sheet.skip()


def _limit(result: Result, name: str, key: str) -> str:
    """Within what the service level is."""
    if key != "service_level":
        return ""
    limit_s = limit_of(result, name)
    return f": {duration_text(limit_s)}" if limit_s is not None else ": each queue's own"


class _Charts:
    """Charts at the side of the figures, of tables beneath them, which no filter hides."""

    def __init__(self, sheet: Sheet, result: Result, scenario: Scenario, row: int) -> None:
        self.sheet = sheet
        self.result = result
        self.scenario = scenario
        self.row = row
        self.drawn = 0

    def write(self) -> None:
        """Write the tables and draw the charts."""
        self.sheet.skip()
        self.sheet.add([("In the charts", "title")])
        for subject, key, title in IN_CHARTS:
            self._of_figure(subject, key, title)
        self._of_outcomes()

    def _of_figure(self, subject: Subject, key: str, title: str) -> None:
        """One figure of all queues or groups."""
        section = self.result.section(subject)
        names = [name for name in section if name != ALL or len(section) > 2]
        names = [name for name in names if section[name][key].mean is not None]
        if not names:
            return
        sheet = self.sheet
        self._head(subject, key, "± 95 %")
        first = sheet.row
        found = [section[name][key] for name in names]
        for name, each in zip(names, found, strict=True):
            sheet.add([("", TEXT), (name, TEXT), ("", TEXT), (each.mean, SHARE), (each.half_width, SHARE)])
        halves = [each.half_width for each in found]
        series = Series(
            title,
            Range(sheet.name, first, 3, [each.mean for each in found]),
            Range(sheet.name, first, 4, halves) if None not in halves else None,
        )
        self._draw(title, Range(sheet.name, first, 1, names), [series])

    def _of_outcomes(self) -> None:
        """What became of the attempts of each campaign, the most frequent first."""
        campaigns = self.scenario.campaigns
        if not campaigns or not self.result.replications:
            return
        every = [
            Attempts([each.campaigns[place] for each in self.result.replications])
            for place in range(len(campaigns))
        ]
        names = self.result.replications[0].campaigns[0].columns
        shares = {
            name: [attempts.share(name).mean for attempts in every]
            for name in names
            if name.startswith(OUTCOME)
        }
        kept = [name for name, each in shares.items() if any(each)]
        if not kept:
            return
        kept.sort(key=lambda name: -max(share or 0.0 for share in shares[name]))
        sheet = self.sheet
        head = sheet.row + 1
        self._head("outcome of attempts", *(campaign.name for campaign in campaigns))
        first = sheet.row
        words = [name.removeprefix(OUTCOME).replace("_", " ") for name in kept]
        for word, name in zip(words, kept, strict=True):
            cells: list[Cell] = [("", TEXT), (word, TEXT), ("", TEXT)]
            sheet.add([*cells, *((share, SHARE) for share in shares[name])])
        series = [
            Series(
                Range(sheet.name, head, 3 + place, [campaign.name]),
                Range(sheet.name, first, 3 + place, [shares[name][place] for name in kept]),
            )
            for place, campaign in enumerate(campaigns)
        ]
        self._draw("What became of attempts", Range(sheet.name, first, 1, words), series)

    def _head(self, what: str, *columns: str) -> None:
        self.sheet.skip()
        self.sheet.head(
            ["", what, "", *columns], [TEXT, TEXT, TEXT, *(SHARE for _ in columns)], filtered=False
        )
        self.sheet.skip()

    def _draw(self, title: str, categories: Range, series: list[Series]) -> None:
        column_chart(self.sheet, title, categories, series, place_of(self.drawn, self.row, CHARTS_AT))
        self.drawn += 1
