"""What was set aside of an inbox, listed, tried again and discarded; several entries put down at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from callfloor.stores.errors import StoreError
from callfloor.stores.sql.store import SqlStore
from tests.contract.stores import SQL_BACKENDS


class Unwritable:
    """No database has a column for it."""


@pytest.fixture(params=sorted(SQL_BACKENDS))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    opened = SQL_BACKENDS[request.param](tmp_path)
    yield opened.open()
    opened.close()


def test_several_are_put_down_at_once_or_none(store: SqlStore) -> None:
    floor = store.floor_id("north")
    assert store.put_all(floor, [("1", "a"), ("2", None), ("3", "a")]) == 2
    assert [entry.arrival for entry in store.waiting(floor, 9)] == ["1", "2"]
    with pytest.raises((TypeError, StoreError)):
        store.put_all(floor, [("4", "b"), (Unwritable(), "c")])  # type: ignore[list-item]
    assert store.waiting_count(floor) == 2


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
