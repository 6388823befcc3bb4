"""A result as a workbook for spreadsheets: figures, intervals, and one by one the people and calls.

The same result makes the same bytes. Rows go to files as they come, so that memory does not grow with them.
"""

from __future__ import annotations

import contextlib
import datetime
import importlib
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import IO, Any, cast

from callfloor.failures import RunError, UsageError
from callfloor.reports.workbook_calls import CallsSheet
from callfloor.reports.workbook_consumers import Received, write_agents, write_customers, write_reports
from callfloor.reports.workbook_figures import write_figures
from callfloor.reports.workbook_intervals import write_intervals
from callfloor.reports.workbook_sheet import Book
from callfloor.scenario import Scenario
from callfloor.sim.call_rows import CallRow, calls_of
from callfloor.sim.result import Result
from callfloor.sim.runner import fastest

LIBRARY = "xlsxwriter"
WANTED = "expected XlsxWriter to be installed; pip install 'callfloor[xlsx]'"

CREATED = datetime.datetime(2026, 1, 1)  # noqa: DTZ001 - always the same: no date of any clock
"""What a workbook says of itself: the time of writing would make other bytes of the same result."""

TELL_EVERY = 1000
CLOSING = 0.4
"""About which share of the work is left when all rows are written."""

Progress = Callable[[float], object]
Calls = Generator[CallRow, None, None]


def write_workbook(
    result: Result,
    scenario: Scenario,
    path_or_file: str | os.PathLike[str] | IO[bytes],
    *,
    calls: bool = False,
    progress: Progress | None = None,
) -> None:
    """Write a scenario's result as a workbook to a file, whole or not at all.

    Parameters
    ----------
    result, scenario
        A result, and the scenario that it is of.
    path_or_file
        The name of a file, or one that is open for bytes.
    calls
        With a sheet of all calls of the first replication. For it, and where there are consumers, that
        replication is run again.
    progress
        Told now and then which share of the work is done, from 0 to 1.

    Raises
    ------
    UsageError
        XlsxWriter is not installed.
    OSError
        The file cannot be written.
    RunError
        The workbook would be too large for its format.
    """
    if isinstance(path_or_file, str | os.PathLike):
        whole = Path(path_or_file)
        temporary = whole.with_name(f"{whole.name}.{os.getpid()}.tmp")
        try:
            with temporary.open("wb") as file:
                _write(file, result, scenario, calls, progress)
            temporary.replace(whole)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        return
    with tempfile.TemporaryFile() as file:
        _write(file, result, scenario, calls, progress)
        file.seek(0)
        shutil.copyfileobj(file, path_or_file)


def _write(
    file: IO[bytes], result: Result, scenario: Scenario, calls: bool, progress: Progress | None
) -> None:
    with _workbook(file) as workbook:
        workbook.set_properties({"title": scenario.name, "author": "Callfloor", "created": CREATED})
        book = Book(workbook)
        number = result.replications[0].number if result.replications else 0
        tell = _Told(result, scenario, calls, progress)
        reruns = calls or scenario.consumers is not None
        runtime = _runtime() if reruns else None
        received = reports = None
        if scenario.consumers is not None:
            write_customers(book, runtime, scenario, number)
            tell(scenario.consumers.count)
            write_agents(book, runtime, scenario, number)
            received, reports = Received(scenario), book.sheet("Reports")
        write_figures(book, result, scenario)
        write_intervals(book, result, scenario)
        each_call = CallsSheet(book, scenario) if calls else None
        if reruns:
            _take_calls(scenario, runtime, number, received, each_call, tell)
        if received is not None and reports is not None:
            write_reports(reports, received)
        workbook.worksheets()[0].activate()
    tell.all()


def _take_calls(
    scenario: Scenario,
    runtime: Any,
    replication: int,
    received: Received | None,
    sheet: CallsSheet | None,
    tell: _Told,
) -> None:
    """Run a replication again, and count and write its calls."""
    with contextlib.closing(cast(Calls, calls_of(scenario, runtime, replication))) as rows:
        for place, row in enumerate(rows, 1):
            if received is not None:
                received.take(row)
            if sheet is not None:
                sheet.take(row)
                if sheet.cut and received is None:
                    break
            if place % TELL_EVERY == 0:
                tell(TELL_EVERY)
    if sheet is not None:
        sheet.close()


class _Told:
    """Who is told how much of the work is done, and how much that is."""

    def __init__(self, result: Result, scenario: Scenario, calls: bool, progress: Progress | None) -> None:
        self.progress = progress
        self.work = self.done = 0.0
        if scenario.consumers is not None:
            self.work += scenario.consumers.count
        if result.replications and (calls or self.work):
            first = result.replications[0]
            self.work += first.calls + sum(queue.total("callbacks") for queue in first.queues)

    def __call__(self, rows: float) -> None:
        """So many more rows are written."""
        self.done += rows
        if self.progress is not None and self.work:
            self.progress((1.0 - CLOSING) * min(self.done / self.work, 1.0))

    def all(self) -> None:
        """The workbook is written."""
        if self.progress is not None:
            self.progress(1.0)


def _runtime() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the run has told already which one it is
        return fastest()[1]


@contextlib.contextmanager
def _workbook(file: IO[bytes]) -> Iterator[Any]:
    """Open a workbook of XlsxWriter, and write it to a file in the end; what goes wrong leaves nothing."""
    try:
        library = importlib.import_module(LIBRARY)
    except ImportError as error:
        raise UsageError(f"workbook: {WANTED}") from error
    draft = _Draft(file)
    with tempfile.TemporaryDirectory(prefix="callfloor-") as folder:
        plain = ("strings_to_formulas", "strings_to_urls", "strings_to_numbers")
        options = {"constant_memory": True, "tmpdir": folder, **dict.fromkeys(plain, False)}
        workbook = library.Workbook(draft, options)
        try:
            yield workbook
            workbook.close()
        except library.exceptions.FileCreateError as error:
            raise error.args[0] from None
        except library.exceptions.FileSizeError:
            raise RunError("workbook: too large: expected a sheet of less than 2 GB") from None
        finally:
            draft.drop()
            for sheet in workbook.worksheets():
                sheet._opt_close()  # its temporary file: there is no other way but to write the workbook


class _Draft:
    """A file that keeps nothing any more once it is dropped: even then zip files write their end."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.dropped = False
        self.place = 0

    def drop(self) -> None:
        """Keep nothing from now on."""
        self.dropped = True

    def write(self, data: bytes) -> int:
        """Write bytes."""
        if not self.dropped:
            self.file.write(data)
        self.place += len(data)
        return len(data)

    def seek(self, place: int) -> int:
        """Go to a place."""
        if not self.dropped:
            self.file.seek(place)
        self.place = place
        return place

    def tell(self) -> int:
        """Return the place."""
        return self.place

    def flush(self) -> None:
        """Write what is held back."""
        if not self.dropped:
            self.file.flush()
