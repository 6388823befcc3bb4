"""`python -m bench`: every measurement, as one table. `--write FILE` keeps it, with its conditions.

`python -m bench pacing` is another thing: it compares pacing rules, and has options of its own. So has
`python -m bench load`, for one run of the load with `--agents`, `--for` and others.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import apsw

from bench import (
    calendar,
    commands,
    decisions,
    growth,
    handle,
    leads,
    postgres,
    registers,
    service,
    simulator,
    step,
)
from bench.day import live_runtime
from bench.load import command as load
from bench.pacing import command as pacing
from bench.table import Figure, markdown

ENTRIES: dict[str, Callable[[bool], list[Figure]]] = {
    "handle": handle.measure,
    "calendar": calendar.measure,
    "simulator": simulator.measure,
    "decisions": decisions.measure,
    "step": step.measure,
    "postgres": postgres.measure,
    "growth": growth.measure,
    "load": load.measure,
    "dial": commands.measure_dial,
    "start": commands.measure_start,
    "leads": leads.measure,
    "registers": registers.measure,
    "service": service.measure,
}

PAGE = """# Benchmarks

Written by `python -m bench --write docs/benchmarks.md` on {date}. What counts are the ratios: both sides of
each were measured in the same run, in turns, and the best of several rounds is given.

{table}
{conditions}

- **`handle`**: the events of a day of 50 agents (recorded from the live engine with simulated people: half of
  the attempts fail, calls of 10 s, agents take turns at pausing; once with the campaign's pool of lines, once
  with the agents' own) go through the floor's one entrance, called from Python. The slower pool is given.
- **Step**: the engine on a SQLite file with 1,000 agents, and a carrier that only swallows commands. An event
  is one that the floor decided and the journal holds: what arrived, and the leads that a claim brought.
  *Group commit* is what a resident service does that looks every 0.2 s. *Flushed to disk* is
  `synchronous = FULL`, the default; *not flushed* is what `callfloor dial` uses, whose carrier is simulated.
- **Bare SQLite**: the very statements of the step, noted with their parameters, run again on a fresh copy of
  the same database with nothing else around them: the same reads, writes, transactions and pragmas. That
  both leave the same rows behind is checked. *Writes alone* leaves out the reads.
- **PostgreSQL**: the same day on a server of its own beside the engine, over a socket. *Flushed to disk* is
  `synchronous_commit = on`. *Its statements alone* are those of the step in the same round trips; the
  *batched inserts* leave out all but the rows that are added for good.
- **Step by agents**: pieces of such days, of about 4,000 arrivals each, on SQLite and not flushed; CPU time.
- **Load**: workers, the carrier and the database in processes of their own, in real time; everything
  flushed to disk. Agents log in one after the other by the inbox, and pause for 20 s about twice an hour.
  The carrier's people answer 3 of 10 calls after 5 to 25 s of ringing (2 to 6 s where calls are of 20 s)
  and talk for 0.9 to 1.25 times the time named; each agent then wraps up for 10 s (2 s). Dialling is
  `power` with two lines for each ready agent. It is measured once calls have begun to end. *From a
  carrier's event to all commands sent* is of every event, by the floor's own observer: the carrier's time
  stamp, the way to the worker, waiting for the step before, its own commit, and the sending of all that its
  step decided. *At the carrier* is between what the carrier says and what it hears, by the carrier's log;
  of people it has waiting for an agent in it. Memory is that of a floor that keeps ended calls for a minute
  (`linger_s`), so that what grows for another reason shows. A run of one's own: `python -m bench load
  --agents 2000 --for 60 --db postgres`.
- **Calendar**: of that many coming events the next is taken out and put in again, an exponential time later.
  Beside it a heap of tuples in `heapq`, with the same times. **A draw** has its 64 bits mixed from a counter.
- **Simulator**: one replication of 250,000 calls on one core, best of fifteen rounds in turns with the bare
  loop and of three for the other peers, warm-up included; setting the world up is not timed, as with the
  peers. The peers are in `bench/peers`, written as an experienced user of each library
  would; *lean* ones keep agents as a count and lines by hand, *callbacks* use no processes. In B they draw
  talk and wrap-up as one time, which spares them an event. The bare C loop has the same draws, knows agents
  as a number only, and in *A* keeps all timers in one heap; *A-lazy* sets none for patience. Ciw cannot do C.
- **Registers**: five million made-up numbers, imported by a fresh process; look-ups in random order, of
  numbers that are there and of others. The claim is of leads from the whole country at noon in the West.
- **Service**: `callfloor serve` with two workers in processes of its own, on the same machine as the
  clients. Fifty at once for 60 s: ten ask for runs of 5,000 consumers with workbooks, forty for small things
  five times a second each.
- **`callfloor dial`** and **start**: fresh processes, all of their life included.
"""


def conditions() -> str:
    """On what was measured."""
    compiled = live_runtime().__name__ != "callfloor.floor"
    return (
        f"Measured with Python {platform.python_version()}, SQLite {apsw.sqlite_lib_version()}, "
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores; "
        f"the step and the dialer on the {'compiled' if compiled else 'plain'} floor unless said otherwise."
    )


def measured(names: Iterable[str], quick: bool) -> list[Figure]:
    """The figures of the entries of those names."""
    figures: list[Figure] = []
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        figures.extend(ENTRIES[name](quick))
    return figures


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table, and keep it where that is asked for."""
    words = sys.argv[1:] if arguments is None else arguments
    if words[:1] == ["pacing"]:
        pacing.main(words[1:])
        return
    if words[:1] == ["load"] and not {"--quick", "--write"}.intersection(words) and len(words) > 1:
        load.main(words[1:])
        return
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(ENTRIES)}; all if none")
    parser.add_argument("--quick", action="store_true", help="shrink everything: does it still run?")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the page as Markdown as well")
    options = parser.parse_args(words)
    unknown = [name for name in options.names if name not in ENTRIES]
    if unknown:
        parser.error(f"no entry {unknown[0]!r}: the names are {', '.join(ENTRIES)}")
    table = markdown(measured(options.names or ENTRIES, options.quick))
    print(f"{table}\n{conditions()}")
    if options.write is not None:
        date = datetime.now(UTC).date().isoformat()
        page = PAGE.format(date=date, table=table, conditions=conditions())
        options.write.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
