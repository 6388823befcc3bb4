"""Runs over HTTP: ask for one, follow it, cancel it, fetch what it came to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from callfloor.stores.errors import StoreError
from callfloor.stores.runs import OVER, ReportKind, RunRow
from callfloor.web.access import may
from callfloor.web.models import Run, RunRequest, Trouble, run_of
from callfloor.web.runs import MOST_LISTED, Runs, scenario_of

LOOK_S = 0.2
"""How often the progress of a run is looked at."""

KEEP_ALIVE_S = 15.0
"""Proxies close streams of which they hear nothing for long."""

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Id = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", examples=["3f2b8c1d9e4a47b0a6d5c4e3f2a1b0c9"])]

UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"model": Trouble, "description": "No such run"}}
FULL: dict[int | str, dict[str, Any]] = {
    429: {"model": Trouble, "description": "Too many runs wait; ask again after Retry-After seconds"}
}

router = APIRouter(prefix="/api/v1", tags=["runs"])


def runs_of(request: Request) -> Runs:
    """Return the service's runs."""
    runs: Runs = request.app.state.runs
    return runs


Service = Annotated[Runs, Depends(runs_of)]


def found(runs: Runs, run: str) -> RunRow:
    """Return a run. Raises HTTPException 404."""
    row = runs.store.get(run)
    if row is None:
        raise HTTPException(404, f"no run {run}; it may have expired")
    return row


def as_model(runs: Runs, row: RunRow) -> Run:
    """Return a run as HTTP has it."""
    return run_of(row, runs.done(row))


@router.post("/runs", status_code=202, responses=FULL, dependencies=[Depends(may("run"))])
def ask(asked: RunRequest, runs: Service, request: Request, response: Response) -> Run:
    """Have a scenario simulated. The answer comes at once; follow the run by its links."""
    numbers = {"replications": asked.replications, "seed": asked.seed}
    scenario = scenario_of(asked.scenario, asked.set, numbers, request.app.state.variables)
    job = runs.ask(scenario)
    response.headers["Location"] = f"/api/v1/runs/{job.id}"
    return as_model(runs, found(runs, job.id))


@router.get("/runs", dependencies=[Depends(may("read"))])
def listed(runs: Service, count: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 50) -> list[Run]:
    """Return the newest runs, the newest first."""
    return [as_model(runs, row) for row in runs.store.newest(count)]


@router.get("/runs/{run}", responses=UNKNOWN, dependencies=[Depends(may("read"))])
def one(run: Id, runs: Service) -> Run:
    """Return a run, as far as it is."""
    return as_model(runs, found(runs, run))


@router.get(
    "/runs/{run}/scenario",
    responses=UNKNOWN | {200: {"content": {"application/json": {}}, "description": "As its file has it"}},
    response_class=Response,
    dependencies=[Depends(may("read"))],
)
def scenario(run: Id, runs: Service) -> Response:
    """Return the scenario that is run, with every key that has a value: it asks for the same run again."""
    return Response(runs.store.scenario(found(runs, run).id), media_type="application/json")


@router.delete("/runs/{run}", status_code=202, responses=UNKNOWN, dependencies=[Depends(may("run"))])
def cancel(run: Id, runs: Service) -> Run:
    """Have a run end. One that is over stays as it is."""
    found(runs, run)
    runs.cancel(run)
    return as_model(runs, found(runs, run))


@router.get(
    "/runs/{run}/events",
    responses=UNKNOWN | {200: {"content": {"text/event-stream": {}}, "description": "Server-sent events"}},
    response_class=StreamingResponse,
    dependencies=[Depends(may("read"))],
)
async def events(run: Id, runs: Service) -> StreamingResponse:
    """Follow a run by server-sent events: `progress` with the run as JSON, at last `end`."""
    await asyncio.to_thread(found, runs, run)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_told(runs, run), media_type="text/event-stream", headers=headers)


async def _told(runs: Runs, run: str) -> AsyncIterator[str]:
    """The run whenever there is news of it, until it is over."""
    last, quiet_s, done = "", 0.0, 0.0
    while True:
        try:
            row = await asyncio.to_thread(runs.store.get, run)
        except StoreError:  # it may answer the next time
            await asyncio.sleep(LOOK_S)
            continue
        if row is None:
            return
        told, over = as_model(runs, row), row.state in OVER
        # One that ends just now is no longer in the pool, and does not go back for that.
        told.done = done = told.done if over else max(told.done, done)
        text = told.model_dump_json()
        if text != last or over:
            yield f"event: {'end' if over else 'progress'}\ndata: {text}\n\n"
            last, quiet_s = text, 0.0
        elif quiet_s >= KEEP_ALIVE_S:
            yield ": still here\n\n"
            quiet_s = 0.0
        if over:
            return
        await asyncio.sleep(LOOK_S)
        quiet_s += LOOK_S


def report(runs: Runs, run: str, kind: ReportKind) -> bytes:
    """Return a report of a run that is done. Raises HTTPException: 404, or 409 where it has none."""
    row = found(runs, run)
    content = runs.store.report(run, kind)
    if content is None:
        reason = f": {row.error}" if row.error else ""
        raise HTTPException(409, f"run {run} is {row.state} and has no such report{reason}")
    return content


NO_REPORT = UNKNOWN | {409: {"model": Trouble, "description": "The run has no such report"}}


@router.get(
    "/runs/{run}/result",
    responses=NO_REPORT | {200: {"content": {"application/json": {}}, "description": "As `--json` has it"}},
    response_class=Response,
    dependencies=[Depends(may("read"))],
)
def result(run: Id, runs: Service) -> Response:
    """Return the figures of a run that is done, as `callfloor simulate --json` has them."""
    return Response(report(runs, run, "json"), media_type="application/json")


@router.get(
    "/runs/{run}/page",
    responses=NO_REPORT | {200: {"content": {"text/html": {}}, "description": "The page"}},
    response_class=Response,
    dependencies=[Depends(may("read"))],
)
def page(run: Id, runs: Service) -> Response:
    """Return the page of a run that is done, with plots; it needs no network."""
    return Response(report(runs, run, "html"), media_type="text/html; charset=utf-8")


@router.get(
    "/reports/{run}.xlsx",
    responses=NO_REPORT | {200: {"content": {WORKBOOK: {}}, "description": "The workbook"}},
    response_class=Response,
    dependencies=[Depends(may("read"))],
)
def workbook(run: Id, runs: Service) -> Response:
    """Return the workbook of a run that is done."""
    headers = {"Content-Disposition": f'attachment; filename="{run}.xlsx"'}
    return Response(report(runs, run, "xlsx"), media_type=WORKBOOK, headers=headers)
