"""The messages of the events' queue: what has happened on one floor, as a JSON object."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import msgspec

from callfloor.carriers.port import CarrierEvent, LiveCall
from callfloor.carriers.webhook import check_event
from callfloor.carriers.wire import WireError
from callfloor.floor.vocabulary import (
    AGENT_ACCEPTED,
    AGENT_HUNG_UP,
    AGENT_LOGGED_IN,
    AGENT_LOGGED_OUT,
    AGENT_PAUSED,
    AGENT_RESUMED,
    AGENT_SKIPPED,
    CAMPAIGN_STARTED,
    CAMPAIGN_STOPPED,
)
from callfloor.live.inbox import EVENT_ID_LONGEST, is_event_id

BODY_LONGEST = 256 * 1024
"""Bytes of a message that SQS takes."""

NAME_LONGEST = 128
"""Characters of a floor's name."""

AGENTS_MAY_SAY = {
    "log_in": AGENT_LOGGED_IN,
    "log_out": AGENT_LOGGED_OUT,
    "pause": AGENT_PAUSED,
    "resume": AGENT_RESUMED,
    "hang_up": AGENT_HUNG_UP,
    "accept": AGENT_ACCEPTED,
    "skip": AGENT_SKIPPED,
}

CAMPAIGNS = {"start": CAMPAIGN_STARTED, "stop": CAMPAIGN_STOPPED}


class MessageError(ValueError):
    """A message is not what it should be; the text says where, what was expected and what was found."""


class CarrierTold(msgspec.Struct, frozen=True, tag="carrier_told", forbid_unknown_fields=True):
    """The carrier tells of a call."""

    floor: str
    event: CarrierEvent

    @property
    def event_id(self) -> str:
        """By which it is known when it comes again."""
        return self.event.event_id


class CarrierHas(msgspec.Struct, frozen=True, tag="carrier_has", forbid_unknown_fields=True):
    """The calls that the carrier had when it was asked at `asked_at` (UTC seconds, by our clock)."""

    floor: str
    asked_at: float
    calls: list[LiveCall]
    event_id: str


class AgentSaid(msgspec.Struct, frozen=True, tag="agent_said", forbid_unknown_fields=True):
    """An agent's request: `says` is one of AGENTS_MAY_SAY, or `dispose` with a disposition."""

    floor: str
    agent: str
    says: str
    event_id: str
    code: int = 0
    disposition: str = ""
    attempt: int = 0
    call_back_at: float | None = None


class CampaignTold(msgspec.Struct, frozen=True, tag="campaign_told", forbid_unknown_fields=True):
    """A campaign is to `start` or `stop`."""

    floor: str
    campaign: str
    does: str
    event_id: str


class TimerFired(msgspec.Struct, frozen=True, tag="timer", forbid_unknown_fields=True):
    """A timer of the floor was due at `at` (UTC seconds)."""

    floor: str
    at: float

    @property
    def event_id(self) -> str:
        """By which it is known when it comes again."""
        return f"timer-{self.at:.3f}"


class Sweep(msgspec.Struct, frozen=True, tag="sweep", forbid_unknown_fields=True):
    """Look whether anything was left undone; `at` is when the sweep began (UTC seconds)."""

    floor: str
    at: float

    @property
    def event_id(self) -> str:
        """By which it is known when it comes again."""
        return f"sweep-{self.at:.3f}"


Message = CarrierTold | CarrierHas | AgentSaid | CampaignTold | TimerFired | Sweep

_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Message)


def encode(message: Message) -> str:
    """A message as text."""
    return _encode(message).decode()


def decode(text: str, now: float) -> Message:
    """Read a message at `now` (UTC seconds). Raises MessageError."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > BODY_LONGEST:
        raise MessageError(f"message: expected at most {BODY_LONGEST:,} bytes, found {size:,}")
    try:
        message: Message = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise MessageError(f"message: {error}") from None
    check(message, now)
    return message


def check(message: Message, now: float) -> None:
    """Raise MessageError for what a message cannot mean."""
    if not is_name(message.floor):
        raise MessageError(f"floor: expected a name of 1 to {NAME_LONGEST} printable characters")
    event_id = message.event_id
    if not is_event_id(event_id):
        raise MessageError(
            f"event_id: expected 1 to {EVENT_ID_LONGEST} printable characters, found {event_id!r:.60}"
        )
    if isinstance(message, CarrierTold):
        try:
            check_event(message.event, now)
        except WireError as error:
            raise MessageError(str(error)) from None
    elif isinstance(message, AgentSaid) and message.says != "dispose":
        one_of("says", message.says, (*AGENTS_MAY_SAY, "dispose"))
    elif isinstance(message, CampaignTold):
        one_of("does", message.does, tuple(CAMPAIGNS))


def is_name(floor: str) -> bool:
    """Whether a floor may be called so; a database takes none of other characters."""
    return 0 < len(floor) <= NAME_LONGEST and floor.isprintable()


def one_of(name: str, found: str, known: Sequence[str]) -> None:
    """Raise MessageError unless a word is known."""
    if found not in known:
        raise MessageError(f"{name}: expected one of {', '.join(known)}; found {found!r:.60}")


def group_of(floor: str) -> str:
    """The message group of a floor: its name, where a group may be called so."""
    if re.fullmatch(r"[A-Za-z0-9_.-]{1,128}", floor):
        return floor
    return hashlib.sha256(floor.encode("utf-8", "surrogatepass")).hexdigest()


def deduplication_id(message: Message) -> str:
    """By which the queue drops what comes twice within five minutes; the floor's journal does so always."""
    text = f"{message.floor}\n{type(message).__name__}\n{message.event_id}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
