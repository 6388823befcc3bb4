"""What the world counted in a replication, and what a queue, group or campaign came to over all of them."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import add
from types import SimpleNamespace
from typing import Any, Protocol

from callfloor.metrics import AnyFigure, Figure, Percentile, Subject, figures_of
from callfloor.sim.statistics import Estimate, PooledWaits, Sampled, ratio

AGENT_S = "agent_s"
"""The column of campaigns that must not be added up over campaigns: their agents may be the same."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What was counted of one queue, group or campaign in one replication.

    `rows` holds a row of `columns` for each interval of the measured time, one row after the other. `waits`
    is the histogram of the waits of answered calls, empty but for queues. Raises ValueError for `rows` that
    are no whole rows.
    """

    rows: array[float]
    columns: tuple[str, ...]
    waits: array[int] = field(default_factory=lambda: array("q"))

    def __post_init__(self) -> None:
        if len(self.rows) % len(self.columns):
            raise ValueError(
                f"rows: expected a multiple of {len(self.columns)} numbers, found {len(self.rows)}"
            )

    @property
    def n_rows(self) -> int:
        """How many intervals there are."""
        return len(self.rows) // len(self.columns)

    def row(self, interval: int, name: str) -> float:
        """Return what a column holds for an interval, counted from 0. Raises IndexError, ValueError."""
        if not 0 <= interval < self.n_rows:
            raise IndexError(f"interval: expected one of {self.n_rows} from 0, found {interval}")
        return self.rows[interval * len(self.columns) + self.columns.index(name)]

    def total(self, name: str) -> float:
        """Return the sum of a column over all intervals. Raises ValueError for a name that is no column."""
        return math.fsum(self.rows[self.columns.index(name) :: len(self.columns)])

    def totals(self) -> dict[str, float]:
        """Return the sums of all columns over all intervals."""
        width = len(self.columns)
        return {name: math.fsum(self.rows[place::width]) for place, name in enumerate(self.columns)}


@dataclass(frozen=True, slots=True)
class Replication:
    """What was counted in one replication. Queues, groups and campaigns are in the scenario's order.

    `number` says which one it is; replications of the same number in runs of the same seed meet the same
    people. `measured_s`: the measured time; `interval_s`: how long each row's interval is, but for the last,
    which has the rest; `outbound_agent_s`: the time logged in and not paused of the agents who serve any
    campaign, each counted once. `events` and `calls` are of the whole replication, warm-up included.
    """

    number: int
    measured_s: float
    events: int
    calls: int
    interval_s: float
    queues: tuple[Columns, ...] = ()
    groups: tuple[Columns, ...] = ()
    campaigns: tuple[Columns, ...] = ()
    outbound_agent_s: float = 0.0

    @property
    def n_rows(self) -> int:
        """How many intervals there are."""
        parts = (*self.queues, *self.groups, *self.campaigns)
        return max((part.n_rows for part in parts), default=0)

    @property
    def lengths_s(self) -> list[float]:
        """How long each interval is, seconds: the last one has the rest."""
        rows = self.n_rows
        if not rows:
            return []
        before_s = (rows - 1) * self.interval_s
        return [self.interval_s] * (rows - 1) + [max(0.0, self.measured_s - before_s)]

    def of(self, subject: Subject) -> tuple[Columns, ...]:
        """Return what was counted of all queues, groups or campaigns."""
        if subject == "queue":
            return self.queues
        return self.groups if subject == "group" else self.campaigns


class Samples:
    """What one queue, group or campaign came to in each replication, or several of them added up.

    `places` are theirs in the scenario. Together, campaigns have `Replication.outbound_agent_s` for the time
    of their agents.
    """

    def __init__(self, subject: Subject, places: Sequence[int], replications: Sequence[Replication]) -> None:
        self.subject = subject
        self.places = tuple(places)
        self.replications = tuple(replications)

    @property
    def figures(self) -> tuple[AnyFigure, ...]:
        """The figures that there are."""
        parts = self._parts(self.replications[0]) if self.replications else []
        return figures_of(self.subject, dict.fromkeys(name for part in parts for name in part.columns))

    def sampled(self, figure: AnyFigure) -> Sampled:
        """Return a figure over all replications, with what each of them adds to it."""
        if isinstance(figure, Percentile):
            return self._waits.percentile(figure.percent)
        return ratio(
            [figure.numerator(columns) for columns in self._totals],
            [figure.denominator(columns) for columns in self._totals],
        )

    def by_interval(self, figure: AnyFigure) -> tuple[float | None, ...]:
        """Return a figure's mean for each interval of the measured time; None where it has no meaning.

        A replication that ended sooner than others counts as one in which nothing happened from there on.
        Raises ValueError for a figure that is known of the whole measured time only.
        """
        if not isinstance(figure, Figure) or not figure.by_interval or self._shares_agents(figure):
            raise ValueError(f"{figure.key}: known of the whole measured time, not by interval")
        found: list[float | None] = []
        for columns in self._mean_rows:
            denominator = figure.denominator(columns)
            found.append(figure.numerator(columns) / denominator if denominator > 0.0 else None)
        return tuple(found)

    def _shares_agents(self, figure: Figure) -> bool:
        """Whether a figure rests on the time of agents whom several campaigns may share."""
        return len(self.places) > 1 and AGENT_S in figure.denominator.plus

    def _parts(self, replication: Replication) -> list[Columns]:
        every = replication.of(self.subject)
        return [every[place] for place in self.places]

    @cached_property
    def _totals(self) -> list[dict[str, float]]:
        """For each replication the sums of columns over all intervals, and its measured time."""
        found = []
        for replication in self.replications:
            columns = _added(part.totals() for part in self._parts(replication))
            if AGENT_S in columns and len(self.places) > 1:
                columns[AGENT_S] = replication.outbound_agent_s
            columns["measured_s"] = replication.measured_s
            found.append(columns)
        return found

    @cached_property
    def _waits(self) -> PooledWaits:
        waits: list[Sequence[int]] = []
        for replication in self.replications:
            parts = [part.waits for part in self._parts(replication)]
            waits.append(parts[0] if len(parts) == 1 else _added_up(parts))
        return PooledWaits(waits)

    @cached_property
    def _mean_rows(self) -> list[dict[str, float]]:
        """For each interval the mean of its columns over replications, and of its length."""
        names: tuple[str, ...] = ()
        sums = array("d")
        lengths: list[float] = []
        for replication in self.replications:
            n_rows = 0
            for part in self._parts(replication):
                if part.columns != (names or part.columns):
                    raise ValueError(f"columns: expected {names}, found {part.columns}")
                names, n_rows = part.columns, max(n_rows, part.n_rows)
                shared = min(len(sums), len(part.rows))
                sums[:shared] = array("d", map(add, sums[:shared], part.rows[:shared]))
                sums.extend(part.rows[shared:])
            lengths.extend([0.0] * (n_rows - len(lengths)))
            for interval in range(n_rows - 1):
                lengths[interval] += replication.interval_s
            if n_rows:
                before_s = (n_rows - 1) * replication.interval_s
                lengths[n_rows - 1] += max(0.0, replication.measured_s - before_s)
        n = len(self.replications)
        found = []
        for interval, length_s in enumerate(lengths):
            row = sums[interval * len(names) : (interval + 1) * len(names)]
            columns = {name: value / n for name, value in zip(names, row, strict=True)}
            columns["measured_s"] = length_s / n
            found.append(columns)
        return found


class Source(Protocol):
    """Where the figures of one queue, group or campaign come from."""

    @property
    def figures(self) -> tuple[AnyFigure, ...]:
        """The figures that there are."""

    def sampled(self, figure: AnyFigure) -> Sampled:
        """Return a figure with how sure it is."""

    def by_interval(self, figure: AnyFigure) -> tuple[float | None, ...]:
        """Return a figure's mean for each interval of the measured time."""


class Figures(Mapping[str, Estimate]):
    """The figures of one queue, group or campaign, each computed when it is first asked for.

    They are attributes (`figures.p_wait.mean`, `figures.wait_s.p50.mean`), and members by their full key
    (`figures["wait_s.p50"]`).
    """

    def __init__(self, source: Source) -> None:
        self._known = {figure.key: figure for figure in source.figures}
        self._source = source
        self._found: dict[str, Estimate] = {}

    def __getitem__(self, key: str) -> Estimate:
        """Return a figure by its full key. Raises KeyError."""
        if key not in self._found:
            self._found[key] = self._source.sampled(self._known[key]).estimate()
        return self._found[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __getattr__(self, key: str) -> Any:
        """A figure, or the percentiles that have this name in common."""
        if key.startswith("_"):
            raise AttributeError(key)
        if key in self._known:
            return self[key]
        first = f"{key}."
        parts = {name.removeprefix(first): name for name in self._known if name.startswith(first)}
        if parts:
            return SimpleNamespace(**{part: self[name] for part, name in parts.items()})
        raise AttributeError(f"no such figure: {key}; expected one of {', '.join(self._known)}")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(key.partition(".")[0] for key in self._known)})

    def __repr__(self) -> str:
        return f"<Figures {', '.join(self._known)}>"

    @property
    def figures(self) -> tuple[AnyFigure, ...]:
        """What the members are: key, unit and help of each."""
        return tuple(self._known.values())

    def sampled(self, key: str) -> Sampled:
        """Return a figure with what becomes of it when replications are left out. Raises KeyError."""
        return self._source.sampled(self._known[key])

    def by_interval(self, key: str) -> tuple[float | None, ...]:
        """Return a figure's mean for each interval of the measured time; None where it has no meaning.

        Raises KeyError for an unknown key, ValueError for a figure of the whole measured time only.
        """
        return self._source.by_interval(self._known[key])

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as JSON has them: percentiles of one thing together."""
        found: dict[str, Any] = {}
        for key, estimate in self.items():
            first, _, rest = key.partition(".")
            written = {"mean": estimate.mean, "half_width": estimate.half_width}
            if rest:
                found.setdefault(first, {})[rest] = written
            else:
                found[first] = written
        return found


def _added(every: Iterable[dict[str, float]]) -> dict[str, float]:
    """The columns of several, added up."""
    found: dict[str, float] = {}
    for columns in every:
        for name, value in columns.items():
            found[name] = found.get(name, 0.0) + value
    return found


def _added_up(histograms: Sequence[array[int]]) -> array[int]:
    """Histograms of any lengths, added up."""
    found = array("q")
    for waits in histograms:
        shared = min(len(found), len(waits))
        found[:shared] = array("q", map(add, found[:shared], waits[:shared]))
        found.extend(waits[shared:])
    return found
