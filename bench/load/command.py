"""`python -m bench load`: one run, with its own options."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.load.plan import Plan
from bench.load.results import figures
from bench.load.run import run
from bench.table import Figure, markdown

QUICK = Plan(agents=10, for_s=2.0, talk_s=1.0, ring_s="0.1-0.3", wrap_up_s=0.2, warm_up_s=1.5)


def plans(quick: bool) -> list[Plan]:
    """The runs of the table."""
    if quick:
        return [replace(QUICK, db=db) for db in ("sqlite", "postgres")]
    busy = Plan(agents=4500, for_s=60.0, talk_s=20.0, ring_s="2-6", wrap_up_s=2.0)
    return [
        *(Plan(agents=1000, for_s=60.0, db=db) for db in ("sqlite", "postgres")),
        *(replace(busy, db=db) for db in ("sqlite", "postgres")),
        *(Plan(agents=10_000, for_s=for_s, db=db) for db, for_s in (("sqlite", 60.0), ("postgres", 600.0))),
    ]


def measure(quick: bool = False) -> list[Figure]:
    """All runs of the table."""
    return [figure for plan in plans(quick) for figure in figures(run(plan))]


def main(words: Sequence[str]) -> None:
    """One run."""
    usual = Plan()
    parser = argparse.ArgumentParser(prog="python -m bench load", description=__doc__)
    parser.add_argument(
        "--agents", type=int, default=usual.agents, metavar="N", help=f"at desks ({usual.agents})"
    )
    parser.add_argument(
        "--for", dest="for_s", type=float, default=usual.for_s, metavar="S", help="seconds measured"
    )
    parser.add_argument("--db", choices=("sqlite", "postgres"), default=usual.db)
    parser.add_argument("--workers", type=int, default=usual.workers, metavar="N", help="processes")
    parser.add_argument("--floors", type=int, default=usual.floors, metavar="N", help="share the agents")
    parser.add_argument(
        "--talk", dest="talk_s", type=float, default=usual.talk_s, metavar="S", help="seconds of a call"
    )
    parser.add_argument("--answers", type=float, default=usual.answers, metavar="SHARE", help="of attempts")
    parser.add_argument("--ring", dest="ring_s", default=usual.ring_s, metavar="LOW-HIGH", help="seconds")
    parser.add_argument(
        "--wrap-up", dest="wrap_up_s", type=float, default=usual.wrap_up_s, metavar="S", help="seconds"
    )
    parser.add_argument("--dial-ratio", type=float, default=usual.dial_ratio, metavar="RATIO")
    parser.add_argument("--mode", choices=("power", "progressive", "predictive"), default=usual.mode)
    parser.add_argument(
        "--pause-every", dest="pause_every_s", type=float, default=usual.pause_every_s, metavar="S"
    )
    parser.add_argument("--warm-up", dest="warm_up_s", type=float, metavar="S", help="before it is measured")
    parser.add_argument("--profile", action="store_true", help="have workers leave profiles in the folder")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the logs and notes there")
    options = vars(parser.parse_args(words))
    keep = options.pop("keep")
    plan = Plan(**options)
    if plan.agents < plan.floors or plan.floors < 1 or plan.workers < 1 or plan.for_s <= 0:
        parser.error("expected at least one worker, one floor, an agent each, and some time")
    if keep is not None and keep.exists() and any(keep.iterdir()):
        parser.error(f"--keep: expected an empty folder, found files in {keep}")
    print(markdown(figures(run(plan, keep))))
