"""Decisions of the sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiny.floor import words
from tiny.floor.units import Code, Count, Flag, Rate, Seconds
from tiny.floor.words import AT_WORK, DAY_S, LIMIT, MANY, NEXT, RATES, UNKNOWN

if TYPE_CHECKING:
    from tiny.floor.records import Floor, Rule, Worker


def best(
    floor: Floor,
    now: Seconds,
    *,
    least: Rate = -100.0,
) -> Worker | None:
    """The worker of the highest score above `least`, or None."""
    rule = floor.rule
    if rule is None:
        return None
    found = None
    highest = least
    for worker in floor.workers:
        score = rule.weighted(worker, now)
        if worker.state in AT_WORK and score > highest:
            found = worker
            highest = score
    return found


def move(floor: Floor, worker: Worker, given: Code) -> Code:
    """Move by the table."""
    cell = NEXT[given][worker.state]
    if cell != UNKNOWN:
        worker.state = cell
        floor.moved += 1
    return cell


def rate_of(worker: Worker) -> Rate:
    """The rate of the worker's state."""
    return RATES[worker.state] * words.DAY_S / DAY_S


def name_of(code: Code) -> Count:
    """A number for a word, by match."""
    match code:
        case words.IDLE:
            return 10
        case words.BUSY | words.GONE:
            return 20
        case 7 if code > LIMIT:
            return 30
        case _:
            return -1


def share(total: Seconds, parts: Count) -> Seconds:
    """An equal share; raises ZeroDivisionError without parts."""
    return total / parts


def whole_share(total: Count, parts: Count) -> Count:
    """An equal share in whole numbers."""
    return total // parts + total % parts


def worker_at(floor: Floor, index: Count) -> Worker:
    """The worker in a place, counted from the end where negative."""
    return floor.workers[index]


def job_of(worker: Worker) -> Count:
    """The size of the job in hand; the worker must have one."""
    job = worker.job
    return job.size  # type: ignore[union-attr]


def load_of_rule(rule: Rule, worker: Worker) -> Rate:
    """The score, of a rule that may be None."""
    return rule.score(worker, 0.0)


def careful(floor: Floor, index: Count) -> Code:
    """Raise where told to."""
    if index > 99:
        raise ValueError(f"{index} is too many for {len(floor.workers)}")
    return NEXT[index][0]


def outer(floor: Floor, index: Count) -> Code:
    """Call what may raise, so that a traceback has two frames."""
    worker = worker_at(floor, 0)
    return careful(floor, index) + worker.state


def last_big(floor: Floor) -> Count:
    """Counts what no 32 bits hold, without a docstring's company."""
    product = LIMIT * LIMIT * LIMIT
    return product + MANY + len(floor.workers)


def is_busy(worker: Worker) -> Flag:
    """Whether there is a job in hand."""
    return not worker.is_free() or (worker.state == words.BUSY)


def whole(number: Seconds) -> Count:
    """The number without its fraction; raises OverflowError for what is no number of things."""
    return int(number)
