"""Made-up numbers with the area codes of one state."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callfloor.leads.area_codes import area_codes, made_up_number_in, state_of
from callfloor.leads.phone_numbers import parse_number
from callfloor.people.us_population import STATE_CODES

SEEDS = st.integers(0, 2**64 - 1)


@given(st.sampled_from(STATE_CODES), SEEDS, st.integers(0, 7_000_000))
def test_a_number_of_a_state_could_be_dialled_and_is_in_that_state(state: str, seed: int, index: int) -> None:
    number = made_up_number_in(state, seed, index)
    assert parse_number(str(number)) == number
    assert state_of(number) == state
    assert number == made_up_number_in(state, seed, index)


@pytest.mark.parametrize("state", STATE_CODES)
def test_every_state_has_them_and_uses_all_its_own_area_codes(state: str) -> None:
    own = {code for code, area in area_codes().items() if area.states == (state,)} - {983}
    found = {made_up_number_in(state, 1, index) // 10_000_000 % 1000 for index in range(400)}
    assert own == found


@pytest.mark.parametrize("state", ["WY", "DE", "CA"])
def test_the_numbers_of_a_state_and_seed_are_all_different(state: str) -> None:
    numbers = [made_up_number_in(state, 7, index) for index in range(100_000)]
    assert len(set(numbers)) == len(numbers)


def test_so_they_are_to_the_last_of_a_state_with_one_area_code() -> None:
    """By their distance: steps of one length go round the whole circle before they meet."""
    count = 790 * 10_000
    first = made_up_number_in("WY", 3, 0)
    assert made_up_number_in("WY", 3, count) == first
    some = (1, 2, 3, 790, 10_000, count // 2, count // 5, count - 1)
    assert first not in {made_up_number_in("WY", 3, index) for index in some}


def test_neighbours_are_far_apart() -> None:
    numbers = [made_up_number_in("CA", 1, index) for index in range(200)]
    assert len({number // 10_000 for number in numbers}) == 200


@given(SEEDS, st.integers(0, 1_000_000))
def test_another_seed_makes_other_numbers(seed: int, index: int) -> None:
    ours = made_up_number_in("OH", seed, index)
    assert ours != made_up_number_in("OH", (seed + 1) % 2**64, index)


def test_of_two_seeds_hardly_any_numbers_are_the_same() -> None:
    ours = {made_up_number_in("OH", 1, index) for index in range(1000)}
    assert len(ours & {made_up_number_in("OH", 2, index) for index in range(1000)}) < 10


@pytest.mark.parametrize(("state", "index"), [("ZZ", 0), ("", 0), ("ON", 0), ("PR", 0), ("NY", -1)])
def test_where_there_is_none_it_is_said(state: str, index: int) -> None:
    with pytest.raises(ValueError, match=rf"^{state}, {index}: expected a state with area codes of its own"):
        made_up_number_in(state, 1, index)
