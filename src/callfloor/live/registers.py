"""A source of arrivals: do-not-call registers that have a new date, and numbers that asked not to be called.

Both come into the store by other processes. The sender asks the store once more before each call, so that a
number is not dialled in the second before this has looked; what is looked for here is what rings already.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from callfloor.floor.vocabulary import NUMBER_BARRED, REGISTRY_DATED
from callfloor.leads.do_not_call import MISSING, fresh_until
from callfloor.live.arrivals import Arrival, Incoming
from callfloor.live.step import Engine

EVERY_S = 1.0


class RegisterWatch:
    """Tells the floor until when its campaigns' registers are fresh, and which of its numbers were barred."""

    def __init__(self, engine: Engine, every_s: float = EVERY_S) -> None:
        self.engine = engine
        self.every_s = every_s
        self.due_at = math.inf
        self.told: dict[int, float] = {}
        self.last_bar = 0

    def begin(self, now: float) -> list[Incoming]:
        """Start to watch at `now` (UTC seconds); what the floor must know before it dials."""
        self.last_bar = self.engine.store.last_bar()
        self.told = {}
        self.due_at = now + self.every_s
        barred = self.engine.store.barred_among(sorted(self.engine.resident.numbers_at_hand()))
        return [*self.dates(), *(Arrival(NUMBER_BARRED, number=number) for number in sorted(barred))]

    def hasten(self) -> None:
        """Look as soon as may be: there is something new."""
        if self.due_at < math.inf:
            self.due_at = -math.inf

    def next_due(self) -> float:
        """When to look again."""
        return self.due_at

    def take(self, now: float) -> Sequence[Incoming]:
        """What has come into the store since the last look."""
        if now < self.due_at:
            return ()
        self.due_at = now + self.every_s
        engine = self.engine
        numbers, self.last_bar = engine.store.barred_since(engine.floor_id, self.last_bar)
        return [*self.dates(), *(Arrival(NUMBER_BARRED, number=number) for number in numbers)]

    def dates(self) -> list[Incoming]:
        """Until when the registers of each campaign are fresh, where that is news."""
        arrivals: list[Incoming] = []
        for index, campaign in enumerate(self.engine.settings.campaigns):
            if not campaign.do_not_call:
                continue
            dates = self.engine.store.register_dates(campaign.do_not_call)
            until = min(
                fresh_until(dates[name]) if name in dates else MISSING for name in campaign.do_not_call
            )
            if self.told.get(index) != until:
                self.told[index] = until
                arrivals.append(Arrival(REGISTRY_DATED, campaign=index, due_at=until))
        return arrivals
