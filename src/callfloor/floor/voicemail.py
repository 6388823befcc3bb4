"""Messages that callers leave for an agent, and the callbacks by which that agent returns them."""

from __future__ import annotations

from callfloor.floor.agents import move_agent
from callfloor.floor.commands import send_place_call, send_take_voicemail, touch_agent, touch_call, watch_call
from callfloor.floor.dialing import new_call
from callfloor.floor.lines import Voicemail
from callfloor.floor.records import Agent, Call, Floor
from callfloor.floor.units import Seconds
from callfloor.floor.vocabulary import LEFT_VOICEMAIL, NEVER, READY, TAKE

CALL_BACK_WITHIN_S: Seconds = 5.0
"""A command to call back is stale after this."""

CALL_BACK_SILENT_S: Seconds = 60.0
"""A callback is given up of which nothing has been heard for so long."""


def push_voicemail(agent: Agent, voicemail: Voicemail) -> None:
    """Put a message at the end of the agent's mailbox."""
    voicemail.next = None
    if agent.last_voicemail is None:
        agent.first_voicemail = voicemail
    else:
        agent.last_voicemail.next = voicemail
    agent.last_voicemail = voicemail
    agent.voicemails += 1


def pop_voicemail(agent: Agent) -> None:
    """Take the first message out of the mailbox."""
    voicemail = agent.first_voicemail
    if voicemail is not None:
        agent.first_voicemail = voicemail.next
        if agent.first_voicemail is None:
            agent.last_voicemail = None
        voicemail.next = None
        agent.voicemails -= 1


def leave_voicemail(floor: Floor, call: Call, agent: Agent, now: Seconds) -> None:
    """The caller leaves a message at the end of the agent's mailbox."""
    voicemail = floor.spare_voicemail
    if voicemail is None:
        voicemail = Voicemail()
    else:
        floor.spare_voicemail = voicemail.next
    voicemail.queue = call.queue
    voicemail.agent = agent
    voicemail.caller = call.caller
    voicemail.redials = call.redials
    voicemail.left_at = now
    voicemail.tries = 0
    call.outcome = LEFT_VOICEMAIL
    push_voicemail(agent, voicemail)
    floor.voicemails += 1
    touch_agent(floor, agent)
    send_take_voicemail(floor, call, agent)


def call_back(floor: Floor, agent: Agent, now: Seconds) -> None:
    """Have a ready agent return the first message of their mailbox. They are busy from now on."""
    voicemail = agent.first_voicemail
    if voicemail is None or agent.state != READY or move_agent(floor, agent, TAKE, now) != 0:
        return
    pop_voicemail(agent)
    voicemail.tries += 1
    call = new_call(floor, voicemail.queue, now)
    call.voicemail = voicemail
    call.caller = voicemail.caller
    call.redials = voicemail.redials
    call.tries = voicemail.tries
    call.agent = agent
    agent.call = call
    touch_call(floor, call)
    send_place_call(floor, call, now + CALL_BACK_WITHIN_S)
    watch_call(floor, call, now + CALL_BACK_SILENT_S)


def settle_voicemail(floor: Floor, call: Call, voicemail: Voicemail) -> None:
    """A callback is over: the message is returned, or it goes to the end of its mailbox again."""
    agent = voicemail.agent
    if call.connected_at < NEVER or agent is None:
        floor.voicemails -= 1
        voicemail.next = floor.spare_voicemail
        floor.spare_voicemail = voicemail
    else:
        push_voicemail(agent, voicemail)
        touch_agent(floor, agent)
