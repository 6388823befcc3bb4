"""The port between the service and a database: runs of simulations, their reports, and who may ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

RunState = Literal["queued", "running", "done", "failed", "cancelled"]
OVER: tuple[RunState, ...] = ("done", "failed", "cancelled")
"""States that a run does not leave."""

ReportKind = Literal["json", "xlsx", "html"]
Role = Literal["read", "run", "floor"]


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run. Times are seconds UTC, None for what has not come yet; `name` is that of its scenario.

    `owner` is the number of the service that has it, `done` the share that it has told last.
    """

    id: str
    state: RunState
    name: str
    created_at: float
    expires_at: float
    owner: int
    error: str | None = None
    started_at: float | None = None
    ended_at: float | None = None
    done: float = 0.0


class RunStore(Protocol):
    """Keeps runs and tokens. May be used by several threads at once, and by several processes."""

    def add(self, run: RunRow, scenario: Mapping[str, Any]) -> None:
        """Keep a new run with its scenario, whose `name` is the run's."""

    def begin(self, run: str, at: float) -> None:
        """A run is being simulated; nothing happens to one that is not queued."""

    def end(
        self, run: str, state: RunState, at: float, error: str | None, reports: Mapping[ReportKind, bytes]
    ) -> None:
        """A run is over: its end and its reports are kept together or not at all.

        Nothing happens to one that is over already, or of which nobody knows.
        """

    def get(self, run: str) -> RunRow | None:
        """Return a run, None where there is none of this id."""

    def newest(self, count: int) -> list[RunRow]:
        """Return the newest runs, the newest first."""

    def scenario(self, run: str) -> str | None:
        """Return a run's scenario as JSON, None where there is no run of this id."""

    def report(self, run: str, kind: ReportKind) -> bytes | None:
        """Return a report of a run, None where it has none."""

    def hear(self, owner: int, done: Mapping[str, float]) -> list[str]:
        """A service is there, and so far with its runs; return those of its runs that are to be cancelled."""

    def ask_cancel(self, run: str) -> None:
        """Have the service that has a run cancel it; nothing happens to one that is over."""

    def unfinished(self, unheard_s: float = 0.0) -> list[RunRow]:
        """Return the runs that are queued or running, of services that were not heard of for so long."""

    def expire(self, now: float) -> int:
        """Delete the runs that are over and have expired, with their reports; return how many."""

    def add_token(self, name: str, digest: bytes, role: Role, at: float) -> bool:
        """Keep a token's digest; return whether the name was free."""

    def drop_token(self, name: str) -> bool:
        """Forget a token; return whether there was one of this name."""

    def tokens(self) -> list[tuple[str, Role, float]]:
        """Return the name, role and time of creation of every token, by name."""

    def role_of(self, digest: bytes) -> Role | None:
        """Return what the owner of a token may do, None where the token is unknown."""

    def close(self) -> None:
        """Let go of the database."""
