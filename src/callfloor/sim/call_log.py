"""Every call of a simulated world, kept when it is over until somebody has read it."""

from __future__ import annotations

from dataclasses import field

from callfloor.floor.records import Call
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

__all__ = ["CALLED_IN", "CALLED_BACK_TO", "CALLED_OUT", "CallLog"]

CALLED_IN: Code = 0
CALLED_BACK_TO: Code = 1
CALLED_OUT: Code = 2

FIRST_CALLS: Count = 1024


@record
class CallLog:
    """Calls that are over, in that order, column by column."""

    wanted: Flag = False
    calls: Count = 0
    way: Codes = field(default_factory=new_codes)
    queue: Counts = field(default_factory=new_counts)  # or the campaign's queue
    person: Counts = field(default_factory=new_counts)  # the caller's number, or the lead's
    attempt: Counts = field(default_factory=new_counts)  # of the person, from 1
    agent: Counts = field(default_factory=new_counts)  # who talked, or has the message; UNKNOWN: nobody
    outcome: Codes = field(default_factory=new_codes)
    placed_at: Times = field(default_factory=new_times)  # or when it came in
    connected_at: Times = field(default_factory=new_times)
    ended_at: Times = field(default_factory=new_times)

    def add(self, call: Call, now: Seconds) -> None:
        """Keep a call that is over."""
        place = self.calls
        if place == len(self.way):
            self.grow()
        self.calls += 1
        self.way[place] = CALLED_IN
        self.queue[place] = UNKNOWN if call.queue is None else call.queue.id
        self.person[place] = call.caller
        self.attempt[place] = call.redials + 1
        if call.lead is not None:
            self.way[place] = CALLED_OUT
            self.person[place] = call.lead.id
            self.attempt[place] = call.lead.attempts
        elif call.voicemail is not None:
            self.way[place] = CALLED_BACK_TO
            self.attempt[place] = call.tries
        agent = call.owner if call.agent is None else call.agent
        self.agent[place] = UNKNOWN if agent is None else agent.id
        self.outcome[place] = call.outcome
        self.placed_at[place] = call.placed_at
        self.connected_at[place] = call.connected_at
        self.ended_at[place] = now

    def grow(self) -> None:
        """Make room for twice as many calls."""
        calls = FIRST_CALLS if self.calls == 0 else 2 * self.calls
        grow_codes(self.way, calls)
        grow_counts(self.queue, calls)
        grow_counts(self.person, calls)
        grow_counts(self.attempt, calls)
        grow_counts(self.agent, calls)
        grow_codes(self.outcome, calls)
        grow_times(self.placed_at, calls)
        grow_times(self.connected_at, calls)
        grow_times(self.ended_at, calls)
