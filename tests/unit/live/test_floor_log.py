"""A worker's log: each line tells of which floor, call and event it is."""

from __future__ import annotations

import errno
import io
import json
import logging
from pathlib import Path
from typing import Any

from callfloor.floor.vocabulary import AGENT_LOGGED_IN, CALL_RINGING, CAMPAIGN_STARTED
from callfloor.live.arrivals import Arrival
from callfloor.live.floor_log import FloorLog, LibraryLog, WorkerLog
from tests.unit.live.rig import Rig, ScriptedCarrier


class Logged:
    """A floor whose log is in memory."""

    def __init__(self, folder: Path) -> None:
        self.file = io.BytesIO()
        self.log = WorkerLog(self.file, "one")
        self.rig = Rig(folder, agents=1, carrier=ScriptedCarrier())
        self.floor_log = FloorLog(self.log, "north")
        self.floor_log.loaded(self.rig.engine.resident.call_key)
        self.rig.engine.observers.append(self.floor_log)

    def lines(self, event: str) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self.file.getvalue().splitlines()]
        return [line for line in found if line["event"] == event]


def test_what_a_library_warns_of_is_a_line_like_any(tmp_path: Path) -> None:
    logged = Logged(tmp_path)
    library = logging.Logger("psycopg")
    library.addHandler(LibraryLog(logged.log))
    library.info("connected")
    library.warning("error ignored: %s", "pipeline aborted")
    [line] = logged.lines("library_warns")
    assert (line["library"], line["level"], line["worker"]) == ("psycopg", "warning", "one")
    assert line["reason"] == "error ignored: pipeline aborted"


def test_a_line_tells_worker_floor_call_and_the_carriers_event(tmp_path: Path) -> None:
    logged = Logged(tmp_path)
    rig = logged.rig
    rig.step(Arrival(CAMPAIGN_STARTED, campaign=0), Arrival(AGENT_LOGGED_IN, agent="agent-0"))
    call_id = rig.engine.resident.call_ids[0]
    placed = logged.lines("call_placed")
    assert placed[0]["call_id"] == call_id
    assert placed[0]["event_id"] is None
    assert {(line["worker"], line["floor"]) for line in placed} == {("one", "north")}
    rig.step(rig.told(CALL_RINGING, call_id, event_id="e-1"))
    rig.step(rig.told(CALL_RINGING, call_id, event_id="e-2"))
    [again] = logged.lines("abnormal_condition")
    assert (again["call_id"], again["event_id"]) == (call_id, "e-2")
    entries = {entry.seq: entry.event_id for entry in rig.store.journal(rig.engine.floor_id)}
    assert entries[again["seq"]] == "e-2"
    rig.close()


def test_agents_are_told_of_and_numbers_are_masked(tmp_path: Path) -> None:
    logged = Logged(tmp_path)
    logged.rig.step(Arrival(CAMPAIGN_STARTED, campaign=0), Arrival(AGENT_LOGGED_IN, agent="agent-0"))
    [here] = logged.lines("agent_logged_in")
    assert (here["agent"], here["call_id"]) == ("agent-0", None)
    assert "*****" in logged.lines("call_placed")[0]["number"]
    logged.rig.close()


def test_what_happens_to_the_worker_is_told_with_its_level(tmp_path: Path) -> None:
    file = io.BytesIO()
    log = WorkerLog(file, "one")
    log.tell("floor_taken", "north", version=3)
    log.tell("carrier_lost", "", reason="the cable is cut")
    taken, lost = [json.loads(line) for line in file.getvalue().splitlines()]
    assert (taken["level"], taken["floor"], taken["version"]) == ("info", "north", 3)
    assert (lost["level"], lost["floor"], lost["reason"]) == ("warning", None, "the cable is cut")


class FullDisk(io.RawIOBase):
    """Takes nothing until there is room."""

    def __init__(self) -> None:
        self.room = False
        self.taken: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, line: Any) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.taken.append(bytes(line))
        return len(line)


def test_a_disk_that_is_full_of_logs_stops_nobody() -> None:
    disk = FullDisk()
    log = WorkerLog(io.BufferedWriter(disk), "one")
    for number in range(1000):
        log.tell("turn_failed", "", reason="x" * 100, number=number)
    disk.room = True
    log.tell("worker_ended", "")
    lines = b"".join(disk.taken).splitlines()
    assert json.loads(lines[-1])["event"] == "worker_ended"
