"""Runs of the pacing benchmark's floors, looked at while they go on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.pacing.floors import DAY_S, SHIFT_S, STARTS_S, WORKING_DAYS, Floor, document
from callfloor.floor.ledger import allowance, headroom
from callfloor.floor.records import Campaign
from callfloor.floor.steering import risk_allowed, room_to_spend
from callfloor.runtimes import available, load
from callfloor.scenario import Scenario
from callfloor.sim.build import build, plan_of

SEED = 1


def run(floor: Floor, windows: int, events_at_once: int) -> Iterator[tuple[float, Any]]:
    """The time (s) and the campaign, again and again while a run of a floor goes on; it ends with the run."""
    runtime = load("fast" if "fast" in available() else "plain")
    told = {"mode": "predictive", "pacing": "callfloor"}
    world = build(runtime, plan_of(Scenario.from_dict(document(floor, windows, SEED, told))), 0)
    campaign = world.floor.campaigns[0]
    while not runtime.run_on(world, events_at_once):
        yield world.now, campaign


def shift_ends(windows: int) -> list[float]:
    """When the shifts of so many windows are over (s)."""
    days = [window * 30 + day for window in range(windows) for day in WORKING_DAYS]
    return [day * DAY_S + STARTS_S + SHIFT_S for day in days]


def risk_allowed_now(campaign: Campaign) -> float:
    """The risk that a line may bear now."""
    outlook = campaign.outlook
    assert outlook is not None
    return risk_allowed(outlook, room_to_spend(outlook, headroom(campaign)), allowance(campaign))
