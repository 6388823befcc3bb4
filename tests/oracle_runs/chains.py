"""A few more oracles: calls made again, gaps that are not exponential, mailboxes, and blended floors.

Written from the rules of the interface, without the simulator. Rates are per hour, times are mean seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.oracles.chains import long_run

BEYOND = 1e-12
"""Lengths that are left out have about this probability."""


@dataclass(frozen=True)
class Redialled:
    """A queue whose callers call again. Shares are of all offered calls, those made again included."""

    offered_per_h: float
    p_block: float
    p_wait: float
    p_abandon: float
    mean_queue: float
    occupancy: float


def redialled(
    *,
    agents: int,
    arrivals_per_h: float,
    talk_s: float,
    again: float,
    after_s: float,
    patience_s: float | None,
    most_calls: int,
    most_away: int,
) -> Redialled:
    """Return the figures of a queue in which who gives up or is blocked calls again with probability `again`.

    Talk, patience and the time until the next call are exponential; `patience_s` None stands for
    `when_busy = "block"`. A Markov chain of (calls on the floor, people who will call again); `most_calls`
    and `most_away` cut it off and must be out of reach.
    """
    rate, talk, back = arrivals_per_h / 3600.0, 1.0 / talk_s, 1.0 / after_s
    leaving = 0.0 if patience_s is None else 1.0 / patience_s
    room = agents if patience_s is None else most_calls

    def gone(calls: int, away: int) -> Iterator[tuple[tuple[int, int], float]]:
        """Where the floor goes when somebody leaves it unanswered, with probabilities."""
        yield (calls, min(away + 1, most_away)), again
        yield (calls, away), 1.0 - again

    def moves(state: tuple[int, int]) -> Iterator[tuple[tuple[int, int], float]]:
        calls, away = state
        for coming, left in ((rate, away), (away * back, away - 1)):
            if coming == 0.0:
                continue
            if calls < room:
                yield (calls + 1, left), coming
            elif patience_s is None:
                for after, share in gone(calls, left):
                    yield after, coming * share
        if calls:
            yield (calls - 1, away), min(calls, agents) * talk
        waiting = max(calls - agents, 0)
        for after, share in gone(calls - 1, away):
            if waiting:
                yield after, waiting * leaving * share

    chain = long_run((0, 0), moves, lambda state: state[1])
    assert chain.share(lambda state: state[1] == most_away) < BEYOND
    offered = rate + back * chain.mean(lambda state: state[1])
    met = chain.mean(lambda state: (rate + back * state[1]) if state[0] >= agents else 0.0) / offered
    queue = chain.mean(lambda state: max(state[0] - agents, 0))
    if patience_s is not None:
        assert chain.share(lambda state: state[0] == room) < BEYOND
    return Redialled(
        offered_per_h=3600.0 * offered,
        p_block=met if patience_s is None else 0.0,
        p_wait=0.0 if patience_s is None else met,
        p_abandon=queue * leaving / offered,
        mean_queue=queue,
        occupancy=chain.mean(lambda state: min(state[0], agents)) / agents,
    )


@dataclass(frozen=True)
class Waits:
    """A queue that nobody leaves: share that waits, mean wait, and the rate at which waits of those end."""

    p_wait: float
    mean_wait_s: float
    ending_per_s: float

    def within(self, time_s: float) -> float:
        """The share of calls that wait at most so long."""
        return 1.0 - self.p_wait * math.exp(-self.ending_per_s * time_s)


def any_gaps(transform: Callable[[float], float], talk_s: float) -> Waits:
    """Return the waits of G/M/1: any independent gaps, exponential talk, one agent.

    `transform` is E[exp(-s gap)]. The share s that waits solves s = transform((1 - s) / talk_s); waits are
    exponential at the rate (1 - s) / talk_s. Source: Kendall 1953; Cooper, "Introduction to queueing theory".
    """
    share = 0.5
    for _ in range(10_000):
        share = transform((1.0 - share) / talk_s)
    ending = (1.0 - share) / talk_s
    return Waits(share, share / ending, ending)


@dataclass(frozen=True)
class Mailbox:
    """An agent with a mailbox: share of calls that leave a message, and shares of the agent's time.

    Callbacks count as talk, those that reach nobody as well.
    """

    p_voicemail: float
    talking: float
    wrapping_up: float


def mailbox(
    *,
    arrivals_per_h: float,
    talk_s: float,
    wrap_up_s: float,
    reached: float,
    callback_s: float,
    unreached_s: float,
) -> Mailbox:
    """Return the figures of one agent whose callers leave a message when the agent is busy.

    The agent is busy until all is done: a call that finds them ready begins a busy time of mean
    first / (1 - rate x further), where each message that comes in meanwhile adds `further`, a talk and
    1 / reached - 1 vain attempts (M/G/1 with an exceptional first service: Welch 1964). Arrivals are Poisson,
    so that they leave a message as often as the agent is busy. Times may have any distribution.
    """
    rate = arrivals_per_h / 3600.0
    first, vain = talk_s + wrap_up_s, (1.0 / reached - 1.0) * unreached_s
    further = callback_s + vain
    busy = rate * first / (1.0 - rate * further + rate * first)
    return Mailbox(
        p_voicemail=busy,
        talking=rate * ((1.0 - busy) * talk_s + busy * further),
        wrapping_up=rate * (1.0 - busy) * wrap_up_s,
    )


@dataclass(frozen=True, kw_only=True)
class Blend:
    """A floor that is called and calls. All times are exponential; all talk has the same mean.

    `reserve` ready agents are left to inbound. People who have answered wait until their patience of mean
    `called_patience_s` runs out and are never abandoned; callers have that of mean `patience_s`.
    """

    agents: int
    talk_s: float
    dial_ratio: float
    ring_s: float
    human: float
    reserve: int = 0
    called_patience_s: float
    arrivals_per_h: float = 0.0
    patience_s: float = math.inf


@dataclass(frozen=True)
class Blended:
    """The figures of such a floor. `called_waiting` are the people who have answered and wait, on average."""

    attempts_per_h: float
    connected_per_h: float
    hung_up_early_per_h: float
    called_waiting: float
    p_wait: float
    p_abandon: float
    mean_queue: float
    occupancy: float


READY, RINGING, ANSWERED, CALLING = range(4)


def blended(blend: Blend, most_calling: int = 0) -> Blended:
    """Return the long run of the chain of (ready agents, ringing lines, people who wait, callers who wait).

    Lines are topped up to floor(ratio x (ready - reserve)) at every event; people who were called go first.
    `most_calling` cuts the queue of callers off; it must be out of reach.
    """
    talk, ring = 1.0 / blend.talk_s, 1.0 / blend.ring_s
    arriving = blend.arrivals_per_h / 3600.0

    def topped_up(ready: int, ringing: int, answered: int, calling: int) -> tuple[int, int, int, int]:
        wanted = int(blend.dial_ratio * max(ready - blend.reserve, 0) + 1e-9)
        return ready, max(ringing, wanted), answered, calling

    def moves(state: tuple[int, int, int, int]) -> Iterator[tuple[tuple[int, int, int, int], float]]:
        ready, ringing, answered, calling = state
        if ready:
            yield topped_up(ready - 1, ringing - 1, answered, calling), ringing * ring * blend.human
            yield topped_up(ready - 1, ringing, answered, calling), arriving
        else:
            yield topped_up(ready, ringing - 1, answered + 1, calling), ringing * ring * blend.human
            yield topped_up(ready, ringing, answered, min(calling + 1, most_calling)), arriving
        yield topped_up(ready, ringing - 1, answered, calling), ringing * ring * (1.0 - blend.human)
        talking = (blend.agents - ready) * talk
        if answered:
            yield topped_up(ready, ringing, answered - 1, calling), talking
        elif calling:
            yield topped_up(ready, ringing, answered, calling - 1), talking
        else:
            yield topped_up(ready + 1, ringing, answered, calling), talking
        yield topped_up(ready, ringing, answered - 1, calling), answered / blend.called_patience_s
        yield topped_up(ready, ringing, answered, calling - 1), calling / blend.patience_s

    chain = long_run(topped_up(blend.agents, 0, 0, 0), moves, lambda state: state[READY])
    if arriving:
        assert chain.share(lambda state: state[CALLING] == most_calling) < BEYOND
    attempts = ring * chain.mean(lambda state: state[RINGING])
    waiting = chain.mean(lambda state: state[ANSWERED])
    queue = chain.mean(lambda state: state[CALLING])
    early = waiting / blend.called_patience_s
    return Blended(
        attempts_per_h=3600.0 * attempts,
        connected_per_h=3600.0 * (attempts * blend.human - early),
        hung_up_early_per_h=3600.0 * early,
        called_waiting=waiting,
        p_wait=chain.share(lambda state: state[READY] == 0),
        p_abandon=queue / blend.patience_s / arriving if arriving else 0.0,
        mean_queue=queue,
        occupancy=1.0 - chain.mean(lambda state: state[READY]) / blend.agents,
    )


def truncated_ring_s(mean_s: float, least_s: float, most_s: float) -> float:
    """Return the mean of an exponential time that is cut to lie between two ends."""
    return least_s + mean_s * (math.exp(-least_s / mean_s) - math.exp(-most_s / mean_s))


def absent_mean(agents: int, absent: float, of: Callable[[int], float]) -> float:
    """Return the mean of something over how many of the agents come, each of them absent by chance."""
    return math.fsum(
        math.comb(agents, here) * (1.0 - absent) ** here * absent ** (agents - here) * of(here)
        for here in range(agents + 1)
    )
