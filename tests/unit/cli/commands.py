"""Running a command in this process as the shell would."""

from __future__ import annotations

from dataclasses import dataclass

from click.testing import CliRunner

from callfloor.cli import main


@dataclass(frozen=True)
class Outcome:
    """What a command came to."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        return self.stdout + self.stderr


def run_command(*args: str, stdin: str | None = None) -> Outcome:
    """Run `callfloor` with these arguments; a traceback goes through."""
    with CliRunner().isolation(input=stdin) as (stdout, stderr, _):
        try:
            main(list(args))
        except SystemExit as status:
            code = status.code
        else:
            raise AssertionError("main must exit")
    assert isinstance(code, int)
    return Outcome(code, stdout.getvalue().decode(), stderr.getvalue().decode())
