"""Timers of floors: up to 15 minutes by a delayed message, later ones by EventBridge's scheduler."""

from __future__ import annotations

import hashlib
import math
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from callfloor.aws.messages import TimerFired, encode, group_of
from callfloor.aws.queues import QueueError
from callfloor.aws.settings import AwsSettings

DELAY_MOST_S = 900
"""The longest delay that SQS has."""

FAR_S = 86_400.0
"""A timer further away is looked at again after this."""


class Timers:
    """Wakes floors. One timer a floor is enough: when it fires, the next is set."""

    def __init__(self, sqs: Any, scheduler: Any, settings: AwsSettings, events_arn: str) -> None:
        """`events_arn` is that of the events' queue, to which the scheduler writes."""
        self.sqs = sqs
        self.scheduler = scheduler
        self.settings = settings
        self.events_arn = events_arn
        self.armed: dict[str, float] = {}

    def arm(self, floor: str, due_at: float, now: float, fired_at: float = 0.0) -> None:
        """Have the floor woken at `due_at` (UTC seconds), or up to two seconds later. Raises QueueError.

        Times are whole seconds: what several processes set for one instant is one message of the events'
        queue. So the next must be later than the one that has just `fired_at`.
        """
        if math.isinf(due_at):
            return
        at = float(max(math.ceil(max(due_at, now)), fired_at + 1.0))
        armed = self.armed.get(floor)
        if armed is not None and now < armed <= at:
            return
        delayed = at - now <= DELAY_MOST_S or not self.settings.scheduler_role
        at = min(at, math.floor(now) + (DELAY_MOST_S if delayed else FAR_S))
        try:
            if delayed:
                self.delay(floor, min(math.ceil(at - now), DELAY_MOST_S), at)
            else:
                self.schedule(floor, at)
        except (BotoCoreError, ClientError) as error:
            raise QueueError(f"timer of floor {floor}: {error}") from error
        self.armed[floor] = at

    def delay(self, floor: str, wait_s: int, at: float) -> None:
        """Send a message that comes after `wait_s` seconds."""
        self.sqs.send_message(
            QueueUrl=self.settings.timers_queue,
            MessageBody=encode(TimerFired(floor, at)),
            DelaySeconds=wait_s,
        )

    def schedule(self, floor: str, at: float) -> None:
        """Have the scheduler write to the events' queue; it keeps one schedule a floor and minute."""
        at = math.ceil(at / 60.0) * 60.0
        group = group_of(floor)
        try:
            self.scheduler.create_schedule(
                Name=hashlib.sha256(f"{group} {at:.0f}".encode()).hexdigest()[:32],
                GroupName=self.settings.scheduler_group,
                ScheduleExpression=f"at({datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S})",
                FlexibleTimeWindow={"Mode": "OFF"},
                ActionAfterCompletion="DELETE",
                Target={
                    "Arn": self.events_arn,
                    "RoleArn": self.settings.scheduler_role,
                    "Input": encode(TimerFired(floor, at)),
                    "SqsParameters": {"MessageGroupId": group},
                },
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConflictException":
                raise
