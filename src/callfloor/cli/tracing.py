"""Traces of a worker, where OpenTelemetry's own environment variables ask for them."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from callfloor.failures import UsageError
from callfloor.version import __version__

if TYPE_CHECKING:
    from callfloor.live.traces import StepTraces

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
PROTOCOL = "http/protobuf"

SERVICE, UNNAMED = "service.name", "unknown_service"
"""What OpenTelemetry calls a service that the environment does not name."""

FLUSH_WITHIN_S = 2.0
"""At the end of the process; what cannot be sent by then is lost."""


def is_wanted(environment: Mapping[str, str]) -> bool:
    """Whether the environment asks for traces. Raises UsageError for what we cannot do."""
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporter = environment.get("OTEL_TRACES_EXPORTER", "").strip()
    if exporter not in ("", "none", "otlp"):
        raise UsageError(f"OTEL_TRACES_EXPORTER: expected otlp or none, found {exporter!r}")
    named = {name: environment[name] for name in ENDPOINTS if environment.get(name, "").strip()}
    if exporter == "none" or not (named or exporter):
        return False
    for name, url in named.items():
        if not url.strip().startswith(("http://", "https://")):
            raise UsageError(f"{name}: expected http://HOST:PORT or https://HOST:PORT, found {url!r}")
    for name in PROTOCOLS:
        if environment.get(name, PROTOCOL).strip() not in ("", PROTOCOL):
            raise UsageError(f"{name}: expected {PROTOCOL}, found {environment[name]!r}")
    return True


@contextlib.contextmanager
def tracing(
    environment: Mapping[str, str], worker: str, tell: Callable[..., None]
) -> Iterator[StepTraces | None]:
    """What makes traces until the end of the block; None where nobody asks for them. Raises UsageError.

    `tell` is told when they cannot be sent, as (event, floor, **figures). That holds nobody up.
    """
    if not is_wanted(environment):
        yield None
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        from callfloor.live.traces import CallIds, StepTraces
    except ModuleNotFoundError as error:
        raise UsageError(
            f"{ENDPOINTS[1]}: expected {error.name} to be installed: pip install 'callfloor[otel]'"
        ) from None
    complaints = Complaints(tell)
    log = logging.getLogger("opentelemetry")
    log.addHandler(complaints)
    log.addHandler(logging.NullHandler())
    log.propagate = False
    resource = Resource.create({"service.version": __version__, "service.instance.id": worker})
    if str(resource.attributes[SERVICE]).startswith(UNNAMED):
        resource = resource.merge(Resource({SERVICE: "callfloor-worker"}))
    ids = CallIds()
    provider = TracerProvider(resource=resource, id_generator=ids, shutdown_on_exit=False)
    exporter = OTLPSpanExporter()
    provider.add_span_processor(BatchSpanProcessor(exporter))
    try:
        yield StepTraces(provider.get_tracer("callfloor", __version__), ids)
    finally:
        # It tries for as long as it does otherwise, whatever it is told: the exporter's end cuts that short.
        flushing = threading.Thread(target=provider.force_flush, daemon=True)
        flushing.start()
        flushing.join(FLUSH_WITHIN_S)
        if flushing.is_alive():
            exporter.shutdown()  # type: ignore[no-untyped-call]
        # What it says of being ended is of no interest to anybody.
        log.removeHandler(complaints)
        provider.shutdown()


class Complaints(logging.Handler):
    """What OpenTelemetry logs, told as lines of the worker's own log."""

    def __init__(self, tell: Callable[..., None]) -> None:
        super().__init__(logging.WARNING)
        self.tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """See logging.Handler."""
        self.tell("traces_not_sent", "", reason=record.getMessage())
