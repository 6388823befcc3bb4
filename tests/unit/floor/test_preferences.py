"""Several queues: which call an agent takes, by preference, priority and who has waited longest."""

from __future__ import annotations

import itertools

import pytest

from callfloor.floor import Call, Floor, Group, Queue, let_serve, open_queue
from callfloor.floor.routing import call_for, rank_of, serves
from callfloor.floor.vocabulary import BRIDGE, DIRECT, POOL_AGENT, READY

from .floors import add_campaign, add_group, add_queue
from .hotline import Hotline, busy_hotline, open_hotline
from .sights import line_of, waiting_of

# Which queue an agent serves first.


def test_a_group_serves_its_queues_by_preference_then_by_priority() -> None:
    wanted = [(1, 1), (1, 2), (1, 2), (2, 1), (2, 9), (3, 1)]
    for order in itertools.permutations(range(len(wanted)), 3):
        floor = Floor()
        group = add_group(floor)
        for i in (*order, *(i for i in range(len(wanted)) if i not in order)):
            preference, priority = wanted[i]
            add_queue(floor, Queue(priority=priority), [(group, preference)])
        ranks = [group.ranks[queue.id] for queue in group.serves]
        assert ranks == sorted(ranks)
        assert [queue.priority for queue in group.serves] == [1, 2, 2, 1, 9, 1]


def test_of_two_queues_of_the_same_rank_the_one_that_came_first_is_asked_first() -> None:
    floor = Floor()
    group = add_group(floor)
    queues = [add_queue(floor, Queue(), [(group, 1)]) for _ in range(3)]
    assert group.serves == queues


def test_people_who_were_called_rank_before_all_who_call_in_whatever_the_preferences() -> None:
    floor = Floor()
    group = add_group(floor)
    inbound = add_queue(floor, Queue(priority=0), [(group, 1)])
    campaign = add_campaign(floor, group)
    reluctant = add_queue(floor, Queue(campaign=campaign, priority=99), [(group, 99)])
    assert group.serves == [campaign.queue, reluctant, inbound]


def test_a_queue_has_no_rank_where_nobody_is_let_to_serve_it() -> None:
    floor = Floor()
    one, other = add_group(floor), add_group(floor)
    queue = add_queue(floor, Queue(), [(one, 1)])
    late = add_group(floor)
    assert [serves(group, queue) for group in (one, other, late)] == [True, False, False]
    call = Call(queue=queue)
    assert rank_of(one, call) > 0 > rank_of(other, call)
    assert rank_of(one, Call()) < 0


def test_queues_and_groups_may_come_in_any_order() -> None:
    floor = Floor()
    queues = [Queue(), Queue()]
    for queue in queues:
        open_queue(floor, queue)
    group = Group()
    let_serve(group, queues[1], 1)
    assert [queue.id for queue in queues] == [0, 1]
    assert [serves(group, queue) for queue in queues] == [False, True]


# Which call an agent takes.


def three_wait(first: int, second: int, third: int, **settings: object) -> Hotline:
    """A busy agent and one caller each in queues 1, 2, 3 (call 1, 2, 3), with these preferences."""
    scene = busy_hotline(1)
    for preference in (first, second, third):
        scene.add_queue({scene.group: preference}, **settings)
    for queue in (1, 2, 3):
        scene.after(1).arrives(queue=queue)
    return scene


def taken(scene: Hotline) -> list[int | None]:
    """The calls in the order in which agent 0, who talks, takes them."""
    calls: list[int | None] = []
    while (call := scene.agent().call) is not None:
        scene.bridged(call.id)
        scene.after(60).end(call.id)
        calls.extend(said.call for said in scene.all(BRIDGE))
    return calls


@pytest.mark.parametrize(
    ("preferences", "calls"),
    [((1, 1, 1), [1, 2, 3]), ((3, 2, 1), [3, 2, 1]), ((2, 1, 2), [2, 1, 3]), ((2, 2, 1), [3, 1, 2])],
)
def test_an_agent_takes_whom_they_prefer_and_of_those_the_longest_waiting(
    preferences: tuple[int, int, int], calls: list[int]
) -> None:
    assert taken(three_wait(*preferences)) == calls


def test_within_a_preference_the_smaller_priority_goes_first() -> None:
    scene = busy_hotline(1)
    scene.add_queue({scene.group: 2}, priority=1)
    scene.add_queue({scene.group: 1}, priority=3)
    scene.add_queue({scene.group: 1}, priority=2)
    for queue in (1, 2, 3, 3):
        scene.after(1).arrives(queue=queue)
    assert taken(scene) == [3, 4, 2, 1]


def test_two_groups_may_prefer_different_queues() -> None:
    scene = busy_hotline(1)
    other = scene.add_group(1)
    scene.add_queue({scene.group: 1, other: 2})
    scene.add_queue({scene.group: 2, other: 1})
    scene.arrives(queue=1)
    scene.arrives(queue=2)
    scene.log_in(1)
    assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (2, 1)
    scene.end(0)
    assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (1, 0)


def test_an_agent_takes_no_call_of_a_queue_that_is_not_theirs() -> None:
    scene = busy_hotline(1)
    other = scene.add_group(1)
    scene.add_queue({other: 1})
    scene.arrives(queue=1)
    scene.end(0)
    assert (scene.all(BRIDGE), scene.agent().state) == ([], READY)
    scene.log_in(1)
    assert scene.one(BRIDGE).call == 1


def test_who_was_called_goes_before_all_who_call_in_however_long_those_have_waited() -> None:
    scene = Hotline(1, priority=-5)
    scene.campaign.dial_ratio = 2.0
    scene.start()
    scene.log_in()
    scene.leads(2)
    scene.arrives()
    scene.put_through(2)
    scene.arrives()
    for call in (0, 1):
        scene.after(0.2).answer(call)
    assert taken(scene)[:3] == [0, 1, 3]


def test_who_hangs_up_in_the_middle_of_the_line_leaves_the_others_in_their_order() -> None:
    scene = busy_hotline(1)
    for _ in range(5):
        scene.arrives()
    for gone in (3, 1, 5):
        scene.end(gone)
    assert line_of(scene.queue) == [scene.call(2), scene.call(4)]
    assert taken(scene) == [2, 4]


def test_an_agent_takes_nobody_where_nobody_waits() -> None:
    scene = open_hotline(1)
    assert call_for(scene.floor, scene.agent()) is None


# Calls that wait for one agent and no other.


def own_and_common(own_priority: int, common_priority: int) -> Hotline:
    """Agent 0 talks; call 1 waits for them alone, since before call 2 waits for anybody of the group."""
    scene = busy_hotline(1, routing=DIRECT)
    scene.inbound[0].priority = own_priority
    scene.add_queue(priority=common_priority)
    for queue in scene.inbound:
        scene.group.serves.remove(queue)
        let_serve(scene.group, queue, 1)
    scene.arrives(queue=0)
    scene.after(1).arrives(queue=1)
    return scene


@pytest.mark.parametrize(("own", "common", "first"), [(1, 1, 1), (1, 2, 1), (2, 1, 2)])
def test_an_agent_s_own_calls_have_no_preference_but_their_queue_s(own: int, common: int, first: int) -> None:
    assert taken(own_and_common(own, common))[0] == first


def test_a_common_call_that_has_waited_longer_goes_before_an_own_one() -> None:
    scene = busy_hotline(1, routing=DIRECT)
    scene.add_queue()
    scene.arrives(queue=1)
    scene.arrives(queue=0)
    assert [call.id for call in waiting_of(scene.group)] == [1, 2]
    assert taken(scene) == [1, 2]


def test_of_an_agent_s_own_calls_the_one_of_the_best_rank_goes_first_and_then_the_longest_waiting() -> None:
    scene = busy_hotline(1, routing=DIRECT, priority=2)
    scene.add_queue(routing=DIRECT, priority=1)
    for queue in (0, 1, 0, 1):
        scene.arrives(queue=queue)
    assert [call.id for call in line_of(scene.agent().own)] == [1, 2, 3, 4]
    assert taken(scene) == [2, 4, 1, 3]


def test_who_was_called_on_an_agent_s_own_line_goes_before_those_who_want_that_agent() -> None:
    scene = Hotline(1, routing=DIRECT)
    scene.campaign.pool = POOL_AGENT
    scene.start()
    scene.log_in()
    scene.leads(2)
    scene.arrives()
    scene.put_through(2)
    scene.arrives()
    for call in (0, 1):
        scene.answer(call)
    assert [call.id for call in line_of(scene.agent().own)] == [3, 0, 1]
    assert taken(scene)[:3] == [0, 1, 3]


def test_calls_for_an_agent_who_has_left_wait_until_they_are_back() -> None:
    scene = open_hotline(2, routing=DIRECT)
    scene.arrives(draw=0.0)
    scene.arrives(draw=0.0)
    scene.log_out(0)
    scene.end(0)
    assert line_of(scene.agent(0).own) == [scene.call(1)]
    scene.log_in(0)
    assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (1, 0)


def test_a_call_is_in_one_line_and_counted_in_its_queue_and_on_the_floor() -> None:
    scene = busy_hotline(2, routing=DIRECT)
    for draw in (0.9, 0.9, 0.0):
        scene.arrives(draw=draw)
    lines = (scene.queue, scene.agent(0).own, scene.agent(1).own)
    assert [[call.id for call in line_of(line)] for line in lines] == [[], [4], [2, 3]]
    assert (scene.queue.waiting, scene.queue.in_line, scene.floor.waiting) == (0, 3, 3)
    scene.end(2)
    assert scene.call(2).line is None
    assert (scene.queue.in_line, scene.floor.waiting) == (2, 2)
