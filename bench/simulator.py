"""The simulator beside SimPy, Ciw, salabim and a bare loop in C that run the same models on one core."""

from __future__ import annotations

import json
import math
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.commands import CALLFLOOR, wall_s
from bench.leads import peak_mb
from bench.table import Figure
from callfloor import runtimes
from callfloor.scenario import Scenario, load_scenario
from callfloor.sim.build import build, plan_of

PEERS_PYTHON = Path(".venv-peers/bin/python")
"""Where `make bench` installs the peers: they are no part of what the project needs."""

CAMPAIGN_C: dict[str, Any] = {
    "name": "model C",
    "run": {"duration": "300h", "replications": 1},
    "groups": [{"name": "agents", "agents": 50}],
    "campaigns": [
        {
            "name": "dialled",
            "leads": 100_000_000,
            "dial_ratio": 2.0,
            "max_attempts": 1,
            "outcome": {"human": 0.3, "no_answer": 0.7},
            "ring_s": {"dist": "uniform", "low": 5, "high": 25},
            "talk_s": {"dist": "exponential", "mean": 120},
        }
    ],
}


@dataclass(frozen=True, slots=True)
class Model:
    """A model that peers have too. `aim_us` and `times` are the issue's: µs a call, and times SimPy."""

    name: str
    what: str
    scenario: Scenario
    peers: dict[str, tuple[str, int]]  # by name: the model there, and how many calls
    aim_us: float
    times: float


def models(quick: bool) -> list[Model]:
    """The three models, as long runs of one replication."""
    hours = "2h" if quick else "120h"
    one = ["run.replications=1", "run.warm_up=0", f"run.duration={hours}"]
    calls = 2_000 if quick else 200_000
    erlang = {
        "SimPy": ("simpy_models A", calls),
        "SimPy, lean": ("simpy_models A-lean", calls),
        "SimPy, callbacks": ("simpy_models A-callbacks", calls),
        "Ciw": ("ciw_models A", max(1_000, calls // 4)),
        "salabim": ("salabim_models A", max(1_000, calls // 20)),
        "salabim, lean": ("salabim_models A-lean", calls),
    }
    skills = {
        "SimPy, lean": ("simpy_models B", calls),
        "Ciw, its node class replaced": ("ciw_models B", max(1_000, calls // 4)),
        "salabim, lean": ("salabim_models B", calls),
    }
    dialled = {"SimPy, lean": ("simpy_models C", calls), "salabim, lean": ("salabim_models C", calls)}
    campaign = {**CAMPAIGN_C, "run": {"duration": hours, "replications": 1}}
    return [
        Model("A", "Erlang A, 100 agents", load_scenario("erlang-a", one), erlang, 0.12, 100),
        Model("B", "3 queues, 4 groups", load_scenario("multi-skill", one), skills, 0.18, 33),
        Model("C", "power campaign, 50 agents", Scenario.from_dict(campaign), dialled, 0.12, 50),
    ]


def callfloor_us(scenario: Scenario, runtime: Any, rounds: int) -> float:
    """Microseconds a call or attempt of a replication, the fastest of some rounds."""
    plan, best = plan_of(scenario), math.inf
    for _ in range(rounds):
        world = build(runtime, plan, 0)
        began = time.perf_counter()
        while not runtime.run_on(world, 10_000_000):
            pass
        taken_s = time.perf_counter() - began
        calls = world.tally.arrived + sum(campaign.attempts for campaign in world.floor.campaigns)
        best = min(best, taken_s / calls * 1e6)
        runtime.release(world)
    return best


def peer_us(python: str, module_and_model: str, calls: int) -> float:
    """Microseconds a call of a peer, in a process of its own."""
    module, model = module_and_model.split()
    command = [python, "-m", f"bench.peers.{module}", model, str(calls), "1"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(json.loads(done.stdout)["us_per_call"])


def measure_model(model: Model, runtime: Any, quick: bool) -> list[Figure]:
    """One model beside the peers: their times in turns, in one run."""
    rounds, calls = (1, 20_000) if quick else (15, 250_000)
    best, bare = math.inf, {"A": ("A", "A-lazy"), "C": ("C",)}.get(model.name, ())
    bares = dict.fromkeys(bare, math.inf)
    for _ in range(rounds):
        best = min(best, callfloor_us(model.scenario, runtime, 1))
        for each in bares:
            bares[each] = min(bares[each], peer_us(sys.executable, f"bare_c {each}", calls))
    per = "a dial" if model.name == "C" else "a call"
    beside = [f"bare C {each} {us:.3f} µs: {best / us:.2f} times that" for each, us in bares.items()]
    figures = [
        Figure(
            f"simulator, {model.name}: {model.what}",
            "; ".join([f"{best:.3f} µs {per}", *beside]),
            f"at most {model.aim_us} µs",
            best <= model.aim_us,
        )
    ]
    if "A" in bares:
        ratio = best / bares["A"]
        figures.append(Figure("… beside the bare loop", f"{ratio:.2f} times", "at most 1.3", ratio <= 1.3))
    if PEERS_PYTHON.exists():
        for name, (peer, peer_calls) in model.peers.items():
            us = min(peer_us(os.fspath(PEERS_PYTHON), peer, peer_calls) for _ in range(1 if quick else 3))
            first = name.startswith("SimPy") and name == next(iter(model.peers))
            aim, fine = (f"{model.times:g} times", us / best >= model.times) if first else ("", None)
            figures.append(Figure(f"… {name}", f"{us:.2f} µs: {us / best:,.0f} times ours", aim, fine))
    return figures


def measure_growth(runtime: Any, quick: bool) -> Figure:
    """What a call costs with 10 to 10,000 agents, at about the same load for each."""
    costs = []
    for agents in (10, 100) if quick else (10, 100, 1_000, 10_000):
        load = agents - 0.5 * math.sqrt(agents)
        hours = max(1.0, (4_000 if quick else 500_000) / (load * 20))
        sets = [f"groups.agents.agents={agents}", f"inbound.support.arrivals.rate_per_h={load * 20}"]
        sets += ["run.replications=1", "run.warm_up=0", f"run.duration={hours * 3600}"]
        costs.append((agents, callfloor_us(load_scenario("erlang-a", sets), runtime, 1 if quick else 7)))
    spread = max(us for _, us in costs) / min(us for _, us in costs)
    listed = ", ".join(f"{agents:,}: {us:.3f}" for agents, us in costs)
    return Figure(
        "simulator, A by agents, µs a call", f"{listed}: {spread:.2f} times", "within 2 times", spread <= 2
    )


def measure_length(quick: bool) -> Figure:
    """What a call costs in a run of 10,000 and of 100,000,000, and the memory of the longest."""
    costs, most_mb = [], 0.0
    for calls in (1_000, 10_000) if quick else (10_000, 1_000_000, 100_000_000):
        command = [sys.executable, "-m", "bench.simulator", str(calls)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        us, most_mb = json.loads(done.stdout)
        costs.append((calls, us))
    spread = max(us for _, us in costs) / min(us for _, us in costs)
    listed = ", ".join(f"{calls:,}: {us:.3f}" for calls, us in costs)
    return Figure(
        "simulator, A by calls in one replication, µs a call",
        f"{listed}: {spread:.2f} times; {most_mb:.0f} MB with the most",
        "within 2 times, under 60 MB",
        spread <= 2 and most_mb < 60,
    )


def long_run(calls: int) -> tuple[float, float]:
    """Simulate about so many calls of Erlang A in one replication; µs a call, and MB at most."""
    sets = ["run.replications=1", "run.warm_up=0", f"run.duration={calls / 1900 * 3600}"]
    us = callfloor_us(load_scenario("erlang-a", sets), runtimes.load("fast"), 3 if calls <= 10_000 else 1)
    # Not ru_maxrss: a process has that of its parent to begin with.
    return us, peak_mb(Path("/proc/self/status"), resource.getrusage(resource.RUSAGE_SELF))


def measure_command(quick: bool) -> list[Figure]:
    """The command from a cold shell, on one core and on two."""
    short = ["--set", "run.duration=2h", "--replications", "2"] if quick else []
    million = [*CALLFLOOR, "simulate", "erlang-a", *short]
    best = min(wall_s([*million, "--workers", "1"]) for _ in range(1 if quick else 7))
    best = min([best, *(wall_s(million) for _ in range(1 if quick else 7))])
    script = (
        f"import resource, subprocess; subprocess.run({million!r}, stdout=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    peak = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    cold_mb = int(peak.stdout) / 1024
    long = [*CALLFLOOR, "simulate", "erlang-a", *(short or ["--replications", "1000"])]
    one, two = (min(wall_s([*long, "--workers", n]) for _ in range(1 if quick else 3)) for n in ("1", "2"))
    return [
        Figure(
            "`callfloor simulate erlang-a`, a million calls, cold",
            f"{best:.2f} s, {cold_mb:.0f} MB",
            "under 0.4 s, 60 MB",
            best < 0.4 and cold_mb < 60,
        ),
        Figure(
            "simulator, two workers beside one, fifty million calls",
            f"{one / two:.2f} times as fast",
            "at least 1.8",
            one / two >= 1.8,
        ),
    ]


def measure(quick: bool = False) -> list[Figure]:
    """All of it."""
    runtime = runtimes.load("fast")
    figures = [figure for model in models(quick) for figure in measure_model(model, runtime, quick)]
    return [*figures, measure_growth(runtime, quick), measure_length(quick), *measure_command(quick)]


if __name__ == "__main__":
    print(json.dumps(long_run(int(sys.argv[1]))))
