"""What was set aside is kept on every database, once; a floor is looked for without being made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from callfloor.stores.port import Changes, JournalEntry
from callfloor.stores.sql.poison import BODY_LONGEST, SetAside
from callfloor.stores.sql.store import SqlStore
from tests.contract.stores import SQL_BACKENDS

MESSAGE = SetAside("main", "m-1", '{"type": "sweep"}', "floor: expected …", 1_800_000_000.5)


@pytest.fixture(params=SQL_BACKENDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    backend = SQL_BACKENDS[request.param](tmp_path)
    yield backend.open()
    backend.close()


def test_a_message_is_kept_as_it_was(store: SqlStore) -> None:
    store.set_aside(MESSAGE)
    assert store.all_set_aside() == [MESSAGE]


def test_one_that_is_set_aside_twice_is_kept_once(store: SqlStore) -> None:
    store.set_aside(MESSAGE)
    store.set_aside(MESSAGE._replace(reason="another"))
    assert store.all_set_aside() == [MESSAGE]


def test_of_a_long_one_the_beginning_is_kept_and_what_no_database_takes_is_replaced(store: SqlStore) -> None:
    store.set_aside(MESSAGE._replace(floor="\0", body="\0" + "x" * (2 * BODY_LONGEST), reason="\0"))
    [kept] = store.all_set_aside()
    assert (len(kept.body), kept.body[:2], kept.floor, kept.reason) == (
        BODY_LONGEST,
        "\ufffdx",
        "\ufffd",
        "\ufffd",
    )


def test_those_that_are_dealt_with_are_dropped_by_their_sources(store: SqlStore) -> None:
    messages = [MESSAGE._replace(source=f"m-{i}") for i in range(3)]
    for message in messages:
        store.set_aside(message)
    assert store.set_aside_of(["m-2", "m-0", "unknown", "\0"]) == [messages[2], messages[0]]
    store.drop_set_aside(["m-0", "m-2"])
    assert store.all_set_aside() == [messages[1]]


def test_tries_are_counted_until_one_is_ended(store: SqlStore) -> None:
    assert [store.begin_try("a"), store.begin_try("a"), store.begin_try("b")] == [1, 2, 1]
    store.end_try("a")
    store.end_try("unknown")
    assert [store.begin_try("a"), store.begin_try("b")] == [1, 2]


def test_to_look_for_a_floor_makes_none(store: SqlStore) -> None:
    assert store.find_floor("main") is None
    assert store.floors() == []
    floor = store.floor_id("main")
    assert store.find_floor("main") == floor


def test_the_latest_settings_are_found_among_other_entries(store: SqlStore) -> None:
    floor = store.floor_id("main")
    assert store.latest_settings(floor) is None
    kinds = [-1, 40, -1, 40, 40]
    entries = [JournalEntry(seq, 0.0, kind, f"event {seq}", "[]", None) for seq, kind in enumerate(kinds, 1)]
    with store.transaction(floor, 0) as step:
        step.write(Changes(state="{}", journal=entries))
    assert store.latest_settings(floor) == (3, "event 3")


def test_a_floor_without_commands_has_nothing_unsent(store: SqlStore) -> None:
    assert not store.has_unsent(store.floor_id("main"))
