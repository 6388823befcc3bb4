"""Faults that real carriers show, on purpose: events lost, doubled, delayed and reordered.

Only events suffer; commands always get through (a carrier that is not there is a fault of its own, see
``client.py``). Each fault is a pure function of a seed and of the event's number, so that a run that went
wrong goes wrong again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from typing import Self

from callfloor.carriers.port import Carrier, CarrierEvent, LiveCall, Originate
from callfloor.floor.vocabulary import NEVER
from callfloor.people.behaviour import seconds_range
from callfloor.people.random import uniform

# Purposes of draws: a number once given is never given to another purpose, or recorded runs change.
_LOSE = 0xFA01
_DOUBLE = 0xFA02
_DELAY = 0xFA03
_REORDER = 0xFA04
_DELAY_S = 0xFA05
_NEW_ID = 0xFA06
_AGAIN_LATER = 0xFA07
_AGAIN_S = 0xFA08

_PROBABILITIES = ("lose", "double", "delay", "reorder")


@dataclass(frozen=True, slots=True)
class Faults:
    """How likely each fault is for an event, 0 to 1, each drawn on its own.

    An event that is lost is never delivered. One that is doubled is told again, at once or up to
    `delay_s` later, half of the time with a new id, as Asterisk does with overlapping subscriptions. One
    that is delayed comes `delay_s` (lowest and highest seconds, uniform) late. One that is reordered comes
    after the next event that is not, or the highest of `delay_s` late where there is none.

    Raises
    ------
    ValueError
        a value is out of range; the message names the field.
    """

    lose: float = 0.0
    double: float = 0.0
    delay: float = 0.0
    reorder: float = 0.0
    delay_s: tuple[float, float] = (0.1, 2.0)

    def __post_init__(self) -> None:
        for name in _PROBABILITIES:
            value = getattr(self, name)
            if not 0.0 <= value <= 1.0:
                raise ValueError(f"{name}: expected a probability from 0 to 1, found {value}")
        low, high = self.delay_s
        if not 0.0 <= low <= high < math.inf:
            raise ValueError(
                f"delay_s: expected 0 <= low <= high seconds; found low {low:g} and high {high:g}"
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read faults as the command line gives them: ``lose=0.01,double=0.02,delay=0.1,delay_s=0.1-2``.

        An empty text means no faults.

        Raises
        ------
        ValueError
            a key is unknown or given twice, or its value is wrong; the message names it.
        """
        given: dict[str, float | tuple[float, float]] = {}
        for part in text.split(",") if text.strip() else ():
            name, _, value = (word.strip() for word in part.partition("="))
            if name not in _PROBABILITIES and name != "delay_s":
                known = ", ".join((*_PROBABILITIES, "delay_s"))
                raise ValueError(
                    f"faults: expected KEY=VALUE with a key among {known}; found {part.strip()!r}"
                )
            if name in given:
                raise ValueError(f"{name}: given twice in {text!r}")
            given[name] = _read_value(name, value)
        return cls(**given)  # type: ignore[arg-type] # which key takes which kind is checked above


def _read_value(name: str, value: str) -> float | tuple[float, float]:
    """Read one value of a text of faults."""
    try:
        return seconds_range(value) if name == "delay_s" else float(value)
    except ValueError as error:
        wanted = error if name == "delay_s" else f"expected a probability from 0 to 1, found {value!r}"
        raise ValueError(f"{name}: {wanted}") from None


class FaultyCarrier:
    """Any carrier, seen through faults. `live_calls` tells the truth: faults are of events only."""

    def __init__(self, carrier: Carrier, faults: Faults, seed: int) -> None:
        self.remembers_since = carrier.remembers_since
        self.reaches_people = carrier.reaches_people
        self._carrier = carrier
        self._faults = faults
        self._seed = seed
        self._seen = 0
        self._pushed = 0
        self._arrivals: list[tuple[float, int, CarrierEvent]] = []
        self._overtaken: list[tuple[float, CarrierEvent]] = []

    def originate(self, order: Originate) -> None:
        """Place a call."""
        self._carrier.originate(order)

    def bridge(self, call_id: str, agent_id: str, at: float) -> None:
        """Connect an answered call to an agent's line."""
        self._carrier.bridge(call_id, agent_id, at)

    def hang_up(self, call_id: str, at: float) -> None:
        """End a call; no error where it has ended already."""
        self._carrier.hang_up(call_id, at)

    def play(self, call_id: str, message: str, at: float) -> None:
        """Play a recorded message to an answered call."""
        self._carrier.play(call_id, message, at)

    def ask_live_calls(self) -> None:
        """Ask the carrier anew."""
        self._carrier.ask_live_calls()

    def live_calls(self) -> Sequence[LiveCall] | None:
        """The calls that the carrier has now; None while that is not known yet."""
        return self._carrier.live_calls()

    def next_due(self) -> float:
        """When ``take`` will next have something, or learn of something (UTC seconds)."""
        due = self._carrier.next_due()
        if self._arrivals:
            due = min(due, self._arrivals[0][0])
        return min(due, self._next_deadline())

    def take(self, now: float) -> list[CarrierEvent]:
        """What has come through up to `now` (UTC seconds) and was not taken yet, in order of arrival."""
        for event in self._carrier.take(now):
            self._release_overtaken(event.at)
            self._pass_on(event)
        self._release_overtaken(now)
        events = []
        while self._arrivals and self._arrivals[0][0] <= now:
            events.append(heappop(self._arrivals)[2])
        return events

    def close(self) -> None:
        """Close the carrier; what is delayed never comes."""
        self._arrivals.clear()
        self._overtaken.clear()
        self._carrier.close()

    def _pass_on(self, event: CarrierEvent) -> None:
        """Decide what becomes of one event."""
        number = self._seen
        self._seen += 1
        faults = self._faults
        if self._draw(number, _LOSE) < faults.lose:
            return
        arrives_at = event.at
        if self._draw(number, _DELAY) < faults.delay:
            arrives_at += self._delay_s(number, _DELAY_S)
        if self._draw(number, _REORDER) < faults.reorder:
            self._overtaken.append((arrives_at + faults.delay_s[1], event))
        else:
            self._push(arrives_at, event)
            overtaken, self._overtaken = self._overtaken, []
            for _, earlier in reversed(overtaken):
                self._push(arrives_at, earlier)
        if self._draw(number, _DOUBLE) < faults.double:
            self._double(event, number, arrives_at)

    def _double(self, event: CarrierEvent, number: int, arrives_at: float) -> None:
        """Tell an event a second time."""
        if self._draw(number, _AGAIN_LATER) < 0.5:
            arrives_at += self._delay_s(number, _AGAIN_S)
        if self._draw(number, _NEW_ID) < 0.5:
            event = replace(event, event_id=f"{event.event_id}-again")
        self._push(arrives_at, event)

    def _release_overtaken(self, until: float) -> None:
        """Let those through that nothing has overtaken by their deadline."""
        late = sorted((e for e in self._overtaken if e[0] <= until), key=lambda entry: entry[0])
        if late:
            self._overtaken = [entry for entry in self._overtaken if entry[0] > until]
        for deadline, event in late:
            self._push(deadline, event)

    def _next_deadline(self) -> float:
        """When the first event that waits to be overtaken comes anyway (UTC seconds)."""
        return min((deadline for deadline, _ in self._overtaken), default=NEVER)

    def _push(self, arrives_at: float, event: CarrierEvent) -> None:
        """Have an event ready to be taken from its arrival on."""
        self._pushed += 1
        heappush(self._arrivals, (arrives_at, self._pushed, event))

    def _draw(self, number: int, purpose: int) -> float:
        """A draw in (0, 1) for an event."""
        return uniform(self._seed, number, purpose)

    def _delay_s(self, number: int, purpose: int) -> float:
        """A delay in seconds for an event."""
        low, high = self._faults.delay_s
        return low + (high - low) * self._draw(number, purpose)
