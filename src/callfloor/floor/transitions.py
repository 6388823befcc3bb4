"""What follows when something happens to a call or an agent, and the recovery from what should not.

Every abnormal condition has its recovery here: it leaves the floor as if the event had been as it should,
as far as the facts allow, and never raises.
"""

from __future__ import annotations

from callfloor.floor.agents import foresee, move_agent, set_agent_state
from callfloor.floor.calls import move_call, set_call_state
from callfloor.floor.commands import report, send_hang_up, send_record, touch_agent, touch_call
from callfloor.floor.conversations import (
    abandon,
    agent_left,
    call_answered,
    call_bridged,
    close_call,
    count_talk,
    free_agent,
    go_offline,
    hang_up,
    meet,
    play_message,
    seek_agent,
    settle_agent,
)
from callfloor.floor.dialing import campaigns_look_again, return_leads
from callfloor.floor.learning import learn_attempt
from callfloor.floor.ledger import count_abandonment, count_human_answer, was_connected
from callfloor.floor.previews import give_back_preview, withdraw_previews
from callfloor.floor.records import Agent, Call, Campaign, Floor
from callfloor.floor.units import Code, Flag, Seconds
from callfloor.floor.vocabulary import (
    AGENT_FELL_SILENT,
    AGENT_FELL_SILENT_IN_CALL,
    AGENT_LOGGED_IN_TWICE,
    AGENT_LOGGED_OUT_IN_CALL,
    AGENT_PHONE_LOST,
    AGENT_PHONE_LOST_IN_CALL,
    ANSWER,
    ANSWER_BY_MACHINE,
    ANSWERED,
    BRIDGED,
    CALL_ABANDONED,
    CALL_ANSWERED_AFTER_END,
    CALL_ANSWERED_WHILE_ENDING,
    CALL_BRIDGE_UNCONFIRMED,
    CALL_FAILED_AFTER_ANSWER,
    CALL_HANG_UP_UNCONFIRMED,
    CALL_LOST_BY_CARRIER,
    CALL_NEVER_ENDS,
    CALL_OUTCOME_MISSING,
    CALL_SILENT,
    CALL_WITHHELD,
    CANCELLED,
    CONNECTED,
    CONNECTING,
    END,
    ENDED,
    ENDING,
    FAIL,
    LOG_IN,
    LOG_OUT,
    LOSE,
    LOSE_AGENT,
    LOST,
    MACHINE,
    MESSAGE,
    NEVER,
    NO_OUTCOME,
    NO_REASON,
    NOT_SENT,
    PAUSE,
    PAUSED,
    PAUSED_BY_AGENT,
    PAUSED_NO_PHONE,
    PAUSED_SILENT,
    PLAY_TO_MACHINE,
    PLAYED,
    POOL_AGENT,
    PREVIEWING,
    READY,
    RESERVED,
    RESUME,
    RINGING,
    TALKING,
    TIME_OUT,
    UNDETERMINED,
    WITHHELD,
)


def stop_campaign(floor: Floor, campaign: Campaign, cut: Code, now: Seconds) -> None:
    """No more dialling: leads go back, and with `cut` the lines that still ring are hung up."""
    campaign.running = False
    return_leads(floor, campaign, now)
    withdraw_previews(floor, campaign, now)
    if cut != 0:
        for call in floor.calls:
            if call.campaign is campaign and call.state <= RINGING:
                hang_up(floor, call, now)


def advance_call(floor: Floor, call: Call, given: Code, outcome: Code, now: Seconds) -> None:
    """Something has happened to a call: move it by the table and do what follows.

    `outcome` is what the network said, where the event carries that.
    """
    found = call.state
    if given == TIME_OUT and found == ANSWERED and call.outcome == MACHINE:
        abandon(floor, call, now)  # nobody is kept waiting
        return
    abnormal = move_call(floor, call, given, now)
    if abnormal != 0:
        recover_call(floor, call, abnormal, outcome, now)
    elif given == ANSWER and outcome != MACHINE:
        learn_from_ringing(call, found, True, now)
        call_answered(floor, call, now)
    elif given in (ANSWER, ANSWER_BY_MACHINE, PLAY_TO_MACHINE):
        learn_from_ringing(call, found, given == ANSWER, now)
        machine_answered(floor, call, given, found, now)
    elif given == FAIL:
        learn_from_ringing(call, found, False, now)
        close_call(floor, call, found, outcome, now)
    elif given == BRIDGED:
        call_bridged(floor, call, now)
    elif given == PLAYED:
        hang_up(floor, call, now)
    elif given == END:
        close_call(floor, call, found, CANCELLED, now)
    elif given == NOT_SENT:
        report(floor, CALL_WITHHELD, call, call.owner, found)
        close_call(floor, call, found, WITHHELD, now)
    elif given == LOSE:
        if found != ENDED:
            close_call(floor, call, found, CANCELLED, now)
    elif given == LOSE_AGENT:
        call.agent = None
        if call.campaign is not None and call.campaign.pool != POOL_AGENT:
            call.owner = None
        seek_agent(floor, call, now)
    elif given == TIME_OUT and found == MESSAGE:
        hang_up(floor, call, now)


def learn_from_ringing(call: Call, found: Code, answered: Flag, now: Seconds) -> None:
    """Have pacing that looks ahead learn what has become of a line that rang."""
    campaign = call.campaign
    if campaign is not None and campaign.outlook is not None and found <= RINGING:
        learn_attempt(campaign.outlook, answered, now - call.placed_at)


def machine_answered(floor: Floor, call: Call, given: Code, found: Code, now: Seconds) -> None:
    """A machine has answered: hang up, or leave it the message, or connect it as if it were a person.

    A machine is nobody who could be abandoned. An agent who had it called need not listen to the message.
    """
    if call.outcome == NO_OUTCOME:
        call.outcome = MACHINE
        touch_call(floor, call)
    campaign = call.campaign
    if found == ENDING:
        return
    if given == ANSWER_BY_MACHINE or campaign is None:
        hang_up(floor, call, now)
        return
    call.answered_at = max(floor.event_at, call.placed_at)
    if given == ANSWER:
        meet(floor, call, now)
        return
    agent = call.agent
    call.agent = None
    play_message(floor, call, campaign, now)
    if agent is not None:
        free_agent(floor, agent, call, now)


def recover_call(floor: Floor, call: Call, code: Code, outcome: Code, now: Seconds) -> None:
    """What the floor does about an abnormal condition of a call; those not named need nothing."""
    found = call.state
    if code == CALL_OUTCOME_MISSING:
        end_call(floor, call, UNDETERMINED, now)
    elif code == CALL_FAILED_AFTER_ANSWER:
        end_call(floor, call, outcome, now)
    elif code == CALL_LOST_BY_CARRIER:
        if found in (ANSWERED, CONNECTING):
            count_abandonment(floor, call)
        end_call(floor, call, LOST, now)
    elif code == CALL_HANG_UP_UNCONFIRMED:
        # The word may have been lost: it is said again, before the agent gets another call.
        send_hang_up(floor, call)
        end_call(floor, call, CANCELLED, now)
    elif code in (CALL_SILENT, CALL_NEVER_ENDS):
        hang_up(floor, call, now)
    elif code == CALL_ABANDONED:
        abandon(floor, call, now)
    elif code == CALL_BRIDGE_UNCONFIRMED:
        give_up_bridging(floor, call, now)
    elif code == CALL_ANSWERED_WHILE_ENDING:
        if call.outcome == NO_OUTCOME or call.outcome == MACHINE:
            count_human_answer(floor, call)
            count_abandonment(floor, call)
    elif code == CALL_ANSWERED_AFTER_END:
        hang_up_revenant(floor, call)


def end_call(floor: Floor, call: Call, outcome: Code, now: Seconds) -> None:
    """Close a call that the table could not: whatever its state, it is over."""
    found = call.state
    set_call_state(floor, call, ENDED, now)
    close_call(floor, call, found, outcome, now)


def give_up_bridging(floor: Floor, call: Call, now: Seconds) -> None:
    """The carrier has not said that it bridged the call: the person is lost to us, the agent is not.

    It may have bridged them and its word may be lost. Whoever talks hears no message, and an agent who talks
    cannot be given another call: so the call is ended, whatever it is.
    """
    agent = call.agent
    call.agent = None
    count_abandonment(floor, call)
    hang_up(floor, call, now)
    if agent is not None:
        free_agent(floor, agent, call, now)


def hang_up_revenant(floor: Floor, call: Call) -> None:
    """A person has answered a call that was closed: hang it up, and count it for the abandoned call it is."""
    if call.answered_at < NEVER:
        return
    send_hang_up(floor, call)
    count_human_answer(floor, call)
    count_abandonment(floor, call)
    touch_call(floor, call)
    send_record(floor, call)


def advance_agent(floor: Floor, agent: Agent, given: Code, reason: Code, now: Seconds) -> None:
    """Something has happened to an agent: move them by the table and do what follows.

    `reason` is that of a pause.
    """
    found = agent.state
    abnormal = move_agent(floor, agent, given, now)
    if abnormal != 0:
        recover_agent(floor, agent, abnormal, now)
        return
    touch_agent(floor, agent)
    if agent.lead is not None and agent.state != PREVIEWING:
        give_back_preview(floor, agent, now)
    if given == LOG_OUT:
        agent.due_at = NEVER
        agent.leaving = False
        agent.pausing = NO_REASON
        agent.pause_reason = NO_REASON
        agent_left(floor, agent, now)
    elif given == PAUSE:
        agent.due_at = NEVER
        why = PAUSED_BY_AGENT if reason == NO_REASON else reason
        if found in (RESERVED, TALKING):
            agent.pausing = why
            foresee(floor, agent, agent.state, now)
        elif agent.leaving:
            # They were to leave after wrap-up, and that is over.
            go_offline(floor, agent, now)
        else:
            agent.pausing = NO_REASON
            agent.pause_reason = why
    else:
        if given == RESUME and (agent.leaving or agent.pausing != NO_REASON):
            agent.pausing = NO_REASON
            agent.leaving = False
            foresee(floor, agent, agent.state, now)
        if given == LOG_IN and agent.group is not None:
            campaigns_look_again(floor, agent.group)
        if found != agent.state:
            settle_agent(floor, agent, now)


def recover_agent(floor: Floor, agent: Agent, code: Code, now: Seconds) -> None:
    """What the floor does about an abnormal condition of an agent; those not named need nothing."""
    touch_agent(floor, agent)
    foresee(floor, agent, agent.state, now)
    if code == AGENT_LOGGED_OUT_IN_CALL:
        agent.leaving = True
    elif code == AGENT_LOGGED_IN_TWICE:
        agent.leaving = False
        if agent.pausing == PAUSED_SILENT:
            agent.pausing = NO_REASON
        if agent.pause_reason == PAUSED_SILENT or agent.pause_reason == PAUSED_NO_PHONE:
            set_agent_state(floor, agent, READY, now)
            settle_agent(floor, agent, now)
    elif code == AGENT_FELL_SILENT:
        stand_down(floor, agent, PAUSED_SILENT, now)
    elif code == AGENT_PHONE_LOST:
        stand_down(floor, agent, PAUSED_NO_PHONE, now)
    elif code == AGENT_FELL_SILENT_IN_CALL:
        agent.pausing = PAUSED_SILENT
    elif code == AGENT_PHONE_LOST_IN_CALL:
        call = agent.call
        agent.call = None
        if agent.state == TALKING and call is not None and was_connected(call):
            count_talk(floor, agent, now)
        stand_down(floor, agent, PAUSED_NO_PHONE, now)
        if call is not None and call.state in (CONNECTING, CONNECTED):
            advance_call(floor, call, LOSE_AGENT, NO_OUTCOME, now)
        elif call is not None and call.state <= RINGING:
            call.agent = None
            hang_up(floor, call, now)


def stand_down(floor: Floor, agent: Agent, reason: Code, now: Seconds) -> None:
    """Pause an agent who cannot take calls, or let them go if they were leaving anyway."""
    agent.due_at = NEVER
    agent.pausing = NO_REASON
    give_back_preview(floor, agent, now)
    if agent.leaving:
        go_offline(floor, agent, now)
    else:
        agent.pause_reason = reason
        set_agent_state(floor, agent, PAUSED, now)
