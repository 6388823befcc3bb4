"""What workers share in a database: who is there, which floors there are, and what waits for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from callfloor.stores.errors import StoreError
from callfloor.stores.port import Changes, FloorPlan, Worker
from callfloor.stores.sql.store import SqlStore
from tests.contract.stores import SQL_BACKENDS, SqlBackend

LONG_S = 1000.0


@pytest.fixture(params=sorted(SQL_BACKENDS))
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlBackend]:
    opened = SQL_BACKENDS[request.param](tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def store(backend: SqlBackend) -> SqlStore:
    return backend.open()


def take_and_break_off(store: SqlStore, floor: int, entry: int) -> None:
    with store.transaction(floor, 0) as transaction:
        transaction.write(Changes(state="[1]", taken=[entry]))
        raise ZeroDivisionError


class Unwritable:
    """No database has a column for it."""


class TestWorkers:
    def test_they_are_there_until_they_sign_off(self, store: SqlStore) -> None:
        store.sign_on("two", LONG_S, takes_floors=False)
        store.sign_on("one", LONG_S, takes_floors=True)
        assert store.workers() == [Worker("one", True), Worker("two", False)]
        store.sign_on("two", LONG_S, takes_floors=True)
        store.sign_off("one")
        assert store.workers() == [Worker("two", True)]

    def test_one_that_is_not_heard_of_any_more_is_gone(self, store: SqlStore) -> None:
        store.sign_on("one", LONG_S, takes_floors=True)
        store.db.run("UPDATE workers SET until = until - 100000")
        assert store.workers() == []

    def test_all_see_the_same_clock(self, backend: SqlBackend, store: SqlStore) -> None:
        before = store.clock()
        assert before <= backend.open().clock() <= before + 60.0


class TestPlans:
    def test_a_floor_has_its_settings_and_counts_their_changes(self, store: SqlStore) -> None:
        plan = store.plan_floor("north", "{}")
        assert plan == FloorPlan(store.floor_id("north"), "north", 1)
        assert store.plan_floor("north", '{"a": 1}').revision == 2
        assert store.floor_plans() == [FloorPlan(plan.floor, "north", 2)]
        assert store.planned_settings(plan.floor) == '{"a": 1}'

    def test_several_are_planned_at_once_or_none(self, store: SqlStore) -> None:
        with pytest.raises((TypeError, StoreError)):
            store.plan_floors({"north": "{}", "south": Unwritable()})  # type: ignore[dict-item]
        assert store.floor_plans() == []
        assert [plan.name for plan in store.plan_floors({"north": "{}", "south": "{}"})] == ["north", "south"]

    def test_a_floor_without_a_plan_is_nobodys(self, store: SqlStore) -> None:
        floor = store.floor_id("of dial")
        assert store.floor_plans() == []
        assert store.planned_settings(floor) == ""

    def test_a_plan_that_is_made_again_has_another_revision(self, store: SqlStore) -> None:
        floor = store.plan_floor("north", "{}").floor
        store.forget_plan(floor)
        assert store.floor_plans() == []
        assert store.planned_settings(floor) == ""
        assert store.plan_floor("north", "{}").revision == 3


class TestInbox:
    def test_entries_wait_in_the_order_in_which_they_came(self, store: SqlStore) -> None:
        floor, other = store.floor_id("north"), store.floor_id("south")
        assert [store.put(floor, text) for text in ("1", "2", "3")] == [True] * 3
        store.put(other, "4")
        assert [entry.arrival for entry in store.waiting(floor, 2)] == ["1", "2"]
        assert store.waiting_count(floor) == 3

    def test_of_two_with_the_same_event_id_one_waits(self, store: SqlStore) -> None:
        floor, other = store.floor_id("north"), store.floor_id("south")
        assert store.put(floor, "1", "an id")
        assert not store.put(floor, "2", "an id")
        assert store.put(other, "3", "an id")
        assert [(e.arrival, e.event_id) for e in store.waiting(floor, 9)] == [("1", "an id")]

    def test_several_are_put_down_at_once_or_none(self, store: SqlStore) -> None:
        floor = store.floor_id("north")
        assert store.put_all(floor, [("1", "a"), ("2", None), ("3", "a")]) == 2
        assert [entry.arrival for entry in store.waiting(floor, 9)] == ["1", "2"]
        with pytest.raises((TypeError, StoreError)):
            store.put_all(floor, [("4", "b"), (Unwritable(), "c")])  # type: ignore[list-item]
        assert store.waiting_count(floor) == 2

    def test_the_step_that_takes_an_entry_deletes_it(self, store: SqlStore) -> None:
        floor = store.floor_id("north")
        for text in ("1", "2", "3"):
            store.put(floor, text)
        first, _, third = store.waiting(floor, 9)
        with store.transaction(floor, 0) as transaction:
            transaction.write(Changes(state="[1]", taken=[first.id, third.id]))
        assert [entry.arrival for entry in store.waiting(floor, 9)] == ["2"]

    def test_a_step_that_fails_leaves_it(self, store: SqlStore) -> None:
        floor = store.floor_id("north")
        store.put(floor, "1")
        [entry] = store.waiting(floor, 9)
        with pytest.raises(ZeroDivisionError):
            take_and_break_off(store, floor, entry.id)
        assert store.waiting(floor, 9) == [entry]

    def test_one_that_is_set_aside_keeps_nobody_waiting(self, store: SqlStore) -> None:
        floor = store.floor_id("north")
        store.put(floor, "bad", "an id")
        store.put(floor, "good")
        store.refuse(store.waiting(floor, 1)[0].id, "expected JSON")
        assert [entry.arrival for entry in store.waiting(floor, 9)] == ["good"]
        [refused] = store.refused(floor, 9)
        assert (refused.event_id, refused.arrival, refused.reason) == ("an id", "bad", "expected JSON")
        assert not store.put(floor, "bad", "an id")


class TestSetAside:
    """Entries that were set aside: "0", "1" and "2" of one floor, and "3" of another."""

    @pytest.fixture
    def floor(self, store: SqlStore) -> int:
        floor, other = store.floor_id("north"), store.floor_id("south")
        for text, which in (("0", floor), ("1", floor), ("2", floor), ("3", other)):
            store.put(which, text)
            store.refuse(store.waiting(which, 1)[0].id, f"reason {text}")
        store.put(floor, "4")
        return floor

    def ids(self, store: SqlStore, floor: int) -> list[int]:
        return [entry.id for entry in store.refused(floor, 9)]

    def test_they_are_told_with_the_reason_and_when(self, store: SqlStore, floor: int) -> None:
        found = store.refused(floor, 2)
        assert [(entry.floor, entry.arrival, entry.reason) for entry in found] == [
            (floor, "0", "reason 0"),
            (floor, "1", "reason 1"),
        ]
        for entry in found:
            assert entry.refused_at is not None
            assert entry.put_at <= entry.refused_at <= store.clock()
        assert (store.refused_count(floor), store.waiting_count(floor)) == (3, 1)

    def test_those_that_are_retried_wait_again_in_their_order(self, store: SqlStore, floor: int) -> None:
        first, _, last = self.ids(store, floor)
        assert store.retry(floor, [last, first]) == []
        assert [entry.arrival for entry in store.waiting(floor, 9)] == ["0", "2", "4"]
        assert [entry.arrival for entry in store.refused(floor, 9)] == ["1"]

    def test_all_of_a_floor_are_retried(self, store: SqlStore, floor: int) -> None:
        assert store.retry(floor, None) == []
        assert [entry.arrival for entry in store.waiting(floor, 9)] == ["0", "1", "2", "4"]
        assert store.refused_count(store.floor_id("south")) == 1

    def test_those_that_are_discarded_are_gone(self, store: SqlStore, floor: int) -> None:
        first, second, _ = self.ids(store, floor)
        assert store.discard(floor, [first, second]) == []
        assert [entry.arrival for entry in store.refused(floor, 9)] == ["2"]
        assert store.waiting_count(floor) == 1

    @pytest.mark.parametrize("do", ["retry", "discard"])
    def test_where_one_was_not_set_aside_nothing_happens(self, store: SqlStore, floor: int, do: str) -> None:
        first = self.ids(store, floor)[0]
        [others] = self.ids(store, store.floor_id("south"))
        [waits] = [entry.id for entry in store.waiting(floor, 9)]
        assert getattr(store, do)(floor, [first, others, waits, 999]) == [others, waits, 999]
        assert (store.refused_count(floor), store.waiting_count(floor)) == (3, 1)

    def test_a_reason_that_no_database_takes_is_kept_all_the_same(self, store: SqlStore, floor: int) -> None:
        store.refuse(store.waiting(floor, 1)[0].id, "found '\0'")
        assert store.refused(floor, 9)[-1].reason == "found '\ufffd'"
