"""Alarms: rules are up to date, ask for figures that there are, and have a section of the runbook each."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from callfloor.abnormal import CONDITIONS, AbnormalCondition
from callfloor.cli import callfloor
from callfloor.stores.opening import open_store
from tests.contract.stores import postgres_url
from tests.deploy.files import DEPLOY, ROOT
from tests.docs.pages import anchors, blocks
from tools.alarms.__main__ import files
from tools.alarms.alarm import RINGS, RUNBOOK
from tools.alarms.worker import ALARMS
from tools.aws_template import alarms as aws_alarms

PAGE = ROOT / RUNBOOK
TEXT = PAGE.read_text(encoding="utf-8")
WORDS = " ".join(TEXT.split())

GROUPS = yaml.safe_load((DEPLOY / "prometheus" / "alarms.yaml").read_text(encoding="utf-8"))["groups"]
RULES: list[dict[str, Any]] = [rule for group in GROUPS for rule in group["rules"]]

FUNCTIONS = {"absent", "max", "sum", "abs", "histogram_quantile", "by", "rate", "increase"}


def section(name: str) -> str:
    """What the runbook says of an alarm, its white space apart."""
    found = re.search(rf"^### {name}\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found, f"the runbook lacks {name}"
    return " ".join(found[1].split())


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_the_files_are_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == files()[path], "run: python -m tools.alarms"


def test_the_operator_gets_the_same_rules() -> None:
    resource = yaml.safe_load((DEPLOY / "prometheus" / "prometheus-rule.yaml").read_text(encoding="utf-8"))
    assert (resource["kind"], resource["spec"]["groups"]) == ("PrometheusRule", GROUPS)


def test_rules_have_what_prometheus_wants() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert re.fullmatch(r"Callfloor[A-Za-z]+", rule["alert"])
        assert re.fullmatch(r"\d+s", rule.get("for", "1s"))
        assert rule["labels"]["severity"] in ("critical", "warning", "info")
        for part, other in (("(", ")"), ("[", "]"), ("{", "}")):
            assert rule["expr"].count(part) == rule["expr"].count(other)
        for text in rule["annotations"].values():
            for label in re.findall(r"{{ \$labels\.(\w+) }}", text):
                assert label in {"floor", "campaign", "instance"}


@pytest.fixture(scope="module")
def figures() -> dict[str, set[str]]:
    """The figures that a worker tells, each with its labels, in a process of their own: it makes a worker."""
    program = "from tests.deploy.worker_figures import main; main()"
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT, timeout=60
    ).stdout
    found: dict[str, set[str]] = {}
    for line in told.splitlines():
        if not line.startswith("#"):
            name, _, labels = line.partition("{")
            found.setdefault(name.partition(" ")[0], set()).update(re.findall(r"(\w+)=", labels))
    return found


def test_rules_ask_for_figures_that_there_are(figures: dict[str, set[str]]) -> None:
    for rule in RULES:
        expr = re.sub(r'"[^"]*"', '""', rule["expr"])
        named = set(re.findall(r"\b(callfloor_\w+)", expr))
        assert named
        assert named <= set(figures), rule["expr"]
        labels = set().union(*(figures[name] for name in named)) | {"instance"}
        others = set(re.findall(r"\b[a-z_]+\b", re.sub(r"\[\w+\]", "", expr))) - named - FUNCTIONS
        assert others <= labels, rule["expr"]
        shown = set(re.findall(r"{{ \$labels\.(\w+) }}", rule["annotations"]["summary"]))
        assert shown <= labels, rule["annotations"]["summary"]


def test_no_alarm_lacks_its_section() -> None:
    for rule in RULES:
        page, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert page == RUNBOOK
        assert anchor in anchors(PAGE)
    for _, alarm in aws_alarms():
        [(page, anchor)] = re.findall(r"(docs/[\w/-]+\.md)#([\w-]+)", alarm["Properties"]["AlarmDescription"])
        assert anchor in anchors(ROOT / page)
        if "(info)" not in alarm["Properties"]["AlarmDescription"]:
            assert page == RUNBOOK


def test_no_section_lacks_its_alarm() -> None:
    told = {rule["annotations"]["runbook"].partition("#")[2] for rule in RULES}
    told |= {
        alarm["Properties"]["AlarmDescription"].rpartition("#")[2].rstrip(".") for _, alarm in aws_alarms()
    }
    assert set(re.findall(r"^### (\w+)$", TEXT, re.MULTILINE)) <= told


def test_every_section_says_how_to_look_and_what_to_do() -> None:
    for name in re.findall(r"^### (\w+)$", TEXT, re.MULTILINE):
        assert re.search(r"\*\*Look:\*\* .+ \*\*Do:\*\* .+", section(name)), name


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.name)
def test_the_runbook_says_when_an_alarm_rings(alarm: Any) -> None:
    assert f"Rings when `{alarm.expr}`" in section(alarm.name)
    assert (f"for {alarm.for_s} s." in section(alarm.name)) == (alarm.for_s > 0)
    assert alarm.meaning in section(alarm.name)
    assert f"| [{alarm.name}](#{alarm.name}) | {alarm.severity} | `{alarm.expr}` |" in TEXT


@pytest.mark.parametrize(
    "met", [met for met in CONDITIONS.values() if met.severity in RINGS], ids=lambda met: met.name
)
def test_the_runbook_says_what_a_condition_means_as_the_code_does(met: AbnormalCondition) -> None:
    assert met.meaning in section(met.name)
    assert met.recovery[1:] in section(met.name)
    assert ("Rings at once." in section(met.name)) == (met.severity == "error")


def commands() -> Iterator[str]:
    """Every `callfloor` command of the runbook."""
    for block in blocks(PAGE):
        yield from (line for line in block.lines if line.startswith("callfloor "))
    yield from (found for found in re.findall(r"`([^`]+)`", WORDS) if found.startswith("callfloor "))


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_its_commands_are_commands(command: str) -> None:
    arguments = shlex.split(command.replace("HOST:PORT", "127.0.0.1:5038"))[1:]
    found: click.Command = callfloor
    context = click.Context(callfloor)
    while isinstance(found, click.Group):
        inner = found.get_command(context, arguments[0])
        assert inner is not None, command
        found, arguments = inner, arguments[1:]
    if arguments:
        assert found.make_context(command, arguments).params


def statements() -> set[str]:
    """Every SQL statement of the runbook."""
    shell = re.findall(r'psql "\$DB" -c "([^"]+)"', TEXT)
    return {" ".join(each.split()) for each in [*shell, *re.findall(r"`(SELECT [^`]+)`", TEXT)]}


@pytest.mark.parametrize("statement", sorted(statements()))
def test_its_statements_run_on_every_database_that_they_are_for(statement: str, tmp_path: Path) -> None:
    of_the_server = "pg_" in statement or "now()" in statement
    for url in [postgres_url()] if of_the_server else [postgres_url(), str(tmp_path / "x.db")]:
        store = open_store(url)
        store.db.rows(statement)
        store.close()
