"""`callfloor floors refused`, `retry` and `discard`: what a floor's worker could not take from its inbox."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callfloor.cli.floor_store import floor_named, opened
from callfloor.cli.leads import DB, JSON
from callfloor.cli.terminal import check_json_file, write_json
from callfloor.failures import UsageError

if TYPE_CHECKING:
    from callfloor.stores.inbox_port import RefusedEntry

SHOWN_MOST = 1000
"""Of each floor; the first ones, which are retried first as well."""

LONGEST_SHOWN = 1000
"""Characters of what cannot be read."""

ENTRY = click.IntRange(1, 2**63 - 1)

NUMBER = re.compile(r"(?P<call>[0-9a-fA-F]{32})|\+?\d(?:[ ().-]{0,2}\d){6,14}")
"""A call's id, which is left as it is, or what may be a phone number."""


@click.command()
@click.argument("name", required=False)
@DB
@JSON
def refused(name: str | None, url: str, json_file: Path | None) -> None:
    """List what was set aside of floor NAME, or of all floors: its id, when and why.

    Phone numbers are masked. Of each floor the first 1,000 are listed.
    """
    check_json_file(json_file)
    with opened(url, new=False) as store:
        floors = {plan.floor: plan.name for plan in store.floor_plans()}
        if name is not None:
            floors = {floor_named(store, name): name}
        told = [
            told_of(floors[floor], entry) for floor in floors for entry in store.refused(floor, SHOWN_MOST)
        ]
    if json_file is not None:
        write_json(told, json_file)
    if str(json_file) != "-":
        for each in told:
            click.echo(f"{each['floor']} {each['id']}: {each['refused_at']}  {each['arrival']}")
            click.echo(f"    {each['reason']}")


@click.command()
@click.argument("name")
@click.argument("ids", nargs=-1, type=ENTRY)
@click.option("--all", "everything", is_flag=True, help="All that was set aside of the floor.")
@DB
def retry(name: str, ids: tuple[int, ...], everything: bool, url: str) -> None:
    """Have what was set aside of floor NAME tried again: entries by their IDS, once the reason is mended.

    They are taken before what waits, in the order in which they came. What was taken meanwhile, by its event
    id, is not taken again.
    """
    if everything == bool(ids):
        raise UsageError("IDS: expected ids of `callfloor floors refused`, or --all")
    with opened(url, new=False) as store:
        floor = floor_named(store, name)
        count = store.refused_count(floor) if everything else len(set(ids))
        refuse_missing(name, store.retry(floor, None if everything else ids))
    click.echo(f"{name}: {count} to be tried again")


@click.command()
@click.argument("name")
@click.argument("ids", nargs=-1, required=True, type=ENTRY)
@DB
def discard(name: str, ids: tuple[int, ...], url: str) -> None:
    """Delete what was set aside of floor NAME, by its IDS. It cannot be had back."""
    with opened(url, new=False) as store:
        refuse_missing(name, store.discard(floor_named(store, name), ids))
    click.echo(f"{name}: {len(set(ids))} discarded")


def refuse_missing(name: str, missing: list[int]) -> None:
    """Raise UsageError where some ids are of nothing that was set aside; nothing was done then."""
    if missing:
        ids = ", ".join(map(str, missing))
        raise UsageError(
            f"IDS: expected ids of `callfloor floors refused {name}`, found {ids}; nothing was changed"
        )


def told_of(floor: str, entry: RefusedEntry) -> dict[str, Any]:
    """An entry as it is shown."""
    from callfloor.live.logs import time_of

    return {
        "floor": floor,
        "id": entry.id,
        "put_at": time_of(entry.put_at),
        "refused_at": None if entry.refused_at is None else time_of(entry.refused_at),
        "event_id": None if entry.event_id is None else without_numbers(entry.event_id),
        "arrival": shown(entry.arrival),
        "reason": without_numbers(entry.reason),
    }


def shown(arrival: str) -> str:
    """What was put down, in one line."""
    import msgspec

    from callfloor.live.inbox import Posted
    from callfloor.live.logs import time_of

    try:
        posted = msgspec.json.decode(arrival, type=Posted)
        at = "" if posted.at is None else f", at {time_of(posted.at)}"
    except (ValueError, RecursionError, OverflowError, OSError):
        # No JSON, no event, or no time that a calendar has.
        return without_numbers(" ".join(arrival[:LONGEST_SHOWN].split()))
    about = {"agent": posted.agent, "campaign": posted.campaign, "call": posted.call_id, "code": posted.code}
    parts = [posted.event, *(f"{name} {value}" for name, value in about.items() if value)]
    return without_numbers(", ".join(parts)) + at


def without_numbers(text: str) -> str:
    """A text in which whatever may be a phone number is masked."""
    from callfloor.live.logs import masked

    def mask(found: re.Match[str]) -> str:
        return found["call"] or masked(int(re.sub(r"\D", "", found[0])))

    return NUMBER.sub(mask, text)
