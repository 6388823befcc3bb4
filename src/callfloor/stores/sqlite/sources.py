"""Where a claim takes its leads from, one after the other. Every function runs inside a transaction."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Protocol

import apsw

from callfloor.stores.list_mix import ListMix
from callfloor.stores.port import ClaimRules
from callfloor.stores.sqlite.judging import DueLead
from callfloor.stores.sqlite.ordering import ActiveList, due_leads


class Source(Protocol):
    """Leads that are due, in the order in which they are to be claimed."""

    def next(self, wanted: int) -> DueLead | None:
        """The next lead, or None where none is due; `wanted` more are asked for, this one counted."""

    def taken(self) -> None:
        """The lead that came last has been claimed."""

    def close(self) -> None:
        """The claim is over: keep what the next one needs to know."""


class Due:
    """The due leads of some lists. Whatever comes out is claimed or put off before more are looked for."""

    def __init__(self, db: apsw.Connection, lists: Sequence[int], rules: ClaimRules) -> None:
        self.db = db
        self.lists = lists
        self.rules = rules
        self.found: deque[DueLead] = deque()
        self.dry = False  # nothing becomes due in mid-claim

    def look(self, wanted: int) -> bool:
        """Whether there is a lead; so many are looked for at once."""
        if not self.found and not self.dry:
            self.found.extend(due_leads(self.db, self.lists, wanted, self.rules))
            self.dry = not self.found
        return bool(self.found)

    def next(self, wanted: int) -> DueLead | None:
        """See Source."""
        return self.found.popleft() if self.look(wanted) else None

    def taken(self) -> None:
        """See Source."""

    def close(self) -> None:
        """See Source."""


class Mixed:
    """The due leads of a campaign's mix, each list's in its share; then those of lists that are not in it."""

    def __init__(
        self, db: apsw.Connection, campaign: int, lists: Sequence[ActiveList], rules: ClaimRules
    ) -> None:
        self.db = db
        self.campaign = campaign
        owed = dict(db.execute("SELECT list, owed FROM list_mix WHERE campaign = ?", (campaign,)))
        self.mix = ListMix(rules.list_mix, owed)
        self.sources = {
            name: Due(db, [each.id for each in lists if each.name == name], rules) for name in rules.list_mix
        }
        self.others = Due(db, [each.id for each in lists if each.name not in rules.list_mix], rules)
        self.able: list[str] = []
        self.giver: str | None = None
        self.given = False

    def next(self, wanted: int) -> DueLead | None:
        """See Source."""
        self.able = [name for name, source in self.sources.items() if source.look(wanted)]
        self.giver = self.mix.next_of(self.able) if self.able else None
        return (self.others if self.giver is None else self.sources[self.giver]).next(wanted)

    def taken(self) -> None:
        """See Source."""
        if self.giver is not None:
            self.mix.give(self.giver, self.able)
            self.given = True

    def close(self) -> None:
        """See Source."""
        if self.given:
            self.db.executemany(
                "REPLACE INTO list_mix (campaign, list, owed) VALUES (?, ?, ?)",
                [(self.campaign, name, owed) for name, owed in self.mix.owed.items()],
            )


def source_of(db: apsw.Connection, campaign: int, lists: Sequence[ActiveList], rules: ClaimRules) -> Source:
    """Where a campaign's leads come from."""
    if rules.list_mix:
        return Mixed(db, campaign, lists, rules)
    return Due(db, [each.id for each in lists], rules)
