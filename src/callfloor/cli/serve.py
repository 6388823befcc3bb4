"""`callfloor serve`: the service over HTTP."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from callfloor.failures import UsageError

DEFAULT_DB = "callfloor-service.db"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=5000, show_default=True, type=click.IntRange(0, 65535), help="The port.")
@click.option(
    "--db",
    default=DEFAULT_DB,
    show_default=True,
    metavar="URL",
    help="Where runs are kept, and the floors that workers look after.",
)
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 256), help="Processes that simulate."
)
@click.option(
    "--line", default=16, show_default=True, type=click.IntRange(1, 10_000), help="Runs that may wait."
)
@click.option(
    "--keep-days",
    default=7.0,
    show_default=True,
    type=click.FloatRange(0, 3650, min_open=True),
    help="How long runs and their reports are kept.",
)
@click.option(
    "--webhook-keys",
    default="",
    envvar="CALLFLOOR_WEBHOOK_KEYS",
    metavar="KEY,KEY",
    help="Keys with which the carrier signs what it tells; any of them is good. Others may see the list of "
    "processes: CALLFLOOR_WEBHOOK_KEYS in the environment says the same.  [default: none, it may not tell]",
)
def serve(
    host: str, port: int, db: str, workers: int, line: int, keep_days: float, webhook_keys: str
) -> None:
    """Serve simulations over HTTP: runs with progress, pages and workbooks. /docs describes it all.

    And the floors of the database, for desks and supervisors: how they are, and what is told of them.

    On an address of this machine alone it is open to all; on any other it asks for tokens, made by
    `callfloor token create`.
    """
    try:
        from callfloor.web.app import create_app
        from callfloor.web.server import Server, listen, url_of
    except ModuleNotFoundError as error:
        raise UsageError(
            f"serve: expected {error.name} to be installed: pip install 'callfloor[serve]'"
        ) from None
    from callfloor.scenario import consumer_variables
    from callfloor.stores.opening import open_runs, open_store
    from callfloor.web.floors import LiveFloors
    from callfloor.web.logs import log_to
    from callfloor.web.settings import ServiceSettings

    settings = ServiceSettings(
        db=db, host=host, port=port, workers=workers, line=line, keep_s=keep_days * 86_400.0
    )
    store = open_runs(settings.db)
    try:
        with listen(host, port) as listening:
            for text in _about(url_of(host, listening), len(store.tokens()), is_open=settings.is_open):
                click.echo(text, err=True)
            log_to(sys.stderr)
            floors = LiveFloors(open_store(db), [key for key in webhook_keys.split(",") if key])
            app = create_app(settings, store, consumer_variables(os.environ, Path.cwd()), floors)
            Server(app, app.state.runs).serve_at(listening)
    finally:
        store.close()


def _about(where: str, tokens: int, *, is_open: bool) -> list[str]:
    """What the service says when it starts."""
    lines = [f"Callfloor at {where}, described at {where}/docs. Ctrl-C ends it."]
    if is_open:
        lines.append("Only this machine reaches it, so it asks for no token.")
    elif tokens:
        lines.append(f"Others reach it, so it asks for a token; there are {tokens}.")
    else:
        lines.append(
            "Others reach it, so it asks for a token, and there is none: callfloor token create NAME"
        )
    return lines
