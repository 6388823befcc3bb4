"""Which process looks after which floor: taken, kept, lost by the database's clock, and woken."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from callfloor.live.tenure import SharedStore
from callfloor.stores.port import Changes, Lease
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


@pytest.fixture
def floor(store: SharedStore) -> int:
    return store.floor_id("main")


def owners(store: SharedStore) -> dict[str, str]:
    return {each.name: each.owner for each in store.leases()}


def test_a_floor_that_nobody_has_is_taken_and_kept(store: SharedStore, floor: int) -> None:
    assert store.take_lease(floor, "one", LONG_S)
    assert store.take_lease(floor, "one", LONG_S)
    assert owners(store) == {"main": "one"}


def test_a_floor_that_somebody_has_is_not_taken(backend: Backend, store: SharedStore, floor: int) -> None:
    other = backend.open()
    assert store.take_lease(floor, "one", LONG_S)
    assert not other.take_lease(floor, "two", LONG_S)
    assert owners(other) == {"main": "one"}


def test_floors_are_taken_one_by_one(store: SharedStore, floor: int) -> None:
    second = store.floor_id("second")
    assert store.take_lease(floor, "one", LONG_S)
    assert store.take_lease(second, "two", LONG_S)
    assert owners(store) == {"main": "one", "second": "two"}


def test_a_lease_that_has_run_out_is_anybodys(backend: Backend, store: SharedStore, floor: int) -> None:
    store.take_lease(floor, "one", LONG_S)
    backend.let_time_pass()
    assert store.leases() == [Lease(floor, "main", "", 0.0)]
    assert store.take_lease(floor, "two", LONG_S)
    assert not store.take_lease(floor, "one", LONG_S)


def test_one_that_is_renewed_lasts_from_then_on(backend: Backend, store: SharedStore, floor: int) -> None:
    store.take_lease(floor, "one", LONG_S)
    backend.let_time_pass()
    assert store.take_lease(floor, "one", LONG_S)
    [lease] = store.leases()
    assert lease.owner == "one"
    assert 0.5 * LONG_S < lease.left_s <= LONG_S


def test_who_lets_go_does_so_at_once_and_of_nobody_elses(store: SharedStore, floor: int) -> None:
    store.take_lease(floor, "one", LONG_S)
    store.release_lease(floor, "two")
    assert owners(store) == {"main": "one"}
    store.release_lease(floor, "one")
    assert store.take_lease(floor, "two", LONG_S)


def test_of_many_who_take_a_floor_at_once_one_has_it(backend: Backend, floor: int) -> None:
    stores = [backend.open() for _ in range(4)]
    taken: list[str] = []
    start = threading.Barrier(len(stores))

    def take(store: SharedStore, owner: str) -> None:
        start.wait()
        if store.take_lease(floor, owner, LONG_S):
            taken.append(owner)

    threads = [threading.Thread(target=take, args=(s, f"process {i}")) for i, s in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 1
    assert owners(stores[0]) == {"main": taken[0]}


def test_a_lease_guards_nothing_the_version_does(backend: Backend, store: SharedStore, floor: int) -> None:
    store.take_lease(floor, "one", LONG_S)
    other = backend.open()
    with other.transaction(floor, 0) as transaction:
        transaction.write(Changes(state="[1]"))
    assert store.version(floor) == 1


def test_a_floor_can_be_woken_whether_somebody_listens_or_not(store: SharedStore, floor: int) -> None:
    store.wake(floor)
