"""Live floors over HTTP: how they are, what desks and supervisors tell, what the carrier tells."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from callfloor.carriers.webhook import (
    REQUEST_LONGEST,
    SIGNATURE,
    TIMESTAMP,
    NotSignedError,
    check_signature,
)
from callfloor.carriers.wire import WireError
from callfloor.live.inbox import AGENTS_HERE, EVENT_ID_LONGEST, OUTSIDE_EVENTS, Posted
from callfloor.web.access import may
from callfloor.web.floors import CODE_MOST, FieldError, FloorRow, FloorUnknownError, LiveFloors
from callfloor.web.logs import log
from callfloor.web.models import Trouble

EVENTS_MOST = 100
"""Events of one request."""

Name = Annotated[str, Path(examples=["north"])]

UNKNOWN: dict[int | str, dict[str, Any]] = {
    404: {"model": Trouble, "description": "Workers look after no such floor"}
}
FULL: dict[int | str, dict[str, Any]] = {
    429: {
        "model": Trouble,
        "description": "Too much waits for the floor; ask again after Retry-After seconds",
    }
}

router = APIRouter(prefix="/api/v1/floors", tags=["floors"])
carrier = APIRouter(prefix="/api/v1/floors", tags=["floors"])
"""Where no token is asked for: what is told is signed."""


class Floor(BaseModel):
    """A floor that workers look after."""

    name: str = Field(examples=["north"])
    worker: str | None = Field(description="Which process looks after it; null: nobody does")
    lease_left_s: float = Field(description="How long it does so at least, without another sign of life")
    waiting: int = Field(description="Entries of its inbox that wait")
    refused: int = Field(description="Entries that were set aside: see `callfloor floors refused`")


class Campaign(BaseModel):
    """A campaign of a floor, its calls counted since it was made."""

    name: str
    running: bool = Field(description="Whether it dials")
    live: int = Field(description="Calls that are not over")
    attempts: int
    connected: int
    abandoned: int


class FloorDetail(Floor):
    """A floor as it was last committed."""

    version: int = Field(description="Counts its commits")
    agents: dict[str, int] = Field(description="How many are in each state")
    campaigns: list[Campaign]


class FloorEvent(BaseModel):
    """Something that has happened at a desk, or that a supervisor wants."""

    model_config = ConfigDict(extra="forbid")

    event: str = Field(
        json_schema_extra={"enum": [*OUTSIDE_EVENTS, AGENTS_HERE]}, examples=["agent_logged_in"]
    )
    event_id: str = Field(
        min_length=1,
        max_length=EVENT_ID_LONGEST,
        description="The same whenever it is sent again: the floor takes it once. Begin it with who sends",
        examples=["desk-7/1"],
    )
    agent: str = Field(default="", description="An agent of the floor", examples=["north-01"])
    campaign: str = Field(default="", description="A campaign of the floor")
    call_id: str = Field(default="", description="A call of the floor: 32 hexadecimal digits")
    code: int = Field(default=0, ge=0, le=CODE_MOST, description="As of the journal: a reason, an outcome")
    at: float | None = Field(default=None, description="When it happened, in UTC seconds")
    agents: list[str] = Field(default=[], description=f"Of {AGENTS_HERE}: those whose desks are there")

    disposition: str = Field(
        default="", description="Of agent_disposed: what came of the call in hand, or of the last one"
    )
    call_back_at: float | None = Field(
        default=None, description="Of agent_disposed: when the person wants to be called back, in UTC seconds"
    )

    def posted(self) -> Posted:
        """It as an entry of the inbox. Raises ValueError."""
        told = self.model_dump(exclude={"event_id", "agents"})
        return Posted(**told, agents=tuple(self.agents))


class FloorEvents(BaseModel):
    """Events of a floor in their order."""

    model_config = ConfigDict(extra="forbid")

    events: list[FloorEvent] = Field(min_length=1, max_length=EVENTS_MOST)


class Taken(BaseModel):
    """What was put into a floor's inbox."""

    taken: int = Field(description="Events that are safe; the floor's worker takes them within a second")
    known: int = Field(description="Of them those that wait there already, by their ids")


def floors_of(request: Request) -> LiveFloors:
    """Return the service's floors."""
    floors: LiveFloors = request.app.state.floors
    return floors


Floors = Annotated[LiveFloors, Depends(floors_of)]


@router.get("", dependencies=[Depends(may("read"))])
def listed(floors: Floors) -> list[Floor]:
    """Return the floors that workers look after."""
    return [model_of(row) for row in floors.rows()]


@router.get("/{floor}", responses=UNKNOWN, dependencies=[Depends(may("read"))])
def one(floor: Name, floors: Floors) -> FloorDetail:
    """Return a floor as it was last committed."""
    row, state = floors.row(floor), floors.state(floor)
    return FloorDetail(
        **model_of(row).model_dump(),
        version=state.version,
        agents=state.agents,
        campaigns=[Campaign(**campaign._asdict()) for campaign in state.campaigns],
    )


@router.post(
    "/{floor}/events", status_code=202, responses=UNKNOWN | FULL, dependencies=[Depends(may("floor"))]
)
def tell(floor: Name, asked: FloorEvents, floors: Floors) -> Taken:
    """Tell a floor what happens at its desks, and have campaigns dial or stop. All is taken or nothing."""
    events = []
    for place, event in enumerate(asked.events):
        try:
            events.append((event.posted(), event.event_id))
        except ValueError as error:
            raise FieldError(("events", place, "event"), str(error)) from None
    new = floors.post(floor, events)
    log.info("events_put_down", floor=floor, taken=len(events), new=new)
    return Taken(taken=len(events), known=len(events) - new)


def model_of(row: FloorRow) -> Floor:
    """A floor as HTTP has it."""
    return Floor(**{**row._asdict(), "lease_left_s": round(row.lease_left_s, 3)})


async def body_of(request: Request) -> bytes:
    """The request's body. Raises HTTPException 413."""
    body = await request.body()
    if len(body) > REQUEST_LONGEST:
        raise HTTPException(413, f"expected a body of at most {REQUEST_LONGEST:,} bytes, found {len(body):,}")
    return body


LINES = {
    "requestBody": {
        "required": True,
        "content": {
            "text/plain": {
                "schema": {"type": "string"},
                "example": '{"tell": "event", "event": {"kind": 11, "call_id": "…", "event_id": "…", '
                '"at": 1790000000.0, "code": 1}}',
            }
        },
    }
}

CARRIER: dict[int | str, dict[str, Any]] = {
    400: {"model": Trouble, "description": "A line is no event; nothing was taken"},
    401: {"model": Trouble, "description": "It is not signed, or not with a key that is good here"},
    403: {"model": Trouble, "description": "The carrier may not tell: the service has no keys"},
    413: {"model": Trouble, "description": "The body is too large"},
    503: {"model": Trouble, "description": "The store does not answer; send it again"},
}


@carrier.post("/{floor}/carrier", status_code=202, responses=UNKNOWN | FULL | CARRIER, openapi_extra=LINES)
def hear(
    floor: Name,
    floors: Floors,
    body: Annotated[bytes, Depends(body_of)],
    x_callfloor_timestamp: Annotated[str | None, Header(description="UTC seconds, whole")] = None,
    x_callfloor_signature: Annotated[
        str | None,
        Header(
            description="`v1=` and the hexadecimal HMAC-SHA-256, by one of the keys, of the timestamp, a "
            "newline, the floor's name, a newline, and the body"
        ),
    ] = None,
) -> Taken:
    """Tell a floor what becomes of its calls: up to 100 JSON objects, one a line. All is taken or nothing."""
    if not floors.webhook_keys:
        raise HTTPException(
            403,
            "the carrier may not tell: the service was given no key; start it with CALLFLOOR_WEBHOOK_KEYS",
        )
    headers = {TIMESTAMP: x_callfloor_timestamp or "", SIGNATURE: x_callfloor_signature or ""}
    try:
        check_signature(headers, floor, body, floors.webhook_keys, floors.clock())
        if not floors.is_known(floor):
            raise FloorUnknownError(floor)
        taken, new = floors.hear(floor, body)
    except NotSignedError as error:
        log.warning("webhook_refused", floor=floor, status=401, reason=str(error))
        raise HTTPException(401, str(error)) from None
    except WireError as error:
        log.warning("webhook_refused", floor=floor, status=400, reason=str(error))
        raise HTTPException(400, str(error)) from None
    log.info("carrier_told", floor=floor, taken=taken, new=new)
    return Taken(taken=taken, known=taken - new)
