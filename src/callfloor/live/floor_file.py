"""A file of floors (TOML): their agents and campaigns, with the settings' own names as keys."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec

from callfloor.failures import UsageError
from callfloor.live.settings import CampaignSettings, DispositionSettings, FloorSettings
from callfloor.live.terms import terms_of
from callfloor.scenario.errors import no_such, shown

AGENTS_MOST = 10_000


def read_floors(file: Path) -> list[FloorSettings]:
    """The floors of a file. Raises UsageError, which names the file and the key, and RulesUnusableError."""
    try:
        with file.open("rb") as opened:
            tables = tomllib.load(opened)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: expected TOML: {error}") from None
    try:
        floors = floors_of(tables)
        refuse_shared(floors)
    except UsageError as error:
        raise UsageError(f"{file}: {error}") from None
    return floors


def floors_of(tables: Mapping[str, Any]) -> list[FloorSettings]:
    """The floors that tables describe. Raises UsageError that names the key."""
    check_keys("", tables, ["floors"])
    found = tables.get("floors")
    if not isinstance(found, list) or not found:
        raise UsageError(f"floors: expected at least one [[floors]], found {shown(found)}")
    return [floor_of(f"floors[{place}]", table) for place, table in enumerate(found)]


def floor_of(path: str, table: Any) -> FloorSettings:
    """One floor."""
    if not isinstance(table, dict):
        raise UsageError(f"{path}: expected a table, found {shown(table)}")
    check_keys(f"{path}.", table, [field.name for field in fields(FloorSettings)])
    name = table.get("name")
    if not isinstance(name, str) or not name.strip():
        raise UsageError(f"{path}.name: expected the floor's name, found {shown(name)}")
    path = f"floors.{name}"
    campaigns = table.get("campaigns")
    if not isinstance(campaigns, list) or not campaigns:
        raise UsageError(f"{path}.campaigns: expected at least one, found {shown(campaigns)}")
    made = [campaign_of(path, place, each) for place, each in enumerate(campaigns)]
    agents = agents_of(f"{path}.agents", name, table.get("agents", []))
    settings = converted(path, {**table, "agents": agents, "campaigns": []}, FloorSettings)
    try:
        return FloorSettings(
            name, tuple(agents), tuple(made), settings.linger_s, agent_groups=settings.agent_groups
        )
    except UsageError as error:
        raise UsageError(f"{path}.{error}") from None


def campaign_of(floor: str, place: int, table: Any) -> CampaignSettings:
    """One campaign. Rules of law that cannot be used are refused as well."""
    path = f"{floor}.campaigns[{place}]"
    if not isinstance(table, dict):
        raise UsageError(f"{path}: expected a table, found {shown(table)}")
    if isinstance(table.get("name"), str):
        path = f"{floor}.campaigns.{table['name']}"
    else:
        raise UsageError(f"{path}.name: expected the campaign's name, found {shown(table.get('name'))}")
    check_keys(f"{path}.", table, [field.name for field in fields(CampaignSettings)])
    for number, each in enumerate(table.get("dispositions", ())):
        if isinstance(each, dict):
            names = [field.name for field in fields(DispositionSettings)]
            check_keys(f"{path}.dispositions[{number}].", each, names)
    campaign: CampaignSettings = converted(path, table, CampaignSettings)
    terms_of(campaign)
    return campaign


def agents_of(path: str, floor: str, found: Any) -> list[str]:
    """The agents' names; a number makes that many, by the floor's name and a number from 1."""
    if isinstance(found, int) and not isinstance(found, bool):
        if not 0 <= found <= AGENTS_MOST:
            raise UsageError(f"{path}: expected from 0 to {AGENTS_MOST:,} agents, found {shown(found)}")
        digits = max(2, len(str(found)))
        return [f"{floor}-{i:0{digits}d}" for i in range(1, found + 1)]
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise UsageError(f"{path}: expected names, or how many, found {shown(found)}")
    return found


def converted(path: str, table: Mapping[str, Any], kind: type[Any]) -> Any:
    """A table as settings. Raises UsageError that names the key."""
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        key = f"{path}{where.removesuffix('`')}"
        raise UsageError(f"{key}: {what[:1].lower()}{what[1:]}") from None
    except UsageError as error:
        raise UsageError(f"{path}.{error}") from None


def check_keys(path: str, table: Mapping[str, Any], known: Sequence[str]) -> None:
    """Refuse a key that there is not."""
    for key in table:
        if key not in known:
            raise UsageError(f"{path}{key}: {no_such('key', key, known)}")


def refuse_shared(floors: Sequence[FloorSettings]) -> None:
    """Refuse a floor, an agent or a campaign that is there twice: each belongs to one floor."""
    owners: dict[tuple[str, str], str] = {}
    for floor in floors:
        told = [("agent", name) for name in floor.agents]
        told += [("campaign", campaign.name) for campaign in floor.campaigns]
        for what, name in told:
            owner = owners.setdefault((what, name), floor.name)
            if owner != floor.name:
                raise UsageError(
                    f"floors.{floor.name}: {what} {name!r} is floor {owner}'s already; "
                    "each belongs to one floor"
                )
    names = [floor.name for floor in floors]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"floors.{name}: expected one floor of that name, found {names.count(name)}")
