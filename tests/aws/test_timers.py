"""Timers: a delayed message for what is near, the scheduler for what is far, one wake for an instant."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from callfloor.aws.messages import TimerFired, encode
from callfloor.floor.vocabulary import CALL_RINGING
from tests.aws.rig import AwsRig

ROLE = "arn:aws:iam::123456789012:role/scheduler"


@pytest.fixture
def rig() -> Iterator[AwsRig]:
    opened = AwsRig(scheduler_role=ROLE)
    yield opened
    opened.close()


def delayed(rig: AwsRig) -> int:
    told = rig.sqs.get_queue_attributes(
        QueueUrl=rig.timers, AttributeNames=["ApproximateNumberOfMessagesDelayed"]
    )
    return int(told["Attributes"]["ApproximateNumberOfMessagesDelayed"])


def test_a_floor_is_woken_when_it_wants_to_be_asked_again(rig: AwsRig) -> None:
    [command] = rig.start("ann")
    call_id = command["order"]["call_id"]
    assert delayed(rig) == 1
    rig.webhook(rig.told(CALL_RINGING, call_id, "e1"))
    rig.pump()
    # It rings for ever, as far as the carrier tells: the floor gives it up by its timer.
    rig.clock.ahead_s += 60.0
    fired = {
        "messageId": "t",
        "body": encode(TimerFired("main", float(int(rig.clock())))),
        "attributes": {},
        "eventSourceARN": rig.arn(rig.timers),
    }
    assert rig.function.handle({"Records": [fired]}) == {"batchItemFailures": []}
    assert rig.pump() == []
    # The line is given up, and the next person is rung.
    gave_up, rang = rig.commanded()
    assert (gave_up["do"], gave_up["call_id"], rang["do"]) == ("hang_up", call_id, "originate")
    assert rig.metrics()["abnormal_call_silent"] == 1


def test_what_several_processes_set_for_one_instant_wakes_the_floor_once(rig: AwsRig) -> None:
    rig.configure()
    now = rig.clock()
    for _ in range(3):
        rig.another().timers.arm("main", now + 0.5, now)
    rig.function.handle({"Records": wait_for(rig, 3)})
    assert len(rig.receive(rig.events)) == 1


def test_one_process_sets_no_second_timer_before_the_first(rig: AwsRig) -> None:
    rig.configure()
    now = rig.clock()
    rig.function.timers.arm("main", now + 100.0, now)
    rig.function.timers.arm("main", now + 200.0, now)
    assert delayed(rig) == 1
    rig.function.timers.arm("main", now + 50.0, now)
    assert delayed(rig) == 2


def test_one_that_fired_a_moment_too_soon_is_set_again(rig: AwsRig) -> None:
    rig.configure()
    now = float(int(rig.clock())) + 0.9
    rig.function.timers.arm("main", now + 0.05, now, fired_at=now + 0.1)
    [record] = [json.loads(each["body"]) for each in wait_for(rig, 1)]
    assert record["at"] > now + 0.1


def test_one_that_is_far_is_the_schedulers(rig: AwsRig) -> None:
    rig.configure()
    now = rig.clock()
    rig.function.timers.arm("main", now + 3600.0, now)
    # Another process that sets the same finds it there.
    rig.another().timers.arm("main", now + 3600.0, now)
    assert delayed(rig) == 0
    [listed] = rig.scheduler.list_schedules(GroupName=rig.scheduler_group)["Schedules"]
    schedule = rig.scheduler.get_schedule(GroupName=rig.scheduler_group, Name=listed["Name"])
    assert schedule["Target"]["Arn"] == rig.arn(rig.events)
    assert schedule["Target"]["SqsParameters"] == {"MessageGroupId": "main"}
    message = json.loads(schedule["Target"]["Input"])
    assert now + 3600.0 <= message["at"] <= now + 3660.0


def test_without_a_scheduler_a_far_one_comes_in_steps(rig: AwsRig) -> None:
    plain = AwsRig()
    now = plain.clock()
    plain.function.timers.arm("main", now + 3600.0, now)
    assert delayed(plain) == 1
    assert plain.function.timers.armed["main"] <= now + 900.0
    plain.close()


def test_what_is_no_timer_is_set_aside(rig: AwsRig) -> None:
    records = [
        {"messageId": "1", "body": "no json", "attributes": {}, "eventSourceARN": rig.arn(rig.timers)},
        {
            "messageId": "2",
            "body": encode(TimerFired("main", 1.0)),
            "attributes": {},
            "eventSourceARN": rig.arn(rig.timers),
        },
    ]
    assert rig.function.handle({"Records": records}) == {"batchItemFailures": []}
    assert [message.source for message in rig.function.store.all_set_aside()] == ["1"]
    assert len(rig.receive(rig.events)) == 1


def wait_for(rig: AwsRig, count: int) -> list[dict[str, Any]]:
    """So many messages of the timers' queue."""
    records: list[dict[str, Any]] = []
    give_up_at = time.monotonic() + 20.0
    while len(records) < count and time.monotonic() < give_up_at:
        records += rig.receive(rig.timers)
        time.sleep(0.05)
    return records
