"""What no honest client sends: it is refused in one way or another, and the service goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.unit.web.services import endless, idle, quick, serving, wait_until_over

JSON = {"Content-Type": "application/json"}
RUNS = "/api/v1/runs"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serving(tmp_path_factory.mktemp("service")) as client:
        yield client


def post(client: TestClient, text: str | bytes) -> Any:
    return client.post(RUNS, content=text, headers=JSON)


def nested(depth: int, key: str = "a") -> str:
    return f'{{"{key}": ' * depth + "1" + "}" * depth


REFUSED: dict[str, str | bytes] = {
    "nothing": b"",
    "no JSON": b"{",
    "no object": b"[]",
    "a text": b'"erlang-a"',
    "no UTF-8": b'{"scenario": "\xff"}',
    "no scenario": b"{}",
    "an unknown key": b'{"scenario": "erlang-a", "agents": 5}',
    "an unknown scenario": b'{"scenario": "erlang-b"}',
    "a file": b'{"scenario": "/etc/passwd"}',
    "half a surrogate pair as its name": '{"scenario": "\\ud800"}',
    "half a surrogate pair as a key": '{"scenario": {"\\ud800": 1}}',
    "half a surrogate pair to set": '{"scenario": "erlang-a", "set": ["\\udfff=1"]}',
    "half a surrogate pair within": json.dumps({"scenario": quick(name="\ud800")}),
    "an unknown key with half a surrogate pair": '{"scenario": "erlang-a", "\\ud800": 1}',
    "NaN": json.dumps({"scenario": quick(run={"duration": float("nan")})}),
    "infinity": json.dumps({"scenario": quick(run={"duration": float("inf")})}),
    "a number too large for a float": '{"scenario": {"run": {"duration": 1e999}}}',
    "a number of many digits": '{"scenario": {"run": {"seed": ' + "9" * 4000 + "}}}",
    "a number of too many digits": '{"scenario": {"run": {"seed": ' + "9" * 5000 + "}}}",
    "many digits to set": json.dumps({"scenario": "erlang-a", "set": ["run.seed=" + "9" * 4000]}),
    "too many digits to set": json.dumps({"scenario": "erlang-a", "set": ["run.seed=" + "9" * 5000]}),
    "replications of many digits": '{"scenario": "erlang-a", "replications": ' + "9" * 4000 + "}",
    "no replications": b'{"scenario": "erlang-a", "replications": 0}',
    "half a replication": b'{"scenario": "erlang-a", "replications": 0.5}',
    "a seed below 0": b'{"scenario": "erlang-a", "seed": -1}',
    "a run that is no table": b'{"scenario": {"run": 5}, "seed": 1}',
    "a run that is a list": b'{"scenario": {"run": []}, "replications": 1}',
    "consumers that are no table": b'{"scenario": {"consumers": []}}',
    "a trace": b'{"scenario": "erlang-a", "set": ["inbound.support.arrivals={trace=\'/etc/passwd\'}"]}',
    "leads from a file": b'{"scenario": "power-dialer", "set": ["campaigns.1.leads=\'/etc/passwd\'"]}',
    "too many to set": json.dumps({"scenario": "erlang-a", "set": ["run.seed=1"] * 201}),
    "a path to set through a text": b'{"scenario": "erlang-a", "set": ["name.x=1"]}',
    "a line break to set": b'{"scenario": "erlang-a", "set": ["run.seed=1\\nrun.seed=2"]}',
    "too large a run": json.dumps({"scenario": endless()}),
    **{f"{n} tables in another": f'{{"scenario": {nested(n)}}}' for n in (100, 300, 900, 100_000)},
    "lists in lists to set": json.dumps({"scenario": "erlang-a", "set": ["run.seed=" + "[" * 5000]}),
    "900 lists in another": '{"scenario": {"a": ' + "[" * 900 + "]" * 900 + "}}",
    "deep down in a known key": f'{{"scenario": {nested(500, "run")}}}',
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_a_run_is_refused_and_the_answer_is_json(client: TestClient, what: str) -> None:
    answer = post(client, REFUSED[what])
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/json"
    detail = answer.json()["detail"]
    assert detail
    assert len(answer.text) < 3000
    assert client.get("/readyz").status_code == 200


def test_names_in_any_script_come_through_to_the_page_and_the_workbook(client: TestClient) -> None:
    name = "日本 <script>alert(1)</script> & 'é' 🙂"
    run = post(client, json.dumps({"scenario": quick(name=name, groups=[{"name": "<b>", "agents": 2}])}))
    found = wait_until_over(client, run.json()["id"])
    assert (found["state"], found["scenario"]) == ("done", name)
    page = client.get(found["links"]["page"]).text
    assert "日本" in page
    assert "<script>alert" not in page
    assert client.get(found["links"]["workbook"]).content.startswith(b"PK")
    assert client.get(found["links"]["result"]).json()["scenario"] == name


@pytest.mark.parametrize(
    "run", ["0", "0" * 31, "0" * 33, "G" * 32, "A" * 32, "0" * 32 + "%0A", "..%2F", "%00", "%ff"]
)
@pytest.mark.parametrize("path", ["runs/{}", "runs/{}/events", "runs/{}/page", "reports/{}.xlsx"])
def test_what_is_no_id_of_a_run_names_none(client: TestClient, path: str, run: str) -> None:
    assert client.get(f"/api/v1/{path.format(run)}").status_code in (404, 422)


@pytest.mark.parametrize("count", ["0", "-1", "1001", "x", "", "1e3", "9" * 5000])
def test_a_list_has_a_length_within_reason(client: TestClient, count: str) -> None:
    assert client.get(RUNS, params={"count": count}).status_code == 422


def test_a_refused_run_leaves_nothing(client: TestClient) -> None:
    before = client.get(RUNS).json()
    post(client, REFUSED["too large a run"])
    assert client.get(RUNS).json() == before


def test_the_newest_runs_are_listed_first_and_no_more_than_asked_for(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    client = idle(tmp_path_factory.mktemp("idle"))
    asked = [post(client, json.dumps({"scenario": quick()})).json()["id"] for _ in range(3)]
    listed = [run["id"] for run in client.get(RUNS, params={"count": 2}).json()]
    assert listed == asked[::-1][:2]


def test_where_everybody_may_ask_the_description_asks_for_no_token(
    client: TestClient, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert "HTTPBearer" not in client.get("/openapi.json").text
    others = idle(tmp_path_factory.mktemp("others"), host="0.0.0.0")
    assert "HTTPBearer" in others.get("/openapi.json").text
