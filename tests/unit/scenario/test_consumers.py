"""Consumers in a scenario: their keys and defaults, what is refused, and how they go with the one queue."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings

from callfloor.failures import UsageError
from callfloor.people import us_population as us
from callfloor.scenario import (
    Consumers,
    Gaps,
    Group,
    Inbound,
    Rate,
    Run,
    Scenario,
    ScenarioError,
    load_scenario,
)
from callfloor.scenario.distributions import Constant, Uniform
from callfloor.scenario.section import keys_of
from tests.random_worlds import random_consumers
from tests.unit.scenario.documents import refusal

GAPS = {"gap_s": 2}


def with_consumers(consumers: Any = None, queue: dict[str, Any] | None = None, **run: Any) -> dict[str, Any]:
    """Ten agents and the one queue in which consumers call, with these keys."""
    about = {"name": "q", "arrivals": GAPS, "talk_s": 10, "routing": "direct"} | (queue or {})
    return {
        "run": run or {"duration": "1h"},
        "groups": [{"name": "g", "agents": 10}],
        "inbound": [about],
        "consumers": {} if consumers is None else consumers,
    }


# What is there.


def test_what_is_left_out_is_as_in_the_simulation_before() -> None:
    found = Scenario.from_dict(with_consumers()).consumers
    assert found is not None
    assert found == Consumers()
    assert (found.count, found.kind, found.match, found.agent_states) == (1000, "uniform", "any", (1, 10))
    assert (found.age, found.income) == ((18, 90), (25_000, 200_000))
    assert (found.required, found.weights) == ((), {})


def test_without_the_section_there_are_no_consumers() -> None:
    raw = with_consumers()
    del raw["consumers"]
    scenario = Scenario.from_dict(raw)
    assert scenario.consumers is None
    assert "consumers" not in scenario.to_dict()
    assert "consumers" not in scenario.to_toml()


def test_the_built_in_scenario_is_the_simulation_before() -> None:
    scenario = load_scenario("consumers")
    assert scenario.consumers == Consumers()
    assert (scenario.run.until, scenario.run.duration) == ("drained", None)
    assert [group.agents for group in scenario.groups] == [20]
    (queue,) = scenario.inbound
    assert (queue.routing, queue.when_busy) == ("direct", "voicemail")
    assert queue.arrivals == Gaps(gap_s=Uniform(0.0, 0.03))
    assert (queue.talk_s, queue.wrap_up_s) == (Uniform(0.05, 0.3), Constant(0.0))
    callback = queue.callback
    assert (callback.reached, callback.talk_s, callback.unreached_s) == (0.2, Constant(0.05), Constant(0.0))


def test_each_consumer_calls_once_and_so_arrivals_are_counted() -> None:
    scenario = load_scenario("consumers", ["consumers.count=7"])
    (queue,) = scenario.inbound
    assert queue.arrivals.endless
    assert scenario.arrivals_of(queue) == Gaps(gap_s=Uniform(0.0, 0.03), count=7)
    assert not scenario.arrivals_of(queue).endless


def test_without_consumers_arrivals_are_those_of_the_queue() -> None:
    for arrivals in (Gaps(gap_s=Constant(3.0), count=5), Gaps(gap_s=Constant(3.0)), Rate(rate_per_h=20.0)):
        queue = Inbound(name="q", arrivals=arrivals, talk_s=Constant(1.0))
        scenario = Scenario(run=Run(duration=60.0), groups=[Group("g", 2)], inbound=[queue])
        assert scenario.arrivals_of(queue) == arrivals


def test_consumers_who_are_counted_let_a_run_drain_and_are_no_endless_load() -> None:
    Scenario.from_dict(with_consumers({"count": 50}, until="drained"))
    Scenario.from_dict(with_consumers({"count": 10**6}, {"arrivals": {"gap_s": 0.001}}))
    raw = with_consumers(until="drained")
    del raw["consumers"]
    assert "the run never drains" in refusal(raw) or "calls keep coming" in refusal(raw)


def test_ends_of_a_range_may_be_the_same_and_are_whole_numbers() -> None:
    scenario = Scenario.from_dict(
        with_consumers({"age": [40, 40], "income": [1e6, 10_000_000], "agent_states": [50, 50]})
    )
    assert scenario.consumers is not None
    assert scenario.consumers.age == (40, 40)
    assert scenario.consumers.income == (1_000_000, 10_000_000)
    assert all(type(end) is int for end in scenario.consumers.income)


@pytest.mark.parametrize("kind", ["uniform", "realistic"])
def test_ranges_reach_to_the_ends_of_the_tables(kind: str) -> None:
    consumers = Consumers(kind=kind, age=(0, 120), income=(0, 10_000_000))
    for name, most in (("age", 120), ("income", 10_000_000)):
        firsts, upto = consumers.bands(name)
        assert (firsts[0], firsts[-1], upto[-1]) == (0, most + 1, 1.0)


def test_how_attributes_are_spread() -> None:
    uniform, realistic = Consumers(age=(20, 29)), Consumers(kind="realistic", age=(20, 29))
    assert uniform.bands("age") == us.alike(20, 29)
    assert realistic.bands("age") == us.within(us.AGES, 20, 29)
    assert uniform.bands("income") == us.alike(25_000, 200_000)
    assert realistic.bands("income") == us.within(us.INCOMES, 25_000, 200_000)
    assert uniform.bands("state") == us.alike(0, 49)
    assert realistic.bands("state") == us.by_share(tuple(us.STATES.values()))
    assert (uniform.bands("kids"), uniform.bands("cars")) == (us.alike(0, 9), us.alike(0, 9))
    assert uniform.bands("owns") == us.alike(0, 1)
    assert realistic.bands("owns") == us.by_share(us.OWNS)


# What is refused.

AGES = "the lowest and the highest, each a whole number from 0 to 120"
STATES = "the lowest and the highest, each a whole number from 1 to 50"

WRONG: list[tuple[str, Any, str]] = [
    ("count", 0, "count: expected a whole number from 1, found 0"),
    ("count", 2.5, "count: expected a whole number from 1, found 2.5"),
    ("count", "many", 'count: expected a whole number from 1, found "many"'),
    ("count", 2**31, "count: expected a whole number from 1 to 2147483647, found 2147483648"),
    ("kind", "real", 'kind: expected one of uniform, realistic, found "real"'),
    ("match", "both", 'match: expected one of any, all, found "both"'),
    ("match", True, "match: expected one of any, all, found true"),
    ("age", 30, f"age: expected {AGES}, found 30"),
    ("age", [], f"age: expected {AGES}, found an empty list"),
    ("age", [30], f"age: expected {AGES}, found a list"),
    ("age", [30, 40, 50], f"age: expected {AGES}, found a list"),
    ("age", {"low": 1}, f"age: expected {AGES}, found a table"),
    ("age", [40, 30], "age: expected the lowest first, found a list"),
    ("age", [-1, 30], "age.1: expected a whole number from 0 to 120, found -1"),
    ("age", [1, 121], "age.2: expected a whole number from 0 to 120, found 121"),
    ("age", [1.5, 30], "age.1: expected a whole number from 0 to 120, found 1.5"),
    ("age", [18, True], "age.2: expected a whole number from 0 to 120, found true"),
    ("income", [0, 10_000_001], "income.2: expected a whole number from 0 to 10000000, found 10000001"),
    ("income", ["low", 5], 'income.1: expected a whole number from 0 to 10000000, found "low"'),
    ("income", [5, 4], "income: expected the lowest first, found a list"),
    ("agent_states", 3, f"agent_states: expected {STATES}, found 3"),
    ("agent_states", [0, 3], "agent_states.1: expected a whole number from 1 to 50, found 0"),
    ("agent_states", [1, 51], "agent_states.2: expected a whole number from 1 to 50, found 51"),
    ("agent_states", [4, 3], "agent_states: expected the lowest first, found a list"),
    ("required", "age", 'required: expected a list of names, each one of age, income, state, found "age"'),
    ("required", {"age": 1}, "required: expected a list of names, each one of age, income, state"),
    ("required", ["kids"], 'required: expected one of age, income, state, found "kids"'),
    ("required", [["age"]], "required: expected one of age, income, state, found a list"),
    ("required", ["age", "age"], "required: expected each name once, found a list"),
    ("weights", 3, "weights: expected a table: attribute = a number from 0 to 1e+06, found 3"),
    ("weights", ["age"], "weights: expected a table: attribute = a number from 0 to 1e+06, found a list"),
    ("weights", {"kids": 2}, "weights.kids: no such attribute; expected one of age, income, state"),
    ("weights", {"agee": 2}, 'weights.agee: no such attribute; did you mean "age"?'),
    ("weights", {"age": -1}, "weights.age: expected a number from 0 to 1e+06, found -1"),
    ("weights", {"age": 2e6}, "weights.age: expected a number from 0 to 1e+06, found 2000000.0"),
    ("weights", {"age": float("nan")}, "weights.age: expected a number from 0 to 1e+06, found nan"),
    ("weights", {"age": "much"}, 'weights.age: expected a number from 0 to 1e+06, found "much"'),
    ("matc", "any", 'matc: no such key; did you mean "match"?'),
    ("ages", [1, 2], 'ages: no such key; did you mean "age"?'),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "said"), WRONG, ids=[said[:50] for _, _, said in WRONG])
def test_refused(key: str, value: Any, said: str) -> None:
    assert refusal(with_consumers({key: value})).startswith(f"consumers.{said}")


@pytest.mark.parametrize("value", [5, [], "yes", True])
def test_consumers_are_a_table(value: Any) -> None:
    assert refusal(with_consumers(value)).startswith("consumers: expected a table, found ")


def test_they_need_just_one_queue() -> None:
    raw = with_consumers()
    raw["inbound"].append(raw["inbound"][0] | {"name": "r"})
    assert refusal(raw) == "consumers: expected one [[inbound]], in which they call, found 2"
    raw["inbound"] = []
    raw["campaigns"] = [{"name": "c", "leads": 5, "outcome": {"human": 1}, "talk_s": 9}]
    assert refusal(raw) == "consumers: expected one [[inbound]], in which they call, found 0"


@pytest.mark.parametrize(
    "arrivals", [{"rate_per_h": 60}, {"profile_per_h": [60, 60], "interval": "30m"}, {"trace": "calls.csv"}]
)
def test_they_call_one_after_another(arrivals: dict[str, Any], tmp_path: Any) -> None:
    (tmp_path / "calls.csv").write_text("at_s\n1\n2\n")
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_dict(with_consumers({}, {"arrivals": arrivals}), folder=tmp_path)
    assert str(caught.value) == (
        "inbound.q.arrivals: expected gap_s, since consumers call one after another, found another form"
    )


def test_how_many_call_is_said_once() -> None:
    raw = with_consumers({}, {"name": "my q", "arrivals": {"gap_s": 1, "count": 5}})
    assert refusal(raw) == (
        "inbound.'my q'.arrivals.count: expected no such key beside [consumers], whose count says it, found 5"
    )


def test_each_wants_one_of_those_who_fit() -> None:
    assert refusal(with_consumers({}, {"routing": "longest_idle"})) == (
        'inbound.q.routing: expected "direct" for [consumers], whom agents fit, found "longest_idle"'
    )


def test_what_is_wrong_in_python_is_said_in_the_same_words() -> None:
    with pytest.raises(ScenarioError, match=r"^age: expected the lowest first, found a list$"):
        Consumers(age=(40, 30))
    with pytest.raises(
        ScenarioError, match=r"^required: expected one of age, income, state, found \"kids\"$"
    ):
        Consumers(required=("kids",))


# Set on the command line.


@pytest.mark.parametrize(
    ("sets", "expected"),
    [
        (["consumers.count=5"], {"count": 5}),
        (["consumers.count=1e6"], {"count": 1_000_000}),
        (["consumers.kind=realistic"], {"kind": "realistic"}),
        (["consumers.match=all"], {"match": "all"}),
        (["consumers.age=[20, 30]"], {"age": (20, 30)}),
        (["consumers.age.1=20"], {"age": (20, 90)}),
        (["consumers.age.2=20"], {"age": (18, 20)}),
        (["consumers.income.1=0", "consumers.income.2=1_000_000"], {"income": (0, 1_000_000)}),
        (["consumers.agent_states=[50, 50]"], {"agent_states": (50, 50)}),
        (['consumers.required=["state"]'], {"required": ("state",)}),
        (['consumers.required=["state", "age"]', "consumers.required.2=income"],
         {"required": ("state", "income")}),
        (["consumers.required=[]"], {"required": ()}),
        (["consumers.weights.state=2.5"], {"weights": {"state": 2.5}}),
        (["consumers.weights.state=2", "consumers.weights.age=1"], {"weights": {"age": 1.0, "state": 2.0}}),
        (["consumers.weights={ income = 0 }"], {"weights": {"income": 0.0}}),
        (["consumers.weights={}"], {"weights": {}}),
    ],
)  # fmt: skip
def test_every_key_can_be_set(sets: list[str], expected: dict[str, Any]) -> None:
    assert load_scenario("consumers", sets).consumers == Consumers(**expected)


def test_consumers_can_be_given_to_a_scenario_that_has_none() -> None:
    sets = [
        "inbound.support.routing=direct",
        "inbound.support.arrivals={ gap_s = 20 }",
        "consumers.count=30",
    ]
    scenario = load_scenario("erlang-a", sets)
    assert scenario.consumers == Consumers(count=30)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("consumers.cuont=5", 'consumers.cuont: no such key; did you mean "count"?'),
        ("consumers.age.3=5", "consumers.age.3: no such number, counted from 1; expected one of 1, 2"),
        ("consumers.age.1=91", "consumers.age: expected the lowest first, found a list"),
        ("consumers.weights.cars=1", "consumers.weights.cars: no such attribute"),
        ("inbound.calls.arrivals.count=5", "inbound.calls.arrivals.count: expected no such key beside"),
    ],
)
def test_settings_that_are_refused_name_the_scenario_and_the_key(setting: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_scenario("consumers", [setting])
    assert str(caught.value).startswith(f"consumers: {said}")


# There and back.


@settings(max_examples=60, deadline=None)
@given(random_consumers())
def test_to_a_document_to_toml_and_back_nothing_is_lost(consumers: dict[str, Any]) -> None:
    scenario = Scenario.from_dict(with_consumers(consumers))
    assert Scenario.from_dict(scenario.to_dict()) == scenario
    text = scenario.to_toml()
    assert Scenario.from_dict(tomllib.loads(text)) == scenario
    assert Scenario.from_dict(tomllib.loads(text)).to_toml() == text


def test_as_toml_each_key_stands_on_a_line_of_its_own() -> None:
    scenario = Scenario.from_dict(with_consumers({"weights": {"state": 0.5, "age": 2}, "required": ["age"]}))
    _, _, section = scenario.to_toml().partition("[consumers]\n")
    assert section.splitlines() == [
        "count = 1000",
        'kind = "uniform"',
        "age = [18, 90]",
        "income = [25000, 200000]",
        'match = "any"',
        'required = ["age"]',
        "weights = { age = 2, state = 0.5 }",
        "agent_states = [1, 10]",
    ]


def test_every_key_says_what_it_means() -> None:
    assert all(key.help for key in keys_of(Consumers))
    units = {key.name: key.kind.unit for key in keys_of(Consumers)}
    assert units["age"] == "years"
    assert units["income"] == "dollars/year"
    assert units["agent_states"] == "states"
