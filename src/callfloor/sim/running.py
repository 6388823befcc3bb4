"""The world goes on: the next entry of the calendar is what happens now, and the floor is told."""

from __future__ import annotations

from math import inf

from callfloor.floor.handle import decide
from callfloor.floor.records import Agent, Event
from callfloor.floor.units import Code, Count, Flag, Seconds
from callfloor.floor.vocabulary import (
    AGENT_ACCEPTED,
    AGENT_LOGGED_IN,
    AGENT_LOGGED_OUT,
    AGENT_PAUSED,
    AGENT_RESUMED,
    AGENT_SKIPPED,
    ANSWERED,
    BRIDGE,
    CALL_ANSWERED,
    CALL_ARRIVED,
    CALL_ENDED,
    CALL_FAILED,
    CALL_PLAYED,
    CAMPAIGN_STARTED,
    ENDING,
    HUMAN,
    LEAD_CLAIMED,
    LEADS_CLAIMED,
    LONG_AGO,
    MACHINE,
    MESSAGE,
    OFFLINE,
    RECORD,
    TIMER_DUE,
    UNDETERMINED,
    WRAP_UP,
)
from callfloor.people.draws import mix_words, uniform_of
from callfloor.sim.callers import DRAW_CHOICE, TRIES_ROOM, Callers
from callfloor.sim.desks import Desks
from callfloor.sim.marks import close, is_finished, mark
from callfloor.sim.obeying import (
    count,
    obey,
    obey_on_agents,
    obey_on_leads,
    talk,
    talk_back,
    wait_for_agent,
)
from callfloor.sim.people_called import DRAW_SKIP, PeopleCalled
from callfloor.sim.world import (
    AGENT_DUE,
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

TRACE_ROOM: Count = 20_000
"""Lines of a trace after which the world lets them be written."""


def start(world: World) -> None:
    """Open the floor: campaigns start, shifts are planned, the first callers are on their way."""
    world.about_arrival.kind = CALL_ARRIVED
    world.about_timer.kind = TIMER_DUE
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


def tell(world: World, event: Event) -> None:
    """Tell the floor what has happened, do what it commands, and hand over the leads that it asks for."""
    tell_once(world, event)
    while world.asking > 0:
        for called in world.called:
            if called.asked > 0:
                hand_over(world, called)


def tell_once(world: World, event: Event) -> None:
    """Tell the floor what has happened and do what it commands."""
    floor = world.floor
    decide(floor, event, world.now)
    world.events += 1
    world.told_at = world.now
    if world.traces.wanted:
        trace(world, event)
    for place in range(floor.sent):
        command = floor.commands[place]
        call = command.call
        if call is None:
            if command.agent is None:
                obey_on_leads(world, command)
            else:
                obey_on_agents(world, command, command.agent)
        elif command.do == BRIDGE:
            talk(world, call, command.agent)
        elif command.do == RECORD:
            count(world, call)
        else:
            obey(world, command, call)


def trace(world: World, event: Event) -> None:
    """Write down an event and what followed from it; pause where there is much of it."""
    floor = world.floor
    world.traces.add_event(floor, event, world.now)
    for place in range(floor.sent):
        world.traces.add_command(floor.commands[place], world.now)
    if world.traces.lines > TRACE_ROOM:
        world.upto = world.events


def tell_of_call(world: World, kind: Code, call: Count, code: Code) -> None:
    """Tell the floor what has become of a call."""
    world.about_call.kind = kind
    world.about_call.call = call
    world.about_call.code = code
    tell(world, world.about_call)


def tell_of_agent(world: World, kind: Code, agent: Count) -> None:
    """Tell the floor what an agent does."""
    world.about_agent.kind = kind
    world.about_agent.agent = agent
    tell(world, world.about_agent)


def tell_of_timer(world: World, call: Count, agent: Count, campaign: Count) -> None:
    """Tell the floor that the timer of one of these is due; the others are -1."""
    world.about_timer.call = call
    world.about_timer.agent = agent
    world.about_timer.campaign = campaign
    tell(world, world.about_timer)


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


def hand_over(world: World, called: PeopleCalled) -> None:
    """Hand over the leads that a campaign has asked for, as far as there are any that may be called now."""
    wanted = called.asked
    called.asked = 0
    world.asking -= 1
    leads = called.leads
    event = world.about_leads
    event.kind = LEAD_CLAIMED
    event.campaign = called.campaign.id
    while wanted > 0 and leads.take(world.now):
        wanted -= 1
        event.lead = leads.lead
        event.number = leads.lead
        event.attempts = leads.attempts
        event.failures = leads.failures
        event.last_attempt_at = leads.last_at
        event.lawful_from = leads.lawful_from
        event.lawful_until = leads.lawful_until
        event.allowed_from = leads.allowed_from
        tell_once(world, event)
    event.kind = LEADS_CLAIMED
    event.due_at = LONG_AGO if wanted == 0 else leads.more_at()
    tell_once(world, event)


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
