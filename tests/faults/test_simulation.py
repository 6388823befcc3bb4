"""The fault simulation: a slice of its seeds, the traces that were kept, and that it tells the truth itself.

`make faults` runs it for as long as one likes; `python -m tests.faults.simulate --seed N` replays a seed.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from callfloor import floor as plain
from callfloor.live.step import Engine
from callfloor.runtimes import load
from tests.faults.plant import BUGS, ROOT
from tests.faults.simulation.plan import FAULT_KINDS, WORKER_FAULT_KINDS, Plan, Setting, plan_of
from tests.faults.simulation.running import EVENTS_WANTED, describe, run_plan
from tests.faults.simulation.shrinking import Shrinker, kind_of

SEEDS = range(1, 33)
TRACES = sorted((Path(__file__).parent / "traces").glob("*.json"))
QUIET = Setting(campaign=plan_of(1).setting.campaign)

HASH_OF_TRACE = """
import hashlib, sys
from callfloor import floor as plain
from tests.faults.simulation.plan import plan_of
from tests.faults.simulation.running import run_plan
lines = []
run_plan(plan_of(int(sys.argv[1])), plain, lines.append)
print(hashlib.sha256("\\n".join(lines).encode()).hexdigest())
"""


@pytest.mark.parametrize("seed", SEEDS)
def test_with_these_faults_nothing_goes_wrong(seed: int) -> None:
    outcome = run_plan(plan_of(seed), load("compiled"))
    assert not outcome.violation, describe(outcome)
    assert outcome.events >= EVENTS_WANTED


@pytest.mark.parametrize("file", TRACES, ids=lambda file: file.stem)
def test_what_once_went_wrong_does_so_no_more(file: Path) -> None:
    outcome = run_plan(Plan.of_file(file), plain)
    assert not outcome.violation, describe(outcome)


def trace_hash(plan: Plan) -> str:
    lines: list[str] = []
    run_plan(plan, plain, lines.append)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@pytest.mark.parametrize("seed", [5, 6], ids=["processes for each floor", "workers"])
def test_the_same_seed_gives_the_same_run_in_any_process(seed: int) -> None:
    command = [sys.executable, "-c", HASH_OF_TRACE, str(seed)]
    hashes = {
        subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": hash_seed},
        ).stdout.strip()
        for hash_seed in ("1", "2")
    }
    assert hashes == {trace_hash(plan_of(seed))}
    assert trace_hash(plan_of(seed + 1)) not in hashes


def test_a_plan_is_the_same_when_it_is_read_from_a_file() -> None:
    for seed in range(50):
        assert Plan.of_text(plan_of(seed).text()) == plan_of(seed)


def test_both_kinds_of_processes_are_run() -> None:
    assert {plan_of(seed).setting.workers for seed in range(40)} == {0, 1, 2, 3}


def test_every_kind_of_fault_strikes() -> None:
    planned = {fault.kind for seed in range(30) for fault in plan_of(seed).faults}
    assert planned == {*FAULT_KINDS, *WORKER_FAULT_KINDS}


@pytest.mark.parametrize("workers", [0, 2])
def test_without_faults_nobody_is_lost(workers: int) -> None:
    outcome = run_plan(Plan(3, replace(QUIET, workers=workers), ()), plain)
    assert (outcome.violation, outcome.faults) == ("", 0)
    assert outcome.attempts > 100


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that takes every event of the carrier as often as it is told."""

    def never(engine: Engine, batch: Any, arrival: Any) -> bool:
        batch.event_ids[arrival.event_id] = None
        return False

    monkeypatch.setattr(Engine, "is_doubled", never)


def first_failure(fails: Callable[[Plan], str]) -> tuple[Plan, str]:
    for seed in range(1, 40):
        if violation := fails(plan_of(seed)):
            return plan_of(seed), violation
    raise AssertionError("no seed fails")


@pytest.mark.usefixtures("forgetful")
def test_a_failure_is_made_smaller_until_only_what_it_needs_is_left() -> None:
    plan, violation = first_failure(lambda plan: run_plan(plan, plain).violation)
    assert "takes the carrier's event" in violation
    small = Shrinker(plain, violation, tries=40).shrink(plan)
    assert len(small.faults) < len(plan.faults) / 2
    again = run_plan(small, plain).violation
    assert kind_of(again) == kind_of(violation)


def test_what_is_planted_has_its_place_in_the_source() -> None:
    for bug in BUGS:
        for part in bug.parts():
            assert (ROOT / part.file).read_text().count(part.right) == 1, bug.name
