"""What a run will come to is known before it starts, and what is too large is refused."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

from callfloor.failures import UsageError
from callfloor.scenario import Scenario, builtin_names, load_scenario
from callfloor.sim.runner import simulate
from callfloor.web.limits import check_limits, expected_calls, refuse_files
from callfloor.web.settings import ServiceSettings
from tests.unit.web.services import quick


def with_queue(run: dict[str, Any], **queue: Any) -> Scenario:
    return Scenario.from_dict(quick(run=run, inbound=[{"name": "q", "talk_s": 10, "patience_s": 60} | queue]))


HOUR: dict[str, Any] = {"duration": 3600, "replications": 1}
DRAINED: dict[str, Any] = {"until": "drained", "replications": 1}


@pytest.mark.parametrize(
    ("run", "arrivals", "calls"),
    [
        (HOUR, {"rate_per_h": 0}, 0),
        (HOUR, {"rate_per_h": 1200}, 1200),
        (HOUR | {"duration": "30m"}, {"rate_per_h": 1200}, 600),
        (HOUR, {"profile_per_h": [100, 300], "interval": 1800}, 200),
        (HOUR, {"gap_s": 2}, 1800),
        (HOUR, {"gap_s": {"dist": "exponential", "mean": 10}}, 360),
        (HOUR, {"gap_s": 2, "count": 50}, 50),
        (DRAINED, {"gap_s": 0, "count": 50}, 50),
    ],
)
def test_calls_that_come_in(run: dict[str, Any], arrivals: dict[str, Any], calls: float) -> None:
    assert expected_calls(with_queue(run, arrivals=arrivals)) == pytest.approx(calls)


def test_calls_of_a_trace_are_its_rows(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("at_s\n1\n2\n3\n")
    scenario = with_queue(HOUR, arrivals={"trace": str(tmp_path / "calls.csv")})
    assert expected_calls(scenario) == 3


def test_consumers_call_once_each_and_are_called_back_until_they_are_reached() -> None:
    scenario = load_scenario("consumers", ["consumers.count=100", "inbound.calls.callback.reached=0.25"])
    assert expected_calls(scenario) == pytest.approx(100 + 4 * 100)


@pytest.mark.parametrize(
    ("redial", "calls"),
    [
        ({"probability": 0.5, "after_s": 60}, 2 * 1200),
        ({"probability": 1, "after_s": 60}, (1 + 60) * 1200),
    ],
)
def test_who_calls_again_counts_each_time(redial: dict[str, Any], calls: float) -> None:
    assert expected_calls(with_queue(HOUR, arrivals={"rate_per_h": 1200}, redial=redial)) == pytest.approx(
        calls
    )


def campaign(**changes: Any) -> dict[str, Any]:
    outcome = {"human": 0.5, "no_answer": 0.5}
    return {"name": "c", "leads": 1000, "outcome": outcome, "talk_s": 60} | changes


@pytest.mark.parametrize("run", [HOUR, DRAINED])
def test_no_more_attempts_are_made_than_there_are_leads_to_try(run: dict[str, Any]) -> None:
    scenario = Scenario.from_dict(quick(run=run, inbound=[], campaigns=[campaign(max_attempts=3)]))
    assert 0 < expected_calls(scenario) <= 3000
    endless_leads = Scenario.from_dict(quick(run=HOUR, inbound=[], campaigns=[campaign(leads=10**9)]))
    assert expected_calls(endless_leads) < 10_000


@pytest.mark.parametrize("pacing", ["callfloor", "vicidial", "issabel", "erlang"])
def test_a_predictive_campaign_has_no_more_attempts_than_expected(pacing: str) -> None:
    dialled = campaign(leads=10**6, mode="predictive", pacing=pacing, outcome={"human": 0.1, "busy": 0.9})
    scenario = Scenario.from_dict(quick(run=HOUR, inbound=[], campaigns=[dialled]))
    assert simulate(scenario, workers=1).replications[0].calls <= expected_calls(scenario)


@pytest.mark.parametrize("name", builtin_names())
def test_no_built_in_scenario_has_many_more_calls_than_expected(name: str) -> None:
    scenario = load_scenario(name, ["run.replications=1"])
    assert simulate(scenario, workers=1).replications[0].calls <= 1.1 * expected_calls(scenario)


@pytest.mark.parametrize("name", builtin_names())
def test_the_built_in_scenarios_are_all_small_enough(name: str) -> None:
    check_limits(load_scenario(name), ServiceSettings("x.db"))


def test_a_run_of_too_many_calls_is_refused_by_how_many() -> None:
    scenario = Scenario.from_dict(quick(run=HOUR | {"replications": 10}))
    check_limits(scenario, ServiceSettings("x.db", calls_most=2000))
    with pytest.raises(UsageError, match=r"about 2,000 calls .* in 10 replications; expected at most 1,999"):
        check_limits(scenario, ServiceSettings("x.db", calls_most=1999))


def test_a_number_of_calls_without_measure_is_told_in_few_words() -> None:
    again = {"when_busy": "voicemail", "callback": {"reached": 1e-300, "unreached_s": 1}}
    scenario = with_queue(HOUR, arrivals={"rate_per_h": 1e9}, patience_s="never", **again)
    with pytest.raises(UsageError, match="calls are to come") as refused:
        check_limits(scenario, ServiceSettings("x.db"))
    assert len(str(refused.value)) < 200


def test_agents_are_counted_over_all_groups() -> None:
    scenario = Scenario.from_dict(quick(groups=[{"name": "a", "agents": 6}, {"name": "b", "agents": 5}]))
    check_limits(scenario, ServiceSettings("x.db", agents_most=11))
    with pytest.raises(UsageError, match="groups: expected at most 10 agents, found 11"):
        check_limits(scenario, ServiceSettings("x.db", agents_most=10))


def test_what_does_not_fit_in_memory_is_refused() -> None:
    scenario = Scenario.from_dict(quick(groups=[{"name": "a", "agents": 2**31 - 1}]))
    with pytest.raises(UsageError, match=r"groups\.a\.agents: too many to fit in memory"):
        check_limits(scenario, ServiceSettings("x.db", agents_most=2**50))


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"inbound": [{"arrivals": {"trace": "/etc/passwd"}}]}, "inbound.1.arrivals.trace"),
        ({"inbound": [{}, {"talk_s": {"dist": "empirical", "file": "x"}}]}, "inbound.2.talk_s.file"),
        ({"campaigns": [{"leads": "leads.csv"}]}, "campaigns.1.leads"),
        ({"campaigns": [{"do_not_call": ["register.txt"]}]}, "campaigns.1.do_not_call"),
        ({"trace": ""}, "trace"),
        ({"a": [[{"b": {"file": "x"}}]]}, "a.1.1.b.file"),
    ],
)
def test_files_of_the_service_are_not_read_for_others(document: dict[str, Any], where: str) -> None:
    with pytest.raises(UsageError) as refused:
        refuse_files(document)
    assert str(refused.value).startswith(f"{where}: expected no name of a file over HTTP")


@pytest.mark.parametrize("rules", ["/etc/own.toml", "us, own.toml", "us,own.toml ,ca"])
def test_rules_of_the_services_own_files_are_refused(rules: str) -> None:
    with pytest.raises(UsageError, match=r"campaigns\.1\.rules: expected no name of a file over HTTP"):
        refuse_files({"campaigns": [{"rules": rules}]})


def test_all_else_may_be_said() -> None:
    refuse_files(
        {
            "campaigns": [{"leads": 1000, "name": "file", "rules": "us,ca"}],
            "name": "trace",
            "groups": [{"skills": {"leads": 1}}],
        }
    )


def test_tables_nested_too_deep_are_refused_or_passed_on() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    with pytest.raises(UsageError, match="nested too deep"):
        refuse_files(deep)
    while deep:  # taken apart, or Python does so by recursion
        with contextlib.suppress(KeyError):
            deep = deep.pop("a")
