"""What a run of the load is: how many agents, what they do, on what, and for how long."""

from __future__ import annotations

from dataclasses import dataclass

from callfloor.live.recent_events import KEPT_S
from callfloor.live.settings import CampaignSettings, FloorSettings

LOGIN_SPREAD = 1.15
"""Agents log in over so many talk times, so that their calls do not all end at once."""

LINGER_S = 60.0
"""For how long ended calls are kept for late events: short, so that what grows for another reason shows."""

SHORT_TALK_S = 30.0


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. `answers` is the share of attempts that a person answers; times are seconds."""

    agents: int = 1000
    for_s: float = 60.0
    db: str = "sqlite"
    workers: int = 1
    floors: int = 1
    talk_s: float = 120.0
    answers: float = 0.3
    ring_s: str = "5-25"
    wrap_up_s: float = 10.0
    dial_ratio: float = 2.0
    mode: str = "power"
    pause_every_s: float = 1800.0
    warm_up_s: float | None = None
    profile: bool = False

    @property
    def name(self) -> str:
        """The run in a few words."""
        where = {"sqlite": "SQLite", "postgres": "PostgreSQL"}[self.db]
        return f"load, {self.agents:,} agents, calls of {self.talk_s:g} s, {where}"

    @property
    def is_busy(self) -> bool:
        """Whether calls are so short that it is a run for latency, as of 4,500 agents at 2,000 events/s."""
        return self.talk_s <= SHORT_TALK_S

    @property
    def logins_s(self) -> float:
        """Over which time agents log in."""
        return LOGIN_SPREAD * self.talk_s + self.wrap_up_s

    @property
    def before_s(self) -> float:
        """From the first login to the first measurement: some calls have ended by then, and the ids of events
        that are remembered for a while are as many as they will be."""
        if self.warm_up_s is not None:
            return self.warm_up_s
        return max(self.logins_s + 0.3 * self.talk_s, KEPT_S) + 10.0

    def attempts(self) -> int:
        """More calls than will be placed: no agent is quicker than talk and wrap-up alone."""
        busy_s = self.before_s + self.for_s
        return int(self.agents * (2 * self.dial_ratio + busy_s / (self.talk_s * self.answers))) + 100

    def settings(self) -> list[FloorSettings]:
        """The floors, with the agents in equal shares."""
        return [self.floor(place) for place in range(self.floors)]

    def floor(self, place: int) -> FloorSettings:
        """One of the floors."""
        count = self.agents // self.floors + (place < self.agents % self.floors)
        campaign = CampaignSettings(
            name=f"campaign-{place}",
            mode=self.mode,
            dial_ratio=self.dial_ratio,
            wrap_up_s=self.wrap_up_s,
            ring_timeout_s=30.0,
        )
        names = tuple(f"agent-{place}-{i:05d}" for i in range(count))
        return FloorSettings(f"floor-{place}", names, (campaign,), linger_s=LINGER_S)
