"""What the pacing rules of other dialers remember of a campaign; ``published_pacing`` keeps it."""

from __future__ import annotations

from dataclasses import field

from callfloor.floor.units import (
    Count,
    Counts,
    Rate,
    Seconds,
    Times,
    new_counts,
    new_times,
    record,
)
from callfloor.floor.vocabulary import LONG_AGO, UNKNOWN


@record
class PublishedPace:
    """The state of a published rule. Counts of a day or minute are what the campaign had as it began."""

    # VICIdial's settings, with its defaults.
    target: Rate = 0.0  # agents who should be waiting for a call; negative: calls for an agent
    intensity: Rate = 0.0
    level_max: Rate = 3.0
    shift_s: Seconds = 28800.0  # how long a day's work is, from the first agent on

    level: Rate = 1.0  # lines per agent
    sample_at: Seconds = LONG_AGO  # when the next is due
    adapt_at: Seconds = LONG_AGO
    dial_at: Seconds = LONG_AGO
    samples: Count = 0  # taken since the day began
    team: Count = 0  # agents at work on the campaign, by the latest sample
    ready: Times = field(default_factory=new_times)  # agents, by sample modulo SAMPLES
    answers_waiting: Times = field(default_factory=new_times)
    agents: Times = field(default_factory=new_times)  # at work
    ordered: Count = 0  # the campaign's attempts once all calls of the last instant of dialling are placed

    day_began: Seconds = LONG_AGO
    at_work_at: Seconds = LONG_AGO  # when somebody was last seen at work
    day_attempts: Count = 0
    day_answers: Count = 0
    day_abandoned: Count = 0
    adapted: Count = 0  # times since the day began
    minute_attempts: Counts = field(default_factory=new_counts)  # by time of adapting, modulo ADAPTS_A_MINUTE
    minute_answers: Counts = field(default_factory=new_counts)
    minute_abandoned: Counts = field(default_factory=new_counts)

    # Erlang's formula.
    load_agents: Count = UNKNOWN  # for whom the load was worked out
    load: Rate = 0.0  # in erlangs, at which abandonment is at its limit
    credit: Rate = 0.0  # the part of a call that is due
    credit_at: Seconds = LONG_AGO
    load_loss_max: Rate = -1.0  # and for which limit of abandonment
