"""After an interruption: what the floor believes and what the carrier has, case by case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from callfloor.carriers.port import LiveCall
from callfloor.floor.vocabulary import (
    AGENT_FELL_SILENT,
    AGENT_HUNG_UP,
    AGENT_LOGGED_OUT,
    AGENT_RESUMED,
    BUSY,
    CALL_ANSWERED,
    CALL_BRIDGED,
    CALL_FAILED,
    CALL_LOST,
    CALL_LOST_BY_CARRIER,
    CALL_UNKNOWN_AT_CARRIER,
    CALL_WITHHELD,
    CONNECTED,
    CONNECTING,
    ENDED,
    HUMAN,
    LOST,
    NEVER,
    OFFLINE,
    PAUSED,
    READY,
    RINGING,
    TALKING,
    WITHHELD,
)
from callfloor.live.arrivals import Arrival
from callfloor.live.reconcile import reconcile
from tests.unit.live.rig import Rig, ScriptedCarrier, same_floor

Restart = Callable[..., Rig]


@pytest.fixture
def carrier() -> ScriptedCarrier:
    return ScriptedCarrier()


@pytest.fixture
def before(tmp_path: Path, carrier: ScriptedCarrier) -> Iterator[Rig]:
    """The process that will be interrupted: one agent, two lines that ring."""
    rig = Rig(tmp_path, agents=1, carrier=carrier)
    rig.begin()
    yield rig
    rig.close()


@pytest.fixture
def restart(tmp_path: Path) -> Iterator[Restart]:
    """The next process: it finds the carrier with these calls alive and closes the gap."""
    opened: list[Rig] = []

    def start(carrier: ScriptedCarrier, *live: LiveCall, after_s: float = 1.0) -> Rig:
        carrier.told.clear()
        carrier.live = list(live)
        rig = Rig(tmp_path, agents=1, carrier=carrier)
        opened.append(rig)
        rig.now += after_s
        rig.engine.step(reconcile(rig.engine, carrier.live, rig.now), rig.now)
        same_floor(rig.engine.resident, rig.loaded())
        return rig

    yield start
    for rig in opened:
        rig.close()


def states(rig: Rig) -> list[int]:
    return [call.state for call in rig.floor.calls[:2]]


def test_a_call_that_the_carrier_has_lost_is_over_and_its_lead_is_tried_again(
    before: Rig, carrier: ScriptedCarrier, restart: Restart
) -> None:
    before.engine.settle()
    one, other = carrier.rung()
    rig = restart(carrier, LiveCall(other))
    assert rig.floor.calls[0].outcome == LOST
    assert states(rig) == [ENDED, 0]
    assert CALL_LOST_BY_CARRIER in rig.watcher.conditions
    assert one not in carrier.rung()
    [(status, due_at)] = rig.rows("SELECT status, due_at FROM leads WHERE outcome IS NOT NULL")
    assert status == 1
    assert due_at > rig.now


def test_a_call_that_is_newer_than_the_carriers_answer_is_not_lost(before: Rig, tmp_path: Path) -> None:
    rig = Rig(tmp_path, agents=1, carrier=before.carrier)
    placed_at = min(call.placed_at for call in rig.floor.calls)
    assert reconcile(rig.engine, [], placed_at + 9.0, asked_at=placed_at - 1.0, silent=False) == []
    told = reconcile(rig.engine, [], placed_at + 9.0, asked_at=placed_at + 1.0, silent=False)
    assert [each.kind for each in told] == [CALL_LOST, CALL_LOST]
    rig.close()


def test_calls_of_which_nothing_has_changed_go_on(
    before: Rig, carrier: ScriptedCarrier, restart: Restart
) -> None:
    before.engine.settle()
    rig = restart(carrier, *(LiveCall(call_id) for call_id in carrier.rung()))
    assert states(rig) == [0, 0]
    assert carrier.told == []


def test_an_answer_that_was_missed_is_not_forgotten(
    before: Rig, carrier: ScriptedCarrier, restart: Restart
) -> None:
    before.engine.settle()
    one, other = carrier.rung()
    rig = restart(carrier, LiveCall(one, answered=True), LiveCall(other))
    assert carrier.of("bridge") == [(one, "agent-0")]
    assert states(rig) == [CONNECTING, 0]


def test_a_bridge_that_was_missed_is_a_conversation(
    before: Rig, carrier: ScriptedCarrier, restart: Restart
) -> None:
    one, other = carrier.rung()
    before.step(before.told(CALL_ANSWERED, one, HUMAN))
    before.engine.settle()
    rig = restart(carrier, LiveCall(one, answered=True, bridged=True), LiveCall(other))
    assert states(rig) == [CONNECTED, 0]
    assert rig.floor.agents[0].state == TALKING


def test_a_call_of_ours_that_should_be_over_is_hung_up_and_reported(
    before: Rig, carrier: ScriptedCarrier, restart: Restart
) -> None:
    one, other = carrier.rung()
    before.step(Arrival(AGENT_LOGGED_OUT, agent="agent-0"), before.told(CALL_FAILED, one, BUSY))
    before.engine.settle()
    rig = restart(carrier, LiveCall(one, answered=True), LiveCall(other))
    assert carrier.told == [("hang_up", one)]
    assert rig.watcher.conditions.count(CALL_UNKNOWN_AT_CARRIER) == 1


def test_a_call_that_was_to_be_hung_up_and_lives_is_hung_up_again(
    before: Rig, carrier: ScriptedCarrier, restart: Restart
) -> None:
    one, other = carrier.rung()
    before.step(before.told(CALL_ANSWERED, one, HUMAN))
    before.step(before.told(CALL_BRIDGED, one))
    before.step(Arrival(AGENT_HUNG_UP, agent="agent-0"))
    before.engine.settle()
    rig = restart(carrier, LiveCall(one, answered=True, bridged=True), LiveCall(other))
    assert carrier.told == [("hang_up", one)]
    assert CALL_UNKNOWN_AT_CARRIER not in rig.watcher.conditions


def test_calls_of_another_floor_on_the_same_lines_are_left_alone(
    before: Rig, carrier: ScriptedCarrier, restart: Restart
) -> None:
    before.engine.settle()
    ours = [LiveCall(call_id) for call_id in carrier.rung()]
    rig = restart(carrier, *ours, LiveCall("f" * 32, answered=True))
    assert carrier.told == []
    assert CALL_UNKNOWN_AT_CARRIER not in rig.watcher.conditions


def test_a_call_that_another_process_has_placed_just_now_is_left_alone(
    before: Rig, carrier: ScriptedCarrier, restart: Restart
) -> None:
    before.engine.settle()
    one, other = carrier.rung()
    newest = f"{one[:16]}{3:016x}"
    restart(carrier, LiveCall(one), LiveCall(other), LiveCall(newest))
    assert carrier.told == []


def test_an_ended_call_that_lives_at_the_carrier_is_a_stranger(
    before: Rig, carrier: ScriptedCarrier, restart: Restart
) -> None:
    before.engine.settle()
    one, other = carrier.rung()
    restart(carrier, LiveCall(other))
    restart(carrier, LiveCall(one), LiveCall(other))
    assert carrier.of("hang_up") == [(one,)]


class TestUnresolvedSending:
    """The process died after the commit: nobody knows whether the carrier has heard."""

    def test_a_dial_goes_out_again_to_a_carrier_that_remembers(
        self, before: Rig, carrier: ScriptedCarrier, restart: Restart
    ) -> None:
        dialled = carrier.of("originate")
        rig = restart(carrier)
        assert carrier.of("originate") == dialled
        assert states(rig) == [0, 0]
        assert CALL_LOST_BY_CARRIER not in rig.watcher.conditions
        rig.engine.settle()
        assert rig.store.load(rig.engine.floor_id).outbox == []

    def test_a_dial_counts_as_placed_with_one_that_does_not(
        self, before: Rig, carrier: ScriptedCarrier, restart: Restart
    ) -> None:
        carrier.remembers_since = NEVER
        one, other = carrier.rung()
        rig = restart(carrier, LiveCall(other))
        assert one not in carrier.rung()
        assert other not in carrier.rung()
        assert rig.floor.calls[0].outcome == LOST

    def test_a_dial_counts_as_placed_where_the_carrier_has_been_started_anew(
        self, before: Rig, carrier: ScriptedCarrier, restart: Restart
    ) -> None:
        carrier.remembers_since = before.now + 1.0
        ids = carrier.rung()
        rig = restart(carrier, after_s=2.0)
        assert not set(ids) & set(carrier.rung())
        assert [call.outcome for call in rig.floor.calls[:2]] == [LOST, LOST]

    def test_a_stale_dial_stays_unsent(self, before: Rig, carrier: ScriptedCarrier, restart: Restart) -> None:
        ids = carrier.rung()
        rig = restart(carrier, after_s=6.0)
        assert not set(ids) & set(carrier.rung())
        assert [call.outcome for call in rig.floor.calls[:2]] == [LOST, LOST]

    def test_a_dial_to_a_number_barred_meanwhile_stays_unsent(
        self, before: Rig, carrier: ScriptedCarrier, restart: Restart
    ) -> None:
        one, other = carrier.rung()
        before.store.bar(dict(carrier.of("originate"))[one])
        rig = restart(carrier)
        assert one not in carrier.rung()
        assert other in carrier.rung()
        assert rig.floor.calls[0].outcome == WITHHELD
        assert CALL_WITHHELD in rig.watcher.conditions

    def test_a_dial_whose_call_is_over_stays_unsent(
        self, before: Rig, carrier: ScriptedCarrier, restart: Restart
    ) -> None:
        one, other = carrier.rung()
        second = Rig(before.folder, agents=1, carrier=ScriptedCarrier(), configure=False)
        second.step(Arrival(AGENT_LOGGED_OUT, agent="agent-0"), second.told(CALL_FAILED, one, BUSY))
        second.close()
        restart(carrier, LiveCall(other))
        assert one not in carrier.rung()

    def test_a_hang_up_goes_out_again(self, before: Rig, carrier: ScriptedCarrier, restart: Restart) -> None:
        one, other = carrier.rung()
        before.step(before.told(CALL_ANSWERED, one, HUMAN), before.told(CALL_BRIDGED, one))
        before.step(Arrival(AGENT_HUNG_UP, agent="agent-0"))
        rig = restart(carrier, LiveCall(one, answered=True, bridged=True), LiveCall(other))
        assert carrier.told == [("hang_up", one)]
        assert rig.floor.calls[0].state != ENDED, "that is for the carrier to say"

    def test_a_bridge_goes_out_again_while_the_person_is_there(
        self, before: Rig, carrier: ScriptedCarrier, restart: Restart
    ) -> None:
        one, other = carrier.rung()
        before.step(before.told(CALL_ANSWERED, one, HUMAN))
        rig = restart(carrier, LiveCall(one, answered=True), LiveCall(other))
        assert carrier.of("bridge") == [(one, "agent-0")]
        assert states(rig) == [CONNECTING, 0]

    def test_a_bridge_for_one_who_has_gone_stays_unsent(
        self, before: Rig, carrier: ScriptedCarrier, restart: Restart
    ) -> None:
        one, other = carrier.rung()
        before.step(before.told(CALL_ANSWERED, one, HUMAN))
        rig = restart(carrier, LiveCall(other))
        assert carrier.of("bridge") == []
        assert rig.floor.calls[0].outcome == LOST or rig.floor.calls[0].state == ENDED


class TestAgentsOfWhomNothingIsKnown:
    def test_they_stand_down_until_they_are_heard_of(
        self, before: Rig, carrier: ScriptedCarrier, restart: Restart
    ) -> None:
        before.engine.settle()
        rig = restart(carrier, *(LiveCall(call_id) for call_id in carrier.rung()))
        assert rig.floor.agents[0].state == PAUSED
        assert AGENT_FELL_SILENT in rig.watcher.conditions
        rig.step(Arrival(AGENT_RESUMED, agent="agent-0"))
        assert rig.floor.agents[0].state == READY

    def test_one_in_conversation_keeps_it(
        self, before: Rig, carrier: ScriptedCarrier, restart: Restart
    ) -> None:
        one, other = carrier.rung()
        before.step(before.told(CALL_ANSWERED, one, HUMAN), before.told(CALL_BRIDGED, one))
        before.engine.settle()
        rig = restart(carrier, LiveCall(one, answered=True, bridged=True), LiveCall(other))
        assert rig.floor.agents[0].state == TALKING
        rig.step(Arrival(AGENT_RESUMED, agent="agent-0"))
        assert rig.floor.agents[0].pausing == 0

    def test_nobody_is_dialled_for_them(
        self, before: Rig, carrier: ScriptedCarrier, restart: Restart
    ) -> None:
        before.engine.settle()
        rig = restart(carrier)
        assert carrier.rung() == []
        assert RINGING not in states(rig)

    def test_those_who_were_offline_stay_so(
        self, before: Rig, carrier: ScriptedCarrier, restart: Restart
    ) -> None:
        before.step(Arrival(AGENT_LOGGED_OUT, agent="agent-0"))
        before.engine.settle()
        rig = restart(carrier)
        assert rig.floor.agents[0].state == OFFLINE
        assert AGENT_FELL_SILENT not in rig.watcher.conditions


def test_reconciling_twice_changes_nothing_more(
    before: Rig, carrier: ScriptedCarrier, restart: Restart
) -> None:
    live = [LiveCall(call_id) for call_id in carrier.rung()]
    rig = restart(carrier, *live)
    again = restart(carrier, *live)
    assert states(again) == states(rig)
    assert carrier.of("originate") == []
