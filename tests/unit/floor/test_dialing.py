"""Leads claimed and given back, calls placed, slots used again."""

from __future__ import annotations

import pytest

from callfloor.floor import let_serve
from callfloor.floor.counting import agents_logged_in, agents_ready
from callfloor.floor.pacing import buffer_wanted
from callfloor.floor.vocabulary import (
    BRIDGE,
    BUSY,
    CLAIM_LEADS,
    ENDED,
    HANG_UP,
    HELD_NO_LEADS,
    LONG_AGO,
    NEVER,
    NO_OUTCOME,
    PLACE_CALL,
    PLACED,
    POOL_AGENT,
    RETURN_LEAD,
    SET_TIMER,
)

from .floors import START, Scene, add_group, dialling, talking
from .sights import buffer_of, fields_of


def ready(agents: int = 1, **settings: object) -> Scene:
    scene = Scene(agents, **settings)
    scene.start()
    scene.log_in(*range(agents))
    return scene


# Leads.


def test_leads_are_claimed_when_agents_log_in_for_all_that_they_could_ask_for() -> None:
    scene = Scene(3, dial_ratio=2.0)
    scene.start()
    assert scene.all(CLAIM_LEADS) == []
    scene.log_in(0)
    assert scene.one(CLAIM_LEADS).count == 3
    scene.log_in(1)
    assert scene.all(CLAIM_LEADS) == []  # one claim at a time
    scene.leads_done()
    assert scene.one(CLAIM_LEADS).count == 5


def test_the_buffer_is_refilled_when_it_is_less_than_half_full() -> None:
    scene = ready(2, dial_ratio=2.0)
    scene.leads(9)
    assert len(buffer_of(scene.campaign)) == scene.campaign.leads == 5
    for call in (0, 1):
        scene.fail(call)
        assert scene.all(CLAIM_LEADS) == []
    scene.fail(2)
    assert scene.campaign.leads == 2
    assert scene.one(CLAIM_LEADS).count == 3


def test_a_store_that_is_dry_is_asked_again_when_it_said() -> None:
    scene = ready(dial_ratio=2.0)
    scene.leads_done(due_at=START + 300.0)
    assert (scene.one(SET_TIMER).campaign, scene.one(SET_TIMER).at) == (0, START + 300.0)
    assert scene.campaign.held_by == HELD_NO_LEADS
    scene.after(10).log_out()
    scene.log_in()
    assert scene.all(CLAIM_LEADS) == []
    scene.campaign_timer()
    assert scene.now == START + 300.0
    assert scene.one(CLAIM_LEADS).count == 3


def test_a_store_that_is_dry_for_ever_is_asked_again_when_the_campaign_is_started_anew() -> None:
    scene = ready()
    scene.leads_done(due_at=NEVER)
    assert scene.all(SET_TIMER) == []
    scene.after(9000).tell(0)
    assert scene.all(CLAIM_LEADS) == []
    scene.start()
    assert scene.one(CLAIM_LEADS).count == 3


def test_leads_are_called_in_the_order_in_which_they_came() -> None:
    scene = ready(dial_ratio=3.0)
    called = [said.lead for said in scene.leads(5) if said.do == PLACE_CALL]
    assert called == [0, 1, 2]
    scene.fail(1)
    assert scene.one(PLACE_CALL).lead == 3


def test_leads_that_were_not_called_go_back_when_the_last_agent_has_left() -> None:
    scene = dialling(2, 9, dial_ratio=1.0)
    scene.log_out(0)
    assert scene.all(RETURN_LEAD) == []
    scene.after(1).log_out(1)
    back = scene.all(RETURN_LEAD)
    assert [said.lead for said in back] == [2, 3, 4, 5, 6, 7, 8]
    assert {(said.at, said.code, said.count) for said in back} == {(scene.now, NO_OUTCOME, 0)}
    assert scene.campaign.leads == 0
    assert scene.campaign.first_lead is None


def test_leads_go_back_when_the_campaign_stops_and_lines_ring_on() -> None:
    scene = dialling(2, 9, dial_ratio=1.0)
    scene.stop()
    assert len(scene.all(RETURN_LEAD)) == 7
    assert scene.all(HANG_UP) == []
    scene.fail(0)
    assert scene.placed() == []


def test_a_campaign_can_be_stopped_with_its_ringing_lines_cut() -> None:
    scene = dialling(2, 9, {"dial_ratio": 1.0}, dial_ratio=2.0)
    scene.answer(0)
    scene.stop(0, cut=True)
    assert [said.call for said in scene.all(HANG_UP)] == [1, 2, 3]
    assert scene.call(4).state == PLACED  # the other campaign's


def test_leads_that_come_when_the_campaign_has_stopped_meanwhile_go_straight_back() -> None:
    scene = ready()
    scene.stop()
    said = scene.leads(2)
    assert [s.lead for s in said if s.do == RETURN_LEAD] == [0, 1]
    assert scene.campaign.leads == 0


def test_leads_that_come_when_everybody_has_left_meanwhile_go_straight_back() -> None:
    scene = ready()
    scene.log_out()
    said = scene.leads(2)
    assert [s.lead for s in said if s.do == RETURN_LEAD] == [0, 1]


def test_a_claim_may_bring_more_or_fewer_than_were_asked_for() -> None:
    scene = ready(dial_ratio=1.0)
    scene.leads(7)
    assert (scene.campaign.leads, scene.campaign.claiming) == (6, False)


# Calls.


def test_placing_a_call_counts_the_attempt_and_says_until_when_it_is_good() -> None:
    scene = ready(dial_ratio=1.0, place_within_s=4.0, ring_timeout_s=20.0, carrier_grace_s=10.0)
    scene.hand_over(attempts=1)
    placed, timer = scene.one(PLACE_CALL), scene.one(SET_TIMER)
    assert (placed.call, placed.lead, placed.campaign, placed.at) == (0, 0, 0, scene.now + 4.0)
    assert (timer.call, timer.at) == (0, scene.now + 30.0)
    assert scene.said.index(timer) == scene.said.index(placed) + 1
    lead = scene.call().lead
    assert lead is not None
    assert (lead.attempts, lead.last_attempt_at) == (2, scene.now)
    assert (scene.call().attempt, scene.floor.attempts, scene.campaign.attempts) == (1, 1, 1)


def test_attempts_are_numbered_through_and_never_twice() -> None:
    scene = dialling(1, 30, dial_ratio=2.0)
    for call in range(6):
        scene.fail(call)
    assert [call.attempt for call in scene.floor.calls] == list(range(1, 9))


def test_every_ready_agent_s_own_lines_are_topped_up_in_the_order_of_their_line() -> None:
    scene = Scene(2, pool=POOL_AGENT, dial_ratio=2.0)
    scene.start()
    scene.log_in(1, 0)
    said = scene.leads(3)
    assert [s.agent for s in said if s.do == PLACE_CALL] == [1, 1, 0]
    scene.leads(1)
    assert [s.agent for s in scene.said if s.do == PLACE_CALL] == [0]


# Slots.


def test_the_slot_of_an_ended_call_is_kept_for_late_events() -> None:
    scene = dialling(1, 30, dial_ratio=1.0)
    scene.floor.linger_s = 100.0
    scene.fail(0)
    scene.after(99).fail(1)
    scene.fail(2)
    assert len(scene.floor.calls) == 4
    assert scene.call(0).state == ENDED


def test_the_slot_of_the_call_that_ended_first_is_used_again_first() -> None:
    scene = dialling(1, 30, dial_ratio=3.0)
    scene.floor.linger_s = 100.0
    scene.pause()
    scene.fail(2)
    scene.after(1).fail(0)
    scene.after(101).resume()
    assert scene.placed() == [2, 0]
    assert len(scene.floor.calls) == 3
    assert scene.floor.first_ended is scene.floor.last_ended is None


def test_a_slot_that_is_used_again_remembers_nothing() -> None:
    fresh = dialling(1, 30, dial_ratio=1.0)
    scene = talking(1, 30, dial_ratio=1.0)
    scene.floor.linger_s = 5.0
    scene.end(0)
    scene.after(10).fail(1, BUSY)
    assert scene.placed() == [0]
    was, now = fields_of(fresh.call(0)), fields_of(scene.call(0))
    of_this_call = {"attempt", "lead", "since", "placed_at", "due_at", "order", "changed"}
    assert {k: v for k, v in now.items() if k not in of_this_call} == {
        k: v for k, v in was.items() if k not in of_this_call
    }


@pytest.mark.parametrize("dry_until", [LONG_AGO, START - 1.0])
def test_a_store_that_is_not_dry_is_asked_again_at_once(dry_until: float) -> None:
    scene = ready(dial_ratio=1.0)
    scene.leads_done(due_at=dry_until)
    assert scene.one(CLAIM_LEADS).count == 2


# Campaigns whose answers several groups take.


def two_groups(agents: int, others: int, **settings: object) -> Scene:
    """A campaign that both groups of a floor serve; all agents are ready, and there are leads."""
    scene = Scene(agents, **settings)
    second = add_group(scene.floor, others)
    assert scene.campaign.queue is not None
    scene.campaign.queue.groups.append(second)
    let_serve(second, scene.campaign.queue, 1)
    scene.campaign.group = None
    scene.start()
    scene.log_in(*range(agents + others))
    scene.leads(30)
    return scene


def test_the_ready_agents_of_all_groups_of_a_campaign_are_dialled_for() -> None:
    scene = two_groups(2, 3, dial_ratio=2.0, reserve=1)
    assert (agents_ready(scene.campaign), agents_logged_in(scene.campaign)) == (5, 5)
    assert len(scene.floor.calls) == 8
    assert buffer_wanted(scene.campaign) == 11


def test_agents_of_every_group_have_lines_of_their_own() -> None:
    scene = two_groups(1, 2, pool=POOL_AGENT, dial_ratio=2.0)
    assert [agent.lines for agent in scene.floor.agents] == [2, 2, 2]
    scene.fail(4)
    (said,) = scene.all(PLACE_CALL)
    assert said.agent == 2


def test_an_answer_goes_to_the_first_group_that_has_somebody_ready() -> None:
    scene = two_groups(1, 1, dial_ratio=1.0)
    scene.pause(0)
    scene.resume(0)
    for call in (0, 1):
        scene.answer(call)
        assert scene.one(BRIDGE).agent == call


def test_leads_go_back_when_nobody_of_any_group_is_left() -> None:
    scene = two_groups(1, 1, dial_ratio=1.0)
    scene.log_out(0)
    assert scene.all(RETURN_LEAD) == []
    scene.log_out(1)
    assert len(scene.all(RETURN_LEAD)) == 28
    assert scene.campaign.leads == 0


def test_a_group_that_does_not_serve_a_campaign_is_not_dialled_for() -> None:
    scene = Scene(1, dial_ratio=2.0)
    add_group(scene.floor, 5)
    scene.start()
    scene.log_in(0, 1, 2, 3)
    scene.leads(30)
    assert len(scene.floor.calls) == 2
    assert agents_ready(scene.campaign) == 1


def test_a_lead_given_back_for_sooner_than_the_store_knew_of_any_is_asked_for_when_it_is_due() -> None:
    scene = ready(1, dial_ratio=1.0)
    scene.lead()
    scene.leads_done(due_at=NEVER)
    scene.after(5.0).fail(0, BUSY)
    assert scene.campaign.dry_until == scene.now + 600.0
    assert scene.one(SET_TIMER).at == scene.now + 600.0
    scene.campaign_timer()
    assert scene.one(CLAIM_LEADS).campaign == 0
