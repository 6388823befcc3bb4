"""Messages: campaigns without agents, and what a machine gets."""

from __future__ import annotations

from typing import Any

import pytest

from callfloor.floor.vocabulary import (
    ANSWERED,
    BRIDGE,
    BUSY,
    CALL_ABANDONED,
    CONNECT_MACHINE,
    CONNECTED,
    CONNECTING,
    ENDED,
    ENDING,
    HANG_UP,
    HELD_TRUNK_FULL,
    HUMAN,
    MACHINE,
    MESSAGE,
    MESSAGE_MODE,
    PLACE_CALL,
    PLAY,
    PLAY_MACHINE_MESSAGE,
    POWER,
    PREVIEW,
    PREVIEWING,
    PROGRESSIVE,
    READY,
    RECORD,
    RETURN_LEAD,
    WRAP_UP,
)

from .floors import Scene, dialling


def calling(leads: int = 20, **settings: Any) -> Scene:
    """A campaign without agents that rings as many lines as it has."""
    settings = {"lines": 3, "plays_message": True, **settings}
    scene = Scene(0, mode=MESSAGE_MODE, **settings)
    scene.start()
    scene.leads(leads)
    return scene


# Without agents.


def test_all_lines_are_kept_busy_and_nobody_need_be_logged_in() -> None:
    scene = calling()
    assert len(scene.placed()) == 3
    scene.fail(0, BUSY)
    assert len(scene.placed()) == 1
    scene.answer(1)
    assert scene.placed() == []
    assert scene.campaign.held_by == HELD_TRUNK_FULL


def test_no_more_calls_are_placed_in_a_second_than_may_be() -> None:
    scene = calling(calls_per_s=2.0)
    assert len(scene.placed()) == 1
    scene.campaign_timer()
    assert len(scene.placed()) == 1
    assert scene.now == pytest.approx(1_000_000.5)


def test_a_stopped_campaign_calls_nobody() -> None:
    scene = calling()
    scene.stop()
    assert scene.all(RETURN_LEAD)
    scene.fail(0, BUSY)
    assert scene.placed() == []


def test_whoever_answers_hears_the_message_and_is_not_abandoned() -> None:
    scene = calling()
    scene.answer(0)
    assert scene.one(PLAY).call == 0
    assert scene.call(0).state == MESSAGE
    scene.after(20.0).played(0)
    assert scene.one(HANG_UP).call == 0
    scene.end(0)
    campaign = scene.campaign
    assert scene.one(RECORD).outcome == HUMAN
    assert (campaign.human_answers, campaign.messages) == (1, 1)
    assert (campaign.connected, campaign.abandoned, campaign.hung_up_early) == (0, 0, 0)


def test_whoever_hangs_up_on_the_message_has_answered_all_the_same() -> None:
    scene = calling()
    scene.answer(0)
    scene.after(2.0).end(0)
    assert scene.one(RECORD).outcome == HUMAN
    assert (scene.campaign.messages, scene.campaign.hung_up_early) == (1, 0)


def test_a_message_that_has_got_stuck_is_hung_up() -> None:
    scene = calling(message_max_s=45.0)
    scene.answer(0)
    begun = scene.now
    scene.call_timer(0)
    assert (scene.now, scene.one(HANG_UP).call) == (begun + 45.0, 0)


def test_agents_who_come_and_go_make_no_difference() -> None:
    scene = Scene(1, mode=MESSAGE_MODE, lines=2, plays_message=True)
    scene.start()
    scene.leads(10)
    before = scene.campaign.leads
    scene.log_in()
    scene.log_out()
    assert scene.campaign.leads == before
    assert scene.all(RETURN_LEAD) == []
    scene.log_in()
    scene.answer(0)
    assert (scene.agent().state, scene.call(0).state) == (READY, MESSAGE)


# Machines.


@pytest.mark.parametrize("mode", [POWER, PROGRESSIVE, PREVIEW, MESSAGE_MODE])
def test_a_machine_is_hung_up_unless_told_otherwise(mode: int) -> None:
    scene = with_a_line(mode)
    scene.machine(0)
    assert (scene.call(0).state, scene.call(0).outcome) == (ENDING, MACHINE)
    assert scene.all(PLAY) == []


@pytest.mark.parametrize("mode", [POWER, PROGRESSIVE, PREVIEW, MESSAGE_MODE])
def test_a_machine_may_be_left_the_message(mode: int) -> None:
    scene = with_a_line(mode, machine=PLAY_MACHINE_MESSAGE)
    scene.machine(0)
    assert (scene.call(0).state, scene.one(PLAY).call) == (MESSAGE, 0)
    scene.after(15.0).played(0)
    scene.end(0)
    assert scene.one(RECORD).outcome == MACHINE
    assert scene.campaign.human_answers == 0


def with_a_line(mode: int, **settings: Any) -> Scene:
    """A floor where a line rings."""
    scene = dialling(1, 5, mode=mode, dial_ratio=1.0, lines=1, plays_message=True, **settings)
    if mode == PREVIEW:
        scene.accept()
    assert scene.campaign.placed == 1
    return scene


def test_who_had_a_machine_called_is_free_while_it_hears_the_message() -> None:
    scene = with_a_line(PREVIEW, machine=PLAY_MACHINE_MESSAGE)
    scene.campaign.lines = 0
    scene.machine(0)
    assert (scene.agent().state, scene.agent().call) == (PREVIEWING, None)


def test_without_a_message_a_machine_is_hung_up() -> None:
    scene = dialling(1, 5, dial_ratio=1.0, machine=PLAY_MACHINE_MESSAGE)
    scene.machine(0)
    assert scene.call(0).state == ENDING


def test_a_machine_may_be_connected_as_if_it_were_a_person_and_is_no_live_answer() -> None:
    scene = dialling(1, 5, dial_ratio=1.0, wrap_up_s=10.0, machine=CONNECT_MACHINE)
    scene.machine(0)
    assert (scene.one(BRIDGE).agent, scene.call(0).state) == (0, CONNECTING)
    scene.after(5.0).bridged(0)
    assert scene.call(0).state == CONNECTED
    scene.after(9.0).end(0)
    assert scene.one(RECORD).outcome == MACHINE
    assert scene.agent().state == WRAP_UP
    campaign = scene.campaign
    assert (campaign.human_answers, campaign.connected, campaign.abandoned) == (0, 0, 0)


def test_a_machine_for_which_nobody_is_free_is_hung_up_and_not_abandoned() -> None:
    scene = dialling(1, 5, dial_ratio=2.0, plays_message=True, machine=CONNECT_MACHINE)
    scene.answer(0)
    scene.machine(1)
    assert scene.call(1).state == ANSWERED
    scene.call_timer(1)
    assert (scene.call(1).state, scene.reported()) == (ENDING, [])
    assert scene.campaign.abandoned == 0


def test_nor_where_an_answer_may_not_wait_at_all() -> None:
    scene = dialling(1, 5, dial_ratio=2.0, answer_within_s=0.0, machine=CONNECT_MACHINE)
    scene.answer(0)
    scene.machine(1)
    assert (scene.call(1).state, CALL_ABANDONED in scene.reported()) == (ENDING, False)


@pytest.mark.parametrize("policy", [PLAY_MACHINE_MESSAGE, CONNECT_MACHINE])
def test_a_machine_that_answers_a_call_which_is_given_up_counts_for_nothing(policy: int) -> None:
    scene = dialling(1, 5, dial_ratio=1.0, plays_message=True, machine=policy)
    scene.bar(100)
    assert scene.call(0).state == ENDING
    scene.machine(0)
    assert (scene.call(0).state, scene.campaign.human_answers) == (ENDING, 0)
    scene.end(0)
    scene.machine(0)
    assert (scene.call(0).state, scene.campaign.abandoned) == (ENDED, 0)


def test_a_campaign_without_agents_leaves_a_machine_the_message_where_others_connect_it() -> None:
    scene = calling(machine=CONNECT_MACHINE)
    scene.machine(0)
    assert scene.call(0).state == MESSAGE
    assert scene.all(PLACE_CALL) == []
