"""Consumers have the attributes that they should, agents specialise as they should, in every runtime alike.

Everything is drawn from fixed streams: what passes once passes always. A limit for chi-square is its mean and
six standard deviations more: with another stream one check in a million would fail.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest

from callfloor.floor.matching import find_fitting
from callfloor.people import population as plain
from callfloor.people import us_population as us
from callfloor.people.draws import stream_of
from callfloor.runtimes import Name, available, load

NAMES: tuple[Name, ...] = ("plain", "compiled", "fast")
RUNTIMES: dict[str, Any] = {name: load(name) for name in NAMES if name in available()}
QUICKEST = list(RUNTIMES.values())[-1]
STREAM = stream_of(2026, 1)
WORDS = 2**64
STATES = len(us.STATE_CODES)

UNIFORM = {
    "age": us.alike(18, 90),
    "income": us.alike(25_000, 200_000),
    "state": us.alike(0, STATES - 1),
    "kids": us.alike(0, 9),
    "cars": us.alike(0, 9),
    "owns": us.alike(0, 1),
}
REALISTIC = {
    "age": us.within(us.AGES, 18, 90),
    "income": us.within(us.INCOMES, 25_000, 200_000),
    "state": us.by_share(tuple(us.STATES.values())),
    "kids": us.by_share(us.KIDS),
    "cars": us.by_share(us.CARS),
    "owns": us.by_share(us.OWNS),
}
KINDS = {"uniform": UNIFORM, "realistic": REALISTIC}
PURPOSES = {
    "age": plain.DRAW_AGE,
    "income": plain.DRAW_INCOME,
    "state": plain.DRAW_STATE,
    "kids": plain.DRAW_KIDS,
    "cars": plain.DRAW_CARS,
    "owns": plain.DRAW_OWNS,
}
ODD: dict[str, us.Bands] = {
    "one value": ([7, 8], [1.0]),
    "from below zero": ([-3, 4], [1.0]),
    "bands of all widths": ([0, 1, 3, 10, 11], [0.1, 0.15, 0.95, 1.0]),
    "nobody in some of them": ([0, 5, 10, 15, 20], [0.0, 0.25, 0.25, 1.0]),
    "nobody in the last": ([0, 5, 10], [1.0, 1.0]),
}
MILLIONS = us.within(us.INCOMES, 0, us.INCOME_MOST)


def spread_of(bands: us.Bands, runtime: Any = RUNTIMES["plain"]) -> Any:
    firsts, upto = bands
    return runtime.Spread(firsts=array("q", firsts), upto=array("d", upto))


def population_of(kind: Mapping[str, us.Bands], runtime: Any = QUICKEST, stream: int = STREAM) -> Any:
    spreads = {name: spread_of(bands, runtime) for name, bands in kind.items()}
    return runtime.Population(stream=stream, **spreads)


def chances(bands: us.Bands) -> dict[int, float]:
    """How likely each value is; only those that can be."""
    firsts, upto = bands
    found: dict[int, float] = {}
    for first, end, low, high in zip(firsts, firsts[1:], [0.0, *upto], upto, strict=False):
        if high > low:
            found.update(dict.fromkeys(range(first, end), (high - low) / (end - first)))
    return found


def check_chances(found: Mapping[Any, int], expected: Mapping[Any, float]) -> None:
    """Complain where chi-square is too large. Rare values are put together until they are 8 or more."""
    assert set(found) <= set(expected)
    draws = sum(found.values())
    cells: list[tuple[float, int]] = []
    mean, count = 0.0, 0
    for value, chance in expected.items():
        mean, count = mean + draws * chance, count + found.get(value, 0)
        if mean >= 8.0:
            cells.append((mean, count))
            mean, count = 0.0, 0
    last_mean, last_count = cells.pop()
    cells.append((last_mean + mean, last_count + count))
    assert math.fsum(mean for mean, _ in cells) == pytest.approx(draws)
    chi_square = math.fsum((count - mean) ** 2 / mean for mean, count in cells)
    freedom = len(cells) - 1
    assert chi_square <= freedom + 6.0 * math.sqrt(2.0 * freedom)


def drawn(kind: Mapping[str, us.Bands], name: str, consumers: int) -> list[int]:
    """An attribute of so many consumers."""
    population, value = population_of(kind), QUICKEST.consumer_value
    return [value(population, consumer, PURPOSES[name]) for consumer in range(consumers)]


# How a value is made of a word.


@pytest.mark.parametrize("name", ODD)
def test_words_that_are_spread_evenly_give_each_value_its_share(name: str) -> None:
    bands, draws = ODD[name], 20_000
    spread = spread_of(bands)
    found = Counter(spread.value((2 * i + 1) * WORDS // (2 * draws)) for i in range(draws))
    expected = chances(bands)
    assert set(found) <= set(expected)
    for value, chance in expected.items():
        assert abs(found[value] - draws * chance) <= 1.0


@pytest.mark.parametrize("bands", [*ODD.values(), *UNIFORM.values(), *REALISTIC.values()])
def test_the_least_word_gives_the_first_value_and_the_greatest_the_last(bands: us.Bands) -> None:
    spread = spread_of(bands)
    there = list(chances(bands))
    assert (spread.value(0), spread.value(WORDS - 1)) == (there[0], there[-1])


def test_that_holds_of_millions_of_values_too() -> None:
    spread = spread_of(MILLIONS)
    assert (spread.value(0), spread.value(WORDS - 1)) == (0, 10_000_000)


@pytest.mark.parametrize("bands", [*ODD.values(), *REALISTIC.values(), MILLIONS])
def test_a_greater_word_never_gives_a_smaller_value(bands: us.Bands) -> None:
    spread = spread_of(bands)
    edges = [int(share * WORDS) + near for share in bands[1] for near in (-(2**12), -1, 0, 1, 2**12)]
    words = sorted({*(word for word in edges if 0 <= word < WORDS), *range(0, WORDS, WORDS // 999)})
    values = [spread.value(word) for word in words]
    assert values == sorted(values)
    assert bands[0][0] <= values[0]
    assert values[-1] < bands[0][-1]


# Consumers.


@pytest.mark.parametrize(("kind", "name"), list(product(KINDS, PURPOSES)))
def test_consumers_are_as_likely_as_said(kind: str, name: str) -> None:
    bands = KINDS[kind][name]
    check_chances(Counter(drawn(KINDS[kind], name, 20_000)), chances(bands))


def test_the_check_would_tell_a_table_that_is_a_little_off() -> None:
    found = Counter(drawn(REALISTIC, "cars", 20_000))
    with pytest.raises(AssertionError):
        check_chances(found, chances(us.by_share((8.3, 31.0, 39.0, *us.CARS[3:]))))
    with pytest.raises(AssertionError):
        check_chances(Counter(drawn(UNIFORM, "kids", 20_000)), chances(us.alike(0, 10)))


def test_both_ends_are_reached() -> None:
    ages = drawn(UNIFORM | {"age": us.alike(30, 33)}, "age", 200)
    assert set(ages) == {30, 31, 32, 33}
    incomes = drawn(REALISTIC | {"income": us.within(us.INCOMES, 49_999, 50_001)}, "income", 200)
    assert set(incomes) == {49_999, 50_000, 50_001}


def test_attributes_of_a_consumer_know_nothing_of_each_other() -> None:
    kind = {
        "age": us.alike(0, 3), "income": us.alike(0, 3), "state": us.alike(0, 3),
        "kids": us.alike(0, 3), "cars": us.alike(0, 3), "owns": us.alike(0, 3),
    }  # fmt: skip
    columns = {name: drawn(kind, name, 8000) for name in PURPOSES}
    pairs = dict.fromkeys(product(range(4), range(4)), 1 / 16)
    for one, other in product(PURPOSES, PURPOSES):
        if one < other:
            check_chances(Counter(zip(columns[one], columns[other], strict=True)), pairs)
        check_chances(Counter(zip(columns[one], columns[other][1:], strict=False)), pairs)


def test_a_consumer_is_the_same_whenever_asked_and_another_in_another_stream() -> None:
    one, again = population_of(REALISTIC), population_of(REALISTIC)
    other = population_of(REALISTIC, stream=stream_of(2026, 2))
    value = QUICKEST.consumer_value
    there = [value(one, consumer, plain.DRAW_INCOME) for consumer in range(100)]
    assert [value(again, consumer, plain.DRAW_INCOME) for consumer in reversed(range(100))] == there[::-1]
    differ = sum(value(other, c, plain.DRAW_INCOME) != there[c] for c in range(100))
    assert differ >= 95


# Agents.


def agents_of(kind: Mapping[str, us.Bands], agents: int, least: int, most: int) -> list[plain.Speciality]:
    """Whom each specialises in."""
    population = population_of(kind, RUNTIMES["plain"])
    found = []
    for agent in range(agents):
        speciality = plain.Speciality(states=array("q", bytes(8 * STATES)))
        plain.specialise_agent(population, agent, least, most, speciality)
        found.append(speciality)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_an_agent_s_ranges_go_from_the_lesser_to_the_greater_of_two_draws(kind: str) -> None:
    small = KINDS[kind] | {"age": ([20, 21, 24], [0.5, 1.0]), "income": us.alike(5, 7)}
    found = agents_of(small, 4000, 1, 10)
    ages = {20: 0.5, 21: 1 / 6, 22: 1 / 6, 23: 1 / 6}
    incomes = {5: 1 / 3, 6: 1 / 3, 7: 1 / 3}
    check_chances(Counter((each.age_low, each.age_high) for each in found), of_two(ages))
    check_chances(Counter((each.income_low, each.income_high) for each in found), of_two(incomes))


def of_two(chances: Mapping[int, float]) -> dict[tuple[int, int], float]:
    """How likely the lesser and the greater of two independent draws are."""
    return {
        (low, high): (1.0 if low == high else 2.0) * chances[low] * chances[high]
        for low, high in product(chances, chances)
        if low <= high
    }


@pytest.mark.parametrize("kind", KINDS)
def test_an_agent_s_ranges_lie_where_consumers_are(kind: str) -> None:
    for each in agents_of(KINDS[kind], 500, 1, 10):
        assert 18 <= each.age_low <= each.age_high <= 90
        assert 25_000 <= each.income_low <= each.income_high <= 200_000
        assert each.owns in (0, 1)


@pytest.mark.parametrize(("least", "most"), [(1, 10), (1, 1), (3, 4), (20, 50), (50, 50)])
def test_how_many_states_an_agent_has_is_anything_between_the_limits_each_as_likely(
    least: int, most: int
) -> None:
    found = Counter(sum(each.states) for each in agents_of(UNIFORM, 3000, least, most))
    check_chances(found, dict.fromkeys(range(least, most + 1), 1 / (most + 1 - least)))


@pytest.mark.parametrize(("least", "most"), [(1, 1), (1, 10), (30, 50)])
def test_each_state_is_an_agent_s_as_often_as_any_other(least: int, most: int) -> None:
    agents = 3000
    found = [tuple(each.states) for each in agents_of(REALISTIC, agents, least, most)]
    assert all(set(each) <= {0, 1} for each in found)
    share = (least + most) / 2 / STATES
    limit = 5.0 * math.sqrt(agents * share * (1.0 - share))
    for state in range(STATES):
        assert abs(sum(each[state] for each in found) - agents * share) <= limit


def test_each_pair_of_states_is_an_agent_s_as_often_as_any_other() -> None:
    agents, pairs = 12_000, STATES * (STATES - 1) // 2
    found: Counter[tuple[int, ...]] = Counter()
    for each in agents_of(UNIFORM, agents, 2, 2):
        found[tuple(state for state in range(STATES) if each.states[state])] += 1
    check_chances(found, {(a, b): 1 / pairs for a in range(STATES) for b in range(a + 1, STATES)})


def test_an_agent_owns_a_home_as_often_as_a_consumer_does() -> None:
    check_chances(Counter(each.owns for each in agents_of(REALISTIC, 3000, 1, 1)), {0: 0.348, 1: 0.652})


@pytest.mark.parametrize("width", [1, 17, 1000])
def test_the_floor_is_told_just_whom_each_agent_specialises_in(width: int) -> None:
    runtime, agents = RUNTIMES["plain"], 70
    kind = UNIFORM | {"income": us.alike(300, 1500)}
    traits = [runtime.Trait() for _ in range(3)]
    runtime.open_trait(traits[0], agents, 18, 73, 1)
    runtime.open_trait(traits[1], agents, 300, 1200 // width + 1, width)
    runtime.open_trait(traits[2], agents, 0, STATES, 1)
    plain.specialise_agents(population_of(kind, runtime), traits, agents, 1, 10)
    expected = agents_of(kind, agents, 1, 10)
    for age in range(17, 92):
        assert fitting(traits[0], age) == [a.age_low <= age <= a.age_high for a in expected]
    for income in range(299, 1502, 1 if width > 1 else 7):
        assert fitting(traits[1], income) == [a.income_low <= income <= a.income_high for a in expected]
    for state in range(STATES):
        assert fitting(traits[2], state) == [bool(a.states[state]) for a in expected]


def fitting(trait: Any, value: int) -> list[bool]:
    """For each of 70 agents whether they specialise in a value."""
    find_fitting(trait, value)
    return [bool(trait.fitting[agent // 32] >> agent % 32 & 1) for agent in range(70)]


# In every runtime.


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", RUNTIMES)
def test_every_runtime_has_the_same_consumers(name: str, kind: str) -> None:
    runtime = RUNTIMES[name]
    whole = {"age": us.within(us.AGES, 0, us.AGE_MOST), "income": MILLIONS}
    for table in (KINDS[kind], KINDS[kind] | whole):
        one, other = population_of(table, RUNTIMES["plain"]), population_of(table, runtime)
        for purpose in PURPOSES.values():
            for consumer in (*range(300), 2**31 - 1):
                value = plain.consumer_value(one, consumer, purpose)
                assert runtime.consumer_value(other, consumer, purpose) == value


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", RUNTIMES)
def test_every_runtime_has_the_same_agents(name: str, kind: str) -> None:
    runtime = RUNTIMES[name]
    population = population_of(KINDS[kind], runtime)
    found = runtime.Speciality(states=array("q", bytes(8 * STATES)))
    for agent, one in enumerate(agents_of(KINDS[kind], 100, 1, 50)):
        runtime.specialise_agent(population, agent, 1, 50, found)
        assert (found.age_low, found.age_high) == (one.age_low, one.age_high)
        assert (found.income_low, found.income_high, found.owns) == (
            one.income_low,
            one.income_high,
            one.owns,
        )
        assert list(found.states) == list(one.states)
