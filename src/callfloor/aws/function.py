"""The function: events of SQS, API Gateway, EventBridge and operators, each to its floor by the live step."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError
from psycopg import DataError, IntegrityError

from callfloor.aws.carrier import QueueCarrier
from callfloor.aws.floors import Floors
from callfloor.aws.messages import (
    CampaignTold,
    Message,
    MessageError,
    Sweep,
    TimerFired,
    check,
    decode,
    is_name,
)
from callfloor.aws.queues import QueueError, send_messages
from callfloor.aws.requests import RefusedError, answer, messages_of
from callfloor.aws.set_aside import discard, retry
from callfloor.aws.settings import AwsSettings
from callfloor.aws.taking import finish, take
from callfloor.aws.telemetry import (
    MESSAGE_SET_ASIDE,
    QUEUE_FAILED,
    REQUEST_REFUSED,
    STORE_FAILED,
    WEBHOOK_REFUSED,
    Telemetry,
)
from callfloor.aws.timers import Timers
from callfloor.failures import UsageError
from callfloor.leads.errors import RulesUnusableError
from callfloor.live.settings import FloorSettings
from callfloor.stores.errors import StoreError
from callfloor.stores.sql.poison import SetAside
from callfloor.stores.sql.store import SqlStore

DEATHS_MOST = 2
"""How often a process may end in the middle of a message before that is set aside."""


class Function:
    """What lives between invocations: the connection to the database, clients, floors."""

    def __init__(
        self,
        settings: AwsSettings,
        store: SqlStore,
        runtime: Any,
        sqs: Any,
        scheduler: Any,
        telemetry: Telemetry | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`sqs` and `scheduler` are clients of boto3; `runtime` is the floor's module."""
        self.clock = clock
        self.known: set[str] = set()
        self.settings = settings
        self.store = store
        self.sqs = sqs
        self.telemetry = telemetry or Telemetry()
        self.floors = Floors(
            store,
            runtime,
            self.telemetry,
            lambda floor: QueueCarrier(sqs, settings.commands_queue, floor),
            clock,
        )
        self.timers = Timers(sqs, scheduler, settings, "")

    def handle(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Take one invocation's event.

        Raises ValueError for an event of an unknown kind, and whatever makes AWS try a sweep or an
        operator's request again.
        """
        now = self.clock()
        try:
            if "Records" in event:
                return self.take_records(event["Records"], now)
            if "requestContext" in event:
                return self.take_request(event, now)
            if event.get("source") == "aws.events":
                return self.begin_sweep(now)
            if "do" in event:
                return self.operate(event, now)
            raise ValueError(
                f"expected an event of SQS, API Gateway, EventBridge or an operator, found {sorted(event)}"
            )
        finally:
            self.telemetry.flush()

    def take_records(self, records: list[dict[str, Any]], now: float) -> dict[str, Any]:
        """Messages of a queue; those that failed are named, so that only they come again."""
        timers_queue = self.settings.timers_queue.rsplit("/", 1)[-1]
        if records and records[0]["eventSourceARN"].rsplit(":", 1)[-1] == timers_queue:
            failed = self.forward_timers(records, now)
        else:
            if records:
                self.timers.events_arn = records[0]["eventSourceARN"]
            failed = self.take_events(records)
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}

    def forward_timers(self, records: list[dict[str, Any]], now: float) -> list[dict[str, Any]]:
        """Put timers that have fired into the line of their floors; return those that must come again."""
        fired: list[Message] = []
        failed: list[dict[str, Any]] = []
        try:
            for record in records:
                try:
                    message = decode(record["body"], now)
                    if not isinstance(message, TimerFired):
                        raise MessageError("message: expected a timer on this queue")
                except MessageError as error:
                    self.set_aside(record, "", str(error))
                else:
                    fired.append(message)
            send_messages(self.sqs, self.settings.events_queue, fired)
        except (StoreError, QueueError) as error:
            self.failed("", error)
            failed = records
        return failed

    def take_events(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Events of floors in the order of each; return those that must come again.

        Behind one that failed nothing more of its floor is taken, or they would change places.
        """
        failed: list[dict[str, Any]] = []
        blocked: set[str] = set()
        taken: dict[str, list[dict[str, Any]]] = {}
        fired_at: dict[str, float] = {}
        for record in records:
            group = record["attributes"].get("MessageGroupId", "")
            if group in blocked:
                failed.append(record)
                continue
            try:
                message = self.take_event(record)
            except (StoreError, QueueError) as error:
                self.failed(group, error)
                blocked.add(group)
                failed.append(record)
                continue
            if message is not None:
                taken.setdefault(message.floor, []).append(record)
                if isinstance(message, TimerFired):
                    fired_at[message.floor] = message.at
        for floor, of_floor in taken.items():
            try:
                now = self.clock()
                finish(self.floors.kept(floor, now), self.timers, now, fired_at.get(floor, 0.0))
            except (StoreError, QueueError) as error:
                # What was taken is committed; it comes again only so that what is left undone is done.
                self.floors.let_go(floor)
                self.failed(floor, error)
                failed.extend(of_floor)
            except (UsageError, RulesUnusableError) as error:
                # Its settings have become unusable since; each of its messages will say so.
                self.telemetry.log.error("floor_unusable", floor=floor, reason=str(error))
        return failed

    def take_event(self, record: dict[str, Any]) -> Message | None:
        """Take a message and return it, None where it was set aside.

        Raises StoreError and QueueError where it must come again: the fault is not its own.
        """
        tries = int(record["attributes"].get("ApproximateReceiveCount", "1"))
        if tries == 1:
            return self.take_once(record)
        # It came before, and was not taken: perhaps the process died of it.
        source = record["messageId"]
        if self.store.begin_try(source) > DEATHS_MOST:
            self.set_aside(record, "", f"{tries - 1} processes ended before they had taken it")
            self.store.end_try(source)
            return None
        try:
            return self.take_once(record)
        finally:
            # A process that can say so has not died. Where the database is away, one try too many is counted.
            with suppress(StoreError):
                self.store.end_try(source)

    def take_once(self, record: dict[str, Any]) -> Message | None:
        """See ``take_event``."""
        floor = ""
        began = time.perf_counter()
        try:
            message = decode(record["body"], self.clock())
            floor = message.floor
            try:
                self.step(message)
            except (UsageError, RulesUnusableError, StoreError, QueueError):
                raise
            except Exception:
                # Whatever was wrong in memory is not in the store; what is wrong with the message still is.
                self.telemetry.log.warning("event_tried_again", floor=floor, message=record["messageId"])
                self.step(message)
        except (UsageError, RulesUnusableError, MessageError) as error:
            self.set_aside(record, floor, str(error))
            return None
        except (StoreError, QueueError) as error:
            if not isinstance(error.__cause__, DataError | IntegrityError):
                raise
            # The database is there and does not want this.
            self.set_aside(record, floor, str(error))
            return None
        except Exception as error:
            self.set_aside(record, floor, f"{type(error).__name__}: {error}")
            return None
        self.note(record, message, began)
        return message

    def step(self, message: Message) -> None:
        """Have the floor take a message; where that fails, it is let go of."""
        try:
            take(self.floors, message, self.clock())
        except BaseException:
            self.floors.let_go(message.floor)
            raise

    def note(self, record: dict[str, Any], message: Message, began: float) -> None:
        """Log and count a message that was taken."""
        took_ms = (time.perf_counter() - began) * 1000.0
        now_ms = self.clock() * 1000.0
        sent_ms = float(record["attributes"].get("SentTimestamp", now_ms))
        self.telemetry.count(message.floor, "events")
        self.telemetry.sample(message.floor, "step_time", took_ms)
        self.telemetry.sample(message.floor, "event_lag", max(0.0, now_ms - sent_ms))
        self.telemetry.log.info(
            "event_taken",
            floor=message.floor,
            event_id=message.event_id,
            kind=type(message).__name__,
            call_id=getattr(getattr(message, "event", None), "call_id", None),
            took_ms=round(took_ms, 3),
        )

    def failed(self, floor: str, error: Exception) -> None:
        """Tell that the database or a queue failed."""
        name = STORE_FAILED if isinstance(error, StoreError) else QUEUE_FAILED
        self.telemetry.met(floor, name, reason=str(error))

    def set_aside(self, record: dict[str, Any], floor: str, reason: str) -> None:
        """Keep a message that cannot be taken, so that those behind it go on. Raises StoreError."""
        self.store.set_aside(SetAside(floor, record["messageId"], record["body"], reason, self.clock()))
        self.telemetry.met(floor, MESSAGE_SET_ASIDE, message=record["messageId"], reason=reason)

    def is_known(self, floor: str) -> bool:
        """Whether there is a floor of that name, configured. Raises StoreError."""
        if not is_name(floor):
            return False
        if floor not in self.known:
            found = self.store.find_floor(floor)
            if found is None or self.store.latest_settings(found) is None:
                return False
            self.known.add(floor)
        return True

    def take_request(self, event: Mapping[str, Any], now: float) -> dict[str, Any]:
        """A request of API Gateway: checked, put on the queue, answered."""
        try:
            messages = messages_of(event, self.settings, self.is_known, now)
            send_messages(self.sqs, self.settings.events_queue, messages)
        except RefusedError as error:
            carrier = event.get("rawPath", "").startswith("/carrier/")
            self.telemetry.met(
                "", WEBHOOK_REFUSED if carrier else REQUEST_REFUSED, status=error.status, reason=str(error)
            )
            return answer(error.status, error=str(error))
        except (StoreError, QueueError) as error:
            self.failed("", error)
            return answer(503, error="nothing was taken; send it again")
        return answer(202, taken=len(messages))

    def begin_sweep(self, now: float) -> dict[str, Any]:
        """Have every floor look whether anything was left undone. Raises StoreError and QueueError."""
        # A floor that somebody looks after is not ours.
        idle = [each for each in self.store.leases() if not each.owner]
        floors = [each.name for each in idle if self.store.latest_settings(each.floor)]
        send_messages(self.sqs, self.settings.events_queue, [Sweep(name, round(now, 3)) for name in floors])
        return {"floors": len(floors)}

    def operate(self, event: Mapping[str, Any], now: float) -> dict[str, Any]:
        """What an operator asks for by invoking the function itself.

        Raises UsageError for what cannot be meant, StoreError and QueueError.
        """
        match event.get("do"):
            case "configure":
                return self.configure(event.get("settings"), now)
            case "start" | "stop" as does:
                message = CampaignTold(
                    str(event.get("floor", "")), str(event.get("campaign", "")), does, f"operator-{now:.6f}"
                )
                try:
                    check(message, now)
                except MessageError as error:
                    raise UsageError(str(error)) from None
                send_messages(self.sqs, self.settings.events_queue, [message])
                return {"done": does}
            case "set_aside":
                return {"messages": [message._asdict() for message in self.store.all_set_aside()[-100:]]}
            case "retry":
                queue = self.settings.events_queue
                return {"retried": retry(self.store, self.sqs, queue, event.get("sources"), now)}
            case "discard":
                return {"discarded": discard(self.store, event.get("sources"))}
        raise UsageError(
            f"do: expected configure, start, stop, set_aside, retry or discard; found {event.get('do')!r:.60}"
        )

    def configure(self, settings: Any, now: float) -> dict[str, Any]:
        """Put settings onto a floor, and set its first timer."""
        try:
            wanted = msgspec.convert(settings, FloorSettings)
        except msgspec.ValidationError as error:
            raise UsageError(f"settings: {error}") from None
        held = self.floors.configure(wanted, now)
        held.settle()
        with suppress(QueueError):
            # The sweep sets it otherwise.
            self.timers.arm(wanted.name, held.engine.next_due(), now)
        return {"configured": wanted.name, "version": held.engine.resident.version}


def arn_of(sqs: Any, queue: str) -> str:
    """The ARN of a queue; "" where that cannot be had now."""
    try:
        told = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    except (BotoCoreError, ClientError):
        return ""
    return str(told["Attributes"]["QueueArn"])
