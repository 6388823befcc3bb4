"""A database opened by how people write it: a path, `sqlite:///PATH`, or `postgresql://…`.

Each kind of database is imported where it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from callfloor.stores.errors import StoreUnusableError
from callfloor.stores.urls import is_postgres, store_path

if TYPE_CHECKING:
    from callfloor.stores.postgres.wakes import FloorWakes
    from callfloor.stores.sql.lists import LeadLists
    from callfloor.stores.sql.registers import Registers
    from callfloor.stores.sql.runs import SqlRunStore
    from callfloor.stores.sql.store import SqlStore

    class Lock(Protocol):
        """Held until it is closed, or the process ends."""

        def close(self) -> None:
            """Let go."""


@contextmanager
def with_postgres() -> Iterator[None]:
    """Import what PostgreSQL needs. Raises StoreUnusableError where it is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "psycopg":
            raise
        raise StoreUnusableError(
            "postgresql://: expected psycopg to be installed: pip install 'callfloor[postgres]'"
        ) from None
    except ImportError as error:
        raise StoreUnusableError(f"postgresql://: psycopg cannot be used: {error}") from None


def open_store(url: str, *, durable: bool = True) -> SqlStore:
    """The store of a URL; made where there is none.

    `durable` has each commit survive a loss of power. Raises StoreError.
    """
    if is_postgres(url):
        with with_postgres():
            from callfloor.stores.postgres.store import PostgresStore
        return PostgresStore(url, durable=durable)
    from callfloor.stores.sqlite.store import SqliteStore

    return SqliteStore(store_path(url), durable=durable)


def open_lists(url: str) -> LeadLists:
    """The lead lists of a URL's database, which is opened when the first list is begun."""
    if is_postgres(url):
        with with_postgres():
            from callfloor.stores.postgres.imports import PostgresLeadLists
        return PostgresLeadLists(url)
    from callfloor.stores.sqlite.lists import SqliteLeadLists

    return SqliteLeadLists(store_path(url))


def open_registers(url: str) -> Registers:
    """The do-not-call registers of a URL's database. Raises StoreError."""
    if is_postgres(url):
        with with_postgres():
            from callfloor.stores.postgres.imports import PostgresRegisters
        return PostgresRegisters(url)
    from callfloor.stores.sqlite.registers import SqliteRegisters

    return SqliteRegisters(store_path(url))


def open_runs(url: str) -> SqlRunStore:
    """The runs of simulations of a URL's database. Raises StoreError."""
    if is_postgres(url):
        with with_postgres():
            from callfloor.stores.postgres.runs import PostgresRunStore
        return PostgresRunStore(url)
    from callfloor.stores.sqlite.runs import SqliteRunStore

    return SqliteRunStore(store_path(url))


def lock_dialing(url: str) -> Lock:
    """Keep other dialers off a database. Raises StoreError, and leaves nothing beside what is not ours."""
    if is_postgres(url):
        with with_postgres():
            from callfloor.stores.postgres.lock import PostgresDialerLock
        return PostgresDialerLock(url)
    from callfloor.stores.sqlite.connection import check_path, is_ours
    from callfloor.stores.sqlite.lock import DialerLock

    path = store_path(url)
    check_path(path)
    if path.exists():
        is_ours(path)
    return DialerLock(path)


def open_wakes(url: str) -> FloorWakes | None:
    """What tells of news for floors, None where the database tells nobody. Raises StoreError."""
    if not is_postgres(url):
        return None
    with with_postgres():
        from callfloor.stores.postgres.wakes import FloorWakes
    return FloorWakes(url)


def may_be_there(url: str) -> bool:
    """Whether there is such a database; of a server's that shows when it is opened."""
    return is_postgres(url) or store_path(url).exists()
