"""Settings: refused by name where they cannot be meant, put onto the floor, kept in the journal."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from callfloor.failures import UsageError
from callfloor.floor.vocabulary import (
    ABANDONED,
    BUSY,
    DISCONNECTED,
    HUMAN,
    LOST,
    POOL_AGENT,
    PROGRESSIVE,
    WITHHELD,
)
from callfloor.live.batch import CONFIGURED
from callfloor.live.settings import SPANS, CampaignSettings, FloorSettings
from tests.unit.live.rig import Rig, ScriptedCarrier, same_floor

WRONG: list[tuple[str, Any]] = [
    ("mode", "predictable"),
    ("pool", "team"),
    ("pacing", "vicdial"),
    ("vicidial_ready", 1),
    ("dial_ratio", 0.0),
    ("dial_ratio", 101.0),
    ("dial_ratio", math.nan),
    ("share", 0.0),
    ("share", 1.1),
    ("abandon_rate_max", -0.1),
    ("abandon_rate_max", 1.1),
    ("max_attempts", 0),
    ("group", -1),
    ("lines", -1),
    ("calls_per_s", math.inf),
    ("failures_max", -1),
    *((name, wrong) for name in SPANS for wrong in (-1.0, math.nan, math.inf)),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_campaigns_setting_that_cannot_be_meant_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(UsageError, match=rf"^{name}: expected .+, found {value!r}$"):
        CampaignSettings(**{name: value})


def test_an_outcome_to_retry_after_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match=r"^retry_after_s: expected one of human, .*, found 'engaged'$"):
        CampaignSettings(retry_after_s={"engaged": 600.0})


@pytest.mark.parametrize("weight", [0.0, -1.0, math.nan, math.inf])
def test_a_lists_weight_that_cannot_be_meant_is_refused_by_name(weight: float) -> None:
    with pytest.raises(UsageError, match=rf"^list_mix.old.csv: expected a weight over 0, found {weight!r}$"):
        CampaignSettings(list_mix={"gold.csv": 60.0, "old.csv": weight})


def test_lists_are_mixed_as_the_campaign_says(tmp_path: Path) -> None:
    rig = Rig(tmp_path, carrier=ScriptedCarrier(), list_mix={"gold.csv": 60.0, "old.csv": 40.0})
    assert rig.engine.terms[0].rules.list_mix == {"gold.csv": 60.0, "old.csv": 40.0}
    [entry] = [e for e in rig.store.journal(rig.engine.floor_id) if e.kind == CONFIGURED]
    assert FloorSettings.of_text(entry.event) == rig.settings
    rig.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("agents", ("ann", "ann")),
        ("agents", ("ann", "")),
        ("campaigns", (CampaignSettings(), CampaignSettings())),
        ("linger_s", -1.0),
        ("linger_s", math.nan),
    ],
)
def test_a_floors_setting_that_cannot_be_meant_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(UsageError, match=rf"^{name}: expected .+, found "):
        FloorSettings(**{name: value})


def test_settings_come_back_from_the_journals_text() -> None:
    settings = FloorSettings(
        agents=("ann", "bob"), campaigns=(CampaignSettings(mode="progressive", retry_after_s={"busy": 5.0}),)
    )
    assert FloorSettings.of_text(settings.text()) == settings


def test_settings_reach_the_floors_records(tmp_path: Path) -> None:
    rig = Rig(
        tmp_path,
        carrier=ScriptedCarrier(),
        mode="progressive",
        pool="agent",
        message="Sorry.",
        lines=7,
        wrap_up_s=3.0,
        retry_after_s={"busy": 5.0},
    )
    campaign = rig.floor.campaigns[0]
    assert (campaign.mode, campaign.pool, campaign.plays_message) == (PROGRESSIVE, POOL_AGENT, True)
    assert (campaign.lines, campaign.wrap_up_s) == (7, 3.0)
    waits = campaign.retry_after_s
    assert (waits[BUSY], waits[ABANDONED], waits[HUMAN], waits[DISCONNECTED]) == (5.0, -1.0, -1.0, -1.0)
    assert waits[LOST] > 0
    assert waits[WITHHELD] == 0.0
    [entry] = [e for e in rig.store.journal(rig.engine.floor_id) if e.kind == CONFIGURED]
    assert FloorSettings.of_text(entry.event) == rig.settings
    rig.close()


class TestASecondConfiguration:
    def test_agents_are_added_and_nobody_is_taken_away(self, tmp_path: Path) -> None:
        Rig(tmp_path, agents=["ann", "bob"], carrier=ScriptedCarrier()).close()
        rig = Rig(tmp_path, agents=["cid", "bob", "dan"], carrier=ScriptedCarrier())
        resident = rig.engine.resident
        assert resident.agent_names == ["ann", "bob", "cid", "dan"]
        assert len(rig.floor.agents) == 4
        same_floor(resident, rig.loaded())
        rig.begin()
        assert [agent.state != 0 for agent in rig.floor.agents] == [False, True, True, True]
        rig.close()

    def test_the_journal_names_all_agents_so_that_a_replay_has_them(self, tmp_path: Path) -> None:
        Rig(tmp_path, agents=["ann"], carrier=ScriptedCarrier()).close()
        rig = Rig(tmp_path, agents=["bob"], carrier=ScriptedCarrier())
        texts = [e.event for e in rig.store.journal(rig.engine.floor_id) if e.kind == CONFIGURED]
        assert [FloorSettings.of_text(text).agents for text in texts] == [("ann",), ("ann", "bob")]
        rig.close()

    def test_a_changed_setting_holds_from_then_on(self, tmp_path: Path) -> None:
        Rig(tmp_path, carrier=ScriptedCarrier(), cooldown_s=60.0).close()
        rig = Rig(tmp_path, carrier=ScriptedCarrier(), cooldown_s=90.0)
        assert rig.loaded().floor.campaigns[0].cooldown_s == 90.0
        rig.close()

    def test_campaigns_are_added_after_those_that_the_floor_has(self, tmp_path: Path) -> None:
        one, other = CampaignSettings(name="one"), CampaignSettings(name="other")
        Rig(tmp_path, carrier=ScriptedCarrier(), campaigns=[one]).close()
        rig = Rig(tmp_path, carrier=ScriptedCarrier(), campaigns=[one, other])
        assert len(rig.floor.campaigns) == 2
        rig.close()
        for wrong in ([one], [other, one], [other]):
            with pytest.raises(UsageError, match="the floor has campaigns that these settings lack"):
                Rig(tmp_path, carrier=ScriptedCarrier(), campaigns=wrong)
