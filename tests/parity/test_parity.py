"""The compiled floors decide as the plain one does: the same commands and the same state, event by event."""

from __future__ import annotations

import dataclasses
import os
from operator import attrgetter
from types import ModuleType
from typing import Any, Literal

import pytest

from callfloor import floor as plain
from callfloor import runtimes
from callfloor.floor.vocabulary import COMMAND_NAMES, EVENT_NAMES
from tests.streams import STRANGE_KINDS, build, record

EVENTS = 4000
SEEDS = (0, 2, 3, 5, 8, 13)
"""Seeds whose floors have between them both pools, both modes and several groups and campaigns."""

PASSING = ("commands", "changed_agents", "changed_campaigns", "changed_calls", "changed_leads")


class Reader:
    """Reads one kind of record, of any runtime, as a tuple of numbers; references as ids."""

    def __init__(self, record: type[Any]) -> None:
        fields = {f.name: str(f.type) for f in dataclasses.fields(record) if f.name not in PASSING}
        pointers = [name for name, type_ in fields.items() if type_.endswith("| None") and name != "decision"]
        numbers = [name for name, type_ in fields.items() if "[" not in type_ and "| None" not in type_]
        self.names = (*numbers, *pointers)
        self.numbers = attrgetter(*numbers)
        self.pointers = attrgetter(*pointers) if len(pointers) > 1 else lambda _: ()

    def read(self, record: Any) -> tuple[Any, ...]:
        numbers: tuple[Any, ...] = self.numbers(record)
        return (*numbers, *[None if r is None else r.id for r in self.pointers(record)])


AGENT, GROUP, CALL = Reader(plain.Agent), Reader(plain.Group), Reader(plain.Call)
CAMPAIGN, LEAD, FLOOR = Reader(plain.Campaign), Reader(plain.Lead), Reader(plain.Floor)
COMMAND, DECISION = Reader(plain.Command), Reader(plain.Decision)


def commands_of(commands: list[Any]) -> list[tuple[Any, ...]]:
    """Every field of every command, and of the decision that goes with one."""
    return [
        (COMMAND.read(c), None if c.decision is None else DECISION.read(c.decision), lead_of(c))
        for c in commands
    ]


def lead_of(command: Any) -> tuple[Any, ...] | None:
    return None if command.lead is None else LEAD.read(command.lead)


def state_of(floor: Any) -> list[tuple[Any, ...]]:
    """Every field of every record of a floor."""
    rows = [FLOOR.read(floor)]
    rows.extend(AGENT.read(agent) for agent in floor.agents)
    rows.extend(GROUP.read(group) for group in floor.groups)
    rows.extend(CALL.read(call) for call in floor.calls)
    for campaign in floor.campaigns:
        rows.append((*CAMPAIGN.read(campaign), *campaign.retry_after_s))
        lead = campaign.first_lead
        while lead is not None:
            rows.append(LEAD.read(lead))
            lead = lead.next
    rows.extend(tuple(changed.id for changed in row) for row in changes_of(floor))
    return rows


def changes_of(floor: Any) -> tuple[list[Any], ...]:
    return floor.changed_agents, floor.changed_campaigns, floor.changed_calls, floor.changed_leads


def forget_changes(floor: Any) -> None:
    """What a commit does: the lists of changed records are empty again."""
    for row in changes_of(floor):
        for changed in row:
            changed.changed = False
        row.clear()


def compiled(name: Literal["compiled", "fast"]) -> ModuleType:
    """The compiled floor; without it the test is skipped, or fails where it is required."""
    try:
        return runtimes.load(name)
    except runtimes.RuntimeMissing as missing:
        if os.environ.get("CALLFLOOR_REQUIRE_COMPILED", "") not in ("", "0"):
            raise
        pytest.skip(str(missing))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["compiled", "fast"])
def test_both_runtimes_say_and_become_the_same_at_every_event(
    name: Literal["compiled", "fast"], seed: int
) -> None:
    runtime = compiled(name)
    one, other = build(plain, seed), build(runtime, seed)
    assert state_of(one) == state_of(other)
    for number, row in enumerate(record(seed, EVENTS)):
        said = commands_of(plain.handle(one, plain.Event(kind=row.kind, **row.fields), row.now))
        echo = commands_of(runtime.handle(other, runtime.Event(kind=row.kind, **row.fields), row.now))
        where = f"event {number}: {row}"
        assert said == echo, where
        assert state_of(one) == state_of(other), where
        if number % 7 == 0:
            forget_changes(one)
            forget_changes(other)


@pytest.mark.parametrize("name", ["compiled", "fast"])
def test_a_compiled_floor_has_the_names_of_the_plain_one(name: Literal["compiled", "fast"]) -> None:
    runtime = compiled(name)
    assert set(plain.__all__) <= set(vars(runtime))


def test_the_streams_have_every_kind_of_event_and_call_forth_every_kind_of_command() -> None:
    kinds: set[int] = set()
    said: set[int] = set()
    for seed in SEEDS:
        floor = build(plain, seed)
        for row in record(seed, EVENTS):
            kinds.add(row.kind)
            said.update(c.do for c in plain.handle(floor, plain.Event(kind=row.kind, **row.fields), row.now))
    assert kinds == {*EVENT_NAMES, *STRANGE_KINDS}
    assert said == set(COMMAND_NAMES)


def test_a_stream_is_the_same_whenever_it_is_made_again() -> None:
    assert record(2, 500) == record(2, 500)
    assert record(2, 500) != record(3, 500)
