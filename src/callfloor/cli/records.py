"""`callfloor records`: what has been kept for long enough."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from callfloor.cli.leads import DB, JSON
from callfloor.cli.terminal import check_json_file, write_json
from callfloor.failures import UsageError

YEARS_KEPT = 5
"""By law in the United States (16 CFR 310.5)."""


@click.group()
def records() -> None:
    """Call records: what has been kept for long enough."""


@records.command("expire")
@click.option(
    "--years",
    default=YEARS_KEPT,
    show_default=True,
    type=click.IntRange(YEARS_KEPT, 100),
    help="How long call records are kept; the law of the United States asks for five years.",
)
@DB
@JSON
def expire(years: int, url: str, json_file: Path | None) -> None:
    """Delete the records of calls that were placed before so many years.

    PostgreSQL drops them by the month, when all of a month is old enough.
    Exit status: 0 done, 1 it failed, 2 wrong use or bad input.
    """
    from callfloor.stores.opening import may_be_there, open_store

    check_json_file(json_file)
    if not may_be_there(url):
        raise UsageError(f"{url}: there is no such database")
    before = years_ago(datetime.datetime.now(datetime.UTC), years)
    store = open_store(url)
    try:
        deleted = store.drop_call_records(before.timestamp())
    finally:
        store.close()
    day = before.date().isoformat()
    if json_file is not None:
        write_json({"deleted": deleted, "before": day}, json_file)
    if str(json_file) != "-":
        click.echo(f"{deleted:,} call records deleted, of calls placed before {day}")


def years_ago(now: datetime.datetime, years: int) -> datetime.datetime:
    """The same day of the year some years before, at midnight UTC; the 29 February is the 28th then."""
    day = min(now.day, 28) if now.month == 2 else now.day
    return datetime.datetime(now.year - years, now.month, day, tzinfo=datetime.UTC)
