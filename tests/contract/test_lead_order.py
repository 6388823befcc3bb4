"""In which order leads are claimed and which of them; appointments before all others."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from callfloor.stores.port import (
    LEAD_ORDERS,
    Changes,
    Claim,
    ClaimRules,
    ClaimTerms,
    DisposedCall,
    ReturnedLead,
    Store,
)
from tests.contract.stores import BACKENDS, Backend, Listed
from tests.contract.test_stores import BUSY, HUMAN, NOW, give_back, record, write

NUMBERS = iter(range(12125550100, 12125559999))


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
    store: Store, floor: int, campaign: int, count: int = 10, now: float = NOW, **rules: object
) -> Claim:
    with store.transaction(floor, store.version(floor)) as transaction:
        claimed = transaction.claim(campaign, count, now, ClaimTerms(rules=ClaimRules(**rules)))  # type: ignore[arg-type]
        transaction.write(Changes())
    return claimed


def listed(count: int, **lead: object) -> list[Listed]:
    return [Listed([next(NUMBERS)], **lead) for _ in range(count)]  # type: ignore[arg-type]


def leads(claimed: Claim) -> list[int]:
    return [found.lead for found in claimed.leads]


def called(store: Store, floor: int, claimed: Claim, due_at: float = NOW) -> None:
    """Give leads back after an attempt."""
    give_back(
        store,
        floor,
        *(ReturnedLead(f.lead, f.number, f.attempts + 1, 0, BUSY, due_at, False) for f in claimed.leads),
    )


class TestOrders:
    def test_by_priority_lists_do_not_matter(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        one = backend.add_list(campaign, listed(1, priority=5) + listed(1, priority=1))
        other = backend.add_list(campaign, listed(1, priority=3))
        assert leads(claim(store, floor, campaign)) == [one[1], other[0], one[0]]

    def test_freshest_takes_those_never_called_of_the_newest_list_first(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        old = backend.add_list(campaign, listed(3, priority=1))
        called(store, floor, claim(store, floor, campaign, 2))
        new = backend.add_list(campaign, listed(1) + listed(1, priority=50))
        order = leads(claim(store, floor, campaign, order="freshest"))
        assert order == [new[1], new[0], old[2], old[0], old[1]]

    def test_oldest_takes_the_oldest_list_first(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        old = backend.add_list(campaign, listed(2))
        new = backend.add_list(campaign, listed(2, priority=1))
        called(store, floor, claim(store, floor, campaign, 1, order="oldest"))
        assert leads(claim(store, floor, campaign, order="oldest")) == [old[1], old[0], *new]

    @pytest.mark.parametrize("order", LEAD_ORDERS)
    def test_in_any_order_all_that_are_due_come_and_each_once(
        self, backend: Backend, store: Store, floor: int, campaign: int, order: str
    ) -> None:
        every = [*backend.add_list(campaign, listed(4)), *backend.add_list(campaign, listed(4))]
        called(store, floor, claim(store, floor, campaign, 3))
        backend.add_list(campaign, listed(2), status="staged")
        found: list[int] = []
        while part := leads(claim(store, floor, campaign, 3, order=order)):
            found += part
        assert sorted(found) == sorted(every)


class TestMixes:
    MIX: ClassVar[dict[str, float]] = {"gold.csv": 60, "silver.csv": 30, "old.csv": 10}

    def lists(self, backend: Backend, campaign: int, count: int = 60) -> dict[int, str]:
        """Lists of the mix; by lead the name of its list. Those last in the mix have the best priority."""
        return {
            lead: name
            for priority, name in enumerate(reversed(self.MIX))
            for lead in backend.add_list(campaign, listed(count, priority=priority), name=name)
        }

    def given(self, claimed: Claim, name_of: Mapping[int, str]) -> Counter[str]:
        return Counter(name_of[lead] for lead in leads(claimed))

    def test_each_list_gives_its_share_exactly_in_claims_of_any_size_across_floors_and_restarts(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        name_of = self.lists(backend, campaign)
        other = backend.open()
        floors = (floor, other.floor_id("second"))
        total: Counter[str] = Counter()
        for turn, size in enumerate((5, 1, 2, 5, 5, 2, 20, 5, 5)):
            total += self.given(
                claim((store, other)[turn % 2], floors[turn % 2], campaign, size, list_mix=self.MIX), name_of
            )
            count = sum(total.values())
            for name, weight in self.MIX.items():
                assert abs(total[name] - count * weight / 100) < 1.0
        assert total == {"gold.csv": 30, "silver.csv": 15, "old.csv": 5}

    def test_when_a_list_has_nothing_due_the_others_give_and_it_does_not_catch_up(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        mix = {"one.csv": 1.0, "two.csv": 1.0}
        name_of = dict.fromkeys(backend.add_list(campaign, listed(2), name="one.csv"), "one.csv")
        name_of |= dict.fromkeys(backend.add_list(campaign, listed(50), name="two.csv"), "two.csv")
        given = self.given(claim(store, floor, campaign, 20, list_mix=mix), name_of)
        assert given == {"one.csv": 2, "two.csv": 18}
        name_of |= dict.fromkeys(backend.add_list(campaign, listed(20), name="one.csv"), "one.csv")
        given = self.given(claim(store, floor, campaign, 10, list_mix=mix), name_of)
        assert given == {"one.csv": 5, "two.csv": 5}

    def test_lists_that_are_not_in_it_give_when_those_that_are_have_nothing(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        other = backend.add_list(campaign, listed(3, priority=1), name="new.csv")
        ids = backend.add_list(campaign, listed(2), name="gold.csv")
        mix = {"gold.csv": 1.0, "none of that name": 9.0}
        assert leads(claim(store, floor, campaign, 4, list_mix=mix)) == [*ids, *other[:2]]

    def test_within_a_list_and_among_lists_of_one_name_the_order_holds(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        old = backend.add_list(campaign, listed(1, priority=9) + listed(1, priority=5), name="a.csv")
        new = backend.add_list(campaign, listed(2), name="a.csv")
        other = backend.add_list(campaign, listed(4, priority=1), name="b.csv")
        found = leads(claim(store, floor, campaign, 8, order="freshest", list_mix={"a.csv": 1, "b.csv": 1}))
        assert found == [new[0], other[0], new[1], other[1], old[1], other[2], old[0], other[3]]

    def test_leads_that_may_not_be_called_and_appointments_are_none_that_a_list_has_given(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        mix = {"a.csv": 1.0, "b.csv": 1.0}
        first = backend.add_list(campaign, listed(4), name="a.csv")
        other = backend.add_list(campaign, listed(4), name="b.csv")
        for lead in first[:2]:
            store.bar(backend.lead(lead).numbers[0])
        [made] = claim(store, floor, campaign, 1, list_mix={"b.csv": 1.0}).leads
        give_back(store, floor, ReturnedLead(made.lead, made.number, 1, 0, HUMAN, NOW + 50.0, False, agent=0))
        found = leads(claim(store, floor, campaign, 4, NOW + 50.0, list_mix=mix))
        assert found == [other[0], first[2], other[1], first[3]]

    def test_a_mix_that_is_changed_holds_from_the_next_lead_on(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        name_of = self.lists(backend, campaign)
        claim(store, floor, campaign, 7, list_mix=self.MIX)
        given = self.given(
            claim(store, floor, campaign, 100, list_mix={"silver.csv": 500, "old.csv": 500}), name_of
        )
        assert given["gold.csv"] == 0
        assert abs(given["silver.csv"] - given["old.csv"]) <= 2


class TestFilters:
    def test_only_leads_of_the_states_that_are_wanted(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        ids = backend.add_list(
            campaign, [*listed(1, state="NY"), *listed(1, state="CA"), *listed(1, state="TX"), *listed(1)]
        )
        assert leads(claim(store, floor, campaign, only={"state": ["CA", "TX"]})) == ids[1:3]

    def test_other_columns_are_looked_up_among_the_attributes(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        plans = ["gold", "basic", 'o\'clock "x"']
        ids = backend.add_list(
            campaign,
            [lead for plan in plans for lead in listed(1, attributes={"the plan": plan}, state="NY")],
        )
        for place, plan in enumerate(plans):
            rules: dict[str, Sequence[str]] = {"the plan": [plan], "state": ["NY"]}
            assert leads(claim(store, floor, campaign, only=rules)) == [ids[place]]

    @pytest.mark.parametrize("order", LEAD_ORDERS)
    def test_a_filter_holds_in_any_order(
        self, backend: Backend, store: Store, floor: int, campaign: int, order: str
    ) -> None:
        one = backend.add_list(campaign, [*listed(2, state="NY"), *listed(2, state="CA")])
        other = backend.add_list(campaign, [*listed(2, state="CA"), *listed(2, state="NY")])
        found = leads(claim(store, floor, campaign, order=order, only={"state": ["NY"]}))
        assert sorted(found) == [*one[:2], *other[2:]]


class TestAppointments:
    def appoint(self, store: Store, floor: int, campaign: int, at: float, agent: int = 3) -> int:
        """Claim a lead and give it back as an appointment."""
        [found] = claim(store, floor, campaign, 1).leads
        give_back(store, floor, ReturnedLead(found.lead, found.number, 1, 0, HUMAN, at, False, agent=agent))
        return found.lead

    def test_it_comes_when_it_is_due_before_all_others_with_its_agent(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.add_list(campaign, listed(3, priority=1))
        lead = self.appoint(store, floor, campaign, NOW + 100.0)
        assert lead not in leads(claim(store, floor, campaign, 1, NOW + 99.0))
        first = claim(store, floor, campaign, 1, NOW + 100.0).leads[0]
        assert (first.lead, first.agent, first.appointment_at) == (lead, 3, NOW + 100.0)

    def test_a_claim_says_when_the_next_one_is_due(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.add_list(campaign, listed(3))
        assert claim(store, floor, campaign, 0).appointment_at == math.inf
        self.appoint(store, floor, campaign, NOW + 100.0)
        self.appoint(store, floor, campaign, NOW + 50.0)
        assert claim(store, floor, campaign, 0).appointment_at == NOW + 50.0
        assert claim(store, floor, campaign, 0, NOW + 60.0).appointment_at == NOW + 60.0
        other = store.floor_id("second")
        assert claim(store, other, campaign, 0).appointment_at == math.inf

    def test_another_floor_gets_it_only_when_nobody_has_kept_it_in_time(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.add_list(campaign, listed(1))
        other = store.floor_id("second")
        lead = self.appoint(store, floor, campaign, NOW + 100.0)
        assert leads(claim(store, other, campaign, 1, NOW + 399.0)) == []
        [found] = claim(store, other, campaign, 1, NOW + 400.0).leads
        assert (found.lead, found.agent, found.appointment_at) == (lead, -1, math.inf)

    def test_the_floor_itself_then_gives_it_to_anybody(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.add_list(campaign, listed(1))
        lead = self.appoint(store, floor, campaign, NOW + 100.0)
        [found] = claim(store, floor, campaign, 1, NOW + 160.0, appointment_grace_s=60.0).leads
        assert (found.lead, found.agent) == (lead, -1)

    def test_it_ends_with_the_next_attempt(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.add_list(campaign, listed(1))
        self.appoint(store, floor, campaign, NOW + 100.0)
        called(store, floor, claim(store, floor, campaign, 1, NOW + 100.0), NOW + 200.0)
        assert claim(store, floor, campaign, 0, NOW + 150.0).appointment_at == math.inf
        [found] = claim(store, floor, campaign, 1, NOW + 200.0).leads
        assert found.agent == -1

    def test_it_can_be_made_after_the_call_and_be_taken_back(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        [lead] = backend.add_list(campaign, listed(1))
        [found] = claim(store, floor, campaign).leads
        write(store, floor, records=[record(1, lead, found.number, campaign, outcome=HUMAN)])
        give_back(store, floor, ReturnedLead(lead, found.number, 1, 0, HUMAN, math.inf, False))
        write(store, floor, disposed=[DisposedCall(1, "call_back", NOW + 100.0, False, False, 5)])
        assert claim(store, floor, campaign, 0).appointment_at == NOW + 100.0
        write(store, floor, disposed=[DisposedCall(1, "again", NOW + 50.0, False, False)])
        assert claim(store, floor, campaign, 0).appointment_at == math.inf
        [found] = claim(store, floor, campaign, 1, NOW + 50.0).leads
        assert found.agent == -1

    def test_whatever_is_filtered_an_appointment_is_kept(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.add_list(campaign, listed(1, state="NY"))
        lead = self.appoint(store, floor, campaign, NOW + 100.0)
        claimed = claim(store, floor, campaign, 1, NOW + 100.0, order="freshest", only={"state": ["CA"]})
        assert leads(claimed) == [lead]
