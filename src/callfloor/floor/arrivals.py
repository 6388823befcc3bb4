"""Calls that come in: to an agent at once, into the line, to a mailbox, or turned away."""

from __future__ import annotations

from callfloor.floor.commands import report, send_hold, send_record, send_reject, touch_call
from callfloor.floor.conversations import connect, seek_agent
from callfloor.floor.dialing import new_call, retire_call
from callfloor.floor.matching import agent_who_fits
from callfloor.floor.records import Agent, Call, Event, Floor, Queue
from callfloor.floor.routing import agent_by_draw, agent_for
from callfloor.floor.units import Code, Rate, Seconds
from callfloor.floor.vocabulary import (
    ANSWERED,
    BLOCK,
    BLOCKED,
    DIRECT,
    ENDED,
    GO_TO_VOICEMAIL,
    HUMAN,
    QUEUE_UNKNOWN,
    UNKNOWN,
    UNMATCHED,
)
from callfloor.floor.voicemail import leave_voicemail


def call_arrived(floor: Floor, event: Event, now: Seconds) -> None:
    """A person calls in."""
    if event.queue < 0 or event.queue >= len(floor.queues):
        report(floor, QUEUE_UNKNOWN, None, None, UNKNOWN)
        return
    queue = floor.queues[event.queue]
    if queue.campaign is not None:
        report(floor, QUEUE_UNKNOWN, None, None, UNKNOWN)
        return
    call = new_call(floor, queue, now)
    call.caller = event.number
    call.redials = event.count
    call.state = ANSWERED
    call.outcome = HUMAN
    call.answered_at = now
    touch_call(floor, call)
    if queue.routing == DIRECT:
        call.owner = agent_wanted(floor, queue, event)
        if call.owner is None and queue.matching is not None:
            turn_away(floor, call, UNMATCHED, now)
            return
    agent = agent_for(call, queue)
    if agent is not None:
        connect(floor, call, agent, now)
    elif queue.when_busy == GO_TO_VOICEMAIL:
        go_to_voicemail(floor, call, queue, event.draw, now)
    elif queue.when_busy == BLOCK or 0 < queue.limit <= queue.in_line:
        turn_away(floor, call, BLOCKED, now)
    else:
        seek_agent(floor, call, now)
        send_hold(floor, call)


def agent_wanted(floor: Floor, queue: Queue, event: Event) -> Agent | None:
    """The agent whom a caller is for, busy or not: one of those who fit; None where nobody does."""
    if queue.matching is None:
        return agent_by_draw(queue, event.draw)
    chosen = agent_who_fits(queue.matching, event)
    return floor.agents[chosen] if chosen >= 0 else None


def go_to_voicemail(floor: Floor, call: Call, queue: Queue, draw: Rate, now: Seconds) -> None:
    """The caller leaves a message for the agent whom they wanted, or for any; blocked where there is none."""
    agent = call.owner
    if agent is None:
        agent = agent_by_draw(queue, draw)
    if agent is None:
        turn_away(floor, call, BLOCKED, now)
        return
    call.owner = agent
    leave_voicemail(floor, call, agent, now)
    close_arrival(floor, call, now)


def turn_away(floor: Floor, call: Call, outcome: Code, now: Seconds) -> None:
    """Nobody can take the call and it may not wait."""
    call.outcome = outcome
    send_reject(floor, call)
    close_arrival(floor, call, now)


def close_arrival(floor: Floor, call: Call, now: Seconds) -> None:
    """The call is over as soon as it has come."""
    call.state = ENDED
    call.ended_at = now
    send_record(floor, call)
    retire_call(floor, call)
