"""The calls of one replication, one by one: the replication is run again, and they are read as it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from callfloor.failures import RunError
from callfloor.floor.vocabulary import INBOUND_OUTCOME_NAMES, NEVER, OUTCOME_NAMES
from callfloor.scenario import Scenario
from callfloor.sim.build import build, plan_of
from callfloor.sim.call_log import CALLED_IN
from callfloor.sim.replicating import why_stuck

COLUMNS = (
    *("way", "queue", "person", "attempt", "agent", "outcome"),
    *("placed_at", "connected_at", "ended_at"),
)
"""The arrays of ``CallLog``, in the order of what is made of them."""

WAYS = ("in", "callback", "out")
EVENTS = 20_000
"""Between two readings."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call that is over. Times are seconds from the run's start; None for what was not to be.

    `way` is "in", "callback" or "out". `person` is the caller's or lead's number, from 1, `attempt` how often
    they have called or been called with this one, and `agent` the place of the agent, from 0, who talked or
    for whom the message is.
    """

    way: str
    queue: str
    person: int
    attempt: int
    agent: int | None
    outcome: str
    placed_s: float
    connected_s: float | None
    ended_s: float


def calls_of(
    scenario: Scenario, runtime: Any, replication: int = 0, progress: Callable[[float], object] | None = None
) -> Iterator[CallRow]:
    """Yield the calls of a replication in the order in which they end, the unmeasured ones too.

    Memory does not grow with their number. Raises RunError for a run that can never end.
    """
    plan = plan_of(scenario)
    world = build(runtime, plan, replication)
    world.log.wanted = True
    names = [queue.name for queue in scenario.inbound] + [each.name for each in scenario.campaigns]
    over = False
    try:
        while not over:
            over = runtime.run_on(world, EVENTS)
            if progress is not None and scenario.run.duration is not None:
                progress(min(world.now / scenario.run.duration, 1.0))
            for row in _take(world.log):
                yield _row(names, *row)
        if world.stuck:
            raise RunError(why_stuck(world, plan))
    finally:
        # Records of the fast runtime are not counted by Python: nobody else would free them.
        if hasattr(runtime, "release"):
            runtime.release(world)


def _take(log: Any) -> Iterator[tuple[Any, ...]]:
    columns = [getattr(log, name)[: log.calls].tolist() for name in COLUMNS]
    log.calls = 0
    return zip(*columns, strict=True)


def _row(
    names: list[str],
    way: int,
    queue: int,
    person: int,
    attempt: int,
    agent: int,
    outcome: int,
    placed_at: float,
    connected_at: float,
    ended_at: float,
) -> CallRow:
    # A campaign's outcomes have the same numbers as far as it has them: HUMAN is "answered" of who calls in.
    told = INBOUND_OUTCOME_NAMES.get(outcome) if way == CALLED_IN else None
    return CallRow(
        way=WAYS[way],
        queue=names[queue],
        person=person + 1,
        attempt=attempt,
        agent=agent if agent >= 0 else None,
        outcome=told or OUTCOME_NAMES[outcome],
        placed_s=placed_at,
        connected_s=connected_at if connected_at < NEVER else None,
        ended_s=ended_at,
    )
