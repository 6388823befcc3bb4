"""What holds of a floor at any instant, whatever has happened to it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from callfloor.floor import Agent, Call, Campaign, Floor, Line
from callfloor.floor.pacing import LOOK_AGAIN_MOST_S, lines_wanted, lines_wanted_by_agent
from callfloor.floor.previews import line_free_at, previews_wanted
from callfloor.floor.vocabulary import (
    ANSWERED,
    BLOCKED,
    CONNECTED,
    CONNECTING,
    ENDED,
    ENDING,
    GAVE_UP,
    HUMAN,
    LEAD_CLAIMED,
    LEFT_VOICEMAIL,
    MESSAGE_MODE,
    NEVER,
    NO_OUTCOME,
    NO_REASON,
    OFFLINE,
    PAUSED,
    PLACED,
    POOL_AGENT,
    PREDICTIVE,
    PREVIEW,
    PREVIEWING,
    READY,
    RESERVED,
    RINGING,
    TALKING,
    UNKNOWN,
    UNMATCHED,
    WRAP_UP,
)
from tests.streams import OF_AGENT, OF_CALL, OF_CAMPAIGN, World

from .sights import appointments_of, buffer_of, line_of, mailbox_of, ready_of


def keeps_its_promises(world: World) -> None:
    floor = world.floor
    check_groups(floor)
    check_agents(floor)
    check_lines(floor)
    check_mailboxes(floor)
    check_calls(floor)
    check_ledger(floor)
    check_timers(world)
    check_nothing_stalls(floor)
    check_appointments(floor)


def check_appointments(floor: Floor) -> None:
    """Who wants to be called by an agent waits for that agent, and not while the agent is ready."""
    assert floor.appointments == sum(len(appointments_of(agent)) for agent in floor.agents)
    for agent in floor.agents:
        for lead in appointments_of(agent):
            assert lead.owner is agent
        for lead in appointments_of(agent)[:1]:
            assert lead.campaign is not None
            # More may be to come before anything is done; what is not called goes back.
            if floor.event != LEAD_CLAIMED and lead.campaign.running:
                assert lead.campaign.due_at < NEVER
                stale = floor.now >= lead.campaign.registry_until
                assert agent.state != READY or stale or line_free_at(lead.campaign, floor.now) > floor.now
    for campaign in floor.campaigns:
        assert all(lead.owner is None for lead in buffer_of(campaign))


def is_arrival(call: Call) -> bool:
    """Whether a person has called in, as against one who was called, or called back."""
    return call.campaign is None and call.voicemail is None


def may_take(agent: Agent, call: Call) -> bool:
    """Whether the call, in which a person waits, is one for this agent."""
    if call.owner is not None:
        return call.owner is agent
    assert call.queue is not None
    return agent.group in call.queue.groups


def check_groups(floor: Floor) -> None:
    for group in floor.groups:
        ready = ready_of(group)
        truly = [a for a in floor.agents if a.group is group and a.state == READY]
        assert ready == sorted(truly, key=lambda a: a.order)
        assert group.ready == len(ready)
        at_work = [a for a in floor.agents if a.group is group and a.state != OFFLINE]
        assert sorted(group.members, key=lambda a: a.id) == at_work
        assert group.logged_in == len(at_work)
        assert [a.place for a in group.members] == list(range(len(at_work)))


def check_agents(floor: Floor) -> None:
    for agent in floor.agents:
        assert (agent.call is not None) == (agent.state in (RESERVED, TALKING))
        if agent.call is not None:
            assert agent.call.agent is agent
        assert agent.lines == sum(c.owner is agent and c.state <= RINGING for c in floor.calls)
        assert (agent.pause_reason != 0) == (agent.state == PAUSED)
        assert not agent.leaving or agent.state in (RESERVED, TALKING, WRAP_UP)
        assert agent.pausing == 0 or agent.state in (RESERVED, TALKING, WRAP_UP)
        assert (agent.place == UNKNOWN) == (agent.state == OFFLINE)
        assert (agent.lead is not None) == (agent.state == PREVIEWING)
        assert not agent.accepted or agent.state == PREVIEWING
        if agent.state == RESERVED:
            assert agent.call is not None
            assert not floor.bridges_at_once or agent.call.state in (PLACED, RINGING, ENDING)
    in_calls = [agent.call for agent in floor.agents if agent.call is not None]
    assert len(set(in_calls)) == len(in_calls)


def lines_of(floor: Floor) -> Iterator[Line]:
    yield from floor.queues
    yield from (agent.own for agent in floor.agents if agent.own is not None)


def check_lines(floor: Floor) -> None:
    """Whoever waits is in one line and is counted there; nobody waits whom a ready agent may take."""
    waiting = [call for call in floor.calls if call.state == ANSWERED]
    found: list[Call] = []
    for line in lines_of(floor):
        calls = line_of(line)
        assert line.waiting == len(calls)
        assert line.last_waiting is (calls[-1] if calls else None)
        assert all(one.order < other.order for one, other in itertools.pairwise(calls))
        assert all(other.prev is one for one, other in itertools.pairwise(calls))
        assert all(call.line is line for call in calls)
        found.extend(calls)
    assert sorted(found, key=lambda c: c.id) == waiting
    assert floor.waiting == len(waiting)
    for queue in floor.queues:
        assert queue.in_line == sum(call.queue is queue for call in waiting)
    for call in floor.calls:
        if call.state != ANSWERED:
            assert call.line is None
            continue
        assert call.line is (call.queue if call.owner is None else call.owner.own)
        assert not any(agent.state == READY and may_take(agent, call) for agent in floor.agents)


def check_mailboxes(floor: Floor) -> None:
    """A message is in its agent's mailbox, or being returned by a callback; who is ready has none."""
    returning = [c for c in floor.calls if c.voicemail is not None and c.state != ENDED]
    in_hand = {id(call.voicemail) for call in returning}
    assert len(in_hand) == len(returning)
    assert floor.voicemails == sum(agent.voicemails for agent in floor.agents) + len(returning)
    for agent in floor.agents:
        messages = mailbox_of(agent)
        assert agent.voicemails == len(messages)
        assert agent.last_voicemail is (messages[-1] if messages else None)
        assert all(message.agent is agent for message in messages)
        assert not in_hand & {id(message) for message in messages}
        assert agent.state != READY or not messages


def check_calls(floor: Floor) -> None:
    for call in floor.calls:
        calls_back = call.voicemail is not None and call.state <= RINGING
        if call.state in (CONNECTING, CONNECTED) or calls_back:
            assert call.agent is not None
            assert call.agent.call is call
            assert call.agent.state == (RESERVED if call.state == CONNECTING else TALKING)
        elif call.state <= RINGING and call.agent is not None:
            # A lead that the agent was shown, and wanted called.
            assert (call.agent.call, call.agent.state, call.owner) == (call, RESERVED, call.agent)
        elif call.state != ENDED and call.state != ENDING:
            assert call.agent is None
        assert (call.outcome == NO_OUTCOME) <= (call.state <= RINGING or call.state == ENDING)
        assert call.state != ENDED or call.ended_at < NEVER
        assert call.state != CONNECTING or not floor.bridges_at_once
        if is_arrival(call):
            assert call.state >= ANSWERED
            assert call.lead is None
            if call.state == ENDED and call.connected_at == NEVER:
                assert call.outcome in (GAVE_UP, BLOCKED, LEFT_VOICEMAIL, UNMATCHED)
            else:
                assert call.outcome == HUMAN
    for campaign in floor.campaigns:
        own = [c for c in floor.calls if c.campaign is campaign]
        assert campaign.placed == sum(c.state <= RINGING for c in own)
        assert campaign.live == sum(c.state != ENDED for c in own)


def check_ledger(floor: Floor) -> None:
    """Everybody who has answered is counted in one column, or their call is not decided yet."""
    for campaign in floor.campaigns:
        open_answers = sum(
            c.campaign is campaign
            and c.state in (ANSWERED, CONNECTING)
            and c.outcome == HUMAN
            and c.connected_at == NEVER
            for c in floor.calls
        )
        decided = campaign.connected + campaign.abandoned + campaign.hung_up_early + campaign.messages
        assert campaign.human_answers == decided + open_answers


def check_timers(world: World) -> None:
    """The runtime has the timer that each record waits for, and no call lives without one.

    But for people who call in: they wait as long as they like. A floor that does not watch the carrier
    sets a timer only for those who may not be kept waiting.
    """
    floor = world.floor
    for what, records in (
        (OF_CALL, floor.calls),
        (OF_AGENT, floor.agents),
        (OF_CAMPAIGN, floor.campaigns),
    ):
        for record in records:
            if record.due_at < NEVER:
                assert world.timers[what, record.id] == record.due_at
    for call in floor.calls:
        if call.state == ANSWERED:
            assert (call.due_at < NEVER) == (call.campaign is not None)
        else:
            assert (call.due_at < NEVER) == (call.state != ENDED and floor.watches)
    for agent in floor.agents:
        if agent.state == WRAP_UP and agent.due_at == NEVER:
            assert works_until_they_say_so(agent)
        elif agent.state == PREVIEWING and agent.due_at == NEVER:
            assert not agent.accepted
        else:
            assert (agent.due_at < NEVER) == (agent.state in (WRAP_UP, PREVIEWING))


def works_until_they_say_so(agent: Agent) -> bool:
    """Whether there are calls after which the agent's wrap-up does not end by itself."""
    assert agent.group is not None
    return any(
        (queue.wrap_up_s if queue.campaign is None else queue.campaign.wrap_up_s) == NEVER
        for queue in agent.group.serves
    )


def ready_for(campaign: Campaign) -> list[Agent]:
    """The ready agents of all groups that serve the campaign."""
    assert campaign.queue is not None
    return [agent for group in campaign.queue.groups for agent in ready_of(group)]


def who_may_answer(campaign: Campaign) -> list[Agent]:
    """The agents for whom lines may ring: those ready, or where pacing looks ahead all who stay at work."""
    if campaign.mode != PREDICTIVE:
        return ready_for(campaign)
    assert campaign.queue is not None
    at_work = [agent for group in campaign.queue.groups for agent in group.members]
    return [a for a in at_work if READY <= a.state <= WRAP_UP and not a.leaving and a.pausing == NO_REASON]


def check_nothing_stalls(floor: Floor) -> None:
    """A campaign that wants lines gets them, or waits for something that will come."""
    for campaign in floor.campaigns:
        ready = ready_for(campaign)
        if not campaign.running:
            continue
        if campaign.mode != MESSAGE_MODE and len(ready) <= campaign.reserve:
            continue
        if campaign.mode == PREDICTIVE and campaign.pool != POOL_AGENT and campaign.outlook is not None:
            # Time alone may make it want more: it looks again.
            outlook = campaign.outlook
            assert outlook is not None
            assert outlook.stale or outlook.agents == len(who_may_answer(campaign))
            looks_again = campaign.due_at <= floor.now + LOOK_AGAIN_MOST_S
            assert looks_again or campaign.leads == 0 or campaign.claiming, (
                f"campaign {campaign.id} does not look again"
            )
            continue
        if campaign.mode == PREVIEW:
            short = previews_wanted(campaign) > 0
        elif campaign.mode == MESSAGE_MODE:
            short = campaign.live < campaign.lines
        elif campaign.pool == POOL_AGENT:
            each = lines_wanted_by_agent(campaign)
            # A line that reached a machine is replaced when the call has ended, and not before.
            ending = {c.owner for c in floor.calls if c.state == ENDING}
            short = any(a.lines < each and a not in ending for a in ready)
        else:
            short = campaign.placed < lines_wanted(campaign, floor.now)
        if not short:
            continue
        comes = (
            campaign.claiming
            or campaign.due_at < NEVER
            or (campaign.lines > 0 and campaign.live + campaign.previews >= campaign.lines)
            or campaign.dry_until == NEVER
            or floor.now >= campaign.registry_until
        )
        assert comes, f"campaign {campaign.id} wants lines and waits for nothing"
