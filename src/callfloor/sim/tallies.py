"""What a simulated world counts, by interval of the measured time: the columns that figures are made of.

A call counts in the interval in which it came in or was placed, if that is measured; times of agents and the
length of a queue count when they pass. Rows lie one after another: ``row_of`` says which is a call's.
"""

from __future__ import annotations

from dataclasses import field
from math import log

from callfloor.floor.records import Call
from callfloor.floor.units import (
    Code,
    Codes,
    Count,
    Counts,
    Rate,
    Seconds,
    Times,
    new_codes,
    new_counts,
    new_times,
    record,
)
from callfloor.floor.vocabulary import (
    BLOCKED,
    HUMAN,
    LEFT_VOICEMAIL,
    NEVER,
    UNMATCHED,
)

__all__ = [
    "AGENT_COLUMN_NAMES",
    "CAMPAIGN_COLUMN_NAMES",
    "QUEUE_COLUMN_NAMES",
    "WAIT_BUCKETS",
    "WAIT_GROWTH",
    "WAIT_LEAST_S",
    "Tally",
]

# Of a queue, by interval.
OFFERED: Code = 0
ANSWERED_CALLS: Code = 1
ABANDONED_CALLS: Code = 2
BLOCKED_CALLS: Code = 3
VOICEMAILS: Code = 4
WAITED: Code = 5
IN_TIME: Code = 6
ABANDONED_IN_TIME: Code = 7
CALLBACKS: Code = 8
CALLBACKS_REACHED: Code = 9
UNMATCHED_CALLS: Code = 10
QUEUE_COUNTS: Count = 11
WAIT_S: Code = 0
WAIT_ANSWERED_S: Code = 1
TALK_S: Code = 2
QUEUE_S: Code = 3
QUEUE_SUMS: Count = 4
QUEUE_COLUMN_NAMES = (
    "offered",
    "answered",
    "abandoned",
    "blocked",
    "voicemails",
    "waited",
    "in_time",
    "abandoned_in_time",
    "callbacks",
    "callbacks_reached",
    "unmatched",
    "wait_s",
    "wait_answered_s",
    "talk_s",
    "queue_s",
)

# Of a group, by interval: seconds in each state of an agent, and calls taken.
AGENT_COLUMN_NAMES = (
    "offline_s",
    "ready_s",
    "reserved_s",
    "talking_s",
    "wrap_up_s",
    "paused_s",
    "previewing_s",
)

# Of a campaign, by interval: these, then attempts by what they came to.
CONNECTED_CALLS: Code = 0
REACHED: Code = 1
BY_OUTCOME: Code = 2
CAMPAIGN_COUNTS: Count = 18
CAMPAIGN_COLUMN_NAMES = ("connected", "reached")

# Of a campaign whose agents make appointments, by interval: made in it, or due in it.
APPOINTMENTS: Code = 0
APPOINTMENTS_DUE: Code = 1
APPOINTMENTS_KEPT: Code = 2
APPOINTMENT_COUNTS: Count = 3

WAIT_LEAST_S: Seconds = 1e-4
WAIT_GROWTH: Rate = 1.01
WAIT_BUCKETS: Count = 2600
"""Waits are kept in buckets that grow by 1 %: a percentile is right to 0.5 %, from 0.1 ms to 200 days."""

LOG_GROWTH: Rate = 0.009950330853168083
"""log(1.01)."""


@record
class Tally:
    """The counts of one replication."""

    measured_from_s: Seconds = 0.0
    measured_until_s: Seconds = NEVER
    per_interval: Rate = 0.0  # 1 / length of an interval, per second
    rows: Count = 1
    open: Count = 0  # measured calls and messages that are not finished
    arrived: Count = 0  # all calls that came in
    queue_counts: Counts = field(default_factory=new_counts)  # queue x row x QUEUE_COUNTS
    queue_sums: Times = field(default_factory=new_times)  # queue x row x QUEUE_SUMS
    waits: Counts = field(default_factory=new_counts)  # queue x WAIT_BUCKETS
    in_time_s: Times = field(default_factory=new_times)  # by queue: the service level's limit
    campaign_counts: Counts = field(default_factory=new_counts)  # campaign x row x CAMPAIGN_COUNTS
    campaign_talk_s: Times = field(default_factory=new_times)  # campaign x row
    words: Count = 0  # dispositions of all campaigns, those of one name together
    word_counts: Counts = field(default_factory=new_counts)  # campaign x row x words
    appointment_counts: Counts = field(default_factory=new_counts)  # campaign x row x APPOINTMENT_COUNTS
    appointment_late_s: Times = field(default_factory=new_times)  # campaign x row: of those kept
    agent_s: Times = field(default_factory=new_times)  # group x row x state
    calls_taken: Counts = field(default_factory=new_counts)  # group x row
    used: Codes = field(default_factory=new_codes)  # by agent: 1 for who took a call in the measured time
    passed_s: Times = field(default_factory=new_times)  # group x state: seconds until the last mark
    queued_s: Times = field(default_factory=new_times)  # by queue: the same

    def row_of(self, at: Seconds) -> Count:
        """Return the interval of a point in time, -1 for one that is not measured."""
        if at < self.measured_from_s or at >= self.measured_until_s:
            return -1
        row = int((at - self.measured_from_s) * self.per_interval)
        return row if row < self.rows else self.rows - 1

    def count_arrival(self, call: Call, queue: Count, row: Count) -> None:
        """A call that came in is over: answered, given up, blocked, or it has left a message."""
        counts = self.queue_counts
        sums = self.queue_sums
        at = (queue * self.rows + row) * QUEUE_COUNTS
        sums_at = (queue * self.rows + row) * QUEUE_SUMS
        counts[at + OFFERED] += 1
        self.open -= 1
        if call.outcome == BLOCKED:
            counts[at + BLOCKED_CALLS] += 1
        elif call.outcome == UNMATCHED:
            counts[at + BLOCKED_CALLS] += 1
            counts[at + UNMATCHED_CALLS] += 1
        elif call.outcome == LEFT_VOICEMAIL:
            counts[at + VOICEMAILS] += 1
            self.open += 1
        elif call.outcome == HUMAN:
            wait_s = call.connected_at - call.placed_at
            counts[at + ANSWERED_CALLS] += 1
            sums[sums_at + TALK_S] += call.ended_at - call.connected_at
            if wait_s <= self.in_time_s[queue]:
                counts[at + IN_TIME] += 1
            if wait_s > 0.0:
                counts[at + WAITED] += 1
                sums[sums_at + WAIT_S] += wait_s
                sums[sums_at + WAIT_ANSWERED_S] += wait_s
                self.waits[queue * WAIT_BUCKETS + wait_bucket(wait_s)] += 1
            else:
                self.waits[queue * WAIT_BUCKETS] += 1
        else:
            wait_s = call.ended_at - call.placed_at
            counts[at + ABANDONED_CALLS] += 1
            counts[at + WAITED] += 1
            sums[sums_at + WAIT_S] += wait_s
            if wait_s <= self.in_time_s[queue]:
                counts[at + ABANDONED_IN_TIME] += 1

    def count_callback(self, call: Call, queue: Count, row: Count) -> None:
        """A callback is over; `row` is that of the call that had left the message."""
        at = (queue * self.rows + row) * QUEUE_COUNTS
        self.queue_counts[at + CALLBACKS] += 1
        if call.connected_at < NEVER:
            self.queue_counts[at + CALLBACKS_REACHED] += 1
            self.queue_sums[(queue * self.rows + row) * QUEUE_SUMS + TALK_S] += (
                call.ended_at - call.connected_at
            )
            self.open -= 1

    def count_attempt(self, call: Call, campaign: Count, row: Count) -> None:
        """An attempt is over."""
        counts = self.campaign_counts
        at = (campaign * self.rows + row) * CAMPAIGN_COUNTS
        if call.outcome >= 0:
            counts[at + BY_OUTCOME + call.outcome] += 1
        if call.outcome == HUMAN and call.connected_at < NEVER:
            counts[at + CONNECTED_CALLS] += 1
            self.campaign_talk_s[campaign * self.rows + row] += call.ended_at - call.connected_at
        self.open -= 1

    def count_word(self, campaign: Count, row: Count, word: Count) -> None:
        """An agent has said this of a conversation."""
        self.word_counts[(campaign * self.rows + row) * self.words + word] += 1

    def count_appointment(self, campaign: Count, row: Count, what: Code) -> None:
        """An appointment is made, due or kept."""
        self.appointment_counts[(campaign * self.rows + row) * APPOINTMENT_COUNTS + what] += 1


def wait_bucket(wait_s: Seconds) -> Count:
    """Return the bucket of a wait: 0 up to WAIT_LEAST_S, then each 1 % wider than the one before."""
    if wait_s <= WAIT_LEAST_S:
        return 0
    bucket = int(log(wait_s / WAIT_LEAST_S) / LOG_GROWTH) + 1
    return bucket if bucket < WAIT_BUCKETS else WAIT_BUCKETS - 1
