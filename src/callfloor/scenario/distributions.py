"""How long things take: distributions of durations in seconds, with exact mean and variance.

In the file a duration is a number (always the same), "never", or a table such as
``{ dist = "exponential", mean = 180 }``.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from callfloor.scenario.errors import ScenarioError, no_such, shown, wrong
from callfloor.scenario.files import read_numbers
from callfloor.scenario.kinds import PROBABILITY, FileName, Kind, Number, Numbers, Span, Whole
from callfloor.scenario.section import Section, a_section, key, keys_of

ABOVE_ZERO = Span(over=True)
ANY_SPAN = Span()


@a_section
class Distribution(Section):
    """A random duration in seconds, never negative."""

    dist: ClassVar[str] = ""
    """Its name in the file."""
    meaning: ClassVar[str] = ""

    @property
    def mean(self) -> float:
        """The expected value, seconds; infinity for "never"."""
        raise NotImplementedError

    @property
    def variance(self) -> float:
        """The variance, seconds squared; infinity for "never"."""
        raise NotImplementedError


@a_section
class Constant(Distribution):
    """Always the same."""

    dist: ClassVar[str] = "constant"
    meaning: ClassVar[str] = "always the same; usually written as the number alone"
    value: float = field(metadata=key(ANY_SPAN, "the duration"))

    @property
    def mean(self) -> float:
        """The value itself."""
        return self.value

    @property
    def variance(self) -> float:
        """None at all."""
        return 0.0


@a_section
class Exponential(Distribution):
    """Without memory."""

    dist: ClassVar[str] = "exponential"
    meaning: ClassVar[str] = "without memory"
    mean: float = field(metadata=key(ABOVE_ZERO, "the mean"))

    @property
    def variance(self) -> float:
        """The mean squared."""
        return self.mean**2


@a_section
class Uniform(Distribution):
    """Anything between two ends, all alike."""

    dist: ClassVar[str] = "uniform"
    meaning: ClassVar[str] = "anything from `low` to `high`, all alike"
    low: float = field(metadata=key(ANY_SPAN, "the shortest"))
    high: float = field(metadata=key(ANY_SPAN, "the longest, from `low` up"))

    def check(self) -> None:
        """Refuse ends in the wrong order."""
        if self.high < self.low:
            raise ScenarioError("high", f"expected low or more ({self.low:g}), found {self.high:g}")

    @property
    def mean(self) -> float:
        """The middle."""
        return (self.low + self.high) / 2

    @property
    def variance(self) -> float:
        """A twelfth of the width squared."""
        return (self.high - self.low) ** 2 / 12


@a_section
class Lognormal(Distribution):
    """Its logarithm is normal: many short, few very long."""

    dist: ClassVar[str] = "lognormal"
    meaning: ClassVar[str] = "its logarithm is normal: many short ones, few very long"
    mean: float = field(metadata=key(ABOVE_ZERO, "the mean of the duration itself"))
    sd: float = field(metadata=key(ABOVE_ZERO, "the standard deviation of the duration itself"))

    @property
    def variance(self) -> float:
        """As given."""
        return self.sd**2

    @property
    def sigma(self) -> float:
        """The standard deviation of the logarithm."""
        return math.sqrt(math.log1p((self.sd / self.mean) ** 2))

    @property
    def mu(self) -> float:
        """The mean of the logarithm."""
        return math.log(self.mean) - self.sigma**2 / 2


@a_section
class Gamma(Distribution):
    """Any coefficient of variation, with a light tail."""

    dist: ClassVar[str] = "gamma"
    meaning: ClassVar[str] = "any spread, with a lighter tail than lognormal"
    mean: float = field(metadata=key(ABOVE_ZERO, "the mean"))
    sd: float = field(metadata=key(ABOVE_ZERO, "the standard deviation"))

    @property
    def variance(self) -> float:
        """As given."""
        return self.sd**2

    @property
    def shape(self) -> float:
        """The shape parameter."""
        return (self.mean / self.sd) ** 2

    @property
    def scale(self) -> float:
        """The scale parameter, seconds."""
        return self.sd**2 / self.mean


@a_section
class Erlang(Distribution):
    """The sum of k exponential phases."""

    dist: ClassVar[str] = "erlang"
    meaning: ClassVar[str] = "the sum of `k` exponential phases"
    mean: float = field(metadata=key(ABOVE_ZERO, "the mean of the whole"))
    k: int = field(metadata=key(Whole(1, 1000), "the number of phases"))

    @property
    def variance(self) -> float:
        """The mean squared over the number of phases."""
        return self.mean**2 / self.k


@a_section
class Weibull(Distribution):
    """A hazard that rises (shape over 1) or falls (under 1)."""

    dist: ClassVar[str] = "weibull"
    meaning: ClassVar[str] = "a chance of ending that falls (`shape` under 1) or rises with time (over 1)"
    shape: float = field(metadata=key(Number(0.05, 1000), "the shape"))
    scale: float = field(metadata=key(ABOVE_ZERO, "the scale: 63 % are shorter"))

    @property
    def mean(self) -> float:
        """By the gamma function."""
        return self.scale * math.gamma(1 + 1 / self.shape)

    @property
    def variance(self) -> float:
        """By the gamma function."""
        spread = math.gamma(1 + 2 / self.shape) - math.gamma(1 + 1 / self.shape) ** 2
        return self.scale**2 * max(spread, 0.0)


@a_section
class Triangular(Distribution):
    """Shortest, most frequent, longest: what people can estimate."""

    dist: ClassVar[str] = "triangular"
    meaning: ClassVar[str] = "what people can estimate: shortest, most frequent, longest"
    low: float = field(metadata=key(ANY_SPAN, "the shortest"))
    mode: float = field(metadata=key(ANY_SPAN, "the most frequent, from `low` to `high`"))
    high: float = field(metadata=key(ANY_SPAN, "the longest"))

    def check(self) -> None:
        """Refuse points in the wrong order."""
        if not self.low <= self.mode <= self.high:
            raise ScenarioError(
                "mode", f"expected from low ({self.low:g}) to high ({self.high:g}), found {self.mode:g}"
            )

    @property
    def mean(self) -> float:
        """A third of the sum."""
        return (self.low + self.mode + self.high) / 3

    @property
    def variance(self) -> float:
        """From the squares of the sides."""
        a, b, c = self.mode - self.low, self.high - self.mode, self.high - self.low
        return (a * a + b * b + c * c) / 36


@a_section
class Hyperexponential(Distribution):
    """Two sorts of calls, each without memory."""

    dist: ClassVar[str] = "hyperexponential"
    meaning: ClassVar[str] = "two sorts, each exponential: the first with probability `p`"
    p: float = field(metadata=key(PROBABILITY, "the probability of the first sort"))
    mean1: float = field(metadata=key(ABOVE_ZERO, "the mean of the first sort"))
    mean2: float = field(metadata=key(ABOVE_ZERO, "the mean of the second sort"))

    @property
    def mean(self) -> float:
        """The weighted mean."""
        return self.p * self.mean1 + (1 - self.p) * self.mean2

    @property
    def variance(self) -> float:
        """The spread within the sorts and that between them."""
        within = self.p * self.mean1**2 + (1 - self.p) * self.mean2**2
        return within + self.p * (1 - self.p) * (self.mean1 - self.mean2) ** 2


@a_section
class Empirical(Distribution):
    """One of the values that were observed, all alike. `sample` has them, wherever they came from."""

    dist: ClassVar[str] = "empirical"
    meaning: ClassVar[str] = "one of the values that were observed, all alike; give `values` or `file`"
    values: tuple[float, ...] | None = field(
        default=None, metadata=key(Numbers(ANY_SPAN), "the values", otherwise="those of `file`")
    )
    file: str | None = field(
        default=None,
        metadata=key(
            FileName("one number of seconds a line"), "a file of values, one a line", otherwise="`values`"
        ),
    )
    sample: array[float] = field(init=False, repr=False, hash=False, default_factory=lambda: array("d"))

    def check(self) -> None:
        """Take the values from where they are. Exactly one place is expected."""
        if (self.values is None) == (self.file is None):
            found = "neither" if self.values is None else "both"
            raise ScenarioError("", f"expected either values or file, found {found}")
        if self.file is None:
            object.__setattr__(self, "sample", array("d", self.values or ()))
            return
        try:
            object.__setattr__(self, "sample", read_numbers(self.file))
        except ScenarioError as error:
            raise error.within("file") from None

    @property
    def mean(self) -> float:
        """The mean of the values."""
        return math.fsum(self.sample) / len(self.sample)

    @property
    def variance(self) -> float:
        """The variance of a draw: the mean squared distance from the mean."""
        mean = self.mean
        return math.fsum((each - mean) ** 2 for each in self.sample) / len(self.sample)


@a_section
class Never(Distribution):
    """It does not happen."""

    dist: ClassVar[str] = "never"
    meaning: ClassVar[str] = (
        'it does not happen: infinite patience; usually written as the text "never" alone'
    )

    @property
    def mean(self) -> float:
        """Infinity."""
        return math.inf

    @property
    def variance(self) -> float:
        """Infinity."""
        return math.inf


NEVER = Never()
NO_TIME = Constant(0.0)

DISTRIBUTIONS: Mapping[str, type[Distribution]] = {
    each.dist: each
    for each in (
        Constant,
        Exponential,
        Uniform,
        Lognormal,
        Gamma,
        Erlang,
        Weibull,
        Triangular,
        Hyperexponential,
        Empirical,
        Never,
    )
}
"""Every distribution by its name in the file."""


@dataclass(slots=True, eq=False, repr=False)
class Durations(Kind):
    """A random duration. `never` says whether it may be infinite, `mean_least` how short its mean may be."""

    never: bool = False
    mean_least: float = 0.0

    @property
    def expected(self) -> str:
        """In words."""
        never = ', "never"' if self.never else ""
        return f'a duration: seconds{never}, or a table such as {{ dist = "exponential", mean = 180 }}'

    @property
    def unit(self) -> str:
        """Always seconds."""
        return "s"

    def read(self, value: Any) -> Distribution:
        """Return the distribution."""
        found = self._read(value)
        if isinstance(found, Never) and not self.never:
            raise wrong("a duration that ends", "never")
        if found.mean < self.mean_least:
            raise ScenarioError("", f"expected a mean of {self.mean_least:g} s or more, found {found.mean:g}")
        return found

    def _read(self, value: Any) -> Distribution:
        if isinstance(value, Distribution):
            return value
        if isinstance(value, Mapping):
            return _of_table(value)
        if value == Never.dist:
            return NEVER
        try:
            return Constant(value)
        except ScenarioError:
            raise wrong(self.expected, value) from None

    def write(self, value: Any) -> Any:
        """Return a number, "never" or a table."""
        if isinstance(value, Constant):
            return value.value
        return Never.dist if isinstance(value, Never) else {"dist": value.dist, **value.to_raw()}


def _of_table(raw: Mapping[str, Any]) -> Distribution:
    """Return the distribution of a table with the key `dist`."""
    name = raw.get("dist")
    parameters = {each: value for each, value in raw.items() if each != "dist"}
    if name is None:
        wanted = next((each for each in DISTRIBUTIONS.values() if _takes(each, parameters)), None)
        hint = f'; did you mean dist = "{wanted.dist}"?' if wanted and parameters else ""
        raise ScenarioError("dist", f"is missing; expected one of {', '.join(DISTRIBUTIONS)}{hint}")
    if not isinstance(name, str) or name not in DISTRIBUTIONS:
        if isinstance(name, str):
            raise ScenarioError("dist", no_such(f"distribution {shown(name)}", name, DISTRIBUTIONS))
        raise wrong(f"one of {', '.join(DISTRIBUTIONS)}", name).within("dist")
    return DISTRIBUTIONS[name].from_raw(parameters)


def _takes(distribution: type[Distribution], parameters: Mapping[str, Any]) -> bool:
    """Whether these are just the distribution's keys."""
    return {each.name for each in keys_of(distribution)} == set(parameters)
