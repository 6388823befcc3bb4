"""What goes in and comes out over HTTP, as the OpenAPI page shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from callfloor.stores.runs import OVER, RunRow, RunState

SCENARIO_EXAMPLE: dict[str, Any] = {
    "name": "support",
    "run": {"duration": "8h", "warm_up": "30m", "replications": 20},
    "groups": [{"name": "tier 1", "agents": 100}],
    "inbound": [
        {
            "name": "support",
            "arrivals": {"rate_per_h": 1900},
            "talk_s": {"dist": "exponential", "mean": 180},
            "patience_s": {"dist": "exponential", "mean": 120},
        }
    ],
}


class RunRequest(BaseModel):
    """A simulation to run."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"scenario": "erlang-a", "set": ["groups.agents.agents=105"], "replications": 10},
                {"scenario": SCENARIO_EXAMPLE},
            ]
        },
    )

    scenario: str | dict[str, Any] = Field(
        description="The name of a built-in scenario, or a scenario as its TOML file has it"
    )
    set: list[str] = Field(default=[], max_length=200, description="KEY=VALUE, as on the command line")
    replications: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None


class Run(BaseModel):
    """A run, as far as it is."""

    id: str = Field(examples=["3f2b8c1d9e4a47b0a6d5c4e3f2a1b0c9"])
    state: RunState
    done: float = Field(description="How much is simulated, from 0 to 1", examples=[0.35])
    scenario: str = Field(description="Its scenario's name", examples=["support"])
    error: str | None = Field(default=None, description="Why it failed")
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    expires_at: datetime = Field(description="It may be forgotten from then on")
    links: dict[str, str] = Field(description="Where its reports and its progress are")


class Message(BaseModel):
    """What the simulation that came before this one answered."""

    message: str = Field(examples=["simulation finished running"])


class Trouble(BaseModel):
    """What is wrong with a request, each with the place of it."""

    detail: list[dict[str, Any]] | str


class ScenarioSummary(BaseModel):
    """A built-in scenario."""

    name: str = Field(examples=["erlang-a"])
    summary: str


def run_of(row: RunRow, done: float) -> Run:
    """Return a run as HTTP has it."""
    here = f"/api/v1/runs/{row.id}"
    links = {"self": here, "scenario": f"{here}/scenario"}
    if row.state not in OVER:
        links["events"] = f"{here}/events"
    if row.state == "done":
        links |= {
            "result": f"{here}/result",
            "page": f"{here}/page",
            "workbook": f"/api/v1/reports/{row.id}.xlsx",
        }
    return Run(
        id=row.id,
        state=row.state,
        done=round(done, 4),
        scenario=row.name,
        error=row.error,
        created_at=_moment(row.created_at),
        started_at=None if row.started_at is None else _moment(row.started_at),
        ended_at=None if row.ended_at is None else _moment(row.ended_at),
        expires_at=_moment(row.expires_at),
        links=links,
    )


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
