"""Whether a scenario that runs until all work is done can ever be done.

Only what is sure is refused here. Chance may still leave a caller waiting after the last shift; the
simulator meets that when nothing more can happen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from callfloor.scenario.arrivals import Gaps, Profile, Trace
from callfloor.scenario.distributions import Constant
from callfloor.scenario.errors import ScenarioError, path_of
from callfloor.scenario.sections import VOICEMAIL

if TYPE_CHECKING:
    from callfloor.scenario.campaigns import Campaign
    from callfloor.scenario.model import Scenario
    from callfloor.scenario.sections import Inbound

NEVER_DRAINS = 'with run.until = "drained" the run would never end'


def check_drains(scenario: Scenario) -> None:
    """Refuse a run until drained that cannot drain. Raises ScenarioError, which names the reason's key."""
    if scenario.run.until is None:
        return
    for queue in scenario.inbound:
        _check_queue(scenario, queue)
    for campaign in scenario.campaigns:
        _check_campaign(scenario, campaign)


def _check_queue(scenario: Scenario, queue: Inbound) -> None:
    """Refuse calls that never stop coming, or never leave."""
    where = path_of("inbound", queue.name)
    if scenario.arrivals_of(queue).endless:
        raise ScenarioError(
            f"{where}.arrivals",
            f"{NEVER_DRAINS}: calls keep coming; expected count, a profile, a trace, or a duration",
        )
    if queue.when_busy == VOICEMAIL and queue.callback.reached == 0:
        raise ScenarioError(
            f"{where}.callback.reached", f"{NEVER_DRAINS}: no callback reaches anybody; expected over 0"
        )
    taking = set(scenario.groups_for(queue.name)) | set(scenario.groups_with(queue.name))
    last_agent_s = max(scenario.groups[place].leaves_s for place in taking if scenario.groups[place].agents)
    last_call_s = last_sure_call_s(scenario, queue)
    if last_call_s >= last_agent_s and (queue.may_wait_for_ever or queue.redial.probability == 1):
        how = "redials" if queue.redial.probability == 1 else "waits"
        raise ScenarioError(
            where,
            f"{NEVER_DRAINS}: a call {how} for ever that comes at {last_call_s:g} s or later, "
            f"and the last shift ends at {last_agent_s:g} s",
        )


def last_sure_call_s(scenario: Scenario, queue: Inbound) -> float:
    """Return a time, in seconds from the start, at or after which a call is sure to come; -1: not known."""
    arrivals = scenario.arrivals_of(queue)
    if isinstance(arrivals, Trace):
        return scenario.trace_times_s(arrivals)[-1]
    if isinstance(arrivals, Gaps) and isinstance(arrivals.gap_s, Constant):
        return arrivals.gap_s.value * (arrivals.count or 0)
    if isinstance(arrivals, Profile):
        # Not sure to the last bit: with 30 calls expected none comes once in 10 million million runs.
        expected = 0.0
        for place in reversed(range(len(arrivals.profile_per_h))):
            expected += arrivals.profile_per_h[place] * arrivals.interval / 3600
            if expected >= 30:
                return place * arrivals.interval
    return -1.0


def _check_campaign(scenario: Scenario, campaign: Campaign) -> None:
    """Refuse a campaign in which no call is ever placed."""
    if not campaign.needs_agents:
        return
    agents = sum(scenario.groups[place].agents for place in scenario.groups_with(campaign.name))
    where = path_of("campaigns", campaign.name)
    if campaign.reserve >= agents:
        raise ScenarioError(
            f"{where}.reserve",
            f"{NEVER_DRAINS}: expected less than its {agents} agents, found {campaign.reserve}",
        )
    if campaign.mode == "power" and campaign.pool == "campaign" and campaign.dial_ratio * agents < 1:
        raise ScenarioError(
            f"{where}.dial_ratio",
            f"{NEVER_DRAINS}: {campaign.dial_ratio:g} lines for each of {agents} agents are less than one",
        )
