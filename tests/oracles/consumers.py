"""Consumers who call agents that fit them, and agents who return their messages, simulated in plain Python.

It knows nothing of the simulator, and its random numbers are Python's own. Consumers call one after another.
Each picks one of the agents who fit, all alike or by weight; where nobody fits, they are turned away. An
agent who is busy gets a message, at the end of their mailbox. As soon as they are free they call the person
of the first message: who is reached talks for a while, who is not goes to the end of the mailbox again, in no
time. It ends when everybody has called and every message is returned.
"""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

STATES = 50
AGES, INCOMES, AGENT_STATES = (18, 90), (25_000, 200_000), (1, 10)

CALLS, IS_FREE = 0, 1
"""What is in the calendar. Of what happens at one time a call comes first."""

EVERY_WAY = tuple(product((False, True), repeat=3))

Weigh = Callable[[bool, bool, bool], float]
"""How much an agent counts who fits by age, by income, by state or not; 0: they are not called."""


Person = tuple[int, int, int, int, frozenset[int]]
"""Whom an agent specialises in: from one age to another, from one income to another, and some states."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one run came to."""

    answered: int
    voicemails: int
    unmatched: int
    callbacks: int
    busy_s: float
    ended_s: float
    agents: int

    @property
    def occupancy(self) -> float:
        """The share of their time that agents are busy."""
        return self.busy_s / (self.agents * self.ended_s)


def any_fits(age: bool, income: bool, state: bool) -> float:
    """An agent fits by one attribute or more, and all who fit count alike."""
    return 1.0 if age or income or state else 0.0


def all_fit(age: bool, income: bool, state: bool) -> float:
    """An agent fits by all three attributes."""
    return 1.0 if age and income and state else 0.0


def run(
    seed: int,
    *,
    consumers: int = 1000,
    agents: int = 20,
    weigh: Weigh = any_fits,
    agent_states: tuple[int, int] = AGENT_STATES,
    gap_s: tuple[float, float] = (0.0, 0.03),
    talk_s: tuple[float, float] = (0.05, 0.3),
    reached: float = 0.2,
    callback_s: float = 0.05,
) -> Found:
    """Simulate from the first call to the last callback. Gaps and talks are uniform between two times."""
    rng = random.Random(seed)
    people = [specialist(rng, agent_states) for _ in range(agents)]
    free = [True] * agents
    mailboxes: list[deque[int]] = [deque() for _ in people]
    calendar: list[tuple[float, int, int]] = [(rng.uniform(*gap_s), CALLS, 0)]
    answered = voicemails = unmatched = callbacks = 0
    busy_s = now = 0.0
    while calendar:
        now, what, who = heapq.heappop(calendar)
        if what == CALLS:
            if who + 1 < consumers:
                heapq.heappush(calendar, (now + rng.uniform(*gap_s), CALLS, who + 1))
            agent = choose(rng, people, weigh)
            if agent is None:
                unmatched += 1
            elif free[agent]:
                free[agent] = False
                answered += 1
                took_s = rng.uniform(*talk_s)
                busy_s += took_s
                heapq.heappush(calendar, (now + took_s, IS_FREE, agent))
            else:
                voicemails += 1
                mailboxes[agent].append(who)
            continue
        mailbox = mailboxes[who]
        while mailbox:
            message = mailbox.popleft()
            callbacks += 1
            if rng.random() < reached:
                busy_s += callback_s
                heapq.heappush(calendar, (now + callback_s, IS_FREE, who))
                break
            mailbox.append(message)
        else:
            free[who] = True
    return Found(answered, voicemails, unmatched, callbacks, busy_s, now, agents)


def specialist(rng: random.Random, agent_states: tuple[int, int]) -> Person:
    """An agent with random specialities."""
    ages = sorted(rng.randint(*AGES) for _ in range(2))
    incomes = sorted(rng.randint(*INCOMES) for _ in range(2))
    states = rng.sample(range(STATES), rng.randint(*agent_states))
    return (ages[0], ages[1], incomes[0], incomes[1], frozenset(states))


def choose(rng: random.Random, people: Sequence[Person], weigh: Weigh) -> int | None:
    """The agent whom a random consumer calls, by number; None where nobody fits."""
    age = AGES[0] + int(rng.random() * (AGES[1] - AGES[0] + 1))
    income = INCOMES[0] + int(rng.random() * (INCOMES[1] - INCOMES[0] + 1))
    state = int(rng.random() * STATES)
    weights = [
        weigh(low <= age <= high, least <= income <= most, state in states)
        for low, high, least, most, states in people
    ]
    left = rng.random() * sum(weights)
    for agent, weight in enumerate(weights):
        if left < weight:
            return agent
        left -= weight
    return None


def nobody_fits(agents: int, weigh: Weigh, agent_states: tuple[int, int] = AGENT_STATES) -> float:
    """Return how likely it is that none of the agents fits a consumer. Exact but for incomes, to 1e-6.

    Given the consumer, agents fit independently of each other: by age with the probability that of two
    draws one is at or below theirs and one at or above, by income alike, by state with the mean share of
    states that agents have.
    """
    ages = AGES[1] - AGES[0] + 1
    by_state = (agent_states[0] + agent_states[1]) / 2.0 / STATES
    steps = 400
    chances = []
    for place in range(ages):
        by_age = 1.0 - (place / ages) ** 2 - ((ages - 1 - place) / ages) ** 2
        # With so many incomes two draws are hardly ever the same: 2 u (1 - u).
        for step in range(steps):
            u = (step + 0.5) / steps
            fits = _fits(weigh, by_age, 2.0 * u * (1.0 - u), by_state)
            chances.append((1.0 - fits) ** agents)
    return math.fsum(chances) / len(chances)


def _fits(weigh: Weigh, by_age: float, by_income: float, by_state: float) -> float:
    """How likely it is that an agent counts at all who fits by each attribute with these probabilities."""
    found = 0.0
    for age, income, state in EVERY_WAY:
        if weigh(age, income, state) > 0.0:
            found += (
                (by_age if age else 1.0 - by_age)
                * (by_income if income else 1.0 - by_income)
                * (by_state if state else 1.0 - by_state)
            )
    return found
