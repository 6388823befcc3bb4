"""The checks themselves: they must be able to fail, and not too ready to."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from statistics import NormalDist
from typing import Any

import pytest

from callfloor.erlang import erlang_b, erlang_c
from callfloor.scenario.distributions import Exponential
from callfloor.sim.replication import Replication
from callfloor.sim.result import Result
from callfloor.sim.statistics import ratio, student_t_95
from tests.oracle_runs import test_agents_alike, test_dialing, test_mailboxes, test_priorities
from tests.oracle_runs.checking import (
    EACH_ERROR,
    FAMILY_ERROR,
    MOST_CHECKS,
    Case,
    Check,
    add_up,
    figures,
    queue,
    quotient,
    student_beyond,
    student_t,
)
from tests.oracle_runs.suite import CASES
from tests.oracle_runs.worlds import agents, calls, constant, world

LOAD, AGENTS, TALK_S = 1.2, 3, 3.0


@cache
def small_world(talk_s: float = TALK_S, count: int = AGENTS, rate: float = 1.0, name: str = "small") -> Case:
    """Erlang C with 1.2 erlangs and three agents; the world may have others than the oracle."""

    def checks() -> Iterator[Check]:
        exact = erlang_c(LOAD, AGENTS, TALK_S, service_level_s=1.0)
        yield from figures("queues.calls", p_wait=exact.p_wait, service_level=exact.service_level)
        yield from figures("groups.agents", occupancy=exact.occupancy or 0.0)
        yield from figures("queues.calls", mean_wait_s=exact.mean_wait_s or 0.0, narrow=0.05)
        yield from figures("queues.calls", mean_queue=exact.mean_queue, narrow=0.05)

    queue_ = calls(rate * 3600.0 * LOAD / TALK_S, talk_s, service_level_s=1.0)
    return Case(name, world(agents(count), queue_), checks)


def wrong_names(case: Case) -> set[str]:
    """The checks that find something else than is exact."""
    return {
        each.check.name.rpartition(".")[2]
        for each in case.findings()
        if not each.agrees_with(each.check.exact)
    }


def test_what_is_right_passes() -> None:
    case = small_world()
    case.verify()
    assert wrong_names(case) == set()


@pytest.mark.parametrize("share", [0.97, 1.03])
def test_an_oracle_three_per_cent_off_is_rejected(share: float) -> None:
    off = {
        each.check.name for each in small_world().findings() if not each.agrees_with(share * each.check.exact)
    }
    assert off >= {"queues.calls.p_wait", "queues.calls.service_level", "groups.agents.occupancy"}


@pytest.mark.parametrize("share", [0.94, 1.06])
def test_every_check_of_a_case_rejects_six_per_cent(share: float) -> None:
    assert not any(each.agrees_with(share * each.check.exact) for each in small_world().findings())


@pytest.mark.parametrize(
    "case",
    [
        small_world(talk_s=1.03 * TALK_S, name="talk 3 % longer"),
        small_world(rate=1.03, name="3 % more calls"),
        small_world(count=AGENTS + 1, name="an agent more"),
    ],
    ids=str,
)
def test_a_world_that_is_another_is_rejected(case: Case) -> None:
    with pytest.raises(AssertionError, match="not as exact"):
        case.verify()
    assert "occupancy" in wrong_names(case)
    assert "p_wait" in wrong_names(case)


def test_another_distribution_is_rejected_by_the_wait_alone() -> None:
    """Talk that is constant: who waits and how busy agents are is nearly the same, or just the same."""
    exact = small_world()
    steady = calls(3600.0 * LOAD / TALK_S, constant(TALK_S), service_level_s=1.0)
    case = replace(exact, name="constant talk", scenario=world(agents(AGENTS), steady))
    assert {"mean_wait_s", "mean_queue"} <= wrong_names(case)
    assert "occupancy" not in wrong_names(case)


def changed(case: Case, name: str, **keys: Any) -> Case:
    """The same oracle, and a world whose first queue or campaign is another."""
    scenario = case.scenario
    if scenario.inbound:
        first, *others = scenario.inbound
        scenario = replace(scenario, inbound=[replace(first, **keys), *others])
    else:
        scenario = replace(scenario, campaigns=[replace(scenario.campaigns[0], **keys)])
    return Case(name, scenario, case.make_checks)


@pytest.mark.parametrize(
    ("case", "found"),
    [
        (
            changed(test_priorities.HEAD_OF_LINE[0], "the first and the second are alike", priority=3),
            "mean_wait_s",
        ),
        (
            changed(test_agents_alike.IMPATIENT[1], "all equally patient", patience_s=constant(15.0)),
            "p_abandon",
        ),
        (changed(test_agents_alike.LIMITED[2], "room for one more", queue_limit=4), "blocked / offered"),
        (
            changed(test_mailboxes.MAILBOXES[2], "whoever is ready", routing="longest_idle"),
            "voicemails / offered",
        ),
        (changed(test_dialing.POOLED[4], "lines of their own", pool="agent"), "abandon_rate"),
        (changed(test_dialing.OWN[1], "a line more", dial_ratio=3.0), "abandon_rate"),
        (changed(test_dialing.WRAP_UP[2], "shorter rings", ring_s=Exponential(mean=14.5)), "attempts_per_h"),
    ],
    ids=str,
)
def test_a_rule_that_is_another_is_rejected(case: Case, found: str) -> None:
    assert found in wrong_names(case)


def test_limits_that_tell_nothing_are_a_failure() -> None:
    case = small_world(name="too few calls")
    few = replace(case, scenario=replace(case.scenario, run=replace(case.scenario.run, replications=5)))
    with pytest.raises(AssertionError, match="too wide"):
        few.verify()


def test_a_figure_without_chance_must_be_exact() -> None:
    check = Check("constant", 5.0, lambda _: ratio([5.0, 5.0], [1.0, 1.0]))
    result = small_world().run()
    assert check.judge(result).agrees_with(5.0)
    assert not check.judge(result).agrees_with(5.000001)


def test_calls_that_are_lost_sight_of_are_found() -> None:
    case = small_world()
    result = case.run()
    first = result.replications[0]
    rows = first.queues[0].rows[:]
    rows[first.queues[0].columns.index("answered")] -= 1.0
    broken = replace(first, queues=(replace(first.queues[0], rows=rows),))
    with pytest.raises(AssertionError):
        add_up(of_replications([broken, *result.replications[1:]]), case.scenario)


def test_there_are_as_many_checks_as_are_corrected_for() -> None:
    """They are counted, and have names of their own."""
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
    count = 0
    for case in CASES:
        count += len(case.checks)
        assert len({check.name for check in case.checks}) == len(case.checks), case.name
        assert all(check.narrow <= 0.4 for check in case.checks), case.name
    assert MOST_CHECKS / 2 < count <= MOST_CHECKS
    assert pytest.approx(FAMILY_ERROR / MOST_CHECKS) == EACH_ERROR


@pytest.mark.parametrize("t", [0.3, 1.0, 2.5, 30.0, 2000.0])
def test_student_of_one_and_two_degrees(t: float) -> None:
    """Which are in closed form: 2 atan(1/t) / π and 1 - t / sqrt(2 + t²)."""
    assert student_beyond(t, 1) == pytest.approx(2.0 * math.atan(1.0 / t) / math.pi, rel=1e-11)
    root = math.sqrt(2.0 + t * t)
    assert student_beyond(t, 2) == pytest.approx(2.0 / (root * (root + t)), rel=1e-11)


@pytest.mark.parametrize("degrees", [3, 10, 49, 99, 1999, 50_000])
def test_student_turned_over(degrees: int) -> None:
    assert student_t(degrees, 0.05) == pytest.approx(student_t_95(degrees), rel=1e-8)
    normal = NormalDist().inv_cdf(1.0 - EACH_ERROR / 2.0)
    assert normal < student_t(degrees, EACH_ERROR)
    assert student_beyond(student_t(degrees, EACH_ERROR), degrees) == pytest.approx(EACH_ERROR, rel=1e-6)


# How often they fail by chance.


@cache
def many_runs() -> list[Result]:
    """Sixty results of twenty replications each, made of one run."""
    case = Case(
        "many runs",
        world(agents(5), calls(1800.0, 8.0, when_busy="block"), hours=0.3, replications=1200),
        list,
    )
    every = case.run().replications
    return [of_replications(every[first : first + 20]) for first in range(0, 1200, 20)]


def of_replications(replications: list[Replication] | tuple[Replication, ...]) -> Result:
    return Result("", 1, replications, queues=["calls"], groups=["agents"])


def test_intervals_hold_the_exact_value_as_often_as_they_say() -> None:
    """95 % intervals of two figures in sixty runs: fewer than 49 would be a chance of 1 in 10,000."""
    exact = erlang_b(4.0, 5)
    for of, key, value in (
        ("queues", "calls.service_level", exact.service_level),
        ("groups", "agents.occupancy", exact.occupancy),
    ):
        held = 0
        name, _, figure = key.partition(".")
        for result in many_runs():
            estimate = getattr(result, of)[name][figure]
            held += abs(estimate.mean - value) <= estimate.half_width
        assert 49 <= held <= 60, (key, held)


def test_deviations_are_as_far_as_chance_has_them() -> None:
    """The mean square of Student's t with 19 degrees of freedom is 19/17, that of sixty within 0.9 of it."""
    exact = erlang_b(4.0, 5)
    check = quotient("blocked / offered", exact.p_blocked, queue("blocked"), queue("offered"))
    squares = [check.judge(result).deviations ** 2 for result in many_runs()]
    assert math.fsum(squares) / len(squares) == pytest.approx(19.0 / 17.0, abs=0.9)
