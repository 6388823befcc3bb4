"""Bad input: refused or set aside with the reason, and never in the way of what is behind it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from callfloor.aws import taking
from callfloor.aws.messages import BODY_LONGEST, AgentSaid, encode
from callfloor.carriers.webhook import signature
from callfloor.carriers.wire import Told
from callfloor.carriers.wire import encode as as_line
from callfloor.failures import UsageError
from callfloor.floor.vocabulary import AGENT_LOGGED_IN, CALL_ENDED, READY
from callfloor.live.arrivals import Arrival, Incoming
from callfloor.live.batch import Batch
from callfloor.live.step import Engine
from callfloor.stores.errors import StoreError, StoreLostError
from tests.aws.rig import KEY, AwsRig, settings_with


@pytest.fixture
def rig() -> Iterator[AwsRig]:
    opened = AwsRig()
    yield opened
    opened.close()


def put(rig: AwsRig, body: str, group: str = "main") -> None:
    """Somebody writes to the queue who should not."""
    rig.sqs.send_message(QueueUrl=rig.events, MessageBody=body, MessageGroupId=group)


def error_of(answer: dict[str, Any]) -> tuple[int, str]:
    return answer["statusCode"], json.loads(answer["body"])["error"]


def reasons(rig: AwsRig) -> list[str]:
    return [message.reason for message in rig.function.store.all_set_aside()]


def states(rig: AwsRig) -> list[int]:
    return [agent.state for agent in rig.function.floors.held["main"].engine.resident.floor.agents]


class TestWebhooks:
    def test_an_unsigned_one_is_refused(self, rig: AwsRig) -> None:
        rig.configure()
        status, reason = error_of(rig.request("/carrier/main", "{}"))
        assert (status, "found no signature" in reason) == (401, True)
        assert rig.metrics()["abnormal_webhook_refused"] == 1

    def test_one_signed_with_another_key_is_refused(self, rig: AwsRig) -> None:
        rig.configure()
        assert error_of(rig.post(b"{}", key="another"))[0] == 401

    def test_one_signed_for_another_floor_is_refused(self, rig: AwsRig) -> None:
        rig.configure()
        timestamp = str(int(rig.clock()))
        headers = {
            "x-callfloor-timestamp": timestamp,
            "x-callfloor-signature": signature(KEY, timestamp, "other", b"{}"),
        }
        assert error_of(rig.request("/carrier/main", "{}", headers))[0] == 401

    def test_an_old_one_is_refused(self, rig: AwsRig) -> None:
        rig.configure()
        headers = {
            "x-callfloor-timestamp": "1700000000",
            "x-callfloor-signature": signature(KEY, "1700000000", "main", b"{}"),
        }
        status, reason = error_of(rig.request("/carrier/main", "{}", headers))
        assert (status, "expected the time now" in reason) == (401, True)

    def test_a_floor_that_there_is_not_is_refused(self, rig: AwsRig) -> None:
        assert error_of(rig.post(b"{}", floor="nowhere"))[0] == 404
        assert error_of(rig.post(b"{}", floor="%00"))[0] == 401
        assert rig.rows("SELECT count(*) FROM floors") == [(0,)]

    def test_too_much_is_refused(self, rig: AwsRig) -> None:
        rig.configure()
        assert error_of(rig.post(b" " * (BODY_LONGEST + 1)))[0] == 413

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"no json",
            b"[" * 100_000,
            b'{"tell": "event"}',
            b'{"tell": "farewell", "reason": "no"}',
            b'{"tell": "event", "event": {"kind": 99, "call_id": "x", "event_id": "e", "at": 1}}',
            b'{"tell": "event", "event": {"kind": 15, "call_id": "x", "event_id": "", "at": 1}}',
            b'{"tell": "event", "event": {"kind": 15, "call_id": "x", "event_id": "e", "at": 1e15}}',
            b'{"tell": "live_calls", "query": 1, "calls": [], "more": true}',
            b'{"tell": "event", "event": {"kind": 15, "call_id": "x", "event_id": "\\u0000", "at": 1}}',
            b'{"tell": "event", "event": {"kind": 15, "call_id": "x", "event_id": "e", "at": 1e400}}',
            b"\xff\xfe",
        ],
    )
    def test_what_is_no_event_is_refused_with_its_line(self, rig: AwsRig, body: bytes) -> None:
        rig.configure()
        good = as_line(rig.told(CALL_ENDED, "x", "e"))
        timestamp = str(int(rig.clock()))
        sent = (good + body) if body else body
        answer = rig.function.handle(
            {
                "rawPath": "/carrier/main",
                "headers": {
                    "x-callfloor-timestamp": timestamp,
                    "x-callfloor-signature": signature(KEY, timestamp, "main", sent),
                },
                "body": base64.b64encode(sent).decode(),
                "isBase64Encoded": True,
                "requestContext": {"http": {"method": "POST"}, "requestId": "r"},
            }
        )
        status, reason = error_of(answer)
        assert status == 400
        assert reason.startswith("line 2: " if body else "body: expected 1 to 100 lines")
        assert rig.receive(rig.events) == []

    def test_a_path_that_there_is_not_is_refused(self, rig: AwsRig) -> None:
        assert error_of(rig.request("/nowhere"))[0] == 404


class TestAgents:
    def test_one_without_a_token_is_refused(self, rig: AwsRig) -> None:
        rig.configure()
        assert error_of(rig.request("/floors/main/agent/log_in", "{}"))[0] == 401

    def test_what_no_agent_can_ask_for_is_refused(self, rig: AwsRig) -> None:
        rig.configure()
        status, reason = error_of(rig.agent("ann", "fly"))
        assert (status, reason.startswith("says: expected one of log_in, ")) == (400, True)

    def test_an_unknown_field_is_refused(self, rig: AwsRig) -> None:
        rig.configure()
        assert error_of(rig.agent("ann", "pause", reason="lunch"))[0] == 400

    def test_two_desktops_may_count_their_requests_alike(self, rig: AwsRig) -> None:
        rig.configure()
        for agent in ("ann", "bob", "bob"):
            rig.request("/floors/main/agent/log_in", "{}", {"idempotency-key": "1"}, agent)
        rig.pump()
        assert states(rig) == [READY, READY]
        assert "abnormal_agent_logged_in_twice" not in rig.metrics()

    def test_an_agent_whom_the_floor_does_not_have_is_an_abnormal_condition(self, rig: AwsRig) -> None:
        rig.configure()
        assert rig.agent("zoe", "log_in")["statusCode"] == 202
        rig.pump()
        assert rig.metrics()["abnormal_agent_unknown"] == 1


class TestPoison:
    @pytest.mark.parametrize("body", ["no json", '{"type": "none"}', "[]", '{"type": "sweep"}'])
    def test_what_is_no_message_is_set_aside_and_the_next_is_taken(self, rig: AwsRig, body: str) -> None:
        rig.configure()
        put(rig, body)
        rig.agent("ann", "log_in")
        assert rig.pump() == []
        assert states(rig) == [READY, 0]
        [reason] = reasons(rig)
        assert reason.startswith("message: ")
        assert rig.metrics()["abnormal_message_set_aside"] == 1

    @pytest.mark.parametrize("field", ["floor", "event_id"])
    def test_a_name_that_no_database_takes(self, rig: AwsRig, field: str) -> None:
        rig.configure()
        message = {"type": "agent_said", "floor": "main", "agent": "a", "says": "log_in", "event_id": "1"}
        put(rig, json.dumps({**message, field: "\0"}))
        assert rig.pump() == []
        [reason] = reasons(rig)
        assert reason.startswith(f"{field}: expected ")

    def test_a_floor_that_there_is_not(self, rig: AwsRig) -> None:
        put(rig, encode(AgentSaid("nowhere", "ann", "log_in", "1")))
        assert rig.pump() == []
        [reason] = reasons(rig)
        assert reason.startswith("floor: expected one that is configured, found 'nowhere'")
        assert rig.rows("SELECT count(*) FROM floors") == [(0,)]

    def test_a_disposition_that_there_is_not(self, rig: AwsRig) -> None:
        rig.configure()
        rig.agent("ann", "dispose", disposition="bliss")
        rig.agent("ann", "log_in")
        assert rig.pump() == []
        assert states(rig) == [READY, 0]
        [reason] = reasons(rig)
        assert reason.startswith("disposition: expected one of sale, ")

    def test_an_event_on_which_the_floor_breaks(self, rig: AwsRig, monkeypatch: pytest.MonkeyPatch) -> None:
        rig.configure()
        break_on(monkeypatch, "ann")
        rig.agent("ann", "log_in")
        rig.agent("bob", "log_in")
        assert rig.pump() == []
        assert states(rig) == [0, READY]
        [message] = rig.function.store.all_set_aside()
        assert (message.floor, message.reason) == ("main", "ZeroDivisionError: a fault")
        assert json.loads(message.body)["agent"] == "ann"

    def test_a_fault_that_a_fresh_copy_of_the_floor_does_not_have_costs_nothing(
        self, rig: AwsRig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rig.configure()
        break_on(monkeypatch, "ann", times=1)
        rig.agent("ann", "log_in")
        assert rig.pump() == []
        assert states(rig) == [READY, 0]
        assert reasons(rig) == []

    def test_an_event_that_the_database_does_not_want(
        self, rig: AwsRig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rig.configure()
        rig.agent("ann", "log_in")
        with monkeypatch.context() as patch:
            patch.setattr("callfloor.aws.function.take", unwanted)
            assert rig.pump() == []
        rig.agent("bob", "log_in")
        assert rig.pump() == []
        assert states(rig) == [0, READY]
        assert reasons(rig) == ["the database: value out of range"]

    def test_an_event_of_which_processes_die(self, rig: AwsRig, monkeypatch: pytest.MonkeyPatch) -> None:
        rig.configure()
        put(rig, encode(AgentSaid("main", "ann", "log_in", "1")))
        put(rig, encode(AgentSaid("main", "bob", "log_in", "2")))
        end_try = rig.function.store.end_try
        with monkeypatch.context() as patch:
            patch.setattr("callfloor.aws.function.take", die)
            patch.setattr(rig.function.store, "end_try", lambda source: None)
            for _ in range(3):
                with pytest.raises(KeyboardInterrupt):
                    deliver_again(rig)
        assert rig.function.store.end_try == end_try
        deliver_again(rig)
        assert states(rig) == [0, READY]
        assert reasons(rig) == ["3 processes ended before they had taken it"]
        assert rig.rows("SELECT count(*) FROM message_tries") == [(0,)]

    def test_those_set_aside_are_shown_to_operators(self, rig: AwsRig) -> None:
        put(rig, "no json")
        rig.pump()
        [told] = rig.function.handle({"do": "set_aside"})["messages"]
        assert told["body"] == "no json"


class TestRetrying:
    def set_aside(self, rig: AwsRig, *bodies: str) -> list[str]:
        for body in bodies:
            put(rig, body)
        rig.pump()
        return [told["source"] for told in rig.function.handle({"do": "set_aside"})["messages"]]

    def test_those_whose_reason_is_mended_are_taken(self, rig: AwsRig) -> None:
        login = encode(AgentSaid("main", "ann", "log_in", "1"))
        sources = self.set_aside(rig, login, encode(AgentSaid("main", "bob", "log_in", "2")))
        rig.configure()
        assert rig.function.handle({"do": "retry", "sources": sources[:1]}) == {"retried": 1}
        assert rig.pump() == []
        assert states(rig) == [READY, 0]
        assert [told.source for told in rig.function.store.all_set_aside()] == sources[1:]

    def test_one_that_cannot_be_taken_again_is_set_aside_anew(self, rig: AwsRig) -> None:
        sources = self.set_aside(rig, encode(AgentSaid("main", "ann", "log_in", "1")))
        for _ in range(2):
            rig.function.handle({"do": "retry", "sources": sources})
            rig.pump()
            [again] = rig.function.store.all_set_aside()
            assert again.source not in sources
            sources = [again.source]

    def test_they_are_discarded(self, rig: AwsRig) -> None:
        sources = self.set_aside(rig, "no json", "neither")
        assert rig.function.handle({"do": "discard", "sources": sources[:1]}) == {"discarded": 1}
        assert [told.source for told in rig.function.store.all_set_aside()] == sources[1:]

    @pytest.mark.parametrize("do", ["retry", "discard"])
    @pytest.mark.parametrize(
        ("sources", "reason"),
        [
            (None, "sources: expected a list"),
            ([5], "sources: expected a list"),
            ([], "sources: expected 1 to 100, found 0"),
            (["x"] * 101, "sources: expected 1 to 100, found 101"),
            (["nowhere"], "sources: no message was set aside with 'nowhere'"),
        ],
    )
    def test_what_is_not_there_is_refused(self, rig: AwsRig, do: str, sources: Any, reason: str) -> None:
        with pytest.raises(UsageError) as raised:
            rig.function.handle({"do": do, "sources": sources})
        assert str(raised.value).startswith(reason)

    @pytest.mark.parametrize(
        ("body", "reason"), [("no json", "cannot be read"), ("x" * 70_000, "only its first")]
    )
    def test_what_nobody_could_read_is_not_put_onto_the_queue(
        self, rig: AwsRig, body: str, reason: str
    ) -> None:
        sources = self.set_aside(rig, body, encode(AgentSaid("main", "ann", "log_in", "1")))
        with pytest.raises(UsageError, match=reason):
            rig.function.handle({"do": "retry", "sources": sources})
        assert rig.receive(rig.events) == []
        assert len(rig.function.store.all_set_aside()) == 2


class TestFailures:
    def test_while_the_database_is_away_nothing_is_set_aside_and_order_is_kept(
        self, rig: AwsRig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rig.configure()
        rig.agent("ann", "log_in")
        rig.agent("ann", "log_out")
        away = monkeypatch.context()
        with away as patch:
            patch.setattr(rig.function.store, "version", lost)
            patch.setattr(rig.function.store, "find_floor", lost)
            failed = rig.pump()
        assert [json.loads(body)["says"] for body in failed] == ["log_in", "log_out"]
        assert rig.pump() == []
        assert reasons(rig) == []
        assert states(rig) == [0, 0]
        assert "abnormal_agent_logged_out_twice" not in rig.metrics()
        assert rig.metrics()["abnormal_store_failed"] >= 1

    def test_one_floors_failure_does_not_hold_up_another(
        self, rig: AwsRig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rig.configure()
        rig.function.handle(
            {"do": "configure", "settings": {**settings_with(name="claims"), "name": "second"}}
        )
        rig.agent("ann", "log_in")
        put(rig, encode(AgentSaid("second", "ann", "log_in", "1")), "second")
        take = taking.take

        def take_or_lose(floors: Any, message: Any, now: float) -> Any:
            if message.floor == "main":
                raise StoreLostError("gone")
            return take(floors, message, now)

        monkeypatch.setattr("callfloor.aws.function.take", take_or_lose)
        assert len(rig.pump()) == 1
        second = rig.function.floors.held["second"].engine.resident.floor
        assert [agent.state for agent in second.agents] == [READY, 0]

    def test_a_webhook_is_to_be_sent_again_while_the_database_is_away(
        self, rig: AwsRig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rig.function.store, "find_floor", lost)
        assert rig.webhook(rig.told(CALL_ENDED, "x", "e"))["statusCode"] == 503


class TestOperators:
    @pytest.mark.parametrize(
        ("event", "reason"),
        [
            (
                {"do": "dance"},
                "do: expected configure, start, stop, set_aside, retry or discard; found 'dance'",
            ),
            ({"do": "configure"}, "settings: Expected `object`, got `null`"),
            ({"do": "configure", "settings": settings_with(hours="")}, "campaign renewals: expected rules"),
            (
                {"do": "configure", "settings": settings_with(place_within_s=600.0)},
                "campaign renewals: place_within_s: expected at most 240 on AWS Lambda, found 600",
            ),
            ({"do": "start"}, "floor: expected a name of 1 to 128 printable characters"),
        ],
    )
    def test_what_cannot_be_meant_is_refused(self, rig: AwsRig, event: dict[str, Any], reason: str) -> None:
        with pytest.raises(UsageError) as raised:
            rig.function.handle(event)
        assert str(raised.value).startswith(reason)
        assert rig.rows("SELECT count(*) FROM floors") == [(0,)]

    def test_an_event_of_an_unknown_kind_is_refused(self, rig: AwsRig) -> None:
        with pytest.raises(ValueError, match="expected an event of SQS"):
            rig.function.handle({"what": 1})


class TestLogs:
    def test_no_line_has_a_whole_number_or_the_key(self, rig: AwsRig) -> None:
        rig.start("ann", "bob")
        said = rig.said[0].getvalue().decode()
        assert "+120255501" not in said
        assert "120255501" not in said
        assert KEY not in said

    def test_every_event_is_logged_with_its_floor_and_id(self, rig: AwsRig) -> None:
        rig.configure()
        rig.webhook(Told(rig.told(CALL_ENDED, "0" * 32, "e1").event))
        rig.pump()
        [taken] = [line for line in rig.lines() if line.get("event") == "event_taken"]
        assert (taken["floor"], taken["event_id"], taken["call_id"]) == ("main", "e1", "0" * 32)


def break_on(monkeypatch: pytest.MonkeyPatch, agent: str, times: int = 1_000) -> None:
    """Have the engine fail on an agent's login."""
    left = iter(range(times))
    take = Engine.take

    def failing(engine: Engine, batch: Batch, arrival: Incoming, now: float) -> None:
        meant = isinstance(arrival, Arrival) and (arrival.kind, arrival.agent) == (AGENT_LOGGED_IN, agent)
        if meant and next(left, None) is not None:
            raise ZeroDivisionError("a fault")
        take(engine, batch, arrival, now)

    monkeypatch.setattr(Engine, "take", failing)


def deliver_again(rig: AwsRig) -> None:
    """What a process has left comes to the next one; it is deleted where it was taken."""
    records = rig.receive(rig.events)
    for record in records:
        where = {"QueueUrl": rig.events, "ReceiptHandle": record["receiptHandle"]}
        rig.sqs.change_message_visibility(**where, VisibilityTimeout=0)
    rig.function.handle({"Records": records})


def die(*_: object) -> Any:
    raise KeyboardInterrupt


def unwanted(*_: object) -> Any:
    raise StoreError("the database: value out of range") from psycopg.DataError("value out of range")


def lost(*_: object) -> Any:
    raise StoreLostError("the connection is gone")
