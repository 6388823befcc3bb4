"""A floor on AWS Lambda: events through real queues and a real database, each taken once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from callfloor import floor as plain
from callfloor.carriers.port import LiveCall
from callfloor.floor.vocabulary import CALL_ANSWERED, CALL_BRIDGED, CALL_ENDED, CALL_RINGING, HUMAN
from callfloor.live.replay import replay_journal
from callfloor.live.step import Engine
from tests.aws.rig import SETTINGS, AwsRig


@pytest.fixture
def rig() -> Iterator[AwsRig]:
    opened = AwsRig()
    yield opened
    opened.close()


def does(commands: list[dict[str, Any]]) -> list[str]:
    return [command["do"] for command in commands]


def dialled(commands: list[dict[str, Any]]) -> list[str]:
    return [command["order"]["call_id"] for command in commands if command["do"] == "originate"]


class TestACall:
    def test_goes_from_dial_to_record(self, rig: AwsRig) -> None:
        [call_id] = dialled(rig.start("ann"))
        rig.webhook(rig.told(CALL_RINGING, call_id, "e1"), rig.told(CALL_ANSWERED, call_id, "e2", HUMAN))
        assert rig.pump() == []
        [bridge] = rig.commanded()
        assert (bridge["do"], bridge["agent_id"]) == ("bridge", "ann")
        rig.webhook(rig.told(CALL_BRIDGED, call_id, "e3"))
        rig.agent("ann", "hang_up")
        assert rig.pump() == []
        assert does(rig.commanded()) == ["hang_up"]
        rig.webhook(rig.told(CALL_ENDED, call_id, "e4"))
        assert rig.pump() == []
        assert rig.rows("SELECT attempt, outcome FROM call_records WHERE ended_at IS NOT NULL") == [
            (1, HUMAN)
        ]
        # Ann is free again, and the next person is rung.
        assert len(dialled(rig.commanded())) == 1

    def test_is_decided_alike_in_a_replay(self, rig: AwsRig) -> None:
        [call_id] = dialled(rig.start("ann"))
        rig.webhook(rig.told(CALL_ANSWERED, call_id, "e2", HUMAN))
        rig.pump()
        store = rig.function.store
        floor = store.find_floor("main")
        assert floor is not None
        assert replay_journal(store, floor, "main", plain).difference is None

    def test_each_event_is_a_commit_of_its_own(self, rig: AwsRig) -> None:
        rig.configure()
        [(before,)] = rig.rows("SELECT version FROM floors")
        rig.agent("ann", "log_in")
        rig.agent("bob", "log_in")
        rig.pump()
        [(after,)] = rig.rows("SELECT version FROM floors")
        assert after == before + 2


class TestDelivery:
    def test_an_event_that_comes_twice_is_taken_once(self, rig: AwsRig) -> None:
        [call_id] = dialled(rig.start("ann"))
        answered = rig.told(CALL_ANSWERED, call_id, "e1", HUMAN)
        rig.webhook(answered)
        records = rig.receive(rig.events)
        rig.function.handle({"Records": records})
        # The process died before the queue heard of it: another one gets the same again.
        rig.another().handle({"Records": records})
        assert does(rig.commanded()) == ["bridge"]
        assert rig.metrics(1)["abnormal_event_seen_before"] == 1

    def test_a_second_delivery_of_a_request_does_not_end_the_next_call(self, rig: AwsRig) -> None:
        [first] = dialled(rig.start("ann"))
        rig.webhook(rig.told(CALL_ANSWERED, first, "e1", HUMAN), rig.told(CALL_BRIDGED, first, "e2"))
        rig.pump()
        rig.agent("ann", "hang_up")
        late = rig.receive(rig.events)
        rig.function.handle({"Records": late})
        rig.webhook(rig.told(CALL_ENDED, first, "e3"))
        for record in late:
            rig.sqs.delete_message(QueueUrl=rig.events, ReceiptHandle=record["receiptHandle"])
        rig.pump()
        [second] = dialled(rig.commanded())
        rig.webhook(rig.told(CALL_ANSWERED, second, "e4", HUMAN), rig.told(CALL_BRIDGED, second, "e5"))
        rig.pump()
        rig.commanded()
        rig.another().handle({"Records": late})
        assert rig.commanded() == []

    def test_a_second_delivery_of_a_disposition_does_not_undo_what_was_said_since(self, rig: AwsRig) -> None:
        [first] = dialled(rig.start("ann"))
        rig.webhook(rig.told(CALL_ANSWERED, first, "e1", HUMAN), rig.told(CALL_BRIDGED, first, "e2"))
        rig.pump()
        rig.agent("ann", "dispose", disposition="not_interested")
        late = rig.receive(rig.events)
        rig.function.handle({"Records": late})
        for record in late:
            rig.sqs.delete_message(QueueUrl=rig.events, ReceiptHandle=record["receiptHandle"])
        rig.agent("ann", "dispose", disposition="sale")
        rig.pump()
        rig.another().handle({"Records": late})
        assert rig.metrics(1)["abnormal_event_seen_before"] == 1
        assert rig.rows("SELECT disposition FROM call_records") == [("sale",)]

    def test_a_floor_is_loaded_again_only_when_another_process_has_committed(self, rig: AwsRig) -> None:
        rig.start("ann")
        other = rig.another()
        rig.agent("bob", "log_in")
        rig.pump(other)
        rig.agent("bob", "pause")
        rig.pump(other)
        assert (rig.metrics(1)["floor_loads"], rig.metrics(1).get("floor_reloads")) == (1, None)
        rig.agent("bob", "resume")
        rig.pump()
        assert rig.metrics(0)["floor_reloads"] == 1

    def test_settings_that_another_process_has_put_hold_here(self, rig: AwsRig) -> None:
        rig.start("ann")
        other = rig.another()
        rig.agent("bob", "log_in")
        rig.pump(other)
        rig.function.handle(
            {
                "do": "configure",
                "settings": {**SETTINGS, "agents": ["ann", "bob", "cid"]},
            }
        )
        rig.agent("cid", "log_in")
        rig.pump(other)
        assert "abnormal_agent_unknown" not in rig.metrics(1)


class TestWhatWasNotSent:
    def test_is_sent_by_whoever_takes_the_floor_next(
        self, rig: AwsRig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        [call_id] = dialled(rig.start("ann"))
        rig.webhook(rig.told(CALL_ANSWERED, call_id, "e1", HUMAN))
        held = rig.function.floors.held["main"]
        monkeypatch.setattr(held.carrier, "flush", die)
        records = rig.receive(rig.events)
        with pytest.raises(KeyboardInterrupt):
            rig.function.handle({"Records": records})
        assert rig.commanded() == []
        rig.another().handle({"Records": records})
        assert does(rig.commanded()) == ["bridge"]

    def test_is_found_by_the_sweep(self, rig: AwsRig, monkeypatch: pytest.MonkeyPatch) -> None:
        rig.start("ann")
        held = rig.function.floors.held["main"]
        monkeypatch.setattr(held.carrier, "flush", die)
        rig.agent("bob", "log_in")
        with pytest.raises(KeyboardInterrupt):
            rig.pump()
        # The event itself is gone, as when it has come too often and lies with those that nobody could take.
        rig.sqs.purge_queue(QueueUrl=rig.events)
        assert rig.rows("SELECT count(*) FROM outbox") == [(1,)]
        other = rig.another()
        other.handle({"source": "aws.events", "detail-type": "Scheduled Event"})
        rig.pump(other)
        assert len(dialled(rig.commanded())) == 1
        assert rig.rows("SELECT count(*) FROM outbox") == [(0,)]

    def test_a_dial_goes_out_once_although_two_processes_send_it(self, rig: AwsRig) -> None:
        rig.configure()
        rig.agent("ann", "log_in")
        rig.function.handle({"do": "start", "floor": "main", "campaign": "renewals"})
        records = rig.receive(rig.events)
        settle = Engine.settle
        try:
            Engine.settle = die  # type: ignore[method-assign, assignment]
            with pytest.raises(KeyboardInterrupt):
                rig.function.handle({"Records": records})
        finally:
            Engine.settle = settle  # type: ignore[method-assign]
        rig.another().handle({"Records": records})
        assert does(rig.commanded()) == ["originate"]


class TestTheSweep:
    def test_leaves_alone_a_floor_that_a_service_looks_after(self, rig: AwsRig) -> None:
        rig.configure()
        store = rig.function.store
        floor = store.find_floor("main")
        assert floor is not None
        store.take_lease(floor, "a service", 60.0)
        assert rig.function.handle({"source": "aws.events"}) == {"floors": 0}
        store.release_lease(floor, "a service")
        assert rig.function.handle({"source": "aws.events"}) == {"floors": 1}

    def test_leaves_out_what_was_never_configured(self, rig: AwsRig) -> None:
        rig.function.store.floor_id("a name and no more")
        assert rig.function.handle({"source": "aws.events"}) == {"floors": 0}

    def test_tells_the_floor_whom_it_must_not_call(self, rig: AwsRig) -> None:
        [dial] = rig.start("ann")
        number = dial["order"]["number"]
        rig.function.store.bar(number)
        rig.function.handle({"source": "aws.events"})
        assert rig.pump() == []
        hung_up = [each["call_id"] for each in rig.commanded() if each["do"] == "hang_up"]
        assert hung_up == [dial["order"]["call_id"]]


class TestLiveCalls:
    def test_the_sweep_asks_and_the_answer_closes_the_gap(self, rig: AwsRig) -> None:
        [call_id] = dialled(rig.start("ann"))
        rig.clock.ahead_s += 10.0
        rig.function.handle({"source": "aws.events"})
        assert rig.pump() == []
        [asked] = rig.commanded()
        assert asked["do"] == "ask_live_calls"
        key = call_id[:16]
        rig.webhook(rig.has(asked["query"], [LiveCall(f"{key}{0:016x}")]))
        assert rig.pump() == []
        commands = rig.commanded()
        assert [c["call_id"] for c in commands if c["do"] == "hang_up"] == [f"{key}{0:016x}"]
        met = rig.metrics()
        assert (met["abnormal_call_lost_by_carrier"], met["abnormal_call_unknown_at_carrier"]) == (1, 1)


def die(*_: object) -> None:
    raise KeyboardInterrupt
