"""`POST /api/v1/run_simulation`: what it takes for numbers, in each form, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.unit.web.services import idle, serving

PATH = "/api/v1/run_simulation"
FINISHED = {"message": "simulation finished running"}
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serving(tmp_path_factory.mktemp("service"), {"age_low": "30"}) as client:
        yield client


@pytest.fixture(scope="module")
def unstarted(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """Nothing that is taken for a run gets past its limits: nobody would ever simulate it."""
    return idle(tmp_path_factory.mktemp("unstarted"), agents_most=0)


def simulated(client: TestClient, **request: Any) -> tuple[int, int]:
    """The numbers of consumers and of agents that a request was taken for."""
    answer = client.post(PATH, **request)
    assert (answer.status_code, answer.json()) == (200, FINISHED)
    run = answer.headers["Location"].removeprefix("/api/v1/reports/").removesuffix(".xlsx")
    scenario = client.get(f"/api/v1/runs/{run}/scenario").json()
    return scenario["consumers"]["count"], scenario["groups"][0]["agents"]


def test_without_a_body_there_are_a_thousand_consumers_and_twenty_agents(client: TestClient) -> None:
    assert simulated(client) == (1000, 20)


@pytest.mark.parametrize(
    "request_",
    [
        {"data": {"noOfCustomers": "30", "noOfAgents": "3"}},
        {"data": {"noOfCustomers": " +30 ", "noOfAgents": "03", "other": "x"}},
        {"files": {"noOfCustomers": (None, "30"), "noOfAgents": (None, "3")}},
        {"json": {"noOfCustomers": 30, "noOfAgents": 3}},
        {"json": {"noOfCustomers": 30.0, "noOfAgents": "3", "other": [None]}},
        {"content": b'{"noOfCustomers": 30, "noOfAgents": 3}'},
        {"content": b'{"noOfCustomers": 3e1, "noOfAgents": 3}', "headers": {"Content-Type": "text/plain"}},
        {"content": "\ufeff{\"noOfCustomers\": 30, \"noOfAgents\": 3}".encode(), "headers": JSON},
        {"content": b"noOfCustomers=1&noOfCustomers=30&noOfAgents=3", "headers": FORM},
    ],
)  # fmt: skip
def test_numbers_are_taken_from_each_form(client: TestClient, request_: dict[str, Any]) -> None:
    assert simulated(client, **request_) == (30, 3)


@pytest.mark.parametrize(
    "request_",
    [
        {"data": {"noOfCustomers": "30"}},
        {"data": {"noOfCustomers": "30", "noOfAgents": ""}},
        {"json": {"noOfCustomers": 30}},
        {"json": {"noOfCustomers": 30, "noOfAgents": None}},
    ],
)
def test_what_is_not_given_is_as_it_ever_was(client: TestClient, request_: dict[str, Any]) -> None:
    assert simulated(client, **request_) == (30, 20)


def test_variables_say_what_consumers_are_like(client: TestClient) -> None:
    answer = client.post(PATH, json={"noOfCustomers": 10})
    run = answer.headers["Location"].split("/")[-1].removesuffix(".xlsx")
    assert client.get(f"/api/v1/runs/{run}/scenario").json()["consumers"]["age"] == [30, 90]


BAD: list[Any] = [
    0, -1, 1.5, True, False, "x", "1.5", "1e3", "0", "-5", "+-5", "--5", "+", "1_000", "1,000", "٣", "²",
    "0x10", "9" * 19, "9" * 5000, 10**30, 1e300, float("nan"), float("inf"), [], [5], {}, {"a": 1}, "\ud800",
    "5\x005",
]  # fmt: skip


@pytest.mark.parametrize("value", BAD, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize(("name", "most"), [("noOfCustomers", 5_000_000), ("noOfAgents", 100_000)])
def test_what_is_no_number_is_refused_by_its_field(
    unstarted: TestClient, name: str, most: int, value: Any
) -> None:
    answer = unstarted.post(PATH, content=json.dumps({name: value}), headers=JSON)
    assert answer.status_code == 422
    assert answer.json() == {
        "detail": [
            {
                "loc": ["body", name],
                "msg": f"expected a whole number from 1 to {most}",
                "type": "value_error",
            }
        ]
    }


@pytest.mark.parametrize("value", ["0", "x", "+-5", "-", "1.5", "5 5", "٣", "9" * 400])
def test_a_form_is_held_to_the_same(unstarted: TestClient, value: str) -> None:
    assert unstarted.post(PATH, data={"noOfAgents": value}).status_code == 422
    assert unstarted.post(PATH, files={"noOfAgents": (None, value)}).status_code == 422


def test_more_than_the_most_is_refused_and_the_most_is_not(unstarted: TestClient) -> None:
    assert unstarted.post(PATH, data={"noOfCustomers": "5000001"}).status_code == 422
    assert unstarted.post(PATH, data={"noOfAgents": "100001"}).status_code == 422


MULTIPART = "multipart/form-data"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"5", "application/json"),
        (b"null", "application/json"),
        (b"noOfAgents=5", "application/json"),
        (b"noOfAgents=5", ""),
        (b"\xff\xfe\xff", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"noOfAgents": ' + b"9" * 5000 + b"}", "application/json"),
        (b"anything", MULTIPART),
        (b"anything", f"{MULTIPART}; boundary=x"),
        (b"--x\r\n\r\n5\r\n--x--", f"{MULTIPART}; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="noOfAgents"; filename="a"\r\n\r\n5\r\n--x--\r\n',
         f"{MULTIPART}; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="noOfAgents"\r\n\r\n\xff\r\n--x--\r\n',
         f"{MULTIPART}; boundary=x; charset=ascii"),
        (b"&".join(b"f%d=1" % n for n in range(30)), "application/x-www-form-urlencoded"),
    ],
    ids=range(15),
)  # fmt: skip
def test_a_body_that_is_neither_a_form_nor_an_object_is_refused(
    unstarted: TestClient, content: bytes, kind: str
) -> None:
    answer = unstarted.post(PATH, content=content, headers={"Content-Type": kind})
    assert answer.status_code == 422, answer.text
    (detail,) = answer.json()["detail"]
    assert detail["loc"][0] == "body"
    assert detail["msg"].startswith("expected ")


def test_a_variable_that_is_no_number_is_named(tmp_path: Path) -> None:
    with serving(tmp_path, {"age_low": "young"}) as client:
        answer = client.post(PATH)
    assert answer.status_code == 422
    assert "age_low: expected a whole number" in answer.json()["detail"][0]["msg"]


def test_a_run_that_fails_says_why(tmp_path: Path) -> None:
    with serving(tmp_path, longest_s=0.0) as client:
        answer = client.post(PATH, data={"noOfCustomers": "3000000"})
    assert answer.status_code == 500
    assert answer.json() == {"message": "the run took longer than 0 s; ask for less"}


def test_it_waits_in_the_same_line_as_all_others(tmp_path: Path) -> None:
    full = idle(tmp_path, line=2)
    for _ in range(3):
        assert full.post("/api/v1/runs", json={"scenario": "erlang-a"}).status_code == 202
    answer = full.post(PATH)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
