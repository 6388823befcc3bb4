"""What an engine and a simulated carrier in another process say to each other: one JSON object a line.

A message is at most `LONGEST_LINE` bytes with its newline; infinite and undefined numbers cannot be sent.
"""

from __future__ import annotations

import msgspec

from callfloor.carriers.port import CarrierEvent, LiveCall, Originate

LONGEST_LINE = 65_536


class WireError(ValueError):
    """A line is no message; the error says where it went wrong."""


class PlaceCall(msgspec.Struct, frozen=True, tag="originate", tag_field="do"):
    """Place a call."""

    order: Originate


class Bridge(msgspec.Struct, frozen=True, tag="bridge", tag_field="do"):
    """Connect an answered call to an agent's line."""

    call_id: str
    agent_id: str
    at: float


class HangUp(msgspec.Struct, frozen=True, tag="hang_up", tag_field="do"):
    """End a call."""

    call_id: str
    at: float


class Play(msgspec.Struct, frozen=True, tag="play", tag_field="do"):
    """Play a recorded message to an answered call."""

    call_id: str
    message: str
    at: float


class LoseAgentLine(msgspec.Struct, frozen=True, tag="lose_agent_line", tag_field="do"):
    """Make an agent's line fail, as a test of the engine."""

    agent_id: str
    at: float


class AskLiveCalls(msgspec.Struct, frozen=True, tag="ask_live_calls", tag_field="do"):
    """Ask for the calls that live; `query` numbers the questions of a connection."""

    query: int


class Told(msgspec.Struct, frozen=True, tag="event", tag_field="tell"):
    """Something has happened."""

    event: CarrierEvent


class LiveCalls(msgspec.Struct, frozen=True, tag="live_calls", tag_field="tell"):
    """Some of the calls that lived when the question was read; `more`: further ones follow."""

    query: int
    calls: list[LiveCall]
    more: bool = False


class Welcome(msgspec.Struct, frozen=True, tag="welcome", tag_field="tell"):
    """The first message of a connection. `since` is when the carrier's process began (UTC seconds)."""

    since: float


class Farewell(msgspec.Struct, frozen=True, tag="farewell", tag_field="tell"):
    """The last message of a connection: why the carrier ends it."""

    reason: str


Order = PlaceCall | Bridge | HangUp | Play | LoseAgentLine | AskLiveCalls
"""What an engine says."""

News = Welcome | Told | LiveCalls | Farewell
"""What a carrier says."""

_encoder = msgspec.json.Encoder()
_orders = msgspec.json.Decoder(Order)
_news = msgspec.json.Decoder(News)


def encode(message: Order | News) -> bytes:
    """Return a message as a line, newline included."""
    return _encoder.encode(message) + b"\n"


def decode_order(line: bytes) -> Order:
    """Read what an engine says.

    Raises
    ------
    WireError
        the line is no such message.
    """
    try:
        order: Order = _orders.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WireError(f"no order that a carrier knows: {error}") from None
    return order


def decode_news(line: bytes) -> News:
    """Read what a carrier says.

    Raises
    ------
    WireError
        the line is no such message.
    """
    try:
        news: News = _news.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WireError(f"no news that a carrier tells: {error}") from None
    return news
