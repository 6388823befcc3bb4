"""Who takes a call that a person has answered; which call an agent takes."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from callfloor.floor import Group, Queue
from callfloor.floor.routing import agent_by_draw
from callfloor.floor.vocabulary import (
    ANSWERED,
    BRIDGE,
    CONNECTING,
    DIRECT,
    ENDING,
    HOLD,
    POOL_AGENT,
    RESERVED,
)

from .floors import Scene, add_campaign, dialling
from .hotline import Hotline, open_hotline
from .sights import waiting_of


def test_the_agent_ready_longest_takes_the_call() -> None:
    scene = Scene(3, dial_ratio=1.0)
    scene.start()
    for agent in (1, 2, 0):
        scene.after(1).log_in(agent)
    scene.leads(5)
    for call, agent in ((0, 1), (1, 2), (2, 0)):
        scene.answer(call)
        assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (call, agent)
        assert scene.call(call).state == CONNECTING


def test_the_call_waiting_longest_goes_to_whoever_becomes_free() -> None:
    scene = dialling(1, 20, dial_ratio=4.0)
    for call in (2, 0, 3, 1):
        scene.answer(call)
    assert [c.id for c in waiting_of(scene.group)] == [0, 3, 1]
    assert scene.floor.waiting == 3
    scene.bridged(2)
    scene.after(0.5).end(2)
    assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (0, 0)
    assert [c.id for c in waiting_of(scene.group)] == [3, 1]


def test_a_waiting_call_goes_to_an_agent_who_logs_in_or_comes_back_from_a_pause() -> None:
    scene = Scene(3, dial_ratio=3.0)
    scene.start()
    scene.log_in(0, 1)
    scene.pause(1)
    scene.leads(5)
    for call in (0, 1, 2):
        scene.answer(call)
    scene.log_in(2)
    assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (1, 2)
    scene.resume(1)
    assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (2, 1)


def test_an_answer_on_an_agents_own_line_reaches_only_that_agent() -> None:
    scene = dialling(2, 20, pool=POOL_AGENT)
    scene.answer(2)
    assert scene.one(BRIDGE).agent == 1
    scene.after(0.1).answer(3)
    assert scene.all(BRIDGE) == []  # agent 0 is ready, but the line is agent 1's
    assert scene.call(3).state == ANSWERED
    assert scene.agent(0).state == 1


def test_an_agent_who_becomes_free_takes_the_longest_waiting_of_their_own_calls() -> None:
    scene = dialling(2, 20, pool=POOL_AGENT, dial_ratio=3.0)
    for call in (3, 0, 4, 1, 5, 2):
        scene.answer(call)
    assert [c.id for c in waiting_of(scene.group)] == [4, 1, 5, 2]
    scene.bridged(0)
    scene.after(1).end(0)
    assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (1, 0)
    assert [c.id for c in waiting_of(scene.group)] == [4, 5, 2]


def test_campaigns_of_one_group_share_its_agents() -> None:
    scene = dialling(1, 5, {"dial_ratio": 1.0}, dial_ratio=1.0)
    scene.answer(1)
    scene.answer(0)
    assert scene.agent().call is scene.call(1)
    assert scene.agent().state == RESERVED
    assert [c.id for c in waiting_of(scene.group)] == [0]


def test_pooled_calls_pass_by_those_that_wait_for_another_agent() -> None:
    scene = dialling(2, 20, {"dial_ratio": 1.0}, pool=POOL_AGENT, dial_ratio=2.0)
    own = [c.id for c in scene.floor.calls if c.owner is scene.agent(0)]
    pooled = [c.id for c in scene.floor.calls if c.owner is None]
    scene.answer(own[0])
    scene.answer(own[1])
    scene.answer(pooled[0])
    assert scene.call(pooled[0]).agent is scene.agent(1)
    scene.answer(pooled[1])
    scene.bridged(pooled[0])
    scene.end(pooled[0])
    assert scene.call(pooled[1]).agent is scene.agent(1)
    assert [c.id for c in waiting_of(scene.group)] == [own[1]]


def test_floor_with_two_groups_never_connects_across_them() -> None:
    scene = Scene(2, dial_ratio=1.0)
    other = Group(id=1)
    scene.floor.groups.append(other)
    add_campaign(scene.floor, other, dial_ratio=1.0)
    scene.floor.agents[1].group = other
    scene.start(0)
    scene.start(1)
    scene.log_in(0, 1)
    scene.leads(1, 0)
    scene.leads(1, 1)
    scene.pause(0)
    scene.answer(0)
    assert scene.call(0).state == ANSWERED
    scene.answer(1)
    assert scene.call(1).agent is scene.agent(1)


@pytest.mark.parametrize("pool", [0, POOL_AGENT])
def test_a_machine_reaches_nobody(pool: int) -> None:
    scene = dialling(1, 20, pool=pool)
    scene.machine(0)
    assert scene.call(0).state == ENDING
    assert scene.all(BRIDGE) == []
    assert scene.agent().state == 1


# Where a call looks for an agent.


def test_a_call_asks_its_groups_in_their_order_whoever_has_been_ready_longest() -> None:
    scene = Hotline(1)
    second = scene.add_group(2)
    scene.add_queue({second: 3, scene.group: 1})
    scene.log_in(0, 1, 2)
    agents = []
    for _ in range(3):
        scene.arrives(queue=1)
        agents.append(scene.one(BRIDGE).agent)
    assert agents == [1, 2, 0]
    scene.arrives(queue=1)
    assert scene.all(HOLD) != []


def test_whichever_group_has_somebody_free_takes_who_waits() -> None:
    scene = Hotline(1)
    second = scene.add_group(1)
    scene.add_queue({second: 1, scene.group: 1})
    for _ in range(2):
        scene.arrives(queue=1)
    scene.log_in(0)
    assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (0, 0)
    scene.log_in(1)
    assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (1, 1)


# The draw of direct routing.


def drawn(queue: Queue, draws: int) -> Counter[int]:
    """How often each agent is drawn, by draws that are spread evenly from 0 to 1."""
    agents = [agent_by_draw(queue, (i + 0.5) / draws) for i in range(draws)]
    return Counter(agent.id for agent in agents if agent is not None)


def test_each_agent_who_is_at_work_is_drawn_as_often_as_any_other_busy_or_not() -> None:
    scene = open_hotline(5, routing=DIRECT)
    scene.arrives(draw=0.0)
    scene.put_through()
    scene.pause(1)
    assert drawn(scene.queue, 1000) == dict.fromkeys(range(5), 200)


def test_the_draw_is_over_all_groups_of_the_queue_and_those_at_work_only() -> None:
    scene = Hotline(3)
    second = scene.add_group(4)
    third = scene.add_group(2)
    queue = scene.add_queue({second: 1, scene.group: 1})
    scene.log_in(*range(9))
    scene.log_out(4)
    scene.log_out(0)
    assert third.logged_in == 2
    assert drawn(queue, 1000) == dict.fromkeys((1, 2, 3, 5, 6), 200)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_who_has_left_is_drawn_no_more_and_who_is_back_is_drawn_again(order: tuple[int, ...]) -> None:
    scene = open_hotline(3)
    left: set[int] = set()
    for agent in order:
        scene.log_out(agent)
        left.add(agent)
        assert set(drawn(scene.queue, 60)) == {0, 1, 2} - left
    assert agent_by_draw(scene.queue, 0.5) is None
    scene.log_in(*order)
    assert drawn(scene.queue, 60) == {0: 20, 1: 20, 2: 20}


@pytest.mark.parametrize(("draw", "agent"), [(0.0, 0), (0.4999, 0), (0.5, 1), (0.999999, 1), (1.0, 1)])
def test_the_ends_of_the_draw_belong_to_somebody_too(draw: float, agent: int) -> None:
    found = agent_by_draw(open_hotline(2).queue, draw)
    assert found is not None
    assert found.id == agent
