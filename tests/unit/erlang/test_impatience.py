"""Erlang A against the chain in fifty digits, integrals of the wait, and published figures."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest

from callfloor.erlang import Figures, blocking, erlang_a, erlang_c
from callfloor.erlang.impatience import waiting_line
from tests.unit.erlang.exact import OfferedWait, chain

NEVER = math.inf

CASES = [
    (95.0, 100, 180.0, 120.0, 0),
    (95.0, 100, 180.0, 120.0, 10),
    (95.0, 100, 180.0, 120.0, 1),
    (150.0, 100, 180.0, 60.0, 0),
    (150.0, 100, 180.0, 60.0, 25),
    (0.5, 1, 10.0, 30.0, 0),
    (4.0, 1, 10.0, 3.0, 0),
    (4.0, 1, 10.0, 3.0, 4),
    (20.0, 22, 300.0, 900.0, 40),
    (9.0, 10, 100.0, 0.5, 0),
    (990.0, 1000, 180.0, 45.0, 0),
    (1100.0, 1000, 240.0, 300.0, 0),
]


def close(found: float | None, expected: float, error: float = 1e-10) -> bool:
    assert found is not None
    return math.isclose(found, expected, rel_tol=error, abs_tol=1e-13)


def test_the_figures_that_the_project_is_measured_by() -> None:
    found = erlang_a(95.0, 100, 180.0, 120.0, service_level_s=20.0)
    assert found.p_wait == pytest.approx(0.28868, abs=5e-6)
    assert found.p_abandon == pytest.approx(0.02322, abs=5e-6)
    assert found.asa_s == pytest.approx(2.660, abs=5e-4)
    assert found.service_level == pytest.approx(0.9461, abs=5e-5)


def test_published_comparison_of_patient_and_impatient_callers() -> None:
    """Garnett, Mandelbaum and Reiman 2002: 50 agents, 48 calls a minute of one minute, patience of two."""
    patient = erlang_c(48.0, 50, 60.0)
    impatient = erlang_a(48.0, 50, 60.0, 120.0)
    assert patient.wait_s is not None
    assert round(patient.mean_wait_s or 0.0, 1) == 20.8
    assert round(patient.wait_s.p90, 1) == 58.1
    assert round(patient.mean_queue) == 17
    assert patient.occupancy == pytest.approx(0.96)
    assert round(impatient.p_abandon, 3) == 0.031
    assert round(impatient.mean_wait_s or 0.0, 1) == 3.7
    assert round(impatient.mean_queue) == 3
    assert round(impatient.occupancy or 0.0, 2) == 0.93


@pytest.mark.parametrize("case", CASES, ids=str)
def test_agrees_with_the_chain_and_with_integrals(case: tuple[float, int, float, float, int]) -> None:
    load, agents, handle_s, patience_s, queue_limit = case
    exact = chain(load, agents, handle_s, patience_s, queue_limit)
    wait = OfferedWait(load, agents, handle_s, patience_s, queue_limit, exact.p_queue_empty)
    longest_s = 40.0 * handle_s / agents + 12.0 * patience_s
    limit_s = 0.3 * patience_s
    found = erlang_a(load, agents, handle_s, patience_s, queue_limit=queue_limit, service_level_s=limit_s)

    answered_later = wait.answered_between(0.0, longest_s)
    answered = exact.p_at_once + answered_later
    within = exact.p_at_once + wait.answered_between(0.0, limit_s)
    assert close(found.p_wait, exact.p_wait)
    assert close(found.p_blocked, exact.p_blocked)
    assert close(found.p_abandon, exact.p_abandon)
    assert close(found.mean_queue, exact.mean_queue)
    assert close(found.occupancy, exact.busy / agents)
    assert close(found.mean_wait_s, exact.mean_queue * handle_s / load / (1.0 - exact.p_blocked))
    assert close(found.asa_s, wait.waited_by_answered_s(longest_s) / answered)
    assert close(found.service_level, within)
    assert close(found.service_level_net, within / (1.0 - wait.abandoned_by(limit_s, longest_s)))
    assert close(exact.p_abandon + exact.p_blocked + answered, 1.0)
    check_percentiles(found, wait, answered, longest_s)


def check_percentiles(found: Figures, wait: OfferedWait, answered: float, longest_s: float) -> None:
    assert found.wait_s is not None
    waits_s = found.wait_s
    for beyond, time_s in ((0.5, waits_s.p50), (0.1, waits_s.p90), (0.05, waits_s.p95), (0.01, waits_s.p99)):
        share = wait.answered_between(time_s, longest_s) / answered
        assert share <= beyond if time_s == 0.0 else close(share, beyond)


@pytest.mark.parametrize("load", [9_000.0, 9_990.0, 10_000.0, 10_500.0])
def test_ten_thousand_agents_to_eleven_digits(load: float) -> None:
    exact = chain(load, 10_000, 180.0, 120.0)
    found = erlang_a(load, 10_000, 180.0, 120.0)
    for name in ("p_wait", "p_abandon", "mean_queue"):
        assert getattr(found, name) == pytest.approx(getattr(exact, name), rel=1e-11, abs=0.0)
    wait = OfferedWait(load, 10_000, 180.0, 120.0, 0, exact.p_queue_empty)
    answered = exact.p_at_once + wait.answered_between(0.0, 60.0)
    assert found.service_level == pytest.approx(exact.p_at_once + wait.answered_between(0.0, 20.0), rel=1e-10)
    assert found.asa_s == pytest.approx(wait.waited_by_answered_s(60.0) / answered, rel=1e-10)


@pytest.mark.parametrize("patience_s", [0.5, 120.0, 3600.0])
@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("queue_limit", [0, 50, 5_000])
def test_large_floors_are_finite_and_consistent(ratio: float, patience_s: float, queue_limit: int) -> None:
    agents, handle_s = 10_000, 180.0
    load = ratio * agents
    found = erlang_a(load, agents, handle_s, patience_s, queue_limit=queue_limit)
    assert found.occupancy is not None
    assert found.mean_wait_s is not None
    assert found.asa_s is not None
    assert found.wait_s is not None
    assert found.service_level_net is not None
    shares = (found.p_wait, found.p_abandon, found.p_blocked, found.service_level, found.service_level_net)
    assert all(0.0 <= share <= 1.0 for share in shares)
    # What arrives is answered, given up or blocked; and Little's law.
    assert found.occupancy * agents / load + found.p_abandon + found.p_blocked == pytest.approx(
        1.0, abs=1e-12
    )
    accepted_per_s = load / handle_s * (1.0 - found.p_blocked)
    assert found.mean_queue == pytest.approx(found.mean_wait_s * accepted_per_s)
    assert 0.0 <= found.wait_s.p50 <= found.wait_s.p90 <= found.wait_s.p95 <= found.wait_s.p99 < math.inf
    if ratio == 2.0 and not queue_limit:
        # Fluid limit: all agents busy, half the calls give up, those answered wait ln 2 mean patiences.
        assert found.p_abandon == pytest.approx(0.5, abs=1e-3)
        assert found.asa_s == pytest.approx(math.log(2.0) * patience_s, rel=0.05)


def test_very_long_patience_is_nearly_endless() -> None:
    patient = erlang_c(95.0, 100, 180.0)
    found = erlang_a(95.0, 100, 180.0, 1e12)
    assert found.asa_s == pytest.approx(patient.asa_s, rel=1e-8)
    assert found.service_level == pytest.approx(patient.service_level, rel=1e-8)
    assert erlang_a(95.0, 100, 180.0, NEVER) == patient


@pytest.mark.parametrize(("load", "agents"), [(95.0, 100), (60.0, 50), (2.5, 4)])
def test_patience_as_long_as_handling_makes_a_poisson_number_of_calls(load: float, agents: int) -> None:
    """Every call then leaves at the same rate, served or not: the system is M/M/∞ with this load."""
    found = erlang_a(load, agents, 180.0, 180.0)
    present = [math.exp(-load + k * math.log(load) - math.lgamma(k + 1.0)) for k in range(400)]
    assert found.p_wait == pytest.approx(math.fsum(present[agents:]), rel=1e-12)
    assert found.mean_queue == pytest.approx(
        math.fsum((k - agents) * p for k, p in enumerate(present) if k > agents), rel=1e-12
    )


def test_an_endless_queue_is_the_limit_of_limited_ones() -> None:
    patient = erlang_c(95.0, 100, 180.0)
    limited = erlang_a(95.0, 100, 180.0, NEVER, queue_limit=5_000)
    for name in ("p_wait", "mean_wait_s", "asa_s", "service_level", "service_level_net", "mean_queue"):
        assert getattr(limited, name) == pytest.approx(getattr(patient, name), rel=1e-10)
    assert patient.wait_s is not None
    assert limited.wait_s is not None
    assert limited.wait_s.p99 == pytest.approx(patient.wait_s.p99, rel=1e-9)


@pytest.mark.parametrize("load", [40.0, 100.0, 140.0])
def test_limited_queue_of_callers_who_stay(load: float) -> None:
    exact = chain(load, 100, 180.0, NEVER, 30)
    found = erlang_a(load, 100, 180.0, NEVER, queue_limit=30, service_level_s=15.0)
    assert close(found.p_wait, exact.p_wait)
    assert close(found.p_blocked, exact.p_blocked)
    assert close(found.mean_queue, exact.mean_queue)
    assert found.p_abandon == 0.0
    assert found.asa_s == pytest.approx(found.mean_wait_s)
    # A call with j ahead waits for j + 1 answers: beyond t with the probability of at most j answers by then.
    answers = 15.0 * 100 / 180.0
    later = sum(
        exact.p_queue_empty
        * (load / 100.0) ** ahead
        * sum(math.exp(-answers + m * math.log(answers) - math.lgamma(m + 1.0)) for m in range(ahead + 1))
        for ahead in range(30)
    )
    assert close(found.service_level, exact.p_at_once + exact.p_wait - later)
    assert found.service_level_net == pytest.approx(found.service_level)


def test_no_patience_is_erlang_b() -> None:
    found = erlang_a(95.0, 100, 180.0, 1e-9)
    assert found.p_abandon == pytest.approx(blocking(95.0, 100), rel=1e-9)
    assert found.service_level == pytest.approx(1.0 - blocking(95.0, 100), rel=1e-9)
    assert found.asa_s == pytest.approx(0.0, abs=1e-12)


def test_agents_between_whole_numbers() -> None:
    waits = [erlang_a(95.0, agents, 180.0, 120.0).p_wait for agents in (99, 99.25, 99.5, 99.75, 100)]
    assert waits == sorted(waits, reverse=True)
    bends = [a - 2 * b + c for a, b, c in zip(waits, waits[1:], waits[2:], strict=False)]
    assert max(map(abs, bends)) < 1e-4


def test_a_limit_of_zero_seconds_counts_those_who_need_not_wait() -> None:
    found = erlang_a(95.0, 100, 180.0, 120.0, service_level_s=0.0)
    assert found.service_level == pytest.approx(1.0 - found.p_wait)
    assert found.service_level_net == pytest.approx(found.service_level)


def test_waits_far_beyond_patience_do_not_happen() -> None:
    line = waiting_line(95.0, 100, 180.0, 120.0, 0)
    assert line is not None
    assert line.answered_after(1e6) == 0.0
    assert line.waiting_at(1e6) == 0.0
    assert line.answered_after(3_000.0) < 1e-60


def test_percentiles_can_be_left_out() -> None:
    assert erlang_a(95.0, 100, 180.0, 120.0, percentiles=False).wait_s is None


def test_quick_for_ten_thousand_agents() -> None:
    start = time.perf_counter()
    erlang_a(9_900.0, 10_000, 180.0, 120.0)
    assert time.perf_counter() - start < 0.2


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"load_erlangs": 0.0}, "load_erlangs: expected a number over 0, found 0.0"),
        ({"load_erlangs": math.nan}, "load_erlangs: expected a number over 0, found nan"),
        ({"load_erlangs": 1e12}, "load_erlangs: expected at most 1,000,000,000, found"),
        ({"agents": 0}, "agents: expected a number over 0, found 0"),
        ({"handle_s": -1.0}, "handle_s: expected a number over 0, found -1.0"),
        ({"handle_s": math.inf}, "handle_s: expected a number over 0, found inf"),
        ({"patience_s": 0.0}, "patience_s: expected a number over 0"),
        ({"patience_s": math.nan}, "patience_s: expected a number over 0"),
        ({"queue_limit": -1}, "queue_limit: expected a whole number from 0"),
        ({"queue_limit": 2.5}, "queue_limit: expected a whole number from 0"),
        ({"service_level_s": -1.0}, "service_level_s: expected seconds, 0 or more"),
        ({"patience_s": NEVER, "agents": 95}, "agents: the queue grows without limit: 95 erlangs need more"),
        ({"patience_s": 1e20, "load_erlangs": 200.0}, "patience_s: the queue takes more than"),
    ],
)
def test_bad_numbers_are_named(wrong: dict[str, Any], message: str) -> None:
    right: dict[str, Any] = {"load_erlangs": 95.0, "agents": 100, "handle_s": 180.0, "patience_s": 120.0}
    with pytest.raises(ValueError, match="^" + message.replace("(", r"\(")):
        erlang_a(**(right | wrong))
