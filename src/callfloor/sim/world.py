"""The simulated world around a floor: people who call and are called, agents who come and go, and the clock.

``running`` takes the next entry out of the calendar and tells the floor what has happened
(``handle.decide``); ``obeying`` does what the floor commands, which puts new entries in. The world is the
carrier (one that confirms at once and never fails), the store of leads, and everybody on the telephone. It
decides nothing that a floor decides.
"""

from __future__ import annotations

from dataclasses import field

from callfloor.floor.records import Event, Floor
from callfloor.floor.units import Code, Count, Counts, Flag, Seconds, Times, new_counts, new_times, record
from callfloor.floor.vocabulary import NEVER
from callfloor.sim.calendar import Calendar
from callfloor.sim.call_log import CallLog
from callfloor.sim.callers import Callers
from callfloor.sim.desks import Desks
from callfloor.sim.people_called import PeopleCalled
from callfloor.sim.tallies import Tally
from callfloor.sim.traces import Traces

__all__ = ["World"]

# Kinds of entries in the calendar.
TALK_ENDS: Code = 0
AGENT_SAYS: Code = 1
"""A conversation ends of which the agent says what came of it."""

CALLER_GIVES_UP: Code = 2
WRAP_UP_ENDS: Code = 3
CALL_COMES_AGAIN: Code = 4
CARRIER_ENDS: Code = 5
LIMIT_DUE: Code = 6
CAMPAIGN_DUE: Code = 7
CALLED_BACK: Code = 8
SHIFT_STARTS: Code = 10
SHIFT_ENDS: Code = 11
BREAK_STARTS: Code = 12
BREAK_ENDS: Code = 13
LEAD_DECIDED: Code = 14
AGENT_DUE: Code = 15
MESSAGE_ENDS: Code = 16
RING_ENDS: Code = 32
"""With the outcome added."""


@record
class World:
    """A floor and everything around it, for one replication. Times are seconds from the run's start."""

    floor: Floor = field(default_factory=Floor)
    calendar: Calendar = field(default_factory=Calendar)
    coming: Times = field(default_factory=new_times)  # by queue: when the next caller calls
    coming_at: Seconds = NEVER  # the first of them
    coming_to: Count = 0  # and the queue
    tally: Tally = field(default_factory=Tally)
    traces: Traces = field(default_factory=Traces)
    log: CallLog = field(default_factory=CallLog)
    callers: list[Callers] = field(default_factory=list)
    called: list[PeopleCalled] = field(default_factory=list)
    desks: list[Desks] = field(default_factory=list)
    now: Seconds = 0.0
    told_at: Seconds = 0.0  # when something last happened: an entry may turn out to be out of date
    ends_s: Seconds = NEVER  # NEVER: when everything is done
    interval_s: Seconds = NEVER
    mark_at: Seconds = NEVER
    marks: Count = 0
    row: Count = -1  # of the interval that is passing; -1: not measured
    closing: Flag = False  # measuring has ended: on until every measured call has
    events: Count = 0
    upto: Count = 0  # so many events, then whoever let the world go on is asked again
    asking: Count = 0  # campaigns whose floor waits for leads that it has asked for
    logins_left: Count = 0
    wrapping: Counts = field(default_factory=new_counts)  # by agent: the call that their wrap-up is of
    absent: Counts = field(default_factory=new_counts)  # by agent: 1 for who does not come
    shown: Counts = field(default_factory=new_counts)  # by agent: leads shown so far
    over: Flag = False
    look_at: Count = 0  # the number of events at which it is asked whether the rest can ever end
    stuck: Flag = False  # over, and yet something waits for what never comes
    ended_s: Seconds = 0.0  # when measuring ended
    about_call: Event = field(default_factory=Event)
    about_agent: Event = field(default_factory=Event)
    about_arrival: Event = field(default_factory=Event)
    about_leads: Event = field(default_factory=Event)
    about_timer: Event = field(default_factory=Event)
    about_word: Event = field(default_factory=Event)
