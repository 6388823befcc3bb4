"""The command line. Each command is imported when it is called, so that `callfloor --help` stays quick."""

from __future__ import annotations

import importlib
import sys

import click

from callfloor.cli.terminal import say_failure
from callfloor.failures import DONE, EXPECTED, RUN_FAILED, WRONG_USE, exit_status
from callfloor.version import __version__

COMMANDS = {
    "compare": ("callfloor.cli.compare", "compare", "Compare two settings on the same people."),
    "dial": ("callfloor.cli.dial", "dial", "Run the live dialer with a simulated carrier and agents."),
    "dnc": ("callfloor.cli.dnc", "dnc", "Do-not-call registers and requests: import and check them."),
    "erlang": ("callfloor.cli.erlang", "erlang", "Exact formulas: Erlang B, C and A."),
    "floors": ("callfloor.cli.floors", "floors", "Floors that workers look after: import, list, start them."),
    "leads": ("callfloor.cli.leads", "leads", "Lead lists: import and check them; erase a person."),
    "records": ("callfloor.cli.records", "records", "Call records: delete what was kept for long enough."),
    "replay": ("callfloor.cli.replay", "replay", "Run a journal through the floor again and check it."),
    "serve": ("callfloor.cli.serve", "serve", "Serve simulations over HTTP."),
    "simulate": ("callfloor.cli.simulate", "simulate", "Simulate a scenario."),
    "scenarios": ("callfloor.cli.scenarios", "scenarios", "The built-in scenarios: list them, print one."),
    "token": ("callfloor.cli.token", "token", "Tokens for the service: create, list, delete them."),
    "worker": ("callfloor.cli.worker", "worker", "Look after floors, beside other workers."),
}
"""Name: module, attribute, one line of help."""


class LateGroup(click.Group):
    """A group whose commands are imported on use, and listed without."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with their one line of help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][2]) for name in self.list_commands(ctx)])


@click.group(
    cls=LateGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="callfloor")
def callfloor() -> None:
    """Callfloor: a power dialer and a call-centre simulator that run the same decision code."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 the run failed, 2 wrong use or bad input.

    A failure is one line on standard error; a traceback is a bug.
    """
    try:
        status = callfloor.main(arguments, prog_name="callfloor", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        status = WRONG_USE
    except click.ClickException as error:
        status = say_failure(error.format_message(), WRONG_USE)
    except click.Abort:
        status = say_failure("interrupted", RUN_FAILED)
    except EXPECTED as error:
        status = say_failure(str(error), exit_status(error))
    sys.exit(status if isinstance(status, int) else DONE)
