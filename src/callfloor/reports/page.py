"""A result as one page for planners: figures with their intervals, and plots. It needs no network.

The same result makes the same page. Names are users' own, and stand in it as text only.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import count
from pathlib import Path

from callfloor.metrics import ALL
from callfloor.reports.bars import Attempts, calls_table
from callfloor.reports.charts import TimeAxis
from callfloor.reports.in_words import counted, in_brief, length, scenario_tables
from callfloor.reports.markup import escaped
from callfloor.reports.page_style import POLICY, SCRIPT, STYLE
from callfloor.reports.page_tables import figure_tables, limit_of, tiles
from callfloor.reports.plots import Plot, Plots
from callfloor.reports.ticks import Clock
from callfloor.reports.timelines import Timelines
from callfloor.scenario import Scenario
from callfloor.sim.result import Result


def page_text(result: Result, scenario: Scenario) -> str:
    """Return the page of a scenario's result as HTML, which is XML as well."""
    return _Page(result, scenario).text()


def write_page(result: Result, scenario: Scenario, path: str | os.PathLike[str]) -> None:
    """Write the page of a scenario's result to a file, whole or not at all. Raises OSError."""
    whole = Path(path)
    temporary = whole.with_name(f"{whole.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(page_text(result, scenario), encoding="utf-8", newline="\n")
        temporary.replace(whole)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


class _Page:
    """A page on its way: its parts, and what they share."""

    def __init__(self, result: Result, scenario: Scenario) -> None:
        self.result = result
        self.scenario = scenario
        self.clock = Clock(scenario.run.starts_at)
        self.over_time = Timelines(result, scenario.run.warm_up)
        self.axis = TimeAxis(self.clock, self.over_time.edges_s)
        self.plots = Plots(result, scenario, self.axis, self.over_time)
        self.names = (f"d{number}" for number in count(1))

    def text(self) -> str:
        """The whole page."""
        sections = [
            ("overview", "Overview", self.overview()),
            ("queues", "Queues", self.queues()),
            ("agents", "Agents", self.groups()),
            ("campaigns", "Campaigns", self.campaigns()),
            ("scenario", "Scenario", scenario_tables(self.scenario, self.clock)),
        ]
        sections = [each for each in sections if each[2]]
        links = "".join(f'<a href="#{name}">{title}</a>' for name, title, _ in sections)
        main = "".join(
            f'<section id="{name}"><h2>{title}</h2>{content}</section>' for name, title, content in sections
        )
        name = escaped(self.scenario.name)
        edges = self.axis.places(0.0, 1.0) if self.over_time.count else []
        bins = [self.axis.text(place) for place in range(self.over_time.count)]
        return (
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/>'
            f'<meta http-equiv="Content-Security-Policy" content="{escaped(POLICY)}"/>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"/>'
            f"<title>{name}</title><style>{STYLE}</style></head>\n"
            f'<body data-bins="{escaped(json.dumps(bins, ensure_ascii=False))}" '
            f'data-edges="{escaped(json.dumps([round(edge, 5) for edge in edges]))}">\n'
            f"<header><h1>{name}</h1>{self.measured()}<nav>{links}</nav>"
            f'<dl>{tiles(self.result, self.scenario)}</dl><p class="note">{self.notes()}</p></header>\n'
            f"<main>{main}</main>\n<script>{SCRIPT}</script></body></html>\n"
        )

    def measured(self) -> str:
        """What there is, when it was measured, and how often."""
        run, result, clock = self.scenario.run, self.result, self.clock
        starts_s, ends_s = run.warm_up, self.over_time.edges_s[-1]
        lasts = "until all is done"
        if run.duration is not None:
            lasts, ends_s = f"for {length(run.duration - run.warm_up)}", run.duration
        if run.warm_up:
            lasts += f", after a warm-up of {length(run.warm_up)}"
        replications = counted(len(result.replications), "replication")
        lines = [
            f"{in_brief(self.scenario)}.",
            f"Measured {lasts}: {clock.span_text(starts_s, ends_s, dated=True)} ({clock.offset}).",
            f"{replications} of seed {result.seed}, {counted(result.calls, 'call')}.",
        ]
        text = "".join(f'<p class="measured">{escaped(line)}</p>' for line in lines)
        if result.interrupted:
            text += f'<p class="warning">Interrupted: only {replications} finished of those asked for.</p>'
        return text

    def notes(self) -> str:
        """How to read it."""
        interval = "± and shaded bands are its 95 % interval"
        if len(self.result.replications) < 2:
            interval = "its 95 % interval takes two replications or more"
        over_time = ""
        if self.over_time.count:
            over_time = f"Over time, each point is the mean of {length(self.over_time.bin_s)}. "
        return (
            f"Each figure is a ratio of means over replications; {interval}. "
            f"{over_time}A call counts when it comes in or is placed. "
            "A dash stands for what has no meaning in this run."
        )

    def overview(self) -> str:
        """All queues, groups and campaigns together over time."""
        return self.figures(self.plots.overview(), "figures two")

    def queues(self) -> str:
        """Tables of queues, and a row of plots for each."""
        queues = self.scenario.inbound
        if not queues:
            return ""
        every = {queue.name: [place] for place, queue in enumerate(queues)}
        if len(queues) > 1:
            every = {ALL: list(range(len(queues)))} | every
        parts = [figure_tables(self.result, "queue")]
        if self.result.replications:
            names = sorted(every, key=lambda name: name == ALL)
            lines = [(name, partial(self.over_time.total, "queue", every[name])) for name in names]
            parts.insert(0, calls_table(lines))
        for name, places in every.items():
            row = self.figures(self.plots.queue(places, limit_of(self.result, name)))
            title = "All queues" if name == ALL else escaped(name)
            parts.append(f"<h3>{title}</h3>{row}" if row else "")
        return "".join(parts)

    def groups(self) -> str:
        """Tables of groups, and a plot for each where there are several."""
        groups = len(self.scenario.groups)
        if not groups:
            return ""
        alone = range(groups) if groups > 1 else ()
        plots = [plot for place in alone for plot in self.plots.group(place)]
        return figure_tables(self.result, "group") + self.figures(plots)

    def campaigns(self) -> str:
        """Tables of campaigns, and for each a row of plots and of what became of its attempts."""
        if not self.scenario.campaigns:
            return ""
        parts = [figure_tables(self.result, "campaign")]
        for place, campaign in enumerate(self.scenario.campaigns):
            if not self.result.replications:
                break
            attempts = Attempts([each.campaigns[place] for each in self.result.replications])
            more = (
                ("From attempts to conversations", attempts.funnel()),
                ("Attempts by outcome", attempts.outcomes()),
            )
            row = self.figures(self.plots.campaign(place), more=more)
            parts.append(f"<h3>{escaped(campaign.name)}</h3>{row}")
        return "".join(parts)

    def figures(
        self, plots: Iterable[Plot], kind: str = "figures small", more: Iterable[tuple[str, str]] = ()
    ) -> str:
        """Plots beside each other as far as there is room, and tables with their titles after them."""
        tables = [f"<figure><figcaption>{title}</figcaption>{each}</figure>" for title, each in more if each]
        found = [*self.drawn(plots), *tables]
        return f'<div class="{kind}">{"".join(found)}</div>' if found else ""

    def drawn(self, plots: Iterable[Plot]) -> Iterator[str]:
        """Plots under their titles."""
        for plot in plots:
            drawing = plot.drawing.svg(next(self.names), plot.title)
            yield f"<figure><figcaption>{escaped(plot.title)}</figcaption>{drawing}</figure>"
