"""`POST /api/v1/run_simulation`: the one request that the simulation before this one knew."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from callfloor.web.access import may
from callfloor.web.models import Message, Trouble
from callfloor.web.runs import Runs, consumers_scenario
from callfloor.web.runs_api import FULL

FINISHED = "simulation finished running"
LIMITS = {"noOfCustomers": (1000, 5_000_000), "noOfAgents": (20, 100_000)}
"""By field: what holds where it is not given, and the most."""

_PROPERTIES = {
    name: {
        "type": ["integer", "string", "null"],
        "minimum": 1,
        "maximum": most,
        "pattern": r"^(\s*\+?0*[1-9][0-9]{0,6}\s*)?$",
        "default": default,
    }
    for name, (default, most) in LIMITS.items()
}
_SCHEMA = {"type": "object", "properties": _PROPERTIES}
_WHOLE = re.compile(r"[+-]?[0-9]+")
_FORMS = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")

router = APIRouter(prefix="/api/v1", tags=["run_simulation"])


@router.post(
    "/run_simulation",
    response_model=Message,
    responses=FULL
    | {
        422: {"model": Trouble, "description": "A value cannot be used"},
        500: {"model": Message, "description": "The run failed"},
    },
    openapi_extra={
        "requestBody": {
            "required": False,
            "content": {form: {"schema": _SCHEMA, "example": {"noOfAgents": 20}} for form in _FORMS},
        }
    },
    dependencies=[Depends(may("run"))],
)
async def run_simulation(request: Request) -> JSONResponse:
    """Simulate consumers who call agents, and answer when it is done; `Location` is the workbook."""
    given = await _fields(request)
    counts = [_count(name, given.get(name)) for name in LIMITS]
    runs: Runs = request.app.state.runs
    scenario = consumers_scenario(counts[0], counts[1], request.app.state.variables)
    job = await asyncio.to_thread(runs.ask, scenario)
    told = await asyncio.wrap_future(job.ended)
    if told.reports is None:
        return JSONResponse({"message": told.error or "the simulation was cancelled"}, 500)
    return JSONResponse({"message": FINISHED}, headers={"Location": f"/api/v1/reports/{job.id}.xlsx"})


async def _fields(request: Request) -> dict[str, Any]:
    """The fields of a form or of a JSON object; none where there is no body."""
    if not await request.body():
        return {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in _FORMS[1:]:
        try:
            async with request.form(max_files=0, max_fields=20) as form:
                return {name: value for name, value in form.items() if isinstance(value, str)}
        except HTTPException:
            raise _wrong([], "expected a form with at most 20 fields and no files") from None
    try:
        given = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise _wrong([], "expected a form, or a JSON object") from None
    if not isinstance(given, dict):
        raise _wrong([], "expected a JSON object")
    return given


def _count(name: str, given: Any) -> int:
    """A whole number from 1, as form fields and JSON have it. Raises RequestValidationError."""
    default, most = LIMITS[name]
    if given is None or given == "":
        return default
    number: int | None = None
    if isinstance(given, str) and len(given) < 20:
        number = int(given) if _WHOLE.fullmatch(given.strip()) else None
    elif isinstance(given, int) and not isinstance(given, bool):
        number = given
    elif isinstance(given, float) and given.is_integer():
        number = int(given)
    if number is None or not 1 <= number <= most:
        raise _wrong([name], f"expected a whole number from 1 to {most}")
    return number


def _wrong(place: list[str], text: str) -> RequestValidationError:
    return RequestValidationError([{"loc": ("body", *place), "msg": text, "type": "value_error"}])
