"""What the world does when the floor commands: talk, wait, ring, count, and keep leads."""

from __future__ import annotations

from callfloor.floor.commands import Command
from callfloor.floor.dispositions import call_back_at
from callfloor.floor.records import Agent, Call
from callfloor.floor.units import Code, Count, Flag, Seconds
from callfloor.floor.vocabulary import (
    BLOCKED,
    CALL_BACK,
    CLAIM_LEADS,
    GAVE_UP,
    HANG_UP,
    HOLD,
    HUMAN,
    MACHINE,
    NEVER,
    NO_ANSWER,
    NO_OUTCOME,
    PLACE_CALL,
    PLAY,
    RETURN_LEAD,
    SET_TIMER,
    SHOW_LEAD,
    UNMATCHED,
)
from callfloor.people.draws import LAW_CONSTANT, LAW_NEVER, Law, draw, mix_words, uniform_of
from callfloor.sim.callers import (
    DRAW_CALLBACK_TALK,
    DRAW_PATIENCE,
    DRAW_REACHED,
    DRAW_REDIAL,
    DRAW_REDIAL_AFTER,
    DRAW_UNREACHED,
    DRAW_WRAP_UP,
    TRIES_ROOM,
    Callers,
)
from callfloor.sim.people_called import (
    DRAW_ACCEPT,
    DRAW_MACHINE_TALK,
    DRAW_MESSAGE,
    DRAW_PATIENCE_CALLED,
    DRAW_TALK_CALLED,
    DRAW_WRAP_UP_CALLED,
    PeopleCalled,
)
from callfloor.sim.tallies import (
    APPOINTMENTS,
    APPOINTMENTS_DUE,
    APPOINTMENTS_KEPT,
    CAMPAIGN_COUNTS,
    REACHED,
)
from callfloor.sim.world import (
    AGENT_DUE,
    AGENT_SAYS,
    CALL_COMES_AGAIN,
    CALLED_BACK,
    CALLER_GIVES_UP,
    CAMPAIGN_DUE,
    CARRIER_ENDS,
    LEAD_DECIDED,
    LIMIT_DUE,
    MESSAGE_ENDS,
    RING_ENDS,
    TALK_ENDS,
    WRAP_UP_ENDS,
    World,
)

__all__ = ["obey"]


def obey(world: World, command: Command, call: Call) -> None:
    """Do what the floor commands about a call, but for the two commands that ``running`` knows itself.

    What is not named here needs nothing done in a world without a wire.
    """
    do = command.do
    if do == PLACE_CALL:
        ring(world, call)
    elif do == HOLD:
        wait(world, call)
    elif do == HANG_UP:
        world.calendar.add(world.now, CARRIER_ENDS, call.id, call.attempt)
    elif do == SET_TIMER:
        world.calendar.add(command.at, LIMIT_DUE, call.id, call.attempt)
    elif do == PLAY:
        play(world, call)


def obey_on_agents(world: World, command: Command, agent: Agent) -> None:
    """What the floor commands about an agent: look at a lead, be asked again later, have an appointment."""
    if command.do == SHOW_LEAD:
        look_at(world, command, agent)
    elif command.do == SET_TIMER:
        world.calendar.add(command.at, AGENT_DUE, agent.id, 0)
    elif command.do == RETURN_LEAD and command.at < NEVER:
        take_back_appointed(world, command, agent)


def look_at(world: World, command: Command, agent: Agent) -> None:
    """An agent looks at a lead. Who has not decided by the end of the time does not."""
    campaign = command.campaign
    if campaign is None:
        return
    world.shown[agent.id] += 1
    serial = world.shown[agent.id]
    called = world.called[campaign.id]
    decided_at = world.now + draw(called.accept, mix_words(called.stream, agent.id, serial, DRAW_ACCEPT))
    if decided_at <= command.at:
        world.calendar.add(decided_at, LEAD_DECIDED, agent.id, serial)


def play(world: World, call: Call) -> None:
    """The message plays to its end."""
    if call.campaign is None or call.lead is None:
        return
    called = world.called[call.campaign.id]
    word = mix_words(called.stream, call.lead.id, call.lead.attempts, DRAW_MESSAGE)
    world.calendar.add(world.now + draw(called.message, word), MESSAGE_ENDS, call.id, call.attempt)


def obey_on_leads(world: World, command: Command) -> None:
    """Do what the floor commands about leads, or about a campaign's next look at them."""
    do = command.do
    campaign = command.campaign
    if campaign is None:
        return
    if do == RETURN_LEAD:
        if command.at < NEVER:
            take_back(world, command)
    elif do == CLAIM_LEADS:
        world.called[campaign.id].asked = command.count
        world.asking += 1
    elif do == SET_TIMER:
        world.calendar.add(command.at, CAMPAIGN_DUE, campaign.id, 0)


def wait(world: World, call: Call) -> None:
    """A caller waits, up to their patience."""
    if call.queue is None:
        return
    callers = world.callers[call.queue.id]
    if callers.patience.kind == LAW_NEVER:
        return
    word = mix_words(callers.stream, call.caller, call.redials * TRIES_ROOM, DRAW_PATIENCE)
    world.calendar.add(world.now + draw(callers.patience, word), CALLER_GIVES_UP, call.id, call.attempt)


def talk(world: World, call: Call, agent: Agent | None) -> None:
    """Person and agent talk, and then the person hangs up."""
    if agent is None or call.queue is None:
        return
    lead = call.lead
    ends_as = TALK_ENDS
    if call.campaign is None:
        talk_s = world.callers[call.queue.id].talk_time_s(call.caller, call.redials)
    elif lead is not None:
        called = world.called[call.campaign.id]
        if call.outcome == MACHINE:
            word = mix_words(called.stream, lead.id, lead.attempts, DRAW_MACHINE_TALK)
            talk_s = draw(called.machine_talk, word)
        else:
            talk_s = draw(called.talk, mix_words(called.stream, lead.id, lead.attempts, DRAW_TALK_CALLED))
            if called.disposes:
                ends_as = AGENT_SAYS
    else:
        return
    begin_talk(world, call, agent, talk_s, ends_as)


def talk_back(world: World, call: Call) -> None:
    """Somebody who is called back talks with the agent."""
    voicemail = call.voicemail
    agent = call.agent
    if voicemail is None or agent is None or call.queue is None:
        return
    callers = world.callers[call.queue.id]
    entity = call.redials * TRIES_ROOM + voicemail.tries
    word = mix_words(callers.stream, call.caller, entity, DRAW_CALLBACK_TALK)
    begin_talk(world, call, agent, draw(callers.callback_talk, word), TALK_ENDS)


def begin_talk(world: World, call: Call, agent: Agent, talk_s: Seconds, ends_as: Code) -> None:
    """Put the end of a conversation into the calendar, and count that the agent has taken a call."""
    world.calendar.add(world.now + talk_s, ends_as, call.id, call.attempt)
    group = agent.group
    if world.row >= 0 and group is not None:
        tally = world.tally
        tally.calls_taken[group.id * tally.rows + world.row] += 1
        tally.used[agent.id] = 1


# What is over.


def count(world: World, call: Call) -> None:
    """A call is over: it is counted, and the people who were on it go on with what they do next."""
    queue = call.queue
    if queue is None:
        return
    if world.log.wanted:
        world.log.add(call, world.now)
    if call.campaign is not None:
        count_called(world, call, world.called[call.campaign.id])
    elif call.voicemail is not None:
        row = world.tally.row_of(call.voicemail.left_at)
        if row >= 0:
            world.tally.count_callback(call, queue.id, row)
    else:
        callers = world.callers[queue.id]
        row = world.tally.row_of(call.placed_at)
        if row >= 0:
            world.tally.count_arrival(call, queue.id, row)
        if call.outcome == HUMAN:
            if needs_wrap_up(callers.wrap_up):
                word = mix_words(callers.stream, call.caller, call.redials * TRIES_ROOM, DRAW_WRAP_UP)
                wrap_up(world, call, draw(callers.wrap_up, word))
        elif call.outcome in (GAVE_UP, BLOCKED, UNMATCHED):
            call_again(world, callers, call)


def count_called(world: World, call: Call, called: PeopleCalled) -> None:
    """An attempt is over."""
    tally = world.tally
    campaign = called.campaign.id
    lead = call.lead
    row = tally.row_of(call.placed_at)
    if row >= 0:
        tally.count_attempt(call, campaign, row)
    if lead is None or call.connected_at == NEVER:
        return
    if called.leads.after_talk_s > 0.0:
        called.leads.talked_at[lead.id] = world.now
    if row >= 0 and call.outcome != MACHINE and called.leads.is_first_talk(lead.id):
        tally.campaign_counts[(campaign * tally.rows + row) * CAMPAIGN_COUNTS + REACHED] += 1
    if call.disposition >= 0:
        count_word(world, call, called, row)
    if needs_wrap_up(called.wrap_up):
        word = mix_words(called.stream, lead.id, lead.attempts, DRAW_WRAP_UP_CALLED)
        wrap_up(world, call, draw(called.wrap_up, word))


def count_word(world: World, call: Call, called: PeopleCalled, row: Count) -> None:
    """An agent has said what came of a conversation; `row` is the attempt's. Appointments count when due."""
    tally = world.tally
    campaign = called.campaign
    if row >= 0:
        tally.count_word(campaign.id, row, called.words.columns[call.disposition])
    if campaign.disposed_does[call.disposition] == CALL_BACK:
        if row >= 0:
            tally.count_appointment(campaign.id, row, APPOINTMENTS)
        due_at = call_back_at(campaign, call.disposition, call.back_at, world.now)
        expect_appointment(world, called, due_at)


def expect_appointment(world: World, called: PeopleCalled, due_at: Seconds) -> None:
    """An appointment is made or moved. It is measured if it can be told in that time whether it is kept."""
    tally = world.tally
    row = tally.row_of(due_at)
    if row >= 0 and tally.row_of(due_at + called.campaign.appointment_grace_s) >= 0:
        tally.count_appointment(called.campaign.id, row, APPOINTMENTS_DUE)


def keep_appointment(world: World, called: PeopleCalled, due_at: Seconds) -> None:
    """A person is called by the agent with whom they have an appointment."""
    tally = world.tally
    lost_at = due_at + called.campaign.appointment_grace_s
    row = tally.row_of(due_at)
    if row >= 0 and tally.row_of(lost_at) >= 0 and world.now < lost_at:
        tally.count_appointment(called.campaign.id, row, APPOINTMENTS_KEPT)
        tally.appointment_late_s[called.campaign.id * tally.rows + row] += world.now - due_at


def needs_wrap_up(law: Law) -> Flag:
    """Whether there is any work after a call."""
    return law.kind != LAW_CONSTANT or law.a > 0.0


def wrap_up(world: World, call: Call, wrap_up_s: Seconds) -> None:
    """The agent works on after a call."""
    if call.agent is not None:
        world.wrapping[call.agent.id] = call.attempt
        world.calendar.add(world.now + wrap_up_s, WRAP_UP_ENDS, call.agent.id, call.attempt)


def call_again(world: World, callers: Callers, call: Call) -> None:
    """Whoever gave up or was turned away may call again."""
    if callers.redial_probability <= 0.0:
        return
    entity = call.redials * TRIES_ROOM
    if uniform_of(mix_words(callers.stream, call.caller, entity, DRAW_REDIAL)) < callers.redial_probability:
        word = mix_words(callers.stream, call.caller, entity, DRAW_REDIAL_AFTER)
        serial = (call.redials + 1) * len(world.callers) + callers.queue.id
        world.calendar.add(
            world.now + draw(callers.redial_after, word), CALL_COMES_AGAIN, call.caller, serial
        )


def ring(world: World, call: Call) -> None:
    """A call is placed: to a lead, or back to somebody who has left a message."""
    lead = call.lead
    if call.campaign is None or lead is None:
        ring_back(world, call)
        return
    called = world.called[call.campaign.id]
    expected = called.leads.appoints and lead.appointment_at < NEVER
    called.ring_out(lead.id, lead.attempts, world.now, expected)
    if expected:
        keep_appointment(world, called, lead.appointment_at)
    if world.row >= 0:
        world.tally.open += 1
    world.calendar.add(world.now + called.ring_s, RING_ENDS + called.outcome, call.id, call.attempt)


def ring_back(world: World, call: Call) -> None:
    """An agent returns a message: the person answers at once, or after a while nobody has."""
    voicemail = call.voicemail
    if voicemail is None or call.queue is None:
        return
    callers = world.callers[call.queue.id]
    entity = call.redials * TRIES_ROOM + voicemail.tries
    if uniform_of(mix_words(callers.stream, call.caller, entity, DRAW_REACHED)) < callers.reached:
        world.calendar.add(world.now, CALLED_BACK, call.id, call.attempt)
    else:
        unreached_s = draw(callers.unreached, mix_words(callers.stream, call.caller, entity, DRAW_UNREACHED))
        world.calendar.add(world.now + unreached_s, RING_ENDS + NO_ANSWER, call.id, call.attempt)


def wait_for_agent(world: World, call: Call) -> None:
    """Somebody who was called has answered, and nobody is there: they wait, up to their patience."""
    if call.campaign is None or call.lead is None:
        return
    called = world.called[call.campaign.id]
    if called.patience.kind == LAW_NEVER:
        return
    word = mix_words(called.stream, call.lead.id, call.lead.attempts, DRAW_PATIENCE_CALLED)
    world.calendar.add(world.now + draw(called.patience, word), CALLER_GIVES_UP, call.id, call.attempt)


def take_back(world: World, command: Command) -> None:
    """A lead is given back, and due again."""
    if command.campaign is not None and command.lead is not None:
        world.called[command.campaign.id].leads.give_back(command.lead, command.at)


def take_back_appointed(world: World, command: Command, agent: Agent) -> None:
    """A lead is given back, to be called by this agent at a time."""
    campaign = command.campaign
    lead = command.lead
    if campaign is None or lead is None:
        return
    called = world.called[campaign.id]
    called.leads.give_back_appointed(lead, command.at, agent.id)
    if command.code == NO_OUTCOME and command.at != lead.appointment_at:
        expect_appointment(world, called, command.at)
