"""`callfloor erlang`: what it prints, and that it fails in one line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from callfloor.erlang import erlang_a
from tests.unit.cli.commands import Outcome, run_command

A = ("a", "--load", "95", "--handle", "180", "--patience", "120")


def run(*args: str) -> Outcome:
    return run_command("erlang", *args)


def prints(*args: str) -> str:
    result = run(*args)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return result.stdout


def fails(*args: str) -> str:
    """The one line on standard error of wrong use."""
    result = run(*args)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line.removeprefix("callfloor: ")


def answer(*args: str) -> dict[str, Any]:
    found = json.loads(prints(*args, "--json", "-"))
    assert isinstance(found, dict)
    return found


def figures_in(text: str) -> dict[str, tuple[float, str]]:
    """The table: figure, value, unit."""
    table = text.split("\n\n")[1]
    rows = [line.split()[:3] for line in table.splitlines()]
    return {name: (float(value.replace(",", "")), unit) for name, value, unit in rows}


def test_erlang_a_prints_every_figure_with_its_unit() -> None:
    shown = prints(*A, "--agents", "100")
    assert shown.startswith(
        "Erlang A: a call waits until its patience runs out\n"
        "100 agents, 95 erlangs, handle time 180 s, patience 120 s\n\n"
    )
    found = figures_in(shown)
    assert found["p_wait"] == (28.868, "%")
    assert found["p_abandon"] == (2.322, "%")
    assert found["asa_s"] == (2.660, "s")
    assert found["service_level"] == (94.612, "%")
    assert found["mean_queue"] == (1.471, "calls")
    assert list(found) == [
        *(
            "p_wait",
            "p_abandon",
            "mean_wait_s",
            "asa_s",
            "wait_s.p50",
            "wait_s.p90",
            "wait_s.p95",
            "wait_s.p99",
        ),
        *("service_level", "service_level_net", "mean_queue", "occupancy"),
    ]


def test_durations_have_units() -> None:
    assert figures_in(prints(*A, "--agents", "100")) == figures_in(
        prints("a", "--arrivals-per-h", "1900", "--handle", "3m", "--patience", "2m", "--agents", "100")
    )


def test_json_has_the_question_and_the_figures(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    shown = prints(*A, "--agents", "100", "--within", "0.5m", "--json", str(file))
    found = json.loads(file.read_text())
    assert found == answer(*A, "--agents", "100", "--within", "30")
    assert (
        found["figures"]["service_level"]
        == erlang_a(95.0, 100, 180.0, 120.0, service_level_s=30.0).service_level
    )
    assert figures_in(shown)["service_level"][0] == round(100 * found["figures"]["service_level"], 3)
    assert list(found["figures"]["wait_s"]) == ["p50", "p90", "p95", "p99"]
    del found["figures"]
    assert found == {
        "model": "a",
        "load_erlangs": 95.0,
        "arrivals_per_h": None,
        "handle_s": 180.0,
        "patience_s": 120.0,
        "queue_limit": 0,
        "service_level_s": 30.0,
        "agents": 100,
        "targets": {},
    }


def test_targets_are_met_with_the_fewest_agents() -> None:
    shown = prints(*A, "--service-level", "0.8", "--p-abandon", "0.03")
    assert "\n99 agents, " in shown
    assert shown.endswith("\n\nWith 98 agents: service_level 92.416 %, p_abandon 3.079 %.\n")
    found = answer(*A, "--asa", "3s", "--occupancy", "0.93")
    assert found["targets"] == {"asa_s_max": 3.0, "occupancy_max": 0.93}
    assert found["agents"] == 100


def test_erlang_b() -> None:
    shown = prints("b", "--arrivals-per-h", "1900", "--handle", "180", "--blocking", "0.01")
    assert "\n112 agents, 95 erlangs, 1,900 calls/h\n" in shown
    assert figures_in(shown) == {"p_blocked": (0.931, "%"), "occupancy": (84.032, "%")}
    assert shown.endswith("\nWith 111 agents: p_blocked 1.108 %.\n")
    found = answer("b", "--load", "2.5", "--agents", "3.5")
    assert found["agents"] == 3.5
    assert found["figures"]["p_wait"] == 0.0
    assert answer("b", "--load", "2.5", "--agents", "0")["figures"]["asa_s"] is None
    assert figures_in(prints("b", "--load", "1", "--agents", "1"))["p_blocked"] == (50.0, "%")


def test_erlang_b_with_nobody_has_no_occupancy() -> None:
    assert "occupancy                    - %" in prints("b", "--load", "2.5", "--agents", "0")


def test_erlang_c() -> None:
    shown = prints("c", "--load", "95", "--handle", "180", "--agents", "100")
    assert figures_in(shown)["asa_s"] == (18.232, "s")
    assert "p_abandon" not in shown
    shown = prints("c", "--load", "95", "--handle", "180", "--service-level", "0.8", "--within", "20")
    assert "\n102 agents, " in shown
    assert prints("c", "--load", "95", "--handle", "180", "--p-wait", "0.99").endswith(
        "\nWith 95 agents the queue grows without limit.\n"
    )
    assert "callfloor erlang a" in prints("c", "--load", "99", "--handle", "180", "--agents", "100")


def test_a_limited_queue() -> None:
    limited = ("a", "--load", "120", "--handle", "180", "--patience", "never", "--queue-limit", "20")
    shown = prints(*limited, "--agents", "100")
    assert "callers stay, at most 20 waiting" in shown
    assert figures_in(shown)["p_blocked"] == (16.732, "%")
    assert "There is more load than agents" in shown
    found = answer(*limited, "--blocking", "0.01")
    assert found["patience_s"] is None
    assert found["figures"]["p_blocked"] <= 0.01


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            "c --load 95 --handle 180 --agents 95",
            "--agents: the queue grows without limit: 95 erlangs need more",
        ),
        ("a --load 95 --handle 180 --patience never --agents 9", "--agents: the queue grows without limit"),
        (
            "a --load 95 --handle 3x --patience 2 --agents 9",
            "--handle: expected seconds as a number, or a text",
        ),
        ("a --load 95 --handle never --patience 2 --agents 9", "--handle: expected seconds as a number"),
        ("a --load 95 --handle 3 --agents 9", "--patience: expected a time such as 180 or 3m, found nothing"),
        ("a --load 95 --handle 3 --patience 0 --agents 9", "--patience: expected a number over 0"),
        (
            "a --load 95 --handle 3 --patience 9",
            "--agents: expected --agents, or a target (--service-level, ",
        ),
        (
            "b --load 95 --agents 9 --blocking 0.1",
            "--agents: expected either --agents or a target (--blocking)",
        ),
        ("b --agents 9", "--load: expected --load, or --arrivals-per-h with --handle, found neither"),
        (
            "b --load 9 --arrivals-per-h 9 --agents 9",
            "--load: expected either --load or --arrivals-per-h, found",
        ),
        ("b --arrivals-per-h 9 --agents 9", "--handle: expected a time"),
        (
            "b --arrivals-per-h -9 --handle 3 --agents 9",
            "--arrivals-per-h: expected a number over 0, found -9",
        ),
        ("b --load nan --agents 9", "--load: expected a number over 0, found nan"),
        ("b --load 9 --blocking 1", "--blocking: expected a share between 0 and 1"),
        ("b --load 9 --agents -1", "--agents: expected a number over 0, found -1"),
        ("b --load 9 --agents many", "Invalid value for '--agents': 'many' is not a valid float"),
        (
            "c --load 9 --handle 3 --service-level 80",
            "--service-level: expected a share between 0 and 1 such as",
        ),
        ("c --load 9 --agents 10", "--handle: expected a time"),
        (
            "a --load 9 --handle 3 --patience 9 --agents 9 --queue-limit -1",
            "--queue-limit: expected a whole number",
        ),
        (
            "b --load 9 --agents 9 --json /nowhere/x.json",
            "--json: /nowhere/x.json: expected a file in a directory",
        ),
    ],
)
def test_wrong_use_is_one_line(args: str, message: str) -> None:
    assert fails(*args.split()).startswith(message)


def test_nothing_heavy_is_imported() -> None:
    ask = (
        "import sys; from callfloor.cli import callfloor; "
        "callfloor.main(sys.argv[1:], standalone_mode=False); "
        "heavy = {'apsw', 'asyncio', 'phonenumbers', 'rich', 'structlog'} & set(sys.modules); "
        "print(*heavy, file=sys.stderr)"
    )
    arguments = ["erlang", "a", "--load", "95", "--handle", "180", "--patience", "120", "--agents", "100"]
    done = subprocess.run([sys.executable, "-c", ask, *arguments], check=True, capture_output=True, text=True)
    assert "28.868 %" in done.stdout
    assert done.stderr.split() == []


def test_no_numerical_library_is_loaded() -> None:
    heavy = "{'numpy', 'scipy', 'rich', 'phonenumbers'}"
    ask = f"import sys, callfloor.cli.erlang; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", ask], check=True, capture_output=True, text=True)
    assert done.stdout == "set()\n"
