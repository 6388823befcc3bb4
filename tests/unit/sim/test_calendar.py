"""The calendar gives its entries by time, those of one time in order, the same in every runtime."""

from __future__ import annotations

import math
import random
from heapq import heappop, heappush
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callfloor.runtimes import Name, available, load
from callfloor.sim import calendar as plain

NAMES: tuple[Name, ...] = ("plain", "compiled", "fast")
RUNTIMES: dict[str, ModuleType] = {name: load(name) for name in NAMES if name in available()}
LARGEST = 2**63 - 1

Entry = tuple[float, int, int, int]
times = st.one_of(
    st.sampled_from([0.0, 1.0, 2.0]),
    st.floats(min_value=-1e9, max_value=1e18, allow_nan=False),
    st.just(math.inf),
)
steps = st.lists(st.one_of(st.none(), times), max_size=200)
"""A time to add, or None: take one out."""


@pytest.fixture(params=RUNTIMES)
def calendar(request: pytest.FixtureRequest) -> Any:
    return RUNTIMES[request.param].Calendar()


def popped(calendar: Any) -> Entry:
    calendar.pop()
    return calendar.at, calendar.kind, calendar.index, calendar.serial


def play(calendar: Any, steps: list[float | None]) -> list[Entry]:
    """Do the steps, empty the calendar, and compare all that comes with a heap of tuples."""
    heap: list[tuple[float, int]] = []
    entries: list[Entry] = []
    seen: list[Entry] = []
    for step in [*steps, *[None] * len(steps)]:
        if step is not None:
            entry = (step, len(entries) % 7, len(entries), -len(entries))
            heappush(heap, (step, len(entries)))
            entries.append(entry)
            calendar.add(*entry)
        elif heap:
            seen.append(popped(calendar))
            assert seen[-1] == entries[heappop(heap)[1]]
        assert calendar.count == len(heap)
        assert calendar.next_at == (heap[0][0] if heap else math.inf)
    return seen


@given(steps)
def test_it_is_a_heap_in_every_runtime(steps: list[float | None]) -> None:
    seen = [play(runtime.Calendar(), steps) for runtime in RUNTIMES.values()]
    assert all(one == seen[0] for one in seen)


def test_thousands_of_entries_with_ties(calendar: Any) -> None:
    rng = random.Random(1)
    adding: list[float | None] = [float(rng.randrange(200)) for _ in range(3000)]
    mixed = [None if rng.random() < 0.5 else float(rng.randrange(200)) for _ in range(3000)]
    seen = play(calendar, [*adding, *mixed])
    assert len(seen) > 4000


def test_cells_are_the_same_in_every_runtime() -> None:
    rng = random.Random(2)
    calendars = [runtime.Calendar() for runtime in RUNTIMES.values()]
    for step in range(3000):
        at, gone = rng.choice([rng.random() * 9, 5.0]), rng.random() < 0.4
        for one in calendars:
            if gone and one.count:
                one.pop()
            else:
                one.add(at, 3, step, 1)
    arrays = [(c.times, c.keys, c.kinds, c.indexes, c.serials, c.count, c.vacant) for c in calendars]
    assert all(one == arrays[0] for one in arrays)


def test_those_of_one_time_come_in_the_order_in_which_they_were_put_in(calendar: Any) -> None:
    for index in range(500):
        calendar.add(7.0, 1, index, 0)
    order = []
    for index in range(500, 1000):
        order.append(popped(calendar)[2])
        calendar.add(7.0, 1, index, 0)
    order += [popped(calendar)[2] for _ in range(500)]
    assert order == list(range(1000))


def test_what_is_never_due_comes_last_and_in_order(calendar: Any) -> None:
    for index, at in enumerate((math.inf, 1.0, math.inf, 0.0, math.inf)):
        calendar.add(at, 1, index, 0)
    assert [popped(calendar)[2] for _ in range(5)] == [3, 1, 0, 2, 4]


def test_it_grows_by_itself_and_holds_every_number(calendar: Any) -> None:
    sizes = set()
    for index in range(5000):
        calendar.add(float(5000 - index), -(2**31) + index, LARGEST - index, -LARGEST + index)
        sizes.add(len(calendar.times))
    assert sizes == {65, 129, 257, 513, 1025, 2049, 4097, 8193}
    for index in reversed(range(5000)):
        assert popped(calendar) == (
            float(5000 - index),
            -(2**31) + index,
            LARGEST - index,
            -LARGEST + index,
        )
    assert len(calendar.times) == 8193
    assert calendar.next_at == math.inf


def test_an_empty_one_says_so(calendar: Any) -> None:
    assert calendar.next_at == math.inf
    for _ in range(2):
        with pytest.raises(IndexError, match="empty calendar"):
            calendar.pop()
        calendar.add(1.0, 2, 3, 4)
        assert popped(calendar) == (1.0, 2, 3, 4)
        assert calendar.next_at == math.inf


def test_a_stale_entry_is_known_by_its_serial(calendar: Any) -> None:
    serial_of = [0] * 50
    rng = random.Random(3)
    for at in range(500):
        whose = rng.randrange(50)
        serial_of[whose] += 1
        calendar.add(rng.random() + at, 1, whose, serial_of[whose])
    good = []
    while calendar.count:
        calendar.pop()
        if calendar.serial == serial_of[calendar.index]:
            good.append(calendar.index)
    assert sorted(good) == [whose for whose in range(50) if serial_of[whose]]


def test_there_is_a_limit_and_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "SLOT_PART", 127)
    calendar = plain.Calendar()
    for index in range(121):
        calendar.add(float(index % 10), 0, index, 0)
    with pytest.raises(OverflowError, match="at once"):
        calendar.add(0.0, 0, 121, 0)
    assert [popped(calendar)[0] for _ in range(121)] == sorted(float(index % 10) for index in range(121))
