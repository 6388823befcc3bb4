"""A carrier behind a queue: commands go to its gateway by SQS, what happens comes back by webhook.

Commands and answers are the messages of ``carriers/wire.py``. The gateway is a program beside the lines that
reads the queue; `floor` is an attribute of each message, and the last part of the webhook's address.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import Any

from callfloor.aws.messages import group_of
from callfloor.aws.queues import send_all
from callfloor.carriers.port import CarrierEvent, LiveCall, Originate
from callfloor.carriers.wire import AskLiveCalls, Bridge, HangUp, Order, PlaceCall, Play, encode
from callfloor.floor.vocabulary import LONG_AGO

FRESH_MOST_S = 240.0
"""A dial may be sent again for so long: the queue drops a second one within five minutes."""


class QueueCarrier:
    """The carrier of one floor. Commands are gathered, and sent by ``flush``."""

    def __init__(self, sqs: Any, queue: str, floor: str) -> None:
        """`queue` is the URL of a FIFO queue."""
        self.remembers_since = LONG_AGO
        self.reaches_people = True
        self.sqs = sqs
        self.queue = queue
        self.floor = floor
        self.gathered: list[dict[str, Any]] = []

    def originate(self, order: Originate) -> None:
        """Place a call; the queue takes one for each call id, however often it is sent."""
        self.gather(PlaceCall(order), order.call_id, f"originate {order.call_id}")

    def bridge(self, call_id: str, agent_id: str, at: float) -> None:
        """Connect an answered call to an agent's line."""
        self.gather(Bridge(call_id, agent_id, at), call_id)

    def hang_up(self, call_id: str, at: float) -> None:
        """End a call."""
        self.gather(HangUp(call_id, at), call_id)

    def play(self, call_id: str, message: str, at: float) -> None:
        """Play a recorded message to an answered call."""
        self.gather(Play(call_id, message, at), call_id)

    def ask_at(self, now: float) -> None:
        """Ask which calls live; the answer comes by webhook, with the time of the question (UTC seconds)."""
        self.gather(AskLiveCalls(int(now * 1000)), group_of(self.floor))

    def gather(self, order: Order, group: str, once: str = "") -> None:
        """Keep a command for the next ``flush``. `once`: what makes it the same as another."""
        body = encode(order).decode().rstrip("\n")
        same = once or body
        self.gathered.append(
            {
                "MessageBody": body,
                "MessageGroupId": group,
                "MessageDeduplicationId": hashlib.sha256(f"{self.floor}\n{same}".encode()).hexdigest(),
                "MessageAttributes": {"floor": {"DataType": "String", "StringValue": self.floor}},
            }
        )

    def flush(self) -> int:
        """Send what was gathered; return how many commands. Raises QueueError and keeps them then."""
        sent = len(self.gathered)
        send_all(self.sqs, self.queue, self.gathered)
        self.gathered = []
        return sent

    def ask_live_calls(self) -> None:
        """See Carrier; here it is ``ask_at`` that asks."""

    def live_calls(self) -> Sequence[LiveCall] | None:
        """See Carrier: not known here."""
        return None

    def next_due(self) -> float:
        """See Carrier."""
        return math.inf

    def take(self, now: float) -> Sequence[CarrierEvent]:
        """See Carrier: events come by the events' queue."""
        return ()

    def close(self) -> None:
        """See Carrier."""
