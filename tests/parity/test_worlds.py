"""Simulated worlds come to the same in all runtimes: every event, every command, every count."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import MISSING
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, assume, given, settings

from callfloor import runtimes
from callfloor.floor.vocabulary import (
    CANCELLED,
    COMMAND_NAMES,
    EVENT_NAMES,
    LOST,
    RECORD,
    UNDETERMINED,
    UNMATCHED,
    WITHHELD,
)
from callfloor.scenario import Scenario, ScenarioError
from callfloor.scenario.arrivals import FORMS
from callfloor.scenario.distributions import DISTRIBUTIONS
from callfloor.scenario.kinds import Choice
from callfloor.scenario.section import Section, keys_of
from callfloor.sim.build import plan_of
from tests.compiled import compiled
from tests.random_worlds import random_documents
from tests.worlds import NAMES, Run, documents, run, scenario_of

COMPILED: tuple[Literal["compiled", "fast"], ...] = ("compiled", "fast")
PLAIN = runtimes.load("plain")


def same(one: Run, other: Run) -> None:
    """Complain about the first line that differs, then about the counts."""
    if one.columns != other.columns:
        for number, (line, echo) in enumerate(zip(one.lines, other.lines, strict=False)):
            assert line == echo, f"line {number}"
    assert (one.events, one.over, one.stuck) == (other.events, other.over, other.stuck)
    assert one.columns == other.columns
    assert one.replication == other.replication


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("name", NAMES)
def test_every_feature(name: str, number: int, tmp_path: Path) -> None:
    plan = plan_of(scenario_of(name, tmp_path))
    plain = run(PLAIN, plan, number)
    assert plain.events > 300
    for runtime in COMPILED:
        same(plain, run(compiled(runtime), plan, number))


@given(document=random_documents())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_scenario(document: dict[str, Any]) -> None:
    try:
        plan = plan_of(Scenario.from_dict(document))
    except ScenarioError:
        assume(False)
    plain = run(PLAIN, plan, events=3000)
    for runtime in COMPILED:
        same(plain, run(compiled(runtime), plan, events=3000))


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_that_was_sent_to_another_process_is_the_same(name: str, tmp_path: Path) -> None:
    plan = plan_of(scenario_of(name, tmp_path))
    sent = pickle.loads(pickle.dumps(plan))
    assert sent == plan
    runtime = compiled("fast")
    same(run(runtime, plan), run(runtime, sent))


# What the scenarios have between them.


def sections(value: Any) -> Iterator[Section]:
    """All sections of a scenario, itself included."""
    if isinstance(value, Section):
        yield value
        for each in keys_of(type(value)):
            yield from sections(getattr(value, each.field))
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from sections(each)


def test_the_scenarios_have_every_key_every_word_and_every_form(tmp_path: Path) -> None:
    assert tuple(documents(tmp_path)) == NAMES
    found = [each for name in NAMES for each in sections(scenario_of(name, tmp_path))]
    kinds = {type(each) for each in found}
    assert set(FORMS.values()) <= kinds
    assert set(DISTRIBUTIONS.values()) <= kinds
    for kind in kinds:
        for key in keys_of(kind):
            values = [getattr(each, key.field) for each in found if type(each) is kind]
            if isinstance(key.kind, Choice):
                assert set(key.kind.words) <= set(values), f"{kind.__name__}.{key.name}: {values}"
            elif key.default is not MISSING:
                assert any(value != key.default for value in values), f"{kind.__name__}.{key.name}"


def test_the_scenarios_call_forth_every_command_and_outcome(tmp_path: Path) -> None:
    runtime = compiled("fast")
    lines = [line for name in NAMES for line in run(runtime, plan_of(scenario_of(name, tmp_path))).lines]
    events = {EVENT_NAMES[int(line["kind"])] for line in lines if not line["is_command"]}
    commands = {COMMAND_NAMES[int(line["kind"])] for line in lines if line["is_command"]}
    outcomes = {int(line["code"]) for line in lines if line["is_command"] and line["kind"] == RECORD}
    # A world without a wire confirms at once and loses nothing; nobody changes a campaign.
    assert events == {
        *("agent_logged_in", "agent_logged_out", "agent_paused", "agent_resumed"),
        *("call_answered", "call_failed", "call_ended", "call_arrived", "call_played"),
        *("agent_accepted", "agent_skipped", "agent_disposed"),
        *("lead_claimed", "leads_claimed", "campaign_started", "timer_due"),
    }
    assert commands == {
        *("place_call", "bridge", "hang_up", "hold", "reject", "take_voicemail"),
        *("claim_leads", "return_lead", "record", "set_timer", "report", "show_lead", "play"),
        "dispose",
    }
    assert outcomes == set(range(UNMATCHED + 1)) - {UNDETERMINED, LOST, CANCELLED, WITHHELD}
