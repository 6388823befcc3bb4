"""Changing rates against closed forms, Erlang A after a long time, and a step-by-step solution."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from callfloor.erlang import erlang_a, erlang_c
from tests.oracles.time_varying import all_between, between
from tests.unit.erlang.exact import integral

DAY: dict[str, Any] = {
    "agents": 8,
    "talk_s": 240.0,
    "patience_s": 100.0,
    "profile_per_h": [60.0, 150.0, 0.0, 110.0],
    "interval_s": 900.0,
}


def busy_without_end(profile_per_h: list[float], interval_s: float, talk_s: float, time_s: float) -> float:
    """The mean number of calls where each gets an agent at once: m' = rate - m / talk."""
    mean, start_s = 0.0, 0.0
    for rate_per_h in profile_per_h:
        spent_s = min(interval_s, time_s - start_s)
        level = rate_per_h / 3600.0 * talk_s
        mean = level + (mean - level) * math.exp(-spent_s / talk_s)
        start_s += spent_s
        if start_s >= time_s:
            break
    return mean


def at_least(count: int, mean: float) -> float:
    """P(a Poisson number is `count` or more)."""
    return 1.0 - math.fsum(math.exp(-mean) * mean**i / math.factorial(i) for i in range(count))


def test_a_constant_rate_comes_to_erlang_a() -> None:
    found = between(
        agents=100,
        talk_s=180.0,
        patience_s=120.0,
        profile_per_h=[1900.0] * 2,
        interval_s=3600.0,
        from_s=5400.0,
        to_s=5700.0,
    )
    expected = erlang_a(95.0, 100, 180.0, 120.0)
    assert found.p_wait == pytest.approx(0.28868, abs=5e-6)
    assert found.p_abandon == pytest.approx(0.02322, abs=5e-6)
    assert found.p_wait == pytest.approx(expected.p_wait, rel=1e-9)
    assert found.p_abandon == pytest.approx(expected.p_abandon, rel=1e-9)
    assert found.mean_wait_s == pytest.approx(expected.mean_wait_s, rel=1e-9)
    assert found.mean_queue == pytest.approx(expected.mean_queue, rel=1e-9)
    assert found.occupancy == pytest.approx(expected.occupancy, rel=1e-9)
    assert found.given_up == pytest.approx(found.abandoned, rel=1e-9)


def test_patient_callers_come_to_erlang_c() -> None:
    found = between(
        agents=5,
        talk_s=60.0,
        patience_s=math.inf,
        profile_per_h=[200.0],
        interval_s=7200.0,
        from_s=6000.0,
        to_s=6600.0,
    )
    expected = erlang_c(200.0 / 60.0, 5, 60.0)
    assert found.p_wait == pytest.approx(expected.p_wait, rel=1e-9)
    assert found.mean_wait_s == pytest.approx(expected.mean_wait_s, rel=1e-9)
    assert found.abandoned == found.given_up == 0.0


def test_with_agents_for_all_busy_agents_follow_the_rate() -> None:
    profile = [400.0, 900.0, 100.0]
    found = between(
        agents=150,
        talk_s=180.0,
        patience_s=60.0,
        profile_per_h=profile,
        interval_s=600.0,
        from_s=200.0,
        to_s=1700.0,
    )
    expected_s = math.fsum(
        integral(lambda t: busy_without_end(profile, 600.0, 180.0, t), low, high, panels=20)
        for low, high in ((200.0, 600.0), (600.0, 1200.0), (1200.0, 1700.0))
    )
    assert found.offered == pytest.approx(400.0 / 9.0 + 150.0 + 500.0 / 36.0, rel=1e-12)
    assert found.busy_s == pytest.approx(expected_s, rel=1e-10)
    assert found.waited < 1e-12


def test_patience_as_long_as_talk_makes_the_number_of_calls_poisson() -> None:
    """Each call leaves at the same rate, waiting or not, so that they might all have agents."""
    agents, talk_s, profile = 6, 120.0, [90.0, 300.0, 150.0]
    found = between(
        agents=agents,
        talk_s=talk_s,
        patience_s=talk_s,
        profile_per_h=profile,
        interval_s=500.0,
        from_s=0.0,
        to_s=1500.0,
    )

    def mean(t: float) -> float:
        return busy_without_end(profile, 500.0, talk_s, t)

    pieces = [(place * 500.0, rate_per_h / 3600.0) for place, rate_per_h in enumerate(profile)]
    waited = sum(
        rate * integral(lambda t: at_least(agents, mean(t)), low, low + 500.0, 40) for low, rate in pieces
    )
    queue_s = sum(
        integral(
            lambda t: mean(t) * at_least(agents, mean(t)) - agents * at_least(agents + 1, mean(t)),
            low,
            low + 500.0,
            40,
        )
        for low, _ in pieces
    )
    assert found.waited == pytest.approx(waited, rel=1e-10)
    assert found.queue_s == pytest.approx(queue_s, rel=1e-9)
    assert found.given_up == pytest.approx(queue_s / talk_s, rel=1e-9)


def test_stretches_of_time_add_up() -> None:
    whole = between(**DAY, from_s=0.0, to_s=3000.0)
    parts = all_between(**DAY, edges_s=[500.0, 900.0, 1000.0, 2500.0, 3000.0])
    assert [part.from_s for part in parts] == [0.0, 500.0, 900.0, 1000.0, 2500.0]
    for name in ("offered", "waited", "abandoned", "wait_s", "queue_s", "busy_s", "given_up"):
        assert sum(getattr(part, name) for part in parts) == pytest.approx(getattr(whole, name), rel=1e-11)
    alone = between(**DAY, from_s=1000.0, to_s=2500.0)
    assert dataclasses.astuple(alone) == pytest.approx(dataclasses.astuple(parts[3]), rel=1e-11)


def test_in_the_end_all_who_came_have_left() -> None:
    """Nobody comes after the last interval; what becomes of each call was foretold as it came."""
    found = between(**DAY, from_s=0.0, to_s=12_000.0)
    assert found.offered == pytest.approx(80.0, rel=1e-12)
    assert found.abandoned == pytest.approx(found.given_up, rel=1e-10)
    assert found.wait_s == pytest.approx(found.queue_s, rel=1e-10)
    assert found.busy_s / 240.0 == pytest.approx(found.offered - found.abandoned, rel=1e-10)


def test_against_a_solution_in_small_steps() -> None:
    """Runge and Kutta's rule of fourth order on the same equations, with a queue of 60."""
    size, step_s = 8 + 60, 0.5
    leaving = [min(i, 8) / 240.0 + max(i - 8, 0) / 100.0 for i in range(size + 1)]

    def change(p: list[float], rate: float) -> list[float]:
        flows = [rate * p[i] - leaving[i + 1] * p[i + 1] for i in range(size)]
        return [into - out for into, out in zip([0.0, *flows], [*flows, 0.0], strict=True)]

    def moved(p: list[float], by: list[float], factor: float) -> list[float]:
        return [x + factor * d for x, d in zip(p, by, strict=True)]

    p, queue, waiting = [1.0] + [0.0] * size, [0.0], [0.0]
    for number in range(3600):
        rate = DAY["profile_per_h"][int(number * step_s / 900.0)] / 3600.0
        k1 = change(p, rate)
        k2 = change(moved(p, k1, step_s / 2.0), rate)
        k3 = change(moved(p, k2, step_s / 2.0), rate)
        k4 = change(moved(p, k3, step_s), rate)
        p = [
            x + step_s / 6.0 * (a + 2.0 * b + 2.0 * c + d)
            for x, a, b, c, d in zip(p, k1, k2, k3, k4, strict=True)
        ]
        queue.append(math.fsum(max(i - 8, 0) * x for i, x in enumerate(p)))
        waiting.append(math.fsum(p[8:]))

    def simpson(values: list[float]) -> float:
        return step_s / 3.0 * (values[0] + 4.0 * sum(values[1::2]) + 2.0 * sum(values[2:-1:2]) + values[-1])

    found = all_between(**DAY, edges_s=[900.0, 1800.0])
    for place, part in enumerate(found):
        here = slice(place * 1800, place * 1800 + 1801)
        assert part.queue_s == pytest.approx(simpson(queue[here]), rel=1e-7)
        assert part.waited == pytest.approx(part.offered / 900.0 * simpson(waiting[here]), rel=1e-7)


def test_a_queue_that_grows_for_ever_is_refused() -> None:
    with pytest.raises(ValueError, match="queue"):
        between(**{**DAY, "patience_s": math.inf}, from_s=0.0, to_s=60.0)
