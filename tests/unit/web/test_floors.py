"""Live floors over HTTP: what is told of them, what they are told, and what is refused."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callfloor.carriers.port import CarrierEvent
from callfloor.carriers.webhook import LINES_MOST, REQUEST_LONGEST, signature
from callfloor.carriers.wire import Farewell, LiveCalls, Told, encode
from callfloor.floor.vocabulary import AGENT_GONE, CALL_ANSWERED, CALL_LOST, HUMAN
from callfloor.live import inbox
from callfloor.live.settings import CampaignSettings, FloorSettings
from callfloor.stores.errors import StoreLostError
from callfloor.stores.sqlite.store import SqliteStore
from callfloor.web.access import digest_of, new_token
from callfloor.web.floors import LiveFloors
from tests.unit.live.rig import Rig, ScriptedCarrier
from tests.unit.web.services import idle

NORTH = FloorSettings(name="north", agents=("ann", "bob"), campaigns=(CampaignSettings(name="renewals"),))
CALL = "0123456789abcdef0000000000000001"
DISPOSED = {"event": "agent_disposed", "disposition": "sale"}
KEYS = ("an old key", "a key")


class Floors:
    """A service on a database with one floor."""

    def __init__(self, folder: Path, webhook_keys: tuple[str, ...] = KEYS, **settings: Any) -> None:
        self.client = idle(folder, webhook_keys, **settings)
        self.store = SqliteStore(folder / "service.db")
        self.floor = self.store.plan_floor("north", NORTH.text()).floor

    def post(self, *events: dict[str, Any], floor: str = "north", **headers: str) -> Any:
        body = {"events": events}
        return self.client.post(f"/api/v1/floors/{floor}/events", json=body, headers=headers)

    def tell(self, body: bytes, floor: str = "north", key: str = "a key", at: float | None = None) -> Any:
        timestamp = str(int(time.time() if at is None else at))
        headers = {
            "X-Callfloor-Timestamp": timestamp,
            "X-Callfloor-Signature": signature(key, timestamp, floor, body),
        }
        return self.client.post(f"/api/v1/floors/{floor}/carrier", content=body, headers=headers)

    def waiting(self) -> list[dict[str, Any]]:
        return [json.loads(entry.arrival) for entry in self.store.waiting(self.floor, 999)]


@pytest.fixture
def floors(tmp_path: Path) -> Iterator[Floors]:
    made = Floors(tmp_path)
    yield made
    made.store.close()


def login(event_id: str = "desk/1", **changes: Any) -> dict[str, Any]:
    return {"event": "agent_logged_in", "agent": "ann", "event_id": event_id} | changes


def answered(event_id: str = "c/1", **changes: Any) -> bytes:
    told: dict[str, Any] = {"kind": CALL_ANSWERED, "call_id": CALL, "at": time.time(), "code": HUMAN}
    return encode(Told(CarrierEvent(event_id=event_id, **(told | changes))))


class TestSeeing:
    def test_each_floor_tells_who_looks_after_it_and_what_waits(self, floors: Floors) -> None:
        nobodys = {"name": "north", "worker": None, "lease_left_s": 0.0, "waiting": 0, "refused": 0}
        assert floors.client.get("/api/v1/floors").json() == [nobodys]
        floors.store.take_lease(floors.floor, "one", 1000.0)
        floors.post(login("1"), login("2"))
        floors.store.refuse(floors.store.waiting(floors.floor, 1)[0].id, "no")
        [row] = floors.client.get("/api/v1/floors").json()
        assert (row["worker"], row["waiting"], row["refused"]) == ("one", 1, 1)
        assert 900.0 < row["lease_left_s"] <= 1000.0

    def test_one_that_nobody_has_looked_after_yet_is_as_its_settings_say(self, floors: Floors) -> None:
        told = floors.client.get("/api/v1/floors/north").json()
        assert told["version"] == 0
        assert told["agents"]["offline"] == 2
        assert told["campaigns"] == [
            {"name": "renewals", "running": False, "live": 0, "attempts": 0, "connected": 0, "abandoned": 0}
        ]

    def test_one_that_is_at_work_is_as_it_was_committed(self, tmp_path: Path) -> None:
        rig = Rig(tmp_path, agents=3, carrier=ScriptedCarrier())
        rig.begin()
        floors = Floors(tmp_path)
        floors.client.app.state.floors = LiveFloors(SqliteStore(rig.store.path))  # type: ignore[attr-defined]
        rig.store.plan_floor(rig.engine.settings.name, rig.engine.settings.text())
        told = floors.client.get(f"/api/v1/floors/{rig.engine.settings.name}").json()
        assert told["version"] == rig.engine.resident.version > 0
        assert sum(told["agents"].values()) == 3
        [campaign] = told["campaigns"]
        assert (campaign["running"], campaign["attempts"]) == (True, rig.floor.campaigns[0].attempts)
        assert campaign["live"] == rig.floor.campaigns[0].live > 0
        rig.close()
        floors.store.close()

    @pytest.mark.parametrize("name", ["nowhere", "%00", "%F0%9F%99%82", "%ff"])
    def test_one_that_there_is_not_is_404(self, floors: Floors, name: str) -> None:
        answers = [
            floors.client.get(f"/api/v1/floors/{name}"),
            floors.post(login(), floor=name),
        ]
        for answer in answers:
            assert answer.status_code == 404
            assert "that workers look after" in answer.json()["detail"]
        assert [name for _, name in floors.store.floors()] == ["north"]

    def test_one_that_was_dropped_is_404(self, floors: Floors) -> None:
        floors.store.forget_plan(floors.floor)
        assert floors.client.get("/api/v1/floors").json() == []
        assert floors.post(login()).status_code == 404


class TestTelling:
    def test_events_wait_in_the_floors_inbox_in_their_order(self, floors: Floors) -> None:
        answer = floors.post(
            login(at=1_790_000_000.5),
            {"event": "campaign_started", "campaign": "renewals", "event_id": "s/1"},
            {"event": "call_answered", "call_id": CALL, "code": 1, "event_id": "c/1"},
            login("2") | DISPOSED,
        )
        assert (answer.status_code, answer.json()) == (202, {"taken": 4, "known": 0})
        assert floors.waiting() == [
            {"event": "agent_logged_in", "agent": "ann", "at": 1_790_000_000.5},
            {"event": "campaign_started", "campaign": "renewals"},
            {"event": "call_answered", "call_id": CALL, "code": 1},
            {"agent": "ann"} | DISPOSED,
        ]
        ids = [entry.event_id for entry in floors.store.waiting(floors.floor, 9)]
        assert ids == ["desk/1", "s/1", "c/1", "2"]

    def test_desks_say_that_they_are_there(self, floors: Floors) -> None:
        here = {"event": "agents_here", "agents": ["ann", "bob"], "event_id": "here/desks-1"}
        assert floors.post(here).json() == {"taken": 1, "known": 0}
        assert floors.waiting() == [{"event": "agents_here", "agents": ["ann", "bob"]}]

    def test_one_that_is_sent_again_waits_once(self, floors: Floors) -> None:
        floors.post(login("1"))
        assert floors.post(login("1"), login("2")).json() == {"taken": 2, "known": 1}
        assert len(floors.waiting()) == 2

    def test_agents_and_campaigns_that_were_added_since_are_known(self, floors: Floors) -> None:
        assert floors.post(login(agent="zoe")).status_code == 422
        more = FloorSettings(name="north", agents=("ann", "bob", "zoe"), campaigns=NORTH.campaigns)
        floors.store.plan_floor("north", more.text())
        assert floors.post(login(agent="zoe")).status_code == 202

    @pytest.mark.parametrize(
        ("changes", "place", "complaint"),
        [
            ({"event": "timer_due"}, "event", "expected one of agent_logged_in"),
            ({"agent": "zoe"}, "agent", "an agent of this floor, found 'zoe'"),
            ({"agent": ""}, "agent", "an agent of this floor, found ''"),
            ({"campaign": "sales"}, "campaign", "one of renewals, found 'sales'"),
            ({"event": "campaign_started"}, "campaign", "one of renewals, found ''"),
            ({"event": "call_ended"}, "call_id", "32 hexadecimal digits, found ''"),
            ({"call_id": "x"}, "call_id", "32 hexadecimal digits, found 'x'"),
            ({"call_id": CALL.upper()}, "call_id", "32 hexadecimal digits"),
            ({"agents": ["ann"]}, "agents", "none but with agents_here, found ['ann']"),
            ({"event": "agents_here"}, "agents", "agents of this floor, found []"),
            ({"event": "agents_here", "agents": ["ann", "zoe"]}, "agents", "found ['zoe']"),
            ({"event_id": "a\nb"}, "event_id", "printable characters"),
            ({"event_id": "\ud800"}, "event_id", "a valid string"),
            ({"disposition": "sale"}, "disposition", "none but with agent_disposed, found 'sale'"),
            ({"call_back_at": 2e9}, "call_back_at", "none but with agent_disposed"),
            ({"event": "agent_disposed"}, "disposition", "one of call_back, do_not_call, "),
            ({"event": "agent_disposed", "agent": "zoe", "disposition": "sale"}, "agent", "found 'zoe'"),
            (DISPOSED | {"call_back_at": 1.0}, "call_back_at", "a time to come, in UTC seconds, found 1.0"),
            (DISPOSED | {"call_id": "x"}, "call_id", "32 hexadecimal digits"),
            ({"at": 1e12}, "at", "UTC seconds up to now"),
            ({"at": -1.0}, "at", "UTC seconds up to now"),
            ({"event_id": ""}, "event_id", "at least 1 character"),
            ({"event_id": "x" * 257}, "event_id", "at most 256 characters"),
            ({"code": -1}, "code", "greater than or equal to 0"),
            ({"code": 2**70}, "code", "less than or equal to 65535"),
            ({"colour": "blue"}, "colour", "not permitted"),
        ],
    )
    def test_what_cannot_be_meant_is_refused_with_its_field(
        self, floors: Floors, changes: dict[str, Any], place: str, complaint: str
    ) -> None:
        body = json.dumps({"events": [login("0"), login("1") | changes]})
        answer = floors.client.post(
            "/api/v1/floors/north/events", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 422
        [detail] = answer.json()["detail"]
        assert detail["loc"] == ["body", "events", 1, place]
        assert complaint in detail["msg"]
        assert floors.waiting() == []

    @pytest.mark.parametrize("count", [0, 101])
    def test_none_and_too_many_are_refused(self, floors: Floors, count: int) -> None:
        assert floors.post(*[login(str(i)) for i in range(count)]).status_code == 422

    def test_where_too_much_waits_it_says_when_to_come_again(
        self, floors: Floors, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(inbox, "WAITING_MOST", 1)
        for answer in (floors.post(login("1"), login("2")), floors.tell(answered("1") + answered("2"))):
            assert answer.status_code == 429
            assert int(answer.headers["Retry-After"]) > 0
            assert "see that a worker looks after it" in answer.json()["detail"][0]["msg"]
        assert floors.waiting() == []

    def test_where_the_database_is_away_it_says_so(
        self, floors: Floors, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: Any) -> None:
            raise StoreLostError("postgresql://db/x: the connection broke; what was committed is safe")

        monkeypatch.setattr(SqliteStore, "floor_plans", fail)
        answers = [floors.post(login()), floors.tell(answered()), floors.client.get("/api/v1/floors/north")]
        for answer in answers:
            assert answer.status_code == 503
            assert answer.headers["Retry-After"]
            assert "the connection broke" in answer.json()["detail"][0]["msg"]

    def test_a_database_that_may_not_be_written_is_told(self, floors: Floors) -> None:
        floors.client.app.state.floors._store.connection.pragma("query_only", True)  # type: ignore[attr-defined]
        answer = floors.post(login())
        assert answer.status_code == 503
        assert "cannot be opened for writing" in answer.json()["detail"][0]["msg"]

    def test_settings_of_another_version_are_told(self, floors: Floors) -> None:
        floors.store.plan_floor("north", '{"agents": 5}')
        answer = floors.post(login())
        assert answer.status_code == 503
        assert "import them again" in answer.json()["detail"][0]["msg"]


class TestRoles:
    def test_each_token_may_what_it_is_for(self, tmp_path: Path) -> None:
        floors = Floors(tmp_path, host="0.0.0.0")
        runs = floors.client.app.state.service.store  # type: ignore[attr-defined]
        found = {}
        for role in ("read", "run", "floor"):
            token = new_token()
            runs.add_token(role, digest_of(token), role, 1.0)
            bearer = {"Authorization": f"Bearer {token}"}
            found[role] = (
                floors.client.get("/api/v1/floors", headers=bearer).status_code,
                floors.post(login(), **bearer).status_code,
                floors.client.delete(f"/api/v1/runs/{'0' * 32}", headers=bearer).status_code,
            )
        assert found == {"read": (200, 403, 403), "run": (200, 403, 404), "floor": (200, 202, 403)}
        assert floors.post(login()).status_code == 401
        floors.store.close()

    def test_an_open_service_takes_nothing_from_a_page_of_another_site(self, floors: Floors) -> None:
        assert floors.post(login(), Origin="https://elsewhere.example").status_code == 403


class TestCarrier:
    def test_what_is_signed_waits_in_the_floors_inbox(self, floors: Floors) -> None:
        gone = answered("c/2", kind=AGENT_GONE, call_id="", agent_id="ann", code=0)
        answer = floors.tell(answered() + b"\n" + gone)
        assert (answer.status_code, answer.json()) == (202, {"taken": 2, "known": 0})
        assert [told["event"] for told in floors.waiting()] == ["call_answered", "agent_gone"]
        assert floors.tell(answered()).json() == {"taken": 1, "known": 1}

    @pytest.mark.parametrize("key", KEYS)
    def test_each_key_is_good(self, floors: Floors, key: str) -> None:
        assert floors.tell(answered(), key=key).status_code == 202

    def test_what_is_not_signed_or_not_so_is_refused(self, floors: Floors) -> None:
        path = "/api/v1/floors/north/carrier"
        refused = [
            floors.client.post(path, content=answered()),
            floors.tell(answered(), key="another key"),
            floors.tell(answered(), at=time.time() - 400.0),
            floors.client.post(
                path, headers={"X-Callfloor-Timestamp": "soon", "X-Callfloor-Signature": "v1=0"}
            ),
        ]
        assert [answer.status_code for answer in refused] == [401] * 4
        assert "found no signature" in refused[0].json()["detail"]
        assert floors.waiting() == []

    def test_nobody_learns_which_floors_there_are_without_a_key(self, floors: Floors) -> None:
        assert floors.tell(b"{}", floor="nowhere", key="another key").status_code == 401
        assert floors.tell(b"{}", floor="nowhere").status_code == 404

    def test_a_service_without_keys_says_how_to_open_it(self, tmp_path: Path) -> None:
        floors = Floors(tmp_path, webhook_keys=())
        answer = floors.tell(answered())
        assert answer.status_code == 403
        assert "start it with CALLFLOOR_WEBHOOK_KEYS" in answer.json()["detail"]
        floors.store.close()

    @pytest.mark.parametrize(
        ("line", "complaint"),
        [
            (b"no json", "no news that a carrier tells"),
            (answered(kind=99), "event.kind: expected one of 6 agent_gone"),
            (answered(kind=CALL_LOST), "event: expected one of agent_logged_in"),
            (answered(at=1e15), "event.at: expected UTC seconds up to now"),
            (answered(code=2**40), "event.code: expected from 0 to 65535"),
            (answered(event_id=""), "event.event_id: expected 1 to 256"),
            (encode(LiveCalls(1, [])), "tell: expected event"),
            (encode(Farewell("no")), "tell: expected event"),
        ],
    )
    def test_what_is_no_event_is_refused_with_its_line(
        self, floors: Floors, line: bytes, complaint: str
    ) -> None:
        answer = floors.tell(answered() + line)
        assert answer.status_code == 400
        assert answer.json()["detail"].startswith(f"line 2: {complaint}")
        assert floors.waiting() == []

    def test_too_much_is_refused(self, floors: Floors) -> None:
        assert floors.tell(b" " * (REQUEST_LONGEST + 1)).status_code == 413
        lines = b"".join(answered(str(i)) for i in range(LINES_MOST + 1))
        assert floors.tell(lines).json()["detail"] == "body: expected 1 to 100 lines, found 101"
