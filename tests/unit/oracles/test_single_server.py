"""One agent: the formulas against each other, older formulas, integrals and chains."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal, localcontext

import pytest

from callfloor.erlang import erlang_c
from tests.oracles.chains import long_run
from tests.oracles.single_server import (
    PriorityClass,
    head_of_line_mean_waits_s,
    md1_mean_wait_s,
    md1_wait_within,
    mg1_mean_wait_s,
    mm1_mean_wait_s,
    mm1_wait_within,
)
from tests.unit.erlang.exact import integral

LOADS = [0.05, 0.3, 0.5, 0.8, 0.95]


def erlang_1909(load: float, time: float) -> float:
    """P(wait of M/D/1 <= time), time in talks: Erlang's alternating sum, with eighty digits."""
    with localcontext() as context:
        context.prec = 80
        a, t = Decimal(load), Decimal(time)
        total = Decimal(0)
        for k in range(int(time) + 1):
            y = a * (k - t)
            total += (y**k if k else Decimal(1)) / math.factorial(k) * (-y).exp()
        return float((1 - a) * total)


@pytest.mark.parametrize("load", LOADS)
def test_exponential_talk_is_erlang_c_with_one_agent(load: float) -> None:
    expected = erlang_c(load, 1, 200.0, service_level_s=130.0)
    assert mm1_mean_wait_s(load * 18.0, 200.0) == pytest.approx(expected.mean_wait_s, rel=1e-12)
    assert mm1_wait_within(load * 18.0, 200.0, 130.0) == pytest.approx(expected.service_level, rel=1e-12)


@pytest.mark.parametrize("load", LOADS)
def test_constant_talk_waits_half_as_long(load: float) -> None:
    assert md1_mean_wait_s(load * 36.0, 100.0) == pytest.approx(mm1_mean_wait_s(load * 36.0, 100.0) / 2.0)
    assert mg1_mean_wait_s(load * 36.0, 100.0, 100.0 / math.sqrt(2.0)) == pytest.approx(
        0.75 * mm1_mean_wait_s(load * 36.0, 100.0)
    )


@pytest.mark.parametrize("load", LOADS)
@pytest.mark.parametrize("time", [0.0, 0.3, 1.0, 1.7, 4.0, 9.99, 25.5])
def test_constant_talk_against_erlangs_sum(load: float, time: float) -> None:
    assert md1_wait_within(load * 36.0, 100.0, time * 100.0) == pytest.approx(
        erlang_1909(load, time), rel=1e-13
    )


def test_known_values_of_constant_talk() -> None:
    assert md1_wait_within(1800.0, 1.0, 0.0) == pytest.approx(0.5, abs=1e-15)
    assert md1_wait_within(1800.0, 1.0, 0.5) == pytest.approx(0.5 * math.exp(0.25), abs=1e-15)
    assert md1_wait_within(1800.0, 1.0, 1.0) == pytest.approx(0.5 * math.exp(0.5), abs=1e-15)


@pytest.mark.parametrize("load", [0.3, 0.8])
def test_the_mean_is_the_integral_of_the_distribution(load: float) -> None:
    beyond = integral(lambda t: 1.0 - md1_wait_within(load * 360.0, 10.0, t), 0.0, 600.0, panels=120)
    assert beyond == pytest.approx(md1_mean_wait_s(load * 360.0, 10.0), rel=1e-8)


def test_a_long_wait_of_constant_talk_is_rare_and_takes_no_time_to_compute() -> None:
    shares = [md1_wait_within(0.9 * 3600.0, 1.0, time) for time in range(0, 200, 10)]
    assert shares == sorted(shares)
    assert 1.0 - 1e-13 < shares[-1] <= 1.0


def test_one_class_is_a_queue_without_priorities() -> None:
    found = head_of_line_mean_waits_s([PriorityClass(30.0, 80.0, 25.0)])
    assert found == [pytest.approx(mg1_mean_wait_s(30.0, 80.0, 25.0), rel=1e-15)]


def test_priorities_do_not_change_the_work_that_waits() -> None:
    """Kleinrock's law: the sum of load x wait is that of any order of service."""
    classes = [
        PriorityClass(9.0, 60.0, 10.0),
        PriorityClass(5.0, 200.0, 0.0),
        PriorityClass(7.0, 90.0, 150.0),
    ]
    waits_s = head_of_line_mean_waits_s(classes)
    work_s = sum(c.arrivals_per_h / 3600.0 * c.talk_s * w for c, w in zip(classes, waits_s, strict=True))
    load = sum(c.arrivals_per_h / 3600.0 * c.talk_s for c in classes)
    squares = sum(c.arrivals_per_h / 3600.0 * (c.talk_s**2 + c.talk_sd_s**2) for c in classes)
    assert waits_s == sorted(waits_s)
    assert work_s == pytest.approx(load * squares / 2.0 / (1.0 - load), rel=1e-12)


def test_two_classes_with_different_talk_against_a_chain() -> None:
    """States: class in service (0: none), calls of each class waiting."""
    rates, talks_s = (6.0, 10.0), (120.0, 150.0)

    def moves(state: tuple[int, int, int]) -> Iterator[tuple[tuple[int, int, int], float]]:
        serving, first, second = state
        for kind in (1, 2):
            rate = rates[kind - 1] / 3600.0
            if not serving:
                yield (kind, 0, 0), rate
            elif first + second < 80:
                yield (serving, first + (kind == 1), second + (kind == 2)), rate
        if serving:
            after = (1, first - 1, second) if first else (2, 0, second - 1) if second else (0, 0, 0)
            yield after, 1.0 / talks_s[serving - 1]

    chain = long_run((0, 0, 0), moves, lambda state: (state[0] > 0) + state[1] + state[2])
    found = [chain.mean(lambda state, at=at: state[at]) / rates[at - 1] * 3600.0 for at in (1, 2)]  # type: ignore[misc]
    classes = [PriorityClass(rate, talk_s, talk_s) for rate, talk_s in zip(rates, talks_s, strict=True)]
    assert found == pytest.approx(head_of_line_mean_waits_s(classes), rel=1e-8)


def test_too_much_load_is_refused() -> None:
    with pytest.raises(ValueError, match="load"):
        mm1_mean_wait_s(36.0, 100.0)
    with pytest.raises(ValueError, match="load"):
        md1_wait_within(40.0, 100.0, 5.0)
    with pytest.raises(ValueError, match="load"):
        head_of_line_mean_waits_s([PriorityClass(20.0, 100.0, 0.0), PriorityClass(16.0, 100.0, 0.0)])
