"""`callfloor leads`: what it prints, what it exits with, and that it fails in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import apsw
import pytest

from callfloor.failures import RunError, UsageError, exit_status
from callfloor.leads.errors import LeadListError, ListUnusableError
from callfloor.stores.errors import (
    StaleVersionError,
    StoreBusyError,
    StoreError,
    StoreFullError,
    StoreUnusableError,
)
from callfloor.stores.sqlite.connection import open_database, transaction
from tests.unit.cli.commands import Outcome, run_command

LIST = "phone,state\n2125550100,NY\n2125550101,NY\n2125550100,NY\n"
BAD = LIST + "2.12736E+09,NY\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args: str, stdin: str | None = None) -> Outcome:
    return run_command("leads", *args, stdin=stdin)


def fails(status: int, *args: str) -> str:
    """The one line on standard error of a command that fails."""
    result = run(*args)
    assert result.exit_code == status, result.output
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("callfloor: ")
    return lines[0]


def count(sql: str, path: str = "callfloor.db") -> Any:
    connection = apsw.Connection(path)
    try:
        return connection.execute(sql).get
    finally:
        connection.close()


def test_import_prints_a_table_and_writes_the_default_database(folder: Path) -> None:
    (folder / "leads.csv").write_text(LIST)
    result = run("import", "leads.csv")
    assert result.exit_code == 0
    figures = {line.rsplit(maxsplit=1)[0].strip(): line.split()[-1] for line in result.stdout.splitlines()}
    assert figures["rows"] == "3"
    assert figures["leads imported"] == "2"
    assert figures["the number is in this list already"] == "1"
    assert figures["rejected"] == "0"
    assert count("SELECT name FROM campaigns") == "default"
    assert result.stderr == ""


def test_every_option_of_import(folder: Path) -> None:
    (folder / "leads.csv").write_text("phone\n020 7183 8750\n12\n")
    options = [
        "--db",
        "sqlite:///my.db",
        "--campaign",
        "spring",
        "--region",
        "gb",
        "--skip-bad",
        "--json",
        "r.json",
    ]
    assert run("import", "leads.csv", *options).exit_code == 0
    assert count("SELECT e164 FROM numbers", "my.db") == 442071838750
    assert count("SELECT name FROM campaigns", "my.db") == "spring"
    report = json.loads((folder / "r.json").read_text())
    assert report["published"] is True
    assert (report["rows"], report["leads"]) == (2, 1)
    assert report["rejected"] == {"phone: too short": 1}
    assert report["rejects_file"] == "leads.csv.rejects.csv"


def test_json_on_standard_output_stands_alone(folder: Path) -> None:
    (folder / "leads.csv").write_text(LIST)
    assert json.loads(run("check", "leads.csv", "--json", "-").stdout)["leads"] == 2


def test_a_rejected_row_makes_import_fail_with_status_1(folder: Path) -> None:
    open_database(folder / "callfloor.db").close()
    (folder / "leads.csv").write_text(BAD)
    line = fails(1, "import", "leads.csv")
    assert "leads.csv: nothing was imported: 1 row rejected, see leads.csv.rejects.csv" in line
    assert count("SELECT count(*) FROM leads") == 0


def test_check_tells_lines_and_reasons_and_writes_nothing(folder: Path) -> None:
    (folder / "leads.csv").write_text(BAD)
    result = run("check", "leads.csv")
    assert result.exit_code == 1
    assert "line 4: duplicate" in result.stdout
    assert "line 5: phone: cut by Excel" in result.stdout
    assert result.stderr == "callfloor: leads.csv: 1 row of 4 would be rejected\n"
    assert [path.name for path in folder.iterdir()] == ["leads.csv"]
    (folder / "leads.csv").write_text(LIST)
    assert run("check", "leads.csv").exit_code == 0


@pytest.mark.parametrize("command", ["import", "check"])
def test_bad_input_is_told_in_one_line_with_status_2(folder: Path, command: str) -> None:
    assert "absent.csv: cannot be read: No such file" in fails(2, command, "absent.csv")
    assert "is a directory" in fails(2, command, ".")
    (folder / "leads.csv").write_text('phone\n2125550100\n"21')
    assert "leads.csv: line 3: is cut off" in fails(2, command, "leads.csv")
    (folder / "leads.csv").write_text("phone\n")
    assert "leads.csv: has no rows below its header" in fails(2, command, "leads.csv")


@pytest.mark.parametrize("command", ["import", "check"])
def test_wrong_option_values_are_told_in_one_line_with_status_2(folder: Path, command: str) -> None:
    (folder / "leads.csv").write_text(LIST)
    assert "--region: expected" in fails(2, command, "leads.csv", "--region", "XX")
    assert "--json: nowhere/r.json: expected" in fails(2, command, "leads.csv", "--json", "nowhere/r.json")
    assert [path.name for path in folder.iterdir()] == ["leads.csv"]


def test_a_database_that_cannot_be_used_is_told_in_one_line_with_status_2(folder: Path) -> None:
    (folder / "leads.csv").write_text(LIST)
    assert "--campaign: expected a name" in fails(2, "import", "leads.csv", "--campaign", " ")
    assert "cannot be reached" in fails(2, "import", "leads.csv", "--db", "postgresql://127.0.0.1:1/db")
    assert "is a directory" in fails(2, "import", "leads.csv", "--db", ".")
    assert "no directory" in fails(2, "import", "leads.csv", "--db", "nowhere/a.db")
    (folder / "text.db").write_text("no database, but long enough to be looked at " * 100)
    assert "is not a SQLite database" in fails(2, "import", "leads.csv", "--db", "text.db")
    newer = open_database(folder / "newer.db")
    newer.execute("PRAGMA user_version = 9999")
    newer.close()
    assert "written by a newer version" in fails(2, "import", "leads.csv", "--db", "newer.db")


def test_a_locked_database_is_told_in_one_line_with_status_2(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "leads.csv").write_text(LIST)
    holder = open_database(folder / "callfloor.db")
    monkeypatch.setattr("callfloor.stores.sqlite.connection.open_database.__kwdefaults__", {
        "durable": True, "busy_timeout_s": 0.0,
    })  # fmt: skip
    with transaction(holder):
        assert "is locked by another process" in fails(2, "import", "leads.csv")
    holder.close()
    assert count("SELECT count(*) FROM lists") == 0


def test_a_full_disk_is_told_in_one_line_with_status_1_and_nothing_is_imported(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_database(folder / "callfloor.db").close()
    real = open_database

    def small(path: Path, **options: Any) -> apsw.Connection:
        connection = real(path, **options)
        connection.execute(f"PRAGMA max_page_count = {connection.pragma('page_count')}")
        return connection

    monkeypatch.setattr("callfloor.stores.sqlite.lists.open_database", small)
    (folder / "leads.csv").write_text("phone\n" + "".join(f"21255{n:05d}\n" for n in range(5000)))
    assert "disk is full" in fails(1, "import", "leads.csv")
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    assert count("SELECT count(*) FROM leads") == 0


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UsageError, 2), (ListUnusableError, 2), (StoreUnusableError, 2), (StoreBusyError, 2),
        (RunError, 1), (LeadListError, 1), (StoreFullError, 1), (StaleVersionError, 1), (StoreError, 1),
    ],
)  # fmt: skip
def test_exit_statuses(error: type[Exception], status: int) -> None:
    assert exit_status(error("x")) == status


@pytest.mark.parametrize("text", ['phone\n"2125550101\n', BAD], ids=["cut off", "a bad row"])
def test_a_failed_import_leaves_no_database_where_there_was_none(folder: Path, text: str) -> None:
    (folder / "leads.csv").write_text(text)
    assert run("import", "leads.csv").exit_code != 0
    assert list(folder.glob("callfloor.db*")) == []


def test_a_failed_import_leaves_the_database_that_there_was(folder: Path) -> None:
    (folder / "leads.csv").write_text(LIST)
    run("import", "leads.csv")
    (folder / "bad.csv").write_text(BAD)
    assert run("import", "bad.csv").exit_code == 1
    assert count("SELECT count(*) FROM leads") == 2
