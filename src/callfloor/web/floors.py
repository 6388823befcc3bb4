"""Live floors as the service has them: what is committed of them, and their inboxes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import msgspec

from callfloor.carriers.port import CarrierEvent
from callfloor.carriers.webhook import AHEAD_MOST_S, check_event, lines_of
from callfloor.carriers.wire import Told, WireError, decode_news
from callfloor.failures import UsageError
from callfloor.floor.vocabulary import (
    AGENT_DISPOSED,
    AGENT_SKIPPED,
    CALL_ENDED,
    CALL_RINGING,
    CAMPAIGN_STARTED,
    CAMPAIGN_STOPPED,
    EVENT_NAMES,
)
from callfloor.live.floor_state import FloorState, state_of
from callfloor.live.inbox import (
    AGENTS_HERE,
    EVENT_ID_LONGEST,
    OUTSIDE_EVENTS,
    Posted,
    is_event_id,
    post_all,
)
from callfloor.live.settings import FloorSettings
from callfloor.stores.errors import StoreUnusableError
from callfloor.stores.port import FloorPlan
from callfloor.stores.sql.store import SqlStore

CODE_MOST = 65_535
"""Of an event's code: outcomes, and a team's own reasons to pause."""

CALL_ID_DIGITS = 32


class FloorUnknownError(Exception):
    """There is no such floor that workers look after."""


class FieldError(UsageError):
    """A field of a request cannot be meant; `place` is where it is in the body."""

    def __init__(self, place: Sequence[str | int], reason: str) -> None:
        super().__init__(".".join(map(str, place)) + f": {reason}")
        self.place = tuple(place)


class FloorRow(NamedTuple):
    """A floor in the list: who looks after it, and what is in its inbox."""

    name: str
    worker: str | None
    lease_left_s: float
    waiting: int
    refused: int


class LiveFloors:
    """The floors of the service's database. Its methods may be called in any thread."""

    def __init__(
        self, store: SqlStore, webhook_keys: Sequence[str] = (), clock: Callable[[], float] = time.time
    ) -> None:
        """`webhook_keys` are those with which the carrier may sign, any of them; none: it may not tell."""
        self.webhook_keys = tuple(webhook_keys)
        self.clock = clock
        self._store = store
        self._lock = threading.Lock()
        self._settings: dict[int, tuple[int, FloorSettings]] = {}

    @contextmanager
    def _database(self) -> Iterator[SqlStore]:
        with self._lock:
            yield self._store

    def close(self) -> None:
        """Let go of the database."""
        with self._database() as store:
            store.close()

    def rows(self) -> list[FloorRow]:
        """Every floor that workers look after. Raises StoreError."""
        with self._database() as store:
            leases = {lease.floor: lease for lease in store.leases()}
            return [
                FloorRow(
                    plan.name,
                    leases[plan.floor].owner or None,
                    leases[plan.floor].left_s,
                    store.waiting_count(plan.floor),
                    store.refused_count(plan.floor),
                )
                for plan in store.floor_plans()
            ]

    def row(self, name: str) -> FloorRow:
        """A floor as it is in the list. Raises FloorUnknownError and StoreError."""
        found = [row for row in self.rows() if row.name == name]
        if not found:
            raise FloorUnknownError(name)
        return found[0]

    def state(self, name: str) -> FloorState:
        """A floor as it was last committed. Raises FloorUnknownError and StoreError."""
        with self._database() as store:
            plan = plan_of(store, name)
            return state_of(store.load(plan.floor), self._settings_of(store, plan))

    def post(self, name: str, events: Sequence[tuple[Posted, str]]) -> int:
        """Put events into a floor's inbox, each with its id, all or none; return how many are new.

        Raises FloorUnknownError, FieldError, InboxFullError and StoreError.
        """
        with self._database() as store:
            plan = plan_of(store, name)
            settings = self._settings_of(store, plan)
            for place, (posted, event_id) in enumerate(events):
                check(("events", place), posted, event_id, settings, self.clock())
            return post_all(store, plan.floor, events)

    def hear(self, name: str, body: bytes) -> tuple[int, int]:
        """Put what the carrier tells into a floor's inbox; return how many events and how many are new.

        Raises WireError, which names the line, FloorUnknownError, InboxFullError and StoreError.
        """
        now = self.clock()
        events = []
        for number, line in enumerate(lines_of(body), 1):
            try:
                events.append(told(line, now))
            except ValueError as error:
                raise WireError(f"line {number}: {error}") from None
        with self._database() as store:
            return len(events), post_all(store, plan_of(store, name).floor, events)

    def is_known(self, name: str) -> bool:
        """Whether workers look after a floor of that name. Raises StoreError."""
        with self._database() as store:
            return any(plan.name == name for plan in store.floor_plans())

    def _settings_of(self, store: SqlStore, plan: FloorPlan) -> FloorSettings:
        """The floor's settings, read anew only when they have changed."""
        kept = self._settings.get(plan.floor)
        if kept is None or kept[0] != plan.revision:
            try:
                kept = (plan.revision, FloorSettings.of_text(store.planned_settings(plan.floor)))
            except (msgspec.DecodeError, UsageError) as error:
                raise StoreUnusableError(
                    f"{plan.name}: the floor's settings cannot be read: {error}; import them again"
                ) from None
            self._settings[plan.floor] = kept
        return kept[1]


def plan_of(store: SqlStore, name: str) -> FloorPlan:
    """The floor of that name. Raises FloorUnknownError."""
    for plan in store.floor_plans():
        if plan.name == name:
            return plan
    raise FloorUnknownError(name)


def check(
    place: tuple[str | int, ...], posted: Posted, event_id: str, settings: FloorSettings, now: float
) -> None:
    """Raise FieldError for an event that this floor cannot be told at `now` (UTC seconds)."""

    def expect(holds: bool, field: str, expected: str, found: object) -> None:
        if not holds:
            raise FieldError((*place, field), f"expected {expected}, found {found!r:.60}")

    expect(is_event_id(event_id), "event_id", f"1 to {EVENT_ID_LONGEST} printable characters", event_id)
    if posted.event == AGENTS_HERE:
        strangers = [agent for agent in posted.agents if agent not in settings.agents]
        expect(bool(posted.agents) and not strangers, "agents", "agents of this floor", strangers)
        return
    expect(not posted.agents, "agents", f"none but with {AGENTS_HERE}", list(posted.agents))
    kind = OUTSIDE_EVENTS[posted.event]
    check_disposition(expect, kind, posted, settings, now)
    if kind <= AGENT_SKIPPED or kind == AGENT_DISPOSED or posted.agent:
        expect(posted.agent in settings.agents, "agent", "an agent of this floor", posted.agent)
    if kind in (CAMPAIGN_STARTED, CAMPAIGN_STOPPED) or posted.campaign:
        known = [campaign.name for campaign in settings.campaigns]
        expect(posted.campaign in known, "campaign", f"one of {', '.join(known)}", posted.campaign)
    if CALL_RINGING <= kind <= CALL_ENDED or posted.call_id:
        digits = set(posted.call_id) <= set("0123456789abcdef") and len(posted.call_id) == CALL_ID_DIGITS
        expect(digits, "call_id", f"{CALL_ID_DIGITS} hexadecimal digits", posted.call_id)
    expect(0 <= posted.code <= CODE_MOST, "code", f"from 0 to {CODE_MOST}", posted.code)
    if posted.at is not None:
        expect(0.0 <= posted.at <= now + AHEAD_MOST_S, "at", "UTC seconds up to now", posted.at)


def check_disposition(
    expect: Callable[[bool, str, str, object], None],
    kind: int,
    posted: Posted,
    settings: FloorSettings,
    now: float,
) -> None:
    """Have a disposition be one of the floor's, with a time to come to call back, and nothing else have one.

    Whether it is one of the call's own campaign only the floor can tell.
    """
    if kind == AGENT_DISPOSED:
        known = sorted({each.name for campaign in settings.campaigns for each in campaign.dispositions})
        expect(posted.disposition in known, "disposition", f"one of {', '.join(known)}", posted.disposition)
        soonest = now if posted.call_back_at is None else posted.call_back_at
        expect(soonest >= now, "call_back_at", "a time to come, in UTC seconds", posted.call_back_at)
    else:
        alone = f"none but with {EVENT_NAMES[AGENT_DISPOSED]}"
        expect(not posted.disposition, "disposition", alone, posted.disposition)
        expect(posted.call_back_at is None, "call_back_at", alone, posted.call_back_at)


def told(line: bytes, now: float) -> tuple[Posted, str]:
    """What a carrier's line puts into the inbox, with the event's id. Raises ValueError."""
    news = decode_news(line)
    if not isinstance(news, Told):
        raise WireError("tell: expected event: which calls live is asked by the floor's worker")
    event = news.event
    check_event(event, now)
    if not is_event_id(event.event_id):
        raise WireError(f"event.event_id: expected 1 to {EVENT_ID_LONGEST} printable characters")
    if not 0 <= event.code <= CODE_MOST:
        raise WireError(f"event.code: expected from 0 to {CODE_MOST}, found {event.code}")
    return posted_of(event), event.event_id


def posted_of(event: CarrierEvent) -> Posted:
    """A carrier's event as an entry of the inbox. Raises ValueError for one that is not told this way."""
    return Posted(
        EVENT_NAMES[event.kind], event.agent_id, call_id=event.call_id, code=event.code, at=event.at
    )
