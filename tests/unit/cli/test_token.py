"""`callfloor token`: tokens are made, shown once, listed without themselves, and deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from callfloor.stores.sqlite.runs import SqliteRunStore
from callfloor.web.access import digest_of
from tests.unit.cli.commands import run_command


@pytest.fixture
def db(tmp_path: Path) -> str:
    return str(tmp_path / "service.db")


def role_of(db: str, token: str) -> str | None:
    store = SqliteRunStore(Path(db))
    try:
        return store.role_of(digest_of(token))
    finally:
        store.close()


@pytest.mark.parametrize(
    ("options", "role"), [((), "run"), (("--role", "read"), "read"), (("--role", "run"), "run")]
)
def test_create_prints_a_token_and_nothing_else(db: str, options: tuple[str, ...], role: str) -> None:
    made = run_command("token", "create", "ci", "--db", db, *options)
    assert (made.exit_code, made.stderr) == (0, "")
    token = made.stdout.removesuffix("\n")
    assert token.startswith("cf_")
    assert len(token) > 40
    assert token.split() == [token]
    assert role_of(db, token) == role


def test_no_two_tokens_are_alike(db: str) -> None:
    made = {run_command("token", "create", name, "--db", db).stdout for name in "abc"}
    assert len(made) == 3


def test_the_database_does_not_hold_the_token(db: str) -> None:
    token = run_command("token", "create", "ci", "--db", db).stdout.strip()
    for file in Path(db).parent.iterdir():
        assert token.encode() not in file.read_bytes()


def test_a_second_token_of_one_name_is_refused(db: str) -> None:
    first = run_command("token", "create", "ci", "--db", db).stdout.strip()
    second = run_command("token", "create", "ci", "--db", db)
    assert (second.exit_code, second.stdout) == (2, "")
    assert second.stderr == ("callfloor: ci: has a token already; delete it first: callfloor token delete\n")
    assert role_of(db, first) == "run"


def test_list_prints_when_they_were_made_what_they_may_and_whose_they_are(db: str) -> None:
    token = run_command("token", "create", "the dashboard", "--role", "read", "--db", db).stdout.strip()
    run_command("token", "create", "ci", "--db", db)
    listed = run_command("token", "list", "--db", db)
    assert (listed.exit_code, listed.stderr) == (0, "")
    assert [line.split("UTC")[1] for line in listed.stdout.splitlines()] == [
        "  run    ci",
        "  read   the dashboard",
    ]
    assert token not in listed.stdout


def test_a_deleted_token_is_refused_from_then_on(db: str) -> None:
    token = run_command("token", "create", "ci", "--db", db).stdout.strip()
    deleted = run_command("token", "delete", "ci", "--db", db)
    assert (deleted.exit_code, deleted.output) == (0, "")
    assert role_of(db, token) is None
    assert run_command("token", "list", "--db", db).stdout == ""


def test_deleting_one_that_is_not_there_is_told(db: str) -> None:
    run_command("token", "create", "ci", "--db", db)
    deleted = run_command("token", "delete", "cd", "--db", db)
    assert (deleted.exit_code, deleted.stderr) == (
        2,
        "callfloor: cd: there is no such token; see: callfloor token list\n",
    )


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "x" * 201, "half \udc80", "\0"])
@pytest.mark.parametrize("command", ["create", "delete"])
def test_a_name_is_one_line(db: str, command: str, name: str) -> None:
    run_command("token", "create", "ci", "--db", db)
    result = run_command("token", command, name, "--db", db)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("callfloor: NAME: expected a name of one line")


@pytest.mark.parametrize("arguments", [("list",), ("delete", "ci")])
def test_only_create_makes_a_database(db: str, arguments: tuple[str, ...]) -> None:
    result = run_command("token", *arguments, "--db", db)
    assert result.exit_code == 2
    assert "there is no such database" in result.stderr
    assert not Path(db).exists()


@pytest.mark.parametrize("arguments", [("create", "ci"), ("list",), ("delete", "ci")])
def test_a_file_that_is_no_database_is_told_in_one_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "notes.txt").write_text("no database\n" * 100)
    result = run_command("token", *arguments, "--db", str(tmp_path / "notes.txt"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "notes.txt: is not a SQLite database" in result.stderr


def test_another_role_is_refused(db: str) -> None:
    result = run_command("token", "create", "ci", "--role", "admin", "--db", db)
    assert result.exit_code == 2
    assert "read" in result.stderr
