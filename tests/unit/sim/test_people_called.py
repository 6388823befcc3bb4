"""What attempts come to, where the share of people who answer changes with the time of day."""

from __future__ import annotations

from array import array
from collections import Counter

import pytest

from callfloor.floor.vocabulary import BUSY, HUMAN, NO_ANSWER
from callfloor.people.draws import LAW_CONSTANT, Law, stream_of
from callfloor.sim.people_called import PeopleCalled

LEADS = 20_000


def people(factors: tuple[float, ...] = ()) -> PeopleCalled:
    """Of 100 attempts 20 are answered and 16 busy; each factor holds for an hour."""
    called = PeopleCalled(stream=stream_of(1, 0), ring=Law(LAW_CONSTANT, 6.0))
    called.codes = array("i", (HUMAN, BUSY, NO_ANSWER))
    called.upto = array("d", (0.2, 0.36, 1.0))
    called.factors = array("d", factors)
    called.factor_for_s = 3600.0
    return called


def outcomes(called: PeopleCalled, now: float) -> list[int]:
    """What one attempt at each of many leads comes to."""
    found = []
    for lead in range(LEADS):
        called.ring_out(lead, 1, now, False)
        found.append(called.outcome)
    return found


def shares(called: PeopleCalled, now: float) -> list[float]:
    """The shares of people, busy lines and calls that nobody answers."""
    counts = Counter(outcomes(called, now))
    return [counts[code] / LEADS for code in (HUMAN, BUSY, NO_ANSWER)]


@pytest.mark.parametrize(
    ("now", "human"),
    [(0.0, 0.2), (3599.9, 0.2), (3600.0, 0.4), (7200.0, 0.1), (10799.9, 0.1), (10800.0, 0.2), (90000.0, 0.4)],
)
def test_the_share_of_people_follows_the_clock_and_the_rest_keeps_its_proportions(
    now: float, human: float
) -> None:
    found = shares(people((1.0, 2.0, 0.5)), now)
    assert found == pytest.approx([human, (1.0 - human) * 0.2, (1.0 - human) * 0.8], abs=0.01)


def test_a_factor_of_one_changes_nobody() -> None:
    assert outcomes(people((1.0,)), 0.0) == outcomes(people(), 0.0)


def test_whoever_answers_at_a_low_rate_answers_at_a_higher_one_as_well() -> None:
    called = people((0.5, 1.0))
    pairs = zip(outcomes(called, 0.0), outcomes(called, 3600.0), strict=True)
    assert all(high == HUMAN for low, high in pairs if low == HUMAN)


def test_nobody_or_everybody_may_answer() -> None:
    called = people((0.0, 5.0))
    assert HUMAN not in outcomes(called, 0.0)
    assert set(outcomes(called, 3600.0)) == {HUMAN}
