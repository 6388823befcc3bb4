"""`callfloor dnc`: registers and requests imported and asked, and what is refused."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import apsw
import pytest

from callfloor.stores.sql import registers as importing
from callfloor.stores.sqlite import registers
from tests.unit.cli.commands import Outcome, run_command

TODAY = datetime.datetime.now(datetime.UTC).date()
NUMBERS = "2125550100\n2125550101\n2125550102\n2125550103\n"


def ago(days: int) -> str:
    return (TODAY - datetime.timedelta(days=days)).isoformat()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dnc.txt").write_text(NUMBERS)
    return tmp_path


def run(*args: str) -> Outcome:
    return run_command("dnc", *args)


def imports(*args: str, name: str = "federal", file: str = "dnc.txt") -> Outcome:
    return run("import", file, "--list", name, *args)


def fails(status: int, result: Outcome) -> str:
    """The one line on standard error of a command that fails."""
    assert result.exit_code == status, result.output
    [line] = result.stderr.splitlines()
    return line


def rows(sql: str) -> list[Any]:
    connection = apsw.Connection("callfloor.db")
    try:
        return list(connection.execute(sql))
    finally:
        connection.close()


def checked(number: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(run("check", number, "--json", "-").stdout)
    return told


class TestRegister:
    def test_an_import_is_told_with_how_long_it_may_be_used(self) -> None:
        result = imports("--date", ago(1))
        assert result.exit_code == 0
        last = (TODAY + datetime.timedelta(days=29)).isoformat()
        assert result.stdout == (
            f"federal: 4 numbers as of {ago(1)}; campaigns may use it up to and including {last}\n"
        )
        assert checked("212-555-0102")["lists"] == {"federal": 1}
        assert checked("212-555-0104")["lists"] == {}

    def test_as_json(self) -> None:
        told = json.loads(imports("--date", ago(0), "--json", "-").stdout)
        assert told.keys() == {
            *(
                "list",
                "file",
                "internal",
                "numbers",
                "date",
                "fresh_until",
                "numbers_before",
                "skipped",
                "wall_s",
            )
        }
        assert (told["numbers"], told["numbers_before"]) == (4, None)

    @pytest.mark.parametrize(
        ("date", "complaint"),
        [
            ([], "--date: expected the day as of which the register is right"),
            (["--date", ago(32)], "32 days ago: the register is stale; get one that is at most 31 days old"),
            (["--date", ago(-2)], "or a day before it"),
            (["--date", "yesterday"], "--date: expected a day such as"),
        ],
    )
    def test_a_register_without_a_date_or_with_a_wrong_one_is_refused(
        self, folder: Path, date: list[str], complaint: str
    ) -> None:
        assert complaint in fails(2, imports(*date))
        assert not (folder / "callfloor.db").exists()

    def test_a_bad_file_changes_nothing(self, folder: Path) -> None:
        imports("--date", ago(1))
        (folder / "bad.txt").write_text(NUMBERS + "oops\n")
        assert "bad.txt: line 5: expected a phone number" in fails(
            2, imports("--date", ago(0), file="bad.txt")
        )
        assert rows("SELECT name, status, numbers FROM registers") == [("federal", "active", 4)]
        assert rows("SELECT DISTINCT register FROM register_numbers") == rows("SELECT id FROM registers")

    def test_bad_lines_can_be_left_out(self, folder: Path) -> None:
        (folder / "bad.txt").write_text(NUMBERS + "oops\n")
        result = imports("--date", ago(0), "--skip-bad", file="bad.txt")
        assert result.exit_code == 0
        assert "line 5 left out: " in result.stdout

    def test_one_that_has_shrunk_by_half_is_refused_unless_it_is_meant(self, folder: Path) -> None:
        imports("--date", ago(1))
        (folder / "less.txt").write_text("2125550100\n")
        line = fails(2, imports("--date", ago(0), file="less.txt"))
        assert "has 1 numbers, less than half of the 4" in line
        assert "--replace" in line
        assert checked("2125550103")["lists"] == {"federal": 1}
        assert imports("--date", ago(0), "--replace", file="less.txt").exit_code == 0
        assert checked("2125550103")["lists"] == {}

    def test_an_older_one_is_refused_unless_it_is_meant(self) -> None:
        imports("--date", ago(1))
        assert "is older than the version in force" in fails(2, imports("--date", ago(2)))
        assert imports("--date", ago(2), "--replace").exit_code == 0

    def test_nothing_of_the_version_before_is_left(self) -> None:
        imports("--date", ago(1))
        imports("--date", ago(0))
        assert rows("SELECT count(*) FROM registers") == [(1,)]
        assert rows("SELECT count(*) FROM register_numbers") == [(1,)]

    def test_two_imports_of_one_register_at_once_are_refused(self) -> None:
        with (
            registers.SqliteRegisters(Path("callfloor.db")) as one,
            one.begin("federal", 0.0, "a file") as writer,
        ):
            writer.add([12125550100])
            assert "another import of this register is running" in fails(2, imports("--date", ago(0)))
            assert imports("--date", ago(0), name="texas").exit_code == 0

    def test_what_an_importer_that_died_has_left_is_removed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with registers.SqliteRegisters(Path("callfloor.db")) as one:
            one.db.run(
                "INSERT INTO registers "
                "(id, name, status, dated_at, file, created_at, importer, heartbeat_at) "
                "VALUES (7, 'federal', 'staged', 0, 'a file', 0, 'here/1/word', 1e12)"
            )
            one.db.run("INSERT INTO register_numbers VALUES (7, 1212555, x'6400')")
            monkeypatch.setattr(importing, "is_running", lambda importer: False)
            assert imports("--date", ago(0)).exit_code == 0
        assert rows("SELECT status, numbers FROM registers") == [("active", 4)]
        assert rows("SELECT count(*) FROM register_numbers") == [(1,)]


class TestRequests:
    def test_they_add_up_and_are_kept_with_when_and_who(self, folder: Path) -> None:
        result = imports("--internal", "--date", ago(3), "--asked-by", "Ann", name="phone")
        assert result.stdout == "4 numbers will not be called again, 4 of them new\n"
        (folder / "more.txt").write_text("2125550103\n2125550104\n2125550104\n")
        assert imports("--internal", name="web", file="more.txt").stdout.startswith("2 numbers will not be")
        assert checked("2125550103")["lists"] == {"phone": 1, "web": 1}
        assert rows("SELECT count(*) FROM numbers WHERE barred = 1") == [(5,)]
        told = rows("SELECT asked_by, list, count(*) FROM bars GROUP BY asked_by, list ORDER BY list")
        assert told == [("Ann", "phone", 4), ("more.txt", "web", 2)]

    def test_a_file_with_a_bad_line_bars_nobody(self, folder: Path) -> None:
        (folder / "bad.txt").write_text(NUMBERS + "oops\n")
        assert "line 5" in fails(2, imports("--internal", file="bad.txt"))
        assert not (folder / "callfloor.db").exists()


class TestCheck:
    def test_a_number_that_may_not_be_called_is_a_failure(self) -> None:
        imports("--date", ago(0))
        assert fails(1, run("check", "+1 212 555 0100")) == "callfloor: 1 of 1 must not be called"
        assert run("check", "2125550199").exit_code == 0

    def test_a_file_is_counted_by_list(self, folder: Path) -> None:
        imports("--date", ago(0))
        (folder / "mine.txt").write_text("2125550100\n2125550199\n")
        told = checked("mine.txt")
        assert (told["numbers"], told["barred"], told["lists"]) == (2, 1, {"federal": 1})
        assert told["registers"] == [{"name": "federal", "date": ago(0), "numbers": 4, "stale": False}]

    def test_neither_a_number_nor_a_file(self) -> None:
        imports("--date", ago(0))
        assert "expected a phone number or a file that is there" in fails(2, run("check", "12"))

    def test_no_database(self, folder: Path) -> None:
        assert "callfloor.db: there is no such database" in fails(2, run("check", "2125550100"))
        assert not (folder / "callfloor.db").exists()
