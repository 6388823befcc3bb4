"""What happens in a simulated world as lines of JSON: an event each, with the commands that followed."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

from callfloor.failures import UsageError
from callfloor.floor import vocabulary as v
from callfloor.scenario import Scenario

Line = dict[str, Any]

COLUMNS = ("at", "is_command", "kind", "call", "agent", "queue", "campaign", "lead", "code", "due")
"""The arrays of ``Traces``, in the order in which lines are made of them."""

TOLD_OUTCOME = (v.CALL_ANSWERED, v.CALL_FAILED)
"""Events that say what became of an attempt."""


class TraceLines:
    """Makes lines of what a world of a scenario has kept: ids become the names of the scenario.

    A call is known by the number of its attempt, an agent by group and number from 1.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.agents = [
            f"{group.name}/{number}" for group in scenario.groups for number in range(1, group.agents + 1)
        ]
        campaigns = [("campaign", campaign.name) for campaign in scenario.campaigns]
        self.campaigns = campaigns
        self.queues = [*(("queue", queue.name) for queue in scenario.inbound), *campaigns]
        self.inbound = len(scenario.inbound)
        self.words = [[each.name for each in campaign.dispositions] for campaign in scenario.campaigns]

    def take(self, world: Any, replication: int) -> Iterator[Line]:
        """Take the lines that a world has kept, and yield them event by event."""
        traces = world.traces
        columns = [getattr(traces, name)[: traces.lines].tolist() for name in COLUMNS]
        traces.lines = 0
        line: Line = {}
        commands: list[Line] = []
        for at, is_command, *rest in zip(*columns, strict=True):
            if is_command:
                commands.append(self.command(*rest))
            else:
                if line:
                    yield _completed(line, commands)
                line, commands = {"replication": replication, "t_s": at, **self.event(*rest)}, []
        if line:
            yield _completed(line, commands)

    def event(
        self,
        kind: int,
        call: int,
        agent: int,
        queue: int,
        campaign: int,
        lead: int,
        code: int,
        due: float,
    ) -> Line:
        """Return what an event says."""
        found: Line = {"event": v.EVENT_NAMES[kind], **self._about(call, agent)}
        found |= self._work(queue, campaign)
        if kind == v.LEAD_CLAIMED:
            found["lead"] = lead
        if kind in TOLD_OUTCOME:
            found["outcome"] = v.OUTCOME_NAMES[code]
        if kind == v.AGENT_DISPOSED:
            found["disposition"] = self.words[campaign][code]
        return found

    def command(
        self, kind: int, call: int, agent: int, queue: int, campaign: int, lead: int, code: int, due: float
    ) -> Line:
        """Return what a command says."""
        found: Line = {"do": v.COMMAND_NAMES[kind], **self._about(call, agent)}
        found |= self._work(queue, campaign)
        if lead >= 0:
            found["lead"] = lead
        if kind == v.RECORD and code >= 0:
            inbound = 0 <= queue < self.inbound and code in v.INBOUND_OUTCOME_NAMES
            found["outcome"] = v.INBOUND_OUTCOME_NAMES[code] if inbound else v.OUTCOME_NAMES[code]
        if kind in (v.SET_TIMER, v.RETURN_LEAD) and due < v.NEVER:
            found["due_s"] = due
        if kind == v.REPORT:
            found["code"] = code
        return found

    def _about(self, call: int, agent: int) -> Line:
        found: Line = {}
        if call >= 0:
            found["call"] = call
        if agent >= 0:
            found["agent"] = self.agents[agent]
        return found

    def _work(self, queue: int, campaign: int) -> Line:
        """The queue or the campaign by its name."""
        if campaign >= 0:
            return dict((self.campaigns[campaign],))
        return dict((self.queues[queue],)) if queue >= 0 else {}


def _completed(line: Line, commands: list[Line]) -> Line:
    """An event with its commands."""
    if line["event"] == "call_arrived" and commands:
        # Whoever calls in has no number until the floor gives one, which its first command tells.
        line["call"] = commands[0]["call"]
    line["commands"] = commands
    return line


class TraceFile:
    """A trace on its way to a file, which appears when it is complete; `-` is standard output at once."""

    def __init__(self, path: str | os.PathLike[str], scenario: Scenario) -> None:
        """Open a file beside it. Raises UsageError where that cannot be."""
        self.path = Path(path)
        self.lines = TraceLines(scenario)
        self.temporary: Path | None = None
        if str(path) == "-":
            self.file: TextIO = sys.stdout
            return
        if self.path.is_dir():
            raise UsageError(f"trace: {self.path}: expected a file, found a directory")
        self.temporary = self.path.with_name(f"{self.path.name}.{os.getpid()}.tmp")
        with self._told():
            self.file = self.temporary.open("w", encoding="utf-8")

    def writer(self, replication: int) -> Callable[[Any], None]:
        """Return what writes the lines that a world of this replication has kept."""

        def write(world: Any) -> None:
            lines = self.lines.take(world, replication)
            text = "".join(
                f"{json.dumps(line, ensure_ascii=False, separators=(',', ':'))}\n" for line in lines
            )
            with self._told():
                self.file.write(text)

        return write

    def complete(self) -> None:
        """All has been written: the file takes its place."""
        with self._told():
            self.file.flush()
            if self.temporary is not None:
                self.file.close()
                self.temporary.replace(self.path)
                self.temporary = None

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Tell what goes wrong with the file as the user's; a reader of standard output may leave."""
        try:
            yield
        except BrokenPipeError:
            raise
        except OSError as error:
            raise UsageError(f"trace: {self.path}: cannot be written: {error.strerror or error}") from error

    def __enter__(self) -> TraceFile:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing that is not complete."""
        if self.temporary is not None:
            with contextlib.suppress(OSError):
                self.file.close()
            with contextlib.suppress(OSError):
                self.temporary.unlink(missing_ok=True)
