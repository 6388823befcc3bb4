"""The disk is full while a worker dials: nothing is lost or doubled, and it goes on when there is room."""

from __future__ import annotations

import json
import resource
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from callfloor.stores.sql.store import SqlStore
from tests.contract.stores import empty_database
from tests.faults.test_workers import CALLFLOOR, LEASE_S, World, check, end, wait_for

FULL_FOR_S = 2 * LEASE_S
"""Longer than a lease: the floors are given up meanwhile, and taken again."""

REFUSE = """
CREATE FUNCTION callfloor.refuse() RETURNS trigger LANGUAGE plpgsql AS
  $$BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END$$
"""


class Told:
    """What a worker tells, through a pipe: its log is not on the disk that is full."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[dict[str, Any]] = []
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as errors:
            self.lines.extend(json.loads(line) for line in errors)

    def of_the_disk(self) -> list[str]:
        """The reasons that name the disk."""
        reasons = [str(line.get("reason")) for line in list(self.lines)]
        return [reason for reason in reasons if "the disk is full or failing" in reason]


@contextmanager
def worker_of(world: World) -> Iterator[Told]:
    """A worker that has all floors, and dials; it is drained in the end."""
    command = [*CALLFLOOR, "worker", "--simulated-agents", "--db", world.url, "--name", "one"]
    command += ["--carrier", f"127.0.0.1:{world.port}", "--lease", str(LEASE_S)]
    world.processes["one"] = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    told = Told(world.processes["one"])
    try:
        wait_for(lambda: world.are_shared("one"))
        world.until_they_dial_again(floors(world))
        yield told
    finally:
        process = world.processes.pop("one")
        process.kill()
        told.thread.join()
        process.wait()


def floors(world: World) -> set[int]:
    return {lease.floor for lease in world.store.leases()}


def go_through_it(world: World, told: Told, fill: Any, make_room: Any) -> None:
    time.sleep(1.0)
    fill()
    wait_for(lambda: bool(told.of_the_disk()))
    placed = {floor: world.placed(floor) for floor in floors(world)}
    time.sleep(FULL_FOR_S)
    assert {floor: world.placed(floor) for floor in placed} == placed
    assert world.processes["one"].poll() is None
    make_room()
    went_on_s = world.until_they_dial_again(floors(world))
    time.sleep(1.0)
    end(world, "one")
    print(f"\nall floors dial {went_on_s:.2f} s after there is room")
    check(world)


def test_a_file_that_cannot_grow(tmp_path: Path) -> None:
    """SQLite: the worker may write no file any further, as where the disk has no room."""
    world = World(tmp_path, str(tmp_path / "floors.db"))
    try:
        with worker_of(world) as told:
            process = told.process.pid

            def allow(size: int) -> None:
                _, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
                resource.prlimit(process, resource.RLIMIT_FSIZE, (size, hard))

            go_through_it(
                world,
                told,
                lambda: allow(4096),
                lambda: allow(resource.prlimit(process, resource.RLIMIT_FSIZE)[1]),
            )
    finally:
        world.close()


def test_a_server_without_room(tmp_path: Path) -> None:
    """PostgreSQL: every table refuses to grow, with the server's own code for it."""
    world = World(tmp_path, empty_database())
    try:
        with worker_of(world) as told, psycopg.connect(world.url, autocommit=True) as server:
            tables = tables_of(world.store)

            def fill() -> None:
                server.execute(REFUSE)
                for table in tables:
                    server.execute(
                        f"CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON callfloor.{table} "
                        "EXECUTE FUNCTION callfloor.refuse()".encode()
                    )

            def make_room() -> None:
                server.execute("DROP FUNCTION callfloor.refuse() CASCADE")

            try:
                go_through_it(world, told, fill, make_room)
            finally:
                server.execute("DROP FUNCTION IF EXISTS callfloor.refuse() CASCADE")
    finally:
        world.close()


def tables_of(store: SqlStore) -> list[str]:
    """Every table that a step or a worker's turn writes to."""
    sql = (
        "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
        "WHERE nspname = 'callfloor' AND relkind IN ('r', 'p') AND NOT relispartition"
    )
    return sorted(name for (name,) in store.db.rows(sql))
