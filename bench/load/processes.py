"""What processes use, from /proc."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def descendants(process: int) -> list[int]:
    """A process's children, and theirs."""
    children: dict[int, list[int]] = {}
    for each in Path("/proc").iterdir():
        if each.name.isdigit() and (fields := stat_of(int(each.name))):
            children.setdefault(int(fields[1]), []).append(int(each.name))
    found, to_look_at = [], [process]
    while to_look_at:
        some = children.get(to_look_at.pop(), [])
        found += some
        to_look_at += some
    return found


def stat_of(process: int) -> list[str]:
    """The fields of a process's stat behind its name, none where it has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def cpu_s(processes: Iterable[int]) -> float:
    """CPU time that processes have used (seconds), and children of theirs that have ended."""
    ticks = 0
    for process in processes:
        ticks += sum(map(int, stat_of(process)[11:15]))
    return ticks / TICKS_PER_S


def memory_mb(processes: Iterable[int]) -> float:
    """Memory of processes in MB; what several share is counted once."""
    kb = 0
    for process in processes:
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        kb += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kb * 1024 / 1e6


def machine_busy_s() -> float:
    """CPU time that all processes of the machine have used (seconds)."""
    user, nice, system, _, _, irq, softirq, *_ = map(
        int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    )
    return (user + nice + system + irq + softirq) / TICKS_PER_S


@dataclass(frozen=True, slots=True)
class Sample:
    """What was used up to a time."""

    at: float
    cpu_s: Mapping[str, float]
    memory_mb: Mapping[str, float]
    machine_s: float

    @classmethod
    def of(cls, processes: Mapping[str, Sequence[int]]) -> Sample:
        """Processes by name as they are now."""
        return cls(
            time.time(),
            {name: cpu_s(each) for name, each in processes.items()},
            {name: memory_mb(each) for name, each in processes.items()},
            machine_busy_s(),
        )


def cores(name: str, first: Sample, last: Sample) -> float:
    """How much of a core processes have used between two samples."""
    return (last.cpu_s[name] - first.cpu_s[name]) / (last.at - first.at)


def other_cores(first: Sample, last: Sample) -> float:
    """How much the rest of the machine has used, in cores."""
    all_of_it = last.machine_s - first.machine_s
    ours = sum(last.cpu_s.values()) - sum(first.cpu_s.values())
    return max(0.0, all_of_it - ours) / (last.at - first.at)
