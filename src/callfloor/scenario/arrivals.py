"""When calls come in: at a rate, by a profile, with gaps between them, or as they came once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar

from callfloor.scenario.distributions import Distribution, Durations
from callfloor.scenario.errors import ScenarioError, no_such, wrong
from callfloor.scenario.files import TraceRows, read_trace
from callfloor.scenario.kinds import FileName, Kind, Number, Numbers, Span, Whole
from callfloor.scenario.section import Section, a_section, key, keys_of

CALLS_PER_H = Number(0.0, 3.6e9, of="calls/h")


@a_section
class Arrivals(Section):
    """How calls come into a queue."""

    meaning: ClassVar[str] = ""

    @property
    def endless(self) -> bool:
        """Whether calls keep coming for as long as the world goes on."""
        return False

    @property
    def endless_per_s(self) -> float:
        """The mean rate at which calls keep coming for ever, per second; 0 if they end."""
        return 0.0


@a_section
class Rate(Arrivals):
    """A Poisson stream, the same all the time."""

    meaning: ClassVar[str] = "a Poisson stream, the same all the time"
    rate_per_h: float = field(metadata=key(CALLS_PER_H, "the mean number of calls an hour"))

    @property
    def endless(self) -> bool:
        """Unless none come at all."""
        return self.rate_per_h > 0

    @property
    def endless_per_s(self) -> float:
        """The rate."""
        return self.rate_per_h / 3600


@a_section
class Profile(Arrivals):
    """A Poisson stream with a rate for each interval; after the last interval no more calls come."""

    meaning: ClassVar[str] = (
        "a Poisson stream with a rate for each interval from the run's start. "
        "After the last interval no more calls come"
    )
    profile_per_h: tuple[float, ...] = field(
        metadata=key(
            Numbers(CALLS_PER_H), "calls an hour in each interval; together at least as long as the run"
        )
    )
    interval: float = field(default=1800.0, metadata=key(Span(over=True), "how long an interval is"))

    @property
    def ends_s(self) -> float:
        """When the last interval ends, in seconds from the run's start."""
        return len(self.profile_per_h) * self.interval


@a_section
class Gaps(Arrivals):
    """Gaps between one call and the next, independent of each other; so many calls, or no end of them."""

    meaning: ClassVar[str] = (
        "independent gaps between one call and the next, the first gap from the run's start"
    )
    gap_s: Distribution = field(metadata=key(Durations(), "from one call to the next"))
    count: int | None = field(
        default=None, metadata=key(Whole(1, of="calls"), "how many calls in all", otherwise="no end of them")
    )

    @property
    def endless(self) -> bool:
        """Unless they are counted."""
        return self.count is None

    @property
    def endless_per_s(self) -> float:
        """One over the mean gap."""
        return 0.0 if self.count is not None or not self.gap_s.mean else 1 / self.gap_s.mean


@a_section
class Trace(Arrivals):
    """Calls as they came once, from a CSV file. `rows` has them."""

    meaning: ClassVar[str] = "calls as they came once: a CSV file, in order of time"
    trace: str = field(
        metadata=key(
            FileName("CSV with the columns at_s or at, and talk_s"),
            "the file: a line of column names, then one line a call. `at_s` is seconds from the run's start, "
            "`at` a date and time (without an offset: local to `run.starts_at`), `talk_s` the talk time; "
            "without that column it is drawn from the queue's",
        )
    )
    rows: TraceRows = field(init=False, repr=False, hash=False)

    def check(self) -> None:
        """Read the file."""
        try:
            object.__setattr__(self, "rows", read_trace(self.trace))
        except ScenarioError as error:
            raise error.within("trace") from None


FORMS: Mapping[str, type[Arrivals]] = {
    "rate_per_h": Rate,
    "profile_per_h": Profile,
    "gap_s": Gaps,
    "trace": Trace,
}
"""The forms by the key that tells them."""


class ArrivalForm(Kind):
    """How calls come in: one of the forms."""

    @property
    def expected(self) -> str:
        """In words."""
        return f"a table with one of {', '.join(FORMS)}"

    def read(self, value: Any) -> Arrivals:
        """Return the arrivals."""
        if isinstance(value, Arrivals):
            return value
        if not isinstance(value, Mapping):
            raise wrong(self.expected, value)
        known = {each.name for form in FORMS.values() for each in keys_of(form)}
        for name in value:
            if name not in known:
                raise ScenarioError("", no_such("key", str(name), sorted(known))).within(str(name))
        told = [each for each in FORMS if each in value]
        if len(told) != 1:
            found = " and ".join(told) if told else (", ".join(map(str, value)) or "none of them")
            raise ScenarioError("", f"expected just one of {', '.join(FORMS)}, found {found}")
        return FORMS[told[0]].from_raw(value)

    def write(self, value: Any) -> dict[str, Any]:
        """Return a table."""
        raw: dict[str, Any] = value.to_raw()
        return raw
