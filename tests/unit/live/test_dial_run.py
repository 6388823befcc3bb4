"""A run from the first login to the last goodbye, and the figures that come of it."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from callfloor.carriers.faults import Faults, FaultyCarrier
from callfloor.carriers.port import Carrier
from callfloor.carriers.simulated import SimulatedCarrier
from callfloor.floor.vocabulary import (
    ABANDONED,
    CAMPAIGN_STARTED,
    ENDED,
    HUMAN,
    HUNG_UP_EARLY,
    OFFLINE,
    OUTCOME_NAMES,
)
from callfloor.leads.area_codes import made_up_number
from callfloor.live.clocks import PacedClock
from callfloor.live.dial_run import DialRun
from callfloor.live.service import Service
from callfloor.live.settings import CampaignSettings, FloorSettings
from callfloor.live.step import Engine
from callfloor.people.behaviour import Behaviour
from callfloor.reports.live_run import LiveRun
from callfloor.runtimes import load
from callfloor.stores.sqlite.store import SqliteStore
from tests.unit.live.rig import START

FAST = 1e9


@dataclass
class Ran:
    """What a run has left: its figures, and the database."""

    figures: dict[str, Any]
    store: SqliteStore
    engine: Engine
    run: DialRun

    def rows(self, sql: str) -> list[Any]:
        return list(self.store.connection.execute(sql))


def prepare(
    path: Path,
    agents: int = 5,
    run_for_s: float = 60.0,
    speed: float = FAST,
    runtime: Any = "plain",
    call_length_s: float = 10.0,
    faults: Faults | None = None,
    carrier: Carrier | None = None,
    **campaign: Any,
) -> Ran:
    """A run that is ready to go."""
    store = SqliteStore(path, durable=False)
    settings = FloorSettings(
        agents=tuple(f"agent-{i}" for i in range(agents)),
        campaigns=(CampaignSettings(pool="agent", **campaign),),
    )
    indexes = itertools.count(store.lead_count(store.campaign_id("default")))
    if carrier is None:
        carrier = SimulatedCarrier(Behaviour.of_dial_options(50.0, call_length_s, (0.1, 0.1)), seed=1)
    if faults is not None:
        carrier = FaultyCarrier(carrier, faults, seed=1)
    counts = LiveRun()
    engine = Engine(
        store,
        carrier,
        settings,
        load(runtime),
        observers=[counts],
        supply=lambda count: [made_up_number(1, next(indexes)) for _ in range(count)],
    )
    clock = PacedClock(max(START, engine.resident.floor.now), speed)
    run = DialRun(Service(engine, clock, [carrier]), settings.agents, run_for_s)
    return Ran({}, store, engine, run)


def finish(ran: Ran) -> Ran:
    asyncio.run(ran.run.run())
    return with_figures(ran)


def with_figures(ran: Ran) -> Ran:
    [counts] = ran.engine.observers
    assert isinstance(counts, LiveRun)
    ran.figures = counts.figures(list(ran.engine.settings.agents), 0.03)
    return ran


def left_in_order(ran: Ran) -> None:
    """Nobody is logged in, no call lives, no lead or number is held, nothing waits to be sent."""
    floor = ran.engine.resident.floor
    assert {agent.state for agent in floor.agents} == {OFFLINE}
    assert {call.state for call in floor.calls} <= {ENDED}
    assert ran.rows("SELECT count(*) FROM leads WHERE status = 2") == [(0,)]
    assert ran.rows("SELECT count(*) FROM numbers WHERE held_by IS NOT NULL") == [(0,)]
    assert ran.rows("SELECT count(*) FROM call_records WHERE outcome < 0 OR ended_at IS NULL") == [(0,)]
    image = ran.store.load(ran.engine.floor_id)
    assert (image.outbox, image.leads) == ([], [])


def ledgers_agree(ran: Ran) -> None:
    """The campaign's counters, the call records and the report count the same."""
    campaign = ran.engine.resident.floor.campaigns[0]
    outcomes = Counter(dict(ran.rows("SELECT outcome, count(*) FROM call_records GROUP BY outcome")))
    answered = ran.rows("SELECT count(*) FROM call_records WHERE answered_at IS NOT NULL")[0][0]
    assert campaign.attempts == outcomes.total()
    assert (campaign.connected, campaign.abandoned) == (outcomes[HUMAN], outcomes[ABANDONED])
    assert campaign.hung_up_early == outcomes[HUNG_UP_EARLY]
    assert campaign.human_answers == answered
    told = ran.figures
    assert told["outcomes"] == {OUTCOME_NAMES[code]: outcomes[code] for code in sorted(outcomes)}
    assert (told["attempts"], told["connected"], told["abandoned"]) == (
        campaign.attempts,
        campaign.connected,
        campaign.abandoned,
    )
    assert told["human_answers"] == campaign.human_answers
    calls = [agent.calls for agent in ran.engine.resident.floor.agents]
    assert [row["calls"] for row in told["agents"]] == calls


def test_it_dials_for_a_time_finishes_the_calls_in_hand_and_leaves_all_in_order(tmp_path: Path) -> None:
    ran = finish(prepare(tmp_path / "floor.db"))
    left_in_order(ran)
    ledgers_agree(ran)
    [(first, last, over)] = ran.rows("SELECT min(placed_at), max(placed_at), max(ended_at) FROM call_records")
    assert first == START
    assert last < START + 60.0 < over
    assert ran.run.left_s() == 0.0
    assert all(row["calls"] >= 4 for row in ran.figures["agents"])
    assert 9.0 <= ran.figures["average_call_s"] <= 12.5
    ran.store.close()


@pytest.mark.parametrize(
    "faults",
    [
        Faults(double=0.3, reorder=0.3),
        Faults(delay=0.5, delay_s=(0.1, 5.0), reorder=0.2),
        Faults(lose=0.1, double=0.1, delay=0.1, reorder=0.1),
    ],
    ids=["double", "delay", "lose"],
)
@pytest.mark.parametrize("call_length_s", [0.2, 10.0])
def test_whatever_the_carrier_does_all_is_left_in_order_and_the_ledgers_agree(
    tmp_path: Path, faults: Faults, call_length_s: float
) -> None:
    ran = finish(prepare(tmp_path / "floor.db", faults=faults, call_length_s=call_length_s))
    left_in_order(ran)
    ledgers_agree(ran)
    assert ran.figures["abnormal_conditions"]
    ran.store.close()


def test_the_figures_are_the_same_at_every_speed_and_through_either_floor(tmp_path: Path) -> None:
    rans = [
        finish(prepare(tmp_path / f"{speed}-{runtime}.db", speed=speed, runtime=runtime))
        for speed, runtime in ((1000.0, "plain"), (10_000.0, "plain"), (10_000.0, "compiled"))
    ]
    sql = "SELECT * FROM call_records ORDER BY attempt"
    for ran in rans[1:]:
        assert ran.figures == rans[0].figures
        assert ran.rows(sql) == rans[0].rows(sql)
    for ran in rans:
        ran.store.close()


class TestASecondRun:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "floor.db"

    def test_it_goes_on_where_the_first_stopped(self, path: Path) -> None:
        first = finish(prepare(path))
        first.store.close()
        second = finish(prepare(path))
        left_in_order(second)
        attempts = [
            attempt for (attempt,) in second.rows("SELECT attempt FROM call_records ORDER BY attempt")
        ]
        assert attempts == list(range(1, len(attempts) + 1))
        assert len(attempts) == first.figures["attempts"] + second.figures["attempts"]
        campaign = second.engine.resident.floor.campaigns[0]
        assert campaign.attempts == len(attempts)
        second.store.close()

    def test_with_other_agents_they_join_those_who_are_known(self, path: Path) -> None:
        finish(prepare(path, agents=2, run_for_s=20)).store.close()
        second = prepare(path, agents=4, run_for_s=20)
        finish(second)
        left_in_order(second)
        assert all(row["calls"] for row in second.figures["agents"])
        second.store.close()

    def test_no_number_is_called_within_its_cooldown_nor_a_lead_too_often(self, path: Path) -> None:
        # Retries come so soon that only the cooldown holds them back.
        waits = {"busy": 1.0, "no_answer": 1.0, "machine": 1.0, "congestion": 1.0, "abandoned": 1.0}
        for _ in range(2):
            ran = finish(prepare(path, agents=3, run_for_s=200, retry_after_s=waits, cooldown_s=60.0))
            left_in_order(ran)
            by_number: dict[int, list[float]] = {}
            for number, at in ran.rows("SELECT number, placed_at FROM call_records ORDER BY placed_at"):
                by_number.setdefault(number, []).append(at)
            gaps = [b - a for times in by_number.values() for a, b in itertools.pairwise(times)]
            assert min(gaps) >= 60.0
            assert max(Counter(n for (n,) in ran.rows("SELECT lead FROM call_records")).values()) == 3
            ran.store.close()

    def test_after_an_end_in_mid_flight_no_call_is_forgotten(self, path: Path) -> None:
        first = prepare(path)
        steps = first.run.service

        async def run_then_die() -> None:
            await steps.start()
            first.run.step([*first.run.campaigns(CAMPAIGN_STARTED, 0), *first.run.log_in()])
            await steps.run(START + 25.0)

        asyncio.run(run_then_die())
        alive = first.rows("SELECT attempt FROM call_records WHERE ended_at IS NULL")
        assert alive
        first.store.close()
        second = finish(prepare(path))
        left_in_order(second)
        ended = second.rows("SELECT attempt FROM call_records WHERE ended_at IS NOT NULL")
        assert set(alive) <= set(ended)
        attempts = [a for (a,) in second.rows("SELECT attempt FROM call_records ORDER BY attempt")]
        assert attempts == list(range(1, len(attempts) + 1))
        second.store.close()


class TestInterrupts:
    def interrupted(self, path: Path, after_s: list[float], **options: Any) -> Ran:
        """A run interrupted at these times after its start."""
        ran = prepare(path, run_for_s=3600.0, call_length_s=100.0, **options)

        class Interrupter:
            def __init__(self) -> None:
                self.due = [START + s for s in after_s]

            def next_due(self) -> float:
                return self.due[0] if self.due else float("inf")

            def take(self, now: float) -> list[Any]:
                while self.due and self.due[0] <= now:
                    self.due.pop(0)
                    ran.run.interrupt()
                return []

        ran.run.service.sources = [*ran.run.service.sources, Interrupter()]
        return finish(ran)

    def test_once_dialling_stops_and_calls_in_hand_finish(self, tmp_path: Path) -> None:
        ran = self.interrupted(tmp_path / "floor.db", [30.0])
        left_in_order(ran)
        ledgers_agree(ran)
        [(last, over)] = ran.rows("SELECT max(placed_at), max(ended_at) FROM call_records")
        assert last <= START + 30.0
        assert over > START + 90.0
        talked = [
            end - began
            for began, end in ran.rows(
                "SELECT connected_at, ended_at FROM call_records WHERE connected_at IS NOT NULL"
            )
        ]
        assert min(talked) >= 90.0 - 1e-6
        ran.store.close()

    def test_twice_they_are_hung_up(self, tmp_path: Path) -> None:
        ran = self.interrupted(tmp_path / "floor.db", [30.0, 40.0])
        left_in_order(ran)
        ledgers_agree(ran)
        [(over,)] = ran.rows("SELECT max(ended_at) FROM call_records")
        assert over == START + 40.0
        ran.store.close()

    def test_twice_at_once_too(self, tmp_path: Path) -> None:
        ran = self.interrupted(tmp_path / "floor.db", [30.0, 30.0])
        left_in_order(ran)
        [(over,)] = ran.rows("SELECT max(ended_at) FROM call_records")
        assert over <= START + 32.0
        ran.store.close()

    def test_a_call_that_is_just_being_connected_is_hung_up_as_soon_as_it_is(self, tmp_path: Path) -> None:
        carrier = SimulatedCarrier(Behaviour.of_dial_options(0.0, 100.0, (0.1, 0.1)), seed=1, bridge_s=1.0)
        ran = self.interrupted(tmp_path / "floor.db", [0.5, 0.6], carrier=carrier)
        left_in_order(ran)
        [(over,)] = ran.rows("SELECT max(ended_at) FROM call_records")
        assert over <= START + 3.0
        ran.store.close()
