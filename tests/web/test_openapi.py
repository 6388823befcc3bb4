"""Whatever anybody sends, the service answers as its OpenAPI description says, and never with a fault."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis import GenerationMode, checks
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig

from callfloor.live.settings import FloorSettings
from callfloor.stores.runs import Role
from callfloor.stores.sqlite.runs import SqliteRunStore
from callfloor.stores.sqlite.store import SqliteStore
from callfloor.web.access import digest_of, new_token
from callfloor.web.app import create_app
from callfloor.web.floors import LiveFloors
from callfloor.web.server import Server, listen, url_of
from callfloor.web.settings import ServiceSettings

EXAMPLES = 20
"""For each kind of request. All of them are always the same."""

TOKENS: dict[Role, str] = {"run": new_token(), "floor": new_token()}

NO_SCENARIOS = [checks.positive_data_acceptance]
"""Whether a scenario can be simulated is more than a schema can say: most of them are refused."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service that takes on small runs only and asks for a token, and where it is."""
    settings = ServiceSettings(
        str(tmp_path_factory.mktemp("service") / "service.db"),
        host="0.0.0.0",
        workers=1,
        line=1000,
        longest_s=2.0,
        calls_most=150_000.0,
        agents_most=1000,
        grace_s=0.0,
    )
    store = SqliteRunStore(Path(settings.db))
    for role, token in TOKENS.items():
        store.add_token(role, digest_of(token), role, 1.0)
    floors = SqliteStore(Path(settings.db))
    floors.plan_floor("0", FloorSettings(name="0", agents=("ann",)).text())
    app = create_app(settings, store, {}, LiveFloors(floors, ["a key"]))
    listening = listen("127.0.0.1", 0)
    server = Server(app, app.state.runs)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        yield url_of("127.0.0.1", listening)
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def description(service: str) -> Any:
    generation = GenerationConfig(
        deterministic=True, allow_extra_parameters=False, with_security_parameters=False
    )
    projects = ProjectsConfig(default=ProjectConfig(generation=generation))
    config = SchemathesisConfig(seed=1, projects=projects)
    return schemathesis.openapi.from_url(f"{service}/openapi.json", config=config)


REQUESTS = [
    "DELETE /api/v1/runs/{run}",
    "GET /api/v1/floors",
    "GET /api/v1/floors/{floor}",
    "GET /api/v1/reports/{run}.xlsx",
    "GET /api/v1/runs",
    "GET /api/v1/runs/{run}",
    "GET /api/v1/runs/{run}/events",
    "GET /api/v1/runs/{run}/page",
    "GET /api/v1/runs/{run}/result",
    "GET /api/v1/runs/{run}/scenario",
    "GET /api/v1/scenarios",
    "GET /api/v1/scenarios/{name}",
    "GET /healthz",
    "GET /metrics",
    "GET /readyz",
    "POST /api/v1/floors/{floor}/carrier",
    "POST /api/v1/floors/{floor}/events",
    "POST /api/v1/run_simulation",
    "POST /api/v1/runs",
]


def test_every_request_is_tried(description: Any) -> None:
    operations = [each.ok() for each in description.get_all_operations()]
    assert sorted(f"{each.method.upper()} {each.path}" for each in operations) == REQUESTS


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("request_", REQUESTS)
def test_answers_are_as_described(description: Any, request_: str, mode: GenerationMode) -> None:
    method, path = request_.split()
    operation = description[path][method]

    @hypothesis.settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def answers(case: Any) -> None:
        role: Role = "floor" if path.startswith("/api/v1/floors") else "run"
        authorized = {"Authorization": f"Bearer {TOKENS[role]}"}
        case.call_and_validate(headers=authorized, excluded_checks=NO_SCENARIOS)

    try:
        answers()
    except hypothesis.errors.Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "no request can be made"
