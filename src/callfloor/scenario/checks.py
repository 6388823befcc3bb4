"""What must go together in a scenario: names, skills, and loops that would never end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from callfloor.scenario.arrivals import Gaps, Profile, Trace
from callfloor.scenario.campaigns import Campaign
from callfloor.scenario.draining import check_drains
from callfloor.scenario.errors import ScenarioError, no_such, path_of, shown
from callfloor.scenario.load import check_load
from callfloor.scenario.sections import DIRECT

if TYPE_CHECKING:
    from callfloor.scenario.model import Scenario
    from callfloor.scenario.sections import Inbound


def check_scenario(scenario: Scenario) -> None:
    """Refuse sections that do not go together. Raises ScenarioError, which names the key."""
    _check_present(scenario)
    _check_names(scenario)
    _check_agents(scenario)
    for queue in scenario.inbound:
        _check_arrivals(scenario, queue)
    _check_consumers(scenario)
    check_drains(scenario)
    check_load(scenario)


def kinds_of_work(scenario: Scenario) -> Iterator[tuple[str, Inbound | Campaign]]:
    """Queues and campaigns with the section they stand in."""
    for queue in scenario.inbound:
        yield "inbound", queue
    for campaign in scenario.campaigns:
        yield "campaigns", campaign


def _check_present(scenario: Scenario) -> None:
    """Refuse a floor without agents' groups or without work."""
    if not scenario.groups:
        raise ScenarioError("groups", "expected at least one [[groups]], found none")
    if not scenario.inbound and not scenario.campaigns:
        raise ScenarioError("", "expected at least one [[inbound]] or [[campaigns]], found neither")


def _check_names(scenario: Scenario) -> None:
    """Refuse names that mean two things, or nothing."""
    queues = {queue.name for queue in scenario.inbound}
    for campaign in scenario.campaigns:
        if campaign.name in queues:
            complaint = "a queue has this name; expected another, since skills name both"
            raise ScenarioError(path_of("campaigns", campaign.name, "name"), complaint)
    work = [each.name for _, each in kinds_of_work(scenario)]
    for group in scenario.groups:
        for skill in group.skills or ():
            if skill not in work:
                complaint = no_such("queue or campaign", skill, work)
                raise ScenarioError(path_of("groups", group.name, "skills", skill), complaint)
    groups = {group.name: place for place, group in enumerate(scenario.groups)}
    for queue in scenario.inbound:
        for name in queue.groups or ():
            where = path_of("inbound", queue.name, "groups")
            if name not in groups:
                raise ScenarioError(where, no_such(f"group {shown(name)}", name, groups))
            if not scenario.preference(groups[name], queue.name):
                missing = path_of("groups", name, "skills", queue.name)
                raise ScenarioError(
                    where, f'"{name}": expected a group with this skill; {missing} is missing'
                )


def _check_agents(scenario: Scenario) -> None:
    """Refuse a queue or campaign that nobody takes."""
    for section, work in kinds_of_work(scenario):
        if isinstance(work, Campaign) and not work.needs_agents:
            continue
        taking = set(scenario.groups_for(work.name)) | set(scenario.groups_with(work.name))
        if not taking:
            raise ScenarioError(
                path_of(section, work.name),
                f"no agent for it; expected a group with skills.{path_of(work.name)}",
            )
        if not sum(scenario.groups[place].agents for place in taking):
            named = ", ".join(
                path_of("groups", scenario.groups[place].name, "agents") for place in sorted(taking)
            )
            raise ScenarioError(
                path_of(section, work.name), f"no agent for it; expected 1 or more in {named}"
            )


def _check_consumers(scenario: Scenario) -> None:
    """Refuse consumers without the one queue in which each of them wants an agent who fits."""
    if scenario.consumers is None:
        return
    if len(scenario.inbound) != 1:
        raise ScenarioError(
            "consumers", f"expected one [[inbound]], in which they call, found {len(scenario.inbound)}"
        )
    (queue,) = scenario.inbound
    where = path_of("inbound", queue.name)
    if not isinstance(queue.arrivals, Gaps):
        raise ScenarioError(
            f"{where}.arrivals", "expected gap_s, since consumers call one after another, found another form"
        )
    if queue.arrivals.count is not None:
        raise ScenarioError(
            f"{where}.arrivals.count",
            f"expected no such key beside [consumers], whose count says it, found {queue.arrivals.count}",
        )
    if queue.routing != DIRECT:
        raise ScenarioError(
            f"{where}.routing", f'expected "direct" for [consumers], whom agents fit, found "{queue.routing}"'
        )


def _check_arrivals(scenario: Scenario, queue: Inbound) -> None:
    """Refuse calls for ever in no time, a profile shorter than the run, and a trace that begins before it."""
    arrivals, duration = scenario.arrivals_of(queue), scenario.run.duration
    where = path_of("inbound", queue.name, "arrivals")
    if isinstance(arrivals, Gaps) and arrivals.count is None and arrivals.gap_s.mean == 0:
        raise ScenarioError(
            f"{where}.gap_s", "calls without end would come in no time; expected a mean over 0, or count"
        )
    if isinstance(arrivals, Profile) and duration is not None and arrivals.ends_s < duration - 1e-6:
        raise ScenarioError(
            f"{where}.profile_per_h",
            f"expected intervals for the whole run ({duration:g} s), found {len(arrivals.profile_per_h)} of "
            f"{arrivals.interval:g} s, {arrivals.ends_s:g} s in all",
        )
    if isinstance(arrivals, Trace):
        first_s = scenario.trace_times_s(arrivals)[0]
        if first_s < 0:
            raise ScenarioError(
                f"{where}.trace",
                f"expected calls from run.starts_at ({scenario.run.starts_at.isoformat()}) on, "
                f"found the first {-first_s:g} s before it",
            )
