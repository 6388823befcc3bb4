"""`callfloor leads`: importing and checking lead lists, and erasing a person."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from callfloor.cli.terminal import check_json_file, write_json
from callfloor.failures import RunError, UsageError
from callfloor.stores.errors import StoreError

if TYPE_CHECKING:
    from callfloor.leads.importing import ImportReport, Progress

FILE = click.argument("file", type=click.Path(path_type=Path))
REGION = click.option(
    "--region",
    default="US",
    show_default=True,
    metavar="CC",
    help="The country, as two letters, of numbers that have no country code.",
)
DB = click.option(
    "--db",
    "url",
    default="callfloor.db",
    show_default=True,
    metavar="URL",
    help="The database: a path, sqlite:///PATH, or postgresql://USER@HOST/NAME.",
)
JSON = click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Write the report as JSON; - is standard output, which then has nothing else.",
)


@click.group()
def leads() -> None:
    """Lead lists: import and check them; erase a person."""


@leads.command("import")
@FILE
@DB
@click.option(
    "--campaign",
    default="default",
    show_default=True,
    metavar="NAME",
    help="Whose leads they are. A number stands once in a campaign.",
)
@REGION
@click.option(
    "--skip-bad",
    is_flag=True,
    help="Import the good rows although others are rejected. Otherwise it is all or nothing.",
)
@JSON
def import_list(
    file: Path, url: str, campaign: str, region: str, skip_bad: bool, json_file: Path | None
) -> None:
    """Import a CSV file of leads into a campaign, and into a new database if there is none.

    Rejected rows and duplicates are written to FILE.rejects.csv with their line numbers and reasons.
    Exit status: 0 imported, 1 rows were rejected or the import failed, 2 wrong use or bad input.
    """
    from callfloor.leads.importing import import_leads
    from callfloor.stores.opening import open_lists

    check_options(region, campaign, json_file)
    with nothing_left_behind(url):
        with open_lists(url) as lists, progress_bar(file) as progress:
            report = import_leads(
                file, lists, campaign=campaign, region=region.upper(), skip_bad=skip_bad, progress=progress
            )
        show(report, json_file, checked_only=False)
        if report.rejected and not skip_bad:
            raise RunError(
                f"{file}: nothing was imported: {rows_of(report.rows_rejected)} rejected, "
                f"see {report.rejects_path}; mend the list, or import the others with --skip-bad"
            )


@leads.command("check")
@FILE
@REGION
@JSON
def check_list(file: Path, region: str, json_file: Path | None) -> None:
    """Report what an import of a CSV file of leads would do, and write nothing.

    Exit status: 0 every row is good, 1 rows would be rejected, 2 wrong use or bad input.
    """
    from callfloor.leads.importing import check_leads
    from callfloor.stores.sqlite.seen import SqliteSeenNumbers

    check_options(region, "-", json_file)
    with SqliteSeenNumbers() as seen, progress_bar(file) as progress:
        report = check_leads(file, seen, region=region.upper(), progress=progress)
    show(report, json_file, checked_only=True)
    if report.rejected:
        raise RunError(f"{file}: {rows_of(report.rows_rejected)} of {report.rows} would be rejected")


@leads.command("erase")
@click.argument("number")
@DB
@REGION
@click.option("--asked-by", default="", metavar="NAME", help="Who passed the request on, to be kept.")
@JSON
def erase_person(number: str, url: str, region: str, asked_by: str, json_file: Path | None) -> None:
    """Erase the person who has a phone number: their numbers, and all that lists have said of them.

    They are never called again, also if a list brings them back. Records of calls stay, for as long as the
    law asks for them, with a stand-in for the number.
    Exit status: 0 erased, 1 it failed, 2 wrong use or bad input, or a call is under way: ask again later.
    """
    from callfloor.leads.phone_numbers import NumberRejected, parse_number
    from callfloor.stores.opening import may_be_there, open_store

    check_options(region, "-", json_file)
    if not may_be_there(url):
        raise UsageError(f"{url}: there is no such database")
    try:
        e164 = parse_number(number, region.upper())
    except NumberRejected as error:
        raise UsageError(f"NUMBER: expected a phone number, found none: {error}") from None
    store = open_store(url)
    try:
        erased = store.erase(e164, asked_by=asked_by)
    finally:
        store.close()
    if json_file is not None:
        write_json(dataclasses.asdict(erased), json_file)
    if str(json_file) != "-":
        click.echo(
            f"erased: {counted(erased.leads, 'lead')}, {counted(erased.numbers, 'number')}; "
            f"kept: {counted(erased.call_records, 'call record')}, without the number"
        )


def counted(count: int, what: str) -> str:
    """A number of things in words."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


@contextlib.contextmanager
def nothing_left_behind(url: str) -> Iterator[None]:
    """See to it that a failed import leaves no database where there was none, unless it is in use by now."""
    from callfloor.stores.sqlite.connection import delete_database
    from callfloor.stores.urls import is_postgres, store_path

    if is_postgres(url):
        # A schema without a row hinders nobody.
        yield
        return
    database = store_path(url)
    made = not database.exists()
    try:
        yield
    except BaseException:
        if made and database.exists():
            with contextlib.suppress(StoreError):
                delete_database(database)
        raise


def check_options(region: str, campaign: str, json_file: Path | None) -> None:
    """Refuse wrong option values before anything is read or written."""
    from callfloor.leads.phone_numbers import is_region

    if not is_region(region.upper()):
        raise UsageError(f"--region: expected a country's two letters such as US, found {region!r}")
    if not campaign.strip():
        raise UsageError("--campaign: expected a name, found nothing")
    check_json_file(json_file)


@contextlib.contextmanager
def progress_bar(file: Path) -> Iterator[Progress | None]:
    """A bar by bytes read, on standard error if that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(file.name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def rows_of(count: int) -> str:
    """Return a number of rows in words."""
    return f"{count} row" if count == 1 else f"{count} rows"


def show(report: ImportReport, json_file: Path | None, *, checked_only: bool) -> None:
    """Print the table of results, and write the JSON file that was asked for."""
    if json_file is not None:
        write_json(as_json(report), json_file)
    if str(json_file) != "-":
        print_table(report, click.echo, checked_only=checked_only)


def print_table(report: ImportReport, say: Callable[[str], None], *, checked_only: bool) -> None:
    """Say what became of the list, one figure a line."""
    imported = "imported" if report.published else "not imported"
    outcome = "would be imported" if checked_only else imported
    lines = [("rows", report.rows), (f"leads {outcome}", report.leads), ("numbers", report.numbers)]
    if report.barred:
        lines.append(("  of them barred, never dialled", report.barred))
    lines.append(("duplicates", sum(report.duplicates.values())))
    lines += [(f"  {why.removeprefix('duplicate: ')}", count) for why, count in report.duplicates.items()]
    lines.append(("rejected", report.rows_rejected))
    by_count = sorted(report.rejected.items(), key=lambda item: (-item[1], item[0]))
    lines += [(f"  {reason}", count) for reason, count in by_count]
    if report.short_rows:
        lines.append(("rows with fields left out at the end", report.short_rows))
    width = max(len(text) for text, _ in lines)
    for text, count in lines:
        say(f"{text:<{width}}  {count:>12,}")
    if checked_only:
        shown = sorted([*report.examples, *report.duplicate_examples])
        for line, reason in shown:
            say(f"line {line}: {reason}")
        if len(shown) < report.rows_rejected + sum(report.duplicates.values()):
            say("and more; an import writes all of them to a file")
    elif report.rejects_path is not None:
        say(f"rejected rows and duplicates: {report.rejects_path}")


def as_json(report: ImportReport) -> dict[str, object]:
    """The report as one JSON object."""
    return {
        "file": str(report.path),
        "published": report.published,
        "rows": report.rows,
        "leads": report.leads,
        "numbers": report.numbers,
        "barred": report.barred,
        "duplicates": report.duplicates,
        "duplicate_leads": report.duplicate_leads,
        "rejected": report.rejected,
        "short_rows": report.short_rows,
        "rejects_file": None if report.rejects_path is None else str(report.rejects_path),
        "wall_s": round(report.wall_s, 3),
    }
