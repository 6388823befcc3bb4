"""A power dialer in the long run: lines ring for exponential times, and a person answers some of them.

No end of leads, no wrap-up (but see `own_lines_renewal`), talk exponential, and `answer_within_s = 0`: a
person who answers while no agent is ready is abandoned at once. Attempts that nobody answers take their ring
time like the others, and end with it (outcome `no_answer`; the ring time-out must be out of reach).

Simulated ring times are no shorter than 0.1 s. That lengthens an exponential ring time of mean m by the share
(0.1/m)²/2 (3.5e-5 at 12 s), and leaves it exponential from 0.1 s on: the figures here are off by that order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.oracles.chains import long_run


@dataclass(frozen=True)
class Dialing:
    """Figures of a campaign and of its agents; rates are of all agents together.

    `abandon_rate` = abandoned / (connected + abandoned), None where no person answers.
    """

    attempts_per_h: float
    human_answers_per_h: float
    connected_per_h: float
    abandoned_per_h: float
    abandon_rate: float | None
    occupancy: float


def lines_wanted(dial_ratio: float, ready: int) -> int:
    """Return floor(ratio x ready); a billionth saves 4.35 x 100 = 434.99999999999994 from being 434."""
    return int(dial_ratio * ready + 1e-9)


def pooled(*, agents: int, dial_ratio: float, ring_s: float, human: float, talk_s: float) -> Dialing:
    """Return the figures of lines that all agents share (`pool = "campaign"`).

    At every event the ringing lines are topped up to floor(ratio x ready agents), and none is ever cut.
    `ring_s` and `talk_s` are means, `human` is the probability of an answer. Solved as a Markov chain of
    (ready agents, ringing lines), agents x (ratio x agents) / 2 states or so.
    """
    ring, talk = 1.0 / ring_s, 1.0 / talk_s

    def moves(state: tuple[int, int]) -> Iterator[tuple[tuple[int, int], float]]:
        ready, ringing = state
        left = max(ready - 1, 0)
        yield _topped_up(dial_ratio, left, ringing - 1), ringing * ring * human
        yield _topped_up(dial_ratio, ready, ringing - 1), ringing * ring * (1.0 - human)
        yield _topped_up(dial_ratio, ready + 1, ringing), (agents - ready) * talk

    chain = long_run(_topped_up(dial_ratio, agents, 0), moves, lambda state: state[0])
    reached = chain.mean(lambda state: state[1] if state[0] > 0 else 0.0)
    missed = chain.mean(lambda state: state[1] if state[0] == 0 else 0.0)
    return _figures(
        attempts_per_s=(reached + missed) * ring,
        connected_per_s=reached * ring * human,
        abandoned_per_s=missed * ring * human,
        occupancy=1.0 - chain.mean(lambda state: state[0]) / agents,
    )


def own_lines(*, agents: int, dial_ratio: int, ring_s: float, human: float, talk_s: float) -> Dialing:
    """Return the figures of agents with lines of their own (`pool = "agent"`).

    An agent who becomes ready tops their own lines up to the ratio, a whole number, and has a line that
    fails replaced while they are ready. Lines ring on while the agent talks. Agents do not touch each other,
    so that the chain of one is enough: (talking or not, own ringing lines). Means and probability as in
    `pooled`.
    """
    ring, talk = 1.0 / ring_s, 1.0 / talk_s

    def moves(state: tuple[int, int]) -> Iterator[tuple[tuple[int, int], float]]:
        talking, ringing = state
        if talking:
            yield (1, ringing - 1), ringing * ring
            yield (0, max(ringing, dial_ratio)), talk
        else:
            yield (1, ringing - 1), ringing * ring * human
            yield (0, max(ringing - 1, dial_ratio)), ringing * ring * (1.0 - human)

    chain = long_run((0, dial_ratio), moves, lambda state: state[0])
    reached = chain.mean(lambda state: state[1] if not state[0] else 0.0)
    missed = chain.mean(lambda state: state[1] if state[0] else 0.0)
    return _figures(
        attempts_per_s=agents * (reached + missed) * ring,
        connected_per_s=agents * reached * ring * human,
        abandoned_per_s=agents * missed * ring * human,
        occupancy=chain.mean(lambda state: state[0]),
    )


def own_lines_renewal(
    *, agents: int, dial_ratio: int, ring_s: float, human: float, busy_s: float, outlasting: float
) -> Dialing:
    """Return the figures of agents with lines of their own and any times of talk and wrap-up.

    `busy_s` is the mean of talk and wrap-up together, `outlasting` the probability that a ringing line
    outlasts it, E[exp(-busy / ring_s)]: exp(-b / r) for a constant time b, r / (r + b) for an exponential
    one, the product of two such for a sum. A cycle is a ready time of mean ring_s / (ratio x human), and a
    busy time that the ratio - 1 other lines outlast or not (renewal theory). With `dial_ratio` 1, or
    `progressive`, ring times may have any distribution, and lines may be pooled. `occupancy` is the busy
    share.
    """
    ready_s = ring_s / (dial_ratio * human)
    ending = (dial_ratio - 1) * (1.0 - outlasting)
    cycles_per_s = agents / (ready_s + busy_s)
    return _figures(
        attempts_per_s=cycles_per_s * (1.0 / human + ending),
        connected_per_s=cycles_per_s,
        abandoned_per_s=cycles_per_s * ending * human,
        occupancy=busy_s / (ready_s + busy_s),
    )


def _topped_up(dial_ratio: float, ready: int, ringing: int) -> tuple[int, int]:
    """The state after dialling."""
    return ready, max(ringing, lines_wanted(dial_ratio, ready))


def _figures(
    *, attempts_per_s: float, connected_per_s: float, abandoned_per_s: float, occupancy: float
) -> Dialing:
    """The figures per hour."""
    answers_per_s = connected_per_s + abandoned_per_s
    return Dialing(
        attempts_per_h=3600.0 * attempts_per_s,
        human_answers_per_h=3600.0 * answers_per_s,
        connected_per_h=3600.0 * connected_per_s,
        abandoned_per_h=3600.0 * abandoned_per_s,
        abandon_rate=abandoned_per_s / answers_per_s if answers_per_s > 0.0 else None,
        occupancy=occupancy,
    )
