"""Consumers and the agents who fit them, against a simulation of the same world that shares no code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest

from callfloor.scenario import load_scenario
from callfloor.sim.replication import Replication
from tests.oracle_runs.checking import Case, Check, figures, group, mean, queue, quotient
from tests.oracles import consumers as oracle

AGENTS = 20
VOICEMAILS = queue("voicemails")


def like_the_one_before(
    name: str,
    weigh: oracle.Weigh,
    *sets: str,
    consumers: int = 400,
    replications: int = 60,
    agent_states: tuple[int, int] = oracle.AGENT_STATES,
    unmatched_narrow: float | None = None,
    narrow: float = 0.15,
) -> Case:
    """The scenario `consumers`, replication by replication beside runs of the other simulation.

    Both have random people in every replication, independent of each other, so that the ratio of their means
    is 1 but for chance, and its limits have the chance of both in them.
    """

    @cache
    def other(number: int) -> oracle.Found:
        return oracle.run(number, consumers=consumers, agents=AGENTS, weigh=weigh, agent_states=agent_states)

    def beside(
        what: str, ours: Callable[[Replication], float], theirs: Callable[[oracle.Found], float]
    ) -> Check:
        return quotient(what, 1.0, ours, lambda run: theirs(other(run.number)), narrow=narrow)

    def checks() -> Iterator[Check]:
        yield beside("voicemails", VOICEMAILS, lambda run: run.voicemails)
        yield beside("answered", queue("answered"), lambda run: run.answered)
        yield beside("callbacks", queue("callbacks"), lambda run: run.callbacks)
        yield beside("length", lambda run: run.measured_s, lambda run: run.ended_s)
        yield beside("occupancy", occupancy, lambda run: run.occupancy)
        yield mean("offered", consumers, queue("offered"))
        if unmatched_narrow is not None:
            nobody = oracle.nobody_fits(AGENTS, weigh, agent_states)
            share = quotient(
                "unmatched / offered", nobody, queue("unmatched"), queue("offered"), narrow=unmatched_narrow
            )
            yield share
            yield quotient("blocked / unmatched", 1.0, queue("blocked"), queue("unmatched"))

    settings = [
        f"consumers.count={consumers}",
        f"run.replications={replications}",
        f"consumers.agent_states=[{agent_states[0]}, {agent_states[1]}]",
    ]
    return Case(f"consumers, {name}", load_scenario("consumers", [*settings, *sets]), checks)


def occupancy(run: Replication) -> float:
    """The share of their time that agents are busy."""
    return group("talking_s")(run) / (AGENTS * run.measured_s)


def squared_excess(run: Replication) -> float:
    """The square of how many callbacks there are beside what is expected of so many voicemails."""
    return (queue("callbacks")(run) - 5.0 * VOICEMAILS(run)) ** 2


def state_and_more(age: bool, income: bool, state: bool) -> float:
    """The state must fit: whatever else fits makes no difference."""
    return 1.0 if state else 0.0


def weighed(age: bool, income: bool, state: bool) -> float:
    """Age counts most, the state not at all."""
    return 6.0 * age + 0.5 * income


def tries() -> Case:
    """Each try to reach somebody succeeds with the probability 0.2: geometric, of mean 5 and variance 20."""

    def checks() -> Iterator[Check]:
        yield from figures("queues.calls", callbacks_per_voicemail=5.0)
        yield quotient("variance of callbacks", 20.0, squared_excess, VOICEMAILS, narrow=0.4)

    settings = ["consumers.count=100", "run.replications=1000"]
    return Case("consumers, tries to reach them", load_scenario("consumers", settings), checks)


CASES = [
    like_the_one_before("any attribute fits", oracle.any_fits, consumers=1000, replications=100, narrow=0.05),
    tries(),
    like_the_one_before(
        "all attributes fit",
        oracle.all_fit,
        "consumers.match=all",
        agent_states=(20, 50),
        unmatched_narrow=0.25,
        narrow=0.3,
    ),
    like_the_one_before(
        "the state is required",
        state_and_more,
        'consumers.required=["state"]',
        replications=80,
        unmatched_narrow=0.4,
    ),
    like_the_one_before(
        "weights",
        weighed,
        "consumers.weights={ age = 6, income = 0.5, state = 0 }",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_consumers(case: Case) -> None:
    case.verify()
