"""What the documentation says to type is typed, and what it shows is what comes out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import DEMO, PAGES, ROOT, RUN, Command, blocks, commands, missing, name_of, run

WITH_COMMANDS = [p for p in PAGES if any(b.language == "console" for b in blocks(p))]


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name_of)
def test_commands_do_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    for block in blocks(page):
        if block.saved_as:
            (tmp_path / block.saved_as).write_text("\n".join(block.lines) + "\n", encoding="utf-8")
        if block.language == "console":
            for command in commands(block):
                try_command(command, tmp_path)


def try_command(command: Command, folder: Path) -> None:
    """Run one command and compare, or look up its target where it is make's."""
    word = command.text.split()[0]
    text = command.as_run()
    if word == "make":
        check_target(command.text)
        if not command.shown:
            return
        text = Command(DEMO).as_run()
    else:
        assert word in RUN, f"{command.text}: the tests do not run {word!r}"
    result = run(text, folder)
    assert result.returncode == 0, f"{command.text}: status {result.returncode}\n{result.stdout}"
    line = missing(command.shown, result.stdout)
    assert not line, f"{command.text}: the page shows {line!r}; the output is\n{result.stdout}"


def check_target(text: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    target = text.split()[1]
    assert re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE), f"{text}: no such target"
    if target == "demo":
        recipe = makefile.split("\ndemo:", 1)[1].splitlines()[1]
        for word in DEMO.split():
            assert word in recipe, f"make demo no longer runs {DEMO}"


def test_every_target_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert targets == set(re.findall(r"`make ([a-z]+)`", page))
