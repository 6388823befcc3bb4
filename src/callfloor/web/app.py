"""The service put together: the pool, the store, and what is asked over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from callfloor.failures import UsageError
from callfloor.live.inbox import InboxFullError
from callfloor.scenario import ScenarioError, builtin_names, builtin_summary, builtin_text
from callfloor.stores.errors import StoreError
from callfloor.stores.runs import RunStore
from callfloor.version import __version__
from callfloor.web import floors_api, run_simulation, runs_api
from callfloor.web.access import may
from callfloor.web.floors import FieldError, FloorUnknownError, LiveFloors
from callfloor.web.guard import Guard
from callfloor.web.logs import log
from callfloor.web.metrics import Metrics
from callfloor.web.models import ScenarioSummary, Trouble
from callfloor.web.pool import PoolFull
from callfloor.web.runs import HEARD_EVERY_S, Runs
from callfloor.web.settings import ServiceSettings

RETRY_AFTER_S = 5

ABOUT = """Simulations of call centres over HTTP: ask for a run, follow it, fetch its figures, its page and
its workbook; the scenario is that of the scenario file. And live floors: how they are, what happens there."""

scenarios = APIRouter(prefix="/api/v1/scenarios", tags=["scenarios"], dependencies=[Depends(may("read"))])
health = APIRouter(tags=["health"])


@dataclass(frozen=True, slots=True)
class Service:
    """What requests find of the service."""

    settings: ServiceSettings
    store: RunStore
    metrics: Metrics


TEND_EVERY_S = 60.0

COMMON: dict[int | str, dict[str, Any]] = {
    400: {"model": Trouble, "description": "The request cannot be read"},
    401: {"model": Trouble, "description": "A token is asked for"},
    403: {"model": Trouble, "description": "The token may not do that"},
    413: {"model": Trouble, "description": "The body is too large"},
    503: {"model": Trouble, "description": "The store does not answer; ask again after Retry-After seconds"},
}
"""What any request for runs may come to."""


class App(FastAPI):
    """Describes itself as it is: where everybody may ask, no token is asked for."""

    def openapi(self) -> dict[str, Any]:
        """Return the description."""
        described = super().openapi()
        if self.state.service.settings.is_open:
            described["components"].pop("securitySchemes", None)
            for operations in described["paths"].values():
                for operation in operations.values():
                    operation.pop("security", None)
        return described


def create_app(
    settings: ServiceSettings, store: RunStore, variables: Mapping[str, str], floors: LiveFloors
) -> FastAPI:
    """Return the service; its workers run while it is served. `variables` are those of consumers.

    `floors` are those of the same database. They and the store are closed when the service ends.
    """
    metrics = Metrics()
    runs = Runs(settings, store, metrics)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(runs.start)
        chores = [
            asyncio.create_task(_again_and_again(runs.tend, TEND_EVERY_S)),
            asyncio.create_task(_again_and_again(runs.beat, HEARD_EVERY_S)),
        ]
        try:
            yield
        finally:
            for chore in chores:
                chore.cancel()
            await asyncio.to_thread(runs.close)
            await asyncio.to_thread(floors.close)

    app = App(title="Callfloor", version=__version__, description=ABOUT, lifespan=lifespan, redoc_url=None)
    app.state.service = Service(settings, store, metrics)
    app.state.runs = runs
    app.state.floors = floors
    app.state.variables = dict(variables)
    for router in (run_simulation.router, runs_api.router, scenarios, floors_api.router):
        app.include_router(router, responses=COMMON)
    app.include_router(floors_api.carrier)
    app.include_router(health)
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)
    app.add_middleware(Guard, body_most=settings.body_most, metrics=metrics)
    return app


async def _again_and_again(do: Callable[[], None], every_s: float) -> None:
    while True:
        await asyncio.to_thread(do)
        await asyncio.sleep(every_s)


@scenarios.get("")
def listed() -> list[ScenarioSummary]:
    """Return the built-in scenarios."""
    return [ScenarioSummary(name=name, summary=builtin_summary(name)) for name in builtin_names()]


@scenarios.get(
    "/{name}",
    responses={404: {"model": Trouble}, 200: {"content": {"text/plain": {}}}},
    response_class=Response,
)
def one(name: str) -> Response:
    """Return a built-in scenario as a TOML file to start from."""
    try:
        return Response(builtin_text(name), media_type="text/plain; charset=utf-8")
    except UsageError as error:
        raise HTTPException(404, _sound(str(error))) from None


@health.get("/healthz")
def alive() -> dict[str, str]:
    """Whether the process lives."""
    return {"status": "ok"}


@health.get("/readyz", responses={503: {"description": "Not ready"}})
def ready(request: Request, response: Response) -> dict[str, Any]:
    """Whether runs can be taken on: the store answers and the workers are there."""
    runs: Runs = request.app.state.runs
    workers = runs.pool.alive
    try:
        runs.store.newest(1)
        store = "ok"
    except StoreError as error:
        store = str(error)
    if store != "ok" or workers < runs.settings.workers or runs.pool.closing:
        response.status_code = 503
    return {"store": store, "workers": workers, "waiting": runs.pool.waiting}


@health.get(
    "/metrics",
    responses={401: COMMON[401], 503: COMMON[503], 200: {"content": {"text/plain": {}}}},
    response_class=Response,
    dependencies=[Depends(may("read"))],
)
def metrics(request: Request) -> Response:
    """Return figures of the service for Prometheus."""
    runs: Runs = request.app.state.runs
    runs.metrics.waiting.set(runs.pool.waiting)
    runs.metrics.running.set(runs.pool.running)
    runs.metrics.workers.set(runs.pool.alive)
    return Response(runs.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


# What goes wrong.


def _sound(text: str) -> str:
    """The text with what UTF-8 cannot say replaced: half of a surrogate pair may come in as JSON."""
    return text.encode("utf-8", "replace").decode()


def _loc(place: Sequence[Any]) -> list[int | str]:
    """A place as JSON has it."""
    return [part if isinstance(part, int) else _sound(str(part)) for part in place]


def _trouble(status: int, place: tuple[Any, ...], text: str, **headers: str) -> JSONResponse:
    detail = [{"loc": _loc(place), "msg": _sound(text), "type": "value_error"}]
    return JSONResponse({"detail": detail}, status, headers=headers)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # Without the input: it may hold what JSON cannot say.
    detail = [
        {
            "loc": _loc(each["loc"]),
            "msg": _sound(str(each["msg"])),
            "type": each["type"],
        }
        for each in error.errors()
    ]
    return JSONResponse({"detail": detail}, 422)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    place: tuple[Any, ...] = ()
    if isinstance(error, ScenarioError) and error.key:
        place = (error.key,)
    elif isinstance(error, FieldError):
        place = error.place
    return _trouble(422, ("body", *place), str(error))


async def _full(request: Request, _: Exception) -> JSONResponse:
    settings = request.app.state.service.settings
    text = f"{settings.workers} runs are simulated and {settings.line} wait already; ask again later"
    return _trouble(429, (), text, **{"Retry-After": str(RETRY_AFTER_S)})


async def _inbox_full(_: Request, error: Exception) -> JSONResponse:
    return _trouble(429, (), str(error), **{"Retry-After": str(RETRY_AFTER_S)})


async def _no_such_floor(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": _sound(f"no floor {str(error)!r} that workers look after")}, 404)


async def _store_fails(_: Request, error: Exception) -> JSONResponse:
    log.error("store_fails", error=str(error))
    return _trouble(503, (), str(error), **{"Retry-After": str(RETRY_AFTER_S)})


HANDLERS: dict[type[Exception], Any] = {
    RequestValidationError: _invalid,
    UsageError: _refused,
    PoolFull: _full,
    InboxFullError: _inbox_full,
    FloorUnknownError: _no_such_floor,
    StoreError: _store_fails,
}
