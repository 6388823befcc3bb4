"""`callfloor compare`: what two settings of a scenario differ in, on the same people."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callfloor.cli.simulating import SCENARIO, run_options, running, sets_of
from callfloor.cli.terminal import check_json_file, write_json
from callfloor.failures import RunError, UsageError

if TYPE_CHECKING:
    from callfloor.scenario import Scenario


@click.command()
@SCENARIO
@click.option(
    "--a", "sets_a", multiple=True, metavar="KEY=VALUE", help="Set a key for the one. May be repeated."
)
@click.option(
    "--b", "sets_b", multiple=True, metavar="KEY=VALUE", help="Set a key for the other. May be repeated."
)
@run_options()
def compare(
    scenario: str,
    sets_a: tuple[str, ...],
    sets_b: tuple[str, ...],
    json_file: Path | None,
    workers: int | None,
    quiet: bool,
    sets: tuple[str, ...],
    **settings: Any,
) -> None:
    """Simulate SCENARIO twice, with the settings of --a and with those of --b, and print what differs.

    Both meet the same people, who call at the same times, so that a difference shows far sooner than in two
    runs of different ones. A difference whose 95 % interval leaves out 0 is marked. Without --a or --b it is
    the scenario as it is.
    """
    check_json_file(json_file)
    if not sets_a and not sets_b:
        raise UsageError("--a: expected --a KEY=VALUE or --b KEY=VALUE, found neither")
    with running(quiet, "pair of replications") as progress:
        from callfloor.sim.runner import compare

        last = sets_of(**settings)
        one = _scenario(scenario, [*sets, *sets_a, *last], "--a", sets_a)
        other = _scenario(scenario, [*sets, *sets_b, *last], "--b", sets_b)
        found = compare(one, other, workers=workers, progress=progress)
    if json_file is not None:
        write_json(found.to_dict(), json_file)
    if not quiet and str(json_file) != "-":
        from callfloor.cli.figures import print_comparison

        print_comparison(found, one.run, {"a": sets_a, "b": sets_b})
    if found.b.interrupted:
        wanted = min(one.run.replications, other.run.replications)
        raise RunError(f"interrupted: {len(found.b.replications)} of {wanted} pairs are finished")


def _scenario(name: str, sets: Sequence[str], option: str, own: Sequence[str]) -> Scenario:
    """One of the two. What is wrong with a setting of its own is told with its own option."""
    from callfloor.scenario import ScenarioError, consumer_variables, load_scenario

    try:
        return load_scenario(name, sets, lambda: consumer_variables(os.environ, Path.cwd()))
    except ScenarioError:
        raise
    except UsageError as error:
        text = str(error)
        mine = any(text.startswith(f"--set {each.partition('=')[0].strip()}") for each in own)
        raise UsageError(text.replace("--set", option, 1) if mine else text) from None
