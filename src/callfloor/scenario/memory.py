"""Whether a scenario fits into this machine's memory, before anything runs."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from callfloor.scenario.errors import ScenarioError, path_of

if TYPE_CHECKING:
    from callfloor.scenario.campaigns import Campaign
    from callfloor.scenario.model import Scenario

AGENT_BYTES = 1024
LEAD_BYTES = 128
"""What the simulator keeps for each agent, and for each lead that waits for another attempt, at most."""

ATTEMPT_BYTES = 8
RULES_LIMIT = 3
"""Attempts in 24 hours: the most that the rules that come with Callfloor allow where they limit them."""

_CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def check_fits_memory(scenario: Scenario, *, workers: int = 1, memory_bytes: int | None = None) -> None:
    """Refuse a scenario whose agents and leads cannot fit. Raises ScenarioError with the largest part.

    Each of the worker processes has a floor of its own. `memory_bytes` is this machine's if it is not given.
    """
    limit = machine_memory_bytes() if memory_bytes is None else memory_bytes
    if limit is None:
        return
    parts = {path_of("groups", group.name, "agents"): group.agents * AGENT_BYTES for group in scenario.groups}
    for campaign in scenario.campaigns:
        if isinstance(campaign.leads, int) and leads_wait(campaign):
            parts[path_of("campaigns", campaign.name, "leads")] = campaign.leads * (
                LEAD_BYTES + ATTEMPT_BYTES * times_remembered(campaign)
            )
    total = sum(parts.values()) * workers
    if total > limit:
        largest = max(parts, key=lambda name: parts[name])
        floors = f" in {workers} workers" if workers > 1 else ""
        raise ScenarioError(
            largest, f"too many to fit in memory: about {_gb(total)}{floors}, and there are {_gb(limit)}"
        )


def leads_wait(campaign: Campaign) -> bool:
    """Whether leads wait for another attempt or for their hours: others are only counted."""
    said = any(each.calls_again for each in campaign.dispositions)
    again = said or any(
        share > 0 and name in campaign.retry_after_s for name, share in campaign.outcome.items()
    )
    at_any_time = campaign.hours is None and campaign.rules is None
    return not at_any_time or (campaign.max_attempts > 1 and again)


def times_remembered(campaign: Campaign) -> int:
    """How many attempts and conversations must be remembered of each lead at most, for the limits on them."""
    limits = (campaign.attempts_per_day, campaign.attempts_per_24h, campaign.attempts_per_7d)
    most = max(*limits, RULES_LIMIT if campaign.rules else 0)
    return min(most, campaign.max_attempts - 1) + (campaign.no_call_after_talk_s > 0)


def _gb(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"


def machine_memory_bytes() -> int | None:
    """Return how much memory this process may have: the machine's or its container's; None if not known."""
    limits = []
    with contextlib.suppress(AttributeError, OSError, ValueError):
        limits.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    for name in _CGROUP_LIMITS:
        with contextlib.suppress(OSError, ValueError):
            limits.append(int(Path(name).read_text(encoding="ascii")))
    return min((each for each in limits if each > 0), default=None)
