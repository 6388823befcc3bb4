"""`callfloor replay`: a live journal run through the floor again, and the first difference if any."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from callfloor.cli.terminal import check_json_file, say_failure, write_json
from callfloor.failures import DONE, RUN_FAILED, UsageError

if TYPE_CHECKING:
    from callfloor.live.replay import Replay


@click.command()
@click.argument("database", metavar="DB", type=str)
@click.option("--floor", "name", metavar="NAME", help="Only the floor of that name.  [default: all]")
@click.option("--plain", is_flag=True, help="Through the interpreted floor instead of the compiled one.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Write the result as JSON; - is standard output, which then has nothing else.",
)
def replay(database: str, name: str | None, plain: bool, json_file: Path | None) -> None:
    """Run the journal of DB through the floor again and compare every command and the state at the end.

    Exit status: 0 the same throughout, 1 there is a difference, 2 wrong use or bad input.
    """
    from callfloor.live.replay import replay_journal
    from callfloor.runtimes import RuntimeMissing, load
    from callfloor.stores.opening import may_be_there, open_store

    check_json_file(json_file)
    if not may_be_there(database):
        raise UsageError(f"{database}: there is no such file; give the database of a live run")
    try:
        runtime = load("plain" if plain else "compiled")
    except RuntimeMissing as reason:
        click.echo(f"callfloor: {reason} The plain floor is used.", err=True)
        runtime = load("plain")
    store = open_store(database, durable=False)
    try:
        floors = [(floor, title) for floor, title in store.floors() if name in (None, title)]
        if not floors:
            raise UsageError(f"{store.db.where}: has no floor" + (f" called {name!r}" if name else ""))
        with progress_bar() as progress:
            results = [replay_journal(store, floor, title, runtime, progress) for floor, title in floors]
    finally:
        store.close()
    if json_file is not None:
        write_json([asdict(result) for result in results], json_file)
    for result in results:
        tell(result, quiet=str(json_file) == "-")
    sys.exit(RUN_FAILED if any(result.difference for result in results) else DONE)


def tell(result: Replay, *, quiet: bool) -> None:
    """Say what a replay came to: a difference on standard error, agreement on standard output."""
    found = result.difference
    if found is not None:
        where = f"entry {found.seq} ({found.event}, t = {found.at:.3f})"
        say_failure(f"floor {result.floor!r}: first difference at {where}: {found.what}", RUN_FAILED)
    elif not quiet:
        written = ", ".join(result.versions) or "nobody"
        click.echo(
            f"floor {result.floor!r}: {result.entries:,} journal entries written by {written}: "
            "every command and the state at the end are the same"
        )


@contextlib.contextmanager
def progress_bar() -> Iterator[Callable[[int, int], None] | None]:
    """A bar by journal entries, on standard error if that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("replaying", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
