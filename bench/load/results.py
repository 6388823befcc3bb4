"""What a run came to, read from what its processes have left behind."""

from __future__ import annotations

import json
import math
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from bench.load.plan import Plan
from bench.load.processes import Sample, cores, other_cores
from bench.table import Figure
from callfloor.live.floor_log import WARNINGS

LATE_S = 0.1
FLAT = 1.1
"""Memory at the end, in terms of that after a third."""

HUMAN, MACHINE = "human", "machine"


@dataclass(slots=True)
class Latencies:
    """Times in seconds, in order."""

    values: Sequence[float]

    @classmethod
    def of(cls, values: Sequence[float]) -> Latencies:
        return cls(sorted(values))

    def at(self, share: float) -> float:
        """The time within which a share of all is; infinity where there is none, which meets no aim."""
        if not self.values:
            return math.inf
        return self.values[min(len(self.values) - 1, int(share * len(self.values)))]

    def text(self) -> str:
        """p50, p99 and the longest."""
        p50, p99, longest = (1e3 * self.at(share) for share in (0.5, 0.99, 1.0))
        return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, longest {longest:.0f} ms, of {len(self.values):,}"


@dataclass(slots=True)
class Outcome:
    """A run's samples (at its start, after a third, at its end) and what was noted between first and last."""

    plan: Plan
    samples: list[Sample]
    events: int
    load: tuple[float, float]
    lags: Latencies
    commits: Latencies
    steps: int
    taken: int
    witnessed: dict[str, Latencies]
    refused: Counter[str] = field(default_factory=Counter)
    abnormal: Counter[str] = field(default_factory=Counter)
    not_sent: int = 0

    @property
    def lasted_s(self) -> float:
        return self.samples[-1].at - self.samples[0].at


def pairs(folder: Path, ending: str, width: int, begin: float, end: float) -> list[tuple[float, ...]]:
    """What workers have noted between two times, the first value of each being a time."""
    found: list[tuple[float, ...]] = []
    for file in sorted(folder.glob(f"*.{ending}")):
        values = array("d")
        values.frombytes(file.read_bytes())
        rows = zip(*(values[place::width] for place in range(width)), strict=True)
        found += [row for row in rows if begin <= row[0] <= end]
    return found


def lines_of(log: Path) -> Iterator[bytes]:
    """The lines of a file."""
    with log.open("rb") as lines:
        yield from lines


def witnessed(log: Path, begin: float, end: float) -> dict[str, Latencies]:
    """From an answer to what was decided, both as the carrier saw them: for people and for machines."""
    answered: dict[str, tuple[float, str]] = {}
    found: dict[str, list[float]] = {HUMAN: [], MACHINE: []}
    for line in lines_of(log):
        if b'"what":"call_answered"' in line:
            told = msgspec.json.decode(line)
            if begin <= told["at"] <= end:
                answered[told["call_id"]] = (told["at"], told["outcome"])
        elif b'"what":"bridge"' in line or b'"what":"hang_up"' in line:
            told = msgspec.json.decode(line)
            at, outcome = answered.pop(told["call_id"], (0.0, ""))
            if outcome in found:
                found[outcome].append(told["at"] - at)
    return {who: Latencies.of(values) for who, values in found.items()}


def complaints(folder: Path) -> tuple[Counter[str], Counter[str]]:
    """What workers and the carrier have refused or met as a trouble, and abnormal conditions, by name."""
    refused: Counter[str] = Counter()
    abnormal: Counter[str] = Counter()
    for log in folder.glob("*.log"):
        for line in lines_of(log):
            if b'"abnormal_condition"' in line:
                abnormal[json.loads(line)["abnormal"]] += 1
            elif b'"refused"' in line or b'"level":"warning"' in line or b'"floor_given_back"' in line:
                told = json.loads(line)
                what = told.get("event") or told.get("what")
                lost = what == "floor_given_back" and "drained" not in told["reason"]
                if lost or what in WARNINGS or what == "refused":
                    refused[what] += 1
            elif not line.startswith(b"{"):
                refused[line.decode(errors="replace").strip()[:80]] += 1
    return refused, abnormal


def figures(outcome: Outcome) -> list[Figure]:
    """The table of a run."""
    plan, samples = outcome.plan, outcome.samples
    first, last = samples[0], samples[-1]
    names = list(first.cpu_s)
    rate = outcome.events / outcome.lasted_s
    used = ", ".join(f"{name} {cores(name, first, last):.2f}" for name in names)
    memory = "; ".join(
        f"{name} {', '.join(f'{sample.memory_mb[name]:.0f}' for sample in samples)}" for name in names[:-1]
    )
    flat = all(
        samples[-1].memory_mb[name] <= FLAT * samples[1].memory_mb[name]
        for name in names[:-1]
        if name.startswith("worker")
    )
    troubles = [f"{count:,} {what}" for what, count in outcome.refused.items()]
    abnormal = [f"{count:,} {what}" for what, count in outcome.abnormal.most_common()]
    lags = outcome.lags
    fine = lags.at(0.99) <= LATE_S
    if plan.is_busy:
        fine = lags.at(0.5) <= 0.005 and lags.at(0.99) <= 0.025
    return [
        Figure(
            plan.name,
            f"{rate:,.0f} events/s for {outcome.lasted_s:.0f} s; {outcome.taken / max(1, outcome.steps):.1f} "
            f"arrivals a commit, commits {outcome.commits.text()}",
        ),
        Figure("… cores used", f"{used}; others on this machine {other_cores(first, last):.2f}"),
        Figure("… memory at the start, after a third, at the end, MB", memory, "flat", flat),
        Figure(
            "… from a carrier's event to all commands sent",
            lags.text(),
            "p50 5 ms, p99 25 ms" if plan.is_busy else "p99 100 ms",
            fine,
        ),
        Figure("… from a machine's answer to its hang-up, at the carrier", outcome.witnessed[MACHINE].text()),
        Figure("… from a person's answer to an agent, at the carrier", outcome.witnessed[HUMAN].text()),
        Figure(
            "… refused, not sent",
            f"{', '.join(troubles) or 'nothing'} refused, {outcome.not_sent:,} calls not sent; "
            f"abnormal: {', '.join(abnormal) or 'none'}",
            "none",
            not troubles and not outcome.not_sent,
        ),
        Figure("… load average of the machine", "{:.1f} before, {:.1f} after".format(*outcome.load)),
    ]
