"""What a simulation came to: figures of queues, groups and campaigns with their 95 % intervals."""

from __future__ import annotations

import importlib
import math
import re
from collections.abc import Mapping, Sequence
from html import escape
from itertools import zip_longest
from typing import Any

from callfloor.metrics import ALL, FIGURES, SECTIONS, AnyFigure, Subject
from callfloor.sim.replication import Figures, Replication, Samples
from callfloor.sim.statistics import Estimate, Sampled, difference

_NAME = re.compile(r"""'([^']*)'|"([^"]*)"|([^.'"]+)""")
FRAME_COLUMNS = ("subject", "name", "figure", "unit", "mean", "half_width")


class Sections:
    """Figures of queues, groups and campaigns, each by its name, and of all of a kind as "all"."""

    queues: Mapping[str, Figures]
    groups: Mapping[str, Figures]
    campaigns: Mapping[str, Figures]

    def section(self, subject: Subject) -> Mapping[str, Figures]:
        """Return the figures of all queues, groups or campaigns by their names."""
        found: Mapping[str, Figures] = getattr(self, SECTIONS[subject])
        return found

    def figures(self, subject: Subject) -> tuple[AnyFigure, ...]:
        """Return what figures of queues, groups or campaigns there are, in the order of results."""
        section = self.section(subject)
        return next(iter(section.values())).figures if section else FIGURES[subject]

    def figure(self, path: str) -> Estimate:
        """Return a figure by its path in the JSON, such as `groups.'tier 1'.occupancy`.

        Raises ValueError, which says what was expected and what was found, for a path that leads nowhere.
        """
        subject, name, key = self.find(path)
        return self.section(subject)[name][key]

    def find(self, path: str) -> tuple[Subject, str, str]:
        """Return the subject, the name and the key that a path means. Raises ValueError as `figure` does."""
        parts, place = [], 0
        while (part := _NAME.match(path, place)) is not None:
            parts.append(next(group for group in part.groups() if group is not None))
            place = part.end() + 1
            if path[part.end() : place] != ".":
                break
        if place <= len(path) or len(parts) < 3:
            raise ValueError(
                f"{path}: expected a path such as queues.support.p_wait or groups.'tier 1'.occupancy"
            )
        section, name, key = parts[0], parts[1], ".".join(parts[2:])
        subject = next((each for each, title in SECTIONS.items() if title == section), None)
        if subject is None:
            raise ValueError(f"{path}: expected one of {', '.join(SECTIONS.values())}, found {section}")
        if name not in self.section(subject):
            known = ", ".join(self.section(subject)) or "none, the scenario has no such thing"
            raise ValueError(f"{path}: no such {subject}: {name}; expected one of {known}")
        figures = self.section(subject)[name]
        if key not in figures:
            raise ValueError(f"{path}: no such figure: {key}; expected one of {', '.join(figures)}")
        return subject, name, key

    def sections_to_dict(self) -> dict[str, Any]:
        """Return all figures as JSON has them."""
        return {
            title: {name: figures.to_dict() for name, figures in self.section(subject).items()}
            for subject, title in SECTIONS.items()
        }

    def to_frame(self) -> Any:
        """Return all figures as a data frame of pandas or, without it, polars: one row a figure.

        The columns are subject, name, figure, unit, mean and half_width. Raises ImportError where neither is
        installed.
        """
        rows = [
            (subject, name, figure.key, figure.unit, figures[figure.key].mean, figures[figure.key].half_width)
            for subject in SECTIONS
            for name, figures in self.section(subject).items()
            for figure in figures.figures
        ]
        return _frame({name: [row[place] for row in rows] for place, name in enumerate(FRAME_COLUMNS)})

    def _repr_html_(self) -> str:
        """The figures as tables, for notebooks."""
        return "".join(
            [
                f"<p>{escape(self._title())}<br>Mean ± half of the 95 % interval</p>",
                *(_table(subject, self.section(subject)) for subject in SECTIONS if self.section(subject)),
            ]
        )

    def _title(self) -> str:
        """What it is, on one line."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._title()}>"


class Result(Sections):
    """The figures of a simulation: `result.queues["support"].p_wait.mean`.

    `replications` are fewer than were asked for where a run was `interrupted`. They are kept in the order of
    their numbers. `service_level_s` has the limit of each queue by its name; `wall_s` is how long the run
    took. Raises ValueError for names that are not as many as what was counted.
    """

    def __init__(
        self,
        scenario: str,
        seed: int,
        replications: Sequence[Replication],
        *,
        queues: Sequence[str] = (),
        groups: Sequence[str] = (),
        campaigns: Sequence[str] = (),
        service_level_s: Mapping[str, float] | None = None,
        wall_s: float = 0.0,
        interrupted: bool = False,
    ) -> None:
        self.scenario = scenario
        self.seed = seed
        self.replications = tuple(sorted(replications, key=lambda each: each.number))
        self.service_level_s = dict(service_level_s or {})
        self.wall_s = wall_s
        self.interrupted = interrupted
        self.queues = self._figures("queue", queues)
        self.groups = self._figures("group", groups)
        self.campaigns = self._figures("campaign", campaigns)

    def _figures(self, subject: Subject, names: Sequence[str]) -> dict[str, Figures]:
        """The figures of each, and of all together where there are any."""
        for replication in self.replications:
            if len(replication.of(subject)) != len(names):
                raise ValueError(
                    f"{SECTIONS[subject]}: expected {len(replication.of(subject))} names, found {len(names)}"
                )
        places = {name: (place,) for place, name in enumerate(names)} | (
            {ALL: tuple(range(len(names)))} if names else {}
        )
        return {name: Figures(Samples(subject, those, self.replications)) for name, those in places.items()}

    @property
    def events(self) -> int:
        """How often the floor had something to decide, in all replications, warm-up included."""
        return sum(replication.events for replication in self.replications)

    @property
    def calls(self) -> int:
        """Calls that came in and attempts placed, in all replications, warm-up included."""
        return sum(replication.calls for replication in self.replications)

    @property
    def units(self) -> dict[str, dict[str, str]]:
        """The units of figures, by section and key."""
        return {
            title: {figure.key: figure.unit for figure in self.figures(subject)}
            for subject, title in SECTIONS.items()
        }

    def only(self, numbers: set[int]) -> Result:
        """Return the result of the replications of these numbers."""
        if all(each.number in numbers for each in self.replications):
            return self
        return Result(
            self.scenario,
            self.seed,
            [each for each in self.replications if each.number in numbers],
            queues=[name for name in self.queues if name != ALL],
            groups=[name for name in self.groups if name != ALL],
            campaigns=[name for name in self.campaigns if name != ALL],
            service_level_s=self.service_level_s,
            wall_s=self.wall_s,
            interrupted=self.interrupted,
        )

    def _title(self) -> str:
        replications = _counted(len(self.replications), "replication")
        return f"{self.scenario}: {replications} of seed {self.seed}, {_counted(self.calls, 'call')}"

    def _repr_html_(self) -> str:
        """The figures as tables, for notebooks."""
        limits = ", ".join(f"{limit_s:g} s in {name}" for name, limit_s in self.service_level_s.items())
        return super()._repr_html_() + (f"<p>service_level_s: {escape(limits)}</p>" if limits else "")

    def to_dict(self) -> dict[str, Any]:
        """Return the object that `--json` writes."""
        return {
            "scenario": self.scenario,
            "seed": self.seed,
            "replications": len(self.replications),
            "events": self.events,
            "calls": self.calls,
            "wall_s": self.wall_s,
            **({"interrupted": True} if self.interrupted else {}),
            **self.sections_to_dict(),
        }

    def to_json(self, indent: int | None = None) -> str:
        """Return what `--json` writes."""
        import json

        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)


class Comparison(Sections):
    """What two runs differ in: each figure of `a` less that of `b`.

    Replications of the same number are a pair: they meet the same people, and what they have in common
    cancels out of the intervals. `a` and `b` are the results without the replications that have no partner.
    Queues, groups and campaigns that only one of them has are left out of the differences.
    """

    def __init__(self, a: Result, b: Result) -> None:
        pairs = {each.number for each in a.replications} & {each.number for each in b.replications}
        self.a = a.only(pairs)
        self.b = b.only(pairs)
        self.queues = self._differences("queue")
        self.groups = self._differences("group")
        self.campaigns = self._differences("campaign")

    def _differences(self, subject: Subject) -> dict[str, Figures]:
        ours, theirs = self.a.section(subject), self.b.section(subject)
        return {name: Figures(_Pair(ours[name], theirs[name])) for name in ours if name in theirs}

    def _title(self) -> str:
        pairs = _counted(len(self.a.replications), "pair")
        return f"{self.a.scenario} less {self.b.scenario}: {pairs} of replications"

    def to_dict(self) -> dict[str, Any]:
        """Return both results and the differences of their figures as JSON has them."""
        return {"a": self.a.to_dict(), "b": self.b.to_dict(), "difference": self.sections_to_dict()}


class _Pair:
    """The figures of one run less those of another."""

    def __init__(self, a: Figures, b: Figures) -> None:
        self.a = a
        self.b = b

    @property
    def figures(self) -> tuple[AnyFigure, ...]:
        """See Source: those that both have."""
        known = set(self.b)
        return tuple(figure for figure in self.a.figures if figure.key in known)

    def sampled(self, figure: AnyFigure) -> Sampled:
        """See Source."""
        return difference(self.a.sampled(figure.key), self.b.sampled(figure.key))

    def by_interval(self, figure: AnyFigure) -> tuple[float | None, ...]:
        """See Source."""
        rows = zip_longest(self.a.by_interval(figure.key), self.b.by_interval(figure.key))
        return tuple(None if a is None or b is None else a - b for a, b in rows)


def shown(estimate: Estimate, unit: str) -> str:
    """Return an estimate as tables show it: shares in %, with two digits of the half-width; "-" for none."""
    if estimate.mean is None:
        return "-"
    scale, sign = (100.0, " %") if unit == "share" else (1.0, "")
    mean = estimate.mean * scale
    if not estimate.half_width:
        text = f"{mean:,.0f}" if mean.is_integer() else f"{mean:,.2f}"
        return text + (" ± 0" if estimate.half_width == 0.0 else "") + sign
    half_width = estimate.half_width * scale
    decimals = min(max(1 - math.floor(math.log10(half_width)), 0), 4)
    return f"{mean:,.{decimals}f} ± {half_width:,.{decimals}f}{sign}"


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}" + ("" if count == 1 else "s")


def _table(subject: Subject, section: Mapping[str, Figures]) -> str:
    """A table in HTML: a line for each figure, a column for each name."""
    names = "".join(f"<th>{escape(name)}</th>" for name in section)
    lines = [f"<tr><th>{SECTIONS[subject]}</th>{names}<th>unit</th></tr>"]
    for figure in next(iter(section.values())).figures:
        cells = "".join(f"<td>{shown(each[figure.key], figure.unit)}</td>" for each in section.values())
        unit = "" if figure.unit == "share" else escape(figure.unit)
        title = escape(figure.help, quote=True)
        lines.append(f'<tr><th title="{title}">{escape(figure.key)}</th>{cells}<td>{unit}</td></tr>')
    return f"<table>{''.join(lines)}</table>"


def _frame(columns: dict[str, list[Any]]) -> Any:
    """A data frame of the library that is installed."""
    numbers = FRAME_COLUMNS[-2:]
    if (pandas := _library("pandas")) is not None:
        return pandas.DataFrame(columns).astype(dict.fromkeys(numbers, float))
    if (polars := _library("polars")) is not None:
        return polars.DataFrame(columns, schema_overrides=dict.fromkeys(numbers, polars.Float64))
    raise ImportError("to_frame: expected pandas or polars to be installed, found neither")


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
