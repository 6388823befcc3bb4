"""The live engine's logs, one JSON object a line: what the dialer did and why, what the agents met.

Times are those of the floor, UTC. Phone numbers are masked: a whole one never reaches a log.
"""

from __future__ import annotations

import contextlib
import logging
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from callfloor.abnormal import condition, describe
from callfloor.floor.vocabulary import EVENT_NAMES, OUTCOME_NAMES, PAUSE_REASON_NAMES
from callfloor.live.json_log import LEVELS, encode, json_log
from callfloor.live.observer import DialDecision, Observer
from callfloor.stores.port import CallRecord


def masked(e164: int) -> str:
    """A phone number as logs may show it: country and area, then stars."""
    digits = str(e164)
    return f"+{digits[:4]}{'*' * max(0, len(digits) - 6)}{digits[-2:]}"


def time_of(at: float) -> str:
    """A point in time (UTC seconds) as ISO 8601 with milliseconds."""
    second, us = divmod(round(at * 1e6), 1_000_000)
    return f"{second_of(second)}.{us // 1000:03d}Z"


@lru_cache(16)
def second_of(second: int) -> str:
    """A second as ISO 8601; many lines are of the same one."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def abnormal_fields(code: int, event: int, found: int) -> dict[str, Any]:
    """What a log says of an abnormal condition; `event` is the logs' word for a line's kind."""
    told: dict[str, Any] = dict(describe(code, event, found))
    told["shown_by"] = told.pop("event", None)
    return told


class DialerLog(Observer):
    """`dialer.log`: decisions with their reasons, calls placed and ended, abnormal conditions."""

    def __init__(self, path: Path, floor: str) -> None:
        """Append to the file at `path`. Raises OSError."""
        self.file = path.open("ab")
        self.log = json_log(self.file, floor=floor)

    def about(self, seq: int, event_id: str | None) -> None:
        """See Observer. What is told of a step is written together."""
        self.log.lines.hold()

    def committed(self, events: int, commit_s: float, lags_s: Sequence[float]) -> None:
        """See Observer."""
        self.log.lines.write()

    def decided(self, at: float, decision: DialDecision) -> None:
        """See Observer."""
        foreseen = (
            {name: round(getattr(decision, name), 4) for name in ("risk", "risk_max", "answer_rate")}
            if decision.risk_max > 0.0
            else {}
        )
        self.log.info(
            "dial_decision",
            at=time_of(at),
            campaign=decision.campaign,
            placed=decision.placed,
            held_by=decision.held_by or None,
            ready=decision.ready,
            ringing=decision.ringing,
            wanted=decision.wanted,
            leads=decision.leads,
            expected_answers=round(decision.expected_answers, 3),
            headroom=round(decision.headroom, 3),
            **foreseen,
        )

    def placed(self, at: float, attempt: int, e164: int, agent: str) -> None:
        """See Observer."""
        self.log.info(
            "call_placed", at=time_of(at), attempt=attempt, number=masked(e164), agent=agent or None
        )

    def connected(self, at: float, attempt: int, e164: int, agent: str) -> None:
        """See Observer."""
        self.log.info("call_connected", at=time_of(at), attempt=attempt, number=masked(e164), agent=agent)

    def hung_up(self, at: float, attempt: int, e164: int) -> None:
        """See Observer."""
        self.log.info("hang_up", at=time_of(at), attempt=attempt, number=masked(e164))

    def recorded(self, record: CallRecord, e164: int, agent: str) -> None:
        """See Observer."""
        ended_at = record.ended_at or record.placed_at
        talk_s = None if record.connected_at is None else round(ended_at - record.connected_at, 3)
        self.log.info(
            "call_ended",
            at=time_of(ended_at),
            attempt=record.attempt,
            number=masked(e164),
            outcome=OUTCOME_NAMES[record.outcome],
            agent=agent or None,
            lasted_s=round(ended_at - record.placed_at, 3),
            talk_s=talk_s,
        )

    def abnormal(self, at: float, code: int, event: int, found: int, attempt: int, agent: str) -> None:
        """See Observer."""
        self.log.log(
            LEVELS[condition(code).severity],
            "abnormal_condition",
            at=time_of(at),
            attempt=attempt or None,
            agent=agent or None,
            **abnormal_fields(code, event, found),
        )

    def close(self) -> None:
        """Close the file."""
        # What is told of a step is written at its end, or its failure told then.
        with contextlib.suppress(OSError):
            self.file.close()


class AgentsLog(Observer):
    """`agents.log`: what each agent met."""

    def __init__(self, path: Path, floor: str) -> None:
        """Append to the file at `path`. Raises OSError."""
        self.file = path.open("ab")
        self.log = json_log(self.file, floor=floor)

    def about(self, seq: int, event_id: str | None) -> None:
        """See Observer. What is told of a step is written together."""
        self.log.lines.hold()

    def committed(self, events: int, commit_s: float, lags_s: Sequence[float]) -> None:
        """See Observer."""
        self.log.lines.write()

    def agent_event(self, at: float, agent: str, kind: int, code: int) -> None:
        """See Observer. A reason for pausing that is the team's own is a number."""
        reason = PAUSE_REASON_NAMES[code] or None if code < len(PAUSE_REASON_NAMES) else code
        self.log.info(EVENT_NAMES[kind], at=time_of(at), agent=agent, reason=reason)

    def lead_shown(self, at: float, agent: str, lead: int, e164: int, campaign: str, until: float) -> None:
        """See Observer."""
        preview_s = None if math.isinf(until) else round(until - at, 3)
        self.log.info(
            "lead_shown",
            at=time_of(at),
            agent=agent,
            lead=lead,
            number=masked(e164),
            campaign=campaign,
            preview_s=preview_s,
        )

    def disposed(self, at: float, attempt: int, agent: str, disposition: str) -> None:
        """See Observer."""
        self.log.info("call_disposed", at=time_of(at), agent=agent, attempt=attempt, disposition=disposition)

    def connected(self, at: float, attempt: int, e164: int, agent: str) -> None:
        """See Observer."""
        self.log.info("call_started", at=time_of(at), agent=agent, attempt=attempt, number=masked(e164))

    def recorded(self, record: CallRecord, e164: int, agent: str) -> None:
        """See Observer."""
        if agent and record.connected_at is not None and record.ended_at is not None:
            self.log.info(
                "call_ended",
                at=time_of(record.ended_at),
                agent=agent,
                attempt=record.attempt,
                number=masked(e164),
                talk_s=round(record.ended_at - record.connected_at, 3),
            )

    def close(self) -> None:
        """Close the file."""
        # What is told of a step is written at its end, or its failure told then.
        with contextlib.suppress(OSError):
            self.file.close()


class LoggedConditions(Observer):
    """Abnormal conditions to the standard library's logger `callfloor`, for programs that embed us."""

    def __init__(self, floor: str) -> None:
        self.floor = floor
        self.log = logging.getLogger("callfloor")

    def abnormal(self, at: float, code: int, event: int, found: int, attempt: int, agent: str) -> None:
        """See Observer."""
        told = {
            "event": "abnormal_condition",
            "floor": self.floor,
            "at": time_of(at),
            "attempt": attempt or None,
            "agent": agent or None,
            **abnormal_fields(code, event, found),
        }
        self.log.log(LEVELS[condition(code).severity], encode(told).decode())
