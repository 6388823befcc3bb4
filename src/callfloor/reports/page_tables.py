"""The figures with their 95 % intervals: those that matter most at the top, and all of them in tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from callfloor.metrics import ALL, APPOINTMENTS, FIGURES, HELD_BACK, AnyFigure, Subject
from callfloor.reports.markup import cell, escaped, figure_cell, head, percent, row, table
from callfloor.reports.ticks import duration_text
from callfloor.scenario import Scenario
from callfloor.sim.replication import Figures
from callfloor.sim.result import Result, shown

WORDS: Mapping[str, str] = {
    "p_wait": "had to wait",
    "p_abandon": "abandoned",
    "mean_wait_s": "mean wait",
    "asa_s": "mean wait, answered",
    "wait_s.p50": "50 % within",
    "wait_s.p90": "90 % within",
    "wait_s.p95": "95 % within",
    "wait_s.p99": "99 % within",
    "service_level_net": "without abandoned in time",
    "mean_queue": "mean queue",
    "callbacks_per_voicemail": "per voicemail",
    "agent_wait_s": "ready between calls",
    "reached": "leads reached",
    "appointment_delay_s": "kept after",
    "held_back.do_not_call": "in a register",
    "held_back.no_consent": "without consent",
    "calls_per_agent_h": "calls per agent hour",
    "attempts_per_h": "attempts per hour",
    "connects_per_agent_h": "connects per agent hour",
}
"""Figures in words, where the key's own are not clear."""

SELDOM = ("blocked", "unmatched", "voicemails", "callbacks", "callbacks_per_voicemail", "reserved")
"""Figures that most scenarios have nothing of. Where that is so they have no column."""

_NONE: tuple[tuple[str, tuple[str, ...]], ...] = ()
BLOCKS: Mapping[Subject, Sequence[tuple[str, Sequence[str]]]] = {
    "queue": (
        ("Calls", ("offered", "answered", "abandoned", *SELDOM[:-1])),
        ("Service", ("service_level", "service_level_net", "p_wait", "p_abandon", "mean_queue")),
        ("Waits", ("mean_wait_s", "asa_s", "wait_s.p50", "wait_s.p90", "wait_s.p95", "wait_s.p99")),
    ),
    "group": _NONE,
    "campaign": (("Attempts", ("attempts", "human_answers", "connected", "abandoned", "hung_up_early")),),
}
"""Which figures share a table, by its title."""

REST: Mapping[Subject, str] = {"queue": "Others", "group": "Work", "campaign": "Rates"}
"""The title of the table of all other figures."""


OTHERS: Sequence[tuple[str, Sequence[str]]] = (
    ("Appointments", [figure.key for figure in APPOINTMENTS]),
    ("Held back", [figure.key for figure in HELD_BACK]),
)
"""Tables of figures that only some runs have."""

SAID = "dispositions."
"""How keys of dispositions begin."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the figures that matter most, as an element. `alarm`: it is not as it should be."""

    name: str
    figure: str
    remark: str = ""
    alarm: bool = False


def figure_tables(result: Result, subject: Subject) -> str:
    """Return the figures of all queues, groups or campaigns, in as many tables as it takes to read them."""
    known = {figure.key: figure for figure in result.figures(subject)}
    said = [key for key in known if key.startswith(SAID)]
    named = {key for _, keys in BLOCKS[subject] for key in keys} | set(said)
    others = [(title, [key for key in keys if key in known]) for title, keys in OTHERS]
    named |= {key for _, keys in others for key in keys}
    rest = [key for key in known if key not in named]
    blocks = (*BLOCKS[subject], ("Dispositions", said), *others, (REST[subject], rest))
    return "".join(
        _table(result, subject, title, [known[key] for key in keys]) for title, keys in blocks if keys
    )


def _table(result: Result, subject: Subject, title: str, figures: Sequence[AnyFigure]) -> str:
    section = result.section(subject)
    names = [name for name in section if name != ALL or len(section) > 2]
    heads, columns = [head(subject)], []
    for figure in figures:
        if figure.key in SELDOM and not any(section[name][figure.key].mean for name in names):
            continue
        if figure.key == "service_level":
            heads.append(head("limit", "number", "answered within this is in time", "service_level_s"))
            columns.append([cell(_limit(result, name), "number") for name in names])
        words = WORDS.get(figure.key, figure.key.removeprefix(SAID).replace("_", " "))
        words += " [s]" if figure.unit == "s" else ""
        heads.append(head(words, "number", figure.help, figure.key))
        columns.append([figure_cell(section[name][figure.key], figure.unit) for name in names])
    lines = [
        row(name, [column[place] for column in columns], "all" if name == ALL else "")
        for place, name in enumerate(names)
    ]
    return table(title, heads, lines)


def limit_of(result: Result, name: str) -> float | None:
    """Return within how many seconds an answer is in time; of all queues, if they have it in common."""
    if name != ALL:
        return result.service_level_s.get(name)
    limits = set(result.service_level_s.values())
    return limits.pop() if len(limits) == 1 else None


def _limit(result: Result, name: str) -> str:
    limit_s = limit_of(result, name)
    if limit_s is None:
        return "each its own" if name == ALL else "–"  # noqa: RUF001
    return duration_text(limit_s)


def tiles(result: Result, scenario: Scenario) -> str:
    """Return the figures that matter most, of all queues, groups and campaigns together."""
    found = []
    for tile in _tiles(result, scenario):
        kind = "tile alarm" if tile.alarm else "tile"
        remark = f'<dd class="remark">{escaped(tile.remark)}</dd>' if tile.remark else ""
        found.append(f'<div class="{kind}"><dt>{escaped(tile.name)}</dt><dd>{tile.figure}</dd>{remark}</div>')
    return "".join(found)


def _tiles(result: Result, scenario: Scenario) -> Iterator[Tile]:
    if scenario.inbound:
        queues = result.queues[ALL]
        limit_s = limit_of(result, ALL)
        within = "each queue’s limit" if limit_s is None else duration_text(limit_s).replace(" ", "\u00a0")  # noqa: RUF001
        remark = f"offered calls answered within {within}"
        yield Tile("Service level", _shown(queues, "service_level"), remark)
        yield Tile("Abandoned", _shown(queues, "p_abandon"), "of the offered calls")
        yield Tile("Speed of answer", _shown(queues, "asa_s"), "mean wait of the answered")
    if scenario.groups:
        yield Tile("Occupancy", _shown(result.groups[ALL], "occupancy"), "of agents’ time on duty")  # noqa: RUF001
    if scenario.campaigns:
        campaigns = result.campaigns[ALL]
        remark, alarm = _against_limits(result, scenario)
        yield Tile("Abandon rate", _shown(campaigns, "abandon_rate"), remark, alarm)
        yield Tile("Connects", _shown(campaigns, "connects_per_agent_h"), "per agent hour")
        yield Tile("Attempts", _shown(campaigns, "attempts_per_h"), "per hour")


def _shown(figures: Figures, key: str) -> str:
    """A figure with its unit, and the half of its interval beneath."""
    unit = next(figure.unit for subject in FIGURES.values() for figure in subject if figure.key == key)
    mean, _, half_width = shown(figures[key], unit).partition(" ± ")
    if figures[key].mean is None:
        return "–"  # noqa: RUF001
    sign = {"share": " %", "s": " s"}.get(unit, "")
    mean, half_width = mean.removesuffix(" %"), half_width.removesuffix(" %")
    return f"{mean}{sign}" + (f' <span class="half">± {half_width}{sign}</span>' if half_width else "")


def _against_limits(result: Result, scenario: Scenario) -> tuple[str, bool]:
    """Whether campaigns keep to their limits of the abandon rate, as far as the intervals tell."""
    over: list[str] = []
    unsure: list[str] = []
    known = False
    for campaign in scenario.campaigns:
        found = result.campaigns[campaign.name]["abandon_rate"]
        if found.mean is None:
            continue
        known = True
        margin = found.half_width or 0.0
        if found.mean - margin > campaign.abandon_rate_max:
            over.append(campaign.name)
        elif found.mean + margin > campaign.abandon_rate_max:
            unsure.append(campaign.name)
    alone = len(scenario.campaigns) == 1
    limit = f"the limit of {percent(scenario.campaigns[0].abandon_rate_max)}" if alone else "the limit"
    for verdict, names in (("over", over), ("too close to tell from", unsure)):
        if names:
            return f"{verdict} {limit}" + ("" if alone else f": {', '.join(names)}"), names is over
    return (f"within {limit}" if alone else "each within its limit") if known else "", False
