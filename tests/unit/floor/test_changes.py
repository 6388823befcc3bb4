"""Settings changed while a campaign runs: what is in hand goes on, what comes next is as it is told."""

from __future__ import annotations

import math

import pytest

from callfloor.floor.changes import MOST
from callfloor.floor.setting_codes import (
    SET_ABANDON_RATE_MAX,
    SET_CALLS_PER_S,
    SET_DIAL_RATIO,
    SET_LINES,
    SET_MACHINE,
    SET_MAX_ATTEMPTS,
    SET_MODE,
    SET_PACING,
    SET_POOL,
    SET_PREVIEW_EXPIRES,
    SET_RESERVE,
    SET_SHARE,
    SET_VICIDIAL_READY,
    SETTING_NAMES,
    SETTINGS,
)
from callfloor.floor.vocabulary import (
    BRIDGE,
    CAMPAIGN_UNKNOWN,
    CONNECTED,
    MESSAGE,
    MESSAGE_MODE,
    PLACE_CALL,
    POOL_AGENT,
    POOL_CAMPAIGN,
    POWER,
    PREVIEW,
    PREVIEWING,
    PROGRESSIVE,
    READY,
    REPORT,
    RESERVED,
    SETTING_REFUSED,
    SHOW_LEAD,
    TALKING,
)

from .floors import dialling
from .sights import fields_of

MODES = (POWER, PROGRESSIVE, PREVIEW, MESSAGE_MODE)


@pytest.mark.parametrize("setting", range(SETTINGS), ids=SETTING_NAMES)
def test_every_setting_can_be_changed_and_no_other_changes_with_it(setting: int) -> None:
    scene = dialling(0, 0)
    before = fields_of(scene.campaign)
    scene.change(setting, 1.0)
    after = fields_of(scene.campaign)
    assert scene.all(REPORT) == []
    assert after[SETTING_NAMES[setting]] == 1.0
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {SETTING_NAMES[setting], "changed", "held_by", "decision", "thirsty"}


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        (-1, 1.0),
        (SETTINGS, 1.0),
        (SET_MODE, 0.0),
        (SET_MODE, 1.5),
        (SET_MODE, 99.0),
        (SET_POOL, 2.0),
        (SET_DIAL_RATIO, 0.0),
        (SET_DIAL_RATIO, 100.5),
        (SET_SHARE, 0.0),
        (SET_SHARE, 1.5),
        (SET_RESERVE, 0.5),
        (SET_MAX_ATTEMPTS, 0.0),
        (SET_ABANDON_RATE_MAX, 1.5),
        (SET_PREVIEW_EXPIRES, 2.0),
        (SET_MACHINE, 3.0),
        (SET_PACING, 7.0),
        (SET_PACING, 1.5),
        (SET_VICIDIAL_READY, 2.0),
        *((setting, value) for setting in range(SETTINGS) for value in (-1.0, math.nan, math.inf, 2 * MOST)),
    ],
)
def test_what_cannot_be_meant_is_reported_and_changes_nothing(setting: int, value: float) -> None:
    scene = dialling(1, 5)
    before = fields_of(scene.campaign)
    scene.change(setting, value)
    report = scene.one(REPORT)
    assert (report.code, report.found, report.campaign) == (SETTING_REFUSED, setting, 0)
    assert fields_of(scene.campaign) == before


def test_a_campaign_that_is_not_there_is_reported() -> None:
    scene = dialling(1, 5)
    scene.change(SET_MODE, POWER, campaign=7)
    assert scene.reported() == [CAMPAIGN_UNKNOWN]


# What changes at once.


def test_a_higher_ratio_rings_more_lines_at_once_and_a_lower_one_cuts_none() -> None:
    scene = dialling(2, 20, dial_ratio=1.0)
    scene.change(SET_DIAL_RATIO, 2.5)
    assert len(scene.placed()) == 3
    scene.change(SET_DIAL_RATIO, 1.0)
    assert (scene.said_besides_explaining(), scene.campaign.placed) == ([], 5)


def test_from_the_campaigns_lines_to_each_agents_own() -> None:
    scene = dialling(2, 20, dial_ratio=2.0)
    assert scene.campaign.placed == 4
    scene.change(SET_POOL, POOL_AGENT)
    assert [said.agent for said in scene.all(PLACE_CALL)] == [0, 0, 1, 1]
    scene.answer(0)
    assert scene.one(BRIDGE).agent == 0


def test_from_each_agents_own_lines_to_the_campaigns_an_answer_is_still_their_own() -> None:
    scene = dialling(2, 20, dial_ratio=1.0, pool=POOL_AGENT)
    scene.change(SET_POOL, POOL_CAMPAIGN)
    assert scene.placed() == []
    scene.answer(1)
    assert scene.one(BRIDGE).agent == 1


def test_from_lines_to_preview_those_that_ring_go_on() -> None:
    scene = dialling(2, 20, dial_ratio=1.0)
    scene.change(SET_MODE, PREVIEW)
    assert [said.agent for said in scene.all(SHOW_LEAD)] == [0, 1]
    assert scene.campaign.placed == 2
    scene.skip(0)
    assert scene.agent(0).state == PREVIEWING


def test_from_preview_to_lines_leads_that_are_shown_may_still_be_called() -> None:
    scene = dialling(2, 20, mode=PREVIEW)
    scene.change(SET_MODE, POWER)
    assert [agent.state for agent in scene.floor.agents] == [PREVIEWING, PREVIEWING]
    assert scene.placed() == []
    scene.accept(0)
    assert (scene.agent(0).state, scene.placed()) == (RESERVED, [0])
    scene.answer(0)
    scene.bridged(0)
    assert (scene.agent(0).state, scene.campaign.connected) == (TALKING, 1)
    scene.skip(1)
    assert scene.agent(1).state == READY
    assert len(scene.placed()) == 2


def test_from_agents_to_a_message_whoever_answers_from_now_on_hears_it() -> None:
    scene = dialling(1, 20, dial_ratio=2.0, lines=4, plays_message=True)
    scene.answer(0)
    scene.bridged(0)
    scene.change(SET_MODE, MESSAGE_MODE)
    assert (scene.call(0).state, scene.campaign.live) == (CONNECTED, 4)
    scene.answer(1)
    assert scene.call(1).state == MESSAGE


def test_from_a_message_to_agents() -> None:
    scene = dialling(1, 20, mode=MESSAGE_MODE, lines=3, plays_message=True)
    scene.answer(0)
    scene.change(SET_MODE, PROGRESSIVE)
    assert (scene.call(0).state, scene.placed()) == (MESSAGE, [])
    scene.answer(1)
    assert scene.one(BRIDGE).agent == 0


@pytest.mark.parametrize("before", MODES)
@pytest.mark.parametrize("after", MODES)
def test_from_any_mode_to_any_other_every_call_comes_to_its_end(before: int, after: int) -> None:
    scene = dialling(3, 30, mode=before, dial_ratio=1.5, lines=6, plays_message=True)
    for agent in (0, 1):
        scene.accept(agent)
    scene.change(SET_MODE, after)
    scene.leads(10)
    for agent in (0, 1, 2):
        scene.accept(agent)
    scene.stop(cut=True)
    for call in scene.floor.calls:
        scene.answer(call.id)
        scene.bridged(call.id)
        scene.end(call.id)
    assert (scene.campaign.live, scene.campaign.placed, scene.campaign.previews) == (0, 0, 0)
    assert [agent.state for agent in scene.floor.agents] == [READY] * 3


def test_fewer_lines_let_those_in_use_come_to_their_end() -> None:
    scene = dialling(2, 20, dial_ratio=2.0)
    scene.change(SET_LINES, 2.0)
    assert scene.campaign.live == 4
    scene.fail(0)
    scene.fail(1)
    assert (scene.campaign.live, scene.placed()) == (2, [])
    scene.fail(2)
    assert len(scene.placed()) == 1


def test_a_limit_of_calls_a_second_holds_from_the_next_call_on() -> None:
    scene = dialling(1, 20, dial_ratio=1.0)
    scene.change(SET_CALLS_PER_S, 1.0)
    scene.change(SET_DIAL_RATIO, 3.0)
    assert len(scene.placed()) == 1
    scene.campaign_timer()
    assert len(scene.placed()) == 1
