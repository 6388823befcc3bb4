"""What the live engine tells those who watch: logs, counters, pages. Told after the commit, never before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from callfloor.stores.port import CallRecord


class DialDecision(NamedTuple):
    """Why a campaign dialled or held back, in numbers. `expected_answers` and `headroom` are calls.

    `risk`, `risk_max` and `answer_rate` are of predictive pacing, 0 for any other.
    """

    campaign: str
    ready: int
    ringing: int
    wanted: int
    placed: int
    held_by: str
    leads: int
    expected_answers: float
    headroom: float
    risk: float = 0.0
    risk_max: float = 0.0
    answer_rate: float = 0.0


class Observer:
    """Told of everything that is committed; does nothing with it. Override what is of interest.

    `at` is the floor's time (UTC seconds), `attempt` the floor's number of the call (0: none), `agent` a
    name ("" for nobody), `e164` digits without the plus.
    """

    def loaded(self, call_key: str) -> None:
        """The floor has been loaded; the ids of its calls begin with `call_key`."""

    def about(self, seq: int, event_id: str | None) -> None:
        """What is told next is of the journal's entry `seq`, the event that the carrier calls `event_id`."""

    def committed(self, events: int, commit_s: float, lags_s: Sequence[float]) -> None:
        """A step with so many events was committed in `commit_s`, and its commands sent.

        `lags_s` is how old each of the carrier's events was by then, by the carrier's clock.
        """

    def agent_event(self, at: float, agent: str, kind: int, code: int) -> None:
        """An agent has logged in or out, paused, resumed, fallen silent or lost their line."""

    def decided(self, at: float, decision: DialDecision) -> None:
        """A campaign has dialled or held back."""

    def placed(self, at: float, attempt: int, e164: int, agent: str) -> None:
        """A call is placed; `agent` where the line is an agent's own."""

    def lead_shown(self, at: float, agent: str, lead: int, e164: int, campaign: str, until: float) -> None:
        """An agent is shown a lead, to accept or skip it before `until` (infinity: without a limit)."""

    def connected(self, at: float, attempt: int, e164: int, agent: str) -> None:
        """An agent and a person talk."""

    def hung_up(self, at: float, attempt: int, e164: int) -> None:
        """The floor ends a call."""

    def disposed(self, at: float, attempt: int, agent: str, disposition: str) -> None:
        """An agent has said what came of a call; the last word counts."""

    def recorded(self, record: CallRecord, e164: int, agent: str) -> None:
        """An attempt is over."""

    def abnormal(self, at: float, code: int, event: int, found: int, attempt: int, agent: str) -> None:
        """An abnormal condition was met; `event` is the kind of event that showed it, `found` the state."""
