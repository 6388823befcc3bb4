"""How many lines ring: power and progressive, pooled and each agent's own; what holds dialling back."""

from __future__ import annotations

from itertools import pairwise

import pytest

from callfloor.floor.ledger import enter
from callfloor.floor.pacing import buffer_wanted, expected_answers, lines_wanted, lines_wanted_by_agent
from callfloor.floor.vocabulary import (
    BRIDGE,
    BUSY,
    CLAIM_LEADS,
    EXPLAIN,
    HELD_CALL_RATE,
    HELD_LINES_RINGING,
    HELD_NO_AGENT,
    HELD_NO_LEADS,
    HELD_STOPPED,
    HELD_TRUNK_FULL,
    PLACE_CALL,
    POOL_AGENT,
    POOL_CAMPAIGN,
    PROGRESSIVE,
    RINGING,
    SET_TIMER,
)

from .floors import Scene, dialling, talking


@pytest.mark.parametrize(
    ("ratio", "agents", "lines"),
    [(1.0, 3, 3), (1.5, 3, 4), (2.0, 3, 6), (0.5, 1, 0), (0.5, 5, 2), (2.9, 1, 2)],
)
def test_power_pooled_rings_the_floor_of_ratio_times_ready_agents(
    ratio: float, agents: int, lines: int
) -> None:
    scene = dialling(agents, 30, dial_ratio=ratio)
    assert len(scene.floor.calls) == lines == lines_wanted(scene.campaign, scene.floor.now)


def test_power_pooled_tops_up_at_every_event() -> None:
    scene = dialling(2, 30, dial_ratio=2.0)
    scene.fail(0)
    assert scene.placed() == [4]
    scene.answer(1)
    assert scene.placed() == []  # one agent is left, and three lines ring for two wanted
    scene.fail(2)
    assert scene.placed() == []
    scene.fail(3)
    assert scene.placed() == [5]


def test_lines_already_ringing_are_never_cut_by_pacing() -> None:
    scene = dialling(2, 30, dial_ratio=2.0)
    scene.pause(0)
    scene.log_out(1)
    assert [c.state for c in scene.floor.calls] == [0, 0, 0, 0]
    assert scene.campaign.placed == 4


@pytest.mark.parametrize("pool", [0, POOL_AGENT])
def test_progressive_rings_one_line_for_each_ready_agent_whatever_the_ratio(pool: int) -> None:
    scene = dialling(3, 30, dial_ratio=5.0, mode=PROGRESSIVE, pool=pool)
    assert len(scene.floor.calls) == 3
    assert lines_wanted_by_agent(scene.campaign) == 1


def test_a_campaign_dials_for_its_share_of_the_ready_agents() -> None:
    scene = dialling(4, 30, {"dial_ratio": 2.0, "share": 0.5}, dial_ratio=2.0, share=0.25)
    assert [c.placed for c in scene.floor.campaigns] == [2, 4]


# Lines that are an agent's own, as the first power dialer had them.


def test_an_agent_who_logs_in_has_ratio_lines_of_their_own() -> None:
    scene = dialling(2, 30, pool=POOL_AGENT, dial_ratio=2.0)
    assert [c.owner.id if c.owner else None for c in scene.floor.calls] == [0, 0, 1, 1]
    assert [a.lines for a in scene.floor.agents] == [2, 2]


def test_the_default_ratio_is_two_lines_an_agent() -> None:
    scene = dialling(1, 30, pool=POOL_AGENT)
    assert len(scene.floor.calls) == 2


def test_a_line_that_fails_is_replaced_while_its_agent_is_ready() -> None:
    scene = dialling(1, 30, pool=POOL_AGENT)
    scene.fail(0)
    (said,) = scene.all(PLACE_CALL)
    assert (said.call, said.agent) == (2, 0)
    assert scene.agent().lines == 2


def test_a_line_that_fails_is_not_replaced_while_its_agent_is_busy() -> None:
    scene = talking(1, 30, pool=POOL_AGENT)
    scene.fail(1)
    assert scene.placed() == []
    assert scene.agent().lines == 0


def test_an_agent_whose_call_has_ended_has_ratio_lines_again() -> None:
    scene = talking(1, 30, pool=POOL_AGENT)
    scene.fail(1)
    scene.after(10).end(0)
    assert scene.placed() == [2, 3]


def test_an_agent_whose_call_has_ended_is_topped_up_by_what_does_not_still_ring() -> None:
    scene = talking(1, 30, pool=POOL_AGENT)
    scene.after(10).end(0)
    assert scene.placed() == [2]
    assert scene.agent().lines == 2


def test_an_own_line_that_reached_a_machine_is_replaced_when_it_has_ended() -> None:
    scene = dialling(1, 30, pool=POOL_AGENT)
    scene.machine(0)
    scene.end(0)
    assert scene.agent().lines == 2


def test_an_agent_who_logs_out_has_no_more_lines_placed() -> None:
    scene = dialling(1, 30, pool=POOL_AGENT)
    scene.log_out()
    scene.fail(0)
    scene.fail(1)
    assert scene.placed() == []
    assert scene.agent().lines == 0


# What holds dialling back.


def held(scene: Scene) -> int:
    return scene.campaign.held_by


def test_a_campaign_that_is_not_started_dials_nobody() -> None:
    scene = Scene(1)
    scene.log_in()
    scene.leads(5)
    assert not scene.floor.calls
    assert held(scene) == HELD_STOPPED


def test_nobody_is_dialled_while_no_agent_is_ready() -> None:
    scene = dialling(1, 20, dial_ratio=1.0)
    scene.pause()
    scene.fail(0)
    assert scene.placed() == []
    assert held(scene) == HELD_NO_AGENT


def test_dialling_goes_on_as_long_as_leads_last() -> None:
    scene = dialling(2, 3)
    assert len(scene.floor.calls) == 3
    assert held(scene) == HELD_NO_LEADS


def test_trunk_lines_limit_all_live_calls_not_only_those_that_ring() -> None:
    scene = dialling(3, 20, dial_ratio=2.0, lines=4)
    assert scene.campaign.live == 4
    assert held(scene) == HELD_TRUNK_FULL
    scene.answer(0)
    scene.bridged(0)
    assert scene.placed() == []
    scene.fail(1)
    assert scene.placed() == [4]
    assert scene.campaign.live == 4


def test_calls_per_s_spaces_dials_and_sets_a_timer_for_the_next() -> None:
    scene = dialling(3, 20, dial_ratio=2.0, calls_per_s=2.0)
    assert len(scene.floor.calls) == 1
    assert held(scene) == HELD_CALL_RATE
    assert scene.campaign.due_at == pytest.approx(scene.now + 0.5)
    times = []
    for _ in range(5):
        scene.campaign_timer()
        times.append(scene.now)
        assert len(scene.placed()) == 1
    assert [b - a for a, b in pairwise(times)] == pytest.approx([0.5] * 4)
    assert held(scene) == HELD_LINES_RINGING


def test_the_call_rate_holds_whatever_else_happens_meanwhile() -> None:
    scene = dialling(3, 20, dial_ratio=2.0, calls_per_s=2.0)
    scene.after(0.4).ring(0)
    assert scene.placed() == []
    scene.after(0.1).tell(0)
    assert len(scene.placed()) == 1


def test_a_timer_that_the_call_rate_has_brought_forward_does_not_lose_when_to_ask_for_leads() -> None:
    scene = Scene(3, dial_ratio=1.0, calls_per_s=1.0)
    scene.start()
    scene.log_in(0, 1, 2)
    dry_until = scene.now + 300.0
    scene.lead()
    scene.leads_done(due_at=dry_until)
    assert held(scene) == HELD_CALL_RATE
    assert scene.campaign.due_at == scene.now + 1.0
    scene.campaign_timer()
    assert held(scene) == HELD_NO_LEADS
    assert scene.campaign.due_at == dry_until
    assert [said.at for said in scene.all(SET_TIMER)] == [dry_until]
    scene.campaign_timer()
    assert [said.campaign for said in scene.all(CLAIM_LEADS)] == [0]


# What dialling leaves to those who call in.


@pytest.mark.parametrize(("reserve", "lines"), [(0, 8), (1, 6), (3, 2), (4, 0), (9, 0)])
def test_the_reserve_is_taken_off_the_ready_agents_for_whom_lines_ring(reserve: int, lines: int) -> None:
    scene = dialling(4, 30, dial_ratio=2.0, reserve=reserve)
    assert len(scene.floor.calls) == lines == lines_wanted(scene.campaign, scene.floor.now)
    assert held(scene) == (HELD_NO_AGENT if lines == 0 else HELD_LINES_RINGING)


def test_a_campaign_s_share_is_of_what_the_reserve_leaves() -> None:
    scene = dialling(5, 30, dial_ratio=3.0, reserve=1, share=0.5)
    assert len(scene.floor.calls) == 6


def test_no_agent_is_dialled_for_while_only_the_reserve_is_ready() -> None:
    scene = dialling(3, 30, dial_ratio=1.0, reserve=2)
    assert len(scene.floor.calls) == 1
    scene.pause(0)
    scene.fail(0)
    assert (scene.placed(), held(scene)) == ([], HELD_NO_AGENT)
    scene.resume(0)
    assert scene.placed() == [1]


def test_an_answer_may_have_an_agent_of_the_reserve_rather_than_nobody() -> None:
    scene = dialling(2, 30, dial_ratio=2.0, reserve=1)
    for call in (0, 1):
        scene.answer(call)
        assert scene.one(BRIDGE).agent == call


@pytest.mark.parametrize(("reserve", "lines"), [(0, 6), (2, 6), (3, 0)])
def test_agents_have_lines_of_their_own_while_more_are_ready_than_the_reserve(
    reserve: int, lines: int
) -> None:
    scene = dialling(3, 30, pool=POOL_AGENT, dial_ratio=2.0, reserve=reserve)
    assert len(scene.floor.calls) == lines


def test_own_lines_that_the_reserve_has_held_back_are_placed_as_soon_as_it_is_exceeded() -> None:
    scene = dialling(3, 30, pool=POOL_AGENT, dial_ratio=1.0, reserve=2)
    scene.pause(2)
    for call in (0, 1):
        scene.fail(call)
        assert (scene.placed(), held(scene)) == ([], HELD_NO_AGENT)
    scene.fail(2)
    scene.resume(2)
    assert [scene.call(call).owner for call in (3, 4, 5)] == scene.floor.agents


# The decision in numbers.


def test_a_decision_to_dial_says_what_it_rests_on() -> None:
    scene = dialling(2, 30, dial_ratio=2.0)
    scene.ring(0)
    scene.after(3).fail(1, BUSY)
    told = scene.one(EXPLAIN).decision
    assert told is not None
    assert (told["ready"], told["ringing"], told["wanted"], told["placed"]) == (2, 4, 4, 1)
    assert told["held_by"] == HELD_LINES_RINGING
    assert told["leads"] == scene.campaign.leads
    assert told["expected_answers"] == pytest.approx(4 * 1 / 7)
    assert told["headroom"] == 0.0


def test_holding_back_is_explained_when_its_reason_changes_and_not_again() -> None:
    scene = dialling(1, 30, dial_ratio=1.0)
    scene.pause()
    assert scene.one(EXPLAIN).decision == pytest.approx(
        {
            "ready": 0,
            "ringing": 1,
            "wanted": 0,
            "placed": 0,
            "held_by": HELD_NO_AGENT,
            "leads": scene.campaign.leads,
            "expected_answers": 1 / 3,
            "headroom": 0.0,
            "risk": 0.0,
            "risk_max": 0.0,
            "answer_rate": 0.0,
        }
    )
    scene.ring(0)
    assert scene.all(EXPLAIN) == []


@pytest.mark.parametrize("pool", [POOL_CAMPAIGN, POOL_AGENT])
def test_the_headroom_that_is_told_is_that_of_the_legal_window_as_it_is_now(pool: int) -> None:
    scene = dialling(1, 30, dial_ratio=1.0, pool=pool)
    ledger = scene.campaign.ledger
    for answer in range(100):
        enter(scene.campaign, answer < 2, scene.now)
    scene.fail(0, BUSY)
    [first] = [said.decision for said in scene.all(EXPLAIN)]
    assert first is not None
    assert first["headroom"] == pytest.approx(1.0)
    # Nobody answers any more, and the days with those answers are over.
    scene.after(ledger.parts * ledger.part_s)
    scene.fail(1, BUSY)
    [later] = [said.decision for said in scene.all(EXPLAIN)]
    assert later is not None
    assert later["headroom"] == 0.0


def test_each_campaign_explains_itself_with_its_own_numbers() -> None:
    scene = dialling(2, 30, {"dial_ratio": 3.0}, dial_ratio=1.0)
    scene.after(1).pause(0)
    scene.pause(1)
    scene.resume(0)
    decisions = {said.campaign: said.decision for said in scene.all(EXPLAIN)}
    assert {c: d and d["wanted"] for c, d in decisions.items()} == {0: 1, 1: 3}


def test_a_floor_that_need_not_explain_says_nothing_of_its_reasons() -> None:
    scene = Scene(1)
    scene.floor.explains = False
    scene.start()
    scene.log_in()
    assert scene.all(EXPLAIN) == []
    assert all(said.do != EXPLAIN for said in scene.leads(5))


def test_expected_answers_follow_the_answer_rate_so_far() -> None:
    scene = dialling(1, 30, dial_ratio=4.0)
    assert expected_answers(scene.campaign) == pytest.approx(4 * 1 / 6)
    scene.answer(0)
    assert expected_answers(scene.campaign) == pytest.approx(3 * 2 / 6)


def test_a_buffer_holds_what_all_agents_could_ask_for_at_once() -> None:
    scene = Scene(4, dial_ratio=2.5)
    assert buffer_wanted(scene.campaign) == 0
    scene.start()
    assert buffer_wanted(scene.campaign) == 0
    scene.log_in(0, 1, 2, 3)
    assert buffer_wanted(scene.campaign) == 11
    scene.stop()
    assert buffer_wanted(scene.campaign) == 0


def test_a_ringing_line_counts_like_one_just_placed() -> None:
    scene = dialling(1, 30, dial_ratio=2.0)
    scene.ring(0)
    scene.ring(1)
    assert [c.state for c in scene.floor.calls] == [RINGING, RINGING]
    assert scene.placed() == []
