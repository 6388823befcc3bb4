"""`callfloor simulate`: what a scenario comes to."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from callfloor.cli.simulating import SCENARIO, file_option, run_options, running, sets_of
from callfloor.cli.terminal import check_output_file, write_json
from callfloor.failures import RunError, UsageError

if TYPE_CHECKING:
    from callfloor.scenario import Scenario
    from callfloor.sim.result import Result


@click.command()
@SCENARIO
@run_options(
    file_option("--html", "Write a page with figures and plots."),
    file_option(
        "--trace",
        "Write every event with the commands that follow, a line of JSON each. Replications then run one "
        "after the other.",
    ),
    file_option(
        "--xlsx",
        "Write a workbook for spreadsheets: figures, intervals with charts, and where there are consumers "
        "who they are and who was called.",
    ),
    click.option(
        "--calls", is_flag=True, help="With --xlsx: a sheet of all calls of the first replication as well."
    ),
)
def simulate(
    scenario: str,
    json_file: Path | None,
    html_file: Path | None,
    trace_file: Path | None,
    xlsx_file: Path | None,
    calls: bool,
    workers: int | None,
    quiet: bool,
    **settings: Any,
) -> None:
    """Simulate SCENARIO, a TOML file or the name of a built-in one, and print its figures.

    Each is a mean with half of its 95 % interval. Ctrl-C ends the run; the figures are then those of the
    replications that are finished. A FILE that is - is standard output, which then has nothing else.
    """
    files = {"--json": json_file, "--html": html_file, "--trace": trace_file, "--xlsx": xlsx_file}
    to_stdout = check_files(files)
    check_workbook(xlsx_file, calls)
    with running(quiet, "replication") as progress:
        from callfloor.scenario import consumer_variables, load_scenario
        from callfloor.sim.runner import simulate

        chosen = load_scenario(
            scenario, sets_of(**settings), lambda: consumer_variables(os.environ, Path.cwd())
        )
        result = simulate(chosen, workers=workers, progress=progress, trace=trace_file)
    if json_file is not None:
        write_json(result.to_dict(), json_file)
    if html_file is not None:
        write_html(result, chosen, html_file)
    if xlsx_file is not None:
        write_xlsx(result, chosen, xlsx_file, calls, quiet)
    if not quiet and not to_stdout:
        from callfloor.cli.figures import print_result

        print_result(result, chosen.run)
    if result.interrupted:
        done, wanted = len(result.replications), chosen.run.replications
        raise RunError(f"interrupted: {done} of {wanted} replications are finished")


def check_files(files: dict[str, Path | None]) -> bool:
    """Refuse files that could not be written; return whether one is standard output. Raises UsageError."""
    for option, path in files.items():
        check_output_file(option, path)
    first, *others = [option for option, path in files.items() if str(path) == "-"] or [""]
    if others:
        raise UsageError(f"{others[0]}: expected a file where {first} is standard output, found -")
    return bool(first)


def write_html(result: Result, scenario: Scenario, path: Path) -> None:
    """Write the page of a result. Raises UsageError."""
    from callfloor.reports.page import page_text, write_page

    if str(path) == "-":
        click.echo(page_text(result, scenario), nl=False)
        return
    try:
        write_page(result, scenario, path)
    except OSError as error:
        raise UsageError(f"--html: {path}: cannot be written: {error.strerror or error}") from error


def check_workbook(path: Path | None, calls: bool) -> None:
    """Refuse a workbook that could not be written, before any work is done. Raises UsageError."""
    if path is None:
        if calls:
            raise UsageError("--calls: expected --xlsx FILE with it, found none")
        return
    from importlib.util import find_spec

    if find_spec("xlsxwriter") is None:
        raise UsageError("--xlsx: expected XlsxWriter to be installed; pip install 'callfloor[xlsx]'")


def write_xlsx(result: Result, scenario: Scenario, path: Path, calls: bool, quiet: bool) -> None:
    """Write the workbook of a result. Raises UsageError, and RunError where it is interrupted."""
    from callfloor.reports.workbook import write_workbook

    target: IO[bytes] | Path = sys.stdout.buffer if str(path) == "-" else path
    interrupted = "interrupted: the workbook is not written"
    with running(quiet, "", doing="writing the workbook", interrupted=interrupted) as progress:
        try:
            write_workbook(result, scenario, target, calls=calls, progress=progress)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise UsageError(f"--xlsx: {path}: cannot be written: {error.strerror or error}") from error
