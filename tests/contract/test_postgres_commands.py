"""Commands on PostgreSQL: the same figures as on SQLite, and failures in one line without the password."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.contract.stores import empty_database
from tests.unit.cli.commands import Outcome, run_command
from tools.postgres import shared_server

LIST = "phone,name,state\n" + "".join(f"21255501{n:02d},Person {n},NY\n" for n in range(60))


@pytest.fixture
def url() -> str:
    return empty_database()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "leads.csv").write_text(LIST)
    (tmp_path / "dnc.txt").write_text("2125550101\n2125550102\n")
    return tmp_path


def done(*arguments: str) -> str:
    outcome = run_command(*arguments)
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    return outcome.stdout


def fails(status: int, outcome: Outcome) -> str:
    assert outcome.exit_code == status, outcome.output
    assert outcome.stderr.count("\n") == 1
    return outcome.stderr


def dialled(*arguments: str) -> Any:
    told = json.loads(done("dial", "-n", "3", "-t", "60", "--speed", "1000", "--json", "-", *arguments))
    del told["wall_s"]
    return told


def test_a_run_with_made_up_numbers_is_the_same_on_both(folder: Path, url: str) -> None:
    found, expected = dialled("--db", url), dialled("--db", "x.db")
    assert found == expected
    assert found["attempts"] > 0
    assert "every command and the state at the end are the same" in done("replay", url)


def test_a_list_is_imported_dialled_and_replayed(folder: Path, url: str) -> None:
    for where in (url, "x.db"):
        assert "leads imported            60" in done("leads", "import", "leads.csv", "--db", where)
        done("dnc", "import", "dnc.txt", "--list", "mine", "--internal", "--db", where)
    found, expected = dialled("--db", url), dialled("--db", "x.db")
    assert found == expected
    assert found["attempts"] > 40
    done("replay", url)


def test_a_run_goes_on_where_the_last_one_ended(folder: Path, url: str) -> None:
    first = dialled("--db", url)["attempts"]
    dialled("--db", url)
    [told] = json.loads(done("replay", url, "--json", "-"))
    assert told["difference"] is None
    assert told["entries"] > first


def test_registers_are_imported_and_asked(folder: Path, url: str) -> None:
    day = datetime.now(UTC).date().isoformat()
    done("dnc", "import", "dnc.txt", "--list", "federal", "--date", day, "--db", url)
    done("dnc", "import", "dnc.txt", "--list", "mine", "--internal", "--db", url)
    assert "must not be called" in fails(1, run_command("dnc", "check", "2125550101", "--db", url))
    done("dnc", "check", "2125550199", "--db", url)


def test_a_person_is_erased(folder: Path, url: str) -> None:
    done("leads", "import", "leads.csv", "--db", url)
    dialled("--db", url)
    told = done("leads", "erase", "(212) 555-0105", "--db", url)
    assert told.startswith("erased: 1 lead, 1 number; kept: ")
    assert json.loads(done("leads", "erase", "2125550106", "--db", url, "--json", "-"))["numbers"] == 1
    assert "must not be called" in fails(1, run_command("dnc", "check", "2125550105", "--db", url))
    done("replay", url)


def test_old_call_records_are_deleted(folder: Path, url: str) -> None:
    dialled("--db", url)
    assert done("records", "expire", "--db", url).startswith("0 call records deleted")
    fails(2, run_command("records", "expire", "--years", "4", "--db", url))


def test_a_database_on_a_server_is_not_deleted(folder: Path, url: str) -> None:
    assert "is not deleted" in fails(2, run_command("dial", "--clean-start", "--db", url))


def test_tokens_of_the_service(url: str) -> None:
    done("token", "create", "ci", "--db", url)
    assert "ci" in done("token", "list", "--db", url)
    done("token", "delete", "ci", "--db", url)


@pytest.mark.parametrize(
    "command",
    [
        ("dial",),
        ("leads", "import", "leads.csv"),
        ("leads", "erase", "2125550101"),
        ("dnc", "import", "dnc.txt", "--list", "x", "--internal"),
        ("dnc", "check", "2125550101"),
        ("records", "expire"),
        ("token", "list"),
        ("serve", "--port", "0"),
    ],
    ids=" ".join,
)
def test_a_wrong_password_is_one_line_and_not_shown(folder: Path, command: tuple[str, ...]) -> None:
    shared_server().new_database()
    wrong = shared_server().tcp_url("callfloor", "wr0ng")
    line = fails(2, run_command(*command, "--db", wrong))
    assert "the user or the password is wrong" in line
    assert "wr0ng" not in line


def test_replay_of_a_server_that_is_not_there() -> None:
    line = fails(2, run_command("replay", "postgresql://u:secret@127.0.0.1:1/x"))
    assert "cannot be reached" in line
    assert "secret" not in line
