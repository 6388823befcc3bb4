"""Three workers, six floors, one Postgres, and a carrier in a process of its own, which is the witness.

One worker is killed with kill -9 and one is drained: their floors go on elsewhere, nothing is lost and
nothing doubled. The times of the takeovers are printed (`pytest -s`).
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from callfloor.floor.vocabulary import LOST, OUTCOME_NAMES, WITHHELD
from callfloor.leads.area_codes import made_up_number
from callfloor.live.image import load_floor
from callfloor.live.replay import replay_journal
from callfloor.runtimes import load
from callfloor.stores.opening import open_store
from callfloor.stores.sql.store import SqlStore
from tests.contract.stores import empty_database
from tests.faults.proxy import Proxy
from tools.postgres import Server

FLOORS = [f"floor-{i}" for i in range(1, 7)]
WORKERS = ("one", "two", "three")
COOLDOWN_S = 4.0
LEASE_S = 1.5
KILLS = int(os.environ.get("CALLFLOOR_WORKER_KILLS", "2"))
SEED = int(os.environ.get("CALLFLOOR_SEED", "1"))
LONGEST_PEACE_S = 1.5

OWN_LEADS, SHARED_LEADS = 300 + 60 * KILLS, 60
"""Of each floor's campaign: numbers that only its list has, and numbers that all lists have."""

CALLFLOOR = [sys.executable, "-c", "from callfloor.cli import main; main()"]

FLOOR_TABLE = """
[[floors]]
name = "{name}"
agents = 4
[[floors.campaigns]]
name = "of {name}"
cooldown_s = {cooldown_s}
ring_timeout_s = 2.0
carrier_grace_s = 2.0
max_attempts = 9
retry_after_s = {{ busy = 4, no_answer = 4, congestion = 4 }}
"""


def callfloor(*arguments: str) -> None:
    found = subprocess.run([*CALLFLOOR, *arguments], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


def wait_for(what: Callable[[], bool], within_s: float = 60.0) -> float:
    """Wait until something is so; return how long that took."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < within_s
        time.sleep(0.02)
    return time.monotonic() - began


class World:
    """The processes, and the database that they share."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.processes: dict[str, subprocess.Popen[str]] = {}
        self.witness_log = folder / "witness.log"
        self.carrier, self.port = self.start_carrier()
        self.import_floors()
        self.store: SqlStore = open_store(self.url)

    def start_carrier(self) -> tuple[subprocess.Popen[str], str]:
        options = ["--call-fail", "50", "--call-length", "0.8", "--ring-time", "0.1-0.5"]
        options += ["--log", str(self.witness_log), "--run-for", str(300 + 15 * KILLS)]
        command = [sys.executable, "-m", "callfloor.carriers.server", *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    def import_floors(self) -> None:
        floors = self.folder / "floors.toml"
        floors.write_text("".join(FLOOR_TABLE.format(name=f, cooldown_s=COOLDOWN_S) for f in FLOORS))
        callfloor("floors", "import", str(floors), "--db", self.url)
        for place, name in enumerate(FLOORS, 1):
            numbers = [made_up_number(place, i) for i in range(OWN_LEADS)]
            numbers += [made_up_number(99, i) for i in range(SHARED_LEADS)]
            file = self.folder / f"{name}.csv"
            file.write_text("phone\n" + "".join(f"+{number}\n" for number in numbers))
            callfloor("leads", "import", str(file), "--campaign", f"of {name}", "--db", self.url)
            callfloor("floors", "start", name, "--db", self.url)

    def start(self, name: str) -> None:
        carrier = f"127.0.0.1:{self.port}"
        options = ["--db", self.url, "--name", name, "--carrier", carrier, "--lease", str(LEASE_S)]
        with (self.folder / f"{name}.log").open("w") as log:
            self.processes[name] = subprocess.Popen(
                [*CALLFLOOR, "worker", "--simulated-agents", *options], stderr=log, text=True
            )

    def log_of(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / f"{name}.log").read_text().splitlines()]

    def floors_of(self, name: str) -> set[int]:
        return {each.floor for each in self.store.leases() if each.owner.rpartition("-")[0] == name}

    def are_shared(self, *names: str) -> bool:
        """Whether these workers have all floors, each its share."""
        return [len(self.floors_of(name)) for name in names] == [len(FLOORS) // len(names)] * len(names)

    def placed(self, floor: int) -> int:
        found: int = self.store.db.value("SELECT count(*) FROM call_records WHERE floor = ?", (floor,))
        return found

    def until_they_dial_again(self, floors: set[int]) -> float:
        """Wait until these floors have placed calls anew; return how long that took."""
        before = {floor: self.placed(floor) for floor in floors}
        return wait_for(lambda: all(self.placed(floor) > count for floor, count in before.items()))

    def all_calls_are_over(self) -> bool:
        return not self.store.db.rows("SELECT attempt FROM call_records WHERE ended_at IS NULL")

    def witnessed(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.witness_log.read_text().splitlines()]

    def close(self) -> None:
        for process in [*self.processes.values(), self.carrier]:
            if process.poll() is None:
                process.kill()
            process.communicate()
        self.store.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, empty_database())
    yield made
    made.close()


def test_one_is_killed_and_one_is_drained(world: World) -> None:
    for name in WORKERS:
        world.start(name)
    wait_for(lambda: world.are_shared(*WORKERS))
    world.until_they_dial_again({lease.floor for lease in world.store.leases()})
    time.sleep(2.0)

    orphans = world.floors_of("one")
    world.processes["one"].kill()
    killed_s = world.until_they_dial_again(orphans)
    wait_for(lambda: world.are_shared("two", "three"))
    time.sleep(2.0)

    handed_over = world.floors_of("two")
    world.processes["two"].send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert world.processes["two"].wait(20) == 0
    world.until_they_dial_again(handed_over)
    drained_s = time.monotonic() - began
    assert world.are_shared("three")
    time.sleep(2.0)

    end(world, "three")
    print(f"\nkill -9: dialling elsewhere after {killed_s:.2f} s; drained: after {drained_s:.2f} s")
    check_logs(world)
    check(world)


def test_round_after_round_one_is_killed(world: World) -> None:
    draw = random.Random(SEED)
    for name in WORKERS:
        world.start(name)
    wait_for(lambda: world.are_shared(*WORKERS))
    taken_over_s = []
    for _ in range(KILLS):
        time.sleep(draw.uniform(0.0, LONGEST_PEACE_S))
        name = draw.choice(WORKERS)
        orphans = world.floors_of(name)
        world.processes[name].kill()
        world.processes[name].communicate()
        world.start(name)
        taken_over_s.append(world.until_they_dial_again(orphans))
    wait_for(lambda: world.are_shared(*WORKERS))
    end(world, *WORKERS)
    ranked = sorted(taken_over_s)
    told = f"median {ranked[len(ranked) // 2]:.2f} s, longest {ranked[-1]:.2f} s"
    print(f"\n{KILLS} times kill -9, leases of {LEASE_S} s: dialling again after {told}")
    check(world)


def test_one_stalls_for_longer_than_its_lease(world: World) -> None:
    for name in ("one", "two"):
        world.start(name)
    wait_for(lambda: world.are_shared("one", "two"))
    time.sleep(2.0)
    orphans = world.floors_of("one")
    world.processes["one"].send_signal(signal.SIGSTOP)
    stalled_s = world.until_they_dial_again(orphans)
    wait_for(lambda: world.are_shared("two"))
    world.processes["one"].send_signal(signal.SIGCONT)
    wait_for(lambda: world.are_shared("one", "two"))
    time.sleep(2.0)
    end(world, "one", "two")
    print(f"\nstalled: dialling elsewhere after {stalled_s:.2f} s")
    check(world)


def test_the_way_to_the_carrier_is_cut_again_and_again(world: World) -> None:
    proxy = Proxy(int(world.port))
    world.port = str(proxy.port)
    try:
        for name in ("one", "two"):
            world.start(name)
        wait_for(lambda: world.are_shared("one", "two"))
        floors = {lease.floor for lease in world.store.leases()}
        for _ in range(4):
            time.sleep(1.0)
            assert proxy.cut() == 4
            world.until_they_dial_again(floors)
        end(world, "one", "two")
    finally:
        proxy.close()
    lost = [line for name in ("one", "two") for line in world.log_of(name) if line["event"] == "carrier_lost"]
    assert len(lost) == 8
    check(world)


def test_the_database_fails_and_starts_again(tmp_path: Path) -> None:
    server = Server()
    try:
        world = World(tmp_path, server.new_database())
        try:
            for name in ("one", "two"):
                world.start(name)
            wait_for(lambda: world.are_shared("one", "two"))
            time.sleep(2.0)
            server.restart()
            world.store.close()
            world.store = open_store(world.url)
            floors = {lease.floor for lease in world.store.leases()}
            restarted_s = world.until_they_dial_again(floors)
            time.sleep(2.0)
            end(world, "one", "two")
            print(f"\ndatabase started again: all floors dial after {restarted_s:.2f} s")
            check(world)
        finally:
            world.close()
    finally:
        server.close()


def end(world: World, *names: str) -> None:
    """Stop dialling, let calls end, and drain the workers that are left."""
    for name in FLOORS:
        callfloor("floors", "stop", name, "--cut-ringing", "--db", world.url)
    wait_for(world.all_calls_are_over)
    for name in names:
        world.processes[name].send_signal(signal.SIGTERM)
    for name in names:
        assert world.processes[name].wait(20) == 0


def check(world: World) -> None:
    """Nothing is lost and nothing doubled."""
    witnessed = world.witnessed()
    check_attempts(world.store, witnessed)
    check_exclusion_window(witnessed)
    for lease in world.store.leases():
        assert lease.owner == ""
        check_floor(world.store, lease.floor, lease.name)


def check_logs(world: World) -> None:
    """Every line tells the worker, and that of a floor the floor; floors were taken over and handed over."""
    for name in ("two", "three"):
        lines = world.log_of(name)
        assert {line["worker"].rpartition("-")[0] for line in lines} == {name}
        assert all(line["floor"] for line in lines if line["event"] == "call_placed")
        assert all(line["call_id"] for line in lines if line["event"] in ("call_placed", "call_ended"))
    taken = [line["floor"] for line in world.log_of("three") if line["event"] == "floor_taken"]
    assert set(taken) == set(FLOORS)


def check_attempts(store: SqlStore, witnessed: list[dict[str, Any]]) -> None:
    """Every attempt on record was rung once or is known not to have been; every ring is on record."""
    rows = store.db.rows(
        "SELECT call_key, attempt, e164, outcome, ended_at FROM call_records "
        "JOIN numbers ON numbers.id = number JOIN floors ON floors.id = call_records.floor"
    )
    records = {f"{key}{attempt:016x}": (e164, outcome, end) for key, attempt, e164, outcome, end in rows}
    rings = [w for w in witnessed if w["what"] == "originate" and not w["repeated"]]
    rung = {w["call_id"]: w["number"] for w in rings}
    assert len(rung) == len(rings) > 100
    assert {call_id: number for call_id, (number, _, _) in records.items() if call_id in rung} == rung
    for call_id, (_, outcome, ended_at) in records.items():
        assert ended_at is not None, f"{call_id} is left open"
        if call_id not in rung:
            assert outcome in (WITHHELD, LOST), f"{call_id} was never rung: {OUTCOME_NAMES[outcome]}"
    assert {w["call_id"] for w in witnessed if w["what"] == "call_answered"} <= set(records)


def check_exclusion_window(witnessed: list[dict[str, Any]]) -> None:
    """No number was rung twice within its cooldown, on whichever floors."""
    times: dict[int, list[float]] = defaultdict(list)
    for w in witnessed:
        if w["what"] == "originate" and not w["repeated"]:
            times[w["number"]].append(w["at"])
    gaps = [later - earlier for rings in times.values() for earlier, later in itertools.pairwise(rings)]
    # The carrier stamps an order when it arrives: two arrivals may be a little closer than the decisions.
    assert min(gaps, default=COOLDOWN_S) > COOLDOWN_S - 0.5


def check_floor(store: SqlStore, floor: int, name: str) -> None:
    """A floor's count of calls is what its records say, and its journal gives the same again."""
    (campaign,) = load_floor(load("plain"), store.load(floor)).campaigns
    sql = "SELECT outcome, count(*) FROM call_records WHERE floor = ? GROUP BY outcome"
    outcomes = dict(store.db.rows(sql, (floor,)))
    assert campaign.abandoned == outcomes.get(OUTCOME_NAMES.index("abandoned"), 0)
    assert campaign.connected == outcomes.get(OUTCOME_NAMES.index("human"), 0)
    assert campaign.live == campaign.placed == 0
    attempts = [a for (a,) in store.db.rows("SELECT attempt FROM call_records WHERE floor = ?", (floor,))]
    assert sorted(attempts) == list(range(1, len(attempts) + 1))
    result = replay_journal(store, floor, name, load("compiled"))
    assert result.difference is None
    assert result.entries > 50
