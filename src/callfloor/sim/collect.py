"""What a world has counted, as the columns that figures are made of."""

from __future__ import annotations

import math
from array import array
from typing import Any

from callfloor.floor.vocabulary import AGENT_STATES, OFFLINE, OUTCOME_NAMES, PAUSED
from callfloor.metrics import APPOINTMENT_COLUMNS, DISPOSITION, HELD_BACK_COLUMNS
from callfloor.sim.build import Plan
from callfloor.sim.replication import Columns, Replication
from callfloor.sim.tallies import (
    AGENT_COLUMN_NAMES,
    APPOINTMENT_COUNTS,
    BY_OUTCOME,
    CAMPAIGN_COUNTS,
    QUEUE_COLUMN_NAMES,
    QUEUE_COUNTS,
    QUEUE_SUMS,
    WAIT_BUCKETS,
)

GROUP_COLUMNS = (*AGENT_COLUMN_NAMES, "calls", "agents", "agents_used")
CAMPAIGN_COLUMNS = (
    *("attempts", "human_answers", "connected", "abandoned", "hung_up_early", "talk_s"),
    *("reached", "leads", "agent_s"),
    *(f"outcome_{name}" for name in OUTCOME_NAMES),
)
HELD_BACK_NONE = (0.0,) * len(HELD_BACK_COLUMNS)
HUMAN, ABANDONED, HUNG_UP_EARLY = (OUTCOME_NAMES.index(n) for n in ("human", "abandoned", "hung_up_early"))


def collect(world: Any, plan: Plan, number: int) -> Replication:
    """Return what was counted in the measured time of a world that is over."""
    tally = world.tally
    measured_s = world.ended_s - tally.measured_from_s
    rows = min(plan.rows, max(1, math.ceil(measured_s / plan.interval_s - 1e-9)))
    groups = tuple(_group(world, plan, place, rows, measured_s) for place in range(len(world.desks)))
    at_work = [_agent_s(columns) for columns in groups]
    serving = [plan.scenario.groups_with(campaign.name) for campaign in plan.scenario.campaigns]
    return Replication(
        number=number,
        measured_s=measured_s,
        events=world.events,
        calls=tally.arrived + sum(campaign.attempts for campaign in world.floor.campaigns),
        interval_s=plan.interval_s,
        queues=tuple(_queue(tally, place, rows) for place in range(len(world.callers))),
        groups=groups,
        campaigns=tuple(
            _campaign(world, plan, place, rows, [at_work[group] for group in serving[place]])
            for place in range(len(world.called))
        ),
        outbound_agent_s=math.fsum(
            math.fsum(at_work[group]) for group in sorted({g for each in serving for g in each})
        ),
    )


def _queue(tally: Any, place: int, rows: int) -> Columns:
    found = array("d")
    for row in range(rows):
        at = place * tally.rows + row
        found.extend(tally.queue_counts[at * QUEUE_COUNTS : (at + 1) * QUEUE_COUNTS].tolist())
        found.extend(tally.queue_sums[at * QUEUE_SUMS : (at + 1) * QUEUE_SUMS])
    waits = tally.waits[place * WAIT_BUCKETS : (place + 1) * WAIT_BUCKETS]
    last = max((bucket for bucket, count in enumerate(waits) if count), default=-1)
    return Columns(found, QUEUE_COLUMN_NAMES, waits[: last + 1])


def _group(world: Any, plan: Plan, place: int, rows: int, measured_s: float) -> Columns:
    tally, desks = world.tally, world.desks[place]
    agents = desks.end - desks.first
    found = array("d")
    for row in range(rows):
        at = (place * tally.rows + row) * AGENT_STATES
        seconds = tally.agent_s[at : at + AGENT_STATES]
        length_s = min(plan.interval_s, measured_s - row * plan.interval_s)
        if row == plan.rows - 1:  # where a run lasts longer than was thought, the last one has all the rest
            length_s = measured_s - row * plan.interval_s
        seconds[OFFLINE] = max(0.0, agents * length_s - math.fsum(seconds))
        found.extend(seconds)
        used = sum(tally.used[desks.first : desks.end]) if row == 0 else 0
        found.extend((tally.calls_taken[place * tally.rows + row], agents if row == 0 else 0, used))
    return Columns(found, GROUP_COLUMNS)


def _agent_s(group: Columns) -> list[float]:
    """The time that agents were logged in and not paused, by interval."""
    width = len(group.columns)
    return [
        math.fsum(
            group.rows[row * width + state] for state in range(AGENT_STATES) if state not in (OFFLINE, PAUSED)
        )
        for row in range(group.n_rows)
    ]


def _campaign(world: Any, plan: Plan, place: int, rows: int, at_work: list[list[float]]) -> Columns:
    tally, called = world.tally, world.called[place]
    found = array("d")
    columns = (*CAMPAIGN_COLUMNS, *(DISPOSITION + word for word in plan.words))
    if plan.holds_back:
        columns += tuple(HELD_BACK_COLUMNS)
    if plan.appointments:
        columns += tuple(APPOINTMENT_COLUMNS)
    for row in range(rows):
        at = (place * tally.rows + row) * CAMPAIGN_COUNTS
        connected, reached = tally.campaign_counts[at : at + BY_OUTCOME]
        outcomes = tally.campaign_counts[at + BY_OUTCOME : at + CAMPAIGN_COUNTS].tolist()
        people = outcomes[HUMAN] + outcomes[ABANDONED] + outcomes[HUNG_UP_EARLY]
        found.extend((sum(outcomes), people, connected, outcomes[ABANDONED], outcomes[HUNG_UP_EARLY]))
        found.append(tally.campaign_talk_s[place * tally.rows + row])
        found.extend((reached, called.leads.count if row == 0 else 0))
        found.append(math.fsum(each[row] for each in at_work))
        found.extend(outcomes)
        at = place * tally.rows + row
        found.extend(tally.word_counts[at * tally.words : (at + 1) * tally.words].tolist())
        if plan.holds_back:
            found.extend(called.leads.held_back.tolist()[1:] if row == 0 else HELD_BACK_NONE)
        if plan.appointments:
            found.extend(
                tally.appointment_counts[at * APPOINTMENT_COUNTS : (at + 1) * APPOINTMENT_COUNTS].tolist()
            )
            found.append(tally.appointment_late_s[at])
    return Columns(found, columns)
