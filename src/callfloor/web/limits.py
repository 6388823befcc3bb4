"""What a run will come to, so that one which is too large is refused before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callfloor.failures import UsageError
from callfloor.floor.pacing import LINES_MOST
from callfloor.floor.vocabulary import MODE_NAMES, PREDICTIVE
from callfloor.scenario import Campaign, Gaps, Inbound, Profile, Rate, Scenario, Trace, check_fits_memory
from callfloor.scenario.model import FILE_KEYS, RULES_KEY, names_rules_file
from callfloor.web.settings import ServiceSettings


def refuse_files(document: Mapping[str, Any]) -> None:
    """Refuse a scenario that names files: those of the service are not its users'. Raises UsageError."""
    try:
        _refuse_files(document, "")
    except RecursionError:
        raise UsageError("expected a scenario, found tables nested too deep") from None


def _refuse_files(value: Any, path: str) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            where = f"{path}.{name}" if path else str(name)
            own_rules = (
                name == RULES_KEY
                and isinstance(inner, str)
                and any(names_rules_file(each) for each in inner.split(","))
            )
            if own_rules or (name in FILE_KEYS and _has_text(inner)):
                raise UsageError(f"{where}: expected no name of a file over HTTP; put the values themselves")
            _refuse_files(inner, where)
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value, 1):
            _refuse_files(inner, f"{path}.{place}")


def _has_text(value: Any) -> bool:
    """Whether a value is a text, or a list of some."""
    return isinstance(value, str) or (
        isinstance(value, list | tuple) and any(isinstance(each, str) for each in value)
    )


def check_limits(scenario: Scenario, settings: ServiceSettings) -> None:
    """Refuse a run that is too large for the service. Raises UsageError, which says by how much."""
    agents = sum(group.agents for group in scenario.groups)
    if agents > settings.agents_most:
        raise UsageError(f"groups: expected at most {settings.agents_most:,} agents, found {agents:,}")
    calls = expected_calls(scenario) * scenario.run.replications
    if calls > settings.calls_most:
        about = f"{calls:,.0f}" if calls < 1e15 else f"{calls:.3g}"
        raise UsageError(
            f"run: about {about} calls are to come in {scenario.run.replications:,} replications; "
            f"expected at most {settings.calls_most:,.0f}: take fewer replications or a shorter run"
        )
    check_fits_memory(scenario, workers=settings.workers)


def expected_calls(scenario: Scenario) -> float:
    """Return about how many calls a replication has, rather too many than too few."""
    inbound = sum(_calls_in(scenario, queue) for queue in scenario.inbound)
    return inbound + sum(_attempts(scenario, campaign) for campaign in scenario.campaigns)


def _calls_in(scenario: Scenario, queue: Inbound) -> float:
    duration_s = scenario.run.duration or 0.0
    calls = 0.0
    match scenario.arrivals_of(queue):
        case Rate(rate_per_h=rate_per_h):
            calls = rate_per_h * duration_s / 3600.0
        case Profile(profile_per_h=profile_per_h, interval=interval):
            calls = sum(profile_per_h) * interval / 3600.0
        case Gaps(gap_s=gap_s, count=count):
            endless = duration_s / gap_s.mean if gap_s.mean > 0.0 else float("inf")
            calls = endless if count is None else float(count)
        case Trace(rows=rows):
            calls = float(len(rows.at_s))
    again = queue.redial.probability
    calls *= 1.0 / (1.0 - again) if again < 1.0 else 1.0 + duration_s / max(queue.redial.after_s.mean, 1.0)
    tries = 1.0 / queue.callback.reached if queue.callback.reached > 0.0 else 1.0
    return calls * (1.0 + tries) if queue.when_busy == "voicemail" else calls


def _attempts(scenario: Scenario, campaign: Campaign) -> float:
    agents = sum(scenario.groups[place].agents for place in scenario.groups_with(campaign.name))
    leads = float(campaign.leads) if isinstance(campaign.leads, int) else 1e6
    attempts = leads * campaign.max_attempts
    if scenario.run.duration is None:
        return attempts
    predicts = campaign.mode == MODE_NAMES[PREDICTIVE]
    lines = agents * max(1.0, LINES_MOST if predicts else campaign.dial_ratio)
    return min(attempts, lines * scenario.run.duration / max(campaign.ring_s.mean, 0.1))
