"""Running a scenario: the same results however it is run, and an end in every case."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import callfloor
from callfloor import runtimes
from callfloor.failures import RunError, UsageError
from callfloor.scenario import Scenario, ScenarioError
from callfloor.sim import executors, runner
from callfloor.sim.result import Result
from callfloor.sim.runner import simulate
from tests.unit.sim.small import interrupt_at, small
from tests.worlds import NAMES, scenario_of

STUCK = {
    "name": "late callers",
    "run": {"duration": "1h", "replications": 4},
    "groups": [{"name": "day", "agents": 5, "shifts": [{"from": 0, "to": "30m"}]}],
    "inbound": [{"name": "sup port", "arrivals": {"rate_per_h": 60}, "talk_s": 60}],
}


def figures(result: Result) -> dict[str, Any]:
    """Everything but how long it took."""
    return result.to_dict() | {"wall_s": None}


class Eager:
    """While it is on, worker processes are started for everything."""

    def __init__(self) -> None:
        self.on = True
        self.batches: list[int] = []


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> Eager:
    """Worker processes for everything; how many batches they are given is noted."""
    found = Eager()
    there = executors.run_on_processes

    def noted(workers: int, plan: Any, name: Any, batches: Any, tell: Any) -> Iterator[Any]:
        found.batches.append(len(batches))
        return there(workers, plan, name, batches, tell)

    monkeypatch.setattr(runner._Run, "_goes_on_here", lambda self, done: not found.on)
    monkeypatch.setattr(executors, "run_on_processes", noted)
    return found


def nobody_is_left() -> bool:
    """Whether all workers are gone, within a while."""
    until = time.monotonic() + 5
    while multiprocessing.active_children() and time.monotonic() < until:
        time.sleep(0.01)
    return not multiprocessing.active_children()


# What comes out.


def test_a_result_has_the_names_and_the_limits_of_the_scenario() -> None:
    found = simulate(small())
    assert (found.scenario, found.seed, found.interrupted) == ("small", 1, False)
    assert list(found.queues) == ["q", "all"]
    assert list(found.groups) == ["g", "all"]
    assert list(found.campaigns) == []
    assert found.service_level_s == {"q": 15.0}
    assert [each.number for each in found.replications] == list(range(7))
    assert found.wall_s > 0
    assert found.queues["q"].offered.mean == pytest.approx(194, abs=20)


def test_python_takes_a_name_a_path_or_a_scenario(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(small().to_toml())
    by_path = callfloor.simulate(tmp_path / "mine.toml")
    assert figures(by_path) == figures(callfloor.simulate(small()))
    by_name = callfloor.simulate("power-dialer", replications=2)
    assert (by_name.scenario, len(by_name.replications)) == ("power dialer", 2)
    assert callfloor.Scenario is Scenario
    with pytest.raises(UsageError, match="no such file or built-in scenario"):
        callfloor.simulate("power-dialler")


def test_replications_and_seed_may_be_others() -> None:
    found = simulate(small(), replications=3, seed=9)
    assert (found.seed, len(found.replications)) == (9, 3)
    assert figures(found) == figures(simulate(small(replications=3, seed=9)))
    with pytest.raises(ScenarioError, match=r"replications: expected .* found 0"):
        simulate(small(), replications=0)
    with pytest.raises(ScenarioError, match=r"seed: expected .* found -1"):
        simulate(small(), seed=-1)


def test_the_first_replications_are_the_same_however_many_there_are() -> None:
    assert simulate(small(), replications=2).replications == simulate(small()).replications[:2]


def test_another_seed_is_another_day() -> None:
    one, other = simulate(small()), simulate(small(), seed=2)
    assert figures(one) == figures(simulate(small()))
    assert all(
        a.rows != b.rows
        for x, y in zip(one.replications, other.replications, strict=True)
        for a, b in zip(x.queues, y.queues, strict=True)
    )


# Where it runs.


@pytest.mark.parametrize("name", NAMES)
def test_workers_change_nothing(name: str, eager: Eager, tmp_path: Path) -> None:
    scenario = scenario_of(name, tmp_path)
    there = simulate(scenario, replications=5, workers=3)
    assert eager.batches == [5]
    eager.on = False
    here = simulate(scenario, replications=5, workers=1)
    assert figures(there) == figures(here)
    assert there.replications == here.replications
    assert nobody_is_left()


def test_spawned_workers_change_nothing_either(eager: Eager) -> None:
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        there = simulate(small(), workers=2)
    finally:
        done.set()
        other.join()
    assert eager.batches == [7]
    eager.on = False
    assert figures(there) == figures(simulate(small()))


def test_the_plain_floor_comes_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    here = simulate(small(replications=2))
    load = runtimes.load

    def without_fast(name: Any = "auto") -> Any:
        if name == "fast":
            raise runtimes.RuntimeMissing("The fast floor is not installed.")
        return load(name)

    monkeypatch.setattr(runtimes, "load", without_fast)
    with pytest.warns(RuntimeWarning, match=r"not installed\. The plain floor is used: slower"):
        plain = simulate(small(replications=2))
    assert figures(plain) == figures(here)


def test_short_runs_stay_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "run_on_processes", None)
    assert len(simulate(small(), workers=8).replications) == 7


def test_long_runs_go_to_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []

    def noted(workers: int, plan: Any, name: Any, batches: Any, tell: Any) -> Iterator[Any]:
        given.extend((workers, batches))
        return iter(())

    monkeypatch.setattr(executors, "run_on_processes", noted)
    monkeypatch.setattr(runner, "SPAWN_S", runner.FORK_S)
    found = simulate(small(duration=100_000, replications=300), workers=2)
    workers, batches = given
    here = len(found.replications)
    assert workers == 2
    assert 0 < here < 100
    numbers = [number for batch in batches for number in batch]
    assert numbers == list(range(here, 300))


def test_how_many_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 1 <= runner.cores() <= (os.cpu_count() or 1)
    for wrong in (0, -3, 1.5):
        with pytest.raises(UsageError, match=f"workers: expected a whole number from 1, found {wrong}"):
            simulate(small(), workers=wrong)  # type: ignore[arg-type]

    def two_fit(scenario: Scenario, *, workers: int = 1) -> None:
        if workers > 2:
            raise ScenarioError("groups.g.agents", "too many to fit in memory")

    monkeypatch.setattr(runner, "check_fits_memory", two_fit)
    monkeypatch.setattr(runner, "cores", lambda: 16)
    assert runner._workers(small(), None, traced=False) == 2
    assert runner._workers(small(), None, traced=True) == 1
    assert runner._workers(small(replications=1), 5, traced=False) == 1
    with pytest.raises(ScenarioError, match="too many to fit"):
        simulate(small(), workers=3)


def test_no_warnings_from_starting_processes(eager: Eager) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        simulate(small(), workers=2)
    assert eager.batches == [7]


# Progress and the end.


@pytest.mark.parametrize("workers", [1, 2])
def test_progress_rises_to_one(workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "TELL_S", 0.0)
    monkeypatch.setattr(runner, "SPAWN_S", runner.FORK_S)
    told: list[float] = []
    simulate(small(duration=100_000, replications=30), workers=workers, progress=told.append)
    assert told == sorted(set(told))
    assert told[-1] == 1.0
    assert len(told) > 5


@pytest.mark.parametrize("workers", [1, 2])
def test_interrupted_with_what_is_finished(workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "TELL_S", 0.0)
    monkeypatch.setattr(runner, "SPAWN_S", runner.FORK_S)
    scenario = small(duration=200_000, replications=60)
    found = simulate(scenario, workers=workers, progress=interrupt_at(0.5))
    assert found.interrupted
    count = len(found.replications)
    assert 20 < count < 60
    numbers = {each.number for each in found.replications}
    assert len(numbers) == count
    whole = simulate(scenario, workers=2)
    assert figures(found) == figures(whole.only(numbers)) | {"interrupted": True}
    assert nobody_is_left()


def test_interrupted_before_anything_is_finished() -> None:
    with pytest.raises(KeyboardInterrupt):
        simulate(small(duration=3e6, replications=1), progress=interrupt_at(0.1))


def test_who_waits_for_ever_is_told(eager: Eager) -> None:
    said = (
        r"late callers: the run can never end: \d+ calls in inbound\.'sup port' wait for an agent, and "
        r"there will be none any more: the last shift ends at 1,800 s; expected longer shifts, or callers "
        r"who give up$"
    )
    with pytest.raises(RunError, match=said):
        simulate(Scenario.from_dict(STUCK), workers=2)
    assert eager.batches == [4]
    assert nobody_is_left()
    eager.on = False
    with pytest.raises(RunError, match=said):
        simulate(Scenario.from_dict(STUCK), workers=1)


def test_voicemails_that_wait_for_ever_are_told() -> None:
    document = {
        "name": "absent",
        "run": {"duration": 300, "replications": 1},
        "groups": [{"name": "g", "agents": 1, "shifts": [{"from": 0, "to": 60}]}],
        "inbound": [
            {
                "name": "q",
                "arrivals": {"count": 4, "gap_s": 10},
                "talk_s": 500,
                "when_busy": "voicemail",
            }
        ],
    }
    with pytest.raises(RunError, match=r"absent: .*: 3 voicemails in inbound\.q wait for an agent"):
        simulate(Scenario.from_dict(document))
    document["inbound"][0]["arrivals"]["count"] = 2  # type: ignore[index]
    with pytest.raises(RunError, match=r"1 voicemail in inbound\.q waits for an agent"):
        simulate(Scenario.from_dict(document))


def test_a_worker_that_is_killed_is_a_failure(eager: Eager) -> None:
    def kill_one(done: float) -> None:
        for each in multiprocessing.active_children()[:1]:
            each.kill()

    with pytest.raises(RunError, match="a worker process has died"):
        simulate(small(duration=3e6, replications=4), workers=2, progress=kill_one)
    assert nobody_is_left()


ALONE = """
import sys
from callfloor.scenario import Scenario
from callfloor.sim.runner import simulate
if __name__ == "__main__":
    scenario = Scenario.from_dict(eval(sys.argv[1]))
    simulate(scenario, workers=2, progress=lambda done: print(done, flush=True))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_workers_do_not_outlive_their_parent(tmp_path: Path) -> None:
    (tmp_path / "alone.py").write_text(ALONE)
    document = small(duration=3e7, replications=4).to_dict()
    document["run"].pop("starts_at")
    command = [sys.executable, str(tmp_path / "alone.py"), repr(document)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        workers: list[int] = []
        until = time.monotonic() + 20
        while len(workers) < 2 and time.monotonic() < until:
            time.sleep(0.05)
            workers = children_of(parent.pid)
        time.sleep(0.3)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    assert len(workers) == 2
    until = time.monotonic() + 10
    while any(is_alive(each) for each in workers) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(is_alive(each) for each in workers)


def children_of(process: int) -> list[int]:
    path = Path(f"/proc/{process}/task/{process}/children")
    return [int(each) for each in path.read_text().split()]


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
