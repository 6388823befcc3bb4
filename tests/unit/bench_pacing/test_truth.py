"""The reference is told the truth when it becomes true."""

from __future__ import annotations

from typing import Any

import pytest

from bench.pacing import truth
from bench.pacing.floors import DAY_S, HOUR_S, STARTS_S, Floor, document
from bench.pacing.rules import knowing
from callfloor.runtimes import load
from callfloor.scenario import Scenario
from callfloor.sim.build import build, plan_of


def test_a_rate_that_halves_is_known_within_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[float, float]] = []
    know = truth.know_rate

    def noted(outlook: Any, answer_rate: float) -> None:
        told.append((world.now, answer_rate))
        know(outlook, answer_rate)

    monkeypatch.setattr(truth, "know_rate", noted)
    runtime = load("fast")
    floor = Floor(50, 0.6, 300.0, "logn", (5.0, 25.0), "halving")
    rule = knowing(0.002)
    world = build(runtime, plan_of(Scenario.from_dict(document(floor, 1, 1, rule.campaign))), 0)
    truth.play_knowing(runtime, world, floor, 0.002)
    runtime.release(world)

    halved = [at for at, rate in told if rate == 0.3 and at < 5 * DAY_S]
    assert halved == pytest.approx([day * DAY_S + STARTS_S + 4 * HOUR_S for day in range(5)], abs=180.0)
    back = [at for at, rate in told if rate == 0.6 and 0.0 < at < 4 * DAY_S]
    assert back == pytest.approx([day * DAY_S + STARTS_S + 8 * HOUR_S for day in range(4)], abs=180.0)
