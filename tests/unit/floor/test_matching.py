"""Callers for whom some agents fit: by age, income and state, held against looking at every agent."""

from __future__ import annotations

import random
from array import array
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callfloor.floor import Event, Matching
from callfloor.floor.matching import agent_who_fits, bits_in, bits_of, nth_bit, put_bit, take_bit
from callfloor.floor.vocabulary import (
    AGENT_LOGGED_IN,
    AGENT_LOGGED_OUT,
    AGENT_PAUSED,
    BLOCK,
    BLOCKED,
    BRIDGE,
    CALL_ARRIVED,
    DIRECT,
    ENDED,
    GAVE_UP,
    GO_TO_VOICEMAIL,
    HOLD,
    LEFT_VOICEMAIL,
    NEVER,
    PLACE_CALL,
    QUEUE_UP,
    RECORD,
    REJECT,
    TAKE_VOICEMAIL,
    UNKNOWN,
    UNMATCHED,
)
from callfloor.runtimes import Name, available, load
from tests.specialists import AGE, INCOME, STATE, Bins, Caller, Specialists, caller_of, some_specialists

from .floors import Said
from .hotline import Hotline, open_hotline
from .sights import line_of, mailbox_of

NAMES: tuple[Name, ...] = ("plain", "compiled", "fast")
RUNTIMES: dict[str, Any] = {name: load(name) for name in NAMES if name in available()}

AGES, INCOMES, STATES = Bins(18, 73, 1), Bins(0, 256, 100), Bins(0, 50, 1)
NOBODY: tuple[tuple[int, int], ...] = ()

bounded = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Office:
    """A floor of a runtime on which all who are at work pause: an agent is chosen, and nothing happens."""

    def __init__(
        self, runtime: Any, specialists: Specialists, at_work: Collection[int] | None = None
    ) -> None:
        self.runtime = runtime
        self.floor = runtime.Floor()
        self.floor.linger_s = 0.0
        group = runtime.Group(id=0)
        self.floor.groups.append(group)
        agents = range(len(specialists.agents))
        self.floor.agents.extend(runtime.Agent(id=agent, group=group) for agent in agents)
        self.queue = runtime.Queue(routing=DIRECT, when_busy=BLOCK, matching=specialists.matching(runtime))
        runtime.open_queue(self.floor, self.queue)
        self.queue.groups.append(group)
        runtime.let_serve(group, self.queue, 1)
        for agent in agents if at_work is None else at_work:
            self.comes(agent)

    def tell(self, kind: int, **fields: Any) -> Any:
        return self.runtime.handle(self.floor, self.runtime.Event(kind=kind, **fields), 1e6)

    def comes(self, agent: int) -> None:
        self.tell(AGENT_LOGGED_IN, agent=agent)
        self.tell(AGENT_PAUSED, agent=agent)

    def goes(self, agent: int) -> None:
        self.tell(AGENT_LOGGED_OUT, agent=agent)

    def chosen(self, caller: Caller, draw: float) -> int:
        """The agent whom a caller wants; UNKNOWN: nobody fits."""
        commands = self.tell(CALL_ARRIVED, queue=self.queue.id, draw=draw, **caller._asdict())
        (call,) = (command.call for command in commands if command.do == RECORD)
        assert (call.owner is None) == (call.outcome == UNMATCHED)
        assert call.owner is None or call.outcome == BLOCKED
        return UNKNOWN if call.owner is None else int(call.owner.id)

    def spread(self, caller: Caller, draws: int) -> Counter[int]:
        """How often each agent is chosen where draws are spread evenly."""
        return Counter(self.chosen(caller, (i + 0.5) / draws) for i in range(draws))


def check_spread(found: Counter[int], draws: int, weights: dict[int, float]) -> None:
    """Complain unless each is chosen in proportion to their weight.

    An agent has a piece of the draws for each attribute by which they fit, and of any piece of them the
    draws that are spread evenly hit its share to within one.
    """
    total = sum(weights.values())
    if total == 0.0:
        assert found == {UNKNOWN: draws}
        return
    assert set(found) <= {agent for agent, weight in weights.items() if weight > 0.0}
    for agent, weight in weights.items():
        assert abs(found[agent] - draws * weight / total) <= 3.0


def weights_of(specialists: Specialists, at_work: Collection[int], caller: Caller) -> dict[int, float]:
    return {agent: specialists.weight(agent, caller) for agent in at_work}


# Whoever fits, and nobody else.


@bounded
@given(rng=st.randoms(use_true_random=False), agents=st.sampled_from((1, 5, 31, 32, 33, 64, 70)))
def test_those_who_fit_and_are_at_work_are_chosen_and_nobody_else(rng: random.Random, agents: int) -> None:
    specialists = some_specialists(rng, agents)
    at_work = [agent for agent in range(agents) if rng.random() < 0.8]
    offices = [Office(runtime, specialists, at_work) for runtime in RUNTIMES.values()]
    for _ in range(3):
        caller = caller_of(rng.randrange(1000), rng.randrange(1000))
        weights = weights_of(specialists, at_work, caller)
        draws = 2 * agents + 7
        found = [office.spread(caller, draws) for office in offices]
        check_spread(found[0], draws, weights)
        assert all(each == found[0] for each in found)
        if specialists.weights is None and (count := sum(weight > 0.0 for weight in weights.values())):
            # As many draws as there are agents who fit: each of them once.
            once = offices[0].spread(caller, count)
            assert once == {agent: 1 for agent, weight in weights.items() if weight > 0.0}


@bounded
@given(rng=st.randoms(use_true_random=False), agents=st.integers(1, 40))
def test_everybody_who_comes_and_goes_is_chosen_while_they_are_there(rng: random.Random, agents: int) -> None:
    specialists = some_specialists(rng, agents)
    caller = caller_of(rng.randrange(1000), rng.randrange(1000))
    offices = [Office(runtime, specialists, ()) for runtime in RUNTIMES.values()]
    at_work: set[int] = set()
    for _ in range(6):
        agent = rng.randrange(agents)
        for office in offices:
            (office.goes if agent in at_work else office.comes)(agent)
        at_work ^= {agent}
        found = [office.spread(caller, 25) for office in offices]
        check_spread(found[0], 25, weights_of(specialists, at_work, caller))
        assert all(each == found[0] for each in found)


@pytest.mark.parametrize("name", RUNTIMES)
@pytest.mark.parametrize("some", [(0,), (31,), (32,), (33,), (63, 64), (0, 31, 32, 33, 95), (10_000,)])
def test_agents_at_the_edges_of_a_cell(name: str, some: tuple[int, ...]) -> None:
    specialists = only(some, age=30)
    office = Office(RUNTIMES[name], specialists, {*some, 1, 30, 34, 62})
    assert office.spread(Caller(30, -1, -1), len(some)) == dict.fromkeys(some, 1)
    assert office.chosen(Caller(31, -1, -1), 0.5) == UNKNOWN
    office.goes(some[-1])
    assert office.spread(Caller(30, -1, -1), 12).keys() == set(some[:-1] or [UNKNOWN])


@pytest.mark.parametrize("name", RUNTIMES)
def test_ten_thousand_agents_of_whom_thousands_fit_are_all_as_likely(name: str) -> None:
    agents = range(10_001)
    specialists = Specialists(
        tuple((((18, 18 + agent % 60),), NOBODY, ((agent % 50, agent % 50),)) for agent in agents),
        (AGES, INCOMES, STATES),
    )
    office = Office(RUNTIMES[name], specialists)
    caller = Caller(50, 0, 7)
    fit = [agent for agent in agents if specialists.may_have(agent, caller)]
    assert len(fit) > 4000
    for number in (0, 1, 777, len(fit) // 2, len(fit) - 2, len(fit) - 1):
        assert office.chosen(caller, (number + 0.5) / len(fit)) == fit[number]
    assert office.chosen(caller, 0.0) == fit[0]
    assert office.chosen(caller, 1.0) == fit[-1]


# What fits: any, all, required, weights.


def only(some: Collection[int], *, age: int, agents: int = 10_001) -> Specialists:
    """Agents of whom some specialise in an age, the others in nobody."""
    theirs, no_age = (((age, age),), NOBODY, NOBODY), (NOBODY, NOBODY, NOBODY)
    return Specialists(
        tuple(theirs if agent in some else no_age for agent in range(agents)), (AGES, INCOMES, STATES)
    )


def five(**how: Any) -> Specialists:
    """Agents 0, 1 and 2 fit Alice by age, income and state, agent 3 by all of these, agent 4 by none."""
    age, income, state, others = ((30, 39),), ((4_000, 5_999),), ((7, 7),), ((0, 0),)
    agents = (
        (age, others, others),
        (others, income, others),
        (others, others, state),
        (age, income, state),
        (((40, 60),), ((0, 3_999), (6_000, 9_000)), ((6, 6), (8, 8))),
    )
    return Specialists(agents, (AGES, INCOMES, STATES), **how)


ALICE = Caller(35, 5_000, 7)


@pytest.mark.parametrize("name", RUNTIMES)
@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({}, {0: 1, 1: 1, 2: 1, 3: 1}),
        ({"every": True}, {3: 4}),
        ({"every": True, "required": (AGE, STATE)}, {3: 4}),
        ({"required": (AGE,)}, {0: 2, 3: 2}),
        ({"required": (INCOME,)}, {1: 2, 3: 2}),
        ({"required": (STATE,)}, {2: 2, 3: 2}),
        ({"required": (AGE, STATE)}, {3: 4}),
        ({"weights": (1.0, 1.0, 1.0)}, {0: 1, 1: 1, 2: 1, 3: 3}),
        ({"weights": (2.0, 0.5, 1.0)}, {0: 4, 1: 1, 2: 2, 3: 7}),
        ({"weights": (0.0, 1.0, 1.0)}, {1: 1, 2: 1, 3: 2}),
        ({"weights": (1.0, 1.0, 0.0), "required": (STATE,)}, {3: 4}),
        ({"weights": (0.25, 1.0, 0.0), "every": True}, {3: 4}),
    ],
)
def test_any_all_required_and_weights(name: str, how: dict[str, Any], expected: dict[int, int]) -> None:
    office = Office(RUNTIMES[name], five(**how))
    assert office.spread(ALICE, sum(expected.values())) == expected


@pytest.mark.parametrize("name", RUNTIMES)
def test_whoever_is_chosen_by_weight_is_so_within_what_the_draws_leave(name: str) -> None:
    specialists = five(weights=(3.0, 0.1, 0.7))
    office = Office(RUNTIMES[name], specialists)
    check_spread(office.spread(ALICE, 1000), 1000, weights_of(specialists, range(5), ALICE))
    assert office.chosen(ALICE, 0.0) == 0
    assert office.chosen(ALICE, 1.0) == 3


@pytest.mark.parametrize("name", RUNTIMES)
@pytest.mark.parametrize(
    "stranger", [Caller(17, -1, -1), Caller(91, 25_600, 50), Caller(1000, 10**7, 99), Caller(-1, -1, -1)]
)
def test_a_value_outside_of_all_bins_fits_nobody(name: str, stranger: Caller) -> None:
    all_of_it = ((-1000, 10**8),)
    specialists = Specialists(((all_of_it,) * 3,), (AGES, INCOMES, STATES))
    office = Office(RUNTIMES[name], specialists)
    assert office.chosen(stranger, 0.5) == UNKNOWN
    for known in (Caller(18, -1, -1), Caller(90, -1, -1), Caller(-1, 25_599, -1), Caller(-1, -1, 0)):
        assert office.chosen(known, 0.5) == 0


@pytest.mark.parametrize("name", RUNTIMES)
def test_a_range_that_begins_and_ends_inside_of_bins_is_kept_to_the_dollar(name: str) -> None:
    ranges = [(150, 449), (200, 299), (230, 240), (299, 300), (0, 25_599), (300, 300), (100, 305)]
    specialists = Specialists(tuple((NOBODY, (each,), NOBODY) for each in ranges), (AGES, INCOMES, STATES))
    office = Office(RUNTIMES[name], specialists)
    ends = {end + near for each in ranges for end in each for near in (-1, 0, 1)}
    for income in sorted(ends):
        fit = [agent for agent, (low, high) in enumerate(ranges) if low <= income <= high]
        found = office.spread(Caller(-1, income, -1), max(len(fit), 1))
        assert found == (dict.fromkeys(fit, 1) if fit else {UNKNOWN: 1})


def test_these_agents_are_in_lists_beside_the_bins_as_well_as_in_their_rows() -> None:
    matching: Matching = five().matching(RUNTIMES["plain"])
    ages, incomes, _ = matching.traits
    assert (ages.entries, incomes.entries) == (0, 3)
    assert all(low <= high for low, high in zip(incomes.lows[:3], incomes.highs[:3], strict=True))


# On the floor.


def someone(scene: Hotline, caller: int = 7, draw: float = 0.0, **attributes: int) -> list[Said]:
    """Somebody calls in who is like Alice, but for some attributes."""
    who = ALICE._asdict() | attributes
    return scene.tell(CALL_ARRIVED, queue=scene.queue.id, number=caller, draw=draw, **who)


def hotline_of(specialists: Specialists, when_busy: int, **settings: Any) -> Hotline:
    """A hotline of specialists who are all ready."""
    matching = specialists.matching(RUNTIMES["plain"])
    agents = len(specialists.agents)
    return open_hotline(agents, routing=DIRECT, when_busy=when_busy, matching=matching, **settings)


STRANGER = {"age": 20, "income": 9_500, "state": 1}
WAYS = pytest.mark.parametrize("when_busy", [QUEUE_UP, GO_TO_VOICEMAIL, BLOCK])


@WAYS
def test_a_caller_whom_nobody_fits_is_turned_away(when_busy: int) -> None:
    scene = hotline_of(five(), when_busy)
    someone(scene, **STRANGER)
    assert [said.do for said in scene.said] == [REJECT, RECORD]
    assert (scene.one(RECORD).call, scene.one(RECORD).agent, scene.one(RECORD).outcome) == (
        0,
        None,
        UNMATCHED,
    )
    call = scene.call()
    assert (call.state, call.ended_at, call.connected_at, call.owner) == (ENDED, scene.now, NEVER, None)
    assert (scene.floor.waiting, scene.floor.voicemails, scene.queue.in_line) == (0, 0, 0)


@WAYS
def test_who_fits_only_agents_who_are_not_at_work_is_turned_away_as_well(when_busy: int) -> None:
    scene = hotline_of(five(every=True), when_busy)
    scene.log_out(3)
    someone(scene)
    assert (scene.one(REJECT).call, scene.one(RECORD).outcome) == (0, UNMATCHED)
    scene.log_in(3)
    someone(scene)
    assert scene.one(BRIDGE).agent == 3


@WAYS
def test_with_nobody_at_work_nobody_fits(when_busy: int) -> None:
    scene = Hotline(5, routing=DIRECT, when_busy=when_busy, matching=five().matching(RUNTIMES["plain"]))
    someone(scene)
    assert scene.one(RECORD).outcome == UNMATCHED


@pytest.mark.parametrize(("draw", "agent"), [(0.1, 0), (0.3, 1), (0.6, 2), (0.9, 3)])
def test_who_fits_ready_agents_is_put_through_to_one_of_them(draw: float, agent: int) -> None:
    scene = hotline_of(five(), GO_TO_VOICEMAIL)
    someone(scene, draw=draw)
    assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (0, agent)
    assert scene.call().owner is scene.agent(agent)


def test_who_fits_a_busy_agent_leaves_a_message_for_exactly_that_agent_and_is_called_back_by_them() -> None:
    scene = hotline_of(five(), GO_TO_VOICEMAIL)
    someone(scene, caller=1, draw=0.6)
    scene.put_through(0)
    someone(scene, caller=2, draw=0.6)
    assert [said.do for said in scene.said] == [TAKE_VOICEMAIL, RECORD]
    assert (scene.one(TAKE_VOICEMAIL).agent, scene.one(RECORD).outcome) == (2, LEFT_VOICEMAIL)
    assert [message.caller for message in mailbox_of(scene.agent(2))] == [2]
    assert [agent.voicemails for agent in scene.floor.agents] == [0, 0, 1, 0, 0]
    scene.after(60).end(0)
    assert scene.call(2).agent is scene.agent(2)
    assert scene.one(PLACE_CALL).call == 2


def test_who_fits_a_busy_agent_waits_for_that_agent_though_others_are_ready() -> None:
    scene = hotline_of(five(), QUEUE_UP)
    someone(scene, draw=0.3)
    scene.put_through(0)
    someone(scene, draw=0.3)
    assert scene.one(HOLD).call == 1
    assert line_of(scene.agent(1).own) == [scene.call(1)]
    scene.after(60).end(0)
    assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (1, 1)


def test_who_fits_a_busy_agent_and_may_not_wait_is_blocked_and_not_unmatched() -> None:
    scene = hotline_of(five(), BLOCK)
    someone(scene, draw=0.9)
    someone(scene, draw=0.9)
    assert (scene.one(REJECT).call, scene.one(RECORD).outcome) == (1, BLOCKED)


def test_who_waits_for_an_agent_who_fits_may_give_up() -> None:
    scene = hotline_of(five(), QUEUE_UP)
    someone(scene, draw=0.3)
    someone(scene, draw=0.3)
    scene.after(30).end(1)
    assert scene.one(RECORD).outcome == GAVE_UP
    assert scene.agent(1).own is not None
    assert line_of(scene.agent(1).own) == []


def test_an_agent_who_leaves_after_the_call_in_hand_fits_until_then() -> None:
    scene = hotline_of(five(every=True), GO_TO_VOICEMAIL)
    someone(scene)
    scene.put_through(0)
    scene.log_out(3)
    someone(scene)
    assert scene.one(TAKE_VOICEMAIL).agent == 3
    scene.after(60).end(0)
    someone(scene)
    assert scene.one(RECORD).outcome == UNMATCHED


def test_an_agent_of_a_group_that_does_not_serve_the_queue_is_not_chosen() -> None:
    specialists = Specialists(((((30, 39),), NOBODY, NOBODY),) * 3, (AGES, INCOMES, STATES))
    scene = Hotline(1, routing=DIRECT, when_busy=BLOCK, matching=specialists.matching(RUNTIMES["plain"]))
    scene.add_group(2)
    scene.log_in(1, 2)
    someone(scene)
    assert scene.one(RECORD).outcome == UNMATCHED
    scene.log_in(0)
    someone(scene, draw=0.99)
    assert scene.one(BRIDGE).agent == 0


def test_agents_of_all_groups_that_serve_the_queue_are_chosen() -> None:
    specialists = Specialists(((((30, 39),), NOBODY, NOBODY),) * 3, (AGES, INCOMES, STATES))
    scene = Hotline(1)
    others = scene.add_group(2)
    queue = {"routing": DIRECT, "when_busy": BLOCK, "matching": specialists.matching(RUNTIMES["plain"])}
    scene.inbound = [scene.add_queue({scene.group: 1, others: 1}, **queue)]
    scene.log_in(0, 1, 2)
    for call, draw in enumerate((0.1, 0.5, 0.9)):
        someone(scene, draw=draw)
        assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (call, call)


# Bits.


@given(st.integers(0, 2**32 - 1))
def test_the_bits_of_a_cell_are_counted(cell: int) -> None:
    assert bits_of(cell) == cell.bit_count()


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=6))
def test_each_bit_that_is_set_is_found_by_its_number(cells: list[int]) -> None:
    row = array("q", cells)
    found = list(bits(cells))
    assert bits_in(row) == len(found) == sum(cell.bit_count() for cell in cells)
    assert [nth_bit(row, number) for number in range(len(found))] == found


def bits(cells: list[int]) -> Iterator[int]:
    """The places of the bits that are set, in order."""
    for place, cell in enumerate(cells):
        yield from (32 * place + bit for bit in range(32) if cell >> bit & 1)


@given(st.sets(st.integers(0, 199)), st.sets(st.integers(0, 199)))
def test_bits_are_set_and_cleared_one_by_one_and_twice_does_no_harm(some: set[int], gone: set[int]) -> None:
    row = array("q", bytes(8 * 7))
    for agent in (*some, *some):
        put_bit(row, 0, agent)
    for agent in (*gone, *gone):
        take_bit(row, agent)
    assert list(bits(row.tolist())) == sorted(some - gone)


def test_a_bit_is_set_in_the_row_that_is_meant() -> None:
    row = array("q", bytes(8 * 6))
    put_bit(row, 2, 31)
    put_bit(row, 2, 32)
    assert row.tolist() == [0, 0, 2**31, 1, 0, 0]


def test_without_any_agents_nobody_fits() -> None:
    matching = Specialists((), (AGES, INCOMES, STATES)).matching(RUNTIMES["plain"])
    assert agent_who_fits(matching, Event(**ALICE._asdict())) == UNKNOWN
