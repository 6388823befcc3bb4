"""Who may do what: all on this machine; elsewhere who has a token, as far as its role goes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from callfloor.stores.sqlite.runs import SqliteRunStore
from callfloor.web.access import digest_of, new_token
from tests.unit.web.services import idle, quick

TOKENS = {"read": new_token(), "run": new_token()}
UNKNOWN = "0" * 32

READS = ["/api/v1/runs", "/api/v1/scenarios", "/api/v1/scenarios/erlang-a", "/metrics"]
OF_A_RUN = [
    f"/api/v1/runs/{UNKNOWN}{which}" for which in ("", "/events", "/result", "/page", "/scenario")
] + [f"/api/v1/reports/{UNKNOWN}.xlsx"]
OPEN = ["/healthz", "/openapi.json", "/docs"]


@pytest.fixture(scope="module")
def reached_by_others(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with ReachedByOthers(tmp_path_factory.mktemp("service")) as client:
        yield client


class ReachedByOthers:
    """A service that others reach, which knows the tokens."""

    def __init__(self, folder: Path) -> None:
        self.client = idle(folder, host="0.0.0.0")
        self.store = SqliteRunStore(folder / "service.db")
        self.store.add_token("reader", digest_of(TOKENS["read"]), "read", 1.0)
        self.store.add_token("runner", digest_of(TOKENS["run"]), "run", 1.0)

    def __enter__(self) -> TestClient:
        return self.client

    def __exit__(self, *_: object) -> None:
        self.store.close()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        bearer(""),
        bearer(new_token()),
        bearer(TOKENS["run"][:-1]),
        bearer(TOKENS["run"].upper()),
        {"Authorization": f"Basic {TOKENS['run']}"},
        {"Authorization": TOKENS["run"]},
        bearer("\xe9"),
    ],
)
@pytest.mark.parametrize("path", [READS[0], OF_A_RUN[0], "/metrics"])
def test_without_a_token_that_is_known_nothing_is_told(
    reached_by_others: TestClient, path: str, headers: dict[str, str]
) -> None:
    encoded = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
    answer = reached_by_others.get(path, headers=encoded)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "callfloor token create" in answer.json()["detail"]


@pytest.mark.parametrize("role", ["read", "run"])
def test_each_role_reads(reached_by_others: TestClient, role: str) -> None:
    assert {reached_by_others.get(p, headers=bearer(TOKENS[role])).status_code for p in READS} == {200}
    assert {reached_by_others.get(p, headers=bearer(TOKENS[role])).status_code for p in OF_A_RUN} == {404}


def ask_all(client: TestClient, headers: dict[str, str]) -> list[int]:
    """What the requests come to that ask for runs, or cancel them."""
    return [
        client.post("/api/v1/runs", json={"scenario": quick()}, headers=headers).status_code,
        client.post("/api/v1/run_simulation", data={"noOfAgents": "none"}, headers=headers).status_code,
        client.delete(f"/api/v1/runs/{UNKNOWN}", headers=headers).status_code,
    ]


def test_only_who_may_run_asks_for_runs_and_cancels_them(reached_by_others: TestClient) -> None:
    assert ask_all(reached_by_others, {}) == [401, 401, 401]
    assert ask_all(reached_by_others, bearer(TOKENS["read"])) == [403, 403, 403]
    assert ask_all(reached_by_others, bearer(TOKENS["run"])) == [202, 422, 404]


def test_a_token_that_was_deleted_opens_nothing(tmp_path: Path) -> None:
    service = ReachedByOthers(tmp_path)
    with service as client:
        assert client.get(READS[0], headers=bearer(TOKENS["read"])).status_code == 200
        service.store.drop_token("reader")
        assert client.get(READS[0], headers=bearer(TOKENS["read"])).status_code == 401


@pytest.mark.parametrize("path", OPEN)
def test_probes_and_the_description_are_open(reached_by_others: TestClient, path: str) -> None:
    assert reached_by_others.get(path).status_code == 200


def test_on_this_machine_nobody_needs_a_token(tmp_path: Path) -> None:
    client = idle(tmp_path)
    assert {client.get(path).status_code for path in READS} == {200}
    assert ask_all(client, {}) == [202, 422, 404]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 404),
        ({"Origin": "http://localhost"}, 404),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "127.0.0.1:5000"}, 404),
        ({"Host": "[::1]:5000"}, 404),
        ({"Host": "rebound.example"}, 403),
    ],
)
def test_an_open_service_answers_no_page_of_another_site(
    headers: dict[str, str], status: int, tmp_path: Path
) -> None:
    answer = idle(tmp_path).delete(f"/api/v1/runs/{UNKNOWN}", headers=headers)
    assert answer.status_code == status
