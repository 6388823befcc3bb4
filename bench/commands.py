"""Whole commands in fresh processes: starting up, and the dialer in simulated time."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
import time
from typing import Any

from bench.table import Figure

CALLFLOOR = [sys.executable, "-c", "from callfloor.cli import main; main()"]
"""What the command `callfloor` does, without looking for it."""

DIAL_WITHIN_S = 15.0


def wall_s(command: list[str]) -> float:
    """Seconds that a command takes from start to end."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def measure_start(quick: bool = False) -> list[Figure]:
    """How long it takes to import the package and to print its help, beside Python alone."""
    commands = {
        "pass": [sys.executable, "-c", "pass"],
        "import": [sys.executable, "-c", "import callfloor"],
        "help": [*CALLFLOOR, "--help"],
    }
    best = dict.fromkeys(commands, math.inf)
    for _ in range(1 if quick else 15):
        for name, command in commands.items():
            best[name] = min(best[name], wall_s(command))
    alone_s = best["pass"]
    return [
        Figure(
            f"start: {what}",
            f"{best[name] * 1e3:.0f} ms, {best[name] / alone_s:.1f} times `python -c pass`"
            f" ({alone_s * 1e3:.0f} ms)",
        )
        for name, what in (("import", "`import callfloor`"), ("help", "`callfloor --help`"))
    ]


def dial(*options: str) -> tuple[float, dict[str, Any]]:
    """Run `callfloor dial` in a fresh process and folder; seconds it takes, and its report."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*CALLFLOOR, "dial", "--clean-start", "--log-dir", folder, "--json", "-", *options]
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True)
        taken_s = time.perf_counter() - began
        if done.returncode:
            raise RuntimeError(f"callfloor dial ended with status {done.returncode}: {done.stderr}")
        return taken_s, json.loads(done.stdout)


def agree(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two reports say the same, their speeds apart.

    Runs begin at the time of day, so that differences of times may differ in the last digits.
    """
    paced = ("speed", "wall_s")
    texts = [
        json.dumps({key: rounded(value) for key, value in report.items() if key not in paced})
        for report in (one, other)
    ]
    return texts[0] == texts[1]


def rounded(value: Any) -> Any:
    """A value of a report with its floats to the microsecond."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, list):
        return [rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return value


def measure_dial(quick: bool = False) -> list[Figure]:
    """The dialer of 50 agents, 50 % failing, 10 s calls: at speed 30, and as fast as it can."""
    paced = ("--num-agents", "5", "--time-to-run", "15") if quick else ("--time-to-run", "300")
    long_s = 30 if quick else 1500
    long = ("--time-to-run", str(long_s), "--speed", "100000")
    taken_s, figures = dial(*paced, "--speed", "30")
    _, fastest = dial(*paced, "--speed", "100000")
    same = agree(figures, fastest)
    short = ("--num-agents", "5", "--time-to-run", "1") if quick else ("--time-to-run", "20")
    true_to_life = agree(dial(*short, "--speed", "1")[1], dial(*short, "--speed", "30")[1])
    best = {"compiled": math.inf, "plain": math.inf}
    attempts = 0
    for _ in range(1 if quick else 3):
        for name, options in (("compiled", ()), ("plain", ("--plain",))):
            taken, report = dial(*long, *options)
            attempts = report["attempts"]
            best[name] = min(best[name], taken)
    return [
        Figure(
            f"`callfloor dial --speed 30`, {paced[-1]} s",
            f"{taken_s:.1f} s of wall time; {'same' if same else 'other'} figures at speed 100,000",
            f"within {DIAL_WITHIN_S:g} s, same figures",
            same and taken_s <= DIAL_WITHIN_S,
        ),
        Figure(
            f"`callfloor dial --speed 1`, {short[-1]} s",
            f"{'same' if true_to_life else 'other'} figures as at speed 30",
            "same figures",
            true_to_life,
        ),
        *(
            Figure(
                f"`callfloor dial --speed 100000`, {long_s} s, {name}",
                f"{best[name]:.1f} s: {long_s / best[name]:,.0f} s a second, "
                f"{attempts / best[name]:,.0f} calls placed a second",
            )
            for name in best
        ),
    ]
