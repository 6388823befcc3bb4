"""What holds of every floor after every event, whatever the events are."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callfloor.floor import Agent, Call, Campaign, Floor, Lead
from callfloor.floor.pacing import lines_wanted, lines_wanted_by_agent
from callfloor.floor.vocabulary import (
    ABANDONED,
    ANSWERED,
    CALL_ANSWERED,
    CONNECTED,
    CONNECTING,
    ENDED,
    ENDING,
    HUMAN,
    LEAD_CLAIMED,
    NEVER,
    NO_OUTCOME,
    OFFLINE,
    PAUSED,
    PLACE_CALL,
    POOL_AGENT,
    READY,
    RECORD,
    RESERVED,
    RETURN_LEAD,
    RINGING,
    TALKING,
    WRAP_UP,
)
from tests.streams import OF_AGENT, OF_CALL, OF_CAMPAIGN, Row, World, begin, steps

from .floors import buffer_of, ready_of, waiting_of

NOT_STORED = ("prev", "next", "changed", "decision", "first_lead", "last_lead", "retry_after_s")


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
    records.extend(c.lead for c in floor.calls if c.state != ENDED and c.lead is not None)
    return {record: ROWS[type(record)](record) for record in records}


class Watch:
    """Looks at a world after each event."""

    def __init__(self) -> None:
        self.open_attempts: set[int] = set()
        self.closed_attempts: set[int] = set()
        self.rows: dict[Any, tuple[Any, ...]] = {}
        self.last_placed_at: dict[int, float] = {}
        self.last_dialled: dict[int, float] = {}
        self.claimed: set[int] = set()
        self.time = -float("inf")

    def __call__(self, world: World, row: Row, commands: list[Any]) -> None:
        floor = world.floor
        if row.kind == LEAD_CLAIMED and row.fields["campaign"] < len(floor.campaigns):
            self.claimed.add(row.fields["lead"])
        self.check_commands(world, row, commands)
        check_agents(floor)
        check_calls(floor)
        check_ledger(floor)
        check_timers(world)
        check_nothing_stalls(world)
        self.check_leads(floor)
        self.check_rows(floor)
        assert floor.now >= self.time
        assert floor.now >= row.now
        self.time = floor.now

    def check_commands(self, world: World, row: Row, commands: list[Any]) -> None:
        for command in commands:
            if command.do == PLACE_CALL:
                self.check_dial(world, command)
                self.open_attempts.add(command.call.attempt)
            elif command.do == RECORD:
                attempt = command.call.attempt
                if attempt in self.open_attempts:
                    self.open_attempts.remove(attempt)
                    self.closed_attempts.add(attempt)
                else:
                    # Only a person who answers after the end has a record written anew.
                    assert attempt in self.closed_attempts
                    assert row.kind == CALL_ANSWERED
                    assert command.call.outcome == ABANDONED
            elif command.do == RETURN_LEAD:
                assert command.lead.id in self.claimed
                self.claimed.remove(command.lead.id)

    def check_dial(self, world: World, command: Any) -> None:
        """The law binds at the instant of dialling."""
        call, lead, campaign = command.call, command.lead, command.campaign
        now = world.floor.now
        assert campaign.running
        assert campaign.group.ready > 0
        assert call.owner is None or call.owner.state == READY
        assert (call.owner is None) == (campaign.pool != POOL_AGENT)
        assert lead.number not in world.barred
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

    def check_leads(self, floor: Floor) -> None:
        """Every lead that was claimed and not returned is in one place, and nothing else is."""
        held = [lead.id for campaign in floor.campaigns for lead in buffer_of(campaign)]
        called = [call.lead.id for call in floor.calls if call.state != ENDED and call.lead is not None]
        assert sorted(held + called) == sorted(self.claimed)
        for campaign in floor.campaigns:
            assert campaign.leads == len(buffer_of(campaign))
        attempts = [call.attempt for call in floor.calls if call.state != ENDED]
        assert sorted(attempts) == sorted(self.open_attempts)

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


def check_agents(floor: Floor) -> None:
    for group in floor.groups:
        ready = ready_of(group)
        truly = [a for a in floor.agents if a.group is group and a.state == READY]
        assert ready == sorted(truly, key=lambda a: a.order)
        assert group.ready == len(ready)
        assert group.logged_in == sum(a.state != OFFLINE for a in floor.agents if a.group is group)
        waiting = waiting_of(group)
        assert waiting == sorted(
            (
                c
                for c in floor.calls
                if c.state == ANSWERED and c.campaign is not None and c.campaign.group is group
            ),
            key=lambda c: c.order,
        )
        assert group.waiting == len(waiting)
        # Nobody waits for an agent who is ready.
        assert not ready or all(c.owner is not None and c.owner.state != READY for c in waiting)
    for agent in floor.agents:
        assert (agent.call is not None) == (agent.state in (RESERVED, TALKING))
        if agent.call is not None:
            assert agent.call.agent is agent
        assert agent.lines == sum(c.owner is agent and c.state <= RINGING for c in floor.calls)
        assert (agent.pause_reason != 0) == (agent.state == PAUSED)
        assert not agent.leaving or agent.state in (RESERVED, TALKING)
        assert agent.pausing == 0 or agent.state in (RESERVED, TALKING, WRAP_UP)
    in_calls = [agent.call for agent in floor.agents if agent.call is not None]
    assert len(set(in_calls)) == len(in_calls)


def check_calls(floor: Floor) -> None:
    for call in floor.calls:
        if call.state in (CONNECTING, CONNECTED):
            assert call.agent is not None
            assert call.agent.call is call
            assert call.agent.state == (RESERVED if call.state == CONNECTING else TALKING)
        elif call.state != ENDED and call.state != ENDING:
            assert call.agent is None
        assert (call.outcome == NO_OUTCOME) <= (call.state <= RINGING or call.state == ENDING)
        assert call.state != ENDED or call.ended_at < NEVER
    for campaign in floor.campaigns:
        own = [c for c in floor.calls if c.campaign is campaign]
        assert campaign.placed == sum(c.state <= RINGING for c in own)
        assert campaign.live == sum(c.state != ENDED for c in own)
    assert floor.attempts == sum(campaign.attempts for campaign in floor.campaigns)


def check_ledger(floor: Floor) -> None:
    """Everybody who has answered is counted in one column, or their call is not decided yet."""
    for campaign in floor.campaigns:
        open_answers = sum(
            c.campaign is campaign and c.state != ENDED and c.outcome == HUMAN and c.connected_at == NEVER
            for c in floor.calls
        )
        decided = campaign.connected + campaign.abandoned + campaign.hung_up_early
        assert campaign.human_answers == decided + open_answers


def check_timers(world: World) -> None:
    """The runtime has the timer that each record waits for, and no call lives without one."""
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
        assert (call.due_at < NEVER) == (call.state != ENDED)
    for agent in floor.agents:
        assert (agent.due_at < NEVER) == (agent.state == WRAP_UP)


def check_nothing_stalls(world: World) -> None:
    """A campaign that wants lines gets them, or waits for something that will come."""
    floor = world.floor
    for campaign in floor.campaigns:
        group = campaign.group
        if not campaign.running or group.ready == 0:
            continue
        if campaign.pool == POOL_AGENT:
            each = lines_wanted_by_agent(campaign)
            # A line that reached a machine is replaced when the call has ended, and not before.
            ending = {c.owner for c in floor.calls if c.state == ENDING}
            short = any(a.lines < each and a not in ending for a in ready_of(group))
        else:
            short = campaign.placed < lines_wanted(campaign)
        if not short:
            continue
        comes = (
            campaign.claiming
            or campaign.due_at < NEVER
            or (campaign.lines > 0 and campaign.live >= campaign.lines)
            or campaign.dry_until == NEVER
        )
        assert comes, f"campaign {campaign.id} wants lines and waits for nothing"


STEP = st.tuples(*[st.integers(0, 999)] * 4)

bounded = settings(
    max_examples=120,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@bounded
@given(seed=st.integers(0, 10_000), stream=st.lists(STEP, max_size=60))
def test_whatever_happens_the_floor_keeps_its_promises(
    seed: int, stream: list[tuple[int, int, int, int]]
) -> None:
    world = World(seed, watch=Watch())
    begin(world)
    for step in stream:
        world.step(*step)


@pytest.mark.parametrize("seed", range(12))
def test_a_long_stream_keeps_them_too(seed: int) -> None:
    world = World(seed, watch=Watch())
    begin(world)
    numbers = steps(seed)
    for _ in range(400):
        world.step(*next(numbers))


@bounded
@given(seed=st.integers(0, 10_000), stream=st.lists(STEP, max_size=60))
def test_when_nothing_more_is_heard_timers_alone_bring_every_call_to_its_end(
    seed: int, stream: list[tuple[int, int, int, int]]
) -> None:
    world = World(seed, watch=Watch())
    begin(world)
    for step in stream:
        world.step(*step)
    world.stop_everything()
    world.run_dry()
    at_rest(world)


@bounded
@given(seed=st.integers(0, 10_000), stream=st.lists(STEP, max_size=60))
def test_when_the_carrier_becomes_reliable_every_call_ends_and_everybody_is_free(
    seed: int, stream: list[tuple[int, int, int, int]]
) -> None:
    world = World(seed, watch=Watch())
    begin(world)
    for step in stream:
        world.step(*step)
    for _ in range(3):
        for call in list(world.floor.calls):
            for kind in (CALL_ANSWERED, 13, 15):
                if call.state != ENDED:
                    world.feed(kind, call=call.id)
    world.stop_everything()
    world.run_dry()
    at_rest(world)


def at_rest(world: World) -> None:
    floor = world.floor
    assert all(call.state == ENDED for call in floor.calls)
    assert all(agent.state in (OFFLINE, READY, PAUSED) for agent in floor.agents)
    assert all(agent.call is None and agent.lines == 0 for agent in floor.agents)
    assert all(group.waiting == 0 for group in floor.groups)
    assert all((c.placed, c.live, c.leads) == (0, 0, 0) for c in floor.campaigns)
    assert not any(person.claimed for person in world.people.values())
    for campaign in floor.campaigns:
        decided = campaign.connected + campaign.abandoned + campaign.hung_up_early
        assert campaign.human_answers == decided
