"""A shift in the middle of which people begin to answer twice as often."""

from __future__ import annotations

from bench.pacing.floors import DAY_S, DOUBLING, MIDDLE_S, STARTS_S, Floor
from callfloor.floor.counting import agents_ready
from callfloor.floor.learning import probability
from callfloor.reports.ticks import Tick, percent_ticks, ticks
from tools.pacing_pictures.panels import Panel, picture
from tools.pacing_pictures.runs import run

FLOOR = Floor(25, 0.15, 120.0, pattern=DOUBLING)
DAY = 3
"""By then the floor knows its people."""

MARGIN_S = 1800.0
SAMPLED_S = 20.0


def shift() -> str:
    """The picture."""
    first, last = DAY * DAY_S + STARTS_S + MIDDLE_S - MARGIN_S, DAY * DAY_S + STARTS_S + MIDDLE_S + MARGIN_S
    rate: list[tuple[float, float]] = []
    lines: list[tuple[float, float]] = []
    busy: list[tuple[float, float]] = []
    due = first
    for now, campaign in run(FLOOR, 1, 5):
        if now > last:
            break
        if now < due:
            continue
        due = now + SAMPLED_S
        minute = (now - first - MARGIN_S) / 60.0
        ready = agents_ready(campaign)
        rate.append((minute, probability(campaign.outlook)))
        lines.append((minute, float(campaign.placed)))
        busy.append((minute, float(FLOOR.agents - ready)))
    across = [Tick(minute, f"{minute:+d}" if minute else "0") for minute in range(-30, 31, 10)]
    before, after = FLOOR.answer_rates
    learnt = panel_of(0, "How many answer", "answered", across, percent_ticks(1.5 * after))
    learnt.line([(-30.0, before), (0.0, before), (0.0, after), (30.0, after)], "muted", "what is so")
    learnt.line(rate, "blue", "what is learnt")
    ringing = panel_of(1, "What it does", "lines, agents", across, ticks(max(value for _, value in lines)))
    ringing.line(lines, "green", "lines that ring")
    ringing.line(busy, "amber", "agents busy or reserved")
    description = (
        f"{FLOOR.agents} agents. In mid-shift {after:.0%} answer instead of {before:.0%}. What is learnt "
        f"follows within minutes: {at(rate, 5.0):.0%} after five, {at(rate, 15.0):.0%} after fifteen. "
        f"Of lines that ring there are {mean(lines, 10.0, 30.0):.0f} instead of "
        f"{mean(lines, -30.0, 0.0):.0f}; as many agents are busy."
    )
    return picture("shift", "The answer rate doubles", description, [learnt, ringing])


def panel_of(place: int, heading: str, up_title: str, across: list[Tick], up: tuple[Tick, ...]) -> Panel:
    """A panel of that hour."""
    return Panel(place, heading, "minutes after mid-shift", up_title, across, up, first=-MARGIN_S / 60.0)


def at(points: list[tuple[float, float]], minute: float) -> float:
    """The first value from a minute on."""
    return next(value for time, value in points if time >= minute)


def mean(points: list[tuple[float, float]], first: float, last: float) -> float:
    """The mean of the values between two minutes."""
    found = [value for time, value in points if first <= time <= last]
    return sum(found) / len(found)
