"""The Dockerfile: what tools find, and what they do not look for."""

from __future__ import annotations

import json
import re

import pytest

from tests.deploy.files import ROOT, run_tool, served

TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", "")
LINES = [line.split(None, 1) for line in TEXT.splitlines() if line and not line.startswith(("#", " "))]


def every(word: str) -> list[str]:
    return [rest for first, rest in LINES if first == word]


def test_hadolint_finds_nothing() -> None:
    run_tool("hadolint", "--failure-threshold", "style", "Dockerfile")


def test_bases_are_of_one_minor_version_and_the_last_is_slim() -> None:
    bases = [re.fullmatch(r"python:(3\.\d+)-(slim-)?bookworm(?: AS \w+)?", text) for text in every("FROM")]
    assert len({base[1] for base in bases if base}) == 1
    assert [bool(base and base[2]) for base in bases] == [False, True]


def test_it_runs_as_a_number_that_is_not_root() -> None:
    assert every("USER") == ["10001:10001"]


@pytest.mark.parametrize("word", ["ENTRYPOINT", "CMD", "HEALTHCHECK"])
def test_no_shell_stands_before_a_process(word: str) -> None:
    (text,) = every(word)
    start = text.index("[")
    assert all(isinstance(part, str) for part in json.loads(text[start:]))


def test_the_service_takes_its_arguments() -> None:
    options = served(json.loads(every("CMD")[0]))
    assert every("EXPOSE") == [str(options["port"])] == ["5000"]
    assert options["host"] == "0.0.0.0"
    assert options["db"].startswith(every("VOLUME")[0] + "/")


def test_the_compiled_floor_is_required() -> None:
    assert any("CALLFLOOR_REQUIRE_COMPILED=1" in text for text in every("RUN"))


def test_packages_come_from_locks_with_hashes() -> None:
    for text in every("RUN"):
        for command in re.findall(r"pip .*?install .*?(?=&&|$)", text):
            assert "--require-hashes" in command or "--no-index" in command, command


def test_only_what_is_copied_is_sent() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    sent = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = {name for text in every("COPY") if "--from" not in text for name in text.split()[:-1]}
    assert rules[0] == "*"
    assert sent == copied
    assert all((ROOT / name).exists() for name in sent)
    assert "**/*.so" in rules
