"""The solver of chains against products, and against chains that are hard for it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.oracles.chains import MOST_LENGTHS, long_run, longest_queue, shares_of_levels


def test_birth_and_death_without_end_is_poisson() -> None:
    shares = shares_of_levels([3.0] * 60, [0.5 * (i + 1) for i in range(60)])
    for i, share in enumerate(shares[:30]):
        assert share == pytest.approx(math.exp(-6.0) * 6.0**i / math.factorial(i), rel=1e-12)


def test_weights_may_exceed_a_float() -> None:
    shares = shares_of_levels([1000.0] * 2000, [float(i + 1) for i in range(2000)])
    assert math.fsum(shares) == pytest.approx(1.0, abs=1e-12)
    assert shares[1000] == pytest.approx(
        math.exp(-1000.0 + 1000.0 * math.log(1000.0) - math.lgamma(1001.0)), rel=1e-9
    )


def test_both_ways_agree_on_birth_and_death() -> None:
    births = [2.0, 0.1, 30.0, 4.0, 1e-3]
    deaths = [1.0, 5.0, 0.2, 6.0, 2.0]

    def moves(state: int) -> Iterator[tuple[int, float]]:
        if state < len(births):
            yield state + 1, births[state]
        if state:
            yield state - 1, deaths[state - 1]

    chain = long_run(0, moves, lambda state: state)
    for state, share in enumerate(shares_of_levels(births, deaths)):
        assert chain.shares[state] == pytest.approx(share, rel=1e-12)
    assert chain.mean(float) == pytest.approx(sum(i * s for i, s in chain.shares.items()))
    assert chain.share(lambda state: state >= 3) == pytest.approx(sum(chain.shares[i] for i in (3, 4, 5)))


def torus(state: tuple[int, int]) -> Iterator[tuple[tuple[int, int], float]]:
    """Round a ring of 7 in one direction, up and down a ladder of 4, faster on some rungs."""
    ring, rung = state
    yield ((ring + 1) % 7, rung), 1.0 + ring
    if rung < 3:
        yield (ring, rung + 1), 0.01 * (1 + ring)
    if rung:
        yield (ring, rung - 1), 2.0


@pytest.mark.parametrize("beyond", [1.0, 1.3, 1.95])
def test_flows_balance_at_every_state(beyond: float) -> None:
    """Going far beyond balance does not settle here; the second try without it does."""
    chain = long_run((0, 0), torus, lambda state: state[1], beyond)
    assert len(chain.shares) == 28
    assert math.fsum(chain.shares.values()) == pytest.approx(1.0, abs=1e-14)
    inflow = dict.fromkeys(chain.shares, 0.0)
    for state, share in chain.shares.items():
        for after, rate in torus(state):
            inflow[after] += share * rate
    for state, share in chain.shares.items():
        assert share > 0.0
        assert inflow[state] == pytest.approx(share * sum(rate for _, rate in torus(state)), rel=1e-10)


def test_a_move_over_a_level_is_refused() -> None:
    with pytest.raises(ValueError, match="next level"):
        long_run(0, lambda state: [(2 - state, 1.0)], lambda state: state)


def test_a_chain_of_one_state() -> None:
    chain = long_run("here", lambda state: [(state, 3.0)], lambda _: 0)
    assert chain.shares == {"here": 1.0}


def test_the_longest_queue_leaves_out_what_does_not_matter() -> None:
    found = longest_queue(1.0, lambda _: 2.0, 1e-9)
    assert 0.5 ** (found + 1) <= 1e-9
    assert 0.5 ** (found - 1) > 1e-9
    lengths = [longest_queue(rate, lambda j: 5.0 + 0.1 * j) for rate in (1.0, 4.0, 6.0, 20.0)]
    assert all(fewer < more for fewer, more in pairwise(lengths))
    shares = shares_of_levels([20.0] * 2000, [5.0 + 0.1 * (j + 1) for j in range(2000)])
    assert math.fsum(shares[lengths[3] + 1 :]) <= 1e-15
    with pytest.raises(ValueError, match=f"{MOST_LENGTHS:,}"):
        longest_queue(2.0, lambda _: 2.0)
