"""What it costs to decide how many lines to place: predictive pacing, 500 agents, and a campaign of 50.

Plain, the decision is timed as it comes while a floor works. Compiled, it is called from inside alone: there
the floor stands still after it has worked for a while, and an event that does nothing but have it decide is
timed, with the lines that it then places.
"""

from __future__ import annotations

import gc
import math
import time
from typing import Any
from unittest.mock import patch

from bench.simulator import models
from bench.table import Figure
from callfloor.floor import dialing
from callfloor.floor.pacing import lines_wanted
from callfloor.floor.records import Campaign
from callfloor.floor.vocabulary import TIMER_DUE
from callfloor.runtimes import Name, available, load
from callfloor.scenario import Scenario, load_scenario
from callfloor.sim.build import build, plan_of

NAMES: tuple[Name, ...] = ("plain", "compiled", "fast")
AIMS_US = {"plain": 60.0, "compiled": 5.0}
AGENTS = 500
WARM_UP_S = 900.0
AT_WORK_S = 300.0
"""So long a plain floor is watched: what was learnt is settled about twice in that time."""

DECISIONS = 40
"""A second apart: fewer seconds than a line may ring, since nothing else happens meanwhile."""

DIAL_AIM_US = 0.5


def measure(quick: bool = False) -> list[Figure]:
    """Microseconds a decision, and what a dial costs in the simulator beside fixed pacing."""
    rounds = 1 if quick else 5
    runtimes = {name: load(name) for name in NAMES if name in available()}
    figures = []
    for name, runtime in runtimes.items():
        taken_us = us_at_work() if name == "plain" else min(us_per_decision(runtime) for _ in range(rounds))
        aim = AIMS_US.get(name)
        figures.append(
            Figure(
                f"predictive pacing, {AGENTS} agents, {name}: a decision",
                f"{taken_us:.1f} µs",
                "" if aim is None else f"under {aim:g} µs",
                None if aim is None else taken_us < aim,
            )
        )
    if "fast" in runtimes:
        figures.append(cost_of_a_dial(runtimes["fast"], quick))
    return figures


def us_at_work() -> float:
    """The mean over the decisions while a plain floor works, those among them that settle what was learnt."""
    times: list[float] = []

    def timed(campaign: Campaign, now: float) -> int:
        began = time.perf_counter()
        lines = lines_wanted(campaign, now)
        times.append(time.perf_counter() - began)
        return lines

    runtime = load("plain")
    world = in_full_swing(runtime)
    with patch.object(dialing, "lines_wanted", timed):
        until = world.now + AT_WORK_S
        while world.now < until:
            runtime.run_on(world, 200)
    return sum(times) / len(times) * 1e6


def in_full_swing(runtime: Any) -> Any:
    """A floor that has worked for a while."""
    sets = [f"groups.agents.agents={AGENTS}", "campaigns.leads.leads=1000000"]
    world = build(runtime, plan_of(load_scenario("predictive", sets)), 0)
    while world.now < WARM_UP_S:
        runtime.run_on(world, 200)
    return world


def us_per_decision(runtime: Any) -> float:
    """Have a floor decide each second, the lines that it then places included."""
    world = in_full_swing(runtime)
    taken_us = us_each_second(runtime, world)
    if hasattr(runtime, "release"):
        runtime.release(world)
    return taken_us


def us_each_second(runtime: Any, world: Any) -> float:
    """The mean of the decisions; nothing of the world is held any more when it returns."""
    floor = world.floor
    event = runtime.Event(kind=TIMER_DUE, campaign=0)
    now = world.now
    gc.collect()
    taken_s = 0.0
    for _ in range(DECISIONS):
        now += 1.0
        floor.campaigns[0].due_at = now
        began = time.perf_counter()
        runtime.decide(floor, event, now)
        taken_s += time.perf_counter() - began
    return taken_s / DECISIONS * 1e6


def cost_of_a_dial(runtime: Any, quick: bool) -> Figure:
    """Model C of the simulator's benchmark, with its fixed ratio and with predictive pacing, in turns."""
    model = next(each for each in models(quick) if each.name == "C")
    fixed = model.scenario.to_dict()
    paced = model.scenario.to_dict()
    paced["campaigns"][0] |= {"mode": "predictive"}
    best = {"fixed": math.inf, "predictive": math.inf}
    for _ in range(1 if quick else 7):
        for name, document in (("fixed", fixed), ("predictive", paced)):
            best[name] = min(best[name], us_per_dial(runtime, Scenario.from_dict(document)))
    return Figure(
        "simulator, C with predictive pacing: a dial",
        f"{best['predictive']:.3f} µs, {best['predictive'] / best['fixed']:.1f} times a fixed ratio",
        f"{DIAL_AIM_US:g} µs",
        best["predictive"] <= DIAL_AIM_US,
    )


def us_per_dial(runtime: Any, scenario: Scenario) -> float:
    """Microseconds an attempt, for one replication; setting up is not timed."""
    gc.collect()
    world = build(runtime, plan_of(scenario), 0)
    began = time.perf_counter()
    while not runtime.run_on(world, 1_000_000):
        pass
    taken_s = time.perf_counter() - began
    attempts = int(world.floor.campaigns[0].attempts)
    runtime.release(world)
    return taken_s / attempts * 1e6
