"""Limits on attempts in the simulated world."""

from __future__ import annotations

import datetime
from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callfloor.floor import Lead
from callfloor.floor.vocabulary import LONG_AGO
from callfloor.leads.attempt_limits import AttemptLimits, allowance
from callfloor.leads.lawful_hours import day_around
from callfloor.leads.whereabouts import Whereabouts
from callfloor.runtimes import load
from callfloor.scenario import Scenario
from callfloor.sim.build import plan_of
from callfloor.sim.hours import calendar_of
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


ANSWERED = {"outcome": {"human": 1.0}, "retry_after_s": {"human": 60}, "answer_within_s": 9999}


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
        # From nine in the morning to eight: two dates, wherever in the United States.
        ({"attempts_per_day": 2}, 120),
        ({"attempts_per_day": 2, "attempts_per_24h": 3}, 90),
        ({"attempts_per_day": 9}, 270),
        ({"no_call_after_talk_s": 10 * 3600.0}, 270),
        ({**ANSWERED, "no_call_after_talk_s": 10 * 3600.0}, 90),
        (ANSWERED, 270),
    ],
)
def test_a_run_keeps_to_them_in_both_runtimes(campaign: dict[str, Any], attempts: int) -> None:
    plan = plan_of(scenario(**campaign))
    for name in ("plain", "fast"):
        found = run(load(name), plan, events=1_000_000).replication
        assert found is not None
        assert found.calls == attempts


ZONES = ("America/New_York", "America/Chicago", "Pacific/Honolulu")


@given(
    limits=st.builds(
        AttemptLimits,
        per_day=st.integers(0, 3),
        per_24h=st.integers(0, 3),
        per_7d=st.integers(0, 4),
        after_talk_s=st.sampled_from((0.0, 40_000.0)),
    ),
    zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=2, unique=True),
    gaps_s=st.lists(st.floats(60.0, 2 * DAY_S), max_size=9),
    talked_to=st.sets(st.integers(0, 8)),
)
def test_they_mean_what_they_do_live(
    limits: AttemptLimits, zones: list[str], gaps_s: list[float], talked_to: set[int]
) -> None:
    at = datetime.datetime(2026, 10, 28, 15, tzinfo=datetime.UTC).timestamp()
    where = Whereabouts(tuple(zones), ())
    dates = calendar_of(where.zones, at, at + 40 * DAY_S)
    leads = LeadList(count=1, depth=max(limits.per_day, limits.per_24h, limits.per_7d))
    leads.per_day, leads.after_talk_s, leads.dates = limits.per_day, limits.after_talk_s, len(dates)
    leads.limits = array("q", (limits.per_24h, limits.per_7d))
    leads.spans_s = array("d", (DAY_S, 7 * DAY_S))
    leads.history, leads.talked_at = array("d", bytes(8 * leads.depth)), array("d", [LONG_AGO])
    leads.date_until = array("d", (until + at for until, _, _ in dates))
    leads.date_begins = array("d", (begins + at for _, begins, _ in dates))
    leads.date_ends = array("d", (ends + at for _, _, ends in dates))
    leads.date_of, leads.zones = array("q", [0]), array("i", [0])
    made: list[float] = []
    for number, gap_s in enumerate(gaps_s):
        leads.take_in_hand(Lead(id=0, attempts=len(made), last_attempt_at=made[-1] if made else LONG_AGO))
        live = allowance(limits, made, leads.talked_at[0], day_around(where, at), at)
        assert max(leads.free_from(at), at) == max(live.from_s, at)
        made.append(at)
        if number in talked_to:
            leads.talked_at[0] = at + 50.0
        at += gap_s
