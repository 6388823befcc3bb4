"""What happens in a simulated world, event by event, kept for a trace file until it is written."""

from __future__ import annotations

from dataclasses import field

from callfloor.floor.commands import Command
from callfloor.floor.records import Event, Floor
from callfloor.floor.units import (
    Code,
    Codes,
    Count,
    Counts,
    Flag,
    Seconds,
    Times,
    grow_codes,
    grow_counts,
    grow_times,
    new_codes,
    new_counts,
    new_times,
    record,
)
from callfloor.floor.vocabulary import UNKNOWN

__all__ = ["Traces"]

FIRST_LINES: Count = 1024


@record
class Traces:
    """Lines of a trace: an event, or (`is_command`) a command that followed from the event above it."""

    wanted: Flag = False
    lines: Count = 0
    at: Times = field(default_factory=new_times)
    is_command: Codes = field(default_factory=new_codes)
    kind: Codes = field(default_factory=new_codes)
    call: Counts = field(default_factory=new_counts)
    agent: Counts = field(default_factory=new_counts)
    campaign: Counts = field(default_factory=new_counts)
    queue: Counts = field(default_factory=new_counts)
    lead: Counts = field(default_factory=new_counts)
    code: Counts = field(default_factory=new_counts)
    due: Times = field(default_factory=new_times)

    def add(self, at: Seconds, is_command: Code, kind: Code) -> Count:
        """Add a line that says nothing yet but what and when; return its place."""
        line = self.lines
        if line == len(self.at):
            self.grow()
        self.lines += 1
        self.at[line] = at
        self.is_command[line] = is_command
        self.kind[line] = kind
        self.call[line] = UNKNOWN
        self.agent[line] = UNKNOWN
        self.campaign[line] = UNKNOWN
        self.queue[line] = UNKNOWN
        self.lead[line] = UNKNOWN
        self.code[line] = UNKNOWN
        self.due[line] = at
        return line

    def grow(self) -> None:
        """Make room for twice as many lines."""
        lines = FIRST_LINES if self.lines == 0 else 2 * self.lines
        grow_times(self.at, lines)
        grow_codes(self.is_command, lines)
        grow_codes(self.kind, lines)
        grow_counts(self.call, lines)
        grow_counts(self.agent, lines)
        grow_counts(self.campaign, lines)
        grow_counts(self.queue, lines)
        grow_counts(self.lead, lines)
        grow_counts(self.code, lines)
        grow_times(self.due, lines)

    def add_event(self, floor: Floor, event: Event, now: Seconds) -> None:
        """Add the event that the floor has just taken in, with what it is about."""
        line = self.add(now, 0, event.kind)
        if event.call >= 0 and event.call < len(floor.calls):
            call = floor.calls[event.call]
            self.call[line] = call.attempt
            self.agent[line] = UNKNOWN if call.agent is None else call.agent.id
            self.queue[line] = UNKNOWN if call.queue is None else call.queue.id
            self.campaign[line] = UNKNOWN if call.campaign is None else call.campaign.id
        else:
            self.agent[line] = event.agent
            self.queue[line] = event.queue
            self.campaign[line] = event.campaign
        self.lead[line] = event.lead
        self.code[line] = event.code

    def add_command(self, command: Command, now: Seconds) -> None:
        """Add a command that followed."""
        line = self.add(now, 1, command.do)
        call = command.call
        if call is not None:
            self.call[line] = call.attempt
            self.queue[line] = UNKNOWN if call.queue is None else call.queue.id
            self.code[line] = call.outcome
            if call.lead is not None:
                self.lead[line] = call.lead.id
        if command.code != 0:
            self.code[line] = command.code
        if command.agent is not None:
            self.agent[line] = command.agent.id
        if command.campaign is not None:
            self.campaign[line] = command.campaign.id
        if command.lead is not None:
            self.lead[line] = command.lead.id
        self.due[line] = command.at
