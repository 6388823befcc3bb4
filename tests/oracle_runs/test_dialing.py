"""Dialing against Markov chains and renewal theory: pooled and own lines, wrap-up, waiting people, limits."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from callfloor.scenario.distributions import NEVER, Distribution, Exponential, Gamma, Lognormal, Uniform
from tests.oracle_runs.chains import truncated_ring_s
from tests.oracle_runs.checking import Case, Check, campaign, figures, group, hours, quotient
from tests.oracle_runs.worlds import HUMAN_OR_NOT, OUT_OF_REACH_S, agents, constant, people, world
from tests.oracles.dialer import Dialing, own_lines, own_lines_renewal, pooled

HUMAN = 0.3
SHORTEST_S = 0.1


def of_dialing(exact: Dialing, count: int, human: float = HUMAN, narrow: float = 0.02) -> Iterator[Check]:
    """Check every figure of a campaign that dials for `count` agents, and of theirs."""
    of = "campaigns.people"
    yield from figures(of, attempts_per_h=exact.attempts_per_h)
    yield from figures(of, connects_per_agent_h=exact.connected_per_h / count)
    yield quotient("human_answers / h", exact.human_answers_per_h, campaign("human_answers"), hours)
    yield quotient("connected / h", exact.connected_per_h, campaign("connected"), hours)
    yield quotient("abandoned / h", exact.abandoned_per_h, campaign("abandoned"), hours, narrow=narrow)
    yield quotient("human answers / attempts", human, campaign("human_answers"), campaign("attempts"))
    if exact.abandon_rate is not None:
        yield from figures(of, abandon_rate=exact.abandon_rate, narrow=narrow)
    yield from figures("groups.agents", occupancy=exact.occupancy, narrow=0.015)
    yield from figures("groups.agents", calls_per_agent_h=exact.connected_per_h / count)
    yield quotient("hung up early", 0.0, campaign("hung_up_early"), campaign("attempts"))


def dials_pooled(
    ratio: float, count: int, ring_s: float, talk_s: float, human: float = HUMAN, narrow: float = 0.05
) -> Case:
    """Lines that all agents share. `narrow` is how sure the abandoned are."""

    def checks() -> Iterator[Check]:
        exact = pooled(agents=count, dial_ratio=ratio, ring_s=ring_s, human=human, talk_s=talk_s)
        yield from of_dialing(exact, count, human, narrow)

    called = people(ring_s, talk_s, dial_ratio=ratio, outcome=shares(human))
    return Case(
        f"pooled lines, {count} agents, ratio {ratio:g}", world(agents(count), called, hours=8.0), checks
    )


def shares(human: float) -> Mapping[str, float]:
    """The outcomes of a campaign."""
    return {"human": human, "no_answer": 1.0 - human}


POOLED = [
    dials_pooled(1.0, 6, 12.0, 40.0),
    dials_pooled(1.5, 5, 12.0, 40.0, 0.6, narrow=0.06),
    dials_pooled(2.0, 1, 8.0, 12.0),
    dials_pooled(2.0, 12, 10.0, 60.0, narrow=0.1),
    dials_pooled(3.0, 5, 12.0, 60.0, 0.4),
    dials_pooled(0.7, 7, 12.0, 30.0, 0.5),
]


def dials_own(ratio: int, count: int, ring_s: float, talk_s: float) -> Case:
    """Each agent's own lines."""

    def checks() -> Iterator[Check]:
        exact = own_lines(agents=count, dial_ratio=ratio, ring_s=ring_s, human=HUMAN, talk_s=talk_s)
        yield from of_dialing(exact, count)

    called = people(ring_s, talk_s, dial_ratio=float(ratio), pool="agent")
    return Case(f"own lines, {count} agents, ratio {ratio}", world(agents(count), called, hours=3.0), checks)


OWN = [dials_own(1, 10, 12.0, 40.0), dials_own(2, 15, 12.0, 40.0), dials_own(3, 15, 15.0, 60.0)]


def with_wrap_up(
    name: str,
    ring_s: Distribution,
    talk_s: Distribution,
    wrap_up_s: Distribution,
    outlasting: float,
    **keys: Any,
) -> Case:
    """Talk and wrap-up of any distribution: one line an agent, or exponential ring times."""
    ratio = int(keys.get("dial_ratio", 1))

    def checks() -> Iterator[Check]:
        busy_s = talk_s.mean + wrap_up_s.mean
        exact = own_lines_renewal(
            agents=10, dial_ratio=ratio, ring_s=ring_s.mean, human=HUMAN, busy_s=busy_s, outlasting=outlasting
        )
        yield from of_dialing(exact, 10)
        yield quotient("talking_s / connected", talk_s.mean, group("talking_s"), campaign("connected"))
        yield quotient("wrap_up_s / connected", wrap_up_s.mean, group("wrap_up_s"), campaign("connected"))
        ready_s = 36_000.0 * (1.0 - exact.occupancy) / exact.connected_per_h
        yield from figures("groups.agents", agent_wait_s=ready_s)

    called = people(ring_s, talk_s, wrap_up_s=wrap_up_s, **keys)
    return Case(f"wrap-up, {name}", world(agents(10), called, hours=4.0), checks)


WRAP_UP = [
    with_wrap_up(
        "progressive, uniform ring",
        Uniform(low=5.0, high=25.0),
        Lognormal(mean=30.0, sd=25.0),
        constant(8.0),
        1.0,
        mode="progressive",
    ),
    with_wrap_up(
        "progressive, own lines, gamma ring",
        Gamma(mean=12.0, sd=5.0),
        constant(20.0),
        Exponential(mean=10.0),
        1.0,
        mode="progressive",
        pool="agent",
    ),
    with_wrap_up(
        "two own lines",
        Exponential(mean=15.0),
        constant(20.0),
        Exponential(mean=10.0),
        math.exp(-20.0 / 15.0) * 15.0 / 25.0,
        dial_ratio=2,
        pool="agent",
    ),
    with_wrap_up(
        "three own lines",
        Exponential(mean=12.0),
        Exponential(mean=24.0),
        constant(6.0),
        math.exp(-6.0 / 12.0) * 12.0 / 36.0,
        dial_ratio=3,
        pool="agent",
    ),
]


def ring_time_out() -> Case:
    """One line an agent, and ringing ends with no answer after a while; all outcomes take their ring time."""
    ring_s, most_s, talk_s = 12.0, 15.0, 30.0
    outcome = {"human": 0.35, "machine": 0.25, "busy": 0.05, "no_answer": 0.25, "disconnected": 0.1}

    def checks() -> Iterator[Check]:
        in_time = 1.0 - math.exp(-most_s / ring_s)
        exact = own_lines_renewal(
            agents=10,
            dial_ratio=1,
            ring_s=truncated_ring_s(ring_s, SHORTEST_S, most_s),
            human=0.35 * in_time,
            busy_s=talk_s,
            outlasting=1.0,
        )
        yield from of_dialing(exact, 10, 0.35 * in_time)
        for name, share in outcome.items():
            expected = in_time * share + (1.0 - in_time) * (name == "no_answer")
            yield quotient(
                f"{name} / attempts", expected, campaign(f"outcome_{name}"), campaign("attempts"), narrow=0.04
            )

    called = people(ring_s, talk_s, outcome=outcome, ring_timeout_s=most_s, mode="progressive")
    return Case("a ring time-out, and all outcomes", world(agents(10), called, hours=4.0), checks)


def answered_while_busy(name: str, within_s: float, patience_s: float | None) -> Case:
    """Two own lines; who answers while the agent talks waits, and is abandoned after a time.

    All but that time is exponential, so that the talk's rest at the answer is as long as a talk: it ends in
    time, the person hangs up, or neither. At most one waits, and lines are not topped up in between.
    """
    ring_s, talk_s, count = 10.0, 20.0, 15

    def checks() -> Iterator[Check]:
        leaving = 0.0 if patience_s is None else 1.0 / patience_s
        left = math.exp(-(1.0 / talk_s + leaving) * within_s)
        answered = HUMAN * talk_s / (talk_s + ring_s)
        joined = answered * (1.0 - left) / talk_s / (1.0 / talk_s + leaving)
        early = answered * (1.0 - left) - joined
        ready_s = ring_s / (2.0 * HUMAN)
        cycles_per_h = 3600.0 * count / (ready_s + talk_s * (1.0 + joined))
        lost = answered * left
        yield quotient("connected / h", cycles_per_h * (1.0 + joined), campaign("connected"), hours)
        yield quotient("abandoned / h", cycles_per_h * lost, campaign("abandoned"), hours, narrow=0.05)
        yield from figures("campaigns.people", abandon_rate=lost / (1.0 + joined + lost), narrow=0.05)
        yield quotient(
            "hung up early / h", cycles_per_h * early, campaign("hung_up_early"), hours, narrow=0.05
        )
        yield from figures("campaigns.people", attempts_per_h=cycles_per_h * (1.0 + answered) / HUMAN)
        busy_s = talk_s * (1.0 + joined)
        yield from figures("groups.agents", occupancy=busy_s / (busy_s + ready_s), narrow=0.015)

    patience = NEVER if patience_s is None else Exponential(mean=patience_s)
    called = people(
        ring_s, talk_s, dial_ratio=2.0, pool="agent", answer_within_s=within_s, patience_s=patience
    )
    return Case(f"answered while the agent talks, {name}", world(agents(count), called, hours=2.5), checks)


def enough_agents() -> Case:
    """More agents than trunk lines: each line rings and talks in turn."""

    def checks() -> Iterator[Check]:
        attempts = 3600.0 * 9 / (15.0 + HUMAN * 40.0)
        yield from figures("campaigns.people", attempts_per_h=attempts, abandon_rate=0.0)
        yield from figures("groups.agents", occupancy=attempts / 3600.0 * HUMAN * 40.0 / 20)

    called = people(Uniform(low=5.0, high=25.0), Gamma(mean=40.0, sd=30.0), lines=9)
    return Case("trunk lines", world(agents(20), called, hours=6.0), checks)


def in_tries() -> Case:
    """Leads are tried up to three times while nobody answers; each try is drawn anew, until all are done."""

    def checks() -> Iterator[Check]:
        again, human = 0.5, 0.3
        tries = 1.0 + again + again**2
        yield from figures("campaigns.people", attempts=400.0 * tries, reached=human * tries)
        yield from figures("campaigns.people", connected=400.0 * human * tries, abandoned=0.0)
        last = quotient("no answer", again, campaign("outcome_no_answer"), campaign("attempts"))
        yield last

    outcome = {"human": 0.3, "no_answer": 0.5, "disconnected": 0.2}
    called = people(
        Uniform(low=5.0, high=25.0),
        30.0,
        outcome=outcome,
        leads=400,
        max_attempts=3,
        mode="progressive",
        retry_after_s={"no_answer": 120.0},
        cooldown_s=60.0,
    )
    scene = world(agents(5), called, replications=400, until="drained")
    return Case("tried up to three times", scene, checks)


def in_steps() -> Case:
    """Calls a second are limited: one after the other, whatever becomes of them."""

    def checks() -> Iterator[Check]:
        yield from figures("campaigns.people", attempts_per_h=1800.0, narrow=0.001)
        human = HUMAN_OR_NOT["human"]
        yield from figures("groups.agents", occupancy=0.5 * human * 8.0 / 60)

    called = people(12.0, 8.0, calls_per_s=0.5, dial_ratio=5.0)
    return Case("calls per second", world(agents(60), called, hours=3.0), checks)


CASES = [
    *POOLED,
    *OWN,
    *WRAP_UP,
    ring_time_out(),
    answered_while_busy("two seconds", 2.0, None),
    answered_while_busy("ten seconds, impatient", 10.0, 12.0),
    answered_while_busy("for as long as it takes", OUT_OF_REACH_S, 15.0),
    enough_agents(),
    in_tries(),
    in_steps(),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_dialing(case: Case) -> None:
    case.verify()
