"""What every store does, whichever it is: floors, transactions, claims, journal, outbox, records."""

from __future__ import annotations

import math
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callfloor.stores.errors import StaleVersionError
from callfloor.stores.port import (
    ArrayPiece,
    CallRecord,
    Changes,
    Claim,
    DisposedCall,
    FloorImage,
    JournalEntry,
    OutboxEntry,
    ReturnedLead,
    Store,
)
from tests.contract.stores import BACKENDS, SQL_BACKENDS, Backend, Listed, SqlBackend

NOW = 1_000_000.0
A, B, C, D = 12125550100, 12125550101, 12125550102, 12125550103
BUSY, HUMAN = 2, 0


@pytest.fixture(params=sorted(BACKENDS))
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    opened = BACKENDS[request.param](tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def store(backend: Backend) -> Store:
    return backend.open()


def write(store: Store, floor: int, **changes: object) -> None:
    """One step that writes these changes, on the version that stands."""
    with store.transaction(floor, store.version(floor)) as transaction:
        transaction.write(Changes(**changes))  # type: ignore[arg-type] # fields of Changes


def claim(store: Store, floor: int, campaign: int, count: int = 10, now: float = NOW) -> Claim:
    with store.transaction(floor, store.version(floor)) as transaction:
        claimed = transaction.claim(campaign, count, now)
        transaction.write(Changes())
    return claimed


def give_back(store: Store, floor: int, *returned: ReturnedLead) -> None:
    write(store, floor, returned=list(returned))


def returned(lead: int, number: int, due_at: float, outcome: int = BUSY, drop: bool = False) -> ReturnedLead:
    return ReturnedLead(lead, number, 1, 0, outcome, due_at, drop)


def entry(seq: int, event_id: str | None = None) -> JournalEntry:
    return JournalEntry(seq, NOW + seq, 1, "[]", "[]", event_id)


def record(attempt: int, lead: int, number: int, campaign: int, **values: object) -> CallRecord:
    fields: dict[str, object] = {
        "agent": None,
        "outcome": -1,
        "placed_at": NOW,
        "answered_at": None,
        "connected_at": None,
        "ended_at": None,
    }
    return CallRecord(attempt, campaign, lead, number, **{**fields, **values})  # type: ignore[arg-type]


class TestNames:
    def test_a_floor_of_a_new_name_is_made_and_of_a_known_one_found(self, backend: Backend) -> None:
        one, other = backend.open(), backend.open()
        assert one.floor_id("main") == other.floor_id("main")
        assert one.floor_id("main") != one.floor_id("second")

    def test_a_campaign_of_a_new_name_is_made_and_of_a_known_one_found(self, backend: Backend) -> None:
        one, other = backend.open(), backend.open()
        assert one.campaign_id("renewals") == other.campaign_id("renewals")
        assert one.campaign_id("renewals") != one.campaign_id("Renewals")

    def test_a_new_floor_is_empty_and_has_half_a_call_id_of_its_own(self, store: Store) -> None:
        floor = store.floor_id("main")
        image = store.load(floor)
        assert (image.id, image.version, image.last_seq) == (floor, 0, 0)
        assert [image.agents, image.campaigns, image.calls, image.leads, image.outbox] == [[]] * 5
        assert len(bytes.fromhex(image.call_key)) == 8
        assert store.load(store.floor_id("second")).call_key != image.call_key
        assert store.load(floor).call_key == image.call_key


class TestTransactions:
    def test_what_a_step_writes_is_what_the_next_process_loads(self, backend: Backend) -> None:
        store = backend.open()
        floor, campaign = store.floor_id("main"), store.campaign_id("renewals")
        outbox = [OutboxEntry(1, 1, "[1]", NOW + 5), OutboxEntry(2, 1, "[2]", math.inf)]
        write(
            store,
            floor,
            state="[1]",
            agents=[(0, "ann", "[0]"), (1, "bob", "[1]")],
            campaigns=[(0, campaign, "[2]")],
            arrays=[ArrayPiece(0, 2, 32, "[8]"), ArrayPiece(0, 2, 0, "[7]"), ArrayPiece(0, 1, 0, "[6]")],
            calls=[(0, "[3]")],
            leads=[(7, "[4]"), (5, "[5]")],
            journal=[entry(1), entry(2, "e-2")],
            outbox=outbox,
        )
        assert backend.open().load(floor) == FloorImage(
            id=floor,
            version=1,
            call_key=store.load(floor).call_key,
            state="[1]",
            agents=[(0, "ann", "[0]"), (1, "bob", "[1]")],
            campaigns=[(0, campaign, "[2]")],
            calls=[(0, "[3]")],
            leads=[(5, "[5]"), (7, "[4]")],
            outbox=outbox,
            last_seq=2,
            arrays=[ArrayPiece(0, 1, 0, "[6]"), ArrayPiece(0, 2, 0, "[7]"), ArrayPiece(0, 2, 32, "[8]")],
        )

    def test_a_row_written_again_replaces_the_former(self, store: Store) -> None:
        floor = store.floor_id("main")
        first = ArrayPiece(0, 1, 0, "[0]"), ArrayPiece(0, 1, 32, "[0]")
        write(
            store,
            floor,
            state="[1]",
            agents=[(0, "ann", "[0]"), (1, "bob", "[0]")],
            calls=[(0, "[0]")],
            arrays=list(first),
        )
        write(
            store,
            floor,
            state="[2]",
            agents=[(1, "bob", "[9]")],
            calls=[(0, "[1]"), (1, "[2]")],
            arrays=[ArrayPiece(0, 1, 32, "[9]")],
        )
        image = store.load(floor)
        assert image.arrays == [first[0], ArrayPiece(0, 1, 32, "[9]")]
        assert image.agents == [(0, "ann", "[0]"), (1, "bob", "[9]")]
        assert image.calls == [(0, "[1]"), (1, "[2]")]
        assert (image.state, image.version) == ("[2]", 2)

    def test_a_step_that_raises_has_written_nothing(self, backend: Backend) -> None:
        store = backend.open()
        floor, campaign = store.floor_id("main"), store.campaign_id("renewals")
        [lead] = backend.add_list(campaign, [Listed([A])])
        before = store.load(floor)

        class PulledPlug(BaseException):
            pass

        def fail_at_the_end() -> None:
            with store.transaction(floor, 0) as transaction:
                transaction.claim(campaign, 1, NOW)
                transaction.add_leads(campaign, [B])
                transaction.write(Changes(state="[1]", journal=[entry(1, "e-1")], calls=[(0, "[0]")]))
                raise PulledPlug

        with pytest.raises(PulledPlug):
            fail_at_the_end()

        assert store.load(floor) == before
        assert store.version(floor) == 0
        assert not store.seen(floor, "e-1")
        assert backend.lead(lead).status == "due"
        assert [found.e164 for found in claim(store, floor, campaign).leads] == [A]

    def test_a_step_without_a_write_changes_no_version(self, store: Store) -> None:
        floor = store.floor_id("main")
        with store.transaction(floor, 0):
            pass
        assert store.version(floor) == 0

    def test_whoever_comes_with_an_old_version_loses(self, backend: Backend) -> None:
        one, other = backend.open(), backend.open()
        floor = one.floor_id("main")
        write(one, floor, state="[1]")

        def come_late() -> None:
            with other.transaction(floor, 0) as transaction:
                transaction.write(Changes(state="[9]"))

        with pytest.raises(StaleVersionError, match="version 1, this process knows 0"):
            come_late()
        assert other.load(floor).state == "[1]"
        write(other, floor, state="[2]")
        assert one.load(floor).state == "[2]"

    def test_floors_have_versions_of_their_own(self, store: Store) -> None:
        one, other = store.floor_id("main"), store.floor_id("second")
        write(store, one, state="[1]", agents=[(0, "ann", "[0]")], journal=[entry(1, "e-1")])
        assert (store.version(one), store.version(other)) == (1, 0)
        assert store.load(other).agents == []
        assert not store.seen(other, "e-1")

    def test_of_two_who_commit_at_once_on_one_version_one_wins(self, backend: Backend) -> None:
        stores = [backend.open(), backend.open()]
        floor = stores[0].floor_id("main")
        lost: list[int] = []

        def count_up(store: Store) -> None:
            for _ in range(50):
                while True:
                    try:
                        with store.transaction(floor, store.version(floor)) as transaction:
                            transaction.write(Changes())
                        break
                    except StaleVersionError:
                        lost.append(1)

        threads = [threading.Thread(target=count_up, args=(store,)) for store in stores]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert stores[0].version(floor) == 100


class TestClaims:
    @pytest.fixture
    def floor(self, store: Store) -> int:
        return store.floor_id("main")

    @pytest.fixture
    def campaign(self, store: Store) -> int:
        return store.campaign_id("renewals")

    def test_a_claim_tells_what_the_floor_must_know(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        [lead] = backend.add_list(campaign, [Listed([A, B])])
        [found] = claim(store, floor, campaign).leads
        assert (found.lead, found.e164, found.attempts, found.failures) == (lead, A, 0, 0)
        assert (found.last_attempt_at, found.other_numbers) == (-math.inf, 1)
        assert store.numbers_of([found.number]) == {found.number: A}

    def test_leads_come_by_priority_then_by_how_long_they_are_due_then_by_id(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        first = backend.add_list(
            campaign,
            [
                Listed([A], 100, NOW - 5),
                Listed([B], 100, NOW - 9),
                Listed([C], 50, NOW - 1),
                Listed([D], 100),
            ],
        )
        second = backend.add_list(campaign, [Listed([A + 10], 50, NOW - 2), Listed([B + 10], 100)])
        expected = [second[0], first[2], first[3], second[1], first[1], first[0]]
        assert [found.lead for found in claim(store, floor, campaign, 4).leads] == expected[:4]
        assert [found.lead for found in claim(store, floor, campaign, 4).leads] == expected[4:]

    def test_a_claim_that_is_filled_may_be_followed_at_once(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.add_list(campaign, [Listed([A]), Listed([B])])
        assert claim(store, floor, campaign, 1).due_at == NOW
        assert claim(store, floor, campaign, 2).due_at > NOW

    def test_a_claim_that_is_not_filled_says_when_to_ask_again(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        empty = claim(store, floor, campaign)
        assert (empty.leads, empty.due_at > NOW) == ([], True)
        backend.add_list(campaign, [Listed([A], due_at=NOW + 2), Listed([B], due_at=NOW + 1)])
        assert claim(store, floor, campaign).due_at == NOW + 1
        assert [found.e164 for found in claim(store, floor, campaign, now=NOW + 1).leads] == [B]
        assert claim(store, floor, campaign, now=NOW + 1.5).due_at == NOW + 2
        assert [found.e164 for found in claim(store, floor, campaign, now=NOW + 2).leads] == [A]

    def test_a_list_that_is_not_published_has_no_leads(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.add_list(campaign, [Listed([A])], status="staged")
        backend.add_list(campaign, [Listed([B])], status="discarded")
        assert claim(store, floor, campaign).leads == []

    def test_other_campaigns_leads_are_theirs(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.add_list(store.campaign_id("other"), [Listed([A])])
        assert claim(store, floor, campaign).leads == []

    def test_a_lead_is_claimed_once(self, backend: Backend, store: Store, floor: int, campaign: int) -> None:
        backend.add_list(campaign, [Listed([A])])
        assert len(claim(store, floor, campaign).leads) == 1
        assert claim(backend.open(), store.floor_id("second"), campaign).leads == []
        assert claim(store, floor, campaign, now=NOW + 1e6).leads == []

    def test_a_number_that_one_floor_holds_is_nobody_elses_in_any_campaign(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        other = store.campaign_id("other")
        [held] = backend.add_list(campaign, [Listed([A])])
        [waits] = backend.add_list(other, [Listed([A])])
        [found] = claim(store, floor, campaign).leads
        second = store.floor_id("second")
        assert claim(store, second, other).leads == []
        assert backend.lead(waits).status == "waiting"
        give_back(store, floor, returned(held, found.number, math.inf))
        assert [f.lead for f in claim(store, second, other, now=NOW + 10).leads] == [waits]

    def test_no_attempt_on_a_number_before_its_cooldown_is_over_whatever_the_campaign(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        other = store.campaign_id("other")
        [mine] = backend.add_list(campaign, [Listed([A])])
        [theirs] = backend.add_list(other, [Listed([A])])
        [found] = claim(store, floor, campaign).leads
        write(store, floor, placed=[(found.number, NOW, NOW + 60)])
        give_back(store, floor, returned(mine, found.number, math.inf))
        again = claim(store, floor, other, now=NOW + 59)
        assert again.leads == []
        assert again.due_at == NOW + 60
        [found] = claim(store, floor, other, now=NOW + 60).leads
        assert (found.lead, found.last_attempt_at) == (theirs, NOW)

    def test_of_two_cooldowns_the_longer_holds(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        [lead] = backend.add_list(campaign, [Listed([A])])
        [found] = claim(store, floor, campaign).leads
        write(store, floor, placed=[(found.number, NOW, NOW + 600), (found.number, NOW + 1, NOW + 61)])
        give_back(store, floor, returned(lead, found.number, NOW))
        assert claim(store, floor, campaign, now=NOW + 599).leads == []
        assert len(claim(store, floor, campaign, now=NOW + 600).leads) == 1

    def test_a_number_that_was_given_back_may_still_be_told_to_rest_for_longer_and_not_for_less(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        [lead] = backend.add_list(campaign, [Listed([A])])
        [found] = claim(store, floor, campaign).leads
        give_back(store, floor, returned(lead, found.number, NOW))
        write(store, floor, rested=[(found.number, NOW + 600), (found.number, NOW + 60)])
        again = claim(store, floor, campaign, now=NOW + 599)
        assert (again.leads, again.due_at) == ([], NOW + 600)
        [found] = claim(store, floor, campaign, now=NOW + 600).leads
        assert found.last_attempt_at == -math.inf

    def test_a_barred_number_is_never_claimed_and_its_lead_is_done_with(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        store.bar(A)
        [lead] = backend.add_list(campaign, [Listed([A])])
        assert claim(store, floor, campaign).leads == []
        assert backend.lead(lead).status == "done"

    def test_barring_takes_a_number_known_or_not_and_says_which_it_is(self, store: Store) -> None:
        number = store.bar(A)
        assert store.is_barred(number)
        assert store.bar(A) == number
        assert store.numbers_of([number]) == {number: A}

    def test_where_the_first_number_is_not_free_another_of_the_lead_is_tried(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        store.bar(A)
        [lead] = backend.add_list(campaign, [Listed([A, B, C])])
        backend.add_list(store.campaign_id("other"), [Listed([B])])
        claim(store, store.floor_id("second"), store.campaign_id("other"))
        [found] = claim(store, floor, campaign).leads
        assert (found.lead, found.e164, found.other_numbers) == (lead, C, 2)
        assert backend.lead(lead).numbers == [C, A, B]

    def test_those_that_cannot_be_had_do_not_keep_others_from_being_claimed(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        for number in (A, B, C):
            store.bar(number)
        backend.add_list(campaign, [Listed([n]) for n in (A, B, C, D)])
        assert [found.e164 for found in claim(store, floor, campaign, 1).leads] == [D]

    def test_a_lead_given_back_is_due_again_at_its_time(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        [lead] = backend.add_list(campaign, [Listed([A])])
        [found] = claim(store, floor, campaign).leads
        give_back(store, floor, ReturnedLead(lead, found.number, 2, 1, BUSY, NOW + 600, False))
        state = backend.lead(lead)
        assert (state.status, state.due_at, state.attempts, state.outcome) == ("waiting", NOW + 600, 2, BUSY)
        assert claim(store, floor, campaign, now=NOW + 599).leads == []
        [found] = claim(store, floor, campaign, now=NOW + 600).leads
        assert (found.attempts, found.failures) == (2, 1)

    def test_a_lead_given_back_without_a_call_keeps_its_last_outcome(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        [lead] = backend.add_list(campaign, [Listed([A, B])])
        [found] = claim(store, floor, campaign).leads
        give_back(store, floor, returned(lead, found.number, NOW, BUSY))
        [found] = claim(store, floor, campaign).leads
        give_back(store, floor, returned(lead, found.number, NOW, -1))
        state = backend.lead(lead)
        assert state.outcome == BUSY
        assert state.numbers[0] == found.e164

    def test_a_lead_that_is_done_with_never_comes_again(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        [lead] = backend.add_list(campaign, [Listed([A])])
        [found] = claim(store, floor, campaign).leads
        give_back(store, floor, returned(lead, found.number, math.inf, HUMAN))
        assert backend.lead(lead).status == "done"
        assert claim(store, floor, campaign, now=NOW + 1e9).leads == []

    def test_after_an_attempt_the_next_number_has_its_turn(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        [lead] = backend.add_list(campaign, [Listed([A, B, C])])
        tried = []
        for turn in range(4):
            [found] = claim(store, floor, campaign, now=NOW + turn).leads
            tried.append(found.e164)
            give_back(store, floor, returned(lead, found.number, NOW + turn))
        assert tried == [A, B, C, A]

    def test_a_number_that_is_dropped_has_no_turn_any_more(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        [lead] = backend.add_list(campaign, [Listed([A, B])])
        [found] = claim(store, floor, campaign).leads
        give_back(store, floor, returned(lead, found.number, NOW, drop=True))
        assert backend.lead(lead).numbers == [B]
        [found] = claim(store, floor, campaign).leads
        assert (found.e164, found.other_numbers) == (B, 0)

    def test_a_lead_given_back_leaves_the_floor(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        [lead] = backend.add_list(campaign, [Listed([A])])
        [found] = claim(store, floor, campaign).leads
        write(store, floor, leads=[(lead, "[0]")])
        give_back(store, floor, returned(lead, found.number, NOW))
        assert store.load(floor).leads == []

    def test_a_lead_given_back_can_be_claimed_again_within_the_step(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        [lead] = backend.add_list(campaign, [Listed([A])])
        [found] = claim(store, floor, campaign).leads
        with store.transaction(floor, store.version(floor)) as transaction:
            transaction.give_back([returned(lead, found.number, NOW, -1)])
            assert [f.lead for f in transaction.claim(campaign, 1, NOW).leads] == [lead]
            transaction.write(Changes(leads=[(lead, "[1]")]))
        assert store.load(floor).leads == [(lead, "[1]")]

    def test_numbers_added_alone_become_leads_once(
        self, backend: Backend, store: Store, floor: int, campaign: int
    ) -> None:
        backend.add_list(campaign, [Listed([A])])
        with store.transaction(floor, 0) as transaction:
            assert transaction.add_leads(campaign, [A, B, C]) == 2
            assert transaction.add_leads(campaign, [C, D]) == 1
            transaction.write(Changes())
        assert [found.e164 for found in claim(store, floor, campaign).leads] == [A, B, C, D]

    def test_two_stores_at_once_never_claim_the_same_lead_or_number(self, backend: Backend) -> None:
        campaigns = [backend.open().campaign_id(name) for name in ("renewals", "other")]
        numbers = range(A, A + 200)
        for campaign in campaigns:
            backend.add_list(campaign, [Listed([n, n + 1]) for n in numbers[::2]])
        stores = [backend.open(), backend.open(), backend.open()]
        claimed: list[tuple[int, int]] = []

        def work(store: Store, floor: int) -> None:
            for turn in range(20):
                leads = claim(store, floor, campaigns[turn % 2], 5).leads
                claimed.extend((found.lead, found.number) for found in leads)

        threads = [
            threading.Thread(target=work, args=(store, store.floor_id(f"floor {i}")))
            for i, store in enumerate(stores)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(claimed) == 200
        assert max(Counter(lead for lead, _ in claimed).values()) == 1
        assert max(Counter(number for _, number in claimed).values()) == 1


@given(
    st.lists(
        st.tuples(
            st.lists(st.integers(0, 7), min_size=1, max_size=3, unique=True),
            st.integers(0, 2),
            st.sampled_from([0.0, 5.0, 50.0]),
        ),
        min_size=1,
        max_size=8,
    ),
    st.lists(
        st.tuples(st.sampled_from(["claim", "return", "bar"]), st.integers(0, 7), st.floats(0, 20)),
        max_size=30,
    ),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("make", BACKENDS.values(), ids=BACKENDS)
def test_whatever_is_claimed_and_returned_no_number_is_called_in_its_cooldown_or_when_barred(
    make: Callable[[Path], Backend],
    tmp_path_factory: pytest.TempPathFactory,
    leads: list[tuple[list[int], int, float]],
    actions: list[tuple[str, int, float]],
) -> None:
    backend = make(tmp_path_factory.mktemp("claims"))
    try:
        check_claims(backend, leads, actions)
    finally:
        backend.close()


def check_claims(
    backend: Backend, leads: list[tuple[list[int], int, float]], actions: list[tuple[str, int, float]]
) -> None:
    store = backend.open()
    floor, campaign = store.floor_id("main"), store.campaign_id("renewals")
    taken: set[int] = set()
    listed: list[Listed] = []
    for numbers, priority, due_in_s in leads:
        fresh = [A + n for n in numbers if n not in taken]
        taken.update(numbers)
        if fresh:
            listed.append(Listed(fresh, priority, NOW + due_in_s if due_in_s else 0.0))
    backend.add_list(campaign, listed)
    now = NOW
    held: dict[int, int] = {}
    free_at: dict[int, float] = {}
    barred: set[int] = set()
    for action, which, later_s in actions:
        now += later_s
        if action == "claim":
            found = claim(store, floor, campaign, 1 + which, now)
            assert found.due_at >= now
            assert len(found.leads) <= 1 + which
            for lead in found.leads:
                assert lead.lead not in held
                assert lead.number not in held.values()
                assert lead.e164 not in barred
                assert free_at.get(lead.number, 0.0) <= now
                held[lead.lead] = lead.number
                free_at[lead.number] = now + 30
                write(store, floor, placed=[(lead.number, now, now + 30)])
        elif action == "bar":
            barred.add(A + which)
            store.bar(A + which)
        elif held:
            lead_id = sorted(held)[which % len(held)]
            give_back(store, floor, returned(lead_id, held.pop(lead_id), now + later_s))


CLAIMER = """
import sys
from callfloor.stores.opening import open_store
from callfloor.stores.port import Changes
store = open_store(sys.argv[1], durable=False)
floor, campaign = store.floor_id(sys.argv[2]), store.campaign_id("renewals")
for _ in range(20):
    with store.transaction(floor, store.version(floor)) as transaction:
        for found in transaction.claim(campaign, 3, 1_000_000.0).leads:
            print(found.lead, found.number)
        transaction.write(Changes())
"""


@pytest.mark.parametrize("make", SQL_BACKENDS.values(), ids=SQL_BACKENDS)
def test_two_processes_never_claim_the_same(make: Callable[[Path], SqlBackend], tmp_path: Path) -> None:
    backend = make(tmp_path)
    backend.add_list(backend.first.campaign_id("renewals"), [Listed([A + i]) for i in range(100)])
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIMER, backend.url, name],
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("main", "second")
    ]
    lines = [line for process in processes for line in process.communicate(timeout=30)[0].splitlines()]
    backend.close()
    assert [process.returncode for process in processes] == [0, 0]
    assert len(lines) == len(set(lines)) == 100


class TestJournalAndOutbox:
    def test_the_journal_comes_in_order_page_by_page_from_where_one_asks(self, store: Store) -> None:
        floor, second = store.floor_id("main"), store.floor_id("second")
        entries = [entry(i) for i in range(1, 20_101)]
        write(store, floor, journal=entries[:15_000])
        write(store, second, journal=[entry(1)])
        write(store, floor, journal=entries[15_000:])
        assert list(store.journal(floor)) == entries
        assert list(store.journal(floor, after=20_098)) == entries[20_098:]
        assert list(store.journal(floor, after=20_100)) == []
        assert store.load(floor).last_seq == 20_100

    def test_whether_an_event_was_taken_can_be_asked_by_its_id(self, store: Store) -> None:
        floor = store.floor_id("main")
        write(store, floor, journal=[entry(1, "e-1"), entry(2), entry(3)])
        assert store.seen(floor, "e-1")
        assert not store.seen(floor, "e-2")

    def test_what_is_known_to_be_sent_is_struck_off(self, store: Store) -> None:
        floor = store.floor_id("main")
        write(store, floor, outbox=[OutboxEntry(i, i, "[1]", NOW) for i in (1, 2, 3)])
        write(store, floor, sent_up_to=2, outbox=[OutboxEntry(4, 4, "[1]", NOW)])
        assert [e.seq for e in store.load(floor).outbox] == [3, 4]
        write(store, floor)
        assert [e.seq for e in store.load(floor).outbox] == [3, 4]

    def test_another_floors_outbox_is_left_alone(self, store: Store) -> None:
        one, other = store.floor_id("main"), store.floor_id("second")
        write(store, one, outbox=[OutboxEntry(1, 1, "[1]", NOW)])
        write(store, other, sent_up_to=10)
        assert [e.seq for e in store.load(one).outbox] == [1]


def test_a_call_record_grows_with_its_call(backend: Backend, store: Store) -> None:
    floor, campaign = store.floor_id("main"), store.campaign_id("renewals")
    [lead] = backend.add_list(campaign, [Listed([A])])
    [found] = claim(store, floor, campaign).leads
    placed = record(1, lead, found.number, campaign)
    write(store, floor, records=[placed])
    assert backend.call_records(floor) == [placed]
    over = record(
        1, lead, found.number, campaign, agent=0, outcome=HUMAN, answered_at=NOW + 1, ended_at=NOW + 9
    )
    write(store, floor, records=[over, record(2, lead, found.number, campaign)])
    assert backend.call_records(floor)[0] == over
    assert len(backend.call_records(floor)) == 2


class TestDispositions:
    def begin(self, backend: Backend, store: Store, *numbers: int) -> tuple[int, int, int, int]:
        """A lead that has been called and talked to: floor, campaign, lead, number."""
        floor, campaign = store.floor_id("main"), store.campaign_id("renewals")
        [lead] = backend.add_list(campaign, [Listed([A, *numbers])])
        [found] = claim(store, floor, campaign).leads
        write(store, floor, records=[record(1, lead, found.number, campaign, outcome=HUMAN)])
        return floor, campaign, lead, found.number

    def test_what_an_agent_says_is_kept_with_the_call(self, backend: Backend, store: Store) -> None:
        floor, campaign, lead, number = self.begin(backend, store)
        write(store, floor, disposed=[DisposedCall(1, "sale", None, False, False)])
        assert backend.call_records(floor)[0].disposition == "sale"
        over = record(1, lead, number, campaign, outcome=HUMAN, disposition="other")
        write(store, floor, records=[over], disposed=[DisposedCall(1, "sale", None, False, False)])
        assert backend.call_records(floor)[0].disposition == "sale"
        assert backend.lead(lead).status == "claimed"

    @pytest.mark.parametrize(("due_at", "status"), [(NOW + 900.0, "waiting"), (math.inf, "done")])
    def test_the_lead_is_due_when_that_is_said(
        self, backend: Backend, store: Store, due_at: float, status: str
    ) -> None:
        floor, _, lead, number = self.begin(backend, store)
        give_back(store, floor, returned(lead, number, NOW + 60.0, HUMAN))
        write(store, floor, disposed=[DisposedCall(1, "later", due_at, False, False)])
        assert (backend.lead(lead).status, backend.lead(lead).due_at) == (status, due_at)

    def test_a_lead_that_is_claimed_is_left_to_who_has_it(self, backend: Backend, store: Store) -> None:
        floor, _, lead, _ = self.begin(backend, store)
        for drop in (False, True):
            write(store, floor, disposed=[DisposedCall(1, "later", math.inf, drop, False)])
            assert backend.lead(lead).status == "claimed"

    def test_a_dropped_number_leaves_the_others(self, backend: Backend, store: Store) -> None:
        floor, campaign, lead, number = self.begin(backend, store, B)
        give_back(store, floor, returned(lead, number, math.inf, HUMAN))
        write(store, floor, disposed=[DisposedCall(1, "wrong", NOW, True, False)])
        assert backend.lead(lead).numbers == [B]
        [found] = claim(store, floor, campaign).leads
        assert (found.e164, found.other_numbers) == (B, 0)

    def test_without_others_the_lead_is_done_with(self, backend: Backend, store: Store) -> None:
        floor, _, lead, number = self.begin(backend, store)
        give_back(store, floor, returned(lead, number, NOW + 60.0, HUMAN))
        write(store, floor, disposed=[DisposedCall(1, "wrong", NOW, True, False)])
        assert backend.lead(lead).status == "done"
        assert not store.is_barred(number)

    def test_a_number_is_barred_with_the_same_commit(self, backend: Backend, store: Store) -> None:
        floor, _, _, number = self.begin(backend, store)
        write(store, floor, disposed=[DisposedCall(1, "never", None, True, True)])
        assert store.is_barred(number)

    def test_a_call_that_is_not_on_record_changes_nothing(self, backend: Backend, store: Store) -> None:
        floor, _, lead, number = self.begin(backend, store)
        write(store, floor, disposed=[DisposedCall(9, "never", math.inf, True, True)])
        assert backend.lead(lead).status == "claimed"
        assert not store.is_barred(number)
