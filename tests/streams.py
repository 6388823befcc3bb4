"""Random streams of events: a floor among people, a store and a carrier, none of whom can be relied on.

A ``World`` answers the floor's commands as a store and a runtime must (a number is claimed by one lead at a
time, a timer comes not before it is due), and is otherwise as bad as it can be: events come doubled, late,
out of order, for agents and calls that nobody knows. Every choice comes from four small numbers, so that a
stream can be made of a seed as well as of hypothesis' own draws, and shrinks.

``record(seed, count)`` gives a stream as rows, to be played to any runtime as often as one likes.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from callfloor import floor as plain
from callfloor.floor.setting_codes import (
    SET_ABANDON_RATE_MAX,
    SET_DIAL_RATIO,
    SET_LINES,
    SET_MACHINE,
    SET_MAX_ATTEMPTS,
    SET_MODE,
    SET_PACING,
    SET_POOL,
    SET_PREVIEW_EXPIRES,
    SET_RESERVE,
    SET_SHARE,
    SET_VICIDIAL_READY,
    SETTINGS,
)
from callfloor.floor.vocabulary import (
    AGENT_ACCEPTED,
    AGENT_DISPOSED,
    AGENT_GONE,
    AGENT_HUNG_UP,
    AGENT_LOGGED_IN,
    AGENT_LOGGED_OUT,
    AGENT_PAUSED,
    AGENT_RESUMED,
    AGENT_SILENT,
    AGENT_SKIPPED,
    ANSWERED,
    BUSY,
    CALL_ANSWERED,
    CALL_ARRIVED,
    CALL_BRIDGED,
    CALL_ENDED,
    CALL_FAILED,
    CALL_LOST,
    CALL_PLAYED,
    CALL_RINGING,
    CAMPAIGN_CHANGED,
    CAMPAIGN_STARTED,
    CAMPAIGN_STOPPED,
    CANCELLED,
    CLAIM_LEADS,
    CONGESTION,
    CONNECTED,
    CONNECTING,
    DISCONNECTED,
    DISPOSE,
    ENDED,
    HUMAN,
    LEAD_CLAIMED,
    LEADS_CLAIMED,
    LONG_AGO,
    MACHINE,
    MESSAGE,
    MESSAGE_MODE,
    NEVER,
    NO_ANSWER,
    NO_OUTCOME,
    NUMBER_BARRED,
    OFFLINE,
    PLACE_CALL,
    POWER,
    PREDICTIVE,
    PREVIEW,
    PREVIEWING,
    PROGRESSIVE,
    REGISTRY_DATED,
    RETURN_LEAD,
    RINGING,
    SET_TIMER,
    TIMER_DUE,
    UNDETERMINED,
    UNKNOWN,
    WITHHELD,
    WRAP_UP,
)
from tests.lead_store import LeadStore
from tests.random_floors import build
from tests.specialists import caller_of

START = 1_750_000_000.0

GAPS_S = (*[0.0] * 6, *[0.1] * 6, *[0.4] * 6, *[1.0] * 4, 2.0, 3.0, 7.0, 20.0, 65.0, 700.0, -5.0)
"""Time between events. It may run back, as clocks do; the floor's does not."""

SHORT_GAPS = 22
"""The first of them, of a second or less."""

FAILURES = (BUSY, NO_ANSWER, DISCONNECTED, CONGESTION, 6, 7, 8, 9, UNDETERMINED, 11, CANCELLED)
NO_FAILURES = (HUMAN, NO_OUTCOME, WITHHELD, 99)
CALL_EVENTS = tuple(range(CALL_RINGING, CALL_LOST + 1))
AGENT_EVENTS = (
    AGENT_LOGGED_IN,
    AGENT_LOGGED_IN,
    AGENT_LOGGED_IN,
    AGENT_RESUMED,
    AGENT_RESUMED,
    AGENT_LOGGED_OUT,
    AGENT_PAUSED,
    AGENT_SILENT,
    AGENT_GONE,
    AGENT_HUNG_UP,
)
STRANGE_KINDS = (-1, 0, 19, 24, 23, 29, 33, 39, 42, 1000)
OF_CALL, OF_AGENT, OF_CAMPAIGN = "call", "agent", "campaign"

CHANGES: dict[int, tuple[float, ...]] = {
    SET_MODE: (POWER, PROGRESSIVE, PREDICTIVE, PREVIEW, PREVIEW, MESSAGE_MODE, 0.0, 99.0),
    SET_POOL: (0.0, 1.0, 0.5),
    SET_DIAL_RATIO: (0.5, 1.0, 2.0, 3.3, 0.0, math.nan),
    SET_SHARE: (0.5, 1.0, 1.5),
    SET_RESERVE: (0.0, 1.0, -1.0),
    SET_LINES: (0.0, 2.0, 4.0),
    SET_MAX_ATTEMPTS: (1.0, 3.0, 0.0),
    SET_ABANDON_RATE_MAX: (0.03, 0.1, 2.0),
    SET_MACHINE: (0.0, 1.0, 2.0, 3.0),
    SET_PACING: (0.0, 0.0, 1.0, 2.0, 4.0, 5.0, 6.0, 7.0),
    SET_VICIDIAL_READY: (0.0, 1.0, 2.0),
    SET_PREVIEW_EXPIRES: (0.0, 1.0, 2.0),
}
"""What settings are changed to, some of it out of range; those not named are times."""


class Row(NamedTuple):
    """One event of a recorded stream: when, of what kind, and which fields of the record are set."""

    now: float
    kind: int
    fields: dict[str, Any]


Watcher = Callable[["World", Row, list[Any]], None]


class World:
    """A floor and all who deal with it."""

    def __init__(self, seed: int, runtime: Any = plain, watch: Watcher | None = None) -> None:
        self.seed = seed
        self.runtime = runtime
        self.floor = build(runtime, seed)
        self.watch = watch
        self.now = START
        self.timers: dict[tuple[str, int], float] = {}
        self.store = LeadStore()
        self.actions = ACTIONS
        self.last_row: Row | None = None

    # The floor's side.

    def feed(self, kind: int, now: float | None = None, **fields: Any) -> list[Any]:
        """Tell the floor of an event and do as it says."""
        row = Row(self.now if now is None else now, kind, fields)
        commands: list[Any] = self.runtime.handle(
            self.floor, self.runtime.Event(kind=kind, **fields), row.now
        )
        for command in commands:
            self.obey(command)
        if self.watch is not None:
            self.watch(self, row, commands)
        return commands

    def obey(self, command: Any) -> None:
        """What a store and a runtime do with a command."""
        if command.do == SET_TIMER:
            for what, record in (
                (OF_CALL, command.call),
                (OF_AGENT, command.agent),
                (OF_CAMPAIGN, command.campaign),
            ):
                if record is not None:
                    self.timers[what, record.id] = command.at
        elif command.do == CLAIM_LEADS:
            self.store.claims.append((command.campaign.id, command.count))
        elif command.do == PLACE_CALL and command.lead is not None:
            self.store.last_attempt[command.lead.number] = self.floor.now
            self.store.attempts[command.call.attempt] = (command.lead.id, command.lead.number)
        elif command.do == RETURN_LEAD:
            self.store.take_back(command)
        elif command.do == DISPOSE:
            self.store.dispose(command)

    # The store's side.

    def answer_claim(self, choice: int) -> None:
        """Hand over what is due of the oldest claim: all, some, or nothing."""
        if not self.store.claims:
            return
        campaign, count = self.store.claims.pop(0)
        share = (1, 1, 1, 2, 100)[choice % 5]
        given = 0
        for fields in self.store.hand_over(campaign, count // share, choice, self.floor.now):
            given += 1
            self.feed(LEAD_CLAIMED, **fields)
        dry = given < count
        self.feed(
            LEADS_CLAIMED,
            campaign=campaign,
            count=given,
            due_at=self.now + 30.0 if dry else LONG_AGO,
            value=self.store.next_appointment(campaign),
        )

    # Time.

    def pass_time(self, gap_s: float, late: bool) -> None:
        """Let time pass. Timers come as they are due, or, in a runtime that is busy, later."""
        if gap_s < 0.0:
            self.now += gap_s
            return
        until = max(self.now, self.floor.now) + gap_s
        while not late and self.fire_next(until):
            pass
        self.now = until

    def fire_next(self, until: float) -> bool:
        """Fire the next timer that is due by then; whether there was one."""
        due = [(at, name) for name, at in self.timers.items() if at <= until]
        if not due:
            return False
        at, (what, index) = min(due)
        del self.timers[what, index]
        self.now = max(self.now, at)
        self.feed(TIMER_DUE, **{what: index})
        return True

    # What happens. Each takes two numbers and makes of them what it needs.

    def step(self, action: int, a: int, b: int, gap: int) -> None:
        """Let something happen."""
        self.pass_time(GAPS_S[gap % len(GAPS_S)], late=b % 10 == 0)
        happen = self.actions[action % len(self.actions)]
        happen(self, a, b)

    def agent_acts(self, a: int, b: int) -> None:
        index = a % (len(self.floor.agents) + (b % 50 == 0))
        self.repeatable(AGENT_EVENTS[b % len(AGENT_EVENTS)], agent=index, code=b % 3)

    def carrier_goes_on(self, a: int, b: int) -> None:
        """The carrier does what is to be expected of one of the calls that live."""
        live = [c for c in self.floor.calls if c.state != ENDED]
        if not live:
            return
        call = live[a % len(live)]
        if call.state <= RINGING:
            kind = (CALL_RINGING, CALL_ANSWERED, CALL_ANSWERED, CALL_ANSWERED, CALL_FAILED)[b % 5]
        else:
            kind = {CONNECTING: CALL_BRIDGED, MESSAGE: CALL_PLAYED}.get(call.state, CALL_ENDED)
            if call.state == ANSWERED and b % (20 if call.campaign is None else 3):
                return
            if call.state == CONNECTED and b % 2:
                return
        self.repeatable(kind, call=call.id, **self.fields_of_call(kind, b // 5))

    def agent_goes_on(self, a: int, b: int) -> None:
        """An agent's call is put through or answered, or it is over, or the agent has done their wrap-up."""
        busy = [agent for agent in self.floor.agents if agent.call is not None or agent.state == WRAP_UP]
        if not busy:
            return
        agent = busy[a % len(busy)]
        if agent.call is None:
            self.repeatable(AGENT_RESUMED, agent=agent.id)
        elif agent.call.state <= CONNECTING:
            kind = CALL_BRIDGED if agent.call.state == CONNECTING else CALL_ANSWERED
            self.repeatable(kind, call=agent.call.id, **self.fields_of_call(kind, b))
        else:
            self.repeatable(CALL_ENDED, call=agent.call.id)

    def carrier_says_anything(self, a: int, b: int) -> None:
        """Any event, of any call or of none."""
        kind = CALL_EVENTS[b % len(CALL_EVENTS)]
        index = a % (len(self.floor.calls) + 1) - (b % 40 == 0)
        fields = self.fields_of_call(kind, b // 8)
        if b % 6 == 0:
            fields["agent"] = a % (len(self.floor.agents) + 1)
        self.repeatable(kind, call=index, **fields)

    def fields_of_call(self, kind: int, choice: int) -> dict[str, Any]:
        if kind == CALL_ANSWERED:
            told = {"at": self.now - choice % 4} if choice % 3 == 0 else {}
            return {"code": (HUMAN, HUMAN, HUMAN, MACHINE, UNDETERMINED)[choice % 5], **told}
        if kind == CALL_FAILED:
            codes = FAILURES + NO_FAILURES
            return {"code": codes[choice % len(codes)]}
        return {}

    def repeatable(self, kind: int, **fields: Any) -> None:
        """An event that may be delivered again later."""
        self.last_row = Row(self.now, kind, fields)
        self.feed(kind, **fields)

    def again(self, a: int, b: int) -> None:
        """The latest event comes once more."""
        if self.last_row is not None:
            self.feed(self.last_row.kind, self.last_row.now, **self.last_row.fields)

    def agent_decides(self, a: int, b: int) -> None:
        """An agent wants the lead called that they are shown, or another one; now and then out of place."""
        agents = self.floor.agents
        looking = [agent for agent in agents if agent.state == PREVIEWING] if b % 12 else agents
        if looking:
            agent = looking[a % len(looking)]
            lead = UNKNOWN if b % 3 == 0 or agent.lead is None else agent.lead.id + (b % 30 == 1)
            kind = AGENT_SKIPPED if b % 5 == 0 else AGENT_ACCEPTED
            self.repeatable(kind, agent=agent.id, lead=lead)

    def agent_disposes(self, a: int, b: int) -> None:
        """An agent says what came of a call: of theirs or their last one, or of one that is nobody's."""
        agent = self.floor.agents[a % len(self.floor.agents)]
        code = b % 7 - (b % 50 == 0)
        attempt = (0, 0, agent.done_attempt, a)[b % 4]
        when = {"due_at": self.now + 100.0} if b % 3 else {}
        self.repeatable(AGENT_DISPOSED, agent=agent.id, code=code, attempts=attempt, **when)

    def campaign_is_changed(self, a: int, b: int) -> None:
        """A setting of a running campaign is changed, now and then one that there is not."""
        index = a % (len(self.floor.campaigns) + (b % 40 == 0))
        setting = a // 8 % SETTINGS if b % 25 else SETTINGS
        values = CHANGES.get(setting, (0.0, 1.0, 5.0))
        self.feed(CAMPAIGN_CHANGED, campaign=index, code=setting, value=values[b % len(values)])

    def store_answers(self, a: int, b: int) -> None:
        self.answer_claim(a)

    def campaign_acts(self, a: int, b: int) -> None:
        index = a % (len(self.floor.campaigns) + (b % 20 == 0))
        if b % 5 == 0:
            self.feed(CAMPAIGN_STOPPED, campaign=index, code=b % 2)
        else:
            self.feed(CAMPAIGN_STARTED, campaign=index)

    def person_calls_in(self, a: int, b: int) -> None:
        """Somebody calls one of the queues for people who call in, now and then one that is not there."""
        queues = [queue.id for queue in self.floor.queues if queue.campaign is None]
        strange = b % 40 == 0 or not queues
        queue = (-1, len(self.floor.queues))[a % 2] if strange else queues[a % len(queues)]
        draw = (a * 1000 + b) / 999_999
        who = {"number": a % 50, "count": b % 3, **caller_of(a, b)._asdict()}
        self.repeatable(CALL_ARRIVED, queue=queue, draw=draw, **who)

    def number_is_barred(self, a: int, b: int) -> None:
        number = a % (self.store.numbers + 1)
        self.store.barred.add(number)
        self.feed(NUMBER_BARRED, number=number)

    def registry_has_a_date(self, a: int, b: int) -> None:
        """A campaign's do-not-call registers are fresh for a while, for ever, or are not."""
        due_at = (*[NEVER] * 6, 0.0, self.now + b % 100, self.now + 1000.0)[b % 9]
        self.feed(REGISTRY_DATED, campaign=a % (len(self.floor.campaigns) + (b % 20 == 0)), due_at=due_at)

    def timer_is_stale(self, a: int, b: int) -> None:
        """A timer comes that is not due, or of which nobody knows."""
        what = (OF_CALL, OF_AGENT, OF_CAMPAIGN)[b % 3]
        at = self.timers.get((what, a % 8))
        if at is None or at > max(self.now, self.floor.now):
            self.feed(TIMER_DUE, **{what: a % 8})

    def nonsense(self, a: int, b: int) -> None:
        kind = STRANGE_KINDS[a % len(STRANGE_KINDS)]
        self.feed(kind, agent=b % 4 - 1, call=b % 5 - 1, campaign=b % 3 - 1, code=b % 17)

    def lead_for_nobody(self, a: int, b: int) -> None:
        kind = (LEAD_CLAIMED, LEADS_CLAIMED)[b % 2]
        self.feed(kind, campaign=len(self.floor.campaigns) + a % 2, lead=a, number=a, due_at=NEVER)

    # The end of it.

    def stop_everything(self) -> None:
        """Campaigns stop, every claim is answered, who waits hangs up, messages are left for tomorrow."""
        for campaign in self.floor.campaigns:
            self.feed(CAMPAIGN_STOPPED, campaign=campaign.id)
        while self.store.claims:
            self.answer_claim(1)
        for call in list(self.floor.calls):
            if call.state == ANSWERED and call.campaign is None:
                self.feed(CALL_ENDED, call=call.id)
        for agent in self.floor.agents:
            if self.floor.voicemails > 0 and agent.state != OFFLINE:
                self.feed(AGENT_LOGGED_OUT, agent=agent.id)

    def end_wrap_up(self) -> None:
        """Every agent who is still at work after a call has done; who wants to leave does."""
        for agent in self.floor.agents:
            if agent.state == WRAP_UP:
                self.feed(AGENT_LOGGED_OUT if agent.leaving else AGENT_RESUMED, agent=agent.id)

    def run_dry(self, limit: int = 5000) -> int:
        """Fire timers in their order until there are none; how many there were."""
        for fired in range(limit):
            if not self.fire_next(math.inf if self.timers else -math.inf):
                return fired
        raise AssertionError("timers never run dry")


ACTIONS: tuple[Callable[[World, int, int], None], ...] = (
    *[World.agent_acts] * 5,
    *[World.carrier_goes_on] * 16,
    *[World.carrier_says_anything] * 3,
    *[World.again] * 1,
    *[World.store_answers] * 8,
    *[World.campaign_acts] * 2,
    World.number_is_barred,
    World.registry_has_a_date,
    World.timer_is_stale,
    World.nonsense,
    World.lead_for_nobody,
    *[World.person_calls_in] * 4,
    *[World.agent_goes_on] * 4,
    *[World.agent_decides] * 6,
    *[World.agent_disposes] * 2,
    World.campaign_is_changed,
)

RUSH = (
    *[World.person_calls_in] * 8,
    *[World.carrier_goes_on] * 12,
    *[World.agent_goes_on] * 12,
    *[World.agent_decides] * 4,
    *[World.store_answers] * 4,
    World.agent_acts,
    World.campaign_acts,
)
"""What happens when everybody calls at once and little goes wrong."""


def steps(seed: int) -> Iterator[tuple[int, int, int, int]]:
    """The numbers that a stream is made of, without end."""
    rng = random.Random(seed)
    while True:
        yield rng.randrange(1000), rng.randrange(1000), rng.randrange(1000), rng.randrange(1000)


def begin(world: World) -> None:
    """Start all campaigns and log everybody in, so that a stream does not begin with long nothing."""
    for campaign in world.floor.campaigns:
        world.feed(CAMPAIGN_STARTED, campaign=campaign.id)
    for agent in world.floor.agents:
        world.feed(AGENT_LOGGED_IN, agent=agent.id)


def record(seed: int, count: int) -> list[Row]:
    """A stream of `count` events for the floor that ``build(runtime, seed)`` gives."""
    rows: list[Row] = []
    world = World(seed, watch=lambda _, row, __: rows.append(row))
    begin(world)
    for step in steps(seed):
        if len(rows) >= count:
            break
        world.step(*step)
    return rows[:count]
