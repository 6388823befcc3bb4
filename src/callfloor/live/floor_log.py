"""A worker's log: JSON lines with the worker, the floor, the call and the event that each is about.

Phone numbers are masked, as in every log.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from typing import Any, BinaryIO

from callfloor.floor.vocabulary import EVENT_NAMES, PAUSE_REASON_NAMES
from callfloor.live.json_log import JsonLog, Lines
from callfloor.live.logs import DialerLog, time_of

WARNINGS = {
    *("floor_interrupted", "turn_failed", "clock_skew", "inbox_refused", "settings_refused"),
    *("carrier_lost", "wakes_lost", "traces_not_sent", "library_warns"),
}


class ForgivingFile:
    """A file whose lines may get lost: a disk that is full of logs is no reason to hang up on people."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def write(self, line: bytes) -> int:
        """Write, or let it be."""
        with suppress(OSError):
            return self.file.write(line)
        return 0

    def flush(self) -> None:
        """Have it out of this process, or let it be."""
        with suppress(OSError):
            self.file.flush()


class WorkerLog:
    """Where a worker and its floors tell what happens."""

    def __init__(self, file: BinaryIO, worker: str) -> None:
        """Write to a file that is open."""
        self.lines = Lines(ForgivingFile(file))
        self.worker = worker
        self.log = JsonLog(self.lines, worker=worker)

    def tell(self, what: str, floor: str, **told: Any) -> None:
        """Something has happened to the worker, or to a floor of its."""
        say = self.log.warning if what in WARNINGS else self.log.info
        say(what, at=time_of(time.time()), floor=floor or None, **told)


class LibraryLog(logging.Handler):
    """What libraries warn of, such as the database's, as lines of the worker's log and not between them."""

    def __init__(self, log: WorkerLog) -> None:
        super().__init__(logging.WARNING)
        self.told = log

    def emit(self, record: logging.LogRecord) -> None:
        """See logging."""
        self.told.tell("library_warns", "", library=record.name, reason=record.getMessage())


class FloorLog(DialerLog):
    """What happens on one floor. `seq` is the place in the floor's journal, `event_id` the carrier's own."""

    def __init__(self, log: WorkerLog, floor: str) -> None:
        self.call_key = ""
        self.seq = 0
        self.event_id: str | None = None
        self.log = JsonLog(log.lines, self.add_ids, worker=log.worker, floor=floor)

    def add_ids(self, line: dict[str, Any]) -> None:
        """Say of which event and call a line is."""
        attempt = line.get("attempt")
        line["call_id"] = f"{self.call_key}{attempt:016x}" if attempt else None
        line["seq"] = self.seq
        line["event_id"] = self.event_id

    def loaded(self, call_key: str) -> None:
        """See Observer."""
        self.call_key = call_key

    def about(self, seq: int, event_id: str | None) -> None:
        """See Observer."""
        self.seq, self.event_id = seq, event_id
        super().about(seq, event_id)

    def agent_event(self, at: float, agent: str, kind: int, code: int) -> None:
        """See Observer. A reason for pausing that is the team's own is a number."""
        reason = PAUSE_REASON_NAMES[code] or None if code < len(PAUSE_REASON_NAMES) else code
        self.log.info(EVENT_NAMES[kind], at=time_of(at), agent=agent, reason=reason)

    def disposed(self, at: float, attempt: int, agent: str, disposition: str) -> None:
        """See Observer."""
        self.log.info("call_disposed", at=time_of(at), agent=agent, attempt=attempt, disposition=disposition)

    def close(self) -> None:
        """The file is the worker's."""
