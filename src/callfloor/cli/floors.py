"""`callfloor floors`: the floors that workers look after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from callfloor.cli.floor_store import floor_named, opened
from callfloor.cli.leads import DB, JSON
from callfloor.cli.refused import discard, refused, retry
from callfloor.cli.terminal import check_json_file, write_json
from callfloor.failures import UsageError

if TYPE_CHECKING:
    from callfloor.live.settings import FloorSettings
    from callfloor.stores.sql.store import SqlStore


@click.group()
def floors() -> None:
    """Floors that workers look after: import, list, start, stop and drop them; what they could not take."""


for command in (refused, retry, discard):
    floors.add_command(command)


@floors.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@DB
def import_floors(file: Path, url: str) -> None:
    """Have workers look after the floors of FILE by its settings.

    FILE has TOML: a [[floors]] with name and agents for each, and a [[floors.campaigns]] with name and
    settings for each campaign. A floor that is there already gets the new settings while it runs; agents and
    campaigns can be added at the end. Floors that FILE does not name stay as they are.
    """
    from callfloor.live.floor_file import read_floors, refuse_shared

    found = read_floors(file)
    with opened(url) as store:
        names = {floor.name for floor in found}
        others = [floor for floor in planned(store) if floor.name not in names]
        refuse_shared([*others, *found])
        for floor in found:
            refuse_taken_away(store, floor)
        store.plan_floors({floor.name: floor.text() for floor in found})
    for floor in found:
        agents = f"{len(floor.agents):,} agent{'s' * (len(floor.agents) != 1)}"
        click.echo(f"{floor.name}: {agents}, {', '.join(each.name for each in floor.campaigns)}")


@floors.command("list")
@DB
@JSON
def list_floors(url: str, json_file: Path | None) -> None:
    """List the floors that workers look after, and who looks after each now."""
    check_json_file(json_file)
    with opened(url, new=False) as store:
        leases = {lease.floor: lease for lease in store.leases()}
        told = [
            {
                "floor": plan.name,
                "worker": leases[plan.floor].owner or None,
                "lease_left_s": round(leases[plan.floor].left_s, 3),
                "waiting": store.waiting_count(plan.floor),
                "refused": store.refused_count(plan.floor),
            }
            for plan in store.floor_plans()
        ]
    if json_file is not None:
        write_json(told, json_file)
    if str(json_file) != "-":
        for each in told:
            aside = f", {each['refused']} set aside" if each["refused"] else ""
            click.echo(f"{each['floor']}: {each['worker'] or 'nobody'}, {each['waiting']} waiting{aside}")


@floors.command()
@click.argument("name")
@click.option("--campaign", default="", metavar="NAME", help="Only this campaign.  [default: all]")
@DB
def start(name: str, campaign: str, url: str) -> None:
    """Have the campaigns of floor NAME dial."""
    from callfloor.floor.vocabulary import CAMPAIGN_STARTED

    put_down(url, name, campaign, CAMPAIGN_STARTED, 0)


@floors.command()
@click.argument("name")
@click.option("--campaign", default="", metavar="NAME", help="Only this campaign.  [default: all]")
@click.option("--cut-ringing", is_flag=True, help="Hang up lines that still ring.")
@DB
def stop(name: str, campaign: str, url: str, cut_ringing: bool) -> None:
    """Have the campaigns of floor NAME dial no more; calls in hand go on."""
    from callfloor.floor.vocabulary import CAMPAIGN_STOPPED

    put_down(url, name, campaign, CAMPAIGN_STOPPED, int(cut_ringing))


@floors.command()
@click.argument("name")
@DB
def drop(name: str, url: str) -> None:
    """Have no worker look after floor NAME any more. What it has and had stays in the database."""
    with opened(url, new=False) as store:
        store.forget_plan(floor_named(store, name))


def put_down(url: str, name: str, campaign: str, kind: int, code: int) -> None:
    """Put an event for some campaigns into a floor's inbox."""
    from callfloor.floor.vocabulary import EVENT_NAMES
    from callfloor.live.inbox import Posted, post
    from callfloor.live.settings import FloorSettings

    with opened(url, new=False) as store:
        floor = floor_named(store, name)
        known = [each.name for each in FloorSettings.of_text(store.planned_settings(floor)).campaigns]
        if campaign and campaign not in known:
            raise UsageError(f"--campaign: expected one of {', '.join(known)}, found {campaign!r}")
        for each in [campaign] if campaign else known:
            post(store, floor, Posted(EVENT_NAMES[kind], campaign=each, code=code))


def planned(store: SqlStore) -> list[FloorSettings]:
    """The settings of all floors that workers look after."""
    from callfloor.live.settings import FloorSettings

    return [FloorSettings.of_text(store.planned_settings(plan.floor)) for plan in store.floor_plans()]


def refuse_taken_away(store: SqlStore, floor: FloorSettings) -> None:
    """Raise UsageError where a floor lacks campaigns that it has, or has them in another order."""
    for before in planned(store):
        held = [campaign.name for campaign in before.campaigns]
        names = [campaign.name for campaign in floor.campaigns]
        if before.name == floor.name and names[: len(held)] != held:
            raise UsageError(
                f"floors.{floor.name}.campaigns: expected {', '.join(held)} first, as the floor has them, "
                f"and new ones after them; found {', '.join(names)}"
            )
