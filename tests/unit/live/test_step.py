"""The live step: everything in one transaction, the carrier only afterwards, each event once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callfloor.carriers.port import CarrierEvent, Originate
from callfloor.floor.vocabulary import (
    ABANDONED,
    AGENT_GONE,
    AGENT_HUNG_UP,
    AGENT_LOGGED_IN,
    AGENT_PAUSED,
    BUSY,
    CALL_ANSWERED,
    CALL_BRIDGED,
    CALL_ENDED,
    CALL_FAILED,
    CALL_RINGING,
    CALL_UNKNOWN,
    CALL_WITHHELD,
    CAMPAIGN_STARTED,
    CAMPAIGN_STOPPED,
    ENDED,
    EVENT_SEEN_BEFORE,
    HUMAN,
    LEADS_CLAIMED,
    NUMBER_BARRED,
    OFFLINE,
    PAUSED,
    PLACE_CALL,
    RINGING,
    TALKING,
    WITHHELD,
)
from callfloor.live import recent_events, resident
from callfloor.live.arrivals import Arrival
from callfloor.live.batch import CLAIMED_AT_ONCE
from callfloor.live.observer import Observer
from callfloor.live.rows import EVENT, decode
from callfloor.stores.errors import StaleVersionError, StoreBusyError
from tests.unit.live.rig import START, Rig, ScriptedCarrier, same_floor


@pytest.fixture
def carrier() -> ScriptedCarrier:
    return ScriptedCarrier()


@pytest.fixture
def rig(tmp_path: Path, carrier: ScriptedCarrier) -> Iterator[Rig]:
    opened = Rig(tmp_path, agents=2, carrier=carrier)
    yield opened
    opened.close()


def states(rig: Rig) -> list[int]:
    return [call.state for call in rig.floor.calls]


def records(rig: Rig) -> list[Any]:
    return rig.rows("SELECT attempt, outcome FROM call_records ORDER BY attempt")


def journalled(rig: Rig) -> int:
    return int(rig.rows("SELECT count(*) FROM journal")[0][0])


class TestSending:
    def test_a_command_is_committed_before_the_carrier_hears_of_it(
        self, tmp_path: Path, carrier: ScriptedCarrier, rig: Rig
    ) -> None:
        found: list[tuple[int, bool]] = []
        other = Rig(tmp_path, configure=False)

        def look() -> None:
            image = other.store.load(rig.engine.floor_id)
            placed = [entry for entry in image.outbox if decode(entry.command)[0] == PLACE_CALL]
            on_record = other.rows("SELECT count(*) FROM call_records")[0][0]
            found.append((len(placed), on_record == len(placed)))

        carrier.on_command = look
        rig.begin()
        assert found == [(4, True)] * 4
        other.close()

    def test_what_was_sent_is_struck_off_with_the_next_commit(self, rig: Rig) -> None:
        rig.begin()
        assert len(rig.store.load(rig.engine.floor_id).outbox) == 4
        rig.engine.settle()
        assert rig.store.load(rig.engine.floor_id).outbox == []
        version = rig.store.version(rig.engine.floor_id)
        rig.engine.settle()
        assert rig.store.version(rig.engine.floor_id) == version, "nothing was left to strike off"

    def test_calls_go_to_the_lead_s_number_under_the_floor_s_own_ids(
        self, carrier: ScriptedCarrier, rig: Rig
    ) -> None:
        rig.begin()
        dialled = rig.rows(
            "SELECT attempt, e164 FROM call_records JOIN numbers ON number = id ORDER BY attempt"
        )
        key = rig.engine.resident.call_key
        assert carrier.of("originate") == [(f"{key}{attempt:016x}", e164) for attempt, e164 in dialled]

    def test_a_conversation_goes_through_the_carrier(self, carrier: ScriptedCarrier, rig: Rig) -> None:
        rig.begin()
        call_id = carrier.rung()[0]
        rig.step(rig.told(CALL_RINGING, call_id))
        rig.now += 3.0
        rig.step(rig.told(CALL_ANSWERED, call_id, HUMAN))
        assert carrier.of("bridge") == [(call_id, "agent-0")]
        rig.step(rig.told(CALL_BRIDGED, call_id))
        assert rig.watcher.connections == [(1, "agent-0")]
        assert rig.floor.agents[0].state == TALKING
        rig.step(Arrival(AGENT_HUNG_UP, agent="agent-0"), after_s=5.0)
        assert carrier.of("hang_up") == [(call_id,)]
        rig.step(rig.told(CALL_ENDED, call_id))
        [record] = rig.watcher.records
        assert (record.outcome, record.agent, record.answered_at) == (HUMAN, 0, START + 3.0)
        assert record.ended_at == START + 8.0

    def test_a_message_is_played_to_whom_nobody_took(self, tmp_path: Path, carrier: ScriptedCarrier) -> None:
        rig = Rig(tmp_path, agents=1, carrier=carrier, message="Sorry.")
        rig.begin()
        one, other = carrier.rung()
        rig.step(rig.told(CALL_ANSWERED, one, HUMAN), rig.told(CALL_ANSWERED, other, HUMAN))
        rig.run_until(START + 2.0)
        assert carrier.of("play") == [(other, "Sorry.")]
        rig.close()

    def test_a_dial_that_has_become_stale_is_withheld(self, carrier: ScriptedCarrier, rig: Rig) -> None:
        # The commit has waited for the database: the clock has gone on meanwhile.
        rig.engine.clock = lambda: START + 5.001
        rig.begin()
        assert carrier.told == []
        assert rig.next_due() == -math.inf
        rig.engine.clock = None
        rig.step(Arrival(CAMPAIGN_STOPPED, campaign=0), after_s=5.001)
        assert states(rig)[:4] == [ENDED] * 4
        assert [r.outcome for r in rig.watcher.records] == [WITHHELD] * 4
        assert rig.watcher.conditions == [CALL_WITHHELD] * 4
        assert rig.rows("SELECT attempts FROM leads WHERE outcome IS NOT NULL") == [(0,)] * 4
        assert len(carrier.rung()) == 4, "those who are dialled in their place"

    def test_a_dial_just_in_time_is_sent(self, carrier: ScriptedCarrier, rig: Rig) -> None:
        rig.engine.clock = lambda: START + 5.0
        rig.begin()
        assert len(carrier.rung()) == 4

    def test_a_number_barred_between_decision_and_sending_is_not_rung(
        self, carrier: ScriptedCarrier, rig: Rig
    ) -> None:
        def bar_the_second() -> None:
            [(e164,)] = rig.rows(
                "SELECT e164 FROM numbers JOIN call_records ON number = id WHERE attempt = 2"
            )
            rig.store.bar(e164)

        carrier.on_command = bar_the_second
        rig.begin()
        assert [int(call_id[16:], 16) for call_id in carrier.rung()] == [1, 3, 4]
        rig.step()
        assert rig.floor.calls[1].outcome == WITHHELD
        assert rig.watcher.conditions == [CALL_WITHHELD]

    def test_a_number_barred_while_it_rings_is_hung_up_and_never_rung_again(
        self, carrier: ScriptedCarrier, rig: Rig
    ) -> None:
        rig.begin()
        [(e164,)] = rig.rows("SELECT e164 FROM numbers JOIN call_records ON number = id WHERE attempt = 2")
        rig.step(Arrival(NUMBER_BARRED, number=rig.store.bar(e164)))
        assert carrier.of("hang_up") == [(carrier.rung()[1],)]
        rig.step(rig.told(CALL_ENDED, carrier.rung()[1]))
        assert rig.rows("SELECT status FROM leads JOIN call_records ON lead = id WHERE attempt = 2") == [(3,)]

    def test_observers_that_fail_keep_nothing_from_being_sent(self, tmp_path: Path) -> None:
        class FullLog(Observer):
            def placed(self, at: float, attempt: int, e164: int, agent: str) -> None:
                raise OSError(28, "No space left on device")

        carrier = ScriptedCarrier()
        rig = Rig(tmp_path, carrier=carrier)
        rig.engine.observers.append(FullLog())
        with pytest.raises(OSError, match="No space"):
            rig.begin()
        assert len(carrier.rung()) == 4
        same_floor(rig.engine.resident, rig.loaded())
        rig.close()


class TestEventsAreTakenOnce:
    def test_an_event_told_again_is_dropped_and_reported(self, carrier: ScriptedCarrier, rig: Rig) -> None:
        rig.begin()
        event = rig.told(CALL_RINGING, carrier.rung()[0])
        rig.step(event)
        entries = journalled(rig)
        rig.step(event)
        rig.step(event, event)
        assert journalled(rig) == entries
        assert rig.engine.duplicates == 3
        assert rig.watcher.conditions == [EVENT_SEEN_BEFORE] * 3

    def test_two_of_one_id_in_one_step_count_once(self, carrier: ScriptedCarrier, rig: Rig) -> None:
        rig.begin()
        event = rig.told(CALL_FAILED, carrier.rung()[0], BUSY)
        rig.step(event, event)
        assert records(rig)[0] == (1, BUSY)
        assert rig.engine.duplicates == 1

    def test_an_event_told_again_after_a_restart_is_dropped(
        self, tmp_path: Path, carrier: ScriptedCarrier, rig: Rig
    ) -> None:
        rig.begin()
        event = rig.told(CALL_RINGING, carrier.rung()[0])
        rig.step(event)
        again = Rig(tmp_path, carrier=carrier)
        again.step(event)
        assert again.engine.duplicates == 1
        assert journalled(again) == journalled(rig)
        again.close()

    def test_even_where_the_carriers_clock_is_ahead_of_ours(
        self, tmp_path: Path, carrier: ScriptedCarrier, rig: Rig
    ) -> None:
        rig.begin()
        event = CarrierEvent(CALL_RINGING, carrier.rung()[0], "e-ahead", rig.now + 30.0)
        rig.step(event)
        again = Rig(tmp_path, carrier=carrier)
        again.step(event)
        assert again.engine.duplicates == 1
        again.close()

    def test_an_event_whose_id_memory_has_dropped_is_found_in_the_journal(
        self, carrier: ScriptedCarrier, rig: Rig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(recent_events, "KEPT_S", 2.0)
        rig.begin()
        events = [rig.told(CALL_RINGING, call_id) for call_id in carrier.rung()]
        rig.step(*events)
        rig.step(rig.told(CALL_FAILED, carrier.rung()[0], BUSY), after_s=3.0)
        assert len(rig.engine.recent.ids) == 1
        rig.step(*events)
        assert rig.engine.duplicates == 4

    def test_an_event_of_a_call_that_nobody_knows_is_reported_and_harmless(self, rig: Rig) -> None:
        rig.begin()
        rig.step(rig.told(CALL_ANSWERED, "f" * 32, HUMAN))
        assert rig.watcher.conditions == [CALL_UNKNOWN]

    def test_an_agents_line_is_lost_by_name(self, rig: Rig) -> None:
        rig.begin()
        rig.step(CarrierEvent(AGENT_GONE, "", "gone-1", rig.now, agent_id="agent-1"))
        assert [agent.state for agent in rig.floor.agents][1] == PAUSED


class TestAnotherProcess:
    @pytest.fixture
    def other(self, tmp_path: Path, rig: Rig) -> Iterator[Rig]:
        """A second process that takes itself for this floor's engine."""
        opened = Rig(tmp_path, carrier=ScriptedCarrier(), configure=False)
        yield opened
        opened.close()

    def test_whoever_comes_with_an_old_floor_reloads_and_takes_the_event_once(
        self, carrier: ScriptedCarrier, rig: Rig, other: Rig
    ) -> None:
        rig.begin()
        event = rig.told(CALL_FAILED, carrier.rung()[0], BUSY)
        other.step(event)
        assert other.floor.calls[0].state == ENDED
        rig.step(rig.told(CALL_FAILED, carrier.rung()[1], BUSY))
        assert states(rig)[:2] == [ENDED, ENDED]
        assert records(rig)[:2] == [(1, BUSY), (2, BUSY)]
        same_floor(rig.engine.resident, rig.loaded())

    def test_an_event_that_the_other_has_taken_is_a_duplicate(
        self, carrier: ScriptedCarrier, rig: Rig, other: Rig
    ) -> None:
        rig.begin()
        event = rig.told(CALL_FAILED, carrier.rung()[0], BUSY)
        other.step(event)
        rig.step(event)
        assert rig.engine.duplicates == 1
        assert rig.rows("SELECT count(*) FROM journal WHERE event_id = 'e-1'") == [(1,)]

    def test_no_attempt_is_sent_by_both(self, rig: Rig, other: Rig) -> None:
        rig.begin()
        rig.step(Arrival(AGENT_PAUSED, agent="agent-0"))
        other.step(Arrival(AGENT_PAUSED, agent="agent-1"))
        for turn in range(20):
            one = (rig, other)[turn % 2]
            carriers = (rig.carrier, other.carrier)
            rung = [call_id for c in carriers if isinstance(c, ScriptedCarrier) for call_id in c.rung()]
            one.step(*(one.told(CALL_FAILED, call_id, BUSY, f"f-{call_id}") for call_id in rung))
            one.step(Arrival(AGENT_PAUSED if turn % 4 else AGENT_LOGGED_IN, agent="agent-0"))
        rung = [call_id for c in carriers if isinstance(c, ScriptedCarrier) for call_id in c.rung()]
        assert len(rung) == len(set(rung))
        assert len(rung) == len(records(rig))

    def test_one_who_always_comes_too_late_gives_up_and_keeps_what_has_arrived(
        self, carrier: ScriptedCarrier, rig: Rig, other: Rig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rig.begin()
        event = rig.told(CALL_FAILED, carrier.rung()[0], BUSY)
        load = rig.engine.load

        def load_and_lose() -> None:
            load()
            other.step(Arrival(CAMPAIGN_STARTED, campaign=0))

        other.step()
        monkeypatch.setattr(rig.engine, "load", load_and_lose)
        with pytest.raises(StaleVersionError, match="other processes keep committing to this floor"):
            rig.step(event)
        monkeypatch.undo()
        rig.step()
        assert records(rig)[0] == (1, BUSY)

    def test_a_configuration_takes_what_the_other_has_committed(self, rig: Rig, other: Rig) -> None:
        rig.begin()
        other.engine.configure(START)
        assert other.floor.attempts == 4
        rig.engine.configure(START)
        same_floor(rig.engine.resident, other.loaded())


class TestAFailingCommit:
    def test_nothing_of_it_is_sent_or_told_and_the_next_step_makes_up_for_it(
        self, tmp_path: Path, carrier: ScriptedCarrier, rig: Rig
    ) -> None:
        other = Rig(tmp_path, configure=False)
        other.store.connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError):
            rig.begin()
        assert carrier.told == []
        assert rig.watcher.attempts == []
        other.store.connection.execute("ROLLBACK")
        assert records(other) == []
        assert rig.next_due() == -math.inf, "what has arrived waits"
        rig.step()
        assert len(carrier.rung()) == 4
        assert rig.watcher.attempts == [1, 2, 3, 4]
        same_floor(rig.engine.resident, rig.loaded())
        other.close()

    def test_a_failure_in_the_middle_of_a_write_leaves_the_floor_as_it_was(
        self, rig: Rig, carrier: ScriptedCarrier
    ) -> None:
        rig.begin()
        before = rig.store.load(rig.engine.floor_id)
        rig.store.connection.execute(
            "CREATE TEMP TRIGGER fail BEFORE INSERT ON call_records BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
        told = len(carrier.told)
        event = rig.told(CALL_FAILED, carrier.rung()[0], BUSY)
        with pytest.raises(Exception, match="broken"):
            rig.step(event)
        assert rig.store.load(rig.engine.floor_id) == before
        assert len(carrier.told) == told
        rig.store.connection.execute("DROP TRIGGER temp.fail")
        rig.step()
        assert records(rig)[0] == (1, BUSY)
        assert rig.engine.duplicates == 0

    def test_followups_survive_it(self, rig: Rig, carrier: ScriptedCarrier, tmp_path: Path) -> None:
        rig.engine.clock = lambda: START + 9.0
        rig.begin()
        rig.engine.clock = None
        other = Rig(tmp_path, configure=False)
        other.store.connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError):
            rig.step(Arrival(CAMPAIGN_STOPPED, campaign=0))
        other.close()
        rig.step()
        assert [outcome for _, outcome in records(rig)][:4] == [WITHHELD] * 4


class TestTimers:
    def test_a_silent_carrier_is_asked_to_hang_up_when_the_ring_timer_is_due(
        self, carrier: ScriptedCarrier, rig: Rig
    ) -> None:
        rig.begin()
        assert rig.engine.next_due() == START + 25.0 + 15.0
        rig.run_until(START + 40.0)
        assert [call_id for (call_id,) in carrier.of("hang_up")] == carrier.rung()[:4]

    def test_timers_are_there_again_after_a_restart(
        self, tmp_path: Path, rig: Rig, carrier: ScriptedCarrier
    ) -> None:
        rig.begin()
        again = Rig(tmp_path, carrier=carrier, configure=False)
        assert again.engine.next_due() == rig.engine.next_due()
        again.close()

    def test_those_of_calls_that_are_over_do_not_pile_up(
        self, rig: Rig, carrier: ScriptedCarrier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(resident, "TIMERS_LOOKED_THROUGH", 20)
        rig.engine.load()
        rig.begin()
        for _ in range(100):
            rig.step(rig.told(CALL_FAILED, carrier.rung()[-1], BUSY), after_s=0.1)
        assert len(rig.engine.resident.timers) < 50
        assert rig.engine.next_due() == START + 25.0 + 15.0

    def test_a_person_nobody_takes_is_let_go_at_the_limit(self, rig: Rig, carrier: ScriptedCarrier) -> None:
        rig.begin()
        rig.step(*(rig.told(CALL_ANSWERED, call_id, HUMAN) for call_id in carrier.rung()))
        assert rig.next_due() == START + 2.0
        rig.run_until(START + 2.0)
        waiting = carrier.rung()[2:4]
        assert [call_id for (call_id,) in carrier.of("hang_up")] == waiting
        rig.step(*(rig.told(CALL_ENDED, call_id) for call_id in waiting))
        assert [record.outcome for record in rig.watcher.records] == [ABANDONED, ABANDONED]

    def test_wrap_up_ends_by_the_clock(self, tmp_path: Path, carrier: ScriptedCarrier) -> None:
        rig = Rig(tmp_path, agents=1, carrier=carrier, wrap_up_s=7.0, dial_ratio=1.0)
        rig.begin()
        [call_id] = carrier.rung()
        rig.step(rig.told(CALL_ANSWERED, call_id, HUMAN), rig.told(CALL_BRIDGED, call_id))
        rig.step(rig.told(CALL_ENDED, call_id), after_s=1.0)
        assert len(carrier.rung()) == 1
        rig.run_until(START + 8.0)
        assert len(carrier.rung()) == 2
        rig.close()


def test_leads_are_claimed_a_few_at_a_time_and_more_by_a_step_that_needs_more(tmp_path: Path) -> None:
    rig = Rig(tmp_path, agents=300, carrier=ScriptedCarrier(), calls_per_s=0.1)
    rig.begin()
    place = EVENT.numbers.index("count")
    events = rig.rows(f"SELECT event FROM journal WHERE kind = {LEADS_CLAIMED} ORDER BY seq")
    claimed = [decode(event)[place] for (event,) in events]
    before = [sum(claimed[:place]) for place in range(len(claimed))]
    assert all(count <= max(CLAIMED_AT_ONCE, had) for count, had in zip(claimed, before, strict=True))
    assert claimed[-1] == before[-1] > CLAIMED_AT_ONCE
    assert rig.floor.campaigns[0].leads >= 300
    rig.close()


def test_observers_hear_how_late_each_of_the_carriers_events_was_dealt_with(
    rig: Rig, carrier: ScriptedCarrier
) -> None:
    rig.begin()
    one, other = (rig.told(CALL_RINGING, call_id) for call_id in carrier.rung()[:2])
    rig.now += 0.25
    later = rig.told(CALL_FAILED, carrier.rung()[0], BUSY)
    rig.now += 0.25
    rig.step(one, other, later, Arrival(AGENT_PAUSED, agent="agent-0"))
    assert rig.watcher.lags_s == [0.5, 0.5, 0.25]


def test_a_lead_claimed_goes_back_when_the_campaign_stops(rig: Rig, carrier: ScriptedCarrier) -> None:
    rig.begin()
    rig.step(Arrival(CAMPAIGN_STOPPED, campaign=0, code=1))
    rig.step(*(rig.told(CALL_ENDED, call_id) for call_id in carrier.rung()))
    assert rig.rows("SELECT count(*) FROM leads WHERE status = 2") == [(0,)]
    assert rig.rows("SELECT count(*) FROM numbers WHERE held_by IS NOT NULL") == [(0,)]
    assert rig.store.load(rig.engine.floor_id).leads == []


def test_an_agent_of_whom_the_floor_knows_nothing_is_reported(rig: Rig) -> None:
    rig.step(Arrival(AGENT_LOGGED_IN, agent="nobody"))
    assert [agent.state for agent in rig.floor.agents] == [OFFLINE, OFFLINE]
    assert len(rig.watcher.conditions) == 1


def test_an_order_names_the_caller_and_how_long_to_ring(tmp_path: Path) -> None:
    orders: list[Originate] = []

    class Carrier(ScriptedCarrier):
        def originate(self, order: Originate) -> None:
            orders.append(order)

    rig = Rig(
        tmp_path, agents=1, carrier=Carrier(), caller_id="12125550199", ring_timeout_s=17.0, dial_ratio=1.0
    )
    rig.begin()
    [order] = orders
    assert (order.caller_id, order.ring_timeout_s, order.at) == ("12125550199", 17.0, START)
    assert states(rig)[0] < RINGING
    rig.close()
