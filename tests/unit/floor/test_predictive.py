"""Predictive pacing as a campaign meets it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callfloor.floor import Outlook
from callfloor.floor.ledger import enter
from callfloor.floor.pacing import (
    LINES_A_DECISION,
    LOOK_AGAIN_MOST_S,
    LOOK_AGAIN_S,
    SPACING_MOST_S,
    lines_at_once,
    lines_per_s,
    next_decision_at,
)
from callfloor.floor.vocabulary import (
    EXPLAIN,
    HELD_LEDGER,
    HELD_LINES_RINGING,
    HELD_NO_AGENT,
    HELD_RISK,
    PLACE_CALL,
    PREDICTIVE,
    SET_TIMER,
    TIMER_DUE,
)

from .floors import Scene


def ahead(
    agents: int, *, steers: bool = True, leads: int = 200, answered: float = 0.0, **given: object
) -> Scene:
    """A floor that looks ahead: everybody is ready, lines ring."""
    scene = Scene(agents, **{"mode": PREDICTIVE, **given})
    scene.campaign.outlook = Outlook(steers=steers, risk_max=0.05, answers=answered, attempts=answered)
    scene.floor.foresees = True
    scene.start()
    scene.log_in(*range(agents))
    scene.leads(leads)
    return scene


def with_head_room(scene: Scene, answers: int = 2000) -> Scene:
    """The campaign has had so many answers, of twice as many attempts, and connected all of them."""
    for _ in range(answers):
        enter(scene.campaign, False, scene.now)
    scene.campaign.attempts += 2 * answers
    return scene


def test_with_nothing_in_the_ledger_it_dials_as_progressive_does() -> None:
    scene = ahead(3)
    assert scene.campaign.placed == 3
    assert scene.campaign.held_by == HELD_LEDGER
    scene.after(1.0).fail(0)
    assert len(scene.all(PLACE_CALL)) == 1


def test_with_head_room_it_rings_more_lines_than_agents() -> None:
    scene = with_head_room(ahead(3))
    scene.campaign_timer()
    assert scene.campaign.placed > 3
    assert scene.campaign.held_by == HELD_RISK


@pytest.mark.parametrize("agents", [3, 40])
def test_no_more_lines_ring_than_attempts_have_come_to_something(agents: int) -> None:
    scene = with_head_room(ahead(agents))
    scene.campaign.attempts = scene.campaign.placed + agents + 2
    scene.campaign_timer()
    assert scene.campaign.placed == agents + 2
    assert scene.campaign.held_by == HELD_LINES_RINGING


def test_many_lines_are_added_little_by_little() -> None:
    scene = with_head_room(ahead(100, leads=2000, steers=False))
    lines = [scene.campaign.placed]
    for _ in range(5):
        scene.after(SPACING_MOST_S).campaign_timer()
        lines.append(scene.campaign.placed)
    added = [after - before for before, after in pairwise(lines)]
    outlook = scene.campaign.outlook
    assert outlook is not None
    assert max(added) <= lines_at_once(outlook, lines_per_s(outlook), SPACING_MOST_S) < 20
    assert min(added) > 0
    assert scene.campaign.held_by == HELD_LINES_RINGING


def test_where_many_lines_are_placed_it_decides_more_often() -> None:
    scene = with_head_room(ahead(100, leads=200))
    outlook = scene.campaign.outlook
    assert outlook is not None
    scene.campaign_timer()
    assert outlook.spacing_most_s == SPACING_MOST_S
    outlook.answers, outlook.attempts = 100.0, 100_000.0  # so that a hundred agents need many lines
    scene.after(SPACING_MOST_S).campaign_timer()
    rate = lines_per_s(outlook)
    assert rate > LINES_A_DECISION
    assert outlook.spacing_most_s * rate == pytest.approx(LINES_A_DECISION)
    assert next_decision_at(scene.campaign) == outlook.decided_at + outlook.spacing_most_s


def test_it_dials_ahead_of_an_agent_who_will_soon_be_free() -> None:
    scene = ahead(1, leads=600, steers=False)
    for call in range(100):  # conversations of a minute, to the second
        last = max(c.attempt for c in scene.floor.calls if c.state <= 1)
        scene.after(10).answer(next(c.id for c in scene.floor.calls if c.attempt == last))
        talks = next(c.id for c in scene.floor.calls if c.state in (3, 4))
        scene.bridged(talks)
        for other in [c.id for c in scene.floor.calls if c.state <= 2]:
            scene.fail(other) if scene.call(other).state <= 1 else scene.end(other)
        for _ in range(30):
            scene.after(1).tell(TIMER_DUE, campaign=0)
            for other in [c.id for c in scene.floor.calls if c.state <= 1]:
                scene.fail(other)
        while scene.call(talks).state == 4 and scene.now < scene.call(talks).connected_at + 60:
            scene.after(1).tell(TIMER_DUE, campaign=0)
        if call == 99:
            assert scene.campaign.placed > 0, "a line rings while the only agent still talks"
        scene.end(talks)
        scene.campaign_timer()


def test_while_lines_ring_it_looks_again_when_they_are_a_slot_older() -> None:
    scene = ahead(2)
    outlook = scene.campaign.outlook
    assert outlook is not None
    assert scene.campaign.due_at == scene.now + outlook.slot_s
    scene.campaign_timer()
    assert scene.one(SET_TIMER).at == scene.now + outlook.slot_s


def test_while_agents_talk_it_looks_again_when_they_have_done_so_for_longer() -> None:
    scene = ahead(2)
    for call in (0, 1):
        scene.answer(call)
        scene.bridged(call)
    for call in [c.id for c in scene.floor.calls if c.state <= 1]:
        scene.fail(call)
    while scene.campaign.placed > 0:
        scene.campaign_timer()
        for call in [c.id for c in scene.floor.calls if c.state <= 1]:
            scene.fail(call)
    scene.campaign_timer()
    assert scene.now + LOOK_AGAIN_S < scene.campaign.due_at <= scene.now + LOOK_AGAIN_MOST_S


def test_what_happens_right_after_a_decision_is_decided_on_soon() -> None:
    scene = ahead(20)
    assert scene.campaign.due_at > scene.now
    scene.now += 0.1
    scene.fail(0)
    assert scene.campaign.due_at <= scene.now + LOOK_AGAIN_S + SPACING_MOST_S


def test_with_nobody_logged_in_nothing_is_dialled() -> None:
    scene = with_head_room(ahead(2))
    scene.log_out(0, 1)
    scene.fail(0)
    scene.fail(1)
    scene.after(5).campaign_timer()
    assert scene.all(PLACE_CALL) == []
    assert scene.campaign.held_by == HELD_NO_AGENT


def test_agents_who_are_to_pause_after_their_call_are_not_dialled_for() -> None:
    scene = with_head_room(ahead(1))
    scene.answer(0)
    scene.bridged(0)
    scene.pause()
    for call in [c.id for c in scene.floor.calls if c.state <= 1]:
        scene.fail(call)
        assert scene.all(PLACE_CALL) == []
    scene.after(30).campaign_timer()
    assert scene.all(PLACE_CALL) == []


def test_agents_whom_the_reserve_keeps_are_not_dialled_for() -> None:
    scene = with_head_room(ahead(2, reserve=2))
    scene.campaign_timer()
    assert scene.campaign.placed == 0


def test_a_decision_tells_risk_and_rate() -> None:
    scene = with_head_room(ahead(3))
    scene.campaign_timer()
    told = scene.one(EXPLAIN).decision
    assert told is not None
    assert told["risk"] > told["risk_max"] > 0.0
    assert told["answer_rate"] == 0.5
    assert told["expected_answers"] == told["ringing"] * 0.5


@settings(max_examples=40)
@given(
    st.integers(1, 25),
    st.integers(0, 3000),
    st.integers(0, 100),
    st.integers(1, 60),
    st.lists(st.sampled_from(("answer", "fail", "wait")), max_size=12),
)
def test_a_higher_abandonment_never_makes_it_dial_more(
    agents: int, connected: int, abandoned: int, more: int, story: list[str]
) -> None:
    placed = []
    for extra in (0, more):
        scene = ahead(agents, leads=600)
        for what in story:
            ringing = [c.id for c in scene.floor.calls if c.state <= 1]
            scene.after(1.5)
            if what == "answer" and ringing:
                scene.answer(ringing[0])
            elif what == "fail" and ringing:
                scene.fail(ringing[0])
        # All else equal: the same answers, more of them abandoned.
        ledger = scene.campaign.ledger
        enter(scene.campaign, False, scene.now)
        ledger.connected_in_all += connected + more - extra
        ledger.abandoned_in_all += abandoned + extra
        scene.after(1.0).campaign_timer()
        placed.append(scene.campaign.placed)
    assert placed[1] <= placed[0]


@pytest.mark.parametrize("agents", [1, 5, 16, 17, 60])
def test_ringing_lines_come_to_no_more_than_agents_when_every_call_is_answered(agents: int) -> None:
    scene = ahead(agents, leads=500, steers=False, answered=5000.0)
    scene.after(2).campaign_timer()
    scene.after(2).campaign_timer()
    assert agents <= scene.campaign.placed <= 1.3 * agents + 3
