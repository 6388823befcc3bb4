"""The first half hour of a campaign of which nothing is known: no flood of abandoned calls, no idle agents.

In it only short conversations have ended and only quick answers have come, so that whoever learns from these
alone takes everybody for free in no time.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.pacing.floors import STARTS_S, Floor, document
from bench.pacing.rules import OURS, predictive
from bench.pacing.run import window_of
from callfloor import runtimes
from callfloor.scenario import Scenario
from callfloor.sim.build import build, plan_of
from callfloor.sim.collect import collect

HALF_HOUR_S = 1800.0


@pytest.mark.parametrize(
    ("agents", "talk_s", "busy"),
    [(50, 120.0, 0.75), (100, 300.0, 0.85), (500, 120.0, 0.85), (2000, 300.0, 0.85), (500, 20.0, 0.5)],
)
def test_agents_are_busy_and_few_calls_are_abandoned(agents: int, talk_s: float, busy: float) -> None:
    runtime = runtimes.load("fast")
    given = document(Floor(agents, 0.30, talk_s), 1, 1, predictive()[OURS].campaign)
    given["run"]["duration"] = STARTS_S + HALF_HOUR_S
    given["groups"][0]["shifts"] = given["groups"][0]["shifts"][:1]
    plan = replace(plan_of(Scenario.from_dict(given)), interval_s=STARTS_S + HALF_HOUR_S, rows=1)
    world = build(runtime, plan, 0)
    while not runtime.run_on(world, 1_000_000):
        pass
    found = window_of(collect(world, plan, 0), 0)
    runtime.release(world)
    assert found.abandon_rate < 0.04
    assert found.occupancy > busy
