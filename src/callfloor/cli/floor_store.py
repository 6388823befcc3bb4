"""The database of floors, and a floor of it by name, as commands are given them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from callfloor.failures import UsageError

if TYPE_CHECKING:
    from callfloor.stores.sql.store import SqlStore


def floor_named(store: SqlStore, name: str) -> int:
    """The id of a floor that workers look after. Raises UsageError."""
    plans = {plan.name: plan.floor for plan in store.floor_plans()}
    if name not in plans:
        known = ", ".join(plans) or "none, as none was imported"
        raise UsageError(f"NAME: expected a floor of {store.db.where}: {known}; found {name!r}")
    return plans[name]


@contextmanager
def opened(url: str, *, new: bool = True) -> Iterator[SqlStore]:
    """The store of a URL, which must be there unless it may be `new`."""
    from callfloor.stores.opening import may_be_there, open_store

    if not new and not may_be_there(url):
        raise UsageError(f"--db: {url}: there is no such database; `callfloor floors import` makes one")
    store = open_store(url)
    try:
        yield store
    finally:
        store.close()
