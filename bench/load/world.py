"""The processes of a run, their database, and the agents' desks. All of it ends with the run."""

from __future__ import annotations

import heapq
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from bench.load.plan import Plan
from bench.load.processes import descendants
from callfloor.floor.vocabulary import (
    AGENT_LOGGED_IN,
    AGENT_PAUSED,
    AGENT_RESUMED,
    CAMPAIGN_STARTED,
    EVENT_NAMES,
)
from callfloor.leads.area_codes import made_up_number
from callfloor.live.inbox import Posted, post
from callfloor.stores.opening import open_store
from callfloor.stores.sql.claims import add_leads
from callfloor.stores.sql.inbox import put
from callfloor.stores.sql.store import SqlStore
from tools.postgres import Server

SERVER = ("shared_buffers=256MB", "max_wal_size=4GB", "checkpoint_timeout=5min")
"""All that is committed is on disk; the rest is as a small server is set up."""

PAUSE_S = 20.0
LEADS_AT_ONCE = 20_000
READY_WITHIN_S = 120.0


class World:
    """What a run needs."""

    def __init__(self, plan: Plan, folder: Path, url: str, server: Server | None) -> None:
        """Nothing runs before ``start``."""
        self.plan = plan
        self.folder = folder
        self.url = url
        self.server = server
        self.floors = plan.settings()
        self.store: SqlStore = open_store(url)
        self.carrier: subprocess.Popen[str] | None = None
        self.port = 0
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Have the floors and their leads in the database, and start the carrier and the workers."""
        self.fill()
        self.start_carrier()
        for place in range(self.plan.workers):
            self.start_worker(f"worker-{place}")

    def fill(self) -> None:
        """Put the floors and more leads than will be called into the database."""
        self.store.plan_floors({floor.name: floor.text() for floor in self.floors})
        each = self.plan.attempts() // len(self.floors) + 1
        for place, floor in enumerate(self.floors):
            campaign = self.store.campaign_id(floor.campaigns[0].name)
            for first in range(0, each, LEADS_AT_ONCE):
                numbers = (
                    made_up_number(place + 1, i) for i in range(first, min(each, first + LEADS_AT_ONCE))
                )
                with self.store.db.transaction():
                    add_leads(self.store.db, campaign, numbers)
            started = Posted(EVENT_NAMES[CAMPAIGN_STARTED], campaign=floor.campaigns[0].name)
            post(self.store, self.store.floor_id(floor.name), started)

    def start_carrier(self) -> None:
        """Start the carrier's process."""
        plan = self.plan
        options = {
            "--log": self.folder / "witness.log",
            "--call-fail": 100.0 * (1.0 - plan.answers),
            "--call-length": plan.talk_s,
            "--ring-time": plan.ring_s,
            "--run-for": plan.before_s + plan.for_s + 600.0,
        }
        command = [sys.executable, "-m", "callfloor.carriers.server"]
        for name, value in options.items():
            command += [name, str(value)]
        self.carrier = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.carrier.stdout is not None
        self.port = int(self.carrier.stdout.readline())

    def start_worker(self, name: str) -> None:
        """Start a worker's process."""
        options = [
            "--url",
            self.url,
            "--carrier",
            str(self.port),
            "--name",
            name,
            "--folder",
            str(self.folder),
        ]
        if self.plan.profile:
            options.append("--profile")
        with (self.folder / f"{name}.log").open("wb") as log:
            command = [sys.executable, "-m", "bench.load.worker", *options]
            self.workers.append(subprocess.Popen(command, stderr=log))

    def processes(self) -> dict[str, Sequence[int]]:
        """All processes of the run by name, this one included."""
        found: dict[str, Sequence[int]] = {f"worker {i}": [each.pid] for i, each in enumerate(self.workers)}
        if len(self.workers) == 1:
            found = {"worker": [self.workers[0].pid]}
        found["carrier"] = [] if self.carrier is None else [self.carrier.pid]
        if self.server is not None:
            found["PostgreSQL"] = descendants(self.server.keeper.pid)
        found["desks"] = [os.getpid()]
        return found

    def wait_until_looked_after(self) -> None:
        """Wait until every floor has a worker."""
        give_up_at = time.monotonic() + READY_WITHIN_S
        while sum(1 for lease in self.store.leases() if lease.owner) < len(self.floors):
            self.see_to_it()
            if time.monotonic() > give_up_at:
                raise RuntimeError(f"no worker takes the floors within {READY_WITHIN_S:g} s")
            time.sleep(0.1)

    def see_to_it(self) -> None:
        """Raise RuntimeError where a process has ended."""
        for process in (self.carrier, *self.workers):
            if process is not None and process.poll() is not None:
                raise RuntimeError(f"{process.args!r}: ended with status {process.returncode}")

    def events(self) -> int:
        """How many entries the floors' journals have."""
        sql = "SELECT coalesce(max(seq), 0) FROM journal WHERE floor = ?"
        return sum(self.store.db.value(sql, (self.store.floor_id(floor.name),)) for floor in self.floors)

    def close(self) -> None:
        """End every process: the workers first, who give their floors back."""
        for worker in self.workers:
            worker.send_signal(signal.SIGTERM)
        for worker in self.workers:
            end(worker)
        self.workers = []
        if self.carrier is not None and self.carrier.stdout is not None:
            self.carrier.send_signal(signal.SIGTERM)
            end(self.carrier)
            self.carrier.stdout.close()
            self.carrier = None
        self.store.close()


def end(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """Wait for a process that was asked to end, and kill it where it does not."""
    try:
        process.wait(60.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def world(plan: Plan, folder: Path) -> Iterator[World]:
    """A run's processes on a database of its own; when this is left, they have ended."""
    with ExitStack() as stack:
        server = None
        if plan.db == "postgres":
            server = Server(SERVER)
            stack.callback(server.close)
        url = str(folder / "load.db") if server is None else server.new_database()
        made = World(plan, folder, url, server)
        stack.callback(made.close)
        made.start()
        yield made


class Desks:
    """Agents who log in one after the other, pause now and then, and come back: by the floor's inbox."""

    def __init__(self, world: World, began: float) -> None:
        """`began` is the time of the first login (UTC seconds)."""
        self.store = world.store
        self.floors: Mapping[str, int] = {
            floor.name: self.store.floor_id(floor.name) for floor in world.floors
        }
        self.pause_every_s = world.plan.pause_every_s
        self.random = random.Random(1)
        self.coming: list[tuple[float, str, int, str]] = []
        agents = [(floor.name, name) for floor in world.floors for name in floor.agents]
        for place, (floor, name) in enumerate(agents):
            at = began + world.plan.logins_s * place / len(agents)
            heapq.heappush(self.coming, (at, name, AGENT_LOGGED_IN, floor))

    def work_off(self, now: float) -> None:
        """Let agents do what is due."""
        posted: list[tuple[int, str]] = []
        while self.coming and self.coming[0][0] <= now:
            at, name, kind, floor = heapq.heappop(self.coming)
            told = Posted(EVENT_NAMES[kind], agent=name, code=1 if kind == AGENT_PAUSED else 0)
            posted.append((self.floors[floor], msgspec.json.encode(told).decode()))
            if kind == AGENT_PAUSED:
                following = (at + PAUSE_S, name, AGENT_RESUMED, floor)
            else:
                pause_at = at + self.random.expovariate(1.0 / self.pause_every_s)
                following = (pause_at, name, AGENT_PAUSED, floor)
            heapq.heappush(self.coming, following)
        if posted:
            self.put(posted)

    def put(self, posted: Sequence[tuple[int, str]]) -> None:
        """Put it into the inboxes: what many desks say at once is one transaction, as one process stands here
        for all of them."""
        db = self.store.db
        with db.explained(), db.transaction():
            for floor, text in posted:
                put(db, floor, text, None)
            for floor in {floor for floor, _ in posted}:
                db.notify(floor)

    def wait(self, until: float) -> None:
        """Let agents do what they do until a time (UTC seconds)."""
        while (now := time.time()) < until:
            self.work_off(now)
            due_at = min(until, self.coming[0][0])
            time.sleep(min(0.5, max(0.005, due_at - time.time())))
