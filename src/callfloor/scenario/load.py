"""Whether a line would grow without end: more work comes in for ever than agents can take.

Only calls that keep coming for ever at one rate are counted, and only queues in which callers wait as long
as it takes and any number of them may. Then there is nothing for the figures to settle at. A profile may
rise over what the agents can do, a counted number of calls may come at once: those lines are worked off.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from callfloor.scenario.errors import ScenarioError, path_of

if TYPE_CHECKING:
    from callfloor.scenario.model import Scenario

SOURCE, SINK = -1, -2
EXACTLY_FULL = 1.0 + 1e-9
"""A load equal to the agents is too much as well: with chance in it the line grows without end."""

Flow = dict[int, dict[int, float]]
"""What may still flow, by place and next place."""


def check_load(scenario: Scenario) -> None:
    """Refuse queues whose line would grow for ever. Raises ScenarioError, which names them."""
    erlangs = {
        place: scenario.arrivals_of(queue).endless_per_s * queue.handle_mean_s * EXACTLY_FULL
        for place, queue in enumerate(scenario.inbound)
        if queue.may_wait_for_ever and scenario.arrivals_of(queue).endless_per_s * queue.handle_mean_s > 0
    }
    if not erlangs:
        return
    first_group = len(scenario.inbound)
    left: Flow = {SOURCE: dict(erlangs), SINK: {}}
    for place in erlangs:
        name = scenario.inbound[place].name
        groups = set(scenario.groups_for(name)) | set(scenario.groups_with(name))
        left[place] = {first_group + group: float("inf") for group in groups} | {SOURCE: 0.0}
    for place, group in enumerate(scenario.groups):
        present = group.agents * (1 - group.shrinkage)
        left[first_group + place] = {SINK: present} | dict.fromkeys(erlangs, 0.0)
        left[SINK][first_group + place] = 0.0
    reached = fill(left)
    too_much = [place for place in erlangs if place in reached]
    if not too_much:
        return
    agents = sum(
        each.agents * (1 - each.shrinkage)
        for n, each in enumerate(scenario.groups)
        if first_group + n in reached
    )
    load = sum(erlangs[place] for place in too_much) / EXACTLY_FULL
    names = ", ".join(path_of("inbound", scenario.inbound[place].name) for place in too_much)
    raise ScenarioError(
        names,
        f"{load:.6g} erlangs come in for ever, callers wait for ever, and {agents:.6g} agents can take them: "
        "the line would grow without end; expected less load, more agents, a finite patience_s, "
        "a queue_limit, or a profile that ends",
    )


def fill(left: Flow) -> set[int]:
    """Push as much as can flow from SOURCE to SINK (Edmonds and Karp); return what SOURCE still reaches."""
    while True:
        came_from: dict[int, int] = {SOURCE: SOURCE}
        line = deque([SOURCE])
        while line and SINK not in came_from:
            here = line.popleft()
            for there, room in left[here].items():
                if room > 0 and there not in came_from:
                    came_from[there] = here
                    line.append(there)
        if SINK not in came_from:
            return set(came_from)
        path = [SINK]
        while path[-1] != SOURCE:
            path.append(came_from[path[-1]])
        steps = list(zip(path[1:], path[:-1], strict=True))
        amount = min(left[a][b] for a, b in steps)
        for a, b in steps:
            left[a][b] -= amount
            left[b][a] += amount
