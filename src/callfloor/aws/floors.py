"""Floors kept in memory between invocations, loaded anew only when somebody else has committed to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from callfloor.aws.carrier import FRESH_MOST_S, QueueCarrier
from callfloor.aws.telemetry import FloorTelemetry, Telemetry
from callfloor.failures import UsageError
from callfloor.live.arrivals import Incoming
from callfloor.live.registers import RegisterWatch
from callfloor.live.settings import FloorSettings
from callfloor.live.step import Engine
from callfloor.stores.sql.store import SqlStore

FLOORS_KEPT = 32

FOLLOWUPS_MOST = 100
"""Steps that one event may lead to by what the sender refuses, before that is taken for a fault."""


class FloorUnknownError(UsageError):
    """There is no such floor, or it was never configured."""


class HeldFloor:
    """One floor in this process."""

    def __init__(
        self, engine: Engine, carrier: QueueCarrier, settings_seq: int, told: FloorTelemetry
    ) -> None:
        """`settings_seq` is where in the journal the settings are that the engine has."""
        self.engine = engine
        self.carrier = carrier
        self.settings_seq = settings_seq
        self.told = told
        self.registers = RegisterWatch(engine)

    def step(self, arrivals: list[Incoming], now: float) -> None:
        """Take arrivals, each in a commit of its own, and send what each has decided.

        Raises StoreError and QueueError; the floor must be let go of then.
        """
        for arrival in arrivals:
            self.engine.step([arrival], now)
            self.carrier.flush()
        for _ in range(FOLLOWUPS_MOST):
            if not self.engine.followups:
                return
            self.engine.step([], now)
            self.carrier.flush()
        raise RuntimeError(f"{self.engine.settings.name}: what was not sent is told without an end")

    def catch_up(self, now: float) -> None:
        """Load the floor and send what nobody is known to have sent. Raises StoreError and QueueError."""
        self.engine.load()
        self.engine.take_over(now)
        self.carrier.flush()
        self.step([], now)

    def settle(self) -> None:
        """Strike off what was sent, so that the next process does not send it again."""
        self.engine.settle()


class Floors:
    """The floors of one database in this process."""

    def __init__(
        self,
        store: SqlStore,
        runtime: Any,
        telemetry: Telemetry,
        carrier_of: Callable[[str], QueueCarrier],
        clock: Callable[[], float],
    ) -> None:
        """`runtime` is the floor's module, `carrier_of` gives a floor's carrier by its name."""
        self.clock = clock
        self.store = store
        self.runtime = runtime
        self.telemetry = telemetry
        self.carrier_of = carrier_of
        self.held: dict[str, HeldFloor] = {}

    def get(self, name: str, now: float) -> HeldFloor:
        """The floor as it was last committed. Raises UsageError, StoreError and QueueError."""
        held = self.held.pop(name, None)
        if held is not None:
            engine = held.engine
            if self.store.version(engine.floor_id) != engine.resident.version:
                latest = self.store.latest_settings(engine.floor_id)
                if latest is not None and latest[0] == held.settings_seq:
                    self.telemetry.count(name, "floor_reloads")
                    held.catch_up(now)
                else:
                    held = None
        if held is None:
            held = self.open(name, now)
        # At the end again: the first of the dictionary is the one used longest ago.
        self.held[name] = held
        while len(self.held) > FLOORS_KEPT:
            del self.held[next(iter(self.held))]
        return held

    def kept(self, name: str, now: float) -> HeldFloor:
        """The floor as this process has it, from the store where it was let go of. Raises as ``get``."""
        return self.held.get(name) or self.get(name, now)

    def open(self, name: str, now: float) -> HeldFloor:
        """A floor that this process does not have, from the store."""
        floor = self.store.find_floor(name)
        latest = None if floor is None else self.store.latest_settings(floor)
        if latest is None:
            raise FloorUnknownError(
                f"floor: expected one that is configured, found {name!r}; configure it first, see the guide "
                "On AWS Lambda"
            )
        seq, text = latest
        held = self.build(FloorSettings.of_text(text), seq)
        held.engine.take_over(now)
        held.carrier.flush()
        held.step(held.registers.begin(now), now)
        self.telemetry.count(name, "floor_loads")
        return held

    def build(self, settings: FloorSettings, seq: int = 0) -> HeldFloor:
        """An engine with its carrier and those who watch it. Raises UsageError and StoreError."""
        refuse_slow_dials(settings)
        carrier = self.carrier_of(settings.name)
        told = FloorTelemetry(self.telemetry, settings.name)
        engine = Engine(self.store, carrier, settings, self.runtime, observers=[told])
        engine.clock = self.clock
        return HeldFloor(engine, carrier, seq, told)

    def configure(self, settings: FloorSettings, now: float) -> HeldFloor:
        """Put settings onto a floor, which is made if it is new. Raises UsageError and StoreError."""
        self.let_go(settings.name)
        built = self.build(settings)
        built.engine.configure(now)
        return self.get(settings.name, now)

    def let_go(self, name: str) -> None:
        """Forget a floor: what is in memory may be ahead of the store."""
        self.held.pop(name, None)


def refuse_slow_dials(settings: FloorSettings) -> None:
    """Raise UsageError for a campaign whose dials stay fresh for longer than the queue knows them."""
    for campaign in settings.campaigns:
        if campaign.place_within_s > FRESH_MOST_S:
            raise UsageError(
                f"campaign {campaign.name}: place_within_s: expected at most {FRESH_MOST_S:.0f} on "
                f"AWS Lambda, found {campaign.place_within_s:g}"
            )
