"""A carrier that rings simulated people, in this process and in the time that it is given.

It does no input or output and reads no clock: a calendar of what will happen is worked off up to the time of
each command and of each ``take``. The same seed and commands give the same events, however often ``take``
is called in between, as long as it does not run ahead of the commands' times.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from callfloor.carriers.port import CarrierEvent, LiveCall, Originate
from callfloor.floor.vocabulary import (
    AGENT_GONE,
    ANSWERED,
    CALL_ANSWERED,
    CALL_BRIDGED,
    CALL_ENDED,
    CALL_FAILED,
    CALL_PLAYED,
    CALL_RINGING,
    CONNECTED,
    CONNECTING,
    LONG_AGO,
    MACHINE,
    MESSAGE,
    NEVER,
    NO_ANSWER,
    RINGING,
)
from callfloor.people.behaviour import ANSWERS, SHORTEST_RING_S, Behaviour, attempt_key
from callfloor.people.random import mix

REMEMBERED_ATTEMPTS = 1_000_000
"""How many ended calls are remembered at most (half as many at least), so that none is rung again."""


@dataclass(slots=True, eq=False)
class _Line:
    """A call that lives. Points in time are UTC seconds."""

    call_id: str
    outcome: int
    talk_left_s: float
    state: int = RINGING
    since: float = 0.0
    entry: int = 0
    due_at: float = NEVER
    gives_up_at: float = NEVER
    answered_at: float | None = None
    agent_id: str = ""
    events: int = 0


class _PastAttempts:
    """Ids of the calls that have ended: the latest 500,000 at least, 1,000,000 at most.

    Two generations of 60-bit digests, some 100 MB when full; the older one is dropped whole. Two ids have
    the same digest once in 10^18.
    """

    def __init__(self, limit: int = REMEMBERED_ATTEMPTS) -> None:
        self._generation = max(1, limit // 2)
        self._recent: set[int] = set()
        self._older: set[int] = set()

    def add(self, call_id: str) -> None:
        """Remember a call."""
        if len(self._recent) >= self._generation:
            self._older = self._recent
            self._recent = set()
        self._recent.add(self._digest(call_id))

    def __contains__(self, call_id: str) -> bool:
        try:
            digest = self._digest(call_id)
        except ValueError:
            # No call was ever placed with such an id.
            return False
        return digest in self._recent or digest in self._older

    @staticmethod
    def _digest(call_id: str) -> int:
        """60 bits of the id: what fits the smallest of Python's longer integers. 32 digits are expected."""
        return mix(int(call_id[:16], 16), attempt_key(call_id)) >> 4


class SimulatedCarrier:
    """A carrier whose people behave by `behaviour`; draws are keyed by `seed`, number and call id.

    A person who has answered waits for as long as their patience, which holds while a message plays and
    while a bridge is being made (`bridge_s` seconds), and talks for their talk time. If the agent's line is
    lost they wait anew, and later talk for what was left. An outcome of UNDETERMINED is a person; a machine
    hangs up when it has recorded for long enough. An agent's line that was lost can be bridged again at once.

    Commands may name any past or future time; a call's own events never run back.
    """

    def __init__(self, behaviour: Behaviour, seed: int, bridge_s: float = 0.0) -> None:
        if not 0.0 <= bridge_s < math.inf:
            raise ValueError(f"bridge_s: expected 0 or more seconds, found {bridge_s}")
        self.remembers_since = LONG_AGO
        self.reaches_people = False
        self._behaviour = behaviour
        self._seed = seed
        self._bridge_s = bridge_s
        self._lines: dict[str, _Line] = {}
        self._past = _PastAttempts()
        self._calendar: list[tuple[float, int, str]] = []
        self._arrivals: list[tuple[float, int, CarrierEvent]] = []
        self._entries = 0

    def originate(self, order: Originate) -> None:
        """Ring the number; a call id that was used before rings nobody, and nothing is said about it.

        Raises
        ------
        ValueError
            the call id is not 32 hexadecimal digits.
        """
        attempt = attempt_key(order.call_id)
        self._work_off(order.at)
        if self.knows(order.call_id):
            return
        outcome = self._behaviour.outcome(self._seed, order.number, attempt)
        ring_s = self._behaviour.ring_time_s(self._seed, order.number, attempt)
        talk_s = self._behaviour.talk_time_s(self._seed, order.number, attempt)
        longest_s = max(SHORTEST_RING_S, order.ring_timeout_s)
        if ring_s > longest_s:
            ring_s, outcome = longest_s, NO_ANSWER
        line = _Line(order.call_id, outcome, self._behaviour.machine_s if outcome == MACHINE else talk_s)
        self._lines[order.call_id] = line
        self._tell(line, CALL_RINGING, order.at)
        self._move(line, RINGING, order.at + ring_s)

    def knows(self, call_id: str) -> bool:
        """Whether the call lives or has ended within the window of `REMEMBERED_ATTEMPTS`."""
        return call_id in self._lines or call_id in self._past

    def bridge(self, call_id: str, agent_id: str, at: float) -> None:
        """Connect an answered call to an agent's line, or move it there; nothing where that cannot be."""
        line = self._line(call_id, at)
        if line is None or line.state == RINGING:
            return
        if line.state in (CONNECTING, CONNECTED) and line.agent_id == agent_id:
            return
        moment = max(at, line.since)
        if line.state == CONNECTED:
            line.talk_left_s = max(0.0, line.due_at - moment)
        line.agent_id = agent_id
        self._move(line, CONNECTING, min(moment + self._bridge_s, line.gives_up_at))

    def hang_up(self, call_id: str, at: float) -> None:
        """End a call; nothing where it is unknown or has ended."""
        line = self._line(call_id, at)
        if line is not None:
            self._end(line, CALL_ENDED, max(at, line.since))

    def play(self, call_id: str, message: str, at: float) -> None:
        """Play a message to a call that was answered and is not bridged; nothing where that cannot be."""
        line = self._line(call_id, at)
        if line is None or line.state != ANSWERED:
            return
        over_at = max(at, line.since) + self._behaviour.message_s
        self._move(line, MESSAGE, min(over_at, line.gives_up_at))

    def lose_agent_line(self, agent_id: str, at: float) -> None:
        """Lose an agent's line: AGENT_GONE, and whoever was talking to that agent waits again."""
        self._work_off(at)
        event_id = f"{agent_id}-gone-{at!r}-{self._next_entry()}"
        self._arrive(CarrierEvent(AGENT_GONE, "", event_id, at, agent_id=agent_id))
        for line in self._lines.values():
            if line.state not in (CONNECTING, CONNECTED) or line.agent_id != agent_id:
                continue
            moment = max(at, line.since)
            if line.state == CONNECTED:
                line.talk_left_s = max(0.0, line.due_at - moment)
                line.gives_up_at = moment + self._behaviour.patience_s
            line.agent_id = ""
            self._move(line, ANSWERED, line.gives_up_at)

    def ask_live_calls(self) -> None:
        """The answer is always at hand."""

    def live_calls(self) -> Sequence[LiveCall]:
        """The calls that live after the latest command or ``take``, whichever time was later."""
        return [
            LiveCall(
                line.call_id,
                answered=line.state != RINGING and line.outcome != MACHINE,
                bridged=line.state == CONNECTED,
                answered_at=line.answered_at,
            )
            for line in self._lines.values()
        ]

    def next_due(self) -> float:
        """When something will next happen if nobody does anything (UTC seconds); infinity: nothing will."""
        while self._calendar and self._is_stale(self._calendar[0]):
            heappop(self._calendar)
        due = self._calendar[0][0] if self._calendar else NEVER
        return min(due, self._arrivals[0][0]) if self._arrivals else due

    def take(self, now: float) -> list[CarrierEvent]:
        """Everything up to `now` (UTC seconds) that was not taken yet, in the order of its times."""
        self._work_off(now)
        events = []
        while self._arrivals and self._arrivals[0][0] <= now:
            events.append(heappop(self._arrivals)[2])
        return events

    def close(self) -> None:
        """Forget every call; nothing will happen any more."""
        self._lines.clear()
        self._calendar.clear()
        self._arrivals.clear()

    def _line(self, call_id: str, at: float) -> _Line | None:
        """The call as it is at that time, if it lives then."""
        self._work_off(at)
        return self._lines.get(call_id)

    def _work_off(self, until: float) -> None:
        """Let everything happen that is due by then."""
        while self._calendar and self._calendar[0][0] <= until:
            entry = heappop(self._calendar)
            if not self._is_stale(entry):
                self._happen(self._lines[entry[2]], entry[0])

    def _is_stale(self, entry: tuple[float, int, str]) -> bool:
        """Whether the call has gone another way since this was put into the calendar."""
        line = self._lines.get(entry[2])
        return line is None or line.entry != entry[1]

    def _happen(self, line: _Line, at: float) -> None:
        """What was due for a call happens."""
        if line.state == RINGING and line.outcome in ANSWERS:
            line.answered_at = at
            self._tell(line, CALL_ANSWERED, at, line.outcome)
            stays_s = self._behaviour.machine_s if line.outcome == MACHINE else self._behaviour.patience_s
            line.gives_up_at = at + stays_s
            self._move(line, ANSWERED, line.gives_up_at)
        elif line.state == RINGING:
            self._end(line, CALL_FAILED, at, line.outcome)
        elif line.state == CONNECTED or line.gives_up_at <= at:
            self._end(line, CALL_ENDED, at)
        elif line.state == CONNECTING:
            self._tell(line, CALL_BRIDGED, at, agent_id=line.agent_id)
            line.gives_up_at = NEVER
            self._move(line, CONNECTED, at + line.talk_left_s)
        elif line.state == MESSAGE:
            self._tell(line, CALL_PLAYED, at)
            self._move(line, ANSWERED, line.gives_up_at)

    def _move(self, line: _Line, state: int, due_at: float) -> None:
        """Put a call into a state that lasts until `due_at` (UTC seconds) if nobody intervenes."""
        line.state = state
        line.due_at = due_at
        line.entry = self._next_entry()
        if due_at < NEVER:
            heappush(self._calendar, (due_at, line.entry, line.call_id))

    def _end(self, line: _Line, kind: int, at: float, code: int = 0) -> None:
        """The call is over: only its id is kept."""
        self._tell(line, kind, at, code)
        del self._lines[line.call_id]
        self._past.add(line.call_id)

    def _tell(self, line: _Line, kind: int, at: float, code: int = 0, agent_id: str = "") -> None:
        """Report an event of a call."""
        line.since = at
        line.events += 1
        event_id = f"{line.call_id}-{line.events}"
        self._arrive(CarrierEvent(kind, line.call_id, event_id, at, code, agent_id))

    def _arrive(self, event: CarrierEvent) -> None:
        """Have an event ready to be taken from its time on."""
        heappush(self._arrivals, (event.at, self._next_entry(), event))

    def _next_entry(self) -> int:
        """A number that is larger than every one before."""
        self._entries += 1
        return self._entries
