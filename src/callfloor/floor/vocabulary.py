"""The floor's words as numbers: states, events, commands, outcomes, abnormal conditions.

Numbers are stored in journals and databases: a number once given is never given to something else.
"""

from __future__ import annotations

from callfloor.floor.units import Code, Count, Id, Seconds

NEVER: Seconds = float("inf")
LONG_AGO: Seconds = float("-inf")
UNKNOWN: Id = -1
"""An id that the runtime could not resolve: the event names an agent or call that it does not know."""

# Agent states.
OFFLINE: Code = 0
READY: Code = 1
RESERVED: Code = 2
TALKING: Code = 3
WRAP_UP: Code = 4
PAUSED: Code = 5
PREVIEWING: Code = 6
AGENT_STATES: Count = 7
AGENT_STATE_NAMES = ("offline", "ready", "reserved", "talking", "wrap_up", "paused", "previewing")

# What can happen to an agent. The first six and the last two come from outside; the rest follow from their
# calls and from the leads that they are shown.
LOG_IN: Code = 0
LOG_OUT: Code = 1
PAUSE: Code = 2
RESUME: Code = 3
FALL_SILENT: Code = 4
LOSE_PHONE: Code = 5
RESERVE: Code = 6
CONNECT: Code = 7
RELEASE: Code = 8
FINISH: Code = 9
REST: Code = 10
TAKE: Code = 11
FINISH_AT_ONCE: Code = 12
SHOW: Code = 13
ACCEPT: Code = 14
SKIP: Code = 15
AGENT_INPUTS: Count = 16
AGENT_INPUT_NAMES = (
    "log_in",
    "log_out",
    "pause",
    "resume",
    "fall_silent",
    "lose_phone",
    "reserve",
    "connect",
    "release",
    "finish",
    "rest",
    "take",
    "finish_at_once",
    "show",
    "accept",
    "skip",
)

# Why an agent is paused. Reasons from 10 up are the team's own (lunch, training, ...).
NO_REASON: Code = 0
PAUSED_BY_AGENT: Code = 1
PAUSED_SILENT: Code = 2
PAUSED_NO_PHONE: Code = 3
PAUSE_REASON_NAMES = ("", "by_agent", "silent", "no_phone")

# Call states.
PLACED: Code = 0
RINGING: Code = 1
ANSWERED: Code = 2
CONNECTING: Code = 3
CONNECTED: Code = 4
MESSAGE: Code = 5
ENDING: Code = 6
ENDED: Code = 7
CALL_STATES: Count = 8
CALL_STATE_NAMES = (
    "placed",
    "ringing",
    "answered",
    "connecting",
    "connected",
    "message",
    "ending",
    "ended",
)

# What can happen to a call.
RING: Code = 0
ANSWER: Code = 1
ANSWER_BY_MACHINE: Code = 2
FAIL: Code = 3
BRIDGED: Code = 4
PLAYED: Code = 5
END: Code = 6
NOT_SENT: Code = 7
LOSE: Code = 8
LOSE_AGENT: Code = 9
TIME_OUT: Code = 10
PLAY_TO_MACHINE: Code = 11
CALL_INPUTS: Count = 12
CALL_INPUT_NAMES = (
    "ring",
    "answer",
    "answer_by_machine",
    "fail",
    "bridged",
    "played",
    "end",
    "not_sent",
    "lose",
    "lose_agent",
    "time_out",
    "play_to_machine",
)

# Events: past facts that come in.
AGENT_LOGGED_IN: Code = 1
AGENT_LOGGED_OUT: Code = 2
AGENT_PAUSED: Code = 3
AGENT_RESUMED: Code = 4
AGENT_SILENT: Code = 5
AGENT_GONE: Code = 6
AGENT_HUNG_UP: Code = 7
AGENT_ACCEPTED: Code = 8
AGENT_SKIPPED: Code = 9
CALL_RINGING: Code = 10
CALL_ANSWERED: Code = 11
CALL_FAILED: Code = 12
CALL_BRIDGED: Code = 13
CALL_PLAYED: Code = 14
CALL_ENDED: Code = 15
CALL_NOT_SENT: Code = 16
CALL_LOST: Code = 17
CALL_ARRIVED: Code = 18
LEAD_CLAIMED: Code = 20
LEADS_CLAIMED: Code = 21
NUMBER_BARRED: Code = 22
REGISTRY_DATED: Code = 23
"""Until when a campaign's do-not-call registers are fresh."""
CAMPAIGN_STARTED: Code = 30
CAMPAIGN_STOPPED: Code = 31
CAMPAIGN_CHANGED: Code = 32
TIMER_DUE: Code = 40
AGENT_DISPOSED: Code = 41
EVENT_NAMES = {
    AGENT_LOGGED_IN: "agent_logged_in",
    AGENT_LOGGED_OUT: "agent_logged_out",
    AGENT_PAUSED: "agent_paused",
    AGENT_RESUMED: "agent_resumed",
    AGENT_SILENT: "agent_silent",
    AGENT_GONE: "agent_gone",
    AGENT_HUNG_UP: "agent_hung_up",
    AGENT_ACCEPTED: "agent_accepted",
    AGENT_SKIPPED: "agent_skipped",
    CALL_RINGING: "call_ringing",
    CALL_ANSWERED: "call_answered",
    CALL_FAILED: "call_failed",
    CALL_BRIDGED: "call_bridged",
    CALL_PLAYED: "call_played",
    CALL_ENDED: "call_ended",
    CALL_NOT_SENT: "call_not_sent",
    CALL_LOST: "call_lost",
    CALL_ARRIVED: "call_arrived",
    LEAD_CLAIMED: "lead_claimed",
    LEADS_CLAIMED: "leads_claimed",
    NUMBER_BARRED: "number_barred",
    REGISTRY_DATED: "registry_dated",
    CAMPAIGN_STARTED: "campaign_started",
    CAMPAIGN_STOPPED: "campaign_stopped",
    CAMPAIGN_CHANGED: "campaign_changed",
    TIMER_DUE: "timer_due",
    AGENT_DISPOSED: "agent_disposed",
}

# Commands: imperatives that go out.
PLACE_CALL: Code = 1
BRIDGE: Code = 2
HANG_UP: Code = 3
PLAY: Code = 4
HOLD: Code = 5
REJECT: Code = 6
TAKE_VOICEMAIL: Code = 7
SHOW_LEAD: Code = 8
CLAIM_LEADS: Code = 10
RETURN_LEAD: Code = 11
RECORD: Code = 12
SET_TIMER: Code = 13
EXPLAIN: Code = 14
REPORT: Code = 15
DISPOSE: Code = 16
COMMAND_NAMES = {
    PLACE_CALL: "place_call",
    BRIDGE: "bridge",
    HANG_UP: "hang_up",
    PLAY: "play",
    HOLD: "hold",
    REJECT: "reject",
    TAKE_VOICEMAIL: "take_voicemail",
    SHOW_LEAD: "show_lead",
    CLAIM_LEADS: "claim_leads",
    RETURN_LEAD: "return_lead",
    RECORD: "record",
    SET_TIMER: "set_timer",
    EXPLAIN: "explain",
    REPORT: "report",
    DISPOSE: "dispose",
}

# What an attempt came to. Those from the network or from answering-machine detection, then our own.
NO_OUTCOME: Code = -1
HUMAN: Code = 0
MACHINE: Code = 1
BUSY: Code = 2
NO_ANSWER: Code = 3
DISCONNECTED: Code = 4
CONGESTION: Code = 5
REJECTED: Code = 6
REFUSED: Code = 7
TRUNK: Code = 8
CONFIGURATION: Code = 9
UNDETERMINED: Code = 10
LOST: Code = 11
CANCELLED: Code = 12
WITHHELD: Code = 13
ABANDONED: Code = 14
HUNG_UP_EARLY: Code = 15
OUTCOMES: Count = 16

# What became of a call that came in and was not talked on. One that was is HUMAN.
GAVE_UP: Code = 16
BLOCKED: Code = 17
LEFT_VOICEMAIL: Code = 18
UNMATCHED: Code = 19
"""Blocked as well: nobody who is at work fits the caller."""
OUTCOME_NAMES = (
    "human",
    "machine",
    "busy",
    "no_answer",
    "disconnected",
    "congestion",
    "rejected",
    "refused",
    "trunk",
    "configuration",
    "undetermined",
    "lost",
    "cancelled",
    "withheld",
    "abandoned",
    "hung_up_early",
)
INBOUND_OUTCOME_NAMES = {
    HUMAN: "answered",
    GAVE_UP: "gave_up",
    BLOCKED: "blocked",
    LEFT_VOICEMAIL: "left_voicemail",
    UNMATCHED: "unmatched",
}

# What becomes of a lead by what an agent says of a call: nothing, never again, again after a while, only its
# other numbers, only those and this one in no campaign, again when the person wants it.
NO_DISPOSITION: Code = -1
JUST_NOTE: Code = 0
LEAD_DONE: Code = 1
LEAD_AGAIN: Code = 2
NUMBER_DROP: Code = 3
NUMBER_BAR: Code = 4
CALL_BACK: Code = 5
DISPOSITION_DOES_NAMES = ("note", "done", "retry", "drop_number", "bar_number", "call_back")

# Pacing modes and who shares the lines.
POWER: Code = 1
PROGRESSIVE: Code = 2
PREDICTIVE: Code = 3
PREVIEW: Code = 4
MESSAGE_MODE: Code = 5
MODE_NAMES = {
    POWER: "power",
    PROGRESSIVE: "progressive",
    PREDICTIVE: "predictive",
    PREVIEW: "preview",
    MESSAGE_MODE: "message",
}
POOL_CAMPAIGN: Code = 0
POOL_AGENT: Code = 1
POOL_NAMES = ("campaign", "agent")

# What becomes of a lead that has been shown for as long as it may be, and of a call that a machine answers.
DIAL_IT: Code = 0
SKIP_IT: Code = 1
PREVIEW_EXPIRES_NAMES = ("dial", "skip")
HANG_UP_ON_MACHINE: Code = 0
PLAY_MACHINE_MESSAGE: Code = 1
CONNECT_MACHINE: Code = 2
MACHINE_NAMES = ("hang_up", "message", "connect")

# To whom a call that comes in goes, and what becomes of one that no agent takes at once.
LONGEST_IDLE: Code = 0
DIRECT: Code = 1
ROUTING_NAMES = ("longest_idle", "direct")
QUEUE_UP: Code = 0
GO_TO_VOICEMAIL: Code = 1
BLOCK: Code = 2
WHEN_BUSY_NAMES = ("queue", "voicemail", "block")

# What held back dialling, as a decision to dial explains it.
NOT_HELD: Code = 0
HELD_STOPPED: Code = 1
HELD_NO_AGENT: Code = 2
HELD_LINES_RINGING: Code = 3
HELD_NO_LEADS: Code = 4
HELD_TRUNK_FULL: Code = 5
HELD_CALL_RATE: Code = 6
HELD_RISK: Code = 7
HELD_LEDGER: Code = 8
HELD_REGISTRY_STALE: Code = 20
HELD_NAMES = {
    NOT_HELD: "",
    HELD_STOPPED: "campaign_stopped",
    HELD_NO_AGENT: "no_agent_ready",
    HELD_LINES_RINGING: "lines_ringing",
    HELD_NO_LEADS: "no_lead_due",
    HELD_TRUNK_FULL: "trunk_full",
    HELD_CALL_RATE: "calls_per_s",
    HELD_RISK: "abandonment_risk",
    HELD_LEDGER: "abandonment_limit",
    HELD_REGISTRY_STALE: "registry_stale",
}

# Why a number may not be dialled now.
ELIGIBLE: Code = 0
INELIGIBLE_BARRED: Code = 1
INELIGIBLE_COOLING_DOWN: Code = 2
INELIGIBLE_ATTEMPTS_SPENT: Code = 3
INELIGIBLE_KEEPS_FAILING: Code = 4
INELIGIBLE_OUT_OF_HOURS: Code = 5
INELIGIBLE_LIMIT_REACHED: Code = 6

# Abnormal conditions: a cell of a state table that is no transition, or a fact that should not be.
# Each is described in callfloor/abnormal.py.
AGENT_UNKNOWN: Code = 101
AGENT_LOGGED_IN_TWICE: Code = 102
AGENT_LOGGED_OUT_TWICE: Code = 103
AGENT_LOGGED_OUT_IN_CALL: Code = 104
AGENT_NOT_LOGGED_IN: Code = 105
AGENT_NOT_IDLE_AT_CALL_START: Code = 106
AGENT_NOT_ON_CALL: Code = 107
AGENT_ON_OTHER_CALL: Code = 108
AGENT_FELL_SILENT: Code = 109
AGENT_FELL_SILENT_IN_CALL: Code = 110
AGENT_PHONE_LOST: Code = 111
AGENT_PHONE_LOST_IN_CALL: Code = 112
AGENT_NOT_PREVIEWING: Code = 113
AGENT_DISPOSITION_UNKNOWN: Code = 114
AGENT_NOTHING_TO_DISPOSE: Code = 115
CALL_UNKNOWN: Code = 201
CALL_EVENT_DOUBLED: Code = 202
CALL_EVENT_LATE: Code = 203
CALL_EVENT_AFTER_END: Code = 204
CALL_OUTCOME_MISSING: Code = 205
CALL_FAILED_AFTER_ANSWER: Code = 206
CALL_ANSWERED_WHILE_ENDING: Code = 207
CALL_ANSWERED_AFTER_END: Code = 208
CALL_BRIDGED_UNASKED: Code = 209
CALL_NOT_SENT_YET_LIVE: Code = 210
CALL_SILENT: Code = 211
CALL_BRIDGE_UNCONFIRMED: Code = 212
CALL_NEVER_ENDS: Code = 213
CALL_HANG_UP_UNCONFIRMED: Code = 214
CALL_LOST_BY_CARRIER: Code = 215
CALL_ABANDONED: Code = 216
CALL_WITHHELD: Code = 217
CALL_UNKNOWN_AT_CARRIER: Code = 218
NUMBER_KEEPS_FAILING: Code = 301
CAMPAIGN_UNKNOWN: Code = 401
EVENT_UNKNOWN: Code = 402
EVENT_SEEN_BEFORE: Code = 403
QUEUE_UNKNOWN: Code = 404
SETTING_REFUSED: Code = 405
