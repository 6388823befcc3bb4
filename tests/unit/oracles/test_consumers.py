"""The other simulation of consumers, where its outcome can be told by hand."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest

from tests.oracles.consumers import (
    AGENT_STATES,
    AGES,
    INCOMES,
    all_fit,
    any_fits,
    choose,
    nobody_fits,
    run,
    specialist,
)


def everybody(age: bool, income: bool, state: bool) -> float:
    return 1.0


def nobody(age: bool, income: bool, state: bool) -> float:
    return 0.0


def test_one_agent_and_calls_that_never_meet() -> None:
    found = run(1, consumers=50, agents=1, weigh=everybody, gap_s=(2.0, 2.0), talk_s=(0.5, 0.5))
    assert (found.answered, found.voicemails, found.unmatched, found.callbacks) == (50, 0, 0, 0)
    assert found.busy_s == pytest.approx(25.0)
    assert found.ended_s == pytest.approx(100.5)
    assert found.occupancy == pytest.approx(25.0 / 100.5)


def test_one_agent_and_calls_that_come_while_they_talk() -> None:
    """The first talks from 1 to 4.5; the messages of 2, 3 and 4 are returned from then on, 0.25 s each."""
    how = {"gap_s": (1.0, 1.0), "talk_s": (3.5, 3.5), "callback_s": 0.25, "reached": 1.0}
    found = run(1, consumers=4, agents=1, weigh=everybody, **how)  # type: ignore[arg-type]
    assert (found.answered, found.voicemails, found.callbacks) == (1, 3, 3)
    assert found.busy_s == pytest.approx(4.25)
    assert found.ended_s == pytest.approx(5.25)


def test_an_agent_who_calls_back_is_busy() -> None:
    """A message left at 2 is returned from 2.5 to 4.5, so that the call at 3 leaves one as well."""
    how = {"gap_s": (1.0, 1.0), "talk_s": (1.5, 1.5), "callback_s": 2.0, "reached": 1.0}
    found = run(1, consumers=3, agents=1, weigh=everybody, **how)  # type: ignore[arg-type]
    assert (found.answered, found.voicemails, found.callbacks) == (1, 2, 2)
    assert found.ended_s == pytest.approx(6.5)


def test_where_nobody_fits_all_are_turned_away() -> None:
    found = run(3, consumers=40, weigh=nobody)
    assert (found.answered, found.voicemails, found.unmatched, found.busy_s) == (0, 0, 40, 0.0)


def test_all_calls_and_seconds_are_accounted_for() -> None:
    found = run(4)
    assert found.answered + found.voicemails + found.unmatched == 1000
    assert 0.05 * found.voicemails + 0.05 * found.answered < found.busy_s
    assert found.busy_s < 0.05 * found.voicemails + 0.3 * found.answered
    assert found.callbacks / found.voicemails == pytest.approx(5.0, abs=1.5)
    assert run(4) == found != run(5)


def test_specialities_are_within_what_consumers_are() -> None:
    rng = random.Random(1)
    agents = [specialist(rng, AGENT_STATES) for _ in range(1000)]
    for youngest, oldest, least, most, states in agents:
        assert AGES[0] <= youngest <= oldest <= AGES[1]
        assert INCOMES[0] <= least <= most <= INCOMES[1]
        assert states <= set(range(50))
    assert {len(agent[4]) for agent in agents} == set(range(1, 11))


def test_agents_are_chosen_in_proportion_to_their_weights() -> None:
    rng = random.Random(2)
    everything, nothing = frozenset(range(50)), frozenset[int]()
    people = [
        (*AGES, *INCOMES, everything),
        (0, 0, *INCOMES, nothing),
        (0, 0, 0, 0, everything),
        (0, 0, 0, 0, nothing),
    ]
    found = Counter(choose(rng, people, lambda age, income, state: age + 2 * income) for _ in range(5000))
    assert set(found) == {0, 1}
    assert abs(found[0] - 3000) < 5.0 * math.sqrt(5000 * 0.6 * 0.4)


def test_how_likely_it_is_that_nobody_fits() -> None:
    assert nobody_fits(20, everybody) == pytest.approx(0.0)
    assert nobody_fits(20, nobody) == 1.0
    # By age alone, one agent: of three draws of 73 ages the consumer's is not between the other two.
    outside = sum((place / 73) ** 2 + ((72 - place) / 73) ** 2 for place in range(73)) / 73
    assert nobody_fits(1, lambda age, income, state: float(age)) == pytest.approx(outside)
    assert nobody_fits(1, lambda age, income, state: float(income)) == pytest.approx(2 / 3, abs=1e-5)
    assert nobody_fits(5, lambda age, income, state: float(state)) == pytest.approx((1 - 0.11) ** 5)
    assert nobody_fits(1, all_fit) == pytest.approx(1.0 - (1.0 - outside) * 0.11 / 3, abs=1e-5)
    assert nobody_fits(1, any_fits) == pytest.approx(outside * 0.89 * 2 / 3, abs=1e-5)


def test_so_many_are_unmatched() -> None:
    runs = [run(seed, consumers=200, agents=5) for seed in range(60)]
    share = sum(found.unmatched for found in runs) / (200 * 60)
    assert share == pytest.approx(nobody_fits(5, any_fits), abs=0.02)
