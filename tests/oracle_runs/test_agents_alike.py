"""One queue and agents who are all alike: Erlang B, C and A, queues with a limit, and absent agents."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from callfloor.erlang import Figures, blocking, erlang_a, erlang_b, erlang_c
from callfloor.scenario.distributions import NEVER, Distribution, Exponential, Gamma, Lognormal, Uniform
from tests.oracle_runs.chains import absent_mean
from tests.oracle_runs.checking import (
    BUCKET,
    Case,
    Check,
    blocked,
    figures,
    group,
    hours,
    little,
    queue,
    quotient,
)
from tests.oracle_runs.worlds import agents, calls, constant, times, world
from tests.oracles.finite import finite

SURE = 0.008
"""How narrow the limits of an occupancy are: chance hardly moves it."""


def of_formula(exact: Figures, narrow: float) -> Iterator[Check]:
    """Check every figure that callfloor.erlang has, against a queue "calls" and a group "agents".

    Limits of waits are no wider than `narrow`.
    """
    for name in (
        "p_wait",
        "p_abandon",
        "mean_wait_s",
        "asa_s",
        "service_level",
        "service_level_net",
        "mean_queue",
    ):
        yield from figures("queues.calls", **{name: getattr(exact, name)}, narrow=narrow)
    for percent in (50, 90, 95, 99):
        value = getattr(exact.wait_s, f"p{percent}")
        yield from figures(
            "queues.calls", **{f"wait_s_p{percent}": value}, slack=BUCKET, narrow=1.5 * narrow + 0.03
        )
    assert exact.occupancy is not None
    yield from figures("groups.agents", occupancy=exact.occupancy, narrow=SURE)
    yield blocked(exact.p_blocked, narrow=narrow)


def lost(name: str, talk_s: Distribution, wrap_up_s: Distribution | float = 0.0) -> Case:
    """Eight agents, seven erlangs, no queue: Erlang B, whatever the distribution of the handle times."""
    wrap_up = constant(wrap_up_s) if isinstance(wrap_up_s, float) else wrap_up_s
    handle_s = talk_s.mean + wrap_up.mean
    per_h = 7.0 * 3600.0 / handle_s

    def checks() -> Iterator[Check]:
        exact = erlang_b(7.0, 8)
        yield from of_formula(exact, narrow=0.035)
        served_per_h = per_h * (1.0 - exact.p_blocked)
        yield quotient("answered / h", served_per_h, queue("answered"), hours)
        yield quotient("talking_s / answered", talk_s.mean, group("talking_s"), queue("answered"))
        if wrap_up.mean:
            yield quotient("wrap_up_s / answered", wrap_up.mean, group("wrap_up_s"), queue("answered"))
        yield from figures("groups.agents", calls_per_agent_h=served_per_h / 8, agents_used=1.0)
        yield from figures("groups.agents", agent_wait_s=8 * 3600.0 / served_per_h - handle_s)

    queue_ = calls(per_h, talk_s, when_busy="block", wrap_up_s=wrap_up)
    return Case(f"Erlang B, {name}", world(agents(8), queue_), checks)


LOST = [
    lost("exponential", Exponential(mean=30.0)),
    lost("constant", constant(30.0)),
    lost("lognormal", Lognormal(mean=30.0, sd=45.0)),
    lost("uniform with exponential wrap-up", Uniform(low=5.0, high=35.0), Exponential(mean=10.0)),
    lost("exponential with constant wrap-up", Exponential(mean=12.0), 18.0),
]


def waiting(name: str, load: float, count: int, talk_s: float, limit_s: float, narrow: float) -> Case:
    """Erlang C."""

    def checks() -> Iterator[Check]:
        yield from of_formula(erlang_c(load, count, talk_s, service_level_s=limit_s), narrow)
        yield little(narrow=0.002)
        yield from figures("groups.agents", calls_per_agent_h=3600.0 * load / talk_s / count)
        yield from figures("groups.agents", agent_wait_s=(count / load - 1.0) * talk_s, narrow=0.04)

    scene = world(agents(count), calls(3600.0 * load / talk_s, talk_s, service_level_s=limit_s))
    return Case(f"Erlang C, {name}", scene, checks)


WAITING = [
    waiting("7 of 10", 7.0, 10, 15.0, 2.0, narrow=0.09),
    waiting("1.2 of 3", 1.2, 3, 3.0, 1.0, narrow=0.05),
    waiting("16 of 20", 16.0, 20, 40.0, 4.0, narrow=0.14),
]


def impatient(
    name: str, load: float, count: int, times_s: tuple[float, float, float], narrow: float, room: int = 0
) -> Case:
    """Erlang A, also with a limited queue. `times_s`: mean talk, mean patience, the service level's limit."""
    talk_s, patience_s, limit_s = times_s
    per_h = 3600.0 * load / talk_s

    def checks() -> Iterator[Check]:
        exact = erlang_a(load, count, talk_s, patience_s, queue_limit=room, service_level_s=limit_s)
        yield from of_formula(exact, narrow)
        yield little(narrow=0.002)
        assert exact.asa_s is not None
        answered_s = exact.asa_s * (1.0 - exact.p_abandon - exact.p_blocked)
        yield quotient(
            "wait of the abandoned / offered",
            3600.0 * exact.mean_queue / per_h - answered_s,
            lambda run: queue("wait_s")(run) - queue("wait_answered_s")(run),
            queue("offered"),
            narrow=narrow,
        )

    queue_ = calls(per_h, talk_s, patience_s=times(patience_s), service_level_s=limit_s, queue_limit=room)
    scene = world(agents(count), queue_)
    return Case(f"Erlang A, {name}", scene, checks)


IMPATIENT = [
    impatient("95 of 100", 95.0, 100, (180.0, 120.0, 2.0), narrow=0.13),
    impatient("7 of 5", 7.0, 5, (20.0, 15.0, 10.0), narrow=0.025),
    impatient("1 of 1, patient", 1.0, 1, (4.0, 16.0, 5.0), narrow=0.025),
    impatient("5 of 6, at most 4 wait", 5.0, 6, (15.0, 20.0, 3.0), narrow=0.05, room=4),
]


def limited(name: str, load: float, count: int, room: int, patience_s: float) -> Case:
    """A queue with a limit."""
    talk_s = 12.0
    per_h = 3600.0 * load / talk_s

    def checks() -> Iterator[Check]:
        exact = finite(
            agents=count, arrivals_per_h=per_h, talk_s=talk_s, waiting_room=room, patience_s=patience_s
        )
        yield blocked(exact.p_block, narrow=0.04)
        for key in ("p_wait", "p_abandon", "mean_wait_s", "asa_s", "mean_queue"):
            yield from figures("queues.calls", **{key: getattr(exact, key)})
        yield from figures("groups.agents", occupancy=exact.occupancy)
        yield little()

    patience = NEVER if math.isinf(patience_s) else times(patience_s)
    scene = world(agents(count), calls(per_h, talk_s, queue_limit=room, patience_s=patience))
    return Case(f"limited queue, {name}", scene, checks)


LIMITED = [
    limited("6 of 3, at most 5 wait", 6.0, 3, 5, math.inf),
    limited("1 of 1, at most 1 waits", 1.0, 1, 1, math.inf),
    limited("4 of 4, at most 3 wait, impatient", 4.0, 4, 3, 20.0),
]


def absent() -> Case:
    """Erlang B of as many agents as happen to come: each is absent with probability 0.3 in a replication."""

    def checks() -> Iterator[Check]:
        yield blocked(absent_mean(20, 0.3, lambda here: blocking(15.0, here)), narrow=0.15)
        busy = absent_mean(20, 0.3, lambda here: 15.0 * (1.0 - blocking(15.0, here)))
        yield from figures("groups.agents", occupancy=busy / 14.0)
        yield quotient(
            "offline_s / all", 0.3, group("offline_s"), lambda run: 20.0 * run.measured_s, narrow=0.1
        )

    queue_ = calls(9000.0, 6.0, when_busy="block")
    scene = world(agents(20, shrinkage=0.3), queue_, hours=0.1, warm_up_h=0.02, replications=600)
    return Case("absent agents", scene, checks)


def worked_off() -> Case:
    """Any handle times in a queue that nobody leaves: agents are busy for the load, wrap-up included."""
    talk_s, wrap_up_s = Gamma(mean=8.0, sd=10.0), Lognormal(mean=4.0, sd=3.0)
    per_h, count = 1200.0, 6

    def checks() -> Iterator[Check]:
        load = per_h / 3600.0 * (talk_s.mean + wrap_up_s.mean)
        yield from figures("groups.agents", occupancy=load / count, narrow=SURE)
        yield from figures("groups.agents", calls_per_agent_h=per_h / count, reserved=0.0)
        yield from figures("groups.agents", agent_wait_s=3600.0 * (count - load) / per_h)
        yield quotient("talking_s / answered", talk_s.mean, group("talking_s"), queue("answered"))
        yield quotient("wrap_up_s / answered", wrap_up_s.mean, group("wrap_up_s"), queue("answered"))
        yield little(narrow=0.002)

    return Case("any handle times", world(agents(count), calls(per_h, talk_s, wrap_up_s=wrap_up_s)), checks)


CASES = [*LOST, *WAITING, *IMPATIENT, *LIMITED, absent(), worked_off()]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_agents_who_are_all_alike(case: Case) -> None:
    case.verify()
