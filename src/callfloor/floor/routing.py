"""Who takes this call, and which call does this agent take."""

from __future__ import annotations

from callfloor.floor.agents import agent_may_be_chosen
from callfloor.floor.lines import Line
from callfloor.floor.records import Agent, Call, Floor, Group, Queue
from callfloor.floor.units import Count, Flag, Rate, Seconds, grow_counts

NOT_THEIRS: Count = -1
AFTER_CALLED: Count = 0x10_0000_0000_0000
"""Ranks from here on are those of people who call in: whoever was called and has answered goes before."""

PREFERENCE_STEP: Count = 0x100_0000
"""From one preference to the next: what is left below it is for priorities."""


def open_queue(floor: Floor, queue: Queue) -> None:
    """Take a queue into the floor. Its id is its place there; who serves it is told by ``let_serve``."""
    queue.id = len(floor.queues)
    floor.queues.append(queue)
    for group in floor.groups:
        cover_queue(group, queue)


def cover_queue(group: Group, queue: Queue) -> None:
    """Give the group's ranks a cell for the queue."""
    known = len(group.ranks)
    grow_counts(group.ranks, queue.id + 1)
    for place in range(known, queue.id + 1):
        group.ranks[place] = NOT_THEIRS


def let_serve(group: Group, queue: Queue, preference: Count) -> None:
    """Have a group's agents take the queue's calls; preference 1 goes first.

    Within a preference the smaller priority goes first; people who were called go before all who call in.
    """
    rank = preference * PREFERENCE_STEP + queue.priority
    if queue.campaign is None:
        rank += AFTER_CALLED
    cover_queue(group, queue)
    group.ranks[queue.id] = rank
    place = len(group.serves)
    group.serves.append(queue)
    while place > 0 and group.ranks[group.serves[place - 1].id] > rank:
        group.serves[place] = group.serves[place - 1]
        place -= 1
    group.serves[place] = queue


def serves(group: Group, queue: Queue) -> Flag:
    """Whether the group's agents take the queue's calls."""
    return queue.id < len(group.ranks) and group.ranks[queue.id] >= 0


def agent_for(call: Call, queue: Queue) -> Agent | None:
    """The agent to take a call in which a person waits, or None where nobody is free.

    The agent whose call it is, where it is one's own; else the one who has been ready longest in the first
    of the queue's groups that has anybody.
    """
    if call.owner is not None:
        return call.owner if agent_may_be_chosen(call.owner) else None
    for group in queue.groups:
        if group.first_ready is not None:
            return group.first_ready
    return None


def agent_by_draw(queue: Queue, draw: Rate) -> Agent | None:
    """One of the queue's agents who are logged in, busy or not, each as likely; None where there is none."""
    count: Count = 0
    for group in queue.groups:
        count += group.logged_in
    if count == 0:
        return None
    chosen = min(int(draw * count), count - 1)
    for group in queue.groups:
        if chosen < group.logged_in:
            return group.members[chosen]
        chosen -= group.logged_in
    return None


def call_for(floor: Floor, agent: Agent) -> Call | None:
    """The call that an agent who has become free takes.

    Of those they may take: best preference first, then priority, then the longest waiting; whoever was
    called goes before all who call in.
    """
    group = agent.group
    if group is None or floor.waiting == 0:
        return None
    best = own_call_for(agent, group)
    rank: Count = 0
    if best is not None:
        rank = rank_of(group, best)
    for queue in group.serves:
        call = queue.first_waiting
        if call is None:
            continue
        its_rank = group.ranks[queue.id]
        if best is None or its_rank < rank or (its_rank == rank and call.order < best.order):
            best = call
            rank = its_rank
    return best


def own_call_for(agent: Agent, group: Group) -> Call | None:
    """Of the calls that wait for this agent alone, the one to be taken first."""
    if agent.own is None:
        return None
    best = agent.own.first_waiting
    if best is None:
        return None
    call = best.next
    while call is not None:
        if rank_of(group, call) < rank_of(group, best):
            best = call
        call = call.next
    return best


def rank_of(group: Group, call: Call) -> Count:
    """The rank of a call's queue in a group, the smaller the sooner."""
    queue = call.queue
    if queue is None or not serves(group, queue):
        return NOT_THEIRS
    return group.ranks[queue.id]


def join_line(floor: Floor, call: Call, queue: Queue, now: Seconds) -> None:
    """Put a call at the end of its queue's line, or of its own agent's."""
    floor.order += 1
    call.order = floor.order
    line: Line = queue
    owner = call.owner
    if owner is not None:
        if owner.own is None:
            owner.own = Line()
        line = owner.own
    call.line = line
    call.waits_since = now
    line.push_waiting(call)
    queue.in_line += 1
    floor.waiting += 1


def leave_line(floor: Floor, call: Call, now: Seconds) -> None:
    """Take a call out of the line in which it waits, if it does."""
    line = call.line
    queue = call.queue
    if line is None or queue is None:
        return
    line.remove_waiting(call)
    call.line = None
    queue.in_line -= 1
    queue.waited_s += now - call.waits_since
    floor.waiting -= 1
