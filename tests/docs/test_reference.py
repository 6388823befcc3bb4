"""The reference pages are what the code says, and nothing is left out."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import apsw
import click
import pytest

from callfloor.cli import callfloor
from callfloor.floor import vocabulary
from callfloor.live.rows import COMMAND_FIELDS, DECISION, EVENT
from callfloor.live.settings import CampaignSettings, FloorSettings
from callfloor.stores.sqlite.connection import open_database
from tests.docs.pages import ROOT
from tools.reference.__main__ import main, pages
from tools.reference.commands import CAMPAIGN_HELP, FLOOR_HELP, commands

REFERENCE = ROOT / "docs" / "reference"


def text_of(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", pages())
def test_generated_pages_are_up_to_date(name: str) -> None:
    assert text_of(name) == pages()[name], f"docs/{name} is not what the code says: run `make docs`"


def test_the_generator_writes_every_page(tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == 0
    assert {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.*")} == set(pages())


@pytest.mark.parametrize("arguments", [[], ["a", "b"]])
def test_wrong_use_is_told_in_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err == "usage: python -m tools.reference DIR\n"


@pytest.mark.parametrize(
    ("settings", "texts"), [(CampaignSettings, CAMPAIGN_HELP), (FloorSettings, FLOOR_HELP)]
)
def test_every_setting_is_described(settings: Any, texts: dict[str, str]) -> None:
    assert [field.name for field in dataclasses.fields(settings)] == list(texts)


GUIDES = {
    "dial": "guides/dialling.md",
    "dnc": "guides/do-not-call.md",
    "erlang": "guides/erlang.md",
    "scenarios": "guides/scenarios.md",
    "leads": "guides/lead-lists.md",
    "replay": "guides/replaying.md",
    "worker": "guides/workers.md",
}


def guide_of(path: tuple[str, ...]) -> str:
    """The guide that explains a command's options; a command without one has its reference page."""
    return GUIDES.get(path[1], "reference/cli.md")


@pytest.mark.parametrize(
    ("path", "command"), [found for found in commands(callfloor, ("callfloor",)) if len(found[0]) > 1]
)
def test_every_option_has_help_and_is_in_its_guide(path: tuple[str, ...], command: click.Command) -> None:
    assert command.help
    guide = text_of(guide_of(path))
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help
            for name in option.opts:
                assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", guide), f"{name} is not explained"


def test_the_guide_names_no_option_that_is_not_there() -> None:
    known = {"--help", "--version"}
    for _, command in commands(callfloor, ("callfloor",)):
        known |= {name for option in command.params for name in option.opts}
    pages = ("dialling", "replaying", "lead-lists", "do-not-call", "calling-hours")
    for page in ("tutorial.md", *(f"guides/{name}.md" for name in pages)):
        named = set(re.findall(r"`(--[a-z][a-z-]*)", text_of(page)))
        assert named <= known, page


def test_every_table_and_column_is_described(tmp_path: Path) -> None:
    page = text_of("reference/journal.md")
    connection = open_database(tmp_path / "x.db")
    ours = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    tables = [name for (name,) in connection.execute(ours)]
    for table in tables:
        section = re.search(rf"^### `{table}`\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL)
        assert section, f"{table} is not described"
        for column in columns(connection, table):
            assert f"`{column}`" in section[1], f"{table}.{column} is not described"
    connection.close()


def columns(connection: apsw.Connection, table: str) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]


def test_the_journal_page_has_the_fields_in_their_order() -> None:
    page = text_of("reference/journal.md")
    for fields in (EVENT.numbers, COMMAND_FIELDS, DECISION.numbers):
        assert ", ".join(f"`{name}`" for name in fields) in page


@pytest.mark.parametrize("names", [vocabulary.EVENT_NAMES, vocabulary.COMMAND_NAMES])
def test_the_journal_page_has_every_code(names: dict[int, str]) -> None:
    page = text_of("reference/journal.md")
    for code, name in names.items():
        assert f"| {code} | `{name}` |" in page


def test_the_journal_page_has_every_outcome() -> None:
    page = text_of("reference/journal.md")
    for code, name in enumerate(vocabulary.OUTCOME_NAMES):
        assert f"| {code} | `{name}` |" in page


@pytest.mark.parametrize("name", [*vocabulary.HELD_NAMES.values()][1:])
def test_the_dialling_guide_explains_what_holds_back(name: str) -> None:
    assert f"| `{name}` |" in text_of("guides/dialling.md")
