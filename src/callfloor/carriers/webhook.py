"""What a carrier's gateway tells by request: a JSON object a line, signed with a key that both sides have."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from callfloor.carriers.port import CarrierEvent
from callfloor.carriers.wire import WireError
from callfloor.floor.vocabulary import AGENT_GONE, CALL_LOST, CALL_RINGING, EVENT_NAMES

REQUEST_LONGEST = 256 * 1024
"""Bytes of a request's body."""

LINES_MOST = 100
"""Lines of a request."""

SIGNED_WITHIN_S = 300.0
"""How far the sender's clock may be from ours."""

AHEAD_MOST_S = 86_400.0
"""An event's time may be so far ahead of ours; a time stamp beyond it is no time."""

TIMESTAMP = "x-callfloor-timestamp"
SIGNATURE = "x-callfloor-signature"


class NotSignedError(ValueError):
    """A request is not signed by somebody who may; the text says what is missing."""


def signature(key: str, timestamp: str, floor: str, body: bytes) -> str:
    """What the header `X-Callfloor-Signature` must say, with the same `X-Callfloor-Timestamp`."""
    signed = f"{timestamp}\n{floor}\n".encode() + body
    return "v1=" + hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()


def check_signature(
    headers: Mapping[str, str], floor: str, body: bytes, keys: Sequence[str], now: float
) -> None:
    """Raise NotSignedError unless one of the keys has signed the request lately.

    `headers` by their names in small letters, `now` in UTC seconds. All keys are compared, each in a time
    that does not depend on what was given.
    """
    timestamp = headers.get(TIMESTAMP, "")
    given = headers.get(SIGNATURE, "")
    if not timestamp or not given:
        raise NotSignedError("expected X-Callfloor-Timestamp and X-Callfloor-Signature, found no signature")
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        raise NotSignedError("X-Callfloor-Timestamp: expected whole UTC seconds")
    if abs(int(timestamp) - now) > SIGNED_WITHIN_S:
        raise NotSignedError(
            f"X-Callfloor-Timestamp: expected the time now, give or take {SIGNED_WITHIN_S:.0f} s"
        )
    text = given.encode("utf-8", "surrogatepass")
    fits = [hmac.compare_digest(signature(key, timestamp, floor, body).encode(), text) for key in keys]
    if not any(fits):
        raise NotSignedError("X-Callfloor-Signature: does not fit the request")


def lines_of(body: bytes) -> list[bytes]:
    """The lines of a request that are not empty. Raises WireError where there are none or too many."""
    lines = [line for line in body.split(b"\n") if line.strip()]
    if not 0 < len(lines) <= LINES_MOST:
        raise WireError(f"body: expected 1 to {LINES_MOST} lines, found {len(lines):,}")
    return lines


def check_event(event: CarrierEvent, now: float) -> None:
    """Raise WireError for an event that no carrier can tell at `now` (UTC seconds)."""
    kind = event.kind
    if kind != AGENT_GONE and not CALL_RINGING <= kind <= CALL_LOST:
        known = ", ".join(f"{k} {EVENT_NAMES[k]}" for k in (AGENT_GONE, *range(CALL_RINGING, CALL_LOST + 1)))
        raise WireError(f"event.kind: expected one of {known}; found {kind}")
    if event.at > now + AHEAD_MOST_S:
        raise WireError(f"event.at: expected UTC seconds up to now, found {event.at!r}")
