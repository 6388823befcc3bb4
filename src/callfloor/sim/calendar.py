"""What is due when: the simulator's calendar of coming events.

Entries come out by time, and those of the same time in the order in which they were put in. The calendar is a
heap in which every place has four children (Johnson, "Priority queues with update and finding minimum
spanning trees", Information Processing Letters 4, 1975): fewer levels than with two, and the times of the
children lie side by side in memory.

Only a time and a key are moved about: the key is the entry's sequence number, and below it the number of the
slot in which the rest of the entry stays. Places behind the last entry hold the free slots, with a time that
never comes; so the four children of a place can be compared without asking how many there are. An entry that
is taken out leaves its place vacant: most often another is added next, and finds its way down from there.
"""

from __future__ import annotations

from dataclasses import field
from math import inf

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

__all__ = ["Calendar"]

SLOT_PART = 0xFF_FFFF
"""The 24 bits of a key that say the slot: room for 16,777,209 entries at once."""

NEXT_IN_SEQUENCE = 0x100_0000
"""From key to key: 39 bits are left to number the entries, 549,755,813,887 of them in a calendar's life."""

FREE = 0x7FFF_FFFF_FF00_0000
"""With a free slot, the key of a place that has no entry: after every key of an entry."""

FIRST_PLACES = 65
"""Places of the first growth. Growing to twice as many less 1 keeps it at 1 more than a multiple of 4, so
that no children are cut off."""


@record
class Calendar:
    """Coming events, the next one first.

    ``pop`` leaves the entry it takes out in ``at`` (seconds), ``kind``, ``index`` (of whom or what it is
    about) and ``serial``. There is no way to strike an entry out: whoever has become another since then (a
    caller who gave up, a line used again) has another serial number, and the world passes over the entry.
    ``count`` is how many entries there are, ``next_at`` when the next one is due: infinity if there is none.
    """

    next_at: Seconds = inf
    at: Seconds = 0.0
    kind: Code = 0
    index: Count = 0
    serial: Count = 0
    count: Count = 0
    vacant: Flag = False
    next_key: Count = 0
    times: Times = field(default_factory=new_times)
    keys: Counts = field(default_factory=new_counts)
    kinds: Codes = field(default_factory=new_codes)
    indexes: Counts = field(default_factory=new_counts)
    serials: Counts = field(default_factory=new_counts)

    def add(self, at: Seconds, kind: Code, index: Count, serial: Count) -> None:
        """Put in an entry that is due at `at` (a number of seconds, or infinity: after all others)."""
        if self.count + 4 >= len(self.times):
            self.grow()
        keys = self.keys
        place = 0 if self.vacant else self.count
        slot = keys[place] & SLOT_PART
        key = self.next_key + slot
        self.next_key += NEXT_IN_SEQUENCE
        self.count += 1
        self.kinds[slot] = kind
        self.indexes[slot] = index
        self.serials[slot] = serial
        if at < self.next_at:
            self.next_at = at
        if self.vacant:
            self.vacant = False
            self.sink(at, key)
        else:
            self.rise(at, key)

    def pop(self) -> None:
        """Take the next entry out, into `at`, `kind`, `index` and `serial`."""
        if self.count == 0:
            raise IndexError("pop from an empty calendar")
        if self.vacant:
            self.close_up()
        slot = self.keys[0] & SLOT_PART
        times = self.times
        self.at = times[0]
        self.kind = self.kinds[slot]
        self.index = self.indexes[slot]
        self.serial = self.serials[slot]
        self.count -= 1
        self.vacant = True
        early = times[2] if times[2] < times[1] else times[1]
        late = times[4] if times[4] < times[3] else times[3]
        self.next_at = late if late < early else early

    def close_up(self) -> None:
        """Put the last entry where the first one was taken from."""
        times = self.times
        keys = self.keys
        last = self.count
        at = times[last]
        key = keys[last]
        times[last] = inf
        keys[last] = FREE + (keys[0] & SLOT_PART)
        self.vacant = False
        self.sink(at, key)

    def rise(self, at: Seconds, key: Count) -> None:
        """Find the place of the entry that was added last, from the bottom up."""
        times = self.times
        keys = self.keys
        place = self.count - 1
        while place > 0:
            above = (place - 1) >> 2
            if times[above] <= at:
                break
            times[place] = times[above]
            keys[place] = keys[above]
            place = above
        times[place] = at
        keys[place] = key

    def sink(self, at: Seconds, key: Count) -> None:
        """Find the place of an entry, from the top down, where there is none at the moment."""
        times = self.times
        keys = self.keys
        count = self.count
        place = 0
        while True:
            child = 4 * place + 1
            if child >= count:
                break
            # Without a branch: which of the four is first cannot be foreseen, and a wrong guess costs the
            # processor as much as all the rest of a level.
            one = times[child]
            two = times[child + 1]
            three = times[child + 2]
            four = times[child + 3]
            left = child + (two < one)
            right = child + 2 + (four < three)
            early = two if two < one else one
            late = four if four < three else three
            least = left + (late < early) * (right - left)
            soonest = late if late < early else early
            if one == two or three == four or early == late:
                least = self.first_of(child)
            if soonest > at or (soonest == at and keys[least] > key):
                break
            times[place] = soonest
            keys[place] = keys[least]
            place = least
        times[place] = at
        keys[place] = key

    def first_of(self, child: Count) -> Count:
        """Return which of the four places from `child` on comes first, by time and then by sequence."""
        times = self.times
        keys = self.keys
        least = child
        for other in range(child + 1, child + 4):
            if times[other] < times[least] or (times[other] == times[least] and keys[other] < keys[least]):
                least = other
        return least

    def grow(self) -> None:
        """Make room for about twice as many entries."""
        had = len(self.times)
        places = FIRST_PLACES if had == 0 else 2 * had - 1
        if places > SLOT_PART + 1:
            places = SLOT_PART - 2
        if places <= had:
            raise OverflowError("a calendar holds no more than 16,777,209 entries at once")
        grow_times(self.times, places)
        grow_counts(self.keys, places)
        grow_codes(self.kinds, places)
        grow_counts(self.indexes, places)
        grow_counts(self.serials, places)
        times = self.times
        keys = self.keys
        for place in range(had, places):
            times[place] = inf
            keys[place] = FREE + place
