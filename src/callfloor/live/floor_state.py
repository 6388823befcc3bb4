"""A floor as it was last committed, for whoever watches it from outside: no floor is built for that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from callfloor.floor.vocabulary import AGENT_STATE_NAMES, OFFLINE
from callfloor.live.rows import AGENT, CAMPAIGN, RowForm, decode
from callfloor.live.settings import FloorSettings
from callfloor.stores.port import FloorImage


class CampaignState(NamedTuple):
    """A campaign: whether it dials, its lines in use, and its calls since it was made."""

    name: str
    running: bool
    live: int
    attempts: int
    connected: int
    abandoned: int


class FloorState(NamedTuple):
    """A floor: `version` counts its commits, `agents` are by the name of their state."""

    version: int
    agents: dict[str, int]
    campaigns: list[CampaignState]


def state_of(image: FloorImage, settings: FloorSettings) -> FloorState:
    """What is committed of a floor. Agents and campaigns that are only in its settings are not at work."""
    states = Counter(column(AGENT, "state", row) for _, _, row in image.agents)
    known = {name for _, name, _ in image.agents}
    states[OFFLINE] += sum(name not in known for name in settings.agents)
    rows = [row for _, _, row in image.campaigns]
    return FloorState(
        image.version,
        {name: states[code] for code, name in enumerate(AGENT_STATE_NAMES)},
        [campaign_of(each.name, rows[i : i + 1]) for i, each in enumerate(settings.campaigns)],
    )


def campaign_of(name: str, row: Sequence[str]) -> CampaignState:
    """A campaign by its row, where it has one."""
    if not row:
        return CampaignState(name, False, 0, 0, 0, 0)
    live, attempts, connected, abandoned = (
        int(column(CAMPAIGN, each, row[0])) for each in ("live", "attempts", "connected", "abandoned")
    )
    return CampaignState(
        name, bool(column(CAMPAIGN, "running", row[0])), live, attempts, connected, abandoned
    )


def column(form: RowForm, name: str, row: str) -> Any:
    """One number of a record's row."""
    return decode(row)[form.numbers.index(name)]
