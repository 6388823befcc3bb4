"""A worker's traces: asked for by OpenTelemetry's own variables, sent to a receiver, and never in the way."""

from __future__ import annotations

import gzip
import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from callfloor.cli.tracing import is_wanted, tracing
from callfloor.failures import UsageError
from callfloor.leads.area_codes import made_up_number
from callfloor.live.traces import trace_id_of
from tests.unit.cli.commands import run_command

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
HERE = "http://127.0.0.1:4318"
NUMBERS = [made_up_number(1, i) for i in range(40)]

FLOORS = """
[[floors]]
name = "north"
agents = 3
[[floors.campaigns]]
name = "renewals"
"""


class Receiver:
    """What OpenTelemetry's collector is to a worker."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                packed = self.headers.get("Content-Encoding") == "gzip"
                receiver.bodies.append(gzip.decompress(body) if packed else body)
                self.send_response(200 if self.path == "/v1/traces" else 404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def resources(self) -> list[Any]:
        return [
            each for body in self.bodies for each in ExportTraceServiceRequest.FromString(body).resource_spans
        ]

    def spans(self) -> list[Any]:
        return [span for each in self.resources() for scope in each.scope_spans for span in scope.spans]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


class Worker:
    """A worker of one floor, whose campaign dials."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        db = str(folder / "floors.db")
        (folder / "floors.toml").write_text(FLOORS)
        (folder / "leads.csv").write_text("phone\n" + "".join(f"+{number}\n" for number in NUMBERS))
        for command in (
            ("floors", "import", str(folder / "floors.toml")),
            ("leads", "import", str(folder / "leads.csv"), "--campaign", "renewals"),
            ("floors", "start", "north"),
        ):
            assert run_command(*command, "--db", db).exit_code == 0
        self.log = folder / "worker.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-c", "from callfloor.cli import main; main()", "worker"),
                    *("--db", db, "--plain", "--simulated-agents"),
                ],
                env={**os.environ, **environment},
                stderr=log,
            )

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def wait_for(self, event: str) -> None:
        give_up_at = time.monotonic() + 60.0
        while not any(line["event"] == event for line in self.lines()):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < give_up_at, f"never told: {event}"
            time.sleep(0.05)

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0


def values(attributes: Any) -> dict[str, Any]:
    return {each.key: each.value.string_value for each in attributes}


def test_a_worker_sends_the_traces_of_its_calls(tmp_path: Path, receiver: Receiver) -> None:
    worker = Worker(tmp_path, {ENDPOINT: receiver.url, "OTEL_BSP_SCHEDULE_DELAY": "100"})
    worker.wait_for("call_connected")
    worker.end()
    [call] = [line["call_id"] for line in worker.lines() if line["event"] == "call_connected"][:1]
    of_call = [span for span in receiver.spans() if int.from_bytes(span.trace_id, "big") == trace_id_of(call)]
    names = {span.name for span in of_call}
    assert {"call_ringing", "call_answered", "call_bridged", "commit", "send"} <= names
    for span in of_call:
        if not span.parent_span_id:
            assert values(span.attributes)["callfloor.call_id"] == call
            assert values(span.attributes)["callfloor.floor"] == "north"
    resource = values(receiver.resources()[0].resource.attributes)
    assert resource["service.name"] == "callfloor-worker"
    assert resource["service.instance.id"] == worker.lines()[0]["worker"]
    sent = b"".join(receiver.bodies)
    assert not [number for number in NUMBERS if str(number).encode() in sent]
    assert "traces_not_sent" not in {line["event"] for line in worker.lines()}


def test_a_receiver_that_is_away_holds_nobody_up(tmp_path: Path, receiver: Receiver) -> None:
    url = receiver.url
    receiver.server.server_close()
    worker = Worker(tmp_path, {ENDPOINT: url, "OTEL_BSP_SCHEDULE_DELAY": "100"})
    worker.wait_for("call_connected")
    worker.wait_for("traces_not_sent")
    worker.end()
    assert [line["event"] for line in worker.lines() if line["event"] == "worker_ended"]


def test_without_the_variables_nothing_is_made_and_nothing_imported(tmp_path: Path) -> None:
    program = (
        "import sys, os\n"
        "from callfloor.cli.tracing import tracing\n"
        "with tracing({}, 'one', print) as traces:\n"
        "    assert traces is None\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, False),
        ({ENDPOINT: ""}, False),
        ({ENDPOINT: HERE}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{HERE}/v1/traces"}, True),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({ENDPOINT: HERE, "OTEL_TRACES_EXPORTER": "none"}, False),
        ({ENDPOINT: HERE, "OTEL_SDK_DISABLED": "true"}, False),
        ({ENDPOINT: HERE, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, True),
    ],
)
def test_the_environment_says_whether(environment: dict[str, str], wanted: bool) -> None:
    assert is_wanted(environment) is wanted


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({ENDPOINT: "collector:4318"}, f"{ENDPOINT}: expected http://HOST:PORT or https://HOST:PORT, found"),
        (
            {ENDPOINT: HERE, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "OTEL_EXPORTER_OTLP_PROTOCOL: expected http/protobuf, found 'grpc'",
        ),
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER: expected otlp or none, found 'zipkin'"),
    ],
)
def test_what_cannot_be_done_is_refused(environment: dict[str, str], reason: str) -> None:
    with pytest.raises(UsageError) as raised, tracing(environment, "one", print):
        pass
    assert str(raised.value).startswith(reason)


def test_packages_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)
    with (
        pytest.raises(UsageError, match=r"pip install 'callfloor\[otel\]'"),
        tracing({ENDPOINT: HERE}, "one", print),
    ):
        pass
