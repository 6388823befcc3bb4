"""What every store keeps to of the law: hours, limits on attempts, registers, requests, consent."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from callfloor.leads.attempt_limits import AttemptLimits
from callfloor.leads.lawful_hours import LawfulHours
from callfloor.leads.rules_file import load_rules
from callfloor.stores.port import CallRecord, Changes, Claim, ClaimTerms, ReturnedLead, Store
from tests.contract.stores import BACKENDS, Backend, Listed

NOW = datetime.datetime.fromisoformat("2026-11-24T12:00:00-05:00").timestamp()
HOUR, DAY = 3600.0, 86400.0
NEW_YORK, SEATTLE, MIAMI, TOLL_FREE, LONDON = (
    *(12125550100, 12065550100, 13055550100),
    *(18005550100, 442071234567),
)
BUSY, HUMAN, WITHHELD = 2, 0, 13
US = ClaimTerms(hours=LawfulHours(load_rules("us")))


@pytest.fixture(params=sorted(BACKENDS))
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    opened = BACKENDS[request.param](tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def store(backend: Backend) -> Store:
    return backend.open()


@pytest.fixture
def floor(store: Store) -> int:
    return store.floor_id("main")


@pytest.fixture
def campaign(store: Store) -> int:
    return store.campaign_id("renewals")


def claim(
    store: Store, floor: int, campaign: int, terms: ClaimTerms, now: float = NOW, count: int = 10
) -> Claim:
    with store.transaction(floor, store.version(floor)) as transaction:
        claimed = transaction.claim(campaign, count, now, terms)
        transaction.write(Changes())
    return claimed


def write(store: Store, floor: int, **changes: object) -> None:
    with store.transaction(floor, store.version(floor)) as transaction:
        transaction.write(Changes(**changes))  # type: ignore[arg-type] # fields of Changes


class Called:
    """A number that has been called before, in whichever campaign."""

    def __init__(self, store: Store, floor: int, campaign: int, number: int) -> None:
        self.store, self.floor, self.campaign, self.number = store, floor, campaign, number
        self.attempts = 0

    def at(self, hours_ago: float, outcome: int = BUSY, talk_s: float | None = None) -> None:
        placed_at = NOW - hours_ago * HOUR
        self.attempts += 1
        ended_at = placed_at + 30.0 + (talk_s or 0.0)
        connected_at = None if talk_s is None else placed_at + 30.0
        record = CallRecord(
            *(self.attempts, self.campaign, 1, self.number, None, outcome),
            *(placed_at, connected_at, connected_at, ended_at),
        )
        write(self.store, self.floor, records=[record])


class TestHours:
    def test_who_may_be_called_now_is_claimed_with_their_hours(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.add_list(campaign, [Listed([NEW_YORK])])
        [found] = claim(store, floor, campaign, US).leads
        assert (found.lawful_from, found.lawful_until) == (NOW - 4 * HOUR, NOW + 9 * HOUR)

    def test_who_may_not_waits_until_their_hours_begin(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        ids = backend.add_list(campaign, [Listed([SEATTLE]), Listed([NEW_YORK])])
        early = NOW - 3 * HOUR  # nine in New York, six in Seattle
        assert [found.e164 for found in claim(store, floor, campaign, US, early).leads] == [NEW_YORK]
        waiting = backend.lead(ids[0])
        assert (waiting.status, waiting.due_at) == ("waiting", early + 2 * HOUR)
        assert [found.e164 for found in claim(store, floor, campaign, US, early + 2 * HOUR).leads] == [
            SEATTLE
        ]

    def test_the_address_goes_before_the_number(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.add_list(campaign, [Listed([NEW_YORK], state="WA")])
        early = NOW - 3 * HOUR
        assert claim(store, floor, campaign, US, early).leads == []

    @pytest.mark.parametrize(
        ("number", "reason"), [(TOLL_FREE, "place unknown"), (LONDON, "no rules for GB")]
    )
    def test_of_whom_too_little_is_known_is_held_back_and_says_why(
        self, backend: Backend, store: Store, floor: int, campaign: int, number: int, reason: str
    ) -> None:
        [lead] = backend.add_list(campaign, [Listed([number])])
        assert claim(store, floor, campaign, US).leads == []
        assert (backend.lead(lead).status, backend.lead(lead).held_back) == ("held back", reason)
        assert store.held_back(campaign) == {reason: 1}
        assert store.held_back(store.campaign_id("other")) == {}

    def test_what_is_held_back_is_judged_anew_when_the_rules_change(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.add_list(campaign, [Listed([LONDON])])
        claim(store, floor, campaign, US)
        store.release_held(campaign)
        both = ClaimTerms(hours=LawfulHours(load_rules("us,gb")))
        assert len(claim(store, floor, campaign, both).leads) == 1
        assert store.held_back(campaign) == {}

    def test_of_several_numbers_one_that_may_be_called_now_is_taken(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.add_list(campaign, [Listed([TOLL_FREE, SEATTLE, NEW_YORK])])
        [found] = claim(store, floor, campaign, US, NOW - 3 * HOUR).leads
        assert (found.e164, found.other_numbers) == (NEW_YORK, 2)

    def test_many_who_may_not_be_called_do_not_hold_up_a_claim_for_long(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.add_list(campaign, [Listed([SEATTLE + 7 * i]) for i in range(3000)])
        early = NOW - 3 * HOUR
        first = claim(store, floor, campaign, US, early)
        assert first.leads == []
        assert early < first.due_at <= early + 1.0
        second = claim(store, floor, campaign, US, first.due_at)
        assert second.due_at > first.due_at + 1.0


class TestLimits:
    @pytest.mark.parametrize(
        ("limits", "hours_ago", "due_h"),
        [
            (AttemptLimits(per_24h=2), [1, 5], 19),
            (AttemptLimits(per_7d=2), [1, 100], 68),
            (AttemptLimits(per_day=2), [1, 5], 12),
            (AttemptLimits(per_day=2, per_24h=2), [1, 5], 19),
        ],
    )
    def test_no_attempt_over_a_limit_whichever_campaign_made_the_others(
        self,
        backend: Backend,
        store: Store,
        floor: int,
        campaign: int,
        limits: AttemptLimits,
        hours_ago: list[float],
        due_h: float,
    ) -> None:
        [lead] = backend.add_list(campaign, [Listed([NEW_YORK])])
        called = Called(store, store.floor_id("second"), store.campaign_id("other"), self.number_of(store))
        for hours in hours_ago:
            called.at(hours)
        assert claim(store, floor, campaign, ClaimTerms(limits=limits)).leads == []
        assert backend.lead(lead).due_at == NOW + due_h * HOUR

    def number_of(self, store: Store) -> int:
        """The id of the number of the only lead."""
        return next(number for number in range(1, 9) if store.numbers_of([number])[number] == NEW_YORK)

    def test_what_is_left_is_handed_over_with_the_claim(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.add_list(campaign, [Listed([NEW_YORK])])
        Called(store, floor, campaign, self.number_of(store)).at(1)
        [found] = claim(store, floor, campaign, ClaimTerms(limits=AttemptLimits(per_24h=3))).leads
        assert found.attempts_left == 2

    def test_an_attempt_that_was_never_sent_is_none(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.add_list(campaign, [Listed([NEW_YORK])])
        Called(store, floor, campaign, self.number_of(store)).at(1, outcome=WITHHELD)
        assert claim(store, floor, campaign, ClaimTerms(limits=AttemptLimits(per_24h=1))).leads != []

    def test_after_a_conversation_the_number_is_left_alone_from_its_end(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        [lead] = backend.add_list(campaign, [Listed([NEW_YORK])])
        Called(store, floor, campaign, self.number_of(store)).at(2, HUMAN, talk_s=HOUR)
        limits = AttemptLimits(after_talk_s=7 * DAY)
        assert claim(store, floor, campaign, ClaimTerms(limits=limits)).leads == []
        assert backend.lead(lead).due_at == NOW - 2 * HOUR + 30.0 + HOUR + 7 * DAY

    def test_floridas_three_in_24_hours_come_with_its_rules(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        [lead] = backend.add_list(campaign, [Listed([NEW_YORK], state="FL", time_zone="America/New_York")])
        called = Called(store, floor, campaign, self.number_of(store))
        for hours in (1, 2, 3):
            called.at(hours)
        assert claim(store, floor, campaign, US).leads == []
        assert backend.lead(lead).due_at == NOW + 21 * HOUR

    def test_the_cooldown_of_an_outcome_holds_in_every_campaign(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.add_list(campaign, [Listed([NEW_YORK])])
        other = store.campaign_id("other")
        backend.add_list(other, [Listed([NEW_YORK])])
        [found] = claim(store, floor, campaign, ClaimTerms()).leads
        back = ReturnedLead(found.lead, found.number, 1, 0, BUSY, math.inf, False, free_at=NOW + 900.0)
        write(store, floor, returned=[back])
        assert claim(store, floor, other, ClaimTerms(), NOW + 899.0).leads == []
        assert len(claim(store, floor, other, ClaimTerms(), NOW + 900.0).leads) == 1


class TestRegisters:
    def test_a_number_in_a_register_that_the_campaign_uses_is_never_claimed(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.register("federal", NOW, [NEW_YORK, SEATTLE + 1])
        [lead, _] = backend.add_list(campaign, [Listed([NEW_YORK]), Listed([SEATTLE])])
        terms = ClaimTerms(registers=("federal",))
        assert [found.e164 for found in claim(store, floor, campaign, terms).leads] == [SEATTLE]
        assert backend.lead(lead).status == "done"

    def test_one_that_it_does_not_use_says_nothing_to_it(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.register("federal", NOW, [NEW_YORK])
        backend.add_list(campaign, [Listed([NEW_YORK])])
        [found] = claim(store, floor, campaign, ClaimTerms(registers=("texas",))).leads
        assert store.is_barred(found.number, ["federal"])
        assert not store.is_barred(found.number, ["texas"])
        assert not store.is_barred(found.number)

    def test_of_many_numbers_those_that_must_not_be_called_are_told_at_once(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.register("federal", NOW, [NEW_YORK])
        backend.add_list(campaign, [Listed([NEW_YORK]), Listed([SEATTLE])])
        one, other = (found.number for found in claim(store, floor, campaign, ClaimTerms()).leads)
        store.bar(SEATTLE)
        assert store.barred_among([one, other]) == {other}
        assert store.barred_among([one, other], ["federal"]) == {one, other}
        assert store.barred_among([]) == set()

    def test_a_new_version_replaces_the_one_before(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.register("federal", NOW - DAY, [NEW_YORK])
        backend.register("federal", NOW, [SEATTLE])
        backend.add_list(campaign, [Listed([NEW_YORK]), Listed([SEATTLE])])
        terms = ClaimTerms(registers=("federal",))
        assert [found.e164 for found in claim(store, floor, campaign, terms).leads] == [NEW_YORK]
        assert store.register_dates(["federal", "texas"]) == {"federal": NOW}

    def test_numbers_come_in_any_order_and_as_often_as_they_like(
        self, backend: Backend, store: Store
    ) -> None:
        numbers = [12125550000 + (37 * i) % 40_000 for i in range(5000)]
        backend.register("federal", NOW, [*numbers, *numbers[:100]])
        for e164 in (*numbers[::50], 12125550001, 12125549999):
            assert store.is_barred(self.id_of(store, e164), ["federal"]) == (e164 in numbers)

    def id_of(self, store: Store, e164: int) -> int:
        with store.transaction(store.floor_id("main"), store.version(store.floor_id("main"))) as transaction:
            transaction.add_leads(store.campaign_id("c"), [e164])
            transaction.write(Changes())
        number = 1
        while store.numbers_of([number])[number] != e164:
            number += 1
        return number


class TestRequests:
    def test_a_request_is_told_to_the_floor_that_holds_the_number_and_once(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.add_list(campaign, [Listed([NEW_YORK]), Listed([SEATTLE])])
        found = {
            each.e164: each.number for each in claim(store, floor, campaign, ClaimTerms(), count=1).leads
        }
        before = store.last_bar()
        other = backend.open()
        for e164 in (NEW_YORK, SEATTLE, MIAMI):
            other.bar(e164, asked_at=NOW, asked_by="Ann", of_list="web")
        numbers, last = store.barred_since(floor, before)
        assert numbers == [*found.values()]
        assert store.barred_since(floor, last) == ([], last)
        assert store.barred_since(store.floor_id("second"), before)[0] == []


class TestConsent:
    @pytest.mark.parametrize(
        ("consent_at", "claimed"), [(None, False), (0.0, True), (NOW, True), (NOW + 1.0, False)]
    )
    def test_where_it_is_required_only_who_has_agreed_is_called(
        self,
        backend: Backend,
        store: Store,
        floor: int,
        campaign: int,
        consent_at: float | None,
        claimed: bool,
    ) -> None:
        [lead] = backend.add_list(campaign, [Listed([NEW_YORK], consent_at=consent_at)])
        terms = replace(US, consent_required=True)
        assert len(claim(store, floor, campaign, terms).leads) == claimed
        assert backend.lead(lead).held_back == (None if claimed else "no consent")
