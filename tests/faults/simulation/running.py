"""A run from its beginning to its verdict: faults strike, then stop, then everything must come right."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.faults.simulation.calendar import START
from tests.faults.simulation.plan import FAULTS_LAST_S, Plan
from tests.faults.simulation.verdict import check_calls, check_drained, check_journals, drained
from tests.faults.simulation.witness import ViolationError
from tests.faults.simulation.workers import looked_after
from tests.faults.simulation.world import World

EVENTS_WANTED = 1_000
DRAINED_WITHIN_S = 150.0
"""So long after the campaigns have stopped nothing may be left over."""

LOOKED_AFTER_WITHIN_S = 20.0
"""So long after faults have stopped every floor has its worker: a restart, a lease and a turn, a new line."""

LONGEST_S = 1_800.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run. `violation` is empty where nothing was wrong."""

    seed: int
    events: int
    attempts: int
    faults: int
    violation: str


def run_plan(plan: Plan, runtime: Any, trace: Callable[[str], None] | None = None) -> Outcome:
    """Run a plan."""
    world = World(plan, runtime, trace)
    violation = ""
    try:
        go_through(world)
    except ViolationError as error:
        violation = str(error)
    except Exception:
        violation = f"after {world.calendar.now - START:.3f} s the engine failed\n{traceback.format_exc()}"
    finally:
        world.close()
    attempts = sum(len(floor.records) for floor in world.database.floors)
    return Outcome(plan.seed, world.events(), attempts, len(world.faults.struck), violation)


def go_through(world: World) -> None:
    """The phases of a run. Raises ViolationError."""
    calendar = world.calendar
    calendar.run_until(START + FAULTS_LAST_S)
    world.heal()
    check_looked_after(world)
    calendar.run_until(calendar.now + world.plan.setting.at_work_after_faults_s)
    while world.events() < EVENTS_WANTED and calendar.now < START + LONGEST_S:
        world.add_more_leads()
        calendar.run_until(calendar.now + 30.0)
    for supervisor in world.supervisors:
        supervisor.running = False
    give_up_at = calendar.now + DRAINED_WITHIN_S
    while not drained(world) and calendar.now < give_up_at:
        calendar.run_until(min(calendar.now + 5.0, give_up_at))
    check_drained(world)
    check_looked_after(world)
    abnormal = check_journals(world)
    check_calls(world, abnormal)


def check_looked_after(world: World) -> None:
    """Where there are workers, every floor has exactly one within a stated time. Raises ViolationError."""
    calendar = world.calendar
    give_up_at = calendar.now + LOOKED_AFTER_WITHIN_S
    wrong = looked_after(world)
    while wrong and calendar.now < give_up_at:
        calendar.run_until(calendar.now + 0.5)
        wrong = looked_after(world)
    world.witness.require(not wrong, wrong)


def describe(outcome: Outcome) -> str:
    """A run's outcome for people."""
    if not outcome.violation:
        return f"seed {outcome.seed}: {outcome.events} events, {outcome.attempts} attempts: all is well"
    return f"seed {outcome.seed}: {outcome.violation}"
