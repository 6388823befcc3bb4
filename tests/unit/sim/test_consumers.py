"""Consumers in a simulated world: each calls one of the agents who fit, and is called back by that agent."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import callfloor
from callfloor.leads.area_codes import state_of
from callfloor.leads.phone_numbers import parse_number
from callfloor.runtimes import Name, available, load
from callfloor.scenario import Scenario, load_scenario
from callfloor.sim.call_rows import calls_of
from callfloor.sim.consumers import Consumer, Specialist, consumers_of, specialists_of
from callfloor.sim.result import Result
from tests.unit.sim.small import small

NAMES: tuple[Name, ...] = ("plain", "compiled", "fast")
RUNTIMES: dict[str, Any] = {name: load(name) for name in NAMES if name in available()}
QUICKEST = list(RUNTIMES.values())[-1]

HOWS: dict[str, list[str]] = {
    "any": [],
    "realistic": ["consumers.kind=realistic", "consumers.agent_states=[3, 3]"],
    "all": ["consumers.match=all", "consumers.agent_states=[20, 50]"],
    "state required": ['consumers.required=["state"]'],
    "age and income required": ['consumers.required=["age", "income"]'],
    "weights": ["consumers.weights={ age = 5, state = 0 }"],
    "all, weights": ["consumers.match=all", "consumers.weights.age=3", "consumers.agent_states=[20, 50]"],
    "one year, one income": ["consumers.age=[40, 40]", "consumers.income=[9, 9]"],
    "millions": ["consumers.kind=realistic", "consumers.age=[0, 120]", "consumers.income=[0, 10_000_000]"],
    "they may wait": ["inbound.calls.when_busy=queue", "inbound.calls.patience_s=0.2"],
    "blocked": ["inbound.calls.when_busy=block", 'consumers.required=["state"]'],
    "forty agents": ["groups.agents.agents=40", "consumers.weights.income=2"],
}


def scenario_with(*sets: str) -> Scenario:
    """The built-in scenario, twice, with these settings."""
    return load_scenario("consumers", ["run.replications=2", "consumers.count=600", *sets])


@dataclass
class Story:
    """What a trace tells of one consumer."""

    outcome: str = ""
    agents: set[int] = field(default_factory=set)
    """Who talked with them, or has or returned their message: numbers from 1."""


def stories_of(path: Path, replication: int) -> tuple[dict[int, Story], dict[int, Story]]:
    """What became of each consumer's call, and of each callback by the number of the call.

    Consumers call in their order, so that the first to call is number 1.
    """
    callers: dict[int, Story] = {}
    callbacks: dict[int, Story] = {}
    calls: dict[int, Story] = {}
    for text in path.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        if line["replication"] != replication:
            continue
        if line["event"] == "call_arrived":
            calls[line["call"]] = callers[len(callers) + 1] = Story()
        for command in line["commands"]:
            number = command.get("call")
            if command["do"] == "place_call":
                calls[number] = callbacks[number] = Story()
            if "agent" in command:
                calls[number].agents.add(int(command["agent"].rpartition("/")[2]))
            if command["do"] == "record":
                calls[number].outcome = command["outcome"]
    return callers, callbacks


def fits(consumer: Consumer, agent: Specialist) -> dict[str, bool]:
    """By which attributes an agent fits."""
    return {
        "age": agent.age[0] <= consumer.age <= agent.age[1],
        "income": agent.income[0] <= consumer.income <= agent.income[1],
        "state": consumer.state in agent.states,
    }


def may_have(scenario: Scenario, consumer: Consumer, agent: Specialist) -> bool:
    """Whether an agent is one of those whom the consumer may want."""
    consumers = scenario.consumers
    assert consumers is not None
    found = fits(consumer, agent)
    enough = all(found.values()) if consumers.match == "all" else any(found.values())
    counts = not consumers.weights or any(
        consumers.weights.get(name, 1.0) > 0.0 for name, fit in found.items() if fit
    )
    return enough and counts and all(found[name] for name in consumers.required)


def people(scenario: Scenario, replication: int) -> tuple[list[Consumer], list[Specialist]]:
    return (
        list(consumers_of(QUICKEST, scenario, replication)),
        list(specialists_of(QUICKEST, scenario, replication)),
    )


def totals(result: Result, replication: int) -> Mapping[str, float]:
    return result.replications[replication].queues[0].totals()


# What a run does is what the lists of people say.


@pytest.mark.parametrize("how", HOWS)
def test_each_caller_reaches_an_agent_who_fits_and_nobody_else_is_unmatched(how: str, tmp_path: Path) -> None:
    scenario = scenario_with(*HOWS[how])
    path = tmp_path / "trace.jsonl"
    result = callfloor.simulate(scenario, trace=path)
    for replication in range(2):
        consumers, agents = people(scenario, replication)
        callers, _ = stories_of(path, replication)
        assert [consumer.id for consumer in consumers] == list(callers) == list(range(1, 601))
        for consumer in consumers:
            story = callers[consumer.id]
            wanted = {agent.id for agent in agents if may_have(scenario, consumer, agent)}
            assert (story.outcome == "unmatched") == (not wanted)
            assert story.agents <= wanted
            assert len(story.agents) == (story.outcome in ("answered", "left_voicemail"))
        check_counts(totals(result, replication), Counter(story.outcome for story in callers.values()))


def check_counts(found: Mapping[str, float], outcomes: Mapping[str, int]) -> None:
    """The columns count what the trace tells; whoever is unmatched is among the blocked."""
    assert found["offered"] == sum(outcomes.values()) == 600
    assert found["answered"] == outcomes["answered"]
    assert found["voicemails"] == outcomes["left_voicemail"]
    assert found["abandoned"] == outcomes["gave_up"]
    assert found["unmatched"] == outcomes["unmatched"]
    assert found["blocked"] == outcomes["unmatched"] + outcomes["blocked"]
    assert found["offered"] == (
        found["answered"] + found["voicemails"] + found["blocked"] + found["abandoned"]
    )


def test_what_these_runs_are_has_everything_in_it(tmp_path: Path) -> None:
    outcomes: Counter[str] = Counter()
    for sets in HOWS.values():
        path = tmp_path / "trace.jsonl"
        callfloor.simulate(scenario_with(*sets), trace=path)
        outcomes.update(story.outcome for story in stories_of(path, 1)[0].values())
    assert set(outcomes) == {"answered", "left_voicemail", "unmatched", "gave_up", "blocked"}
    assert min(outcomes.values()) > 50


def test_messages_are_returned_by_the_agent_who_has_them_and_one_try_in_five_succeeds(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    result = callfloor.simulate(scenario_with(), trace=path)
    outcomes: Counter[str] = Counter()
    for replication in range(2):
        callers, callbacks = stories_of(path, replication)
        left = [story for story in callers.values() if story.outcome == "left_voicemail"]
        reached = [story for story in callbacks.values() if story.outcome == "answered"]
        assert agents_in(left) == agents_in(reached)
        assert agents_in(callbacks.values()).total() == len(callbacks)
        found = totals(result, replication)
        assert (found["callbacks"], found["callbacks_reached"]) == (len(callbacks), len(left))
        outcomes.update(story.outcome for story in callbacks.values())
    assert set(outcomes) == {"answered", "no_answer"}
    check_share([1.0] * outcomes["answered"], [0.2] * outcomes.total())


def agents_in(stories: Iterable[Story]) -> Counter[int]:
    """How often each agent is in them."""
    return Counter(agent for story in stories for agent in story.agents)


def test_mailboxes_are_gone_through_from_the_front_and_who_is_not_reached_goes_to_the_end() -> None:
    mailboxes: dict[int, list[int]] = {}
    tries: Counter[int] = Counter()
    for row in calls_of(scenario_with(), QUICKEST, 1):
        if row.way == "callback":
            assert row.agent is not None
            assert mailboxes[row.agent].pop(0) == row.person
            tries[row.person] += 1
            if row.outcome == "no_answer":
                mailboxes[row.agent].append(row.person)
            assert row.ended_s - row.placed_s == pytest.approx(0.0 if row.outcome == "no_answer" else 0.05)
        elif row.outcome == "left_voicemail":
            assert row.agent is not None
            mailboxes.setdefault(row.agent, []).append(row.person)
    assert not any(mailboxes.values())
    # Geometric: whoever has not been reached so far is reached by the next try as likely as by the first.
    for number in range(1, 8):
        reached = sum(each == number for each in tries.values())
        check_share([1.0] * reached, [0.2] * sum(each >= number for each in tries.values()))


def test_the_tries_to_reach_somebody_are_numbered_from_1() -> None:
    tries: Counter[int] = Counter()
    for row in calls_of(scenario_with(), QUICKEST, 1):
        if row.way == "callback":
            tries[row.person] += 1
            assert row.attempt == tries[row.person]


# Choosing.


def chosen_of(scenario: Scenario, tmp_path: Path) -> list[tuple[Consumer, int, dict[int, dict[str, bool]]]]:
    """Of each consumer of two replications whom somebody fits: who was chosen, and how all fit."""
    path = tmp_path / "trace.jsonl"
    callfloor.simulate(scenario, trace=path)
    found = []
    for replication in range(2):
        consumers, agents = people(scenario, replication)
        callers, _ = stories_of(path, replication)
        for consumer in consumers:
            if callers[consumer.id].agents:
                (agent,) = callers[consumer.id].agents
                found.append((consumer, agent, {each.id: fits(consumer, each) for each in agents}))
    return found


def check_share(hits: Sequence[float], chances: Sequence[float]) -> None:
    """Complain where independent events of these chances happen too often or too rarely: five deviations."""
    variance = math.fsum(chance * (1.0 - chance) for chance in chances)
    assert abs(math.fsum(hits) - math.fsum(chances)) <= 5.0 * math.sqrt(variance)


def test_of_those_who_fit_each_is_as_likely_however_many_attributes_fit(tmp_path: Path) -> None:
    found = chosen_of(scenario_with("consumers.count=600"), tmp_path)
    for much in (1, 2, 3):
        hits, chances = [], []
        for _, agent, by_agent in found:
            fit = {each: sum(by.values()) for each, by in by_agent.items() if any(by.values())}
            hits.append(fit[agent] == much)
            chances.append(sum(count == much for count in fit.values()) / len(fit))
        check_share(hits, chances)


def test_with_weights_each_is_as_likely_as_theirs_add_up(tmp_path: Path) -> None:
    weights = {"age": 4.0, "income": 1.0, "state": 0.5}
    scenario = scenario_with("consumers.weights={ age = 4, state = 0.5 }")
    found = chosen_of(scenario, tmp_path)
    for name in weights:
        hits, chances = [], []
        for _, agent, by_agent in found:
            total = {
                each: sum(weights[name] for name, fit in by.items() if fit) for each, by in by_agent.items()
            }
            hits.append(by_agent[agent][name])
            chances.append(
                sum(total[each] for each, by in by_agent.items() if by[name]) / sum(total.values())
            )
        check_share(hits, chances)


# Agents who come and go.


def test_only_agents_at_work_fit(tmp_path: Path) -> None:
    """The early ones have gone when the late ones come; in between nobody is there and nobody fits."""
    scenario = Scenario.from_dict(
        {
            "run": {"duration": 300, "replications": 1},
            "consumers": {"count": 300, "age": [30, 40]},
            "groups": [
                {"name": "early", "agents": 35, "shifts": [{"from": 0, "to": 100}]},
                {"name": "late", "agents": 35, "shifts": [{"from": 200, "to": 1000}]},
            ],
            "inbound": [
                {
                    "name": "q",
                    "arrivals": {"gap_s": 1},
                    "talk_s": 0.5,
                    "routing": "direct",
                    "when_busy": "block",
                }
            ],
        }
    )
    path = tmp_path / "trace.jsonl"
    callfloor.simulate(scenario, trace=path)
    outcomes: dict[str, Counter[str]] = {"early": Counter(), "between": Counter(), "late": Counter()}
    for text in path.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        if line["event"] != "call_arrived" or line["t_s"] in (100.0, 200.0):
            continue
        when = "early" if line["t_s"] < 100 else "between" if line["t_s"] < 200 else "late"
        for command in line["commands"]:
            if "agent" in command:
                assert command["agent"].startswith(when)
            outcomes[when][command.get("outcome", command["do"])] += 1
    assert outcomes["between"] == {"reject": 99, "unmatched": 99}
    assert outcomes["early"]["bridge"] > 90
    assert outcomes["late"]["bridge"] > 90


# The figure.


def test_the_unmatched_are_a_figure_and_are_among_the_blocked() -> None:
    result = callfloor.simulate(scenario_with("consumers.match=all"))
    queue = result.to_dict()["queues"]["calls"]
    assert 0 < queue["unmatched"]["mean"] <= queue["blocked"]["mean"]
    assert queue["unmatched"]["mean"] == sum(totals(result, r)["unmatched"] for r in range(2)) / 2
    assert callfloor.simulate(small(replications=1)).to_dict()["queues"]["q"]["unmatched"]["mean"] == 0.0


# The lists of people.


@pytest.mark.parametrize("name", RUNTIMES)
@pytest.mark.parametrize("kind", ["uniform", "realistic"])
def test_every_runtime_lists_the_same_people(kind: str, name: str) -> None:
    scenario = scenario_with(f"consumers.kind={kind}")
    for replication in range(2):
        plain, runtime = RUNTIMES["plain"], RUNTIMES[name]
        assert list(consumers_of(runtime, scenario, replication)) == list(
            consumers_of(plain, scenario, replication)
        )
        assert list(specialists_of(runtime, scenario, replication)) == list(
            specialists_of(plain, scenario, replication)
        )


@pytest.mark.parametrize("kind", ["uniform", "realistic"])
def test_consumers_are_within_the_ranges_and_have_numbers_of_their_own(kind: str) -> None:
    consumers, _ = people(scenario_with(f"consumers.kind={kind}", "consumers.age=[30, 39]"), 0)
    assert {consumer.age for consumer in consumers} == set(range(30, 40))
    assert all(25_000 <= consumer.income <= 200_000 for consumer in consumers)
    assert all(consumer.kids in range(10) and consumer.cars in range(10) for consumer in consumers)
    assert {consumer.owns for consumer in consumers} == {True, False}
    assert len({consumer.number for consumer in consumers}) == len(consumers)
    for consumer in consumers:
        assert parse_number(str(consumer.number)) == consumer.number
        assert kind == "uniform" or state_of(consumer.number) == consumer.state


def test_realistic_consumers_live_where_people_live() -> None:
    consumers, _ = people(scenario_with("consumers.kind=realistic", "consumers.count=20000"), 0)
    states = Counter(consumer.state for consumer in consumers)
    assert [state for state, _ in states.most_common(2)] == ["CA", "TX"]
    assert abs(states["CA"] - 20_000 * 39_538 / 330_756) < 5.0 * math.sqrt(20_000 * 0.12 * 0.88)


def test_agents_have_as_many_states_as_they_should() -> None:
    scenario = scenario_with("consumers.agent_states=[2, 5]", "groups.agents.agents=400")
    _, agents = people(scenario, 0)
    assert [agent.id for agent in agents] == list(range(1, 401))
    assert {len(agent.states) for agent in agents} == {2, 3, 4, 5}
    assert all(len(set(agent.states)) == len(agent.states) for agent in agents)
    assert all(agent.age[0] <= agent.age[1] and agent.income[0] <= agent.income[1] for agent in agents)


def test_each_replication_and_seed_has_other_people_and_a_longer_run_the_same_ones_first() -> None:
    scenario = scenario_with()
    ours = people(scenario, 0)
    assert people(scenario_with(), 0) == ours
    assert people(scenario, 1)[0] != ours[0]
    assert people(scenario, 1)[1] != ours[1]
    assert people(scenario_with("run.seed=2"), 0)[0] != ours[0]
    longer = people(scenario_with("consumers.count=700", "groups.agents.agents=21"), 0)
    assert (longer[0][:600], longer[1][:20]) == ours


def test_how_agents_are_matched_changes_no_people() -> None:
    ours = people(scenario_with(), 0)
    assert people(scenario_with("consumers.match=all", "consumers.weights.age=2"), 0) == ours


def test_a_scenario_without_consumers_has_none_to_list() -> None:
    with pytest.raises(ValueError, match="small: has no consumers"):
        next(consumers_of(QUICKEST, small(), 0))
    with pytest.raises(ValueError, match="small: has no consumers"):
        next(specialists_of(QUICKEST, small(), 0))


def test_who_calls_at_the_instant_at_which_agents_come_finds_them_there() -> None:
    found = callfloor.simulate(
        load_scenario("consumers", ["inbound.calls.arrivals.gap_s=0", "run.replications=2"])
    )
    assert found.queues["calls"].answered.mean == 20
