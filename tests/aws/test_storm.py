"""Processes that die anywhere, messages that come twice: nothing is lost, nobody is dialled twice."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from callfloor import floor as plain
from callfloor.aws.carrier import QueueCarrier
from callfloor.aws.function import Function
from callfloor.aws.timers import Timers
from callfloor.carriers.wire import Told
from callfloor.floor.vocabulary import (
    BUSY,
    CALL_ANSWERED,
    CALL_BRIDGED,
    CALL_ENDED,
    CALL_FAILED,
    CALL_RINGING,
    ENDED,
    HUMAN,
)
from callfloor.live.replay import replay_journal
from callfloor.live.step import Engine
from tests.aws.rig import AwsRig

ROUNDS = 25
SEAMS: tuple[tuple[type, str], ...] = ((QueueCarrier, "flush"), (Engine, "settle"), (Timers, "arm"))


@pytest.fixture
def rig() -> Iterator[AwsRig]:
    opened = AwsRig()
    yield opened
    opened.close()


class Gateway:
    """The lines, as far as they matter: rings, answers, connects, ends; tells some things twice."""

    def __init__(self, rig: AwsRig, chance: random.Random) -> None:
        self.rig = rig
        self.chance = chance
        self.dialled: Counter[int] = Counter()
        self.rung: Counter[str] = Counter()
        self.live: dict[str, int] = {}
        self.told = 0
        self.doubly_live: list[int] = []

    def tell(self, kind: int, call_id: str, code: int = 0) -> None:
        self.told += 1
        event: Told = self.rig.told(kind, call_id, f"e{self.told}", code)
        for _ in range(1 + (self.chance.random() < 0.3)):
            assert self.rig.webhook(event)["statusCode"] == 202

    def work(self) -> None:
        """Carry out what was commanded, and have some of the calls end."""
        for command in self.rig.commanded():
            call_id = command.get("call_id") or command.get("order", {}).get("call_id", "")
            if command["do"] == "originate":
                self.place(call_id, command["order"]["number"])
            elif call_id in self.live and command["do"] == "bridge":
                self.tell(CALL_BRIDGED, call_id)
            elif call_id in self.live and command["do"] == "hang_up":
                self.end(call_id)
        for call_id in sorted(self.live):
            if self.chance.random() < 0.2:
                self.end(call_id)

    def place(self, call_id: str, number: int) -> None:
        self.rung[call_id] += 1
        if number in self.live.values():
            self.doubly_live.append(number)
        self.live[call_id] = number
        self.tell(CALL_RINGING, call_id)
        if self.chance.random() < 0.6:
            self.tell(CALL_ANSWERED, call_id, HUMAN)
        else:
            del self.live[call_id]
            self.tell(CALL_FAILED, call_id, BUSY)

    def end(self, call_id: str) -> None:
        del self.live[call_id]
        self.tell(CALL_ENDED, call_id)


def dying(way: Callable[..., Any], before: bool) -> Callable[..., Any]:
    """A method in which the process dies, before or after it has done its work."""

    def dies(*arguments: Any, **named: Any) -> Any:
        if not before:
            way(*arguments, **named)
        raise KeyboardInterrupt

    return dies


def deliver(rig: AwsRig, function: Function, chance: random.Random) -> Function:
    """Hand over what there is; now and then the process dies of it, and what it had comes to another one."""
    if chance.random() < 0.6:
        assert rig.pump(function) == []
        return function
    owner, name = chance.choice(SEAMS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, dying(getattr(owner, name), chance.random() < 0.5))
        records = rig.receive(rig.events)
        with contextlib.suppress(KeyboardInterrupt):
            function.handle({"Records": records})
    for record in records:
        rig.sqs.change_message_visibility(
            QueueUrl=rig.events, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=0
        )
    return rig.another()


@pytest.mark.parametrize("seed", range(1, 5))
def test_nothing_is_lost_and_nobody_is_dialled_twice(rig: AwsRig, seed: int) -> None:
    chance = random.Random(seed)
    gateway = Gateway(rig, chance)
    rig.configure(dial_ratio=2.0)
    for agent in ("ann", "bob"):
        rig.agent(agent, "log_in")
    rig.function.handle({"do": "start", "floor": "main", "campaign": "renewals"})
    function = rig.function
    for _ in range(ROUNDS):
        function = deliver(rig, function, chance)
        gateway.work()
        rig.clock.ahead_s += chance.random() * 2.0
    calm(rig, function, gateway)
    assert gateway.doubly_live == []
    assert set(gateway.rung.values()) == {1}
    store = function.store
    floor = store.find_floor("main")
    assert floor is not None
    assert replay_journal(store, floor, "main", plain).difference is None
    assert store.all_set_aside() == []
    states = [call.state for call in function.floors.get("main", rig.clock()).engine.resident.floor.calls]
    assert set(states) == {ENDED}
    open_records = "SELECT count(*) FROM call_records WHERE ended_at IS NULL"
    assert rig.rows(open_records) == [(0,)]
    assert rig.rows("SELECT count(*) FROM outbox") == [(0,)]
    assert rig.rows("SELECT count(*) FROM message_tries") == [(0,)]


def calm(rig: AwsRig, function: Function, gateway: Gateway) -> None:
    """No more faults: dialling stops, and what is in hand comes to its end."""
    function.handle({"do": "stop", "floor": "main", "campaign": "renewals"})
    for _ in range(6):
        function.handle({"source": "aws.events"})
        assert rig.pump(function) == []
        gateway.work()
        for call_id in sorted(gateway.live):
            gateway.end(call_id)
        rig.clock.ahead_s += 61.0
    function.handle({"source": "aws.events"})
    assert rig.pump(function) == []
