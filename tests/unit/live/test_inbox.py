"""What other processes put down for a floor, taken by its steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from callfloor.failures import UsageError
from callfloor.floor.vocabulary import BUSY, CALL_UNKNOWN, ENDED, EVENT_SEEN_BEFORE, OFFLINE, READY
from callfloor.live import inbox
from callfloor.live.arrivals import Incoming
from callfloor.live.inbox import InboxWatch, Posted, post
from callfloor.stores.errors import StaleVersionError, StoreError
from callfloor.stores.inbox_port import InboxEntry
from tests.unit.live.rig import Rig, ScriptedCarrier


class Watched:
    """A floor with its inbox."""

    def __init__(self, folder: Path) -> None:
        self.rig = Rig(folder, agents=2, carrier=ScriptedCarrier())
        self.store = self.rig.store
        self.floor = self.rig.engine.floor_id
        self.refused: list[tuple[str, str]] = []
        self.watch = InboxWatch(self.rig.engine, self.store, self.refuse)

    def refuse(self, entry: InboxEntry, reason: str) -> None:
        self.refused.append((entry.arrival, reason))

    def post(self, event: str, event_id: str | None = None, **told: Any) -> bool:
        return post(self.store, self.floor, Posted(event, **told), event_id)

    def take(self) -> Sequence[Incoming]:
        self.watch.hasten()
        return self.watch.take(self.rig.now)

    def step(self) -> None:
        self.rig.engine.step(self.take(), self.rig.now)

    def states(self) -> list[int]:
        return [agent.state for agent in self.rig.floor.agents]

    def kinds(self) -> list[int]:
        return [entry.kind for entry in self.store.journal(self.floor) if entry.kind >= 0]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path)
    yield made
    made.rig.close()


class TestTaking:
    def test_what_was_put_down_is_taken_once_and_in_order(self, watched: Watched) -> None:
        watched.post("agent_logged_in", agent="agent-0")
        watched.post("agent_paused", agent="agent-0", code=1)
        watched.post("agent_resumed", agent="agent-0")
        watched.step()
        assert watched.states() == [READY, OFFLINE]
        assert watched.store.waiting_count(watched.floor) == 0
        watched.step()
        assert len(watched.kinds()) == 3

    def test_campaigns_are_meant_by_name(self, watched: Watched) -> None:
        watched.post("campaign_started", campaign="default")
        watched.post("agent_logged_in", agent="agent-0")
        watched.step()
        assert watched.rig.carrier.rung()  # type: ignore[attr-defined]

    def test_a_carrier_may_tell_of_calls_by_this_way(self, watched: Watched) -> None:
        watched.rig.begin()
        call_id = watched.rig.engine.resident.call_ids[0]
        watched.post("call_ringing", "c1", call_id=call_id, at=watched.rig.now)
        watched.post("call_failed", "c2", call_id=call_id, code=BUSY, at=watched.rig.now)
        watched.step()
        assert watched.rig.floor.calls[0].state == ENDED
        assert watched.rig.watcher.conditions == []

    def test_a_call_that_the_floor_does_not_have_is_an_abnormal_condition(self, watched: Watched) -> None:
        watched.rig.begin()
        watched.post("call_ended", "c1", call_id="f" * 32)
        watched.step()
        assert watched.rig.watcher.conditions == [CALL_UNKNOWN]
        assert watched.store.waiting_count(watched.floor) == 0

    def test_one_that_is_sent_again_after_it_was_taken_is_dropped(self, watched: Watched) -> None:
        watched.post("agent_logged_in", "e1", agent="agent-0")
        watched.step()
        watched.post("agent_logged_out", "e2", agent="agent-0")
        watched.post("agent_logged_in", "e1", agent="agent-0")
        watched.step()
        assert watched.states() == [OFFLINE, OFFLINE]
        assert watched.rig.engine.duplicates == 1
        assert watched.rig.watcher.conditions == [EVENT_SEEN_BEFORE]
        assert watched.store.waiting_count(watched.floor) == 0

    def test_more_than_a_step_takes_waits_in_the_database(
        self, watched: Watched, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        watched.watch.at_once = 2
        for _ in range(5):
            watched.post("agent_resumed", agent="agent-0")
        watched.step()
        assert watched.store.waiting_count(watched.floor) == 3
        assert watched.watch.next_due() < watched.rig.now

    def test_it_looks_now_and_then_by_itself(self, watched: Watched) -> None:
        watched.step()
        assert watched.rig.now < watched.watch.next_due() <= watched.rig.now + inbox.EVERY_S
        watched.post("agent_logged_in", agent="agent-0")
        assert not watched.watch.take(watched.rig.now)
        assert watched.watch.take(watched.watch.next_due())


class TestSeveralProcesses:
    def test_an_entry_that_another_process_took_is_not_taken_again(
        self, watched: Watched, tmp_path: Path
    ) -> None:
        watched.post("agent_logged_in", agent="agent-0")
        other = Watched(tmp_path)
        entries = watched.take()
        other.step()
        watched.rig.engine.step(entries, watched.rig.now)
        assert len(watched.kinds()) == 1
        other.rig.close()

    def test_an_entry_whose_commit_was_not_acknowledged_is_taken_once(
        self, watched: Watched, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        watched.post("agent_logged_in", agent="agent-0")
        commit = watched.rig.engine.commit

        def lose(*arguments: Any) -> None:
            commit(*arguments)
            raise StoreError("the connection broke while it committed")

        monkeypatch.setattr(watched.rig.engine, "commit", lose)
        with pytest.raises(StoreError):
            watched.step()
        monkeypatch.undo()
        watched.step()
        assert len(watched.kinds()) == 1

    def test_an_entry_of_a_step_that_failed_is_taken_with_the_next(
        self, watched: Watched, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        watched.post("agent_logged_in", agent="agent-0")

        def fail(*_: Any) -> None:
            raise StaleVersionError("it always is")

        monkeypatch.setattr(watched.rig.engine, "commit", fail)
        with pytest.raises(StaleVersionError):
            watched.step()
        monkeypatch.undo()
        watched.step()
        assert watched.states() == [READY, OFFLINE]


class TestWhatCannotBeTaken:
    @pytest.mark.parametrize(
        ("arrival", "complaint"),
        [
            ("not JSON", "JSON is malformed"),
            ('{"event": "timer_due"}', "expected one of agent_logged_in"),
            ('{"event": "agent_paused", "colour": "blue"}', "colour"),
            ('{"event": "campaign_started", "campaign": "nowhere"}', "expected one of default"),
        ],
    )
    def test_it_is_set_aside_with_the_reason(self, watched: Watched, arrival: str, complaint: str) -> None:
        watched.store.put(watched.floor, arrival)
        watched.post("agent_logged_in", agent="agent-0")
        watched.step()
        assert watched.states() == [READY, OFFLINE]
        [(refused, reason)] = watched.refused
        assert refused == arrival
        assert complaint in reason
        assert watched.store.db.value("SELECT refused FROM inbox") == reason

    def test_one_that_breaks_every_step_is_found_and_set_aside(
        self, watched: Watched, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commit = watched.rig.engine.commit

        def break_off(arrivals: Sequence[Any], now: float) -> Any:
            if any(arrival.code == 13 for arrival in arrivals):
                raise ZeroDivisionError
            return commit(arrivals, now)

        monkeypatch.setattr(watched.rig.engine, "commit", break_off)
        watched.post("agent_logged_in", agent="agent-0")
        watched.post("agent_paused", agent="agent-0", code=13)
        watched.post("agent_logged_in", agent="agent-1")
        blamed = []
        for _ in range(9):
            try:
                watched.step()
            except ZeroDivisionError as error:
                blamed.append(watched.watch.blamed(error))
        assert blamed == [True, True]
        assert watched.states() == [READY, READY]
        assert [reason for _, reason in watched.refused] == ["the step failed: ZeroDivisionError()"]

    def test_a_fault_that_is_not_the_inboxs_is_nobodys_here(self, watched: Watched) -> None:
        assert not watched.watch.blamed(ZeroDivisionError())

    def test_where_too_much_waits_more_is_refused(
        self, watched: Watched, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(inbox, "WAITING_MOST", 1)
        watched.post("agent_logged_in", agent="agent-0")
        with pytest.raises(UsageError, match="see that a worker looks after it"):
            watched.post("agent_logged_in", agent="agent-1")
        assert watched.store.waiting_count(watched.floor) == 1
