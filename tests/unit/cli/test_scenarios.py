"""`callfloor scenarios`: what there is, and each as a file to start from."""

from __future__ import annotations

from pathlib import Path

from callfloor.scenario import builtin_names, load_scenario
from tests.unit.cli.commands import run_command


def test_lists_each_with_one_line() -> None:
    result = run_command("scenarios")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines] == builtin_names()
    assert all(len(line.split()) > 5 and len(line) <= 110 for line in lines)


def test_prints_one_as_a_file_to_start_from(tmp_path: Path) -> None:
    result = run_command("scenarios", "erlang-a")
    assert result.exit_code == 0
    assert result.stdout.startswith("# One queue, 100 agents")
    (tmp_path / "mine.toml").write_text(result.stdout)
    assert load_scenario(tmp_path / "mine.toml") == load_scenario("erlang-a")


def test_an_unknown_name_suggests_the_nearest() -> None:
    result = run_command("scenarios", "erlang-b")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == 'callfloor: erlang-b: no such built-in scenario; did you mean "erlang-a"?\n'
    result = run_command("scenarios", "nothing like it")
    assert result.exit_code == 2
    assert (
        "expected one of blended, consumers, erlang-a, multi-skill, power-dialer, predictive" in result.stderr
    )
