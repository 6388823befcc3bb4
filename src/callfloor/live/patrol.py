"""Now and then the carrier is asked which calls it has: events get lost, and nobody tells of that.

Without it, an agent whose call's end was lost would sit "in call" until the call's longest time is over.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from callfloor.live.arrivals import Incoming
from callfloor.live.reconcile import gaps, hang_up_strangers
from callfloor.live.step import Engine

EVERY_S = 30.0
"""A gap is found within this and SETTLED_S."""

SETTLED_S = 5.0
"""Calls that changed more recently are left alone: their events may be on the way."""

ANSWER_WITHIN_S = 10.0
ASK_AGAIN_S = 0.2


class Patrol:
    """A source of arrivals: calls that are gone, answers and bridges that were missed.

    Calls that live on although they are over for the floor are hung up.
    """

    def __init__(self, engine: Engine, every_s: float = EVERY_S, settled_s: float = SETTLED_S) -> None:
        self.engine = engine
        self.every_s = every_s
        self.settled_s = settled_s
        self.due_at = math.inf
        self.asked_at: float | None = None

    def begin(self, now: float) -> None:
        """Start to watch, at `now` (UTC seconds)."""
        self.due_at = now + self.every_s

    def next_due(self) -> float:
        """When to ask, or to look for the answer."""
        return self.due_at

    def take(self, now: float) -> Sequence[Incoming]:
        """Ask when it is time; once the carrier has answered, what the floor must be told."""
        if now < self.due_at:
            return ()
        if self.asked_at is None:
            self.engine.carrier.ask_live_calls()
            self.asked_at = now
        live = self.engine.carrier.live_calls()
        asked_at = self.asked_at
        if live is None and now < asked_at + ANSWER_WITHIN_S:
            self.due_at = now + ASK_AGAIN_S
            return ()
        self.asked_at = None
        self.due_at = now + self.every_s
        # A carrier that does not answer says nothing of its calls; it is asked again the next time.
        if live is None:
            return ()
        before = asked_at - self.settled_s
        hang_up_strangers(self.engine, live, now, before)
        return gaps(self.engine, live, before)
