"""The function between real queues (moto's server) and a real database, with AWS's own part played."""

from __future__ import annotations

import io
import itertools
import json
import logging
import time
import uuid
from collections.abc import Sequence
from functools import cache
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

from callfloor import floor as plain
from callfloor.aws.function import Function
from callfloor.aws.settings import AwsSettings, Secrets
from callfloor.aws.telemetry import Telemetry
from callfloor.carriers.port import CarrierEvent, LiveCall
from callfloor.carriers.webhook import signature
from callfloor.carriers.wire import LiveCalls, News, Told, encode
from callfloor.stores.postgres.store import PostgresStore
from tests.contract.stores import Listed, SqlBackend, empty_database

KEY = "a key"
REGION = "eu-west-1"
NUMBERS = [12025550100 + i for i in range(20)]
SETTINGS = {
    "name": "main",
    "agents": ["ann", "bob"],
    "campaigns": [
        {
            "name": "renewals",
            "hours": "00:00-24:00",
            "caller_id": "+12025550199",
            "dial_ratio": 1.0,
        }
    ],
}


@cache
def aws_endpoint() -> str:
    """A server that speaks the protocols of AWS, on this machine, for as long as the tests run."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    return f"http://{host}:{port}"


def client(service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=aws_endpoint(),
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


class Clock:
    """The clock of the world, which a test may put forward."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s


class AwsRig:
    """Queues, a database, and one process of the function; `another` is one more process."""

    def __init__(self, leads: int = 20, scheduler_role: str = "") -> None:
        self.url = empty_database()
        self.backend = SqlBackend(self.url)
        self.sqs = client("sqs")
        self.scheduler = client("scheduler")
        self.clock = Clock()
        mark = uuid.uuid4().hex[:8]
        fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        self.events = self.queue(f"events-{mark}.fifo", fifo)
        self.commands = self.queue(f"commands-{mark}.fifo", fifo)
        self.timers = self.queue(f"timers-{mark}", {})
        self.scheduler_group = f"callfloor-{mark}"
        self.scheduler.create_schedule_group(Name=self.scheduler_group)
        self.settings = AwsSettings(
            self.events,
            self.timers,
            self.commands,
            Secrets(self.url, (KEY,)),
            scheduler_role=scheduler_role,
            scheduler_group=self.scheduler_group,
        )
        self.functions: list[Function] = []
        self.said: list[io.BytesIO] = []
        self.sent: set[str] = set()
        self.function = self.another()
        self.campaign = self.function.store.campaign_id("renewals")
        self.backend.add_list(self.campaign, [Listed([number]) for number in NUMBERS[:leads]])
        self.requests = itertools.count()

    def queue(self, name: str, attributes: dict[str, str]) -> str:
        return str(self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])

    def another(self) -> Function:
        """One more process of the function, cold."""
        self.said.append(io.BytesIO())
        function = Function(
            self.settings,
            PostgresStore(self.url, durable=False),
            plain,
            self.sqs,
            self.scheduler,
            Telemetry(self.said[-1]),
            self.clock,
        )
        function.timers.events_arn = self.arn(self.events)
        self.functions.append(function)
        return function

    def arn(self, queue: str) -> str:
        return f"arn:aws:sqs:{REGION}:123456789012:{queue.rsplit('/', 1)[-1]}"

    def configure(self, **campaign: Any) -> None:
        self.function.handle({"do": "configure", "settings": settings_with(**campaign)})

    def receive(self, queue: str) -> list[dict[str, Any]]:
        """Up to ten messages, as an event of Lambda has them."""
        answer = self.sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=10, AttributeNames=["All"], MessageAttributeNames=["All"]
        )
        return [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": message.get("MessageAttributes", {}),
                "eventSource": "aws:sqs",
                "eventSourceARN": self.arn(queue),
            }
            for message in answer.get("Messages", ())
        ]

    def pump(self, function: Function | None = None, queue: str | None = None) -> list[str]:
        """Hand over what is on a queue until it is empty or something fails; the bodies that failed."""
        queue = queue or self.events
        while records := self.receive(queue):
            told = (function or self.function).handle({"Records": records})
            failed = {each["itemIdentifier"] for each in told["batchItemFailures"]}
            for record in records:
                where = {"QueueUrl": queue, "ReceiptHandle": record["receiptHandle"]}
                if record["messageId"] in failed:
                    self.sqs.change_message_visibility(**where, VisibilityTimeout=0)
                else:
                    self.sqs.delete_message(**where)
            if failed:
                return [record["body"] for record in records if record["messageId"] in failed]
        return []

    def commanded(self) -> list[dict[str, Any]]:
        """The commands that the carrier's gateway finds, which takes them off its queue.

        AWS drops what comes twice within five minutes, taken off or not; moto only what is still there.
        """
        found: list[dict[str, Any]] = []
        while records := self.receive(self.commands):
            for record in records:
                assert record["messageAttributes"]["floor"]["StringValue"] == "main"
                sent = record["attributes"]["MessageDeduplicationId"]
                if sent not in self.sent:
                    self.sent.add(sent)
                    found.append(json.loads(record["body"]))
                self.sqs.delete_message(QueueUrl=self.commands, ReceiptHandle=record["receiptHandle"])
        return found

    def webhook(self, *news: News, floor: str = "main", key: str = KEY) -> dict[str, Any]:
        """The carrier tells something."""
        return self.post(b"".join(encode(each) for each in news), floor, key)

    def post(self, body: bytes, floor: str = "main", key: str = KEY) -> dict[str, Any]:
        timestamp = str(int(self.clock()))
        headers = {
            "x-callfloor-timestamp": timestamp,
            "x-callfloor-signature": signature(key, timestamp, floor, body),
        }
        return self.request(f"/carrier/{floor}", body.decode("utf-8", "replace"), headers)

    def request(
        self, path: str, body: str = "", headers: dict[str, str] | None = None, agent: str = ""
    ) -> dict[str, Any]:
        context: dict[str, Any] = {"http": {"method": "POST"}, "requestId": f"r-{next(self.requests)}"}
        if agent:
            context["authorizer"] = {"jwt": {"claims": {"sub": agent}}}
        event = {
            "version": "2.0",
            "rawPath": path,
            "headers": headers or {},
            "body": body,
            "isBase64Encoded": False,
            "requestContext": context,
        }
        return self.function.handle(event)

    def agent(self, name: str, says: str, **body: Any) -> dict[str, Any]:
        return self.request(f"/floors/main/agent/{says}", json.dumps(body), agent=name)

    def start(self, *agents: str) -> list[dict[str, Any]]:
        """Configure, log agents in, start the campaign; the commands that came of it."""
        self.configure()
        for agent in agents:
            self.agent(agent, "log_in")
        self.function.handle({"do": "start", "floor": "main", "campaign": "renewals"})
        assert self.pump() == []
        return self.commanded()

    def told(self, kind: int, call_id: str, event_id: str, code: int = 0) -> Told:
        return Told(CarrierEvent(kind, call_id, event_id, self.clock(), code))

    def has(self, query: int, calls: Sequence[LiveCall]) -> LiveCalls:
        return LiveCalls(query, list(calls))

    def lines(self, place: int = 0) -> list[dict[str, Any]]:
        """What a process has written to standard output."""
        return [json.loads(line) for line in self.said[place].getvalue().splitlines()]

    def metrics(self, place: int = 0) -> dict[str, Any]:
        """Counts of a process, added up over its invocations."""
        total: dict[str, Any] = {}
        for line in self.lines(place):
            for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"] if "_aws" in line else ():
                value = line[metric["Name"]]
                total[metric["Name"]] = total.get(metric["Name"], type(value)()) + value
        return total

    def rows(self, sql: str) -> list[Any]:
        return self.backend.db.rows(sql)

    def close(self) -> None:
        for function in self.functions:
            function.store.close()
        self.backend.close()


def settings_with(**campaign: Any) -> dict[str, Any]:
    [wanted] = SETTINGS["campaigns"]
    return {**SETTINGS, "campaigns": [{**wanted, **campaign}]}  # type: ignore[dict-item]
