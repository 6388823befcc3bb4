"""Two queues and three groups, the third of which serves both: an exact small model of skill-based routing.

A call looks for a ready agent in the groups by their preference for its queue, 1 first, then as in the file
(group 1, 2, 3). An agent of group 3 who becomes free takes the queue of best preference, then that of best
priority (smaller is better); then the longest waiting call would go first, which a chain of numbers cannot
tell: preferences or priorities must differ. All times are exponential. Solved as a Markov chain of busy
agents and waiting calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.oracles.chains import LongRun, long_run, longest_queue

State = tuple[int, int, int, int, int, int]
"""Busy agents of groups 1 and 2, those of group 3 on calls of queues 1 and 2, and calls waiting in each."""

GROUP_1, GROUP_2, GROUP_3_ON_1, GROUP_3_ON_2, WAITING_1, WAITING_2 = range(6)
"""Places in a state."""


@dataclass(frozen=True, kw_only=True)
class Queue:
    """Calls of one kind: arrivals an hour, means of talk and patience in seconds, and the priority."""

    arrivals_per_h: float
    talk_s: float
    patience_s: float
    priority: int = 1


@dataclass(frozen=True)
class QueueFigures:
    """A queue in the long run; `mean_wait_s` is over all offered calls."""

    offered_per_h: float
    p_wait: float
    p_abandon: float
    mean_queue: float
    mean_wait_s: float


@dataclass(frozen=True)
class Skills:
    """Figures of the two queues, and the occupancy of the three groups (None without agents)."""

    queues: tuple[QueueFigures, QueueFigures]
    occupancy: tuple[float | None, float | None, float | None]


def two_skills(
    first: Queue,
    second: Queue,
    *,
    agents: tuple[int, int, int],
    own_preferences: tuple[int, int] = (1, 1),
    shared_preferences: tuple[int, int] = (1, 2),
) -> Skills:
    """Return the figures of two queues.

    `agents` are those of groups 1 (queue 1 only), 2 (queue 2 only) and 3 (both). `own_preferences` are those
    of group 1 for queue 1 and of group 2 for queue 2, `shared_preferences` those of group 3 for queues 1 and
    2. The work grows with the number of states: some seconds for ten agents in each group. Raises ValueError
    where neither preferences nor priorities tell the queues apart, or a queue may grow too long.
    """
    model = _Model((first, second), agents, own_preferences, shared_preferences)
    chain = long_run((0, 0, 0, 0, 0, 0), model.moves, sum, beyond=1.5)
    busy = (
        chain.mean(lambda state: state[GROUP_1]),
        chain.mean(lambda state: state[GROUP_2]),
        chain.mean(lambda state: state[GROUP_3_ON_1] + state[GROUP_3_ON_2]),
    )
    occupancy = [time / number if number else None for time, number in zip(busy, agents, strict=True)]
    return Skills(
        (_figures(model, chain, first, 0), _figures(model, chain, second, 1)),
        (occupancy[0], occupancy[1], occupancy[2]),
    )


def _figures(model: _Model, chain: LongRun[State], queue: Queue, place: int) -> QueueFigures:
    """The figures of one queue, by what arrivals find and by Little's law."""
    mean_queue = chain.mean(lambda state: state[WAITING_1 + place])
    rate_per_s = queue.arrivals_per_h / 3600.0
    return QueueFigures(
        offered_per_h=queue.arrivals_per_h,
        p_wait=chain.share(lambda state: model.all_busy(state, place)),
        p_abandon=mean_queue / queue.patience_s / rate_per_s,
        mean_queue=mean_queue,
        mean_wait_s=mean_queue / rate_per_s,
    )


class _Model:
    """The rules of the floor as moves of the chain."""

    def __init__(
        self,
        queues: tuple[Queue, Queue],
        agents: tuple[int, int, int],
        own_preferences: tuple[int, int],
        shared_preferences: tuple[int, int],
    ) -> None:
        self.agents = agents
        self.arrivals = [queue.arrivals_per_h / 3600.0 for queue in queues]
        self.talks = [1.0 / queue.talk_s for queue in queues]
        self.giving_up = [1.0 / queue.patience_s for queue in queues]
        ranks = [(shared_preferences[place], queue.priority) for place, queue in enumerate(queues)]
        if ranks[0] == ranks[1]:
            raise ValueError("expected queues that differ in group 3's preference or in priority")
        self.better = 0 if ranks[0] < ranks[1] else 1
        self.own_first = [own_preferences[place] <= shared_preferences[place] for place in (0, 1)]
        # Where talk is the same it makes no difference whose call an agent of group 3 has: queue 1's, say.
        self.shared_on = (GROUP_3_ON_1, GROUP_3_ON_1 if self.talks[0] == self.talks[1] else GROUP_3_ON_2)
        self.room, self.room_for_both = self._rooms()

    def _rooms(self) -> tuple[tuple[int, int], int]:
        """The longest queues that matter, each and together.

        While calls of a queue wait, all its agents are busy, and each call that group 3 ends makes the better
        queue shorter, or the sum of both: they are never longer than birth-death queues of these rates.
        """
        own = [number * talk for number, talk in zip(self.agents[:2], self.talks, strict=True)]
        shared = self.agents[2] * min(self.talks)
        both = _room(sum(self.arrivals), min(own) + shared, min(self.giving_up))
        rooms = []
        for place in (0, 1):
            sure = own[place] + (shared if place == self.better else 0.0)
            rooms.append(_room(self.arrivals[place], sure, self.giving_up[place], both))
        return (rooms[0], rooms[1]), both

    def all_busy(self, state: State, queue: int) -> bool:
        """Whether a call of this queue finds no agent ready."""
        shared = state[GROUP_3_ON_1] + state[GROUP_3_ON_2]
        return state[GROUP_1 + queue] == self.agents[queue] and shared == self.agents[2]

    def moves(self, state: State) -> Iterator[tuple[State, float]]:
        """What may happen next, with rates per second."""
        for queue in (0, 1):
            own, waiting = GROUP_1 + queue, WAITING_1 + queue
            yield self._arrived(state, queue), self.arrivals[queue]
            if state[own]:
                left = waiting if state[waiting] else own
                yield _changed(state, left, -1), state[own] * self.talks[queue]
            if state[waiting]:
                yield _changed(state, waiting, -1), state[waiting] * self.giving_up[queue]
            if state[GROUP_3_ON_1 + queue]:
                at = GROUP_3_ON_1 + queue
                yield self._taken(_changed(state, at, -1)), state[at] * self.talks[queue]

    def _arrived(self, state: State, queue: int) -> State:
        """The state after an arrival; the same where it would exceed the lengths that matter."""
        own, waiting = GROUP_1 + queue, WAITING_1 + queue
        own_ready = state[own] < self.agents[queue]
        shared_ready = state[GROUP_3_ON_1] + state[GROUP_3_ON_2] < self.agents[2]
        if own_ready and (self.own_first[queue] or not shared_ready):
            return _changed(state, own, 1)
        if shared_ready:
            return _changed(state, self.shared_on[queue], 1)
        full = state[WAITING_1] + state[WAITING_2] >= self.room_for_both
        return state if full or state[waiting] >= self.room[queue] else _changed(state, waiting, 1)

    def _taken(self, state: State) -> State:
        """The state after a free agent of group 3 has taken the next call, if any waits."""
        for queue in (self.better, 1 - self.better):
            if state[WAITING_1 + queue]:
                return _changed(_changed(state, WAITING_1 + queue, -1), self.shared_on[queue], 1)
        return state


def _changed(state: State, place: int, by: int) -> State:
    """The state with one number changed."""
    a = list(state)
    a[place] += by
    return a[0], a[1], a[2], a[3], a[4], a[5]


def _room(arriving: float, ending: float, giving_up: float, most: int | None = None) -> int:
    """The longest queue that matters; `most` is known to be enough, if given. Rates per second."""
    try:
        room = longest_queue(arriving, lambda length: ending + length * giving_up)
    except ValueError:
        if most is None:
            raise
        return most
    return room if most is None else min(room, most)
