"""Lines of people who wait for an agent: on the telephone, or for a callback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callfloor.floor.units import Count, Id, Seconds, record
from callfloor.floor.vocabulary import LONG_AGO, UNKNOWN

if TYPE_CHECKING:
    from callfloor.floor.records import Agent, Call, Queue


@record
class Line:
    """Calls in which a person waits for an agent, the longest waiting first."""

    first_waiting: Call | None = None
    last_waiting: Call | None = None
    waiting: Count = 0

    def push_waiting(self, call: Call) -> None:
        """Put a call at the end of the line."""
        call.next = None
        call.prev = self.last_waiting
        if call.prev is None:
            self.first_waiting = call
        else:
            call.prev.next = call
        self.last_waiting = call
        self.waiting += 1

    def remove_waiting(self, call: Call) -> None:
        """Take a call out of the line."""
        if call.prev is None:
            self.first_waiting = call.next
        else:
            call.prev.next = call.next
        if call.next is None:
            self.last_waiting = call.prev
        else:
            call.next.prev = call.prev
        call.prev = None
        call.next = None
        self.waiting -= 1


@record
class Voicemail:
    """A message that a caller has left for an agent, who is to call back."""

    queue: Queue | None = None
    agent: Agent | None = None
    caller: Id = UNKNOWN
    redials: Count = 0  # of the caller, before the message
    left_at: Seconds = LONG_AGO
    tries: Count = 0  # to call back
    next: Voicemail | None = None
