"""What an orchestrator and Prometheus ask of a worker."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from callfloor.abnormal import CONDITIONS
from callfloor.live.inbox import Posted, post
from callfloor.live.worker import LEASE_S, Worker
from callfloor.stores.errors import StoreError
from callfloor.web.probes import Probes
from callfloor.web.server import listen
from callfloor.web.worker_figures import WorkerFigures
from tests.unit.live.worker_world import World


class Probed:
    """A worker with two floors, and its probes."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder)
        self.figures = WorkerFigures()
        self.world.observers_of = lambda floor: [self.figures.of_floor(floor)]
        self.world.plan("north", "south")
        self.worker: Worker = self.world.start("one")
        self.figures.watch(self.worker)
        self.probes = Probes(self.worker, self.figures)

    def get(self, path: str) -> tuple[int, dict[str, Any]]:
        status, _, body = self.probes.page(f"GET {path} HTTP/1.1\r\n\r\n".encode())
        return status, json.loads(body)

    def figure(self, name: str, **labels: str) -> float:
        """The sum of a figure over the labels that are not given."""
        _, kind, body = self.probes.page(b"GET /metrics HTTP/1.1\r\n\r\n")
        assert kind.startswith("text/plain")
        return sum(
            sample.value
            for family in text_string_to_metric_families(body.decode())
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    async def close(self) -> None:
        self.worker.drain()
        await self.world.run_for(2 * LEASE_S)
        for task in self.world.tasks.values():
            task.cancel()
        await asyncio.gather(*self.world.tasks.values(), return_exceptions=True)
        self.world.store.close()


@pytest.fixture
async def probed(tmp_path: Path) -> AsyncIterator[Probed]:
    made = Probed(tmp_path)
    await made.world.run_for(20.0)
    yield made
    await made.close()


class TestFigures:
    async def test_they_are_those_of_the_database(self, probed: Probed) -> None:
        for floor in ("north", "south"):
            assert probed.figure("callfloor_attempts_total", floor=floor) == probed.world.attempts(floor) > 5
        over = "SELECT count(*) FROM call_records WHERE ended_at IS NOT NULL"
        assert probed.figure("callfloor_calls_total") == probed.world.store.db.value(over)
        assert probed.figure("callfloor_floors") == probed.figure("callfloor_floors_planned") == 2

    async def test_events_commits_and_their_lateness_are_counted(self, probed: Probed) -> None:
        entries = probed.world.store.db.value("SELECT count(*) FROM journal WHERE kind >= 0 AND kind < 23")
        assert 0 < probed.figure("callfloor_events_total") <= entries + 10
        assert probed.figure("callfloor_commit_seconds_count", floor="north") > 0
        assert probed.figure("callfloor_commit_seconds_sum") > 0

    async def test_agents_are_counted_by_state(self, probed: Probed) -> None:
        assert probed.figure("callfloor_agents", floor="north") == 2
        assert probed.figure("callfloor_agents", state="offline") == 0

    async def test_what_waits_is_told(self, probed: Probed) -> None:
        assert probed.figure("callfloor_inbox_waiting") == 0
        post(
            probed.world.store, probed.world.store.floor_id("north"), Posted("agent_paused", agent="north-0")
        )
        assert probed.figure("callfloor_inbox_waiting", floor="north") == 1
        assert probed.figure("callfloor_inbox_waiting", floor="south") == 0
        assert probed.figure("callfloor_outbox_age_seconds") == 0
        probed.world.cut.add("one")
        await probed.world.run_for(3.0)
        assert probed.figure("callfloor_outbox_age_seconds", floor="north") > 1.0
        assert probed.figure("callfloor_carrier_connected") == 0

    async def test_what_was_set_aside_is_told(self, probed: Probed) -> None:
        store = probed.world.store
        store.put(store.floor_id("north"), "no JSON")
        await probed.world.run_for(3.0)
        assert probed.figure("callfloor_inbox_refused", floor="north") == 1
        assert probed.figure("callfloor_inbox_refused", floor="south") == 0

    async def test_conditions_that_were_never_met_are_told_as_well(self, probed: Probed) -> None:
        text = probed.figures.text().decode()
        for met in CONDITIONS.values():
            assert f'callfloor_abnormal_conditions_total{{condition="{met.name}",floor="north"}}' in text

    async def test_each_campaign_has_its_headroom(self, probed: Probed) -> None:
        assert {campaign for _, campaign in probed.figures.headroom} == {"of north", "of south"}
        assert probed.figure("callfloor_ledger_headroom", floor="north", campaign="of north") != 0

    async def test_a_floor_that_was_given_back_is_gone(self, probed: Probed) -> None:
        probed.world.store.forget_plan(probed.world.store.floor_id("north"))
        await probed.world.run_for(3.0)
        assert probed.figure("callfloor_agents", floor="north") == 0
        assert probed.figure("callfloor_ledger_headroom", floor="north") == 0
        assert probed.figure("callfloor_floors") == 1


class TestHealth:
    async def test_one_that_does_its_turns_is_well_and_takes_floors(self, probed: Probed) -> None:
        assert probed.get("/healthz")[0] == 200
        assert probed.get("/readyz") == (200, {"reasons": [], "floors": 2})

    async def test_one_without_a_carrier_is_well_and_takes_none(self, probed: Probed) -> None:
        probed.world.cut.add("one")
        await probed.world.run_for(3.0)
        assert probed.get("/healthz")[0] == 200
        status, told = probed.get("/readyz")
        assert status == 503
        assert told["reasons"] == ["there is no connection to the carrier"]

    async def test_one_without_a_database_takes_none_and_in_the_end_is_not_well(
        self, probed: Probed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: Any, **__: Any) -> None:
            raise StoreError("the connection broke")

        monkeypatch.setattr(probed.worker.store, "sign_on", fail)
        await probed.world.run_for(2 * LEASE_S)
        assert probed.get("/readyz")[0] == 503
        assert probed.get("/healthz")[0] == 200
        await probed.world.run_for(10 * LEASE_S)
        assert probed.get("/healthz")[0] == 503
        monkeypatch.undo()
        await probed.world.run_for(2 * LEASE_S)
        assert probed.get("/readyz")[0] == 200

    async def test_one_that_is_drained_takes_none(self, probed: Probed) -> None:
        probed.worker.drain()
        assert probed.get("/readyz")[1]["reasons"] == ["it is being drained"]


class TestRequests:
    @pytest.mark.parametrize(
        ("request_line", "status"),
        [
            ("GET /nothing HTTP/1.1", 404),
            ("GET /healthz?verbose=1 HTTP/1.1", 200),
            ("POST /health HTTP/1.1", 405),
            ("", 405),
            ("\xff\xfe", 405),
        ],
    )
    async def test_odd_ones_are_answered(self, probed: Probed, request_line: str, status: int) -> None:
        assert probed.probes.page(f"{request_line}\r\n\r\n".encode("latin-1"))[0] == status

    async def test_they_are_served_and_one_that_breaks_off_harms_nobody(self, probed: Probed) -> None:
        listening = listen("127.0.0.1", 0)
        port = listening.getsockname()[1]
        server = await probed.probes.serve(listening)
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /hea")
        writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n")
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["last_turn_s"] >= 0
        writer.close()
        server.close()
        await server.wait_closed()
