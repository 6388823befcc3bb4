"""Area codes, made-up numbers and the draws under them."""

from __future__ import annotations

import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callfloor.leads.area_codes import (
    _permuted,
    area_codes,
    made_up_count,
    made_up_number,
    state_of,
    time_zones_of,
)
from callfloor.leads.phone_numbers import parse_number
from callfloor.leads.places import PLACES, STATES
from callfloor.people.random import mix, uniform


def test_every_area_code_has_states_and_time_zones_that_exist() -> None:
    known = zoneinfo.available_timezones()
    assert len(area_codes()) > 400
    for area in area_codes().values():
        assert set(area.states) <= PLACES.keys()
        assert area.time_zones
        assert set(area.time_zones) <= known


def test_every_state_has_an_area_code() -> None:
    assert {state for area in area_codes().values() for state in area.states} >= STATES.keys()


def test_a_split_area_code_has_every_zone_that_its_numbers_can_be_in() -> None:
    assert time_zones_of(14235550100) == ("America/Chicago", "America/New_York")
    assert time_zones_of(14485550100) == time_zones_of(18505550100), "448 serves the area of 850"
    assert time_zones_of(12125550100) == ("America/New_York",)


def test_numbers_elsewhere_go_by_phonenumbers() -> None:
    assert time_zones_of(442071838750) == ("Europe/London",)
    assert len(time_zones_of(18005550100)) > 10, "a toll-free number can be anywhere"
    assert time_zones_of(1) == ()


def test_a_state_is_told_where_the_area_code_has_one_alone() -> None:
    assert state_of(12125550100) == "NY"
    assert state_of(14165550100) == "ON"
    assert state_of(19025550100) is None, "Nova Scotia or Prince Edward Island"
    assert state_of(18005550100) is None
    assert state_of(442071838750) is None


@given(st.integers(), st.integers(0, 2_000_000))
def test_a_made_up_number_could_be_dialled_and_is_in_a_state(seed: int, index: int) -> None:
    number = made_up_number(seed, index)
    assert parse_number(str(number)) == number
    assert state_of(number) in STATES
    assert number == made_up_number(seed, index)


def test_made_up_numbers_of_a_seed_are_all_different() -> None:
    assert len({made_up_number(1, index) for index in range(20_000)}) == 20_000


@given(st.integers(), st.integers(0, 2**32 - 1))
def test_the_permutation_behind_them_stays_in_its_space_and_tells_neighbours_apart(
    seed: int, place: int
) -> None:
    assert 0 <= _permuted(seed, place) < 2**32
    assert _permuted(seed, place) != _permuted(seed, place ^ 1)


def test_another_seed_makes_other_numbers() -> None:
    ours = {made_up_number(1, index) for index in range(1000)}
    assert not ours & {made_up_number(2, index) for index in range(1000)}


@pytest.mark.parametrize("index", [-1, made_up_count()])
def test_an_index_outside_is_refused(index: int) -> None:
    with pytest.raises(ValueError, match="index"):
        made_up_number(1, index)


@given(st.lists(st.integers(), min_size=1, max_size=4))
def test_draws_depend_on_their_words_alone(words: list[int]) -> None:
    assert mix(*words) == mix(*words)
    assert 0 <= mix(*words) < 2**64
    assert 0.0 < uniform(*words) < 1.0
    assert mix(*words) != mix(*words, 0)


def test_the_mix_is_splitmix64() -> None:
    # The first output of the generator with the state 0, as published with its reference code.
    assert mix(0) == 0xE220A8397B1DCDAF


def test_uniform_draws_fill_the_interval_evenly() -> None:
    counts = [0] * 10
    for index in range(10_000):
        counts[int(uniform(1, index) * 10)] += 1
    assert all(900 < count < 1100 for count in counts)
