"""Lines that would grow without end, runs that never end, and floors that do not fit in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from callfloor.scenario import Scenario, ScenarioError, check_fits_memory, load_scenario
from callfloor.scenario.memory import machine_memory_bytes
from tests.unit.scenario.documents import document, one_queue, refusal


def drained(**queue: Any) -> dict[str, Any]:
    return one_queue(**queue) | {"run": {"until": "drained"}}


STEADY = {"rate_per_h": 3600}
"""One call a second: with ten agents and 10 s a call just too many."""


def test_a_steady_load_of_all_agents_with_infinite_patience_is_refused() -> None:
    assert refusal(one_queue(arrivals=STEADY)) == (
        "inbound.q: 10 erlangs come in for ever, callers wait for ever, and 10 agents can take them: "
        "the line would grow without end; expected less load, more agents, a finite patience_s, "
        "a queue_limit, or a profile that ends"
    )
    assert "20 erlangs" in refusal(one_queue(arrivals={"gap_s": 0.5}))
    assert "11 erlangs" in refusal(one_queue(arrivals=STEADY, wrap_up_s={"dist": "exponential", "mean": 1}))


@pytest.mark.parametrize(
    "queue",
    [
        {"arrivals": {"rate_per_h": 3599}},
        {"arrivals": {"rate_per_h": 0}},
        {"arrivals": STEADY, "patience_s": 1000},
        {"arrivals": STEADY, "queue_limit": 5},
        {"arrivals": STEADY, "when_busy": "block"},
        {"arrivals": STEADY, "when_busy": "voicemail"},
        {"arrivals": {"count": 1000, "gap_s": 0}},
        {"arrivals": {"profile_per_h": [9000, 9000]}},
    ],
    ids=str,
)
def test_a_load_that_is_taken_or_ends_is_fine(queue: dict[str, Any]) -> None:
    Scenario.from_dict(one_queue(**queue))


def test_absent_agents_take_nothing() -> None:
    raw = one_queue(arrivals={"rate_per_h": 1800})
    Scenario.from_dict(raw)
    raw["groups"][0]["shrinkage"] = 0.5
    assert "5 erlangs come in for ever, callers wait for ever, and 5 agents" in refusal(raw)


def three_queues(a: float, b: float, c: float) -> dict[str, Any]:
    """Erlangs for a, b, c; ten agents for a and b, ten for b and c, five for c."""
    return {
        "run": {"duration": "1h"},
        "groups": [
            {"name": "ab", "agents": 10, "skills": {"a": 1, "b": 1}},
            {"name": "bc", "agents": 10, "skills": {"b": 1, "c": 1}},
            {"name": "c", "agents": 5, "skills": {"c": 1}},
        ],
        "inbound": [
            {"name": name, "arrivals": {"rate_per_h": 36 * load}, "talk_s": 100}
            for name, load in (("a", a), ("b", b), ("c", c))
        ],
    }


@pytest.mark.parametrize("loads", [(9, 9, 6), (9.9, 0, 14.9), (0, 19.9, 4.9)])
def test_queues_that_share_agents_fit_together(loads: tuple[float, float, float]) -> None:
    Scenario.from_dict(three_queues(*loads))


@pytest.mark.parametrize(
    ("loads", "named"),
    [
        ((11, 0, 0), "inbound.a: 11 erlangs"),
        ((9, 12, 1), "inbound.a, inbound.b: 21 erlangs"),
        ((9, 9, 8), "inbound.a, inbound.b, inbound.c: 26 erlangs"),
        ((1, 1, 16), "inbound.c: 16 erlangs"),
    ],
)
def test_queues_that_share_too_few_agents_are_named(loads: tuple[float, float, float], named: str) -> None:
    assert refusal(three_queues(*loads)).startswith(named)


def test_a_run_until_drained_needs_arrivals_that_end() -> None:
    for arrivals in ({"rate_per_h": 10}, {"gap_s": 100}):
        assert refusal(drained(arrivals=arrivals)).startswith(
            'inbound.q.arrivals: with run.until = "drained" the run would never end: calls keep coming; '
        )
    for ending in ({"profile_per_h": [10]}, {"count": 3, "gap_s": 1}, {"rate_per_h": 0}):
        Scenario.from_dict(drained(arrivals=ending))


def test_a_run_until_drained_measures_everything() -> None:
    raw = drained()
    raw["run"]["warm_up"] = 10
    assert (
        refusal(raw) == 'run.warm_up: expected 0 with until = "drained", which measures everything, found 10'
    )


def test_voicemails_that_reach_nobody_never_drain() -> None:
    callback = {"reached": 0, "unreached_s": 5}
    assert "no callback reaches anybody" in refusal(drained(when_busy="voicemail", callback=callback))
    Scenario.from_dict(one_queue(when_busy="voicemail", callback=callback))
    Scenario.from_dict(drained(callback=callback))


def test_a_caller_who_comes_after_the_last_shift_and_waits_for_ever_never_drains(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("at_s\n1\n7200\n")
    ways: list[dict[str, Any]] = [
        {"trace": str(tmp_path / "calls.csv")},
        {"count": 8, "gap_s": 900},
        {"profile_per_h": [0, 0, 100]},
    ]
    for arrivals in ways:
        raw = drained(arrivals=arrivals)
        Scenario.from_dict(raw)
        raw["groups"][0]["shifts"] = [{"from": 0, "to": "1h"}]
        text = refusal(raw)
        assert text.startswith(
            'inbound.q: with run.until = "drained" the run would never end: a call waits for ever'
        )
        assert text.endswith("the last shift ends at 3600 s")
        raw["inbound"][0]["patience_s"] = 60
        Scenario.from_dict(raw)
        raw["inbound"][0]["redial"] = {"probability": 1}
        assert "a call redials for ever" in refusal(raw)


def test_what_chance_may_drain_is_not_refused() -> None:
    raw = drained(arrivals={"count": 8, "gap_s": {"dist": "exponential", "mean": 900}})
    raw["groups"][0]["shifts"] = [{"from": 0, "to": "1h"}]
    Scenario.from_dict(raw)


def test_a_campaign_that_never_dials_never_drains() -> None:
    raw = document()
    raw["run"] = {"until": "drained"}
    raw["inbound"] = []
    raw["groups"] = [{"name": "g", "agents": 3}]
    Scenario.from_dict(raw)
    raw["campaigns"][0]["reserve"] = 3
    assert "campaigns.renewals.reserve: " in refusal(raw)
    raw["campaigns"][0] |= {"reserve": 0, "dial_ratio": 0.3}
    assert "campaigns.renewals.dial_ratio: " in refusal(raw)
    raw["run"] = {"duration": 10}
    Scenario.from_dict(raw)


def test_what_cannot_fit_in_memory_is_refused_before_anything_runs() -> None:
    scenario = Scenario.from_dict(document())
    check_fits_memory(scenario, memory_bytes=1_000_000)
    with pytest.raises(ScenarioError) as caught:
        check_fits_memory(scenario, workers=4, memory_bytes=1_000_000)
    assert str(caught.value) == (
        "campaigns.renewals.leads: too many to fit in memory: about 0.0 GB in 4 workers, and there are 0.0 GB"
    )
    with pytest.raises(ScenarioError) as caught:
        load_scenario("erlang-a", ["groups.agents.agents=2147483647"])
    assert str(caught.value).startswith(
        "erlang-a: groups.agents.agents: too many to fit in memory: about 2,199.0 GB, and there are "
    )


def test_the_machine_knows_its_memory() -> None:
    memory = machine_memory_bytes()
    assert memory is None or memory > 10_000_000
