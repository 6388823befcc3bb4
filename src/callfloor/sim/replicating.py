"""One replication of a scenario, from the first event to what was counted."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from callfloor.failures import RunError
from callfloor.scenario.errors import path_of
from callfloor.sim.build import Plan, build
from callfloor.sim.collect import collect
from callfloor.sim.replication import Replication

Watch = Callable[[float], bool]
"""Told now and then how much of a replication is done, from 0 to 1. Returns whether to go on."""

FIRST_EVENTS = 20_000
SHORT_S, LONG_S = 0.05, 0.15
"""Between two looks around there are so many events at first, and then as many as take about a tenth of a
second: short enough for an impatient user, long enough to cost nothing."""


class Pace:
    """How many events a world is let go on for at once. It is kept from one replication to the next."""

    def __init__(self) -> None:
        self.events = FIRST_EVENTS

    def go_on(self, runtime: Any, world: Any) -> bool:
        """Let a world go on for a while; return whether it is over."""
        began = time.perf_counter()
        over: bool = runtime.run_on(world, self.events)
        took_s = time.perf_counter() - began
        if not over and took_s < SHORT_S:
            self.events *= 2
        elif took_s > LONG_S:
            self.events = max(self.events // 2, 1)
        return over


def run_replication(
    runtime: Any,
    plan: Plan,
    number: int,
    watch: Watch,
    pace: Pace,
    write_trace: Callable[[Any], None] | None = None,
) -> Replication | None:
    """Return what was counted in a replication, None where it was told to stop before its end.

    `write_trace` is given the world whenever there is more of its trace to be written. Raises RunError for
    a replication that can never end.
    """
    world = build(runtime, plan, number, trace=write_trace is not None)
    over = False
    while not over and watch(_done(world, plan)):
        over = pace.go_on(runtime, world)
        if write_trace is not None:
            write_trace(world)
    if over and world.stuck:
        raise RunError(why_stuck(world, plan))
    found = collect(world, plan, number) if over else None
    # Records of the fast runtime are not counted by Python: nobody else would free them.
    if hasattr(runtime, "release"):
        runtime.release(world)
    return found


def _done(world: Any, plan: Plan) -> float:
    """How much of a replication is done, by its clock; 0 where nobody knows when it will end."""
    duration_s = plan.scenario.run.duration
    return 0.0 if duration_s is None else min(float(world.now) / duration_s, 1.0)


def why_stuck(world: Any, plan: Plan) -> str:
    """Return one line that says who waits in vain in a world that can never end."""
    scenario = plan.scenario
    calls: Counter[str] = Counter()
    voicemails: Counter[str] = Counter()
    for call in world.floor.calls:
        inbound = call.line is not None and call.queue is not None and call.queue.campaign is None
        if inbound and _is_measured(world, call.placed_at):
            calls[scenario.inbound[call.queue.id].name] += 1
    for agent in world.floor.agents:
        voicemail = agent.first_voicemail
        while voicemail is not None:
            if _is_measured(world, voicemail.left_at):
                voicemails[scenario.inbound[voicemail.queue.id].name] += 1
            voicemail = voicemail.next
    waiting = [
        f"{_counted(kind[name], thing)} in {path_of('inbound', name)}"
        for kind, thing in ((calls, "call"), (voicemails, "voicemail"))
        for name in kind
    ] or [_counted(world.tally.open, "call")]
    one = (calls + voicemails).total() == 1
    ends_s = max(group.leaves_s for group in scenario.groups)
    last = "" if math.isinf(ends_s) else f": the last shift ends at {ends_s:,.0f} s"
    return (
        f"{scenario.name}: the run can never end: {' and '.join(waiting)} {'waits' if one else 'wait'} for "
        f"an agent, and there will be none any more{last}; expected longer shifts, or callers who give up"
    )


def _is_measured(world: Any, at: float) -> bool:
    tally = world.tally
    return bool(tally.measured_from_s <= at < tally.measured_until_s)


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}" + ("" if count == 1 else "s")
