"""`callfloor dial`: the live engine with a simulated carrier and simulated agents."""

from __future__ import annotations

import asyncio
import math
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callfloor.cli.terminal import check_json_file, write_json
from callfloor.floor.setting_codes import PACING_NAMES

if TYPE_CHECKING:
    from callfloor.cli.dialer import Dialer
    from callfloor.live.dial_run import DialRun

REFRESH_S = 0.2
FIRST_LINE_S, LAST_LINE_S = 2.0, 60.0
"""Where there is no terminal: the distance of the first lines of progress, and of the last."""


class Number(click.FloatRange):
    """A number in a range, which "nan" is not: it passes every comparison with a range's ends."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the number; raises click.BadParameter."""
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value} is not in the range {self._describe_range()}.", param, ctx)
        return number


@click.command()
@click.option(
    "--num-agents", "-n", default=50, show_default=True, type=click.IntRange(1, 10_000), help="Agents."
)
@click.option(
    "--call-fail",
    "-f",
    default=50.0,
    show_default=True,
    type=Number(0, 100),
    help="Per cent of attempts that fail, by a mix of outcomes.",
)
@click.option(
    "--call-length",
    "-l",
    default=10.0,
    show_default=True,
    type=Number(0, 86_400, min_open=True),
    help="Seconds that a call lasts; each is this times 0.9 to 1.25.",
)
@click.option(
    "--time-to-run",
    "-t",
    default=300.0,
    show_default=True,
    type=Number(0, 31_536_000, min_open=True),
    help="Seconds to dial for, in simulated time.",
)
@click.option(
    "--clean-start", "-c", is_flag=True, help="Delete the database and the logs of earlier runs first."
)
@click.option(
    "--mode",
    default="power",
    show_default=True,
    type=click.Choice(["power", "progressive", "predictive", "preview"]),
    help="power: the dial ratio's lines for each ready agent. progressive: one. predictive: as many as may "
    "be expected to find an agent, with --pool campaign. preview: agents are shown a lead for 15 seconds "
    "before it is called.",
)
@click.option(
    "--pacing",
    default="callfloor",
    show_default=True,
    type=click.Choice(list(PACING_NAMES.values())),
    help="Whose rule paces --mode predictive: ours, or another dialer's as it was published.",
)
@click.option(
    "--pool",
    default="agent",
    show_default=True,
    type=click.Choice(["agent", "campaign"]),
    help="Whose the lines are: each agent's own, or all agents' together.",
)
@click.option(
    "--dial-ratio",
    default=2.0,
    show_default=True,
    type=Number(0, 100, min_open=True),
    help="Lines to ring for each ready agent.",
)
@click.option(
    "--ring-time",
    default="0.1",
    show_default=True,
    metavar="S|LOW-HIGH",
    help="Seconds that each attempt rings, at least 0.1.",
)
@click.option(
    "--seed", default=1, show_default=True, type=click.IntRange(0, 2**63 - 1), help="Of all random draws."
)
@click.option("--plain", is_flag=True, help="Run the interpreted floor instead of the compiled one.")
@click.option(
    "--speed",
    default=1.0,
    show_default=True,
    type=Number(0, 100_000, min_open=True),
    help="Simulated seconds a second. The figures are the same at every speed.",
)
@click.option(
    "--leads",
    "leads_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A CSV list of leads to import and dial. Without one, numbers are made up.",
)
@click.option(
    "--db", "url", metavar="URL", help="The database.  [default: callfloor.db in the log directory]"
)
@click.option(
    "--log-dir",
    default=".",
    show_default=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where dialer.log and agents.log go.",
)
@click.option(
    "--rules",
    default="",
    metavar="NAME|FILE,...",
    help="Rules of law that say when people may be called: us, ca, gb, or files of your own.  "
    "[default: none]",
)
@click.option(
    "--hours",
    default="",
    metavar="HH:MM-HH:MM",
    help="When people may be called, by their own clocks, as far as the rules allow it.  [default: any time]",
)
@click.option(
    "--do-not-call",
    multiple=True,
    metavar="NAME",
    help="A register whose numbers are not dialled; see `callfloor dnc`. Dialling stops when it is older "
    "than 31 days. Can be given several times.",
)
@click.option(
    "--faults", metavar="NAME=P,...", help="Faults of the carrier's events: lose, double, delay, reorder."
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Write the report as JSON; - is standard output, which then has nothing else.",
)
def dial(url: str | None, json_file: Path | None, leads_file: Path | None, **values: Any) -> None:
    """Dial simulated people with the live engine, in real time or faster.

    A second run on the same database goes on where the first stopped. Ctrl-C stops dialling and lets calls in
    hand finish; a second one hangs them up. Either way the report appears.
    """
    from callfloor.cli.dialer import Dialer, DialOptions

    check_json_file(json_file)
    dialer = Dialer(DialOptions(url=url, leads_file=leads_file, **values))
    began = time.monotonic()
    try:
        if dialer.note:
            click.echo(f"callfloor: {dialer.note}", err=True)
        dialer.run(lambda run: shown_progress(run, dialer))
    finally:
        figures = dialer.figures()
        dialer.close()
        figures["wall_s"] = round(time.monotonic() - began, 3)
        show(figures, json_file)


def show(figures: dict[str, Any], json_file: Path | None) -> None:
    """Write the JSON that was asked for, and print the report unless standard output is taken."""
    if json_file is not None:
        write_json(figures, json_file)
    if str(json_file) != "-":
        from rich.console import Console

        from callfloor.reports.live_run import print_report

        print_report(Console(highlight=False), figures)


async def shown_progress(run: DialRun, dialer: Dialer) -> None:
    """Show a countdown while the run goes on: a bar on a terminal, else a line now and then."""
    if not sys.stderr.isatty():
        await plain_progress(run, dialer)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("dialling", total=run.run_for_s, told="")
        while True:
            left_s = run.left_s()
            told = (
                f"{left_s:,.0f} s left, {dialer.told()}" if left_s else f"calls in hand end, {dialer.told()}"
            )
            bar.update(task, completed=run.run_for_s - left_s, told=told)
            await asyncio.sleep(REFRESH_S)


async def plain_progress(run: DialRun, dialer: Dialer) -> None:
    """Say how far the run is, every so often and at doubling distances."""
    pause_s = FIRST_LINE_S
    while True:
        await asyncio.sleep(pause_s)
        click.echo(f"{run.left_s():,.0f} s left, {dialer.told()}", err=True)
        pause_s = min(2 * pause_s, LAST_LINE_S)
