"""The models in salabim: processes that yield, no trace, no animation, monitors off wherever that can be.

- `A`: a component a call, agents a `Resource`, patience the request's `fail_delay`, as salabim means it.
  Nearly all of the time goes into making components, each of which has its methods' signatures inspected.
- `A-lean`: components are used again: when a call has ended, its component goes passive among the spare ones.
  `B` and `C` are made like this.

Without yields (`yieldless`, on greenlets) the lean model was no quicker, and needed one package more.
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


def silence(component: Any) -> None:
    """Switch off what a component records about itself."""
    component.status.monitor(False)
    component.mode.monitor(False)


def reusable(sim: Any) -> type[Any]:
    """A component that lives again and again. What its life is about is in its attributes."""

    class Reusable(sim.Component):  # type: ignore[misc]
        spare: list[Any] = []  # noqa: RUF012

        def setup(self, **about: Any) -> None:
            silence(self)
            self.__dict__.update(about)

        def process(self) -> Process:
            while True:
                yield from self.live()
                self.spare.append(self)
                yield self.passivate()

    return Reusable


def begin(kind: Any, **about: Any) -> None:
    """Begin a life in a spare component, or in a new one."""
    if not kind.spare:
        kind(**about)
        return
    component = kind.spare.pop()
    component.__dict__.update(about)
    component.activate()


def serve(component: Any) -> None:
    """End the wait of somebody who holds."""
    component.served = True
    component.activate()


def erlang_a(sim: Any, calls: int, rng: Random) -> dict[str, float]:
    """Model A with a Resource."""
    env = sim.Environment(trace=False, yieldless=False)
    agents = sim.Resource(capacity=AGENTS_A, honor_only_first=True, monitor=False)
    unseen, seen = Waits(LIMIT_S), Waits(LIMIT_S)
    draw = rng.expovariate
    warm_up = warm_up_of(calls)

    class Call(sim.Component):  # type: ignore[misc]
        def setup(self, book: Waits) -> None:
            silence(self)
            self.book = book

        def process(self) -> Process:
            came = env.now()
            yield self.request(agents, fail_delay=draw(1.0 / PATIENCE_S))
            wait_s = env.now() - came
            if self.failed():
                self.book.abandon(wait_s)
                return
            if wait_s:
                self.book.answer(wait_s)
            else:
                self.book.answer_at_once()
            yield self.hold(draw(1.0 / HANDLE_S))
            self.release(agents)

    class Arrivals(sim.Component):  # type: ignore[misc]
        def process(self) -> Process:
            for number in range(calls):
                yield self.hold(draw(CALLS_PER_S))
                Call(book=unseen if number < warm_up else seen)

    Arrivals()
    env.run()
    return seen.figures()


def lean_erlang_a(sim: Any, calls: int, rng: Random) -> dict[str, float]:
    """Model A with components that are used again, a count and a line."""
    env = sim.Environment(trace=False, yieldless=False)
    unseen, seen = Waits(LIMIT_S), Waits(LIMIT_S)
    line: deque[Any] = deque()
    ready = AGENTS_A
    draw = rng.expovariate
    warm_up = warm_up_of(calls)

    class Call(reusable(sim)):  # type: ignore[misc]
        def live(self) -> Process:
            nonlocal ready
            if ready:
                ready -= 1
                self.book.answer_at_once()
            else:
                came = env.now()
                self.served = False
                line.append(self)
                yield self.hold(draw(1.0 / PATIENCE_S))
                if not self.served:
                    line.remove(self)
                    self.book.abandon(env.now() - came)
                    return
                self.book.answer(env.now() - came)
            yield self.hold(draw(1.0 / HANDLE_S))
            if line:
                serve(line.popleft())
            else:
                ready += 1

    class Arrivals(sim.Component):  # type: ignore[misc]
        def process(self) -> Process:
            for number in range(calls):
                yield self.hold(draw(CALLS_PER_S))
                begin(Call, book=unseen if number < warm_up else seen)

    Arrivals()
    env.run()
    return seen.figures()


def multi_skill(sim: Any, calls: int, rng: Random) -> dict[str, float]:
    """Model B."""
    env = sim.Environment(trace=False, yieldless=False)
    ready = [group.agents for group in GROUPS]
    lines: list[deque[Any]] = [deque() for _ in QUEUES]
    unseen = [Waits(queue.limit_s) for queue in QUEUES]
    seen = [Waits(queue.limit_s) for queue in QUEUES]
    warm_up = warm_up_of(calls)
    offered = 0

    class Call(reusable(sim)):  # type: ignore[misc]
        def live(self) -> Process:
            queue, line = QUEUES[self.number], lines[self.number]
            self.group = next((group for group in SEARCH[self.number] if ready[group]), -1)
            if self.group >= 0:
                ready[self.group] -= 1
                self.book.answer_at_once()
            else:
                self.came = env.now()
                line.append(self)
                yield self.hold(rng.expovariate(1.0 / queue.patience_s))
                if self.group < 0:
                    line.remove(self)
                    self.book.abandon(env.now() - self.came)
                    return
                self.book.answer(env.now() - self.came)
            yield self.hold(queue.handle(rng))
            release(self.group)

    def release(group: int) -> None:
        for tier in TIERS[group]:
            waiting = [lines[i] for i in tier if lines[i]]
            if waiting:
                longest = min(waiting, key=lambda line: line[0].came).popleft()
                longest.group = group
                longest.activate()
                return
        ready[group] += 1

    class Arrivals(sim.Component):  # type: ignore[misc]
        def setup(self, number: int) -> None:
            self.number = number

        def process(self) -> Process:
            nonlocal offered
            while True:
                yield self.hold(rng.expovariate(QUEUES[self.number].calls_per_s))
                if offered == calls:
                    return
                book = (unseen if offered < warm_up else seen)[self.number]
                begin(Call, number=self.number, book=book)
                offered += 1

    for number in range(len(QUEUES)):
        Arrivals(number=number)
    env.run()
    return figures_of_queues({queue.name: waits for queue, waits in zip(QUEUES, seen, strict=True)})


def power(sim: Any, calls: int, rng: Random) -> dict[str, float]:
    """Model C: a component is a line, which rings, is talked on, and is spare afterwards."""
    env = sim.Environment(trace=False, yieldless=False)
    unseen, seen = Attempts(), Attempts()
    waiting: deque[Any] = deque()
    ready, ringing, placed = AGENTS_C, 0, 0
    warm_up = warm_up_of(calls)
    from_s = to_s = 0.0

    def top_up() -> None:
        nonlocal ringing, placed, from_s, to_s
        while ringing < int(DIAL_RATIO * ready) and placed < calls:
            if placed == warm_up:
                from_s = env.now()
            to_s = env.now()
            begin(Line, book=unseen if placed < warm_up else seen)
            placed += 1
            ringing += 1

    class Line(reusable(sim)):  # type: ignore[misc]
        def live(self) -> Process:
            nonlocal ringing
            self.book.attempts += 1
            yield self.hold(rng.uniform(RING_LOW_S, RING_HIGH_S))
            ringing -= 1
            if rng.random() < HUMAN:
                yield from self.answered()
            top_up()

        def answered(self) -> Process:
            nonlocal ready
            if ready:
                ready -= 1
                self.book.connect_at_once()
            else:
                answered = env.now()
                self.served = False
                waiting.append(self)
                yield self.hold(ANSWER_WITHIN_S)
                if not self.served:
                    waiting.remove(self)
                    self.book.abandon()
                    return
                self.book.connect(env.now() - answered)
            top_up()
            yield self.hold(rng.expovariate(1.0 / TALK_S))
            if waiting:
                serve(waiting.popleft())
            else:
                ready += 1

    top_up()
    env.run()
    return seen.figures(to_s - from_s, AGENTS_C)


MODELS: dict[str, Callable[[Any, int, Random], dict[str, float]]] = {
    "A": erlang_a,
    "A-lean": lean_erlang_a,
    "B": multi_skill,
    "C": power,
}


def run(model: str, calls: int, seed: int) -> Figures:
    """Simulate that many calls, or in model C attempts."""
    sim: Any = importlib.import_module("salabim")
    rng = Random(seed)
    began = time.perf_counter()
    figures = MODELS[model](sim, calls, rng)
    return Figures(calls, time.perf_counter() - began, figures)


if __name__ == "__main__":
    main(run, tuple(MODELS), __doc__)
