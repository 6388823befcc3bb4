"""The floor's records: who is where, since when, and whom that concerns.

Every record is written to the store as a row when it has changed; fields that point at another record are
stored as its id. Links of a line (`prev`, `next`) are not stored: `order` restores them.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from callfloor.floor.decisions import Decision
from callfloor.floor.legal_window import Ledger
from callfloor.floor.lines import Line, Voicemail
from callfloor.floor.outlook import Outlook
from callfloor.floor.published_state import PublishedPace
from callfloor.floor.setting_codes import PACING_CALLFLOOR
from callfloor.floor.specialities import Matching
from callfloor.floor.units import (
    Code,
    Count,
    Counts,
    Flag,
    Id,
    Rate,
    Seconds,
    Times,
    grow_times,
    new_counts,
    new_times,
    record,
)
from callfloor.floor.vocabulary import (
    AGENT_STATES,
    DIAL_IT,
    HANG_UP_ON_MACHINE,
    LONG_AGO,
    LONGEST_IDLE,
    NEVER,
    NO_DISPOSITION,
    NO_OUTCOME,
    NO_REASON,
    NOT_HELD,
    OFFLINE,
    PLACED,
    POOL_CAMPAIGN,
    POWER,
    QUEUE_UP,
    UNKNOWN,
)

if TYPE_CHECKING:
    from callfloor.floor.commands import Command


@record
class Agent:
    """A person who takes calls."""

    id: Id = UNKNOWN
    group: Group | None = None
    state: Code = OFFLINE
    since: Seconds = LONG_AGO
    call: Call | None = None
    pause_reason: Code = NO_REASON
    pausing: Code = NO_REASON  # pauses for this reason after the call in hand
    leaving: Flag = False  # logs out after the call in hand
    lines: Count = 0  # ringing for this agent alone, where the pool is the agent's
    due_at: Seconds = NEVER  # the end of wrap-up
    calls: Count = 0
    talk_s: Seconds = 0.0
    order: Count = 0
    prev: Agent | None = None
    next: Agent | None = None
    place: Count = UNKNOWN  # in the group's list of those logged in
    own: Line | None = None  # calls that wait for this agent and no other
    first_voicemail: Voicemail | None = None
    last_voicemail: Voicemail | None = None
    voicemails: Count = 0
    changed: Flag = False
    lead: Lead | None = None  # that the agent is shown
    accepted: Flag = False  # and will have called as soon as a line is free
    done_attempt: Count = 0  # the call that they had last, of which they may say something yet; 0: none
    done_campaign: Id = UNKNOWN
    done_lead: Id = UNKNOWN
    done_number: Id = UNKNOWN
    first_appointment: Lead | None = None  # people who are to be called by this agent
    last_appointment: Lead | None = None


@record
class Queue(Line):
    """People on the telephone who want an agent: they call in, or a campaign has called them."""

    id: Id = UNKNOWN
    campaign: Campaign | None = None  # whose people these are; None: people who call in
    groups: list[Group] = field(default_factory=list)  # where a call looks for a ready agent, in this order
    priority: Count = 1  # the smaller is served first
    routing: Code = LONGEST_IDLE
    when_busy: Code = QUEUE_UP
    limit: Count = 0  # calls that may wait; 0: no limit
    in_line: Count = 0  # its calls that wait, here or for an agent of their own
    wrap_up_s: Seconds = 0.0  # NEVER: until the agent says so
    waited_s: Seconds = 0.0  # by those who have left the line
    matching: Matching | None = None  # DIRECT: whom agents specialise in; None: everybody fits


@record
class Group:
    """Agents with the same skills: those ready in a line, the longest ready first."""

    id: Id = UNKNOWN
    first_ready: Agent | None = None
    last_ready: Agent | None = None
    ready: Count = 0
    logged_in: Count = 0
    members: list[Agent] = field(default_factory=list)  # those who are logged in, by id
    serves: list[Queue] = field(default_factory=list)  # whose calls its agents take, by rank
    ranks: Counts = field(default_factory=new_counts)  # by id of a queue; negative: not theirs
    time_s: Times = field(default_factory=new_times)  # spent by its agents in each state but offline

    def push_ready(self, agent: Agent) -> None:
        """Put an agent at the end of the line of those ready."""
        agent.next = None
        agent.prev = self.last_ready
        if agent.prev is None:
            self.first_ready = agent
        else:
            agent.prev.next = agent
        self.last_ready = agent
        self.ready += 1

    def remove_ready(self, agent: Agent) -> None:
        """Take an agent out of the line of those ready."""
        if agent.prev is None:
            self.first_ready = agent.next
        else:
            agent.prev.next = agent.next
        if agent.next is None:
            self.last_ready = agent.prev
        else:
            agent.next.prev = agent.prev
        agent.prev = None
        agent.next = None
        self.ready -= 1

    def push_member(self, agent: Agent) -> None:
        """The agent has logged in.

        Whoever came first, members are in the order of their ids: what is added up over them comes out the
        same, to the last bit, when the floor is loaded anew.
        """
        grow_times(self.time_s, AGENT_STATES)
        self.members.append(agent)
        place = len(self.members) - 1
        while place > 0 and self.members[place - 1].id > agent.id:
            self.members[place] = self.members[place - 1]
            self.members[place].place = place
            place -= 1
        self.members[place] = agent
        agent.place = place
        self.logged_in += 1

    def remove_member(self, agent: Agent) -> None:
        """The agent has logged out."""
        for place in range(agent.place, len(self.members) - 1):
            self.members[place] = self.members[place + 1]
            self.members[place].place = place
        self.members.pop()
        agent.place = UNKNOWN
        self.logged_in -= 1


@record
class Lead:
    """A person to call who is claimed by this floor, with what the law needs as numbers."""

    id: Id = UNKNOWN
    campaign: Campaign | None = None
    number: Id = UNKNOWN
    attempts: Count = 0
    failures: Count = 0  # of the number, in a row
    last_attempt_at: Seconds = LONG_AGO  # of the number, in any campaign
    barred: Flag = False
    other_numbers: Count = 0  # that this person can be reached at
    lawful_from: Seconds = LONG_AGO  # hours in which the person may be called
    lawful_until: Seconds = NEVER
    order: Count = 0
    next: Lead | None = None
    changed: Flag = False
    allowed_from: Seconds = LONG_AGO  # no attempt before, by the limits on attempts to the number
    attempts_left: Count = UNKNOWN  # that those limits allow while the lead is claimed; negative: any number
    owner: Agent | None = None  # with whom the person has an appointment
    appointment_at: Seconds = NEVER


@record
class Campaign:
    """What is dialled for a group of agents, by which rules, and what has come of it."""

    id: Id = UNKNOWN
    group: Group | None = None  # whose agents talk, where it is one group; what decides is `queue`
    queue: Queue | None = None  # of those who have answered, with all groups whose agents talk
    mode: Code = POWER
    pool: Code = POOL_CAMPAIGN
    dial_ratio: Rate = 2.0
    share: Rate = 1.0
    reserve: Count = 0  # ready agents whom dialling leaves to those who call in
    abandon_rate_max: Rate = 0.03
    answer_within_s: Seconds = 2.0
    ring_timeout_s: Seconds = 25.0
    wrap_up_s: Seconds = 0.0
    max_attempts: Count = 3
    cooldown_s: Seconds = 60.0
    retry_after_s: list[Seconds] = field(default_factory=list)  # by outcome; negative: never again
    failures_max: Count = 3
    lines: Count = 0  # 0: no limit
    calls_per_s: Rate = 0.0  # 0: no limit
    plays_message: Flag = False  # to those whom nobody took in time
    place_within_s: Seconds = 5.0  # a command to place a call is stale after this
    carrier_grace_s: Seconds = 15.0  # how long the carrier may be silent beyond what it promised
    bridge_within_s: Seconds = 5.0
    talk_max_s: Seconds = 14400.0

    running: Flag = False
    placed: Count = 0  # lines placed or ringing now
    live: Count = 0  # calls not ended now
    attempts: Count = 0
    human_answers: Count = 0
    connected: Count = 0
    abandoned: Count = 0
    hung_up_early: Count = 0
    next_call_at: Seconds = LONG_AGO
    dry_until: Seconds = LONG_AGO  # the store has no due lead before
    due_at: Seconds = NEVER
    held_by: Code = NOT_HELD
    thirsty: Flag = False  # an agent's own lines may be short, or leads
    claiming: Flag = False  # leads have been asked for and have not come
    first_lead: Lead | None = None
    last_lead: Lead | None = None
    leads: Count = 0
    decision: Decision | None = None  # the latest that was explained
    changed: Flag = False
    pacing: Code = PACING_CALLFLOOR  # PREDICTIVE: by whose rule
    outlook: Outlook | None = None  # PREDICTIVE: what it knows
    ledger: Ledger = field(default_factory=Ledger)
    registry_until: Seconds = NEVER  # its do-not-call registers are fresh; NEVER: it needs none
    cooldown_after_s: list[Seconds] = field(default_factory=list)  # of the number, by outcome
    published: PublishedPace | None = None  # PREDICTIVE: what a published rule remembers
    preview_s: Seconds = 15.0  # how long a lead is shown; 0: until the agent has decided
    preview_expires: Code = DIAL_IT
    skip_retry_s: Seconds = 3600.0  # a skipped lead's wait
    previews: Count = 0  # agents who are shown a lead now
    turn: Rate = 0.0  # its place among the campaigns that show leads to the same agents
    machine: Code = HANG_UP_ON_MACHINE
    message_max_s: Seconds = 120.0  # a message that plays for longer has got stuck
    messages: Count = 0  # people to whom the message of an agentless campaign was played
    disposed_does: list[Code] = field(default_factory=list)  # by disposition
    disposed_after_s: list[Seconds] = field(default_factory=list)  # by disposition that is tried again
    disposing_rests: Flag = False  # a disposition ends wrap-up
    appointment_grace_s: Seconds = 300.0  # after that an appointment is for any agent
    appointment_at: Seconds = NEVER  # the next one that the store has
    vicidial_ready: Flag = False  # VICIdial's rules count agents who are ready, against calls without one

    def push_lead(self, lead: Lead) -> None:
        """Put a claimed lead at the end of the buffer."""
        lead.next = None
        if self.last_lead is None:
            self.first_lead = lead
        else:
            self.last_lead.next = lead
        self.last_lead = lead
        self.leads += 1

    def push_lead_first(self, lead: Lead) -> None:
        """Put a claimed lead at the head of the buffer."""
        first = self.first_lead
        lead.next = first
        self.first_lead = lead
        if first is None:
            self.last_lead = lead
        elif lead.order >= first.order:
            # A floor that is loaded has its leads by their order.
            lead.order = first.order - 1
        self.leads += 1

    def pop_lead(self) -> Lead | None:
        """Take the lead at the head of the buffer, or None where there is none."""
        lead = self.first_lead
        if lead is not None:
            self.first_lead = lead.next
            if self.first_lead is None:
                self.last_lead = None
            lead.next = None
            self.leads -= 1
        return lead


@record
class Call:
    """A call's life on the line, placed or come in. Its id is a slot that is used again after the end."""

    id: Id = UNKNOWN
    attempt: Count = 0  # counts all calls of a floor, those that come in as well
    queue: Queue | None = None
    campaign: Campaign | None = None
    lead: Lead | None = None
    owner: Agent | None = None  # whose line it is, where the pool is the agent's
    agent: Agent | None = None  # reserved for it, or talking
    voicemail: Voicemail | None = None  # that it returns
    line: Line | None = None  # in which it waits
    waits_since: Seconds = LONG_AGO
    caller: Id = UNKNOWN  # who calls in, or is called back
    redials: Count = 0  # of that caller before this call
    tries: Count = 0  # to call back, this one counted
    state: Code = PLACED
    since: Seconds = LONG_AGO
    outcome: Code = NO_OUTCOME
    placed_at: Seconds = LONG_AGO  # or when it came in
    answered_at: Seconds = NEVER
    connected_at: Seconds = NEVER
    ended_at: Seconds = NEVER
    due_at: Seconds = NEVER
    order: Count = 0
    prev: Call | None = None
    next: Call | None = None
    changed: Flag = False
    disposition: Code = NO_DISPOSITION  # what the agent said of it, by the campaign's table
    back_at: Seconds = NEVER  # when the person wants to be called back


@record
class Event:
    """A past fact. Only the fields that its kind needs are set."""

    kind: Code = UNKNOWN
    at: Seconds = LONG_AGO  # when it happened by the carrier's clock, where that is told
    agent: Id = UNKNOWN
    call: Id = UNKNOWN
    campaign: Id = UNKNOWN
    code: Code = 0  # outcome of an answer or failure, reason of a pause, setting, disposition
    lead: Id = UNKNOWN
    number: Id = UNKNOWN
    attempts: Count = 0
    failures: Count = 0
    barred: Flag = False
    last_attempt_at: Seconds = LONG_AGO
    count: Count = 0  # LEAD_CLAIMED: other numbers of the lead; LEADS_CLAIMED: leads; CALL_ARRIVED: redials
    due_at: Seconds = NEVER
    queue: Id = UNKNOWN
    draw: Rate = 0.0  # a number from 0 to 1, where the floor is to choose
    lawful_from: Seconds = LONG_AGO  # LEAD_CLAIMED: hours in which the person may be called
    lawful_until: Seconds = NEVER
    age: Count = UNKNOWN  # CALL_ARRIVED: of the caller, in years
    income: Count = UNKNOWN  # of the caller's household, dollars a year
    state: Count = UNKNOWN  # in which the caller lives
    allowed_from: Seconds = LONG_AGO  # LEAD_CLAIMED: no attempt before, by limits on attempts
    attempts_left: Count = UNKNOWN  # LEAD_CLAIMED: how many those allow; negative: any number
    value: Rate = 0.0  # CAMPAIGN_CHANGED: the setting's; LEADS_CLAIMED: the next appointment, 0: none


@record
class Floor:
    """One team of agents with its campaigns, and the commands of the event in hand."""

    now: Seconds = LONG_AGO
    attempts: Count = 0  # placed so far: the number of the latest attempt
    order: Count = 0  # counts up whenever something joins a line
    linger_s: Seconds = 600.0  # how long an ended call's slot is kept for late events
    explains: Flag = True
    watches: Flag = True  # sets timers against a carrier that falls silent
    bridges_at_once: Flag = False  # the carrier confirms no bridge: a call is connected when it says BRIDGE
    tracks: Flag = True  # keeps the lists of what has changed
    event: Code = 0  # the kind of the event in hand
    event_at: Seconds = LONG_AGO  # when it happened: it may have been on its way for a while
    agents: list[Agent] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    campaigns: list[Campaign] = field(default_factory=list)
    queues: list[Queue] = field(default_factory=list)
    foresees: Flag = False  # a campaign looks ahead, and must be told what agents do
    waiting: Count = 0  # calls in all lines
    voicemails: Count = 0  # in all mailboxes
    calls: list[Call] = field(default_factory=list)
    first_ended: Call | None = None
    last_ended: Call | None = None
    first_spare: Lead | None = None  # leads that were given back: records to be used again
    spare_voicemail: Voicemail | None = None  # the first of those that were returned
    commands: list[Command] = field(default_factory=list)
    sent: Count = 0
    changed_agents: list[Agent] = field(default_factory=list)
    changed_campaigns: list[Campaign] = field(default_factory=list)
    changed_calls: list[Call] = field(default_factory=list)
    changed_leads: list[Lead] = field(default_factory=list)
    turn: Rate = 0.0  # of the lead shown last, among campaigns that show leads
    appointments: Count = 0  # leads that wait for an agent of their own
