"""What a campaign's predictive pacing knows: laws that it has learnt, and what it expects soon.

``looking_ahead`` keeps it. Lines are told by the slot of time in which they were placed. For a few instants
ahead, the horizons, it is added up who will be busy then: agents who talk or wrap up now, and those who will
talk to lines that ring now.
"""

from __future__ import annotations

from dataclasses import field

from callfloor.floor.learnt import Spans
from callfloor.floor.units import (
    Count,
    Counts,
    Flag,
    Rate,
    Seconds,
    Times,
    new_counts,
    new_times,
    record,
)
from callfloor.floor.vocabulary import LONG_AGO

HORIZONS: Count = 2
FEW: Count = 16
"""Up to so many agents the number of the busy is worked out exactly."""

AGES: Count = 32
"""Slots of time in which lines are placed, and so ages of lines: no line rings for longer."""

AGENT_AGES: Count = 64
"""Slots of time in which agents begin to talk or wrap up; older ones are told as of the last age."""


@record
class Sum:
    """For each horizon the mean, variance and third central moment of a number of busy people."""

    means: Times = field(default_factory=new_times)
    variances: Times = field(default_factory=new_times)
    thirds: Times = field(default_factory=new_times)


@record
class Ages:
    """How many agents are in a state, by the slot of time in which they came into it."""

    step_s: Seconds = 1.0
    slots: Counts = field(default_factory=new_counts)  # by slot modulo AGENT_AGES
    older: Count = 0  # those for whom there is no slot any more
    slot: Count = -1  # the one that passed when they were added up
    last: Count = -1  # the last one that has a cell
    people: Count = 0  # all of them


@record
class Outlook:
    """What pacing that looks ahead knows of a campaign. What is said of lines is by age in slots."""

    learns: Flag = True
    steers: Flag = True  # by the ledger; else `risk_max` stays as it is
    risk_max: Rate = (
        0.025  # a line is placed while the chance that its answer is one too many is not over this
    )

    # Learnt.
    answers: Rate = 0.0  # weighted, as are attempts
    attempts: Rate = 0.0
    recent_answers: Rate = 0.0
    recent_attempts: Rate = 0.0
    answer_times: Times = field(default_factory=new_times)  # weights by slot
    other_times: Times = field(default_factory=new_times)
    answered: Counts = field(default_factory=new_counts)  # by slot, since the laws were settled
    not_answered: Counts = field(default_factory=new_counts)
    answer_newest: Rate = 1.0
    other_newest: Rate = 1.0
    ongoing: Times = field(default_factory=new_times)  # lines that rang when it was settled, by age
    usual: Times = field(default_factory=new_times)  # how many rang, averaged as what they came to counts
    talk: Spans = field(default_factory=Spans)
    wrap_up: Spans = field(default_factory=Spans)
    seen: Count = 0  # conversations since the laws were settled
    seen_before: Count = 0
    slot_s: Seconds = 0.0

    # Tables: what follows from that.
    ahead_s: Times = field(default_factory=new_times)  # the horizons
    ringing_on: Times = field(default_factory=new_times)  # share of answers that come later
    others_on: Times = field(default_factory=new_times)
    busy_by_line: Times = field(default_factory=new_times)  # given an answer
    chance_of_line: Times = field(default_factory=new_times)  # to keep an agent busy
    chance_for: Rate = -1.0  # the probability of an answer for which that was worked out
    busy_by_talk: Times = field(default_factory=new_times)
    busy_by_wrap_up: Times = field(default_factory=new_times)

    # The floor now.
    lines: Counts = field(default_factory=new_counts)  # that ring, by slot modulo AGES
    slot: Count = -1  # in which lines were added up
    agents: Count = 0  # who take or will take the campaign's calls
    stale: Flag = True  # agents have come or gone since they were counted
    talking: Ages = field(default_factory=Ages)
    wrapping_up: Ages = field(default_factory=Ages)
    busy_talking: Sum = field(default_factory=Sum)
    busy_wrapping_up: Sum = field(default_factory=Sum)
    busy_lines: Sum = field(default_factory=Sum)
    busy: Sum = field(default_factory=Sum)  # all of these, at the last decision
    shares: Times = field(
        default_factory=new_times
    )  # FEW agents: of each horizon, the chance of so many busy
    decided_at: Seconds = LONG_AGO
    spacing_most_s: Seconds = 1.0  # decisions are so far apart at most
    risk: Rate = 0.0  # of one more line, when that was asked last
    added: Count = 0  # lines, when some were added last
    last_line_at: Seconds = LONG_AGO  # when the last line was placed
    wary: Count = 0  # after a pause: until so many attempts have come to something,
    purse: Rate = LONG_AGO  # abandoned calls that may be spent at an even rate; at first nothing is known
    wary_until: Seconds = LONG_AGO  # and until then, it may be that twice as many are answered
