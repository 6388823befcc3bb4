"""Modes in the live engine: leads shown to agents, messages, changes in mid-flight, several groups."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callfloor.carriers.port import Originate
from callfloor.carriers.simulated import SimulatedCarrier
from callfloor.failures import UsageError
from callfloor.floor.setting_codes import PACING_CALLFLOOR, PACING_VICIDIAL_TAPERED
from callfloor.floor.vocabulary import (
    AGENT_ACCEPTED,
    AGENT_SKIPPED,
    CALL_ANSWERED,
    CALL_ENDED,
    CALL_PLAYED,
    CAMPAIGN_CHANGED,
    CONNECTED,
    ENDED,
    HUMAN,
    MACHINE,
    MESSAGE,
    PAUSED,
    POWER,
    PREVIEW,
    PREVIEWING,
    RESERVED,
)
from callfloor.live.arrivals import Arrival
from callfloor.live.reconcile import reconcile
from callfloor.live.replay import replay_journal
from callfloor.live.settings import CampaignSettings, FloorSettings
from tests.unit.live.rig import START, Rig, ScriptedCarrier, people, same_floor


@pytest.fixture
def carrier() -> ScriptedCarrier:
    return ScriptedCarrier()


@pytest.fixture
def rig(tmp_path: Path, carrier: ScriptedCarrier) -> Iterator[Rig]:
    opened = Rig(tmp_path, agents=2, carrier=carrier, mode="preview", preview_s=30.0)
    opened.begin()
    yield opened
    opened.close()


def states(rig: Rig) -> list[int]:
    return [agent.state for agent in rig.floor.agents]


def replays(rig: Rig) -> None:
    """The journal gives the same commands and the same state again."""
    replay = replay_journal(rig.store, rig.engine.floor_id, "main", rig.runtime)
    assert replay.difference is None


class TestPreview:
    def test_whoever_watches_is_told_which_lead_an_agent_is_shown(self, rig: Rig) -> None:
        assert states(rig) == [PREVIEWING, PREVIEWING]
        shown = rig.watcher.shown
        assert [(agent, campaign, until) for agent, _, campaign, until in shown] == [
            ("agent-0", "default", START + 30.0),
            ("agent-1", "default", START + 30.0),
        ]
        assert [lead for _, lead, *_ in shown] == [agent.lead.id for agent in rig.floor.agents]

    def test_nobody_is_called_before_the_agent_wants_it(self, rig: Rig, carrier: ScriptedCarrier) -> None:
        assert carrier.rung() == []
        lead = rig.floor.agents[0].lead.id
        rig.step(Arrival(AGENT_ACCEPTED, agent="agent-0", lead=lead), after_s=5.0)
        assert len(carrier.rung()) == 1
        assert states(rig) == [RESERVED, PREVIEWING]
        rig.step(rig.told(CALL_ANSWERED, carrier.rung()[0], HUMAN), after_s=5.0)
        assert carrier.of("bridge") == [(carrier.rung()[0], "agent-0")]
        replays(rig)

    def test_a_skipped_lead_is_given_back_to_the_store_and_due_later(self, rig: Rig) -> None:
        lead = rig.floor.agents[1].lead.id
        rig.step(Arrival(AGENT_SKIPPED, agent="agent-1", lead=lead), after_s=5.0)
        assert rig.rows(f"SELECT status, due_at, attempts FROM leads WHERE id = {lead}") == [
            (1, START + 5.0 + 3600.0, 0)
        ]
        assert rig.floor.agents[1].lead.id != lead
        replays(rig)

    def test_when_the_time_is_over_the_lead_is_called(self, rig: Rig, carrier: ScriptedCarrier) -> None:
        rig.run_until(START + 29.0)
        assert carrier.rung() == []
        rig.run_until(START + 31.0)
        assert len(carrier.rung()) == 2

    def test_the_next_process_finds_the_leads_that_agents_are_shown(self, tmp_path: Path, rig: Rig) -> None:
        same_floor(rig.engine.resident, rig.loaded())
        other = Rig(tmp_path, carrier=ScriptedCarrier(), mode="preview", preview_s=30.0)
        same_floor(rig.loaded(), other.engine.resident)
        assert states(other) == [PREVIEWING, PREVIEWING]
        assert set(other.engine.resident.e164) >= {agent.lead.number for agent in other.floor.agents}
        # Nothing is known of the agents yet: what they were shown is for others.
        other.step(*reconcile(other.engine, [], other.now))
        assert states(other) == [PAUSED, PAUSED]
        assert other.rows("SELECT count(*) FROM leads WHERE status = 2") == [
            (other.floor.campaigns[0].leads,)
        ]
        replays(other)
        other.close()

    @pytest.mark.parametrize("seed", range(3))
    def test_a_run_with_decisions_at_random_is_kept_and_replayed(self, tmp_path: Path, seed: int) -> None:
        draw = random.Random(seed)
        rig = Rig(
            tmp_path,
            agents=3,
            carrier=SimulatedCarrier(people(call_length_s=3.0), seed),
            campaigns=[
                CampaignSettings(mode="preview", preview_s=4.0, share=0.5, wrap_up_s=1.0),
                CampaignSettings(name="other", mode="preview", preview_expires="skip", preview_s=2.0),
            ],
        )
        rig.begin()
        for turn in range(150):
            rig.step_when_due()
            decide(rig, draw)
            if turn % 10 == 0:
                same_floor(rig.engine.resident, rig.loaded())
        assert rig.floor.attempts > 10
        assert {campaign.abandoned for campaign in rig.floor.campaigns} == {0}
        replays(rig)
        rig.close()


def decide(rig: Rig, draw: random.Random) -> None:
    """Agents who are shown a lead decide now and then."""
    for agent in rig.floor.agents:
        if agent.state == PREVIEWING and draw.random() < 0.3:
            kind = draw.choice((AGENT_ACCEPTED, AGENT_ACCEPTED, AGENT_SKIPPED))
            rig.step(Arrival(kind, agent=rig.engine.resident.agent_name(agent)), after_s=0.1)


class TestMessages:
    def test_a_campaign_without_agents_plays_its_message_to_everybody_who_answers(
        self, tmp_path: Path, carrier: ScriptedCarrier
    ) -> None:
        rig = Rig(tmp_path, agents=0, carrier=carrier, mode="message", message="offer.wav", lines=2)
        rig.begin()
        first, second = carrier.rung()
        rig.step(rig.told(CALL_ANSWERED, first, HUMAN), after_s=3.0)
        assert carrier.of("play") == [(first, "offer.wav")]
        rig.step(rig.told(CALL_ANSWERED, second, MACHINE), after_s=3.0)
        assert carrier.of("hang_up") == [(second,)]
        rig.step(rig.told(CALL_PLAYED, first), after_s=20.0)
        rig.step(rig.told(CALL_ENDED, first), rig.told(CALL_ENDED, second), after_s=1.0)
        assert rig.rows("SELECT outcome FROM call_records WHERE ended_at IS NOT NULL ORDER BY attempt") == [
            (HUMAN,),
            (MACHINE,),
        ]
        assert len(carrier.rung()) == 4
        replays(rig)
        rig.close()

    def test_with_people_who_answer_all_calls_come_to_an_end(self, tmp_path: Path) -> None:
        rig = Rig(tmp_path, agents=0, mode="message", message="offer.wav", machine="message", lines=5)
        rig.begin()
        rig.run_until(START + 120.0)
        ended = rig.rows("SELECT count(*) FROM call_records WHERE ended_at IS NOT NULL")[0][0]
        assert ended > 50
        assert len([call for call in rig.floor.calls if call.state != ENDED]) <= 5
        assert rig.floor.campaigns[0].abandoned == 0
        replays(rig)
        rig.close()

    def test_a_machine_gets_the_message_where_that_is_set(
        self, tmp_path: Path, carrier: ScriptedCarrier
    ) -> None:
        rig = Rig(tmp_path, agents=1, carrier=carrier, machine="message", message="later.wav", dial_ratio=1.0)
        rig.begin()
        rig.step(rig.told(CALL_ANSWERED, carrier.rung()[0], MACHINE), after_s=9.0)
        assert carrier.of("play") == [(carrier.rung()[0], "later.wav")]
        assert rig.floor.calls[0].state == MESSAGE
        rig.close()

    @pytest.mark.parametrize(
        ("settings", "told"),
        [
            ({"mode": "message", "message": "x"}, 'lines: expected over 0 with mode = "message"'),
            ({"mode": "message", "lines": 3}, "message: expected the recording that is to be played, found"),
            ({"machine": "message"}, "message: expected the recording that is to be played, found ''"),
            (
                {"mode": "message", "lines": 3, "message": "x", "machine": "connect"},
                "machine: expected hang_up or message without agents, found 'connect'",
            ),
        ],
    )
    def test_what_cannot_be_played_is_refused(self, settings: dict[str, Any], told: str) -> None:
        with pytest.raises(UsageError, match=f"^{told}"):
            CampaignSettings(**settings)


class TestChanges:
    def test_a_running_campaign_is_switched_and_dials_at_once(
        self, rig: Rig, carrier: ScriptedCarrier
    ) -> None:
        rig.step(Arrival(AGENT_ACCEPTED, agent="agent-0"), after_s=2.0)
        rig.step(rig.told(CALL_ANSWERED, carrier.rung()[0], HUMAN), after_s=2.0)
        rig.step(Arrival(AGENT_SKIPPED, agent="agent-1"))
        rig.engine.change("default", rig.now, mode="power", dial_ratio=3.0, preview_s=9.0)
        campaign = rig.floor.campaigns[0]
        assert (campaign.mode, campaign.dial_ratio, campaign.preview_s) == (POWER, 3.0, 9.0)
        assert states(rig) == [RESERVED, PREVIEWING]
        rig.step(Arrival(AGENT_SKIPPED, agent="agent-1"))
        assert len(carrier.rung()) == 4
        kinds = [entry.kind for entry in rig.store.journal(rig.engine.floor_id)]
        assert kinds.count(CAMPAIGN_CHANGED) == 3
        replays(rig)

    def test_a_published_rule_is_named_and_left_again_and_the_next_process_goes_on_with_it(
        self, tmp_path: Path, rig: Rig
    ) -> None:
        rig.engine.change("default", rig.now, mode="predictive", pacing="vicidial_tapered")
        rig.engine.change("default", rig.now, vicidial_ready=True)
        rig.step(*(Arrival(AGENT_SKIPPED, agent=agent) for agent in ("agent-0", "agent-1")))
        rig.run_until(START + 20.0)
        campaign = rig.floor.campaigns[0]
        assert (campaign.pacing, campaign.vicidial_ready) == (PACING_VICIDIAL_TAPERED, True)
        assert campaign.published.samples > 15
        same_floor(rig.engine.resident, rig.loaded())
        other = Rig(tmp_path, carrier=ScriptedCarrier(), mode="preview", configure=False)
        assert other.floor.campaigns[0].published.samples == campaign.published.samples
        other.engine.change("default", other.now, pacing="callfloor")
        other.step(after_s=1.0)
        assert other.floor.campaigns[0].pacing == PACING_CALLFLOOR
        replays(other)
        other.close()

    def test_a_change_that_cannot_be_meant_is_refused_by_name_and_changes_nothing(self, rig: Rig) -> None:
        before = rig.engine.settings
        for wrong, told in (
            ({"mode": "predictiv"}, "mode: expected one of power, "),
            ({"mode": "message"}, "lines: expected over 0"),
            ({"pacing": "vicidail"}, "pacing: expected one of callfloor, ratio, vicidial, "),
            ({"share": 2.0}, "share: expected over 0, up to 1, found 2.0"),
            ({"colour": 1}, "setting: expected one of mode, pool, .*, found 'colour'"),
        ):
            with pytest.raises(UsageError, match=f"^{told}"):
                rig.engine.change("default", rig.now, **wrong)
        with pytest.raises(UsageError, match=r"^campaign: expected one of default, found 'other'"):
            rig.engine.change("other", rig.now, share=0.5)
        assert rig.engine.settings is before
        assert rig.floor.campaigns[0].mode == PREVIEW

    def test_changes_hold_until_the_floor_is_configured_again(self, tmp_path: Path, rig: Rig) -> None:
        rig.engine.change("default", rig.now, mode="power")
        other = Rig(tmp_path, carrier=ScriptedCarrier(), mode="preview", configure=False)
        assert other.floor.campaigns[0].mode == POWER
        other.engine.configure(other.now)
        assert other.floor.campaigns[0].mode == PREVIEW
        other.close()

    def test_all_settings_can_be_exchanged_while_calls_are_in_hand(
        self, rig: Rig, carrier: ScriptedCarrier
    ) -> None:
        rig.step(Arrival(AGENT_ACCEPTED, agent="agent-0"), after_s=2.0)
        settings = FloorSettings(
            agents=("agent-0", "agent-1", "agent-2"),
            campaigns=(
                CampaignSettings(mode="power", dial_ratio=2.0, retry_after_s={"busy": 5.0}),
                CampaignSettings(name="more", mode="progressive"),
            ),
        )
        rig.engine.configure(rig.now, settings)
        assert rig.next_due() < rig.now
        rig.step()
        assert [campaign.mode for campaign in rig.floor.campaigns] == [POWER, 2]
        assert states(rig) == [RESERVED, PREVIEWING, 0]
        assert rig.floor.calls[0].state <= CONNECTED
        replays(rig)

    def test_settings_of_another_floor_or_without_its_campaigns_are_refused(self, rig: Rig) -> None:
        for wrong in (
            FloorSettings(name="other"),
            FloorSettings(campaigns=(CampaignSettings(name="more"),)),
        ):
            with pytest.raises(UsageError, match=r"^main: expected settings of this floor"):
                rig.engine.configure(rig.now, wrong)

    def test_the_carrier_is_told_how_long_it_may_ring_now(self, tmp_path: Path) -> None:
        carrier = RecordingCarrier(people(), seed=1)
        rig = Rig(tmp_path, agents=1, carrier=carrier, dial_ratio=1.0)
        rig.begin()
        rig.engine.change("default", rig.now, ring_timeout_s=18.0, dial_ratio=2.0)
        assert [order.ring_timeout_s for order in carrier.orders] == [25.0, 18.0]
        rig.close()


class RecordingCarrier(SimulatedCarrier):
    """Remembers what it was asked to place."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.orders: list[Originate] = []

    def originate(self, order: Originate) -> None:
        self.orders.append(order)
        super().originate(order)


class TestGroups:
    def settings(self) -> FloorSettings:
        return FloorSettings(
            agents=("ann", "bob", "cid"),
            agent_groups={"bob": 1, "cid": 1},
            campaigns=(
                CampaignSettings(name="north", group=0, mode="progressive"),
                CampaignSettings(name="south", group=1, mode="progressive"),
            ),
        )

    def test_agents_take_the_calls_of_their_own_groups_campaigns(self, tmp_path: Path) -> None:
        carrier = ScriptedCarrier()
        rig = grouped(tmp_path, carrier, self.settings())
        assert [agent.group.id for agent in rig.floor.agents] == [0, 1, 1]
        assert [group.logged_in for group in rig.floor.groups] == [1, 2]
        assert [campaign.placed for campaign in rig.floor.campaigns] == [1, 2]
        for call_id in carrier.rung():
            rig.step(rig.told(CALL_ANSWERED, call_id, HUMAN))
        assert [agent for _, agent in carrier.of("bridge")] == ["ann", "bob", "cid"]
        same_floor(rig.engine.resident, rig.loaded())
        replays(rig)
        rig.close()

    def test_an_agent_who_is_added_later_gets_their_group_and_others_keep_theirs(
        self, tmp_path: Path
    ) -> None:
        rig = grouped(tmp_path, ScriptedCarrier(), self.settings())
        rig.engine.configure(
            rig.now,
            FloorSettings(
                agents=("ann", "dan"), agent_groups={"ann": 1, "dan": 1}, campaigns=self.settings().campaigns
            ),
        )
        assert [agent.group.id for agent in rig.floor.agents] == [0, 1, 1, 1]
        replays(rig)
        rig.close()

    @pytest.mark.parametrize(
        ("groups", "told"),
        [({"eve": 1}, "agent_groups: expected the name"), ({"ann": -1}, "agent_groups.ann: expected from 0")],
    )
    def test_groups_of_nobody_or_that_are_none_are_refused(self, groups: dict[str, int], told: str) -> None:
        with pytest.raises(UsageError, match=f"^{told}"):
            FloorSettings(agents=("ann",), agent_groups=groups)


def grouped(folder: Path, carrier: ScriptedCarrier, settings: FloorSettings) -> Rig:
    """A rig with these settings, its agents logged in."""
    folder = folder / "grouped"
    folder.mkdir()
    rig = Rig(folder, agents=settings.agents, carrier=carrier, campaigns=settings.campaigns, configure=False)
    rig.engine.settings = rig.settings = settings
    rig.engine.supply = None
    rig.engine.configure(rig.now)
    for place, campaign in enumerate(settings.campaigns):
        with rig.store.transaction(rig.engine.floor_id, rig.engine.resident.version) as transaction:
            transaction.add_leads(
                rig.store.campaign_id(campaign.name), [12125550100 + 10 * place + i for i in range(5)]
            )
            transaction.write(rig.engine.new_batch(transaction).close(0))
        rig.engine.resident.version += 1
    rig.begin()
    return rig
