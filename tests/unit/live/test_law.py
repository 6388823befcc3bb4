"""The law in a live run: hours, limits, registers and requests, from the list to the carrier."""

from __future__ import annotations

import asyncio
import datetime
import itertools
import random
from collections import defaultdict
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from callfloor.failures import UsageError
from callfloor.floor.vocabulary import (
    ABANDONED,
    AGENT_LOGGED_IN,
    AGENT_PAUSED,
    AGENT_RESUMED,
    CALL_ANSWERED,
    CALL_ENDED,
    CALL_FAILED,
    CAMPAIGN_STARTED,
    ENDED,
    HUMAN,
    NO_ANSWER,
    WITHHELD,
)
from callfloor.leads.do_not_call import MISSING, fresh_until
from callfloor.leads.errors import RulesUnusableError
from callfloor.leads.importing import import_leads
from callfloor.leads.rules_file import load_rules
from callfloor.live.arrivals import Arrival
from callfloor.live.clocks import Clock
from callfloor.live.registers import RegisterWatch
from callfloor.live.service import Service
from callfloor.live.settings import CampaignSettings
from callfloor.stores.sqlite.lists import SqliteLeadLists
from callfloor.stores.sqlite.registers import SqliteRegisters
from tests.unit.leads.test_lawful_hours import in_hours

from .rig import START, Rig, ScriptedCarrier

HOUR, DAY = 3600.0, 86400.0
NEW_YORK, SEATTLE = 12125550100, 12065550100


def utc(text: str) -> float:
    return datetime.datetime.fromisoformat(text).timestamp()


def imported(folder: Path, *rows: str, header: str = "phone,state,time zone") -> None:
    """A list of leads in the database of a rig that is still to come."""
    path = folder / "leads.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    with SqliteLeadLists(folder / "floor.db") as lists:
        import_leads(path, lists)


def registered(folder: Path, dated_at: float, *numbers: int, name: str = "federal") -> None:
    with SqliteRegisters(folder / "floor.db") as registers, registers.begin(name, dated_at, "f") as writer:
        writer.add(numbers)
        writer.publish()


def rig_of(folder: Path, at: float = START, **campaign: Any) -> Rig:
    campaign.setdefault("dial_ratio", 1.0)
    rig = Rig(folder, supply=False, configure=False, **campaign)
    rig.now = at
    rig.engine.configure(at)
    return rig


def dialled(rig: Rig) -> list[tuple[float, int]]:
    """When which numbers were dialled, as the call records have it; a call that was withheld was not."""
    sql = (
        "SELECT placed_at, e164 FROM call_records JOIN numbers ON number = numbers.id "
        f"WHERE outcome != {WITHHELD} ORDER BY placed_at"
    )
    return [(at, e164) for at, e164 in rig.rows(sql)]


def test_a_list_of_the_whole_country_is_dialled_as_the_day_comes_to_it(tmp_path: Path) -> None:
    imported(tmp_path, f"{NEW_YORK},,", f"{SEATTLE},,", "2125550101,CA,", "8005550100,,")
    rig = rig_of(tmp_path, utc("2026-11-24T06:00:00-05:00"), rules="us")
    rig.begin()
    rig.run_until(rig.now + 8 * HOUR)
    first = {e164: at for at, e164 in reversed(dialled(rig))}
    assert first.keys() == {NEW_YORK, SEATTLE, NEW_YORK + 1}
    assert 0.0 <= first[NEW_YORK] - utc("2026-11-24T08:00:00-05:00") < 10.0
    assert 0.0 <= first[SEATTLE] - utc("2026-11-24T08:00:00-08:00") < 10.0
    assert 0.0 <= first[NEW_YORK + 1] - utc("2026-11-24T08:00:00-08:00") < 10.0
    assert rig.store.held_back(rig.engine.campaign_ids[0]) == {"place unknown": 1}
    rig.close()


def test_numbers_are_made_up_only_where_they_may_be_called_now(tmp_path: Path) -> None:
    rig = Rig(tmp_path, configure=False, dial_ratio=1.0, rules="us")
    rig.now = utc("2026-11-24T03:00:00-05:00")
    rig.engine.configure(rig.now)
    rig.begin()
    rig.run_until(rig.now + 60.0)
    assert rig.rows("SELECT count(*) FROM leads WHERE status != 0") == [(0,)]
    rig.now = utc("2026-11-24T08:30:00-05:00")
    rig.run_until(rig.now + 60.0)
    assert len(dialled(rig)) > 2
    rig.close()


def test_nobody_is_called_when_their_hours_end_between_decision_and_sending(tmp_path: Path) -> None:
    imported(tmp_path, f"{NEW_YORK},,")
    carrier = ScriptedCarrier()
    rig = Rig(tmp_path, carrier=carrier, supply=False, configure=False, rules="us")
    rig.now = utc("2026-11-24T20:59:59-05:00")
    rig.engine.configure(rig.now)
    rig.engine.clock = lambda: rig.now + 1.5
    rig.begin()
    assert carrier.rung() == []
    rig.close()


def test_rules_that_cannot_be_used_are_refused_before_anything_is_dialled(tmp_path: Path) -> None:
    with pytest.raises(RulesUnusableError, match="rules: expected ca, gb, us or the path"):
        rig_of(tmp_path, rules="mars")


@pytest.mark.parametrize(
    ("campaign", "complaint"),
    [
        ({}, "expected rules .* or hours"),
        ({"caller_id": "+12125550100"}, "expected rules .* or hours"),
        ({"rules": "us"}, "caller_id: expected the number to show"),
    ],
)
def test_a_carrier_that_reaches_people_refuses_a_campaign_without_hours_or_a_number_to_show(
    tmp_path: Path, campaign: dict[str, Any], complaint: str
) -> None:
    carrier = ScriptedCarrier()
    carrier.reaches_people = True
    with pytest.raises(UsageError, match=f"campaign default: {complaint}"):
        Rig(tmp_path, carrier=carrier, **campaign)
    Rig(tmp_path, carrier=carrier, hours="09:00-20:00", caller_id="+12125550100").close()


class TestRegisters:
    def test_a_campaign_without_its_register_does_not_dial(self, tmp_path: Path) -> None:
        imported(tmp_path, f"{NEW_YORK},,")
        rig = rig_of(tmp_path, do_not_call=("federal",))
        rig.step(*RegisterWatch(rig.engine).begin(rig.now))
        rig.begin()
        assert dialled(rig) == []
        assert rig.watcher.decisions[-1].held_by == "registry_stale"
        assert rig.floor.campaigns[0].registry_until == MISSING
        rig.close()

    def test_it_dials_from_when_the_register_is_there_until_it_is_31_days_old(self, tmp_path: Path) -> None:
        imported(tmp_path, *(f"{NEW_YORK + i},," for i in range(40)))
        rig = rig_of(tmp_path, do_not_call=("federal",))
        watch = RegisterWatch(rig.engine)
        rig.step(*watch.begin(rig.now))
        rig.begin()
        dated_at = rig.now - 31 * DAY + 20.0
        registered(tmp_path, dated_at, NEW_YORK)
        rig.now += 1.0
        rig.step(*watch.take(rig.now))
        assert rig.floor.campaigns[0].registry_until == fresh_until(dated_at)
        rig.run_until(rig.now + 60.0)
        calls = dialled(rig)
        assert len(calls) > 5
        assert max(at for at, _ in calls) < fresh_until(dated_at)
        assert NEW_YORK not in {e164 for _, e164 in calls}
        assert watch.take(rig.now) == []
        rig.close()

    def test_a_number_that_comes_into_the_register_after_it_was_claimed_is_not_sent(
        self, tmp_path: Path
    ) -> None:
        imported(tmp_path, *(f"{NEW_YORK + i},," for i in range(4)))
        registered(tmp_path, START, SEATTLE)
        carrier = ScriptedCarrier()
        rig = Rig(tmp_path, agents=1, carrier=carrier, supply=False, do_not_call=("federal",))
        rig.step(*RegisterWatch(rig.engine).begin(rig.now))
        carrier.on_command = lambda: registered(tmp_path, START, *range(NEW_YORK, NEW_YORK + 4))
        rig.begin()
        assert len(carrier.rung()) == 1
        rig.step()
        assert [record.outcome for record in rig.watcher.records] == [WITHHELD]
        rig.close()


class Standing(Clock):
    """A clock that stands still but for what it is told to wait."""

    def __init__(self, at: float) -> None:
        self.at = at

    def now(self) -> float:
        return self.at

    async def wait(self, until: float, wake: asyncio.Event) -> None:
        self.at = max(self.at, until)
        await asyncio.sleep(0)


class TestRequests:
    def test_a_request_in_another_process_hangs_up_what_rings(self, tmp_path: Path) -> None:
        imported(tmp_path, f"{NEW_YORK},,")
        carrier = ScriptedCarrier()
        rig = Rig(tmp_path, agents=1, carrier=carrier, supply=False)
        service = Service(rig.engine, Standing(START), [])

        async def run() -> None:
            carrier.live = []
            await service.start()
            rig.engine.step(
                [Arrival(CAMPAIGN_STARTED, campaign=0), Arrival(AGENT_LOGGED_IN, agent="agent-0")], START
            )
            assert len(carrier.rung()) == 1
            with SqliteRegisters(tmp_path / "floor.db") as registers:
                registers.bar_all([NEW_YORK], asked_at=START, asked_by="web", of_list="internal")
            await service.run(START + 3.0)

        asyncio.run(run())
        assert carrier.of("hang_up") == [(carrier.rung()[0],)]
        rig.close()

    def test_a_request_that_came_while_nobody_listened_is_found_at_the_start(self, tmp_path: Path) -> None:
        imported(tmp_path, f"{NEW_YORK},,", f"{SEATTLE},,")
        rig = Rig(tmp_path, agents=1, carrier=ScriptedCarrier(), supply=False, dial_ratio=1.0)
        rig.begin()
        waiting = rig.floor.campaigns[0].first_lead.number
        rig.store.bar(rig.store.numbers_of([waiting])[waiting])
        found = RegisterWatch(rig.engine).begin(rig.now)
        assert [arrival.number for arrival in found if isinstance(arrival, Arrival)] == [waiting]
        rig.close()


def test_who_asked_when_is_kept(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.store.bar(NEW_YORK, asked_at=START, asked_by="Ann", of_list="phone")
    assert rig.rows("SELECT asked_at, asked_by, list FROM bars") == [(START, "Ann", "phone")]
    rig.close()


def test_the_cooldown_of_an_outcome_is_kept_with_the_number(tmp_path: Path) -> None:
    imported(tmp_path, f"{NEW_YORK},,")
    rig = rig_of(tmp_path, cooldown_after_s={"busy": 5000.0, "no_answer": 5000.0, "human": 5000.0})
    rig.begin()
    rig.run_until(rig.now + 120.0)
    [(free_at, ended_at)] = rig.rows("SELECT free_at, ended_at FROM numbers JOIN call_records ON number = id")
    assert free_at == ended_at + 5000.0 or rig.watcher.records[-1].outcome not in (HUMAN, 2, 3)
    rig.close()


class TestNumbersThatGotAnAbandonedCall:
    """Left alone for 72 hours, as Ofcom wants it, whichever campaign it was and however long a lead waits."""

    LOCKED_S = 72 * HOUR

    def rig(self, folder: Path, **first: Any) -> Rig:
        """Two campaigns with the same number; only the first one runs. Whoever answers meets nobody."""
        second = CampaignSettings(name="other", dial_ratio=1.0, cooldown_after_s={"abandoned": 0.0})
        rig = Rig(
            folder,
            agents=1,
            carrier=ScriptedCarrier(),
            supply=False,
            campaigns=[CampaignSettings(dial_ratio=1.0, retry_after_s={"abandoned": 60.0}, **first), second],
        )
        for campaign in rig.engine.campaign_ids:
            with rig.store.transaction(rig.engine.floor_id, rig.engine.resident.version) as transaction:
                transaction.add_leads(campaign, [NEW_YORK])
                transaction.write(rig.engine.new_batch(transaction).close(0))
            rig.engine.resident.version += 1
        rig.step(Arrival(CAMPAIGN_STARTED, campaign=0), Arrival(AGENT_LOGGED_IN, agent="agent-0"))
        rig.step(Arrival(AGENT_PAUSED, agent="agent-0"))
        return rig

    def abandon(self, rig: Rig) -> float:
        """The person answers and waits for longer than they may; when that was over."""
        [call] = carrier_of(rig).rung()
        rig.step(rig.told(CALL_ANSWERED, call, HUMAN), after_s=5.0)
        rig.run_until(rig.now + 2.0)
        rig.step(rig.told(CALL_ENDED, call), after_s=1.0)
        assert rig.watcher.records[-1].outcome == ABANDONED
        return float(rig.now)

    def next_dialled(self, rig: Rig) -> float:
        """When the number is dialled next, with an agent there and both campaigns running."""
        resumed = [Arrival(AGENT_RESUMED, agent="agent-0"), Arrival(CAMPAIGN_STARTED, campaign=1)]
        rig.step(*resumed, after_s=1.0)
        while len(carrier_of(rig).rung()) < 2:
            rig.step_when_due()
        return float(rig.now)

    def test_they_are_not_called_by_any_campaign_before_the_time_is_over(self, tmp_path: Path) -> None:
        rig = self.rig(tmp_path)
        over_at = self.abandon(rig)
        assert over_at + self.LOCKED_S <= self.next_dialled(rig) < over_at + self.LOCKED_S + 10.0
        rig.close()

    def test_a_campaign_that_names_other_outcomes_keeps_to_it_too(self, tmp_path: Path) -> None:
        rig = self.rig(tmp_path, cooldown_after_s={"busy": 900.0})
        over_at = self.abandon(rig)
        assert self.next_dialled(rig) >= over_at + self.LOCKED_S
        rig.close()

    def test_who_knows_better_says_so(self, tmp_path: Path) -> None:
        rig = self.rig(tmp_path, cooldown_after_s={"abandoned": 0.0})
        over_at = self.abandon(rig)
        assert self.next_dialled(rig) < over_at + 70.0
        rig.close()

    def test_it_holds_for_people_who_answer_when_their_call_was_closed_already(self, tmp_path: Path) -> None:
        rig = self.rig(tmp_path)
        [call] = carrier_of(rig).rung()
        rig.step(rig.told(CALL_FAILED, call, NO_ANSWER), after_s=25.0)
        rig.step(rig.told(CALL_ANSWERED, call, HUMAN), after_s=1.0)
        assert rig.watcher.records[-1].outcome == ABANDONED
        assert rig.rows("SELECT free_at FROM numbers") == [(rig.now + self.LOCKED_S,)]
        rig.close()


def carrier_of(rig: Rig) -> ScriptedCarrier:
    assert isinstance(rig.carrier, ScriptedCarrier)
    return rig.carrier


STATES = ("NY", "WA", "FL", "TX", "LA", "RI", "CO", "HI", "")
ZONES = ("", "", "America/New_York", "America/Denver")


@settings(
    max_examples=20,
    phases=[Phase.generate],
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 10_000))
def test_whatever_happens_no_call_is_unlawful(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """Days of dialling a mixed list, with requests at random; then every call is judged by brute force."""
    folder = tmp_path_factory.mktemp("law")
    rng = random.Random(seed)
    people = [(NEW_YORK + i, rng.choice(STATES), rng.choice(ZONES)) for i in range(30)]
    imported(folder, *(f"{number},{state},{zone}" for number, state, zone in people))
    start = utc("2026-11-25T17:00:00-05:00") + rng.randrange(48) * HOUR
    registered(
        folder, start - rng.choice((1, 10, 30)) * DAY, *(n for n, _, _ in people if rng.random() < 0.1)
    )
    limits = {
        "attempts_per_day": rng.choice((0, 2)),
        "attempts_per_24h": rng.choice((0, 2)),
        "attempts_per_7d": 4,
    }
    rig = rig_of(
        folder,
        start,
        rules="us",
        hours=rng.choice(("", "09:30-18:00")),
        max_attempts=50,
        failures_max=0,
        cooldown_s=600.0,
        retry_after_s=dict.fromkeys(
            ("busy", "no_answer", "machine", "congestion", "abandoned", "human"), 900.0
        ),
        do_not_call=("federal",),
        no_call_after_talk_s=rng.choice((0.0, 2 * DAY)),
        **limits,
    )
    rig.step(*RegisterWatch(rig.engine).begin(rig.now))
    rig.begin()
    asked: dict[int, float] = {}
    with pytest.MonkeyPatch.context() as patch:
        # Nobody adds leads here: the store need not be asked for new ones all night.
        patch.setattr("callfloor.stores.sql.claims.ASK_AGAIN_S", 300.0)
        for _ in range(12):
            rig.run_until(rig.now + 6 * HOUR)
            number = rng.choice(people)[0]
            asked.setdefault(number, rig.now)
            rig.store.bar(number, asked_at=rig.now)
    judge(rig, people, asked, limits)
    rig.close()


def judge(
    rig: Rig, people: list[tuple[int, str, str]], asked: dict[int, float], limits: dict[str, int]
) -> None:
    """Assert that every call was lawful: by the hours, the register, the requests and the limits."""
    from callfloor.leads.whereabouts import whereabouts_of

    campaign = rig.settings.campaigns[0]
    hours = (34200, 64800) if campaign.hours else (0, 86400)
    rules = load_rules("us")
    where = {
        number: whereabouts_of(number, state or None, None, zone or None) for number, state, zone in people
    }
    until = rig.floor.campaigns[0].registry_until
    calls = dialled(rig)
    assert calls
    by_number = defaultdict(list)
    with SqliteRegisters(rig.folder / "floor.db") as registers:
        for at, number in calls:
            assert in_hours(rules, hours, where[number], at)
            assert at < until
            # A call of the very instant was placed before the request came.
            assert at <= asked.get(number, at)
            assert "federal" not in registers.lists_of(number)
            by_number[number].append(at)
    for number, made in by_number.items():
        florida = 3 if "US-FL" in where[number].places else 0
        for limit, span_s in (
            (limits["attempts_per_24h"], DAY),
            (florida, DAY),
            (limits["attempts_per_7d"], 7 * DAY),
        ):
            for last in made:
                assert not limit or len([at for at in made if last - span_s < at <= last]) <= limit
        for zone in where[number].zones:
            days: dict[datetime.date, int] = defaultdict(int)
            for at in made:
                days[datetime.datetime.fromtimestamp(at, ZoneInfo(zone)).date()] += 1
            assert not limits["attempts_per_day"] or max(days.values()) <= limits["attempts_per_day"]
        assert all(later - one >= 600.0 for one, later in itertools.pairwise(made))
    if campaign.no_call_after_talk_s:
        sql = "SELECT number, connected_at, ended_at FROM call_records WHERE connected_at IS NOT NULL"
        for number_id, _, ended_at in rig.rows(sql):
            sql = f"SELECT count(*) FROM call_records WHERE number = {number_id} AND placed_at > {ended_at} "
            assert rig.rows(sql + f"AND placed_at < {ended_at} + {campaign.no_call_after_talk_s}") == [(0,)]
    assert all(call.state == ENDED or call.placed_at <= rig.now for call in rig.floor.calls)
