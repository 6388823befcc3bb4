"""The live step: load, handle, commit, send.

Each step takes what has arrived, asks the floor, writes everything in one transaction and only then speaks
to the carrier. Whoever commits on an old version of the floor loses and reloads, so that two processes can
never both act on one floor.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

from callfloor.carriers.port import Carrier, CarrierEvent
from callfloor.failures import UsageError
from callfloor.floor.vocabulary import (
    AGENT_DISPOSED,
    AGENT_GONE,
    CAMPAIGN_CHANGED,
    TIMER_DUE,
    UNKNOWN,
)
from callfloor.live.arrivals import (
    NOTHING,
    Arrival,
    Incoming,
    doubled,
    event_of,
    not_sent,
    outside_inbox,
    still_holds,
)
from callfloor.live.batch import CONFIGURED, Batch, Note
from callfloor.live.observer import Observer
from callfloor.live.recent_events import RecentEvents
from callfloor.live.resident import OF_AGENT, OF_CALL, OF_CAMPAIGN, Resident
from callfloor.live.rows import version_text
from callfloor.live.sending import send, send_unresolved
from callfloor.live.settings import FloorSettings, apply_settings, changed
from callfloor.live.supply import Supply
from callfloor.live.terms import refuse_without_law, terms_of
from callfloor.stores.errors import StaleVersionError
from callfloor.stores.port import JournalEntry, OutboxEntry, Store

if TYPE_CHECKING:
    from callfloor.live.traces import StepTraces

TRIES = 10
"""How often a step is tried anew while other processes commit to the same floor."""


class Engine:
    """One floor, run for real: its records in memory, its truth in the store, its calls with a carrier."""

    def __init__(
        self,
        store: Store,
        carrier: Carrier,
        settings: FloorSettings,
        runtime: Any,
        *,
        observers: Iterable[Observer] = (),
        supply: Supply | None = None,
    ) -> None:
        """Load the floor of the settings' name, or begin it.

        `runtime` is the floor's module, plain or compiled. `supply`, given a count, makes up that many
        numbers when a claim finds too few leads. Raises StoreError, RulesUnusableError for the rules of a
        campaign, and UsageError for one that this carrier must not dial.
        """
        refuse_without_law(settings, carrier)
        self.terms = [terms_of(campaign) for campaign in settings.campaigns]
        self.store = store
        self.carrier = carrier
        self.settings = settings
        self.runtime = runtime
        self.observers = list(observers)
        self.supply = supply
        self.floor_id = store.floor_id(settings.name)
        self.campaign_ids = [store.campaign_id(campaign.name) for campaign in settings.campaigns]
        self.recent = RecentEvents()
        self.followups: list[Incoming] = []
        self.duplicates = 0
        self.sent_up_to = 0
        self.clock: Callable[[], float] | None = None
        self.traces: StepTraces | None = None
        self.load()

    def load(self) -> None:
        """Take the floor from the store, forgetting what is in memory."""
        image = self.store.load(self.floor_id)
        held = [campaign for _, campaign, _ in image.campaigns]
        if self.campaign_ids[: len(held)] != held:
            raise UsageError(
                f"{self.settings.name}: the floor has campaigns that these settings lack or have in another "
                "order; name them first and as they were, new ones after them"
            )
        self.unresolved = image.outbox
        self.resident = Resident(self.runtime, image, self.store)
        self.recent.forget_before(self.resident.floor.now)
        for observer in self.observers:
            observer.loaded(self.resident.call_key)

    def configure(self, now: float, settings: FloorSettings | None = None) -> None:
        """Put the settings onto the floor and into its journal; `settings`, where given, replace the former.

        What is in hand goes on: lines ring, agents talk, leads that are shown stay shown. The next step dials
        as the new settings say, and leads held back are judged anew by them. Raises StoreError, and
        UsageError for settings of another floor.
        """
        if settings is not None:
            self.exchange(settings)
        for campaign in self.campaign_ids:
            self.store.release_held(campaign)
        for _ in range(TRIES):
            resident = self.resident
            try:
                with self.store.transaction(self.floor_id, resident.version) as transaction:
                    batch = self.new_batch(transaction)
                    floor = resident.floor
                    floor.now = max(floor.now, now)
                    settings = replace(self.settings, agents=self.name_agents())
                    apply_settings(self.runtime, floor, settings)
                    resident.seq += 1
                    entry = JournalEntry(
                        resident.seq,
                        floor.now,
                        CONFIGURED,
                        settings.text(),
                        version_text(self.runtime),
                        None,
                    )
                    batch.changes.journal.append(entry)
                    for agent in floor.agents:
                        batch.touch(agent, floor.changed_agents)
                    for record in floor.campaigns:
                        batch.touch(record, floor.changed_campaigns)
                    transaction.write(batch.close(self.sent_up_to))
            except StaleVersionError:
                self.load()
                continue
            except BaseException:
                self.resident.version = -1
                raise
            resident.version += 1
            return
        raise StaleVersionError(
            f"{self.settings.name}: other processes keep committing to this floor; stop them"
        )

    def exchange(self, settings: FloorSettings) -> None:
        """Take other settings for this floor; campaigns may be added at the end."""
        names = [campaign.name for campaign in settings.campaigns]
        held = [campaign.name for campaign in self.settings.campaigns]
        if settings.name != self.settings.name or names[: len(held)] != held:
            raise UsageError(
                f"{self.settings.name}: expected settings of this floor with its campaigns as they were, new "
                f"ones after them; found floor {settings.name} with {', '.join(names)}"
            )
        self.campaign_ids = [self.store.campaign_id(name) for name in names]
        refuse_without_law(settings, self.carrier)
        self.terms = [terms_of(campaign) for campaign in settings.campaigns]
        self.settings = settings
        # Any event makes the floor look at what it may dial now.
        self.followups.append(Arrival(TIMER_DUE, campaign=0))

    def name_agents(self) -> tuple[str, ...]:
        """Name the agents that the settings have added; return the names of all, nobody is taken away."""
        resident = self.resident
        for name in self.settings.agents:
            if name not in resident.agent_ids:
                resident.agent_ids[name] = len(resident.agent_names)
                resident.agent_names.append(name)
        return tuple(resident.agent_names)

    def new_batch(self, transaction: Any) -> Batch:
        """An empty batch for a transaction."""
        return Batch(self.resident, self.settings, self.campaign_ids, self.terms, transaction, self.supply)

    def change(self, campaign: str, now: float, **settings: Any) -> None:
        """Change settings of a running campaign, by their names in CampaignSettings, and dial as they say.

        The changes are events of the journal. They hold until the floor is configured again, as it is when a
        process starts. Raises StoreError, and UsageError for what cannot be meant; nothing changes then.
        """
        self.settings, changes = changed(self.settings, campaign, settings)
        place = self.place_of(campaign)
        arrivals = [
            Arrival(CAMPAIGN_CHANGED, campaign=place, code=setting, value=value) for setting, value in changes
        ]
        self.step(arrivals, now)

    def dispose(
        self, agent: str, disposition: str, now: float, *, attempt: int = 0, call_back_at: float = math.inf
    ) -> None:
        """An agent says what came of a call; see `disposal`. Raises StoreError and UsageError."""
        self.step([self.disposal(agent, disposition, attempt=attempt, call_back_at=call_back_at)], now)

    def disposal(
        self, agent: str, disposition: str, *, attempt: int = 0, call_back_at: float = math.inf
    ) -> Arrival:
        """What arrives when an agent says what came of the call in hand, or of their last one, by its name.

        `attempt`, where given, is the call that is meant: the desktop may be behind. Else it is the one at
        hand now, whichever is when the arrival's turn comes. `call_back_at` (UTC seconds) is when the person
        wants to be called back. Raises UsageError for an agent or a disposition that there is not.
        """
        index = self.resident.agent_of(agent)
        if index < 0:
            raise UsageError(f"agent: expected one of this floor, found {agent!r}")
        record = self.resident.floor.agents[index]
        in_hand = record.call is not None and attempt in (0, record.call.attempt)
        in_hand = in_hand and record.call.connected_at < math.inf
        campaign = self.settings.campaigns[record.call.campaign.id if in_hand else record.done_campaign]
        names = [each.name for each in campaign.dispositions]
        if disposition not in names:
            known = ", ".join(names)
            raise UsageError(f"disposition: expected one of {known}, found {disposition!r}")
        return Arrival(
            AGENT_DISPOSED,
            agent=agent,
            code=names.index(disposition),
            attempt=attempt or (record.call.attempt if in_hand else record.done_attempt) or UNKNOWN,
            due_at=call_back_at,
        )

    def place_of(self, campaign: str) -> int:
        """The floor's id of a campaign."""
        return next(i for i, wish in enumerate(self.settings.campaigns) if wish.name == campaign)

    def step(self, arrivals: Sequence[Incoming], now: float) -> None:
        """Take everything that has arrived in one transaction, then send what was decided.

        `now` is the UTC clock in seconds. Raises StoreError; nothing of the step has happened then, and
        the floor is loaded anew before the next.
        """
        self.step_with(lambda: arrivals, now)

    def step_with(self, arrivals_of: Callable[[], Sequence[Incoming]], now: float) -> None:
        """Step with arrivals that depend on the floor: asked for anew whenever it was reloaded."""
        arrivals: list[Incoming] = []
        for tries in range(TRIES):
            try:
                if self.resident.version < 0:
                    self.load()
                    self.take_over(now)
                arrivals = [*self.followups, *arrivals_of()]
                if tries:
                    arrivals = outside_inbox(arrivals)
                began = perf_counter()
                batch = self.commit(arrivals, now)
                took_s = perf_counter() - began
            except StaleVersionError:
                self.sent_up_to = 0
                self.resident.version = -1
                continue
            except BaseException:
                # The floor in memory is ahead of the store: what was not committed must not be acted on.
                self.followups = outside_inbox(arrivals or [*self.followups, *arrivals_of()])
                self.resident.version = -1
                raise
            self.followups = []
            # First, so that an observer that fails keeps nobody from being served.
            self.send(batch.changes.outbox, now)
            sent_at = now if self.clock is None else self.clock()
            if self.traces is not None:
                self.traces.stepped(self, arrivals, batch, took_s, perf_counter() - began - took_s)
            self.tell(batch.notes)
            self.tell_of_commit(arrivals, took_s, sent_at)
            return
        self.followups = outside_inbox(arrivals)
        raise StaleVersionError(
            f"{self.settings.name}: other processes keep committing to this floor; stop them"
        )

    def commit(self, arrivals: Sequence[Incoming], now: float) -> Batch:
        """Run one step's transaction; return what it changed."""
        resident = self.resident
        with self.store.transaction(self.floor_id, resident.version) as transaction:
            batch = self.new_batch(transaction)
            for arrival in arrivals:
                self.take(batch, arrival, now)
            transaction.write(batch.close(self.sent_up_to))
        resident.version += 1
        self.sent_up_to = 0
        self.recent.remember(batch.event_ids, resident.floor.now)
        resident.forget_numbers()
        return batch

    def take(self, batch: Batch, arrival: Incoming, now: float) -> None:
        """Hand one arrival to the floor, unless it has been seen before."""
        if isinstance(arrival, Arrival) and arrival.inbox:
            batch.changes.taken.append(arrival.inbox)
        if isinstance(arrival, Arrival) and arrival.kind == NOTHING:
            return
        if self.is_doubled(batch, arrival):
            self.duplicates += 1
            batch.notes.append(("abnormal", doubled(self.resident, arrival)))
        elif isinstance(arrival, CarrierEvent):
            event = self.runtime.Event(
                kind=arrival.kind,
                at=arrival.at,
                agent=self.resident.agent_of(arrival.agent_id) if arrival.kind == AGENT_GONE else UNKNOWN,
                call=self.resident.slot_of(arrival.call_id),
                code=arrival.code,
            )
            batch.take(event, arrival.event_id, now)
        elif still_holds(self.resident, arrival):
            batch.take(event_of(self.resident, arrival), arrival.event_id or None, now)

    def take_over(self, now: float) -> None:
        """Send what the store has as unsent: whoever committed it, this process or another, may be dead."""
        send_unresolved(self, now)

    def is_doubled(self, batch: Batch, arrival: Incoming) -> bool:
        """Whether this event was told before; the journal is asked only about old ones."""
        event_id = arrival.event_id
        if isinstance(arrival, Arrival) and not event_id:
            return False
        if event_id in self.recent.ids or event_id in batch.event_ids:
            return True
        if arrival.at <= self.recent.complete_from and self.store.seen(self.floor_id, event_id):
            return True
        batch.event_ids[event_id] = None
        return False

    def tell_of_commit(self, arrivals: Sequence[Incoming], took_s: float, sent_at: float) -> None:
        """Tell the observers how long a step took, and how late its events were dealt with."""
        if self.observers:
            lags_s = [max(0.0, sent_at - each.at) for each in arrivals if isinstance(each, CarrierEvent)]
            for observer in self.observers:
                observer.committed(len(arrivals), took_s, lags_s)

    def tell(self, notes: Iterable[Note]) -> None:
        """Tell the observers what has been committed."""
        for method, arguments in notes:
            for observer in self.observers:
                getattr(observer, method)(*arguments)

    def send(self, outbox: Sequence[OutboxEntry], now: float) -> None:
        """Speak to the carrier; the floor is told of dials that were not sent."""
        for entry in send(self, outbox, now):
            self.followups.append(not_sent(entry))

    def settle(self) -> None:
        """Strike off what has been sent, where no step will follow soon."""
        if self.sent_up_to:
            self.step([], self.resident.floor.now)

    def next_due(self) -> float:
        """When the floor wants to be asked again (UTC seconds): a timer, or at once for what is left over."""
        return -math.inf if self.followups else self.resident.next_due()

    def timers_due(self, now: float) -> list[Incoming]:
        """The timers that are due, as arrivals."""
        arrivals: list[Incoming] = []
        for whose, index in self.resident.pop_due(now):
            if whose == OF_CALL:
                arrivals.append(Arrival(TIMER_DUE, call=index))
            elif whose == OF_AGENT:
                arrivals.append(Arrival(TIMER_DUE, timer_of_agent=index))
            elif whose == OF_CAMPAIGN:
                arrivals.append(Arrival(TIMER_DUE, campaign=index))
        return arrivals
