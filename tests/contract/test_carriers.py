"""What every carrier does, whichever it is and wherever it runs.

Carriers that are simulated in this process run on a made-up clock, the one in a process of its own on the
UTC clock. Nothing here asserts how long anything takes.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from callfloor import floor as plain
from callfloor.carriers.client import RemoteCarrier
from callfloor.carriers.faults import Faults, FaultyCarrier
from callfloor.carriers.port import Carrier, CarrierEvent, LiveCall, Originate
from callfloor.carriers.simulated import SimulatedCarrier
from callfloor.floor.vocabulary import (
    AGENT_GONE,
    CALL_ANSWERED,
    CALL_BRIDGED,
    CALL_ENDED,
    CALL_FAILED,
    CALL_PLAYED,
    CALL_RINGING,
    HUMAN,
    MACHINE,
    NEVER,
)
from callfloor.people.behaviour import DIAL_FAILURES, Behaviour
from tests.faults.simulation.carrier import Exchange, Line
from tests.faults.simulation.plan import Plan, Setting
from tests.faults.simulation.witness import Truth, Witness
from tests.faults.simulation.world import World

MOST_WAIT_S = 20.0
CALL_LENGTH_S = 0.2
MESSAGE_S = 0.1
SERVER_LIFE_S = 120


class Rig:
    """A carrier with a clock and everything that it has told so far."""

    def __init__(self, carrier: Carrier, lose_agent_line: Callable[[str, float], None]) -> None:
        self.carrier = carrier
        self.lose_agent_line = lose_agent_line
        self.told: list[CarrierEvent] = []
        self.orders: dict[str, Originate] = {}

    def now(self) -> float:
        raise NotImplementedError

    def await_next(self) -> bool:
        """Wait for the next thing to happen; whether something did."""
        raise NotImplementedError

    def live_calls(self) -> dict[str, LiveCall]:
        raise NotImplementedError

    def originate(self, number: int = 12125550100, call_id: str = "") -> str:
        order = Originate(call_id or uuid.uuid4().hex, number, "12125550199", 25.0, self.now())
        self.orders.setdefault(order.call_id, order)
        self.carrier.originate(order)
        return order.call_id

    def answered_call(self) -> str:
        call_id = self.originate()
        self.until(call_id, CALL_ANSWERED)
        return call_id

    def call_whose_outcome(self, fits: Callable[[CarrierEvent], bool]) -> str:
        """Call people, many at once, until the outcome of one fits."""
        while True:
            call_ids = [self.originate() for _ in range(20)]
            for call_id in call_ids:
                while len(self.of(call_id)) < 2:
                    assert self.await_next()
                if fits(self.of(call_id)[1]):
                    return call_id

    def until(self, call_id: str, kind: int) -> CarrierEvent:
        """The call's first event of that kind, for which is waited."""
        while True:
            for event in self.told:
                if event.kind == kind and event.call_id == call_id:
                    return event
            assert self.await_next(), f"nothing more comes, least of all {kind}"

    def of(self, call_id: str) -> list[CarrierEvent]:
        return [event for event in self.told if event.call_id == call_id]

    def kinds(self, call_id: str) -> list[int]:
        return [event.kind for event in self.of(call_id)]

    def settle(self) -> None:
        """Have everything told that came before: another call rings, is hung up and ends."""
        other = self.originate()
        self.carrier.hang_up(other, self.now())
        self.until(other, CALL_ENDED)


class VirtualRig(Rig):
    """On a clock that jumps from one event to the next."""

    clock = 1_000.0

    def now(self) -> float:
        return self.clock

    def await_next(self) -> bool:
        due = self.carrier.next_due()
        if due == float("inf"):
            return False
        self.clock = max(self.clock, due)
        self.told.extend(self.carrier.take(self.clock))
        return True

    def live_calls(self) -> dict[str, LiveCall]:
        self.told.extend(self.carrier.take(self.clock))
        calls = self.carrier.live_calls()
        assert calls is not None
        return {call.call_id: call for call in calls}


class RemoteRig(Rig):
    """On the UTC clock, woken by the reading thread."""

    def __init__(self, carrier: RemoteCarrier) -> None:
        super().__init__(carrier, carrier.lose_agent_line)
        self.remote = carrier
        self.arrived = threading.Event()
        carrier.on_arrival = self.arrived.set
        self.arrived.set()

    def now(self) -> float:
        return time.time()

    def await_next(self) -> bool:
        if not self.arrived.wait(MOST_WAIT_S):
            return False
        self.arrived.clear()
        self.told.extend(self.carrier.take(self.now()))
        return True

    def live_calls(self) -> dict[str, LiveCall]:
        self.remote.ask_live_calls()
        while (calls := self.remote.live_calls()) is None:
            assert self.await_next(), "no answer to the question which calls live"
        return {call.call_id: call for call in calls}


PEOPLE: dict[str, tuple[float, float, tuple[float, float]]] = {
    "all answer": (0.0, CALL_LENGTH_S, (0.1, 0.2)),
    "all fail": (100.0, CALL_LENGTH_S, (0.1, 0.2)),
    "all slow": (0.0, 60.0, (1.0, 1.0)),
}
"""Per cent that fail, call length, ring times. The slow ones are for what must come before they act."""


@pytest.fixture(scope="module")
def server_ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, int]]:
    """Ports of carriers in processes of their own, one for each kind of people."""
    folder = tmp_path_factory.mktemp("carriers")
    servers = {people: start_server(people, folder) for people in PEOPLE}
    try:
        ports = {}
        for people, server in servers.items():
            assert server.stdout is not None
            ports[people] = int(server.stdout.readline())
        yield ports
    finally:
        for server in servers.values():
            server.terminate()
        for server in servers.values():
            server.communicate(timeout=MOST_WAIT_S)


def start_server(people: str, folder: Path) -> subprocess.Popen[str]:
    call_fail, call_length_s, ring_s = PEOPLE[people]
    options = {
        "--log": folder / f"{people}.jsonl",
        "--call-fail": call_fail,
        "--call-length": call_length_s,
        "--ring-time": f"{ring_s[0]}-{ring_s[1]}",
        "--message-time": MESSAGE_S,
        "--run-for": SERVER_LIFE_S,
    }
    words = [str(word) for option in options.items() for word in option]
    return subprocess.Popen(
        [sys.executable, "-m", "callfloor.carriers.server", *words], stdout=subprocess.PIPE, text=True
    )


Rigs = Callable[[str], Rig]


class Bystander(Witness):
    """Watches a carrier that no floor uses."""

    def require(self, fine: bool, what: str) -> None:
        pass

    def ringing(self, call_id: str, e164: int, repeated: bool) -> None:
        self.truths.setdefault(call_id, Truth(call_id, e164, self.world.calendar.now))


class LineRig(Rig):
    """A process's line to the carrier of the fault simulation, in virtual time."""

    def __init__(self, behaviour: Behaviour) -> None:
        setting = Setting(processes=1, agents=0, leads=0, campaign={"cooldown_s": 60.0})
        self.world = World(Plan(1, setting, ()), plain)
        self.world.calendar.entries.clear()
        self.world.witness = Bystander(self.world)
        self.world.exchange = Exchange(self.world, behaviour, to_all=True)
        line = Line(self.world.exchange, self.world.processes[0])
        super().__init__(line, self.lose_line)
        self.line = line
        self.world.calendar.run_until(self.world.calendar.now + 1.0)

    def lose_line(self, agent: str, at: float) -> None:
        self.world.exchange.network.lose_agent_line(agent, at)
        self.world.exchange.look()

    def now(self) -> float:
        return self.world.calendar.now

    def await_next(self) -> bool:
        if not self.world.calendar.entries:
            return False
        self.world.calendar.run_until(self.world.calendar.entries[0][0])
        self.told.extend(self.line.take(self.now()))
        return True

    def live_calls(self) -> dict[str, LiveCall]:
        self.line.ask_live_calls()
        while (calls := self.line.live_calls()) is None:
            assert self.await_next()
        return {call.call_id: call for call in calls}


@pytest.fixture(params=["simulated", "faultless", "remote", "of the fault simulation"])
def rigs(request: pytest.FixtureRequest) -> Iterator[Rigs]:
    """Makes a carrier with people of a kind."""
    made: list[Rig] = []

    def make(people: str) -> Rig:
        behaviour = Behaviour.of_dial_options(*PEOPLE[people], message_s=MESSAGE_S)
        if request.param == "of the fault simulation":
            made.append(LineRig(behaviour))
        elif request.param == "remote":
            ports: dict[str, int] = request.getfixturevalue("server_ports")
            made.append(RemoteRig(RemoteCarrier("127.0.0.1", ports[people])))
        else:
            inner = SimulatedCarrier(behaviour, seed=1)
            carrier: Carrier = inner
            if request.param == "faultless":
                carrier = FaultyCarrier(inner, Faults(), seed=1)
            made.append(VirtualRig(carrier, inner.lose_agent_line))
        return made[-1]

    yield make
    for rig in made:
        rig.carrier.close()


@pytest.fixture
def rig(rigs: Rigs) -> Rig:
    """A carrier whose calls are all answered by people."""
    return rigs("all answer")


def test_a_call_rings_and_is_answered(rig: Rig) -> None:
    call_id = rig.originate()
    answer = rig.until(call_id, CALL_ANSWERED)
    assert answer.code == HUMAN
    assert rig.kinds(call_id) == [CALL_RINGING, CALL_ANSWERED]


def test_a_call_that_fails_rings_and_has_one_outcome(rigs: Rigs) -> None:
    rig = rigs("all fail")
    call_ids = [rig.originate(number=12125550100 + n) for n in range(60)]
    codes = set()
    for call_id in call_ids:
        while len(rig.of(call_id)) < 2:
            assert rig.await_next()
        ringing, outcome = rig.of(call_id)
        assert ringing.kind == CALL_RINGING
        assert outcome.kind == (CALL_ANSWERED if outcome.code == MACHINE else CALL_FAILED)
        codes.add(outcome.code)
    assert codes <= set(DIAL_FAILURES)
    assert len(codes) >= 4
    for call_id in call_ids:
        rig.carrier.hang_up(call_id, rig.now())


def test_a_call_that_has_failed_cannot_be_hung_up(rigs: Rigs) -> None:
    rig = rigs("all fail")
    failed = rig.call_whose_outcome(lambda event: event.kind == CALL_FAILED)
    rig.carrier.hang_up(failed, rig.now())
    rig.settle()
    assert rig.kinds(failed) == [CALL_RINGING, CALL_FAILED]


def test_an_answered_call_is_bridged_and_ends_by_itself(rig: Rig) -> None:
    call_id = rig.answered_call()
    rig.carrier.bridge(call_id, "agent 7", rig.now())
    assert rig.until(call_id, CALL_BRIDGED).agent_id == "agent 7"
    rig.until(call_id, CALL_ENDED)
    assert rig.kinds(call_id) == [CALL_RINGING, CALL_ANSWERED, CALL_BRIDGED, CALL_ENDED]


def test_a_call_that_rings_cannot_be_bridged(rigs: Rigs) -> None:
    rig = rigs("all slow")
    call_id = rig.originate()
    rig.carrier.bridge(call_id, "agent 7", rig.now())
    rig.until(call_id, CALL_ANSWERED)
    rig.settle()
    assert rig.kinds(call_id) == [CALL_RINGING, CALL_ANSWERED]


def test_bridging_twice_to_one_agent_is_told_once(rig: Rig) -> None:
    call_id = rig.answered_call()
    rig.carrier.bridge(call_id, "agent 7", rig.now())
    rig.carrier.bridge(call_id, "agent 7", rig.now())
    rig.until(call_id, CALL_ENDED)
    assert rig.kinds(call_id).count(CALL_BRIDGED) == 1


@pytest.mark.parametrize("state", ["ringing", "answered", "bridged"])
def test_hanging_up_ends_a_call_once(rig: Rig, state: str) -> None:
    call_id = rig.originate() if state == "ringing" else rig.answered_call()
    if state == "bridged":
        rig.carrier.bridge(call_id, "agent 7", rig.now())
        rig.until(call_id, CALL_BRIDGED)
    rig.carrier.hang_up(call_id, rig.now())
    rig.carrier.hang_up(call_id, rig.now())
    rig.until(call_id, CALL_ENDED)
    rig.carrier.hang_up(call_id, rig.now())
    rig.settle()
    assert rig.kinds(call_id).count(CALL_ENDED) == 1
    assert rig.kinds(call_id)[-1] == CALL_ENDED
    assert call_id not in rig.live_calls()


@pytest.mark.parametrize("call_id", ["0" * 32, "nobody", ""])
def test_commands_for_an_unknown_call_are_harmless(rig: Rig, call_id: str) -> None:
    rig.carrier.hang_up(call_id, rig.now())
    rig.carrier.bridge(call_id, "agent 7", rig.now())
    rig.carrier.play(call_id, "safe harbour", rig.now())
    rig.settle()
    assert rig.of(call_id) == []


def test_one_call_id_rings_once_even_after_the_call(rig: Rig) -> None:
    assert rig.carrier.remembers_since < NEVER
    call_id = rig.originate()
    rig.originate(call_id=call_id)
    rig.until(call_id, CALL_ANSWERED)
    rig.originate(call_id=call_id)
    rig.carrier.hang_up(call_id, rig.now())
    rig.until(call_id, CALL_ENDED)
    rig.originate(call_id=call_id)
    rig.settle()
    assert rig.kinds(call_id) == [CALL_RINGING, CALL_ANSWERED, CALL_ENDED]


@pytest.mark.parametrize("call_id", ["", "12", "x" * 32, "0" * 33])
def test_a_call_id_that_is_none_is_refused(rig: Rig, call_id: str) -> None:
    with pytest.raises(ValueError, match="call_id: expected 32 hexadecimal digits"):
        rig.carrier.originate(Originate(call_id, 12125550100, "12125550199", 25.0, rig.now()))


def test_a_message_is_played_and_the_call_waits_on(rig: Rig) -> None:
    call_id = rig.answered_call()
    rig.carrier.play(call_id, "safe harbour", rig.now())
    rig.until(call_id, CALL_PLAYED)
    assert rig.live_calls()[call_id] == LiveCall(call_id, answered=True, bridged=False)
    rig.carrier.hang_up(call_id, rig.now())
    rig.until(call_id, CALL_ENDED)
    assert rig.kinds(call_id) == [CALL_RINGING, CALL_ANSWERED, CALL_PLAYED, CALL_ENDED]


def test_live_calls_tells_what_lives(rig: Rig) -> None:
    answered = rig.answered_call()
    ringing = rig.originate()
    ended = rig.originate()
    rig.carrier.hang_up(ended, rig.now())
    live = rig.live_calls()
    assert live[answered] == LiveCall(answered, answered=True)
    assert ringing in live
    assert ended not in live
    rig.carrier.bridge(answered, "agent 7", rig.now())
    rig.until(answered, CALL_ENDED)
    assert answered not in rig.live_calls()


def test_a_machine_is_live_but_no_person_has_answered(rigs: Rigs) -> None:
    rig = rigs("all fail")
    machine = rig.call_whose_outcome(lambda event: event.code == MACHINE)
    assert rig.live_calls()[machine] == LiveCall(machine, answered=False)
    rig.carrier.hang_up(machine, rig.now())
    rig.until(machine, CALL_ENDED)


def test_a_lost_agent_line_leaves_the_person_waiting(rigs: Rigs) -> None:
    rig = rigs("all slow")
    call_id = rig.answered_call()
    agent_id = f"agent {call_id}"
    rig.carrier.bridge(call_id, agent_id, rig.now())
    rig.until(call_id, CALL_BRIDGED)
    rig.lose_agent_line(agent_id, rig.now())
    gone = rig.until("", AGENT_GONE)
    assert gone.agent_id == agent_id
    assert rig.live_calls()[call_id] == LiveCall(call_id, answered=True, bridged=False)
    rig.carrier.bridge(call_id, "agent 8", rig.now())
    rig.settle()
    assert rig.live_calls()[call_id] == LiveCall(call_id, answered=True, bridged=True)
    rig.carrier.hang_up(call_id, rig.now())
    rig.until(call_id, CALL_ENDED)
    bridges = [event.agent_id for event in rig.of(call_id) if event.kind == CALL_BRIDGED]
    assert bridges == [agent_id, "agent 8"]


def test_event_ids_are_unique_and_times_run_forward_from_the_order(rig: Rig) -> None:
    call_ids = [rig.answered_call() for _ in range(3)]
    for call_id in call_ids:
        rig.carrier.bridge(call_id, "agent 7", rig.now())
    for call_id in call_ids:
        rig.until(call_id, CALL_ENDED)
        times = [rig.orders[call_id].at, *(event.at for event in rig.of(call_id))]
        assert times == sorted(times)
    ids = [event.event_id for event in rig.told]
    assert len(ids) == len(set(ids))


def test_nothing_is_taken_twice(rig: Rig) -> None:
    call_id = rig.answered_call()
    rig.told.extend(rig.carrier.take(rig.now()))
    assert rig.kinds(call_id) == [CALL_RINGING, CALL_ANSWERED]


def test_closing_twice_does_no_harm(rig: Rig) -> None:
    rig.originate()
    rig.carrier.close()
    rig.carrier.close()
