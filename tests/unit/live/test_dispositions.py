"""Dispositions in the live engine: said by name, kept with the call, done to the lead in the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callfloor.failures import UsageError
from callfloor.floor.vocabulary import (
    AGENT_NOTHING_TO_DISPOSE,
    AGENT_RESUMED,
    CALL_ANSWERED,
    CALL_BRIDGED,
    CALL_ENDED,
    HUMAN,
    NO_OUTCOME,
    READY,
    TALKING,
    WRAP_UP,
)
from callfloor.live.arrivals import Arrival
from callfloor.live.inbox import InboxWatch, Posted, post
from callfloor.live.replay import replay_journal
from callfloor.live.settings import CampaignSettings, DispositionSettings, FloorSettings
from tests.unit.live.rig import START, Rig, ScriptedCarrier, same_floor

DONE, WAITING = 3, 1


@pytest.fixture
def carrier() -> ScriptedCarrier:
    return ScriptedCarrier()


@pytest.fixture
def rig(tmp_path: Path, carrier: ScriptedCarrier) -> Iterator[Rig]:
    """Agent 0 talks on the first attempt."""
    opened = Rig(tmp_path, agents=1, carrier=carrier, dial_ratio=1.0, wrap_up_s=60.0)
    opened.begin()
    opened.now += 5.0
    opened.step(opened.told(CALL_ANSWERED, carrier.rung()[0], HUMAN))
    opened.step(opened.told(CALL_BRIDGED, carrier.rung()[0]))
    yield opened
    replay = replay_journal(opened.store, opened.engine.floor_id, "main", opened.runtime)
    assert replay.difference is None
    same_floor(opened.engine.resident, opened.loaded())
    opened.close()


def end(rig: Rig, carrier: ScriptedCarrier) -> None:
    rig.step(rig.told(CALL_ENDED, carrier.rung()[0]), after_s=60.0)


def record(rig: Rig) -> Any:
    return rig.rows("SELECT disposition, outcome FROM call_records WHERE attempt = 1")[0]


def lead(rig: Rig) -> Any:
    sql = "SELECT status, due_at FROM leads JOIN call_records ON lead = leads.id WHERE attempt = 1"
    return rig.rows(sql)[0]


def test_what_is_said_in_mid_call_is_kept_with_the_call_and_holds_at_its_end(
    rig: Rig, carrier: ScriptedCarrier
) -> None:
    rig.engine.dispose("agent-0", "try_again", rig.now)
    assert record(rig) == ("try_again", NO_OUTCOME)
    assert rig.floor.agents[0].state == TALKING
    end(rig, carrier)
    assert record(rig) == ("try_again", HUMAN)
    assert lead(rig) == (WAITING, rig.now + 86400.0)
    assert rig.watcher.dispositions == [(1, "agent-0", "try_again")]
    assert rig.watcher.records[-1].disposition == "try_again"


def test_what_is_said_in_wrap_up_corrects_the_call_and_the_lead(rig: Rig, carrier: ScriptedCarrier) -> None:
    end(rig, carrier)
    assert (record(rig), lead(rig)) == ((None, HUMAN), (DONE, 0.0))
    rig.engine.dispose("agent-0", "try_again", rig.now)
    assert (record(rig), lead(rig)) == (("try_again", HUMAN), (WAITING, rig.now + 86400.0))
    rig.engine.dispose("agent-0", "sale", rig.now)
    assert (record(rig), lead(rig)) == (("sale", HUMAN), (DONE, 0.0))
    assert rig.floor.agents[0].state == WRAP_UP


@pytest.mark.parametrize("when", ["in call", "afterwards"])
def test_a_lead_is_called_back_when_the_person_wants_it(
    rig: Rig, carrier: ScriptedCarrier, when: str
) -> None:
    if when == "afterwards":
        end(rig, carrier)
    at = START + 7200.0
    rig.engine.dispose("agent-0", "call_back", rig.now, call_back_at=at)
    if when == "in call":
        end(rig, carrier)
    assert lead(rig) == (WAITING, at)


def told(rig: Rig, **said: Any) -> list[str]:
    """Say it by way of the floor's inbox; why it was set aside, where it was."""
    refused: list[str] = []
    post(rig.store, rig.engine.floor_id, Posted("agent_disposed", **said), "desk/1")
    watch = InboxWatch(rig.engine, rig.store, lambda entry, reason: refused.append(reason))
    rig.engine.step(watch.take(rig.now), rig.now)
    assert rig.store.waiting_count(rig.engine.floor_id) == 0
    return refused


class TestByTheInbox:
    def test_of_the_call_in_hand(self, rig: Rig, carrier: ScriptedCarrier) -> None:
        at = START + 7200.0
        assert told(rig, agent="agent-0", disposition="call_back", call_back_at=at) == []
        end(rig, carrier)
        assert (record(rig), lead(rig)) == (("call_back", HUMAN), (WAITING, at))

    def test_of_the_call_that_is_named(self, rig: Rig, carrier: ScriptedCarrier) -> None:
        end(rig, carrier)
        first = carrier.rung()[0]
        assert told(rig, agent="agent-0", disposition="try_again", call_id=first) == []
        assert record(rig) == ("try_again", HUMAN)

    def test_of_another_call_than_the_agents_last_it_is_an_abnormal_condition(self, rig: Rig) -> None:
        later = rig.engine.resident.call_key + f"{77:016x}"
        assert told(rig, agent="agent-0", disposition="sale", call_id=later) == []
        assert record(rig) == (None, NO_OUTCOME)
        assert rig.watcher.conditions == [AGENT_NOTHING_TO_DISPOSE]

    def test_a_call_that_is_connected_in_the_same_step_is_not_meant(
        self, rig: Rig, carrier: ScriptedCarrier
    ) -> None:
        end(rig, carrier)
        rig.step(Arrival(AGENT_RESUMED, agent="agent-0"))
        second = carrier.rung()[1]
        rig.step(rig.told(CALL_ANSWERED, second, HUMAN))
        post(rig.store, rig.engine.floor_id, Posted("agent_disposed", agent="agent-0", disposition="sale"))
        said = InboxWatch(rig.engine, rig.store).take(rig.now)
        rig.step(rig.told(CALL_BRIDGED, second), *said)
        assert rig.watcher.dispositions == [(1, "agent-0", "sale")]

    def test_before_there_was_a_call_none_is_meant(self, tmp_path: Path, carrier: ScriptedCarrier) -> None:
        (tmp_path / "idle").mkdir()
        idle = Rig(tmp_path / "idle", agents=1, carrier=carrier, dial_ratio=1.0)
        idle.begin()
        idle.step(idle.told(CALL_ANSWERED, carrier.rung()[-1], HUMAN))
        said = idle.engine.disposal("agent-0", "sale")
        idle.step(idle.told(CALL_BRIDGED, carrier.rung()[-1]), said)
        assert idle.watcher.conditions == [AGENT_NOTHING_TO_DISPOSE]
        idle.close()

    @pytest.mark.parametrize(
        ("said", "complaint"),
        [
            ({"agent": "nobody", "disposition": "sale"}, "expected one of this floor, found 'nobody'"),
            ({"agent": "agent-0", "disposition": "fun"}, "expected one of sale"),
            (
                {"agent": "agent-0", "disposition": "sale", "call_id": "f" * 32},
                "expected one of this floor's",
            ),
        ],
    )
    def test_what_cannot_be_meant_is_set_aside(self, rig: Rig, said: dict[str, Any], complaint: str) -> None:
        [reason] = told(rig, **said)
        assert complaint in reason


@pytest.mark.parametrize("when", ["in call", "afterwards"])
def test_do_not_call_bars_the_number_with_the_same_commit(
    rig: Rig, carrier: ScriptedCarrier, when: str
) -> None:
    if when == "afterwards":
        end(rig, carrier)
    rig.engine.dispose("agent-0", "do_not_call", rig.now)
    [(number,)] = rig.rows("SELECT number FROM call_records WHERE attempt = 1")
    assert rig.store.is_barred(number)
    if when == "in call":
        end(rig, carrier)
    assert lead(rig) == (DONE, 0.0)


def test_an_attempt_that_is_not_the_agents_is_not_disposed(rig: Rig, carrier: ScriptedCarrier) -> None:
    end(rig, carrier)
    rig.step(Arrival(AGENT_RESUMED, agent="agent-0"))
    rig.engine.dispose("agent-0", "sale", rig.now, attempt=2)
    assert rig.watcher.dispositions == []
    rig.engine.dispose("agent-0", "sale", rig.now, attempt=1)
    assert record(rig) == ("sale", HUMAN)


def test_a_disposition_may_end_wrap_up(tmp_path: Path, carrier: ScriptedCarrier) -> None:
    rig = Rig(
        tmp_path,
        agents=1,
        carrier=carrier,
        campaigns=[
            CampaignSettings(
                dial_ratio=1.0,
                wrap_up_s=60.0,
                dispositions=(DispositionSettings("sold"),),
                disposition_ends_wrap_up=True,
            )
        ],
    )
    rig.begin()
    for kind in (CALL_ANSWERED, CALL_BRIDGED, CALL_ENDED):
        rig.step(rig.told(kind, carrier.rung()[0]))
    rig.engine.dispose("agent-0", "sold", rig.now)
    assert rig.floor.agents[0].state == READY
    assert len(carrier.rung()) == 2
    rig.close()


@pytest.mark.parametrize(
    ("agent", "disposition", "told"),
    [
        ("agent-9", "sale", "agent: expected one of this floor, found 'agent-9'"),
        ("agent-0", "sold", "disposition: expected one of sale, not_interested, .*, found 'sold'"),
    ],
)
def test_who_or_what_is_not_there_is_refused_by_name(
    rig: Rig, agent: str, disposition: str, told: str
) -> None:
    with pytest.raises(UsageError, match=f"^{told}$"):
        rig.engine.dispose(agent, disposition, rig.now)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": ""}, "dispositions.name: expected a name, found ''"),
        ({"name": "x", "does": "forget"}, "dispositions.x.does: expected one of note, .*, found 'forget'"),
        (
            {"name": "x", "retry_after_s": -1.0},
            "dispositions.x.retry_after_s: expected 0 or more, found -1.0",
        ),
    ],
)
def test_a_disposition_that_cannot_be_meant_is_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=f"^{told}"):
        DispositionSettings(**wrong)


def test_two_of_one_name_are_refused() -> None:
    with pytest.raises(UsageError, match=r"^dispositions: expected names that differ"):
        CampaignSettings(dispositions=(DispositionSettings("x"), DispositionSettings("x", "retry")))


def test_the_settings_come_back_from_the_journals_text() -> None:
    settings = FloorSettings(
        campaigns=(CampaignSettings(dispositions=(DispositionSettings("later", "retry", 5.0),)),)
    )
    assert FloorSettings.of_text(settings.text()) == settings
