"""Who takes a call that a person has answered; which call an agent takes."""

from __future__ import annotations

import pytest

from callfloor.floor.vocabulary import ANSWERED, BRIDGE, CONNECTING, ENDING, POOL_AGENT, RESERVED

from .floors import Scene, dialling, waiting_of


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
    assert scene.group.waiting == 3
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
    scene = Scene(2, {"dial_ratio": 1.0}, dial_ratio=1.0)
    other = type(scene.group)(id=1)
    scene.floor.groups.append(other)
    scene.floor.campaigns[1].group = other
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
