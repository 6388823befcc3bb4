"""Connecting to PostgreSQL: settings of a session, migrations, and errors that say what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from urllib.parse import urlsplit

import psycopg
from psycopg import conninfo, errors
from psycopg.types.string import TextLoader

from callfloor.stores.errors import (
    StaleVersionError,
    StoreBusyError,
    StoreError,
    StoreFullError,
    StoreLostError,
    StoreUnusableError,
)

SCHEMA = "callfloor"
"""All tables are in a schema of their own, so that no other program's are ever touched."""

CONNECT_TIMEOUT_S = 5

STALLED_AFTER_S = 10.0
"""A transaction whose process has said nothing for so long is ended, so that others can go on."""

MIGRATING = 0x43464C5200
"""The lock under which a database is migrated."""

LOCK_CLASS = 0x43464C52
"""Marks other locks of the database as ours ("CFLR")."""

STALE_VERSION = "CF001"
"""The error of a floor's transaction that began on an old version; see migration 6."""

Connection = psycopg.Connection[tuple[object, ...]]


def shown(url: str) -> str:
    """The database as messages name it: host, port and name, without user and password."""
    try:
        parts = urlsplit(url)
        where = (parts.hostname or "") + (f":{parts.port}" if parts.port else "")
        return f"postgresql://{where}{parts.path}"
    except ValueError:
        return "postgresql://…"


def connect(url: str, *, durable: bool = True, wait_s: float = 5.0) -> Connection:
    """Connect, as ``open_database`` does, to a database that has this version's schema.

    `wait_s` is how long to wait for a lock. Raises StoreUnusableError.
    """
    where = shown(url)
    try:
        options = conninfo.conninfo_to_dict(url)
        options.setdefault("connect_timeout", CONNECT_TIMEOUT_S)
        options.setdefault("application_name", "callfloor")
        connection = psycopg.connect(
            conninfo.make_conninfo("", **options), autocommit=True, prepare_threshold=None
        )
    except psycopg.Error as error:
        raise StoreUnusableError(f"{where}: {why_not(error)}") from None
    connection.adapters.register_loader("json", TextLoader)
    settings = {
        "search_path": SCHEMA,
        "lock_timeout": f"{int(wait_s * 1000)}ms",
        "idle_in_transaction_session_timeout": f"{int(STALLED_AFTER_S * 1000)}ms",
        "synchronous_commit": "on" if durable else "off",
        "client_min_messages": "warning",
        # An outbox that was empty when it was looked at is read from end to end for ever: every statement of
        # ours has an index, which is to be used.
        "enable_seqscan": "off",
        # And in its order: a list that was thought to be short would be sorted whole for the first few leads.
        "enable_bitmapscan": "off",
        # A scan that is forbidden and made all the same, of a table without an index that fits, counts as so
        # costly that compiling it seems worth while: a tenth of a second for two rows.
        "jit": "off",
        # Whatever the values are, the index is used: planning anew for each takes as long as doing it.
        "plan_cache_mode": "force_generic_plan",
    }
    try:
        for name, value in settings.items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))
    except psycopg.Error as error:
        connection.close()
        raise StoreUnusableError(f"{where}: {first_line(error)}") from None
    return connection


def why_not(error: psycopg.Error) -> str:
    """Why a database cannot be connected to, and what to do; libpq gives no codes, only words."""
    words = first_line(error)
    if re.search(r"password authentication failed|no password supplied|authentication failed", words):
        return "the user or the password is wrong; see the URL, PGPASSWORD or ~/.pgpass"
    if re.search(r'database ".*" does not exist', words):
        return "there is no such database; make it with createdb"
    if re.search(r'role ".*" does not exist', words):
        return "there is no such user; make it with createuser"
    if isinstance(error, psycopg.ProgrammingError):
        return "cannot be read; expected postgresql://USER@HOST:PORT/DATABASE"
    return f"cannot be reached ({words.rpartition('failed: ')[2]}); is it running, are host and port right?"


def first_line(error: BaseException) -> str:
    """An error's message in one line, without whatever could hold values of a row."""
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0]


def open_database(url: str, *, durable: bool = True, wait_s: float = 5.0) -> Connection:
    """Connect, and bring the database to this version's schema.

    `durable` has a commit wait until it is on disk; without it a crash of the server may lose the last half
    second, and never more than that.

    Raises
    ------
    StoreUnusableError
        the server cannot be reached, refuses the user, is read-only, or has a newer version's schema.
    StoreBusyError
        another process is migrating the database for longer than `wait_s`.
    """
    connection = connect(url, durable=durable, wait_s=wait_s)
    try:
        with explained(shown(url), lambda: connection.closed):
            if connection.execute("SHOW transaction_read_only").fetchone() == ("on",):
                raise StoreUnusableError(
                    f"{shown(url)}: is read-only: a standby, or set so; give the primary server's URL"
                )
            migrate(connection, shown(url))
    except BaseException:
        connection.close()
        raise
    return connection


def migrations() -> list[tuple[int, str]]:
    """Every migration as (version, SQL), oldest first."""
    folder = resources.files("callfloor.stores.postgres") / "migrations"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [(int(f.name.split("_")[0]), f.read_text(encoding="utf-8")) for f in files]


def schema_version(connection: Connection) -> int | None:
    """The version of the schema that the database has, 0 for none; None where the schema is not ours."""
    # Asked of the catalogue's tables: a name's own look-up may not have heard of what was just made.
    tables = connection.execute(
        "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = %s",
        (SCHEMA,),
    ).fetchall()
    if ("schema_version",) not in tables:
        return None if tables else 0
    found = connection.execute("SELECT version FROM schema_version").fetchone()
    return 0 if found is None else int(str(found[0]))


def migrate(connection: Connection, where: str) -> None:
    """Apply the migrations that the database lacks, all of them or none."""
    steps = migrations()
    newest = steps[-1][0]
    if schema_version(connection) == newest:
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATING,))
        # Asked again under the lock: another process may just have migrated it.
        found = schema_version(connection)
        if found is None:
            raise StoreUnusableError(
                f"{where}: has a schema {SCHEMA!r} that is another program's; give another database"
            )
        if found > newest:
            raise StoreUnusableError(
                f"{where}: was written by a newer version of Callfloor (schema {found}, this one knows "
                f"{newest}); upgrade Callfloor or give another database"
            )
        if found == 0:
            # Who may not make a schema may still have been given this one.
            sql = "SELECT 1 FROM pg_namespace WHERE nspname = %s"
            if connection.execute(sql, (SCHEMA,)).fetchone() is None:
                connection.execute(f"CREATE SCHEMA {SCHEMA}")
            connection.execute("CREATE TABLE schema_version (version integer NOT NULL)")
            connection.execute("INSERT INTO schema_version VALUES (0)")
        for version, sql in steps:
            if version > found:
                # Many statements in one text go by the simple protocol, without parameters.
                connection.execute(sql.encode(), prepare=False)
        connection.execute("UPDATE schema_version SET version = %s", (newest,))


@contextmanager
def explained(where: str, is_lost: Callable[[], bool]) -> Iterator[None]:
    """Turn PostgreSQL's errors into ours, which name the database and what to do.

    `is_lost` says whether the connection is gone.
    """
    try:
        yield
    except (errors.DeadlockDetected, errors.SerializationFailure) as error:
        raise StaleVersionError(
            f"{where}: this transaction was broken off for another's sake; reload and try again"
        ) from error
    except errors.LockNotAvailable as error:
        raise StoreBusyError(
            f"{where}: another process holds what is needed; stop it or wait until it has finished"
        ) from error
    except (errors.DiskFull, errors.OutOfMemory) as error:
        raise StoreFullError(
            f"{where}: cannot be written ({first_line(error)}): the disk is full or failing; "
            "the last transaction was rolled back, what was committed before is safe"
        ) from error
    except errors.ReadOnlySqlTransaction as error:
        raise StoreUnusableError(
            f"{where}: is read-only: a standby, or set so; give the primary server's URL"
        ) from error
    except errors.InsufficientPrivilege as error:
        raise StoreUnusableError(f"{where}: {first_line(error)}; grant the user that right") from error
    except (errors.UndefinedTable, errors.UndefinedColumn, errors.InvalidSchemaName) as error:
        raise StoreUnusableError(
            f"{where}: lacks a table or column of this version; was it changed by hand?"
        ) from error
    except psycopg.Error as error:
        if error.sqlstate == STALE_VERSION:
            raise StaleVersionError(
                f"{where}: {first_line(error)}: another process has committed to it"
            ) from error
        if is_lost():
            raise StoreLostError(
                f"{where}: the connection broke ({first_line(error)}); what was committed is safe"
            ) from error
        raise StoreError(f"{where}: {first_line(error)}") from error
