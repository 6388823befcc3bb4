"""The built-in scenarios are what they say they are."""

from __future__ import annotations

import pytest

from callfloor.scenario import (
    Rate,
    Scenario,
    builtin_names,
    builtin_summary,
    builtin_text,
    check_fits_memory,
    load_scenario,
)
from callfloor.scenario.distributions import Constant, Exponential, Uniform


def test_these_there_are() -> None:
    assert builtin_names() == [
        "blended",
        "consumers",
        "erlang-a",
        "multi-skill",
        "power-dialer",
        "predictive",
    ]


@pytest.mark.parametrize("name", builtin_names())
def test_each_has_a_line_about_it_comments_and_little_need_of_memory(name: str) -> None:
    assert builtin_summary(name).endswith(".")
    assert builtin_text(name).startswith(f"# {builtin_summary(name)}\n#\n")
    check_fits_memory(load_scenario(name), workers=16, memory_bytes=500_000_000)
    assert Scenario.from_dict(load_scenario(name).to_dict()) == load_scenario(name)


def test_erlang_a() -> None:
    scenario = load_scenario("erlang-a")
    queue = scenario.inbound[0]
    assert isinstance(queue.arrivals, Rate)
    assert queue.arrivals.rate_per_h / 3600 == pytest.approx(95 / 180, rel=1e-15)
    assert queue.arrivals.endless_per_s * queue.handle_mean_s == pytest.approx(95)
    assert (queue.talk_s, queue.patience_s) == (Exponential(180), Exponential(120))
    assert scenario.groups[0].agents == 100
    assert scenario.run.duration is not None
    assert queue.arrivals.rate_per_h * scenario.run.duration / 3600 * scenario.run.replications >= 1_000_000


def test_power_dialer_is_the_live_dialers_default_run() -> None:
    scenario = load_scenario("power-dialer")
    campaign = scenario.campaigns[0]
    assert scenario.run.duration == 300
    assert scenario.groups[0].agents == 50
    assert (campaign.mode, campaign.pool, campaign.dial_ratio) == ("power", "agent", 2.0)
    assert (campaign.talk_s, campaign.ring_s) == (Uniform(9, 12.5), Constant(0.1))
    # A half of the attempts fail, by the live dialer's mix.
    from callfloor.floor.vocabulary import OUTCOME_NAMES
    from callfloor.people.behaviour import DIAL_FAILURES

    failures = {OUTCOME_NAMES[code]: 0.5 * share for code, share in DIAL_FAILURES.items()}
    assert campaign.outcome == pytest.approx({"human": 0.5, **failures})


def test_multi_skill() -> None:
    scenario = load_scenario("multi-skill")
    assert (len(scenario.inbound), len(scenario.groups)) == (3, 4)
    assert sum(group.agents for group in scenario.groups) == 118
    assert all(len(scenario.groups_for(queue.name)) >= 2 for queue in scenario.inbound)
    load = sum(queue.arrivals.endless_per_s * queue.handle_mean_s for queue in scenario.inbound)
    assert 0.85 < load / 118 < 0.95


def test_blended() -> None:
    scenario = load_scenario("blended")
    assert scenario.campaigns[0].reserve > 0
    assert scenario.groups_for("service") == (0,)
    assert scenario.groups_for("renewals") == (1, 0)
