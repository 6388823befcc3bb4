"""Messages that callers leave for an agent, and the callbacks by which that agent returns them."""

from __future__ import annotations

import pytest

from callfloor.floor import Agent
from callfloor.floor.vocabulary import (
    BRIDGE,
    BUSY,
    CONNECTED,
    DIRECT,
    ENDED,
    ENDING,
    EXPLAIN,
    GO_TO_VOICEMAIL,
    HANG_UP,
    HUMAN,
    LEFT_VOICEMAIL,
    LOST,
    MACHINE,
    NEVER,
    NO_ANSWER,
    NO_OUTCOME,
    OFFLINE,
    PAUSED,
    PLACE_CALL,
    PLACED,
    READY,
    RECORD,
    REJECT,
    TAKE_VOICEMAIL,
    TALKING,
    UNDETERMINED,
    WITHHELD,
    WRAP_UP,
)
from callfloor.floor.voicemail import CALL_BACK_WITHIN_S

from .hotline import Hotline, busy_hotline
from .sights import mailbox_of


def busy_mailbox(agents: int = 1, **settings: object) -> Hotline:
    """A hotline whose agents all talk, and which takes messages."""
    return busy_hotline(agents, when_busy=GO_TO_VOICEMAIL, **settings)


def calling_back(*callers: int, **settings: object) -> Hotline:
    """A hotline whose one agent has just begun to return the first of these callers' messages."""
    scene = busy_mailbox(1, **settings)
    for caller in callers or (7,):
        scene.arrives(caller)
    scene.after(60).end(0)
    assert scene.agent().call is scene.call(len(callers or (7,)) + 1)
    return scene


def callers_of(agent: Agent) -> list[int]:
    return [message.caller for message in mailbox_of(agent)]


# Leaving a message.


def test_who_calls_while_no_agent_is_ready_leaves_a_message() -> None:
    scene = busy_mailbox(1)
    scene.after(5).arrives(caller=7, redials=3)
    assert [said.do for said in scene.said] == [TAKE_VOICEMAIL, RECORD]
    assert (scene.one(TAKE_VOICEMAIL).call, scene.one(TAKE_VOICEMAIL).agent) == (1, 0)
    record = scene.one(RECORD)
    assert (record.call, record.agent, record.outcome) == (1, None, LEFT_VOICEMAIL)
    assert (scene.call(1).state, scene.floor.waiting, scene.floor.voicemails) == (ENDED, 0, 1)
    (message,) = mailbox_of(scene.agent())
    assert (message.queue, message.agent) == (scene.queue, scene.agent())
    assert (message.caller, message.redials, message.left_at, message.tries) == (7, 3, scene.now, 0)


def test_nobody_leaves_a_message_while_an_agent_is_ready() -> None:
    scene = busy_mailbox(2)
    scene.end(1)
    scene.arrives()
    assert scene.one(BRIDGE).agent == 1
    assert scene.floor.voicemails == 0


@pytest.mark.parametrize(("draw", "agent"), [(0.0, 0), (0.34, 1), (0.99, 2)])
def test_a_message_is_for_an_agent_who_is_drawn_among_those_at_work(draw: float, agent: int) -> None:
    scene = busy_mailbox(3)
    scene.arrives(draw=draw)
    assert scene.one(TAKE_VOICEMAIL).agent == agent
    assert [each.voicemails for each in scene.floor.agents] == [int(i == agent) for i in range(3)]


def test_on_a_direct_queue_the_message_is_for_the_agent_who_was_wanted() -> None:
    scene = busy_mailbox(3, routing=DIRECT)
    scene.end(2)
    scene.arrives(draw=0.5)
    assert scene.one(TAKE_VOICEMAIL).agent == 1


def test_a_message_may_be_for_an_agent_who_pauses() -> None:
    scene = busy_mailbox(1)
    scene.end(0)
    scene.pause()
    scene.arrives()
    assert scene.one(TAKE_VOICEMAIL).agent == 0
    scene.after(600).resume()
    assert scene.one(PLACE_CALL).call == 2


def test_with_nobody_at_work_there_is_no_mailbox_and_the_call_is_turned_away() -> None:
    scene = Hotline(2, when_busy=GO_TO_VOICEMAIL)
    scene.arrives()
    assert [said.do for said in scene.said if said.do != EXPLAIN] == [REJECT, RECORD]
    assert scene.floor.voicemails == 0


# Calling back.


def test_the_instant_an_agent_is_free_they_call_back() -> None:
    scene = busy_mailbox(1)
    scene.arrives(caller=7, redials=3)
    scene.after(60).end(0)
    placed = scene.one(PLACE_CALL)
    assert (placed.call, placed.lead, placed.campaign) == (2, None, None)
    assert placed.at == scene.now + CALL_BACK_WITHIN_S
    call = scene.call(2)
    assert (call.state, call.queue, call.agent) == (PLACED, scene.queue, scene.agent())
    assert (call.caller, call.redials, call.placed_at, call.outcome) == (7, 3, scene.now, NO_OUTCOME)
    assert (call.attempt, scene.floor.attempts) == (3, 3)
    assert call.voicemail is not None
    assert (call.voicemail.tries, scene.agent().voicemails, scene.floor.voicemails) == (1, 0, 1)


def test_an_agent_who_calls_back_is_busy_from_that_instant() -> None:
    scene = calling_back(7)
    assert (scene.agent().state, scene.agent().call) == (TALKING, scene.call(2))
    assert (scene.group.ready, scene.agent().since) == (0, scene.now)
    scene.arrives(caller=8)
    assert scene.one(TAKE_VOICEMAIL).agent == 0


def test_on_an_answer_they_talk_the_agent_is_on_the_line_already() -> None:
    scene = calling_back(7)
    scene.ring(2)
    scene.after(5).answer(2)
    assert scene.all(BRIDGE) == []
    call = scene.call(2)
    assert (call.state, call.agent) == (CONNECTED, scene.agent())
    assert call.answered_at == call.connected_at == scene.now


def test_a_message_is_returned_when_its_callback_was_reached() -> None:
    scene = calling_back(7)
    scene.after(5).answer(2)
    scene.after(30).end(2)
    record = scene.one(RECORD)
    assert (record.call, record.agent, record.campaign, record.outcome) == (2, 0, None, HUMAN)
    assert (scene.floor.voicemails, mailbox_of(scene.agent())) == (0, [])
    assert (scene.agent().state, scene.agent().call, scene.agent().calls) == (READY, None, 2)


def test_talk_of_a_callback_counts_from_when_the_agent_began_it() -> None:
    scene = calling_back(7)
    before_s = scene.agent().talk_s
    scene.after(5).answer(2)
    scene.after(30).end(2)
    assert scene.agent().talk_s - before_s == pytest.approx(35.0)


@pytest.mark.parametrize("wrap_up_s", [10.0, NEVER])
def test_after_a_callback_there_is_no_wrap_up(wrap_up_s: float) -> None:
    scene = busy_mailbox(1, wrap_up_s=wrap_up_s)
    scene.arrives()
    scene.end(0)
    assert scene.agent().state == WRAP_UP
    scene.resume()
    scene.answer(2)
    scene.after(30).end(2)
    assert scene.agent().state == READY


def test_messages_are_returned_in_the_order_in_which_they_were_left() -> None:
    scene = calling_back(7, 8, 9)
    returned = []
    for call in (4, 5, 6):
        returned.append(scene.call(call).caller)
        scene.answer(call)
        scene.after(30).end(call)
    assert returned == [7, 8, 9]
    assert (scene.agent().state, scene.floor.voicemails) == (READY, 0)


def test_whom_nobody_reaches_goes_to_the_end_of_the_mailbox_and_the_next_is_called_at_once() -> None:
    scene = calling_back(7, 8)
    scene.after(20).fail(3, NO_ANSWER)
    assert (scene.one(RECORD).call, scene.one(RECORD).outcome) == (3, NO_ANSWER)
    assert (scene.one(PLACE_CALL).call, scene.call(4).caller) == (4, 8)
    assert callers_of(scene.agent()) == [7]
    assert scene.floor.voicemails == 2
    scene.answer(4)
    scene.after(30).end(4)
    again = scene.call(5)
    assert again.voicemail is not None
    assert (again.caller, again.voicemail.tries) == (7, 2)


def test_a_message_alone_is_returned_again_and_again_until_somebody_answers() -> None:
    scene = calling_back(7)
    for call in (2, 3, 4):
        scene.after(20).fail(call, BUSY)
        assert scene.one(PLACE_CALL).call == call + 1
    assert (scene.agent().calls, scene.agent().state) == (1, TALKING)
    scene.answer(5)
    scene.after(30).end(5)
    assert (scene.agent().calls, scene.floor.voicemails) == (2, 0)


@pytest.mark.parametrize("how", ["fail", "not_sent", "lose", "end"])
def test_a_callback_that_comes_to_nothing_leaves_the_message_where_it_was(how: str) -> None:
    scene = calling_back(7)
    scene.pause()
    scene.after(3)
    getattr(scene, how)(2)
    outcome = {"fail": BUSY, "not_sent": WITHHELD, "lose": LOST, "end": UNDETERMINED}[how]
    assert scene.one(RECORD).outcome == outcome
    assert (callers_of(scene.agent()), scene.floor.voicemails) == ([7], 1)
    assert (scene.agent().state, scene.agent().call, scene.agent().calls) == (PAUSED, None, 1)


def test_a_machine_does_not_return_a_message() -> None:
    scene = calling_back(7)
    scene.pause()
    scene.machine(2)
    assert (scene.one(HANG_UP).call, scene.call(2).state, scene.agent().state) == (2, ENDING, TALKING)
    scene.after(1).end(2)
    assert scene.one(RECORD).outcome == MACHINE
    assert (callers_of(scene.agent()), scene.agent().state) == ([7], PAUSED)


def test_who_answers_when_the_callback_is_being_hung_up_has_not_been_reached() -> None:
    scene = calling_back(7)
    scene.pause()
    scene.machine(2)
    scene.answer(2)
    scene.end(2)
    assert (callers_of(scene.agent()), scene.floor.voicemails) == ([7], 1)


def test_a_callback_is_no_attempt_of_a_campaign_s() -> None:
    scene = calling_back(7)
    scene.answer(2)
    scene.end(2)
    campaign = scene.campaign
    counted = (campaign.attempts, campaign.human_answers, campaign.connected, campaign.abandoned)
    assert counted == (0, 0, 0, 0)


def test_an_agent_can_end_a_callback_that_was_answered() -> None:
    scene = calling_back(7)
    scene.answer(2)
    scene.after(30).hangs_up()
    assert scene.one(HANG_UP).call == 2
    scene.end(2)
    assert (scene.agent().state, scene.floor.voicemails) == (READY, 0)


# What goes before what.


def test_who_was_called_goes_before_every_message() -> None:
    scene = Hotline(1, when_busy=GO_TO_VOICEMAIL)
    scene.campaign.dial_ratio = 1.0
    scene.start()
    scene.log_in()
    scene.leads(1)
    scene.arrives(caller=8)
    scene.put_through(1)
    scene.arrives(caller=7)
    scene.answer(0)
    scene.after(1).end(1)
    assert (scene.one(BRIDGE).call, scene.agent().voicemails) == (0, 1)
    scene.put_through(0)
    scene.after(30).end(0)
    assert scene.one(PLACE_CALL).call == 3
    assert scene.call(3).caller == 7


def test_messages_go_before_those_who_wait() -> None:
    scene = busy_mailbox(1)
    scene.add_queue()
    scene.arrives(caller=8, queue=1)
    scene.arrives(caller=7, queue=0)
    assert scene.floor.waiting == 1
    scene.end(0)
    assert (scene.agent().call, scene.call(3).caller) == (scene.call(3), 7)
    assert scene.all(BRIDGE) == []
    scene.answer(3)
    scene.end(3)
    assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (1, 0)


def test_an_agent_s_messages_are_nobody_else_s_to_return() -> None:
    scene = busy_mailbox(2)
    scene.arrives(draw=0.0)
    scene.end(1)
    assert (scene.all(PLACE_CALL), scene.agent(1).state) == ([], READY)
    scene.end(0)
    assert scene.agent(0).call is scene.call(3)


# Agents who leave or pause.


def test_a_wish_to_leave_or_pause_goes_before_the_mailbox() -> None:
    scene = busy_mailbox(2)
    scene.arrives(draw=0.0)
    scene.arrives(draw=0.9)
    scene.log_out(0)
    scene.pause(1)
    scene.end(0)
    scene.end(1)
    assert [agent.state for agent in scene.floor.agents] == [OFFLINE, PAUSED]
    assert [agent.voicemails for agent in scene.floor.agents] == [1, 1]


def test_the_mailbox_is_kept_until_its_agent_is_back() -> None:
    scene = busy_mailbox(1)
    scene.arrives(caller=7)
    scene.log_out()
    scene.end(0)
    assert (scene.agent().state, scene.floor.voicemails) == (OFFLINE, 1)
    scene.after(500).log_in()
    assert scene.one(PLACE_CALL).call == 2
    assert scene.call(2).caller == 7


def test_a_callback_in_hand_is_finished_before_its_agent_leaves() -> None:
    scene = calling_back(7, 8)
    scene.log_out()
    scene.answer(3)
    assert scene.agent().state == TALKING
    scene.after(30).end(3)
    assert (scene.agent().state, callers_of(scene.agent())) == (OFFLINE, [8])


def test_a_person_who_was_called_back_and_has_lost_their_agent_goes_to_another_one() -> None:
    scene = busy_mailbox(2)
    scene.arrives(draw=0.0)
    scene.end(0)
    scene.answer(3)
    scene.gone(0)
    assert scene.call(3).line is scene.queue
    scene.end(1)
    assert (scene.one(BRIDGE).call, scene.one(BRIDGE).agent) == (3, 1)
    scene.put_through(3)
    scene.end(3)
    assert (scene.floor.voicemails, scene.one(RECORD).agent) == (0, 1)
