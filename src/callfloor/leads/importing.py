"""Importing a lead list: streamed in batches, staged, published in one step or not at all."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from callfloor.leads.phone_numbers import is_region
from callfloor.leads.port import BatchAdded, Duplicate, LeadLists, ListWriter, NewLead, SeenNumbers
from callfloor.leads.reading import LeadFile, open_lead_file
from callfloor.leads.rejects import RejectsFile
from callfloor.leads.rows import RowReader, RowRejected

BATCH_ROWS = 1000
"""A batch is one transaction, of about 10 ms: few enough rows that a dialer hardly waits for it."""

EXAMPLES = 10

IN_FILE = "duplicate: the number is in this list already"
IN_CAMPAIGN = "duplicate: the number is in the campaign already"
NUMBER_ONLY = " (the lead is kept, with its other numbers)"

Progress = Callable[[int, int], None]
"""Told bytes read and bytes in all, after every batch."""


@dataclass(slots=True)
class ImportReport:
    """What became of a list. A row is one lead, however many lines it has; blank ones do not count."""

    path: Path
    rows: int = 0
    leads: int = 0
    """Imported; of a list that was not published or only checked, what it would have brought."""
    numbers: int = 0
    barred: int = 0
    """Of the numbers: imported but never dialled, since they are barred."""
    duplicates: dict[str, int] = field(default_factory=dict)
    """How many rows had a number twice, by where the other is."""
    duplicate_leads: int = 0
    """Rows that were dropped whole, all their numbers being duplicates."""
    rejected: dict[str, int] = field(default_factory=dict)
    """How many rows were rejected, by reason."""
    short_rows: int = 0
    """Rows with fewer fields than the header: what was missing was taken as empty."""
    examples: list[tuple[int, str]] = field(default_factory=list)
    """Line and reason of the first rejected rows."""
    duplicate_examples: list[tuple[int, str]] = field(default_factory=list)
    """Line and reason of the first rows that had a duplicate."""
    rejects_path: Path | None = None
    published: bool = False
    wall_s: float = 0.0

    @property
    def rows_rejected(self) -> int:
        """How many rows were rejected, for whatever reason."""
        return sum(self.rejected.values())


_Fault = tuple[int, str, list[str]]
"""Line, reason and fields of a row."""


@dataclass(slots=True)
class _Batch:
    """Some rows of the file: those that are leads, and what is wrong with the others."""

    leads: list[NewLead] = field(default_factory=list)
    fields: list[list[str]] = field(default_factory=list)
    """Of each lead, as read."""
    faults: list[_Fault] = field(default_factory=list)
    """Of rejected rows; duplicates are added when they are known."""


def import_leads(
    path: Path,
    lists: LeadLists,
    *,
    campaign: str = "default",
    region: str = "US",
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a list into a campaign. With a rejected row nothing is imported, unless `skip_bad`.

    Rejected rows and duplicates are written to a file beside the list. No dialer sees a lead of the list
    before all of them are there; whatever fails on the way, nothing of the list is left in the campaign.

    Raises
    ------
    ListUnusableError
        the file is no list that can be read, or its rejected rows cannot be written beside it.
    LeadListError
        reading or writing failed on the way.
    ValueError
        no such region.
    """
    began = time.monotonic()
    _check_region(region)
    report = ImportReport(path)
    with (
        open_lead_file(path) as file,
        RejectsFile(path, file.columns.headers, file.delimiter) as rejects,
    ):
        writer = lists.begin(campaign, path.name)
        try:
            for batch in _batches(file, region):
                _stage(batch, writer, report)
                for fault in batch.faults:
                    rejects.add(*fault)
                if progress is not None:
                    progress(file.read_bytes(), file.size_bytes)
            report.short_rows = file.short_rows
            report.rejects_path = rejects.keep()
            _end(writer, report, skip_bad=skip_bad)
        except BaseException:
            # What failed is what is told. What this cannot remove, the next import does.
            with suppress(Exception):
                writer.discard()
            raise
    report.wall_s = time.monotonic() - began
    return report


def check_leads(
    path: Path, seen: SeenNumbers, *, region: str = "US", progress: Progress | None = None
) -> ImportReport:
    """Report what an import of a list into an empty campaign would do; write nothing.

    Raises
    ------
    ListUnusableError
        the file is no list that can be read.
    LeadListError
        reading it failed on the way.
    ValueError
        no such region.
    """
    began = time.monotonic()
    _check_region(region)
    report = ImportReport(path)
    with open_lead_file(path) as file:
        for batch in _batches(file, region):
            _account(batch, _added_to(seen, batch), report)
            if progress is not None:
                progress(file.read_bytes(), file.size_bytes)
        report.short_rows = file.short_rows
    report.wall_s = time.monotonic() - began
    return report


def _check_region(region: str) -> None:
    if not is_region(region):
        raise ValueError(f"{region!r} is no region, expected a country's two letters such as US")


def _batches(file: LeadFile, region: str) -> Iterator[_Batch]:
    reader = RowReader(file.columns, region)
    batch = _Batch()
    for row in file.rows():
        reason = row.fault
        if not reason:
            try:
                batch.leads.append(reader.lead(row.line, row.fields))
                batch.fields.append(row.fields)
            except RowRejected as error:
                reason = str(error)
        if reason:
            batch.faults.append((row.line, reason, row.fields))
        if len(batch.leads) + len(batch.faults) >= BATCH_ROWS:
            yield batch
            batch = _Batch()
    yield batch


def _stage(batch: _Batch, writer: ListWriter, report: ImportReport) -> None:
    added = writer.add(batch.leads) if batch.leads else BatchAdded(0, 0, 0, [])
    _account(batch, added, report)


def _account(batch: _Batch, added: BatchAdded, report: ImportReport) -> None:
    """Count a batch, and put its duplicates among its faults, in the order of lines."""
    report.rows += len(batch.leads) + len(batch.faults)
    report.leads += added.leads
    report.numbers += added.numbers
    report.barred += added.barred
    rejected = Counter(report.rejected)
    rejected.update(reason for _, reason, _ in batch.faults)
    report.rejected = dict(rejected)
    _show_first(report.examples, batch.faults)
    duplicates: list[_Fault] = []
    told: dict[int, Duplicate] = {}
    for duplicate in added.duplicates:
        # One line in the report for a row, however many of its numbers are duplicates.
        told.setdefault(duplicate.position, duplicate)
    for position, duplicate in told.items():
        reason = IN_FILE if duplicate.in_file else IN_CAMPAIGN
        report.duplicates[reason] = report.duplicates.get(reason, 0) + 1
        report.duplicate_leads += duplicate.lead_dropped
        if not duplicate.lead_dropped:
            reason += NUMBER_ONLY
        duplicates.append((batch.leads[position].line, reason, batch.fields[position]))
    _show_first(report.duplicate_examples, duplicates)
    batch.faults = sorted([*batch.faults, *duplicates], key=lambda fault: fault[0])


def _show_first(examples: list[tuple[int, str]], faults: Sequence[_Fault]) -> None:
    """Add to the examples as long as there is room."""
    examples += [(line, reason) for line, reason, _ in faults[: EXAMPLES - len(examples)]]


def _end(writer: ListWriter, report: ImportReport, *, skip_bad: bool) -> None:
    """Publish the list, or leave nothing of it."""
    if report.leads and (skip_bad or not report.rejected):
        writer.publish()
        report.published = True
    else:
        writer.discard()


def _added_to(seen: SeenNumbers, batch: _Batch) -> BatchAdded:
    """What an empty campaign would make of a batch."""
    flags = iter(seen.add([number for lead in batch.leads for number in lead.numbers]))
    leads = numbers = 0
    duplicates: list[Duplicate] = []
    for position, lead in enumerate(batch.leads):
        again = [number for number in lead.numbers if next(flags)]
        dropped = len(again) == len(lead.numbers)
        leads += not dropped
        numbers += len(lead.numbers) - len(again)
        duplicates += [Duplicate(position, number, in_file=True, lead_dropped=dropped) for number in again]
    return BatchAdded(leads, numbers, 0, duplicates)
