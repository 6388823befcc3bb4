"""Native charts of a workbook, over cells that are written already.

The numbers stand in the chart too, as Excel leaves them there: what draws no cells can draw it.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from callfloor.reports.workbook_sheet import Sheet

COLOURS = ("#1F6FB4", "#E07B00", "#3A9A4A", "#C0392B", "#7D5BA6", "#8C6D46", "#D45C9E", "#6E7781")
SERIES_MOST = len(COLOURS)
WIDTH, HEIGHT = 620, 300
ROW_HEIGHT = 20
BEHIND = 1
"""Cells between a table and its charts."""

GREY = "#D9D9D9"


@dataclass(frozen=True, slots=True)
class Range:
    """Cells of one column or one row of a sheet, with what stands in them."""

    sheet: str
    row: int
    column: int
    values: Sequence[str | float | None]

    @property
    def cells(self) -> list[str | int]:
        """The cells as XlsxWriter wants them."""
        return [self.sheet, self.row, self.column, self.row + len(self.values) - 1, self.column]


@dataclass(frozen=True, slots=True)
class Series:
    """What a chart shows: its name's cell, or the name itself if it is nobody's own; and what goes up."""

    name: Range | str
    values: Range
    half_widths: Range | None = None

    def options(self, categories: Range, colour: str) -> dict[str, Any]:
        """As XlsxWriter wants it."""
        found: dict[str, Any] = {
            "categories": categories.cells,
            "categories_data": list(categories.values),
            "values": self.values.cells,
            "values_data": list(self.values.values),
        }
        if isinstance(self.name, str):
            found["name"] = self.name
        else:
            found["name"] = self.name.cells[:3]
            found["name_data"] = list(self.name.values)
        if self.half_widths is not None:
            numbers = list(self.half_widths.values)
            found["y_error_bars"] = {
                "type": "custom",
                "plus_values": _formula(self.half_widths),
                "minus_values": _formula(self.half_widths),
                "plus_data": numbers,
                "minus_data": numbers,
                "line": {"color": "#404040"},
            }
        return found | {"fill": {"color": colour}, "line": {"color": colour, "width": 1.75}}


def _formula(found: Range) -> str:
    utility = importlib.import_module("xlsxwriter.utility")
    return f"={found.sheet}!{utility.xl_range_abs(*found.cells[1:])}"


def column_chart(
    sheet: Sheet, title: str, categories: Range, series: Sequence[Series], place: tuple[int, int]
) -> None:
    """Put a chart of shares as columns on a sheet, its corner at a row and column."""
    chart = sheet.book.workbook.add_chart({"type": "column"})
    for each, colour in zip(series, COLOURS, strict=False):
        options = each.options(categories, colour)
        del options["line"]
        chart.add_series(options | {"gap": 60})
    top = 1.0 if max(_numbers(series), default=0.0) > 0.5 else None
    _dress(chart, title, len(series), "0%", top)
    chart.set_x_axis({"num_font": {"size": 9}, "line": {"color": GREY}, "text_axis": True})
    sheet.page.insert_chart(*place, chart, {"object_position": 2})


def line_chart(
    sheet: Sheet,
    title: str,
    times: Range,
    series: Sequence[Series],
    place: tuple[int, int],
    *,
    kind: str,
    time_format: str,
) -> None:
    """Put a chart over time on a sheet. `kind` is the format of what goes up."""
    chart = sheet.book.workbook.add_chart({"type": "line"})
    for each, colour in zip(series, COLOURS, strict=False):
        chart.add_series(each.options(times, colour))
    share = kind == "0%"
    top = 1.0 if share and max(_numbers(series), default=0.0) > 0.5 else None
    _dress(chart, title, len(series), kind, top)
    step = max(1, -(-len(times.values) // 8))
    chart.set_x_axis(
        {
            # As dates Excel would put all of a day at one place.
            "text_axis": True,
            "num_format": time_format,
            "interval_unit": step,
            "interval_tick": step,
            "num_font": {"size": 9},
            "line": {"color": GREY},
        }
    )
    sheet.page.insert_chart(*place, chart, {"object_position": 2})


def _numbers(series: Sequence[Series]) -> list[float]:
    return [each for one in series for each in one.values.values if isinstance(each, int | float)]


def _dress(chart: Any, title: str, series: int, kind: str, top: float | None) -> None:
    """What all charts have: a title that is no user's, a size, a grid; a legend if there is more than one."""
    chart.set_title({"name": title, "name_font": {"size": 12, "bold": True}, "overlay": False})
    chart.set_size({"width": WIDTH, "height": HEIGHT})
    axis: dict[str, Any] = {
        "num_format": kind,
        "min": 0,
        "num_font": {"size": 9},
        "line": {"none": True},
        "major_gridlines": {"visible": True, "line": {"color": GREY, "width": 0.75}},
    }
    chart.set_y_axis(axis if top is None else axis | {"max": top})
    chart.set_legend({"position": "bottom"} if series > 1 else {"none": True})
    chart.show_blanks_as("gap")


def place_of(number: int, row: int, column: int) -> tuple[int, int]:
    """Return where the chart of a number goes, one below the other from a row and column on."""
    return row + number * (HEIGHT // ROW_HEIGHT + BEHIND), column
