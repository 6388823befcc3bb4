"""The service as its users have it: `callfloor serve` in a process, asked over HTTP from outside."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest

from tests.web.service_process import QUICK, SLOW, ServiceProcess, serve, wait_for

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CUSTOMERS = [
    "id", "age", "state", "phone number", "number of kids", "number of cars", "housing status",
    "household income",
]  # fmt: skip
AGENTS = ["id", "age", "state", "housing status", "household income"]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    with serve(tmp_path_factory.mktemp("service"), "--workers", "1") as service:
        yield service


def rows_of(sheet: Any, columns: str) -> list[list[Any]]:
    """The rows of some columns of a sheet, as far as they are filled."""
    rows = [
        list(row) for row in zip(*([cell.value for cell in column] for column in sheet[columns]), strict=True)
    ]
    return [row for row in rows if any(value is not None for value in row)]


def test_run_simulation_answers_when_it_is_done_and_names_its_workbook(service: ServiceProcess) -> None:
    answer = service.client.post("/api/v1/run_simulation", data={"noOfCustomers": "200", "noOfAgents": "7"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == {"message": "simulation finished running"}
    found = service.client.get(answer.headers["Location"])
    assert (found.status_code, found.headers["content-type"]) == (200, XLSX)
    assert found.headers["content-disposition"].startswith("attachment")
    book = openpyxl.load_workbook(io.BytesIO(found.content), read_only=False)
    assert {"Customers", "Agents", "Reports"} <= set(book.sheetnames)

    customers = rows_of(book["Customers"], "A:H")
    assert customers[0] == CUSTOMERS
    assert len(customers) == 201
    assert all(18 <= row[1] <= 90 and 25_000 <= row[7] <= 200_000 for row in customers[1:])
    agents = rows_of(book["Agents"], "A:E")
    assert agents[0] == AGENTS
    assert len(agents) == 8

    of_customers, of_agents = rows_of(book["Reports"], "A:B"), rows_of(book["Reports"], "F:H")
    assert of_customers[0] == ["customer_id", "call received"]
    assert of_agents[0] == ["agent_id", "call received", "voicemail left"]
    assert [row[0] for row in of_customers[1:]] == [row[0] for row in customers[1:]]
    assert [row[0] for row in of_agents[1:]] == [row[0] for row in agents[1:]]
    answered, voicemails = (sum(row[column] for row in of_agents[1:]) for column in (1, 2))
    assert answered + voicemails >= 200


def test_a_run_is_a_resource_from_its_beginning_to_its_reports(service: ServiceProcess) -> None:
    answer = service.client.post("/api/v1/runs", json=QUICK)
    assert answer.status_code == 202
    asked = answer.json()
    links = asked["links"]
    assert answer.headers["Location"] == links["self"] == f"/api/v1/runs/{asked['id']}"
    assert asked["state"] in ("queued", "running")
    run = service.wait(asked["id"], "done")
    assert (run["scenario"], run["done"], run["error"]) == ("Erlang A", 1.0, None)
    assert run["created_at"] <= run["started_at"] <= run["ended_at"] < run["expires_at"]
    assert run["id"] in [each["id"] for each in service.client.get("/api/v1/runs").json()]

    result = service.client.get(run["links"]["result"])
    assert result.headers["content-type"] == "application/json"
    assert (result.json()["scenario"], result.json()["replications"]) == ("Erlang A", 2)
    page = service.client.get(run["links"]["page"])
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.text.lower().startswith("<!doctype html>")
    workbook = service.client.get(run["links"]["workbook"])
    assert "Customers" not in openpyxl.load_workbook(io.BytesIO(workbook.content)).sheetnames


def test_the_scenario_of_a_run_asks_for_the_same_run_again(service: ServiceProcess) -> None:
    first = service.wait(service.ask(QUICK)["id"], "done")
    scenario = service.client.get(first["links"]["scenario"]).json()
    second = service.wait(service.ask({"scenario": scenario})["id"], "done")
    figures = [service.client.get(run["links"]["result"]).json() for run in (first, second)]
    assert figures[0].pop("wall_s") > 0
    assert figures[1].pop("wall_s") > 0
    assert figures[0] == figures[1]


def events_of(service: ServiceProcess, run: str) -> list[tuple[str, dict[str, Any]]]:
    """The events of a run to their end, each with its run."""
    with service.client.stream("GET", f"/api/v1/runs/{run}/events") as stream:
        assert stream.status_code == 200
        assert stream.headers["content-type"].startswith("text/event-stream")
        text = "".join(stream.iter_text())
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def test_events_tell_the_progress_of_a_run_until_its_end(service: ServiceProcess) -> None:
    run = service.ask({"scenario": "erlang-a", "replications": 40})["id"]
    events = events_of(service, run)
    assert [name for name, _ in events[-1:]] == ["end"]
    assert {name for name, _ in events[:-1]} <= {"progress"}
    shares = [told["done"] for _, told in events]
    assert shares == sorted(shares)
    assert events[-1][1] == service.run(run)
    assert events[-1][1]["state"] == "done"


def test_events_of_a_run_that_is_over_are_its_end(service: ServiceProcess) -> None:
    run = service.wait(service.ask(QUICK)["id"], "done")
    assert events_of(service, run["id"]) == [("end", run)]


def test_who_goes_away_in_mid_stream_ends_neither_run_nor_service(service: ServiceProcess) -> None:
    run = service.ask(SLOW)["id"]
    with service.client.stream("GET", f"/api/v1/runs/{run}/events") as stream:
        assert next(stream.iter_lines()).startswith("event: progress")
    service.wait(run, "running")
    assert service.client.get("/readyz").status_code == 200
    service.client.delete(f"/api/v1/runs/{run}")
    assert service.wait(run, "cancelled")["error"] is None
    assert not [line for line in service.logged() if line["level"] == "error"]


def test_a_run_is_cancelled_and_has_no_reports(service: ServiceProcess) -> None:
    run = service.ask(SLOW)["id"]
    service.wait(run, "running")
    assert service.client.delete(f"/api/v1/runs/{run}").status_code == 202
    assert service.wait(run, "cancelled")["links"].keys() == {"self", "scenario"}
    for path in (f"runs/{run}/result", f"runs/{run}/page", f"reports/{run}.xlsx"):
        answer = service.client.get(f"/api/v1/{path}")
        assert answer.status_code == 409
        assert answer.json()["detail"] == f"run {run} is cancelled and has no such report"
    assert service.client.delete(f"/api/v1/runs/{run}").json()["state"] == "cancelled"


def test_what_cannot_be_simulated_is_refused_with_the_place_of_it(service: ServiceProcess) -> None:
    answer = service.client.post("/api/v1/runs", json={"scenario": "erlang-a", "set": ["run.seed=-1"]})
    assert answer.status_code == 422
    (detail,) = answer.json()["detail"]
    assert detail["loc"] == ["body", "run.seed"]
    assert detail["msg"].startswith("run.seed: expected a whole number")


def test_built_in_scenarios_are_files_to_start_from(service: ServiceProcess) -> None:
    listed = service.client.get("/api/v1/scenarios").json()
    assert "consumers" in [each["name"] for each in listed]
    one = service.client.get("/api/v1/scenarios/consumers")
    assert one.headers["content-type"].startswith("text/plain")
    assert "[[groups]]" in one.text
    assert service.client.get("/api/v1/scenarios/erlang-b").status_code == 404


def test_probes_and_figures_of_the_service(service: ServiceProcess) -> None:
    service.wait(service.ask(QUICK)["id"], "done")
    assert service.client.get("/healthz").json() == {"status": "ok"}
    assert service.client.get("/readyz").json() == {"store": "ok", "workers": 1, "waiting": 0}
    figures = service.client.get("/metrics")
    assert figures.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = dict(line.rsplit(" ", 1) for line in figures.text.splitlines() if not line.startswith("#"))
    assert float(lines["callfloor_runs_asked_total"]) >= 1
    assert float(lines['callfloor_runs_ended_total{state="done"}']) >= 1
    assert float(lines["callfloor_workers"]) == 1


def test_it_describes_itself(service: ServiceProcess) -> None:
    described = service.client.get("/openapi.json").json()
    assert {"/api/v1/run_simulation", "/api/v1/runs", "/api/v1/reports/{run}.xlsx"} <= set(described["paths"])
    assert service.client.get("/docs").status_code == 200


def test_its_log_is_a_line_of_json_for_each_event(service: ServiceProcess) -> None:
    run = service.ask(QUICK)["id"]
    service.wait(run, "done")
    wait_for(lambda: [line for line in service.logged() if line["event"] == "run_ended"], "the log's end")
    told = [line for line in service.logged() if line.get("run") == run]
    assert [line["event"] for line in told] == ["run_asked", "run_begun", "run_ended"]
    assert {line["level"] for line in told} == {"info"}
    assert all(line["timestamp"].endswith("Z") for line in told)
    plain = [line for line in service.said().splitlines() if not line.startswith("{")]
    assert len(plain) == 2
    assert plain[1] == "Only this machine reaches it, so it asks for no token."
