"""A scenario in a few words: when calls come, how long things take, who works when, how people are called."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from callfloor.reports.markup import cell, head, percent, row, table
from callfloor.reports.ticks import Clock
from callfloor.scenario import Campaign, Gaps, Inbound, Period, Profile, Rate, Scenario, Trace
from callfloor.scenario.arrivals import Arrivals
from callfloor.scenario.distributions import Constant, Distribution, Never
from callfloor.scenario.sections import BLOCK, DIRECT, QUEUE, VOICEMAIL

_WITHOUT_UNIT = ("k", "shape", "p")
"""Parameters of distributions that are no seconds."""


_QUEUE = "queue, calls, talk, wrap-up, patience, if no agent is ready, priority, groups"
_GROUP = "group, agents, take, shifts, breaks, absent"
_CAMPAIGN = "campaign, leads, dials, rings, outcome of attempts, abandoned, talk, wrap-up, hours called"


def scenario_tables(scenario: Scenario, clock: Clock) -> str:
    """Return tables of queues, groups and campaigns, where there are any."""
    groups = range(len(scenario.groups))
    return (
        _table("Queues", _QUEUE, [_queue(scenario, queue) for queue in scenario.inbound])
        + _table("Groups of agents", _GROUP, [_group(scenario, place, clock) for place in groups])
        + _table("Campaigns", _CAMPAIGN, [_campaign(campaign) for campaign in scenario.campaigns])
    )


def _table(title: str, heads: str, lines: Sequence[str]) -> str:
    return table(title, [head(each) for each in heads.split(", ")], lines, "words") if lines else ""


def in_brief(scenario: Scenario) -> str:
    """Return what there is on one line: "2 queues, 4 groups with 82 agents, 1 campaign"."""
    agents = sum(group.agents for group in scenario.groups)
    parts = [
        counted(len(scenario.inbound), "queue"),
        f"{counted(len(scenario.groups), 'group')} with {counted(agents, 'agent')}",
        counted(len(scenario.campaigns), "campaign"),
    ]
    return ", ".join(part for part in parts if not part.startswith("0 "))


def counted(count: int, thing: str) -> str:
    """Return a number of things: "1 queue", "2 queues"."""
    return f"{count:,} {thing}" + ("" if count == 1 else "s")


def length(seconds: float) -> str:
    """Return a duration exactly: "170 s", "1 h 30 min"."""
    whole = int(seconds)
    if whole != seconds or whole < 600:
        return f"{seconds:,.10g} s"
    parts = ((whole // 3600, "h"), (whole % 3600 // 60, "min"), (whole % 60, "s"))
    return " ".join(f"{count:,} {unit}" for count, unit in parts if count)


def duration(distribution: Distribution) -> str:
    """Return how long something takes: "170 s", "exponential, mean 120 s"."""
    if isinstance(distribution, Constant):
        return length(distribution.value) if distribution.value else "none"
    if isinstance(distribution, Never):
        return "for ever"
    parts = [distribution.dist]
    for name, value in distribution.to_raw().items():
        if isinstance(value, str):
            parts.append(PurePath(value).name)
        elif isinstance(value, int | float):
            parts.append(f"{name} {value:,g}{'' if name in _WITHOUT_UNIT else ' s'}")
        else:
            parts.append(f"{len(value):,} values")
    return ", ".join(parts)


def arrivals(found: Arrivals) -> str:
    """Return when calls come: "1,900 calls/h"."""
    match found:
        case Rate():
            return f"{found.rate_per_h:,g} calls/h"
        case Profile():
            low, high = min(found.profile_per_h), max(found.profile_per_h)
            rates = f"{low:,g} to {high:,g}" if low < high else f"{low:,g}"
            return f"{rates} calls/h, by {length(found.interval)}"
        case Gaps():
            calls = "" if found.count is None else f"{counted(found.count, 'call')}, "
            return f"{calls}gaps {duration(found.gap_s)}"
        case Trace():
            return f"as in {PurePath(found.trace).name}"
        case _:
            return ""


_BUSY = {QUEUE: "it waits", VOICEMAIL: "it leaves a voicemail", BLOCK: "it is blocked"}


def _queue(scenario: Scenario, queue: Inbound) -> str:
    busy = _BUSY[queue.when_busy]
    if queue.when_busy == QUEUE and queue.queue_limit:
        busy += f", {queue.queue_limit:,} at most"
    if queue.when_busy == VOICEMAIL:
        busy += f", and {percent(queue.callback.reached)} of callbacks reach the caller"
    if queue.routing == DIRECT:
        fits = " who fits" if scenario.consumers is not None else ""
        busy += f"; each call is for one agent{fits}"
    if queue.redial.probability:
        busy += f"; {percent(queue.redial.probability)} call again"
    lengths = (duration(each) for each in (queue.talk_s, queue.wrap_up_s, queue.patience_s))
    groups = ", ".join(scenario.groups[place].name for place in scenario.groups_for(queue.name))
    texts = (arrivals(scenario.arrivals_of(queue)), *lengths, busy, f"{queue.priority}", groups)
    return row(queue.name, [cell(each) for each in texts])


def _group(scenario: Scenario, place: int, clock: Clock) -> str:
    group = scenario.groups[place]
    names = [*(queue.name for queue in scenario.inbound), *(each.name for each in scenario.campaigns)]
    takes = sorted(
        (scenario.preference(place, name), at, name)
        for at, name in enumerate(names)
        if scenario.preference(place, name)
    )
    texts = (
        f"{group.agents:,}",
        ", ".join(f"{name} ({preference})" for preference, _, name in takes),
        _periods(group.shifts or (), clock) or "the whole run",
        _periods(group.breaks, clock) or "none",
        percent(group.shrinkage) if group.shrinkage else "none",
    )
    return row(group.name, [cell(each) for each in texts])


def _periods(periods: Sequence[Period], clock: Clock) -> str:
    """From when to when, by the clock; with the date where it is not the first day's."""
    first = clock.date_text(0.0)

    def text(at_s: float) -> str:
        date = clock.date_text(at_s)
        return clock.time_text(at_s) if date == first else f"{date} {clock.time_text(at_s)}"

    return ", ".join(f"{text(each.start_s)}–{text(each.end_s)}" for each in periods)  # noqa: RUF001


def _campaign(campaign: Campaign) -> str:
    leads = f"{campaign.leads:,}" if isinstance(campaign.leads, int) else PurePath(campaign.leads).name
    outcome = sorted(campaign.outcome.items(), key=lambda each: -each[1])
    hours = campaign.hours
    texts = (
        leads,
        _dials(campaign),
        f"{duration(campaign.ring_s)}; {length(campaign.ring_timeout_s)} at most",
        ", ".join(f"{name.replace('_', ' ')} {percent(share)}" for name, share in outcome if share)
        + _answers(campaign),
        f"after {length(campaign.answer_within_s)}; limit {percent(campaign.abandon_rate_max)}",
        duration(campaign.talk_s),
        duration(campaign.wrap_up_s),
        f"{_clock_time(hours.opens_s)}–{_clock_time(hours.closes_s)} local" if hours else "any",  # noqa: RUF001
    )
    return row(campaign.name, [cell(each) for each in texts])


def _answers(campaign: Campaign) -> str:
    """How the share of people who answer changes, where it does."""
    profile = campaign.answer_profile
    if profile is None:
        return ""
    low, high = min(profile.factors), max(profile.factors)
    factors = f"{low:g} to {high:g}" if low < high else f"{low:g}"
    return f"; human times {factors}, by {length(profile.interval)}"


def _dials(campaign: Campaign) -> str:
    """How a campaign dials."""
    parts = [campaign.mode]
    if campaign.mode == "power":
        lines = "line" if campaign.dial_ratio == 1 else "lines"
        parts.append(f"{campaign.dial_ratio:g} {lines} for each ready agent")
    if campaign.mode == "predictive" and campaign.pacing != "callfloor":
        parts.append(f"paced as {campaign.pacing} is")
    if campaign.pool == "agent":
        parts.append("of their own")
    if campaign.reserve:
        parts.append(f"{counted(campaign.reserve, 'agent')} left to inbound")
    if campaign.lines:
        parts.append(counted(campaign.lines, "trunk line"))
    if campaign.calls_per_s:
        parts.append(f"{campaign.calls_per_s:g} calls/s at most")
    parts.append(f"{counted(campaign.max_attempts, 'attempt')} at most")
    return ", ".join(parts)


def _clock_time(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds % 3600 // 60:02}"
