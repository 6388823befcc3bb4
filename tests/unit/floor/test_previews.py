"""Preview: an agent is shown a lead, decides, and is on the line while it rings."""

from __future__ import annotations

from typing import Any

import pytest

from callfloor.floor import Queue
from callfloor.floor.vocabulary import (
    AGENT_NOT_PREVIEWING,
    BRIDGE,
    BUSY,
    CALL_ARRIVED,
    CONNECTED,
    ENDING,
    HANG_UP,
    HELD_NO_AGENT,
    HELD_TRUNK_FULL,
    LONG_AGO,
    NEVER,
    OFFLINE,
    PAUSED,
    PLACE_CALL,
    POWER,
    PREVIEW,
    PREVIEWING,
    READY,
    RESERVED,
    RETURN_LEAD,
    RINGING,
    SHOW_LEAD,
    SKIP_IT,
    TALKING,
)

from .floors import Scene, add_campaign, add_group, add_queue, dialling


def previewing(agents: int = 1, leads: int = 20, *others: dict[str, Any], **settings: Any) -> Scene:
    """A floor whose agents are shown leads: agent 0 lead 0, and so on."""
    return dialling(agents, leads, *others, mode=PREVIEW, **settings)


# Showing.


def test_a_ready_agent_is_shown_a_lead_and_nobody_is_called() -> None:
    scene = previewing(1, preview_s=15.0)
    shown = scene.one(SHOW_LEAD)
    assert (shown.agent, shown.lead, shown.campaign, shown.at) == (0, 0, 0, scene.now + 15.0)
    assert scene.all(PLACE_CALL) == []
    assert scene.agent().state == PREVIEWING
    assert scene.campaign.held_by == HELD_NO_AGENT


def test_each_agent_is_shown_another_lead_whoever_is_ready_longest_first() -> None:
    scene = previewing(3)
    assert [(said.agent, said.lead) for said in scene.all(SHOW_LEAD)] == [(0, 0), (1, 1), (2, 2)]


def test_agents_in_reserve_are_shown_nothing() -> None:
    scene = previewing(3, reserve=2)
    assert [agent.state for agent in scene.floor.agents] == [PREVIEWING, READY, READY]


def test_no_more_leads_are_shown_than_there_are_lines_to_call_them_on() -> None:
    scene = previewing(3, lines=2)
    assert [agent.state for agent in scene.floor.agents] == [PREVIEWING, PREVIEWING, READY]
    assert scene.campaign.held_by == HELD_TRUNK_FULL


def test_a_lead_that_may_not_be_called_is_not_shown() -> None:
    scene = Scene(1, mode=PREVIEW)
    scene.start()
    scene.log_in()
    scene.lead(lawful_from=scene.now + 60.0)
    scene.lead()
    scene.leads_done()
    assert scene.one(SHOW_LEAD).lead == 1
    assert scene.one(RETURN_LEAD).lead == 0


def test_whoever_has_been_waiting_on_the_phone_goes_before_the_next_lead() -> None:
    scene = Scene(1, mode=PREVIEW)
    queue = add_queue(scene.floor, Queue(), [(scene.group, 1)])
    scene.start()
    scene.log_in()
    scene.leads(5)
    scene.tell(CALL_ARRIVED, queue=queue.id, number=1)
    scene.skip()
    assert scene.one(BRIDGE).agent == 0
    assert scene.all(SHOW_LEAD) == []


# Deciding.


def test_an_accepted_lead_is_called_on_the_agents_own_line_and_the_agent_stays_with_it() -> None:
    scene = previewing()
    scene.after(6.0).accept(lead=0)
    placed = scene.one(PLACE_CALL)
    assert (placed.agent, placed.lead) == (0, 0)
    agent, call = scene.agent(), scene.call()
    assert (agent.state, agent.call, call.agent, call.owner) == (RESERVED, call, agent, agent)
    assert scene.all(SHOW_LEAD) == []
    scene.after(5.0).answer()
    assert scene.one(BRIDGE).agent == 0
    scene.after(0.1).bridged()
    assert (agent.state, call.state) == (TALKING, CONNECTED)
    assert (scene.campaign.connected, scene.campaign.abandoned) == (1, 0)


def test_where_bridges_are_made_at_once_the_agent_talks_with_the_answer() -> None:
    scene = previewing()
    scene.floor.bridges_at_once = True
    scene.accept()
    scene.after(5.0).answer()
    assert (scene.agent().state, scene.call().state) == (TALKING, CONNECTED)
    assert scene.one(BRIDGE).agent == 0


@pytest.mark.parametrize("outcome", ["failed", "machine"])
def test_when_nobody_answers_the_agent_is_shown_the_next_lead(outcome: str) -> None:
    scene = previewing()
    scene.accept()
    if outcome == "failed":
        scene.after(20.0).fail(0, BUSY)
    else:
        scene.after(20.0).machine()
        assert scene.call().state == ENDING
        scene.end()
    assert scene.one(SHOW_LEAD).lead == 1
    assert scene.agent().state == PREVIEWING


def test_a_skipped_lead_waits_and_the_next_one_is_shown() -> None:
    scene = previewing(skip_retry_s=900.0)
    scene.skip(lead=0)
    back = scene.one(RETURN_LEAD)
    assert (back.lead, back.at, back.count) == (0, scene.now + 900.0, 0)
    assert scene.one(SHOW_LEAD).lead == 1


def test_when_the_time_is_over_the_lead_is_called() -> None:
    scene = previewing(preview_s=15.0)
    scene.agent_timer()
    assert scene.one(PLACE_CALL).lead == 0
    assert scene.agent().state == RESERVED


def test_or_it_is_skipped_where_that_is_set() -> None:
    scene = previewing(preview_s=15.0, preview_expires=SKIP_IT)
    scene.agent_timer()
    assert scene.one(RETURN_LEAD).lead == 0
    assert scene.one(SHOW_LEAD).lead == 1
    assert scene.floor.attempts == 0


def test_without_a_limit_the_agent_may_look_for_as_long_as_they_like() -> None:
    scene = previewing(preview_s=0.0)
    assert scene.one(SHOW_LEAD).at == NEVER
    assert scene.agent().due_at == NEVER


def test_a_decision_on_a_lead_that_is_not_shown_any_more_changes_nothing() -> None:
    scene = previewing()
    scene.skip(lead=0)
    scene.accept(lead=0)
    assert scene.reported() == [AGENT_NOT_PREVIEWING]
    assert (scene.agent().state, scene.floor.attempts) == (PREVIEWING, 0)
    scene.skip(lead=0)
    assert scene.reported() == [AGENT_NOT_PREVIEWING]


def test_whether_the_lead_may_be_called_is_asked_again_when_it_is_accepted() -> None:
    scene = Scene(1, mode=PREVIEW, preview_s=0.0)
    scene.start()
    scene.log_in()
    scene.lead(lawful_until=scene.now + 60.0)
    scene.lead()
    scene.leads_done()
    scene.after(90.0).accept()
    assert scene.all(PLACE_CALL) == []
    assert scene.one(RETURN_LEAD).lead == 0
    assert scene.one(SHOW_LEAD).lead == 1


def test_an_accepted_lead_waits_for_the_rate_at_which_calls_may_be_placed() -> None:
    scene = previewing(2, calls_per_s=0.5)
    scene.accept(0)
    scene.accept(1)
    assert (scene.placed(), scene.agent(1).state) == ([], PREVIEWING)
    accepted_at = scene.now
    scene.agent_timer(1)
    assert (scene.placed(), scene.agent(1).state) == ([1], RESERVED)
    assert scene.now == accepted_at + 2.0


def test_an_accepted_lead_is_called_as_soon_as_a_line_is_free() -> None:
    scene = previewing(2, lines=2, preview_expires=SKIP_IT)
    scene.accept(0)
    scene.campaign.lines = 1
    scene.accept(1)
    assert scene.all(PLACE_CALL) == []
    assert scene.agent(1).state == PREVIEWING
    scene.agent_timer(1)
    assert scene.all(PLACE_CALL) == []
    scene.fail(0, BUSY)
    scene.agent_timer(1)
    assert scene.one(PLACE_CALL).agent == 1


# What comes between.


@pytest.mark.parametrize(
    ("what", "state"),
    [("pause", PAUSED), ("log_out", OFFLINE), ("silent", PAUSED), ("gone", PAUSED)],
)
def test_an_agent_who_goes_away_leaves_the_lead_to_others(what: str, state: int) -> None:
    scene = previewing(2, leads=2)
    getattr(scene, what)(0)
    assert (scene.agent().state, scene.agent().lead) == (state, None)
    back = [said for said in scene.all(RETURN_LEAD) if said.lead == 0]
    assert [said.at for said in back] == [scene.now]
    assert scene.campaign.previews == 1


def test_a_campaign_that_stops_takes_its_leads_away_from_the_agents() -> None:
    scene = previewing(2, leads=2)
    scene.stop()
    assert sorted(said.lead or 0 for said in scene.all(RETURN_LEAD)) == [0, 1]
    assert [agent.state for agent in scene.floor.agents] == [READY, READY]
    assert scene.campaign.previews == 0


def test_a_number_that_is_barred_is_not_shown_any_more() -> None:
    scene = previewing(1)
    scene.bar(100)
    back = scene.one(RETURN_LEAD)
    assert (back.lead, back.at, back.count) == (0, NEVER, 1)
    assert scene.one(SHOW_LEAD).lead == 1


def test_the_agent_may_give_up_a_line_that_rings() -> None:
    scene = previewing()
    scene.accept()
    scene.ring()
    scene.hangs_up()
    assert (scene.call().state, scene.one(HANG_UP).call) == (ENDING, 0)
    scene.end()
    assert scene.agent().state == PREVIEWING


def test_a_line_that_rings_for_an_agent_whose_phone_is_gone_is_hung_up() -> None:
    scene = previewing()
    scene.accept()
    scene.ring()
    assert scene.call().state == RINGING
    scene.gone()
    assert scene.one(HANG_UP).call == 0
    assert scene.agent().state == PAUSED


def test_whoever_talked_to_an_agent_whose_phone_is_gone_gets_another_one() -> None:
    scene = previewing(2, leads=2)
    scene.accept(0)
    scene.answer(0)
    scene.bridged(0)
    scene.skip(1)
    scene.gone(0)
    bridged = scene.one(BRIDGE)
    assert (bridged.call, bridged.agent) == (0, 1)


def test_who_wished_to_pause_while_it_rang_does_so_afterwards() -> None:
    scene = previewing()
    scene.accept()
    scene.pause()
    assert scene.agent().state == RESERVED
    scene.fail(0, BUSY)
    assert scene.agent().state == PAUSED


# Several campaigns.


def shown_by(scene: Scene, rounds: int) -> list[int]:
    """Whose leads the one agent is shown, skipping each."""
    order = []
    for _ in range(rounds):
        order.append(scene.one(SHOW_LEAD).campaign or 0)
        scene.skip()
    return order


def test_campaigns_show_leads_to_the_same_agents_by_their_shares() -> None:
    scene = previewing(1, 60, {"mode": PREVIEW, "share": 0.25}, share=0.75)
    # Both have leads only from now on.
    scene.skip()
    order = shown_by(scene, 40)
    assert order.count(0) == 30


def test_a_campaign_that_had_nothing_to_show_does_not_catch_up() -> None:
    scene = previewing(1, 60, {"mode": PREVIEW, "share": 0.5}, share=0.5)
    scene.stop(1)
    scene.skip()
    assert set(shown_by(scene, 10)) == {0}
    scene.start(1)
    scene.leads(20, 1)
    scene.skip()
    assert shown_by(scene, 10).count(1) == 5


def test_a_share_leaves_the_other_agents_to_other_campaigns() -> None:
    scene = previewing(4, 20, {"mode": POWER, "dial_ratio": 1.0}, share=0.5)
    states = [agent.state for agent in scene.floor.agents]
    assert (states.count(PREVIEWING), states.count(READY)) == (2, 2)


def test_campaigns_of_other_agents_are_not_in_turn() -> None:
    scene = Scene(1, mode=PREVIEW, share=0.5)
    other = add_group(scene.floor, 1)
    add_campaign(scene.floor, other, mode=PREVIEW, share=0.1)
    for campaign in (0, 1):
        scene.start(campaign)
    scene.log_in(0, 1)
    scene.leads(5, 0)
    scene.leads(5, 1)
    assert [agent.state for agent in scene.floor.agents] == [PREVIEWING, PREVIEWING]
    scene.skip(0)
    assert scene.one(SHOW_LEAD).campaign == 0


def test_an_accepted_lead_counts_as_an_attempt_and_a_skipped_one_does_not() -> None:
    scene = previewing(1, 1, skip_retry_s=0.0)
    scene.skip()
    scene.hand_over(lead=0, number=100, last_attempt_at=LONG_AGO)
    scene.accept()
    lead = scene.call().lead
    assert lead is not None
    assert (lead.attempts, scene.campaign.attempts) == (1, 1)
