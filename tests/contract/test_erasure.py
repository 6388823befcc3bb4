"""A person erased: nothing of them is left but what the law asks for, and nobody calls them again."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callfloor.leads.port import NewLead
from callfloor.stores.errors import StoreBusyError
from callfloor.stores.opening import open_lists, open_registers
from callfloor.stores.port import CallRecord, Changes, ReturnedLead
from callfloor.stores.sql.erasure import Erased
from callfloor.stores.sql.store import SqlStore
from tests.contract.stores import SQL_BACKENDS, Listed, SqlBackend
from tests.contract.test_stores import BUSY, NOW, A, B, C, claim, give_back, write

YEAR_S = 365.25 * 86400.0


@pytest.fixture(params=sorted(SQL_BACKENDS))
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlBackend]:
    opened = SQL_BACKENDS[request.param](tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def store(backend: SqlBackend) -> SqlStore:
    return backend.open()


@pytest.fixture
def campaign(store: SqlStore) -> int:
    return store.campaign_id("renewals")


def everything(store: SqlStore) -> str:
    """All that the tables of people hold, as text."""
    tables = ("numbers", "leads", "lead_numbers", "call_records", "bars", "erased_numbers", "floor_leads")
    return repr([store.db.rows(f"SELECT * FROM {table}") for table in tables])


def called(store: SqlStore, campaign: int, placed_at: float = NOW) -> tuple[int, int]:
    """One attempt on the first lead that is due, over and on record; the lead and the number."""
    floor = store.floor_id("main")
    [found] = claim(store, floor, campaign, 1).leads
    record = CallRecord(
        1, campaign, found.lead, found.number, None, BUSY, placed_at, None, None, placed_at + 5
    )
    write(store, floor, records=[record], placed=[(found.number, placed_at, placed_at + 60)])
    give_back(store, floor, ReturnedLead(found.lead, found.number, 1, 1, BUSY, NOW + 600, False))
    return found.lead, found.number


def test_nothing_of_what_lists_have_said_is_left(backend: SqlBackend, store: SqlStore, campaign: int) -> None:
    backend.add_list(
        campaign,
        [
            Listed([A, B], state="NY", attributes={"name": "Ann Other"}, time_zone="America/New_York"),
            Listed([C], state="WA"),
        ],
    )
    assert store.erase(A) == Erased(leads=1, numbers=2, call_records=0)
    left = everything(store)
    for text in (str(A), str(B), "Ann", "NY", "New_York"):
        assert text not in left
    assert str(C) in left
    assert "WA" in left


def test_the_record_of_a_call_stays_with_a_stand_in_for_the_number(
    backend: SqlBackend, store: SqlStore, campaign: int
) -> None:
    backend.add_list(campaign, [Listed([A])])
    lead, number = called(store, campaign)
    assert store.erase(A).call_records == 1
    [record] = backend.call_records(store.floor_id("main"))
    assert (record.lead, record.number, record.outcome, record.placed_at) == (lead, number, BUSY, NOW)
    assert store.numbers_of([number]) == {number: -number}
    assert backend.lead(lead).status == "done"


def test_who_was_erased_is_never_called_again_although_a_list_brings_them_back(
    backend: SqlBackend, store: SqlStore, campaign: int
) -> None:
    backend.add_list(campaign, [Listed([A])])
    store.erase(A)
    with open_lists(backend.url) as lists:
        writer = lists.begin("other", "again.csv")
        added = writer.add([NewLead(1, [A]), NewLead(2, [C])])
        writer.publish()
    assert (added.leads, added.barred) == (2, 1)
    other = store.campaign_id("other")
    floor = store.floor_id("main")
    assert [found.e164 for found in claim(store, floor, other).leads] == [C]
    with store.transaction(floor, store.version(floor)) as transaction:
        transaction.add_leads(store.campaign_id("third"), [A])
        assert transaction.claim(store.campaign_id("third"), 5, NOW).leads == []
        transaction.write(Changes())
    assert str(A) not in everything(store)


def test_their_do_not_call_mark_is_found_by_the_number_and_keeps_its_history(
    backend: SqlBackend, store: SqlStore
) -> None:
    number = store.bar(A, asked_at=NOW, asked_by="Bob", of_list="phone")
    store.erase(A, asked_by="Eve", at=NOW + 5)
    assert store.is_barred(number)
    assert store.bar(A) == number
    with open_registers(backend.url) as registers:
        assert registers.lists_of(A) == ["erased", "internal", "phone"]
        assert registers.lists_of(B) == []
    requests = store.db.rows("SELECT number, asked_at, asked_by, list FROM bars ORDER BY id LIMIT 2")
    assert [tuple(row) for row in requests] == [
        (number, NOW, "Bob", "phone"),
        (number, NOW + 5, "Eve", "erased"),
    ]


def test_a_number_that_was_never_seen_is_kept_off_from_now_on(backend: SqlBackend, store: SqlStore) -> None:
    assert store.erase(A) == Erased(leads=0, numbers=1, call_records=0)
    with open_registers(backend.url) as registers:
        assert registers.lists_of(A) == ["erased"]
    assert str(A) not in everything(store)


def test_erasing_twice_changes_nothing_more(backend: SqlBackend, store: SqlStore, campaign: int) -> None:
    backend.add_list(campaign, [Listed([A])])
    store.erase(A)
    store.erase(A)
    assert store.db.value("SELECT count(*) FROM erased_numbers") == 1


def test_a_number_that_somebody_else_has_as_well_stays_theirs(
    backend: SqlBackend, store: SqlStore, campaign: int
) -> None:
    [theirs] = backend.add_list(store.campaign_id("other"), [Listed([B], state="WA")])
    backend.add_list(campaign, [Listed([A, B])])
    assert store.erase(A) == Erased(leads=1, numbers=1, call_records=0)
    assert backend.lead(theirs).numbers == [B]
    floor = store.floor_id("main")
    assert [found.e164 for found in claim(store, floor, store.campaign_id("other")).leads] == [B]


def test_the_person_is_erased_in_all_campaigns(backend: SqlBackend, store: SqlStore, campaign: int) -> None:
    backend.add_list(campaign, [Listed([A], state="NY")])
    backend.add_list(store.campaign_id("other"), [Listed([A], attributes={"name": "Ann"})])
    assert store.erase(A).leads == 2
    assert "NY" not in everything(store)
    assert "Ann" not in everything(store)


def test_a_number_that_was_dropped_from_the_lead_goes_with_the_person(
    backend: SqlBackend, store: SqlStore, campaign: int
) -> None:
    [lead] = backend.add_list(campaign, [Listed([A, B])])
    floor = store.floor_id("main")
    [found] = claim(store, floor, campaign).leads
    give_back(store, floor, ReturnedLead(lead, found.number, 1, 1, BUSY, NOW, True))
    assert backend.lead(lead).numbers == [B]
    assert store.erase(B).numbers == 2
    assert str(A) not in everything(store)


def test_while_a_floor_holds_the_number_it_is_barred_and_erased_when_it_is_given_back(
    backend: SqlBackend, store: SqlStore, campaign: int
) -> None:
    [lead] = backend.add_list(campaign, [Listed([A])])
    floor = store.floor_id("main")
    last = store.last_bar()
    [found] = claim(store, floor, campaign).leads
    with pytest.raises(StoreBusyError, match="a floor holds the number") as caught:
        store.erase(A)
    assert str(A) not in str(caught.value)
    assert store.barred_since(floor, last)[0] == [found.number]
    give_back(store, floor, ReturnedLead(lead, found.number, 0, 0, -1, math.inf, False))
    assert store.erase(A) == Erased(leads=1, numbers=1, call_records=0)


def test_records_older_than_a_time_are_deleted_and_others_are_kept(
    backend: SqlBackend, store: SqlStore, campaign: int
) -> None:
    floor = store.floor_id("main")
    made: list[dict[str, Any]] = [{"attempt": i + 1, "placed_at": NOW + i * YEAR_S} for i in range(7)]
    write(
        store,
        floor,
        records=[
            CallRecord(m["attempt"], campaign, 1, 1, None, BUSY, m["placed_at"], None, None, None)
            for m in made
        ],
    )
    assert store.drop_call_records(NOW + 2.5 * YEAR_S) == 3
    assert [record.attempt for record in backend.call_records(floor)] == [4, 5, 6, 7]
    assert store.drop_call_records(NOW + 2.5 * YEAR_S) == 0
