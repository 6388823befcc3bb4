"""`callfloor erlang`: exact formulas, and the agents that targets need."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from callfloor.cli.erlang_table import Question, print_hint, print_table
from callfloor.cli.terminal import check_json_file, write_json
from callfloor.durations import seconds
from callfloor.erlang import Figures, Targets, offered_load
from callfloor.failures import UsageError

Command = Callable[..., Any]

OPTIONS = {
    "load_erlangs": "--load",
    "arrivals_per_h": "--arrivals-per-h",
    "handle_s": "--handle",
    "patience_s": "--patience",
    "queue_limit": "--queue-limit",
    "agents": "--agents",
    "service_level_s": "--within",
    "service_level_min": "--service-level",
    "p_wait_max": "--p-wait",
    "p_abandon_max": "--p-abandon",
    "p_blocked_max": "--blocking",
    "asa_s_max": "--asa",
    "occupancy_max": "--occupancy",
}
"""The option behind each name of the library."""


def duration(_: click.Context, option: click.Parameter, text: str | None) -> float | None:
    """Read the value of an option as seconds; the patience may be `never`."""
    if text is None:
        return None
    if option.name == "patience" and text.strip().lower() == "never":
        return math.inf
    try:
        return seconds(text)
    except ValueError as error:
        raise UsageError(f"{option.opts[0]}: {error}") from None


def with_options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Put options on a command, to be listed in this order."""

    def put(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return put


def share(name: str, text: str) -> Callable[[Command], Command]:
    """Return an option for a target that is a share."""
    return click.option(name, type=float, metavar="SHARE", help=text)


LOAD = with_options(
    click.option("--load", type=float, metavar="ERLANGS", help="Offered load: agents kept busy on average."),
    click.option("--arrivals-per-h", type=float, metavar="CALLS", help="Calls an hour, instead of --load."),
)
HANDLE = click.option(
    "--handle", metavar="TIME", callback=duration, help="Mean talk and wrap-up time of a call."
)
AGENTS = click.option(
    "--agents", type=float, metavar="N", help="Agents. Without it, those that targets need."
)
WAITING = with_options(
    share("--service-level", "Target: this share or more is answered within --within."),
    click.option(
        "--within",
        default="20",
        show_default=True,
        metavar="TIME",
        callback=duration,
        help="The limit of the service level.",
    ),
    click.option(
        "--asa", metavar="TIME", callback=duration, help="Target: mean wait of the answered at most."
    ),
    share("--p-wait", "Target: at most this share has to wait."),
    share("--occupancy", "Target: agents are busy for at most this share of their time."),
)
JSON = click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Write the figures as JSON; - is standard output, which then has nothing else.",
)


@click.group()
def erlang() -> None:
    """Exact formulas: Erlang B, C and A, and the agents that targets need.

    Times are seconds, or as in 90s, 30m, 8h. Shares are between 0 and 1.
    """


@erlang.command("b")
@LOAD
@HANDLE
@AGENTS
@share("--blocking", "Target: at most this share is blocked.")
@JSON
def b(
    load: float | None,
    arrivals_per_h: float | None,
    handle: float | None,
    agents: float | None,
    blocking: float | None,
    json_file: Path | None,
) -> None:
    """Erlang B: a call that finds every agent (or line) busy is blocked."""
    question = Question(
        model="b",
        load_erlangs=load_of(load, arrivals_per_h, handle),
        arrivals_per_h=arrivals_per_h,
        handle_s=None,
    )
    answer(question, agents, {"p_blocked_max": blocking}, json_file)


@erlang.command("c")
@LOAD
@HANDLE
@AGENTS
@WAITING
@JSON
def c(
    load: float | None,
    arrivals_per_h: float | None,
    handle: float | None,
    within: float,
    agents: float | None,
    service_level: float | None,
    asa: float | None,
    p_wait: float | None,
    occupancy: float | None,
    json_file: Path | None,
) -> None:
    """Erlang C: a call that finds every agent busy waits for as long as it takes."""
    question = Question(
        model="c",
        load_erlangs=load_of(load, arrivals_per_h, handle),
        arrivals_per_h=arrivals_per_h,
        handle_s=needed("--handle", handle),
        service_level_s=within,
    )
    wanted = {
        "service_level_min": service_level,
        "asa_s_max": asa,
        "p_wait_max": p_wait,
        "occupancy_max": occupancy,
    }
    answer(question, agents, wanted, json_file)


@erlang.command("a")
@LOAD
@HANDLE
@click.option("--patience", metavar="TIME", callback=duration, help="Mean patience of a caller, or never.")
@click.option(
    "--queue-limit",
    type=int,
    default=0,
    show_default=True,
    metavar="K",
    help="Calls that may wait; one more is blocked. 0: any number.",
)
@AGENTS
@WAITING
@share("--p-abandon", "Target: at most this share gives up.")
@share("--blocking", "Target: at most this share is blocked.")
@JSON
def a(
    load: float | None,
    arrivals_per_h: float | None,
    handle: float | None,
    patience: float | None,
    queue_limit: int,
    within: float,
    agents: float | None,
    service_level: float | None,
    asa: float | None,
    p_wait: float | None,
    occupancy: float | None,
    p_abandon: float | None,
    blocking: float | None,
    json_file: Path | None,
) -> None:
    """Erlang A: a call that finds every agent busy waits until its patience runs out."""
    question = Question(
        model="a",
        load_erlangs=load_of(load, arrivals_per_h, handle),
        arrivals_per_h=arrivals_per_h,
        handle_s=needed("--handle", handle),
        patience_s=needed("--patience", patience),
        queue_limit=queue_limit,
        service_level_s=within,
    )
    wanted = {
        "service_level_min": service_level,
        "asa_s_max": asa,
        "p_wait_max": p_wait,
        "occupancy_max": occupancy,
        "p_abandon_max": p_abandon,
        "p_blocked_max": blocking,
    }
    answer(question, agents, wanted, json_file)


def needed(option: str, value: float | None) -> float:
    """Return the value of an option that must be given. Raises UsageError."""
    if value is None:
        raise UsageError(f"{option}: expected a time such as 180 or 3m, found nothing")
    return value


def load_of(load: float | None, arrivals_per_h: float | None, handle_s: float | None) -> float:
    """Return the offered load, from whichever options give it. Raises UsageError."""
    if load is not None and arrivals_per_h is not None:
        raise UsageError("--load: expected either --load or --arrivals-per-h, found both")
    if load is not None:
        return load
    if arrivals_per_h is None:
        raise UsageError("--load: expected --load, or --arrivals-per-h with --handle, found neither")
    with option_names():
        return offered_load(arrivals_per_h, needed("--handle", handle_s))


@contextlib.contextmanager
def option_names() -> Iterator[None]:
    """Tell a library's ValueError as the user's: the name of the value becomes the option."""
    try:
        yield
    except ValueError as error:
        name, _, rest = str(error).partition(": ")
        raise UsageError(f"{OPTIONS.get(name, name)}: {rest}") from None


def answer(
    question: Question, agents: float | None, wanted: dict[str, float | None], json_file: Path | None
) -> None:
    """Compute what was asked and print it, or write it as JSON."""
    check_json_file(json_file)
    given = {name: value for name, value in wanted.items() if value is not None}
    options = ", ".join(OPTIONS[name] for name in wanted)
    if agents is None and not given:
        raise UsageError(f"--agents: expected --agents, or a target ({options}), found neither")
    if agents is not None and given:
        raise UsageError(f"--agents: expected either --agents or a target ({options}), found both")
    with option_names():
        targets = Targets(**given) if given else None
        found = agents if agents is not None else question.fewest(targets) if targets else 0.0
        figures = question.figures(found)
        if json_file is not None:
            write_json(as_json(question, found, given, figures), json_file)
        if str(json_file) != "-":
            print_table(question, found, figures)
            print_hint(question, found, figures, given)


def as_json(
    question: Question, agents: float, targets: dict[str, float], figures: Figures
) -> dict[str, object]:
    """Return the question and its answer as one JSON object; null stands for what there is not."""
    asked = {
        name: None if value == math.inf else value for name, value in dataclasses.asdict(question).items()
    }
    asked["agents"] = int(agents) if float(agents).is_integer() else agents
    return {**asked, "targets": targets, "figures": dataclasses.asdict(figures)}
