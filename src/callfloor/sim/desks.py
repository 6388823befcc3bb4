"""A group's working hours in a simulated world: shifts, breaks, and who is absent."""

from __future__ import annotations

from dataclasses import field

from callfloor.floor.records import Group
from callfloor.floor.units import Code, Count, Flag, Rate, Times, Word, new_times, record
from callfloor.people.draws import mix_words, uniform_of

__all__ = ["Desks"]

DRAW_ABSENT: Code = 40


@record
class Desks:
    """The agents of a group: those from `first` up to, not including, `end`."""

    group: Group = field(default_factory=Group)
    stream: Word = 0
    first: Count = 0
    end: Count = 0
    absent_share: Rate = 0.0
    shift_starts: Times = field(default_factory=new_times)
    shift_ends: Times = field(default_factory=new_times)
    break_starts: Times = field(default_factory=new_times)
    break_ends: Times = field(default_factory=new_times)
    at_work: Flag = False
    on_break: Flag = False

    def is_absent(self, agent: Count) -> Flag:
        """Whether an agent does not come at all in this replication."""
        if self.absent_share <= 0.0:
            return False
        return uniform_of(mix_words(self.stream, agent - self.first, 0, DRAW_ABSENT)) < self.absent_share
