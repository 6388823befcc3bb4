"""What every store of runs does, whichever it is: runs and their ends, reports, expiry, tokens."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from callfloor.stores.errors import StoreError, StoreUnusableError
from callfloor.stores.opening import open_runs
from callfloor.stores.runs import OVER, ReportKind, RunRow, RunState, RunStore
from callfloor.stores.sqlite.connection import APPLICATION_ID, migrations
from callfloor.stores.sqlite.runs import SqliteRunStore
from tests.contract.stores import empty_database

Opened = Callable[[], RunStore]
"""Opens the one database, as another process would."""

URLS: dict[str, Callable[[Path], str]] = {
    "postgres": lambda _: empty_database(),
    "sqlite": lambda folder: str(folder / "runs.db"),
}

RUN = RunRow("a" * 32, "queued", "support", 100.0, 1000.0, 7)
SCENARIO = {"name": "support", "groups": [{"name": "é", "agents": 3}]}
REPORTS: dict[ReportKind, bytes] = {"json": b"{}", "html": "<p>é".encode(), "xlsx": bytes(range(256)) * 50}


@pytest.fixture(params=sorted(URLS))
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return URLS[request.param](tmp_path)


@pytest.fixture
def opened(url: str) -> Iterator[Opened]:
    stores: list[RunStore] = []

    def another() -> RunStore:
        stores.append(open_runs(url))
        return stores[-1]

    yield another
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Opened) -> RunStore:
    return opened()


def add(store: RunStore, run: str, **changes: object) -> RunRow:
    row = replace(RUN, id=run, **changes)  # type: ignore[arg-type] # fields of RunRow
    store.add(row, SCENARIO)
    return row


def test_a_run_is_kept_as_it_was_given(store: RunStore) -> None:
    store.add(RUN, SCENARIO)
    assert store.get(RUN.id) == RUN
    assert store.get("b" * 32) is None


def test_its_scenario_is_kept_with_it(store: RunStore) -> None:
    store.add(RUN, SCENARIO)
    kept = store.scenario(RUN.id)
    assert kept is not None
    assert json.loads(kept) == SCENARIO
    assert store.scenario("b" * 32) is None


@pytest.mark.parametrize("name", ["", "日本", 'it\'s "so"', "$.name", "null", "1"])
def test_a_name_is_a_text_whatever_it_says(store: RunStore, name: str) -> None:
    row = add(store, RUN.id, name=name)
    assert store.get(RUN.id) == row


def test_of_one_id_there_is_one_run(store: RunStore) -> None:
    store.add(RUN, SCENARIO)
    with pytest.raises(StoreError):
        store.add(replace(RUN, name="other"), SCENARIO)
    assert store.get(RUN.id) == RUN


def test_a_run_begins_and_ends_with_its_reports(store: RunStore) -> None:
    store.add(RUN, SCENARIO)
    store.begin(RUN.id, 110.0)
    assert store.get(RUN.id) == replace(RUN, state="running", started_at=110.0)
    assert store.report(RUN.id, "json") is None
    store.end(RUN.id, "done", 120.0, None, REPORTS)
    assert store.get(RUN.id) == replace(RUN, state="done", started_at=110.0, ended_at=120.0)
    assert {kind: store.report(RUN.id, kind) for kind in REPORTS} == REPORTS


def test_a_run_that_fails_says_why(store: RunStore) -> None:
    store.add(RUN, SCENARIO)
    store.end(RUN.id, "failed", 120.0, "no agents", {})
    assert store.get(RUN.id) == replace(RUN, state="failed", error="no agents", ended_at=120.0)
    assert store.report(RUN.id, "json") is None


@pytest.mark.parametrize("state", OVER)
def test_a_run_that_is_over_stays_as_it_is(store: RunStore, state: RunState) -> None:
    store.add(RUN, SCENARIO)
    store.end(RUN.id, state, 120.0, None, {"json": b"first"})
    store.begin(RUN.id, 130.0)
    store.end(RUN.id, "failed", 140.0, "again", {"json": b"second", "html": b"new"})
    assert store.get(RUN.id) == replace(RUN, state=state, ended_at=120.0)
    assert (store.report(RUN.id, "json"), store.report(RUN.id, "html")) == (b"first", None)


def test_the_end_of_a_run_that_nobody_knows_leaves_nothing(store: RunStore) -> None:
    store.begin("gone", 1.0)
    store.end("gone", "done", 2.0, None, REPORTS)
    assert store.get("gone") is None
    assert store.report("gone", "json") is None


def test_an_end_is_kept_with_all_its_reports_or_not_at_all(store: RunStore) -> None:
    store.add(RUN, SCENARIO)
    reports: dict[ReportKind, bytes] = {"json": b"{}", "pdf": b"no such kind"}  # type: ignore[dict-item]
    with pytest.raises(StoreError):
        store.end(RUN.id, "done", 120.0, None, reports)
    assert store.get(RUN.id) == RUN
    assert store.report(RUN.id, "json") is None


def test_the_newest_come_first_and_no_more_than_are_asked_for(store: RunStore) -> None:
    rows = [add(store, f"run {n}", created_at=float(n)) for n in (3, 1, 4, 2)]
    assert store.newest(3) == sorted(rows, key=lambda row: -row.created_at)[:3]
    assert len(store.newest(100)) == 4


def test_of_an_empty_database_there_is_nothing(store: RunStore) -> None:
    assert (store.newest(10), store.unfinished(), store.tokens(), store.expire(1e12)) == ([], [], [], 0)


def test_unfinished_are_those_that_wait_or_run(store: RunStore) -> None:
    for state in ("queued", "running", *OVER):
        add(store, state, state=state)
    assert {row.id for row in store.unfinished()} == {"queued", "running"}


def test_a_service_says_how_far_its_runs_are_and_hears_which_to_cancel(store: RunStore) -> None:
    for run, owner in (("ours", 1), ("ours too", 1), ("over", 1), ("theirs", 2)):
        add(store, run, owner=owner)
    store.end("over", "done", 120.0, None, {})
    for run in ("ours too", "over", "theirs"):
        store.ask_cancel(run)
    assert store.hear(1, {"ours": 0.5}) == ["ours too"]
    row = store.get("ours")
    assert row is not None
    assert row.done == 0.5


def test_of_a_service_that_was_just_heard_of_nothing_is_unfinished_for_long(store: RunStore) -> None:
    add(store, "a run")
    store.hear(RUN.owner, {})
    assert store.unfinished(60.0) == []
    assert len(store.unfinished()) == 1


def test_what_is_over_expires_with_its_reports_when_its_time_has_come(store: RunStore) -> None:
    for run, expires_at in (("old", 500.0), ("now", 600.0), ("young", 601.0)):
        add(store, run, expires_at=expires_at)
        store.end(run, "done", 120.0, None, REPORTS)
    assert store.expire(600.0) == 2
    assert [row.id for row in store.newest(10)] == ["young"]
    assert (store.report("old", "json"), store.report("young", "json")) == (None, b"{}")
    assert store.expire(600.0) == 0


def test_what_still_runs_never_expires(store: RunStore) -> None:
    add(store, "queued", expires_at=1.0)
    add(store, "running", expires_at=1.0)
    store.begin("running", 0.5)
    assert store.expire(1e12) == 0
    assert len(store.unfinished()) == 2


def test_a_token_is_known_by_its_digest_until_it_is_dropped(store: RunStore) -> None:
    assert store.add_token("ci", b"1" * 32, "run", 5.0)
    assert store.add_token("dashboard", b"2" * 32, "read", 6.0)
    assert (store.role_of(b"1" * 32), store.role_of(b"2" * 32), store.role_of(b"3" * 32)) == (
        "run",
        "read",
        None,
    )
    assert store.tokens() == [("ci", "run", 5.0), ("dashboard", "read", 6.0)]
    assert store.drop_token("ci")
    assert not store.drop_token("ci")
    assert store.role_of(b"1" * 32) is None
    assert store.tokens() == [("dashboard", "read", 6.0)]


def test_a_name_has_one_token_and_keeps_it(store: RunStore) -> None:
    assert store.add_token("ci", b"1" * 32, "run", 5.0)
    assert not store.add_token("ci", b"2" * 32, "read", 6.0)
    assert store.tokens() == [("ci", "run", 5.0)]
    assert store.role_of(b"2" * 32) is None


def test_each_connection_sees_what_another_has_written(opened: Opened) -> None:
    one, other = opened(), opened()
    one.add(RUN, SCENARIO)
    assert other.get(RUN.id) == RUN
    other.end(RUN.id, "done", 120.0, None, REPORTS)
    assert one.report(RUN.id, "xlsx") == REPORTS["xlsx"]
    assert one.add_token("ci", b"1" * 32, "run", 5.0)
    assert not other.add_token("ci", b"2" * 32, "run", 5.0)


def test_what_was_written_is_there_after_closing(opened: Opened) -> None:
    first = opened()
    first.add(RUN, SCENARIO)
    first.end(RUN.id, "done", 120.0, None, REPORTS)
    first.close()
    assert opened().report(RUN.id, "html") == REPORTS["html"]


def test_threads_may_use_one_store_at_once_and_connections_one_database(opened: Opened) -> None:
    stores = [opened(), opened()]
    wrong: list[BaseException] = []

    def use(number: int) -> None:
        store = stores[number % 2]
        try:
            for place in range(10):
                run = f"{number}-{place}"
                add(store, run)
                store.begin(run, 1.0)
                store.end(run, "done", 2.0, None, {"json": run.encode()})
                assert store.report(run, "json") == run.encode()
                assert store.newest(5)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(stores[0].newest(100)) == 60
    assert stores[1].unfinished() == []


WRITER = """
import sys
from callfloor.stores.opening import open_runs
from callfloor.stores.runs import RunRow
store = open_runs(sys.argv[1])
print("open", flush=True)
sys.stdin.readline()
for n in range(20):
    run = f"{sys.argv[2]}-{n}"
    store.add(RunRow(run, "queued", "", 1.0, 2.0, 7), {})
    store.end(run, "done", 2.0, None, {"json": b"x" * 1000})
store.close()
"""


def test_several_processes_make_one_database_and_write_to_it_at_once(url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, url, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
    for process in processes:
        process.communicate("go\n", timeout=30)
    assert [process.returncode for process in processes] == [0, 0, 0]
    store = open_runs(url)
    assert len(store.newest(100)) == 60
    store.close()


# A database of the first schema, as a dialer has left it.


def first_schema(path: Path) -> None:
    connection = apsw.Connection(str(path))
    (version, sql), *_ = migrations()
    assert version == 1
    connection.execute(sql)
    connection.execute(f"PRAGMA user_version = 1; PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("INSERT INTO numbers (e164) VALUES (12125550100)")
    connection.close()


def test_a_database_of_schema_1_is_migrated_and_keeps_its_data(tmp_path: Path) -> None:
    first_schema(tmp_path / "old.db")
    store = SqliteRunStore(tmp_path / "old.db")
    store.add(RUN, SCENARIO)
    store.close()
    connection = apsw.Connection(str(tmp_path / "old.db"))
    assert connection.pragma("user_version") == migrations()[-1][0]
    assert connection.execute("SELECT e164 FROM numbers").get == 12125550100
    assert connection.execute("SELECT id FROM runs").get == RUN.id
    connection.close()


def test_a_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreUnusableError, match="another program's"):
        SqliteRunStore(path)
    assert path.read_bytes() == before


def test_a_store_that_is_closed_says_so_in_its_own_words(store: RunStore) -> None:
    store.close()
    with pytest.raises(StoreError):
        store.newest(1)
