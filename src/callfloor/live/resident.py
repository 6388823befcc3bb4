"""A floor in memory, with what lies between the outside's names and the floor's numbers."""

from __future__ import annotations

import heapq
import math
from typing import Any

from callfloor.floor.vocabulary import UNKNOWN
from callfloor.live.image import load_floor, new_floor
from callfloor.live.rows import CAMPAIGN, encode, pieces_of
from callfloor.stores.port import ArrayPiece, FloorImage, Store

OF_CALL, OF_AGENT, OF_CAMPAIGN = range(3)
"""Whose timer it is."""

NUMBERS_KEPT = 10_000

TIMERS_LOOKED_THROUGH = 1_000
"""With more timers than that those that mean nothing any more are dropped now and then."""


class Resident:
    """The records of one floor, its version in the store, names, call ids, phone numbers and timers."""

    def __init__(self, runtime: Any, image: FloorImage, store: Store) -> None:
        """Build the floor from what was committed."""
        self.runtime = runtime
        self.id = image.id
        self.version = image.version
        self.call_key = image.call_key
        self.seq = image.last_seq
        self.outbox_seq = max((entry.seq for entry in image.outbox), default=0)
        self.floor = load_floor(runtime, image) if image.version else new_floor(runtime)
        self.agent_names = [name for _, name, _ in image.agents]
        self.agent_ids = {name: i for i, name in enumerate(self.agent_names)}
        self.call_ids: list[str] = []
        self.slots: dict[str, int] = {}
        for call in self.floor.calls:
            self.name_call(call)
        self.pieces: dict[tuple[int, int, int], bytes] = {}
        self.e164 = store.numbers_of(self.numbers_at_hand())
        self.timers: list[tuple[float, int, int]] = []
        self.timers_most = TIMERS_LOOKED_THROUGH
        for whose, records in enumerate((self.floor.calls, self.floor.agents, self.floor.campaigns)):
            for record in records:
                self.set_timer(record.due_at, whose, record.id)

    def name_call(self, call: Any) -> str:
        """Give the call in a slot the id by which the carrier knows it; the slot's former call loses its."""
        call_id = f"{self.call_key}{call.attempt:016x}"
        if call.id < len(self.call_ids):
            self.slots.pop(self.call_ids[call.id], None)
            self.call_ids[call.id] = call_id
        else:
            self.call_ids.append(call_id)
        self.slots[call_id] = call.id
        return call_id

    def pieces_changed(self, campaign: Any) -> list[ArrayPiece]:
        """The pieces of the campaign's long arrays that are not in the store as they are now.

        They count as written from now on: a commit that fails has the floor loaded anew.
        """
        changed: list[ArrayPiece] = []
        for place, values in CAMPAIGN.arrays_apart(campaign):
            for first, piece in pieces_of(values):
                key, now = (campaign.id, place, first), piece.tobytes()
                if self.pieces.get(key) != now:
                    self.pieces[key] = now
                    changed.append(ArrayPiece(*key, encode(list(piece)).decode()))
        return changed

    def numbers_at_hand(self) -> set[int]:
        """The ids of the numbers of all leads and calls that the floor has."""
        numbers = {call.lead.number for call in self.floor.calls if call.lead is not None}
        numbers |= {agent.lead.number for agent in self.floor.agents if agent.lead is not None}
        buffers = [campaign.first_lead for campaign in self.floor.campaigns]
        buffers += [agent.first_appointment for agent in self.floor.agents]
        for lead in buffers:
            while lead is not None:
                numbers.add(lead.number)
                lead = lead.next
        return numbers

    def forget_numbers(self) -> None:
        """Let go of the digits of numbers that the floor has done with, now and then."""
        if len(self.e164) > NUMBERS_KEPT + 2 * len(self.floor.calls):
            self.e164 = {number: self.e164[number] for number in self.numbers_at_hand()}

    def agent_name(self, agent: Any) -> str:
        """The agent's name, "" for None."""
        return "" if agent is None else self.agent_names[agent.id]

    def set_timer(self, due_at: float, whose: int, index: int) -> None:
        """Remember a timer; the one that the record itself holds counts, others are stale."""
        if due_at < math.inf:
            heapq.heappush(self.timers, (due_at, whose, index))
            if len(self.timers) > self.timers_most:
                self.drop_stale_timers()

    def drop_stale_timers(self) -> None:
        """Let go of timers that mean nothing any more: the longest talk would keep each call's for hours."""
        self.timers = [timer for timer in self.timers if self.is_current(timer)]
        heapq.heapify(self.timers)
        self.timers_most = max(TIMERS_LOOKED_THROUGH, 2 * len(self.timers))

    def next_due(self) -> float:
        """When the next timer is due (UTC seconds), infinity where there is none."""
        while self.timers and not self.is_current(self.timers[0]):
            heapq.heappop(self.timers)
        return self.timers[0][0] if self.timers else math.inf

    def pop_due(self, now: float) -> list[tuple[int, int]]:
        """The timers that are due, as (whose, index), in their order."""
        due: list[tuple[int, int]] = []
        while self.next_due() <= now:
            _, whose, index = heapq.heappop(self.timers)
            due.append((whose, index))
        return due

    def is_current(self, timer: tuple[float, int, int]) -> bool:
        """Whether the record that a timer is for still waits for it."""
        due_at, whose, index = timer
        records = (self.floor.calls, self.floor.agents, self.floor.campaigns)[whose]
        return bool(records[index].due_at == due_at)

    def slot_of(self, call_id: str) -> int:
        """The slot of the carrier's call, UNKNOWN where the floor has none of that id."""
        return self.slots.get(call_id, UNKNOWN)

    def agent_of(self, name: str) -> int:
        """The agent of that name, UNKNOWN where the floor has none."""
        return self.agent_ids.get(name, UNKNOWN)
