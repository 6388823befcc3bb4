"""The port between the live engine and whoever carries its calls.

An adapter does no waiting: commands are taken at once, and what has happened is fetched with ``take``. Time
is an argument, so that the same engine runs against a real carrier on the UTC clock and against a simulated
one as fast as it can. Consumers of events take them in any order, doubled or late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CarrierEvent:
    """What has become of a call or of an agent's line.

    `kind` is one of the floor's events from CALL_RINGING to CALL_LOST, or AGENT_GONE; `code` the outcome
    that CALL_ANSWERED (HUMAN, MACHINE, UNDETERMINED) and CALL_FAILED carry. `event_id` is the provider's
    own and the same whenever the event is told again. `at` is the provider's time stamp (UTC seconds).
    """

    kind: int
    call_id: str
    event_id: str
    at: float
    code: int = 0
    agent_id: str = ""


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call that the carrier has now. `answered` by a person and `bridged` to an agent, or not yet.

    `answered_at` is when, by the carrier's clock (UTC seconds), where it can tell.
    """

    call_id: str
    answered: bool = False
    bridged: bool = False
    answered_at: float | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Originate:
    """Ring `number` (E.164 without the plus) for at most `ring_timeout_s`, showing `caller_id`.

    `call_id` is 32 hexadecimal digits, never used again for another attempt. `at` is the time of the
    decision to dial (UTC seconds).
    """

    call_id: str
    number: int
    caller_id: str
    ring_timeout_s: float
    at: float


class Carrier(Protocol):
    """What the live engine asks of a carrier."""

    remembers_since: float
    """From when on it knows attempts (UTC seconds, by its own clock): a second ``originate`` with the call id
    of such a one rings nobody, even after the call. LONG_AGO: it knows all. NEVER: it knows none.

    An attempt that it does not know, and whose sending is unresolved, counts as placed and is not sent again.
    """

    reaches_people: bool
    """Whether real people may answer: campaigns without hours or a number to show are refused then."""

    def originate(self, order: Originate) -> None:
        """Place a call."""

    def bridge(self, call_id: str, agent_id: str, at: float) -> None:
        """Connect an answered call to an agent's line."""

    def hang_up(self, call_id: str, at: float) -> None:
        """End a call; no error where it has ended already."""

    def play(self, call_id: str, message: str, at: float) -> None:
        """Play a recorded message to an answered call."""

    def ask_live_calls(self) -> None:
        """Ask anew which calls the carrier has; ``live_calls`` is None until it has answered."""

    def live_calls(self) -> Sequence[LiveCall] | None:
        """The calls that the carrier has now, for reconciliation; None while that is not known yet."""

    def next_due(self) -> float:
        """When ``take`` will next have something (UTC seconds); infinity where only the outside can tell."""

    def take(self, now: float) -> Sequence[CarrierEvent]:
        """Everything that has happened up to `now` and was not taken yet, in order of arrival."""

    def close(self) -> None:
        """Let go of connections."""
