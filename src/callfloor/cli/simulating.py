"""What `simulate` and `compare` have in common: options, progress, and how a run ends."""

from __future__ import annotations

import contextlib
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callfloor.failures import RunError

if TYPE_CHECKING:
    from rich.progress import Progress

LONG_S = 2.0
"""What takes longer than this has a progress bar."""

SURE_AFTER_S = 0.5
"""Nobody can tell before how long it will take."""

Command = Callable[..., Any]


def run_options(*own: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Put the options of every run on a command, with its own among them."""

    def put(command: Command) -> Command:
        for option in reversed((*_OPTIONS, *own, _QUIET)):
            command = option(command)
        return command

    return put


def file_option(name: str, text: str) -> Callable[[Command], Command]:
    """Return an option for a file that is written."""
    return click.option(
        name,
        f"{name.removeprefix('--')}_file",
        type=click.Path(path_type=Path, allow_dash=True),
        metavar="FILE",
        help=text,
    )


SCENARIO = click.argument("scenario", metavar="SCENARIO")
_OPTIONS: tuple[Callable[[Command], Command], ...] = (
    click.option(
        "--set",
        "sets",
        multiple=True,
        metavar="KEY=VALUE",
        help="Set a key of the scenario, as in groups.'tier 1'.agents=90. May be repeated.",
    ),
    click.option(
        "--replications", type=click.IntRange(1, 1_000_000), metavar="N", help="Instead of the scenario's."
    ),
    click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="Instead of the scenario's."),
    click.option(
        "--workers",
        type=click.IntRange(1, 1024),
        metavar="N",
        help="At most so many processes.  [default: as many as there are cores and memory for]",
    ),
    file_option("--json", "Write all figures as JSON; - is standard output."),
)
_QUIET: Callable[[Command], Command] = click.option(
    "--quiet", is_flag=True, help="Print no table and no progress."
)


def sets_of(sets: Sequence[str] = (), replications: int | None = None, seed: int | None = None) -> list[str]:
    """Return all settings as KEY=VALUE: those of --set, then what has an option of its own."""
    given = {"run.replications": replications, "run.seed": seed}
    return [*sets, *(f"{key}={value}" for key, value in given.items() if value is not None)]


class Bar:
    """A progress bar on standard error, for what takes long enough."""

    def __init__(self, doing: str = "simulating") -> None:
        self.doing = doing
        self.began = time.monotonic()
        self.bar: Progress | None = None

    def __call__(self, done: float) -> None:
        """So much is done, from 0 to 1."""
        elapsed_s = time.monotonic() - self.began
        if self.bar is None:
            if elapsed_s < SURE_AFTER_S or elapsed_s < LONG_S * done:
                return
            self.bar = self._start()
        left_s = elapsed_s / done - elapsed_s if done else 0.0
        told = f"{100 * done:.0f} %" + (f", {left_s:,.0f} s left" if done else "")
        self.bar.update(self.bar.task_ids[0], completed=done, told=told, refresh=True)

    def _start(self) -> Progress:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}"))
        # It is drawn when it is told of: a thread of its own would be in the way of starting processes.
        bar = Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
        bar.add_task(self.doing, total=1.0, told="")
        bar.start()
        return bar

    def close(self) -> None:
        """Take it away."""
        if self.bar is not None:
            self.bar.stop()


@contextlib.contextmanager
def running(
    quiet: bool, unit: str, *, doing: str = "simulating", interrupted: str = ""
) -> Iterator[Bar | None]:
    """Show progress on a terminal. Warnings are one line; to be interrupted with nothing done is a failure.

    `unit` is what a run has to have finished to have figures; `interrupted` is said instead of that.
    """
    told: set[str] = set()

    def warn(message: Warning | str, *_: Any) -> None:
        if str(message) not in told:
            told.add(str(message))
            click.echo(f"callfloor: {message}", err=True)

    bar = Bar(doing) if not quiet and sys.stderr.isatty() else None
    with warnings.catch_warnings():
        warnings.simplefilter("always", RuntimeWarning)
        warnings.showwarning = warn  # type: ignore[assignment]  # the rest is not told
        try:
            yield bar
        except KeyboardInterrupt:
            raise RunError(interrupted or f"interrupted before the first {unit} was finished") from None
        finally:
            if bar is not None:
                bar.close()
