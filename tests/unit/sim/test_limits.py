"""Limits on attempts in the simulated world."""

from __future__ import annotations

from array import array
from typing import Any

import pytest

from callfloor.floor import Lead
from callfloor.floor.vocabulary import LONG_AGO
from callfloor.runtimes import load
from callfloor.scenario import Scenario
from callfloor.sim.build import plan_of
from callfloor.sim.lead_list import LeadList
from tests.worlds import run

DAY_S = 86400.0


def limited(*limits: tuple[int, float], leads: int = 1) -> LeadList:
    found = LeadList(count=leads, depth=max(limit for limit, _ in limits))
    found.limits = array("q", (limit for limit, _ in limits))
    found.spans_s = array("d", (span_s for _, span_s in limits))
    found.history = array("d", bytes(8 * leads * found.depth))
    return found


def attempts_until(leads: LeadList, until: float, every_s: float) -> list[float]:
    """When the one lead is called that is asked for again and again, and is due at once after each call."""
    made: list[float] = []
    now = 0.0
    while now < until:
        if leads.take(now):
            made.append(now)
            lead = Lead(id=leads.lead, attempts=leads.attempts + 1, last_attempt_at=now)
            leads.give_back(lead, now + 1.0)
        now += every_s
    return made


def test_a_number_is_not_called_more_often_in_24_hours_than_is_said() -> None:
    made = attempts_until(limited((2, DAY_S)), 3 * DAY_S, 3600.0)
    assert made == [0.0, 3600.0, DAY_S, DAY_S + 3600.0, 2 * DAY_S, 2 * DAY_S + 3600.0]


def test_of_two_limits_both_hold() -> None:
    made = attempts_until(limited((2, DAY_S), (3, 7 * DAY_S)), 9 * DAY_S, 3600.0)
    assert made == [0.0, 3600.0, DAY_S, 7 * DAY_S, 7 * DAY_S + 3600.0, 8 * DAY_S]


def test_a_limit_of_the_place_holds_there_only() -> None:
    leads = limited((9, DAY_S), leads=2)
    leads.zone_limits, leads.zones = array("i", [1, 0]), array("i", [0, 1])
    for now in (0.0, 10.0):
        while leads.take(now):
            leads.give_back(Lead(id=leads.lead, attempts=leads.attempts + 1, last_attempt_at=now), now + 5.0)
    assert not leads.take(14.0)
    assert leads.take(15.0)
    assert (leads.lead, leads.attempts) == (1, 2)
    assert leads.allowed_from == LONG_AGO
    assert leads.more_at() == DAY_S


def scenario(**campaign: Any) -> Scenario:
    about = {
        "name": "c",
        "leads": 30,
        "outcome": {"busy": 1.0},
        "talk_s": 60,
        "max_attempts": 9,
        "retry_after_s": {"busy": 60},
        **campaign,
    }
    return Scenario.from_dict(
        {"run": {"duration": "23h"}, "groups": [{"name": "g", "agents": 2}], "campaigns": [about]}
    )


@pytest.mark.parametrize(
    ("campaign", "attempts"),
    [
        ({}, 270),
        ({"attempts_per_24h": 2}, 60),
        ({"attempts_per_7d": 1}, 30),
        ({"attempts_per_24h": 20}, 270),
        ({"cooldown_after_s": {"busy": 10 * 3600.0}}, 90),
    ],
)
def test_a_run_keeps_to_them_in_both_runtimes(campaign: dict[str, Any], attempts: int) -> None:
    plan = plan_of(scenario(**campaign))
    for name in ("plain", "fast"):
        found = run(load(name), plan, events=1_000_000).replication
        assert found is not None
        assert found.calls == attempts
