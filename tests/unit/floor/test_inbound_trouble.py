"""When things go wrong with people who call in, or who are called back."""

from __future__ import annotations

import pytest

from callfloor.floor.vocabulary import (
    ANSWERED,
    BRIDGE,
    CALL_ARRIVED,
    CALL_SILENT,
    CONNECTED,
    ENDED,
    ENDING,
    GO_TO_VOICEMAIL,
    HANG_UP,
    NEVER,
    NO_ANSWER,
    OFFLINE,
    PAUSED,
    PLACE_CALL,
    QUEUE_UNKNOWN,
    READY,
    SET_TIMER,
    TIMER_DUE,
    UNKNOWN,
)

from .hotline import Hotline, open_hotline
from .sights import mailbox_of
from .test_voicemail import busy_mailbox, calling_back


@pytest.mark.parametrize("bridged", [False, True])
def test_who_has_lost_their_agent_waits_as_long_as_they_like(bridged: bool) -> None:
    scene = open_hotline(1)
    scene.arrives()
    if bridged:
        scene.put_through()
    scene.gone()
    assert scene.call().state == ANSWERED
    assert scene.call().due_at == NEVER
    scene.after(20_000).tell(TIMER_DUE, call=0)
    assert (scene.call().state, scene.said) == (ANSWERED, [])


def test_a_callback_of_which_nothing_is_heard_is_given_up() -> None:
    scene = calling_back(7)
    assert (scene.one(SET_TIMER).call, scene.one(SET_TIMER).at) == (2, scene.call(2).due_at)
    scene.call_timer(2)
    assert scene.reported() == [CALL_SILENT]
    assert scene.one(HANG_UP).call == 2
    scene.log_out()
    scene.call_timer(2)
    assert (scene.agent().state, scene.agent().voicemails) == (OFFLINE, 1)


def test_a_callback_whose_agent_has_lost_their_phone_is_hung_up_and_the_message_is_kept() -> None:
    scene = calling_back(7)
    calls = scene.agent().calls
    scene.gone()
    assert (scene.agent().state, scene.agent().calls) == (PAUSED, calls)  # nobody was reached
    assert scene.one(HANG_UP).call == 2
    scene.answer(2)
    assert scene.call(2).state == ENDING  # and not connected, with nobody there
    scene.end(2)
    assert [message.caller for message in mailbox_of(scene.agent())] == [7]
    scene.resume()
    assert scene.one(PLACE_CALL).call == 3


def test_a_message_that_comes_back_to_an_agent_who_is_ready_is_returned_at_once() -> None:
    scene = calling_back(7)
    scene.gone()
    scene.resume()
    assert scene.agent().state == READY
    scene.fail(2, NO_ANSWER)
    assert (scene.one(PLACE_CALL).call, scene.agent().voicemails) == (3, 0)


def test_an_answer_to_a_callback_by_its_own_agent_is_nothing_odd() -> None:
    scene = calling_back(7)
    scene.answer(2, agent=0)
    assert scene.reported() == []
    assert scene.call(2).state == CONNECTED


def test_a_call_that_is_placed_has_no_caller_though_its_slot_had() -> None:
    scene = Hotline(1, when_busy=GO_TO_VOICEMAIL)
    scene.arrives(caller=7, redials=3)
    assert scene.call().state == ENDED
    scene.campaign.dial_ratio = 1.0
    scene.start()
    scene.after(scene.floor.linger_s + 1.0).log_in()
    scene.leads(1)
    assert scene.one(PLACE_CALL).call == 0
    assert (scene.call().caller, scene.call().redials) == (UNKNOWN, 0)


def test_nobody_calls_in_on_the_queue_of_those_whom_a_campaign_has_called() -> None:
    scene = open_hotline(1)
    scene.tell(CALL_ARRIVED, queue=0, number=7)
    assert scene.floor.queues[0].campaign is scene.campaign
    assert scene.reported() == [QUEUE_UNKNOWN]
    assert scene.all(BRIDGE) == []


def test_an_unreached_callback_is_no_call_of_an_agent_who_has_lost_their_phone() -> None:
    scene = busy_mailbox(1)
    scene.arrives()
    scene.end(0)
    before = scene.agent().calls, scene.agent().talk_s
    scene.after(5).gone()
    assert (scene.agent().calls, scene.agent().talk_s) == before
