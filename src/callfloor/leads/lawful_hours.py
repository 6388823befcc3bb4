"""When a person may be called: now or next, by the rules of law and the campaign's own hours.

A call is lawful if it is so in every time zone that the person may be in, and by the rules of every place.
What is unknown is not lawful, and says why.
"""

from __future__ import annotations

import datetime
import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

from callfloor.leads.holidays import Holiday, holiday_dates
from callfloor.leads.rules_file import WHOLE_DAY, Rule, Rules, Span
from callfloor.leads.whereabouts import Whereabouts

ZONE_UNKNOWN = "time zone unknown"
PLACE_UNKNOWN = "place unknown"
NO_RULES = "no rules for"
NEVER_LAWFUL = "never lawful"

DAYS_AT_ONCE = 16
LONGEST_DAYS = 400
"""How far ahead the next hours are looked for."""

_DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class Lawful:
    """The hours that are now or come next, UTC seconds. With a `problem` there are none, for that reason."""

    from_s: float = -math.inf
    until_s: float = math.inf
    problem: str = ""
    attempts_per_24h: int = 0
    """What the rules allow to the number; 0: no limit."""


ANY_TIME = Lawful()


@dataclass(slots=True)
class _Known:
    """What has been worked out for one kind of whereabouts, from `begins_s` to `ends_s`."""

    opens: list[float] = field(default_factory=list)
    closes: list[float] = field(default_factory=list)
    begins_s: float = math.inf
    ends_s: float = -math.inf
    never_before_s: float = -math.inf
    """Nothing was found for so long that it need not be looked for again before."""


class LawfulHours:
    """The hours of calling of one campaign. Answers are kept by whereabouts: a list has few kinds of them."""

    def __init__(self, rules: Rules | None, hours: Span | None = None) -> None:
        """`hours` are the campaign's own, by the clock of the person called; with neither, at any time."""
        self._rules = rules
        self._hours = WHOLE_DAY if hours is None else hours
        self._at_any_time = rules is None and hours is None
        self._known: dict[Whereabouts, _Known] = {}

    def at(self, where: Whereabouts, now: float) -> Lawful:
        """The hours, at `now` or next after it (UTC seconds), in which a person may be called."""
        if self._at_any_time:
            return ANY_TIME
        problem = self.problem_of(where)
        if problem:
            return Lawful(math.inf, math.inf, problem)
        known = self._known.get(where)
        if known is None:
            known = self._known[where] = _Known()
        days = DAYS_AT_ONCE
        while now >= known.never_before_s:
            if not known.begins_s <= now < known.ends_s - _DAY_S:
                self._work_out(where, known, now, days)
            place = bisect_right(known.closes, now)
            if place < len(known.closes):
                # Where they go on after what is known, that is a day from now at least, and is asked again.
                limit = self.attempts_per_24h(where)
                return Lawful(known.opens[place], known.closes[place], "", limit)
            known.ends_s = -math.inf
            if days >= LONGEST_DAYS:
                known.never_before_s = now + _DAY_S
            days = min(5 * days, LONGEST_DAYS)
        return Lawful(math.inf, math.inf, NEVER_LAWFUL)

    def problem_of(self, where: Whereabouts) -> str:
        """Why nobody there may be called at all; "": they may."""
        if not where.zones:
            return ZONE_UNKNOWN
        if self._rules is None:
            return ""
        if not where.places:
            return PLACE_UNKNOWN
        for place in where.places:
            if not self._rules.of(place):
                return f"{NO_RULES} {place.partition('-')[0]}"
        return ""

    def attempts_per_24h(self, where: Whereabouts) -> int:
        """How often the strictest of the rules lets a number be called in 24 hours; 0: no limit."""
        if self._rules is None:
            return 0
        limits = [rule.attempts_per_24h for place in where.places for rule in self._rules.of(place)]
        return min((limit for limit in limits if limit > 0), default=0)

    def spans(self, where: Whereabouts, start_s: float, days: int) -> list[tuple[float, float]]:
        """Every lawful span that ends after `start_s`, over so many days, in order (UTC seconds)."""
        rules = [] if self._rules is None else [r for place in where.places for r in self._rules.of(place)]
        first = datetime.datetime.fromtimestamp(start_s, datetime.UTC).date() - datetime.timedelta(days=2)
        found: list[tuple[float, float]] | None = None
        for zone in where.zones:
            own = list(_merged(_local_spans(zone, rules, self._hours, first, days + 4)))
            found = own if found is None else list(_both(found, own))
        ends_s = start_s + days * _DAY_S
        return [(o, min(c, ends_s)) for o, c in found or () if c > start_s and o < ends_s]

    def _work_out(self, where: Whereabouts, known: _Known, now: float, days: int) -> None:
        known.begins_s = now - _DAY_S
        known.ends_s = known.begins_s + days * _DAY_S
        spans = self.spans(where, known.begins_s, days)
        known.opens = [opens for opens, _ in spans]
        known.closes = [closes for _, closes in spans]


def _local_spans(
    zone: str, rules: Sequence[Rule], hours: Span, first: datetime.date, days: int
) -> Iterator[tuple[float, float]]:
    """The hours of each day by the clocks of one zone."""
    clock = ZoneInfo(zone)
    for number in range(days):
        date = first + datetime.timedelta(days=number)
        opens, closes = hours
        for rule in rules:
            its_opens, its_closes = hours_on(rule, date)
            opens, closes = max(opens, its_opens), min(closes, its_closes)
        if opens < closes:
            # Where the clock says a time twice or never, the later opens and the earlier closes.
            opens_s, closes_s = max(_instants(date, opens, clock)), min(_instants(date, closes, clock))
            if opens_s < closes_s:
                yield opens_s, closes_s


def hours_on(rule: Rule, date: datetime.date) -> Span:
    """The hours of a rule on a date there."""
    if rule.on_holidays is not None and date in _holidays_in(rule.holidays, date.year):
        return rule.on_holidays
    return rule.week[date.weekday()]


@lru_cache(maxsize=1024)
def _holidays_in(holidays: tuple[Holiday, ...], year: int) -> frozenset[datetime.date]:
    return holiday_dates(holidays, year)


def _instants(date: datetime.date, seconds: int, clock: ZoneInfo) -> tuple[float, float]:
    """Both readings of a time of day by a clock, UTC seconds; 24:00 is the next day's midnight."""
    days, rest = divmod(seconds, 86400)
    midnight = datetime.datetime.combine(date + datetime.timedelta(days=days), datetime.time(0), clock)
    local = midnight + datetime.timedelta(seconds=rest)
    return local.timestamp(), local.replace(fold=1).timestamp()


def _merged(spans: Iterator[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Spans that touch made one."""
    last: tuple[float, float] | None = None
    for opens, closes in spans:
        if last is not None and opens <= last[1]:
            last = (last[0], max(last[1], closes))
            continue
        if last is not None:
            yield last
        last = (opens, closes)
    if last is not None:
        yield last


def _both(
    one: Sequence[tuple[float, float]], other: Sequence[tuple[float, float]]
) -> Iterator[tuple[float, float]]:
    """What two lists of spans, each in order, have in common."""
    i = j = 0
    while i < len(one) and j < len(other):
        opens, closes = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if opens < closes:
            yield opens, closes
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1


def day_around(where: Whereabouts, now: float) -> tuple[float, float]:
    """The calendar day there (UTC seconds): from the first midnight of its zones to the last one's next."""
    begins, ends = math.inf, -math.inf
    for zone in where.zones:
        clock = ZoneInfo(zone)
        today = datetime.datetime.fromtimestamp(now, clock).date()
        begins = min(begins, min(_instants(today, 0, clock)))
        ends = max(ends, max(_instants(today, 86400, clock)))
    return begins, ends
