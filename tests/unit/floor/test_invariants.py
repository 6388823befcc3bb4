"""What holds of every floor after every event, whatever the events are."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callfloor.floor.vocabulary import (
    CALL_ANSWERED,
    CALL_BRIDGED,
    CALL_ENDED,
    ENDED,
    OFFLINE,
    PAUSED,
    READY,
)
from tests.streams import RUSH, SHORT_GAPS, World, begin, steps

from .watch import Watch

STEP = st.tuples(*[st.integers(0, 999)] * 4)

bounded = settings(
    max_examples=120,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@bounded
@given(seed=st.integers(0, 10_000), stream=st.lists(STEP, max_size=60))
def test_whatever_happens_the_floor_keeps_its_promises(
    seed: int, stream: list[tuple[int, int, int, int]]
) -> None:
    world = World(seed, watch=Watch())
    begin(world)
    for step in stream:
        world.step(*step)


@pytest.mark.parametrize("seed", range(24))
def test_a_long_stream_keeps_them_too(seed: int) -> None:
    world = World(seed, watch=Watch())
    begin(world)
    numbers = steps(seed)
    for _ in range(400):
        world.step(*next(numbers))


@pytest.mark.parametrize("seed", range(100, 130))
def test_a_rush_of_calls_keeps_them_too(seed: int) -> None:
    world = World(seed, watch=Watch())
    world.actions = RUSH
    for campaign in world.floor.campaigns:
        campaign.answer_within_s = 20.0  # so that those who were called wait beside those who call in
    begin(world)
    numbers = steps(seed)
    for _ in range(400):
        action, a, b, gap = next(numbers)
        world.step(action, a, b, gap % SHORT_GAPS)


@bounded
@given(seed=st.integers(0, 10_000), stream=st.lists(STEP, max_size=60))
def test_when_nothing_more_is_heard_timers_alone_bring_every_call_to_its_end(
    seed: int, stream: list[tuple[int, int, int, int]]
) -> None:
    world = World(seed, watch=Watch())
    world.floor.watches = True
    begin(world)
    for step in stream:
        world.step(*step)
    world.stop_everything()
    world.run_dry()
    world.end_wrap_up()
    world.run_dry()
    at_rest(world)


@bounded
@given(seed=st.integers(0, 10_000), stream=st.lists(STEP, max_size=60))
def test_when_the_carrier_becomes_reliable_every_call_ends_and_everybody_is_free(
    seed: int, stream: list[tuple[int, int, int, int]]
) -> None:
    world = World(seed, watch=Watch())
    begin(world)
    for step in stream:
        world.step(*step)
    for _ in range(3):
        serve_everybody(world)
    world.stop_everything()
    while any(call.state != ENDED for call in world.floor.calls):
        serve_everybody(world)
    world.end_wrap_up()
    world.run_dry()
    at_rest(world)


def serve_everybody(world: World) -> None:
    """Every call that lives is answered, put through, and over."""
    for call in list(world.floor.calls):
        for kind in (CALL_ANSWERED, CALL_BRIDGED, CALL_ENDED):
            if call.state != ENDED:
                world.feed(kind, call=call.id)


def at_rest(world: World) -> None:
    floor = world.floor
    assert all(call.state == ENDED for call in floor.calls)
    assert all(agent.state in (OFFLINE, READY, PAUSED) for agent in floor.agents)
    assert all(agent.call is None and agent.lines == 0 for agent in floor.agents)
    assert floor.waiting == 0
    assert all((c.placed, c.live, c.leads) == (0, 0, 0) for c in floor.campaigns)
    assert not any(person.claimed for person in world.store.people.values())
    for campaign in floor.campaigns:
        decided = campaign.connected + campaign.abandoned + campaign.hung_up_early + campaign.messages
        assert campaign.human_answers == decided
