"""Traces: what a span says of an event, and how spans belong together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, Decision, ParentBased, TraceIdRatioBased
from opentelemetry.trace import StatusCode

from callfloor.carriers.port import CarrierEvent
from callfloor.floor.vocabulary import (
    AGENT_GONE,
    CALL_ANSWERED,
    CALL_BRIDGED,
    CALL_ENDED,
    CALL_RINGING,
    HUMAN,
    TIMER_DUE,
)
from callfloor.live import traces
from callfloor.live.arrivals import Arrival
from callfloor.live.traces import CallIds, StepTraces, trace_id_of
from tests.unit.live.rig import Rig, ScriptedCarrier


class Traced:
    """A floor whose steps are traced."""

    def __init__(self, folder: Path, sampler: Any = None) -> None:
        self.rig = Rig(folder, agents=2, carrier=ScriptedCarrier())
        self.exporter = InMemorySpanExporter()
        ids = CallIds()
        provider = TracerProvider(id_generator=ids, sampler=sampler, shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.rig.engine.traces = StepTraces(provider.get_tracer("tests"), ids)

    def tell(self, kind: int, event_id: str, slot: int = 0, **more: Any) -> str:
        call_id = self.rig.engine.resident.call_ids[slot]
        told = {"call_id": call_id, "at": self.rig.now} | more
        self.rig.engine.step([CarrierEvent(kind, event_id=event_id, **told)], self.rig.now)
        return call_id

    def spans(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.exporter.get_finished_spans() if span.name == name]

    def one(self, name: str) -> ReadableSpan:
        [span] = self.spans(name)
        return span


@pytest.fixture
def traced(tmp_path: Path) -> Iterator[Traced]:
    made = Traced(tmp_path)
    yield made
    made.rig.close()


def told(span: ReadableSpan, name: str) -> Any:
    return (span.attributes or {})[f"callfloor.{name}"]


class TestSpans:
    def test_an_answer_tells_what_came_of_it(self, traced: Traced) -> None:
        traced.rig.begin()
        call_id = traced.tell(CALL_ANSWERED, "c/1", code=HUMAN)
        span = traced.one("call_answered")
        assert told(span, "floor") == traced.rig.engine.settings.name
        assert (told(span, "event_id"), told(span, "call_id")) == ("c/1", call_id)
        assert (told(span, "kind"), told(span, "code")) == ("call_answered", HUMAN)
        assert told(span, "seq") == traced.rig.engine.resident.seq
        assert commands(span)[0] == "bridge"
        assert told(span, "calls")[0] == call_id
        assert told(span, "commit_ms") > 0.0
        assert not span.events

    def test_its_parts_are_the_commit_and_the_sending_in_this_order(self, traced: Traced) -> None:
        traced.rig.begin()
        traced.exporter.clear()
        traced.tell(CALL_ANSWERED, "c/1", code=HUMAN)
        whole, commit, send = (traced.one(name) for name in ("call_answered", "commit", "send"))
        assert whole.context is not None
        for part in (commit, send):
            assert part.parent is not None
            assert part.parent.span_id == whole.context.span_id
        moments = [commit.start_time, commit.end_time, send.start_time, send.end_time]
        assert moments == sorted(moments, key=lambda at: at or 0)
        assert (commit.end_time, send.end_time) == (send.start_time, whole.end_time)

    def test_it_begins_when_the_carrier_says_that_it_happened(self, traced: Traced) -> None:
        traced.rig.begin()
        traced.tell(CALL_RINGING, "c/1", at=traced.rig.now - 1.5)
        traced.tell(CALL_ANSWERED, "c/2", at=traced.rig.now - 2 * traces.OLDEST_S, code=HUMAN)
        at_s = {span.name: (span.start_time or 0) / 1e9 for span in traced.exporter.get_finished_spans()}
        assert at_s["call_ringing"] == pytest.approx(traced.rig.now - 1.5, abs=1e-3)
        assert traced.rig.now - 1.0 < at_s["call_answered"] <= traced.rig.now

    def test_leads_that_were_asked_for_belong_to_what_made_the_floor_ask(self, traced: Traced) -> None:
        traced.rig.begin()
        names = {span.name for span in traced.exporter.get_finished_spans()}
        assert not names & {"lead_claimed", "leads_claimed"}
        placed = [span for span in traced.exporter.get_finished_spans() if "place_call" in commands(span)]
        assert placed
        assert set(told(placed[0], "calls")) <= set(traced.rig.engine.resident.call_ids)

    def test_abnormal_conditions_are_its_events(self, traced: Traced) -> None:
        traced.rig.begin()
        traced.tell(CALL_BRIDGED, "c/1")
        [event] = traced.one("call_bridged").events
        assert event.name == "abnormal_condition"
        assert event.attributes is not None
        assert event.attributes["abnormal"] == "call_bridged_unasked"
        assert event.attributes["shown_by"] == "call_bridged"
        assert traced.one("call_bridged").status.status_code == StatusCode.ERROR
        assert traced.one("call_bridged").status.description == "call_bridged_unasked"

    def test_a_call_that_the_floor_does_not_have_is_told_by_the_carriers_id(self, traced: Traced) -> None:
        traced.rig.begin()
        traced.tell(CALL_ENDED, "c/1", call_id="f" * 32)
        span = traced.one("call_ended")
        assert told(span, "call_id") == "f" * 32
        assert [event.attributes["abnormal"] for event in span.events if event.attributes] == ["call_unknown"]
        assert span.status.status_code == StatusCode.UNSET

    def test_no_span_has_a_phone_number(self, traced: Traced) -> None:
        traced.rig.begin()
        traced.tell(CALL_ANSWERED, "c/1", code=HUMAN)
        said = "".join(span.to_json() for span in traced.exporter.get_finished_spans())
        assert traced.rig.engine.resident.e164
        for e164 in traced.rig.engine.resident.e164.values():
            assert str(e164) not in said


class TestTraces:
    def test_all_that_concerns_a_call_is_one_trace(self, traced: Traced) -> None:
        traced.rig.begin()
        call_id = traced.tell(CALL_RINGING, "c/1")
        traced.tell(CALL_ANSWERED, "c/2", code=HUMAN)
        traced.rig.engine.step([Arrival(TIMER_DUE, call=0)], traced.rig.now)
        traced.tell(CALL_RINGING, "d/1", slot=1)
        ringing, other = traced.spans("call_ringing")
        spans = [ringing, traced.one("call_answered"), traced.one("timer_due")]
        assert {span.context.trace_id for span in spans if span.context} == {trace_id_of(call_id)}
        assert other.context is not None
        assert other.context.trace_id == trace_id_of(traced.rig.engine.resident.call_ids[1])
        assert all(span.parent is None for span in spans)

    def test_what_is_of_no_call_is_a_trace_of_its_own(self, traced: Traced) -> None:
        traced.rig.begin()
        for number in range(2):
            traced.tell(AGENT_GONE, f"a/{number}", call_id="", agent_id="agent-0")
        first, second = traced.spans("agent_gone")
        assert first.context is not None
        assert second.context is not None
        assert first.context.trace_id != second.context.trace_id
        assert told(first, "call_id") == ""

    def test_a_sampler_takes_whole_calls(self, tmp_path: Path) -> None:
        ids = [f"0123456789abcdef{number:016x}" for number in range(1000)]
        sampler = TraceIdRatioBased(0.2)
        taken = [sampler.should_sample(None, trace_id_of(id_), "x").decision for id_ in ids]
        assert 150 < taken.count(Decision.RECORD_AND_SAMPLE) < 250

    @pytest.mark.parametrize("sampler", [ALWAYS_OFF, ParentBased(ALWAYS_OFF)])
    def test_what_is_not_sampled_is_not_described(
        self, tmp_path: Path, sampler: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: Any) -> None:
            raise AssertionError

        monkeypatch.setattr(traces, "describe", fail)
        traced = Traced(tmp_path, sampler)
        traced.rig.begin()
        traced.tell(CALL_ANSWERED, "c/1", code=HUMAN)
        assert traced.exporter.get_finished_spans() == ()
        traced.rig.close()


def commands(span: ReadableSpan) -> list[str]:
    return list((span.attributes or {}).get("callfloor.commands", ()))  # type: ignore[arg-type]
