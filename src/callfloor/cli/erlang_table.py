"""What `callfloor erlang` was asked, and the table that answers it."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import click

from callfloor.erlang import Figures, Targets, agents_for_blocking, agents_needed, erlang_a, erlang_b

MODELS = {
    "b": "Erlang B: a call that finds every agent busy is blocked",
    "c": "Erlang C: a call waits for as long as it takes",
    "a": "Erlang A: a call waits until its patience runs out",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked about: a queue, whose number of agents is given or looked for."""

    model: str
    load_erlangs: float
    arrivals_per_h: float | None
    handle_s: float | None
    patience_s: float = math.inf
    queue_limit: int = 0
    service_level_s: float | None = None

    def figures(self, agents: float) -> Figures:
        """The figures with so many agents."""
        if self.handle_s is None or self.service_level_s is None:
            return erlang_b(self.load_erlangs, agents)
        return erlang_a(
            self.load_erlangs,
            agents,
            self.handle_s,
            self.patience_s,
            queue_limit=self.queue_limit,
            service_level_s=self.service_level_s,
        )

    def fewest(self, targets: Targets) -> int:
        """The fewest agents that meet the targets."""
        if self.handle_s is None or self.service_level_s is None:
            return agents_for_blocking(self.load_erlangs, targets.p_blocked_max or 0.0)
        return agents_needed(
            self.load_erlangs,
            targets,
            handle_s=self.handle_s,
            patience_s=self.patience_s,
            queue_limit=self.queue_limit,
            service_level_s=self.service_level_s,
        )


def number(value: float) -> str:
    """Return a number as it was given, with commas."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.7g}"


def count(value: float, thing: str) -> str:
    """Return a number of things in words."""
    return f"{number(value)} {thing}" + ("" if value == 1 else "s")


def print_table(question: Question, agents: float, figures: Figures) -> None:
    """Print the question and the figures, one a line: name, value, unit, meaning."""
    terms = [count(agents, "agent"), count(question.load_erlangs, "erlang")]
    if question.arrivals_per_h is not None:
        terms.append(f"{number(question.arrivals_per_h)} calls/h")
    if question.handle_s is not None:
        terms.append(f"handle time {number(question.handle_s)} s")
    if question.model == "a":
        stays = math.isinf(question.patience_s)
        terms.append("callers stay" if stays else f"patience {number(question.patience_s)} s")
    if question.queue_limit:
        terms.append(f"at most {number(question.queue_limit)} waiting")
    click.echo(MODELS[question.model])
    click.echo(", ".join(terms))
    click.echo("")
    for name, value, unit, meaning in rows(question, figures):
        shown = "-" if value is None else f"{100.0 * value:,.3f}" if unit == "%" else f"{value:,.3f}"
        click.echo(f"{name:<18}{shown:>12} {unit:<6}  {meaning}")


def rows(question: Question, figures: Figures) -> list[tuple[str, float | None, str, str]]:
    """Return the lines of the table."""
    blocked = ("p_blocked", figures.p_blocked, "%", "blocked")
    busy = ("occupancy", figures.occupancy, "%", "agents busy")
    if question.model == "b":
        return [blocked, busy]
    limit = f"answered within {number(question.service_level_s or 0.0)} s"
    impatient = question.model == "a"
    found: list[tuple[str, float | None, str, str]] = [("p_wait", figures.p_wait, "%", "have to wait")]
    if impatient:
        found.append(("p_abandon", figures.p_abandon, "%", "give up"))
    if question.queue_limit:
        found.append(blocked)
    if impatient:
        found.append(("mean_wait_s", figures.mean_wait_s, "s", "mean wait of all"))
    found.append(("asa_s", figures.asa_s, "s", "mean wait of the answered"))
    if figures.wait_s is not None:
        found += [
            (f"wait_s.{name}", value, "s", f"{name[1:]} % of the answered wait at most this")
            for name, value in dataclasses.asdict(figures.wait_s).items()
        ]
    found.append(("service_level", figures.service_level, "%", limit))
    if impatient:
        found.append(
            (
                "service_level_net",
                figures.service_level_net,
                "%",
                "the same, without those who gave up sooner",
            )
        )
    found.append(("mean_queue", figures.mean_queue, "calls", "waiting on average"))
    return [*found, busy]


def print_hint(question: Question, agents: float, figures: Figures, targets: dict[str, float]) -> None:
    """Print a line on what the figures mean for the plan, where there is something to say."""
    if targets and agents > 1:
        fewer = agents - 1
        endless = math.isinf(question.patience_s) and not question.queue_limit and question.model != "b"
        if endless and fewer <= question.load_erlangs:
            click.echo(f"\nWith {count(fewer, 'agent')} the queue grows without limit.")
            return
        others = question.figures(fewer)
        shown = []
        for target in targets:
            name = target.removesuffix("_min").removesuffix("_max")
            value = getattr(others, name)
            shown.append(f"{name} {value:,.3f} s" if name == "asa_s" else f"{name} {100.0 * value:,.3f} %")
        click.echo(f"\nWith {count(fewer, 'agent')}: {', '.join(shown)}.")
    elif question.model == "c" and figures.service_level < 0.5:
        click.echo("\nNobody gives up in Erlang C. Callers who do make waits shorter: callfloor erlang a")
    elif question.model == "a" and question.load_erlangs > agents:
        click.echo("\nThere is more load than agents: the queue stays short only because callers are lost.")
