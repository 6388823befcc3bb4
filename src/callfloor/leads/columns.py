"""Which column of a list is what, by the usual header names."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PHONE, STATE, POSTAL_CODE, TIME_ZONE, PRIORITY, EXTERNAL_ID, CONSENT = (
    "phone number",
    "state",
    "ZIP code",
    "time zone",
    "priority",
    "external id",
    "consent",
)

_OWNERS = (
    "", "home", "work", "office", "business", "company", "mobile", "cell", "day", "daytime", "evening",
    "primary", "secondary", "main", "alt", "alternate", "alternative", "other", "second", "third", "contact",
    "customer", "lead", "personal", "direct",
)  # fmt: skip
_THINGS = ("phone", "phonenumber", "phoneno", "phonenum", "telephone", "telephonenumber", "tel", "telno")
_BARE_PHONES = (
    "cell", "cellular", "mobile", "mobileno", "landline", "cellno", "phonehome", "phonework", "phonemobile",
    "phonecell", "phoneprimary", "phonealt", "telhome", "telwork", "telmobile", "msisdn", "e164", "phonee164",
    "homenumber", "worknumber", "mobilenumber", "cellnumber", "contactnumber", "primarynumber",
    "secondarynumber", "altnumber", "alternatenumber",
)  # fmt: skip

_LONE = "number"
"""A phone number where no other column is one: beside a phone it may be the house's or the customer's."""

_ROLES: dict[str, str] = {
    **{owner + thing: PHONE for owner in _OWNERS for thing in _THINGS},
    **dict.fromkeys((*_BARE_PHONES, _LONE), PHONE),
    **dict.fromkeys(
        ("state", "province", "region", "stateprovince", "stateorprovince", "stateregion", "statecode",
         "provincecode", "homestate", "mailingstate", "addressstate"), STATE
    ),
    **dict.fromkeys(
        ("zip", "zipcode", "postalcode", "postcode", "zippostalcode", "zipcodepostalcode", "ziporpostalcode",
         "postalzip", "postal", "homezip", "mailingzip", "addresszip"), POSTAL_CODE
    ),
    **dict.fromkeys(("timezone", "tz", "timezonename", "ianatimezone", "tzname", "localtimezone"), TIME_ZONE),
    **dict.fromkeys(("priority", "prio", "leadpriority", "callpriority"), PRIORITY),
    **dict.fromkeys(
        ("id", "externalid", "extid", "leadid", "customerid", "contactid", "clientid", "accountid",
         "recordid", "crmid", "vendorleadcode", "vendorid", "sourceid", "reference",
         "externalreference"), EXTERNAL_ID
    ),
    **dict.fromkeys(
        ("consent", "consentdate", "consentat", "consentgiven", "consentgivenat", "consentedat",
         "dateofconsent", "optin", "optindate", "optedin", "optedinat", "optinat", "callconsent",
         "tcpaconsent"), CONSENT
    ),
}  # fmt: skip

_ATTRIBUTES: dict[str, str] = {
    **dict.fromkeys(("firstname", "first", "givenname", "forename", "fname"), "first_name"),
    **dict.fromkeys(("lastname", "last", "surname", "familyname", "lname"), "last_name"),
    **dict.fromkeys(("name", "fullname", "contactname", "customername", "leadname"), "name"),
    **dict.fromkeys(("email", "emailaddress", "mail"), "email"),
    **dict.fromkeys(("ext", "extension", "phoneext", "phoneextension"), "extension"),
}

REJECTS_HEADERS = ("line", "reason")
"""The first columns of a file of rejected rows. Mended, it is a list again, and they are no part of it."""

_MAX_NAMED = 12


class NoPhoneColumnError(ValueError):
    """No column of the list is known to hold phone numbers; the message says what was found."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Positions in a row, from 0. A role with several columns takes the first that is not empty."""

    headers: tuple[str, ...]
    phones: tuple[int, ...]
    states: tuple[int, ...]
    postal_codes: tuple[int, ...]
    time_zones: tuple[int, ...]
    priorities: tuple[int, ...]
    external_ids: tuple[int, ...]
    consents: tuple[int, ...]
    attributes: tuple[tuple[int, str], ...]
    """The free columns and the name of each, all different."""


def role_of(header: str) -> str | None:
    """Return what a header says the column is, None if it is none of the known ones."""
    plain = _plain(header)
    role = _ROLES.get(plain)
    if role is not None:
        return role
    # "phone 2" and "phone 2 number" are phone numbers, but "zip 4" is no ZIP code.
    return PHONE if _ROLES.get(_undigited(header)) == PHONE else None


def columns_of(headers: Sequence[str]) -> Columns:
    """Tell the columns of a list from its header line.

    Raises
    ------
    NoPhoneColumnError
        none of them holds phone numbers.
    """
    roles = [role_of(header) for header in headers]
    lone = [_undigited(header) == _LONE for header in headers]
    has_named_phone = any(role == PHONE and not alone for role, alone in zip(roles, lone, strict=True))
    by_role: dict[str, list[int]] = {}
    free: list[int] = []
    first = len(REJECTS_HEADERS) if tuple(headers[:2]) == REJECTS_HEADERS else 0
    for position, role in enumerate(roles):
        if position < first:
            continue
        if role is None or (has_named_phone and lone[position]):
            free.append(position)
            continue
        if role != PHONE and role in by_role:
            # The first has the role; what another says is not lost.
            free.append(position)
        by_role.setdefault(role, []).append(position)
    if PHONE not in by_role:
        raise NoPhoneColumnError(
            "no column with phone numbers: expected a header such as phone, mobile or phone 1, "
            f"found {_listed(headers)}"
        )
    by_role[PHONE].sort(key=lambda position: (_ordinal(headers[position]), position))
    return Columns(
        headers=tuple(headers),
        phones=tuple(by_role[PHONE]),
        states=tuple(by_role.get(STATE, ())),
        postal_codes=tuple(by_role.get(POSTAL_CODE, ())),
        time_zones=tuple(by_role.get(TIME_ZONE, ())),
        priorities=tuple(by_role.get(PRIORITY, ())),
        external_ids=tuple(by_role.get(EXTERNAL_ID, ())),
        consents=tuple(by_role.get(CONSENT, ())),
        attributes=tuple(_named(headers, free)),
    )


def _plain(header: str) -> str:
    """Only the letters and digits of a header, in lower case, without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", header).casefold() if c.isalnum())


def _undigited(header: str) -> str:
    return "".join(c for c in _plain(header) if not c.isdigit())


def _ordinal(header: str) -> int:
    """The number in a header such as "phone 2"; 1 where there is none."""
    if _plain(header) in _ROLES:
        return 1
    return int("".join(c for c in _plain(header) if c.isdecimal()) or 1)


def _named(headers: Sequence[str], positions: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Give each free column a name of its own."""
    taken: set[str] = set()
    for position in positions:
        header = headers[position].strip()
        wanted = _ATTRIBUTES.get(_plain(header)) or header or f"column {position + 1}"
        name, count = wanted, 1
        while name in taken:
            count += 1
            name = f"{wanted} {count}"
        taken.add(name)
        yield position, name


def _listed(headers: Sequence[str]) -> str:
    shown = ", ".join(repr(header.strip()[:40]) for header in headers[:_MAX_NAMED])
    return shown + (f" and {len(headers) - _MAX_NAMED} more" if len(headers) > _MAX_NAMED else "")
