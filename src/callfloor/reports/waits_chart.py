"""How long callers wait until they are answered: the share of the offered calls answered within a time."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate

from callfloor.reports.drawing import HEADING, NARROW, RIGHT, Drawing, Frame, below_axis, grid, level
from callfloor.reports.markup import coordinate, escaped
from callfloor.reports.ticks import duration_text, duration_ticks, percent_ticks
from callfloor.sim.statistics import WAIT_GROWTH, WAIT_LEAST_S

_HEIGHT = 232.0
_POINTS = 120
_FAR = 6.0
"""A limit so many times as long as nearly all waits is told, but lies outside the axis."""


_LABEL = (84.0, 42.0)
"""How wide and high the text at the limit is."""

Point = tuple[float, float]


class Waits:
    """The waits of a queue's answered calls in all replications, and how many calls were offered.

    `limit_s` is the limit of the service level, and `in_time` how many were answered within it; None where
    several queues have limits of their own.
    """

    def __init__(
        self, counts: Sequence[int], offered: float, limit_s: float | None = None, in_time: float = 0.0
    ) -> None:
        self.offered = offered
        self.limit_s = limit_s
        self.service_level = in_time / offered
        self._upto = list(accumulate(counts)) or [0]

    @property
    def answered(self) -> float:
        """The share of the offered calls that were answered at all."""
        return self._upto[-1] / self.offered

    def within(self, wait_s: float) -> float:
        """Return the share of the offered calls that were answered within a time."""
        if wait_s <= WAIT_LEAST_S:
            return self._upto[0] / self.offered
        place = math.log(wait_s / WAIT_LEAST_S) / math.log(WAIT_GROWTH)
        bucket = int(place)
        if bucket + 1 >= len(self._upto):
            return self.answered
        below, above = self._upto[bucket : bucket + 2]
        return (below + (place - bucket) * (above - below)) / self.offered

    @cached_property
    def nearly_all_s(self) -> float:
        """The wait that 99 % of the answered do not exceed."""
        bucket = bisect_left(self._upto, 0.99 * self._upto[-1])
        return WAIT_LEAST_S * WAIT_GROWTH**bucket if bucket else 0.0


def waits_chart(waits: Waits, width: float = NARROW) -> Drawing:
    """Return the curve of the calls answered within a time, with the service level at its limit."""
    limit_s = waits.limit_s or 0.0
    drawn = waits.limit_s is not None and not 0.0 < _FAR * waits.nearly_all_s < limit_s
    top_s = max(1.5 * limit_s if drawn else 0.0, 1.1 * waits.nearly_all_s) or 1.0
    frame = Frame(46.0, width - RIGHT, HEADING, HEADING + _HEIGHT, 1.0)

    def x(wait_s: float) -> float:
        return frame.left + wait_s / top_s * (frame.right - frame.left)

    times = [top_s * place / _POINTS for place in range(_POINTS + 1)]
    points = [(x(time), frame.y(waits.within(time))) for time in times]
    spans = duration_ticks(top_s, 6)
    body = ['<text class="heading" x="0" y="12">Share of the offered calls</text>']
    body.append(grid(frame, percent_ticks(1.0), [x(span.at) for span in spans]))
    body.append(_under(frame, points, "fill c-blue"))
    if drawn:
        # At the limit stands what was counted, not what the histogram has made of it.
        at_limit = (x(limit_s), frame.y(waits.service_level))
        in_time = [*(point for point in points if point[0] < at_limit[0]), at_limit]
        points = [*in_time, *(point for point in points if point[0] > at_limit[0])]
        body.append(_under(frame, in_time, "fill c-blue"))
    path = " ".join(f"{coordinate(across)} {coordinate(down)}" for across, down in points)
    body.append(f'<path class="line c-blue" d="M{path}"/>')
    body.append(_ceiling(frame, waits.answered))
    if waits.limit_s is not None:
        body.append(_limit(frame, waits, points, x(limit_s) if drawn else None))
    body += [below_axis(span, x(span.at), frame.bottom) for span in spans]
    return Drawing(width, frame.bottom + 20.0, _described(waits), "".join(body))


def _under(frame: Frame, points: Sequence[Point], kind: str) -> str:
    """What lies below a curve."""
    corners = " ".join(f"{coordinate(x)} {coordinate(y)}" for x, y in points)
    left, right, bottom = (coordinate(each) for each in (points[0][0], points[-1][0], frame.bottom))
    return f'<path class="{kind}" d="M{left} {bottom}L{corners}L{right} {bottom}Z"/>'


def _ceiling(frame: Frame, answered: float) -> str:
    """How many are answered at all."""
    y = frame.y(answered)
    at = f'x="{coordinate(frame.right)}" y="{coordinate(y - 5)}"'
    return (
        f'<path class="line dashed c-ink" d="{level(frame, y)}"/>'
        f'<text class="end" {at}>{_percent(answered)} answered in all</text>'
    )


def _limit(frame: Frame, waits: Waits, points: Sequence[Point], x: float | None) -> str:
    """The limit of the service level, with its share. Without a place for it, it lies beyond the axis."""
    share = waits.service_level
    label = f"within {duration_text(waits.limit_s or 0.0)}"
    left = x is None or x > (frame.left + frame.right) / 2
    beside = frame.right + 7 if x is None else x
    sides = (beside - 7 - _LABEL[0], beside - 7) if left else (beside + 7, beside + 7 + _LABEL[0])
    where = f'x="{coordinate(sides[1] if left else sides[0])}"'
    y = _free(frame, waits, points, sides)
    anchor = "end" if left else "start"
    parts = []
    if x is not None:
        at, height = coordinate(x), coordinate(frame.y(share))
        parts.append(
            f'<path class="line dashed c-ink" d="M{at} {coordinate(frame.bottom)}V{height}"/>'
            f'<circle class="dot c-blue" cx="{at}" cy="{height}" r="3.5"/>'
        )
    parts.append(
        f'<text class="{anchor} large" {where} y="{coordinate(y)}">{_percent(share)}</text>'
        f'<text class="{anchor}" {where} y="{coordinate(y + 15)}">{escaped(label)}</text>'
    )
    return "".join(parts)


def _free(frame: Frame, waits: Waits, points: Sequence[Point], sides: tuple[float, float]) -> float:
    """Where two lines of text do not lie on the curve: below it, above it, or above all that is answered."""
    heights = [y for x, y in points if sides[0] - 4 <= x <= sides[1] + 4] or [frame.bottom]
    ceiling = frame.y(waits.answered)
    if frame.bottom - max(heights) < _LABEL[1]:
        rises = frame.y(waits.service_level) - min(heights)
        if min(heights) - ceiling > _LABEL[1] + 6 and rises < _LABEL[1]:
            return min(heights) - 24
        if ceiling - frame.top > _LABEL[1] + 20:
            return ceiling - 40
    return frame.bottom - 26


def _percent(share: float) -> str:
    return f"{100 * share:.1f}\u00a0%"


def _described(waits: Waits) -> str:
    found = [f"{_percent(waits.within(0.0))} of the offered calls are answered at once"]
    if waits.limit_s is not None:
        within = duration_text(waits.limit_s)
        found.append(f"{_percent(waits.service_level)} within {within}, the service level")
    found.append(f"{_percent(waits.answered)} in all")
    return f"{', '.join(found)}. Of the answered, 99 % wait no longer than {waits.nearly_all_s:,.3g} s."
