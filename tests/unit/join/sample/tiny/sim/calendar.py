"""What is due when: a heap in arrays, of four children each."""

from __future__ import annotations

from dataclasses import field

from tiny.floor.records import Worker
from tiny.floor.units import (
    Codes,
    Count,
    Counts,
    Flag,
    Rate,
    Seconds,
    Times,
    Word,
    copy_times,
    grow_codes,
    grow_counts,
    grow_times,
    new_codes,
    new_counts,
    new_times,
    record,
)
from tiny.floor.words import BUSY
from tiny.sim.draws import exponential, is_odd, mix

__all__ = [
    "ByCells",
    "Calendar",
    "Weights",
    "backwards",
    "cell_of",
    "churn",
    "code_of",
    "copied",
    "pop",
    "push",
    "shared",
    "store",
    "swapped",
    "total",
    "weigh",
]


@record
class Calendar:
    """Entries in the order of their times."""

    at: Times = field(default_factory=new_times)
    what: Counts = field(default_factory=new_counts)
    count: Count = 0
    seed: Word = 7
    marks: Codes = field(default_factory=new_codes)

    def first_at(self) -> Seconds:
        """When the first entry is due."""
        return self.at[0]


def push(calendar: Calendar, due_at: Seconds, what: Count) -> None:
    """Put an entry in its place."""
    if calendar.count == len(calendar.at):
        grow_times(calendar.at, 2 * calendar.count + 1)
        grow_counts(calendar.what, 2 * calendar.count + 1)
        grow_codes(calendar.marks, 2 * calendar.count + 1)
    at = calendar.at
    names = calendar.what
    place = calendar.count
    calendar.count += 1
    while place > 0:
        above = (place - 1) >> 2
        if at[above] <= due_at:
            break
        at[place] = at[above]
        names[place] = names[above]
        place = above
    at[place] = due_at
    names[place] = what
    calendar.marks[place] += 1


def pop(calendar: Calendar) -> Count:
    """Take the first entry out."""
    at = calendar.at
    names = calendar.what
    first = names[0]
    calendar.count -= 1
    count = calendar.count
    due_at = at[count]
    what = names[count]
    place = 0
    while True:
        child = 4 * place + 1
        if child >= count:
            break
        least = child
        soonest = at[child]
        for other in range(child + 1, min(child + 4, count)):
            if at[other] < soonest:
                least = other
                soonest = at[other]
        if soonest >= due_at:
            break
        at[place] = soonest
        names[place] = names[least]
        place = least
    at[place] = due_at
    names[place] = what
    return first


def churn(calendar: Calendar, entries: Count, steps: Count) -> Seconds:
    """Fill the calendar, then put one entry back for every one that is taken."""
    for i in range(entries):
        push(calendar, exponential(calendar.seed, i, 100.0), i)
    now = 0.0
    for i in range(steps):
        now = calendar.first_at()
        what = pop(calendar)
        push(calendar, now + 50.0 + float(mix(calendar.seed, i) >> 54), what)
    return now


def swapped(counts: Counts, i: Count, j: Count) -> Count:
    """Swap two cells; return the first."""
    counts[i], counts[j] = counts[j], counts[i]
    return counts[i]


def next_place(calendar: Calendar) -> Count:
    """Counts how often it is asked."""
    calendar.count += 1
    return calendar.count - 1


def store(calendar: Calendar, value: Seconds) -> Count:
    """Add to a cell whose place is worked out once."""
    calendar.at[next_place(calendar)] += value
    calendar.at[0] *= 2.0
    calendar.marks[0] = BUSY
    return calendar.count


def cell_of(times: Times, index: Count) -> Seconds:
    """One cell."""
    return times[index]


def code_of(calendar: Calendar, index: Count) -> Count:
    """One mark, through a record."""
    return calendar.marks[index]


def copied(times: Times) -> Times:
    """Another array, the first cell of which is 1."""
    made = copy_times(times)
    made[0] = 1.0
    return made


def backwards(count: Count) -> Counts:
    """A loop with a step, downwards."""
    made = new_counts(count)
    for i in range(count - 1, -1, -2):
        made[i] = i
    for i in range(0, count, 3):
        made[i] -= 100
    return made


def shared(calendar: Calendar, other: Calendar) -> Flag:
    """Two calendars with one array."""
    other.at = calendar.at
    other.marks = new_codes()
    return other.at is calendar.at and len(other.marks) == 0 and is_odd(calendar.seed)


@record
class Weights:
    """How much cells weigh."""

    cells: Times = field(default_factory=new_times)

    def weight(self, times: Times, worker: Worker, index: Count) -> Rate:
        """The weight of one."""
        raise NotImplementedError


@record
class ByCells(Weights):
    """By a table."""

    factor: Rate = 2.0

    def weight(self, times: Times, worker: Worker, index: Count) -> Rate:
        return self.factor * self.cells[index] * times[index] + worker.id


def weigh(weights: Weights, times: Times, worker: Worker) -> Rate:
    """The sum, by virtual calls."""
    sum_of_all = 0.0
    for i in range(len(times)):
        sum_of_all += weights.weight(times, worker, i)
    return sum_of_all


def total(rows: list[Times]) -> Seconds:
    """The sum over arrays in a list."""
    found = 0.0
    for row in rows:
        for i in range(len(row)):
            found += row[i]
    first = rows[0]
    return found + first[0]
