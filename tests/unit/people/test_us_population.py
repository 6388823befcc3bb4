"""The tables of the United States, and the bands that are made of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callfloor.leads.places import STATES as PLACES_OF_STATES
from callfloor.people import us_population as us

TABLES = {"ages": us.AGES, "incomes": us.INCOMES}
SHARES = {"states": tuple(us.STATES.values()), "kids": us.KIDS, "cars": us.CARS, "owns": us.OWNS}


def chances(bands: us.Bands) -> dict[int, float]:
    """How likely each value is."""
    firsts, upto = bands
    found: dict[int, float] = {}
    for first, end, chance in zip(firsts, firsts[1:], shares_of(upto), strict=False):
        found.update(dict.fromkeys(range(first, end), chance / (end - first)))
    return found


def shares_of(upto: Sequence[float]) -> list[float]:
    return [other - one for one, other in pairwise((0.0, *upto))]


def people(table: Sequence[us.Band], low: int, high: int) -> float:
    """How many there are from `low` to `high`, both included, band by band."""
    return math.fsum(
        count * max(0, min(high + 1, end) - max(low, first)) / (end - first) for first, end, count in table
    )


# The tables.


def test_there_are_the_fifty_states_and_each_is_one_in_which_people_may_be_called() -> None:
    assert len(us.STATES) == len(us.STATE_CODES) == 50
    assert set(us.STATE_CODES) <= set(PLACES_OF_STATES)
    assert tuple(us.STATES) == us.STATE_CODES
    assert sum(us.STATES.values()) == pytest.approx(330_760, abs=100)  # 2020 Census, without D.C.
    assert max(us.STATES, key=us.STATES.__getitem__) == "CA"
    assert min(us.STATES, key=us.STATES.__getitem__) == "WY"


@pytest.mark.parametrize("name", TABLES)
def test_bands_lie_one_after_the_other_and_are_not_empty(name: str) -> None:
    table = TABLES[name]
    assert table[0][0] == 0
    assert all(first < end and count > 0 for first, end, count in table)
    assert all(one[1] == other[0] for one, other in pairwise(table))


def test_the_greatest_age_and_income_are_the_last_of_their_tables() -> None:
    assert (us.AGE_MOST, us.INCOME_MOST) == (120, 10_000_000)


@pytest.mark.parametrize("name", ["kids", "cars", "owns"])
def test_shares_are_per_cent(name: str) -> None:
    assert sum(SHARES[name]) == pytest.approx(100.0)
    assert all(share > 0 for share in SHARES[name])


def test_they_are_plausible() -> None:
    """About the median age of 38.8 years and household income of 74,755 dollars (2020 Census, ACS 2022)."""
    assert people(us.AGES, 0, 38) / people(us.AGES, 0, 120) == pytest.approx(0.5, abs=0.02)
    assert people(us.INCOMES, 0, 74_755) / people(us.INCOMES, 0, 10**7) == pytest.approx(0.5, abs=0.02)


# What is made of them.


@given(st.integers(-50, 1000), st.integers(0, 500))
def test_alike_are_all_from_the_first_to_the_last(low: int, more: int) -> None:
    found = chances(us.alike(low, low + more))
    assert list(found) == list(range(low, low + more + 1))
    assert set(found.values()) == {1.0 / (more + 1)}


@given(ends=st.tuples(st.integers(0, 120), st.integers(0, 120)).map(sorted))
def test_ages_within_two_ends_keep_their_proportions_and_both_ends(ends: list[int]) -> None:
    low, high = ends
    found = chances(us.within(us.AGES, low, high))
    assert list(found) == list(range(low, high + 1))
    everybody = people(us.AGES, low, high)
    for age, chance in found.items():
        assert chance == pytest.approx(people(us.AGES, age, age) / everybody, rel=1e-9)


@given(ends=st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)).map(sorted))
def test_incomes_within_two_ends_are_clipped_at_both(ends: list[int]) -> None:
    low, high = ends
    firsts, upto = us.within(us.INCOMES, low, high)
    assert (firsts[0], firsts[-1], upto[-1]) == (low, high + 1, 1.0)
    assert all(one < other for one, other in pairwise(firsts))
    assert all(one < other for one, other in pairwise(upto))
    everybody = people(us.INCOMES, low, high)
    for end, share in zip(firsts[1:], upto, strict=True):
        assert share == pytest.approx(people(us.INCOMES, low, end - 1) / everybody, rel=1e-9)


@pytest.mark.parametrize("name", TABLES)
def test_a_whole_table_is_itself(name: str) -> None:
    table = TABLES[name]
    firsts, upto = us.within(table, 0, table[-1][1] - 1)
    assert firsts == [*(first for first, _, _ in table), table[-1][1]]
    total = sum(count for _, _, count in table)
    assert shares_of(upto) == pytest.approx([count / total for _, _, count in table])


def test_one_value_alone_is_certain() -> None:
    assert us.within(us.AGES, 40, 40) == ([40, 41], [1.0])
    assert us.within(us.AGES, 19, 20)[0] == [19, 20, 21]


@pytest.mark.parametrize(("low", "high"), [(121, 130), (-9, -1)])
def test_where_the_table_has_nobody_it_is_said(low: int, high: int) -> None:
    with pytest.raises(ValueError, match=f"nobody from {low} to {high}"):
        us.within(us.AGES, low, high)


@pytest.mark.parametrize("name", SHARES)
def test_by_share_there_is_a_value_for_each_share(name: str) -> None:
    shares = SHARES[name]
    found = chances(us.by_share(shares))
    assert list(found) == list(range(len(shares)))
    assert list(found.values()) == pytest.approx([share / sum(shares) for share in shares])
    assert us.by_share(shares)[1][-1] == 1.0
