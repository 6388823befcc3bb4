"""What workers share in a database: who is there, which floors there are, and what waits for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from callfloor.live.tenure import SharedStore
from callfloor.stores.errors import StoreError
from callfloor.stores.port import Changes, FloorPlan, Worker
from tests.contract.stores import BACKENDS, Backend

LONG_S = 1000.0


@pytest.fixture(params=sorted(BACKENDS))
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    opened = BACKENDS[request.param](tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def store(backend: Backend) -> SharedStore:
    return backend.open()


def take_and_break_off(store: SharedStore, floor: int, entry: int) -> None:
    with store.transaction(floor, 0) as transaction:
        transaction.write(Changes(state="[1]", taken=[entry]))
        raise ZeroDivisionError


class Unwritable:
    """No database has a column for it."""


class TestWorkers:
    def test_they_are_there_until_they_sign_off(self, store: SharedStore) -> None:
        store.sign_on("two", LONG_S, takes_floors=False)
        store.sign_on("one", LONG_S, takes_floors=True)
        assert store.workers() == [Worker("one", True), Worker("two", False)]
        store.sign_on("two", LONG_S, takes_floors=True)
        store.sign_off("one")
        assert store.workers() == [Worker("two", True)]

    def test_one_that_is_not_heard_of_any_more_is_gone(self, backend: Backend, store: SharedStore) -> None:
        store.sign_on("one", LONG_S, takes_floors=True)
        backend.let_time_pass()
        assert store.workers() == []

    def test_all_see_the_same_clock(self, backend: Backend, store: SharedStore) -> None:
        before = store.clock()
        assert before <= backend.open().clock() <= before + 60.0


class TestPlans:
    def test_a_floor_has_its_settings_and_counts_their_changes(self, store: SharedStore) -> None:
        plan = store.plan_floor("north", "{}")
        assert plan == FloorPlan(store.floor_id("north"), "north", 1)
        assert store.plan_floor("north", '{"a": 1}').revision == 2
        assert store.floor_plans() == [FloorPlan(plan.floor, "north", 2)]
        assert store.planned_settings(plan.floor) == '{"a": 1}'

    def test_several_are_planned_at_once_or_none(self, store: SharedStore) -> None:
        with pytest.raises((TypeError, StoreError)):
            store.plan_floors({"north": "{}", "south": Unwritable()})  # type: ignore[dict-item]
        assert store.floor_plans() == []
        assert [plan.name for plan in store.plan_floors({"north": "{}", "south": "{}"})] == ["north", "south"]

    def test_a_floor_without_a_plan_is_nobodys(self, store: SharedStore) -> None:
        floor = store.floor_id("of dial")
        assert store.floor_plans() == []
        assert store.planned_settings(floor) == ""

    def test_a_plan_that_is_made_again_has_another_revision(self, store: SharedStore) -> None:
        floor = store.plan_floor("north", "{}").floor
        store.forget_plan(floor)
        assert store.floor_plans() == []
        assert store.planned_settings(floor) == ""
        assert store.plan_floor("north", "{}").revision == 3


class TestInbox:
    def test_entries_wait_in_the_order_in_which_they_came(self, store: SharedStore) -> None:
        floor, other = store.floor_id("north"), store.floor_id("south")
        assert [store.put(floor, text) for text in ("1", "2", "3")] == [True] * 3
        store.put(other, "4")
        assert [entry.arrival for entry in store.waiting(floor, 2)] == ["1", "2"]
        assert store.waiting_count(floor) == 3

    def test_of_two_with_the_same_event_id_one_waits(self, store: SharedStore) -> None:
        floor, other = store.floor_id("north"), store.floor_id("south")
        assert store.put(floor, "1", "an id")
        assert not store.put(floor, "2", "an id")
        assert store.put(other, "3", "an id")
        assert [(e.arrival, e.event_id) for e in store.waiting(floor, 9)] == [("1", "an id")]

    def test_the_step_that_takes_an_entry_deletes_it(self, store: SharedStore) -> None:
        floor = store.floor_id("north")
        for text in ("1", "2", "3"):
            store.put(floor, text)
        first, _, third = store.waiting(floor, 9)
        with store.transaction(floor, 0) as transaction:
            transaction.write(Changes(state="[1]", taken=[first.id, third.id]))
        assert [entry.arrival for entry in store.waiting(floor, 9)] == ["2"]

    def test_a_step_that_fails_leaves_it(self, store: SharedStore) -> None:
        floor = store.floor_id("north")
        store.put(floor, "1")
        [entry] = store.waiting(floor, 9)
        with pytest.raises(ZeroDivisionError):
            take_and_break_off(store, floor, entry.id)
        assert store.waiting(floor, 9) == [entry]

    def test_one_that_is_set_aside_keeps_nobody_waiting(self, backend: Backend, store: SharedStore) -> None:
        floor = store.floor_id("north")
        store.put(floor, "bad", "an id")
        store.put(floor, "good")
        store.refuse(store.waiting(floor, 1)[0].id, "expected JSON")
        assert [entry.arrival for entry in store.waiting(floor, 9)] == ["good"]
        assert backend.set_aside() == {"bad": "expected JSON"}
        assert not store.put(floor, "bad", "an id")
