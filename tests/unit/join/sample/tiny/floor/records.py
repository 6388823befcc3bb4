"""The sample's records; `Worker` and `Job` point at each other."""

from __future__ import annotations

from dataclasses import field

from tiny.floor.units import Code, Count, Flag, Id, Rate, Seconds, record
from tiny.floor.words import IDLE, NEVER, UNKNOWN


@record
class Job:
    """Something to do."""

    size: Count
    worker: Worker | None = None
    due_at: Seconds = NEVER
    urgent: Flag = False


@record
class Tally:
    """Counts."""

    done: Count = 0
    weight: Rate = 1.0


@record
class Worker:
    """Somebody who does it."""

    id: Id = UNKNOWN
    state: Code = IDLE
    job: Job | None = None
    jobs: list[Job] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    def load(self, *, most: Count = 10) -> Count:
        """How much is to be done, at most `most`."""
        total = 0
        for job in self.jobs:
            total += job.size
        return min(total, most)

    def is_free(self) -> Flag:
        return self.job is None


@record
class Rule:
    """How to choose."""

    weight: Rate = 1.0

    def score(self, worker: Worker, now: Seconds) -> Rate:
        """A number, larger for the better choice."""
        raise NotImplementedError

    def weighted(self, worker: Worker, now: Seconds) -> Rate:
        """The score by the rule's weight."""
        return self.weight * self.score(worker, now)


@record
class ByLoad(Rule):
    """The one with least to do."""

    penalty: Rate = 0.5

    def score(self, worker: Worker, now: Seconds) -> Rate:
        return -self.penalty * worker.load()


@record
class ByAge(Rule):
    """The one that came first."""

    def score(self, worker: Worker, now: Seconds) -> Rate:
        return now / (worker.id + 1)


@record
class Floor:
    """All of it."""

    workers: list[Worker] = field(default_factory=list)
    slots: list[Job | None] = field(default_factory=list)
    shelves: list[list[Job]] = field(default_factory=list)
    made: list[Tally] = field(default_factory=list)
    waits: list[Seconds] = field(default_factory=list)
    rule: Rule | None = None
    moved: Count = 0
