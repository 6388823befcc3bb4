"""The world goes on: the next entry of the calendar is what happens now, and the floor is told."""

from __future__ import annotations

from math import inf

from callfloor.floor.records import Agent, Call
from callfloor.floor.units import Code, Count, Flag, Seconds
from callfloor.floor.vocabulary import (
    AGENT_ACCEPTED,
    AGENT_DISPOSED,
    AGENT_LOGGED_IN,
    AGENT_LOGGED_OUT,
    AGENT_PAUSED,
    AGENT_RESUMED,
    AGENT_SKIPPED,
    ANSWERED,
    CALL_ANSWERED,
    CALL_ARRIVED,
    CALL_BACK,
    CALL_ENDED,
    CALL_FAILED,
    CALL_PLAYED,
    CAMPAIGN_STARTED,
    ENDING,
    HUMAN,
    MACHINE,
    MESSAGE,
    NEVER,
    NO_DISPOSITION,
    OFFLINE,
    TIMER_DUE,
    UNDETERMINED,
    WRAP_UP,
)
from callfloor.people.draws import draw, mix_words, uniform_of
from callfloor.sim.callers import DRAW_CHOICE, TRIES_ROOM, Callers
from callfloor.sim.desks import Desks
from callfloor.sim.marks import close, is_finished, mark
from callfloor.sim.obeying import talk_back, wait_for_agent
from callfloor.sim.people_called import DRAW_CALL_BACK, DRAW_SKIP, DRAW_WORD
from callfloor.sim.telling import tell, tell_of_agent, tell_of_call, tell_of_timer
from callfloor.sim.world import (
    AGENT_DUE,
    AGENT_SAYS,
    BREAK_ENDS,
    BREAK_STARTS,
    CALL_COMES_AGAIN,
    CALLED_BACK,
    CALLER_GIVES_UP,
    CAMPAIGN_DUE,
    CARRIER_ENDS,
    LEAD_DECIDED,
    LIMIT_DUE,
    MESSAGE_ENDS,
    RING_ENDS,
    SHIFT_ENDS,
    SHIFT_STARTS,
    TALK_ENDS,
    WRAP_UP_ENDS,
    World,
)

__all__ = ["run_on", "start"]


def start(world: World) -> None:
    """Open the floor: campaigns start, shifts are planned, the first callers are on their way."""
    world.about_arrival.kind = CALL_ARRIVED
    world.about_timer.kind = TIMER_DUE
    world.about_word.kind = AGENT_DISPOSED
    tally = world.tally
    world.mark_at = tally.measured_from_s
    for desks in world.desks:
        plan_desks(world, desks)
    for called in world.called:
        world.about_leads.kind = CAMPAIGN_STARTED
        world.about_leads.campaign = called.campaign.id
        tell(world, world.about_leads)
    for callers in world.callers:
        expect_caller(world, callers)


def plan_desks(world: World, desks: Desks) -> None:
    """Put a group's shifts and breaks into the calendar, and draw who is absent."""
    calendar = world.calendar
    index = desks.group.id
    for agent in range(desks.first, desks.end):
        if desks.is_absent(agent):
            world.absent[agent] = 1
    for shift in range(len(desks.shift_starts)):
        calendar.add(desks.shift_starts[shift], SHIFT_STARTS, index, 0)
        world.logins_left += 1
        if desks.shift_ends[shift] < inf:
            calendar.add(desks.shift_ends[shift], SHIFT_ENDS, index, 0)
    for pause in range(len(desks.break_starts)):
        calendar.add(desks.break_starts[pause], BREAK_STARTS, index, 0)
        calendar.add(desks.break_ends[pause], BREAK_ENDS, index, 0)


def run_on(world: World, events: Count) -> Flag:
    """Let the world go on for about so many events; return whether it is over, and all is counted.

    It returns sooner where a trace has to be written.
    """
    if world.over:
        return True
    calendar = world.calendar
    world.upto = world.events + events
    while world.events < world.upto:
        at = calendar.next_at
        # At the same instant what was planned comes first: shifts have begun, agents have become free.
        somebody_calls = world.coming_at < at
        if somebody_calls:
            at = world.coming_at
        if (at >= world.mark_at or world.closing) and is_over_at(world, at):
            break
        world.now = at
        if somebody_calls:
            caller_comes(world, world.callers[world.coming_to])
            continue
        calendar.pop()
        kind = calendar.kind
        if kind == TALK_ENDS:
            world.about_call.kind = CALL_ENDED
            world.about_call.call = calendar.index
            tell(world, world.about_call)
        elif kind == AGENT_SAYS:
            agent_says(world, world.floor.calls[calendar.index])
        elif kind >= RING_ENDS:
            ring_ends(world, calendar.index, calendar.serial, kind - RING_ENDS)
        else:
            pass_entry(world, kind, calendar.index, calendar.serial)
    return world.over


def is_over_at(world: World, at: Seconds) -> Flag:
    """Cut the measured time into intervals up to what happens next; return whether nothing more counts."""
    if at == inf:
        close(world)
        return True
    while at >= world.mark_at:
        mark(world)
    return world.closing and is_finished(world)


def pass_entry(world: World, kind: Code, index: Count, serial: Count) -> None:
    """Let happen what an entry of the calendar says, unless the world has moved on since it was put in."""
    if kind == CALLER_GIVES_UP:
        call = world.floor.calls[index]
        if call.attempt == serial and call.state == ANSWERED:
            tell_of_call(world, CALL_ENDED, index, 0)
    elif kind == WRAP_UP_ENDS:
        wrap_up_ends(world, index, serial)
    elif kind == CALL_COMES_AGAIN:
        queue = serial % len(world.callers)
        call_comes(world, world.callers[queue], index, serial // len(world.callers))
    elif kind == CARRIER_ENDS:
        if world.floor.calls[index].attempt == serial and world.floor.calls[index].state == ENDING:
            tell_of_call(world, CALL_ENDED, index, 0)
    elif kind == LIMIT_DUE:
        if world.floor.calls[index].attempt == serial and world.floor.calls[index].due_at <= world.now:
            tell_of_timer(world, index, -1, -1)
    elif kind == CAMPAIGN_DUE:
        if world.floor.campaigns[index].due_at <= world.now:
            tell_of_timer(world, -1, -1, index)
    elif kind == LEAD_DECIDED:
        lead_decided(world, index, serial)
    elif kind == AGENT_DUE:
        agent_due(world, world.floor.agents[index])
    elif kind == MESSAGE_ENDS:
        if world.floor.calls[index].attempt == serial and world.floor.calls[index].state == MESSAGE:
            tell_of_call(world, CALL_PLAYED, index, 0)
    elif kind == CALLED_BACK:
        tell_of_call(world, CALL_ANSWERED, index, HUMAN)
        talk_back(world, world.floor.calls[index])
    else:
        desks_entry(world, kind, world.desks[index])


# People on the telephone.


def expect_caller(world: World, callers: Callers) -> None:
    """Expect the next caller of a queue, if one comes."""
    coming = world.coming
    coming[callers.queue.id] = callers.next_at()
    first: Count = 0
    for queue in range(1, len(coming)):
        if coming[queue] < coming[first]:
            first = queue
    world.coming_at = coming[first]
    world.coming_to = first


def caller_comes(world: World, callers: Callers) -> None:
    """A caller calls for the first time; the next one is on the way."""
    caller = callers.came
    callers.came += 1
    expect_caller(world, callers)
    call_comes(world, callers, caller, 0)


def call_comes(world: World, callers: Callers, caller: Count, redials: Count) -> None:
    """A call comes in."""
    event = world.about_arrival
    queue = callers.queue
    event.queue = queue.id
    event.number = caller
    event.count = redials
    if queue.routing + queue.when_busy > 0:
        event.draw = uniform_of(mix_words(callers.stream, caller, redials * TRIES_ROOM, DRAW_CHOICE))
    if callers.population is not None:
        callers.describe(caller, event)
    world.tally.arrived += 1
    if world.row >= 0:
        world.tally.open += 1
    tell(world, event)


def ring_ends(world: World, index: Count, serial: Count, outcome: Code) -> None:
    """It has rung, and this is what came of it."""
    call = world.floor.calls[index]
    if call.attempt != serial or call.state >= ANSWERED:
        return
    if outcome in (HUMAN, MACHINE, UNDETERMINED):
        tell_of_call(world, CALL_ANSWERED, index, outcome)
        if call.attempt == serial and call.state == ANSWERED:
            wait_for_agent(world, call)
    else:
        tell_of_call(world, CALL_FAILED, index, outcome)


# Agents.


def desks_entry(world: World, kind: Code, desks: Desks) -> None:
    """A shift or a break of a group begins or ends."""
    if kind == SHIFT_STARTS:
        desks.at_work = True
        world.logins_left -= 1
    elif kind == SHIFT_ENDS:
        desks.at_work = False
    elif kind == BREAK_STARTS:
        desks.on_break = True
    else:
        desks.on_break = False
    for index in range(desks.first, desks.end):
        if world.absent[index] == 0:
            agent_acts(world, kind, desks, world.floor.agents[index])


def agent_acts(world: World, kind: Code, desks: Desks, agent: Agent) -> None:
    """What one agent does when a shift or break begins or ends. Whoever wraps up a call does that first."""
    if kind == SHIFT_STARTS:
        tell_of_agent(world, AGENT_LOGGED_IN, agent.id)
        if desks.on_break:
            tell_of_agent(world, AGENT_PAUSED, agent.id)
    elif agent.state == OFFLINE or agent.state == WRAP_UP:
        return
    elif kind == SHIFT_ENDS:
        tell_of_agent(world, AGENT_LOGGED_OUT, agent.id)
    elif kind == BREAK_STARTS:
        tell_of_agent(world, AGENT_PAUSED, agent.id)
    elif kind == BREAK_ENDS:
        tell_of_agent(world, AGENT_RESUMED, agent.id)


def agent_says(world: World, call: Call) -> None:
    """An agent and a person have talked: the agent says what came of it, and the person hangs up."""
    agent = call.agent
    lead = call.lead
    if agent is None or lead is None or call.campaign is None:
        return
    called = world.called[call.campaign.id]
    code = called.words.drawn(mix_words(called.stream, lead.id, lead.attempts, DRAW_WORD))
    if code != NO_DISPOSITION:
        event = world.about_word
        event.agent = agent.id
        event.call = call.id
        event.code = code
        event.attempts = call.attempt
        event.due_at = NEVER
        if call.campaign.disposed_does[code] == CALL_BACK:
            word = mix_words(called.stream, lead.id, lead.attempts, DRAW_CALL_BACK)
            event.due_at = world.now + draw(called.words.back_after[code], word)
        tell(world, event)
    tell_of_call(world, CALL_ENDED, call.id, 0)


def lead_decided(world: World, index: Count, serial: Count) -> None:
    """An agent has made up their mind about the lead that they are shown, if they still are."""
    agent = world.floor.agents[index]
    lead = agent.lead
    if world.shown[index] != serial or lead is None or lead.campaign is None or agent.accepted:
        return
    called = world.called[lead.campaign.id]
    skips = (
        called.skipped > 0.0
        and uniform_of(mix_words(called.stream, index, serial, DRAW_SKIP)) < called.skipped
    )
    tell_of_agent(world, AGENT_SKIPPED if skips else AGENT_ACCEPTED, index)


def agent_due(world: World, agent: Agent) -> None:
    """A timer of an agent's is due: a lead has been shown for as long as it may be."""
    if agent.due_at <= world.now:
        tell_of_timer(world, -1, agent.id, -1)


def wrap_up_ends(world: World, index: Count, serial: Count) -> None:
    """An agent has done with a call: on to the next, to a break, or home."""
    agent = world.floor.agents[index]
    if agent.state != WRAP_UP or world.wrapping[index] != serial or agent.group is None:
        return
    desks = world.desks[agent.group.id]
    if not desks.at_work:
        tell_of_agent(world, AGENT_LOGGED_OUT, index)
    elif desks.on_break:
        tell_of_agent(world, AGENT_PAUSED, index)
    else:
        tell_of_agent(world, AGENT_RESUMED, index)
