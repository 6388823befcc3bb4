"""`python -m bench pacing`: every rule on the grid of floors, as a table and a picture."""

from __future__ import annotations

import argparse
import fnmatch
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from bench.pacing import plot, report
from bench.pacing.comparing import Comparison, compare
from bench.pacing.floors import FLOORS, Floor
from bench.pacing.results import Results
from bench.pacing.rules import OURS, Rule, predictive

FOLDER = Path("/tmp/callfloor-pacing")


def arguments_of(words: Sequence[str]) -> argparse.Namespace:
    """The options, read and checked."""
    known = predictive()
    parser = argparse.ArgumentParser(prog="python -m bench pacing", description=__doc__)
    parser.add_argument(
        "--floors", action="append", metavar="PATTERN", help="of names, such as '10-*'; all if none"
    )
    parser.add_argument("--windows", type=int, default=100, metavar="N", help="legal windows a run (100)")
    parser.add_argument(
        "--rules",
        nargs="*",
        metavar="NAME",
        help=f"beside fixed ratios, of {', '.join(known)}; all if not given",
    )
    parser.add_argument(
        "--others",
        action="append",
        metavar="PATTERN",
        help="floors on which rules beside ours run; all if none",
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes (1)")
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, metavar="DIR", help=f"keeps results ({FOLDER})"
    )
    parser.add_argument(
        "--any-text", action="store_true", help="take kept results of fixed ratios whatever the code was then"
    )
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="write the page, and the picture beside it"
    )
    parser.add_argument("--list", action="store_true", help="list the floors, and run nothing")
    options = parser.parse_args(words)
    unknown = [name for name in options.rules or () if name not in known]
    if unknown:
        parser.error(f"no rule {unknown[0]!r}: the names are {', '.join(known) or 'none'}")
    if options.windows < 1 or options.workers < 1:
        parser.error("expected 1 or more windows and workers")
    names = options.rules if options.rules is not None else list(known)
    options.rules = [known[name] for name in names]
    options.floors = [floor for floor in FLOORS if is_named(floor, options.floors)]
    if not options.floors:
        parser.error("no floor has such a name; --list lists them")
    return options


def is_named(floor: Floor, patterns: Sequence[str] | None) -> bool:
    """Whether a floor's name is as one of the patterns says; without patterns every name is."""
    return not patterns or any(fnmatch.fnmatch(floor.name, each) for each in patterns)


def one_floor(
    floor: Floor,
    rules: Sequence[Rule],
    others: Sequence[str] | None,
    folder: Path,
    seed: int,
    any_text: bool,
    windows: int,
) -> Comparison:
    """All rules on one floor, in a process of its own."""
    chosen = [rule for rule in rules if rule.name == OURS or is_named(floor, others)]
    return compare(floor, chosen, Results(folder, seed, any_text=any_text), windows)


def progress(compared: Iterable[Comparison], floors: int) -> Iterator[Comparison]:
    """Tell on standard error how many floors are done."""
    for done, each in enumerate(compared, 1):
        print(f"{done} of {floors}: {each.floor.name}", file=sys.stderr, flush=True)
        yield each


def main(words: Sequence[str]) -> None:
    """Compare, print the table, and write the page where that is asked for."""
    options = arguments_of(words)
    if options.list:
        print("\n".join(floor.name for floor in options.floors))
        return
    work = partial(
        one_floor,
        rules=options.rules,
        others=options.others,
        folder=options.folder,
        seed=options.seed,
        any_text=options.any_text,
        windows=options.windows,
    )
    found: list[Comparison] = []
    if options.workers == 1:
        compared = map(work, options.floors)
        found = list(progress(compared, len(options.floors)))
    else:
        with ProcessPoolExecutor(options.workers) as pool:
            found = list(progress(pool.map(work, options.floors), len(options.floors)))
    print(f"{report.table(found)}\n\n{report.verdict(found)}")
    if options.write is not None:
        write_page(found, options.write)


def write_page(found: Sequence[Comparison], page: Path) -> None:
    """Write the page, and the picture where the page's folder has its pictures, or else beside it."""
    folder = page.parent / "pictures"
    picture = (folder if folder.is_dir() else page.parent) / f"{page.stem}.svg"
    picture.write_text(plot.picture(found), encoding="utf-8")
    address = picture.relative_to(page.parent).as_posix()
    page.write_text(report.page(found, address), encoding="utf-8")
