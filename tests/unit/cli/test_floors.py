"""`callfloor floors` and `callfloor worker`: floors put into a database, and looked after."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from callfloor.live.settings import FloorSettings
from callfloor.stores.sqlite.store import SqliteStore
from tests.unit.cli.commands import Outcome, run_command

FLOORS = """
[[floors]]
name = "north"
agents = 2
[[floors.campaigns]]
name = "renewals"
[[floors.campaigns]]
name = "sales"
[[floors]]
name = "south"
agents = ["ann"]
[[floors.campaigns]]
name = "surveys"
"""


class Floors:
    """A database and a file of floors."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "floors.toml"
        self.db = folder / "callfloor.db"

    def run(self, *arguments: str) -> Outcome:
        return run_command("floors", *arguments, "--db", str(self.db))

    def bring(self, text: str = FLOORS) -> Outcome:
        self.file.write_text(text)
        return self.run("import", str(self.file))

    def settings(self) -> dict[str, FloorSettings]:
        store = SqliteStore(self.db)
        try:
            return {
                plan.name: FloorSettings.of_text(store.planned_settings(plan.floor))
                for plan in store.floor_plans()
            }
        finally:
            store.close()

    def waiting(self, name: str) -> list[dict[str, object]]:
        store = SqliteStore(self.db)
        try:
            return [json.loads(entry.arrival) for entry in store.waiting(store.floor_id(name), 99)]
        finally:
            store.close()


@pytest.fixture
def floors(tmp_path: Path) -> Floors:
    return Floors(tmp_path)


class TestImport:
    def test_floors_go_into_the_database(self, floors: Floors) -> None:
        made = floors.bring()
        assert (made.exit_code, made.stderr) == (0, "")
        assert made.stdout == "north: 2 agents, renewals, sales\nsouth: 1 agent, surveys\n"
        assert floors.settings()["north"].agents == ("north-01", "north-02")

    def test_a_floor_that_is_there_gets_the_new_settings(self, floors: Floors) -> None:
        floors.bring()
        assert floors.bring(FLOORS.replace("agents = 2", "agents = 3")).exit_code == 0
        assert len(floors.settings()["north"].agents) == 3

    def test_a_bad_file_changes_nothing(self, floors: Floors) -> None:
        floors.bring()
        bad = floors.bring(FLOORS.replace("agents = 2", "agents = 3") + "lines = -1\n")
        assert bad.exit_code == 2
        assert "floors.south.campaigns.surveys.lines: expected 0 or more, found -1" in bad.stderr
        assert len(floors.settings()["north"].agents) == 2

    def test_campaigns_are_not_taken_away(self, floors: Floors) -> None:
        floors.bring()
        bad = floors.bring(FLOORS.replace("renewals", "new"))
        assert bad.exit_code == 2
        assert "floors.north.campaigns: expected renewals, sales first" in bad.stderr
        assert [each.name for each in floors.settings()["north"].campaigns] == ["renewals", "sales"]

    def test_an_agent_of_another_floor_in_the_database_is_refused(self, floors: Floors) -> None:
        floors.bring()
        bad = floors.bring(FLOORS[FLOORS.index('[[floors]]\nname = "south"') :].replace("south", "west"))
        assert bad.exit_code == 2
        assert "floors.west: agent 'ann' is floor south's already" in bad.stderr


class TestList:
    def test_it_tells_who_looks_after_each(self, floors: Floors) -> None:
        floors.bring()
        assert floors.run("list").stdout == "north: nobody, 0 waiting\nsouth: nobody, 0 waiting\n"
        store = SqliteStore(floors.db)
        store.take_lease(store.floor_id("north"), "one", 1000.0)
        store.close()
        told = json.loads(floors.run("list", "--json", "-").stdout)
        assert [(each["floor"], each["worker"]) for each in told] == [("north", "one"), ("south", None)]

    def test_a_database_that_is_not_there_is_not_made(self, floors: Floors) -> None:
        refused = floors.run("list")
        assert refused.exit_code == 2
        assert "there is no such database" in refused.stderr
        assert not floors.db.exists()


class TestStarting:
    def test_all_campaigns_are_started_or_one(self, floors: Floors) -> None:
        floors.bring()
        assert floors.run("start", "north").exit_code == 0
        assert floors.run("stop", "north", "--campaign", "sales", "--cut-ringing").exit_code == 0
        assert floors.waiting("north") == [
            {"event": "campaign_started", "campaign": "renewals"},
            {"event": "campaign_started", "campaign": "sales"},
            {"event": "campaign_stopped", "campaign": "sales", "code": 1},
        ]
        assert floors.waiting("south") == []

    def test_what_there_is_not_is_named(self, floors: Floors) -> None:
        floors.bring()
        assert "north, south; found 'nowhere'" in floors.run("start", "nowhere").stderr
        refused = floors.run("start", "north", "--campaign", "surveys")
        assert refused.exit_code == 2
        assert "--campaign: expected one of renewals, sales, found 'surveys'" in refused.stderr

    def test_one_that_is_dropped_is_nobodys(self, floors: Floors) -> None:
        floors.bring()
        assert floors.run("drop", "north").exit_code == 0
        assert list(floors.settings()) == ["south"]
        assert floors.run("drop", "north").exit_code == 2


class TestSetAside:
    """Three entries of floor north that were set aside."""

    CALL = "0123456789abcdef0000000000000001"

    @pytest.fixture
    def ids(self, floors: Floors) -> list[int]:
        floors.bring()
        store = SqliteStore(floors.db)
        floor = store.floor_id("north")
        login = '{"event": "agent_logged_in", "agent": "zoe", "at": 1790000000.0}'
        answered = f'{{"event": "call_answered", "call_id": "{self.CALL}", "code": 1}}'
        for arrival, reason in (
            (login, "no"),
            ("call\n+1 (202) 555-0123", "found '+12025550123'"),
            (answered, "no"),
        ):
            store.put(floor, arrival, None)
            store.refuse(store.waiting(floor, 1)[0].id, reason)
        ids = [entry.id for entry in store.refused(floor, 9)]
        store.close()
        return ids

    def left(self, floors: Floors) -> list[int]:
        return [each["id"] for each in json.loads(floors.run("refused", "--json", "-").stdout)]

    def test_they_are_listed_with_the_reason_and_without_numbers(
        self, floors: Floors, ids: list[int]
    ) -> None:
        listed = floors.run("refused", "north")
        assert listed.exit_code == 0
        lines = [line.partition("Z  ")[2] or line for line in listed.stdout.splitlines()]
        assert lines == [
            "agent_logged_in, agent zoe, at 2026-09-21T14:13:20.000Z",
            "    no",
            "call +1202*****23",
            "    found '+1202*****23'",
            f"call_answered, call {self.CALL}, code 1",
            "    no",
        ]
        assert [line.partition(":")[0] for line in listed.stdout.splitlines()[::2]] == [
            f"north {each}" for each in ids
        ]
        told = json.loads(floors.run("refused", "--json", "-").stdout)
        assert told[0]["refused_at"] >= told[0]["put_at"] > "2026"
        assert "2025550123" not in json.dumps(told)
        assert floors.run("refused", "south").stdout == ""
        assert floors.run("list").stdout.startswith("north: nobody, 0 waiting, 3 set aside\n")

    def test_they_are_retried_by_their_ids_or_all(self, floors: Floors, ids: list[int]) -> None:
        assert floors.run("retry", "north", str(ids[2])).stdout == "north: 1 to be tried again\n"
        assert [each["event"] for each in floors.waiting("north")] == ["call_answered"]
        assert floors.run("retry", "north", "--all").stdout == "north: 2 to be tried again\n"
        assert self.left(floors) == []

    def test_they_are_discarded_by_their_ids(self, floors: Floors, ids: list[int]) -> None:
        assert floors.run("discard", "north", str(ids[0]), str(ids[1])).stdout == "north: 2 discarded\n"
        assert self.left(floors) == ids[2:]

    @pytest.mark.parametrize("do", ["retry", "discard"])
    def test_an_id_that_there_is_not_changes_nothing(self, floors: Floors, ids: list[int], do: str) -> None:
        for name, given, missing in (("north", [ids[0], 999], "999"), ("south", [ids[0]], str(ids[0]))):
            bad = floors.run(do, name, *map(str, given))
            assert bad.exit_code == 2
            assert f"callfloor floors refused {name}`, found {missing}; nothing was changed" in bad.stderr
        assert self.left(floors) == ids

    @pytest.mark.parametrize("arguments", [[], ["1", "--all"], ["0"], ["x"], ["9223372036854775808"]])
    def test_what_is_to_be_retried_must_be_said_once(
        self, floors: Floors, ids: list[int], arguments: list[str]
    ) -> None:
        bad = floors.run("retry", "north", *arguments)
        assert bad.exit_code == 2
        assert bad.stderr.count("\n") == 1
        assert self.left(floors) == ids


class TestWorker:
    @pytest.mark.parametrize("carrier", ["nowhere", "host:", ":5000", "host:99999", "host:x"])
    def test_a_carrier_that_is_none_is_refused(self, floors: Floors, carrier: str) -> None:
        refused = run_command("worker", "--db", str(floors.db), "--carrier", carrier)
        assert refused.exit_code == 2
        assert refused.stderr == (
            f"callfloor: --carrier: expected simulated or HOST:PORT, found {carrier!r}\n"
        )
        assert not floors.db.exists()

    def test_a_port_that_is_taken_is_told(self, floors: Floors) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            refused = run_command("worker", "--db", str(floors.db), "--port", port)
        assert refused.exit_code == 1
        assert f"cannot listen at 127.0.0.1:{port}" in refused.stderr

    def test_it_looks_after_floors_until_sigterm(self, floors: Floors) -> None:
        floors.bring()
        options = ["--db", str(floors.db), "--name", "one", "--simulated-agents", "--port", "0", "--plain"]
        command = [sys.executable, "-c", "from callfloor.cli import main; main()", "worker", *options]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        lines = []
        for line in process.stderr:
            lines.append(json.loads(line))
            if [each["event"] for each in lines].count("floor_taken") == 2:
                process.send_signal(signal.SIGTERM)
                break
        lines += [json.loads(line) for line in process.stderr]
        assert process.wait(30) == 0
        assert lines[-1]["event"] == "worker_ended"
        assert floors.run("list").stdout == "north: nobody, 0 waiting\nsouth: nobody, 0 waiting\n"
        process.stderr.close()
