"""A worker process of the service: it simulates one run after another, and writes their reports."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from callfloor.failures import EXPECTED
from callfloor.stores.runs import ReportKind

NICENESS = 10
"""Requests come before runs where there are more of both than cores."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker is to do: a scenario as JSON has it, and the reports that are wanted."""

    scenario: Mapping[str, Any]
    reports: Sequence[ReportKind]


@dataclass(frozen=True, slots=True)
class Told:
    """What a worker says: how much is done, from 0 to 1, or how it ended."""

    done: float = 0.0
    over: bool = False
    cancelled: bool = False
    error: str | None = None
    reports: Mapping[ReportKind, bytes] | None = None
    trace: str | None = None
    """Of an error that nobody expected."""


def work(pipe: Connection, stop: Any) -> None:
    """Do what comes through a pipe until it is closed. A run ends early where the flag `stop` is set."""
    # Who ends the service may signal all its processes: it tells its workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_end_with_service, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    _warm_up()
    while True:
        try:
            order = pipe.recv()
            pipe.send(_simulate(order, pipe, stop))
        except (EOFError, OSError):
            return


def _end_with_service() -> None:
    """End this process when the service is gone, however it went: nobody wants its run any more."""
    service = multiprocessing.parent_process()
    if service is not None:
        service.join()
        os._exit(1)


def _warm_up() -> None:
    """Import what every run needs, so that the first one is as quick as the others."""
    from callfloor.sim.runner import fastest

    fastest()


def _simulate(order: Order, pipe: Connection, stop: Any) -> Told:
    from callfloor.scenario import Scenario
    from callfloor.sim.runner import simulate

    def tell(done: float) -> None:
        if stop.value:
            raise KeyboardInterrupt
        try:
            pipe.send(Told(done=done))
        except OSError:
            raise SystemExit from None  # the service is gone

    try:
        scenario = Scenario.from_dict(order.scenario)
        result = simulate(scenario, workers=1, progress=tell)
        if result.interrupted:
            return Told(over=True, cancelled=True)
        return Told(over=True, reports=_reports(result, scenario, order.reports, tell))
    except KeyboardInterrupt:
        return Told(over=True, cancelled=True)
    except EXPECTED as error:
        return Told(over=True, error=str(error))
    except MemoryError:
        return Told(over=True, error="the run does not fit in memory")
    except Exception as error:
        told = f"the run failed: {type(error).__name__}: {error}"
        return Told(over=True, error=told, trace=traceback.format_exc())


def _reports(
    result: Any, scenario: Any, kinds: Sequence[ReportKind], tell: Callable[[float], None]
) -> dict[ReportKind, bytes]:
    found: dict[ReportKind, bytes] = {}
    if "json" in kinds:
        found["json"] = json.dumps(result.to_dict(), allow_nan=False).encode()
    tell(1.0)
    if "html" in kinds:
        from callfloor.reports.page import page_text

        found["html"] = page_text(result, scenario).encode()
    tell(1.0)
    if "xlsx" in kinds:
        from callfloor.reports.workbook import write_workbook

        file = io.BytesIO()
        write_workbook(result, scenario, file, progress=lambda _: tell(1.0))
        found["xlsx"] = file.getvalue()
    return found
