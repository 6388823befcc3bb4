"""Who the people are: consumers with their attributes, and whom an agent specialises in.

Each attribute is a pure function of the population's stream, the person's number and what is asked. So a
million consumers take no memory, and a report meets the same people as the run did.
"""

from __future__ import annotations

from dataclasses import field

from callfloor.floor.matching import AGE, INCOME, STATE, specialise
from callfloor.floor.specialities import Trait
from callfloor.floor.units import (
    Code,
    Count,
    Counts,
    Rate,
    Times,
    Word,
    grow_counts,
    new_counts,
    new_times,
    record,
)
from callfloor.people.draws import further, mix_words, pick, uniform_of

__all__ = ["Population", "Speciality", "Spread", "consumer_value", "specialise_agent", "specialise_agents"]

# Purposes of draws, beside those of sim/callers.py, people_called.py and desks.py.
DRAW_AGE: Code = 50
DRAW_INCOME: Code = 51
DRAW_STATE: Code = 52
DRAW_KIDS: Code = 53
DRAW_CARS: Code = 54
DRAW_OWNS: Code = 55
DRAW_AGENT: Code = 60


@record
class Spread:
    """How whole numbers are spread: bands, in each of which all values are as likely.

    ``firsts`` are the first values of the bands and, at the end, the one after the last; ``upto`` the bands'
    probabilities added up, the last of them 1.
    """

    firsts: Counts = field(default_factory=new_counts)
    upto: Times = field(default_factory=new_times)

    def value(self, word: Word) -> Count:
        """Return the value of a draw."""
        at = uniform_of(word)
        band: Count = 0
        last = len(self.upto) - 1
        while band < last and at >= self.upto[band]:
            band += 1
        below = self.upto[band - 1] if band > 0 else 0.0
        share = self.upto[band] - below
        width = self.firsts[band + 1] - self.firsts[band]
        step = int((at - below) / share * width) if share > 0.0 else 0
        return self.firsts[band] + min(step, width - 1)


@record
class Population:
    """Consumers with these attributes. States are told by their place in the list of ``us_population``."""

    stream: Word = 0
    age: Spread = field(default_factory=Spread)
    income: Spread = field(default_factory=Spread)  # of the household, dollars a year
    state: Spread = field(default_factory=Spread)
    kids: Spread = field(default_factory=Spread)
    cars: Spread = field(default_factory=Spread)
    owns: Spread = field(default_factory=Spread)  # 1: owns the home, 0: rents it


@record
class Speciality:
    """Whom an agent specialises in. Ranges are inclusive; ``states`` holds 1 for a state that is theirs."""

    age_low: Count = 0
    age_high: Count = 0
    income_low: Count = 0
    income_high: Count = 0
    owns: Count = 0
    states: Counts = field(default_factory=new_counts)


def consumer_value(population: Population, consumer: Count, what: Code) -> Count:
    """Return an attribute of a consumer; `what` is the purpose of its draw."""
    word = mix_words(population.stream, consumer, 0, what)
    if what == DRAW_AGE:
        return population.age.value(word)
    if what == DRAW_INCOME:
        return population.income.value(word)
    if what == DRAW_STATE:
        return population.state.value(word)
    if what == DRAW_KIDS:
        return population.kids.value(word)
    if what == DRAW_CARS:
        return population.cars.value(word)
    return population.owns.value(word)


def specialise_agent(
    population: Population, agent: Count, states_least: Count, states_most: Count, found: Speciality
) -> None:
    """Draw whom an agent specialises in: two ages and two incomes of the population, and some of the states.

    A range goes from the lesser of two draws to the greater, so that the agents' specialities lie where the
    consumers are. How many states there are is drawn from `states_least` to `states_most`, each as likely;
    which, without preference, from all that are left.
    """
    word = mix_words(population.stream, agent, 0, DRAW_AGENT)
    one = population.age.value(further(word, 1))
    other = population.age.value(further(word, 2))
    found.age_low = min(one, other)
    found.age_high = max(one, other)
    one = population.income.value(further(word, 3))
    other = population.income.value(further(word, 4))
    found.income_low = min(one, other)
    found.income_high = max(one, other)
    found.owns = population.owns.value(further(word, 5))
    states = found.states
    count = len(states)
    wanted = states_least + pick(further(word, 6), states_most - states_least + 1)
    for state in range(count):
        left: Rate = 1.0 * (count - state)
        taken = uniform_of(further(word, 7 + state)) * left < wanted
        states[state] = 1 if taken else 0
        if taken:
            wanted -= 1


def specialise_agents(
    population: Population, traits: list[Trait], agents: Count, states_least: Count, states_most: Count
) -> None:
    """Tell the floor whom each agent specialises in; there is room in the traits."""
    found = Speciality()
    grow_counts(found.states, traits[STATE].bins)
    for agent in range(agents):
        specialise_agent(population, agent, states_least, states_most, found)
        specialise(traits[AGE], agent, found.age_low, found.age_high)
        specialise(traits[INCOME], agent, found.income_low, found.income_high)
        for state in range(len(found.states)):
            if found.states[state] == 1:
                specialise(traits[STATE], agent, state, state)
