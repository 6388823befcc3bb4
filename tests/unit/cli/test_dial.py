"""`callfloor dial`: its report, its logs, and what it says when it cannot do what was asked."""

from __future__ import annotations

import json
import os
import re
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import apsw
import pytest

from callfloor import runtimes
from callfloor.cli import dial as dial_module
from callfloor.live.dial_run import DialRun
from callfloor.stores.sqlite.registers import SqliteRegisters
from callfloor.stores.sqlite.store import SqliteStore
from tests.unit.cli.commands import Outcome, run_command

KEYS = {
    "seed",
    "speed",
    "time_to_run_s",
    "runtime",
    "attempts",
    "human_answers",
    "connected",
    "connected_too_late",
    "abandoned",
    "hung_up_early",
    "left_over_from_earlier_runs",
    "abandon_rate",
    "abandon_rate_max",
    "abandon_rate_upper",
    "average_call_s",
    "outcomes",
    "agents",
    "abnormal_conditions",
    "leads_held_back",
    "wall_s",
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def dial(*options: str, seconds: float = 30.0, agents: int = 3) -> Outcome:
    return run_command("dial", "-n", str(agents), "-t", str(seconds), "--speed", "10000", *options)


def figures(*options: str, seconds: float = 30.0, agents: int = 3) -> dict[str, Any]:
    outcome = dial("--json", "-", *options, seconds=seconds, agents=agents)
    assert outcome.exit_code == 0, outcome.stderr
    told: dict[str, Any] = json.loads(outcome.stdout)
    return told


def without_wall(told: dict[str, Any]) -> dict[str, Any]:
    """Figures to compare: start times differ by run, and with them the last digits of spans of time."""
    kept = {k: v for k, v in told.items() if k not in ("wall_s", "average_call_s", "speed", "runtime")}
    kept["agents"] = [(row["agent"], row["calls"]) for row in told["agents"]]
    return kept


def refused(outcome: Outcome, *words: str, status: int = 2) -> None:
    """One line on standard error that says all these words, and nothing else."""
    assert outcome.exit_code == status
    assert outcome.stdout == ""
    assert outcome.stderr.startswith("callfloor: ")
    assert outcome.stderr.count("\n") == 1
    for word in words:
        assert word in outcome.stderr


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


class TestReport:
    def test_it_shows_agents_outcomes_and_the_ledger(self) -> None:
        outcome = dial()
        assert outcome.exit_code == 0
        for words in (
            "Agents",
            "agent-01",
            "agent-03",
            "average call",
            "Attempts by outcome",
            "abandon rate",
        ):
            assert words in outcome.stdout

    def test_a_published_rule_paces_where_it_is_named(self) -> None:
        options = ("--mode", "predictive", "--pool", "campaign", "--ring-time", "5-20")
        ours, theirs = figures(*options, seconds=300), figures(*options, "--pacing", "ratio", seconds=300)
        assert ours["attempts"] != theirs["attempts"]
        assert min(ours["attempts"], theirs["attempts"]) > 20

    def test_it_warns_of_an_abandonment_that_the_law_forbids(self) -> None:
        outcome = dial("--dial-ratio", "5", "-f", "0")
        assert "of live answers were abandoned; the limit is 3.0%" in " ".join(outcome.stdout.split())

    def test_as_json_it_is_one_object_and_nothing_else_on_standard_output(self) -> None:
        told = figures()
        assert set(told) == KEYS
        assert told["attempts"] == sum(told["outcomes"].values())
        assert told["human_answers"] == told["connected"] + told["abandoned"] + told["hung_up_early"]
        assert [row["agent"] for row in told["agents"]] == ["agent-01", "agent-02", "agent-03"]
        assert sum(row["calls"] for row in told["agents"]) == told["connected"] + told["connected_too_late"]
        for condition in told["abnormal_conditions"].values():
            assert set(condition) == {"code", "severity", "count"}

    def test_as_json_in_a_file_the_tables_are_shown_too(self, here: Path) -> None:
        outcome = dial("--json", "report.json")
        assert "Agents" in outcome.stdout
        assert set(json.loads((here / "report.json").read_text())) == KEYS
        assert sorted(path.name for path in here.glob("*.tmp")) == []

    def test_a_run_in_which_nobody_answers_has_no_rate_and_no_average(self) -> None:
        told = figures("-f", "100")
        assert told["human_answers"] == 0
        assert told["abandon_rate"] is told["average_call_s"] is None
        assert {row["average_call_s"] for row in told["agents"]} == {None}
        assert dial("-f", "100").exit_code == 0

    def test_progressive_dialling_of_agents_who_take_all_abandons_nobody(self) -> None:
        told = figures("--mode", "progressive", "--pool", "campaign")
        assert told["abandoned"] == 0
        assert told["connected"] > 0

    def test_the_same_seed_gives_the_same_figures_at_every_speed_and_through_either_floor(self) -> None:
        first = figures("-c")
        assert without_wall(figures("-c", "--speed", "2000")) == without_wall(first)
        assert without_wall(figures("-c", "--plain")) == without_wall(first)
        assert without_wall(figures("-c", "--seed", "2")) != {**without_wall(first), "seed": 2}

    def test_without_a_compiled_floor_it_says_so_and_uses_the_plain_one(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def missing(name: str) -> Any:
            raise runtimes.RuntimeMissing("The compiled floor is not installed.")

        monkeypatch.setattr(runtimes, "_load_compiled", missing)
        outcome = dial("--json", "-")
        assert json.loads(outcome.stdout)["runtime"] == "plain"
        assert outcome.stderr.startswith("callfloor: The compiled floor is not installed.")


class TestLogs:
    def test_they_are_json_lines_and_tell_the_run(self, here: Path) -> None:
        told = figures()
        entries = lines(here / "dialer.log")
        events = Counter(entry["event"] for entry in entries)
        assert events["call_placed"] == events["call_ended"] == told["attempts"]
        assert events["call_connected"] == told["connected"]
        assert events["abnormal_condition"] == sum(c["count"] for c in told["abnormal_conditions"].values())
        assert all({"at", "level", "floor"} <= set(entry) for entry in entries)
        times = [entry["at"] for entry in entries]
        assert times == sorted(times)
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", at) for at in times)

    def test_each_decision_is_explained_in_numbers(self, here: Path) -> None:
        figures()
        decisions = [entry for entry in lines(here / "dialer.log") if entry["event"] == "dial_decision"]
        assert sum(entry["placed"] for entry in decisions) > 0
        for entry in decisions:
            assert {"ready", "ringing", "wanted", "leads", "expected_answers", "headroom"} <= set(entry)

    def test_the_agents_have_their_own(self, here: Path) -> None:
        told = figures()
        events = Counter((entry["agent"], entry["event"]) for entry in lines(here / "agents.log"))
        for row in told["agents"]:
            assert events[row["agent"], "agent_logged_in"] == events[row["agent"], "agent_logged_out"] == 1
            assert events[row["agent"], "call_started"] == events[row["agent"], "call_ended"] == row["calls"]

    def test_no_whole_phone_number_is_in_any(self, here: Path) -> None:
        figures("--faults", "lose=0.1,double=0.1")
        connection = apsw.Connection(str(here / "callfloor.db"))
        numbers = {str(e164) for (e164,) in connection.execute("SELECT e164 FROM numbers")}
        connection.close()
        assert len(numbers) > 20
        for name in ("dialer.log", "agents.log"):
            text = (here / name).read_text()
            assert "+1" in text
            assert not set(re.findall(r"\d{11}", text)) & numbers
            assert not set(re.findall(r"\d{10}", text)) & {number[1:] for number in numbers}

    def test_a_second_run_appends(self, here: Path) -> None:
        figures()
        before = lines(here / "dialer.log")
        figures()
        assert lines(here / "dialer.log")[: len(before)] == before
        assert len(lines(here / "dialer.log")) > len(before)

    def test_a_disk_without_room_for_logs_ends_the_run_in_one_line(self, here: Path) -> None:
        (here / "agents.log").symlink_to("/dev/full")
        outcome = dial("--json", "-")
        assert outcome.exit_code == 1
        assert outcome.stderr.count("\n") == 1
        assert "a log cannot be written: No space left on device" in outcome.stderr
        (here / "agents.log").unlink()
        assert figures()["attempts"] > 0


class TestWrongUse:
    @pytest.mark.parametrize(
        ("options", "words"),
        [
            (["-n", "0"], ["--num-agents", "0"]),
            (["-n", "x"], ["--num-agents", "x"]),
            (["-f", "101"], ["--call-fail", "101"]),
            (["-l", "0"], ["--call-length", "0"]),
            (["-l", "nan"], ["--call-length", "nan"]),
            (["-t", "nan"], ["--time-to-run", "nan"]),
            (["-t", "-1"], ["--time-to-run", "-1"]),
            (["--speed", "nan"], ["--speed", "nan"]),
            (["--speed", "0"], ["--speed", "0"]),
            (["--dial-ratio", "nan"], ["--dial-ratio", "nan"]),
            (["--dial-ratio", "101"], ["--dial-ratio", "101"]),
            (["--mode", "predictable"], ["--mode", "predictable"]),
            (["--pool", "team"], ["--pool", "team"]),
            (["--ring-time", "soon"], ["--ring-time", "soon"]),
            (["--ring-time", "0.01"], ["--ring-time", "0.01"]),
            (["--ring-time", "5-2"], ["--ring-time"]),
            (["--seed", "-1"], ["--seed", "-1"]),
            (["--faults", "explode=1"], ["--faults", "explode"]),
            (["--faults", "lose=2"], ["--faults", "lose", "2"]),
            (["--db", "postgresql://127.0.0.1:1/db"], ["cannot be reached"]),
            (["--db", "missing/floor.db"], ["missing/floor.db", "there is no directory missing"]),
            (["--db", "."], ["is a directory"]),
            (["--log-dir", "missing"], ["--log-dir", "missing", "is no directory"]),
            (["--json", "missing/report.json"], ["--json", "missing/report.json"]),
            (["--leads", "missing.csv"], ["missing.csv", "No such file"]),
            (["--unknown"], ["--unknown"]),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, list) else None,
    )
    def test_it_is_told_in_one_line(self, options: list[str], words: list[str]) -> None:
        refused(dial(*options), *words)

    def test_wrong_options_are_refused_before_anything_is_touched(self, here: Path) -> None:
        dial("--ring-time", "soon", "-c")
        dial("--faults", "x=1", "-c")
        assert list(here.iterdir()) == []

    @pytest.mark.parametrize("content", [b"hello", b"hello " * 200], ids=["small", "large"])
    def test_a_database_that_is_none(self, here: Path, content: bytes) -> None:
        path = here / "notes.txt"
        path.write_bytes(content)
        for options in (["--db", "notes.txt"], ["--db", "notes.txt", "-c"]):
            refused(dial(*options), "notes.txt: is not a SQLite database; give another path")
            assert path.read_bytes() == content

    def test_a_log_that_is_a_directory(self, here: Path) -> None:
        (here / "dialer.log").mkdir()
        refused(dial(), "--log-dir", "dialer.log", "cannot be written")
        refused(dial("-c"), "--clean-start", "dialer.log", "cannot be deleted")

    def test_a_database_that_another_process_holds(self, here: Path) -> None:
        figures()
        other = apsw.Connection(str(here / "callfloor.db"))
        assert list(other.execute("SELECT count(*) > 0 FROM leads")) == [(1,)]
        refused(dial("-c"), "callfloor.db: is in use by another process; stop it first")
        other.close()
        assert figures("-c")["attempts"] > 0


class TestCleanStart:
    def test_it_begins_anew(self, here: Path) -> None:
        first = figures()
        figures("-c")
        store = SqliteStore(here / "callfloor.db")
        [(attempts,)] = store.connection.execute("SELECT count(*) FROM call_records")
        store.close()
        assert attempts == first["attempts"]
        assert Counter(e["event"] for e in lines(here / "dialer.log"))["call_placed"] == attempts

    def test_it_is_fine_where_there_is_nothing_yet(self) -> None:
        assert figures("-c")["attempts"] > 0

    def test_it_deletes_our_own_files_only(self, here: Path) -> None:
        figures()
        others = {"callfloor.db.bak": "a copy", "notes.txt": "notes", "other.log": "theirs"}
        for name, text in others.items():
            (here / name).write_text(text)
        figures("-c")
        assert {name: (here / name).read_text() for name in others} == others

    def test_another_programs_database_is_refused_and_left_alone(self, here: Path) -> None:
        connection = apsw.Connection(str(here / "theirs.db"))
        connection.execute("CREATE TABLE theirs (x)")
        connection.close()
        (here / "dialer.log").write_text("kept\n")
        before = (here / "theirs.db").read_bytes()
        refused(dial("-c", "--db", "theirs.db"), "theirs.db: is another program's SQLite database")
        assert (here / "theirs.db").read_bytes() == before
        assert (here / "dialer.log").read_text() == "kept\n"


class TestASecondRun:
    def test_it_goes_on(self, here: Path) -> None:
        told = [figures(), figures()]
        store = SqliteStore(here / "callfloor.db")
        attempts = [
            a for (a,) in store.connection.execute("SELECT attempt FROM call_records ORDER BY attempt")
        ]
        numbers = [n for (n,) in store.connection.execute("SELECT number FROM call_records")]
        store.close()
        assert attempts == list(range(1, told[0]["attempts"] + told[1]["attempts"] + 1))
        assert len(set(numbers)) == len(numbers)

    def test_with_so_many_agents_that_their_names_are_longer(self) -> None:
        assert len(figures(agents=5)["agents"]) == 5
        told = figures(agents=100, seconds=10)
        assert [row["agent"] for row in told["agents"]][:2] == ["agent-001", "agent-002"]
        assert all(row["calls"] for row in told["agents"])
        assert len(figures(agents=5)["agents"]) == 5


def test_faults_show_as_abnormal_conditions() -> None:
    told = figures("--faults", "lose=0.1,double=0.2,delay=0.1,reorder=0.1", seconds=120)
    assert {"event_seen_before", "call_lost_by_carrier"} <= set(told["abnormal_conditions"])
    assert told["attempts"] == sum(told["outcomes"].values())


class TestLeads:
    def write(self, here: Path, *numbers: str) -> str:
        (here / "leads.csv").write_text("phone,name\n" + "".join(f"{n},Somebody\n" for n in numbers))
        return "leads.csv"

    def test_a_list_is_dialled_and_nobody_else(self, here: Path) -> None:
        path = self.write(here, "+12125550100", "(212) 555-0101", "+13055550102")
        told = figures("--leads", path, seconds=600)
        store = SqliteStore(here / "callfloor.db")
        called = {
            n
            for (n,) in store.connection.execute("SELECT e164 FROM call_records JOIN numbers ON number = id")
        }
        store.close()
        assert called == {12125550100, 12125550101, 13055550102}
        assert 3 <= told["attempts"] <= 9

    def test_one_with_rows_that_are_no_leads_is_refused_whole(self, here: Path) -> None:
        path = self.write(here, "+12125550100", "nonsense")
        refused_run = dial("--leads", path)
        refused(refused_run, "leads.csv", "1 row rejected", "--skip-bad")
        store = SqliteStore(here / "callfloor.db")
        assert not store.has_lists(store.campaign_id("default"))
        store.close()

    def test_a_second_run_with_the_same_list_calls_nobody_twice_too_soon(self, here: Path) -> None:
        path = self.write(here, "+12125550100", "+12125550101")
        figures("--leads", path, "-f", "0")
        assert figures("--leads", path, "-f", "0")["attempts"] == 0


class TestInterrupts:
    def interrupt(self, monkeypatch: pytest.MonkeyPatch, *signals: int) -> None:
        """Have these signals come as soon as the run shows its progress."""

        async def progress(run: DialRun, dialer: object) -> None:
            for number in signals:
                os.kill(os.getpid(), number)

        monkeypatch.setattr(dial_module, "shown_progress", progress)

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_once_the_calls_in_hand_finish_and_the_report_appears(
        self, monkeypatch: pytest.MonkeyPatch, number: int
    ) -> None:
        self.interrupt(monkeypatch, number)
        told = figures(seconds=30_000_000)
        assert told["connected"] > 0
        assert told["attempts"] == sum(told["outcomes"].values())

    def test_twice_it_ends_at_once_and_the_report_appears_all_the_same(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.interrupt(monkeypatch, signal.SIGINT, signal.SIGTERM)
        told = figures("-l", "80000", seconds=30_000_000)
        assert told["attempts"] == sum(told["outcomes"].values())
        assert told["average_call_s"] is None or told["average_call_s"] < 80000


def test_a_database_that_fails_in_mid_run_ends_it_in_one_line_after_the_report(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened = SqliteStore.__init__

    def small(self: SqliteStore, path: Path, **options: Any) -> None:
        opened(self, path, **options)
        self.connection.execute("PRAGMA max_page_count = 60")

    monkeypatch.setattr(SqliteStore, "__init__", small)
    outcome = dial("--json", "-", seconds=3000)
    assert outcome.exit_code == 1
    assert json.loads(outcome.stdout)["attempts"] > 0
    assert outcome.stderr.count("\n") == 1
    assert "the disk is full or failing" in outcome.stderr
    monkeypatch.undo()


class TestTheLaw:
    def test_rules_and_hours_hold_back_those_who_may_not_be_called(self, here: Path) -> None:
        (here / "leads.csv").write_text("phone\n8005550199\n")
        told = figures("--leads", "leads.csv", "--rules", "us", "--hours", "09:00-20:00")
        assert told["attempts"] == 0
        assert told["leads_held_back"] == {"place unknown": 1}

    @pytest.mark.parametrize(
        ("options", "complaint"),
        [
            (["--rules", "mars"], "rules: expected ca, gb, us or the path of a .toml file, found 'mars'"),
            (["--hours", "9-5"], "hours: expected hours such as 08:00-21:00, found '9-5'"),
            (
                ["--do-not-call", "federal"],
                "has no register 'federal'; import it with `callfloor dnc import`",
            ),
        ],
    )
    def test_what_cannot_be_kept_to_is_refused(self, here: Path, options: list[str], complaint: str) -> None:
        outcome = dial(*options)
        assert outcome.exit_code == 2
        assert complaint in outcome.stderr
        assert len(outcome.stderr.splitlines()) == 1

    def test_a_stale_register_is_refused(self) -> None:
        with (
            SqliteRegisters(Path("callfloor.db")) as registers,
            registers.begin("federal", 0.0, "f") as writer,
        ):
            writer.add([12125550100])
            writer.publish()
        assert "register 'federal' is older than 31 days" in dial("--do-not-call", "federal").stderr
