"""Looks at a floor in a random stream after each event: what was said, and what has changed since."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import pytest

from callfloor.floor import Agent, Call, Campaign, Floor, Lead, Queue
from callfloor.floor.vocabulary import (
    ABANDONED,
    ANSWERED,
    BLOCK,
    BRIDGE,
    CALL_ANSWERED,
    CALL_ARRIVED,
    DIRECT,
    ENDED,
    GO_TO_VOICEMAIL,
    HOLD,
    LEAD_CLAIMED,
    MESSAGE_MODE,
    NEVER,
    PLACE_CALL,
    POOL_AGENT,
    PREVIEW,
    PREVIEWING,
    QUEUE_UP,
    READY,
    RECORD,
    REJECT,
    RESERVED,
    RETURN_LEAD,
    SHOW_LEAD,
    TAKE_VOICEMAIL,
    TALKING,
    UNMATCHED,
)
from callfloor.live.rows import LINKS, NOT_WRITTEN
from tests.random_floors import preference, specialists_for
from tests.specialists import Caller
from tests.streams import Row, World

from .promises import keeps_its_promises, may_take, who_may_answer
from .sights import appointments_of, buffer_of

NOT_STORED = (
    *(*NOT_WRITTEN, *LINKS, "first_lead", "last_lead", "retry_after_s"),
    *("first_appointment", "last_appointment"),
)


def row_of(record: type[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """What the store keeps of a record of this kind."""
    reader: Callable[[Any], tuple[Any, ...]] = attrgetter(
        *(f.name for f in dataclasses.fields(record) if f.name not in NOT_STORED)
    )
    return reader


ROWS = {kind: row_of(kind) for kind in (Agent, Call, Campaign, Lead)}


def stored(floor: Floor) -> dict[Any, tuple[Any, ...]]:
    """Every row of a floor, by record."""
    records: list[Any] = [*floor.agents, *floor.campaigns, *floor.calls]
    for campaign in floor.campaigns:
        records.extend(buffer_of(campaign))
    for agent in floor.agents:
        records.extend(appointments_of(agent))
    records.extend(agent.lead for agent in floor.agents if agent.lead is not None)
    records.extend(c.lead for c in floor.calls if c.state != ENDED and c.lead is not None)
    return {record: ROWS[type(record)](record) for record in records}


Clock = tuple[str, int, int]
"""Of a group or queue, its id, and the state in which its agents or calls spend the time."""


class Watch:
    """Looks at a world after each event."""

    def __init__(self) -> None:
        self.open_attempts: set[int] = set()
        self.closed_attempts: set[int] = set()
        self.arrivals: set[int] = set()
        self.callbacks = 0
        self.rows: dict[Any, tuple[Any, ...]] = {}
        self.last_placed_at: dict[int, float] = {}
        self.last_dialled: dict[int, float] = {}
        self.claimed: set[int] = set()
        self.attempts_left: dict[int, int] = {}
        self.time = -float("inf")
        self.attempts = 0
        self.first_ready: dict[int, Agent | None] = {}
        self.running: Counter[Clock] = Counter()
        self.spent: dict[Clock, float] = defaultdict(float)

    def __call__(self, world: World, row: Row, commands: list[Any]) -> None:
        floor = world.floor
        if row.kind == LEAD_CLAIMED and row.fields["campaign"] < len(floor.campaigns):
            self.claimed.add(row.fields["lead"])
            self.attempts_left[row.fields["lead"]] = row.fields.get("attempts_left", -1)
        if row.kind == CALL_ARRIVED and 0 <= row.fields["queue"] < len(floor.queues):
            self.arrivals.add(self.attempts + 1)
            self.open_attempts.add(self.attempts + 1)
            check_arrival(world, self.attempts + 1, row, commands)
        self.check_commands(world, row, commands)
        keeps_its_promises(world)
        self.check_attempts(floor)
        self.check_leads(floor)
        self.check_rows(floor)
        self.check_times(floor)
        assert floor.now >= self.time
        assert floor.now >= row.now
        self.time = floor.now
        self.attempts = floor.attempts
        self.first_ready = {group.id: group.first_ready for group in floor.groups}

    def check_commands(self, world: World, row: Row, commands: list[Any]) -> None:
        self.showed = any(command.do == SHOW_LEAD for command in commands)
        for command in commands:
            if command.do == SHOW_LEAD:
                check_showing(world, command)
            elif command.do == PLACE_CALL:
                if command.lead is None:
                    self.callbacks += 1
                    check_callback(world, command)
                else:
                    self.check_dial(world, command)
                self.open_attempts.add(command.call.attempt)
            elif command.do == BRIDGE:
                self.check_bridge(world, command)
            elif command.do == RECORD:
                self.check_record(row, command.call)
            elif command.do == RETURN_LEAD:
                assert command.lead.id in self.claimed
                self.claimed.remove(command.lead.id)

    def check_record(self, row: Row, call: Call) -> None:
        """Every call is recorded once; only of one who is reached after the end there is more to tell."""
        if call.attempt in self.open_attempts:
            self.open_attempts.remove(call.attempt)
            self.closed_attempts.add(call.attempt)
        else:
            assert call.attempt in self.closed_attempts
            assert call.attempt not in self.arrivals
            assert row.kind == CALL_ANSWERED
            assert call.voicemail is not None or call.outcome == ABANDONED

    def check_dial(self, world: World, command: Any) -> None:
        """The law binds at the instant of dialling."""
        call, lead, campaign = command.call, command.lead, command.campaign
        now = world.floor.now
        assert campaign.running
        if call.agent is not None:
            assert (call.agent.state, call.agent.call, call.owner) == (RESERVED, call, call.agent)
        elif campaign.mode == MESSAGE_MODE:
            assert call.owner is None
        else:
            assert campaign.mode != PREVIEW
            assert len(who_may_answer(campaign)) > campaign.reserve or self.showed
            assert call.owner is None or call.owner.state == READY or self.showed
            assert (call.owner is None) == (campaign.pool != POOL_AGENT)
        assert lead.number not in world.store.barred
        assert lead.lawful_from <= now < lead.lawful_until
        assert now >= lead.allowed_from
        assert self.attempts_left[lead.id] != 0
        assert self.attempts_left[lead.id] in (-1, lead.attempts_left + 1)
        self.attempts_left[lead.id] = lead.attempts_left
        assert now < campaign.registry_until
        assert command.at <= min(lead.lawful_until, campaign.registry_until)
        assert lead.id in self.claimed
        assert lead.attempts <= campaign.max_attempts
        assert campaign.failures_max == 0 or lead.failures < campaign.failures_max
        if lead.number in self.last_dialled:
            assert now >= self.last_dialled[lead.number] + campaign.cooldown_s
        self.last_dialled[lead.number] = now
        if campaign.lines:
            assert campaign.live <= campaign.lines
        if campaign.calls_per_s:
            assert now > self.last_placed_at.get(campaign.id, 0.0)
        self.last_placed_at[campaign.id] = now
        assert now < command.at <= now + campaign.place_within_s

    def check_bridge(self, world: World, command: Any) -> None:
        """The right agent for the call, and the right call for the agent."""
        call, agent = command.call, command.agent
        assert may_take(agent, call)
        if call.owner is None:
            longest_ready = [self.first_ready.get(group.id) for group in call.queue.groups]
            expected = [ready for ready in longest_ready if ready is not None]
            assert not expected or agent is expected[0]
        for other in world.floor.calls:
            if other.state == ANSWERED and may_take(agent, other):
                assert urgency(world, agent, call) < urgency(world, agent, other)

    def check_attempts(self, floor: Floor) -> None:
        """Each call is one that was placed, one that came in, or a callback."""
        attempts = [call.attempt for call in floor.calls if call.state != ENDED]
        assert sorted(attempts) == sorted(self.open_attempts)
        placed = sum(campaign.attempts for campaign in floor.campaigns)
        assert floor.attempts == placed + len(self.arrivals) + self.callbacks

    def check_leads(self, floor: Floor) -> None:
        """Every lead that was claimed and not returned is in one place, and nothing else is."""
        held = [lead.id for campaign in floor.campaigns for lead in buffer_of(campaign)]
        held += [agent.lead.id for agent in floor.agents if agent.lead is not None]
        held += [lead.id for agent in floor.agents for lead in appointments_of(agent)]
        called = [call.lead.id for call in floor.calls if call.state != ENDED and call.lead is not None]
        assert sorted(held + called) == sorted(self.claimed)
        for campaign in floor.campaigns:
            assert campaign.leads == len(buffer_of(campaign))

    def check_rows(self, floor: Floor) -> None:
        """What has changed is written: else a floor that is loaded again is another one."""
        rows = stored(floor)
        for record, values in rows.items():
            if self.rows.get(record) != values and record in self.rows:
                assert record.changed, f"{type(record).__name__} {record.id} {self.rows[record]} {values}"
            elif record not in self.rows and not isinstance(record, (Agent, Campaign)):
                assert record.changed
        lists = (floor.changed_agents, floor.changed_campaigns, floor.changed_calls, floor.changed_leads)
        for changed in lists:
            for record in changed:
                assert record.changed
                record.changed = False
            changed.clear()
        self.rows = rows

    def check_times(self, floor: Floor) -> None:
        """What the floor says that agents and callers have spent is what has passed while they were there."""
        for clock, count in self.running.items():
            self.spent[clock] += count * (floor.now - self.time)
        self.running.clear()
        told: dict[Clock, float] = {}
        for group in floor.groups:
            for state, time_s in enumerate(group.time_s):
                told["group", group.id, state] = time_s
            for agent in group.members:
                self.running["group", group.id, agent.state] += 1
                told["group", group.id, agent.state] += floor.now - agent.since
        for queue in floor.queues:
            told["queue", queue.id, ANSWERED] = queue.waited_s
        for call in floor.calls:
            if call.state == ANSWERED and call.queue is not None:
                self.running["queue", call.queue.id, ANSWERED] += 1
                told["queue", call.queue.id, ANSWERED] += floor.now - call.waits_since
        assert told == pytest.approx({clock: self.spent[clock] for clock in told}, abs=1e-3)


def check_showing(world: World, command: Any) -> None:
    """A lead is shown to one agent who may have it called, unless they have decided within the same event."""
    agent, lead, campaign = command.agent, command.lead, command.campaign
    assert (agent.state, agent.lead) == (PREVIEWING, lead)
    assert (campaign.mode, campaign.running, lead.campaign) == (PREVIEW, True, campaign)
    assert agent.group in campaign.queue.groups
    assert lead.number not in world.store.barred
    assert lead.lawful_from <= world.floor.now < lead.lawful_until
    limit = campaign.preview_s or NEVER
    assert command.at == agent.due_at if limit < NEVER else command.at == NEVER


def check_arrival(world: World, attempt: int, row: Row, commands: list[Any]) -> None:
    """One thing is said of a call that comes in, and the queue's settings allow it."""
    (command,) = (
        c for c in commands if c.do in (BRIDGE, HOLD, REJECT, TAKE_VOICEMAIL) and c.call.attempt == attempt
    )
    call, queue = command.call, command.call.queue
    at_work = [agent for group in queue.groups for agent in group.members]
    wanted = who_may_be_wanted(world, row, queue, at_work)
    unmatched = queue.matching is not None and not wanted
    assert (call.outcome == UNMATCHED) == unmatched
    if queue.routing == DIRECT:
        assert (call.owner is not None) == bool(wanted)
    elif command.do != TAKE_VOICEMAIL:
        assert call.owner is None
    assert call.owner is None or call.owner in wanted
    if command.do == HOLD:
        assert queue.when_busy == QUEUE_UP
        assert queue.limit == 0 or queue.in_line <= queue.limit
    elif command.do == REJECT:
        full = queue.when_busy == QUEUE_UP and 0 < queue.limit <= queue.in_line
        nobody = queue.when_busy == GO_TO_VOICEMAIL and not at_work
        assert queue.when_busy == BLOCK or full or nobody or unmatched
    elif command.do == TAKE_VOICEMAIL:
        assert queue.when_busy == GO_TO_VOICEMAIL
        assert command.agent in at_work
        assert command.agent is call.owner


def who_may_be_wanted(world: World, row: Row, queue: Queue, at_work: list[Agent]) -> list[Agent]:
    """Those at work for whom a call may be: who fits the caller, or everybody."""
    specialists = specialists_for(world.seed, queue, len(world.floor.agents))
    assert (queue.matching is None) == (specialists is None)
    if specialists is None:
        return at_work
    caller = Caller(row.fields["age"], row.fields["income"], row.fields["state"])
    return [agent for agent in at_work if specialists.weight(agent.id, caller) > 0.0]


def check_callback(world: World, command: Any) -> None:
    """An agent calls back unless somebody who was called waits for them; they are busy with it at once."""
    call, agent = command.call, command.call.agent
    assert (command.campaign, command.lead) == (None, None)
    assert (agent.state, agent.call) == (TALKING, call)
    assert call.voicemail.agent is agent
    assert (call.caller, call.redials) == (call.voicemail.caller, call.voicemail.redials)
    assert not any(
        other.state == ANSWERED and other.campaign is not None and may_take(agent, other)
        for other in world.floor.calls
    )


def urgency(world: World, agent: Agent, call: Call) -> tuple[bool, int, int, int]:
    """Whom an agent takes first: who was called, then by preference, priority, and who waits longest."""
    assert agent.group is not None
    assert call.queue is not None
    liking = preference(world.seed, agent.group.id, call.queue.id)
    return call.campaign is None, liking, call.queue.priority, call.order
