"""Where the measured time is cut into intervals, and where it ends."""

from __future__ import annotations

from callfloor.floor.records import Call
from callfloor.floor.units import Count, Flag, Seconds
from callfloor.floor.vocabulary import AGENT_STATES, NEVER, OFFLINE
from callfloor.people.draws import LAW_NEVER
from callfloor.sim.tallies import QUEUE_S, QUEUE_SUMS
from callfloor.sim.world import World

__all__ = ["mark"]

SELDOM: Count = 4096
"""After how many events the world asks again whether what it waits for can come."""


def mark(world: World) -> None:
    """An interval of the measured time has passed, or measuring begins."""
    tally = world.tally
    at = world.mark_at
    take_times(world, at)
    world.marks += 1
    if at >= world.ends_s:
        stop_measuring(world, at)
        return
    world.row = min(world.marks, tally.rows) - 1
    world.mark_at = min(tally.measured_from_s + world.marks * world.interval_s, world.ends_s)


def stop_measuring(world: World, at: Seconds) -> None:
    """What comes from now on does not count; what has come goes on to its end."""
    world.row = -1
    world.closing = True
    world.mark_at = NEVER
    world.ended_s = at


def take_times(world: World, at: Seconds) -> None:
    """Add what has passed since the last mark to the interval, for agents' states and queues' lengths."""
    floor = world.floor
    tally = world.tally
    for group in floor.groups:
        for state in range(OFFLINE + 1, AGENT_STATES):
            total_s = group.time_s[state] if len(group.time_s) > state else 0.0
            take_agent_time(world, group.id, state, total_s)
    for agent in floor.agents:
        if agent.group is not None and agent.state != OFFLINE:
            place = agent.group.id * AGENT_STATES + agent.state
            since_s = at - agent.since
            if world.row >= 0:
                tally.agent_s[(agent.group.id * tally.rows + world.row) * AGENT_STATES + agent.state] += (
                    since_s
                )
            tally.passed_s[place] += since_s
    for callers in world.callers:
        queue = callers.queue
        take_queue_time(world, queue.id, queue.waited_s)
    for call in floor.calls:
        if call.line is not None and call.queue is not None and call.queue.campaign is None:
            since_s = at - call.waits_since
            if world.row >= 0:
                tally.queue_sums[(call.queue.id * tally.rows + world.row) * QUEUE_SUMS + QUEUE_S] += since_s
            tally.queued_s[call.queue.id] += since_s


def take_agent_time(world: World, group: Count, state: Count, total_s: Seconds) -> None:
    """Count the time in a state that is over, less what the last mark has counted already."""
    tally = world.tally
    place = group * AGENT_STATES + state
    if world.row >= 0:
        passed_s = total_s - tally.passed_s[place]
        tally.agent_s[(group * tally.rows + world.row) * AGENT_STATES + state] += passed_s
    tally.passed_s[place] = total_s


def take_queue_time(world: World, queue: Count, total_s: Seconds) -> None:
    """Count the waits that are over, less what the last mark has counted already."""
    tally = world.tally
    if world.row >= 0:
        passed_s = total_s - tally.queued_s[queue]
        tally.queue_sums[(queue * tally.rows + world.row) * QUEUE_SUMS + QUEUE_S] += passed_s
    tally.queued_s[queue] = total_s


def is_finished(world: World) -> Flag:
    """Whether all that was measured has ended, or what is left never will."""
    if world.tally.open == 0:
        world.over = True
    elif world.events >= world.look_at:
        world.look_at = world.events + SELDOM
        if waits_for_nobody(world):
            world.over = True
            world.stuck = True
    return world.over


def waits_for_nobody(world: World) -> Flag:
    """Whether no agent will ever be there again, and all who are left wait for one as long as it takes."""
    floor = world.floor
    if world.logins_left > 0:
        return False
    for group in floor.groups:
        if group.logged_in > 0:
            return False
    patient: Count = floor.voicemails
    for call in floor.calls:
        if waits_for_ever(world, call) and world.tally.row_of(call.placed_at) >= 0:
            patient += 1
    return patient >= world.tally.open


def waits_for_ever(world: World, call: Call) -> Flag:
    """Whether the caller waits as long as it takes."""
    queue = call.queue
    if call.line is None or queue is None or queue.campaign is not None:
        return False
    return world.callers[queue.id].patience.kind == LAW_NEVER


def close(world: World) -> None:
    """Nothing more can happen: measuring ends, now or when it was to end."""
    while world.mark_at <= world.ends_s and world.ends_s < NEVER:
        mark(world)
    if not world.closing:
        take_times(world, world.told_at)
        stop_measuring(world, world.told_at)
    world.over = True
    world.stuck = world.tally.open > 0
