"""Who calls in: consumers with an age, an income and a state, and agents who specialise in some of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from callfloor.people import us_population as us
from callfloor.scenario.errors import ScenarioError, wrong
from callfloor.scenario.kinds import ByName, Choice, Kind, Names, Number, Numbers, Whole
from callfloor.scenario.section import Section, a_section, key

UNIFORM, REALISTIC = CONSUMER_KINDS = ("uniform", "realistic")
ANY, EVERY = MATCHES = ("any", "all")
ATTRIBUTES = ("age", "income", "state")
"""By which callers and agents are matched, in the order in which the floor has them."""


@dataclass(slots=True, eq=False, repr=False)
class Pair(Kind):
    """The lowest and the highest of a range of whole numbers, both included."""

    each: Whole

    @property
    def expected(self) -> str:
        """In words."""
        return f"the lowest and the highest, each {self.each.expected}"

    @property
    def unit(self) -> str:
        """That of each number."""
        return self.each.unit

    def read(self, value: Any) -> tuple[int, int]:
        """Return both."""
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise wrong(self.expected, value)
        low, high = Numbers(self.each).read(value)
        if low > high:
            raise wrong("the lowest first", value)
        return int(low), int(high)

    def write(self, value: Any) -> list[int]:
        """Return a list."""
        return list(value)


@a_section
class Consumers(Section):
    """The people who call in, each once, and whom agents specialise in."""

    count: int = field(default=1000, metadata=key(Whole(1, of="consumers"), "how many call, each once"))
    kind: str = field(
        default=UNIFORM,
        metadata=key(
            Choice(CONSUMER_KINDS),
            "`uniform`: every value is as likely. `realistic`: spread as the people of the United States "
            "are, with numbers from their own state's area codes",
        ),
    )
    age: tuple[int, int] = field(
        default=(18, 90),
        metadata=key(Pair(Whole(0, us.AGE_MOST, of="years")), "the youngest and the oldest"),
    )
    income: tuple[int, int] = field(
        default=(25_000, 200_000),
        metadata=key(
            Pair(Whole(0, us.INCOME_MOST, of="dollars/year")), "the lowest and the highest household income"
        ),
    )
    match: str = field(
        default=ANY,
        metadata=key(
            Choice(MATCHES),
            "an agent fits whose speciality has a consumer's age, income or state: `any` of these, or `all`",
        ),
    )
    required: tuple[str, ...] = field(
        default=(),
        metadata=key(
            Names(ATTRIBUTES, may_be_empty=True), "attributes by which an agent must fit in any case"
        ),
    )
    weights: Mapping[str, float] = field(
        default_factory=dict,
        metadata=key(
            ByName(Number(0.0, 1e6), "attribute", ATTRIBUTES, may_be_empty=True),
            "how much a fit counts: of the agents who fit, each is chosen as often as the weights of the "
            "attributes by which they fit add up. One that is not named counts 1, and one of 0 does not make "
            "an agent fit; without any, all are alike",
        ),
    )
    agent_states: tuple[int, int] = field(
        default=(1, 10),
        metadata=key(
            Pair(Whole(1, len(us.STATES), of="states")),
            "the fewest and the most states that an agent specialises in",
        ),
    )

    def check(self) -> None:
        """Refuse weights by which nobody would fit."""
        if self.weights and not any(self.weights.get(name, 1.0) for name in ATTRIBUTES):
            raise ScenarioError("weights", "expected one attribute or more over 0, found all of them 0")

    def bands(self, attribute: str) -> us.Bands:
        """Return how an attribute is spread."""
        realistic = self.kind == REALISTIC
        if attribute == "age":
            return us.within(us.AGES, *self.age) if realistic else us.alike(*self.age)
        if attribute == "income":
            return us.within(us.INCOMES, *self.income) if realistic else us.alike(*self.income)
        shares = {"state": tuple(us.STATES.values()), "kids": us.KIDS, "cars": us.CARS, "owns": us.OWNS}
        found = shares[attribute]
        return us.by_share(found) if realistic else us.alike(0, len(found) - 1)
