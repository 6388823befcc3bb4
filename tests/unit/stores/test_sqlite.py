"""SQLite when things are not as they should be: the right error in one clear line, nothing half-written."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from callfloor import floor as plain
from callfloor.stores.errors import StoreBusyError, StoreError, StoreFullError, StoreUnusableError
from callfloor.stores.port import Changes, JournalEntry
from callfloor.stores.sqlite.connection import APPLICATION_ID, is_ours, migrations, open_database
from callfloor.stores.sqlite.store import SqliteStore
from tests.unit.live.rig import START, Rig, same_floor


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "floor.db"


def made(path: Path) -> Path:
    """A database of ours, closed again."""
    store = SqliteStore(path, durable=False)
    store.floor_id("main")
    store.close()
    return path


def set_pragma(path: Path, pragma: str) -> None:
    connection = apsw.Connection(str(path))
    connection.execute(f"PRAGMA {pragma}")
    connection.close()


def fails(error: type[StoreError], act: Callable[[], object]) -> str:
    """Do something that fails with exactly this error; its message, which is one line."""
    with pytest.raises(StoreError) as caught:
        act()
    assert type(caught.value) is error
    message = str(caught.value)
    assert "\n" not in message
    return message


class TestOpening:
    def test_a_new_file_becomes_a_database_of_ours(self, path: Path) -> None:
        made(path)
        assert is_ours(path)

    def test_an_empty_file_becomes_a_database_of_ours(self, path: Path) -> None:
        path.touch()
        assert not is_ours(path)
        made(path)
        assert is_ours(path)

    def test_opening_again_changes_nothing(self, path: Path) -> None:
        made(path)
        before = path.read_bytes()
        made(path)
        assert path.read_bytes() == before

    def test_a_directory(self, tmp_path: Path) -> None:
        message = fails(StoreUnusableError, lambda: open_database(tmp_path))
        assert message == f"{tmp_path}: is a directory; give the path of a database file"

    def test_a_directory_that_is_not_there(self, tmp_path: Path) -> None:
        path = tmp_path / "missing" / "floor.db"
        message = fails(StoreUnusableError, lambda: open_database(path))
        assert message == f"{path}: there is no directory {path.parent}; make it first"
        assert not path.parent.exists()

    @pytest.mark.parametrize(
        "content", [b"phone,name\n+12125550100,Ann\n" * 100, b"x"], ids=["text", "a byte"]
    )
    def test_a_file_that_is_no_database(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        message = fails(StoreUnusableError, lambda: open_database(path))
        assert message == f"{path}: is not a SQLite database; give another path"
        assert path.read_bytes() == content

    def test_another_programs_database(self, path: Path) -> None:
        connection = apsw.Connection(str(path))
        connection.execute("CREATE TABLE theirs (x)")
        connection.close()
        before = path.read_bytes()
        for refuse in (open_database, is_ours):
            message = fails(StoreUnusableError, lambda refuse=refuse: refuse(path))  # type: ignore[misc]
            assert message == f"{path}: is another program's SQLite database; give another path"
        assert path.read_bytes() == before

    def test_a_database_of_a_newer_version(self, path: Path) -> None:
        set_pragma(made(path), "user_version = 99")
        message = fails(StoreUnusableError, lambda: open_database(path))
        newest = migrations()[-1][0]
        assert f"was written by a newer version of Callfloor (schema 99, this one knows {newest})" in message

    def test_a_damaged_database(self, path: Path) -> None:
        store = SqliteStore(made(path), durable=False)
        floor = store.floor_id("main")
        for i in range(200):
            with store.transaction(floor, i) as transaction:
                transaction.write(Changes(journal=[JournalEntry(i, 0.0, 1, "x" * 500, "[]", None)]))
        store.close()
        content = path.read_bytes()
        path.write_bytes(content[:8192] + b"\xff" * (len(content) - 8192))
        message = fails(StoreUnusableError, lambda: SqliteStore(path, durable=False))
        assert message.startswith(f"{path}: is damaged")

    def test_migrations_are_numbered_without_a_gap(self) -> None:
        assert [version for version, _ in migrations()] == list(range(1, len(migrations()) + 1))

    def test_a_migration_that_fails_leaves_nothing_behind(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        steps = [*migrations(), (99, "CREATE TABLE half_made (x); SELECT nonsense")]
        monkeypatch.setattr("callfloor.stores.sqlite.connection.migrations", lambda: steps)
        fails(StoreError, lambda: open_database(path))
        monkeypatch.undo()
        connection = apsw.Connection(str(path))
        assert connection.execute("SELECT count(*) FROM sqlite_schema").get == 0
        connection.close()
        made(path)

    def test_many_who_open_a_new_database_at_once_all_succeed(self, path: Path) -> None:
        failures: list[BaseException] = []
        start = threading.Barrier(6)

        def open_it() -> None:
            try:
                start.wait()
                store = SqliteStore(path, durable=False)
                store.floor_id("main")
                store.close()
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=open_it) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []

    def test_durable_is_the_default_and_syncs_every_commit(self, path: Path) -> None:
        modes = {True: 2, False: 1}
        for durable, synchronous in modes.items():
            connection = open_database(path, durable=durable)
            assert connection.pragma("synchronous") == synchronous
            assert connection.pragma("journal_mode") == "wal"
            assert connection.pragma("application_id") == APPLICATION_ID
            connection.close()
        connection = open_database(path)
        assert connection.pragma("synchronous") == 2
        connection.close()


HOLDER = """
import sys, apsw
connection = apsw.Connection(sys.argv[1])
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process in the middle of a write, until its input ends."""
    made(path)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.communicate(timeout=10)


def test_a_database_that_another_process_holds(path: Path, holder: subprocess.Popen[str]) -> None:
    store = SqliteStore(path, durable=False, busy_timeout_s=0.01)
    floor = store.floor_id("main")

    def step() -> None:
        with store.transaction(floor, 0) as transaction:
            transaction.write(Changes(state="[1]"))

    expected = f"{path}: is locked by another process; stop it or wait until it has finished"
    assert fails(StoreBusyError, step) == expected
    assert fails(StoreBusyError, lambda: store.campaign_id("renewals")) == expected
    assert store.load(floor).version == 0, "reading goes on"
    holder.communicate(timeout=10)
    step()
    assert store.version(floor) == 1
    store.close()


def test_a_new_database_cannot_be_made_where_another_process_locks_the_file(path: Path) -> None:
    other = apsw.Connection(str(path))
    other.execute("BEGIN EXCLUSIVE")
    assert "is locked by another process" in fails(
        StoreBusyError, lambda: open_database(path, busy_timeout_s=0.01)
    )
    other.close()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user of the machine may look into, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def as_nobody() -> Iterator[Callable[[], None]]:
    """Gives up root's rights, to which no file is read-only, until the test is over."""
    user = os.geteuid()
    yield lambda: os.seteuid(65534) if user == 0 else None
    if user == 0:
        os.seteuid(0)


def test_a_file_that_may_not_be_written(open_folder: Path, as_nobody: Callable[[], None]) -> None:
    path = made(open_folder / "floor.db")
    path.chmod(0o444)
    before = path.read_bytes()
    open_folder.chmod(0o555)
    as_nobody()

    def work() -> None:
        store = SqliteStore(path, durable=False)
        try:
            with store.transaction(store.floor_id("main"), 0):
                pass
        finally:
            store.close()

    message = fails(StoreUnusableError, work)
    assert message == f"{path}: cannot be opened for writing; check the path and its rights"
    assert path.read_bytes() == before
    message = fails(StoreUnusableError, lambda: open_database(open_folder / "new.db"))
    assert message == f"{open_folder / 'new.db'}: cannot be opened for writing; check the path and its rights"


class TestFullDisk:
    @pytest.fixture
    def rig(self, tmp_path: Path) -> Iterator[Rig]:
        opened = Rig(tmp_path, agents=20)
        yield opened
        opened.close()

    def fill(self, rig: Rig, free_pages: int = 0) -> None:
        connection = rig.store.connection
        pages = connection.pragma("page_count")
        connection.execute(f"PRAGMA max_page_count = {pages + free_pages}")

    def make_room(self, rig: Rig) -> None:
        rig.store.connection.execute("PRAGMA max_page_count = 1000000")

    def test_a_commit_that_finds_no_room_is_rolled_back_whole(self, rig: Rig) -> None:
        store, floor = rig.store, rig.engine.floor_id
        before = store.load(floor)
        self.fill(rig)

        def step() -> None:
            with store.transaction(floor, before.version) as transaction:
                entries = [
                    JournalEntry(before.last_seq + i, 0.0, 1, "x" * 999, "[]", None) for i in range(1, 99)
                ]
                transaction.write(Changes(state="[]", journal=entries))

        message = fails(StoreFullError, step)
        assert message.startswith(f"{store.path}: cannot be written (")
        assert message.endswith(
            "the disk is full or failing; the last transaction was rolled back, "
            "what was committed before is safe"
        )
        assert store.load(floor) == before

    @pytest.mark.parametrize("free_pages", range(0, 12, 2))
    def test_an_engine_goes_on_from_what_was_committed(self, rig: Rig, free_pages: int) -> None:
        rig.begin()
        rig.run_until(START + 5)
        self.fill(rig, free_pages)
        with pytest.raises(StoreFullError):
            rig.run_until(START + 600)
        at = rig.now
        fresh = rig.loaded()
        assert fresh.version == rig.store.version(rig.engine.floor_id)
        self.make_room(rig)
        rig.run_until(at + 60)
        same_floor(rig.engine.resident, rig.loaded())
        records = list(rig.store.connection.execute("SELECT attempt FROM call_records ORDER BY attempt"))
        assert records == [(i,) for i in range(1, len(records) + 1)]
        assert [number for (number,) in rig.rung_twice()] == []

    def test_a_full_disk_while_a_floor_is_configured(self, rig: Rig) -> None:
        before = rig.store.load(rig.engine.floor_id)
        more = Rig(rig.folder, agents=400, carrier=rig.carrier, configure=False)
        more.store.connection.execute(f"PRAGMA max_page_count = {more.store.connection.pragma('page_count')}")
        with pytest.raises(StoreFullError):
            more.engine.configure(START)
        assert rig.store.load(rig.engine.floor_id) == before
        self.make_room(more)
        more.engine.configure(START)
        assert len(more.engine.resident.floor.agents) == 400
        same_floor(more.engine.resident, more.loaded())
        more.close()


def test_a_closed_database_has_all_of_the_floor(tmp_path: Path) -> None:
    rig = Rig(tmp_path, agents=3)
    rig.begin()
    rig.run_until(START + 30)
    rig.close()
    again = Rig(tmp_path, agents=3, configure=False, runtime=plain)
    same_floor(rig.engine.resident, again.engine.resident)
    again.close()
