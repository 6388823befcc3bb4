"""Arrays, words and mathematics: what the simulator's world is made of, the same bits in every runtime."""

from __future__ import annotations

import random
import struct
from array import array
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

LARGEST = 2**64 - 1


def bits(number: float) -> bytes:
    return struct.pack("<d", number)


def outcome(call: Callable[..., float], *arguments: float) -> object:
    """The bits of a result, or the kind of error and what it says."""
    try:
        return bits(call(*arguments))
    except (ArithmeticError, ValueError) as error:
        return type(error), str(error)


# Arrays.


def test_a_heap_gives_its_entries_in_their_order(tiny: ModuleType) -> None:
    calendar = tiny.Calendar()
    rng = random.Random(3)
    times = [rng.random() for _ in range(500)]
    for what, due_at in enumerate(times):
        tiny.push(calendar, due_at, what)
    assert [tiny.pop(calendar) for _ in times] == sorted(range(500), key=times.__getitem__)


def test_a_heap_is_the_same_in_all_runtimes(floors: dict[str, ModuleType]) -> None:
    seen = []
    for tiny in floors.values():
        calendar = tiny.Calendar(seed=LARGEST)
        now = tiny.churn(calendar, 100, 2000)
        seen.append((now, calendar.at, calendar.what, calendar.marks, calendar.count))
    assert seen[0] == seen[1] == seen[2]


def test_arrays_are_arrays_for_python_too(tiny: ModuleType) -> None:
    calendar = tiny.Calendar()
    assert (calendar.at, calendar.what) == (array("d"), array("q"))
    assert calendar.marks.typecode == "i"
    calendar.at = array("d", [1.5, 2.5])
    assert tiny.cell_of(calendar.at, 1) == calendar.first_at() + 1.0 == 2.5
    assert tiny.Calendar(at=array("d", [4.0])).first_at() == 4.0
    assert tiny.Calendar().at is not tiny.Calendar().at


def test_cells_are_read_and_written(tiny: ModuleType) -> None:
    counts = array("q", [1, -(2**62), 3])
    assert tiny.swapped(counts, 0, 1) == -(2**62)
    assert counts == array("q", [-(2**62), 1, 3])
    calendar = tiny.Calendar(at=array("d", [1.0, 2.0]), marks=array("i", [5]), count=1)
    assert tiny.store(calendar, 0.5) == 2, "the place is worked out once"
    assert calendar.at == array("d", [2.0, 2.5])
    assert tiny.code_of(calendar, 0) == 1
    times = array("d", [3.0])
    assert tiny.copied(times) == array("d", [1.0])
    assert times == array("d", [3.0])
    assert tiny.total([array("d", [1.0, 2.0]), array("d"), times]) == 7.0
    assert list(tiny.backwards(6)) == [-100, 1, 0, -97, 0, 5]


def test_arrays_are_shared_like_any_record(tiny: ModuleType) -> None:
    one, other = tiny.Calendar(), tiny.Calendar()
    assert tiny.shared(one, other)
    assert other.at is one.at


def test_virtual_calls_take_arrays(tiny: ModuleType) -> None:
    weights = tiny.ByCells(array("d", [1.0, 2.0]))
    assert tiny.weigh(weights, array("d", [10.0, 1.0]), tiny.Worker(id=1)) == 26.0
    with pytest.raises(NotImplementedError):
        tiny.weigh(tiny.Weights(), array("d", [1.0]), tiny.Worker())


def test_no_cell_out_of_range(checked: ModuleType) -> None:
    for index in (2, 2**40):
        with pytest.raises(IndexError, match="array index out of range"):
            checked.cell_of(array("d", [1.0, 2.0]), index)
    with pytest.raises(IndexError):
        checked.code_of(checked.Calendar(), 0)
    with pytest.raises(TypeError):
        checked.total([None])


def test_the_safe_build_reads_no_array_from_its_end(floors: dict[str, ModuleType]) -> None:
    with pytest.raises(IndexError):
        floors["safe"].cell_of(array("d", [1.0]), -1)


def test_the_safe_build_takes_no_array_of_another_kind(floors: dict[str, ModuleType]) -> None:
    with pytest.raises(TypeError, match="expected an array of type code 'd', found array"):
        floors["safe"].cell_of(array("i", [1]), 0)
    for name in ("safe", "fast"):
        with pytest.raises(TypeError, match="type code 'd'"):
            floors[name].Calendar(at=array("f"))


# Words.


def words() -> Iterator[int]:
    yield from (0, 1, 2, 2**31, 2**32 - 1, 2**53 + 1, 2**63 - 1, 2**63, LARGEST - 1, LARGEST)
    rng = random.Random(1)
    yield from (rng.getrandbits(64) for _ in range(300))


def test_words_have_the_same_bits(floors: dict[str, ModuleType]) -> None:
    plain = floors["plain"]
    for name in ("safe", "fast"):
        tiny = floors[name]
        for word, other in zip(words(), reversed(list(words())), strict=True):
            entity = (word >> 1) - 2**62
            assert tiny.mix(word, entity, 3) == plain.mix(word, entity, 3)
            assert tiny.bits_of(word, other) == plain.bits_of(word, other)
            assert tiny.chosen(word, 1000) == plain.chosen(word, 1000)
            assert bits(tiny.uniform(word)) == bits(plain.uniform(word))
            assert bits(tiny.half_up(word)) == bits(plain.half_up(word))


def test_a_draw_may_have_a_logarithm(tiny: ModuleType) -> None:
    assert tiny.uniform(LARGEST) < 1.0
    assert 0.0 < tiny.half_up(0) < tiny.half_up(LARGEST) < 1.0
    assert tiny.GAMMA == 0x9E3779B97F4A7C15


def test_a_word_too_large_for_a_count(floors: dict[str, ModuleType]) -> None:
    for name in ("safe", "fast"):
        assert floors[name].to_count(2**63 - 1) == 2**63 - 1
        with pytest.raises(OverflowError):
            floors[name].to_count(2**63)
        with pytest.raises(OverflowError):
            floors[name].uniform(-1)


# Mathematics.

ODD = (0.0, -0.0, 1.0, -1.0, -2.5, 5e-324, 1e-300, 1e300, 800.0, -800.0, float("inf"), float("-inf"))


@pytest.mark.parametrize("which", range(10))
def test_mathematics_has_the_same_bits_and_errors(floors: dict[str, ModuleType], which: int) -> None:
    rng = random.Random(which)
    # What is whole is limited to 63 bits, and an infinity to what Python makes of it.
    whole = which == 7
    cases = [(x, y) for x in ODD if not whole or abs(x) < 1e18 for y in (0.5, -1.0, 3.0)]
    cases += [(float("nan"), 1.0)] * (not whole)
    cases += [(rng.uniform(0.0, 2.0), rng.uniform(-3.0, 3.0)) for _ in range(3000)]
    cases += [(rng.lognormvariate(0.0, 3.0), rng.uniform(-9.0, 9.0)) for _ in range(3000)]
    for x, y in cases:
        said = [outcome(tiny.formula, which, x, y) for tiny in floors.values()]
        assert said[0] == said[1] == said[2], (x, y)


def test_distributions_have_the_same_bits(floors: dict[str, ModuleType]) -> None:
    plain = floors["plain"]
    for name in ("safe", "fast"):
        tiny = floors[name]
        for entity in range(3000):
            assert bits(tiny.exponential(7, entity, 180.0)) == bits(plain.exponential(7, entity, 180.0))
            assert bits(tiny.normal(LARGEST, -entity)) == bits(plain.normal(LARGEST, -entity))
