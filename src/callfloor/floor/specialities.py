"""The records of whom agents specialise in, by which ``matching`` finds who fits a caller."""

from __future__ import annotations

from dataclasses import field

from callfloor.floor.units import Count, Counts, Flag, Rate, new_counts, record


@record
class Trait:
    """One attribute of callers: which agents specialise in which of its values. ``floor.matching`` keeps it.

    The values from `first` on lie in `bins` bins of `width` values each. A row of `bits`, 32 agents to a
    cell, says for each bin who specialises in all of it; a list, from `partly` on, whose range ends inside.
    """

    weight: Rate = 1.0  # of a fit, where some count for more than others
    required: Flag = False
    first: Count = 0
    bins: Count = 0
    width: Count = 1
    cells: Count = 0
    bits: Counts = field(default_factory=new_counts)  # bin x cell
    partly: Counts = field(default_factory=new_counts)  # by bin: the first entry of its list, or UNKNOWN
    entries: Count = 0
    agents: Counts = field(default_factory=new_counts)  # by entry, as are the next three
    lows: Counts = field(default_factory=new_counts)
    highs: Counts = field(default_factory=new_counts)
    following: Counts = field(default_factory=new_counts)  # the next entry of the list, or UNKNOWN
    fitting: Counts = field(default_factory=new_counts)  # who specialises in the value last asked for


@record
class Matching:
    """Which agents fit which callers of a queue, by age, income and state."""

    every: Flag = False  # all attributes must fit, not just one of them
    weighs: Flag = False  # whoever fits by more is chosen more often
    traits: list[Trait] = field(default_factory=list)  # age, income, state
    present: Counts = field(default_factory=new_counts)  # bits of the agents who are logged in
    eligible: Counts = field(default_factory=new_counts)  # bits of those who fit the caller in hand
