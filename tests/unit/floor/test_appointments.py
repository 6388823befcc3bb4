"""Appointments: a person who wants to be called back is called at that time, by the agent they talked to."""

from __future__ import annotations

from typing import Any

import pytest

from callfloor.floor.vocabulary import (
    BRIDGE,
    BUSY,
    CALL_BACK,
    CLAIM_LEADS,
    DISPOSE,
    LEADS_CLAIMED,
    NEVER,
    PLACE_CALL,
    PREVIEW,
    PREVIEWING,
    READY,
    RESERVED,
    RETURN_LEAD,
    SHOW_LEAD,
    TALKING,
)

from .floors import START, Scene, add_group, talking
from .sights import appointments_of, buffer_of

TABLE: dict[str, Any] = {"disposed_does": [CALL_BACK], "disposed_after_s": [86400.0]}


def waiting(agents: int = 2, leads: int = 0, **settings: Any) -> Scene:
    """Nobody talks; lead 50 wants to be called by agent 1, now."""
    scene = Scene(agents, **{"dial_ratio": 1.0, **TABLE, **settings})
    scene.start()
    scene.log_in(*range(agents))
    for _ in range(leads):
        scene.lead()
    scene.lead(lead=50, number=500, agent=1, due_at=scene.now)
    scene.leads_done()
    return scene


# Making one.


def test_a_person_who_wants_to_be_called_back_has_an_appointment_with_the_agent() -> None:
    scene = talking(2, 1, dial_ratio=1.0, **TABLE)
    scene.dispose(0, due_at=scene.now + 7200.0)
    scene.after(60.0).end()
    back = scene.one(RETURN_LEAD)
    assert (back.agent, back.at) == (0, START + 0.1 + 7200.0)
    assert scene.campaign.appointment_at == back.at


def test_it_can_be_made_after_the_call_too() -> None:
    scene = talking(2, 1, dial_ratio=1.0, wrap_up_s=30.0, **TABLE)
    scene.after(60.0).end()
    scene.dispose(0, due_at=scene.now + 7200.0)
    said = scene.one(DISPOSE)
    assert (said.agent, said.at) == (0, scene.now + 7200.0)
    assert scene.campaign.appointment_at == scene.now + 7200.0


# Keeping it.


def test_the_store_is_asked_for_it_when_it_is_due_though_there_are_leads_at_hand() -> None:
    scene = Scene(1, dial_ratio=1.0, **TABLE)
    scene.start()
    scene.log_in()
    for _ in range(5):
        scene.lead()
    scene.tell(LEADS_CLAIMED, campaign=0, count=5, value=START + 300.0)
    assert scene.campaign.due_at == START + 300.0
    assert scene.all(CLAIM_LEADS) == []
    scene.campaign_timer()
    assert scene.one(CLAIM_LEADS).count == 1


def test_a_ready_agent_calls_the_person_on_their_own_line() -> None:
    scene = waiting()
    placed = scene.one(PLACE_CALL)
    assert (placed.lead, placed.agent) == (50, 1)
    assert [agent.state for agent in scene.floor.agents] == [READY, RESERVED]
    scene.after(9.0).answer(0)
    assert scene.one(BRIDGE).agent == 1
    scene.after(0.1).bridged(0)
    assert scene.agent(1).state == TALKING


def test_they_do_so_before_any_other_lead() -> None:
    scene = waiting(2, leads=5)
    first = scene.all(PLACE_CALL)[0]
    assert (first.lead, first.agent) == (50, 1)


def test_in_preview_they_are_shown_it_first() -> None:
    scene = waiting(mode=PREVIEW)
    shown = scene.one(SHOW_LEAD)
    assert (shown.lead, shown.agent) == (50, 1)
    assert scene.agent(1).state == PREVIEWING
    scene.accept(1)
    assert scene.one(PLACE_CALL).lead == 50


def test_an_agent_who_talks_calls_when_they_have_done_and_the_other_leads_go_on() -> None:
    scene = talking(2, 20, dial_ratio=1.0, **TABLE)
    scene.fail(1, BUSY)
    scene.lead(lead=50, number=500, agent=0, due_at=scene.now)
    scene.leads_done()
    assert [lead.id for lead in appointments_of(scene.agent(0))] == [50]
    scene.after(20.0).end(0)
    assert (scene.one(PLACE_CALL).lead, scene.agent(0).state) == (50, RESERVED)


def test_who_is_not_ready_for_too_long_loses_it_to_whoever_is() -> None:
    scene = talking(2, 20, dial_ratio=1.0, appointment_grace_s=120.0, **TABLE)
    scene.lead(lead=50, number=500, agent=0, due_at=scene.now)
    scene.leads_done()
    due_at = scene.now
    assert scene.campaign.due_at == due_at + 120.0
    scene.campaign_timer()
    assert appointments_of(scene.agent(0)) == []
    first, *others = buffer_of(scene.campaign)
    assert first.id == 50
    assert first.order < min(lead.order for lead in others), "a floor that is loaded has them in this order"
    scene.fail(1, BUSY)
    assert scene.one(PLACE_CALL).lead == 50


@pytest.mark.parametrize("limit", [{"lines": 1}, {"calls_per_s": 0.1}])
def test_it_waits_for_a_line_and_for_the_rate_of_calls(limit: dict[str, Any]) -> None:
    scene = Scene(2, dial_ratio=1.0, **TABLE, **limit)
    scene.start()
    scene.log_in(0, 1)
    scene.lead()
    scene.leads_done()
    scene.lead(lead=50, number=500, agent=1, due_at=scene.now)
    scene.leads_done()
    assert scene.all(PLACE_CALL) == []
    assert scene.agent(1).state == READY
    if "lines" in limit:
        scene.fail(0, BUSY)
    else:
        scene.campaign_timer()
    assert scene.one(PLACE_CALL).lead == 50


def test_what_the_law_says_is_asked_at_that_instant_as_of_any_lead() -> None:
    scene = Scene(2, dial_ratio=1.0, **TABLE)
    scene.start()
    scene.log_in(0, 1)
    scene.lead(lead=50, number=500, agent=1, due_at=scene.now, lawful_from=scene.now + 600.0)
    scene.leads_done()
    assert scene.all(PLACE_CALL) == []
    back = scene.one(RETURN_LEAD)
    assert (back.agent, back.at) == (1, scene.now + 600.0)


def test_after_an_attempt_it_is_an_appointment_no_more() -> None:
    scene = waiting()
    scene.after(20.0).fail(0, BUSY)
    back = scene.one(RETURN_LEAD)
    assert (back.agent, back.at) == (None, scene.now + 600.0)


# What comes between.


def test_a_campaign_that_stops_gives_them_back_as_what_they_are() -> None:
    scene = talking(2, 20, dial_ratio=1.0, **TABLE)
    due_at = scene.now
    scene.lead(lead=50, number=500, agent=0, due_at=due_at)
    scene.leads_done()
    scene.after(30.0).stop()
    back = next(said for said in scene.all(RETURN_LEAD) if said.lead == 50)
    assert (back.agent, back.at) == (0, due_at)
    assert scene.floor.appointments == 0


def test_one_on_a_number_that_is_barred_is_not_kept() -> None:
    scene = talking(2, 20, dial_ratio=1.0, **TABLE)
    for lead, number in ((50, 500), (51, 501)):
        scene.lead(lead=lead, number=number, agent=0, due_at=scene.now)
    scene.leads_done()
    scene.bar(500)
    back = scene.one(RETURN_LEAD)
    assert (back.lead, back.at, back.count) == (50, NEVER, 1)
    assert [lead.id for lead in appointments_of(scene.agent(0))] == [51]


def test_with_an_agent_whom_the_floor_does_not_have_it_is_a_lead_like_others() -> None:
    scene = Scene(1, dial_ratio=1.0, **TABLE)
    scene.start()
    scene.log_in()
    scene.lead(lead=50, number=500, agent=7, due_at=scene.now)
    scene.leads_done()
    assert (scene.one(PLACE_CALL).lead, scene.agent().state) == (50, READY)


def test_one_that_comes_when_the_campaign_has_stopped_goes_back() -> None:
    scene = Scene(1, dial_ratio=1.0, **TABLE)
    scene.start()
    scene.log_in()
    scene.stop()
    scene.lead(lead=50, number=500, agent=0, due_at=scene.now)
    scene.pause()
    scene.resume()
    assert scene.all(PLACE_CALL) == []
    scene.leads_done()
    back = scene.one(RETURN_LEAD)
    assert (back.lead, back.agent) == (50, 0)


def test_nor_is_it_kept_by_an_agent_who_takes_no_calls_of_the_campaign() -> None:
    scene = Scene(1, dial_ratio=1.0, **TABLE)
    add_group(scene.floor, 1)
    scene.start()
    scene.log_in(0, 1)
    scene.lead(lead=50, number=500, agent=1, due_at=scene.now)
    scene.leads_done()
    assert [(said.lead, said.agent) for said in scene.all(PLACE_CALL)] == [(50, None)]


def test_one_person_after_another_is_called() -> None:
    scene = Scene(2, dial_ratio=1.0, **TABLE)
    scene.start()
    scene.log_in(0)
    for lead in (50, 51):
        scene.lead(lead=lead, number=450 + lead, agent=0, due_at=scene.now)
    scene.leads_done()
    assert scene.one(PLACE_CALL).lead == 50
    scene.after(20.0).fail(0, BUSY)
    assert scene.one(PLACE_CALL).lead == 51
