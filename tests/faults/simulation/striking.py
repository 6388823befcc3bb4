"""Which fault strikes now: each of a plan's faults once, at the first occasion from its time on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from tests.faults.simulation.calendar import START, Calendar
from tests.faults.simulation.plan import FAULTS_LAST_S, MESSAGE_FAULTS, Fault


class Faults:
    """The faults of a plan that have not struck yet."""

    def __init__(self, calendar: Calendar, faults: Sequence[Fault]) -> None:
        self.calendar = calendar
        self.last_s = FAULTS_LAST_S
        self.messages: dict[int, list[Fault]] = defaultdict(list)
        self.points: dict[int, list[Fault]] = defaultdict(list)
        self.at_commit: dict[tuple[int, str], list[Fault]] = defaultdict(list)
        self.timed: list[Fault] = []
        self.struck: list[Fault] = []
        for fault in faults:
            if fault.kind in MESSAGE_FAULTS:
                self.messages[fault.of].append(fault)
            elif fault.kind in ("kill", "stall"):
                self.points[fault.process].append(fault)
            elif fault.kind in ("lose_ack", "refuse"):
                self.at_commit[fault.process, fault.kind].append(fault)
            else:
                self.timed.append(fault)

    def is_due(self, fault: Fault) -> bool:
        """Whether the time has come, and faults have not stopped yet."""
        since_s = self.calendar.now - START
        return fault.at <= since_s < self.last_s

    def first(self, faults: list[Fault], point: str = "") -> Fault | None:
        """The first fault that is due, which is taken away."""
        for fault in faults:
            if fault.at + START > self.calendar.now:
                return None
            if fault.point == point and self.is_due(fault):
                faults.remove(fault)
                self.struck.append(fault)
                return fault
        return None

    def of_message(self, of: int) -> Fault | None:
        """The fault that strikes the next message of the carrier (0) or of agents (1)."""
        waiting = self.messages[of]
        return self.first(waiting) if waiting else None

    def of_point(self, process: int, point: str) -> Fault | None:
        """The fault that strikes a process at a point."""
        waiting = self.points[process]
        return self.first(waiting, point) if waiting else None

    def of_process(self, process: int, kind: str) -> Fault | None:
        """The fault that strikes a process's commit."""
        waiting = self.at_commit[process, kind]
        return self.first(waiting) if waiting else None
