"""Plant bugs, one at a time, in a copy of the source, and see after how many seeds each is found.

`python -m tests.faults.plant` tries them all; a bug that is not found is a hole in the simulation.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SEEDS_MOST = 300


@dataclass(frozen=True, slots=True)
class Bug:
    """A text of the source, and what stands there instead; `also` what is wrong at the same time."""

    name: str
    file: str
    right: str
    wrong: str
    also: Bug | None = None

    def parts(self) -> list[Bug]:
        """The bug and what is wrong at the same time."""
        return [self, *([] if self.also is None else self.also.parts())]


LIVE, FLOOR, STORE = "src/callfloor/live/", "src/callfloor/floor/", "tests/faults/simulation/"
NO_VERSION_CHECK = Bug("no version check", f"{STORE}memory.py", "if found != self.version:", "if found < 0:")
BUGS = (
    NO_VERSION_CHECK,
    Bug(
        "no dedupe",
        f"{LIVE}step.py",
        "if self.is_doubled(batch, arrival):",
        "if False:",
    ),
    Bug(
        "send before commit",
        f"{LIVE}step.py",
        "                self.take(batch, arrival, now)\n",
        "                self.take(batch, arrival, now)\n            self.send(batch.changes.outbox, now)\n",
    ),
    Bug(
        "no not_after",
        f"{LIVE}sending.py",
        "if refused or now > entry.not_after:",
        "if refused:",
    ),
    Bug(
        "the outbox is forgotten at load",
        f"{LIVE}step.py",
        "self.unresolved = image.outbox",
        "self.unresolved = []",
    ),
    Bug(
        "a connection is counted twice",
        f"{FLOOR}ledger.py",
        "    if was_connected(call):\n        return\n    call.connected_at = now",
        "    call.connected_at = now",
    ),
    Bug(
        "a lead is given back twice, the second time long after the first",
        f"{LIVE}batch.py",
        "    def record(self, command: Any) -> None:\n",
        "        late = self.resident.__dict__.setdefault('late', [])\n"
        "        late.append(self.changes.returned[-1])\n"
        "        if len(late) > 30:\n"
        "            self.changes.returned.append(late.pop(0))\n\n"
        "    def record(self, command: Any) -> None:\n",
    ),
    Bug(
        "a number is freed when the hang-up is decided, not when the call has ended",
        f"{FLOOR}conversations.py",
        "    send_hang_up(floor, call)\n\n\ndef carrier_grace_s",
        "    send_hang_up(floor, call)\n    if call.lead is not None:\n"
        "        send_return_lead(floor, call.lead, NO_OUTCOME, now, False)\n\n\ndef carrier_grace_s",
    ),
    Bug(
        "an agent is free when the hang-up is decided, not when the call has ended",
        f"{FLOOR}conversations.py",
        "    send_hang_up(floor, call)\n\n\ndef carrier_grace_s",
        "    send_hang_up(floor, call)\n    if call.agent is not None:\n"
        "        free_agent(floor, call.agent, call, now)\n\n\ndef carrier_grace_s",
    ),
    Bug(
        "a journal entry is lost",
        f"{LIVE}batch.py",
        "        self.changes.journal.append(",
        "        ([] if kind == CALL_BRIDGED else self.changes.journal).append(",
    ),
    Bug(
        "a dial goes out again to a carrier that does not remember",
        f"{LIVE}sending.py",
        " and is_remembered(engine, slot)",
        "",
    ),
    Bug(
        "the sender does not ask whether the number is barred",
        f"{LIVE}sending.py",
        "    refused = dials and ",
        "    refused = False and ",
    ),
    Bug(
        "a bridge that is not confirmed leaves the call as it is",
        f"{FLOOR}transitions.py",
        "    count_abandonment(floor, call)\n    hang_up(floor, call, now)\n    if agent is not None:",
        "    abandon(floor, call, now)\n    if agent is not None:",
    ),
    Bug(
        "a worker goes on after its lease",
        f"{LIVE}tenure.py",
        "return self.parts.monotonic() > self.held_until and not self.renew(self)",
        "return False",
    ),
    Bug(
        "a worker goes on after its lease, and no version check",
        f"{LIVE}tenure.py",
        "return self.parts.monotonic() > self.held_until and not self.renew(self)",
        "return False",
        NO_VERSION_CHECK,
    ),
    Bug(
        "a lease is anybody's",
        f"{STORE}memory_workers.py",
        "if held_by != owner and until > now:",
        "if False:",
    ),
    Bug(
        "a lease never runs out",
        f"{STORE}memory_workers.py",
        "if held_by != owner and until > now:",
        "if held_by != owner:",
    ),
    Bug(
        "an entry of the inbox is deleted before the commit",
        f"{LIVE}inbox.py",
        "        entries = self.inbox.waiting(self.engine.floor_id, self.at_once)\n",
        "        entries = self.inbox.waiting(self.engine.floor_id, self.at_once)\n"
        "        self.inbox.database.worker_rows.take([entry.id for entry in entries])\n",
    ),
    Bug(
        "no dedupe of what comes by the inbox",
        f"{LIVE}step.py",
        "if isinstance(arrival, Arrival) and not event_id:",
        "if isinstance(arrival, Arrival):",
    ),
    Bug(
        "what came by the inbox is tried again from memory",
        f"{LIVE}arrivals.py",
        "if isinstance(arrival, CarrierEvent) or not arrival.inbox]",
        "]",
    ),
    Bug(
        "desks that beat are not heard",
        f"{LIVE}inbox.py",
        "self.desks.here(posted.agents, now)",
        "pass",
    ),
    Bug(
        "a floor hears of other floors' calls",
        f"{LIVE}switchboard.py",
        "calls := by_key.get(call.call_id[:KEY_DIGITS])",
        "calls := by_key.get(call.call_id[:KEY_DIGITS]) or next(iter(by_key.values()))",
    ),
)


def plant(bug: Bug, copy: Path) -> None:
    """Put a bug into a copy. Raises LookupError where its place is not found exactly once."""
    for part in bug.parts():
        file = copy / part.file
        text = file.read_text()
        if text.count(part.right) != 1:
            raise LookupError(
                f"{bug.name}: expected {part.right!r} once in {part.file}, found {text.count(part.right)}"
            )
        file.write_text(text.replace(part.right, part.wrong))


def copy_source(copy: Path) -> None:
    """Copy what the simulation needs; it runs the plain floor, since the compiled one has no bug."""
    ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.c", "traces")
    shutil.copytree(ROOT / "src", copy / "src", ignore=ignored)
    shutil.copytree(ROOT / "tests" / "faults", copy / "tests" / "faults", ignore=ignored)
    (copy / "tests" / "__init__.py").touch()


def seeds_until_found(bug: Bug, seeds: int, workers: int) -> tuple[int, str]:
    """How many seeds were run until the bug was found (0: it was not), and what was seen."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        copy_source(copy)
        plant(bug, copy)
        command = [sys.executable, "-m", "tests.faults.simulate", "--runtime", "plain", "--stop"]
        command += ["--count", str(seeds), "--workers", str(workers)]
        environment = {**os.environ, "PYTHONPATH": f"{copy / 'src'}{os.pathsep}{copy}"}
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or "seeds," not in done.stdout:
        raise RuntimeError(f"{bug.name}: the simulation itself failed\n{done.stdout}{done.stderr}")
    if done.returncode == 0:
        return 0, ""
    found = re.search(r"^(\d+) seeds", done.stdout, re.MULTILINE)
    return int(found[1]) if found else 0, done.stdout.splitlines()[0]


def main() -> int:
    """Plant every bug; 1 where one is not found."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.plant", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS_MOST, help="how many seeds to try for each")
    parser.add_argument("--workers", type=int, default=1, help="processes that run seeds")
    parser.add_argument("--only", default="", help="bugs whose name has this in it")
    options = parser.parse_args()
    missed = 0
    for bug in BUGS:
        if options.only in bug.name:
            seeds, seen = seeds_until_found(bug, options.seeds, options.workers)
            missed += seeds == 0
            told = f"found by seed {seeds}: {seen}" if seeds else f"NOT FOUND in {options.seeds} seeds"
            print(f"{bug.name}: {told}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
