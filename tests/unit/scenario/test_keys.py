"""`--set KEY=VALUE`: paths by names, values in TOML, applied before anything is checked."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from callfloor.failures import UsageError
from callfloor.scenario import Scenario, apply_set, builtin_text, load_scenario
from callfloor.scenario.keys import read_setting
from callfloor.scenario.section import Tables, keys_of
from callfloor.scenario.writing import toml_value
from tests.unit.scenario.documents import document


def after(*sets: str) -> Scenario:
    raw = document()
    for each in sets:
        apply_set(raw, each)
    return Scenario.from_dict(raw)


def refused(*sets: str) -> str:
    with pytest.raises(UsageError) as caught:
        after(*sets)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_examples_of_the_interface() -> None:
    scenario = after(
        "groups.'tier 1'.agents=90",
        "campaigns.renewals.dial_ratio=2.5",
        "run.seed=7",
        "campaigns.renewals.outcome.human=0.4",
        "campaigns.renewals.outcome.no_answer=0.25",
        "inbound.sales.talk_s.mean=200",
    )
    assert scenario.groups[0].agents == 90
    assert scenario.campaigns[0].dial_ratio == 2.5
    assert scenario.run.seed == 7
    assert scenario.campaigns[0].outcome["human"] == 0.4
    assert scenario.inbound[1].talk_s.mean == 200


@pytest.mark.parametrize(
    ("setting", "path", "value"),
    [
        ("a.b=1", ["a", "b"], 1),
        ("a.b=1.5", ["a", "b"], 1.5),
        ("a=true", ["a"], True),
        ("a=never", ["a"], "never"),
        ("a=8h", ["a"], "8h"),
        ("a = 8h ", ["a"], "8h"),
        ("a=two words", ["a"], "two words"),
        ('a="8h"', ["a"], "8h"),
        ("a='8h'", ["a"], "8h"),
        ("a=x=y", ["a"], "x=y"),
        ("a=[1, 2]", ["a"], [1, 2]),
        ('a={ dist = "exponential", mean = 3 }', ["a"], {"dist": "exponential", "mean": 3}),
        ("a.'b.c=d'.e=1", ["a", "b.c=d", "e"], 1),
        ('a."it\'s".e=1', ["a", "it's", "e"], 1),
        ("groups.tier 1.agents=1", ["groups", "tier 1", "agents"], 1),
        (" a . b =1", ["a", "b"], 1),
    ],
)
def test_keys_and_values(setting: str, path: list[str], value: Any) -> None:
    assert read_setting(setting) == (path, value)


@pytest.mark.parametrize(
    "setting", ["", "a", "=1", "a.=1", ".a=1", "a..b=1", "'a=1", "'a'b=1", "a=", "a=1\nb=2"]
)
def test_what_is_no_key_and_value(setting: str) -> None:
    with pytest.raises(UsageError, match=r"^--set .*expected KEY=VALUE"):
        read_setting(setting)


def test_a_list_or_table_with_a_mistake_in_it_is_not_a_text() -> None:
    assert "expected a value in TOML" in refused("inbound.sales.talk_s={ dist = exponential }")
    assert "expected a value in TOML" in refused("groups=[1, 2")
    assert "nested too deep" in refused("groups=" + "[" * 100_000)


def test_unknown_names_and_keys_suggest_the_nearest() -> None:
    assert refused("groups.'teir 1'.agents=1") == "groups.'teir 1': no such name; did you mean \"tier 1\"?"
    assert refused("campaigns.xyz.leads=1") == "campaigns.xyz: no such name; expected one of renewals"
    assert (
        refused("groups.'tier 1'.agnets=1") == "groups.'tier 1'.agnets: no such key; did you mean \"agents\"?"
    )
    assert refused("gruops.'tier 1'.agents=1") == 'gruops: no such key; did you mean "groups"?'
    assert refused("run.seed=seven").startswith("run.seed: expected a whole number from 0")


def test_a_path_through_what_is_no_table() -> None:
    assert refused("inbound.support.talk_s.mean=200") == (
        "inbound.support.talk_s.mean: inbound.support.talk_s is 170, not a table; set it as a whole"
    )
    assert "run.seed is 1, not a table" in refused("run.seed.x=1")
    assert refused("groups.'tier 1'=5") == "groups.1: expected a table, found 5"


def test_a_key_inside_a_table_that_is_left_out_starts_from_its_default() -> None:
    campaign = after(
        "campaigns.renewals.retry_after_s.busy=300", "campaigns.renewals.ring_s.high=30"
    ).campaigns[0]
    assert (campaign.retry_after_s["busy"], campaign.retry_after_s["no_answer"]) == (300.0, 3600.0)
    assert campaign.ring_s.mean == 17.5
    assert after("inbound.support.redial.probability=0.5").inbound[0].redial.after_s.mean == 600
    assert after().campaigns[0].retry_after_s["busy"] == 600.0


def test_setting_one_end_of_the_run_takes_the_other_away() -> None:
    assert after("run.duration=5h").run.duration == 18000.0
    endless = [
        "inbound.support.arrivals={ count = 5, gap_s = 1 }",
        "inbound.sales.arrivals={ count = 5, gap_s = 1 }",
    ]
    drained = after("run.until=drained", *endless)
    assert (drained.run.until, drained.run.duration) == ("drained", None)
    assert after("run.until=drained", "run.duration=5h").run.until is None


def test_members_without_a_name_go_by_number_from_1() -> None:
    shifts = "groups.'tier 1'.shifts=[{ from = 0, to = '4h' }, { from = '5h', to = '9h' }]"
    scenario = after(shifts, "groups.'tier 1'.shifts.2.to=10h")
    assert scenario.groups[0].leaves_s == 36000
    assert refused(shifts, "groups.'tier 1'.shifts.3.to=10h") == (
        "groups.'tier 1'.shifts.3: no such number, counted from 1; expected one of 1, 2"
    )
    assert "shifts.1.from: expected" in refused(shifts, "groups.'tier 1'.shifts.1.from=x")
    profile = "inbound.support.arrivals={ profile_per_h = [5, 5], interval = '4h' }"
    scenario = after(profile, "inbound.support.arrivals.profile_per_h.2=9")
    assert scenario.inbound[0].arrivals.to_raw()["profile_per_h"] == [5.0, 9.0]


def test_later_settings_win_and_see_the_earlier_ones() -> None:
    assert (
        after("groups.'tier 1'.name=first", "groups.first.agents=90", "groups.first.agents=91")
        .groups[0]
        .agents
        == 91
    )


@pytest.mark.parametrize("name", ["blended", "multi-skill", "power-dialer"])
def test_every_key_can_be_set_to_the_value_it_has(name: str) -> None:
    scenario = load_scenario(name)
    sets = list(settings(scenario, ()))
    assert len(sets) > 25
    assert load_scenario(name, sets) == scenario


def settings(section: Any, path: tuple[str, ...]) -> list[str]:
    """Every key of a section that has a value as a setting, those of its members too."""
    found = []
    for key in keys_of(type(section)):
        value = getattr(section, key.field)
        here = (*path, f"'{key.name}'")
        if isinstance(key.kind, Tables) and key.kind.named:
            for each in value:
                found += settings(each, (*here, f"'{each.name}'"))
        elif value is not None:
            found.append(f"{'.'.join(here)}={toml_value(key.kind.write(value))}")
    return found


def test_settings_on_files_and_built_in_scenarios_name_them(tmp_path: Path) -> None:
    assert load_scenario("erlang-a", ["groups.agents.agents=105"]).groups[0].agents == 105
    with pytest.raises(UsageError) as caught:
        load_scenario("erlang-a", ["groups.agent.agents=105"])
    assert str(caught.value) == 'erlang-a: groups.agent: no such name; did you mean "agents"?'
    file = tmp_path / "support.toml"
    file.write_text(builtin_text("erlang-a"))
    with pytest.raises(UsageError) as caught:
        load_scenario(file, ["groups.agents.agents=many"])
    assert str(caught.value) == f'{file}: groups.agents.agents: expected a whole number from 0, found "many"'


def test_a_setting_does_not_reach_back_into_the_model() -> None:
    raw = document()
    apply_set(raw, "groups.'tier 1'.breaks=[]")
    apply_set(raw, "campaigns.renewals.retry_after_s.human=1")
    assert "human" not in Scenario.from_dict(document()).campaigns[0].retry_after_s
    assert tomllib.loads(Scenario.from_dict(raw).to_toml())["campaigns"][0]["retry_after_s"]["human"] == 1
