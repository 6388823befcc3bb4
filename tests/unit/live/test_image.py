"""A floor saved and loaded is the same floor, at whatever instant of its life."""

from __future__ import annotations

import json
import math
import random
from dataclasses import make_dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callfloor import floor as plain
from callfloor.carriers.faults import Faults, FaultyCarrier
from callfloor.carriers.simulated import SimulatedCarrier
from callfloor.floor.vocabulary import (
    AGENT_GONE,
    AGENT_HUNG_UP,
    AGENT_LOGGED_IN,
    AGENT_LOGGED_OUT,
    AGENT_PAUSED,
    AGENT_RESUMED,
    AGENT_SILENT,
    ANSWERED,
    CALL_ANSWERED,
    CALL_FAILED,
    CAMPAIGN_STARTED,
    CAMPAIGN_STOPPED,
    DISCONNECTED,
    ENDED,
    HUMAN,
)
from callfloor.live.arrivals import Arrival
from callfloor.live.rows import EVENT, FLOOR, FORM, PIECE, RowForm, decode, event_of, event_text
from callfloor.live.settings import CampaignSettings
from callfloor.runtimes import load
from callfloor.stores.errors import StoreUnusableError
from tests.unit.live.rig import START, Rig, ScriptedCarrier, line, people, same_floor, told_of_floor

PUBLISHED = ("vicidial", "vicidial_tapered", "issabel", "erlang", "ratio")

AGENT_DOES = (AGENT_LOGGED_IN, AGENT_LOGGED_OUT, AGENT_PAUSED, AGENT_RESUMED, AGENT_SILENT, AGENT_HUNG_UP)


def disturb(rig: Rig, draw: random.Random) -> None:
    """Something that no carrier brings: agents come and go, campaigns start and stop."""
    agent = draw.choice(rig.settings.agents)
    kind = draw.choice([*AGENT_DOES, AGENT_GONE, CAMPAIGN_STARTED, CAMPAIGN_STOPPED])
    if kind in (CAMPAIGN_STARTED, CAMPAIGN_STOPPED):
        campaign = draw.randrange(len(rig.settings.campaigns))
        rig.step(Arrival(kind, campaign=campaign, code=draw.randrange(2)))
    else:
        rig.step(Arrival(kind, agent=agent, code=draw.choice([0, 10])))


@pytest.mark.parametrize("runtime", ["plain", "compiled"])
@pytest.mark.parametrize("seed", range(6))
def test_at_every_instant_of_a_run_the_store_has_the_floor_that_memory_has(
    tmp_path: Path, seed: int, runtime: str
) -> None:
    draw = random.Random(seed)
    carrier = FaultyCarrier(
        SimulatedCarrier(people(call_length_s=3.0), seed),
        Faults(lose=0.03, double=0.1, delay=0.1, reorder=0.1),
        seed,
    )
    rig = Rig(
        tmp_path,
        agents=5,
        carrier=carrier,
        runtime=load(runtime),  # type: ignore[arg-type] # one of its names
        campaigns=[
            CampaignSettings(pool=draw.choice(["agent", "campaign"]), wrap_up_s=draw.choice([0.0, 2.0])),
            CampaignSettings(name="other", mode="progressive", calls_per_s=0.7, lines=3, message="Sorry."),
            CampaignSettings(name="ahead", mode="predictive"),
            CampaignSettings(name="published", mode="predictive", pacing=draw.choice(PUBLISHED)),
        ],
    )
    same_floor(rig.engine.resident, rig.loaded())
    rig.begin()
    for turn in range(250):
        nothing_due = rig.next_due() == math.inf
        if not nothing_due:
            rig.step_when_due()
        if nothing_due or draw.random() < 0.1:
            disturb(rig, draw)
        if turn % 5 == 0:
            same_floor(rig.engine.resident, rig.loaded())
    seen = told_of_floor(rig.engine.resident)
    assert seen["floor"]["attempts"] > 20
    rig.close()


def test_a_floor_that_is_loaded_anew_all_the_time_decides_as_one_that_stays(tmp_path: Path) -> None:
    figures = []
    for name, every in (("stays", 0), ("reloads", 1)):
        folder = tmp_path / name
        folder.mkdir()
        rig = Rig(folder, agents=4, wrap_up_s=1.0)
        rig.begin()
        for _ in range(400):
            rig.step_when_due()
            if every:
                rig.engine.load()
        figures.append(rig.rows("SELECT * FROM call_records ORDER BY attempt"))
        figures.append([row[:3] for row in rig.store.load(rig.engine.floor_id).agents])
        rig.close()
    assert figures[0] == figures[2]
    assert figures[1] == figures[3]


def test_of_what_a_campaign_has_learnt_only_what_has_changed_is_written(tmp_path: Path) -> None:
    rig = Rig(tmp_path, agents=8, campaigns=[CampaignSettings(mode="predictive", wrap_up_s=1.0)])
    rig.begin()
    for _ in range(300):
        rig.step_when_due()
    resident = rig.engine.resident
    [campaign] = resident.floor.campaigns
    assert resident.pieces_changed(campaign) == []
    talk = campaign.outlook.talk
    talk.weights[0] += 1.0
    [piece] = resident.pieces_changed(campaign)
    assert decode(piece.state) == list(talk.weights[:PIECE])
    assert (piece.campaign, piece.place) == (0, 0)
    rig.close()


def waiting_floor(tmp_path: Path) -> Rig:
    """Two persons wait for an agent, two agents ring for nobody."""
    rig = Rig(tmp_path, agents=4, carrier=ScriptedCarrier(), dial_ratio=1.0)
    rig.begin()
    return rig


def test_lines_are_restored_in_the_order_in_which_they_were_joined(tmp_path: Path) -> None:
    rig = waiting_floor(tmp_path)
    carrier = rig.carrier
    assert isinstance(carrier, ScriptedCarrier)
    ids = carrier.rung()
    # The longest ready agent is the one who came back last.
    for name in ("agent-2", "agent-0"):
        rig.step(Arrival(AGENT_PAUSED, agent=name), after_s=1.0)
        rig.step(Arrival(AGENT_RESUMED, agent=name), after_s=1.0)
    group = rig.floor.groups[0]
    assert line(group.first_ready) == [1, 3, 2, 0]
    assert line(rig.loaded().floor.groups[0].first_ready) == [1, 3, 2, 0]
    rig.step(*(Arrival(AGENT_PAUSED, agent=name) for name in rig.settings.agents))
    for call_id in (ids[3], ids[1], ids[2]):
        rig.step(rig.told(CALL_ANSWERED, call_id, HUMAN), after_s=0.1)
    assert [call.state for call in rig.floor.calls].count(ANSWERED) == 3
    again = rig.loaded()
    assert line(again.floor.queues[0].first_waiting) == line(rig.floor.queues[0].first_waiting) == [3, 1, 2]
    rig.step(rig.told(CALL_FAILED, ids[0], DISCONNECTED))
    assert line(rig.loaded().floor.first_ended) == [0]
    same_floor(rig.engine.resident, rig.loaded())
    rig.close()


def test_an_ended_call_keeps_its_number_when_its_lead_is_claimed_again_for_another(tmp_path: Path) -> None:
    carrier = ScriptedCarrier()
    rig = Rig(tmp_path, agents=1, carrier=carrier, dial_ratio=1.0, supply=False, cooldown_s=0.0)
    with rig.store.transaction(rig.engine.floor_id, rig.engine.resident.version) as transaction:
        transaction.add_leads(rig.engine.campaign_ids[0], [12125550100])
    other = rig.store.connection.execute("INSERT INTO numbers (e164) VALUES (12125550101) RETURNING id").get
    rig.store.connection.execute("UPDATE leads SET other_numbers = ?", (f"[{other}]",))
    rig.begin()
    rig.step(rig.told(CALL_FAILED, carrier.rung()[0], DISCONNECTED), after_s=1.0)
    rig.run_until(rig.now + 10.0)
    assert [number for _, number in carrier.of("originate")] == [12125550100, 12125550101]
    first, second = rig.floor.calls
    assert (first.state, first.lead.id) == (ENDED, second.lead.id)
    again = rig.loaded()
    assert again.floor.calls[0].lead.number == first.lead.number != second.lead.number
    same_floor(rig.engine.resident, again)
    rig.close()


def test_a_lead_given_back_and_claimed_again_in_one_step_is_kept(tmp_path: Path) -> None:
    rig = Rig(tmp_path, agents=3, carrier=ScriptedCarrier())
    rig.begin()
    for _ in range(20):
        rig.step(*(Arrival(CAMPAIGN_STOPPED, campaign=0), Arrival(CAMPAIGN_STARTED, campaign=0)), after_s=1.0)
        same_floor(rig.engine.resident, rig.loaded())
    held = rig.rows("SELECT count(*) FROM leads WHERE status = 2")
    assert held == [(rig.floor.campaigns[0].leads + rig.floor.campaigns[0].live,)]
    rig.close()


@given(
    st.builds(
        dict,
        kind=st.integers(-1, 50),
        agent=st.integers(-1, 9),
        call=st.integers(-1, 9),
        code=st.integers(0, 15),
        lead=st.integers(-1, 2**40),
        number=st.integers(-1, 2**40),
        last_attempt_at=st.floats(allow_nan=False, max_value=4e9),
        due_at=st.floats(allow_nan=False, min_value=-4e9),
    )
)
@settings(max_examples=60, deadline=None)
def test_an_event_is_journalled_and_read_back_to_the_last_bit(fields: dict[str, float]) -> None:
    if fields["last_attempt_at"] == float("-inf"):
        del fields["last_attempt_at"]
    event = plain.Event(**fields)  # type: ignore[arg-type] # fields of an Event
    again = event_of(plain, event_text(event))
    assert EVENT.read(again) == EVENT.read(event)


def test_every_field_of_the_floor_is_either_kept_or_known_not_to_be() -> None:
    assert FLOOR.references == []
    assert set(FLOOR.numbers) == {
        "now",
        "attempts",
        "order",
        "linger_s",
        "explains",
        "tracks",
        "watches",
        "bridges_at_once",
        "turn",
        "foresees",
        "event",
        "event_at",
        "sent",
    }


def test_a_floor_of_the_plain_runtime_is_loaded_by_the_compiled_one(tmp_path: Path) -> None:
    rig = Rig(tmp_path, agents=3)
    rig.begin()
    rig.run_until(START + 20)
    other = Rig(tmp_path, agents=3, runtime=load("compiled"), configure=False)
    same_floor(rig.engine.resident, other.engine.resident)
    rig.close()
    other.close()


@pytest.mark.parametrize("form", ["0123456789abcdef", 1])
def test_rows_in_another_form_are_refused(tmp_path: Path, form: object) -> None:
    """Those of a version before forms were written begin with the number of groups."""
    rig = Rig(tmp_path, agents=1, carrier=ScriptedCarrier())
    rig.begin()
    [(state,)] = rig.rows("SELECT state FROM floors")
    own = decode(state)
    assert own[0] == FORM
    rig.rows(f"UPDATE floors SET state = '{json.dumps([form, *own[1:]])}'")
    before = rig.rows("SELECT version, state FROM floors")
    with pytest.raises(
        StoreUnusableError, match=r"^floor 1: expected rows as Callfloor .* keeps them, found"
    ):
        rig.loaded()
    assert rig.rows("SELECT version, state FROM floors") == before
    rig.close()


def test_a_field_more_or_in_another_place_is_another_form() -> None:
    def form(**fields: str) -> list[object]:
        return RowForm(make_dataclass("Record", list(fields.items()))).names()

    one = form(since="Seconds", count="Count", times="Times")
    assert one == form(since="Seconds", count="Count", times="Times")
    assert one != form(since="Seconds", count="Count", more="Count", times="Times")
    assert one != form(count="Count", since="Seconds", times="Times")
    assert one != form(since="Seconds", count="Count", times="Times", more="Times")
