"""What happens is told to the floor, and what it commands is done; leads that it asks for are handed over."""

from __future__ import annotations

from callfloor.floor.handle import decide
from callfloor.floor.records import Event
from callfloor.floor.units import Code, Count
from callfloor.floor.vocabulary import BRIDGE, LEAD_CLAIMED, LEADS_CLAIMED, LONG_AGO, RECORD, UNKNOWN
from callfloor.sim.obeying import count, obey, obey_on_agents, obey_on_leads, talk
from callfloor.sim.people_called import PeopleCalled
from callfloor.sim.world import World

__all__ = ["tell"]

TRACE_ROOM: Count = 20_000
"""Lines of a trace after which the world lets them be written."""


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
        event.number = leads.first_number + leads.lead
        event.attempts = leads.attempts
        event.failures = leads.failures
        event.last_attempt_at = leads.last_at
        event.lawful_from = leads.lawful_from
        event.lawful_until = leads.lawful_until
        event.allowed_from = leads.allowed_from
        if leads.appoints:
            event.agent = leads.agent
            event.due_at = leads.appointment_at
        tell_once(world, event)
    event.kind = LEADS_CLAIMED
    event.agent = UNKNOWN
    event.value = leads.next_appointment(world.now) if leads.appoints else 0.0
    event.due_at = LONG_AGO if wanted == 0 else leads.more_at()
    tell_once(world, event)
