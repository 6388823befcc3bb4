"""A PostgreSQL server of one's own for a while: for tests and measurements, never for anybody's data.

It runs as an unprivileged user (PostgreSQL refuses root), in a temporary folder, reachable by a socket there
and at 127.0.0.1 only. A process beside it stops it and removes the folder when whoever asked for it ends,
however they do.
"""

from __future__ import annotations

import atexit
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

START_WITHIN_S = 60.0

QUICK = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "shared_buffers=32MB",
)
"""Settings where nothing needs to survive."""

USER = "callfloor"


class Server:
    """A server that runs until `close`, or until this process ends."""

    def __init__(self, settings: Sequence[str] = QUICK) -> None:
        """Start it. Raises RuntimeError, with what the server has said, where it does not come up."""
        self.folder = Path(tempfile.mkdtemp(prefix="callfloor-pg-", dir=short_folder()))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.databases = 0
        self.keeper = subprocess.Popen(
            [sys.executable, "-m", "tools.postgres", str(self.folder), str(self.port), *settings],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parent.parent,
            # Whoever ends the tests by their group must not end the one who cleans up behind them.
            start_new_session=True,
        )
        atexit.register(self.close)
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait for the server. Raises RuntimeError."""
        assert self.keeper.stdout is not None
        said = self.keeper.stdout.readline().strip()
        if said != "ready":
            self.close()
            raise RuntimeError(f"PostgreSQL does not start: {said or 'see above'}")

    def url(self, database: str = "postgres", **options: str) -> str:
        """The URL of a database, by the socket."""
        more = "".join(f"&{name}={value}" for name, value in options.items())
        return f"postgresql://{USER}@/{database}?host={self.folder}&port={self.port}{more}"

    def tcp_url(self, user: str, password: str, database: str = "postgres") -> str:
        """The URL of a database at 127.0.0.1, where a password is asked for."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Make an empty database; its URL."""
        import psycopg

        self.databases += 1
        name = f"test_{self.databases}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def restart(self) -> None:
        """Have the server end at once, as if the machine had failed, and start again."""
        assert self.keeper.stdin is not None
        self.keeper.stdin.write("restart\n")
        self.keeper.stdin.flush()
        self.wait_until_ready()

    def close(self) -> None:
        """Stop it and remove the folder."""
        if self.keeper.poll() is None and self.keeper.stdin is not None:
            self.keeper.stdin.close()
            self.keeper.wait(START_WITHIN_S)
        if self.keeper.stdout is not None:
            self.keeper.stdout.close()
        atexit.unregister(self.close)


@cache
def shared_server() -> Server:
    """The server of this process, started when it is first asked for."""
    return Server()


def short_folder() -> str | None:
    """Where to put the folder: the path of a socket may have about a hundred characters."""
    return "/tmp" if len(tempfile.gettempdir()) > 60 else None  # noqa: S108 (a folder of its own is made there)


def program(name: str) -> str:
    """The path of a program of PostgreSQL's. Debian keeps them out of the way."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: int(p.parts[-3]))
    path = str(found[-1]) if found else shutil.which(name)
    if path is None:
        raise RuntimeError(
            f"there is no {name}; install PostgreSQL: tools/install_system.sh python3 postgres"
        )
    return path


def unprivileged() -> dict[str, Any]:
    """As whom to run a program, for ``Popen``: as oneself, unless that is root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise RuntimeError("there is no user postgres and no user nobody")


def keep(folder: Path, port: int, settings: Sequence[str]) -> None:
    """Run a server until standard input ends; what is left of it is removed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server: subprocess.Popen[bytes] | None = None
    try:
        rights = unprivileged()
        if rights:
            os.chown(folder, rights["user"], rights["group"])
        data = folder / "data"
        log = folder / "log"
        auth = [
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C",
        ]
        made = subprocess.run(
            [program("initdb"), "-D", str(data), "-U", USER, *auth],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            **rights,
        )
        if made.returncode != 0:
            say(made.stderr)
            return
        given = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", *settings]
        command = [program("postgres"), "-D", str(data)]
        for each in given:
            command += ["-c", each]
        for _ in itertools.chain([""], sys.stdin):
            if server is not None:
                end(server)
            with log.open("ab") as file:
                server = subprocess.Popen(command, stdout=file, stderr=file, cwd=folder, **rights)
            say("ready" if is_up(server, folder, port) else log.read_text())
    except (OSError, RuntimeError) as error:
        say(str(error))
    finally:
        if server is not None:
            end(server)
        shutil.rmtree(folder, ignore_errors=True)


def end(server: subprocess.Popen[bytes]) -> None:
    """End a server at once, without writing down what is in its memory."""
    server.send_signal(signal.SIGQUIT)
    server.wait(START_WITHIN_S)


def say(text: str) -> None:
    """Tell whoever asked for the server, in one line."""
    lines = text.strip().splitlines() or ["without a word"]
    sys.stdout.write(f"{lines[-1]}\n")
    sys.stdout.flush()


def is_up(server: subprocess.Popen[bytes], folder: Path, port: int) -> bool:
    """Wait until a server takes connections; whether it does."""
    give_up_at = time.monotonic() + START_WITHIN_S
    command = [program("pg_isready"), "-q", "-h", str(folder), "-p", str(port)]
    while time.monotonic() < give_up_at and server.poll() is None:
        if subprocess.run(command, check=False).returncode == 0:
            return True
        time.sleep(0.05)
    return False


if __name__ == "__main__":
    keep(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
