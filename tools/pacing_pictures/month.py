"""Three legal windows: what is abandoned day by day, and over thirty days."""

from __future__ import annotations

from itertools import accumulate

from bench.pacing.floors import ABANDON_RATE_MAX, WINDOW_DAYS, Floor
from callfloor.reports.ticks import Tick, percent_ticks
from tools.pacing_pictures.panels import Panel, picture
from tools.pacing_pictures.runs import risk_allowed_now, run, shift_ends

FLOOR = Floor(10, 0.3, 120.0)
WINDOWS = 3
HIGHEST = 0.05
FIRST_SHOWN = 50
"""A rate of fewer answers is not shown: it jumps with every one."""

BAR = 0.42


def month() -> str:
    """The picture."""
    days, allowed = by_day()
    rolling = [over_thirty_days(days, day) for day in range(len(days))]
    last = WINDOWS * WINDOW_DAYS
    across = [Tick(day, f"{day}") for day in range(0, last + 1, 10)]
    rates = Panel(
        0, "Abandoned, of live answers", "day", "abandoned", across, percent_ticks(HIGHEST), last=float(last)
    )
    for day, (answers, abandoned) in enumerate(days):
        if answers:
            rates.bar(day + 0.5 - BAR, day + 0.5 + BAR, abandoned / answers, "sky")
    rates.line([(day + 1.0, rate) for day, rate in rolling_shown(rolling)], "blue")
    rates.limit(ABANDON_RATE_MAX)
    rates.name("on that day", "sky")
    rates.name("in the thirty days that end with it", "blue")
    risk = Panel(
        1,
        "What a line may bear",
        "day",
        "risk",
        across,
        percent_ticks(max(share for _, share in allowed)),
        last=float(last),
    )
    risk.line(allowed, "green")
    worst = max(rate for _, rate in rolling_shown(rolling))
    answers, abandoned = (sum(column) for column in zip(*days, strict=True))
    description = (
        f"{FLOOR.agents} agents in {WINDOWS} windows of thirty days: of {answers:,} live answers "
        f"{abandoned / answers:.2%} are abandoned; at the end of a day never more than {worst:.2%} of "
        "those of the last thirty days. What a line may bear rises and falls with the head-room."
    )
    return picture("month", "The ledger over three windows", description, [rates, risk])


def by_day() -> tuple[list[tuple[int, int]], list[tuple[float, float]]]:
    """Live answers and abandoned calls of each day; the risk that was allowed, by time in days."""
    days = [(0, 0)] * (WINDOWS * WINDOW_DAYS)
    allowed: list[tuple[float, float]] = []
    ends = iter(shift_ends(WINDOWS))
    end, before = next(ends), (0, 0)
    for now, campaign in run(FLOOR, WINDOWS, 50):
        if now < end:
            allowed.append((now / 86400.0, risk_allowed_now(campaign)))
            continue
        abandoned = int(campaign.abandoned)
        found = int(campaign.connected) + abandoned, abandoned
        days[int(end / 86400.0)] = found[0] - before[0], found[1] - before[1]
        end, before = next(ends, end + 1e9), found
    return days, allowed


def over_thirty_days(days: list[tuple[int, int]], day: int) -> tuple[int, float]:
    """The live answers of the thirty days that end with a day, and the share that was abandoned."""
    latest = days[max(day + 1 - WINDOW_DAYS, 0) : day + 1]
    answers, abandoned = (list(accumulate(column))[-1] for column in zip(*latest, strict=True))
    return answers, abandoned / answers if answers else 0.0


def rolling_shown(rolling: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """The days on which there are enough answers, with the rate."""
    return [(day, rate) for day, (answers, rate) in enumerate(rolling) if answers >= FIRST_SHOWN]
