"""The compiled floors decide as the plain one does: the same commands and the same state, event by event."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any, Literal

import pytest

from callfloor import floor as plain
from callfloor.floor.vocabulary import (
    BLOCK,
    CANCELLED,
    COMMAND_NAMES,
    DIAL_IT,
    DIRECT,
    EVENT_NAMES,
    GO_TO_VOICEMAIL,
    HUMAN,
    INBOUND_OUTCOME_NAMES,
    LONGEST_IDLE,
    LOST,
    MACHINE_NAMES,
    MODE_NAMES,
    NEVER,
    NO_ANSWER,
    OUTCOMES,
    POOL_AGENT,
    POOL_CAMPAIGN,
    QUEUE_UP,
    RECORD,
    SKIP_IT,
    WITHHELD,
)
from tests.compiled import compiled
from tests.random_floors import build
from tests.streams import STRANGE_KINDS, record

EVENTS = 4000
SEEDS = (0, 2, 3, 5, 7, 8, 11, 13, 20, 22, 24, 27, 29, 39)
"""Seeds whose floors have between them whatever can be set: see the tests of what the streams have."""

PASSING = ("commands", "changed_agents", "changed_campaigns", "changed_calls", "changed_leads")
ARRAYS = ("Times", "Counts", "Codes")


class Reader:
    """Reads one kind of record, of any runtime, as a tuple of numbers; references as ids."""

    def __init__(self, record: type[Any]) -> None:
        fields = {f.name: str(f.type) for f in dataclasses.fields(record) if f.name not in PASSING}
        pointers = [name for name, type_ in fields.items() if type_.endswith("| None") and name != "decision"]
        lists = [name for name, type_ in fields.items() if type_ in ARRAYS or type_.startswith("list[")]
        numbers = [name for name in fields if name not in (*pointers, *lists, "decision")]
        self.names = (*numbers, *pointers, *lists)
        self.numbers = several(numbers)
        self.pointers = several(pointers)
        self.lists = several(lists)

    def read(self, record: Any) -> tuple[Any, ...]:
        numbers = tuple(map(name_of, self.numbers(record)))
        pointers = [None if r is None else name_of(r) for r in self.pointers(record)]
        return (*numbers, *pointers, *[tuple(map(name_of, each)) for each in self.lists(record)])


def several(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What reads these fields of a record, always as a tuple."""
    if len(names) == 1:
        return lambda record: (getattr(record, names[0]),)
    return attrgetter(*names) if names else lambda record: ()


def name_of(value: Any) -> Any:
    """A record by its id; a line by the calls in it, a voicemail or a matching by what it says; a number as
    it is.
    """
    if isinstance(value, (int, float)):
        return value
    if hasattr(value, "id"):
        return value.id
    if hasattr(value, "first_waiting"):
        return tuple(call.id for call in chain(value.first_waiting))
    if hasattr(value, "traits"):
        return MATCHING.read(value)
    if type(value).__name__ in OWNED:
        return OWNED[type(value).__name__].read(value)
    if hasattr(value, "partly"):
        return TRAIT.read(value)
    return value.agent.id, value.queue.id, value.caller, value.redials, value.left_at, value.tries


def chain(first: Any) -> Iterator[Any]:
    """Records that are linked by `next`, in order."""
    while first is not None:
        yield first
        first = first.next


AGENT, GROUP, CALL = Reader(plain.Agent), Reader(plain.Group), Reader(plain.Call)
CAMPAIGN, LEAD, FLOOR = Reader(plain.Campaign), Reader(plain.Lead), Reader(plain.Floor)
QUEUE, COMMAND, DECISION = Reader(plain.Queue), Reader(plain.Command), Reader(plain.Decision)
MATCHING, TRAIT = Reader(plain.Matching), Reader(plain.Trait)
OWNED = {
    kind.__name__: Reader(kind)
    for kind in (plain.Ages, plain.Ledger, plain.Outlook, plain.PublishedPace, plain.Spans, plain.Sum)
}
"""Records that belong to one other record alone: told by what is in them."""


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
    rows.extend((*AGENT.read(agent), *map(name_of, chain(agent.first_voicemail))) for agent in floor.agents)
    rows.extend(GROUP.read(group) for group in floor.groups)
    rows.extend((*QUEUE.read(queue), *map(name_of, chain(queue.first_waiting))) for queue in floor.queues)
    rows.extend(CALL.read(call) for call in floor.calls)
    for campaign in floor.campaigns:
        rows.append(CAMPAIGN.read(campaign))
        rows.extend(LEAD.read(lead) for lead in chain(campaign.first_lead))
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


def test_whatever_becomes_of_a_call_happens_in_the_streams() -> None:
    ended: set[tuple[str, int]] = set()
    for seed in SEEDS:
        floor = build(plain, seed)
        for row in record(seed, EVENTS):
            for command in plain.handle(floor, plain.Event(kind=row.kind, **row.fields), row.now):
                if command.do == RECORD and command.call is not None:
                    ended.add((way_of(command.call), command.call.outcome))
    assert {("in", outcome) for outcome in INBOUND_OUTCOME_NAMES} <= ended
    assert {("out", outcome) for outcome in range(OUTCOMES)} <= ended
    assert {("back", outcome) for outcome in (HUMAN, NO_ANSWER, LOST, CANCELLED, WITHHELD)} <= ended


def way_of(call: Any) -> str:
    """Who has called whom."""
    if call.campaign is not None:
        return "out"
    return "in" if call.voicemail is None else "back"


def test_whatever_can_be_set_is_set_on_some_floor() -> None:
    floors = [build(plain, seed) for seed in SEEDS]
    queues = [queue for floor in floors for queue in floor.queues]
    inbound = [queue for queue in queues if queue.campaign is None]
    campaigns = [campaign for floor in floors for campaign in floor.campaigns]
    assert {len(floor.groups) for floor in floors} == {1, 2}
    assert {floor.bridges_at_once for floor in floors} == {floor.watches for floor in floors} == {True, False}
    assert {campaign.pool for campaign in campaigns} == {POOL_CAMPAIGN, POOL_AGENT}
    assert {campaign.mode for campaign in campaigns} == set(MODE_NAMES)
    assert {campaign.machine for campaign in campaigns} == set(range(len(MACHINE_NAMES)))
    assert {campaign.preview_expires for campaign in campaigns} == {DIAL_IT, SKIP_IT}
    assert {campaign.reserve for campaign in campaigns} >= {0, 1}
    assert {len(queue.groups) for queue in queues if queue.campaign is not None} == {1, 2}
    assert {len(queue.groups) for queue in inbound} == {1, 2}
    settings = {(queue.routing, queue.when_busy) for queue in inbound}
    assert settings >= {(LONGEST_IDLE, QUEUE_UP), (LONGEST_IDLE, GO_TO_VOICEMAIL), (LONGEST_IDLE, BLOCK)}
    assert settings >= {(DIRECT, QUEUE_UP), (DIRECT, GO_TO_VOICEMAIL), (DIRECT, BLOCK)}
    assert {queue.wrap_up_s for queue in inbound} == {0.0, 8.0, NEVER}
    assert {min(queue.limit, 1) for queue in inbound} == {0, 1}
    assert len({queue.priority for queue in inbound}) > 1
    check_matchings([queue.matching for queue in inbound])
    ranks = {tuple(group.ranks[queue.id] for group in queue.groups) for queue in queues}
    assert any(len(set(each)) > 1 for each in ranks)  # two groups think differently of one queue


def check_matchings(found: list[plain.Matching | None]) -> None:
    """Some queues have none; those that are there choose in every way."""
    matchings = [each for each in found if each is not None]
    assert len(matchings) < len(found)
    assert {each.every for each in matchings} == {each.weighs for each in matchings} == {True, False}
    traits = [trait for each in matchings for trait in each.traits]
    assert {trait.required for trait in traits} == {True, False}
    assert {min(trait.entries, 1) for trait in traits} == {0, 1}


def test_a_stream_is_the_same_whenever_it_is_made_again() -> None:
    assert record(2, 500) == record(2, 500)
    assert record(2, 500) != record(3, 500)
