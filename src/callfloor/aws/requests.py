"""Requests of API Gateway: the carrier's events, signed, and what agents ask for.

Everything is checked here and put on the events' queue; the answer 202 says that it is there and safe.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from callfloor.aws.messages import (
    BODY_LONGEST,
    AgentSaid,
    CarrierHas,
    CarrierTold,
    Message,
    MessageError,
    check,
    encode,
)
from callfloor.aws.settings import AwsSettings
from callfloor.carriers.webhook import REQUEST_LONGEST, NotSignedError, check_signature, lines_of
from callfloor.carriers.wire import LiveCalls as LiveCallsTold
from callfloor.carriers.wire import Told, WireError, decode_news

Known = Callable[[str], bool]
"""Whether there is a floor of that name."""


class RefusedError(Exception):
    """A request is not taken: the status to answer with, and why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class AgentRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of an agent's request."""

    code: int = 0
    disposition: str = ""
    attempt: int = 0
    call_back_at: float | None = None


def messages_of(event: Mapping[str, Any], settings: AwsSettings, known: Known, now: float) -> list[Message]:
    """The messages that a request of API Gateway (payload 2.0) puts on the queue. Raises RefusedError."""
    method = event["requestContext"]["http"]["method"]
    parts = [unquote(part) for part in event.get("rawPath", "").strip("/").split("/")]
    match (method, *parts):
        case ("POST", "carrier", floor):
            return carrier_messages(event, floor, settings, known, now)
        case ("POST", "floors", floor, "agent", says):
            return [agent_message(event, floor, says, settings, known, now)]
    raise RefusedError(404, "expected POST /carrier/FLOOR or POST /floors/FLOOR/agent/REQUEST")


def body_of(event: Mapping[str, Any]) -> bytes:
    """The request's body."""
    text = event.get("body") or ""
    try:
        body = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except ValueError as error:
        raise RefusedError(400, f"body: {error}") from None
    if len(body) > REQUEST_LONGEST:
        raise RefusedError(413, f"body: expected at most {REQUEST_LONGEST:,} bytes, found {len(body):,}")
    return body


def carrier_messages(
    event: Mapping[str, Any], floor: str, settings: AwsSettings, known: Known, now: float
) -> list[Message]:
    """Events of the carrier, a JSON object a line; all of them are taken or none."""
    body = body_of(event)
    try:
        check_signature(event.get("headers", {}), floor, body, settings.secrets.webhook_keys, now)
    except NotSignedError as error:
        raise RefusedError(401, str(error)) from None
    refuse_unknown(floor, known)
    try:
        lines = lines_of(body)
    except WireError as error:
        raise RefusedError(400, str(error)) from None
    messages: list[Message] = []
    for number, line in enumerate(lines, 1):
        try:
            messages.append(carrier_message(floor, line, now))
        except (MessageError, WireError) as error:
            raise RefusedError(400, f"line {number}: {error}") from None
    return messages


def carrier_message(floor: str, line: bytes, now: float) -> Message:
    """One thing that the carrier tells. Raises MessageError and WireError."""
    news = decode_news(line)
    message: Message
    if isinstance(news, Told):
        message = CarrierTold(floor, news.event)
    elif isinstance(news, LiveCallsTold):
        if news.more:
            raise MessageError("more: expected all live calls in one request, found a part of them")
        message = CarrierHas(floor, news.query / 1000.0, news.calls, f"live-{news.query}")
    else:
        raise MessageError("tell: expected event or live_calls, found farewell")
    check(message, now)
    # Names and ids that hold many odd characters are longer on the queue than they were here.
    if len(encode(message)) > BODY_LONGEST:
        raise MessageError(f"expected at most {BODY_LONGEST:,} bytes")
    return message


def agent_message(
    event: Mapping[str, Any], floor: str, says: str, settings: AwsSettings, known: Known, now: float
) -> Message:
    """What an agent asks for; who they are is said by their token, which API Gateway has checked."""
    authorizer = event["requestContext"].get("authorizer") or {}
    agent = (authorizer.get("jwt") or {}).get("claims", {}).get(settings.agent_claim, "")
    if not agent:
        raise RefusedError(401, f"expected a token with the claim {settings.agent_claim}, found none")
    refuse_unknown(floor, known)
    headers = event.get("headers", {})
    request_id = headers.get("idempotency-key") or event["requestContext"]["requestId"]
    try:
        asked = msgspec.json.decode(body_of(event) or b"{}", type=AgentRequest)
        message = AgentSaid(
            floor,
            agent,
            says,
            # Two desktops may both count from 1.
            f"{agent}/{request_id}",
            asked.code,
            asked.disposition,
            asked.attempt,
            asked.call_back_at,
        )
        check(message, now)
    except (msgspec.DecodeError, MessageError, UnicodeError, RecursionError) as error:
        raise RefusedError(400, str(error)) from None
    return message


def refuse_unknown(floor: str, known: Known) -> None:
    """Raise RefusedError for a floor that there is not."""
    if not known(floor):
        raise RefusedError(404, f"floor: there is none of the name {floor!r:.60}")


def answer(status: int, **told: Any) -> dict[str, Any]:
    """A response for API Gateway."""
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(told),
    }
