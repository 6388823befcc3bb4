"""Where a store is, from how people write it: `callfloor.db`, `sqlite:///callfloor.db`, `postgresql://…`."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from callfloor.stores.errors import StoreUnusableError

_SQLITE = "sqlite:///"
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)


def is_postgres(url: str) -> bool:
    """Whether a URL names a PostgreSQL database."""
    scheme = _SCHEME.match(url)
    return scheme is not None and scheme[1].lower() in ("postgresql", "postgres")


def store_path(url: str) -> Path:
    """Return the path of a SQLite database.

    `sqlite:///callfloor.db` is relative, `sqlite:////srv/callfloor.db` absolute; whatever has no scheme is a
    path.

    Raises
    ------
    StoreUnusableError
        it names another kind of database, or no file.
    """
    scheme = _SCHEME.match(url)
    if scheme is None:
        path = url
    elif url.lower().startswith(_SQLITE):
        path = unquote(url[len(_SQLITE) :])
        if "?" in path:
            raise StoreUnusableError(f"{url}: expected sqlite:///PATH without options after a question mark")
    elif scheme[1].lower().startswith("postgres"):
        raise StoreUnusableError(f"{scheme[0]}: expected a SQLite database here: sqlite:///PATH or a path")
    else:
        raise StoreUnusableError(
            f"{scheme[0]}: is no store, expected postgresql://…, sqlite:///PATH or a path"
        )
    if not path or "\0" in path:
        raise StoreUnusableError(f"{url!r}: names no database file, expected sqlite:///PATH or a path")
    if path == ":memory:":
        raise StoreUnusableError(f"{url}: would be lost at the end, expected a database file")
    return Path(path)
