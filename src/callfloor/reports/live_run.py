"""The report of a live run: each agent's calls, attempts by outcome, the ledger, abnormal conditions."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from callfloor.abnormal import condition
from callfloor.floor.vocabulary import ABANDONED, HUMAN, HUNG_UP_EARLY, OUTCOME_NAMES
from callfloor.live.observer import Observer
from callfloor.stores.port import CallRecord

if TYPE_CHECKING:
    from rich.console import Console

NOT_RECORDED = 255
"""In the place of an outcome."""


class LiveRun(Observer):
    """Counts what a run meets, from the first commit to the last."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.talk_s: defaultdict[str, float] = defaultdict(float)
        self.outcomes: Counter[int] = Counter()
        self.outcome_of = bytearray()  # by attempt
        self.conditions: Counter[int] = Counter()
        self.late = 0
        self.attempts = 0
        self.first_attempt = 0
        self.left_over = 0

    def placed(self, at: float, attempt: int, e164: int, agent: str) -> None:
        """See Observer."""
        self.attempts += 1
        self.first_attempt = self.first_attempt or attempt

    def recorded(self, record: CallRecord, e164: int, agent: str) -> None:
        """See Observer. An attempt is told again where somebody has answered after its end.

        Those that an earlier run left open are closed by this one, and are none of its attempts.
        """
        if not 0 < self.first_attempt <= record.attempt:
            self.left_over += 1
            return
        if record.attempt >= len(self.outcome_of):
            more = record.attempt + 1 - len(self.outcome_of)
            self.outcome_of += bytes([NOT_RECORDED]) * more
        before = self.outcome_of[record.attempt]
        if before != NOT_RECORDED:
            self.outcomes[before] -= 1
        self.outcome_of[record.attempt] = record.outcome
        self.outcomes[record.outcome] += 1
        if agent and record.connected_at is not None and record.ended_at is not None:
            self.calls[agent] += 1
            self.talk_s[agent] += record.ended_at - record.connected_at
            self.late += record.outcome == ABANDONED

    def abnormal(self, at: float, code: int, event: int, found: int, attempt: int, agent: str) -> None:
        """See Observer."""
        self.conditions[code] += 1

    def figures(self, agents: list[str], abandon_rate_max: float) -> dict[str, Any]:
        """The run as one JSON object; a figure without a meaning in this run is None. Times in seconds."""
        connected, abandoned = self.outcomes[HUMAN], self.outcomes[ABANDONED]
        live = connected + abandoned
        talk_s = sum(self.talk_s.values())
        calls = sum(self.calls.values())
        return {
            "attempts": self.attempts,
            "human_answers": live + self.outcomes[HUNG_UP_EARLY],
            "connected": connected,
            "abandoned": abandoned,
            "connected_too_late": self.late,
            "hung_up_early": self.outcomes[HUNG_UP_EARLY],
            "abandon_rate": abandoned / live if live else None,
            "abandon_rate_upper": upper_bound(abandoned, live),
            "abandon_rate_max": abandon_rate_max,
            "average_call_s": talk_s / calls if calls else None,
            "left_over_from_earlier_runs": self.left_over,
            "outcomes": {OUTCOME_NAMES[code]: self.outcomes[code] for code in sorted(+self.outcomes)},
            "agents": [
                {
                    "agent": agent,
                    "calls": self.calls[agent],
                    "average_call_s": self.talk_s[agent] / self.calls[agent] if self.calls[agent] else None,
                }
                for agent in agents
            ],
            "abnormal_conditions": {
                condition(code).name: {"code": code, "severity": condition(code).severity, "count": count}
                for code, count in sorted(self.conditions.items())
            },
        }


def upper_bound(events: int, trials: int) -> float | None:
    """Return what a rate does not exceed with 95 % confidence, one-sided; None where nothing was tried.

    Wilson's score bound (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927): also where no event was seen.
    """
    if not trials:
        return None
    rate, z = events / trials, 1.6448536269514722
    middle = rate + z * z / (2 * trials)
    reach = z * math.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    return min((middle + reach) / (1 + z * z / trials), 1.0)


def print_report(console: Console, figures: dict[str, Any]) -> None:
    """Print the figures of a live run as tables."""
    from rich.table import Table

    console.print(
        f"Agents: {len(figures['agents'])}. They dialled for {figures['time_to_run_s']:,.0f} s of their time "
        f"in {figures['wall_s']:,.1f} s (seed {figures['seed']}, {figures['runtime']} floor)."
    )
    agents = Table(title="Agents", title_justify="left")
    for heading in ("agent", "calls", "average call"):
        agents.add_column(heading, justify="left" if heading == "agent" else "right")
    for row in figures["agents"]:
        agents.add_row(row["agent"], f"{row['calls']:,}", seconds(row["average_call_s"]))
    total = sum(row["calls"] for row in figures["agents"])
    agents.add_section()
    agents.add_row("all", f"{total:,}", seconds(figures["average_call_s"]))
    console.print(agents)

    outcomes = Table(title="Attempts by outcome", title_justify="left")
    for heading in ("outcome", "attempts", "share"):
        outcomes.add_column(heading, justify="left" if heading == "outcome" else "right")
    ended = sum(figures["outcomes"].values())
    for name, count in figures["outcomes"].items():
        outcomes.add_row(name, f"{count:,}", f"{count / ended:.1%}")
    outcomes.add_section()
    outcomes.add_row("all", f"{figures['attempts']:,}", "")
    console.print(outcomes)

    ledger = Table(title="Answers and abandonment", title_justify="left", show_header=False)
    ledger.add_column()
    ledger.add_column(justify="right")
    for name in ("human_answers", "connected", "abandoned", "hung_up_early"):
        ledger.add_row(name.replace("_", " "), f"{figures[name]:,}")
    ledger.add_row("abandon rate", share(figures["abandon_rate"]))
    ledger.add_row("at most (95%)", share(figures["abandon_rate_upper"]))
    ledger.add_row("limit", share(figures["abandon_rate_max"]))
    console.print(ledger)
    rate = figures["abandon_rate"]
    if rate is not None and rate > figures["abandon_rate_max"]:
        console.print(
            f"[bold red]{rate:.1%} of live answers were abandoned; the limit is "
            f"{figures['abandon_rate_max']:.1%}.[/] With real people this would break the law: "
            "use a smaller dial ratio, or --mode progressive."
        )

    if figures.get("leads_held_back"):
        kept = Table(title="Leads held back", title_justify="left")
        kept.add_column("reason")
        kept.add_column("leads", justify="right")
        for reason, count in figures["leads_held_back"].items():
            kept.add_row(reason, f"{count:,}")
        console.print(kept)

    if figures["abnormal_conditions"]:
        odd = Table(title="Abnormal conditions", title_justify="left")
        for heading in ("condition", "code", "severity", "count"):
            odd.add_column(heading, justify="right" if heading in ("code", "count") else "left")
        for name, told in figures["abnormal_conditions"].items():
            odd.add_row(name, str(told["code"]), told["severity"], f"{told['count']:,}")
        console.print(odd)
    else:
        console.print("No abnormal conditions.")


def seconds(value: float | None) -> str:
    """Seconds as the tables show them."""
    return "-" if value is None else f"{value:.2f} s"


def share(value: float | None) -> str:
    """A rate as the tables show it."""
    return "-" if value is None else f"{value:.2%}"
