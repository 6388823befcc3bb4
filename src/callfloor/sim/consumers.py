"""Consumers as the world has them: who they are, and which agents specialise in whom."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from callfloor.leads.area_codes import made_up_number, made_up_number_in
from callfloor.people import population as p
from callfloor.people.draws import stream_of
from callfloor.people.us_population import STATE_CODES
from callfloor.scenario import Scenario
from callfloor.scenario.consumers import ATTRIBUTES, EVERY, REALISTIC, Consumers
from callfloor.sim.streams import named_stream

INCOME_BINS = 256
"""Incomes are looked up by bins of so many values that there are about so many of them."""

SPREADS = ("age", "income", "state", "kids", "cars", "owns")


def people_the_queue(runtime: Any, world: Any, scenario: Scenario, callers: Any) -> None:
    """Give a queue's callers their attributes, and its agents their specialities."""
    consumers = scenario.consumers
    assert consumers is not None
    callers.population = population_of(runtime, consumers, callers.stream)
    agents = world.floor.agents
    traits = [runtime.Trait() for _ in ATTRIBUTES]
    for trait, name in zip(traits, ATTRIBUTES, strict=True):
        trait.required = name in consumers.required
        trait.weight = consumers.weights.get(name, 1.0)
    _open_traits(runtime, consumers, traits, len(agents))
    runtime.specialise_agents(callers.population, traits, len(agents), *consumers.agent_states)
    matching = runtime.Matching(every=consumers.match == EVERY, weighs=bool(consumers.weights), traits=traits)
    runtime.open_matching(matching, len(agents))
    callers.queue.matching = matching


def _open_traits(runtime: Any, consumers: Consumers, traits: list[Any], agents: int) -> None:
    """Make room for everybody in each attribute's bins: a year, part of the incomes, a state."""
    low, high = consumers.income
    width = max(1, (high - low + INCOME_BINS) // INCOME_BINS)
    ranges = ((*consumers.age, 1), (low, high, width), (0, len(STATE_CODES) - 1, 1))
    for trait, (first, last, values) in zip(traits, ranges, strict=True):
        runtime.open_trait(trait, agents, first, (last - first) // values + 1, values)


def population_of(runtime: Any, consumers: Consumers, stream: int) -> Any:
    """Return the consumers of a stream, as a record of the runtime."""
    spreads = {}
    for name in SPREADS:
        firsts, upto = consumers.bands(name)
        spreads[name] = runtime.Spread(firsts=array("q", firsts), upto=array("d", upto))
    return runtime.Population(stream=stream, **spreads)


@dataclass(frozen=True, slots=True)
class Consumer:
    """A consumer, numbered from 1."""

    id: int
    age: int
    state: str
    number: int
    kids: int
    cars: int
    owns: bool
    income: int


@dataclass(frozen=True, slots=True)
class Specialist:
    """An agent, numbered from 1, and whom they specialise in. Ranges are inclusive."""

    id: int
    age: tuple[int, int]
    states: tuple[str, ...]
    owns: bool
    income: tuple[int, int]


def consumers_of(runtime: Any, scenario: Scenario, replication: int) -> Iterator[Consumer]:
    """Yield the consumers of a replication: the very people who call in it."""
    consumers, population = _replication(runtime, scenario, replication)
    value = runtime.consumer_value
    for place in range(consumers.count):
        state = STATE_CODES[value(population, place, p.DRAW_STATE)]
        realistic = consumers.kind == REALISTIC
        number = (
            made_up_number_in(state, population.stream, place)
            if realistic
            else made_up_number(population.stream, place)
        )
        yield Consumer(
            id=place + 1,
            age=value(population, place, p.DRAW_AGE),
            state=state,
            number=number,
            kids=value(population, place, p.DRAW_KIDS),
            cars=value(population, place, p.DRAW_CARS),
            owns=value(population, place, p.DRAW_OWNS) == 1,
            income=value(population, place, p.DRAW_INCOME),
        )


def specialists_of(runtime: Any, scenario: Scenario, replication: int) -> Iterator[Specialist]:
    """Yield the agents of a replication with their specialities."""
    consumers, population = _replication(runtime, scenario, replication)
    found = runtime.Speciality(states=array("q", bytes(8 * len(STATE_CODES))))
    for agent in range(sum(group.agents for group in scenario.groups)):
        runtime.specialise_agent(population, agent, *consumers.agent_states, found)
        yield Specialist(
            id=agent + 1,
            age=(found.age_low, found.age_high),
            states=tuple(code for code, theirs in zip(STATE_CODES, found.states, strict=True) if theirs),
            owns=found.owns == 1,
            income=(found.income_low, found.income_high),
        )


def _replication(runtime: Any, scenario: Scenario, replication: int) -> tuple[Consumers, Any]:
    consumers = scenario.consumers
    if consumers is None:
        raise ValueError(f"{scenario.name}: has no consumers")
    stream = named_stream(stream_of(scenario.run.seed, replication), "queue", scenario.inbound[0].name)
    return consumers, population_of(runtime, consumers, stream)
