"""Makes a world of a scenario: the floor with its agents, queues and campaigns, and the people around it."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from callfloor.floor import vocabulary as v
from callfloor.floor.legal_window import WINDOW_NAMES
from callfloor.floor.setting_codes import PACING_CALLFLOOR, PACING_NAMES
from callfloor.people.draws import stream_of
from callfloor.scenario import Gaps, Inbound, Profile, Rate, Scenario, Trace
from callfloor.scenario.campaigns import Campaign
from callfloor.scenario.distributions import Constant, Distribution, Exponential, Never
from callfloor.scenario.sections import Group
from callfloor.sim.callers import ARRIVE_BY_GAPS, ARRIVE_BY_PROFILE, ARRIVE_BY_TRACE
from callfloor.sim.consumers import people_the_queue
from callfloor.sim.laws import law_of
from callfloor.sim.listing import fill_list
from callfloor.sim.streams import named_stream
from callfloor.sim.tallies import (
    APPOINTMENT_COUNTS,
    CAMPAIGN_COUNTS,
    QUEUE_COUNTS,
    QUEUE_SUMS,
    WAIT_BUCKETS,
)

if TYPE_CHECKING:
    from callfloor.sim.hours import LeadPlan

INTERVALS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800)
MOST_INTERVALS = 100
"""The shortest of the lengths that cuts the measured time into so many at most; half an hour otherwise."""

MOST_ROWS = 2000
"""Where half hours are more than this, intervals are longer."""

PREFERENCE_MOST = 2**20


@dataclass(frozen=True, slots=True)
class Plan:
    """What is worked out once for all replications of a scenario."""

    scenario: Scenario
    leads: tuple[LeadPlan, ...]
    times: dict[str, array[float]]
    interval_s: float
    rows: int

    @property
    def words(self) -> tuple[str, ...]:
        """Dispositions of all campaigns, each name once."""
        every = (each.name for campaign in self.scenario.campaigns for each in campaign.dispositions)
        return tuple(dict.fromkeys(every))

    @property
    def holds_back(self) -> bool:
        """Whether any campaign has leads who are never called."""
        return any(campaign.holds_back for campaign in self.scenario.campaigns)

    @property
    def appointments(self) -> bool:
        """Whether any campaign makes appointments."""
        return any(campaign.makes_appointments for campaign in self.scenario.campaigns)


def plan_of(scenario: Scenario) -> Plan:
    """Work out what all replications share. Raises ScenarioError for a list of leads that cannot be used."""
    times = {
        queue.name: scenario.trace_times_s(queue.arrivals)
        for queue in scenario.inbound
        if isinstance(queue.arrivals, Trace)
    }
    leads: tuple[LeadPlan, ...] = ()
    if scenario.campaigns:
        from callfloor.sim.hours import (
            plan_leads,  # time zones and area codes, half of what there is to import
        )

        leads = tuple(plan_leads(scenario, campaign) for campaign in scenario.campaigns)
    span_s = scenario.run.duration
    if span_s is None:
        span_s = 1.5 * _likely_end_s(scenario, leads, times)
    span_s -= scenario.run.warm_up
    interval_s = interval_for(span_s)
    rows = max(1, math.ceil(span_s / interval_s - 1e-9))
    return Plan(scenario, leads, times, interval_s, min(rows, 2 * MOST_ROWS))


def interval_for(span_s: float) -> float:
    """Return how long the intervals of a measured time are, seconds."""
    for interval_s in INTERVALS_S:
        if span_s <= MOST_INTERVALS * interval_s:
            return float(interval_s)
    return 1800.0 * max(1, math.ceil(span_s / (1800.0 * MOST_ROWS)))


def _likely_end_s(scenario: Scenario, leads: tuple[LeadPlan, ...], times: dict[str, array[float]]) -> float:
    """About when a run that ends when all is done will end, seconds: its intervals are cut by that."""
    ends = [1.0]
    for queue in scenario.inbound:
        arrivals = scenario.arrivals_of(queue)
        if isinstance(arrivals, Trace):
            ends.append(times[queue.name][-1])
        elif isinstance(arrivals, Profile):
            ends.append(arrivals.ends_s)
        elif isinstance(arrivals, Gaps):
            ends.append((arrivals.count or 0) * arrivals.gap_s.mean)
    agents = sum(group.agents for group in scenario.groups) or 1
    for campaign, plan in zip(scenario.campaigns, leads, strict=True):
        busy_s = campaign.outcome.get("human", 0.0) * (campaign.talk_s.mean + campaign.wrap_up_s.mean)
        ends.append(plan.count * (busy_s + campaign.ring_s.mean / 2) / agents)
    return max(ends)


def build(runtime: Any, plan: Plan, replication: int, *, trace: bool = False) -> Any:
    """Return the world of a replication, started: its first entries are in the calendar.

    With `trace` it keeps lines of what happens, which must be taken away as it goes on.
    """
    scenario = plan.scenario
    world = runtime.World()
    world.traces.wanted = trace
    floor = world.floor
    floor.tracks = floor.explains = floor.watches = False
    floor.bridges_at_once = True
    floor.linger_s = 0.0
    stream = stream_of(scenario.run.seed, replication)
    for group in scenario.groups:
        _add_group(runtime, world, group, stream)
    for queue in scenario.inbound:
        _add_queue(runtime, world, plan, queue, stream)
    for campaign, leads in zip(scenario.campaigns, plan.leads, strict=True):
        _add_campaign(runtime, world, plan, campaign, leads, stream)
    _set_tally(world, plan)
    runtime.start(world)
    return world


def _add_group(runtime: Any, world: Any, group: Group, stream: int) -> None:
    floor = world.floor
    record = runtime.Group(id=len(floor.groups))
    floor.groups.append(record)
    first = len(floor.agents)
    floor.agents.extend(runtime.Agent(id=first + i, group=record) for i in range(group.agents))
    desks = runtime.Desks(group=record, stream=named_stream(stream, "group", group.name))
    desks.first, desks.end = first, len(floor.agents)
    desks.absent_share = group.shrinkage
    shifts = [(shift.start_s, shift.end_s) for shift in group.shifts or ()] or [(0.0, math.inf)]
    desks.shift_starts = array("d", (start for start, _ in shifts))
    desks.shift_ends = array("d", (end for _, end in shifts))
    desks.break_starts = array("d", (each.start_s for each in group.breaks))
    desks.break_ends = array("d", (each.end_s for each in group.breaks))
    world.desks.append(desks)


def _wrap_up_limit(wrap_up: Distribution) -> float:
    """How long the floor lets an agent wrap up: not at all, or until they say that they are ready."""
    return 0.0 if isinstance(wrap_up, Constant) and wrap_up.value == 0.0 else v.NEVER


def _open_queue(runtime: Any, world: Any, scenario: Scenario, name: str, queue: Any) -> None:
    """Take a queue into the floor, with the groups that look after it and those who take its calls."""
    runtime.open_queue(world.floor, queue)
    queue.groups = [world.floor.groups[place] for place in scenario.groups_for(name)]
    for place in scenario.groups_with(name):
        preference = min(scenario.preference(place, name), PREFERENCE_MOST)
        runtime.let_serve(world.floor.groups[place], queue, preference)


def _add_queue(runtime: Any, world: Any, plan: Plan, queue: Inbound, stream: int) -> None:
    record = runtime.Queue(
        priority=queue.priority,
        routing=v.ROUTING_NAMES.index(queue.routing),
        when_busy=v.WHEN_BUSY_NAMES.index(queue.when_busy),
        limit=queue.queue_limit,
        wrap_up_s=_wrap_up_limit(queue.wrap_up_s),
    )
    _open_queue(runtime, world, plan.scenario, queue.name, record)
    # Records are given to the constructor: the fast runtime never frees one that another takes the place of.
    callers = runtime.Callers(
        queue=record,
        stream=named_stream(stream, "queue", queue.name),
        gap=law_of(runtime, _gap_of(queue)),
        talk=law_of(runtime, queue.talk_s),
        wrap_up=law_of(runtime, queue.wrap_up_s),
        patience=law_of(runtime, queue.patience_s),
        redial_probability=queue.redial.probability,
        redial_after=law_of(runtime, queue.redial.after_s),
        reached=queue.callback.reached,
        callback_talk=law_of(runtime, queue.callback.talk_s or queue.talk_s),
        unreached=law_of(runtime, queue.callback.unreached_s),
    )
    _set_arrivals(callers, plan, queue)
    if plan.scenario.consumers is not None:
        people_the_queue(runtime, world, plan.scenario, callers)
    world.callers.append(callers)


def _gap_of(queue: Inbound) -> Distribution:
    """The gaps between calls, where they come by gaps."""
    match queue.arrivals:
        case Rate(rate_per_h=rate_per_h) if rate_per_h > 0:
            return Exponential(3600.0 / rate_per_h)
        case Gaps(gap_s=gap_s):
            return gap_s
    return Constant(0.0)


def _set_arrivals(callers: Any, plan: Plan, queue: Inbound) -> None:
    arrivals = plan.scenario.arrivals_of(queue)
    match arrivals:
        case Rate(rate_per_h=rate_per_h):
            callers.arrive_by = ARRIVE_BY_GAPS
            callers.count = -1 if rate_per_h > 0 else 0
        case Profile(profile_per_h=profile_per_h, interval=interval):
            callers.arrive_by = ARRIVE_BY_PROFILE
            callers.rates = array("d", (each / 3600.0 for each in profile_per_h))
            callers.interval_s = interval
        case Gaps(count=count):
            callers.arrive_by = ARRIVE_BY_GAPS
            callers.count = -1 if count is None else count
        case Trace():
            callers.arrive_by = ARRIVE_BY_TRACE
            callers.times = plan.times[queue.name]
            callers.talks = arrivals.rows.talk_s


def _add_campaign(
    runtime: Any, world: Any, plan: Plan, campaign: Campaign, leads: LeadPlan, stream: int
) -> None:
    floor = world.floor
    record = runtime.Campaign(id=len(floor.campaigns))
    record.mode = next(code for code, name in v.MODE_NAMES.items() if name == campaign.mode)
    record.pool = v.POOL_NAMES.index(campaign.pool)
    runtime.open_window(record.ledger, WINDOW_NAMES.index(campaign.abandon_window))
    for name in (
        *("dial_ratio", "share", "reserve", "abandon_rate_max", "answer_within_s", "ring_timeout_s"),
        *("max_attempts", "cooldown_s", "lines", "calls_per_s", "preview_s", "skip_retry_s"),
    ):
        setattr(record, name, getattr(campaign, name))
    record.wrap_up_s = _wrap_up_limit(campaign.wrap_up_s)
    record.preview_expires = v.PREVIEW_EXPIRES_NAMES.index(campaign.preview_expires)
    record.machine = v.MACHINE_NAMES.index(campaign.machine)
    record.plays_message = campaign.mode == "message" or campaign.machine == "message"
    record.failures_max = 0  # made-up numbers fail by chance, not because they are wrong
    waits = campaign.retry_after_s
    record.retry_after_s = [waits.get(name, -1.0) for name in v.OUTCOME_NAMES]
    record.cooldown_after_s = [campaign.number_waits_s.get(name, 0.0) for name in v.OUTCOME_NAMES]
    _set_dispositions(record, campaign)
    record.queue = runtime.Queue(campaign=record)
    if campaign.mode == v.MODE_NAMES[v.PREDICTIVE]:
        record.outlook = runtime.Outlook()
        record.pacing = next(code for code, name in PACING_NAMES.items() if name == campaign.pacing)
        record.vicidial_ready = campaign.vicidial_ready
        if record.pacing != PACING_CALLFLOOR:
            record.published = runtime.PublishedPace()
        floor.foresees = True
    floor.campaigns.append(record)
    _open_queue(runtime, world, plan.scenario, campaign.name, record.queue)
    own = named_stream(stream, "campaign", campaign.name)
    called = runtime.PeopleCalled(
        campaign=record,
        stream=own,
        ring=law_of(runtime, campaign.ring_s),
        talk=law_of(runtime, campaign.talk_s),
        patience=law_of(runtime, campaign.patience_s),
        wrap_up=law_of(runtime, campaign.wrap_up_s),
        accept=law_of(runtime, campaign.preview_accept),
        skipped=campaign.preview_skip,
        message=law_of(runtime, campaign.message_s),
        machine_talk=law_of(runtime, campaign.machine_talk_s),
        disposes=bool(campaign.dispositions),
        words=_words_of(runtime, plan, campaign),
    )
    chances = sorted(
        (v.OUTCOME_NAMES.index(name), share) for name, share in campaign.outcome.items() if share > 0
    )
    called.codes = array("i", (code for code, _ in chances))
    called.upto = array("d", accumulate(share for _, share in chances))
    if campaign.appointment_human is not None:
        called.expecting_share = campaign.appointment_human
    if campaign.answer_profile is not None:
        called.factors = array("d", campaign.answer_profile.factors)
        called.factor_for_s = campaign.answer_profile.interval
    fill_list(called.leads, campaign, leads, own, sum(each.leads.count for each in world.called))
    world.called.append(called)


def _set_dispositions(record: Any, campaign: Campaign) -> None:
    """Tell the floor what agents may say, and what becomes of leads by it."""
    said = campaign.dispositions
    record.disposed_does = [v.DISPOSITION_DOES_NAMES.index(each.does) for each in said]
    record.disposed_after_s = [each.retry_after_s for each in said]
    record.appointment_grace_s = campaign.appointment_grace_s


def _words_of(runtime: Any, plan: Plan, campaign: Campaign) -> Any:
    """How often agents say what."""
    said = campaign.dispositions
    return runtime.Words(
        upto=array("d", accumulate(each.share for each in said)),
        columns=array("i", (plan.words.index(each.name) for each in said)),
        back_after=[law_of(runtime, each.call_back_after_s or Never()) for each in said],
    )


def _set_tally(world: Any, plan: Plan) -> None:
    run = plan.scenario.run
    tally, floor = world.tally, world.floor
    rows = plan.rows
    world.ends_s = v.NEVER if run.duration is None else run.duration
    world.interval_s = plan.interval_s
    tally.measured_from_s, tally.measured_until_s = run.warm_up, world.ends_s
    tally.per_interval, tally.rows = 1.0 / plan.interval_s, rows
    queues, campaigns, groups = len(world.callers), len(world.called), len(floor.groups)
    tally.queue_counts = array("q", bytes(8 * queues * rows * QUEUE_COUNTS))
    tally.queue_sums = array("d", bytes(8 * queues * rows * QUEUE_SUMS))
    tally.waits = array("q", bytes(8 * queues * WAIT_BUCKETS))
    tally.in_time_s = array("d", (plan.scenario.service_level_s(queue) for queue in plan.scenario.inbound))
    tally.campaign_counts = array("q", bytes(8 * campaigns * rows * CAMPAIGN_COUNTS))
    tally.campaign_talk_s = array("d", bytes(8 * campaigns * rows))
    tally.words = len(plan.words)
    tally.word_counts = array("q", bytes(8 * campaigns * rows * tally.words))
    if plan.appointments:
        tally.appointment_counts = array("q", bytes(8 * campaigns * rows * APPOINTMENT_COUNTS))
        tally.appointment_late_s = array("d", bytes(8 * campaigns * rows))
    tally.agent_s = array("d", bytes(8 * groups * rows * v.AGENT_STATES))
    tally.calls_taken = array("q", bytes(8 * groups * rows))
    tally.used = array("i", bytes(4 * len(floor.agents)))
    tally.passed_s = array("d", bytes(8 * groups * v.AGENT_STATES))
    tally.queued_s = array("d", bytes(8 * queues))
    world.coming = array("d", [v.NEVER] * queues)
    world.wrapping = array("q", bytes(8 * len(floor.agents)))
    world.absent = array("q", bytes(8 * len(floor.agents)))
    world.shown = array("q", bytes(8 * len(floor.agents)))
