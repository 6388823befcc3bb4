"""Agents and supervisors of a run: they look at the floor as it is committed, and ask for what they want."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from callfloor.floor.vocabulary import (
    AGENT_ACCEPTED,
    AGENT_DISPOSED,
    AGENT_HUNG_UP,
    AGENT_LOGGED_IN,
    AGENT_LOGGED_OUT,
    AGENT_PAUSED,
    AGENT_RESUMED,
    AGENT_SKIPPED,
    CAMPAIGN_STARTED,
    CAMPAIGN_STOPPED,
    NEVER,
    OFFLINE,
    PAUSED,
    PAUSED_BY_AGENT,
    PREVIEWING,
    READY,
    TALKING,
    WRAP_UP,
)
from callfloor.live.arrivals import Arrival
from callfloor.live.rows import AGENT, CAMPAIGN, decode
from callfloor.people.random import uniform
from tests.faults.simulation.calendar import START

if TYPE_CHECKING:
    from tests.faults.simulation.world import World

TICK_S = (0.8, 2.5)
BEAT_EVERY_S = 5.0
LEAD_PLACE = len(AGENT.numbers) + AGENT.references.index("lead")
DISPOSITIONS = 6


def number_in(row: list[Any], name: str) -> Any:
    """A number of an agent's row."""
    return row[AGENT.numbers.index(name)]


class SimulatedAgent:
    """Somebody at a desk, with a mind of their own."""

    def __init__(self, world: World, floor: int, place: int, number: int) -> None:
        self.world = world
        self.floor = floor
        self.place = place
        self.number = number
        self.name = f"agent-{floor}-{place}"
        self.away_until = 0.0
        self.lost_phone_at: list[float] = []
        self.break_until = 0.0
        self.off_until = 0.0
        self.no_phone_until = 0.0
        self.ticks = 0

    def row(self) -> list[Any] | None:
        """The agent as the floor has them."""
        rows = self.world.database.floor(self.floor).agents
        return decode(rows[self.place][2]) if self.place in rows else None

    def draw(self, purpose: int) -> float:
        """A draw for this look at the desktop."""
        return uniform(self.world.plan.seed, self.number, self.ticks, purpose)

    def tick(self) -> None:
        """Look at the desktop and do something."""
        self.ticks += 1
        calendar = self.world.calendar
        if calendar.now >= self.away_until:
            row = self.row()
            if row is not None:
                self.act(row, calendar.now)
        low, high = TICK_S
        calendar.at(calendar.now + low + (high - low) * self.draw(1), self.tick)

    def act(self, row: list[Any], now: float) -> None:
        """Do what one does in this state."""
        state, draw = number_in(row, "state"), self.draw(2)
        restless = now < START + self.world.faults.last_s
        if state == OFFLINE:
            if now >= self.off_until:
                self.ask(AGENT_LOGGED_IN)
        elif state == PAUSED:
            self.act_paused(row, now)
        elif state == READY and restless and draw < 0.03:
            self.break_until = now + 5.0 + 20.0 * self.draw(3)
            self.ask(AGENT_PAUSED)
        elif state == READY and restless and draw < 0.05:
            self.off_until = now + 5.0 + 20.0 * self.draw(3)
            self.ask(AGENT_LOGGED_OUT)
        elif state == TALKING and draw < 0.06:
            self.ask(AGENT_HUNG_UP)
        elif state == TALKING and restless and draw < 0.09:
            self.break_until = now + 10.0
            self.ask(AGENT_PAUSED)
        elif state in (WRAP_UP, TALKING) and draw < 0.3:
            code, back_at = int(self.draw(3) * DISPOSITIONS), now + 30.0 + 40.0 * self.draw(4)
            self.ask(AGENT_DISPOSED, code=code, due_at=back_at if code == 2 else NEVER)
        elif state == PREVIEWING and draw < 0.7:
            kind = AGENT_ACCEPTED if draw < 0.5 else AGENT_SKIPPED
            self.ask(kind, lead=row[LEAD_PLACE])

    def act_paused(self, row: list[Any], now: float) -> None:
        """Come back from a break, or from having been taken for gone."""
        if number_in(row, "pause_reason") == PAUSED_BY_AGENT:
            if now >= max(self.break_until, self.no_phone_until):
                self.ask(AGENT_RESUMED)
        elif now >= self.no_phone_until:
            self.ask(AGENT_RESUMED)

    def ask(self, kind: int, **values: Any) -> None:
        """Ask something of the floor."""
        self.world.ask(self.floor, Arrival(kind, agent=self.name, **values))

    def beat(self) -> None:
        """Show that the desktop is there, to every process that runs or by the inbox."""
        calendar = self.world.calendar
        if calendar.now >= self.away_until:
            self.world.postbox.here[self.floor].append(self.name)
            for process in self.world.takers.get(self.floor, ()):
                if process.is_reachable():
                    process.heartbeats.beat(self.name, calendar.now + process.skew_s)
                    process.wake()
        calendar.at(calendar.now + BEAT_EVERY_S, self.beat)


class Supervisor:
    """Starts and stops a floor's campaign, and asks until it is so."""

    def __init__(self, world: World, floor: int) -> None:
        self.world = world
        self.floor = floor
        self.running = True

    def tick(self) -> None:
        """Look whether the campaign does as it should."""
        calendar = self.world.calendar
        rows = self.world.database.floor(self.floor).campaigns
        if 0 in rows and decode(rows[0][2])[CAMPAIGN.numbers.index("running")] != self.running:
            kind = CAMPAIGN_STARTED if self.running else CAMPAIGN_STOPPED
            self.world.ask(self.floor, Arrival(kind, campaign=0, code=int(not self.running)))
        calendar.at(calendar.now + 1.0, self.tick)
