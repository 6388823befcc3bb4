"""More decisions, on lists."""

from __future__ import annotations

from tiny.floor.choose import best, is_busy, move, name_of, rate_of
from tiny.floor.records import Floor, Job, Tally, Worker
from tiny.floor.units import Count, Flag, Seconds, Times, copy_times, new_times


def hire(floor: Floor, count: Count) -> None:
    """Make workers, the urgent job first."""
    for i in range(count):
        worker = Worker(id=i, jobs=[Job(i), Job(size=2 * i, urgent=True)])
        floor.workers.append(worker)
        floor.made.append(worker.tally)


def give(floor: Floor, job: Job, now: Seconds) -> Flag:
    """Give a job to the best worker."""
    worker = best(floor, now, least=-50.0)
    if worker is None:
        floor.slots.append(job)
        floor.slots.append(None)
        return False
    job.worker, worker.job = worker, job
    job.due_at = max(now + job.size, 10.0) if job.urgent else now
    move(floor, worker, given=0)
    worker.jobs.append(job)
    return True


def waiting(floor: Floor) -> Count:
    """Jobs in slots, and their sizes by their places."""
    count = 0
    place = 0
    while place < len(floor.slots):
        job = floor.slots[place]
        if job is not None:
            count += job.size * (place + 1)
        place += 1
    for at, shelf in enumerate(floor.shelves):
        for job in shelf:
            count += at + job.size
    if floor.shelves and len(floor.shelves[0]) > 0:
        count += floor.shelves[0][0].size
    return count


def longest_wait(floor: Floor) -> Seconds:
    """The longest of the waits, which are numbers in a list."""
    longest = 0.0
    for wait in floor.waits:
        longest = max(longest, wait)
    return longest - floor.waits[0]


def clear_up(floor: Floor, now: Seconds) -> Count:
    """Take all jobs away; return a number in which everything has a part."""
    total: Count = 0
    first: Worker | None = None
    for worker in reversed(floor.workers):
        if first is None:
            first = worker
        if (load := worker.load(most=1000)) > 3:
            total += load
        while len(worker.jobs) > 1:
            job = worker.jobs.pop()
            total += job.size
        worker.jobs.clear()
        total += int(rate_of(worker) * 100.0) + name_of(worker.state) + int(is_busy(worker))
        total -= 1 if now > 5.0 else abs(-2)
        worker.tally.done += 1
    if first is not None and first is floor.workers[-1]:
        total += 1000
    spare = Tally(weight=2.0)
    return total + int(spare.weight + float(spare.done))


def last_words(floor: Floor, worker: Worker) -> Count:
    """What a worker says whom nothing holds any more but the call."""
    floor.workers.clear()
    floor.workers.append(Worker(id=77))
    return worker.id


def dismiss(floor: Floor) -> Count:
    """Pass on what is in a list, which is then emptied."""
    return last_words(floor, floor.workers[0]) + len(floor.workers)


def forget(worker: Worker) -> None:
    """Nothing in hand: twice, the second time for nothing."""
    worker.job = None
    worker.job = None
    if worker.id < 0:
        return
    worker.state = 0


def forgotten(worker: Worker) -> Flag:
    """Whether forgetting works."""
    forget(worker)
    return worker.job is None


def hired(floor: Floor) -> Count:
    """Changes what its caller is reading."""
    floor.moved += 10
    return 1


def in_order(floor: Floor) -> Count:
    """What is on the left is read first."""
    before = floor.moved
    return before + hired(floor)


def sums_up_to(count: Count) -> Times:
    """The sums of the whole numbers up to each of so many."""
    sums = new_times(count)
    for place in range(1, count):
        sums[place] = sums[place - 1] + place
    return sums


def largest_sum(floor: Floor, count: Count) -> Seconds:
    """The last of so many sums, by a copy of an array that is made for it; it moves the floor on."""
    sums = copy_times(sums_up_to(count))
    floor.moved += 1
    return sums[count - 1]
