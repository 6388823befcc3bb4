"""How long a list of a million rows takes to import, in how much memory, and how long a dialer waits for it.

`python -m bench.leads [--rows N]`. The list has every usual form of a number, 7 columns and 1 % duplicates.
The import runs in a fresh process; meanwhile another one commits to the same database again and again.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from multiprocessing.synchronize import Event as Stop
from pathlib import Path

from bench.table import Figure
from callfloor.leads.area_codes import made_up_number, state_of
from callfloor.stores.sqlite.connection import open_database, transaction

FORMS = (
    "{a}{e}{n}",
    "({a}) {e}-{n}",
    "+1 ({a}) {e}-{n}",
    "{a}-{e}-{n}",
    "{a}.{e}.{n} x12",
    "1{a}{e}{n}",
    "{s}E+09",
    "+1{a}{e}{n}",
)

WITHIN_S, WITHIN_MB = 60.0, 300.0


def write_list(path: Path, rows: int) -> None:
    """A list as several tools might have written it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["First Name", "ID", "Phone", "State", "Zip", "Priority", "Alt Phone", "Notes"])
        for row in range(rows):
            number = made_up_number(1, row - 1 if row % 100 == 99 else row)
            digits = str(number)[1:]
            alt = str(made_up_number(2, row)) if row % 4 == 0 else ""
            text = FORMS[row % len(FORMS)].format(
                a=digits[:3], e=digits[3:6], n=digits[6:], s=f"{digits[0]}.{digits[1:]}"
            )
            zip_code = 10001 + row % 80000
            writer.writerow(
                [f"Ann {row}", row, text, state_of(number), zip_code, row % 5, alt, "likes\ntea, black"]
            )


def commit_again_and_again(path: Path, stop: Stop, waits: multiprocessing.Queue[list[float]]) -> None:
    """What a dialer does meanwhile: a small transaction every 20 ms; how long each took, in seconds."""
    connection = open_database(path, durable=False)
    connection.execute("CREATE TABLE IF NOT EXISTS bench_dialer (at REAL)")
    taken = []
    while not stop.is_set():
        began = time.perf_counter()
        with transaction(connection):
            connection.execute("INSERT INTO bench_dialer VALUES (1)")
        taken.append(time.perf_counter() - began)
        time.sleep(0.02)
    connection.close()
    waits.put(taken)


IMPORT = """
import pathlib, sys
from callfloor.cli import main
try:
    main(["leads", "import", *sys.argv[2:]])
finally:
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        pathlib.Path(sys.argv[1]).write_text(status.read_text())
"""
"""The import in a fresh process, which writes down how much memory it took."""


@dataclass(frozen=True, slots=True)
class Import:
    """What an import came to. `waits_s` are the dialer's commits meanwhile, shortest first."""

    rows: int
    list_mb: float
    wall_s: float
    cpu_s: float
    peak_mb: float
    database_mb: float
    waits_s: list[float]


def run_import(rows: int, alone: bool = False) -> Import:
    """Make the list and import it, beside a second process at the database unless `alone`."""
    with tempfile.TemporaryDirectory() as folder:
        path, database = Path(folder, "leads.csv"), Path(folder, "bench.db")
        write_list(path, rows)
        stop = multiprocessing.Event()
        waits: multiprocessing.Queue[list[float]] = multiprocessing.Queue()
        dialer = multiprocessing.Process(target=commit_again_and_again, args=(database, stop, waits))
        if not alone:
            dialer.start()
            time.sleep(0.3)
        began = time.perf_counter()
        memory = Path(folder, "memory")
        command = [sys.executable, "-c", IMPORT, str(memory), str(path), "--db", str(database)]
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        wall_s = time.perf_counter() - began
        taken: list[float] = []
        if not alone:
            stop.set()
            taken = sorted(waits.get())
            dialer.join()
        if child.returncode:
            raise RuntimeError(f"the import ended with status {child.returncode}")
        return Import(
            rows,
            path.stat().st_size / 1e6,
            wall_s,
            usage.ru_utime + usage.ru_stime,
            peak_mb(memory, usage),
            database.stat().st_size / 1e6,
            taken,
        )


def measure(quick: bool = False) -> list[Figure]:
    """The import of a million rows, in time and memory."""
    done = run_import(2_000 if quick else 1_000_000)
    p50, p99, longest = percentiles(done.waits_s)
    return [
        Figure(
            f"`callfloor leads import`, {done.rows:,} rows",
            f"{done.wall_s:.1f} s ({done.rows / done.wall_s:,.0f} rows/s), {done.peak_mb:.0f} MB at most",
            f"under {WITHIN_S:g} s, under {WITHIN_MB:g} MB",
            done.wall_s < WITHIN_S and done.peak_mb < WITHIN_MB,
        ),
        Figure(
            "a dialer's commits during the import",
            f"half within {p50 * 1e3:.1f} ms, 99 % within {p99 * 1e3:.1f} ms, longest {longest * 1e3:.0f} ms",
        ),
    ]


def percentiles(waits_s: list[float]) -> tuple[float, float, float]:
    """The median, the 99th percentile and the longest of sorted times."""
    return waits_s[len(waits_s) // 2], waits_s[len(waits_s) * 99 // 100], waits_s[-1]


def main() -> None:
    """Make the list, import it, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--alone", action="store_true", help="without a second process at the database")
    options = parser.parse_args()
    done = run_import(options.rows, options.alone)
    print(f"list: {done.rows:,} rows, {done.list_mb:.0f} MB; database {done.database_mb:.0f} MB")
    print(f"wall {done.wall_s:.1f} s, cpu {done.cpu_s:.1f} s")
    print(f"{done.rows / done.wall_s:,.0f} rows/s, peak RSS {done.peak_mb:.0f} MB")
    if done.waits_s:
        p50, p99, longest = percentiles(done.waits_s)
        print(
            f"a dialer's commit meanwhile ({len(done.waits_s)}): p50 {p50 * 1e3:.1f} ms, "
            f"p99 {p99 * 1e3:.1f} ms, longest {longest * 1e3:.1f} ms"
        )


def peak_mb(status: Path, usage: resource.struct_rusage) -> float:
    """Peak resident memory in MB, of a process alone.

    What a child's `ru_maxrss` says on Linux includes what its parent had when it started the child, so there
    the process tells itself; elsewhere macOS counts in bytes.
    """
    if status.exists():
        (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024 / 1e6
    return usage.ru_maxrss / 1e6


if __name__ == "__main__":
    main()
