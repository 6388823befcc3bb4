"""OpenTelemetry traces: from what a floor is told to the commands that came of it.

All that concerns one call is one trace, whichever process had the floor at the time, since the trace's id is
a digest of the call's. No span has a phone number.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from opentelemetry.context import Context
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, set_span_in_context

from callfloor.abnormal import condition
from callfloor.carriers.port import CarrierEvent
from callfloor.floor.vocabulary import (
    BRIDGE,
    COMMAND_NAMES,
    EVENT_NAMES,
    HANG_UP,
    LEAD_CLAIMED,
    LEADS_CLAIMED,
    PLACE_CALL,
    PLAY,
    REPORT,
)
from callfloor.live.arrivals import Incoming
from callfloor.live.logs import abnormal_fields
from callfloor.live.rows import COMMAND_FIELDS, EVENT, decode
from callfloor.stores.port import JournalEntry

if TYPE_CHECKING:
    from callfloor.live.batch import Batch
    from callfloor.live.step import Engine

CARRIERS = (PLACE_CALL, BRIDGE, HANG_UP, PLAY)
"""Commands that are sent to the carrier."""

OLDEST_S = 60.0
"""A carrier's time stamp that is older says more of its clock than of our haste."""

AT, CALL, CODE = (EVENT.numbers.index(name) for name in ("at", "call", "code"))
DO, CALL_OF, CODE_OF, EVENT_OF, FOUND = (
    COMMAND_FIELDS.index(name) for name in ("do", "call", "code", "event", "found")
)


class CallIds(IdGenerator):
    """Ids of traces that are given beforehand, and of spans by chance."""

    def __init__(self) -> None:
        self.chance = RandomIdGenerator()
        self.trace_id: int | None = None

    def generate_trace_id(self) -> int:
        """See IdGenerator."""
        return self.chance.generate_trace_id() if self.trace_id is None else self.trace_id

    def generate_span_id(self) -> int:
        """See IdGenerator."""
        return self.chance.generate_span_id()


def trace_id_of(call_id: str) -> int:
    """The trace of a call. Its bits are as good as random, which samplers count on."""
    return int.from_bytes(hashlib.blake2b(call_id.encode(), digest_size=16).digest(), "big")


class Told(NamedTuple):
    """Something that a floor was told, with all that it decided before it was told the next thing."""

    entry: JournalEntry
    commands: list[list[Any]]


class Times(NamedTuple):
    """When a step began, was committed and was sent, in UTC seconds by the floor's clock."""

    began: float
    committed: float
    sent: float


class StepTraces:
    """Makes spans of the steps of a process's floors."""

    def __init__(self, tracer: Tracer, ids: CallIds) -> None:
        """`ids` are those of the tracer's provider."""
        self.tracer = tracer
        self.ids = ids

    def stepped(
        self, engine: Engine, arrivals: Sequence[Incoming], batch: Batch, commit_s: float, send_s: float
    ) -> None:
        """A step was committed in `commit_s`, and its commands were sent in `send_s` after that."""
        sent = engine.resident.floor.now if engine.clock is None else engine.clock()
        times = Times(sent - send_s - commit_s, sent - send_s, sent)
        carriers = {each.event_id: each for each in arrivals if isinstance(each, CarrierEvent)}
        told = list(all_told(batch.changes.journal))
        for each in told:
            event = decode(each.entry.event)
            carrier = carriers.get(each.entry.event_id or "")
            call_id = call_of(engine, event[CALL]) if carrier is None else carrier.call_id
            self.trace(engine, each, event, call_id, times, len(told))

    def trace(
        self, engine: Engine, told: Told, event: list[Any], call_id: str, times: Times, events: int
    ) -> None:
        """Make the span of one event, with its commit and its sending."""
        entry = told.entry
        kind = EVENT_NAMES.get(entry.kind, str(entry.kind))
        at = event[AT] if event[AT] is not None else -math.inf
        self.ids.trace_id = trace_id_of(call_id) if call_id else None
        span = self.tracer.start_span(
            kind,
            Context(),
            SpanKind.CONSUMER,
            {
                "callfloor.floor": engine.settings.name,
                "callfloor.kind": kind,
                "callfloor.call_id": call_id,
                "callfloor.event_id": entry.event_id or "",
                "callfloor.seq": entry.seq,
            },
            start_time=nanoseconds(at if times.sent - OLDEST_S < at < times.sent else times.began),
        )
        if span.is_recording():
            spoken = [command for command in told.commands if command[DO] in CARRIERS]
            self.part(span, "commit", times.began, times.committed, {"callfloor.events": events})
            if spoken:
                self.part(span, "send", times.committed, times.sent, {"callfloor.sent": len(spoken)})
            describe(span, engine, told, spoken, times)
            span.set_attribute("callfloor.code", event[CODE])
        span.end(nanoseconds(times.sent))

    def part(self, span: Span, name: str, begin: float, end: float, attributes: dict[str, int]) -> None:
        """A part of an event's span."""
        within = set_span_in_context(span, Context())
        part = self.tracer.start_span(
            name, within, attributes=dict(attributes), start_time=nanoseconds(begin)
        )
        part.end(nanoseconds(end))


def describe(span: Span, engine: Engine, told: Told, spoken: list[list[Any]], times: Times) -> None:
    """Say which commands came of an event, and which abnormal conditions it met."""
    span.set_attribute("callfloor.commands", [COMMAND_NAMES[command[DO]] for command in spoken])
    span.set_attribute("callfloor.calls", [call_of(engine, command[CALL_OF]) for command in spoken])
    span.set_attribute("callfloor.commit_ms", round((times.committed - times.began) * 1000.0, 3))
    for command in told.commands:
        if command[DO] == REPORT:
            met = condition(command[CODE_OF])
            fields = abnormal_fields(met.code, command[EVENT_OF], command[FOUND])
            span.add_event("abnormal_condition", fields, nanoseconds(times.committed))
            if met.severity == "error":
                span.set_status(StatusCode.ERROR, met.name)


def all_told(journal: Sequence[JournalEntry]) -> Iterator[Told]:
    """What a floor was told in a step. Leads that it had asked for belong to what made it ask."""
    told: Told | None = None
    for entry in journal:
        commands = decode(entry.commands)
        if told is not None and entry.kind in (LEAD_CLAIMED, LEADS_CLAIMED):
            told.commands.extend(commands)
            continue
        if told is not None:
            yield told
        told = Told(entry, commands)
    if told is not None:
        yield told


def call_of(engine: Engine, slot: int) -> str:
    """The id of the call in a slot, "" for none."""
    ids = engine.resident.call_ids
    return ids[slot] if 0 <= slot < len(ids) else ""


def nanoseconds(at: float) -> int:
    """A point in time as OpenTelemetry has it."""
    return int(at * 1e9)
