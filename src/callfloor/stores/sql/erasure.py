"""A person erased on request, and what the law wants to be kept all the same.

Gone are the digits of their numbers and all that lists have said of them. What stays: records of calls, with
the number's id as a stand-in, and the mark that the number is never to be called, found by a keyed digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from callfloor.stores.errors import StoreBusyError
from callfloor.stores.sql.claims import DONE
from callfloor.stores.sql.database import Database
from callfloor.stores.sql.numbers import digest_of, erasure_key, find_numbers, number_ids
from callfloor.stores.sql.registers import bar_id, holders

ERASED = "erased"
"""The internal list that an erased number is in."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure came to. `numbers` counts those of the person; `call_records` is how many are kept."""

    leads: int
    numbers: int
    call_records: int


def erase(db: Database, e164: int, asked_by: str, at: float) -> Erased:
    """Erase the person who has this number (E.164 without the plus), in two transactions.

    The person is every lead with the number. Their other numbers go as well, unless somebody else's lead has
    them. First none of the numbers may be called any more; then all of it is erased. Raises StoreBusyError
    where a floor holds one of the numbers between the two.
    """
    with db.explained():
        with db.transaction():
            number_ids(db, [e164])
            _, theirs = person(db, e164)
            for number in theirs:
                bar_id(db, number, at, asked_by, ERASED)
        with db.transaction():
            leads, theirs = person(db, e164)
            if holders(db, list(theirs)):
                raise StoreBusyError(
                    f"{db.where}: a floor holds the number just now, on the line or about to be dialled; "
                    "it is not called again from now on: erase it anew when the call is over"
                )
            erase_leads(db, leads)
            erase_numbers(db, theirs, at)
            count = f"SELECT count(*) FROM call_records WHERE {db.among('number')}"
            return Erased(len(leads), len(theirs), db.value(count, (db.listed(list(theirs)),)))


def person(db: Database, e164: int) -> tuple[list[int], dict[int, int]]:
    """The leads that have a number, and the numbers that only they have: the digits by id."""
    number = find_numbers(db, [e164])[e164].id
    campaigns = [campaign for (campaign,) in db.rows("SELECT id FROM campaigns")]
    leads = leads_with(db, campaigns, number)
    numbers: set[int] = set()
    for campaign, lead in leads:
        # Numbers that were dropped from the lead are the person's, too.
        sql = "SELECT number FROM lead_numbers WHERE campaign = ? AND lead = ?"
        numbers |= {each for (each,) in db.rows(sql, (campaign, lead))}
    theirs = {number, *(each for each in numbers if leads_with(db, campaigns, each) <= leads)}
    sql = f"SELECT id, e164 FROM numbers WHERE {db.among('id')}"
    return sorted(lead for _, lead in leads), dict(db.rows(sql, (db.listed(sorted(theirs)),)))


def leads_with(db: Database, campaigns: Iterable[int], number: int) -> set[tuple[int, int]]:
    """The leads that have a number, as (campaign, lead); in one campaign there is one at most."""
    sql = "SELECT campaign, lead FROM lead_numbers WHERE campaign = ? AND number = ?"
    return {tuple(row) for campaign in campaigns for row in db.rows(sql, (campaign, number))}


def erase_leads(db: Database, leads: list[int]) -> None:
    """Leave nothing of leads but that there were some, done with."""
    db.update(
        "leads",
        ("id",),
        f"status = {DONE}, other_numbers = NULL, external_id = NULL, state = NULL, postal_code = NULL, "
        "time_zone = NULL, attributes = NULL, consent_at = NULL, held_back = NULL, appointment_at = NULL, "
        "appointment_floor = NULL, appointment_agent = NULL",
        [(lead,) for lead in leads],
    )


def erase_numbers(db: Database, numbers: Mapping[int, int], at: float) -> None:
    """Put stand-ins in the place of digits: the negative of the number's id."""
    key = erasure_key(db)
    known = {number: e164 for number, e164 in numbers.items() if e164 > 0}
    rows = [(number, digest_of(key, e164), at) for number, e164 in known.items()]
    db.insert("erased_numbers", ("number", "digest", "erased_at"), rows)
    db.update("numbers", ("id", "e164"), "e164 = {e164}", [(number, -number) for number in known])
