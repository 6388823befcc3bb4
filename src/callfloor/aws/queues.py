"""Writing to SQS, ten messages a request."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from callfloor.aws.messages import BODY_LONGEST, Message, deduplication_id, encode, group_of

PER_REQUEST = 10
TRIES = 3


class QueueError(ConnectionError):
    """A queue did not take a message; the text says which queue and why."""


def send_all(sqs: Any, queue: str, entries: Sequence[dict[str, Any]]) -> None:
    """Send entries (as of SendMessageBatch, without ids) in their order. Raises QueueError.

    What a request leaves out is sent again, and so comes behind others: floors take events in any order.
    """
    rest = list(entries)
    while rest:
        part, rest = part_of(rest)
        for _ in range(TRIES):
            part = send_part(sqs, queue, part)
            if not part:
                break
        else:
            raise QueueError(f"{queue}: did not take {len(part)} messages in {TRIES} tries")


def part_of(entries: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """As many entries as one request may have, by number and bytes, and the others."""
    size = 0
    for place, entry in enumerate(entries):
        size += len(entry["MessageBody"].encode())
        if place == PER_REQUEST or (place and size > BODY_LONGEST):
            return entries[:place], entries[place:]
    return entries, []


def send_part(sqs: Any, queue: str, part: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Send one request; return what was not taken. Raises QueueError."""
    numbers = count()
    try:
        answer = sqs.send_message_batch(
            QueueUrl=queue, Entries=[{"Id": str(next(numbers)), **entry} for entry in part]
        )
    except (BotoCoreError, ClientError) as error:
        raise QueueError(f"{queue}: {error}") from error
    return [part[int(failed["Id"])] for failed in answer.get("Failed", ())]


def send_messages(sqs: Any, queue: str, messages: Sequence[Message]) -> None:
    """Send messages to the events' queue, each to its floor's group. Raises QueueError."""
    send_all(
        sqs,
        queue,
        [
            {
                "MessageBody": encode(message),
                "MessageGroupId": group_of(message.floor),
                "MessageDeduplicationId": deduplication_id(message),
            }
            for message in messages
        ],
    )
