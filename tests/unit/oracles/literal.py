"""The rules once more, told of single lines, calls and agents in lists, and played with random times.

Slow and rough: they check that the oracles' chains mean what the rules say.
"""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass, field

from tests.oracles.skills import Queue


@dataclass
class Played:
    """What was counted; times are in seconds."""

    attempts: int = 0
    connected: int = 0
    abandoned: int = 0
    busy_s: float = 0.0


def play_pooled(
    agents: int, dial_ratio: float, ring_s: float, human: float, talk_s: float, until_s: float
) -> Played:
    """Lines that all agents share, from an empty floor on."""
    chance, played = random.Random(5), Played()
    lines: list[float] = []
    talks: list[float] = []
    now_s = 0.0
    while now_s < until_s:
        while len(lines) < int(dial_ratio * (agents - len(talks))):
            lines.append(now_s + chance.expovariate(1.0 / ring_s))
            played.attempts += 1
        next_s = min(lines + talks)
        played.busy_s += len(talks) * (next_s - now_s)
        now_s = next_s
        if now_s in talks:
            talks.remove(now_s)
            continue
        lines.remove(now_s)
        if chance.random() < human:
            if len(talks) < agents:
                talks.append(now_s + chance.expovariate(1.0 / talk_s))
                played.connected += 1
            else:
                played.abandoned += 1
    return played


def play_own_lines(
    agents: int, dial_ratio: int, ring_s: float, human: float, talk_s: float, until_s: float
) -> Played:
    """Lines of an agent's own; each entry of the calendar is (time, agent, what ends)."""
    chance, played = random.Random(6), Played()
    ready = [True] * agents
    lines = [0] * agents
    calendar: list[tuple[float, int, str]] = []

    def top_up(agent: int, now_s: float) -> None:
        while lines[agent] < dial_ratio:
            heapq.heappush(calendar, (now_s + chance.expovariate(1.0 / ring_s), agent, "line"))
            lines[agent] += 1
            played.attempts += 1

    for agent in range(agents):
        top_up(agent, 0.0)
    while calendar[0][0] < until_s:
        now_s, agent, what = heapq.heappop(calendar)
        if what == "talk":
            ready[agent] = True
        else:
            lines[agent] -= 1
            if chance.random() < human:
                if ready[agent]:
                    ready[agent] = False
                    spent_s = chance.expovariate(1.0 / talk_s)
                    played.connected += 1
                    played.busy_s += spent_s
                    heapq.heappush(calendar, (now_s + spent_s, agent, "talk"))
                else:
                    played.abandoned += 1
        if ready[agent]:
            top_up(agent, now_s)
    return played


@dataclass
class PlayedQueue:
    """What was counted of one queue, and whose calls wait."""

    offered: int = 0
    waited: int = 0
    abandoned: int = 0
    waits_s: float = 0.0
    line: list[tuple[float, float]] = field(default_factory=list)
    """When each waiting call came, and when it gives up."""


@dataclass
class PlayedSkills:
    """Two queues, and the busy seconds of three groups."""

    queues: tuple[PlayedQueue, PlayedQueue]
    busy_s: list[float]


def play_skills(
    queues: tuple[Queue, Queue],
    agents: tuple[int, int, int],
    own_preferences: tuple[int, int],
    shared_preferences: tuple[int, int],
    until_s: float,
) -> PlayedSkills:
    """Three groups with skills as a scenario has them: queue and preference."""
    chance = random.Random(7)
    skills = [{0: own_preferences[0]}, {1: own_preferences[1]}, dict(enumerate(shared_preferences))]
    ready = list(agents)
    played = PlayedSkills((PlayedQueue(), PlayedQueue()), [0.0, 0.0, 0.0])
    calendar: list[tuple[float, str, int]] = []

    def next_arrival(queue: int, now_s: float) -> None:
        gap_s = chance.expovariate(queues[queue].arrivals_per_h / 3600.0)
        heapq.heappush(calendar, (now_s + gap_s, "arrival", queue))

    def talk(group: int, queue: int, now_s: float) -> None:
        ready[group] -= 1
        spent_s = chance.expovariate(1.0 / queues[queue].talk_s)
        played.busy_s[group] += spent_s
        heapq.heappush(calendar, (now_s + spent_s, "free", group))

    def forget_gone(now_s: float) -> None:
        for each in played.queues:
            for came_s, gone_s in [call for call in each.line if call[1] <= now_s]:
                each.line.remove((came_s, gone_s))
                each.abandoned += 1
                each.waits_s += gone_s - came_s

    next_arrival(0, 0.0)
    next_arrival(1, 0.0)
    while calendar[0][0] < until_s:
        now_s, what, place = heapq.heappop(calendar)
        forget_gone(now_s)
        if what == "arrival":
            next_arrival(place, now_s)
            counts = played.queues[place]
            counts.offered += 1
            fit = [group for group in range(3) if place in skills[group] and ready[group]]
            if fit:
                talk(min(fit, key=lambda group: (skills[group][place], group)), place, now_s)
            else:
                counts.waited += 1
                counts.line.append((now_s, now_s + chance.expovariate(1.0 / queues[place].patience_s)))
        else:
            ready[place] += 1
            waiting = [queue for queue in skills[place] if played.queues[queue].line]
            if waiting:
                best = min(waiting, key=lambda queue: (skills[place][queue], queues[queue].priority))
                came_s, _ = played.queues[best].line.pop(0)
                played.queues[best].waits_s += now_s - came_s
                talk(place, best, now_s)
    return played
