"""What must never happen, asked whenever something is committed, rung, bridged or struck off."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from callfloor.floor.vocabulary import AGENT_GONE, AGENT_SILENT, ENDED, ENDING, HANG_UP
from callfloor.live.batch import CONFIGURED
from callfloor.live.rows import EVENT, decode
from callfloor.stores.port import Changes
from tests.faults.simulation.calendar import START

if TYPE_CHECKING:
    from tests.faults.simulation.workers import WorkerProcess
    from tests.faults.simulation.world import World

AGENT_PLACE = EVENT.numbers.index("agent")
SKEW_S = 1.0
"""By how much a process's clock is wrong at most."""


class ViolationError(Exception):
    """Something has happened that must not."""


@dataclass(slots=True)
class Truth:
    """What really became of one attempt, as the carrier knows it."""

    call_id: str
    number: int
    rung_at: float
    answered_at: float = math.inf
    by_person: bool = False
    bridged_at: list[float] = field(default_factory=list)
    ended_at: float = math.inf
    played: bool = False
    hung_up: bool = False  # by our command
    told: dict[int, list[str]] = field(default_factory=dict)  # ids of its events, by kind


class Witness:
    """Knows what really happened, and compares it with what is written down."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.truths: dict[str, Truth] = {}
        self.rung: dict[int, tuple[float, str]] = {}
        self.placed: dict[int, tuple[float, float]] = {}
        self.told: dict[tuple[str, int], int] = defaultdict(int)
        self.taken: set[tuple[int, str]] = set()
        self.violation: ViolationError | None = None
        self.gone_at: dict[tuple[int, int], list[float]] = {}
        self.lease_taken_at: dict[int, tuple[str, float]] = {}
        setting = world.plan.setting
        self.cooldown_s: float = setting.campaign["cooldown_s"]
        self.lawful_until = START + setting.hours_end_s if setting.hours_end_s else math.inf

    def require(self, fine: bool, what: str) -> None:
        """Stop the run unless all is well."""
        if not fine:
            self.fail(what)

    def fail(self, what: str) -> NoReturn:
        """Stop the run. Raises ViolationError."""
        error = ViolationError(f"after {self.world.calendar.now - START:.3f} s: {what}")
        self.violation = self.violation or error
        raise error

    def stop_if_wrong(self) -> None:
        """Stop the run where something was wrong, whoever has taken care of the error meanwhile."""
        if self.violation is not None:
            raise self.violation

    def attempt(self, call_id: str) -> str:
        """An attempt as people read it."""
        return f"attempt {int(call_id[16:], 16)} of floor {self.world.floor_of_call(call_id)}"

    def committed(self, floor_id: int, floor: Any, changes: Changes) -> None:
        """A step has been committed; `floor` is what the process that did it has in memory."""
        for entry in changes.journal:
            if entry.kind == AGENT_GONE:
                self.check_gone(floor_id, decode(entry.event)[AGENT_PLACE], entry.at)
        numbers = self.world.database.book.numbers
        leads: set[int] = set()
        for call in [call for call in floor.calls if call.state != ENDED]:
            if call.lead is None:
                continue
            lead, number, agent = call.lead.id, call.lead.number, call.agent
            if lead in leads:
                self.fail(f"lead {lead} is in two live attempts")
            leads.add(lead)
            held_by = numbers[number - 1].held_by
            if held_by != floor_id:
                self.fail(
                    f"attempt {call.attempt} of floor {floor_id} lives, its number {number} is held by "
                    f"{held_by}"
                )
            if agent is not None and agent.call is not call and not self.lost_phone(floor_id, agent, call):
                self.fail(
                    f"attempt {call.attempt} of floor {floor_id} has an agent who has another call or none"
                )
        for agent in floor.agents:
            if agent.call is not None and agent.call.agent is not agent:
                self.fail(f"agent {agent.id} of floor {floor_id} has a call that is not theirs")
        for campaign in floor.campaigns:
            ledger, counted = campaign.ledger, (campaign.connected, campaign.abandoned)
            if counted != (ledger.connected_in_all, ledger.abandoned_in_all):
                self.fail(
                    f"floor {floor_id} counts {counted[0]} connected and {counted[1]} abandoned calls, the "
                    f"window of its ledger {ledger.connected_in_all} and {ledger.abandoned_in_all}"
                )
        self.check_placed(floor_id, changes)
        for taken in changes.taken:
            self.world.postbox.taken(floor_id, taken)
        for entry in changes.journal:
            if entry.kind == AGENT_SILENT and self.world.workers:
                idle_s = entry.at - self.last_at_work(floor_id, changes)
                self.world.postbox.check_silent(floor_id, decode(entry.event)[AGENT_PLACE], idle_s)
            if entry.event_id is not None:
                self.require(
                    (floor_id, entry.event_id) not in self.taken,
                    f"floor {floor_id} takes the carrier's event {entry.event_id} twice",
                )
                self.taken.add((floor_id, entry.event_id))

    def last_at_work(self, floor_id: int, changes: Changes) -> float:
        """When a floor had its last event before these changes."""
        first, journal = changes.journal[0].seq, self.world.database.floor(floor_id).journal
        return next((e.at for e in reversed(journal) if e.seq < first and e.kind != CONFIGURED), -math.inf)

    def lease_taken(self, floor_id: int, owner: str) -> None:
        """A worker has taken a floor, or has kept it."""
        former, _ = self.lease_taken_at.get(floor_id, ("", 0.0))
        if former != owner:
            self.lease_taken_at[floor_id] = owner, self.world.calendar.now

    def had_lease(self, process: WorkerProcess, floor_id: int) -> None:
        """A worker has committed: when it began to step, the floor was its own."""
        if process.worker is None or process.loop is None:
            return
        began_at, name = process.loop.began_at, process.worker.name
        _, until = self.world.database.worker_rows.leases.get(floor_id, ("", -math.inf))
        taken_by, taken_at = self.lease_taken_at.get(floor_id, ("", -math.inf))
        if taken_by != name:
            # Whether or not the other one has given it back since.
            until = taken_at
        self.require(
            until >= began_at,
            f"{name} steps floor {floor_id}, which has not been its own for {began_at - until:.3f} s",
        )

    def check_gone(self, floor_id: int, place: int, at: float) -> None:
        """An agent's line that the floor takes for lost was lost, each time that it does."""
        [desk] = [a for a in self.world.agents if (a.floor, a.place) == (floor_id, place)]
        self.gone_at.setdefault((floor_id, place), []).append(at)
        told, truth = self.gone_at[floor_id, place], desk.lost_phone_at
        self.require(
            len(told) <= len(truth) and truth[len(told) - 1] <= at + SKEW_S,
            f"agent {place} of floor {floor_id} is taken for gone {len(told)} times, the last at "
            f"{at - START:.3f} s, and lost their line at {[round(t - START, 3) for t in truth]} s",
        )

    def lost_phone(self, floor_id: int, agent: Any, call: Any) -> bool:
        """Whether the floor has heard that the agent's line is lost while the call was being ended: they may
        have another by now."""
        told = self.gone_at.get((floor_id, agent.id))
        return bool(told and call.state == ENDING and told[-1] >= call.placed_at)

    def check_placed(self, floor_id: int, changes: Changes) -> None:
        """No attempt is decided on within the number's exclusion window."""
        for number, at, free_at in changes.placed:
            last, free = self.placed.get(number, (-math.inf, -math.inf))
            self.require(
                at >= free,
                f"floor {floor_id} has number {number} called {at - last:.3f} s after its last attempt, in "
                f"its exclusion window of {self.cooldown_s} s",
            )
            self.placed[number] = at, free_at

    def struck_off(self, call_key: str, entries: list[Any]) -> None:
        """Commands leave the outbox: those that end calls must have been given to the carrier."""
        for entry in entries:
            do = decode(entry.command)[0]
            call_id = f"{call_key}{entry.attempt:016x}"
            if do == HANG_UP:
                self.require(
                    self.told[call_id, HANG_UP] > 0,
                    f"{self.attempt(call_id)}: the command to hang up is struck off, and was never sent",
                )

    def ringing(self, call_id: str, e164: int, repeated: bool) -> None:
        """The carrier is told to ring a number."""
        world = self.world
        what = f"{self.attempt(call_id)} to {e164}"
        floor_id = world.floor_of_call(call_id)
        record = world.database.floor(floor_id).records.get(int(call_id[16:], 16))
        self.require(record is not None, f"{what} is rung before it is committed")
        if repeated:
            self.require(
                world.plan.setting.remembers_attempts,
                f"{what} is sent twice to a carrier that does not remember attempts",
            )
            return
        now = world.calendar.now
        number = world.database.book.numbers[world.database.book.ids[e164] - 1]
        self.require(not number.barred, f"{what} is rung although the number is barred")
        self.require(
            now <= self.lawful_until + 2 * SKEW_S,
            f"{what} is rung {now - self.lawful_until:.3f} s after the lawful hours",
        )
        others = [t for t in self.truths.values() if t.number == e164 and t.ended_at == math.inf]
        self.require(not others, f"{what} is rung while {[self.attempt(t.call_id) for t in others]} lives")
        last, _ = self.rung.get(e164, (-math.inf, ""))
        late_s = world.place_within_s + 2 * SKEW_S
        self.require(
            now - last >= self.cooldown_s - late_s,
            f"{what} is rung {now - last:.3f} s after the attempt before",
        )
        decided_at = record.placed_at if record is not None else now
        self.require(
            now - decided_at <= late_s, f"{what} is rung {now - decided_at:.3f} s after its decision"
        )
        self.rung[e164] = now, call_id
        self.truths[call_id] = Truth(call_id, e164, now)

    def bridged(self, call_id: str, agent: str, others: list[str]) -> None:
        """The carrier has connected a call and an agent."""
        self.require(
            not others,
            f"{self.attempt(call_id)} is bridged to {agent}, who talks in "
            f"{[self.attempt(other) for other in others]}",
        )
        self.truths[call_id].bridged_at.append(self.world.calendar.now)
