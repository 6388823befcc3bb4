"""The models in SimPy: a process a call, random numbers from `random`.

- `A`: agents are a `simpy.Resource`; who must wait yields the request or a timeout, as SimPy's own example of
  reneging does. Who need not wait makes no timeout and no condition.
- `A-lean`: quicker, and still processes: a count of ready agents and a line of events, each triggered by an
  agent or by the end of patience. `B` and `C` are made like this.
- `A-callbacks`: no processes at all, only callbacks of timeouts: little more than SimPy's heap.
"""

from __future__ import annotations

import importlib
import time
from collections import deque
from collections.abc import Callable, Generator
from random import Random
from typing import Any

from bench.peers.figures import Attempts, Figures, Waits, figures_of_queues, main, warm_up_of
from bench.peers.world import (
    AGENTS_A,
    AGENTS_C,
    ANSWER_WITHIN_S,
    CALLS_PER_S,
    DIAL_RATIO,
    GROUPS,
    HANDLE_S,
    HUMAN,
    LIMIT_S,
    PATIENCE_S,
    QUEUES,
    RING_HIGH_S,
    RING_LOW_S,
    SEARCH,
    TALK_S,
    TIERS,
)

Process = Generator[Any, Any, None]


def erlang_a(simpy: Any, calls: int, rng: Random) -> dict[str, float]:
    """Model A with a Resource."""
    env = simpy.Environment()
    agents = simpy.Resource(env, AGENTS_A)
    unseen, seen = Waits(LIMIT_S), Waits(LIMIT_S)
    draw = rng.expovariate

    def call(waits: Waits) -> Process:
        with agents.request() as request:
            if request.triggered:
                waits.answer_at_once()
            else:
                came = env.now
                yield request | env.timeout(draw(1.0 / PATIENCE_S))
                if not request.triggered:
                    waits.abandon(env.now - came)
                    return
                waits.answer(env.now - came)
            yield env.timeout(draw(1.0 / HANDLE_S))

    def arrivals() -> Process:
        warm_up = warm_up_of(calls)
        for number in range(calls):
            yield env.timeout(draw(CALLS_PER_S))
            env.process(call(unseen if number < warm_up else seen))

    env.process(arrivals())
    env.run()
    return seen.figures()


def waiting_turn(env: Any, patience_s: float) -> Any:
    """An event with an agent's group for its value, or None when patience ends first."""
    turn = env.event()

    def give_up(_: Any) -> None:
        if not turn.triggered:
            turn.succeed()

    env.timeout(patience_s).callbacks.append(give_up)
    return turn


def lean_erlang_a(simpy: Any, calls: int, rng: Random) -> dict[str, float]:
    """Model A with a count and a line of events."""
    env = simpy.Environment()
    unseen, seen = Waits(LIMIT_S), Waits(LIMIT_S)
    line: deque[Any] = deque()
    ready = AGENTS_A
    draw = rng.expovariate

    def call(waits: Waits) -> Process:
        nonlocal ready
        if ready:
            ready -= 1
            waits.answer_at_once()
        else:
            came = env.now
            turn = waiting_turn(env, draw(1.0 / PATIENCE_S))
            line.append(turn)
            if (yield turn) is None:
                line.remove(turn)
                waits.abandon(env.now - came)
                return
            waits.answer(env.now - came)
        yield env.timeout(draw(1.0 / HANDLE_S))
        if line:
            line.popleft().succeed(0)
        else:
            ready += 1

    def arrivals() -> Process:
        warm_up = warm_up_of(calls)
        for number in range(calls):
            yield env.timeout(draw(CALLS_PER_S))
            env.process(call(unseen if number < warm_up else seen))

    env.process(arrivals())
    env.run()
    return seen.figures()


def callbacks_erlang_a(simpy: Any, calls: int, rng: Random) -> dict[str, float]:
    """Model A without processes. Someone who waits is the timeout of their patience."""
    env = simpy.Environment()
    unseen, seen = Waits(LIMIT_S), Waits(LIMIT_S)
    line: deque[tuple[Any, float, Waits]] = deque()
    ready = AGENTS_A
    coming = calls
    counted = calls - warm_up_of(calls)
    draw, timeout = rng.expovariate, env.timeout

    def serve() -> None:
        timeout(draw(1.0 / HANDLE_S)).callbacks.append(finish)

    def finish(_: Any) -> None:
        nonlocal ready
        if line:
            patience, came, waits = line.popleft()
            patience.callbacks.clear()
            waits.answer(env.now - came)
            serve()
        else:
            ready += 1

    def give_up(patience: Any) -> None:
        place = next(i for i, entry in enumerate(line) if entry[0] is patience)
        _, came, waits = line[place]
        del line[place]
        waits.abandon(env.now - came)

    def arrive(_: Any) -> None:
        nonlocal coming, ready
        waits = unseen if coming > counted else seen
        coming -= 1
        if coming:
            timeout(draw(CALLS_PER_S)).callbacks.append(arrive)
        if ready:
            ready -= 1
            waits.answer_at_once()
            serve()
        else:
            patience = timeout(draw(1.0 / PATIENCE_S))
            patience.callbacks.append(give_up)
            line.append((patience, env.now, waits))

    timeout(draw(CALLS_PER_S)).callbacks.append(arrive)
    env.run()
    return seen.figures()


def multi_skill(simpy: Any, calls: int, rng: Random) -> dict[str, float]:
    """Model B. In the lines are the arrival's time and the event of each who waits."""
    env = simpy.Environment()
    ready = [group.agents for group in GROUPS]
    lines: list[deque[tuple[float, Any]]] = [deque() for _ in QUEUES]
    unseen = [Waits(queue.limit_s) for queue in QUEUES]
    seen = [Waits(queue.limit_s) for queue in QUEUES]
    warm_up = warm_up_of(calls)
    offered = 0

    def call(index: int, waits: Waits) -> Process:
        queue = QUEUES[index]
        for group in SEARCH[index]:
            if ready[group]:
                ready[group] -= 1
                waits.answer_at_once()
                break
        else:
            came = env.now
            turn = waiting_turn(env, rng.expovariate(1.0 / queue.patience_s))
            entry = came, turn
            lines[index].append(entry)
            found = yield turn
            if found is None:
                lines[index].remove(entry)
                waits.abandon(env.now - came)
                return
            group = found
            waits.answer(env.now - came)
        yield env.timeout(queue.handle(rng))
        for tier in TIERS[group]:
            waiting = [lines[i] for i in tier if lines[i]]
            if waiting:
                longest = min(waiting, key=lambda line: line[0][0])
                longest.popleft()[1].succeed(group)
                return
        ready[group] += 1

    def arrivals(index: int) -> Process:
        nonlocal offered
        calls_per_s = QUEUES[index].calls_per_s
        while True:
            yield env.timeout(rng.expovariate(calls_per_s))
            if offered == calls:
                return
            env.process(call(index, (unseen if offered < warm_up else seen)[index]))
            offered += 1

    for index in range(len(QUEUES)):
        env.process(arrivals(index))
    env.run()
    return figures_of_queues({queue.name: waits for queue, waits in zip(QUEUES, seen, strict=True)})


def power(simpy: Any, calls: int, rng: Random) -> dict[str, float]:
    """Model C: a process an attempt."""
    env = simpy.Environment()
    unseen, seen = Attempts(), Attempts()
    line: deque[Any] = deque()
    ready, ringing, placed = AGENTS_C, 0, 0
    warm_up = warm_up_of(calls)
    from_s = to_s = 0.0

    def top_up() -> None:
        nonlocal ringing, placed, from_s, to_s
        while ringing < int(DIAL_RATIO * ready) and placed < calls:
            if placed == warm_up:
                from_s = env.now
            to_s = env.now
            env.process(attempt(unseen if placed < warm_up else seen))
            placed += 1
            ringing += 1

    def attempt(book: Attempts) -> Process:
        nonlocal ready, ringing
        book.attempts += 1
        yield env.timeout(rng.uniform(RING_LOW_S, RING_HIGH_S))
        ringing -= 1
        if rng.random() < HUMAN:
            if ready:
                ready -= 1
                book.connect_at_once()
            else:
                answered = env.now
                turn = waiting_turn(env, ANSWER_WITHIN_S)
                line.append(turn)
                if (yield turn) is None:
                    line.remove(turn)
                    book.abandon()
                    return
                book.connect(env.now - answered)
            top_up()
            yield env.timeout(rng.expovariate(1.0 / TALK_S))
            if line:
                line.popleft().succeed(0)
            else:
                ready += 1
        top_up()

    top_up()
    env.run()
    return seen.figures(to_s - from_s, AGENTS_C)


MODELS: dict[str, Callable[[Any, int, Random], dict[str, float]]] = {
    "A": erlang_a,
    "A-lean": lean_erlang_a,
    "A-callbacks": callbacks_erlang_a,
    "B": multi_skill,
    "C": power,
}


def run(model: str, calls: int, seed: int) -> Figures:
    """Simulate that many calls, or in model C attempts."""
    simpy: Any = importlib.import_module("simpy")
    rng = Random(seed)
    began = time.perf_counter()
    figures = MODELS[model](simpy, calls, rng)
    return Figures(calls, time.perf_counter() - began, figures)


if __name__ == "__main__":
    main(run, tuple(MODELS), __doc__)
