"""What other processes have put down for a floor: agents' desks, supervisors, carriers that call back.

Whoever puts something down need not know which process looks after the floor.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import msgspec

from callfloor.failures import UsageError
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
    CALL_ANSWERED,
    CALL_BRIDGED,
    CALL_ENDED,
    CALL_FAILED,
    CALL_PLAYED,
    CALL_RINGING,
    CAMPAIGN_STARTED,
    CAMPAIGN_STOPPED,
    EVENT_NAMES,
    UNKNOWN,
)
from callfloor.live.arrivals import NOTHING, Arrival, Incoming
from callfloor.live.desk_watch import DeskWatch
from callfloor.live.step import Engine
from callfloor.stores.inbox_port import Inbox, InboxEntry

EVERY_S = 1.0
"""How often to look where nobody tells that there is something."""

AT_ONCE = 200
"""Entries of one step; the rest waits in the database, not in memory."""

WAITING_MOST = 10_000
"""Entries that may wait for a floor; whoever puts down more is refused, so that they slow down."""

EVENT_ID_LONGEST = 256
"""Characters of an event's id."""

OUTSIDE_EVENTS = {
    EVENT_NAMES[kind]: kind
    for kind in (
        *(AGENT_LOGGED_IN, AGENT_LOGGED_OUT, AGENT_PAUSED, AGENT_RESUMED, AGENT_SILENT, AGENT_GONE),
        *(AGENT_HUNG_UP, AGENT_ACCEPTED, AGENT_SKIPPED, AGENT_DISPOSED, CAMPAIGN_STARTED, CAMPAIGN_STOPPED),
        *(CALL_RINGING, CALL_ANSWERED, CALL_FAILED, CALL_BRIDGED, CALL_PLAYED, CALL_ENDED),
    )
}
"""What may be told from outside, by its name; the other events are the engine's own."""


AGENTS_HERE = "agents_here"
"""That desks are there: no event of the floor's, and not journalled."""


class Posted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something for a floor. `campaign` is a name, `at` the sender's time (UTC seconds).

    `agents` are those whose desks are there, of AGENTS_HERE. `disposition` is what came of the agent's call,
    by its name, of AGENT_DISPOSED: of the call of `call_id`, or of the one in hand, or else of the last;
    `call_back_at` (UTC seconds) is when the person wants to be called back.
    """

    event: str
    agent: str = ""
    campaign: str = ""
    call_id: str = ""
    code: int = 0
    at: float | None = None
    agents: tuple[str, ...] = ()
    disposition: str = ""
    call_back_at: float | None = None

    def __post_init__(self) -> None:
        """Refuse what the engine alone may say; raises ValueError."""
        if self.event not in OUTSIDE_EVENTS and self.event != AGENTS_HERE:
            known = ", ".join([*OUTSIDE_EVENTS, AGENTS_HERE])
            raise ValueError(f"event: expected one of {known}, found {self.event!r}")


class InboxFullError(UsageError):
    """Too much waits for a floor: nobody looks after it, or not fast enough."""


def is_event_id(text: str) -> bool:
    """Whether something may be an event's id; a database takes none of other characters."""
    return 0 < len(text) <= EVENT_ID_LONGEST and text.isprintable()


def post(inbox: Inbox, floor: int, posted: Posted, event_id: str | None = None) -> bool:
    """Put something down for a floor; False where one of that event id waits already.

    Raises StoreError, and InboxFullError where too much waits.
    """
    return post_all(inbox, floor, [(posted, event_id)]) == 1


def post_all(inbox: Inbox, floor: int, posted: Sequence[tuple[Posted, str | None]]) -> int:
    """Put things down for a floor, each with its event id, all of them or none; return how many are new.

    Raises StoreError, and InboxFullError where too much waits.
    """
    if inbox.waiting_count(floor) + len(posted) > WAITING_MOST:
        raise InboxFullError(
            f"floor {floor}: expected at most {WAITING_MOST} events to wait, found that there would be more: "
            "see that a worker looks after it, then try again"
        )
    return inbox.put_all(floor, [(msgspec.json.encode(each).decode(), id_) for each, id_ in posted])


def post_here(inbox: Inbox, floor: int, agents: Iterable[str], sender: str) -> bool:
    """Say that the desks of these agents are there: all that a process has, in one entry, every 5 s or so.

    `sender` is the process. While its last word waits still no other is put down, so that they do not pile up
    where nobody looks after the floor; False then. Raises StoreError.
    """
    posted = Posted(AGENTS_HERE, agents=tuple(agents))
    return inbox.put(floor, msgspec.json.encode(posted).decode(), f"{AGENTS_HERE}/{sender}")


class InboxWatch:
    """A source of arrivals: the floor's inbox."""

    def __init__(
        self,
        engine: Engine,
        inbox: Inbox,
        refused: Callable[[InboxEntry, str], None] = lambda entry, reason: None,
        desks: DeskWatch | None = None,
        every_s: float = EVERY_S,
    ) -> None:
        """`refused` is told of entries that are set aside, `desks` of agents who are there."""
        self.engine = engine
        self.inbox = inbox
        self.refused = refused
        self.desks = desks
        self.every_s = every_s
        self.due_at = -math.inf
        self.at_once = AT_ONCE
        self.in_hand: list[InboxEntry] = []

    def hasten(self) -> None:
        """Look as soon as may be."""
        self.due_at = -math.inf

    def next_due(self) -> float:
        """When to look."""
        return self.due_at

    def take(self, now: float) -> Sequence[Incoming]:
        """The next entries; the step that takes them deletes them."""
        self.in_hand = []
        if now < self.due_at:
            return ()
        entries = self.inbox.waiting(self.engine.floor_id, self.at_once)
        self.due_at = -math.inf if len(entries) == self.at_once else now + self.every_s
        arrivals: list[Incoming] = []
        for entry in entries:
            try:
                arrivals.append(self.arrival_of(entry, now))
            except (msgspec.DecodeError, ValueError, UsageError) as error:
                self.set_aside(entry, str(error))
            else:
                self.in_hand.append(entry)
        return arrivals

    def arrival_of(self, entry: InboxEntry, now: float) -> Arrival:
        """An entry as the engine takes it. Raises what says that it cannot be taken."""
        posted = msgspec.json.decode(entry.arrival, type=Posted)
        if posted.event == AGENTS_HERE:
            if self.desks is not None:
                self.desks.here(posted.agents, now)
            return Arrival(NOTHING, inbox=entry.id)
        resident = self.engine.resident
        campaign, call = UNKNOWN, UNKNOWN
        if posted.campaign:
            known = [each.name for each in self.engine.settings.campaigns]
            if posted.campaign not in known:
                raise UsageError(f"campaign: expected one of {', '.join(known)}, found {posted.campaign!r}")
            campaign = known.index(posted.campaign)
        if posted.call_id:
            call = resident.slot_of(posted.call_id)
        kind = OUTSIDE_EVENTS[posted.event]
        if self.desks is not None:
            self.desks.heard(posted.agent, kind, now)
        if kind == AGENT_DISPOSED:
            said = self.engine.disposal(
                posted.agent,
                posted.disposition,
                attempt=self.attempt_of(posted.call_id),
                call_back_at=math.inf if posted.call_back_at is None else posted.call_back_at,
            )
            return replace(said, event_id=entry.event_id or "", inbox=entry.id)
        return Arrival(
            kind,
            agent=posted.agent,
            call=call,
            campaign=campaign,
            code=posted.code,
            at=-math.inf if posted.at is None else posted.at,
            attempt=resident.floor.calls[call].attempt if call >= 0 else 0,
            event_id=entry.event_id or "",
            inbox=entry.id,
        )

    def attempt_of(self, call_id: str) -> int:
        """The attempt of a call, which may have ended; 0 for none. Raises UsageError for another floor's."""
        key = self.engine.resident.call_key
        if call_id and not call_id.startswith(key):
            raise UsageError(
                f"call_id: expected one of this floor's, which begin with {key}, found {call_id!r}"
            )
        return int(call_id[len(key) :] or "0", 16)

    def blamed(self, error: Exception) -> bool:
        """A step has failed by no fault of the store: set aside the entry that did it, once it is known.

        Of several they are taken one by one from now on. Returns whether to go on; False: it was none.
        """
        entries, self.in_hand = self.in_hand, []
        if not entries:
            return False
        self.due_at = -math.inf
        if len(entries) > 1:
            self.at_once = 1
            return True
        self.at_once = AT_ONCE
        self.set_aside(entries[0], f"the step failed: {error!r}")
        return True

    def set_aside(self, entry: InboxEntry, reason: str) -> None:
        """Keep an entry out of the way of those behind it."""
        self.inbox.refuse(entry.id, reason)
        self.refused(entry, reason)
