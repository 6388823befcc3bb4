"""How long a list of a million rows takes to import, in how much memory, and how long a dialer waits for it.

`python bench/leads.py [--rows N]`. The list has every usual form of a number, 7 columns and 1 % duplicates.
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
from multiprocessing.synchronize import Event as Stop
from pathlib import Path

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


def main() -> None:
    """Make the list, import it, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--alone", action="store_true", help="without a second process at the database")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path, database = Path(folder, "leads.csv"), Path(folder, "bench.db")
        write_list(path, options.rows)
        print(f"list: {options.rows:,} rows, {path.stat().st_size / 1e6:.0f} MB", flush=True)
        stop = multiprocessing.Event()
        waits: multiprocessing.Queue[list[float]] = multiprocessing.Queue()
        dialer = multiprocessing.Process(target=commit_again_and_again, args=(database, stop, waits))
        if not options.alone:
            dialer.start()
            time.sleep(0.3)
        began = time.perf_counter()
        code = "import sys; from callfloor.cli.leads import leads; leads(sys.argv[1:])"
        child = subprocess.Popen([sys.executable, "-c", code, "import", str(path), "--db", str(database)])
        _, status, usage = os.wait4(child.pid, 0)
        wall_s = time.perf_counter() - began
        print(f"exit status {os.waitstatus_to_exitcode(status)}")
        print(f"wall {wall_s:.1f} s, cpu {usage.ru_utime + usage.ru_stime:.1f} s")
        print(f"{options.rows / wall_s:,.0f} rows/s, peak RSS {peak_mb(usage):.0f} MB")
        print(f"database {database.stat().st_size / 1e6:.0f} MB")
        if not options.alone:
            stop.set()
            taken = sorted(waits.get())
            dialer.join()
            p50, p99 = taken[len(taken) // 2], taken[len(taken) * 99 // 100]
            print(
                f"a dialer's commit meanwhile ({len(taken)}): p50 {p50 * 1e3:.1f} ms, "
                f"p99 {p99 * 1e3:.1f} ms, longest {taken[-1] * 1e3:.1f} ms"
            )


def peak_mb(usage: resource.struct_rusage) -> float:
    """Peak resident memory in MB: Linux counts in KiB, macOS in bytes."""
    return usage.ru_maxrss / 1e6 if sys.platform == "darwin" else usage.ru_maxrss * 1024 / 1e6


if __name__ == "__main__":
    main()
