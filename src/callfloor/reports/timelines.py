"""What was counted over the measured time: intervals put together until charts can show them, with bands."""

from __future__ import annotations

import math
from collections.abc import Sequence

from callfloor.metrics import Subject
from callfloor.sim.result import Result
from callfloor.sim.statistics import MOST_GROUPS, Estimate, ratio

MOST_BINS = 75
"""More intervals than this are put together: in a small chart chance would hide what they tell."""

_ROUND_S = (
    *(1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800),
    *(3600, 7200, 10800, 14400, 21600, 28800, 43200, 86400),
)


class Timelines:
    """Columns of queues, groups and campaigns by bin: one interval of the measured time, or several.

    A bin's figure is a ratio of means over replications, as everywhere. Its half-width is the jackknife's
    over groups of replications, each of which may be one. `edges_s` says where bins begin and end, in seconds
    from the run's start; the last one may be shorter or, where a run was longer than thought, longer.
    `count` is how many there are; without any there is nothing to show over time.
    """

    def __init__(self, result: Result, warm_up_s: float) -> None:
        replications = result.replications
        self._known: dict[tuple[Subject, int, str], list[list[float]]] = {}
        measured_s = max((each.measured_s for each in replications), default=0.0)
        rows = max((each.n_rows for each in replications), default=0) if measured_s > 0.0 else 0
        groups = min(len(replications), MOST_GROUPS) if rows else 0
        self._groups = [replications[first::groups] for first in range(groups)]
        interval_s = replications[0].interval_s if replications else 0.0
        self._per_bin = rows_per_bin(rows, interval_s)
        self.bin_s = self._per_bin * interval_s
        self.count = math.ceil(rows / self._per_bin)
        self.edges_s = [warm_up_s + place * self.bin_s for place in range(self.count)]
        self.edges_s.append(warm_up_s + measured_s)
        self._lengths = [self._in_bins([each.lengths_s for each in group]) for group in self._groups]

    def per_hour(self, subject: Subject, places: Sequence[int], *names: str) -> list[Estimate]:
        """Return the sum of columns by bin, an hour.

        A replication that ended sooner than others counts as one in which nothing happened from there on.
        """
        hours = [(self.edges_s[place + 1] - self.edges_s[place]) / 3600.0 for place in range(self.count)]
        below = [[hour * len(group) for hour in hours] for group in self._groups]
        return self._ratios(self._sums(subject, places, names), below)

    def on_average(self, subject: Subject, places: Sequence[int], *names: str) -> list[Estimate]:
        """Return what columns of seconds come to on average over time: how many wait, how many talk."""
        return self._ratios(self._sums(subject, places, names), self._lengths)

    def share(self, subject: Subject, places: Sequence[int], name: str, of: Sequence[str]) -> list[Estimate]:
        """Return one column by bin, divided by the sum of others; None where that is 0."""
        return self._ratios(self._sums(subject, places, (name,)), self._sums(subject, places, of))

    def total(self, subject: Subject, places: Sequence[int], *names: str) -> float:
        """Return the sum of columns over the whole measured time and all replications."""
        return math.fsum(
            math.fsum(bins)
            for place in places
            for name in names
            for bins in self._column(subject, place, name)
        )

    def _ratios(self, above: list[list[float]], below: list[list[float]]) -> list[Estimate]:
        return [
            ratio([each[place] for each in above], [each[place] for each in below]).estimate()
            for place in range(self.count)
        ]

    def _sums(self, subject: Subject, places: Sequence[int], names: Sequence[str]) -> list[list[float]]:
        """For each group of replications the sum of columns, by bin."""
        parts = [self._column(subject, place, name) for place in places for name in names]
        return [
            [sum(part[group][place] for part in parts) for place in range(self.count)]
            for group in range(len(self._groups))
        ]

    def _column(self, subject: Subject, place: int, name: str) -> list[list[float]]:
        """For each group of replications one column, by bin."""
        key = (subject, place, name)
        if key not in self._known:
            found = []
            for group in self._groups:
                parts = [replication.of(subject)[place] for replication in group]
                rows = [part.rows[part.columns.index(name) :: len(part.columns)] for part in parts]
                found.append(self._in_bins(rows))
            self._known[key] = found
        return self._known[key]

    def _in_bins(self, every: Sequence[Sequence[float]]) -> list[float]:
        """Rows of several replications, added up by bin."""
        sums = [0.0] * self.count
        for rows in every:
            for place, first in enumerate(range(0, len(rows), self._per_bin)):
                sums[place] += sum(rows[first : first + self._per_bin])
        return sums


def rows_per_bin(rows: int, interval_s: float) -> int:
    """Return how many intervals make a bin: MOST_BINS at most, and of a round length where that can be."""
    least = max(1, math.ceil(rows / MOST_BINS))
    if least > 1:
        for round_s in _ROUND_S:
            count = round_s / interval_s
            if least <= count <= 2 * least and count.is_integer():
                return int(count)
    return least
