"""Opening a SQLite database: pragmas, migrations, and errors that say what to do."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

import apsw

from callfloor.stores.errors import StoreBusyError, StoreError, StoreFullError, StoreUnusableError

APPLICATION_ID = 0x43464C52
"""Marks a file as ours ("CFLR"), so that no other program's database is ever migrated or deleted."""

BUSY_TIMEOUT_S = 5.0

WAL_RETRY_S = 0.01

SMALLEST_DATABASE = 512
"""Bytes of a page of the smallest size."""


def open_database(
    path: Path, *, durable: bool = True, busy_timeout_s: float = BUSY_TIMEOUT_S
) -> apsw.Connection:
    """Open the database at `path`, creating it if it is not there, and bring it to this version's schema.

    `durable` makes a commit survive a loss of power (an fsync each); without it a commit survives the
    death of the process only, which is enough where the carrier is simulated.

    Raises
    ------
    StoreUnusableError
        the path is a directory, cannot be opened, is no database, is another program's, or was written
        by a newer version.
    StoreBusyError
        another process holds the database.
    """
    check_path(path)
    with explained(path):
        connection = apsw.Connection(str(path))
        try:
            connection.set_busy_timeout(int(busy_timeout_s * 1000))
            refuse_foreign(connection, path)
            use_wal(connection, busy_timeout_s)
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            connection.execute("PRAGMA foreign_keys = OFF")
            connection.execute("PRAGMA cache_size = -32000")
            connection.execute("PRAGMA temp_store = MEMORY")
            migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def check_path(path: Path) -> None:
    """Raise StoreUnusableError where no database can be at `path`: a directory, or nowhere."""
    if path.is_dir():
        raise StoreUnusableError(f"{path}: is a directory; give the path of a database file")
    if not path.parent.is_dir():
        raise StoreUnusableError(f"{path}: there is no directory {path.parent}; make it first")


def use_wal(connection: apsw.Connection, busy_timeout_s: float) -> None:
    """Put the database into WAL mode. SQLite does not wait for this: of two at once, one is refused."""
    give_up_at = time.monotonic() + busy_timeout_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except apsw.BusyError:
            if time.monotonic() >= give_up_at:
                raise
            time.sleep(WAL_RETRY_S)
        else:
            return


def migrations() -> list[tuple[int, str]]:
    """Every migration as (version, SQL), oldest first."""
    folder = resources.files("callfloor.stores.sqlite") / "migrations"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [(int(f.name.split("_")[0]), f.read_text(encoding="utf-8")) for f in files]


def refuse_foreign(connection: apsw.Connection, path: Path) -> None:
    """Raise StoreUnusableError unless the file is empty or ours."""
    if 0 < path.stat().st_size < SMALLEST_DATABASE:
        # SQLite takes it for empty, and would write over it.
        raise StoreUnusableError(f"{path}: is not a SQLite database; give another path")
    # Tables first: another process may be making them just now, and gives them our mark with the same commit.
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").get
    application_id = connection.pragma("application_id")
    if application_id != APPLICATION_ID and tables:
        raise StoreUnusableError(f"{path}: is another program's SQLite database; give another path")


def is_ours(path: Path) -> bool:
    """Whether the file is a database of Callfloor's; raises StoreUnusableError where it is anything else."""
    with explained(path):
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            refuse_foreign(connection, path)
            return bool(connection.pragma("application_id") == APPLICATION_ID)
        finally:
            connection.close()


def refuse_in_use(path: Path) -> None:
    """Raise StoreBusyError if anybody else has the database open: it must not be deleted beneath them."""
    connection = apsw.Connection(str(path))
    try:
        # Leaving the WAL mode needs the database for oneself alone.
        connection.execute("PRAGMA journal_mode = DELETE")
    except (apsw.BusyError, apsw.LockedError) as error:
        raise StoreBusyError(f"{path}: is in use by another process; stop it first") from error
    except apsw.Error:
        # Damaged, say: nobody can be using it.
        return
    finally:
        connection.close()


def delete_database(path: Path) -> None:
    """Delete a database and what SQLite keeps beside it.

    Raises StoreBusyError where somebody has it open, StoreUnusableError where it cannot be deleted.
    """
    refuse_in_use(path)
    for suffix in ("-wal", "-shm", ""):
        file = path.with_name(path.name + suffix)
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise StoreUnusableError(f"{file}: cannot be deleted: {error.strerror or error}") from error


def migrate(connection: apsw.Connection, path: Path) -> None:
    """Apply the migrations that the database lacks, all of them or none."""
    steps = migrations()
    newest = steps[-1][0]
    if connection.pragma("user_version") == newest:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Asked again under the lock: another process may just have migrated it.
        found = connection.pragma("user_version")
        if found > newest:
            raise StoreUnusableError(
                f"{path}: was written by a newer version of Callfloor (schema {found}, this one knows "
                f"{newest}); upgrade Callfloor or give another path"
            )
        for version, sql in steps:
            if version > found:
                connection.execute(sql)
        connection.execute(f"PRAGMA user_version = {newest}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours, which name the file and what to do."""
    try:
        yield
    except apsw.NotADBError as error:
        raise StoreUnusableError(f"{path}: is not a SQLite database; give another path") from error
    except (apsw.BusyError, apsw.LockedError) as error:
        raise StoreBusyError(
            f"{path}: is locked by another process; stop it or wait until it has finished"
        ) from error
    except (apsw.FullError, apsw.IOError) as error:
        raise StoreFullError(
            f"{path}: cannot be written ({error}): the disk is full or failing; "
            "the last transaction was rolled back, what was committed before is safe"
        ) from error
    except (apsw.CantOpenError, apsw.PermissionsError, apsw.ReadOnlyError, apsw.AuthError) as error:
        raise StoreUnusableError(
            f"{path}: cannot be opened for writing; check the path and its rights"
        ) from error
    except apsw.CorruptError as error:
        raise StoreUnusableError(f"{path}: is damaged ({error}); restore it from a backup") from error
    except apsw.Error as error:
        raise StoreError(f"{path}: {error}") from error


@contextmanager
def transaction(connection: apsw.Connection) -> Iterator[None]:
    """One write transaction: committed whole, or rolled back whole if anything raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def snapshot(connection: apsw.Connection) -> Iterator[None]:
    """Several reads that see the database at one instant."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT")
