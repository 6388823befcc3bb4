"""The power dialer for one agent: five callbacks, nothing kept between them but in the store.

Made for short-lived functions: each callback loads the agent's floor, handles one event, commits and then
dials. Two instances for one agent, in two processes, do no harm: whoever commits on an old version loses,
reloads and finds what the other has done.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from callfloor.carriers.port import CarrierEvent, LiveCall, Originate
from callfloor.failures import UsageError
from callfloor.floor.vocabulary import (
    AGENT_LOGGED_IN,
    AGENT_LOGGED_OUT,
    CALL_ANSWERED,
    CALL_BRIDGED,
    CALL_ENDED,
    CALL_FAILED,
    CAMPAIGN_STARTED,
    CONNECTED,
    HUMAN,
    NEVER,
    OUTCOME_NAMES,
    UNKNOWN,
)
from callfloor.live.arrivals import Arrival, Incoming
from callfloor.live.logs import LoggedConditions
from callfloor.live.observer import Observer
from callfloor.live.settings import CampaignSettings, FloorSettings
from callfloor.live.step import Engine
from callfloor.runtimes import load
from callfloor.stores.opening import open_store

Dial = Callable[[str, str], None]
"""Given the agent's id and a number (+ and digits): ring it, or hang it up."""


class PowerDialer:
    """Keeps one agent busy by ringing several leads at once.

    Call the methods when something happens; after each, ``numbers`` are those that should be ringing or are
    talked to. `dial` and `hang_up`, if given, are called with the agent's id and a number for each one that
    is to be rung or let go: after the commit, at most once.

    Leads are those of `campaign` in the database `db` (``callfloor leads import``). A number is not rung
    again within `cooldown_s` of any attempt, by whichever agent or campaign. `hours` (such as `09:00-20:00`)
    and `rules` (such as `us`) say when people may be called; with neither, at any time. A lead that answers
    while the agent is busy is an abandoned call in law and counted as that; ``abandoned`` tells how many
    there were.
    """

    def __init__(
        self,
        agent_id: str,
        dial_ratio: float = 2,
        *,
        db: str | Path = "callfloor.db",
        campaign: str = "default",
        cooldown_s: float = 60.0,
        hours: str = "",
        rules: str = "",
        dial: Dial | None = None,
        hang_up: Dial | None = None,
        observers: Sequence[Observer] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Open the store. Raises UsageError for a wrong value and StoreError for an unusable database."""
        if not agent_id:
            raise UsageError("agent_id: expected a name, found nothing")
        self.agent_id = agent_id
        self._clock = clock
        settings = FloorSettings(
            name=f"power dialer of {agent_id}",
            agents=(agent_id,),
            campaigns=(
                CampaignSettings(
                    name=campaign,
                    pool="agent",
                    dial_ratio=dial_ratio,
                    cooldown_s=cooldown_s,
                    hours=hours,
                    rules=rules,
                    answer_within_s=0.0,
                ),
            ),
        )
        self._store = open_store(str(db))
        self._lines = _Lines(agent_id, dial, hang_up)
        self._engine = Engine(
            self._store,
            self._lines,
            settings,
            load(),
            observers=[LoggedConditions(settings.name), *observers],
        )

    def on_agent_login(self) -> None:
        """The agent has logged in: ring as many leads as the dial ratio says."""
        self._happened(lambda: Arrival(AGENT_LOGGED_IN, agent=self.agent_id))

    def on_agent_logout(self) -> None:
        """The agent has logged out: nobody more is rung."""
        self._happened(lambda: Arrival(AGENT_LOGGED_OUT, agent=self.agent_id))

    def on_call_started(self, number: str) -> None:
        """A lead has answered: theirs is the agent, if free; else the call is abandoned and let go."""
        self._happened(lambda: self._of_call(CALL_ANSWERED, number, HUMAN))

    def on_call_failed(self, number: str, outcome: str = "undetermined") -> None:
        """A number could not be reached; another lead is rung in its place if the agent is idle.

        `outcome` is one of the outcomes' names, such as "busy" or "no_answer". Raises UsageError for another.
        """
        if outcome not in OUTCOME_NAMES:
            raise UsageError(f"outcome: expected one of {', '.join(OUTCOME_NAMES)}, found {outcome!r}")
        self._happened(lambda: self._of_call(CALL_FAILED, number, OUTCOME_NAMES.index(outcome)))

    def on_call_ended(self, number: str) -> None:
        """The conversation is over: the call is on record, and the next leads are rung."""
        self._happened(lambda: self._of_call(CALL_ENDED, number, 0))

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers that should be ringing or are talked to now, in the order of dialling."""
        self._refresh()
        resident = self._engine.resident
        live = sorted((c for c in resident.floor.calls if c.state <= CONNECTED), key=lambda c: c.attempt)
        return tuple(f"+{resident.e164[call.lead.number]}" for call in live)

    @property
    def abandoned(self) -> int:
        """How many people have answered this agent's calls and found nobody."""
        self._refresh()
        return sum(campaign.abandoned for campaign in self._engine.resident.floor.campaigns)

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def __enter__(self) -> PowerDialer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _happened(self, tell: Callable[[], Arrival]) -> None:
        """Handle one event, and what follows from it at once."""
        now = self._clock()
        self._refresh()
        engine = self._engine
        floor = engine.resident.floor
        if not floor.campaigns or self.agent_id not in engine.resident.agent_ids:
            engine.configure(now)
        engine.step_with(lambda: [*self._opening(), *engine.timers_due(now), tell()], now)
        while confirmed := self._lines.confirmed():
            self._confirm(confirmed, now)
        engine.settle()

    def _confirm(self, told: list[tuple[int, str]], now: float) -> None:
        """Tell the floor that its commands have been carried out."""
        engine = self._engine
        engine.step_with(
            lambda: [Arrival(kind, call=engine.resident.slot_of(call_id)) for kind, call_id in told], now
        )

    def _opening(self) -> list[Incoming]:
        """The campaign starts with the first event."""
        started = self._engine.resident.floor.campaigns[0].running
        return [] if started else [Arrival(CAMPAIGN_STARTED, campaign=0)]

    def _of_call(self, kind: int, number: str, code: int) -> Arrival:
        """An event of the latest call to a number; of no call where there never was one."""
        resident = self._engine.resident
        digits = int("".join(c for c in number if c.isdigit()) or 0)
        # A number without its country code is a North American one, as system A's were.
        wanted = {digits, digits + 10_000_000_000 if digits < 10_000_000_000 else digits}
        latest: Any = None
        for call in resident.floor.calls:
            if resident.e164.get(call.lead.number) in wanted and (
                latest is None or call.attempt > latest.attempt
            ):
                latest = call
        slot = UNKNOWN if latest is None else latest.id
        return Arrival(kind, agent=self.agent_id, call=slot, code=code)

    def _refresh(self) -> None:
        """Take in what other instances have committed."""
        engine = self._engine
        if self._store.version(engine.floor_id) != engine.resident.version:
            engine.load()


class _Lines:
    """The carrier's place, where the caller of the five methods has the telephone in hand."""

    # The caller cannot be asked what became of a number: one that may have been dialled is not dialled again.
    remembers_since = NEVER
    # Who calls the five methods also decides whom they ring; `hours` and `rules` are theirs to give.
    reaches_people = False

    def __init__(self, agent_id: str, dial: Dial | None, hang_up: Dial | None) -> None:
        self.agent_id = agent_id
        self.dial = dial
        self.let_go = hang_up
        self.numbers: dict[str, str] = {}
        self.told: list[tuple[int, str]] = []

    def confirmed(self) -> list[tuple[int, str]]:
        """Bridges and hang-ups that have been carried out, as (kind of event, call id)."""
        told, self.told = self.told, []
        return told

    def originate(self, order: Originate) -> None:
        """Have the caller ring the number."""
        self.numbers[order.call_id] = f"+{order.number}"
        if self.dial is not None:
            self.dial(self.agent_id, self.numbers[order.call_id])

    def bridge(self, call_id: str, agent_id: str, at: float) -> None:
        """The agent is on the line already."""
        self.told.append((CALL_BRIDGED, call_id))

    def hang_up(self, call_id: str, at: float) -> None:
        """Have the caller let the number go."""
        self.told.append((CALL_ENDED, call_id))
        number = self.numbers.pop(call_id, None)
        if self.let_go is not None and number is not None:
            self.let_go(self.agent_id, number)

    def play(self, call_id: str, message: str, at: float) -> None:
        """There is no message to play."""

    def ask_live_calls(self) -> None:
        """Only the caller knows."""

    def live_calls(self) -> Sequence[LiveCall] | None:
        """Only the caller knows."""
        return None

    def next_due(self) -> float:
        """Nothing comes by itself."""
        return math.inf

    def take(self, now: float) -> Sequence[CarrierEvent]:
        """Nothing comes by itself."""
        return ()

    def close(self) -> None:
        """Nothing to let go of."""
