"""Desks that ask by the inbox: they know of no worker, and put down what they want in the database."""

from __future__ import annotations

import math
from collections import defaultdict
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from callfloor.floor.vocabulary import AGENT_DISPOSED, EVENT_NAMES, UNKNOWN
from callfloor.live.arrivals import Arrival
from callfloor.live.heartbeats import SILENT_AFTER_S
from callfloor.live.inbox import OUTSIDE_EVENTS, Posted, post, post_here
from callfloor.live.settings import DISPOSITIONS
from callfloor.people.random import uniform
from callfloor.stores.errors import StoreError
from tests.faults.simulation.memory import MemoryStore
from tests.faults.simulation.plan import Fault

if TYPE_CHECKING:
    from tests.faults.simulation.world import World

TRIES_AGAIN_AFTER_S = 0.3
TELLS_EVERY_S = 5.0
"""How often the desks of all agents are told to be there."""

TAKEN_FOR_GONE_S = SILENT_AFTER_S - 2 * TELLS_EVERY_S
"""Who was here less long ago is not taken for gone, unless they have just come back."""


class Postbox:
    """Puts down what desks ask, and knows what was put down and what has become of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store = MemoryStore(world.database, busy_timeout_s=0.0)
        self.put: dict[int, tuple[int, str]] = {}
        self.taken_entries: set[int] = set()
        self.here: dict[int, list[str]] = defaultdict(list)
        self.here_at: dict[str, float] = {}
        self.back_at: dict[str, float] = {}

    def ask(self, floor: int, arrival: Arrival, fault: Fault | None) -> None:
        """Have something put down for a floor, by way of whatever strikes it."""
        world = self.world
        name = EVENT_NAMES[arrival.kind]
        if name not in OUTSIDE_EVENTS or (fault is not None and fault.kind == "drop"):
            return
        campaign = "" if arrival.campaign == UNKNOWN else f"campaign-{floor}"
        posted = Posted(name, agent=arrival.agent, campaign=campaign, code=arrival.code)
        if arrival.kind == AGENT_DISPOSED:
            back_at = arrival.due_at if math.isfinite(arrival.due_at) else None
            said = DISPOSITIONS[arrival.code].name
            posted = Posted(name, agent=arrival.agent, disposition=said, call_back_at=back_at)
        event_id = f"desk-{world.asked}"
        at = world.calendar.now + 0.01 + 0.05 * uniform(world.plan.seed, world.asked, 0xE2)
        late_s = 0.0 if fault is None else fault.for_s
        times = [at, at + late_s] if fault is not None and fault.kind == "double" else [at + late_s]
        for time in times:
            world.calendar.at(time, partial(self.put_down, floor, posted, event_id))

    def put_down(self, floor: int, posted: Posted, event_id: str) -> None:
        """Put something down; where the database does not take it, try again."""
        calendar, rows = self.world.calendar, self.world.database.worker_rows
        try:
            new = post(self.store, floor, posted, event_id)
        except StoreError:
            calendar.at(calendar.now + TRIES_AGAIN_AFTER_S, partial(self.put_down, floor, posted, event_id))
            return
        self.world.note("put down", posted, event_id if new else f"{event_id} is there already")
        if new:
            self.put[rows.put] = floor, event_id

    def tell_who_is_here(self) -> None:
        """Put down whose desks have beaten, floor by floor."""
        calendar, rows = self.world.calendar, self.world.database.worker_rows
        for floor, agents in self.here.items():
            # Where the database does not take it, the next one tells it.
            with suppress(StoreError):
                if post_here(self.store, floor, agents, "desks"):
                    self.put[rows.put] = floor, ""
                    for name in agents:
                        if calendar.now - self.here_at.get(name, -math.inf) > TAKEN_FOR_GONE_S:
                            self.back_at[name] = calendar.now
                        self.here_at[name] = calendar.now
        self.here.clear()
        calendar.at(calendar.now + TELLS_EVERY_S, self.tell_who_is_here)

    def check_silent(self, floor: int, place: int, idle_s: float) -> None:
        """A floor takes an agent for gone: their desk was not heard of, or the floor was idle for long."""
        name = f"agent-{floor}-{place}"
        now = self.world.calendar.now
        ago_s = now - self.here_at.get(name, -math.inf)
        came_back = now - self.back_at.get(name, -math.inf) < TELLS_EVERY_S
        fine = ago_s > TAKEN_FOR_GONE_S or came_back or idle_s > TAKEN_FOR_GONE_S
        self.world.witness.require(fine, f"{name} is taken for gone, and was here {ago_s:.3f} s ago")

    def taken(self, floor: int, entry: int) -> None:
        """A step has taken an entry."""
        require = self.world.witness.require
        require(self.put[entry][0] == floor, f"floor {floor} takes another floor's entry {entry}")
        require(entry not in self.taken_entries, f"floor {floor} takes the inbox's entry {entry} twice")
        self.taken_entries.add(entry)

    def left_over(self) -> list[str]:
        """What was put down and has not come to its floor, in words; who is here is told again and again."""
        left: list[str] = []
        for entry, (floor, event_id) in self.put.items():
            known = event_id in self.world.database.floor(floor).event_ids
            if event_id and (not known or entry not in self.taken_entries):
                left.append(f"floor {floor} has never taken the inbox's entry {entry} ({event_id})")
        return left
