"""Appointments in the live engine: kept by the agent at the time, also by the next process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from callfloor.failures import UsageError
from callfloor.floor.vocabulary import (
    AGENT_LOGGED_OUT,
    CALL_ANSWERED,
    CALL_BRIDGED,
    CALL_ENDED,
    CAMPAIGN_STOPPED,
    HUMAN,
    PAUSED,
    RESERVED,
)
from callfloor.live.arrivals import Arrival
from callfloor.live.reconcile import reconcile
from callfloor.live.replay import replay_journal
from callfloor.live.settings import CampaignSettings
from tests.unit.live.rig import START, Rig, ScriptedCarrier, same_floor

AT = START + 7200.0
APPOINTMENTS = "SELECT appointment_at, appointment_agent FROM leads WHERE appointment_at > 0"


@pytest.fixture
def carrier() -> ScriptedCarrier:
    return ScriptedCarrier()


@pytest.fixture
def rig(tmp_path: Path, carrier: ScriptedCarrier) -> Iterator[Rig]:
    """Agent 1 has talked to a person who wants to be called back; both agents are ready."""
    opened = Rig(tmp_path, agents=2, carrier=carrier, dial_ratio=1.0, supply=False)
    with opened.store.transaction(opened.engine.floor_id, opened.engine.resident.version) as transaction:
        transaction.add_leads(opened.store.campaign_id("default"), [12125550100, 12125550101])
        transaction.write(opened.engine.new_batch(transaction).close(0))
    opened.engine.resident.version += 1
    opened.begin()
    for call_id in carrier.rung():
        for kind in (CALL_ANSWERED, CALL_BRIDGED):
            opened.step(opened.told(kind, call_id, HUMAN))
    opened.engine.dispose("agent-1", "call_back", opened.now, call_back_at=AT)
    for call_id in carrier.rung():
        opened.step(opened.told(CALL_ENDED, call_id), after_s=30.0)
    yield opened
    replay = replay_journal(opened.store, opened.engine.floor_id, "main", opened.runtime)
    assert replay.difference is None
    opened.close()


def test_the_person_is_called_at_that_time_by_that_agent(rig: Rig, carrier: ScriptedCarrier) -> None:
    assert rig.rows(APPOINTMENTS) == [(AT, 1)]
    rig.run_until(AT - 1.0)
    assert len(carrier.rung()) == 2
    rig.run_until(AT)
    assert len(carrier.rung()) == 3
    assert rig.floor.agents[1].state == RESERVED
    assert [row[0] for row in rig.rows("SELECT number FROM call_records WHERE attempt IN (2, 3)")] == [2, 2]
    same_floor(rig.engine.resident, rig.loaded())


def test_the_next_process_keeps_it_too(tmp_path: Path, rig: Rig) -> None:
    """Its agent is not there; when the time has passed for long enough anybody calls."""
    carrier = ScriptedCarrier()
    other = Rig(tmp_path, agents=2, carrier=carrier, dial_ratio=1.0, supply=False)
    other.step(*reconcile(other.engine, [], other.now))
    assert [agent.state for agent in other.floor.agents] == [PAUSED, PAUSED]
    other.begin()
    other.step(Arrival(AGENT_LOGGED_OUT, agent="agent-1"))
    other.run_until(AT + 299.0)
    assert carrier.rung() == []
    assert other.floor.appointments == 1
    same_floor(other.engine.resident, other.loaded())
    other.run_until(AT + 301.0)
    assert len(carrier.rung()) == 1
    other.close()


def test_one_that_waits_for_its_agent_when_the_campaign_stops_is_kept_by_the_store(rig: Rig) -> None:
    rig.step(Arrival(AGENT_LOGGED_OUT, agent="agent-1"))
    rig.run_until(AT + 10.0)
    assert rig.floor.appointments == 1
    rig.step(Arrival(CAMPAIGN_STOPPED, campaign=0))
    assert rig.floor.appointments == 0
    assert rig.rows(APPOINTMENTS) == [(AT, 1)]


def test_leads_are_claimed_in_the_order_and_with_the_filter_of_the_settings(
    tmp_path: Path, carrier: ScriptedCarrier
) -> None:
    campaigns = [CampaignSettings(order="oldest", only={"state": ("NY",)}, dial_ratio=1.0)]
    rig = Rig(tmp_path, agents=1, carrier=carrier, campaigns=campaigns, supply=False)
    add = "INSERT INTO numbers (id, e164) VALUES ({0}, {0})"
    rig.store.connection.execute(
        "INSERT INTO lists (id, campaign, name, status, created_at) VALUES (1, 1, 'a', 'active', 0)"
    )
    for number, state in ((12125550100, "CA"), (12125550101, "NY")):
        rig.store.connection.execute(add.format(number))
        rig.store.connection.execute(
            "INSERT INTO leads (list, number, state) VALUES (1, ?, ?)", (number, state)
        )
    rig.begin()
    assert [number for _, number in carrier.of("originate")] == [12125550101]
    rig.close()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"order": "random"}, "order: expected one of priority, freshest, oldest, found 'random'"),
        ({"only": {"state": ()}}, r"only.state: expected at least one value, found \(\)"),
        ({"only": {'a"b': ("x",)}}, "only: expected the name of a column of the lists"),
        ({"appointment_grace_s": -1.0}, "appointment_grace_s: expected 0 or more"),
    ],
)
def test_rules_that_cannot_be_meant_are_refused(settings: dict[str, object], told: str) -> None:
    with pytest.raises(UsageError, match=f"^{told}"):
        CampaignSettings(**settings)  # type: ignore[arg-type] # on purpose
