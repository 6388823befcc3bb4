"""`callfloor simulate`: what a scenario comes to."""

from __future__ import annotations

from pathlib import Path

import click

from callfloor.cli.simulating import SCENARIO, file_option, run_options, running
from callfloor.cli.terminal import check_output_file, write_json
from callfloor.failures import RunError, UsageError


@click.command()
@SCENARIO
@run_options
@file_option(
    "--trace",
    "Write every event with the commands that follow, a line of JSON each; - is standard output. "
    "Replications then run one after the other.",
)
def simulate(
    scenario: str,
    sets: tuple[str, ...],
    replications: int | None,
    seed: int | None,
    workers: int | None,
    json_file: Path | None,
    trace_file: Path | None,
    quiet: bool,
) -> None:
    """Simulate SCENARIO, a TOML file or the name of a built-in one, and print its figures.

    Each is a mean with half of its 95 % interval. Ctrl-C ends the run; the figures are then those of the
    replications that are finished.
    """
    files = {"--json": json_file, "--trace": trace_file}
    for option, path in files.items():
        check_output_file(option, path)
    to_stdout = [option for option, path in files.items() if str(path) == "-"]
    if len(to_stdout) > 1:
        raise UsageError(f"{to_stdout[1]}: expected a file where {to_stdout[0]} is standard output, found -")
    with running(quiet, "replication") as progress:
        from callfloor.scenario import load_scenario
        from callfloor.sim.runner import simulate

        chosen = load_scenario(scenario, sets)
        result = simulate(
            chosen,
            replications=replications,
            seed=seed,
            workers=workers,
            progress=progress,
            trace=trace_file,
        )
    if json_file is not None:
        write_json(result.to_dict(), json_file)
    if not quiet and not to_stdout:
        from callfloor.cli.figures import print_result

        print_result(result, chosen.run)
    if result.interrupted:
        wanted = replications or chosen.run.replications
        raise RunError(f"interrupted: {len(result.replications)} of {wanted} replications are finished")
