"""Several queues: who is served first, by priority, preference and length of wait; who answers which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from callfloor.scenario.distributions import Distribution, Erlang, Exponential, Uniform
from tests.oracle_runs.checking import Case, Check, figures, little
from tests.oracle_runs.worlds import agents, calls, constant, mean_and_sd, times, world
from tests.oracles.priorities import by_priority
from tests.oracles.single_server import (
    PriorityClass,
    head_of_line_mean_waits_s,
    mg1_mean_wait_s,
    mm1_mean_wait_s,
)
from tests.oracles.skills import Queue, two_skills

NAMES = ("first", "second", "third")


def head_of_line(
    name: str, classes: Sequence[tuple[float, Distribution]], *, by_preference: bool = False
) -> Case:
    """Cobham's mean waits of one agent. The queues stand in the file with the last to be served first."""

    def checks() -> Iterator[Check]:
        moments = [PriorityClass(per_h, *mean_and_sd(talk_s)) for per_h, talk_s in classes]
        waits_s = head_of_line_mean_waits_s(moments)
        load = sum(each.arrivals_per_h / 3600.0 * each.talk_s for each in moments)
        for place, (each, wait_s) in enumerate(zip(moments, waits_s, strict=True)):
            of = f"queues.{NAMES[place]}"
            yield from figures(of, p_wait=load)
            yield from figures(
                of, mean_wait_s=wait_s, mean_queue=each.arrivals_per_h / 3600.0 * wait_s, narrow=0.06
            )
            yield little(place=len(classes) - 1 - place, narrow=0.003)
        yield from figures("groups.agents", occupancy=load, narrow=0.015)

    queues = [
        calls(per_h, talk_s, NAMES[place], priority=1 if by_preference else 10 * place + 3)
        for place, (per_h, talk_s) in enumerate(classes)
    ]
    preferences = {NAMES[place]: place + 1 for place in range(len(classes))} if by_preference else None
    return Case(f"one agent, {name}", world(agents(1, skills=preferences), *reversed(queues)), checks)


HEAD_OF_LINE = [
    head_of_line("two priorities", [(500.0, Exponential(mean=1.5)), (500.0, Exponential(mean=2.0))]),
    head_of_line(
        "three priorities",
        [(400.0, constant(2.0)), (300.0, Exponential(mean=1.5)), (600.0, Uniform(low=0.2, high=1.6))],
    ),
    head_of_line(
        "two preferences", [(600.0, Erlang(mean=1.2, k=2)), (500.0, constant(1.8))], by_preference=True
    ),
]


def many_agents(name: str, count: int, talk_s: float, rates_per_h: Sequence[float]) -> Case:
    """Kella and Yechiali's mean waits of several agents."""

    def checks() -> Iterator[Check]:
        for place, exact in enumerate(by_priority(count, talk_s, rates_per_h)):
            of = f"queues.{NAMES[place]}"
            yield from figures(of, p_wait=exact.p_wait, narrow=0.06)
            yield from figures(of, mean_wait_s=exact.mean_wait_s, mean_queue=exact.mean_queue, narrow=0.16)
        yield from figures(
            "groups.agents", occupancy=sum(rates_per_h) / 3600.0 * talk_s / count, narrow=0.015
        )

    queues = [calls(per_h, talk_s, NAMES[place], priority=place) for place, per_h in enumerate(rates_per_h)]
    return Case(f"several agents, {name}", world(agents(count), *queues), checks)


MANY_AGENTS = [
    many_agents("two priorities", 4, 8.0, [500.0, 600.0]),
    many_agents("three priorities", 10, 20.0, [400.0, 500.0, 350.0]),
]


def first_come() -> Case:
    """Two queues of the same rank: whoever waits longest is served first, as in one queue of both."""
    either = (Exponential(mean=1.0), Uniform(low=1.0, high=3.0))
    per_h = (700.0, 500.0)

    def checks() -> Iterator[Check]:
        rate = sum(per_h)
        mean_s = sum(each * talk.mean for each, talk in zip(per_h, either, strict=True)) / rate
        square = (
            sum(each * (talk.variance + talk.mean**2) for each, talk in zip(per_h, either, strict=True))
            / rate
        )
        wait_s = mg1_mean_wait_s(rate, mean_s, (square - mean_s**2) ** 0.5)
        for name in ("first", "second", "all"):
            yield from figures(f"queues.{name}", mean_wait_s=wait_s, narrow=0.05)
            yield from figures(f"queues.{name}", p_wait=rate / 3600.0 * mean_s)

    queues = [calls(each, talk, name) for each, talk, name in zip(per_h, either, NAMES, strict=False)]
    return Case("one agent, first come first served over two queues", world(agents(1), *queues), checks)


def own_line() -> Case:
    """Direct routing with a queue: every caller waits for one agent of three, who is a queue of their own."""

    def checks() -> Iterator[Check]:
        wait_s = mm1_mean_wait_s(500.0, 3.0)
        yield from figures("queues.calls", p_wait=5.0 / 12.0)
        yield from figures(
            "queues.calls", mean_wait_s=wait_s, mean_queue=1500.0 / 3600.0 * wait_s, narrow=0.04
        )
        yield from figures("groups.agents", occupancy=5.0 / 12.0, narrow=0.015)
        yield little(narrow=0.002)

    return Case(
        "direct routing, three queues of one agent",
        world(agents(3), calls(1500.0, 3.0, routing="direct")),
        checks,
    )


def skills(
    name: str,
    first: Queue,
    second: Queue,
    sizes: tuple[int, int, int],
    own: tuple[int, int] = (1, 1),
    shared: tuple[int, int] = (1, 2),
    narrow: float = 0.035,
    shared_first: bool = False,
) -> Case:
    """Two queues, a group for each, and one for both; with `shared_first` calls look there first by a list.

    In the oracle they do so where their own group's preference is greater.
    """

    def checks() -> Iterator[Check]:
        looking = (9, 9) if shared_first else own
        exact = two_skills(first, second, agents=sizes, own_preferences=looking, shared_preferences=shared)
        for queue_name, figures_ in zip(NAMES, exact.queues, strict=False):
            of = f"queues.{queue_name}"
            yield from figures(of, p_wait=figures_.p_wait, narrow=0.03)
            yield from figures(
                of, p_abandon=figures_.p_abandon, mean_queue=figures_.mean_queue, narrow=narrow
            )
            yield from figures(of, mean_wait_s=figures_.mean_wait_s, narrow=narrow)
        for group_name, busy in zip((*NAMES[:2], "both"), exact.occupancy, strict=True):
            if busy is not None:
                yield from figures(f"groups.{group_name}", occupancy=busy, narrow=0.015)

    groups = [
        agents(sizes[0], "first", skills={"first": own[0]}),
        agents(sizes[1], "second", skills={"second": own[1]}),
        agents(sizes[2], "both", skills={"first": shared[0], "second": shared[1]}),
    ]
    queues = [
        calls(
            each.arrivals_per_h,
            each.talk_s,
            queue_name,
            patience_s=times(each.patience_s),
            priority=each.priority,
            groups=("both", queue_name) if shared_first else None,
        )
        for queue_name, each in zip(NAMES, (first, second), strict=False)
    ]
    return Case(f"skills, {name}", world(*groups, *queues), checks)


def asked(per_h: float, talk_s: float, patience_s: float, priority: int = 1) -> Queue:
    return Queue(arrivals_per_h=per_h, talk_s=talk_s, patience_s=patience_s, priority=priority)


SKILLS = [
    skills("preference 1 and 2", asked(700.0, 10.0, 12.0), asked(600.0, 10.0, 15.0), (1, 1, 2)),
    skills("the second first", asked(600.0, 8.0, 12.0), asked(500.0, 12.0, 9.0), (2, 1, 1), shared=(2, 1)),
    skills(
        "by priority",
        asked(700.0, 10.0, 15.0, priority=4),
        asked(500.0, 8.0, 10.0, priority=2),
        (1, 1, 2),
        shared=(1, 1),
    ),
    skills(
        "shared agents first",
        asked(600.0, 10.0, 12.0),
        asked(600.0, 10.0, 12.0),
        (1, 2, 2),
        own=(2, 3),
        shared=(1, 2),
        narrow=0.06,
    ),
    skills(
        "a list of groups",
        asked(600.0, 10.0, 12.0),
        asked(700.0, 8.0, 12.0),
        (1, 1, 2),
        shared=(2, 1),
        shared_first=True,
    ),
    skills("only shared agents", asked(600.0, 10.0, 12.0), asked(500.0, 6.0, 10.0), (0, 0, 3)),
]

CASES = [*HEAD_OF_LINE, *MANY_AGENTS, first_come(), own_line(), *SKILLS]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_who_is_served_first(case: Case) -> None:
    case.verify()
