"""Which agents fit a caller: by age, income and state, of which each agent specialises in some.

For each attribute there is a row of bits for every bin of its values, 32 agents to a cell: who fits is found
by going through the cells, whatever the number of agents. An agent whose range begins or ends inside a bin is
not in its row but in a list beside it, and is looked at one by one. So the choice is exact.
"""

from __future__ import annotations

from callfloor.floor.records import Agent, Event, Group
from callfloor.floor.specialities import Matching, Trait
from callfloor.floor.units import Code, Count, Counts, Id, Rate, grow_counts
from callfloor.floor.vocabulary import UNKNOWN

CELL_AGENTS: Count = 32
"""Agents to a cell: its number stays far from the sign."""

AGE: Code = 0
INCOME: Code = 1
STATE: Code = 2
"""Places in ``Matching.traits``."""


def open_matching(matching: Matching, agents: Count) -> None:
    """Make room for the agents whose ids are below `agents`; nobody is at work yet."""
    cells = (agents + CELL_AGENTS - 1) // CELL_AGENTS
    grow_counts(matching.present, cells)
    grow_counts(matching.eligible, cells)


def open_trait(trait: Trait, agents: Count, first: Count, bins: Count, width: Count) -> None:
    """Make room for `agents` agents and for `bins` bins of `width` values each, the first from `first` on."""
    trait.first = first
    trait.bins = bins
    trait.width = width
    trait.cells = (agents + CELL_AGENTS - 1) // CELL_AGENTS
    grow_counts(trait.bits, bins * trait.cells)
    grow_counts(trait.fitting, trait.cells)
    grow_counts(trait.partly, bins)
    for place in range(bins):
        trait.partly[place] = UNKNOWN


def specialise(trait: Trait, agent: Id, low: Count, high: Count) -> None:
    """An agent specialises in the values from `low` to `high`, both included."""
    low = max(low, trait.first)
    high = min(high, trait.first + trait.bins * trait.width - 1)
    if low > high:
        return
    last = (high - trait.first) // trait.width
    for place in range((low - trait.first) // trait.width, last + 1):
        begins = trait.first + place * trait.width
        if low <= begins and begins + trait.width - 1 <= high:
            put_bit(trait.bits, place * trait.cells, agent)
        else:
            specialise_partly(trait, place, agent, low, high)


def specialise_partly(trait: Trait, place: Count, agent: Id, low: Count, high: Count) -> None:
    """Put an agent into the list beside a bin."""
    entry = trait.entries
    if entry == len(trait.agents):
        grow_counts(trait.agents, 2 * entry + 16)
        grow_counts(trait.lows, 2 * entry + 16)
        grow_counts(trait.highs, 2 * entry + 16)
        grow_counts(trait.following, 2 * entry + 16)
    trait.entries += 1
    trait.agents[entry] = agent
    trait.lows[entry] = low
    trait.highs[entry] = high
    trait.following[entry] = trait.partly[place]
    trait.partly[place] = entry


def agent_comes(group: Group, agent: Agent) -> None:
    """An agent has logged in: callers of the group's queues may be for them."""
    for queue in group.serves:
        if queue.matching is not None:
            put_bit(queue.matching.present, 0, agent.id)


def agent_goes(group: Group, agent: Agent) -> None:
    """An agent has logged out."""
    for queue in group.serves:
        if queue.matching is not None:
            take_bit(queue.matching.present, agent.id)


def agent_who_fits(matching: Matching, event: Event) -> Id:
    """The agent for a caller, by the event's draw: all who fit alike, or by weight; UNKNOWN: nobody fits."""
    find_fitting(matching.traits[AGE], event.age)
    find_fitting(matching.traits[INCOME], event.income)
    find_fitting(matching.traits[STATE], event.state)
    find_eligible(matching)
    if matching.weighs:
        return by_weight(matching, event.draw)
    count = bits_in(matching.eligible)
    if count == 0:
        return UNKNOWN
    return nth_bit(matching.eligible, min(int(event.draw * count), count - 1))


def find_fitting(trait: Trait, value: Count) -> None:
    """Find who specialises in a value, into ``trait.fitting``."""
    fitting = trait.fitting
    cells = trait.cells
    place = (value - trait.first) // trait.width if value >= trait.first else trait.bins
    if place >= trait.bins:
        for cell in range(cells):
            fitting[cell] = 0
        return
    bits = trait.bits
    row = place * cells
    for cell in range(cells):
        fitting[cell] = bits[row + cell]
    entry = trait.partly[place]
    while entry >= 0:
        if trait.lows[entry] <= value <= trait.highs[entry]:
            put_bit(fitting, 0, trait.agents[entry])
        entry = trait.following[entry]


def find_eligible(matching: Matching) -> None:
    """Find who may be chosen, into ``matching.eligible``: at work, fitting by any or all attributes, and by
    those that are required.
    """
    eligible = matching.eligible
    present = matching.present
    age = matching.traits[AGE].fitting
    income = matching.traits[INCOME].fitting
    state = matching.traits[STATE].fitting
    if matching.every:
        for cell in range(len(eligible)):
            eligible[cell] = present[cell] & age[cell] & income[cell] & state[cell]
    else:
        for cell in range(len(eligible)):
            eligible[cell] = present[cell] & (age[cell] | income[cell] | state[cell])
        for trait in matching.traits:
            if trait.required:
                keep_common(eligible, trait.fitting)


def keep_common(kept: Counts, other: Counts) -> None:
    """Leave only the bits that both have."""
    for cell in range(len(kept)):
        kept[cell] = kept[cell] & other[cell]


def by_weight(matching: Matching, draw: Rate) -> Id:
    """One of those who may be chosen, as likely as the weights of the attributes by which they fit add up."""
    eligible = matching.eligible
    total: Rate = 0.0
    for trait in matching.traits:
        keep_common(trait.fitting, eligible)
        total += trait.weight * bits_in(trait.fitting)
    at = draw * total
    chosen = UNKNOWN
    for trait in matching.traits:
        count = bits_in(trait.fitting)
        part = trait.weight * count
        if part > 0.0:
            chosen = nth_bit(trait.fitting, min(int(at / trait.weight), count - 1))
            if at < part:
                return chosen
        at -= part
    return chosen


# Bits.


def put_bit(cells: Counts, row: Count, agent: Id) -> None:
    """Set an agent's bit in the row that begins at a cell."""
    place = row + (agent >> 5)
    cells[place] = cells[place] | (1 << (agent & 31))


def take_bit(cells: Counts, agent: Id) -> None:
    """Clear an agent's bit."""
    place = agent >> 5
    cells[place] = cells[place] & ~(1 << (agent & 31))


def bits_in(cells: Counts) -> Count:
    """How many bits are set (Warren, "Hacker's Delight", 2nd ed., 5-1)."""
    count: Count = 0
    for cell in range(len(cells)):
        count += bits_of(cells[cell])
    return count


def bits_of(cell: Count) -> Count:
    """How many bits of a cell are set."""
    x = cell - ((cell >> 1) & 0x5555_5555)
    x = (x & 0x3333_3333) + ((x >> 2) & 0x3333_3333)
    x = (x + (x >> 4)) & 0x0F0F_0F0F
    return ((x * 0x0101_0101) >> 24) & 0xFF


def nth_bit(cells: Counts, number: Count) -> Id:
    """Which bit is the one after `number` others; there are more than so many."""
    place: Count = 0
    left = number
    count = bits_of(cells[0])
    while left >= count:
        left -= count
        place += 1
        count = bits_of(cells[place])
    cell = cells[place]
    while left > 0:
        cell = cell & (cell - 1)
        left -= 1
    return CELL_AGENTS * place + bits_of((cell & -cell) - 1)
