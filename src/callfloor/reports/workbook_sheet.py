"""A workbook on its way: sheets that are written row by row and not kept, cells that are what they say.

Text is text, whatever it begins with: nothing that a user has named becomes a formula or a link.
"""

from __future__ import annotations

import datetime
import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

ROWS_MOST = 1_048_576
"""How many rows a sheet has; no program that reads workbooks has more."""

COLUMNS_MOST = 16_384

TEXT, WHOLE, MEAN, SHARE, SECONDS, SHARE_SHORT, MEAN_SHORT = (
    *("text", "whole", "mean", "share", "seconds"),
    *("share_short", "mean_short"),
)
MINUTE, SECOND = "minute", "second"
"""Names of the formats of cells."""

_HEAD = {"bold": True, "bg_color": "#DCE6F1", "bottom": 1}

FORMATS: Mapping[str, Mapping[str, Any]] = {
    TEXT: {"indent": 1},
    WHOLE: {"num_format": "#,##0"},
    MEAN: {"num_format": "#,##0.00"},
    MEAN_SHORT: {"num_format": "#,##0.0"},
    SHARE: {"num_format": "0.00%"},
    SHARE_SHORT: {"num_format": "0.0%"},
    SECONDS: {"num_format": "#,##0.000"},
    MINUTE: {"num_format": "yyyy-mm-dd hh:mm", "align": "left", "indent": 1},
    SECOND: {"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left", "indent": 1},
    "number left": {"num_format": "0", "align": "left", "indent": 1},
    "whole left": {"num_format": "#,##0", "align": "left", "indent": 1},
    "seconds left": {"num_format": "#,##0.000", "align": "left", "indent": 1},
    "head": {**_HEAD, "align": "left", "indent": 1},
    "head number": {**_HEAD, "align": "right"},
    "head filter": {**_HEAD, "align": "right", "indent": 2},  # beside the filter's button
    "block": {"bold": True, "bg_color": "#DCE6F1", "indent": 1},
    "title": {"bold": True, "font_size": 14, "indent": 1},
    "label": {"font_color": "#595959", "indent": 1},
    "warning": {"bold": True, "font_color": "#C00000", "indent": 1},
}

NUMBERS = (WHOLE, MEAN, MEAN_SHORT, SHARE, SHARE_SHORT, SECONDS)

UNIT_FORMATS: Mapping[str, str] = {"share": SHARE, "s": SECONDS}
"""How numbers of a unit are shown; all others have two decimals."""

Value = str | float | datetime.datetime | None
Cell = tuple[Value, str]
"""What stands in a cell, and the name of its format."""

_DAY_0 = datetime.datetime(1899, 12, 30)  # noqa: DTZ001 - days are counted from here, by whatever clock
_FIRST_YEAR = 1900


class Book:
    """A workbook of XlsxWriter with the formats that its sheets share."""

    def __init__(self, workbook: Any) -> None:
        self.workbook = workbook
        self.formats = {name: workbook.add_format(dict(keys)) for name, keys in FORMATS.items()}

    def sheet(self, name: str) -> Sheet:
        """Add a sheet behind those that there are."""
        return Sheet(self, name)


class Sheet:
    """A sheet. Its rows are written from the top, each once: what is above is no longer in memory."""

    def __init__(self, book: Book, name: str) -> None:
        self.book = book
        self.name = name
        self.page = book.workbook.add_worksheet(name)
        self.row = 0
        self.page.set_landscape()
        self.page.set_footer("&L&A&RPage &P of &N")

    @property
    def full(self) -> bool:
        """Whether there is no room for another row."""
        return self.row >= ROWS_MOST

    def put(self, cells: Iterable[Cell], at: int = 0) -> None:
        """Write cells into the row at hand from a column on."""
        for column, (value, name) in enumerate(cells, at):
            self._write(column, value, name)

    def add(self, cells: Iterable[Cell], at: int = 0) -> None:
        """Write cells from a column on, and go to the next row."""
        self.put(cells, at)
        self.row += 1

    def skip(self, rows: int = 1) -> None:
        """Leave rows empty."""
        self.row += rows

    def head(self, names: Sequence[str], kinds: Sequence[str], at: int = 0, *, filtered: bool = True) -> None:
        """Write names of columns into the row at hand, which stays the one at hand."""
        number = "head filter" if filtered else "head number"
        self.put(
            ((name, number if kind in NUMBERS else "head") for name, kind in zip(names, kinds, strict=True)),
            at,
        )

    def freeze(self, columns: int = 0, heads: int = 1) -> None:
        """The row at hand is the last of those that stay in sight; the last `heads` begin each page too."""
        self.row += 1
        self.page.freeze_panes(self.row, columns)
        self.page.repeat_rows(self.row - heads, self.row - 1)

    def fit(self, fits: bool = True, charts_at: int = 0) -> None:
        """Print all columns on one page; if not, the first one on every page, and charts on their own."""
        if fits:
            self.page.fit_to_pages(1, 0)
        else:
            self.page.repeat_columns(0)
            self.page.set_v_pagebreaks([charts_at])
            self.page.set_print_scale(75)

    def filter(self, head: int, columns: int) -> None:
        """Put filters on the table that ends here. `head` is its first row, counted from 0."""
        self.page.autofilter(head, 0, max(head, self.row - 1), columns - 1)

    def widths(self, *widths: float, at: int = 0) -> None:
        """Set the widths of columns from one on, in characters."""
        for column, width in enumerate(widths, at):
            self.page.set_column(column, column, width)

    def note(self, column: int, text: str, row: int | None = None) -> None:
        """Hang a comment on a cell of the row at hand, or another one that is not written yet."""
        size = {"width": 300, "height": 22 + 18 * (1 + len(text) // 42)}
        self.page.write_comment(
            self.row if row is None else row, column, text, {"author": "Callfloor", "font_size": 9, **size}
        )

    def _write(self, column: int, value: Value, name: str) -> None:
        """Write a cell; what is no number that could be shown is left empty."""
        form = self.book.formats[name]
        if isinstance(value, datetime.datetime):
            value = value.isoformat(" ") if value.year < _FIRST_YEAR else serial(value)
        if isinstance(value, str):
            if value:
                self.page.write_string(self.row, column, plain(value), form)
            else:
                self.page.write_blank(self.row, column, None, form)
        elif value is not None and math.isfinite(value):
            self.page.write_number(self.row, column, value, form)


def plain(text: str) -> str:
    """Return a text that XlsxWriter takes for one: it would let what looks like its own rich text through."""
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


def serial(moment: datetime.datetime) -> float:
    """Return a local date and time as spreadsheets count it: in days."""
    return (moment - _DAY_0) / datetime.timedelta(days=1)


def tell_cut(sheet: str, what: str) -> None:
    """Warn that a sheet has no room for everything."""
    warnings.warn(
        f"the workbook: {sheet}: has room for {what}: the rest is left out", RuntimeWarning, stacklevel=2
    )
