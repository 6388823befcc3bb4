"""`callfloor compare`: two settings on the same people."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from callfloor.sim import runner
from callfloor.sim.runner import simulate
from tests.unit.cli.commands import Outcome, run_command

SUPPORT = """
name = "support"
[run]
duration = "1h"
replications = 6
[[groups]]
name = "tier 1"
agents = 12
[[inbound]]
name = "calls"
arrivals = { rate_per_h = 800 }
talk_s = { dist = "exponential", mean = 50 }
patience_s = { dist = "exponential", mean = 60 }
"""
FEWER = ("--a", "groups.'tier 1'.agents=10")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own with a scenario in it, and a terminal of 100 characters."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "support.toml").write_text(SUPPORT)
    return tmp_path


def run(*args: str) -> Outcome:
    return run_command("compare", *args)


def prints(*args: str) -> str:
    result = run(*args)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def fails(*args: str, status: int = 2) -> str:
    """The one line on standard error."""
    result = run(*args)
    assert result.exit_code == status, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line.removeprefix("callfloor: ")


def answer(*args: str) -> dict[str, Any]:
    found = json.loads(prints(*args, "--json", "-"))
    assert isinstance(found, dict)
    return found


def rows(text: str, title: str) -> dict[str, str]:
    """The lines of a table by figure."""
    (part,) = [each for each in text.split("\n\n") if each.startswith(title)]
    return {line.split()[0]: line for line in part.splitlines()[1:]}


def test_both_the_difference_and_what_is_clear() -> None:
    text = prints("support.toml", *FEWER)
    lines = text.splitlines()
    assert lines[0] == "support: 1 h measured. Mean ± half of the 95 % interval."
    assert lines[1:3] == ["a: groups.'tier 1'.agents=10", "b: as it is"]
    queue = rows(text, "queue calls")
    assert queue["p_wait"].endswith(" *")
    assert not queue["offered"].endswith("*")
    assert re.search(r" 0 ± +0$", queue["offered"])
    assert rows(text, "group tier 1")["occupancy"].endswith("*")
    assert "* clear: the 95 % interval of the difference leaves out 0" in text
    assert re.fullmatch(r"6 pairs of replications, [\d,]+ calls, [\d,]+ events in .* s, seed 1\.", lines[-1])


def test_json_has_both_and_the_difference(folder: Path) -> None:
    found = answer("support.toml", *FEWER, "--b", "groups.'tier 1'.agents=14")
    assert set(found) == {"a", "b", "difference"}
    for name, agents in (("a", 10), ("b", 14)):
        (folder / "own.toml").write_text(SUPPORT.replace("agents = 12", f"agents = {agents}"))
        assert found[name] | {"wall_s": 0} == simulate("own.toml").to_dict() | {"wall_s": 0}
    p_wait = found["difference"]["queues"]["calls"]["p_wait"]
    both = [found[name]["queues"]["calls"]["p_wait"] for name in ("a", "b")]
    assert p_wait["mean"] == pytest.approx(both[0]["mean"] - both[1]["mean"])
    assert p_wait["mean"] > p_wait["half_width"] > 0
    assert found["difference"]["queues"]["calls"]["offered"] == {"mean": 0.0, "half_width": 0.0}


def test_the_same_people_whatever_is_set() -> None:
    same = answer("support.toml", "--a", "run.service_level_s=10", "--b", "run.service_level_s=20")
    difference = same["difference"]["queues"]["calls"]
    assert difference["mean_wait_s"] == {"mean": 0.0, "half_width": 0.0}
    assert difference["service_level"]["mean"] < 0
    calls = "campaigns.leads"
    dialled = answer("power-dialer", "--a", f"{calls}.dial_ratio=1", "--b", f"{calls}.dial_ratio=3")
    assert dialled["difference"]["campaigns"]["leads"]["abandon_rate"]["mean"] < 0


def test_settings_for_both_come_first() -> None:
    found = answer(
        *("support.toml", "--set", "groups.'tier 1'.agents=30", "--seed", "4", "--replications", "2"), *FEWER
    )
    assert found["a"]["groups"]["tier 1"]["occupancy"]["mean"] > 0.8
    assert found["b"]["groups"]["tier 1"]["occupancy"]["mean"] < 0.5
    assert [found[name]["seed"] for name in ("a", "b")] == [4, 4]
    assert [found[name]["replications"] for name in ("a", "b")] == [2, 2]


@pytest.mark.parametrize("width", [70, 80, 100])
def test_tables_fit_the_terminal(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    setting = ("--b", "campaigns.renewals.dial_ratio=2")
    text = prints("blended", *setting, "--replications", "3", "--set", "run.duration='2h'")
    tables = text.split("\n\n")[1:-1]
    assert [part.partition("  ")[0] for part in tables] == [
        *("queue service", "group blended team", "group outbound team", "all groups", "campaign renewals")
    ]
    assert max(len(line) for part in tables for line in part.splitlines()) <= width
    for part in tables:
        assert "a − b" in part.splitlines()[0]  # noqa: RUF001 - a minus sign
        assert len({line.rfind("±") for line in part.splitlines()[1:]} - {-1}) == 1


def test_one_pair_has_no_interval() -> None:
    text = prints("support.toml", *FEWER, "--replications", "1")
    assert "1 pair of replications, " in text
    assert not any(line.endswith("*") for line in rows(text, "queue calls").values())


def test_a_file_and_quiet(folder: Path) -> None:
    assert prints("support.toml", *FEWER, "--json", "out.json", "--quiet") == ""
    assert set(json.loads((folder / "out.json").read_text())) == {"a", "b", "difference"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("support.toml",), "--a: expected --a KEY=VALUE or --b KEY=VALUE, found neither"),
        (("support.toml", "--a", "x"), '--a x: expected KEY=VALUE, found "x"'),
        (("support.toml", "--b", "run.seed="), "--b run.seed: expected KEY=VALUE, found no value"),
        (("support.toml", "--set", "y", "--b", "run.seed=1"), '--set y: expected KEY=VALUE, found "y"'),
        (
            ("support.toml", "--b", "run.seed=2"),
            "run.seed: expected the same in both, to meet the same people",
        ),
        (("support.toml", "--b", "run.sed=2"), 'support.toml: run.sed: no such key; did you mean "seed"?'),
        (("support.toml", *FEWER, "--json", "."), "--json: .: expected a file in a directory that exists"),
        (("nothing", *FEWER), "nothing: no such file or built-in scenario"),
    ],
)
def test_wrong_use_is_one_line(arguments: tuple[str, ...], said: str) -> None:
    assert fails(*arguments).startswith(said)


def test_interrupted_in_the_second_arm(monkeypatch: pytest.MonkeyPatch) -> None:
    arms: list[object] = []

    def tell(self: object, done: float) -> None:
        if self not in arms:
            arms.append(self)
        if len(arms) == 2 and done >= 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(runner._Run, "tell", tell)
    result = run("support.toml", *FEWER, "--workers", "1")
    assert result.exit_code == 1
    assert result.stderr == "callfloor: interrupted: 4 of 6 pairs are finished\n"
    assert "\n4 pairs of replications, " in result.stdout


def test_interrupted_in_the_first_arm(monkeypatch: pytest.MonkeyPatch) -> None:
    def tell(self: object, done: float) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(runner._Run, "tell", tell)
    said = fails("support.toml", *FEWER, "--workers", "1", status=1)
    assert said == "interrupted before the first pair of replications was finished"
