"""The carrier in a process of its own: its witness log, its end, and what a broken connection says."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from callfloor.carriers import client
from callfloor.carriers.client import CarrierUnreachableError, RemoteCarrier
from callfloor.carriers.port import CarrierEvent, LiveCall, Originate
from callfloor.carriers.wire import Told, Welcome, decode_news, encode
from callfloor.floor.vocabulary import CALL_ANSWERED, CALL_BRIDGED, CALL_ENDED, CALL_RINGING, NEVER

MOST_WAIT_S = 20.0
SERVER_LIFE_S = 60


class Server:
    """A carrier's process, ended by its id at the end of the test."""

    def __init__(self, log: Path, *options: str) -> None:
        words = ["--log", str(log), "--run-for", str(SERVER_LIFE_S), "--call-fail", "0", *options]
        self.log = log
        self.process = subprocess.Popen(
            [sys.executable, "-m", "callfloor.carriers.server", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.first_line = self.process.stdout.readline()

    @property
    def port(self) -> int:
        return int(self.first_line)

    def witness(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    def await_witness(self, what: str, call_id: str = "") -> dict[str, Any]:
        """The first line of the log that says so, for which is waited."""
        give_up_at = time.monotonic() + MOST_WAIT_S
        while time.monotonic() < give_up_at:
            for line in self.witness():
                if line["what"] == what and call_id in ("", line.get("call_id")):
                    return line
            time.sleep(0.01)
        raise AssertionError(f"no {what} in the witness log")

    def end(self) -> str:
        """End the process and return what it wrote to standard error."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=MOST_WAIT_S)[1]


Start = Callable[..., Server]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    servers: list[Server] = []

    def make(*options: str) -> Server:
        servers.append(Server(tmp_path / "witness.jsonl", *options))
        return servers[-1]

    yield make
    for server in servers:
        server.end()


class Line:
    """A connection that waits for what it wants to hear."""

    def __init__(self, port: int) -> None:
        self.arrived = threading.Event()
        self.carrier = RemoteCarrier("127.0.0.1", port, on_arrival=self.arrived.set)
        self.told: list[CarrierEvent] = []

    def ring(self) -> str:
        call_id = uuid.uuid4().hex
        self.carrier.originate(Originate(call_id, 12125550100, "", 25.0, time.time()))
        return call_id

    def until(self, call_id: str, kind: int) -> CarrierEvent:
        while True:
            for event in self.told:
                if (event.call_id, event.kind) == (call_id, kind):
                    return event
            self.wait()
            self.told.extend(self.carrier.take(time.time()))

    def wait(self) -> None:
        assert self.arrived.wait(MOST_WAIT_S), "nothing arrives"
        self.arrived.clear()

    def await_live_calls(self) -> list[LiveCall]:
        while (calls := self.carrier.live_calls()) is None:
            self.wait()
        return list(calls)

    def await_breaking(self) -> CarrierUnreachableError:
        while True:
            try:
                self.carrier.take(time.time())
            except CarrierUnreachableError as error:
                return error
            self.wait()


@pytest.fixture
def connect() -> Iterator[Callable[[int], Line]]:
    lines: list[Line] = []

    def make(port: int) -> Line:
        lines.append(Line(port))
        return lines[-1]

    yield make
    for line in lines:
        line.carrier.close()


Connect = Callable[[int], Line]


def test_the_log_witnesses_orders_and_events(start: Start, connect: Connect) -> None:
    server = start("--call-length", "0.1")
    line = connect(server.port)
    call_id = line.ring()
    line.until(call_id, CALL_ANSWERED)
    line.carrier.originate(Originate(call_id, 12125550100, "", 25.0, time.time()))
    line.carrier.bridge(call_id, "7", time.time())
    line.until(call_id, CALL_ENDED)
    line.carrier.hang_up(call_id, time.time())
    server.await_witness("hang_up")
    server.end()
    lines = [entry for entry in server.witness() if entry.get("call_id") == call_id]
    assert [entry["what"] for entry in lines] == [
        "originate",
        "call_ringing",
        "call_answered",
        "originate",
        "bridge",
        "call_bridged",
        "call_ended",
        "hang_up",
    ]
    assert [entry["repeated"] for entry in lines if entry["what"] == "originate"] == [False, True]
    assert lines[0]["number"] == 12125550100
    assert lines[2]["outcome"] == "human"
    assert lines[5]["agent_id"] == "7"
    assert [entry["told"] for entry in lines if "told" in entry] == [1, 1, 1, 1]
    assert server.witness()[-1]["what"] == "stopped"


def test_what_happens_while_nobody_is_connected_is_lost(start: Start, connect: Connect) -> None:
    server = start("--ring-time", "0.5")
    line = connect(server.port)
    call_id = line.ring()
    line.until(call_id, CALL_RINGING)
    line.carrier.close()
    told = server.await_witness("call_answered", call_id)["told"]
    before = [entry["what"] for entry in server.witness()]
    before = before[: before.index("call_answered")]
    again = connect(server.port)
    assert again.await_live_calls() == [LiveCall(call_id, answered=True)]
    again.carrier.bridge(call_id, "7", time.time())
    again.until(call_id, CALL_BRIDGED)
    # The server may see our leaving later than the person answers; it cannot tell us in any case.
    assert told == before.count("connected") - before.count("disconnected")
    assert [event.kind for event in again.told] == [CALL_BRIDGED]


def test_every_engine_that_is_connected_is_told(start: Start, connect: Connect) -> None:
    server = start()
    first, second = connect(server.port), connect(server.port)
    second.await_live_calls()
    call_id = first.ring()
    assert first.until(call_id, CALL_ANSWERED) == second.until(call_id, CALL_ANSWERED)


def test_many_live_calls_come_in_one_answer(start: Start, connect: Connect) -> None:
    line = connect(start().port)
    assert line.await_live_calls() == []
    calls = [line.ring() for _ in range(1_201)]
    line.carrier.ask_live_calls()
    assert sorted(call.call_id for call in line.await_live_calls()) == sorted(calls)


def test_a_new_question_makes_the_old_answer_unknown(start: Start, connect: Connect) -> None:
    server = start()
    line = connect(server.port)
    line.await_live_calls()
    server.process.send_signal(signal.SIGSTOP)
    try:
        line.carrier.ask_live_calls()
        assert line.carrier.live_calls() is None
    finally:
        server.process.send_signal(signal.SIGCONT)
    assert line.await_live_calls() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_on_a_signal_and_says_farewell(
    start: Start, connect: Connect, number: signal.Signals
) -> None:
    server = start()
    line = connect(server.port)
    line.await_live_calls()
    server.process.send_signal(number)
    error = line.await_breaking()
    assert "has closed the connection (it stops)" in str(error)
    assert "connect again and ask for its live calls" in str(error)
    # A second signal would end it at once, so it must be through with the first.
    assert server.process.wait(MOST_WAIT_S) == 0
    assert server.end() == ""
    assert server.witness()[-1]["reason"] == number.name


def test_it_stops_by_itself(start: Start) -> None:
    server = start("--run-for", "0.05")
    assert server.process.wait(MOST_WAIT_S) == 0
    assert server.witness()[-1]["reason"] == "its time is over"


def test_it_goes_on_for_ever_and_listens_where_it_is_told_to(start: Start, connect: Connect) -> None:
    server = start("--run-for", "inf", "--host", "0.0.0.0")
    line = connect(server.port)
    line.until(line.ring(), CALL_ANSWERED)
    assert server.process.poll() is None


def test_a_carrier_that_dies_breaks_the_connection_for_good(start: Start, connect: Connect) -> None:
    server = start()
    line = connect(server.port)
    call_id = line.ring()
    line.until(call_id, CALL_ANSWERED)
    assert line.carrier.next_due() == NEVER
    server.process.kill()
    assert f"the carrier at 127.0.0.1:{server.port} " in str(line.await_breaking())
    assert line.carrier.next_due() < 0
    now = time.time()
    for command in (
        lambda: line.carrier.originate(Originate("0" * 32, 1, "", 25.0, now)),
        lambda: line.carrier.bridge(call_id, "7", now),
        lambda: line.carrier.hang_up(call_id, now),
        lambda: line.carrier.play(call_id, "safe harbour", now),
        line.carrier.ask_live_calls,
        line.carrier.live_calls,
        lambda: line.carrier.take(now),
    ):
        with pytest.raises(CarrierUnreachableError):
            command()


def test_what_had_arrived_is_handed_over_before_the_break(start: Start, connect: Connect) -> None:
    server = start()
    line = connect(server.port)
    call_id = line.ring()
    server.await_witness("call_answered", call_id)
    server.end()
    line.carrier._reader.join(MOST_WAIT_S)
    assert [event.kind for event in line.carrier.take(time.time())] == [CALL_RINGING, CALL_ANSWERED]
    with pytest.raises(CarrierUnreachableError):
        line.carrier.take(time.time())


@contextmanager
def says(said: bytes) -> Iterator[int]:
    """Somebody who listens at a port, says something, and hangs up once the other side has."""

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            connection.sendall(said)
            if said.startswith(b"{"):
                while connection.recv(4096):
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = threading.Thread(target=serve)
        serving.start()
        yield listening.getsockname()[1]
        serving.join(MOST_WAIT_S)


def test_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(CarrierUnreachableError, match=f"127.0.0.1:{port} cannot be reached"):
            RemoteCarrier("127.0.0.1", port)


@pytest.mark.parametrize(
    "said", [b"HTTP/1.1 400 Bad Request\r\n", b'{"tell":"farewell","reason":""}\n', b"", b"?"]
)
def test_what_listens_there_is_no_carrier(said: bytes) -> None:
    with says(said) as port, pytest.raises(CarrierUnreachableError, match="nothing that a carrier says"):
        RemoteCarrier("127.0.0.1", port)


def test_it_says_since_when_it_remembers_attempts(start: Start, connect: Connect) -> None:
    before = time.time()
    server = start()
    one, other = connect(server.port), connect(server.port)
    assert before < one.carrier.remembers_since == other.carrier.remembers_since < time.time()


def test_a_closed_connection_says_so(start: Start, connect: Connect) -> None:
    line = connect(start().port)
    line.carrier.close()
    with pytest.raises(CarrierUnreachableError, match="was closed by this program"):
        line.carrier.hang_up("0" * 32, time.time())


def test_an_on_arrival_that_fails_is_heard_of(start: Start, connect: Connect) -> None:
    line = connect(start().port)
    line.await_live_calls()

    def fail() -> None:
        line.arrived.set()
        raise RuntimeError("event loop is closed")

    line.carrier.on_arrival = fail
    line.ring()
    line.carrier._reader.join(MOST_WAIT_S)
    with pytest.raises(CarrierUnreachableError, match=r"on_arrival failed .*event loop is closed"):
        line.carrier.hang_up("0" * 32, time.time())


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"hello\n", "no order that a carrier knows: "),
        (b"x" * 70_000 + b"\n", "an order that cannot be carried out: "),
        (
            b'{"do":"originate","order":{"call_id":"1","number":1,"caller_id":"","ring_timeout_s":1,"at":1}}\n',
            "call_id: expected 32 hexadecimal digits, found '1'",
        ),
    ],
)
def test_whoever_talks_nonsense_is_told_why_and_sent_away(start: Start, said: bytes, answer: str) -> None:
    server = start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=MOST_WAIT_S) as client:
        client.sendall(said)
        with client.makefile("rb") as heard:
            assert isinstance(decode_news(heard.readline()), Welcome)
            farewell = decode_news(heard.readline())
    assert answer in str(farewell)
    assert answer in server.await_witness("refused")["reason"]


def test_an_order_that_breaks_off_is_not_carried_out(start: Start) -> None:
    server = start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=MOST_WAIT_S) as client:
        client.sendall(b'{"do":"hang_up","call_id":"1","at":1}')
    server.await_witness("disconnected")
    assert [entry["what"] for entry in server.witness()] == ["started", "connected", "disconnected"]


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--ring-time", "soon"), 2, "expected seconds such as 0.1"),
        (("--ring-time", "0.01"), 2, "ring_s: expected 0.1 <= low <= high seconds"),
        (("--call-fail", "101"), 2, "call_fail_percent: expected 0 to 100, found 101.0"),
        (("--port", "65536"), 2, "65536"),
        (("--log", "/nowhere/at/all"), 1, "No such file or directory"),
    ],
)
def test_wrong_options_are_named(start: Start, options: tuple[str, ...], code: int, message: str) -> None:
    server = start(*options)
    assert server.process.wait(MOST_WAIT_S) == code
    assert message in server.end()


def test_a_port_that_is_taken_is_named(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = start("--port", str(taken.getsockname()[1]))
        assert server.process.wait(MOST_WAIT_S) == 1
        assert "address already in use" in server.end()


def test_what_is_not_taken_is_not_read_into_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MOST_ARRIVED", 10)
    count = 50_000
    lines = [encode(Told(CarrierEvent(CALL_RINGING, "0" * 32, f"e-{i}", 1.0))) for i in range(count)]

    def pour(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(encode(Welcome(0.0)))
            connection.recv(4096)
            connection.sendall(b"".join(lines))
            # Until the other side ends: closing with something unread would cut it.
            connection.recv(4096)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        pouring = threading.Thread(target=pour, args=(listening,))
        pouring.start()
        arrived = threading.Event()
        carrier = RemoteCarrier("127.0.0.1", listening.getsockname()[1], on_arrival=arrived.set)
        told: list[CarrierEvent] = []
        while len(told) < count:
            assert arrived.wait(MOST_WAIT_S)
            arrived.clear()
            taken = carrier.take(0.0)
            assert len(taken) <= 10 + 65_536 // min(map(len, lines)) + 1
            told.extend(taken)
        carrier.close()
        pouring.join()
    assert [event.event_id for event in told] == [f"e-{i}" for i in range(count)]


def test_one_that_waits_for_room_can_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MOST_ARRIVED", 1)
    said = encode(Welcome(0.0)) + encode(Told(CarrierEvent(CALL_RINGING, "0" * 32, "e", 1.0)))
    with says(said) as port:
        arrived = threading.Event()
        carrier = RemoteCarrier("127.0.0.1", port, on_arrival=arrived.set)
        assert arrived.wait(MOST_WAIT_S)
        carrier.close()
