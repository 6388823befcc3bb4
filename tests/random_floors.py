"""Floors of random settings: groups, agents, campaigns that call people, queues of people who call in."""

from __future__ import annotations

import random
from typing import Any

from callfloor.floor.setting_codes import PACING_CALLFLOOR, PACING_NAMES
from callfloor.floor.vocabulary import (
    BLOCK,
    CONNECT_MACHINE,
    DIAL_IT,
    DIRECT,
    DISPOSITION_DOES_NAMES,
    GO_TO_VOICEMAIL,
    HANG_UP_ON_MACHINE,
    LONGEST_IDLE,
    MESSAGE_MODE,
    NEVER,
    OUTCOMES,
    PLAY_MACHINE_MESSAGE,
    POOL_AGENT,
    POOL_CAMPAIGN,
    POWER,
    PREDICTIVE,
    PREVIEW,
    PROGRESSIVE,
    QUEUE_UP,
    SKIP_IT,
)
from tests.specialists import Specialists, some_specialists


def build(runtime: Any, seed: int) -> Any:
    """A floor with agents, groups, campaigns and queues; the same for a seed in any runtime.

    What a seed's campaigns are does not depend on the queues: each has random numbers of its own.
    """
    floor = runtime.Floor()
    add_agents_and_campaigns(runtime, floor, random.Random(seed))
    look_ahead(runtime, floor, random.Random(f"predictive {seed}"))
    set_modes(floor, random.Random(f"modes {seed}"))
    add_queues(runtime, floor, random.Random(f"queues {seed}"), seed)
    return floor


def add_agents_and_campaigns(runtime: Any, floor: Any, rng: random.Random) -> None:
    floor.linger_s = rng.choice((5.0, 60.0, 600.0))
    for i in range(rng.choice((1, 1, 2))):
        floor.groups.append(runtime.Group(id=i))
    for i in range(rng.choice((1, 2, 3, 6))):
        floor.agents.append(runtime.Agent(id=i, group=rng.choice(floor.groups)))
    for i in range(rng.choice((1, 2, 3))):
        waits = [-1.0] * OUTCOMES
        for outcome in range(OUTCOMES):
            waits[outcome] = rng.choice((-1.0, 0.0, 5.0, 600.0))
        after = [rng.choice((0.0, 0.0, 30.0, 900.0)) for _ in range(OUTCOMES)]
        floor.campaigns.append(
            runtime.Campaign(
                id=i,
                group=rng.choice(floor.groups),
                mode=rng.choice((POWER, POWER, PROGRESSIVE)),
                pool=rng.choice((POOL_CAMPAIGN, POOL_AGENT)),
                dial_ratio=rng.choice((0.5, 1.0, 1.5, 2.0, 3.3)),
                share=rng.choice((1.0, 1.0, 0.5)),
                answer_within_s=rng.choice((0.0, 2.0, 2.0)),
                ring_timeout_s=rng.choice((15.0, 25.0)),
                wrap_up_s=rng.choice((0.0, 0.0, 8.0)),
                max_attempts=rng.choice((1, 3, 10)),
                cooldown_s=rng.choice((0.0, 10.0, 60.0)),
                retry_after_s=waits,
                cooldown_after_s=rng.choice(([], after)),
                failures_max=rng.choice((0, 1, 3)),
                lines=rng.choice((0, 0, 3)),
                calls_per_s=rng.choice((0.0, 0.0, 2.0)),
                plays_message=rng.random() < 0.5,
                talk_max_s=rng.choice((120.0, 14400.0)),
            )
        )


def set_modes(floor: Any, rng: random.Random) -> None:
    """Some campaigns show leads first, some have a message only; some leave machines one, or an agent."""
    for campaign in floor.campaigns:
        if rng.random() < 0.4:
            campaign.mode = rng.choice((PREVIEW, PREVIEW, MESSAGE_MODE))
        campaign.preview_s = rng.choice((0.0, 3.0, 15.0))
        campaign.preview_expires = rng.choice((DIAL_IT, SKIP_IT))
        campaign.skip_retry_s = rng.choice((0.0, 30.0))
        campaign.machine = rng.choice((HANG_UP_ON_MACHINE, PLAY_MACHINE_MESSAGE, CONNECT_MACHINE))
        campaign.message_max_s = rng.choice((10.0, 120.0))
        if campaign.mode == MESSAGE_MODE:
            campaign.lines = 3
        campaign.disposed_does = list(range(len(DISPOSITION_DOES_NAMES)))
        campaign.disposed_after_s = [rng.choice((0.0, 5.0, 600.0)) for _ in campaign.disposed_does]
        campaign.disposing_rests = rng.random() < 0.5


def look_ahead(runtime: Any, floor: Any, rng: random.Random) -> None:
    """Some campaigns pace themselves by what they have learnt."""
    for campaign in floor.campaigns:
        if campaign.pool == POOL_CAMPAIGN and rng.random() < 0.5:
            campaign.mode = PREDICTIVE
            campaign.outlook = runtime.Outlook(risk_max=rng.choice((0.02, 0.3)))
            campaign.abandon_rate_max = rng.choice((0.03, 0.3))
            floor.foresees = True
    others = random.Random(rng.random())
    for campaign in floor.campaigns:
        campaign.pacing = others.choice(tuple(PACING_NAMES)) if others.random() < 0.3 else PACING_CALLFLOOR


def add_queues(runtime: Any, floor: Any, rng: random.Random, seed: int) -> None:
    """Every campaign's queue and those of people who call in, opened in any order."""
    floor.bridges_at_once = rng.random() < 0.3
    floor.watches = rng.random() < 0.75
    queues = [runtime.Queue(campaign=campaign) for campaign in floor.campaigns]
    for queue in queues:
        settle_campaign(queue, floor, rng)
    for _ in range(rng.choice((0, 1, 1, 2))):
        queues.append(inbound_queue(runtime, rng))
        queues[-1].groups.extend(some_of(floor.groups, rng))
    rng.shuffle(queues)
    for queue in queues:
        queue.priority = rng.choice((1, 1, 2))
        runtime.open_queue(floor, queue)
        for group in queue.groups:
            runtime.let_serve(group, queue, preference(seed, group.id, queue.id))
        specialists = specialists_for(seed, queue, len(floor.agents))
        if specialists is not None:
            queue.matching = specialists.matching(runtime)


def specialists_for(seed: int, queue: Any, agents: int) -> Specialists | None:
    """Whom the agents of a random floor specialise in among a queue's callers; None: everybody fits."""
    rng = random.Random(f"specialists {seed} {queue.id}")
    if queue.campaign is not None or queue.routing != DIRECT or rng.random() < 0.4:
        return None
    return some_specialists(rng, agents)


def settle_campaign(queue: Any, floor: Any, rng: random.Random) -> None:
    """The campaign's group, or now and then several; what it leaves to those who call in."""
    campaign = queue.campaign
    campaign.queue = queue
    queue.groups.append(campaign.group)
    if len(floor.groups) > 1 and rng.random() < 0.5:
        queue.groups.extend(group for group in floor.groups if group is not campaign.group)
        campaign.group = None
    campaign.reserve = min(rng.choice((0, 0, 0, 1, 2)), len(floor.agents) - 1)
    if rng.random() < 0.2:
        campaign.wrap_up_s = NEVER


def inbound_queue(runtime: Any, rng: random.Random) -> Any:
    return runtime.Queue(
        routing=rng.choice((LONGEST_IDLE, LONGEST_IDLE, DIRECT)),
        when_busy=rng.choice((QUEUE_UP, QUEUE_UP, GO_TO_VOICEMAIL, GO_TO_VOICEMAIL, BLOCK)),
        limit=rng.choice((0, 0, 1, 3)),
        wrap_up_s=rng.choice((0.0, 0.0, 8.0, NEVER)),
    )


def some_of(groups: list[Any], rng: random.Random) -> list[Any]:
    """One group or more, in any order."""
    return rng.sample(groups, rng.randint(1, len(groups)))


def preference(seed: int, group: int, queue: int) -> int:
    """What a group of a random floor thinks of a queue: 1 goes before 2."""
    return random.Random(f"preference {seed} {group} {queue}").choice((1, 1, 2))
