"""Lists in SQLite: invisible until published, gone when discarded, in nobody's way."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from callfloor.leads.port import NewLead
from callfloor.stores.errors import StoreBusyError, StoreError, StoreFullError, StoreUnusableError
from callfloor.stores.sql.importers import DEAD_AFTER_S, importer_token, is_running
from callfloor.stores.sql.lists import DISCARD_ROWS
from callfloor.stores.sqlite.connection import open_database
from callfloor.stores.sqlite.database import SqliteDatabase
from callfloor.stores.sqlite.lists import SqliteLeadLists
from callfloor.stores.urls import store_path

VISIBLE = "SELECT count(*) FROM leads JOIN lists ON lists.id = leads.list WHERE lists.status = 'active'"
TABLES = ("lists", "leads", "numbers", "lead_numbers", "campaigns")


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "test.db"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lists(path: Path, clock: Clock) -> Iterator[SqliteLeadLists]:
    with SqliteLeadLists(path, now=clock) as opened:
        yield opened


@pytest.fixture
def dialer(path: Path) -> Iterator[apsw.Connection]:
    """A second connection, which does not wait for a lock at all."""
    connection = open_database(path, busy_timeout_s=0)
    yield connection
    connection.close()


def leads(first: int, count: int) -> list[NewLead]:
    return [NewLead(line, [12125550000 + line]) for line in range(first, first + count)]


def counts(connection: apsw.Connection) -> dict[str, Any]:
    return {table: connection.execute(f"SELECT count(*) FROM {table}").get for table in TABLES}


def test_a_list_is_seen_all_at_once_when_it_is_published(
    lists: SqliteLeadLists, dialer: apsw.Connection
) -> None:
    writer = lists.begin("sales", "a.csv")
    for first in (0, 10, 20):
        writer.add(leads(first, 10))
        assert dialer.execute(VISIBLE).get == 0
    writer.publish()
    assert dialer.execute(VISIBLE).get == 30


def test_a_dialer_commits_between_the_batches_without_waiting(
    lists: SqliteLeadLists, dialer: apsw.Connection
) -> None:
    writer = lists.begin("sales", "a.csv")
    for first in (0, 10):
        writer.add(leads(first, 10))
        dialer.execute("INSERT INTO numbers (e164) VALUES (?)", (13105550000 + first,))
    writer.publish()
    assert dialer.execute("SELECT count(*) FROM numbers").get == 22


def test_a_discarded_list_leaves_nothing(lists: SqliteLeadLists, dialer: apsw.Connection) -> None:
    writer = lists.begin("sales", "a.csv")
    writer.add([NewLead(1, [12125550001, 12125550002]), *leads(10, DISCARD_ROWS + 10)])
    writer.discard()
    assert counts(dialer) == dict.fromkeys(TABLES, 0)


def test_discarding_keeps_what_others_know_of_a_number(
    lists: SqliteLeadLists, dialer: apsw.Connection
) -> None:
    published = lists.begin("sales", "a.csv")
    published.add(leads(0, 2))
    published.publish()
    dialer.execute("INSERT INTO numbers (e164, barred) VALUES (12125550002, 1)")
    dialer.execute("INSERT INTO numbers (e164, attempts) VALUES (12125550003, 1)")
    other = lists.begin("support", "b.csv")
    other.add(leads(0, 6))
    other.discard()
    assert counts(dialer) == {"lists": 1, "leads": 2, "numbers": 4, "lead_numbers": 2, "campaigns": 1}


def test_publishing_is_final(lists: SqliteLeadLists, dialer: apsw.Connection) -> None:
    writer = lists.begin("sales", "a.csv")
    writer.add(leads(0, 3))
    writer.publish()
    writer.discard()
    assert dialer.execute(VISIBLE).get == 3


def test_duplicates_are_told_by_where_the_other_is(lists: SqliteLeadLists) -> None:
    first = lists.begin("sales", "a.csv")
    first.add(leads(0, 1))
    first.publish()
    writer = lists.begin("sales", "b.csv")
    writer.add(leads(5, 1))
    added = writer.add([*leads(0, 1), NewLead(9, [12125550005, 12125550009]), *leads(9, 1)])
    assert (added.leads, added.numbers) == (1, 1)
    assert [(d.position, d.number, d.in_file, d.lead_dropped) for d in added.duplicates] == [
        (0, 12125550000, False, True),
        (1, 12125550005, True, False),
        (2, 12125550009, True, True),
    ]


def test_a_second_import_into_a_campaign_is_refused_while_the_first_is_running(
    path: Path, clock: Clock
) -> None:
    with SqliteLeadLists(path, now=clock) as ours, SqliteLeadLists(path, now=clock) as theirs:
        ours.begin("sales", "a.csv")
        with pytest.raises(StoreBusyError, match=r"'sales': another import is running \(list 'a.csv'"):
            theirs.begin("sales", "b.csv")
        theirs.begin("support", "b.csv")


def test_what_a_dead_importer_staged_is_removed_and_shadows_nothing(
    path: Path, dialer: apsw.Connection
) -> None:
    """The process dies without a word; the next import need not wait."""
    code = (
        "import os, sys; from pathlib import Path; from callfloor.leads.port import NewLead; "
        "from callfloor.stores.sqlite.lists import SqliteLeadLists; "
        "writer = SqliteLeadLists(Path(sys.argv[1])).begin('sales', 'dead.csv'); "
        "writer.add([NewLead(1, [12125550001]), NewLead(2, [12125550002])]); os._exit(9)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    dead = subprocess.run([sys.executable, "-c", code, str(path)], env=environment, check=False)
    assert dead.returncode == 9
    assert dialer.execute("SELECT status FROM lists").get == "staged"
    assert dialer.execute(VISIBLE).get == 0
    with SqliteLeadLists(path) as lists:
        writer = lists.begin("sales", "next.csv")
        assert writer.add(leads(1, 2)).duplicates == []
        writer.publish()
    assert dialer.execute("SELECT name FROM lists").get == "next.csv"
    assert dialer.execute("SELECT count(*) FROM leads").get == 2


def test_an_importer_that_is_silent_too_long_is_taken_for_dead_and_finds_out(
    path: Path, clock: Clock
) -> None:
    with SqliteLeadLists(path, now=clock) as ours, SqliteLeadLists(path, now=clock) as theirs:
        writer = ours.begin("sales", "a.csv")
        writer.add(leads(0, 5))
        clock.now += DEAD_AFTER_S + 1
        other = theirs.begin("sales", "b.csv")
        assert other.add(leads(0, 5)).leads == 5
        for act in (lambda: writer.add(leads(5, 5)), writer.publish):
            with pytest.raises(StoreError, match="another one has removed"):
                act()
        # The new list has the old one's id: discarding must not touch it.
        writer.discard()
        other.publish()
        connection = open_database(path)
        assert connection.execute(VISIBLE).get == 5
        connection.close()


def test_an_importer_that_shows_life_is_left_alone(path: Path, clock: Clock) -> None:
    with SqliteLeadLists(path, now=clock) as ours, SqliteLeadLists(path, now=clock) as theirs:
        writer = ours.begin("sales", "a.csv")
        for first in range(0, 50, 10):
            clock.now += DEAD_AFTER_S - 1
            writer.add(leads(first, 10))
        with pytest.raises(StoreBusyError):
            theirs.begin("sales", "b.csv")


def test_a_discard_that_was_broken_off_is_finished_by_the_next_import(
    lists: SqliteLeadLists, dialer: apsw.Connection
) -> None:
    writer = lists.begin("sales", "a.csv")
    writer.add(leads(0, 5))
    dialer.execute("UPDATE lists SET status = 'discarded'")
    lists.begin("support", "b.csv")
    assert counts(dialer)["leads"] == counts(dialer)["lead_numbers"] == 0


def test_a_full_disk_is_told_and_the_list_stays_invisible(
    lists: SqliteLeadLists, dialer: apsw.Connection
) -> None:
    writer = lists.begin("sales", "a.csv")
    writer.add(leads(0, 5))
    assert lists._database is not None
    pages = lists._database.value("PRAGMA page_count")
    lists._database.run(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreFullError, match="disk is full"):
        writer.add(leads(10, 3000))
    assert counts(dialer)["leads"] == 5
    writer.discard()
    assert counts(dialer) == dict.fromkeys(TABLES, 0)


def test_a_database_that_another_process_holds_is_told(path: Path, dialer: apsw.Connection) -> None:
    dialer.execute("BEGIN IMMEDIATE")
    with SqliteLeadLists(path) as lists:
        lists._database = SqliteDatabase(open_database(path, busy_timeout_s=0), path)
        with pytest.raises(StoreBusyError, match="locked by another process"):
            lists.begin("sales", "a.csv")
    dialer.execute("ROLLBACK")
    assert counts(dialer)["lists"] == 0


def test_a_running_process_is_known() -> None:
    assert is_running(importer_token())
    assert is_running("another-host/1/x"), "who cannot be asked is not taken for dead at once"
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert not is_running(f"{socket.gethostname()}/{ended.pid}/x")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("callfloor.db", "callfloor.db"),
        ("/srv/callfloor.db", "/srv/callfloor.db"),
        ("sqlite:///callfloor.db", "callfloor.db"),
        ("sqlite:////srv/my%20floor.db", "/srv/my floor.db"),
        ("SQLITE:///a.db", "a.db"),
    ],
)
def test_a_store_is_named_by_path_or_url(url: str, expected: str) -> None:
    assert store_path(url) == Path(expected)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://user:secret@host/db", "expected a SQLite database here"),
        ("mysql://host/db", "is no store"),
        ("sqlite://host/a.db", "is no store"),
        ("sqlite:///", "names no database file"),
        ("", "names no database file"),
        (":memory:", "would be lost"),
        ("sqlite:///a.db?mode=ro", "without options"),
    ],
)
def test_other_stores_are_refused_without_repeating_a_password(url: str, words: str) -> None:
    with pytest.raises(StoreUnusableError, match=words) as caught:
        store_path(url)
    assert "secret" not in str(caught.value)
