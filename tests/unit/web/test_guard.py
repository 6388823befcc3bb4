"""No request is larger than the service wants to read, and each is measured under its route."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.unit.web.services import idle, quick

MOST = 2000
JSON = {"Content-Type": "application/json"}
POSTS = ["/api/v1/runs", "/api/v1/run_simulation"]


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return idle(tmp_path, body_most=MOST)


def in_pieces(size: int) -> Iterator[bytes]:
    """A body that does not say how long it is."""
    for _ in range(size // 100):
        yield b" " * 100


@pytest.mark.parametrize("path", POSTS)
def test_a_body_that_says_it_is_too_large_is_not_read(client: TestClient, path: str) -> None:
    answer = client.post(path, content=b" " * (MOST + 1), headers=JSON)
    assert (answer.status_code, answer.json()) == (413, {"detail": "expected a body of at most 2,000 bytes"})


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_one_that_does_not_say_so_is_stopped(client: TestClient, path: str, kind: str) -> None:
    answer = client.post(path, content=in_pieces(MOST + 100), headers={"Content-Type": kind})
    assert "content-length" not in answer.request.headers
    assert (answer.status_code, answer.json()) == (413, {"detail": "expected a body of at most 2,000 bytes"})


def test_a_body_of_the_largest_size_is_read(client: TestClient) -> None:
    asked = json.dumps({"scenario": quick()}).encode()
    assert client.post(POSTS[0], content=asked.ljust(MOST), headers=JSON).status_code == 202


def counted(client: TestClient) -> set[str]:
    lines = client.get("/metrics").text.splitlines()
    return {line.partition("{")[2].rpartition("}")[0] for line in lines if "request_seconds_count{" in line}


def test_requests_are_counted_by_method_route_and_status(client: TestClient) -> None:
    client.get(f"/api/v1/runs/{'0' * 32}")
    client.get(f"/api/v1/runs/{'1' * 32}")
    client.get("/no/such/page")
    client.post(POSTS[0], content=b" " * (MOST + 1))
    assert counted(client) == {
        'method="GET",route="/api/v1/runs/{run}",status="404"',
        'method="GET",route="unknown",status="404"',
        'method="POST",route="unknown",status="413"',
    }


def test_made_up_methods_are_counted_as_one(client: TestClient) -> None:
    for method in ("BREW", "WHEN", "PROPFIND"):
        client.request(method, "/healthz")
    assert counted(client) == {'method="other",route="/healthz",status="405"'}
