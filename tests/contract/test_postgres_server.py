"""PostgreSQL when things are not as they should be, and what several processes on it see of each other."""

from __future__ import annotations

import asyncio
import math
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callfloor import floor as plain
from callfloor.floor.vocabulary import AGENT_LOGGED_IN, CAMPAIGN_STARTED
from callfloor.leads.port import NewLead
from callfloor.live.arrivals import Arrival
from callfloor.live.clocks import UtcClock
from callfloor.live.service import Service
from callfloor.live.settings import CampaignSettings, FloorSettings
from callfloor.live.step import Engine
from callfloor.stores.errors import (
    StaleVersionError,
    StoreBusyError,
    StoreError,
    StoreLostError,
    StoreUnusableError,
)
from callfloor.stores.opening import open_lists
from callfloor.stores.port import CallRecord, Changes
from callfloor.stores.postgres.connection import migrations, open_database, shown
from callfloor.stores.postgres.database import arrays
from callfloor.stores.postgres.lock import PostgresDialerLock
from callfloor.stores.postgres.partitions import begin_of, month_named, month_of, name_of
from callfloor.stores.postgres.store import PostgresStore
from callfloor.stores.postgres.wakes import FloorWakes
from callfloor.stores.sql.claims import return_leads
from callfloor.stores.sql.database import Row
from callfloor.stores.sql.registers import bar_number
from tests.contract.stores import Listed, SqlBackend, empty_database, postgres_url
from tests.contract.test_stores import NOW, A, B, C, claim, returned, write
from tests.unit.live.rig import ScriptedCarrier
from tools.postgres import Server, shared_server


def fails(error: type[StoreError], act: Callable[[], object]) -> str:
    """Do something that fails with exactly this error; its message, which is one line."""
    with pytest.raises(StoreError) as caught:
        act()
    assert type(caught.value) is error
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.fixture
def backend() -> Iterator[SqlBackend]:
    opened = SqlBackend(empty_database())
    yield opened
    opened.close()


@pytest.fixture
def floor(backend: SqlBackend) -> int:
    return backend.first.floor_id("main")


def postgres(store: object) -> PostgresStore:
    assert isinstance(store, PostgresStore)
    return store


class TestOpening:
    @pytest.fixture
    def fresh(self) -> str:
        return shared_server().new_database()

    def admin(self, url: str, *statements: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def test_an_empty_database_gets_a_schema_of_ours_and_keeps_what_else_it_has(self, fresh: str) -> None:
        self.admin(fresh, "CREATE TABLE runs (theirs int)", "INSERT INTO runs VALUES (7)")
        open_database(fresh).close()
        with psycopg.connect(fresh) as connection:
            assert connection.execute("SELECT * FROM public.runs").fetchall() == [(7,)]
            found = connection.execute("SELECT version FROM callfloor.schema_version").fetchall()
        assert found == [(migrations()[-1][0],)]

    def test_a_database_of_a_newer_version(self, fresh: str) -> None:
        open_database(fresh).close()
        self.admin(fresh, "UPDATE callfloor.schema_version SET version = 99")
        message = fails(StoreUnusableError, lambda: open_database(fresh))
        assert "was written by a newer version of Callfloor (schema 99" in message

    def test_a_schema_of_another_program(self, fresh: str) -> None:
        self.admin(fresh, "CREATE SCHEMA callfloor", "CREATE TABLE callfloor.theirs (x int)")
        message = fails(StoreUnusableError, lambda: open_database(fresh))
        assert message.endswith("has a schema 'callfloor' that is another program's; give another database")

    def test_a_database_that_is_read_only(self, fresh: str) -> None:
        open_database(fresh).close()
        name = fresh.partition("@/")[2].partition("?")[0]
        self.admin(fresh, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        assert "is read-only" in fails(StoreUnusableError, lambda: open_database(fresh))

    def test_one_in_which_the_user_may_not_make_a_schema(self, fresh: str) -> None:
        self.admin(fresh, "DROP ROLE IF EXISTS guest", "CREATE ROLE guest LOGIN")
        message = fails(StoreUnusableError, lambda: open_database(fresh.replace("callfloor@", "guest@")))
        assert "permission denied" in message
        assert "grant the user that right" in message
        self.admin(fresh, "CREATE SCHEMA callfloor AUTHORIZATION guest")
        store = PostgresStore(fresh.replace("callfloor@", "guest@"))
        assert store.floors() == []
        store.close()
        self.admin(fresh, "DROP OWNED BY guest")

    def test_a_wrong_password_is_not_repeated(self, fresh: str) -> None:
        self.admin(fresh, "ALTER ROLE callfloor PASSWORD 'right'")
        server = shared_server()
        open_database(server.tcp_url("callfloor", "right")).close()
        message = fails(StoreUnusableError, lambda: open_database(server.tcp_url("callfloor", "wr0ng")))
        assert "the user or the password is wrong" in message
        assert "wr0ng" not in message

    def test_a_server_that_is_not_there(self) -> None:
        message = fails(StoreUnusableError, lambda: open_database("postgresql://u:secret@127.0.0.1:1/x"))
        assert message.startswith("postgresql://127.0.0.1:1/x: cannot be reached")
        assert "secret" not in message

    def test_a_database_that_is_not_there(self) -> None:
        message = fails(StoreUnusableError, lambda: open_database(shared_server().url("nowhere")))
        assert message.endswith("there is no such database; make it with createdb")

    @pytest.mark.parametrize(
        "url", ["postgresql://u:secret@[x/y", "postgresql://u:secret@h:port/y", "postgresql://h/y?secret=1"]
    )
    def test_a_url_that_cannot_be_read(self, url: str) -> None:
        assert "secret" not in fails(StoreUnusableError, lambda: open_database(url))

    def test_the_url_is_shown_without_user_and_password(self) -> None:
        assert shown("postgresql://user:secret@db.example:5433/floor") == "postgresql://db.example:5433/floor"

    def test_many_who_open_a_new_database_at_once_all_succeed(self, fresh: str) -> None:
        failures: list[BaseException] = []
        start = threading.Barrier(4)

        def open_it() -> None:
            try:
                start.wait()
                store = PostgresStore(fresh)
                store.floor_id("main")
                store.close()
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=open_it) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []

    def test_without_psycopg(self) -> None:
        code = (
            "import sys; sys.modules['psycopg'] = None; "
            "from callfloor.cli import main; main(['replay', 'postgresql://u:secret@h/x'])"
        )
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert found.returncode == 2
        assert found.stderr == (
            "callfloor: postgresql://: expected psycopg to be installed: pip install 'callfloor[postgres]'\n"
        )

    def test_one_dialer_at_a_time(self) -> None:
        url = postgres_url()
        with PostgresDialerLock(url):
            message = fails(StoreBusyError, lambda: PostgresDialerLock(url))
            assert "another process is dialling on this database" in message
        PostgresDialerLock(url).close()

    def test_only_who_asks_for_it_imports_psycopg(self) -> None:
        code = "import sys, callfloor.cli.leads, callfloor.cli.dialer; print('psycopg' in sys.modules)"
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert found.stdout == "False\n"


class TestAtOnce:
    def test_what_another_floor_is_claiming_is_left_out_and_nobody_waits(
        self, backend: SqlBackend, floor: int
    ) -> None:
        one, other = backend.open(), backend.open()
        campaign = one.campaign_id("renewals")
        backend.add_list(campaign, [Listed([A]), Listed([B]), Listed([C])])
        second = one.floor_id("second")
        with one.transaction(floor, 0) as mine:
            assert [found.e164 for found in mine.claim(campaign, 2, NOW).leads] == [A, B]
            with other.transaction(second, 0) as theirs:
                assert [found.e164 for found in theirs.claim(campaign, 2, NOW).leads] == [C]
                theirs.write(Changes())
            mine.write(Changes())

    def test_a_number_that_another_floor_is_claiming_in_another_campaign_waits(
        self, backend: SqlBackend, floor: int
    ) -> None:
        one, other = backend.open(), backend.open()
        campaigns = [one.campaign_id("renewals"), one.campaign_id("other")]
        for campaign in campaigns:
            lead = backend.add_list(campaign, [Listed([A])])[0]
        second = one.floor_id("second")
        with one.transaction(floor, 0) as mine:
            assert len(mine.claim(campaigns[0], 1, NOW).leads) == 1
            with other.transaction(second, 0) as theirs:
                assert theirs.claim(campaigns[1], 1, NOW).leads == []
                theirs.write(Changes())
            mine.write(Changes())
        assert (backend.lead(lead).status, backend.lead(lead).due_at) == ("waiting", NOW + 5.0)

    def test_a_floor_that_somebody_is_stepping_is_waited_for_and_not_for_ever(
        self, backend: SqlBackend, floor: int
    ) -> None:
        one, other = backend.open(), PostgresStore(backend.url, wait_s=0.05)

        def step() -> None:
            with other.transaction(floor, 0) as transaction:
                transaction.write(Changes())

        with one.transaction(floor, 0) as transaction:
            transaction.claim(1, 1, NOW)
            assert "another process holds what is needed" in fails(StoreBusyError, step)
            transaction.write(Changes())
        with pytest.raises(StaleVersionError):
            step()
        other.close()

    def test_a_process_that_stalls_in_mid_step_loses_it_and_others_go_on(
        self, backend: SqlBackend, floor: int
    ) -> None:
        stalled, other = postgres(backend.open()), backend.open()
        stalled.db.run("SET idle_in_transaction_session_timeout = '20ms'")

        def stall() -> None:
            with stalled.transaction(floor, 0) as transaction:
                transaction.claim(1, 1, NOW)
                write(other, floor, state="[2]")
                transaction.write(Changes(state="[1]"))

        fails(StoreLostError, stall)
        assert other.load(floor).state == "[2]"
        assert stalled.load(floor).state == "[2]", "it connects anew"

    def test_of_two_who_wait_for_each_other_one_reloads_and_tries_again(
        self, backend: SqlBackend, floor: int
    ) -> None:
        one, other = postgres(backend.open()), postgres(backend.open())
        campaign = one.campaign_id("renewals")
        leads = backend.add_list(campaign, [Listed([A]), Listed([B])])
        numbers = {found.e164: found.number for found in claim(one, floor, campaign).leads}
        outcomes: list[str] = []
        meet = threading.Barrier(2)

        def change(store: PostgresStore, first: int, then: int) -> None:
            store.db.run("SET deadlock_timeout = '20ms'")
            try:
                with store.db.explained(), store.db.transaction():
                    for place, which in enumerate((first, then)):
                        e164 = (A, B)[which]
                        return_leads(store.db, floor, [returned(leads[which], numbers[e164], math.inf)])
                        assert store.db.value("SELECT 1") == 1
                        if place == 0:
                            meet.wait()
                outcomes.append("done")
            except StaleVersionError:
                outcomes.append("stale")

        threads = [
            threading.Thread(target=change, args=(one, 0, 1)),
            threading.Thread(target=change, args=(other, 1, 0)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["done", "stale"]

    def test_a_request_is_never_seen_before_an_earlier_one(self, backend: SqlBackend) -> None:
        """Else a floor that looks for those after the last that it has seen would miss one."""
        slow, quick = backend.open(), backend.open()
        done = threading.Event()

        def bar() -> None:
            quick.bar(B)
            done.set()

        with slow.db.explained(), slow.db.transaction():
            bar_number(slow.db, A, NOW, "", "internal")
            assert slow.db.value("SELECT max(id) FROM bars") == 1
            thread = threading.Thread(target=bar)
            thread.start()
            assert not done.wait(0.1)
            assert backend.first.last_bar() == 0
        thread.join()
        assert backend.first.last_bar() == 2

    def test_of_two_floors_that_add_the_same_lead_at_once_one_tries_again(
        self, backend: SqlBackend, floor: int
    ) -> None:
        one, other = backend.open(), backend.open()
        campaign, second = one.campaign_id("renewals"), one.floor_id("second")
        outcomes: list[str] = []
        begun = threading.Event()

        def add() -> None:
            try:
                with other.transaction(second, 0) as transaction:
                    begun.set()
                    transaction.add_leads(campaign, [A])
                    transaction.write(Changes())
                outcomes.append("added")
            except StaleVersionError:
                outcomes.append("stale")

        with one.transaction(floor, 0) as transaction:
            assert transaction.add_leads(campaign, [A]) == 1
            assert transaction.claim(campaign, 1, NOW).leads
            thread = threading.Thread(target=add)
            thread.start()
            assert begun.wait(5.0)
            transaction.write(Changes())
        thread.join()
        assert outcomes in (["stale"], ["added"])
        with other.transaction(second, other.version(second)) as transaction:
            assert transaction.add_leads(campaign, [A]) == 0
        assert one.lead_count(campaign) == 1

    def test_a_request_for_a_number_of_a_list_that_is_being_discarded_is_not_lost(
        self, backend: SqlBackend
    ) -> None:
        with open_lists(backend.url) as lists:
            writer = lists.begin("renewals", "a.csv")
            writer.add([NewLead(1, [A])])
            slow = backend.open()
            with slow.db.explained(), slow.db.transaction():
                number = bar_number(slow.db, A, NOW, "", "internal")
                assert slow.db.value("SELECT 1") == 1
                thread = threading.Thread(target=writer.discard)
                thread.start()
                thread.join(0.1)
            thread.join()
        assert backend.first.is_barred(number)
        assert backend.first.bar(A) == number

    def test_two_floors_make_a_months_partition_at_once(self, backend: SqlBackend) -> None:
        stores = [postgres(backend.open()) for _ in range(2)]
        floors = [store.floor_id(f"floor {i}") for i, store in enumerate(stores)]
        placed_at = datetime(2031, 5, 31, 23, 59, 59, tzinfo=UTC).timestamp()
        failures: list[BaseException] = []

        def record(store: PostgresStore, floor: int) -> None:
            rows = [CallRecord(i, 1, 1, 1, None, -1, placed_at + i, None, None, None) for i in range(3)]
            try:
                write(store, floor, records=rows)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=record, args=pair) for pair in zip(stores, floors, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert {"call_records_2031_05", "call_records_2031_06"} <= set(stores[0].db.partitions.names())
        assert [len(backend.call_records(floor)) for floor in floors] == [3, 3]
        assert stores[0].drop_call_records(placed_at + 10) == 2, "of May alone all are old enough"

    def test_a_partition_that_was_rolled_back_is_made_again(self, backend: SqlBackend, floor: int) -> None:
        store = postgres(backend.open())
        record = CallRecord(1, 1, 1, 1, None, -1, datetime(2033, 1, 1, tzinfo=UTC).timestamp(), *[None] * 3)

        class PulledPlug(BaseException):
            pass

        def fail() -> None:
            with store.transaction(floor, 0) as transaction:
                transaction.write(Changes(records=[record]))
                raise PulledPlug

        with pytest.raises(PulledPlug):
            fail()
        write(store, floor, records=[record])
        assert backend.call_records(floor) == [record]


class TestWhomIsBeingDialled:
    """Numbers of a step's dials are looked up together; others, and the same once more, one by one."""

    def placed(
        self, backend: SqlBackend, floor: int, barred_meanwhile: Sequence[int] = ()
    ) -> tuple[PostgresStore, list[int]]:
        store = postgres(backend.open())
        campaign = store.campaign_id("renewals")
        backend.add_list(campaign, [Listed([A]), Listed([B]), Listed([C])])
        numbers = [found.number for found in claim(store, floor, campaign).leads]
        for digits in barred_meanwhile:
            backend.first.bar(digits)
        write(store, floor, placed=[(number, NOW, NOW + 60) for number in numbers])
        return store, numbers

    def test_who_was_barred_since_they_were_claimed_is(self, backend: SqlBackend, floor: int) -> None:
        store, numbers = self.placed(backend, floor, barred_meanwhile=[B])
        assert [store.is_barred(number) for number in numbers] == [False, True, False]

    def test_who_was_barred_a_while_after_the_commit_is(
        self, backend: SqlBackend, floor: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store, numbers = self.placed(backend, floor)
        backend.first.bar(B)
        monkeypatch.setattr("callfloor.stores.postgres.store.FRESH_FOR_S", 0.0)
        assert [store.is_barred(number) for number in numbers] == [False, True, False]

    def test_who_is_barred_between_two_dials_is_asked_anew(
        self, backend: SqlBackend, floor: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store, numbers = self.placed(backend, floor)
        assert not store.is_barred(numbers[0])
        store.bar(B)
        backend.first.bar(C)
        monkeypatch.setattr("callfloor.stores.postgres.store.FRESH_FOR_S", 0.0)
        assert [store.is_barred(number) for number in numbers] == [False, True, True]

    def test_registers_are_asked_too(self, backend: SqlBackend, floor: int) -> None:
        store, numbers = self.placed(backend, floor)
        backend.register("federal", NOW, [C])
        assert [store.is_barred(number) for number in numbers] == [False] * 3
        assert [store.is_barred(number, ["federal"]) for number in numbers] == [False, False, True]

    def test_of_many_some_are_asked_at_once(
        self, backend: SqlBackend, floor: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("callfloor.stores.postgres.store.ASKED_AT_ONCE", 2)
        monkeypatch.setattr("callfloor.stores.postgres.store.FRESH_FOR_S", 60.0)
        store, numbers = self.placed(backend, floor)
        backend.first.bar(B)
        backend.first.bar(C)
        assert [store.is_barred(number) for number in numbers] == [False, False, True]
        assert [store.is_barred(number) for number in numbers] == [False, True, True]

    def test_of_fresh_ones_only_the_registers_are_asked(
        self, backend: SqlBackend, floor: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("callfloor.stores.postgres.store.FRESH_FOR_S", 60.0)
        backend.register("federal", NOW, [C])
        store, numbers = self.placed(backend, floor)
        asked: list[str] = []
        rows = store.db.rows

        def noted(sql: str, values: Row = ()) -> list[Any]:
            asked.append(sql)
            return rows(sql, values)

        monkeypatch.setattr(store.db, "rows", noted)
        assert [store.is_barred(number, ["federal"]) for number in numbers] == [False, False, True]
        assert len(asked) == 1
        assert "register" in asked[0]


class TestLostConnections:
    def test_one_that_is_cut_is_told_and_made_anew_by_the_next_use(
        self, backend: SqlBackend, floor: int
    ) -> None:
        store, other = postgres(backend.open()), backend.first
        write(store, floor, state="[1]")

        def step() -> None:
            with store.transaction(floor, 1) as transaction:
                assert store.db.value("SELECT 1") == 1
                other.db.rows("SELECT pg_terminate_backend(?::int)", (store.db.connection.info.backend_pid,))
                transaction.write(Changes(state="[2]"))

        message = fails(StoreLostError, step)
        assert "what was committed is safe" in message
        assert store.load(floor).state == "[1]"
        write(store, floor, state="[3]")
        assert other.load(floor).state == "[3]"

    def test_a_server_that_fails_and_starts_again_has_all_that_was_committed(self) -> None:
        server = Server()
        try:
            store = PostgresStore(server.new_database())
            floor = store.floor_id("main")
            write(store, floor, state="[1]")
            server.restart()
            fails(StoreLostError, lambda: store.version(floor))
            assert store.load(floor).state == "[1]"
            store.close()
        finally:
            server.close()
        assert not server.folder.exists()

    def test_one_that_was_closed_stays_closed(self, backend: SqlBackend) -> None:
        store = backend.open()
        store.close()
        assert "was closed" in fails(StoreError, lambda: store.last_bar())


class TestWakes:
    @pytest.fixture
    def wakes(self, backend: SqlBackend) -> Iterator[FloorWakes]:
        opened = FloorWakes(backend.url)
        yield opened
        opened.close()

    def test_whoever_listens_hears_which_floors_are_woken(
        self, backend: SqlBackend, wakes: FloorWakes, floor: int
    ) -> None:
        second = backend.first.floor_id("second")
        assert wakes.take() == set()
        backend.first.wake(floor)
        assert wakes.take(5.0) == {floor}
        for each in (floor, second, floor):
            backend.first.wake(each)
        assert wakes.take(5.0) | wakes.take(0.05) == {floor, second}
        assert wakes.take() == set()

    def test_whatever_is_put_down_for_a_floor_wakes_it(
        self, backend: SqlBackend, wakes: FloorWakes, floor: int
    ) -> None:
        backend.first.put(floor, "{}")
        assert wakes.take(5.0) == {floor}
        backend.first.plan_floor("main", "{}")
        assert wakes.take(5.0) == {floor}

    def test_a_request_wakes_the_floor_that_holds_the_number(
        self, backend: SqlBackend, wakes: FloorWakes, floor: int
    ) -> None:
        campaign = backend.first.campaign_id("renewals")
        backend.add_list(campaign, [Listed([A])])
        backend.first.bar(B)
        claim(backend.first, floor, campaign)
        assert wakes.take() == set()
        backend.first.bar(A)
        assert wakes.take(5.0) == {floor}

    def test_the_service_looks_at_once(self, backend: SqlBackend, wakes: FloorWakes) -> None:
        campaign = CampaignSettings(name="renewals", dial_ratio=1.0)
        carrier = ScriptedCarrier()
        engine = Engine(backend.open(), carrier, FloorSettings("main", ("ann",), (campaign,)), plain)
        backend.add_list(engine.campaign_ids[0], [Listed([A])])

        async def run() -> None:
            service = Service(engine, UtcClock(), [carrier])
            await service.start()
            service.registers.due_at = service.registers.every_s = 1e12
            engine.step(
                [Arrival(CAMPAIGN_STARTED, campaign=0), Arrival(AGENT_LOGGED_IN, agent="ann")], time.time()
            )
            assert len(carrier.rung()) == 1

            def heard() -> None:
                if engine.floor_id in wakes.take():
                    service.look_now()

            asyncio.get_running_loop().add_reader(wakes.fileno(), heard)
            backend.first.bar(A)
            await service.run(time.time() + 30.0, lambda: bool(carrier.of("hang_up")))

        asyncio.run(run())
        assert carrier.of("hang_up") == [(carrier.rung()[0],)]

    def test_a_connection_that_is_cut_is_told(self, backend: SqlBackend, wakes: FloorWakes) -> None:
        backend.first.db.rows("SELECT pg_terminate_backend(?::int)", (wakes._connection.info.backend_pid,))
        fails(StoreLostError, lambda: wakes.take(5.0))


@pytest.fixture(scope="module")
def kept() -> Iterator[PostgresStore]:
    """A store for all examples of a property."""
    opened = PostgresStore(postgres_url())
    yield opened
    opened.close()


class TestArrays:
    @settings(max_examples=50, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
                st.none() | st.integers(-(2**63), 2**63 - 1),
                st.none() | st.floats(allow_nan=False),
                st.none() | st.binary(max_size=8),
            ),
            min_size=1,
            max_size=5,
        )
    )
    def test_every_value_arrives_as_it_was(self, kept: PostgresStore, rows: list[tuple[Any, ...]]) -> None:
        db = kept.db
        sql = "SELECT * FROM unnest(?::text[], ?::bigint[], ?::double precision[], ?::bytea[])"
        types = ("text", "bigint", "double precision", "bytea")
        assert db.rows(sql, arrays(rows, types)) == rows


@pytest.mark.parametrize("month", [1970 * 12, 1999 * 12 + 11, 2026 * 12 + 10])
def test_months_have_names_and_begin_at_midnight(month: int) -> None:
    assert month_of(begin_of(month)) == month
    assert month_of(begin_of(month) - 0.001) == month - 1
    assert month_named(name_of(month)) == month
