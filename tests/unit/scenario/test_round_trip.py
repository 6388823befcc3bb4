"""Scenario to TOML to scenario: nothing is lost, whatever is in it."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from callfloor.scenario import Scenario
from callfloor.scenario.writing import toml_text, toml_value

NAMES = st.text(min_size=1, max_size=8).filter(lambda n: n.isprintable() and n.strip() and n != "all")
TIME = st.floats(0.001, 1e5)
SPANS = st.one_of(TIME, st.integers(1, 10**5), st.integers(1, 90).map(lambda n: f"{n}m"))
PROBABILITY = st.floats(0, 1)
DURATIONS = st.one_of(
    SPANS,
    st.fixed_dictionaries({"dist": st.just("exponential"), "mean": SPANS}),
    st.fixed_dictionaries({"dist": st.just("lognormal"), "mean": SPANS, "sd": TIME}),
    st.fixed_dictionaries({"dist": st.just("gamma"), "mean": SPANS, "sd": TIME}),
    st.fixed_dictionaries({"dist": st.just("erlang"), "mean": SPANS, "k": st.integers(1, 9)}),
    st.fixed_dictionaries({"dist": st.just("uniform"), "low": st.just(0), "high": TIME}),
    st.fixed_dictionaries({"dist": st.just("empirical"), "values": st.lists(TIME, min_size=1, max_size=4)}),
    st.fixed_dictionaries(
        {"dist": st.just("hyperexponential"), "p": PROBABILITY, "mean1": TIME, "mean2": TIME}
    ),
)
PATIENCE = st.one_of(DURATIONS, st.just("never"))
ARRIVALS = st.one_of(
    st.fixed_dictionaries({"profile_per_h": st.lists(st.floats(0, 1e4), min_size=3, max_size=4)}).map(
        lambda a: a | {"interval": "1h"}
    ),
    st.fixed_dictionaries({"count": st.integers(1, 1000), "gap_s": DURATIONS}),
)
OPTIONAL_GROUP = {
    "breaks": st.just([{"from": "1h", "to": 4000}]),
    "shifts": st.just([{"from": 0, "to": "1h"}, {"from": 3600, "to": 1e6}]),
    "shrinkage": st.floats(0, 0.99),
}
OPTIONAL_QUEUE = {
    "wrap_up_s": DURATIONS,
    "patience_s": PATIENCE,
    "priority": st.integers(0, 5),
    "routing": st.sampled_from(["longest_idle", "direct"]),
    "when_busy": st.sampled_from(["queue", "voicemail", "block"]),
    "queue_limit": st.integers(0, 50),
    "redial": st.fixed_dictionaries({"probability": st.floats(0, 0.9)}, optional={"after_s": DURATIONS}),
    "callback": st.fixed_dictionaries({"reached": st.floats(0.1, 1)}, optional={"talk_s": DURATIONS}),
    "service_level_s": SPANS,
}
OPTIONAL_CAMPAIGN = {
    "mode": st.sampled_from(["power", "progressive"]),
    "pacing": st.sampled_from(["callfloor", "vicidial", "erlang"]),
    "vicidial_ready": st.booleans(),
    "pool": st.sampled_from(["campaign", "agent"]),
    "dial_ratio": st.floats(1, 100),
    "ring_s": st.floats(0.1, 60),
    "patience_s": PATIENCE,
    "reserve": st.integers(0, 5),
    "retry_after_s": st.dictionaries(st.sampled_from(["busy", "machine", "lost"]), SPANS, min_size=1),
    "calls_per_s": st.floats(0, 100),
    "answer_profile": st.fixed_dictionaries(
        {"factors": st.lists(st.floats(0, 2), min_size=1, max_size=4)},
        optional={"interval": st.integers(1, 10**5)},
    ),
    "hours": st.just({"from": "08:00", "to": "20:30:15"}),
}


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(NAMES, min_size=2, max_size=4, unique=True))
    group_names = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    skills = st.one_of(st.none(), st.just({name: place for place, name in enumerate(names, 1)}))
    queue = st.fixed_dictionaries({"arrivals": ARRIVALS, "talk_s": DURATIONS}, optional=OPTIONAL_QUEUE)
    campaign = st.fixed_dictionaries(
        {"leads": st.integers(1, 1000), "outcome": st.just({"human": 0.5, "busy": 0.5}), "talk_s": DURATIONS},
        optional=OPTIONAL_CAMPAIGN,
    )
    campaign = st.one_of(campaign, campaign.map(lambda c: c | {"mode": "predictive", "pool": "campaign"}))
    group = st.fixed_dictionaries({"agents": st.integers(1, 99)}, optional=OPTIONAL_GROUP)
    groups = []
    for name in group_names:
        wanted = draw(skills)
        groups.append({"name": name} | draw(group) | ({} if wanted is None else {"skills": wanted}))
    return {
        "name": draw(NAMES),
        "run": {
            "duration": "3h",
            "warm_up": draw(st.floats(0, 100)),
            "seed": draw(st.integers(0, 2**63 - 1)),
        },
        "groups": groups,
        "inbound": [{"name": names[0]} | draw(queue)],
        "campaigns": [{"name": name} | draw(campaign) for name in names[1:]],
    }


@settings(max_examples=60, deadline=None)
@given(documents())
def test_scenario_to_toml_to_scenario(raw: dict[str, Any]) -> None:
    scenario = Scenario.from_dict(raw)
    text = scenario.to_toml()
    assert Scenario.from_dict(tomllib.loads(text)) == scenario
    assert Scenario.from_dict(tomllib.loads(text)).to_toml() == text


VALUES = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False),
        st.text(st.characters(codec="utf-8")),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), inner, max_size=3),
    ),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_any_value_is_written_as_toml(value: Any) -> None:
    assert tomllib.loads(f"v = {toml_value(value)}")["v"] == value


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), VALUES, max_size=4))
def test_any_document_is_written_as_toml(document: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text(document)) == document
