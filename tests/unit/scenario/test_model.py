"""A scenario: its defaults, what follows from them, and both ways to build one."""

from __future__ import annotations

import copy
import dataclasses
import math
import pickle
from pathlib import Path

import pytest

from callfloor.live.settings import RETRY_AFTER_S, CampaignSettings
from callfloor.scenario import (
    Campaign,
    Gaps,
    Group,
    Inbound,
    Period,
    Rate,
    Run,
    Scenario,
    ScenarioError,
    load_scenario,
)
from callfloor.scenario.distributions import NEVER, Constant, Exponential, Uniform
from callfloor.scenario.section import keys_of
from tests.unit.scenario.documents import OUTCOME, document, one_queue

THREE = Run(duration=3600.0)


def test_what_is_left_out_is_neutral() -> None:
    scenario = Scenario.from_dict(one_queue())
    run, queue, group = scenario.run, scenario.inbound[0], scenario.groups[0]
    assert (run.warm_up, run.replications, run.seed, run.service_level_s) == (0.0, 20, 1, 20.0)
    assert run.starts_at.isoformat() == "2026-11-23T09:00:00-05:00"
    assert (queue.wrap_up_s, queue.patience_s, queue.priority) == (Constant(0), NEVER, 1)
    assert (queue.routing, queue.when_busy, queue.queue_limit) == ("longest_idle", "queue", 0)
    assert (queue.redial.probability, queue.redial.after_s) == (0.0, Constant(600))
    assert (queue.callback.reached, queue.callback.talk_s, queue.callback.unreached_s) == (
        0.2,
        None,
        Constant(0),
    )
    assert (group.shifts, group.breaks, group.shrinkage) == (None, (), 0.0)
    assert group.leaves_s == math.inf
    assert scenario.campaigns == ()


def test_a_campaigns_defaults_are_those_of_the_live_dialer() -> None:
    campaign = Scenario.from_dict(document()).campaigns[0]
    live = CampaignSettings()
    for name in (
        "mode", "pool", "dial_ratio", "share", "abandon_rate_max", "answer_within_s", "ring_timeout_s",
        "max_attempts", "cooldown_s", "lines", "calls_per_s",
    ):  # fmt: skip
        assert getattr(campaign, name) == getattr(live, name), name
    assert campaign.retry_after_s == RETRY_AFTER_S
    assert campaign.wrap_up_s.mean == live.wrap_up_s
    assert (campaign.ring_s, campaign.patience_s, campaign.reserve) == (Uniform(5, 25), NEVER, 0)
    assert campaign.hours is None


def test_a_group_without_skills_takes_everything() -> None:
    raw = document()
    del raw["groups"][0]["skills"]
    scenario = Scenario.from_dict(raw)
    assert [scenario.preference(0, name) for name in ("support", "sales", "renewals")] == [1, 1, 1]
    assert scenario.preference(1, "support") == 0


def test_a_call_looks_in_groups_by_preference_and_then_as_in_the_file() -> None:
    groups = [
        Group("a", 1, skills={"q": 2}),
        Group("b", 1, skills={"q": 1}),
        Group("c", 1, skills={"other": 1}),
        Group("d", 1, skills={"q": 1}),
    ]
    calls = Gaps(gap_s=Constant(1), count=5)
    queues = [Inbound("q", calls, Constant(1)), Inbound("other", calls, Constant(1))]
    scenario = Scenario(THREE, groups, inbound=queues)
    assert scenario.groups_for("q") == (1, 3, 0)
    queues[0] = Inbound("q", calls, Constant(1), groups=("a", "b"))
    scenario = Scenario(THREE, groups, inbound=queues)
    assert scenario.groups_for("q") == (0, 1)
    assert scenario.groups_with("q") == (1, 3, 0)


def test_a_queue_may_have_a_service_level_of_its_own() -> None:
    raw = document()
    raw["run"]["service_level_s"] = 30
    raw["inbound"][1]["service_level_s"] = 10
    scenario = Scenario.from_dict(raw)
    assert [scenario.service_level_s(queue) for queue in scenario.inbound] == [30.0, 10.0]


def test_python_and_the_file_build_the_same() -> None:
    built = Scenario(
        run=Run(duration=8 * 3600),
        groups=[
            Group(name="tier 1", agents=100, skills={"support": 1, "sales": 2}),
            Group(name="tier2", agents=20, skills={"sales": 1, "renewals": 2}),
        ],
        inbound=[
            Inbound(name="support", arrivals=Rate(1000), talk_s=Constant(170)),
            Inbound(name="sales", arrivals=Rate(100), talk_s=Exponential(170), patience_s=Constant(60)),
        ],
        campaigns=[Campaign(name="renewals", leads=1000, outcome=OUTCOME, talk_s=Constant(120))],
    )
    assert built == Scenario.from_dict(document())
    assert repr(built).startswith("Scenario(run=Run(duration=28800.0, until=None, warm_up=0.0,")


def test_python_is_refused_what_the_file_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"^agents: expected a whole number from 0, found -1$"):
        Group(name="a", agents=-1)
    with pytest.raises(ScenarioError, match=r"^warm_up: expected less than the duration"):
        Run(duration=10, warm_up=10)
    with pytest.raises(ScenarioError, match=r"^groups: expected at least one"):
        Scenario(THREE, [])


def test_a_scenario_does_not_change_and_can_be_sent_to_other_processes() -> None:
    scenario = load_scenario("blended")
    with pytest.raises(dataclasses.FrozenInstanceError):
        scenario.name = "other"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    assert copy.deepcopy(scenario) == scenario
    assert scenario != load_scenario("erlang-a")
    assert hash(Period(0, 10)) == hash(Period(0.0, "10s"))  # type: ignore[arg-type]


def test_a_changed_copy_is_checked_again() -> None:
    group = dataclasses.replace(Group("a", 3), agents=4)
    assert group.agents == 4
    with pytest.raises(ScenarioError, match="agents"):
        dataclasses.replace(group, agents=-4)


def test_a_trace_in_dates_is_told_in_seconds_from_the_start(tmp_path: Path) -> None:
    utc, local = tmp_path / "utc.csv", tmp_path / "local.csv"
    utc.write_text("at\n2026-11-23T14:00:10Z\n2026-11-23T09:01:00-05:00\n")
    local.write_text("at\n2026-11-23 09:00:10\n2026-11-23T09:01:00\n")
    for file in (utc, local):
        raw = one_queue(arrivals={"trace": file.name})
        scenario = Scenario.from_dict(raw, folder=tmp_path)
        arrivals = scenario.inbound[0].arrivals
        assert list(scenario.trace_times_s(arrivals)) == [10.0, 60.0]  # type: ignore[arg-type]


def test_every_key_has_help_and_what_its_absence_means() -> None:
    for section in (Scenario, Run, Group, Inbound, Campaign):
        for key in keys_of(section):
            assert key.help
            assert not key.help.endswith(".")
            assert key.default is not None or key.otherwise, key.name
