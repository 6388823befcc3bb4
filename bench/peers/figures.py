"""What a peer reports: how long a run took, and what it found, to see that all do the same work."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass

WARM_UP = 2_000
"""The first calls, or attempts, which are simulated but not counted: an hour or so of each model."""

FEWEST = 1_000
"""Calls of a run: with fewer a figure may have nothing to be a share of."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One run. `calls` are all that were offered, or the campaign's attempts, the warm-up's included."""

    calls: int
    wall_s: float
    figures: dict[str, float]

    @property
    def us_per_call(self) -> float:
        """Microseconds a call."""
        return self.wall_s / self.calls * 1e6


def warm_up_of(calls: int) -> int:
    """How many of so many calls come before those that are counted."""
    return min(WARM_UP, calls // 10)


class Waits:
    """What became of the calls of one queue, or of several queues together."""

    __slots__ = ("abandoned", "answered", "answered_wait_s", "in_time", "limit_s", "lost_wait_s", "waited")

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self.answered = self.abandoned = self.waited = self.in_time = 0
        self.answered_wait_s = self.lost_wait_s = 0.0

    def answer_at_once(self) -> None:
        """A call found an agent ready."""
        self.answered += 1
        self.in_time += 1

    def answer(self, wait_s: float) -> None:
        """A call was answered after a wait."""
        self.answered += 1
        self.waited += 1
        self.answered_wait_s += wait_s
        if wait_s <= self.limit_s:
            self.in_time += 1

    def abandon(self, wait_s: float) -> None:
        """A call gave up after a wait."""
        self.abandoned += 1
        self.waited += 1
        self.lost_wait_s += wait_s

    def figures(self) -> dict[str, float]:
        """The figures by the names that Callfloor gives them."""
        offered = self.answered + self.abandoned
        return {
            "offered": offered,
            "p_wait": self.waited / offered,
            "p_abandon": self.abandoned / offered,
            "asa_s": self.answered_wait_s / self.answered,
            "mean_wait_s": (self.answered_wait_s + self.lost_wait_s) / offered,
            "service_level": self.in_time / offered,
        }


def figures_of_queues(waits: dict[str, Waits]) -> dict[str, float]:
    """The figures of every queue and of all of them, as `sales.p_wait` and `all.p_wait`."""
    everything = Waits(0.0)
    for one in waits.values():
        for name in ("abandoned", "answered", "answered_wait_s", "in_time", "lost_wait_s", "waited"):
            setattr(everything, name, getattr(everything, name) + getattr(one, name))
    return {
        f"{name}.{figure}": value
        for name, one in {**waits, "all": everything}.items()
        for figure, value in one.figures().items()
    }


class Attempts:
    """What became of the attempts of a campaign."""

    __slots__ = ("abandoned", "attempts", "connected", "waited", "waited_s")

    def __init__(self) -> None:
        self.attempts = self.abandoned = self.connected = self.waited = 0
        self.waited_s = 0.0

    def connect_at_once(self) -> None:
        """Somebody answered and found an agent ready."""
        self.connected += 1

    def connect(self, wait_s: float) -> None:
        """Somebody answered and was connected after a wait."""
        self.connected += 1
        self.waited += 1
        self.waited_s += wait_s

    def abandon(self) -> None:
        """Somebody answered, and no agent came within the limit."""
        self.abandoned += 1
        self.waited += 1

    def figures(self, dialled_s: float, agents: int) -> dict[str, float]:
        """The figures by Callfloor's names; the attempts were placed within `dialled_s`."""
        human_answers = self.connected + self.abandoned
        return {
            "attempts": self.attempts,
            "human_answers": human_answers,
            "connected": self.connected,
            "abandoned": self.abandoned,
            "abandon_rate": self.abandoned / human_answers,
            "p_wait": self.waited / human_answers,
            "asa_s": self.waited_s / self.connected,
            "attempts_per_h": self.attempts / dialled_s * 3600.0,
            "connects_per_agent_h": self.connected / dialled_s * 3600.0 / agents,
        }


def main(run: Callable[[str, int, int], Figures], models: tuple[str, ...], about: str | None) -> None:
    """Run what the command line says and print one line of JSON."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=models)
    parser.add_argument("calls", type=int)
    parser.add_argument("seed", type=int)
    options = parser.parse_args()
    if options.calls < FEWEST:
        parser.error(f"CALLS must be at least {FEWEST}, not {options.calls}")
    found = run(options.model, options.calls, options.seed)
    json.dump({"model": options.model, **asdict(found), "us_per_call": found.us_per_call}, sys.stdout)
    print()
