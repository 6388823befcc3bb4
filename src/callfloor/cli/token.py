"""`callfloor token`: who may use a service that others than this machine reach."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from callfloor.cli.serve import DEFAULT_DB
from callfloor.failures import UsageError

if TYPE_CHECKING:
    from callfloor.stores.sql.runs import SqlRunStore

_DB = click.option("--db", default=DEFAULT_DB, show_default=True, metavar="URL", help="The service's.")


@click.group()
def token() -> None:
    """Tokens for the service. Only their digests are kept."""


@token.command()
@click.argument("name")
@click.option(
    "--role",
    default="run",
    show_default=True,
    type=click.Choice(["read", "run", "floor"]),
    help="read: fetch runs and reports, see floors. run: ask for runs and cancel them as well. floor: see "
    "floors and tell them what happens.",
)
@_DB
def create(name: str, role: Any, db: str) -> None:
    """Make a token for NAME and print it. It cannot be shown again."""
    _check(name)
    try:
        from callfloor.web.access import digest_of, new_token
    except ModuleNotFoundError as error:
        raise UsageError(
            f"token: expected {error.name} to be installed: pip install 'callfloor[serve]'"
        ) from None
    made = new_token()
    store = _store(db, new=True)
    try:
        if not store.add_token(name, digest_of(made), role, time.time()):
            raise UsageError(f"{name}: has a token already; delete it first: callfloor token delete")
    finally:
        store.close()
    click.echo(made)


@token.command("list")
@_DB
def list_tokens(db: str) -> None:
    """Print the name, the role and the age of each token."""
    store = _store(db)
    try:
        for name, role, created_at in store.tokens():
            click.echo(f"{datetime.fromtimestamp(created_at, UTC):%Y-%m-%d %H:%M} UTC  {role:5}  {name}")
    finally:
        store.close()


@token.command()
@click.argument("name")
@_DB
def delete(name: str, db: str) -> None:
    """Delete the token of NAME; it is refused from then on."""
    _check(name)
    store = _store(db)
    try:
        if not store.drop_token(name):
            raise UsageError(f"{name}: there is no such token; see: callfloor token list")
    finally:
        store.close()


def _check(name: str) -> None:
    if not name.strip() or not name.isprintable() or len(name) > 200:
        raise UsageError("NAME: expected a name of one line, of at most 200 characters")


def _store(db: str, *, new: bool = False) -> SqlRunStore:
    """The service's database; it is made only where it may be `new`. Raises UsageError."""
    from callfloor.stores.opening import may_be_there, open_runs

    if not new and not may_be_there(db):
        raise UsageError(f"{db}: there is no such database; callfloor serve and token create make one")
    return open_runs(db)
