"""`callfloor worker`: a process that looks after floors, beside as many others as wanted."""

from __future__ import annotations

import os
import socket
from secrets import token_hex
from typing import Any

import click

from callfloor.cli.leads import DB
from callfloor.failures import UsageError


@click.command()
@DB
@click.option(
    "--carrier",
    default="simulated",
    show_default=True,
    metavar="simulated|HOST:PORT",
    help="The carrier: a simulated one in this process, which dies with it, or one that listens "
    "(python -m callfloor.carriers.server).",
)
@click.option(
    "--name",
    default="",
    metavar="NAME",
    help="What this process is called in leases and logs; six digits are added, so that no two are alike.  "
    "[default: host and process id]",
)
@click.option(
    "--lease",
    "lease_s",
    default=6.0,
    show_default=True,
    type=click.FloatRange(1.0, 3600.0),
    help="Seconds after which the floors of a process that has died are taken by others.",
)
@click.option(
    "--simulated-agents", is_flag=True, help="The agents are simulated: at their desks from the first moment."
)
@click.option("--plain", is_flag=True, help="Run the interpreted floor instead of the compiled one.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address for /healthz, /readyz and /metrics."
)
@click.option(
    "--port",
    default=None,
    type=click.IntRange(0, 65535),
    help="The port for /healthz, /readyz and /metrics; 0: any free one, told in the log.  [default: none]",
)
def worker(**options: Any) -> None:
    """Look after floors of the database, as `callfloor floors import` has put them there.

    Any number of workers on one database share its floors. What happens is told on standard error, one JSON
    object a line. SIGTERM or Ctrl-C finishes what is in hand, hands the floors over, and ends the process.
    """
    from callfloor.cli.working import WorkerOptions, Working

    address = address_of(options.pop("carrier"))
    name = options.pop("name") or f"{socket.gethostname()}-{os.getpid()}"
    Working(WorkerOptions(carrier=address, name=f"{name}-{token_hex(3)}", **options)).run()


def address_of(text: str) -> tuple[str, int] | None:
    """The carrier's host and port; None: the simulated one of this process. Raises UsageError."""
    if text == "simulated":
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise UsageError(f"--carrier: expected simulated or HOST:PORT, found {text!r}")
    return host.strip("[]"), int(port)
