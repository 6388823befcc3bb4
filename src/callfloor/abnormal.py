"""The abnormal conditions: what each means, and what the floor does about it.

An abnormal condition is a fact that should not be: an agent who logs in twice, a call that never ends. The
floor reports it once and goes on. Names and codes are stable: alarms, dashboards and stored journals rest on
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from callfloor.floor import vocabulary as v
from callfloor.floor.setting_codes import SETTING_NAMES, SETTINGS

Severity: TypeAlias = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class AbnormalCondition:
    """One abnormal condition. The three texts are sentences for people who watch a floor."""

    code: int
    name: str
    severity: Severity
    """`info`: happens on every floor. `warning`: look into it when it is frequent. `error`: look into it."""
    expected: str
    meaning: str
    recovery: str


_ALL = (
    AbnormalCondition(
        v.AGENT_UNKNOWN,
        "agent_unknown",
        "error",
        "an agent of this floor",
        "An event names an agent whom this floor does not have: settings of the floor and of the system that "
        "sends events differ.",
        "Nothing about agents changes. Where the event tells of a call it is taken in for that call, except "
        "an end, which is not believed.",
    ),
    AbnormalCondition(
        v.AGENT_LOGGED_IN_TWICE,
        "agent_logged_in_twice",
        "warning",
        "a login of an agent who is offline",
        "An agent logs in who is logged in already: a second browser, a page reloaded, or an event delivered "
        "twice.",
        "The agent stays as they are. A wish to leave after the call in hand is taken back; an agent who was "
        "paused because they had fallen silent or their phone was gone is back, and ready.",
    ),
    AbnormalCondition(
        v.AGENT_LOGGED_OUT_TWICE,
        "agent_logged_out_twice",
        "info",
        "a logout of an agent who is logged in",
        "An agent logs out who is offline already: an event delivered twice, or late.",
        "None is needed: the agent stays offline.",
    ),
    AbnormalCondition(
        v.AGENT_LOGGED_OUT_IN_CALL,
        "agent_logged_out_in_call",
        "warning",
        "a logout between calls",
        "An agent logs out while a call is being put through to them, or while they talk.",
        "The call in hand goes on. The agent goes offline when it is over and wrapped up.",
    ),
    AbnormalCondition(
        v.AGENT_NOT_LOGGED_IN,
        "agent_not_logged_in",
        "warning",
        "an agent who is logged in",
        "An agent pauses or resumes who is offline: the event came late, or the login was lost.",
        "None is needed: the agent stays offline until they log in.",
    ),
    AbnormalCondition(
        v.AGENT_NOT_IDLE_AT_CALL_START,
        "agent_not_idle_at_call_start",
        "warning",
        "an agent who is ready when a call of theirs is answered",
        "A person answers a line of an agent who is not free, as when a second lead answers while the agent "
        "talks to the first. Frequent: the dial ratio is too high.",
        "The answer counts: the person waits for the agent up to the legal limit, and is an abandoned call "
        "after that.",
    ),
    AbnormalCondition(
        v.AGENT_NOT_ON_CALL,
        "agent_not_on_call",
        "warning",
        "the end of a call by an agent who is on one",
        "The end of an agent's call is told, and the agent is on none: an event delivered twice or late.",
        "The event is ignored. A call that has in truth ended is found by its timer.",
    ),
    AbnormalCondition(
        v.AGENT_ON_OTHER_CALL,
        "agent_on_other_call",
        "warning",
        "the end of the call that the agent is on",
        "The end of a call is told for an agent who is on another one: the two sides disagree on who talks "
        "to whom.",
        "The event is ignored, so that the call in progress is not cut off.",
    ),
    AbnormalCondition(
        v.AGENT_FELL_SILENT,
        "agent_fell_silent",
        "warning",
        "a sign of life from a logged-in agent's desk",
        "Nothing has been heard from the agent's browser for too long: closed, asleep, or off the network.",
        "The agent is paused, so that no call is put through to an empty desk. Logging in or resuming brings "
        "them back.",
    ),
    AbnormalCondition(
        v.AGENT_FELL_SILENT_IN_CALL,
        "agent_fell_silent_in_call",
        "warning",
        "a sign of life from the desk of an agent who is on a call",
        "Nothing has been heard from the agent's browser. The call may well go on: it runs over the phone.",
        "The call goes on; the agent is paused after it, unless they log in again before.",
    ),
    AbnormalCondition(
        v.AGENT_PHONE_LOST,
        "agent_phone_lost",
        "warning",
        "a logged-in agent's own line to be up",
        "The agent's phone has gone: hung up, unplugged, or off the network.",
        "The agent is paused. Logging in or resuming brings them back.",
    ),
    AbnormalCondition(
        v.AGENT_PHONE_LOST_IN_CALL,
        "agent_phone_lost_in_call",
        "error",
        "the line of an agent who is on a call to be up",
        "The agent's phone has gone in the middle of a call; the person is still on the line.",
        "The agent is paused, or offline if they were leaving. The person goes to another agent at once, or "
        "waits for one up to the limit.",
    ),
    AbnormalCondition(
        v.AGENT_NOT_PREVIEWING,
        "agent_not_previewing",
        "info",
        "a decision on the lead that the agent is shown",
        "An agent accepts or skips a lead that they are not shown, or not any more: the time for it was "
        "over, or the event was delivered twice.",
        "None is needed: nothing changes.",
    ),
    AbnormalCondition(
        v.AGENT_DISPOSITION_UNKNOWN,
        "agent_disposition_unknown",
        "error",
        "a disposition that the call's campaign has",
        "An agent says something of a call that stands in no table of its campaign: settings of the floor "
        "and of the desktop differ.",
        "None is needed: nothing changes. What was said before of the call holds.",
    ),
    AbnormalCondition(
        v.AGENT_NOTHING_TO_DISPOSE,
        "agent_nothing_to_dispose",
        "warning",
        "a disposition of the call in hand, or of the last one",
        "An agent says what came of a call that is neither theirs nor their last one: the event came late.",
        "None is needed: nothing changes.",
    ),
    AbnormalCondition(
        v.CALL_UNKNOWN,
        "call_unknown",
        "warning",
        "a call of this floor",
        "An event names a call that this floor does not have: it is another floor's, or is long over.",
        "None is needed: nothing changes.",
    ),
    AbnormalCondition(
        v.CALL_EVENT_DOUBLED,
        "call_event_doubled",
        "info",
        "each event of a call once",
        "The carrier has said a second time what it has said before.",
        "None is needed: the first time counted.",
    ),
    AbnormalCondition(
        v.CALL_EVENT_LATE,
        "call_event_late",
        "info",
        "the events of a call in their order",
        "The carrier tells of an earlier stage of the call than it is in by now, as ringing after an answer.",
        "None is needed: the later stage holds.",
    ),
    AbnormalCondition(
        v.CALL_EVENT_AFTER_END,
        "call_event_after_end",
        "info",
        "no more events after the end of a call",
        "The carrier tells something of a call that is over. The end holds.",
        "None is needed: nothing changes.",
    ),
    AbnormalCondition(
        v.CALL_OUTCOME_MISSING,
        "call_outcome_missing",
        "warning",
        "an answer or a failure before the end of a call",
        "The call ended and the carrier never said what became of it: an event was lost.",
        "The call is closed with the outcome `undetermined`, which counts as a failure of the number.",
    ),
    AbnormalCondition(
        v.CALL_FAILED_AFTER_ANSWER,
        "call_failed_after_answer",
        "warning",
        "the end of an answered call, not its failure",
        "The carrier says that a call failed which a person had answered.",
        "The call is over, and counts by what happened to the person: connected, abandoned or hung up early.",
    ),
    AbnormalCondition(
        v.CALL_ANSWERED_WHILE_ENDING,
        "call_answered_while_ending",
        "warning",
        "no answer once a call is being hung up",
        "A person answered in the moment in which the call was given up.",
        "The call goes on ending. A person was there and met nobody: it counts as an abandoned call, once.",
    ),
    AbnormalCondition(
        v.CALL_ANSWERED_AFTER_END,
        "call_answered_after_end",
        "error",
        "no answer after the end of a call",
        "A person answered a call that was closed, as when the carrier had been silent for too long.",
        "The call is hung up again and counts as an abandoned call, once; its record is corrected.",
    ),
    AbnormalCondition(
        v.CALL_BRIDGED_UNASKED,
        "call_bridged_unasked",
        "error",
        "only such bridges as the floor has asked for",
        "The carrier says that it has connected a call to an agent, and nobody has asked for that.",
        "Nothing changes: the call goes on as if it were not bridged.",
    ),
    AbnormalCondition(
        v.CALL_NOT_SENT_YET_LIVE,
        "call_not_sent_yet_live",
        "error",
        "no sign of life from a call that was not placed",
        "The sender says that it did not place the call, but the carrier has told of it ringing or answered.",
        "The carrier is believed: the call goes on.",
    ),
    AbnormalCondition(
        v.CALL_SILENT,
        "call_silent",
        "warning",
        "an answer or a failure within the time that a call may ring",
        "The carrier has said nothing of the call since it should have stopped ringing.",
        "The call is hung up, in case it still rings.",
    ),
    AbnormalCondition(
        v.CALL_BRIDGE_UNCONFIRMED,
        "call_bridge_unconfirmed",
        "error",
        "the carrier to connect person and agent within seconds",
        "The carrier was asked to connect the call and has not said that it did.",
        "The call is hung up, without a message, since they may be talking, and counts as abandoned. The "
        "agent takes the next call.",
    ),
    AbnormalCondition(
        v.CALL_NEVER_ENDS,
        "call_never_ends",
        "warning",
        "conversations of a reasonable length",
        "A conversation has lasted longer than the campaign allows: most likely its end was lost.",
        "The call is hung up.",
    ),
    AbnormalCondition(
        v.CALL_HANG_UP_UNCONFIRMED,
        "call_hang_up_unconfirmed",
        "warning",
        "the carrier to confirm a hang-up",
        "The call was hung up and the carrier has not said that it ended.",
        "It is hung up once more and taken for ended, so that its line and its agent are free.",
    ),
    AbnormalCondition(
        v.CALL_LOST_BY_CARRIER,
        "call_lost_by_carrier",
        "error",
        "the carrier to know the calls that live",
        "The carrier does not have a call that should be live, as after it has been restarted.",
        "The call is closed. A person who had answered and was not connected yet counts as abandoned.",
    ),
    AbnormalCondition(
        v.CALL_ABANDONED,
        "call_abandoned",
        "warning",
        "an agent for everybody who answers, within the legal limit",
        "A person answered and nobody was free in time. Frequent: the dial ratio is too high.",
        "The person gets the message if there is one and is hung up; the ledger of abandoned calls has one "
        "more, unless an agent had been on the line before.",
    ),
    AbnormalCondition(
        v.CALL_WITHHELD,
        "call_withheld",
        "warning",
        "the command to place a call to be carried out at once",
        "A call was not placed: the command was stale, as after an outage, or the sender refused it because "
        "the number may not be called.",
        "The attempt does not count against the lead, which is given back.",
    ),
    AbnormalCondition(
        v.CALL_UNKNOWN_AT_CARRIER,
        "call_unknown_at_carrier",
        "error",
        "no live call that is over for its floor",
        "The carrier has a live call of this floor's that has ended, as far as the floor knows.",
        "The call is hung up.",
    ),
    AbnormalCondition(
        v.NUMBER_KEEPS_FAILING,
        "number_keeps_failing",
        "info",
        "a number that can be reached",
        "Several attempts in a row have failed in ways that tell of the number: disconnected, rejected, "
        "refused, congested or undetermined.",
        "The number is not tried again; other numbers of the person are.",
    ),
    AbnormalCondition(
        v.CAMPAIGN_UNKNOWN,
        "campaign_unknown",
        "error",
        "a campaign of this floor",
        "An event names a campaign that this floor does not have.",
        "None is needed: nothing changes. Leads handed over with it stay claimed until the store takes them "
        "back.",
    ),
    AbnormalCondition(
        v.EVENT_UNKNOWN,
        "event_unknown",
        "error",
        "an event of a kind that this version knows",
        "An event is of no known kind: a newer version has sent it, or it is damaged.",
        "None is needed: nothing changes.",
    ),
    AbnormalCondition(
        v.EVENT_SEEN_BEFORE,
        "event_seen_before",
        "info",
        "each event once",
        "An event came again under the same event id: the carrier or the queue delivers at least once.",
        "The event is dropped before the floor sees it.",
    ),
    AbnormalCondition(
        v.QUEUE_UNKNOWN,
        "queue_unknown",
        "error",
        "a queue of this floor",
        "A call comes in for a queue that this floor does not have: settings of the floor and of the carrier "
        "differ.",
        "The call is not taken: the floor knows nothing of it.",
    ),
    AbnormalCondition(
        v.SETTING_REFUSED,
        "setting_refused",
        "error",
        "a setting of a campaign and a value that it can have",
        "A running campaign was to be changed, and there is no such setting, or it cannot have that value.",
        "Nothing changes: the campaign goes on as it was.",
    ),
)

CONDITIONS: Mapping[int, AbnormalCondition] = {condition.code: condition for condition in _ALL}


def condition(code: int) -> AbnormalCondition:
    """Return the abnormal condition of a code; raises KeyError for a code that is none."""
    return CONDITIONS[code]


def describe(code: int, event_kind: int, found_state: int) -> dict[str, str | int]:
    """Return what a structured log line says of an abnormal condition that was met.

    `event_kind` is the kind of the event that showed it, `found_state` the state in which that event found
    the agent or the call (or what else the report carries; -1 where nothing is known).
    """
    met = condition(code)
    return {
        "abnormal": met.name,
        "code": met.code,
        "severity": met.severity,
        "expected": met.expected,
        "found": state_name(code, found_state),
        "event": v.EVENT_NAMES.get(event_kind, f"event_{event_kind}"),
        "recovery": met.recovery,
    }


def state_name(code: int, found: int) -> str:
    """Return the name of the state that a report carries: an agent's or a call's, as its code tells."""
    if code == v.EVENT_UNKNOWN:
        return f"event_{found}"
    if code == v.AGENT_DISPOSITION_UNKNOWN:
        return f"disposition_{found}"
    if code == v.SETTING_REFUSED:
        return SETTING_NAMES[found] if 0 <= found < SETTINGS else f"setting_{found}"
    names = v.AGENT_STATE_NAMES if code < v.CALL_UNKNOWN else v.CALL_STATE_NAMES
    return names[found] if 0 <= found < len(names) else "unknown"
