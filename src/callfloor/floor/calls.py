"""The call's state table, and the one way in which a call changes state.

Each row is something that can happen to a call, each column the state in which it finds it. A cell is the
next state, or an abnormal condition (its recovery is in ``transitions.recover_call``).
"""

from __future__ import annotations

from callfloor.floor.commands import report, touch_agent, touch_call, touch_campaign
from callfloor.floor.looking_ahead import line_gone
from callfloor.floor.records import Call, Floor
from callfloor.floor.units import Code, Seconds
from callfloor.floor.vocabulary import (
    AGENT_UNKNOWN,
    ANSWERED,
    CALL_ABANDONED,
    CALL_ANSWERED_AFTER_END,
    CALL_ANSWERED_WHILE_ENDING,
    CALL_BRIDGE_UNCONFIRMED,
    CALL_BRIDGED_UNASKED,
    CALL_EVENT_AFTER_END,
    CALL_EVENT_DOUBLED,
    CALL_EVENT_LATE,
    CALL_FAILED_AFTER_ANSWER,
    CALL_HANG_UP_UNCONFIRMED,
    CALL_LOST_BY_CARRIER,
    CALL_NEVER_ENDS,
    CALL_NOT_SENT_YET_LIVE,
    CALL_OUTCOME_MISSING,
    CALL_SILENT,
    CONNECTED,
    ENDED,
    ENDING,
    MESSAGE,
    RINGING,
)

DOUBLED = CALL_EVENT_DOUBLED
LATE = CALL_EVENT_LATE
AFTER_END = CALL_EVENT_AFTER_END
NO_OUTCOME_SEEN = CALL_OUTCOME_MISSING
FAILED_LATE = CALL_FAILED_AFTER_ANSWER
TOO_LATE = CALL_ANSWERED_WHILE_ENDING
ALIVE = CALL_ANSWERED_AFTER_END
UNASKED = CALL_BRIDGED_UNASKED
NOT_SENT_LIVE = CALL_NOT_SENT_YET_LIVE
LOST_LIVE = CALL_LOST_BY_CARRIER
NO_BRIDGE = CALL_BRIDGE_UNCONFIRMED
ENDLESS = CALL_NEVER_ENDS
UNHUNG = CALL_HANG_UP_UNCONFIRMED
NOBODY = CALL_ABANDONED

# fmt: off
CALL_TABLE: tuple[tuple[Code, ...], ...] = (
    # placed           ringing          answered       connecting     connected      message        ending      ended
    # ring
    (RINGING,          DOUBLED,         LATE,          LATE,          LATE,          LATE,          LATE,       AFTER_END),
    # answer: by a person, or by somebody of whom detection is not sure
    (ANSWERED,         ANSWERED,        DOUBLED,       DOUBLED,       DOUBLED,       DOUBLED,       TOO_LATE,   ALIVE),
    # answer_by_machine
    (ENDING,           ENDING,          LATE,          LATE,          LATE,          LATE,          ENDING,     AFTER_END),
    # fail: busy, no answer, disconnected, ...
    (ENDED,            ENDED,           FAILED_LATE,   FAILED_LATE,   FAILED_LATE,   FAILED_LATE,   ENDED,      AFTER_END),
    # bridged
    (UNASKED,          UNASKED,         UNASKED,       CONNECTED,     DOUBLED,       LATE,          LATE,       AFTER_END),
    # played: the message is over
    (LATE,             LATE,            LATE,          LATE,          LATE,          ENDING,        LATE,       AFTER_END),
    # end
    (NO_OUTCOME_SEEN,  NO_OUTCOME_SEEN, ENDED,         ENDED,         ENDED,         ENDED,         ENDED,      AFTER_END),
    # not_sent: the command to place it was stale or refused
    (ENDED,            NOT_SENT_LIVE,   NOT_SENT_LIVE, NOT_SENT_LIVE, NOT_SENT_LIVE, NOT_SENT_LIVE, ENDED,      AFTER_END),
    # lose: the carrier does not have it
    (LOST_LIVE,        LOST_LIVE,       LOST_LIVE,     LOST_LIVE,     LOST_LIVE,     LOST_LIVE,     ENDED,      ENDED),
    # lose_agent
    (LATE,             LATE,            LATE,          ANSWERED,      ANSWERED,      LATE,          LATE,       AFTER_END),
    # time_out: of the state's own timer
    (CALL_SILENT,      CALL_SILENT,     NOBODY,        NO_BRIDGE,     ENDLESS,       ENDING,        UNHUNG,     ENDED),
    # play_to_machine: a machine has answered, and is left the message
    (MESSAGE,          MESSAGE,         LATE,          LATE,          LATE,          LATE,          ENDING,     AFTER_END),
)
# fmt: on


def move_call(floor: Floor, call: Call, given: Code, now: Seconds) -> Code:
    """Move the call by the table; return 0, or the abnormal condition that was reported instead."""
    found = call.state
    cell = CALL_TABLE[given][found]
    if cell >= AGENT_UNKNOWN:
        report(floor, cell, call, call.agent, found)
        return cell
    if cell != found:
        set_call_state(floor, call, cell, now)
    return 0


def set_call_state(floor: Floor, call: Call, state: Code, now: Seconds) -> None:
    """Put the call into a state; the lines that ring are counted here, so that no path forgets one."""
    campaign = call.campaign
    if campaign is not None and call.state <= RINGING < state:
        campaign.placed -= 1
        if campaign.outlook is not None:
            line_gone(campaign.outlook, call.placed_at)
        touch_campaign(floor, campaign)
        if call.owner is not None:
            call.owner.lines -= 1
            touch_agent(floor, call.owner)
    call.state = state
    call.since = now
    touch_call(floor, call)
